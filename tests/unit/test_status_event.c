#include "config.h"

#include "tests/unit/status_help.h"

#include "src/status/event.h"

static void write_three(struct help *help)
{
	status_event(help->status, FINDING_NOTICE, "launch", "c0", "three courses", "");
	status_event(help->status, FINDING_WARNING, "hold", "c1", "\033[2Jevil", "endpoint");
	status_event(help->status, FINDING_NOTICE, "go", "c1 video@x", "", "");
	help_flush(help);
}

static void events_are_kept_as_they_are_newest_first(void **state)
{
	struct help *help = *state;
	struct event_row *rows;
	int64_t total;
	size_t count;

	write_three(help);
	assert_ok(reader_events(help->reader, &(struct event_query){NULL, 0, 2, NULL, 0}, &rows,
				&count, &total, &help->err),
		  help->err);
	assert_int_equal(total, 3);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].action, "go");
	assert_string_equal(rows[1].what, "\033[2Jevil");
	assert_int_equal(rows[1].severity, FINDING_WARNING);
	assert_true(rows[0].at > rows[1].at);
	for (size_t i = 0; i < count; i++)
		event_row_clear(&rows[i]);
	free(rows);
	assert_ok(reader_events(help->reader, &(struct event_query){"c1", 0, -1, NULL, 0}, &rows,
				&count, &total, &help->err),
		  help->err);
	assert_int_equal(total, 2);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++)
		event_row_clear(&rows[i]);
	free(rows);
}

static void chain_is_whole_until_anything_is_changed(void **state)
{
	static const char *const tampering[] = {
		"UPDATE event SET what = 'two courses' WHERE id = 1",
		"UPDATE event SET at = at + 1 WHERE id = 2",
		"UPDATE event SET severity = 2 WHERE id = 2",
		"UPDATE event SET who = 'bob' WHERE id = 3",
		"UPDATE event SET object = 'c', what = '0' || what WHERE id = 1", /* moved a byte */
		"UPDATE event SET hash = (SELECT hash FROM event WHERE id = 1) WHERE id = 2",
		"DELETE FROM event WHERE id = 2",
		"DELETE FROM event WHERE id = 1",
		"UPDATE event SET id = 4 - id WHERE id <> 2",
	};
	struct help *help = *state;
	char head[HASH_HEX];

	write_three(help);
	assert_ok(status_check_events(help->reader, head, &help->err), help->err);
	assert_int_equal(strlen(head), 64);
	help_sql(help, "CREATE TABLE safe AS SELECT * FROM event");
	for (size_t i = 0; i < sizeof(tampering) / sizeof(tampering[0]); i++) {
		if (i == 8) /* ids are unique: by a detour */
			help_sql(help, "UPDATE event SET id = 10 WHERE id = 1;"
				       "UPDATE event SET id = 1 WHERE id = 3;"
				       "UPDATE event SET id = 3 WHERE id = 10");
		else
			help_sql(help, tampering[i]);
		print_message("%s\n", tampering[i]);
		assert_int_equal(status_check_events(help->reader, head, &help->err),
				 RESULT_DAMAGED);
		assert_says(help->err, "the audit was changed");
		help_sql(help, "DELETE FROM event; INSERT INTO event SELECT * FROM safe");
		assert_ok(status_check_events(help->reader, head, &help->err), help->err);
	}
}

static void hash_follows_its_description(void **state)
{
	struct event_row row = {
		.at = 1525228867000001,
		.severity = FINDING_NOTICE,
		.who = (char *)"ana",
		.action = (char *)"scan",
		.object = (char *)"",
		.what = (char *)"2 courses",
		.why = (char *)"",
	};
	const char *bytes = "0:,16:1525228867000001,6:notice,3:ana,4:scan,0:,9:2 courses,0:,";
	char expected[HASH_HEX], seen[HASH_HEX];

	(void)state;
	hash_sha256(bytes, strlen(bytes), expected);
	assert_int_equal(event_hash("", &row, seen, NULL), RESULT_OK);
	assert_string_equal(seen, expected);
}

static void check_of_no_events_is_well(void **state)
{
	struct help *help = *state;
	char head[HASH_HEX];

	assert_ok(status_check_events(help->reader, head, &help->err), help->err);
	assert_string_equal(head, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

/* "c1" is no part of "c10": the log of one course tells of no other. */
static void object_is_a_whole_key(void **state)
{
	struct help *help = *state;
	struct event_row *rows;
	size_t count;
	int64_t total;

	status_event(help->status, FINDING_NOTICE, "waive", "k1 video@a en", "of its video", "");
	status_event(help->status, FINDING_NOTICE, "begin", "k10", "another course", "");
	status_event(help->status, FINDING_NOTICE, "begin", "k1", "itself", "");
	help_flush(help);
	assert_ok(reader_events(help->reader, &(struct event_query){"k1", 0, -1, NULL, 0}, &rows,
				&count, &total, &help->err), help->err);
	assert_int_equal(count, 2);
	assert_int_equal(total, 2);
	assert_string_equal(rows[0].what, "itself");
	assert_string_equal(rows[1].what, "of its video");
	for (size_t i = 0; i < count; i++)
		event_row_clear(&rows[i]);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(object_is_a_whole_key, help_setup, help_teardown),
		TEST(events_are_kept_as_they_are_newest_first),
		TEST(chain_is_whole_until_anything_is_changed),
		cmocka_unit_test(hash_follows_its_description),
		TEST(check_of_no_events_is_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
