/* Two runs side by side: each list, each cause of a missed prediction, and what it costs. */
#include "config.h"

#include "tests/unit/runs_help.h"

#include <time.h>

#include "src/rollout/comparison.h"

/* Runs 1 and 2 of @kinds, each with the course "c" as 101 and 201. */
static void two_runs(struct help *help, const char *kind_a, const char *kind_b)
{
	help_run(help, 1, kind_a);
	help_run(help, 2, kind_b);
	help_run_course(help, 1, 1, "c", "Migrated");
	help_run_course(help, 2, 1, "c", "Migrated");
}

static struct comparison *compare(struct help *help, int64_t a, int64_t b)
{
	struct comparison *c;

	assert_ok(comparison_new(&c, help->reader, a, b, &help->err), help->err);
	return c;
}

static void assert_counts(const struct comparison *c, size_t fixed, size_t still, size_t added,
			  size_t changed, size_t missed)
{
	assert_int_equal(c->counts[COMPARED_FIXED], fixed);
	assert_int_equal(c->counts[COMPARED_STILL], still);
	assert_int_equal(c->counts[COMPARED_NEW], added);
	assert_int_equal(c->counts[COMPARED_CHANGED], changed);
	assert_int_equal(c->counts[COMPARED_MISSED], missed);
}

/* ---- findings -----------------------------------------------------------------------------*/

static void findings_are_fixed_still_there_or_new(void **state)
{
	struct help *help = *state;
	const struct compared_row *row;
	struct comparison *c;

	two_runs(help, "mock", "mock");
	help_run_finding(help, 101, "video@a", "es", "asset-missing", false);
	help_run_finding(help, 101, "video@b", "es", "srt-invalid", false);
	help_run_finding(help, 201, "video@b", "es", "srt-invalid", true);
	help_run_finding(help, 201, "video@b", "es", "val-differs", false); /* another code */
	help_run_finding(help, 201, "video@b", "fr", "srt-invalid", false); /* another language */
	help_run_finding(help, 201, "video@a", "es", "draft-differs", false);
	c = compare(help, 1, 2);
	assert_counts(c, 1, 1, 3, 0, 0);
	row = &c->rows[COMPARED_FIXED][0];
	assert_string_equal(row->course, "c");
	assert_string_equal(row->block, "video@a");
	assert_int_equal(row->code, FINDING_ASSET_MISSING);
	assert_int_equal(row->severity, FINDING_ERROR);
	assert_string_equal(row->text, "asset-missing of 101");
	row = &c->rows[COMPARED_STILL][0];
	assert_true(row->waived);
	assert_string_equal(row->text, "srt-invalid of 201");
	/* errors first */
	row = c->rows[COMPARED_NEW];
	assert_int_equal(row[0].code, FINDING_SRT_INVALID);
	assert_string_equal(row[0].language, "fr");
	assert_int_equal(row[1].code, FINDING_VAL_DIFFERS);
	assert_int_equal(row[2].severity, FINDING_NOTICE);
	assert_false(c->has_predictions);
	comparison_unref(c);
}

static void several_of_one_item_count_once_by_the_worst_that_is_open(void **state)
{
	struct help *help = *state;
	struct comparison *c;

	two_runs(help, "mock", "mock");
	help_run_finding(help, 101, "", "", "block-unnamed", false);
	help_run_finding(help, 101, "", "", "block-unnamed", false);
	help_run_finding(help, 201, "", "", "block-unnamed", true);
	help_run_finding(help, 201, "", "", "block-unnamed", false);
	c = compare(help, 1, 2);
	assert_counts(c, 0, 1, 0, 0, 0);
	assert_false(c->rows[COMPARED_STILL][0].waived);
	comparison_unref(c);
}

static void open_findings_come_before_waived_ones(void **state)
{
	struct help *help = *state;
	struct comparison *c;

	two_runs(help, "mock", "mock");
	help_run_finding(help, 201, "video@a", "es", "srt-invalid", true);
	help_run_finding(help, 201, "video@b", "es", "encoding-converted", false);
	c = compare(help, 1, 2);
	assert_int_equal(c->rows[COMPARED_NEW][0].code, FINDING_ENCODING_CONVERTED);
	assert_true(c->rows[COMPARED_NEW][1].waived);
	comparison_unref(c);
}

/* What nobody could look for is not mended. */
static void a_finding_is_not_fixed_where_a_server_failed(void **state)
{
	struct help *help = *state;
	struct comparison *c;

	two_runs(help, "mock", "mock");
	help_run_finding(help, 101, "video@a", "es", "srt-invalid", false);
	help_run_finding(help, 101, "video@b", "es", "srt-invalid", false);
	help_run_finding(help, 201, "video@a", "", "val-unreachable", false);
	c = compare(help, 1, 2);
	assert_counts(c, 1, 0, 1, 0, 0);
	assert_string_equal(c->rows[COMPARED_FIXED][0].block, "video@b");
	comparison_unref(c);
	help_sql(help, "UPDATE run_course SET problem = 'no export' WHERE id = 201");
	c = compare(help, 1, 2);
	assert_counts(c, 0, 0, 1, 0, 0);
	comparison_unref(c);
}

/* ---- courses ------------------------------------------------------------------------------*/

static void a_course_of_one_run_only_has_nothing_fixed_or_new(void **state)
{
	struct help *help = *state;
	const struct compared_row *row;
	struct comparison *c;

	help_run(help, 1, "mock");
	help_run(help, 2, "mock");
	help_run_course(help, 1, 1, "a", "Failed");
	help_run_course(help, 2, 1, "b", "Migrated");
	help_run_course(help, 1, 2, "c", "Migrated");
	help_run_course(help, 2, 2, "c", "In-Progress");
	help_run_finding(help, 101, "video@a", "es", "srt-invalid", false);
	help_run_finding(help, 201, "video@a", "es", "srt-invalid", false);
	help_run_finding(help, 102, "video@a", "es", "srt-invalid", false);
	help_run_text(help, 102, "video@a", "es", "failed", "s1");
	c = compare(help, 1, 2);
	assert_counts(c, 0, 0, 0, 0, 0);
	assert_int_equal(c->counts[COMPARED_COURSES], 3);
	row = c->rows[COMPARED_COURSES];
	assert_string_equal(row[0].course, "a");
	assert_true(row[0].in_a && !row[0].in_b);
	assert_int_equal(row[0].status_a, COURSE_FAILED);
	assert_int_equal(row[0].elapsed_a, 101000);
	assert_int_equal(row[0].time_a, 50500);
	assert_int_equal(row[0].errors_a, 1);
	assert_int_equal(row[0].time_b + row[0].errors_b, 0);
	assert_true(!row[1].in_a && row[1].in_b);
	assert_true(row[2].in_a && row[2].in_b);
	assert_int_equal(row[2].status_b, COURSE_IN_PROGRESS);
	assert_int_equal(row[2].time_b, 0);
	comparison_unref(c);
}

static void a_run_beside_itself_differs_in_nothing(void **state)
{
	struct help *help = *state;
	struct comparison *c;

	two_runs(help, "dry", "mock");
	help_run_finding(help, 101, "video@a", "es", "srt-invalid", false);
	help_run_text(help, 101, "video@a", "es", "failed", "s1");
	help_run_text(help, 101, "video@a", "en", "would-migrate", "s2");
	c = compare(help, 1, 1);
	assert_counts(c, 0, 1, 0, 0, 0);
	assert_int_equal(c->counts[COMPARED_COURSES], 1);
	assert_false(c->has_predictions);
	comparison_unref(c);
}

static void an_imported_run_is_compared_like_any(void **state)
{
	struct help *help = *state;
	struct comparison *c;
	char name[64];

	two_runs(help, "mock", "real");
	help_sql(help, "UPDATE run SET imported = 9, origin_number = 2, campus = 'stg' WHERE number = 1");
	help_run_text(help, 101, "video@a", "es", "migrated", "s1");
	help_run_text(help, 201, "video@a", "es", "migrated", "s2");
	c = compare(help, 1, 2);
	assert_counts(c, 0, 0, 0, 1, 0);
	assert_string_equal(run_row_name(&c->a, name, sizeof(name)), "mock 1 (mock 2 of stg)");
	comparison_unref(c);
}

static void an_unknown_run_is_named(void **state)
{
	struct help *help = *state;
	struct comparison *c;

	help_run(help, 1, "mock");
	assert_int_equal(comparison_new(&c, help->reader, 1, 7, &help->err), RESULT_MISSING);
	assert_null(c);
	assert_says(help->err, "run 7");
	assert_int_equal(comparison_new(&c, help->reader, 8, 1, &help->err), RESULT_MISSING);
	assert_says(help->err, "run 8");
}

static void a_comparison_stays_while_somebody_holds_it(void **state)
{
	struct help *help = *state;
	struct comparison *c, *other;

	two_runs(help, "mock", "mock");
	c = compare(help, 1, 2);
	other = comparison_ref(c);
	comparison_unref(c);
	assert_string_equal(other->rows[COMPARED_COURSES][0].course, "c");
	comparison_unref(other);
	comparison_unref(NULL);
	assert_null(comparison_ref(NULL));
}

/* A course that could not be read has no transcripts in its run: they have not come, nor gone. */
static void a_course_that_was_not_read_has_changed_nothing(void **state)
{
	struct help *help = *state;

	for (int unread = 1; unread <= 2; unread++) {
		struct comparison *c;

		help_sql(help, "DELETE FROM run_transcript; DELETE FROM run_finding;"
			       " DELETE FROM run_course; DELETE FROM run");
		two_runs(help, "dry", "mock");
		help_sqlf(help, "UPDATE run_course SET problem = 'no answer', status = 'Failed',"
				" source_version = '' WHERE id = %d", unread * 100 + 1);
		help_run_finding(help, unread * 100 + 1, "", "", "source-unreachable", false);
		help_run_text(help, unread == 1 ? 201 : 101, "video@a", "es",
			      unread == 1 ? "migrated" : "would-migrate", "s1");
		help_run_text(help, unread == 1 ? 201 : 101, "video@b", "es", "waived", "");
		c = compare(help, 1, 2);
		assert_int_equal(c->counts[COMPARED_CHANGED], 0);
		/* nothing was predicted; or nothing came of what was */
		assert_int_equal(c->predicted, unread == 1 ? 0 : 2);
		assert_int_equal(c->met, 0);
		assert_int_equal(c->counts[COMPARED_MISSED], unread == 1 ? 0 : 2);
		for (size_t i = 0; i < c->counts[COMPARED_MISSED]; i++)
			assert_int_equal(c->rows[COMPARED_MISSED][i].cause, MISS_SERVER);
		comparison_unref(c);
	}
}

/* ---- the source ---------------------------------------------------------------------------*/

static void what_changed_at_the_source_is_told(void **state)
{
	static const struct {
		const char *block, *outcome_a, *source_a, *outcome_b, *source_b, *missing_in;
		const char *told; /* NULL: nothing */
	} rows[] = {
		{"video@a", "migrated", "s1", "migrated", "s1", "", NULL},
		{"video@b", "migrated", "s1", "kept", "s2", "", "another text"},
		{"video@c", "migrated", "s1", NULL, "", "", "gone"},
		{"video@d", NULL, "", "migrated", "s1", "", "came"},
		{"video@e", "extra", "", NULL, "", "", NULL}, /* val's, not the source's */
		{"video@f", "extra", "", "kept", "s1", "", "came"},
		{"video@g", "migrated", "s1", "failed", "", "b", "file gone"},
		{"video@h", "failed", "", "migrated", "s1", "a", "file came"},
		{"video@i", "migrated", "s1", "failed", "", "", NULL}, /* it was not read */
		{"video@j", "failed", "", "migrated", "s1", "", NULL},
	};
	struct help *help = *state;
	struct comparison *c;
	size_t at = 0;

	two_runs(help, "mock", "mock");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].outcome_a)
			help_run_text(help, 101, rows[i].block, "es", rows[i].outcome_a,
				      rows[i].source_a);
		if (rows[i].outcome_b)
			help_run_text(help, 201, rows[i].block, "es", rows[i].outcome_b,
				      rows[i].source_b);
		if (*rows[i].missing_in)
			help_run_finding(help, *rows[i].missing_in == 'a' ? 101 : 201, rows[i].block,
					 "es", "asset-missing", false);
	}
	c = compare(help, 1, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct compared_row *row = &c->rows[COMPARED_CHANGED][at];

		if (!rows[i].told)
			continue;
		assert_true(at++ < c->counts[COMPARED_CHANGED]);
		assert_string_equal(row->block, rows[i].block);
		assert_string_equal(row->text, rows[i].told);
		assert_int_equal(row->in_a, !!rows[i].outcome_a);
		assert_int_equal(row->in_b, !!rows[i].outcome_b);
	}
	assert_int_equal(at, c->counts[COMPARED_CHANGED]);
	comparison_unref(c);
}

/* ---- predictions --------------------------------------------------------------------------*/

static void predictions_that_came_true_are_met(void **state)
{
	static const struct {
		const char *predicted, *actual;
	} rows[] = {
		{"would-migrate", "migrated"},
		{"migrated", "migrated"}, /* by us, before both */
		{"kept", "kept"},
		{"failed", "failed"},
		{"left-out", "left-out"},
		{"waived", "waived"},
		{"extra", "extra"},
	};
	struct help *help = *state;
	struct comparison *c;
	char block[32];

	two_runs(help, "dry", "mock");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(block, sizeof(block), "video@%zu", i);
		help_run_text(help, 101, block, "es", rows[i].predicted, "s");
		help_run_text(help, 201, block, "es", rows[i].actual, "s");
	}
	help_run_text(help, 101, "video@u", "es", "untold", "s");
	help_run_text(help, 201, "video@u", "es", "kept", "s");
	c = compare(help, 1, 2);
	assert_true(c->has_predictions);
	assert_counts(c, 0, 0, 0, 0, 0);
	assert_int_equal(c->predicted, 7);
	assert_int_equal(c->met, 7);
	assert_int_equal(c->untold, 1);
	comparison_unref(c);
}

/* One transcript that was predicted otherwise, and what there is to see of it. */
struct miss {
	const char *predicted, *actual; /* NULL: not in that run */
	const char *sql;		/* the evidence */
	enum miss_cause cause;
	enum finding_code code;
};
#define FINDS(course, block, language, code, waived)                                               \
	"INSERT INTO run_finding(run_course, block, language, code, severity, text, seen, waived," \
	" reason, who, at) VALUES(" #course ", '" block "', '" language "', '" code                \
	"', 2, 't', '', " #waived ", '', '', 0);"
#define ROW(course, block, language, outcome, source)                                              \
	"INSERT INTO run_transcript VALUES(" #course ", '" block "', '" language "', 'id-a', '"    \
	outcome "', '" source "', '');"

/* clang-format off */
static const struct miss misses[] = {
	/* source-changed: its own file, that of another language of the video, or the structure */
	{"would-migrate", "failed", FINDS(201, "video@a", "es", "srt-invalid", 0)
		"UPDATE run_transcript SET source_sha256 = 'other' WHERE run_course = 201",
		MISS_SOURCE_CHANGED, FINDING_SRT_INVALID},
	{"would-migrate", "failed", FINDS(201, "video@a", "fr", "srt-invalid", 0)
		ROW(101, "video@a", "fr", "migrated", "1") ROW(201, "video@a", "fr", "migrated", "2"),
		MISS_SOURCE_CHANGED, FINDING_SRT_INVALID},
	{"would-migrate", NULL, "UPDATE run_course SET source_version = 'w' WHERE id = 201",
		MISS_SOURCE_CHANGED, FINDING_NONE},
	{NULL, "migrated", "UPDATE run_course SET source_assets = 'b' WHERE id = 201",
		MISS_SOURCE_CHANGED, FINDING_NONE},
	{NULL, "migrated", "", MISS_UNEXPLAINED, FINDING_NONE},
	{NULL, "kept", "", MISS_UNEXPLAINED, FINDING_NONE},
	{"would-migrate", "kept", "UPDATE run_course SET source_version = 'w' WHERE id = 201",
		MISS_VAL_CHANGED, FINDING_NONE},
	/* waived: this one, or what had stopped its video; before a server's failure */
	{"failed", "waived", FINDS(101, "video@a", "es", "srt-invalid", 0)
		FINDS(201, "video@a", "es", "srt-invalid", 1) FINDS(201, "video@a", "", "val-refused", 0),
		MISS_WAIVED, FINDING_SRT_INVALID},
	{"failed", "migrated", FINDS(101, "video@a", "fr", "srt-invalid", 0)
		FINDS(201, "video@a", "fr", "srt-invalid", 1), MISS_WAIVED, FINDING_NONE},
	{"would-migrate", "failed", FINDS(101, "video@b", "es", "srt-invalid", 0)
		FINDS(201, "video@b", "es", "srt-invalid", 1), MISS_UNEXPLAINED, FINDING_NONE},
	/* server: for the video, the course, or the course as a whole, in either run */
	{"would-migrate", "failed", FINDS(201, "video@a", "", "val-unreachable", 0)
		FINDS(201, "video@a", "es", "store-conflict", 0), MISS_SERVER, FINDING_STORE_CONFLICT},
	{"would-migrate", "failed", FINDS(201, "video@a", "", "store-refused", 0),
		MISS_SERVER, FINDING_STORE_REFUSED},
	{"failed", "migrated", FINDS(101, "video@a", "", "source-unreachable", 0),
		MISS_SERVER, FINDING_NONE},
	{NULL, "migrated", FINDS(101, "", "", "source-unreachable", 0), MISS_SERVER, FINDING_NONE},
	{"would-migrate", "planned", "UPDATE run_course SET problem = 'no export' WHERE id = 201",
		MISS_SERVER, FINDING_NONE},
	{"would-migrate", "failed", FINDS(201, "video@b", "", "val-unreachable", 0),
		MISS_UNEXPLAINED, FINDING_NONE},
	/* store */
	{"would-migrate", "failed", FINDS(201, "video@a", "es", "store-conflict", 0),
		MISS_STORE, FINDING_STORE_CONFLICT},
	{"would-migrate", "failed", FINDS(201, "video@a", "fr", "store-conflict", 0),
		MISS_STORE, FINDING_STORE_CONFLICT},
	/* shared-id: also with a block of another course, in one run only */
	{"would-migrate", "kept", ROW(101, "video@z", "es", "would-migrate", "s")
		ROW(201, "video@z", "es", "migrated", "s"), MISS_SHARED_ID, FINDING_NONE},
	{"kept", "migrated", ROW(202, "video@z", "es", "kept", "s"), MISS_SHARED_ID, FINDING_NONE},
	/* what stops the video in one run only, as another block had put that language in the other */
	{"failed", "migrated", FINDS(101, "video@a", "fr", "asset-missing", 0)
		ROW(101, "video@a", "fr", "failed", "") ROW(201, "video@a", "fr", "kept", "")
		ROW(202, "video@z", "fr", "migrated", "s"), MISS_SHARED_ID, FINDING_NONE},
	{"would-migrate", "kept", ROW(202, "video@z", "fr", "kept", "s"), MISS_VAL_CHANGED, FINDING_NONE},
	{"would-migrate", "kept", ROW(202, "video@z", "es", "extra", ""), MISS_VAL_CHANGED, FINDING_NONE},
	/* val-changed */
	{"would-migrate", "kept", FINDS(201, "video@a", "es", "val-differs", 0),
		MISS_VAL_CHANGED, FINDING_VAL_DIFFERS},
	{"kept", "migrated", "", MISS_VAL_CHANGED, FINDING_NONE},
	/* restored: what was in edx-val is another day's; but what runs elsewhere count is not our restores */
	{"kept", "migrated", "UPDATE run SET generation = 2 WHERE number = 2", MISS_RESTORED, FINDING_NONE},
	{"would-migrate", "kept", "UPDATE run SET generation = 2 WHERE number = 2", MISS_RESTORED,
		FINDING_NONE},
	{"kept", "migrated", "UPDATE run SET generation = 2, imported = 1 WHERE number = 2",
		MISS_VAL_CHANGED, FINDING_NONE},
	{"migrated", "kept", "", MISS_VAL_CHANGED, FINDING_NONE},
	{"migrated", "failed", FINDS(201, "video@a", "es", "val-removed", 0),
		MISS_VAL_CHANGED, FINDING_VAL_REMOVED},
	{"would-migrate", "failed", FINDS(201, "video@a", "es", "val-overtaken", 0),
		MISS_VAL_CHANGED, FINDING_VAL_OVERTAKEN},
	{"failed", "kept", "", MISS_VAL_CHANGED, FINDING_NONE},
	{"extra", NULL, "UPDATE run_course SET source_version = 'w' WHERE id = 201",
		MISS_VAL_CHANGED, FINDING_NONE},
	{NULL, "extra", "", MISS_VAL_CHANGED, FINDING_NONE},
	/* failed as predicted, for another reason */
	{"failed", "failed", FINDS(101, "video@a", "es", "srt-invalid", 0)
		FINDS(201, "video@a", "es", "asset-damaged", 0), MISS_UNEXPLAINED, FINDING_ASSET_DAMAGED},
	{"failed", "failed", FINDS(101, "video@a", "fr", "srt-invalid", 0)
		FINDS(101, "video@a", "es", "asset-damaged", 0) FINDS(201, "video@a", "es", "asset-damaged", 0),
		MISS_NONE, FINDING_NONE},
	/* nothing to see */
	{"would-migrate", "failed", "", MISS_UNEXPLAINED, FINDING_NONE},
	{"left-out", "migrated", "", MISS_UNEXPLAINED, FINDING_NONE},
	{"would-migrate", NULL, "", MISS_UNEXPLAINED, FINDING_NONE},
};
/* clang-format on */

static void look_at_miss(struct help *help, const struct miss *miss, size_t number)
{
	bool missed = miss->cause != MISS_NONE;
	const struct compared_row *row = NULL;
	struct comparison *c;

	two_runs(help, "dry", "mock");
	help_run_course(help, 1, 2, "d", "Migrated");
	help_run_course(help, 2, 2, "d", "Migrated");
	if (miss->predicted)
		help_run_text(help, 101, "video@a", "es", miss->predicted, "s");
	if (miss->actual)
		help_run_text(help, 201, "video@a", "es", miss->actual, "s");
	help_sql(help, "UPDATE run_transcript SET val_id = 'id-a'");
	help_sql(help, miss->sql);
	c = compare(help, 1, 2);
	for (size_t i = 0; i < c->counts[COMPARED_MISSED]; i++)
		if (!strcmp(c->rows[COMPARED_MISSED][i].block, "video@a") &&
		    !strcmp(c->rows[COMPARED_MISSED][i].language, "es"))
			row = &c->rows[COMPARED_MISSED][i];
	if (!missed && row)
		fail_msg("miss %zu is none", number);
	if (missed && (!row || row->cause != miss->cause || row->code != miss->code))
		fail_msg("miss %zu: %s, %d", number, row ? miss_cause_name(row->cause) : "none",
			 row ? (int)row->code : 0);
	assert_true(!missed || c->met < c->predicted || !miss->predicted);
	comparison_unref(c);
}

static void each_missed_prediction_has_its_cause(void **state)
{
	for (size_t i = 0; i < sizeof(misses) / sizeof(*misses); i++) {
		help_setup(state);
		look_at_miss(*state, &misses[i], i);
		help_teardown(state);
	}
}

static void every_cause_is_looked_for(void **state)
{
	/* the latter: below */
	bool seen[MISS_CAUSES] = {[MISS_NONE] = true, [MISS_NOT_RUN] = true, [MISS_OTHER_RUN] = true};

	(void)state;
	for (size_t i = 0; i < sizeof(misses) / sizeof(*misses); i++)
		seen[misses[i].cause] = true;
	for (int i = 0; i < MISS_CAUSES; i++)
		if (!seen[i])
			fail_msg("no miss by %s", miss_cause_name((enum miss_cause)i));
}

static void what_was_not_run_is_told_by_course_and_comes_last(void **state)
{
	struct help *help = *state;
	const struct compared_row *row;
	struct comparison *c;

	help_run(help, 1, "dry");
	help_run(help, 2, "mock");
	help_run_course(help, 1, 1, "a", "Migrated");
	help_run_course(help, 1, 2, "b", "Migrated");
	help_run_course(help, 2, 2, "b", "In-Progress");
	help_run_course(help, 1, 3, "c", "Migrated");
	help_run_course(help, 2, 3, "c", "Failed");
	help_run_course(help, 1, 4, "d", "In-Progress"); /* predicted nothing */
	help_run_course(help, 2, 4, "d", "Migrated");
	help_run_text(help, 101, "video@a", "es", "would-migrate", "s");
	help_run_text(help, 102, "video@a", "es", "would-migrate", "s");
	help_run_text(help, 103, "video@a", "es", "would-migrate", "s");
	help_run_text(help, 103, "video@b", "es", "would-migrate", "s");
	help_run_text(help, 203, "video@a", "es", "migrated", "s");
	help_run_text(help, 203, "video@b", "es", "kept", "s");
	help_run_text(help, 103, "video@c", "es", "would-migrate", "s");
	help_run_text(help, 203, "video@c", "es", "left-out", "s");
	c = compare(help, 1, 2);
	assert_int_equal(c->predicted, 3);
	assert_int_equal(c->met, 1);
	assert_int_equal(c->counts[COMPARED_MISSED], 4);
	row = c->rows[COMPARED_MISSED];
	assert_int_equal(row[0].cause, MISS_UNEXPLAINED);
	assert_string_equal(row[0].block, "video@c");
	assert_int_equal(row[0].predicted, OUTCOME_WOULD);
	assert_int_equal(row[0].actual, OUTCOME_LEFT_OUT);
	assert_int_equal(row[1].cause, MISS_VAL_CHANGED);
	assert_int_equal(row[2].cause, MISS_NOT_RUN);
	assert_string_equal(row[2].course, "a");
	assert_string_equal(row[2].block, "");
	assert_string_equal(row[3].course, "b");
	comparison_unref(c);
}

/* Between dry run 1 and mock run 2, by its times, run 3 of another course; it gave video@z, which has
   the id of video@a, and video@y. */
static void three_runs(struct help *help)
{
	two_runs(help, "dry", "mock");
	help_run(help, 3, "mock");
	help_run_course(help, 3, 1, "d", "Migrated");
	help_run_text(help, 301, "video@z", "es", "migrated", "s");
	help_run_text(help, 301, "video@y", "es", "kept", "s");
	help_run_text(help, 101, "video@a", "es", "would-migrate", "s");
	help_run_text(help, 201, "video@a", "es", "kept", "s");
	help_run_text(help, 101, "video@y", "es", "would-migrate", "s");
	help_run_text(help, 201, "video@y", "es", "kept", "s");
	help_run_text(help, 101, "video@m", "es", "failed", "s");
	help_run_text(help, 201, "video@m", "es", "migrated", "s");
	help_run_text(help, 301, "video@m", "es", "migrated", "s");
	help_sql(help, "UPDATE run_transcript SET val_id = 'id-a' WHERE block IN ('video@a', 'video@z');"
		       "UPDATE run SET began = 10, ended = 20 WHERE number = 1;"
		       "UPDATE run SET began = 30, ended = 40 WHERE number = 3;"
		       "UPDATE run SET began = 50, ended = 60 WHERE number = 2;"
		       "UPDATE run_course SET (began, ended) ="
		       " (SELECT began + 1, ended - 1 FROM run WHERE number = run)");
}

/* What each prediction of video@a, m and y was missed for, and by which run. */
static void expect_misses(struct help *help, enum miss_cause a, enum miss_cause m, int64_t run)
{
	struct comparison *c = compare(help, 1, 2);
	char text[64];

	assert_int_equal(c->counts[COMPARED_MISSED], 3);
	for (size_t i = 0; i < 3; i++) {
		const struct compared_row *row = &c->rows[COMPARED_MISSED][i];
		enum miss_cause cause = row->block[6] == 'a'   ? a
					: row->block[6] == 'm' ? m
							       : MISS_VAL_CHANGED;

		if (row->cause != cause)
			fail_msg("%s: %s", row->block, miss_cause_name(row->cause));
		assert_int_equal(row->run, cause == MISS_OTHER_RUN ? run : 0);
		if (cause == MISS_OTHER_RUN && run == 3)
			assert_string_equal(compared_cause(row, text, sizeof(text)), "other-run 3");
	}
	comparison_unref(c);
}

static void what_a_run_between_gave_is_told(void **state)
{
	struct help *help = *state;

	three_runs(help);
	expect_misses(help, MISS_OTHER_RUN, MISS_OTHER_RUN, 3);
	/* the last of several */
	help_run(help, 4, "real");
	help_run_course(help, 4, 1, "d", "Migrated");
	help_sql(help, "UPDATE run SET began = 45, ended = 47 WHERE number = 4;"
		       "UPDATE run_course SET began = 45, ended = 46 WHERE run = 4;"
		       "INSERT INTO run_transcript SELECT 401, block, language, val_id, outcome,"
		       " source_sha256, sha256 FROM run_transcript WHERE run_course = 301");
	expect_misses(help, MISS_OTHER_RUN, MISS_OTHER_RUN, 4);
}

static void what_no_run_between_gave_is_not_said_of_it(void **state)
{
	static const char *const sql[] = {
		"UPDATE run_course SET began = 1, ended = 10 WHERE run = 3", /* before A looked */
		"UPDATE run_course SET began = 60, ended = 70 WHERE run = 3", /* after B */
		"UPDATE run SET kind = 'dry' WHERE number = 3",
		"UPDATE run SET imported = 1 WHERE number = 3",
		"UPDATE run SET generation = 2 WHERE number = 3", /* what it gave is gone */
		"UPDATE run SET imported = 1 WHERE number = 2", /* not this edx-val */
		"UPDATE run_transcript SET outcome = 'kept' WHERE run_course = 301",
		"UPDATE run_transcript SET language = 'fr' WHERE run_course = 301",
		"DELETE FROM run_transcript WHERE run_course = 301",
	};

	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql); i++) {
		help_setup(state);
		three_runs(*state);
		help_sql(*state, sql[i]);
		expect_misses(*state, MISS_VAL_CHANGED, MISS_UNEXPLAINED, 0);
		help_teardown(state);
	}
}

/* ---- where to begin -----------------------------------------------------------------------*/

static void what_matters_most_is_shown_first(void **state)
{
	static struct compared_row missed = {.cause = MISS_UNEXPLAINED};
	struct comparison c = {.counts = {3, 2, 1, 1, 1, 1}, .rows = {[COMPARED_MISSED] = &missed}};

	(void)state;
	assert_int_equal(comparison_first(&c), COMPARED_NEW);
	c.counts[COMPARED_NEW] = 0;
	assert_int_equal(comparison_first(&c), COMPARED_MISSED);
	missed.cause = MISS_WAIVED;
	assert_int_equal(comparison_first(&c), COMPARED_FIXED);
	c.counts[COMPARED_FIXED] = c.counts[COMPARED_STILL] = 0;
	assert_int_equal(comparison_first(&c), COMPARED_CHANGED);
	memset(c.counts, 0, sizeof(c.counts));
	assert_int_equal(comparison_first(&c), COMPARED_COURSES);
}

static void only_a_dry_run_predicts(void **state)
{
	struct help *help = *state;
	struct comparison *c;

	two_runs(help, "dry", "dry");
	help_run_text(help, 101, "video@a", "es", "would-migrate", "s");
	help_run_text(help, 201, "video@a", "es", "failed", "s");
	c = compare(help, 1, 2);
	assert_false(c->has_predictions);
	assert_int_equal(c->counts[COMPARED_MISSED] + (size_t)c->predicted, 0);
	comparison_unref(c);
	help_sql(help, "UPDATE run SET kind = 'mock'");
	c = compare(help, 1, 2);
	assert_int_equal(c->counts[COMPARED_MISSED] + (size_t)c->predicted, 0);
	comparison_unref(c);
}

/* ---- what it costs ------------------------------------------------------------------------*/

/* Ten courses or one of 50,000 transcripts and 5,000 findings a run, of which some differ. */
static void fill_large(struct help *help, int courses)
{
	for (int run = 1; run <= 2; run++) {
		help_run(help, run, run == 1 ? "dry" : "mock");
		for (int i = 0; i < courses; i++) {
			char key[16];

			snprintf(key, sizeof(key), "c%d", i);
			help_run_course(help, run, i, key, "Migrated");
		}
		help_sqlf(help,
			  "WITH n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 49999)"
			  " INSERT INTO run_transcript SELECT %d + i %% %d, printf('video@%%08d', i / 2),"
			  " CASE i %% 2 WHEN 0 THEN 'en' ELSE 'es' END, printf('id%%d', i / 2),"
			  " CASE WHEN i %% 20 > 1 THEN '%s' WHEN i %% 40 < 20 THEN 'failed' ELSE 'kept' END,"
			  " printf('%%d', i), '' FROM n",
			  run * 100, courses, run == 1 ? "would-migrate" : "migrated");
		help_sqlf(help,
			  "WITH n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 4999)"
			  " INSERT INTO run_finding(run_course, block, language, code, severity, text, seen,"
			  " waived, reason, who, at) SELECT %d + i %% %d, printf('video@%%08d', i * 5), 'en',"
			  " CASE WHEN %d = 2 AND i %% 10 = 0 THEN 'srt-invalid' ELSE 'asset-damaged' END,"
			  " 2, 't', '', 0, '', '', 0 FROM n",
			  run * 100, courses, run);
		/* the other run kept, where this one failed */
		if (run == 2)
			help_sql(help, "UPDATE run_transcript SET outcome = CASE outcome WHEN 'kept' THEN"
				       " 'failed' ELSE 'kept' END WHERE run_course >= 200 AND outcome <> 'migrated'");
	}
}

static void assert_cheap(struct help *help, size_t missed)
{
	clock_t began = clock();
	struct comparison *c = compare(help, 1, 2);
	double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;

	assert_counts(c, 500, 4500, 500, 0, missed);
	assert_int_equal(c->predicted, 50000);
	assert_int_equal(c->met, 50000 - (int64_t)missed);
	/* a tenth of this on a slow machine; what walks through all for each takes minutes */
	if (seconds > 10)
		fail_msg("%g s of processor", seconds);
	comparison_unref(c);
}

static void large_runs_are_compared_quickly(void **state)
{
	fill_large(*state, 10);
	assert_cheap(*state, 5000);
}

static void one_large_course_is_compared_quickly(void **state)
{
	fill_large(*state, 1);
	assert_cheap(*state, 5000);
}

/* ---- words --------------------------------------------------------------------------------*/

static void lists_and_causes_have_names(void **state)
{
	(void)state;
	assert_string_equal(compared_name(COMPARED_CHANGED), "changed");
	assert_string_equal(compared_heading(COMPARED_STILL), "still there");
	assert_string_equal(compared_name(COMPARED_COUNT), "?");
	assert_string_equal(miss_cause_name(MISS_SHARED_ID), "shared-id");
	assert_string_equal(miss_cause_name(MISS_CAUSES), "?");
	assert_non_null(strstr(miss_cause_help(MISS_UNEXPLAINED), "report"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)
		T(findings_are_fixed_still_there_or_new),
		T(several_of_one_item_count_once_by_the_worst_that_is_open),
		T(open_findings_come_before_waived_ones),
		T(a_finding_is_not_fixed_where_a_server_failed),
		T(a_course_that_was_not_read_has_changed_nothing),
		T(a_course_of_one_run_only_has_nothing_fixed_or_new),
		T(a_run_beside_itself_differs_in_nothing),
		T(an_imported_run_is_compared_like_any),
		T(an_unknown_run_is_named),
		T(a_comparison_stays_while_somebody_holds_it),
		T(what_changed_at_the_source_is_told),
		T(predictions_that_came_true_are_met),
		cmocka_unit_test(each_missed_prediction_has_its_cause),
		T(every_cause_is_looked_for),
		T(what_was_not_run_is_told_by_course_and_comes_last),
		T(what_a_run_between_gave_is_told),
		cmocka_unit_test(what_no_run_between_gave_is_not_said_of_it),
		cmocka_unit_test(what_matters_most_is_shown_first),
		T(only_a_dry_run_predicts),
		T(large_runs_are_compared_quickly),
		T(one_large_course_is_compared_quickly),
		T(lists_and_causes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
