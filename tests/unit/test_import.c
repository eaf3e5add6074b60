/* An import is many commits: what others see of it meanwhile, and what one that was killed leaves. */
#include "config.h"

#include "tests/unit/carry_help.h"

#include <signal.h>
#include <sys/wait.h>

#include "src/status/lock.h"
#include "src/status/rollout.h"
#include "src/status/run_pairs.h"
#include "src/status/transfer.h"

enum { COURSES = 2, TRANSCRIPTS = 6000 }; /* a course; more than one commit takes */

/* A run of the courses c0, c1 with a transcript a number, an error each, and a waiver. */
struct source {
	struct help *help;
	int64_t row;
	int64_t stop_at;	    /* what happens before this row: */
	void (*stop)(struct source *source);
	enum result says;	    /* RESULT_OK: goes on */
	char block[32];
};

#define W(word) ((char *)(word)) /* rows own their texts, but these */

static void fill_course(struct transfer *row, int64_t course)
{
	row->kind = TRANSFER_COURSE;
	row->course = (struct run_course_row){.course = W(course ? "c1" : "c0"),
					      .status = COURSE_MIGRATED,
					      .began = 1,
					      .ended = 2,
					      .problem = W(""),
					      .source_version = W(""),
					      .source_assets = W("")};
	row->course.sums.migrated = TRANSCRIPTS;
	row->course.sums.counts.errors = 1;
}

static void fill_below(struct source *source, struct transfer *row, int64_t number)
{
	if (number < TRANSCRIPTS) {
		snprintf(source->block, sizeof(source->block), "video@%08d", (int)number);
		row->kind = TRANSFER_TRANSCRIPT;
		row->transcript = (struct run_transcript){source->block, W("en"), W("id"), W(""), W(""),
							  OUTCOME_MIGRATED};
		return;
	}
	row->kind = TRANSFER_FINDING;
	row->finding = (struct finding_row){.block = W("video@x"), .language = W("fr"),
					    .code = FINDING_SRT_INVALID,
					    .severity = FINDING_ERROR, .text = W(""), .seen = W("s"),
					    .reason = W(""), .who = W("")};
}

static enum result next_row(void *arg, struct transfer *row, struct error *err)
{
	struct source *source = arg;
	int64_t number = source->row++, each = TRANSCRIPTS + 2;

	if (source->stop && number == source->stop_at) {
		source->stop(source);
		if (source->says != RESULT_OK)
			return error_set(err, source->says, "enough");
	}
	if (!number) {
		row->kind = TRANSFER_RUN;
		row->run = (struct run_row){.number = 7, .generation = 1, .kind = RUN_MOCK, .uid = W(UID("00ab")),
					    .campus = W("quay"), .environment = W("staging"), .release = W(""),
					    .version = W(""), .options = W(""), .who = W("ben"), .host = W("mole"),
					    .began = 5, .ended = 6};
	} else if (number <= COURSES * each) {
		if ((number - 1) % each == 0)
			fill_course(row, (number - 1) / each);
		else
			fill_below(source, row, (number - 1) % each - 1);
	} else if (number == COURSES * each + 1) {
		row->kind = TRANSFER_WAIVER;
		row->waiver = (struct waiver_row){.course = W("c0"), .block = W("video@x"), .language = W("fr"),
						  .code = FINDING_SRT_INVALID, .seen = W("s"),
						  .reason = W("as filmed"), .who = W("cy"), .at = 5};
	} else {
		return RESULT_END;
	}
	return RESULT_OK;
}

static enum result import(struct source *source, struct transferred *done)
{
	struct transfer_from from = {next_row, source, "runs.json", "quay", "00"};

	return status_import(source->help->status, &from, done, &source->help->err);
}

/* Late enough that a commit has been made, early enough that there is none that ends it. */
enum { MIDWAY = COURSES * TRANSCRIPTS - 1000 };

/* ---- what others see meanwhile ------------------------------------------------------------*/

static void see_nothing(struct help *help)
{
	struct rehearsal rehearsal;
	struct run_row *rows, row = {0};
	enum run_kind kind;
	int64_t total = -1, number = -1;
	size_t got;
	bool has = true, open = true;

	assert_ok(reader_runs(help->reader, 0, -1, &rows, &got, &total, &help->err), help->err);
	assert_int_equal(total, 0);
	assert_int_equal(got, 0);
	free(rows);
	assert_ok(reader_has_runs(help->reader, &has, &help->err), help->err);
	assert_false(has);
	assert_int_equal(reader_run(help->reader, 1, &row, &help->err), RESULT_MISSING);
	assert_ok(reader_run_now(help->reader, &number, &kind, &open, &help->err), help->err);
	assert_true(!number && !open);
	assert_ok(reader_imported(help->reader, &number, &help->err), help->err);
	assert_int_equal(number, 0);
	assert_ok(reader_exported(help->reader, &number, &help->err), help->err);
	assert_int_equal(number, 0);
	assert_ok(reader_rehearsal(help->reader, help_course(help, "c0"), &rehearsal, &help->err),
		  help->err);
	assert_true(!rehearsal.runs && !rehearsal.errors);
	assert_ok(reader_course_run(help->reader, "c0", &number, &kind, &help->err), help->err);
	assert_int_equal(number, 0);
	assert_ok(run_pairs_before(help->reader, 99, &number, &help->err), help->err);
	assert_int_equal(number, 0);
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_rows(help, "SELECT count(*) FROM waiver", "0\n");
}

static void look(struct source *source)
{
	struct help *help = source->help;
	struct lock *lock;

	/* a commit was made before: the lock of the file was let go */
	assert_rows(help, "SELECT count(*) > 4000 FROM run_transcript", "1\n");
	see_nothing(help);
	/* nobody else brings something in meanwhile */
	assert_int_equal(lock_take_import(help->path, "eve", &lock, &help->err), RESULT_BUSY);
	assert_says(help->err, "runs are being imported by another holder of status database");
	assert_says(help->err, "(ana, pid ");
}

static void a_run_is_not_seen_before_all_of_it_is_there(void **state)
{
	struct source source = {*state, 0, MIDWAY, look, RESULT_OK, ""};
	struct help *help = *state;
	struct rehearsal rehearsal;
	struct transferred done;
	int64_t runs;

	assert_ok(import(&source, &done), help->err);
	assert_int_equal(done.count[TRANSFER_RUN], 1);
	assert_int_equal(done.count[TRANSFER_TRANSCRIPT], COURSES * TRANSCRIPTS);
	assert_int_equal(done.count[TRANSFER_WAIVER], 1);
	assert_int_equal(done.cleared, 0);
	assert_rows(help, "SELECT number, kind, origin_number FROM run", "1|mock|7\n");
	assert_rows(help, "SELECT count(*) FROM event WHERE action = 'import'", "1\n");
	assert_ok(reader_imported(help->reader, &runs, &help->err), help->err);
	assert_int_equal(runs, 1);
	assert_ok(reader_rehearsal(help->reader, help_course(help, "c1"), &rehearsal, &help->err),
		  help->err);
	assert_true(rehearsal.runs == 1 && rehearsal.errors == 1);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

/* ---- what is left of one that did not come to its end -------------------------------------*/

static const char any_row[] = "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM run_course)"
			      " + (SELECT count(*) FROM run_transcript)"
			      " + (SELECT count(*) FROM run_finding) + (SELECT count(*) FROM waiver)";

static void do_nothing(struct source *source)
{
	(void)source;
}

static void one_that_fails_midway_leaves_nothing(void **state)
{
	struct source source = {*state, 0, MIDWAY, do_nothing, RESULT_DAMAGED, ""};
	struct help *help = *state;
	struct transferred done;

	assert_int_equal(import(&source, &done), RESULT_DAMAGED);
	assert_string_equal(help->err.text, "enough");
	assert_rows(help, any_row, "0\n");
	assert_rows(help, "SELECT count(*) FROM event WHERE action = 'import'", "0\n");
	assert_ok(status_broken(help->status, &help->err), help->err);
	/* as late as can be: within the commit that would end it */
	source = (struct source){*state, 0, COURSES * (TRANSCRIPTS + 2) + 2, do_nothing,
				 RESULT_DAMAGED, ""};
	assert_int_equal(import(&source, &done), RESULT_DAMAGED);
	assert_rows(help, any_row, "0\n");
}

static void die(struct source *source)
{
	(void)source;
	raise(SIGKILL);
}

/* In a process of its own, with connections of its own: nothing of ours is open meanwhile. */
static void import_killed_at(struct help *help, int64_t row)
{
	struct source source = {help, 0, row, die, RESULT_OK, ""};
	struct transferred done;
	pid_t child;
	int code;

	help_close(help);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (help_open_as(help, "demo", &help->status) != RESULT_OK)
			_exit(1);
		import(&source, &done);
		_exit(2);
	}
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFSIGNALED(code) && WTERMSIG(code) == SIGKILL);
	help_open(help);
}

static void what_a_killed_one_left_counts_for_nothing_and_goes(void **state)
{
	struct help *help = *state;
	struct source source = {help, 0, 0, NULL, RESULT_OK, ""};
	struct transferred done;
	int64_t runs;
	char head[HASH_HEX];
	struct lock *lock;

	import_killed_at(help, MIDWAY);
	assert_rows(help, "SELECT count(*) > 4000 FROM run_transcript", "1\n");
	see_nothing(help);
	/* while somebody has the lock, it is under way */
	assert_ok(lock_take_import(help->path, "eve", &lock, &help->err), help->err);
	assert_int_equal(status_import_clear(help->status, &runs, &help->err), RESULT_BUSY);
	assert_int_equal(import(&source, &done), RESULT_BUSY);
	lock_free(lock);
	assert_rows(help, "SELECT count(*) > 4000 FROM run_transcript", "1\n");
	/* an engine that begins takes it away, once, and says so */
	assert_ok(status_import_clear(help->status, &runs, &help->err), help->err);
	assert_int_equal(runs, 1);
	assert_rows(help, any_row, "0\n");
	assert_rows(help, "SELECT severity, what FROM event WHERE action = 'import'",
		    "1|1 run of an import that was broken off taken away again: nothing of it counted\n");
	assert_ok(status_import_clear(help->status, &runs, &help->err), help->err);
	assert_int_equal(runs, 0);
	assert_rows(help, "SELECT count(*) FROM event WHERE action = 'import'", "1\n");
	/* and so does the next import, of the very same run */
	import_killed_at(help, MIDWAY);
	assert_ok(import(&source, &done), help->err);
	assert_int_equal(done.cleared, 1);
	assert_int_equal(done.count[TRANSFER_RUN], 1);
	assert_int_equal(done.known, 0);
	assert_rows(help, "SELECT number, kind FROM run", "1|mock\n");
	assert_rows(help, "SELECT count(*) FROM run_transcript", "12000\n");
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_ok(status_check_events(help->reader, head, &help->err), help->err);
}

static void a_run_of_here_that_begins_meanwhile_stays(void **state)
{
	struct help *help = *state;
	struct run_about about = {RUN_DRY, "", "0.1", ""};
	int64_t number, before, runs;

	import_killed_at(help, MIDWAY);
	assert_ok(status_dry_begin(help->status, &about, &number, &help->err), help->err);
	assert_ok(status_dry_end(help->status, number, false, &help->err), help->err);
	assert_int_equal(number, 2);
	/* what is arriving is no run to compare it with */
	add_course(help, 900, 2, "c0", "Migrated", 0);
	assert_ok(run_pairs_before(help->reader, number, &before, &help->err), help->err);
	assert_int_equal(before, 0);
	assert_ok(status_import_clear(help->status, &runs, &help->err), help->err);
	assert_rows(help, "SELECT kind FROM run", "dry\n");
}

static int setup(void **state)
{
	int st = help_setup(state);

	help_scan(*state, COURSES);
	return st;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_is_not_seen_before_all_of_it_is_there),
		TEST(one_that_fails_midway_leaves_nothing),
		TEST(what_a_killed_one_left_counts_for_nothing_and_goes),
		TEST(a_run_of_here_that_begins_meanwhile_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
