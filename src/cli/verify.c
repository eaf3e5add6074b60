/*
 * verify: compares courses with val and store, and records what it finds.
 *
 * JSON, one object a line: finding (course, video, language, code, severity, text, waived),
 * course (as in list, after the comparison), summary (level, courses, expected, in_val,
 * missing, differing, extra, unknown, errors, warnings, notices, waived, unread).
 */
#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/progress_line.h"
#include "src/cli/show.h"
#include "src/status/lock.h"
#include "src/verify/verify.h"

struct verifying {
	struct cli *cli;
	bool json;
	struct verify_options options;
	int64_t *ids;
	size_t count;
	struct counts sums;
	int64_t verified; /* courses that were looked at */
	int64_t unread;	  /* of these, those that could not be validated */
	struct progress_line line;
};

static int stop;

/* The first ^C or TERM ends after what is being compared, the second at once. */
static void on_signal(int signal)
{
	(void)signal;
	if (!__atomic_exchange_n(&stop, 1, __ATOMIC_RELAXED))
		return;
	progress_line_wipe();
	_exit(CLI_FAILED);
}

static void tell_finding(struct verifying *v, const char *course, const char *block,
			 const struct finding_row *finding)
{
	const char *code = finding_info(finding->code)->name;
	cJSON *json;

	if (v->json) {
		json = object_new("finding");
		member_text(json, "course", course);
		member_text(json, "video", block);
		member_text(json, "language", finding->language);
		member_text(json, "code", code);
		member_text(json, "severity", finding_severity_name(finding->severity));
		member_text(json, "text", finding->text);
		member_flag(json, "waived", finding->waived);
		out_json_line(json);
	} else if (finding->severity != FINDING_NOTICE) {
		out_line("  %s %s %s %s%s%s: %s",
			 finding->waived ? "waived" : finding_severity_name(finding->severity), code,
			 course, block, *finding->language ? " " : "", finding->language, finding->text);
	}
}

static void tell_progress(struct verifying *v)
{
	const struct progress_figures figures = {.done_as = "verified", .done = v->verified,
						 .courses = (int64_t)v->count};

	if (progress_line_is_due(&v->line))
		progress_line_show(&v->line, &figures);
}

static void on_video(void *arg, const char *course, const char *block, const struct report *report)
{
	struct verifying *v = arg;

	for (size_t i = 0; i < report->transcript_count && !v->json; i++) {
		const struct transcript_row *t = &report->transcripts[i];

		if (t->expected && t->in_val == VAL_ABSENT)
			out_line("  missing %s %s %s: not in val", course, block, t->language);
	}
	for (size_t i = 0; i < report->finding_count; i++)
		tell_finding(v, course, block, &report->findings[i]);
	tell_progress(v);
}

static void add_counts(struct counts *to, const struct counts *from)
{
	to->expected += from->expected;
	to->in_val += from->in_val;
	to->unknown += from->unknown;
	to->extra += from->extra;
	to->differing += from->differing;
	to->errors += from->errors;
	to->warnings += from->warnings;
	to->notices += from->notices;
	to->waived += from->waived;
}

static int tell_course(struct verifying *v, int64_t id, const char *key, const struct counts *counts)
{
	struct course_row row = {0};
	struct error err = {0};

	if (!v->json) {
		out_line("%s  in val %" PRId64 " of %" PRId64 ", differing %" PRId64 ", extra %" PRId64
			 ", unknown %" PRId64 ", errors %" PRId64,
			 key, counts->in_val, counts->expected, counts->differing, counts->extra,
			 counts->unknown, counts->errors);
		return -1;
	}
	if (status_flush(v->cli->campus->status, &err) != RESULT_OK ||
	    reader_course_by_id(v->cli->reader, id, &row, &err) != RESULT_OK)
		return cli_fail(&err);
	out_json_line(show_course_json(&row, v->cli));
	course_row_clear(&row);
	return -1;
}

static int verify_one(struct verifying *v, int64_t id)
{
	struct course_row row = {0};
	struct counts counts;
	struct error err = {0};
	enum result result;
	int st = -1;

	if (reader_course_by_id(v->cli->reader, id, &row, &err) != RESULT_OK)
		return cli_fail(&err);
	result = verify_course(v->cli->campus, v->cli->reader, &row, &v->options, &counts, &err);
	if (result == RESULT_OK) {
		add_counts(&v->sums, &counts);
		st = tell_course(v, id, row.key, &counts);
	} else if (result != RESULT_CANCELED) {
		v->unread++;
		out_note("%s: %s", row.key, err.text);
	}
	course_row_clear(&row);
	return st;
}

static void tell_summary(const struct verifying *v)
{
	const struct counts *sums = &v->sums;
	int64_t missing = sums->expected - sums->in_val - sums->unknown;
	const char *level = verify_level_name(v->options.level);
	cJSON *json;

	if (!v->json) {
		out_line("level %s: %zu course%s: in val %" PRId64 " of %" PRId64 ", missing %" PRId64
			 ", differing %" PRId64 ", extra %" PRId64 ", unknown %" PRId64 "; %" PRId64
			 " error%s, %" PRId64 " warning%s, %" PRId64 " waived",
			 level, v->count, v->count == 1 ? "" : "s", sums->in_val, sums->expected, missing, sums->differing,
			 sums->extra, sums->unknown, sums->errors, sums->errors == 1 ? "" : "s",
			 sums->warnings, sums->warnings == 1 ? "" : "s", sums->waived);
		return;
	}
	json = object_new("summary");
	member_text(json, "level", level);
	member_number(json, "courses", (int64_t)v->count);
	show_counts_json(json, sums);
	member_number(json, "missing", missing);
	member_number(json, "unread", v->unread);
	out_json_line(json);
}

/* An engine that runs elsewhere has courses under way that are no matter of ours. */
static void look_for_engine(struct verifying *v)
{
	struct lock *lock = NULL;

	v->options.engine_runs =
		lock_take(v->cli->campus->conf->status_db, &lock, NULL) == RESULT_BUSY;
	lock_free(lock);
}

static int verify_all(struct verifying *v)
{
	int st = -1;

	progress_line_open(&v->line, v->cli->campus->clock);
	for (; v->verified < (int64_t)v->count && st < 0 && !__atomic_load_n(&stop, __ATOMIC_RELAXED);
	     v->verified++) {
		tell_progress(v);
		st = verify_one(v, v->ids[v->verified]);
	}
	progress_line_close(&v->line);
	return st;
}

int cli_verify(struct cli *cli)
{
	struct verifying v = {.cli = cli, .json = cli_option(cli, "json")};
	const char *level = cli_option(cli, "level");
	int st;

	v.options = (struct verify_options){.level = LEVEL_HASH, .video = on_video, .arg = &v, .stop = &stop};
	if (level && (!verify_level_read(level, &v.options.level) || v.options.level == LEVEL_NONE))
		return cli_usage(cli, "--level is one of count, size, hash, bytes, cues");
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);
	st = cli_open_reader(cli, true);
	if (st < 0)
		st = cli_open(cli, CAMPUS_ALL | CAMPUS_READ_ONLY);
	if (st < 0)
		st = cli_courses(cli, cli_option(cli, "all"), &v.ids, &v.count);
	if (st < 0)
		look_for_engine(&v);
	if (st < 0)
		cli_warn_of_vanished(cli, v.json);
	if (st < 0)
		st = verify_all(&v);
	free(v.ids);
	if (st >= 0)
		return st;
	tell_summary(&v);
	if (__atomic_load_n(&stop, __ATOMIC_RELAXED) || v.unread)
		return CLI_FAILED;
	/* what val cannot tell is a warning, and no missing transcript */
	return v.sums.errors || v.sums.in_val + v.sums.unknown < v.sums.expected ? CLI_FINDINGS : CLI_OK;
}
