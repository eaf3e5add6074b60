/*
 * Many findings at once: picked, waived, and their waivers taken back; by two writers.
 */
#include "config.h"

#include "tests/unit/status_help.h"

#include <pthread.h>

#define MANY 1203 /* more than two commits take */

/*
 * Courses 11 and 12 with a video each: three asset-missing (two are one item with the same content,
 * twice), a store-conflict, a waived srt-invalid; course 12 has a note of its own.
 */
static int setup(void **state)
{
	struct help *help;

	help_setup(state);
	help = *state;
	help_sql(help,
		 "INSERT INTO course(id, key, name, location) VALUES (11, 'c1', '', ''), (12, 'c2', '', '');"
		 "INSERT INTO video(id, course_id, type, block, name, position, val_id, val_id_new,"
		 "  branches, state, pass) VALUES"
		 " (21, 11, 'video', 'a', 'A', 0, '', 0, 1, 'failed', 1),"
		 " (22, 12, 'video', 'b', 'B', 0, '', 0, 1, 'failed', 1);"
		 "INSERT INTO waiver(course, block, language, code, seen, reason, who, at) VALUES"
		 " ('c1', 'video@a', 'hi', 'srt-invalid', 'h1', 'known', 'ben', 1);"
		 "INSERT INTO finding(id, course_id, video_id, block, language, code, severity, text,"
		 "  seen, waived, reason, who, at) VALUES"
		 " (1, 11, 21, 'video@a', 'en', 'asset-missing', 1, 'x.srt', '', 0, '', '', 1),"
		 " (2, 11, 21, 'video@a', 'en', 'asset-missing', 2, 'y.srt', '', 0, '', '', 1),"
		 " (3, 12, 22, 'video@b', 'en', 'asset-missing', 2, 'z.srt', '', 0, '', '', 1),"
		 " (4, 11, 21, 'video@a', 'fr', 'store-conflict', 2, 'f', '', 0, '', '', 1),"
		 " (5, 11, 21, 'video@a', 'hi', 'srt-invalid', 2, 'h', 'h1', 1, 'known', 'ben', 1),"
		 " (6, 12, NULL, '', '', 'val-list-broken', 1, 'l', '', 0, '', '', 1);"
		 "UPDATE video SET errors = 2, warnings = 1, waived = 1 WHERE id = 21;"
		 "UPDATE video SET errors = 1 WHERE id = 22;"
		 "UPDATE course SET errors = 2, warnings = 1, waived = 1, videos = 1, tried = 1, failed = 1"
		 " WHERE id = 11;"
		 "UPDATE course SET errors = 1, warnings = 1, videos = 1, tried = 1, failed = 1"
		 " WHERE id = 12;");
	assert_ok(status_check(help->reader, &help->err), help->err);
	return 0;
}

static struct picks *pick(struct help *help, int64_t course, int64_t video, int code,
			  const char *language, int64_t like)
{
	const struct finding_query query = {
		.course = course, .video = video, .code = code, .with_waived = true};
	struct picks *picks = NULL;

	assert_ok(reader_picks(help->reader, &query, language, like, &picks, &help->err), help->err);
	return picks;
}

static int64_t waive(struct help *help, const struct picks *picks)
{
	int64_t done;

	assert_ok(status_waive_picks(help->status, picks, "as agreed", NULL, &done, &help->err), help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
	return done;
}

static int64_t unwaive(struct help *help, const struct picks *picks)
{
	int64_t done;

	assert_ok(status_unwaive_picks(help->status, picks, NULL, &done, &help->err), help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
	return done;
}

static struct counts counts(struct help *help, int64_t course)
{
	return help_row(help, course).counts;
}

static int64_t events(struct help *help, const char *object, const char *action)
{
	struct event_row *rows;
	int64_t total, found = 0;
	size_t count;

	assert_ok(reader_events(help->reader, &(struct event_query){object, 0, -1, NULL, 0}, &rows,
				&count, &total, &help->err),
		  help->err);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rows[i].action, action)) {
			assert_string_equal(rows[i].who, "ana");
			assert_string_equal(rows[i].why, strcmp(action, "waive") ? "" : "as agreed");
			found++;
		}
		event_row_clear(&rows[i]);
	}
	free(rows);
	return found;
}

static void picks_tell_what_they_are(void **state)
{
	struct help *help = *state;
	struct picks *picks = pick(help, 0, 0, -1, "", 0);
	int64_t *ids;
	size_t count;

	assert_int_equal(picks->count, 6);
	assert_int_equal(picks_count(picks, PICK_OPEN), 5);
	assert_int_equal(picks_count(picks, PICK_WAIVABLE), 4);
	assert_int_equal(picks_count(picks, PICK_WAIVED), 1);
	assert_int_equal(picks_code(picks, PICK_OPEN), FINDING_NONE);
	assert_int_equal(picks_code(picks, PICK_WAIVED), FINDING_SRT_INVALID);
	assert_string_equal(picks_item(picks, picks_first(picks, PICK_WAIVED)).block, "video@a");
	assert_string_equal(picks_item(picks, picks_first(picks, PICK_WAIVED)).language, "hi");
	assert_string_equal(picks_item(picks, picks_first(picks, PICK_WAIVED)).seen, "h1");
	assert_ok(picks_courses(picks, PICK_OPEN, &ids, &count, &help->err), help->err);
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], 11);
	assert_int_equal(ids[1], 12);
	free(ids);
	assert_ok(picks_courses(picks, PICK_WAIVED, &ids, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], 11);
	free(ids);
	picks_unref(picks);
}

static void picks_of_one_finding_are_all_that_its_waiver_covers(void **state)
{
	struct help *help = *state;
	struct picks *picks = pick(help, 11, 21, FINDING_ASSET_MISSING, "", 1);

	assert_int_equal(picks->count, 2); /* row 2 is the same item and content */
	assert_int_equal(waive(help, picks), 2);
	assert_int_equal(counts(help, 11).errors, 1);
	assert_int_equal(counts(help, 11).warnings, 0);
	assert_int_equal(counts(help, 11).waived, 3);
	assert_int_equal(events(help, "c1", "waive"), 1); /* of one item */
	picks_unref(picks);
	picks = pick(help, 11, 21, FINDING_ASSET_MISSING, "", 99);
	assert_int_equal(picks->count, 0);
	picks_unref(picks);
}

static void picks_of_a_language_are_those_of_the_video_where_it_has_none(void **state)
{
	struct help *help = *state;
	struct picks *picks = pick(help, 11, 21, -1, "fr", 0);

	assert_int_equal(picks->count, 1);
	assert_int_equal(picks->list[0].code, FINDING_STORE_CONFLICT);
	picks_unref(picks);
	picks = pick(help, 11, 21, -1, "de", 0);
	assert_int_equal(picks->count, 0);
	picks_unref(picks);
	help_sql(help, "INSERT INTO finding(course_id, video_id, block, language, code, severity, text,"
		       " seen, waived, reason, who, at) VALUES"
		       " (11, 21, 'video@a', '', 'draft-id-differs', 1, 'd', '', 0, '', '', 1)");
	picks = pick(help, 11, 21, -1, "de", 0);
	assert_int_equal(picks->count, 1);
	assert_int_equal(picks->list[0].code, FINDING_DRAFT_ID_DIFFERS);
	picks_unref(picks);
}

static void waive_takes_all_that_can_be_waived_and_no_other(void **state)
{
	struct help *help = *state;
	struct picks *picks = pick(help, 0, 0, -1, "", 0);
	struct waiver_row *rows;
	int64_t done = 7;
	size_t count;

	assert_int_equal(status_waive_picks(help->status, picks, "", NULL, &done, &help->err),
			 RESULT_INVALID);
	assert_int_equal(done, 0);
	assert_int_equal(waive(help, picks), 4);
	assert_int_equal(counts(help, 11).errors, 1); /* the conflict */
	assert_int_equal(counts(help, 11).waived, 3);
	assert_int_equal(counts(help, 12).errors + counts(help, 12).warnings, 0);
	assert_int_equal(counts(help, 12).waived, 2);
	assert_int_equal(events(help, "c1", "waive"), 1);
	assert_int_equal(events(help, "c2", "waive"), 2);
	assert_int_equal(events(help, "c2 - -", "waive"), 1); /* the course's own */
	assert_ok(reader_waivers(help->reader, "c1", &rows, &count, &help->err), help->err);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].reason, "as agreed");
	assert_string_equal(rows[0].who, "ana");
	assert_string_equal(rows[1].who, "ben"); /* it was waived when they were picked: left alone */
	for (size_t i = 0; i < count; i++)
		waiver_row_clear(&rows[i]);
	free(rows);
	assert_int_equal(waive(help, picks), 0); /* nothing is there as it was picked */
	picks_unref(picks);
}

static void waive_leaves_what_has_changed_since(void **state)
{
	struct help *help = *state;
	struct picks *picks = pick(help, 0, 0, FINDING_ASSET_MISSING, "", 0);

	assert_int_equal(picks->count, 3);
	/* another writer: c2's file is there now, but of another content, and c1 was read anew */
	help_sql(help, "UPDATE finding SET seen = 'bbbb' WHERE id = 3;"
		       "UPDATE finding SET id = id + 100 WHERE id < 3");
	assert_int_equal(waive(help, picks), 2);
	assert_int_equal(counts(help, 11).waived, 3);
	assert_int_equal(counts(help, 12).waived, 0);
	assert_int_equal(events(help, "c2", "waive"), 0);
	picks_unref(picks);
	/* and a course that is not there at all */
	picks = pick(help, 12, 0, FINDING_VAL_LIST_BROKEN, "", 0);
	picks->list[0].course_id = 77;
	assert_int_equal(waive(help, picks), 0);
	picks_unref(picks);
}

static void unwaive_takes_back_just_those(void **state)
{
	struct help *help = *state;
	struct picks *first, *picks;

	first = pick(help, 0, 0, FINDING_ASSET_MISSING, "", 0);
	assert_int_equal(waive(help, first), 3);
	assert_int_equal(unwaive(help, first), 0); /* they were open when they were picked */
	picks = pick(help, 11, 0, -1, "", 0);
	assert_int_equal(picks_count(picks, PICK_WAIVED), 3);
	assert_int_equal(unwaive(help, picks), 3);
	assert_int_equal(counts(help, 11).waived, 0);
	assert_int_equal(counts(help, 11).errors, 3);
	assert_int_equal(counts(help, 11).warnings, 1);
	assert_int_equal(counts(help, 12).waived, 1);
	assert_int_equal(events(help, "c1", "unwaive"), 2);
	picks_unref(picks);
	/* waived again: no waiver was left behind that would have been in the way */
	assert_int_equal(waive(help, first), 2);
	picks_unref(first);
}

struct other {
	struct help *help;
	struct status *status;
	struct picks *picks;
	int64_t done;
};

static void *waive_too(void *arg)
{
	struct other *other = arg;
	struct error err = {0};

	if (status_waive_picks(other->status, other->picks, "as agreed", NULL, &other->done, &err) != RESULT_OK)
		other->done = -1;
	return NULL;
}

/* Two operators waive the same thousand at once: each finding is waived by one of them. */
static void waive_of_many_by_two_writers_counts_each_once(void **state)
{
	struct help *help = *state;
	struct other other = {.help = help};
	pthread_t thread;
	struct picks *picks;
	int64_t done;
	char sql[700];

	snprintf(sql, sizeof(sql),
		 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		 " INSERT INTO finding(course_id, video_id, block, language, code, severity, text, seen,"
		 "  waived, reason, who, at)"
		 " SELECT 11 + i %% 2, 21 + i %% 2, 'video@' || i, 'en', 'link-pending', 0, '', '', 0, '',"
		 "  '', 1 FROM n;"
		 "UPDATE video SET notices = %d WHERE id = 21; UPDATE video SET notices = %d WHERE id = 22;"
		 "UPDATE course SET notices = %d WHERE id = 11;"
		 "UPDATE course SET notices = %d WHERE id = 12",
		 MANY, MANY / 2, MANY - MANY / 2, MANY / 2, MANY - MANY / 2);
	help_sql(help, sql);
	assert_ok(status_check(help->reader, &help->err), help->err);
	picks = pick(help, 0, 0, FINDING_LINK_PENDING, "", 0);
	assert_int_equal(picks->count, MANY);
	assert_ok(help_open_as(help, "demo", &other.status), help->err);
	other.picks = picks_ref(picks);
	assert_int_equal(pthread_create(&thread, NULL, waive_too, &other), 0);
	assert_ok(status_waive_picks(help->status, picks, "as agreed", NULL, &done, &help->err), help->err);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(other.done >= 0);
	assert_int_equal(done + other.done, MANY);
	assert_int_equal(counts(help, 11).notices + counts(help, 12).notices, 0);
	assert_int_equal(counts(help, 11).waived + counts(help, 12).waived, MANY + 1);
	assert_int_equal(events(help, "", "waive"), MANY);
	assert_ok(status_check(help->reader, &help->err), help->err);
	status_close(other.status);
	picks_unref(other.picks);
	picks_unref(picks);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(picks_tell_what_they_are),
		TEST(picks_of_one_finding_are_all_that_its_waiver_covers),
		TEST(picks_of_a_language_are_those_of_the_video_where_it_has_none),
		TEST(waive_takes_all_that_can_be_waived_and_no_other),
		TEST(waive_leaves_what_has_changed_since),
		TEST(unwaive_takes_back_just_those),
		TEST(waive_of_many_by_two_writers_counts_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
