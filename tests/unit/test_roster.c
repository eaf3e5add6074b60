#include "config.h"

#include "tests/unit/status_help.h"

#include "src/status/roster.h"

#define COURSES 300

struct room {
	struct help *help;
	struct roster *roster;
};

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct scan_entry entries[COURSES];
	static char keys[COURSES][48], names[COURSES][32];
	struct scan_result result;

	assert_non_null(room);
	help_setup((void **)&room->help);
	for (int i = 0; i < COURSES; i++) {
		snprintf(keys[i], sizeof(keys[i]), "course-v1:%s+C%03d+%d", i % 3 ? "MITx" : "Lab",
			 (i * 7919) % 1000, 2015 + i % 5);
		snprintf(names[i], sizeof(names[i]), "%s %d", i % 2 ? "Algebra" : "biology", i / 10);
		entries[i] = (struct scan_entry){keys[i], names[i], "here"};
	}
	assert_ok(status_scan(room->help->status, entries, COURSES, true, &result,
			      &room->help->err), room->help->err);
	assert_ok(roster_new(&room->roster, &room->help->err), room->help->err);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	roster_free(room->roster);
	help_teardown((void **)&room->help);
	free(room);
	return 0;
}

static void refresh(struct room *room)
{
	assert_ok(roster_refresh(room->roster, room->help->reader, &room->help->err),
		  room->help->err);
}

static void query(struct room *room, const struct roster_query *query)
{
	assert_ok(roster_select(room->roster, query, &room->help->err), room->help->err);
}

static void show(struct room *room, const char *filter)
{
	query(room, &(struct roster_query){.status = -1, .filter = filter});
}

/* The list is what the database answers to the same question. */
static void compare_with_database(struct room *room, int status, const char *text,
				  enum course_sort sort, bool descending)
{
	const struct course_query asked = {.status = status, .text = text, .sort = sort,
					   .descending = descending, .count = -1};
	int64_t *ids;
	size_t count;

	query(room, &(struct roster_query){.status = status, .filter = text, .sort = sort,
					   .descending = descending});
	assert_ok(reader_course_ids(room->help->reader, &asked, &ids, &count, &room->help->err),
		  room->help->err);
	assert_int_equal(roster_count(room->roster), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(roster_at(room->roster, (int64_t)i), ids[i]);
	assert_int_equal(roster_at(room->roster, (int64_t)count), 0);
	assert_int_equal(roster_at(room->roster, -1), 0);
	free(ids);
}

static void compare_totals(struct room *room)
{
	const struct course_query all = {.status = -1, .count = -1};
	struct totals ours, theirs;
	struct chosen_totals chosen;
	int64_t *ids;
	size_t count;

	roster_totals(room->roster, &ours);
	assert_ok(reader_totals(room->help->reader, &theirs, &room->help->err), room->help->err);
	assert_memory_equal(&ours, &theirs, sizeof(ours));
	/* chosen one by one they are the same */
	assert_ok(reader_course_ids(room->help->reader, &all, &ids, &count, &room->help->err),
		  room->help->err);
	assert_ok(reader_totals_of(room->help->reader, ids, count, &chosen, &room->help->err),
		  room->help->err);
	chosen.totals.gone = theirs.gone;
	assert_memory_equal(&chosen.totals, &theirs, sizeof(theirs));
	assert_true(chosen.ended <= theirs.courses[COURSE_MIGRATED] + theirs.courses[COURSE_FAILED]);
	free(ids);
}

/* Anybody's change, as the program makes them or not: of course ?2, by ?1. */
static void change_something(struct help *help, unsigned *dice)
{
	static const char *const changes[] = {
		"UPDATE course SET status = 'Failed', errors = errors + 1, changed = changed + ?1"
		" WHERE id = ?2",
		"UPDATE course SET status = 'In-Progress', intent = 'run', videos = videos + 3,"
		" tried = tried + ?1 % 3 WHERE id = ?2",
		"UPDATE course SET status = 'Migrated', intent = 'idle', expected = expected + ?1,"
		" in_val = expected WHERE id = ?2",
		"UPDATE course SET intent = 'pause', warnings = warnings + ?1 % 2 WHERE id = ?2",
		"UPDATE course SET gone = 1 - gone, videos = videos + ?1 WHERE id = ?2",
		"UPDATE course SET name = 'named ' || ?1 WHERE id = ?2",
		"UPDATE course SET pass = pass + 1, unknown = ?1 % 3, differing = ?1 % 2,"
		" verified = ?1 WHERE id = ?2",
		"INSERT INTO course(key, name, location)"
		" VALUES('new' || random() || ?1, 'n' || ?2, '')",
	};
	sqlite3_stmt *stmt;
	sqlite3 *db;

	*dice = *dice * 1103515245 + 12345;
	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_prepare_v2(db, changes[(*dice >> 16) % 8], -1, &stmt, NULL), SQLITE_OK);
	sqlite3_bind_int(stmt, 1, (int)(*dice >> 8) % 50 + 1);
	sqlite3_bind_int(stmt, 2, (int)(*dice >> 4 & 0xffff) % COURSES + 1);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void list_and_totals_follow_every_change(void **state)
{
	struct room *room = *state;
	unsigned dice = 2026;

	for (int round = 0; round < 120; round++) {
		refresh(room);
		compare_totals(room);
		compare_with_database(room, round % 5 - 1, round % 4 ? "" : "mitx",
				      (enum course_sort)(round % SORT_COUNT), round % 7 > 3);
		for (unsigned i = 0; i <= dice % 5; i++)
			change_something(room->help, &dice);
		/* under the query that stands, course by course */
		refresh(room);
		compare_with_database(room, round % 5 - 1, round % 4 ? "" : "mitx",
				      (enum course_sort)(round % SORT_COUNT), round % 7 > 3);
	}
}

static void many_changes_at_once_are_followed(void **state)
{
	struct room *room = *state;

	refresh(room);
	compare_with_database(room, -1, "", SORT_EXPECTED, true);
	help_sql(room->help, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)"
			     " INSERT INTO course(key, name, location, expected)"
			     " SELECT 'many' || i, 'm', '', i * 7919 % 1000 FROM n");
	refresh(room);
	compare_with_database(room, -1, "", SORT_EXPECTED, true);
	compare_totals(room);
	help_sql(room->help, "UPDATE course SET expected = 1000 - expected");
	refresh(room);
	compare_with_database(room, -1, "", SORT_EXPECTED, true);
	compare_totals(room);
}

static void one_state_is_seen_inside_a_transaction(void **state)
{
	struct room *room = *state;
	struct totals totals;

	refresh(room);
	assert_ok(reader_begin(room->help->reader, &room->help->err), room->help->err);
	help_sql(room->help, "UPDATE course SET status = 'Failed' WHERE id = 1");
	refresh(room);
	roster_totals(room->roster, &totals);
	assert_int_equal(totals.courses[COURSE_FAILED], 0);
	reader_end(room->help->reader);
	refresh(room);
	roster_totals(room->roster, &totals);
	assert_int_equal(totals.courses[COURSE_FAILED], 1);
}

static void finding_codes_are_known_and_follow(void **state)
{
	struct room *room = *state;

	help_sql(room->help,
		 "INSERT INTO finding(course_id, block, language, code, severity, text, seen, waived,"
		 " reason, who, at) VALUES(5, 'b', 'en', 'asset-missing', 2, '', '', 0, '', '', 0),"
		 "(6, 'b', 'en', 'asset-missing', 2, '', '', 1, '', '', 0);");
	refresh(room);
	show(room, "finding:asset-missing");
	assert_int_equal(roster_count(room->roster), 1);
	assert_int_equal(roster_at(room->roster, 0), 5);
	help_sql(room->help, "UPDATE finding SET code = 'srt-invalid' WHERE course_id = 5;"
			     "UPDATE course SET changed = 1 WHERE id = 5;");
	refresh(room);
	assert_int_equal(roster_count(room->roster), 0);
	show(room, "finding:srt-invalid");
	assert_int_equal(roster_at(room->roster, 0), 5);
}

static void invalid_filter_lets_everything_pass(void **state)
{
	struct room *room = *state;

	refresh(room);
	show(room, "videos>many");
	assert_int_equal(roster_count(room->roster), COURSES);
}

static void search_wraps_around_both_ways(void **state)
{
	struct room *room = *state;
	int64_t first, second;

	refresh(room);
	show(room, "lab");
	first = roster_find(room->roster, "c0", -1, 1);
	assert_true(first >= 0);
	second = roster_find(room->roster, "c0", first, 1);
	assert_true(second > first);
	assert_int_equal(roster_find(room->roster, "C0", second, -1), first);
	assert_int_equal(roster_find(room->roster, "c0", roster_count(room->roster) - 1, 1), first);
	assert_int_equal(roster_find(room->roster, "nowhere", 0, 1), -1);
	show(room, "no such course at all");
	assert_int_equal(roster_find(room->roster, "c0", 0, 1), -1);
	assert_int_equal(roster_position(room->roster, 1), -1);
	show(room, "");
	assert_int_equal(roster_position(room->roster, roster_at(room->roster, 17)), 17);
}

static void all_ids_come_in_the_order_shown(void **state)
{
	struct room *room = *state;
	int64_t *ids;
	size_t count;

	refresh(room);
	show(room, "lab");
	assert_ok(roster_ids(room->roster, &ids, &count, &room->help->err), room->help->err);
	assert_int_equal(count, COURSES / 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(ids[i], roster_at(room->roster, (int64_t)i));
	free(ids);
}

static void guess_prefers_where_a_part_begins(void **state)
{
	struct room *room = *state;
	int64_t count, id;

	help_sql(room->help, "INSERT INTO course(key, name, location) VALUES"
			     "('course-v1:A+X6002+2018', '', ''), ('course-v1:B+6.002x+2018', '', ''),"
			     "('course-v1:C+Q+2018', 'Circuits 6.002', ''), ('6.0/Old/Run', '', '')");
	refresh(room);
	id = roster_guess(room->roster, "6.0", 0, &count);
	assert_int_equal(count, 3);
	assert_string_equal(roster_key(room->roster, id), "6.0/Old/Run");
	id = roster_guess(room->roster, "6.0", 1, &count);
	assert_string_equal(roster_key(room->roster, id), "course-v1:B+6.002x+2018");
	id = roster_guess(room->roster, "6.0", 2, &count);
	assert_string_equal(roster_key(room->roster, id), "course-v1:C+Q+2018");
	assert_int_equal(roster_guess(room->roster, "6.0", -1, &count), id);
	id = roster_guess(room->roster, "2018 x6", 0, &count);
	assert_int_equal(count, 1);
	assert_string_equal(roster_key(room->roster, id), "course-v1:A+X6002+2018");
	assert_int_equal(roster_guess(room->roster, "zzz", 0, &count), 0);
	assert_int_equal(count, 0);
	assert_string_equal(roster_key(room->roster, 0), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(list_and_totals_follow_every_change),
		TEST(many_changes_at_once_are_followed),
		TEST(one_state_is_seen_inside_a_transaction),
		TEST(finding_codes_are_known_and_follow),
		TEST(invalid_filter_lets_everything_pass),
		TEST(search_wraps_around_both_ways),
		TEST(all_ids_come_in_the_order_shown),
		TEST(guess_prefers_where_a_part_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
