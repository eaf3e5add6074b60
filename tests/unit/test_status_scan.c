#include "config.h"

#include "tests/unit/status_help.h"

static struct scan_result scan(struct help *help, const struct scan_entry *entries, size_t count)
{
	struct scan_result result;

	assert_ok(status_scan(help->status, entries, count, true, &result, &help->err), help->err);
	return result;
}

static void scan_adds_courses_once(void **state)
{
	struct help *help = *state;
	const struct scan_entry entries[] = {
		{"b", "Bee", "1"}, {"a", "Ant", "2"}, {"b", "Bee", "1"}};
	struct scan_result result = scan(help, entries, 3);

	assert_int_equal(result.found, 2);
	assert_int_equal(result.added, 2);
	assert_int_equal(result.gone, 0);
	/* In the order of their keys, so that lists by id look sorted. */
	assert_true(help_course(help, "a") < help_course(help, "b"));
	result = scan(help, entries, 3);
	assert_int_equal(result.added, 0);
	assert_int_equal(result.back, 0);
}

static void scan_marks_gone_and_brings_back(void **state)
{
	struct help *help = *state;
	const struct scan_entry entries[] = {{"a", "Ant", "1"}, {"b", "Bee", "2"}};
	struct scan_result result;
	struct totals totals;

	scan(help, entries, 2);
	result = scan(help, entries, 1);
	assert_int_equal(result.gone, 1);
	assert_true(help_row(help, help_course(help, "b")).gone);
	assert_ok(reader_totals(help->reader, &totals, &help->err), help->err);
	assert_int_equal(totals.gone, 1);
	assert_int_equal(totals.courses[COURSE_NOT_MIGRATED], 1);
	result = scan(help, entries, 1);
	assert_int_equal(result.gone, 0); /* it is gone already */
	result = scan(help, entries, 2);
	assert_int_equal(result.back, 1);
	assert_int_equal(result.added, 0);
	assert_false(help_row(help, help_course(help, "b")).gone);
}

static void scan_of_a_part_marks_nothing_gone(void **state)
{
	struct help *help = *state;
	const struct scan_entry entries[] = {{"a", "Ant", "1"}, {"b", "Bee", "2"}};
	struct scan_result result;

	scan(help, entries, 2);
	assert_ok(status_scan(help->status, entries, 1, false, &result, &help->err), help->err);
	assert_int_equal(result.found, 1);
	assert_int_equal(result.gone, 0);
	assert_false(help_row(help, help_course(help, "b")).gone);
}

static void scan_keeps_status_intent_and_history(void **state)
{
	struct help *help = *state;
	const struct scan_entry before = {"a", "Ant", "1"}, after = {"a", "An ant", "2"};
	struct course_row row;
	int64_t id, pass, number;

	scan(help, &before, 1);
	id = help_course(help, "a");
	help_wish(help, WISH_RUN, id, NULL, false);
	assert_ok(status_course_begin(help->status, id, false, &pass, NULL, &help->err), help->err);
	number = help_row(help, id).intent_number;
	scan(help, NULL, 0);
	scan(help, &after, 1);
	assert_ok(reader_course(help->reader, "a", &row, &help->err), help->err);
	assert_int_equal(row.id, id);
	assert_string_equal(row.name, "An ant");
	assert_string_equal(row.location, "2");
	assert_int_equal(row.status, COURSE_IN_PROGRESS);
	assert_int_equal(row.intent, INTENT_RUN);
	assert_int_equal(row.intent_number, number);
	assert_int_equal(row.pass, pass);
	course_row_clear(&row);
}

static void expect_name(struct help *help, int64_t id, const char *name)
{
	struct course_row row = {0};

	assert_ok(reader_course_by_id(help->reader, id, &row, &help->err), help->err);
	assert_string_equal(row.name, name);
	course_row_clear(&row);
}

static void scan_without_names_keeps_the_known_ones(void **state)
{
	struct help *help = *state;
	const struct scan_entry nameless = {"a", "", "1"};
	int64_t id;

	scan(help, &nameless, 1);
	id = help_course(help, "a");
	expect_name(help, id, "");
	status_course_name(help->status, id, "Ant");
	assert_ok(status_flush(help->status, &help->err), help->err);
	expect_name(help, id, "Ant");
	scan(help, &nameless, 1);
	expect_name(help, id, "Ant");
}

static void scan_writes_one_event_with_counts(void **state)
{
	struct help *help = *state;
	const struct scan_entry entries[] = {{"a", "Ant", "1"}, {"b", "Bee", "2"}};
	struct event_row *rows;
	size_t count;
	int64_t total;

	scan(help, entries, 2);
	scan(help, entries + 1, 1);
	assert_ok(reader_events(help->reader, &(struct event_query){"", 0, -1, NULL, 0}, &rows,
				&count, &total, &help->err),
		  help->err);
	assert_int_equal(total, 2);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].action, "scan");
	assert_string_equal(rows[0].who, "ana");
	assert_string_equal(rows[0].what, "1 course: 0 new, 1 gone, 0 back");
	for (size_t i = 0; i < count; i++)
		event_row_clear(&rows[i]);
	free(rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(scan_adds_courses_once),
		TEST(scan_marks_gone_and_brings_back),
		TEST(scan_of_a_part_marks_nothing_gone),
		TEST(scan_keeps_status_intent_and_history),
		TEST(scan_without_names_keeps_the_known_ones),
		TEST(scan_writes_one_event_with_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
