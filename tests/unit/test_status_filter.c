#include "config.h"

#include "tests/unit/status_help.h"

#include "src/status/fields.h"

enum { COURSES = 12, FINDINGS = 900, EVENTS = 30000 };

static const int64_t day = 86400 * (int64_t)1000000;
static const int64_t then =
    1525228867000000; /* of the first finding and event, then one a second */

/* Findings of many kinds, in an order that is not that of the list. */
static int setup(void **state)
{
	struct help *help;

	help_setup(state);
	help = *state;
	help_scan(help, COURSES);
	help_sql(
	    help,
	    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 899)"
	    "INSERT INTO finding(course_id, video_id, block, language, code, severity, text,"
	    " seen, waived, reason, who, at) SELECT i * 7 % 12 + 1, NULL, 'video@' || (i % 50),"
	    " CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'es-419' ELSE 'en' END,"
	    " CASE i % 3 WHEN 0 THEN 'asset-missing' WHEN 1 THEN 'val-unread' ELSE 'draft-differs'"
	    " END, 2 - i % 3, 'number ' || i, '', i % 5 = 0, CASE i % 5 WHEN 0 THEN 'old' ELSE ''"
	    " END, CASE i % 5 WHEN 0 THEN 'ana' ELSE '' END, 1525228867000000 + i * 1000000"
	    " FROM n;"
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
	    "INSERT INTO event(id, at, severity, who, action, object, what, why, hash)"
	    " SELECT (SELECT coalesce(max(id), 0) FROM event) + i, 1525228867000000 + i * 1000000,"
	    " i % 3, 'ana', CASE i % 2 WHEN 0 THEN 'launch' ELSE 'read back' END,"
	    " 'c' || (i % 12) || ' video@' || (i % 50), 'number ' || i, '', '' FROM n;");
	return 0;
}

static struct filter *parse(const struct filter_language *language, const char *text)
{
	struct filter *filter;
	struct error err = {0};

	assert_ok(filter_parse(&filter, language, text, &err), err);
	return filter;
}

/* ---- what a list has to be: all rows, tried one by one --------------------------------------*/

static size_t read_findings(struct help *help, const struct finding_query *query,
			    struct finding_row **rows, int64_t *total)
{
	size_t count;

	assert_ok(reader_findings(help->reader, query, rows, &count, total, &help->err), help->err);
	return count;
}

static void free_findings(struct finding_row *rows, size_t count)
{
	while (count)
		finding_row_clear(&rows[--count]);
	free(rows);
}

static size_t check_findings(struct help *help, struct finding_query query, const char *text)
{
	struct filter *filter = parse(&finding_fields, text);
	struct finding_row *all, *some;
	size_t all_count, some_count, passed = 0;
	int64_t total;

	query.count = -1;
	all_count = read_findings(help, &query, &all, &total);
	query.filter = filter;
	query.now = then + day;
	query.first = 3;
	query.count = 10;
	some_count = read_findings(help, &query, &some, &total);
	for (size_t i = 0; i < all_count; i++) {
		if (!filter_passes(filter, finding_field, &all[i], then + day))
			continue;
		if (passed >= 3 && passed < 13) {
			assert_true(passed - 3 < some_count);
			assert_int_equal(some[passed - 3].id, all[i].id);
			assert_string_equal(some[passed - 3].course, all[i].course);
			assert_string_equal(some[passed - 3].text, all[i].text);
			assert_string_equal(some[passed - 3].reason, all[i].reason);
		}
		passed++;
	}
	assert_int_equal(total, passed);
	assert_int_equal(some_count, passed < 3 ? 0 : passed < 13 ? passed - 3 : 10);
	free_findings(all, all_count);
	free_findings(some, some_count);
	filter_free(filter);
	return passed;
}

static void findings_are_filtered_before_they_are_paged(void **state)
{
	static const char *const texts[] = {
	    "number",	       "zebra",		 "severity:error",	    "code:asset,draft",
	    "finding:warning", "course:c1",	 "course=c1 lang:es",	    "block=video@7",
	    "text:99",	       "waived:yes",	 "who:ana -text:1",	    "found<86000s",
	    "lang:none",       "-asset lang=en", "finding:error waived:no", "reason:old",
	};
	struct help *help = *state;
	size_t sum = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct finding_query query = {.code = -1, .with_waived = true};

		sum += check_findings(help, query, texts[i]);
		query.with_waived = false;
		check_findings(help, query, texts[i]);
		query.course = help_course(help, "c1");
		check_findings(help, query, texts[i]);
		query.code = FINDING_VAL_UNREAD;
		check_findings(help, query, texts[i]);
	}
	assert_true(sum > FINDINGS);
	assert_int_equal(
	    check_findings(help, (struct finding_query){.code = -1, .with_waived = true}, "number"),
	    FINDINGS);
}

static void a_commit_changes_what_passes(void **state)
{
	struct help *help = *state;
	struct filter *filter = parse(&finding_fields, "text:\"number 10\"");
	struct finding_query query = {
	    .code = -1, .count = 5, .with_waived = true, .filter = filter};
	struct finding_row *rows;
	int64_t total;

	free_findings(rows, read_findings(help, &query, &rows, &total));
	assert_int_equal(total, 11);
	help_sql(help, "UPDATE finding SET text = 'other' WHERE text = 'number 101'");
	free_findings(rows, read_findings(help, &query, &rows, &total));
	assert_int_equal(total, 10);
	/* and nothing does before a transaction has ended */
	assert_ok(reader_begin(help->reader, &help->err), help->err);
	free_findings(rows, read_findings(help, &query, &rows, &total));
	help_sql(help, "DELETE FROM finding WHERE text = 'number 102'");
	query.first = 5;
	free_findings(rows, read_findings(help, &query, &rows, &total));
	assert_int_equal(total, 10);
	reader_end(help->reader);
	free_findings(rows, read_findings(help, &query, &rows, &total));
	assert_int_equal(total, 9);
	filter_free(filter);
}

/* ---- events --------------------------------------------------------------------------------*/

static size_t read_events(struct help *help, const struct event_query *query,
			  struct event_row **rows, int64_t *total)
{
	size_t count;

	assert_ok(reader_events(help->reader, query, rows, &count, total, &help->err), help->err);
	return count;
}

static void free_events(struct event_row *rows, size_t count)
{
	while (count)
		event_row_clear(&rows[--count]);
	free(rows);
}

static size_t check_events(struct help *help, const char *object, const char *text)
{
	struct filter *filter = parse(&event_fields, text);
	struct event_query query = {.object = object, .count = -1, .now = then + day};
	struct event_row *all, *some;
	size_t all_count, some_count, passed = 0;
	int64_t total;

	all_count = read_events(help, &query, &all, &total);
	query.filter = filter;
	query.first = 3;
	query.count = 10;
	some_count = read_events(help, &query, &some, &total);
	for (size_t i = 0; i < all_count; i++) {
		if (!filter_passes(filter, event_field, &all[i], then + day))
			continue;
		if (passed >= 3 && passed < 13) {
			assert_true(passed - 3 < some_count);
			assert_int_equal(some[passed - 3].id, all[i].id);
			assert_string_equal(some[passed - 3].what, all[i].what);
		}
		passed++;
	}
	assert_int_equal(total, passed);
	assert_int_equal(some_count, passed < 3 ? 0 : passed < 13 ? passed - 3 : 10);
	free_events(all, all_count);
	free_events(some, some_count);
	filter_free(filter);
	return passed;
}

static void events_are_filtered_before_they_are_paged(void **state)
{
	struct help *help = *state;

	assert_true(check_events(help, "", "number") >= EVENTS);
	assert_true(check_events(help, "", "severity:error act=launch") > 0);
	assert_int_equal(check_events(help, "", "zebra"), 0);
	assert_true(check_events(help, "c7", "severity:warning") > 0);
	assert_true(check_events(help, "c7", "on:@7") > 0);
	assert_true(check_events(help, "", "age<18h") < EVENTS);
	assert_true(check_events(help, "", "age<18h") > 0);
}

static void new_events_join_those_that_passed(void **state)
{
	struct help *help = *state;
	struct filter *filter = parse(&event_fields, "act=launch why:night");
	struct event_query query = {.count = 5, .filter = filter};
	struct event_row *rows;
	size_t count;
	int64_t total;

	for (int i = 0; i < 4; i++) {
		count = read_events(help, &query, &rows, &total);
		assert_int_equal(total, i);
		assert_int_equal(count, i);
		if (i)
			assert_true(rows[0].what[0] == '0' + i - 1);
		free_events(rows, count);
		status_event(help->status, FINDING_NOTICE, "launch", "c1",
			     (char[]){(char)('0' + i), 0}, "night");
		status_event(help->status, FINDING_NOTICE, "launch", "c1", "x", "noon");
		help_flush(help);
	}
	filter_free(filter);
}

static void pages_deep_down_are_the_same_events(void **state)
{
	struct help *help = *state;
	struct event_query query = {.count = -1};
	struct event_row *all, *some;
	size_t count = read_events(help, &query, &all, NULL), got;
	int64_t total;

	query.count = 4;
	for (query.first = 0; query.first < (int64_t)count + 5; query.first += 2999) {
		got = read_events(help, &query, &some, &total);
		assert_int_equal(total, count);
		for (size_t i = 0; i < got; i++)
			assert_int_equal(some[i].id, all[(size_t)query.first + i].id);
		assert_true(got == 4 || query.first + (int64_t)got == (int64_t)count);
		free_events(some, got);
	}
	free_events(all, count);
}

/* ---- giving up -----------------------------------------------------------------------------*/

struct patience {
	int left, asked;
};

static bool is_stale(void *arg)
{
	struct patience *patience = arg;

	patience->asked++;
	return patience->left-- <= 0;
}

static void a_stale_question_is_given_up(void **state)
{
	struct help *help = *state;
	struct filter *finding = parse(&finding_fields, "number"),
		      *event = parse(&event_fields, "number");
	struct finding_query findings = {
	    .code = -1, .count = 5, .with_waived = true, .filter = finding};
	struct event_query events = {.count = 5, .filter = event};
	struct patience patience = {0};
	struct finding_row *finding_rows;
	struct event_row *event_rows;
	int64_t total;
	size_t count;

	reader_interrupt_when(help->reader, is_stale, &patience);
	assert_int_equal(
	    reader_findings(help->reader, &findings, &finding_rows, &count, &total, &help->err),
	    RESULT_CANCELED);
	assert_says(help->err, "given up");
	assert_null(finding_rows);
	assert_int_equal(count, 0);
	/* each time a little further on, as what was seen stays seen */
	for (int i = 0; i < 1000; i++) {
		enum result st;

		patience.left = 2;
		st = reader_events(help->reader, &events, &event_rows, &count, &total, &help->err);
		if (st == RESULT_OK)
			break;
		assert_int_equal(st, RESULT_CANCELED);
		assert_int_equal(count, 0);
		assert_true(i < 999);
	}
	assert_true(patience.asked > 10);
	assert_true(total >= EVENTS);
	assert_int_equal(count, 5);
	free_events(event_rows, count);
	/* nobody is asked any more, and nothing is left open */
	reader_interrupt_when(help->reader, NULL, NULL);
	free_findings(finding_rows, read_findings(help, &findings, &finding_rows, &total));
	assert_int_equal(total, FINDINGS);
	help_sql(help, "DELETE FROM finding WHERE text = 'number 102'");
	free_findings(finding_rows, read_findings(help, &findings, &finding_rows, &total));
	assert_int_equal(total, FINDINGS - 1);
	filter_free(finding);
	filter_free(event);
}

static void a_transaction_ends_though_nobody_waits(void **state)
{
	struct help *help = *state;
	struct patience patience = {0};
	int64_t version;

	reader_interrupt_when(help->reader, is_stale, &patience);
	/* statements count their steps together: one of these would be the one that is given up */
	for (int i = 0; i < 3000; i++) {
		patience.left = 1000000;
		assert_ok(reader_begin(help->reader, &help->err), help->err);
		patience.left = 0;
		assert_true(reader_version(help->reader) > 0);
		reader_end(help->reader);
	}
	assert_true(patience.asked > 0);
	version = reader_version(help->reader);
	help_sql(help, "DELETE FROM finding");
	assert_true(reader_version(help->reader) != version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(findings_are_filtered_before_they_are_paged, setup,
					    help_teardown),
	    cmocka_unit_test_setup_teardown(a_commit_changes_what_passes, setup, help_teardown),
	    cmocka_unit_test_setup_teardown(events_are_filtered_before_they_are_paged, setup,
					    help_teardown),
	    cmocka_unit_test_setup_teardown(new_events_join_those_that_passed, setup,
					    help_teardown),
	    cmocka_unit_test_setup_teardown(pages_deep_down_are_the_same_events, setup,
					    help_teardown),
	    cmocka_unit_test_setup_teardown(a_stale_question_is_given_up, setup, help_teardown),
	    cmocka_unit_test_setup_teardown(a_transaction_ends_though_nobody_waits, setup,
					    help_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
