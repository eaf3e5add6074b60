#include "config.h"

#include "tests/unit/carry_help.h"

#include "src/rollout/permit.h"

static struct conf conf;
static struct permit permit;

static void look(struct help *help, size_t count)
{
	int64_t ids[64];
	char key[24];

	for (size_t i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "c%zu", i);
		ids[i] = help_course(help, key);
	}
	assert_ok(permit_look(&permit, &conf, help->reader, ids, count, &help->err), help->err);
}

/* Twenty courses, all of them in two imported mock runs. */
static int setup(void **state)
{
	struct help *help;
	char key[16];

	help_setup(state);
	help = *state;
	conf = (struct conf){.name = (char *)"harbour", .environment = (char *)"production",
			     .release = (char *)"", .flag_kind = (char *)"none", .mock_runs = 2, .coverage = 95};
	help_scan(help, 40);
	for (int run = 1; run <= 2; run++) {
		add_run(help, run, "mock", run * 1000000, "77, 5");
		for (int i = 0; i < 20; i++) {
			snprintf(key, sizeof(key), "c%d", i);
			add_course(help, run * 100 + i, run, key, "Migrated", 0);
		}
	}
	return 0;
}

static void assert_misses(const char *words)
{
	assert_true(permit.asked);
	assert_false(permit.given);
	assert_string_equal(permit.missing, words);
}

static void rehearsed_courses_may_be_launched(void **state)
{
	look(*state, 20);
	assert_true(permit.asked && permit.given);
	assert_int_equal(permit.runs, 2);
	assert_int_equal(permit.runs_needed, 2);
	assert_int_equal(permit.covered, 20);
	assert_int_equal(permit.coverage, 100);
	assert_string_equal(permit.missing, "");
}

static void nothing_is_asked_outside_production(void **state)
{
	conf.environment = (char *)"staging";
	help_sql(*state, "DELETE FROM run_course; DELETE FROM run");
	look(*state, 20);
	assert_true(permit.given && !permit.asked);
	conf.environment = (char *)"production";
	look(*state, 0);
	assert_true(permit.given && permit.asked);
}

static void one_run_is_not_two(void **state)
{
	help_sql(*state, "DELETE FROM run_course WHERE run = 2; DELETE FROM run WHERE number = 2");
	look(*state, 20);
	assert_misses("1 of 2 imported mock runs; 0 of 20 courses (0 %, needed: 95 %) in 2 of them; "
		      "for example c0");
	/* also where no course needs to have been in them */
	conf.coverage = 0;
	look(*state, 20);
	assert_misses("1 of 2 imported mock runs; for example c0");
	conf.coverage = 95;
	conf.mock_runs = 1;
	look(*state, 20);
	assert_true(permit.given);
	help_sql(*state, "DELETE FROM run_course; DELETE FROM run");
	look(*state, 1);
	assert_misses("0 of 1 imported mock run; 0 of 1 course (0 %, needed: 95 %) in 1 of them; "
		      "for example c0");
	conf.mock_runs = 0;
	look(*state, 1);
	assert_true(permit.given);
}

/* A run of here, a dry one and a real one are no rehearsal, nor is a course that did not end. */
static void only_imported_mock_runs_count(void **state)
{
	static const char *const sql[] = {
		"UPDATE run SET imported = 0 WHERE number = 2",
		"UPDATE run SET imported = 77, kind = 'dry' WHERE number = 2",
		"UPDATE run SET kind = 'real' WHERE number = 2",
		"UPDATE run SET kind = 'mock' WHERE number = 2;"
		"UPDATE run_course SET ended = 0, status = 'In-Progress' WHERE run = 2",
	};

	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql); i++) {
		help_sql(*state, sql[i]);
		look(*state, 20);
		assert_false(permit.given);
		assert_int_equal(permit.covered, 0);
	}
}

static void coverage_is_rounded_down(void **state)
{
	/* 19 of 20: 95 % */
	help_sql(*state, "DELETE FROM run_course WHERE id = 207");
	look(*state, 20);
	assert_true(permit.given);
	assert_int_equal(permit.coverage, 95);
	/* 20 of 21 were 95.2 %, 19 of 21 are 90.4 % */
	look(*state, 21);
	assert_misses("19 of 21 courses (90 %, needed: 95 %) in 2 of them; for example c7");
	help_sql(*state, "DELETE FROM run_course WHERE id = 108");
	look(*state, 20);
	assert_misses("18 of 20 courses (90 %, needed: 95 %) in 2 of them; for example c7");
	conf.coverage = 91;
	look(*state, 20);
	assert_false(permit.given);
	conf.coverage = 90;
	look(*state, 20);
	assert_true(permit.given);
	/* 94.9 % are 94 */
	help_sql(*state, "DELETE FROM run_course WHERE id = 109");
	conf.coverage = 95;
	look(*state, 40);
	assert_int_equal(permit.covered, 17);
	assert_int_equal(permit.coverage, 42);
}

static void the_last_run_of_each_course_decides(void **state)
{
	struct help *help = *state;

	help_sql(help, "DELETE FROM run_course WHERE id IN (103, 204)");
	add_course(help, 903, 1, "c3", "Failed", 2); /* mended in run 2 */
	look(help, 20);
	assert_true(permit.given);
	add_course(help, 904, 2, "c4", "Failed", 2);
	look(help, 20);
	assert_misses("2 unwaived errors of 1 course in the last of them; for example c4");
	assert_int_equal(permit.errors, 2);
	assert_int_equal(permit.errors_courses, 1);
	/* last by when it began, not by when it was imported */
	help_sql(help, "UPDATE run SET began = 500 WHERE number = 2");
	look(help, 20);
	assert_misses("2 unwaived errors of 1 course in the last of them; for example c3");
	/* a third run without the course leaves its errors as they were */
	add_run(help, 3, "mock", 9000000, "77, 6");
	look(help, 20);
	assert_int_equal(permit.errors, 2);
}

static void errors_of_courses_that_stay_away_count_for_nothing(void **state)
{
	struct help *help = *state;

	add_course(help, 930, 2, "c30", "Failed", 3);
	look(help, 20);
	assert_true(permit.given);
	look(help, 31);
	assert_int_equal(permit.errors, 3);
	assert_false(permit.given);
}

static void waived_errors_are_none(void **state)
{
	struct help *help = *state;

	help_sql(help, "DELETE FROM run_course WHERE id = 204");
	add_course(help, 904, 2, "c4", "Failed", 2);
	/* there: one of two */
	help_sql(help, "UPDATE run_finding SET waived = 1, reason = 'r', who = 'w' WHERE block = 'video@v0'");
	look(help, 20);
	assert_misses("1 unwaived error of 1 course in the last of them; for example c4");
	/* here, of another content: no */
	help_sql(help, "INSERT INTO waiver VALUES(1, 'c4', 'video@v1', 'fr', 'srt-invalid', 'other', 'r', 'w', 1)");
	look(help, 20);
	assert_int_equal(permit.errors, 1);
	help_sql(help, "UPDATE waiver SET seen = 'seen1'");
	look(help, 20);
	assert_true(permit.given);
	/* warnings are no errors */
	help_sql(help, "DELETE FROM waiver; UPDATE run_finding SET severity = 1");
	look(help, 20);
	assert_int_equal(permit.errors, 1); /* it Failed, and nothing says why */
	help_sql(help, "UPDATE run_course SET status = 'Migrated' WHERE id = 904");
	look(help, 20);
	assert_true(permit.given);
}

static void a_course_that_failed_as_a_whole_is_an_error(void **state)
{
	help_sql(*state, "UPDATE run_course SET status = 'Failed', problem = 'no export' WHERE id = 205");
	look(*state, 20);
	assert_misses("1 unwaived error of 1 course in the last of them; for example c5");
}

static void all_that_is_missing_is_told_at_once(void **state)
{
	struct help *help = *state;

	help_sql(help, "DELETE FROM run_course WHERE run = 2; DELETE FROM run WHERE number = 2;"
		       "DELETE FROM run_course WHERE id = 105");
	add_course(help, 905, 1, "c5", "Failed", 1);
	look(help, 20);
	assert_misses("1 of 2 imported mock runs; 0 of 20 courses (0 %, needed: 95 %) in 2 of them; "
		      "1 unwaived error of 1 course in the last of them; for example c5");
}

static void going_past_is_in_the_audit(void **state)
{
	struct help *help = *state;

	help_sql(help, "DELETE FROM run_course; DELETE FROM run");
	look(help, 2);
	assert_int_equal(permit_pass(help->status, &conf, &permit, " \t", "typed", &help->err),
			 RESULT_INVALID);
	assert_rows(help, "SELECT count(*) FROM event WHERE action = 'past gate'", "0\n");
	assert_ok(permit_pass(help->status, &conf, &permit, " the window ends at 6 ", "typed", &help->err),
		  help->err);
	assert_rows(help, "SELECT who, severity, object, what, why FROM event WHERE action = 'past gate'",
		    "ana|1|harbour|2 courses past the gate before production, which is not met: 0 of 2 imported "
		    "mock runs; 0 of 2 courses (0 %, needed: 95 %) in 2 of them; for example c0 (typed)|"
		    "the window ends at 6\n");
}

static void from_hawthorn_on_it_is_live_at_once(void **state)
{
	static const char *const live[] = {"hawthorn.1", "lilac", "open-release/teak.1", "zebrawood", "x"};
	static const char *const before[] = {"", "ginkgo.2", "ficus"};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		conf.release = (char *)live[i];
		assert_non_null(strstr(permit_launch_means(&conf), "is live at once"));
	}
	for (size_t i = 0; i < 3; i++) {
		conf.release = (char *)before[i];
		assert_string_equal(permit_launch_means(&conf), "");
	}
}

/* Nobody is asked any more between the launch and what learners see. */
static void an_engine_that_flips_by_itself_is_told(void **state)
{
	static const char *const flips[] = {"auto", "auto harbour"};

	(void)state;
	conf.release = (char *)"ginkgo.2";
	conf.flag_kind = (char *)"sqlite";
	for (size_t i = 0; i < 2; i++) {
		conf.flag_flip = (char *)flips[i];
		assert_non_null(strstr(permit_launch_means(&conf), "the engine switches its flag on"));
	}
	conf.release = (char *)"";
	assert_non_null(strstr(permit_launch_means(&conf), "the engine switches its flag on"));
	conf.release = (char *)"hawthorn.1"; /* no flag is waited for */
	assert_non_null(strstr(permit_launch_means(&conf), "is live at once"));
	conf.release = (char *)"ginkgo.2";
	conf.flag_kind = (char *)"none";
	assert_string_equal(permit_launch_means(&conf), "");
	conf.flag_kind = (char *)"sqlite";
	conf.flag_flip = (char *)"manual";
	assert_string_equal(permit_launch_means(&conf), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)
	const struct CMUnitTest tests[] = {
		TEST(rehearsed_courses_may_be_launched),
		TEST(nothing_is_asked_outside_production),
		TEST(one_run_is_not_two),
		TEST(only_imported_mock_runs_count),
		TEST(coverage_is_rounded_down),
		TEST(the_last_run_of_each_course_decides),
		TEST(errors_of_courses_that_stay_away_count_for_nothing),
		TEST(waived_errors_are_none),
		TEST(a_course_that_failed_as_a_whole_is_an_error),
		TEST(all_that_is_missing_is_told_at_once),
		TEST(going_past_is_in_the_audit),
		TEST(from_hawthorn_on_it_is_live_at_once),
		TEST(an_engine_that_flips_by_itself_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
