#include "config.h"

#include "tests/unit/status_help.h"

#include <pthread.h>

#include "src/status/rollout.h"
#include "src/status/runs.h"

/*
 * A refresh: what it forgets, what it keeps, that it is done whole or not at all; and the sample of
 * what is registered.
 */

static int64_t number(struct help *help, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t out;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	out = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return out;
}

static struct refreshed refresh(struct help *help)
{
	struct refreshed refreshed;

	assert_ok(status_refresh(help->status, "the name was typed", &refreshed, &help->err), help->err);
	return refreshed;
}

static void check(struct help *help)
{
	char head[HASH_HEX];

	help_flush(help);
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_ok(status_check_events(help->reader, head, &help->err), help->err);
}

/* ---- a campus in the middle of everything ---------------------------------------------------- */

static struct journal_row registered(int64_t course, int64_t video, const char *val_id,
				     const char *language)
{
	return (struct journal_row){.course_id = course, .video_id = video, .kind = "register",
				    .val_id = (char *)val_id, .language = (char *)language,
				    .object = (char *)"video-transcripts/x.sjson",
				    .sha256 = (char *)"00ff", .size = 10};
}

/* A course of one video, begun, planned and tried: of its languages en is in val, es failed, fr was
   left out, and val has ar, which nobody promised. */
static int64_t tried(struct help *help, const char *key, const char *val_id, enum video_state state)
{
	int64_t course = help_course(help, key), pass;
	struct video_row video = help_video("a", 0);
	struct transcript_row rows[] = {help_transcript(0, "en"), help_transcript(0, "es"),
					help_transcript(0, "fr"), help_transcript(0, "ar")};
	struct finding_row found = help_finding(FINDING_SRT_INVALID, "video@a", "es", "aa");
	struct finding_row note = help_finding(FINDING_TRANSCRIPTS_NOT_A_MAP, "", "", "bb");
	struct journal_row line = registered(course, 0, val_id, "en");
	struct video_outcome outcome = {.course_id = course, .attempt = true, .number = 1,
					.state = state, .text = "es: line 3", .transcripts = rows,
					.transcript_count = 4, .findings = &found, .finding_count = 1,
					.journal = &line, .journal_count = 1};

	video.val_id = (char *)val_id;
	help_wish(help, WISH_RUN, course, NULL, true);
	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
	assert_ok(status_course_plan(help->status, course, pass, &video, 1, rows, 3, &note, 1,
				     &help->err), help->err);
	rows[0] = help_migrated("en", 10);
	rows[0].compare = COMPARE_DIFFERS;
	rows[0].val_object = (char *)"theirs";
	rows[1].outcome = OUTCOME_FAILED;
	rows[2].outcome = OUTCOME_LEFT_OUT;
	rows[2].expected = false;
	rows[3].outcome = OUTCOME_EXTRA;
	rows[3].expected = false;
	rows[3].in_val = VAL_PRESENT;
	outcome.video_id = line.video_id = video.id;
	outcome.pass = pass;
	status_video_outcome(help->status, &outcome);
	help_flush(help);
	return course;
}

static void end(struct help *help, int64_t course, enum course_status status)
{
	struct evidence evidence = {.course_id = course, .pass = help_row(help, course).pass,
				    .level = LEVEL_HASH, .source_version = (char *)"v",
				    .source_assets = (char *)"a", .waivers = (char *)""};

	assert_ok(status_course_end(help->status, course, help_row(help, course).intent_number, status,
				    "why", NULL, 0, &help->err), help->err);
	assert_ok(status_course_proved(help->status, &evidence, "seen", &help->err), help->err);
}

static void fill_rollout(struct help *help, int64_t course)
{
	char sql[800];

	snprintf(sql, sizeof(sql),
		 "INSERT OR REPLACE INTO evidence VALUES(%lld, 1, 1, 1, 'hash', 1, 2, 'v', 'a', 3, 1, 0, 1, 1, 1, 1,"
		 " 0, '', '', 0, '');"
		 "INSERT INTO flag VALUES(%lld, 'on', 1, 1, 'ana', 'h', 1, 'on', 'on', 'on', 1, '', 0);"
		 "INSERT INTO course_source VALUES(%lld, 'v', 'a', 1) ON CONFLICT DO NOTHING;"
		 "UPDATE course SET flag = 'on', evidence = 'fresh' WHERE id = %lld;"
		 "INSERT INTO run VALUES(900, 'u1', 'mock', 1, 'demo', 'staging', '', '', '', 'ana', 'h',"
		 " 1, 5, 0, 0, 0, 4, 0);"
		 "INSERT INTO run VALUES(901, 'u2', 'mock', 1, 'demo', 'staging', '', '', '', 'ana', 'h',"
		 " 6, 0, 0, 0, 0, 0, 0)",
		 (long long)course, (long long)course, (long long)course, (long long)course);
	help_sql(help, sql);
}

static void a_refresh_forgets_what_val_and_flags_were(void **state)
{
	struct help *help = *state;
	struct course_row row;
	struct journal_row line;
	struct refreshed refreshed;
	int64_t migrated, failed, paused, generation;

	help_scan(help, 4);
	migrated = tried(help, "c0", "vid-0", VIDEO_DONE);
	end(help, migrated, COURSE_MIGRATED);
	failed = tried(help, "c1", "vid-1", VIDEO_FAILED);
	end(help, failed, COURSE_FAILED);
	paused = tried(help, "c2", "vid-2", VIDEO_DONE);
	assert_true(help_wish(help, WISH_PAUSE, paused, NULL, true).taken);
	fill_rollout(help, migrated);
	assert_int_equal(number(help, "SELECT count(*) FROM failed_task"), 1);
	check(help);

	refreshed = refresh(help);
	assert_int_equal(refreshed.generation, 2);
	assert_int_equal(refreshed.courses, 4);
	assert_int_equal(refreshed.lines, 3);
	assert_ok(reader_generation(help->reader, &generation, &help->err), help->err);
	assert_int_equal(generation, 2);
	check(help);
	assert_int_equal(number(help, "SELECT count(*) FROM course WHERE status = 'Not-Migrated' AND"
				" intent = 'idle' AND problem = '' AND level = 'none' AND verified = 0"
				" AND flag = 'unknown' AND evidence = 'none' AND in_val = 0 AND tried = 0"
				" AND failed = 0 AND extra = 0 AND differing = 0 AND bytes = 0"
				" AND unknown = expected"), 4);
	assert_int_equal(number(help, "SELECT count(*) FROM video WHERE state = 'waiting' AND attempts = 0"
				" AND val_languages = '' AND expected = 2 AND unknown = 2"), 3);
	assert_int_equal(number(help, "SELECT count(*) FROM transcript WHERE outcome = 'planned' AND"
				" expected AND in_val = 0 AND val_object = '' AND level = 'none' AND"
				" compare = 'not compared'"), 6);
	assert_int_equal(number(help, "SELECT count(*) FROM transcript WHERE outcome = 'left-out'"), 3);
	assert_int_equal(number(help, "SELECT count(*) FROM transcript"), 9);
	assert_int_equal(number(help, "SELECT count(*) FROM failed_task"), 0);
	for (int i = 0; i < 5; i++) {
		static const char *const empty[] = {"SELECT count(*) FROM journal",
						    "SELECT count(*) FROM former_id",
						    "SELECT count(*) FROM evidence",
						    "SELECT count(*) FROM flag",
						    "SELECT count(*) FROM course_source"};
		assert_int_equal(number(help, empty[i]), 0);
	}
	assert_int_equal(reader_registered(help->reader, "vid-0", "en", &line, NULL), RESULT_MISSING);
	/* the pass goes on counting, and one is nobody's */
	row = help_row(help, migrated);
	assert_int_equal(row.pass, 2);
}

static void a_refresh_keeps_what_was_done(void **state)
{
	struct help *help = *state;
	const struct run_about about = {.kind = RUN_MOCK, .release = "", .version = "", .options = ""};
	int64_t course, found, outcomes;

	help_scan(help, 1);
	assert_ok(status_run_about(help->status, &about, &help->err), help->err);
	course = tried(help, "c0", "vid-0", VIDEO_FAILED);
	end(help, course, COURSE_FAILED);
	assert_ok(status_waive(help->status, "c0", "video@a", "es", FINDING_SRT_INVALID, "known",
			       &help->err), help->err);
	fill_rollout(help, course);
	found = number(help, "SELECT count(*) FROM run_finding");
	outcomes = number(help, "SELECT count(*) FROM run_transcript");
	assert_true(found && outcomes);
	refresh(help);
	check(help);
	assert_int_equal(number(help, "SELECT count(*) FROM run_finding"), found);
	assert_int_equal(number(help, "SELECT count(*) FROM run_transcript"), outcomes);
	assert_int_equal(number(help, "SELECT count(*) FROM finding"), 2);
	assert_int_equal(number(help, "SELECT waived FROM course"), 1);
	assert_int_equal(number(help, "SELECT warnings FROM course"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM waiver"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM attempt"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM former_journal WHERE generation = 1 AND"
				" kind = 'register' AND val_id = 'vid-0' AND language = 'en'"
				" AND object <> '' AND size = 10 AND video_id > 0 AND at > 0"), 1);
	/* the run that went on has ended, the one before is as it was */
	assert_int_equal(number(help, "SELECT ended FROM run WHERE number = 900"), 5);
	assert_int_equal(number(help, "SELECT broken_off FROM run WHERE number = 900"), 0);
	assert_int_equal(number(help, "SELECT broken_off FROM run WHERE number = 901 AND ended > 6"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM event WHERE action = 'refresh' AND"
				" object = 'demo' AND what = 'generation 2: 1 course is Not-Migrated again,"
				" 1 line of the journal set aside' AND why = 'the name was typed'"), 1);
	/* and once more: the lines set aside keep their generation */
	assert_int_equal(refresh(help).generation, 3);
	assert_int_equal(number(help, "SELECT count(*) FROM former_journal"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM event WHERE action = 'refresh'"), 2);
	check(help);
}

static void an_intent_of_before_is_not_taken_back(void **state)
{
	struct help *help = *state;
	struct wish_answer answer, back;
	int64_t course;

	help_scan(help, 1);
	course = help_course(help, "c0");
	answer = help_wish(help, WISH_RUN, course, NULL, true);
	assert_true(answer.taken);
	refresh(help);
	assert_ok(status_unwish(help->status, &answer.intent, 1, &back, &help->err), help->err);
	assert_false(back.taken);
	assert_string_equal(back.reason, "Not-Migrated: has another intent since");
	assert_int_equal(help_row(help, course).intent, INTENT_IDLE);
}

static void a_course_runs_anew_after_a_refresh(void **state)
{
	struct help *help = *state;
	int64_t course;

	help_scan(help, 1);
	course = tried(help, "c0", "vid-0", VIDEO_DONE);
	end(help, course, COURSE_MIGRATED);
	refresh(help);
	tried(help, "c0", "vid-0", VIDEO_DONE);
	end(help, course, COURSE_MIGRATED);
	assert_int_equal(help_row(help, course).pass, 3); /* the refresh took one */
	assert_int_equal(number(help, "SELECT count(*) FROM journal"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM attempt"), 2);
	check(help);
}

/* A validation that began before the refresh comes too late with all that it says. */
static void what_was_seen_before_a_refresh_is_not_said_after_it(void **state)
{
	struct help *help = *state;
	struct finding_row found = help_finding(FINDING_VAL_DIFFERS, "video@a", "en", "aa");
	struct transcript_row row = help_migrated("en", 10);
	struct evidence evidence = {.level = LEVEL_HASH, .source_version = (char *)"v",
				    .source_assets = (char *)"a", .waivers = (char *)""};
	struct video_outcome outcome = {.text = "", .transcripts = &row, .transcript_count = 1,
					.findings = &found, .finding_count = 1};
	struct video_row *videos;
	size_t count;
	int64_t course, total;

	help_scan(help, 1);
	course = tried(help, "c0", "vid-0", VIDEO_DONE);
	end(help, course, COURSE_MIGRATED);
	assert_ok(reader_videos(help->reader, course, 0, -1, &videos, &count, &total, &help->err), help->err);
	evidence.course_id = outcome.course_id = course;
	evidence.pass = outcome.pass = help_row(help, course).pass;
	outcome.video_id = videos[0].id;
	refresh(help);
	status_video_outcome(help->status, &outcome);
	assert_int_equal(status_course_proved(help->status, &evidence, "late", &help->err), RESULT_CANCELED);
	assert_int_equal(status_course_plan(help->status, course, evidence.pass, videos, 0, NULL, 0, NULL, 0,
					    &help->err), RESULT_CANCELED);
	assert_int_equal(help_row(help, course).evidence, EVIDENCE_NONE);
	assert_int_equal(number(help, "SELECT count(*) FROM transcript WHERE outcome = 'migrated'"), 0);
	assert_int_equal(number(help, "SELECT count(*) FROM finding WHERE code = 'val-differs'"), 0);
	check(help);
	video_row_clear(&videos[0]);
	free(videos);
}

static void nothing_is_refreshed_in_production(void **state)
{
	struct help *help = *state;
	struct refreshed refreshed;

	help_scan(help, 1);
	end(help, tried(help, "c0", "vid-0", VIDEO_DONE), COURSE_MIGRATED);
	help_sql(help, "UPDATE campus SET environment = 'production'");
	assert_int_equal(status_refresh(help->status, "", &refreshed, &help->err), RESULT_REFUSED);
	assert_says(help->err, "production");
	assert_int_equal(number(help, "SELECT count(*) FROM journal"), 1);
	assert_ok(status_broken(help->status, &help->err), help->err);
}

/* ---- whole or not at all -------------------------------------------------------------------- */

static void expect_unchanged(struct help *help)
{
	assert_int_equal(number(help, "SELECT generation FROM campus"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM journal"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM former_journal"), 0);
	assert_int_equal(number(help, "SELECT count(*) FROM course WHERE status = 'Migrated'"), 1);
	assert_int_equal(number(help, "SELECT count(*) FROM event WHERE action = 'refresh'"), 0);
}

static void beside_another_writer_nothing_changes(void **state)
{
	struct help *help = *state;
	struct refreshed refreshed;
	sqlite3 *other;

	help_scan(help, 1);
	end(help, tried(help, "c0", "vid-0", VIDEO_DONE), COURSE_MIGRATED);
	assert_int_equal(sqlite3_open(help->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(status_refresh(help->status, "", &refreshed, &help->err), RESULT_BUSY);
	sqlite3_close(other);
	expect_unchanged(help);
	assert_ok(status_mended(help->status, &help->err), help->err);
	assert_int_equal(refresh(help).generation, 2);
	check(help);
}

/* Each step of the refresh fails once: a trigger stands for the disk that was full just then. */
static void a_refresh_that_fails_anywhere_changes_nothing(void **state)
{
	static const char *const steps[] = {
		"UPDATE ON run",	 "INSERT ON former_journal", "DELETE ON journal",
		"DELETE ON former_id",	 "DELETE ON evidence",	     "DELETE ON flag",
		"DELETE ON transcript",	 "UPDATE ON transcript",     "UPDATE ON video",
		"UPDATE ON campus",	 "UPDATE ON course",	     "INSERT ON event",
		"DELETE ON course_source",
	};
	struct help *help = *state;
	struct refreshed refreshed;
	int64_t course;
	char sql[300];

	help_scan(help, 1);
	course = tried(help, "c0", "vid-0", VIDEO_DONE);
	end(help, course, COURSE_MIGRATED);
	fill_rollout(help, course);
	help_sql(help, "INSERT OR IGNORE INTO former_id SELECT 'other', id FROM video");
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		snprintf(sql, sizeof(sql),
			 "CREATE TRIGGER full AFTER %s BEGIN SELECT raise(ABORT, 'full'); END", steps[i]);
		help_sql(help, sql);
		if (status_refresh(help->status, "", &refreshed, &help->err) == RESULT_OK)
			fail_msg("%s: did not fail", steps[i]);
		help_sql(help, "DROP TRIGGER full");
		expect_unchanged(help);
		assert_int_equal(number(help, "SELECT count(*) FROM flag, evidence"), 1);
		assert_int_equal(number(help, "SELECT count(*) FROM run WHERE ended = 0"), 1);
		assert_ok(status_mended(help->status, &help->err), help->err);
	}
	check(help);
	assert_int_equal(refresh(help).generation, 2);
	check(help);
}

/* ---- many ----------------------------------------------------------------------------------- */

enum { MANY = 100000 };

static void fill(struct help *help, int courses)
{
	char sql[1200];

	help_scan(help, courses);
	snprintf(sql, sizeof(sql),
		 "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		 " INSERT INTO video(course_id, type, block, name, position, val_id, val_id_new, branches,"
		 " state, pass, expected, in_val, bytes) SELECT 1 + i %% %d, 'video', 'b' || i, '', i,"
		 " 'vid-' || i, 0, 1, 'done', 1, 1, 1, 10 FROM n;"
		 "INSERT INTO transcript(video_id, language, expected, implicit, branches, taken, source,"
		 " source_sha256, encoding, format, sha256, size, cues, object, outcome, in_val, val_object,"
		 " compare, level, detail) SELECT id, 'en', 1, 0, 1, 1, 's', '', '', '', 'ff', 10, 1, 'o',"
		 " 'migrated', 2, 'o', 'same', 'hash', '' FROM video;"
		 "INSERT INTO journal(at, course_id, video_id, kind, val_id, language, object, sha256,"
		 " size) SELECT 1, course_id, id, 'register', val_id, 'en', 'o', 'ff', 10 FROM video;"
		 "UPDATE course SET status = 'Migrated'", MANY - 1, courses);
	help_sql(help, sql);
}

static void a_hundred_thousand_lines_take_seconds(void **state)
{
	struct help *help = *state;
	struct clock *clock = clock_system();
	int64_t begun;
	char text[200];
	struct refreshed refreshed;

	fill(help, 1000);
	begun = clock_now(clock);
	refreshed = refresh(help);
	print_message("%d lines, 1,000 courses: %lld ms\n", MANY, (long long)(clock_now(clock) - begun));
	assert_true(clock_now(clock) - begun < 60000);
	refreshed_text(&refreshed, text, sizeof(text));
	assert_string_equal(text, "generation 2: 1,000 courses are Not-Migrated again, 100,000 lines of the"
				  " journal set aside");
	check(help);
}

/* ---- the sample ----------------------------------------------------------------------------- */

static void clear_rows(struct journal_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		journal_row_clear(&rows[i]);
	free(rows);
}

static void a_sample_is_spread_over_courses_that_lie_together(void **state)
{
	struct help *help = *state;
	struct journal_row *rows;
	size_t count, courses = 0;

	fill(help, 1000);
	assert_ok(reader_registered_sample(help->reader, 200, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 200);
	for (size_t i = 0; i < count; i++) {
		courses += !i || rows[i].course_id != rows[i - 1].course_id;
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rows[i].val_id, rows[k].val_id);
	}
	assert_int_equal(courses, 8);
	/* the two that come first lie far from each other */
	assert_true(rows[0].id < MANY / 4 && rows[25].id > 0);
	clear_rows(rows, count);
}

static void a_sample_has_the_newest_line_of_each_pair(void **state)
{
	struct help *help = *state;
	struct journal_row *rows, lines[3];
	size_t count, shared = 0, former = 0;
	int64_t a, b;

	assert_ok(reader_registered_sample(help->reader, 200, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 0);
	clear_rows(rows, count);
	help_scan(help, 2);
	a = tried(help, "c0", "shared", VIDEO_DONE);
	b = tried(help, "c1", "shared", VIDEO_DONE);
	lines[0] = registered(b, number(help, "SELECT max(id) FROM video"), "former", "en");
	lines[1] = lines[2] = registered(a, number(help, "SELECT min(id) FROM video"), "shared", "es");
	lines[1].kind = "put";
	lines[2].kind = "intent";
	assert_ok(status_journal(help->status, lines, 3, &help->err), help->err);
	assert_ok(reader_registered_sample(help->reader, 200, &rows, &count, &help->err), help->err);
	/* what was only put is not registered, a pair of two courses is one, a former id counts */
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		shared += !strcmp(rows[i].val_id, "shared") && rows[i].id == 2;
		former += !strcmp(rows[i].val_id, "former") && rows[i].course_id == b;
		assert_string_equal(rows[i].kind, "register");
	}
	assert_int_equal(shared, 1);
	assert_int_equal(former, 1);
	clear_rows(rows, count);
	assert_ok(reader_registered_sample(help->reader, 1, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	clear_rows(rows, count);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refresh_forgets_what_val_and_flags_were),
		TEST(a_refresh_keeps_what_was_done),
		TEST(an_intent_of_before_is_not_taken_back),
		TEST(a_course_runs_anew_after_a_refresh),
		TEST(what_was_seen_before_a_refresh_is_not_said_after_it),
		TEST(nothing_is_refreshed_in_production),
		TEST(beside_another_writer_nothing_changes),
		TEST(a_refresh_that_fails_anywhere_changes_nothing),
		TEST(a_hundred_thousand_lines_take_seconds),
		TEST(a_sample_is_spread_over_courses_that_lie_together),
		TEST(a_sample_has_the_newest_line_of_each_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
