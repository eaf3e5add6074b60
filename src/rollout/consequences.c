#include "config.h"

#include "src/rollout/consequences.h"

#include <assert.h>
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

/* The lines of a board as they are made. */
struct telling {
	struct board *board;
	bool failed; /* one of them is missing */
};

static void add_line(struct telling *telling, const char *fmt, ...) SF_PRINTF(2, 3);

static void add_line(struct telling *telling, const char *fmt, ...)
{
	struct board *board = telling->board;
	va_list args;

	if (telling->failed)
		return;
	assert(board->consequence_count < CONSEQUENCES_MOST);
	va_start(args, fmt);
	telling->failed = vasprintf(&board->consequences[board->consequence_count], fmt, args) < 0;
	va_end(args);
	board->consequence_count += !telling->failed;
}

static void add_effect(struct telling *telling, int64_t transcripts)
{
	const struct flag_state *flag = &telling->board->flag;

	if (flag->global == FLAG_OFF)
		add_line(telling, "takes effect only while the global row is on: it is off, so learners see "
				"nothing of it yet");
	else if (flag->global == FLAG_ON && flag->for_all)
		add_line(telling, "the global row is on for all courses: learners get transcripts from "
				"edx-val already, whatever this row says");
	else
		add_line(telling, "learners of this course get transcripts from edx-val, %s of them, at once "
				"(what the platform caches: within 10 minutes)%s",
			 figure_number(transcripts).text,
			 flag->global == FLAG_ON ? "" : ", if the global row is on: that is not known");
}

static void add_other_purpose(struct telling *telling, const char *release)
{
	add_line(telling, "release %s: from Hawthorn on what is in edx-val is served whatever the flag says; "
			"it serves another purpose there, Studio's panel of transcript vendors",
		 *release ? release : "unknown");
}

static void add_lines(struct telling *telling, const struct conf *conf, const struct counts *counts,
		      int64_t waived)
{
	const char *note = telling->board->flag.note;

	if (!strcmp(conf->environment, "production"))
		add_line(telling, "this is PRODUCTION: %s", conf->name);
	if (release_against(conf->release, "hawthorn") != RELEASE_BEFORE) {
		add_other_purpose(telling, conf->release);
		return;
	}
	add_effect(telling, counts->in_val + counts->extra);
	add_line(telling, "transcripts that are still only in the contentstore are not shown any more");
	if (waived)
		add_line(telling, "%" PRId64 " finding%s waived: what %s of stays so for learners", waived,
			 waived == 1 ? " is" : "s are", waived == 1 ? "it tells" : "they tell");
	if (*note)
		add_line(telling, "%s", note);
}

enum result consequences_add(struct board *board, const struct conf *conf, const struct counts *counts,
			     int64_t waived, struct error *err)
{
	struct telling telling = {.board = board};

	board->consequences = calloc(CONSEQUENCES_MOST, sizeof(*board->consequences));
	telling.failed = !board->consequences;
	add_lines(&telling, conf, counts, waived);
	return telling.failed ? error_set(err, RESULT_NOMEM, "no memory to tell what follows from the flag of %s",
					  board->key)
			      : RESULT_OK;
}
