#include "config.h"

#include "src/rollout/consequences.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/base/release.h"

const char *const *board_consequences(const struct board *board, size_t *count)
{
	*count = board->consequence_count;
	return (const char *const *)board->consequences;
}

#define CONSEQUENCES_MOST 8

/* Without memory a line is missing. */
static void add_line(struct board *board, const char *fmt, ...) SF_PRINTF(2, 3);

static void add_line(struct board *board, const char *fmt, ...)
{
	va_list args;

	if (!board->consequences || board->consequence_count == CONSEQUENCES_MOST)
		return;
	va_start(args, fmt);
	if (vasprintf(&board->consequences[board->consequence_count], fmt, args) >= 0)
		board->consequence_count++;
	va_end(args);
}

static void add_effect(struct board *board, int64_t transcripts)
{
	const struct flag_state *flag = &board->flag;

	if (flag->global == FLAG_OFF)
		add_line(board, "takes effect only while the global row is on: it is off, so learners see "
				"nothing of it yet");
	else if (flag->global == FLAG_ON && flag->for_all)
		add_line(board, "the global row is on for all courses: learners get transcripts from "
				"edx-val already, whatever this row says");
	else
		add_line(board, "learners of this course get transcripts from edx-val, %s of them, at once "
				"(what the platform caches: within 10 minutes)%s",
			 figure_number(transcripts).text,
			 flag->global == FLAG_ON ? "" : ", if the global row is on: that is not known");
}

static void add_other_purpose(struct board *board, const char *release)
{
	add_line(board, "release %s: from Hawthorn on what is in edx-val is served whatever the flag says; "
			"it serves another purpose there, Studio's panel of transcript vendors",
		 *release ? release : "unknown");
}

void consequences_add(struct board *board, const struct conf *conf, const struct counts *counts,
		      int64_t waived)
{
	board->consequences = calloc(CONSEQUENCES_MOST, sizeof(*board->consequences));
	if (!strcmp(conf->environment, "production"))
		add_line(board, "this is PRODUCTION: %s", conf->name);
	if (release_against(conf->release, "hawthorn") != RELEASE_BEFORE) {
		add_other_purpose(board, conf->release);
		return;
	}
	add_effect(board, counts->in_val + counts->extra);
	add_line(board, "transcripts that are still only in the contentstore are not shown any more");
	if (waived)
		add_line(board, "%" PRId64 " finding%s waived: what %s of stays so for learners", waived,
			 waived == 1 ? " is" : "s are", waived == 1 ? "it tells" : "they tell");
	if (*board->flag.note)
		add_line(board, "%s", board->flag.note);
}
