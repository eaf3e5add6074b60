/*
 * pause, resume, retry: they write intents, and whoever runs the engine follows them.
 */
#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/permission.h"
#include "src/status/lock.h"

struct wishing {
	struct cli *cli;
	enum wish wish;
	const char *done;    /* "paused" */
	const char *finding; /* NULL: any */
	bool all;
	int64_t *ids;
	size_t count;
	int64_t taken, refused;
};

/* Keeps the courses that have the finding; those named one by one without it are told. */
static int keep_with_finding(struct wishing *w, int code)
{
	int64_t counts[FINDING_COUNT];
	struct error err = {0};
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++) {
		struct course_row row;

		if (reader_finding_counts(w->cli->reader, w->ids[i], counts, &err) != RESULT_OK)
			return cli_fail(&err);
		if (counts[code]) {
			w->ids[kept++] = w->ids[i];
			continue;
		}
		if (w->all)
			continue;
		memset(&row, 0, sizeof(row));
		if (reader_course_by_id(w->cli->reader, w->ids[i], &row, &err) != RESULT_OK)
			return cli_fail(&err);
		out_line("%s: not taken: no finding %s", row.key, w->finding);
		course_row_clear(&row);
		w->refused++;
	}
	w->count = kept;
	return -1;
}

static int tell_answer(struct wishing *w, int64_t id, const struct wish_answer *answer)
{
	struct course_row row;
	struct error err = {0};

	memset(&row, 0, sizeof(row));
	if (answer->taken)
		w->taken++;
	else
		w->refused++;
	/* of all courses, those it does not concern would bury the others */
	if (!answer->taken && w->all)
		return -1;
	if (reader_course_by_id(w->cli->reader, id, &row, &err) != RESULT_OK)
		return cli_fail(&err);
	if (answer->taken)
		out_line("%s: %s", row.key, w->done);
	else
		out_line("%s: not taken: %s", row.key, answer->reason);
	course_row_clear(&row);
	return -1;
}

/* An intent needs no val, and without one nothing can be said of it. */
static void warn(struct cli *cli)
{
	if (campus_add(cli->campus, CAMPUS_VAL | CAMPUS_READ_ONLY, NULL) == RESULT_OK)
		cli_warn_of_vanished(cli, false);
}

/* The holder's row is what the engine last wrote; whether it lives, the kernel's lock knows. */
static int engine_runs(struct cli *cli, bool *runs)
{
	struct holder_row holder;
	struct lock *lock = NULL;
	struct error err = {0};

	memset(&holder, 0, sizeof(holder));
	if (reader_holder(cli->reader, &holder, &err) != RESULT_OK)
		return cli_fail(&err);
	*runs = holder.held;
	holder_row_clear(&holder);
	if (*runs) {
		*runs = lock_take(cli->campus->conf->status_db, &lock, &err) == RESULT_BUSY;
		lock_free(lock);
	}
	return -1;
}

static int write_wish(struct wishing *w)
{
	struct wish_answer *answers = calloc(w->count ? w->count : 1, sizeof(*answers));
	struct error err = {0};
	int st = -1;

	if (!answers) {
		out_note("out of memory");
		return CLI_FAILED;
	}
	if (w->count && status_wish(w->cli->campus->status, w->wish, w->ids, w->count, w->finding,
				    !w->all, answers, &err) != RESULT_OK)
		st = cli_fail(&err);
	for (size_t i = 0; i < w->count && st < 0; i++)
		st = tell_answer(w, w->ids[i], &answers[i]);
	free(answers);
	return st;
}

static int tell_end(struct wishing *w)
{
	bool runs = false;
	int st;

	out_line("%" PRId64 " %s, %" PRId64 " not concerned", w->taken, w->done, w->refused);
	if (w->wish == WISH_PAUSE || !w->taken)
		return -1;
	st = engine_runs(w->cli, &runs);
	if (st < 0 && !runs)
		out_note("no engine is running: start the console or subferry migrate");
	return st;
}

static int wish(struct cli *cli, enum wish wish, const char *done)
{
	struct wishing w = {.cli = cli, .wish = wish, .done = done, .all = cli_option(cli, "all")};
	struct permission permission = {0};
	int st, code = FINDING_NONE;

	if (wish == WISH_RETRY)
		st = cli_finding(cli, &code);
	else
		st = -1;
	if (st < 0)
		st = cli_open_reader(cli, true);
	if (st < 0)
		st = cli_open(cli, CAMPUS_STATUS);
	if (st < 0)
		st = cli_courses(cli, w.all, &w.ids, &w.count);
	if (st < 0 && code != FINDING_NONE) {
		w.finding = finding_info((enum finding_code)code)->name;
		st = keep_with_finding(&w, code);
	}
	if (st < 0 && wish != WISH_PAUSE)
		st = cli_ask_permission(cli, wish, w.ids, w.count, &permission);
	if (st < 0 && wish == WISH_RETRY && w.count)
		warn(cli);
	if (st < 0)
		st = cli_use_permission(cli, &permission);
	if (st < 0)
		st = write_wish(&w);
	if (st < 0)
		st = tell_end(&w);
	free(w.ids);
	if (st >= 0)
		return st;
	/* named one by one, a refusal is a failure; of all, it only was not meant */
	return w.refused && !w.all ? CLI_FINDINGS : CLI_OK;
}

int cli_pause(struct cli *cli)
{
	return wish(cli, WISH_PAUSE, "paused");
}

int cli_resume(struct cli *cli)
{
	return wish(cli, WISH_RESUME, "resumed");
}

int cli_retry(struct cli *cli)
{
	return wish(cli, WISH_RETRY, "to be tried again");
}
