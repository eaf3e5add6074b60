/* Runs as they are read: lists, sums, names, and which one a title names. */
#include "config.h"

#include "tests/unit/runs_help.h"

#include "src/status/run_pairs.h"

static void reader_lists_runs_newest_first_in_pages(void **state)
{
	struct help *help = *state;
	struct run_row *rows;
	size_t count;
	int64_t total;

	assert_ok(reader_runs(help->reader, 0, -1, &rows, &count, &total, &help->err), help->err);
	assert_int_equal(count + (size_t)total, 0);
	free(rows);
	for (int i = 1; i <= 5; i++)
		help_run(help, i, i == 1 ? "dry" : "mock");
	assert_ok(reader_runs(help->reader, 1, 2, &rows, &count, &total, &help->err), help->err);
	assert_int_equal(count, 2);
	assert_int_equal(total, 5);
	assert_int_equal(rows[0].number, 4);
	assert_int_equal(rows[1].number, 3);
	for (size_t i = 0; i < count; i++)
		run_row_clear(&rows[i]);
	free(rows);
	assert_ok(reader_runs(help->reader, 4, -1, &rows, &count, NULL, &help->err), help->err);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].kind, RUN_DRY);
	run_row_clear(&rows[0]);
	run_row_clear(&rows[0]);
	free(rows);
}

static void a_run_has_the_sums_of_its_courses(void **state)
{
	struct help *help = *state;
	struct run_row row;

	help_run(help, 7, "real");
	help_run(help, 8, "real");
	help_run_course(help, 7, 1, "c1", "Migrated");
	help_run_course(help, 7, 2, "c2", "Failed");
	help_run_course(help, 7, 3, "c3", "In-Progress");
	help_run_course(help, 8, 1, "c1", "Migrated");
	assert_ok(reader_run(help->reader, 7, &row, &help->err), help->err);
	assert_int_equal(row.number, 7);
	assert_int_equal(row.kind, RUN_REAL);
	assert_string_equal(row.options, "workers 8");
	assert_string_equal(row.host, "ferry1");
	assert_int_equal(row.began, 7 * HELP_HOUR);
	assert_int_equal(row.sums.courses, 3);
	assert_int_equal(row.sums.ended, 2);
	assert_int_equal(row.sums.failed, 1);
	assert_int_equal(row.sums.videos, 27);
	assert_int_equal(row.sums.videos_failed, 24);
	assert_int_equal(row.sums.counts.expected, 3);
	assert_int_equal(row.sums.counts.in_val, 6);
	assert_int_equal(row.sums.counts.differing, 15);
	assert_int_equal(row.sums.counts.errors, 1 + 2 + 3);
	assert_int_equal(row.sums.counts.waived, 27);
	assert_int_equal(row.sums.bytes, 30);
	assert_int_equal(row.sums.migrated, 33);
	assert_int_equal(row.sums.kept, 36);
	assert_int_equal(row.sums.would, 39);
	assert_int_equal(row.sums.untold, 42);
	assert_int_equal(row.sums.not_migrated, 45);
	run_row_clear(&row);
	assert_int_equal(reader_run(help->reader, 9, &row, &help->err), RESULT_MISSING);
	assert_says(help->err, "no run 9");
}

static void the_courses_of_a_run_come_by_key(void **state)
{
	struct help *help = *state;
	struct run_course_row *rows;
	size_t count;

	help_run(help, 1, "mock");
	help_run_course(help, 1, 1, "z", "Migrated");
	help_run_course(help, 1, 2, "a", "Failed");
	help_sql(help, "UPDATE run_course SET problem = 'no export' WHERE course = 'a'");
	assert_ok(reader_run_courses(help->reader, 1, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].course, "a");
	assert_string_equal(rows[0].problem, "no export");
	assert_string_equal(rows[0].source_version, "v");
	assert_string_equal(rows[0].source_assets, "a");
	assert_int_equal(rows[0].status, COURSE_FAILED);
	assert_int_equal(rows[0].sums.courses, 1);
	assert_int_equal(rows[0].sums.failed, 1);
	assert_int_equal(rows[1].run, 1);
	assert_int_equal(rows[1].sums.failed, 0);
	assert_int_equal(rows[1].sums.counts.errors, 1);
	assert_int_equal(rows[1].ended - rows[1].began, 101000);
	for (size_t i = 0; i < count; i++)
		run_course_row_clear(&rows[i]);
	free(rows);
}

static void assert_now(struct help *help, int64_t number, enum run_kind kind, bool open)
{
	enum run_kind is;
	int64_t now;
	bool is_open;

	assert_ok(reader_run_now(help->reader, &now, &is, &is_open, &help->err), help->err);
	assert_int_equal(now, number);
	assert_int_equal(is_open, open);
	if (number)
		assert_int_equal(is, kind);
	assert_ok(reader_run_now(help->reader, &now, &is, NULL, &help->err), help->err);
}

static void assert_dry(struct help *help, int64_t number)
{
	int64_t now;

	assert_ok(reader_dry_now(help->reader, &now, &help->err), help->err);
	assert_int_equal(now, number);
}

static void the_run_now_is_the_open_one_or_the_newest_of_here(void **state)
{
	struct help *help = *state;

	assert_now(help, 0, RUN_DRY, false);
	help_run(help, 1, "mock");
	assert_now(help, 1, RUN_MOCK, false);
	help_run(help, 2, "dry");
	assert_now(help, 2, RUN_DRY, false);
	help_run(help, 3, "mock");
	help_sql(help, "UPDATE run SET imported = 5, origin_number = 1 WHERE number = 3");
	assert_now(help, 2, RUN_DRY, false);
	assert_dry(help, 0);
	help_sql(help, "UPDATE run SET ended = 0 WHERE number = 2");
	assert_dry(help, 2);
	assert_now(help, 2, RUN_DRY, false); /* nothing is launched by it */
	help_sql(help, "UPDATE run SET ended = 0 WHERE number = 1");
	assert_now(help, 1, RUN_MOCK, true);
}

static void a_run_is_named_by_kind_and_number(void **state)
{
	struct run_row row = {.number = 4, .kind = RUN_MOCK, .campus = (char *)"Example U"};
	char name[64];

	(void)state;
	assert_string_equal(run_row_name(&row, name, sizeof(name)), "mock 4");
	row.imported = 1;
	row.origin_number = 1;
	assert_string_equal(run_row_name(&row, name, sizeof(name)), "mock 4 (mock 1 of Example U)");
}

static int64_t before(struct help *help, int64_t number)
{
	int64_t out;

	assert_ok(run_pairs_before(help->reader, number, &out, &help->err), help->err);
	return out;
}

static void the_run_before_has_a_course_of_it(void **state)
{
	struct help *help = *state;
	static const char *const kinds[] = {"", "mock", "real", "dry", "mock", "real", "mock"};

	for (int i = 1; i <= 6; i++) {
		help_run(help, i, kinds[i]);
		help_run_course(help, i, 1, i == 6 ? "other" : "c", "Migrated");
	}
	assert_int_equal(before(help, 1), 0);
	assert_int_equal(before(help, 2), 1);
	assert_int_equal(before(help, 3), 2);
	assert_int_equal(before(help, 4), 3); /* the dry one */
	assert_int_equal(before(help, 5), 4);
	assert_int_equal(before(help, 6), 0); /* none of its courses */
	help_sql(help, "DELETE FROM run_course WHERE run = 3");
	assert_int_equal(before(help, 4), 1); /* never a real one before a mock */
	assert_int_equal(before(help, 99), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)
		T(reader_lists_runs_newest_first_in_pages),
		T(a_run_has_the_sums_of_its_courses),
		T(the_courses_of_a_run_come_by_key),
		T(the_run_now_is_the_open_one_or_the_newest_of_here),
		T(a_run_is_named_by_kind_and_number),
		T(the_run_before_has_a_course_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
