#include "config.h"

#include "tests/unit/runs_help.h"

#include "src/status/rollout.h"

/* ---- a campus in a few words --------------------------------------------------------------*/

static void about(struct help *help, enum run_kind kind)
{
	char release[] = "ginkgo", options[] = "workers 8";
	struct run_about it = {kind, release, "0.1", options};

	assert_ok(status_run_about(help->status, &it, &help->err), help->err);
	memset(release, '!', sizeof(release) - 1); /* it has been copied */
	memset(options, '!', sizeof(options) - 1);
}

static int setup(void **state)
{
	help_setup(state);
	help_scan(*state, 3);
	about(*state, RUN_MOCK);
	return 0;
}

/* As the next process finds it. */
static void start_anew(struct help *help)
{
	help_close(help);
	help_open(help);
	assert_ok(status_runs_settle(help->status, &help->err), help->err);
	about(help, RUN_MOCK);
}

static void begin(struct help *help, int64_t course)
{
	int64_t pass;

	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
}

static void launch(struct help *help, int64_t course)
{
	assert_true(help_wish(help, WISH_RUN, course, NULL, true).taken);
	begin(help, course);
}

/* A course of one video in English and French. */
static int64_t plan(struct help *help, int64_t course)
{
	struct video_row video = help_video("a", 0);
	struct transcript_row rows[] = {help_transcript(0, "en"), help_transcript(0, "fr")};

	rows[0].source_sha256 = (char *)"5e";
	assert_ok(status_course_plan(help->status, course, help_row(help, course).pass, &video, 1, rows, 2,
				     NULL, 0, &help->err),
		  help->err);
	return video.id;
}

static void outcome(struct help *help, int64_t course, int64_t video, enum video_state to,
		    enum transcript_outcome en, enum transcript_outcome fr)
{
	struct transcript_row rows[] = {help_migrated("en", 10), help_migrated("fr", 20)};
	struct finding_row finding = help_finding(FINDING_SRT_INVALID, "video@a", "fr", "5f");
	struct video_outcome it = {
		.course_id = course,
		.video_id = video,
		.pass = help_row(help, course).pass,
		.attempt = true,
		.number = 1,
		.state = to,
		.text = "",
		.val_id = "id-1",
		.transcripts = rows,
		.transcript_count = 2,
		.findings = &finding,
		.finding_count = to == VIDEO_FAILED,
	};

	rows[0].outcome = en;
	rows[0].source_sha256 = (char *)"5e";
	rows[1].outcome = fr;
	rows[1].in_val = fr == OUTCOME_FAILED ? VAL_ABSENT : VAL_PRESENT;
	status_video_outcome(help->status, &it);
	help_flush(help);
}

static enum result try_end(struct help *help, int64_t course, enum course_status to)
{
	enum course_intent intent;
	int64_t number;

	assert_ok(reader_intent(help->reader, course, &intent, &number, &help->err), help->err);
	return status_course_end(help->status, course, number, to, "", NULL, 0, &help->err);
}

static void end(struct help *help, int64_t course, enum course_status to)
{
	assert_ok(try_end(help, course, to), help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

/* ---- what the runs say --------------------------------------------------------------------*/

/* Without its strings. */
static struct run_row run_of(struct help *help, int64_t number)
{
	struct run_row row;

	assert_ok(reader_run(help->reader, number, &row, &help->err), help->err);
	run_row_clear(&row);
	return row;
}

static void expect_runs(struct help *help, int64_t want)
{
	struct run_row *rows;
	int64_t total;
	size_t got;

	assert_ok(reader_runs(help->reader, 0, 0, &rows, &got, &total, &help->err), help->err);
	free(rows);
	assert_int_equal(total, want);
}

static void expect_open(struct help *help, int64_t number)
{
	assert_int_equal(run_of(help, number).ended, 0);
}

static void expect_ended(struct help *help, int64_t number, bool broken_off)
{
	struct run_row row = run_of(help, number);

	assert_true(row.ended >= row.began && row.began > 0);
	assert_int_equal(row.broken_off, broken_off);
}

/* One number of the file. */
static int64_t number_of(struct help *help, const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t number;

	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

/* ---- beginning and end --------------------------------------------------------------------*/

static void a_run_begins_with_its_first_course_and_ends_with_its_last(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), video;
	struct run_row row;

	assert_true(help_wish(help, WISH_RUN, a, NULL, true).taken);
	assert_true(help_wish(help, WISH_RUN, b, NULL, true).taken);
	expect_runs(help, 0);
	begin(help, a);
	expect_open(help, 1);
	video = plan(help, a);
	outcome(help, a, video, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
	end(help, a, COURSE_FAILED);
	expect_open(help, 1); /* the other is still wanted */
	begin(help, b);
	end(help, b, COURSE_MIGRATED);
	expect_ended(help, 1, false);
	expect_runs(help, 1);

	assert_ok(reader_run(help->reader, 1, &row, &help->err), help->err);
	assert_int_equal(row.kind, RUN_MOCK);
	assert_int_equal(row.generation, 1);
	assert_string_equal(row.campus, "demo");
	assert_string_equal(row.environment, "staging");
	assert_string_equal(row.release, "ginkgo");
	assert_string_equal(row.version, "0.1");
	assert_string_equal(row.options, "workers 8");
	assert_string_equal(row.who, "ana");
	assert_int_equal(strlen(row.uid), 32);
	assert_int_equal(strspn(row.uid, "0123456789abcdef"), 32);
	assert_int_equal(row.sums.courses, 2);
	assert_int_equal(row.sums.ended, 2);
	assert_int_equal(row.sums.failed, 1);
	assert_int_equal(row.sums.videos, 1);
	assert_int_equal(row.sums.videos_failed, 1);
	assert_int_equal(row.sums.migrated, 1);
	assert_int_equal(row.sums.not_migrated, 1);
	assert_int_equal(row.sums.counts.expected, 2);
	assert_int_equal(row.sums.counts.in_val, 1);
	assert_int_equal(row.sums.counts.errors, 1);
	assert_int_equal(row.sums.bytes, 10);
	run_row_clear(&row);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript WHERE block = 'video@a'"
					 " AND language = 'en' AND outcome = 'migrated'"
					 " AND val_id = 'id-1' AND source_sha256 = '5e'"
					 " AND sha256 = '00ff'"),
			 1);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_finding WHERE block = 'video@a'"
					 " AND language = 'fr' AND code = 'srt-invalid' AND severity = 2"
					 " AND seen = '5f' AND NOT waived"),
			 1);

	launch(help, a); /* what was found stays found */
	outcome(help, a, video, VIDEO_DONE, OUTCOME_MIGRATED, OUTCOME_MIGRATED);
	end(help, a, COURSE_MIGRATED);
	expect_ended(help, 2, false);
	assert_int_equal(run_of(help, 1).sums.not_migrated, 1);
	assert_int_equal(run_of(help, 2).sums.migrated, 2);
	assert_int_equal(number_of(help, "SELECT count(DISTINCT uid) FROM run"), 2);
}

static void courses_begin_without_a_run_until_it_is_told(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	help_close(help);
	help_open(help);
	launch(help, a);
	end(help, a, COURSE_MIGRATED);
	expect_runs(help, 0);
}

static void a_pause_keeps_the_run_open(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1");

	launch(help, a);
	launch(help, b);
	assert_true(help_wish(help, WISH_PAUSE, a, NULL, true).taken);
	assert_int_equal(try_end(help, a, COURSE_MIGRATED), RESULT_CANCELED);
	end(help, b, COURSE_MIGRATED);
	expect_open(help, 1);
	start_anew(help);
	expect_open(help, 1);
	assert_true(help_wish(help, WISH_RESUME, a, NULL, true).taken);
	begin(help, a);
	end(help, a, COURSE_MIGRATED);
	expect_ended(help, 1, false);
	expect_runs(help, 1);
	assert_int_equal(run_of(help, 1).sums.ended, 2);
}

static void a_run_ends_when_the_last_thing_wanted_is_taken_back(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1");
	struct given_intent given;
	struct wish_answer answer;

	launch(help, a);
	given = help_wish(help, WISH_RUN, b, NULL, true).intent;
	end(help, a, COURSE_MIGRATED);
	expect_open(help, 1);
	assert_ok(status_unwish(help->status, &given, 1, &answer, &help->err), help->err);
	assert_true(answer.taken);
	expect_ended(help, 1, false);

	launch(help, a); /* the same by a pause */
	assert_true(help_wish(help, WISH_RUN, b, NULL, true).taken);
	end(help, a, COURSE_MIGRATED);
	expect_open(help, 2);
	assert_true(help_wish(help, WISH_PAUSE, b, NULL, true).taken);
	expect_ended(help, 2, false);
	assert_true(help_wish(help, WISH_RESUME, b, NULL, true).taken);
	begin(help, b);
	expect_open(help, 3);
}

static void a_newer_wish_for_the_course_that_ends_keeps_the_run_open(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	launch(help, a);
	help_sql(help, "UPDATE course SET intent_number = intent_number + 5 WHERE key = 'c0'");
	assert_ok(status_course_end(help->status, a, 1, COURSE_MIGRATED, "", NULL, 0, &help->err),
		  help->err);
	expect_open(help, 1);
	begin(help, a); /* and its result is replaced */
	assert_int_equal(run_of(help, 1).sums.ended, 0);
	end(help, a, COURSE_MIGRATED);
	expect_ended(help, 1, false);
	assert_int_equal(run_of(help, 1).sums.courses, 1);
}

/* ---- what is unlucky ----------------------------------------------------------------------*/

static void a_course_that_fails_as_a_whole_says_why(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");
	struct finding_row note = help_finding(FINDING_SOURCE_INVALID, "", "", "");
	struct run_course_row *rows;
	size_t count;

	launch(help, a);
	assert_ok(status_course_end(help->status, a, help_row(help, a).intent_number, COURSE_FAILED,
				    "no such file", &note, 1, &help->err),
		  help->err);
	expect_ended(help, 1, false);
	assert_ok(reader_run_courses(help->reader, 1, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].status, COURSE_FAILED);
	assert_string_equal(rows[0].problem, "no such file");
	assert_int_equal(rows[0].sums.counts.errors, 1);
	assert_true(rows[0].began && rows[0].ended > rows[0].began);
	run_course_row_clear(&rows[0]);
	free(rows);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_finding WHERE block = ''"
					 " AND code = 'source-invalid' AND text = 'what was seen'"),
			 1);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

static void fail_as_a_whole(struct help *help, int64_t course)
{
	struct finding_row note = help_finding(FINDING_SOURCE_UNREACHABLE, "", "", "");

	assert_ok(status_course_end(help->status, course, help_row(help, course).intent_number,
				    COURSE_FAILED, "no answer", &note, 1, &help->err),
		  help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

/* What it was in passes before is nothing that this run has seen. */
static void a_course_that_fails_as_a_whole_has_none_of_the_days_before(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), video;
	struct run_row row;

	launch(help, a);
	video = plan(help, a);
	outcome(help, a, video, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
	help_sqlf(help, "INSERT INTO course_source VALUES(%lld, 'v1', 'a1', 1)", (long long)a);
	end(help, a, COURSE_FAILED);
	assert_int_equal(run_of(help, 1).sums.migrated, 1);

	launch(help, a);
	fail_as_a_whole(help, a);
	row = run_of(help, 2);
	assert_int_equal(row.sums.failed, 1);
	assert_int_equal(row.sums.counts.errors, 1); /* that it could not be read */
	assert_int_equal(row.sums.migrated + row.sums.not_migrated + row.sums.videos + row.sums.bytes +
				 row.sums.videos_failed + row.sums.counts.expected,
			 0);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript t JOIN run_course c"
					 " ON c.id = t.run_course WHERE c.run = 2"),
			 0);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_course WHERE run = 2"
					 " AND source_version = '' AND source_assets = ''"),
			 1);
}

/* It was killed in its middle, and cannot be read when it goes on: what it did is done. */
static void a_course_that_fails_as_a_whole_keeps_what_was_tried(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), pass;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)};
	struct transcript_row rows[] = {help_transcript(0, "en"), help_transcript(0, "fr"),
					help_transcript(1, "en"), help_transcript(1, "fr")};
	struct run_row row;

	launch(help, a);
	pass = help_row(help, a).pass;
	assert_ok(status_course_plan(help->status, a, pass, videos, 2, rows, 4, NULL, 0, &help->err),
		  help->err);
	outcome(help, a, videos[0].id, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
	start_anew(help);
	begin(help, a);
	fail_as_a_whole(help, a);
	row = run_of(help, 1);
	assert_int_equal(row.sums.videos, 1);
	assert_int_equal(row.sums.videos_failed, 1);
	assert_int_equal(row.sums.migrated, 1);
	assert_int_equal(row.sums.not_migrated, 1);
	assert_int_equal(row.sums.counts.expected, 2);
	assert_int_equal(row.sums.bytes, 10);
	assert_int_equal(row.sums.counts.errors, 2);
}

static void a_run_does_not_wait_for_a_course_that_is_gone(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c2");

	launch(help, a);
	launch(help, b);
	help_scan(help, 2);
	expect_open(help, 1); /* both are under way, gone or not */
	end(help, a, COURSE_MIGRATED);
	expect_open(help, 1);
	end(help, b, COURSE_MIGRATED);
	expect_ended(help, 1, false);

	help_scan(help, 3);
	launch(help, a);
	launch(help, b);
	assert_true(help_wish(help, WISH_PAUSE, b, NULL, true).taken);
	end(help, a, COURSE_MIGRATED);
	expect_open(help, 2);
	help_scan(help, 2); /* nobody can resume it */
	expect_ended(help, 2, true);
	assert_int_equal(run_of(help, 2).sums.ended, 1);

	help_scan(help, 3); /* it is back, and goes on in a run of its own */
	assert_true(help_wish(help, WISH_RESUME, b, NULL, true).taken);
	begin(help, b);
	expect_open(help, 3);
	help_scan(help, 2);
	expect_open(help, 3);
	start_anew(help); /* nobody works on it any more, and nobody begins it */
	expect_ended(help, 3, true);
}

static void a_course_launched_again_replaces_what_the_open_run_says(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), video;
	struct run_row row;

	launch(help, b);
	launch(help, a);
	video = plan(help, a);
	outcome(help, a, video, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
	end(help, a, COURSE_FAILED);
	assert_int_equal(run_of(help, 1).sums.counts.errors, 1);

	assert_true(help_wish(help, WISH_RETRY, a, "srt-invalid", true).taken);
	begin(help, a);
	row = run_of(help, 1);
	assert_int_equal(row.sums.courses, 2);
	assert_int_equal(row.sums.ended, 0);
	assert_int_equal(row.sums.counts.expected + row.sums.counts.errors + row.sums.migrated, 0);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript"), 0);
	assert_ok(status_check(help->reader, &help->err), help->err);

	outcome(help, a, video, VIDEO_DONE, OUTCOME_MIGRATED, OUTCOME_KEPT);
	end(help, a, COURSE_MIGRATED);
	row = run_of(help, 1);
	assert_int_equal(row.sums.courses, 2);
	assert_int_equal(row.sums.failed, 0);
	assert_int_equal(row.sums.migrated, 1);
	assert_int_equal(row.sums.kept, 1);
	assert_int_equal(row.sums.counts.errors, 0);
	end(help, b, COURSE_MIGRATED);
	expect_ended(help, 1, false);
	expect_runs(help, 1);
}

static void a_limited_run_has_all_rows_of_the_course(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), pass;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)};
	struct transcript_row rows[] = {help_transcript(0, "en"), help_transcript(0, "fr"),
					help_transcript(1, "en"), help_transcript(1, "fr")};

	launch(help, a);
	pass = help_row(help, a).pass;
	assert_ok(status_course_plan(help->status, a, pass, videos, 2, rows, 4, NULL, 0, &help->err),
		  help->err);
	outcome(help, a, videos[0].id, VIDEO_DONE, OUTCOME_MIGRATED, OUTCOME_MIGRATED);
	outcome(help, a, videos[1].id, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
	end(help, a, COURSE_FAILED);
	assert_true(help_wish(help, WISH_RETRY, a, "srt-invalid", true).taken);
	begin(help, a);
	outcome(help, a, videos[1].id, VIDEO_DONE, OUTCOME_MIGRATED, OUTCOME_KEPT);
	end(help, a, COURSE_MIGRATED);
	assert_int_equal(run_of(help, 2).sums.migrated, 3);
	assert_int_equal(run_of(help, 2).sums.kept, 1);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript t JOIN run_course c"
					 " ON c.id = t.run_course WHERE c.run = 2"),
			 4);
}

static void what_is_gone_from_the_course_is_in_no_new_run(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)};
	struct transcript_row rows[2];

	for (int count = 2; count; count--) {
		rows[0] = help_transcript(0, "en");
		rows[1] = help_transcript(1, "en");
		launch(help, a);
		assert_ok(status_course_plan(help->status, a, help_row(help, a).pass, videos, (size_t)count,
					     rows, (size_t)count, NULL, 0, &help->err),
			  help->err);
		for (int i = 0; i < 2; i++) /* the last one comes late, for a video that is gone */
			outcome(help, a, videos[i].id, VIDEO_FAILED, OUTCOME_FAILED, OUTCOME_FAILED);
		end(help, a, COURSE_FAILED);
	}
	assert_int_equal(run_of(help, 1).sums.videos, 2);
	assert_int_equal(run_of(help, 2).sums.videos, 1);
	assert_int_equal(run_of(help, 2).sums.counts.errors, 1);
	assert_int_equal(run_of(help, 2).sums.not_migrated, 2);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript t JOIN run_course c"
					 " ON c.id = t.run_course WHERE c.run = 2 AND block = 'video@a'"),
			 2);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript t JOIN run_course c"
					 " ON c.id = t.run_course WHERE c.run = 2"),
			 2);
}

static void an_end_that_cannot_be_written_leaves_course_and_run_as_they_were(void **state)
{
	static const char *const faults[] = {"INSERT ON run_transcript", "INSERT ON run_finding",
					     "UPDATE ON run_course", "UPDATE ON run"};
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), video;
	struct course_row row;
	char sql[160];

	launch(help, a);
	video = plan(help, a);
	outcome(help, a, video, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		snprintf(sql, sizeof(sql),
			 "CREATE TRIGGER fault BEFORE %s BEGIN SELECT RAISE(ABORT, 'fault'); END",
			 faults[i]);
		help_sql(help, sql);
		assert_int_not_equal(try_end(help, a, COURSE_FAILED), RESULT_OK);
		help_sql(help, "DROP TRIGGER fault");
		assert_ok(status_mended(help->status, &help->err), help->err);
		row = help_row(help, a);
		assert_int_equal(row.status, COURSE_IN_PROGRESS);
		assert_int_equal(row.intent, INTENT_RUN);
		expect_open(help, 1);
		assert_int_equal(run_of(help, 1).sums.ended, 0);
		assert_int_equal(number_of(help, "SELECT count(*) FROM run_transcript"), 0);
	}
	end(help, a, COURSE_FAILED);
	expect_ended(help, 1, false);
}

static void a_beginning_that_cannot_be_written_begins_nothing(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), pass;

	assert_true(help_wish(help, WISH_RUN, a, NULL, true).taken);
	help_sql(help, "CREATE TRIGGER fault BEFORE INSERT ON run_course"
		       " BEGIN SELECT RAISE(ABORT, 'fault'); END");
	assert_int_not_equal(status_course_begin(help->status, a, false, &pass, NULL, &help->err),
			     RESULT_OK);
	help_sql(help, "DROP TRIGGER fault");
	assert_ok(status_mended(help->status, &help->err), help->err);
	assert_int_equal(help_row(help, a).status, COURSE_NOT_MIGRATED);
	expect_runs(help, 0);
}

/* ---- across processes ---------------------------------------------------------------------*/

static void the_next_engine_goes_on_in_the_run(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");
	int64_t began;

	launch(help, a);
	began = number_of(help, "SELECT began FROM run_course");
	start_anew(help);
	expect_open(help, 1);
	begin(help, a);
	assert_int_equal(number_of(help, "SELECT began FROM run_course"), began);
	end(help, a, COURSE_MIGRATED);
	expect_ended(help, 1, false);
	expect_runs(help, 1);
}

static void what_nobody_waits_for_is_settled(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), ended;

	launch(help, a);
	assert_true(help_wish(help, WISH_RUN, b, NULL, true).taken);
	end(help, a, COURSE_MIGRATED);
	ended = number_of(help, "SELECT ended FROM run_course");
	help_sql(help, "UPDATE course SET intent = 'idle' WHERE key = 'c1'");
	expect_open(help, 1);
	start_anew(help);
	expect_ended(help, 1, false);
	assert_int_equal(run_of(help, 1).ended, ended); /* not now: nothing was done since */
}

/* A pause of a night is no time of a run that nobody went on with. */
static void a_run_that_was_left_ended_with_the_last_attempt(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), video, last;
	struct refreshed refreshed;

	for (int number = 1; number <= 2; number++) {
		launch(help, a);
		video = plan(help, a);
		outcome(help, a, video, VIDEO_FAILED, OUTCOME_MIGRATED, OUTCOME_FAILED);
		last = number_of(help, "SELECT max(began) + 5000000 FROM run");
		help_sqlf(help, "UPDATE attempt SET ended = %lld WHERE id = (SELECT max(id) FROM attempt)",
			  (long long)last);
		if (number == 1) {
			help_sql(help, "UPDATE course SET gone = 1 WHERE key = 'c0'");
			start_anew(help);
			help_sql(help, "UPDATE course SET gone = 0, status = 'Failed', intent = 'idle'"
				       " WHERE key = 'c0'");
		} else {
			assert_true(help_wish(help, WISH_PAUSE, a, NULL, true).taken);
			assert_ok(status_refresh(help->status, "", &refreshed, &help->err), help->err);
		}
		expect_ended(help, number, true);
		assert_int_equal(run_of(help, number).ended, last);
	}
}

static void another_generation_or_environment_is_another_run(void **state)
{
	static const char *const changes[] = {"UPDATE campus SET generation = 2",
					      "UPDATE campus SET environment = 'production'"};
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	launch(help, a);
	for (int i = 0; i < 2; i++) {
		help_sql(help, changes[i]);
		begin(help, a);
		expect_ended(help, i + 1, true);
		expect_open(help, i + 2);
	}
	assert_int_equal(run_of(help, 2).generation, 2);
	about(help, RUN_REAL);
	begin(help, a);
	expect_ended(help, 3, true);
	assert_int_equal(run_of(help, 4).kind, RUN_REAL);
	end(help, a, COURSE_MIGRATED);
	expect_ended(help, 4, false);
	expect_runs(help, 4);
}

/* ---- dry runs -----------------------------------------------------------------------------*/

static int64_t begin_dry(struct help *help)
{
	struct run_about it = {RUN_DRY, "ginkgo", "0.1", "workers 8"};
	int64_t number;

	assert_ok(status_dry_begin(help->status, &it, &number, &help->err), help->err);
	return number;
}

static void predict(struct help *help, int64_t number, int64_t course, int64_t failed)
{
	struct dry_course dry = {.number = number, .course = course, .began = 7, .problem = "",
				 .status = failed ? COURSE_FAILED : COURSE_MIGRATED, .failed = failed};

	assert_ok(status_dry_course(help->status, &dry, &help->err), help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

static void a_dry_run_keeps_what_it_predicts(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), video;
	struct finding_row note = help_finding(FINDING_SOURCE_UNREACHABLE, "", "", "");
	struct dry_course unread = {.course = b, .began = 8, .status = COURSE_FAILED,
				    .problem = "no such file", .note = &note};
	struct run_row row;

	launch(help, a); /* a mock run that goes on has nothing to do with it */
	video = plan(help, a);
	assert_true(help_wish(help, WISH_PAUSE, a, NULL, true).taken);
	unread.number = begin_dry(help);
	assert_int_equal(unread.number, 2);
	outcome(help, a, video, VIDEO_WAITING, OUTCOME_WOULD, OUTCOME_UNTOLD);
	predict(help, 2, a, 0);
	predict(help, 2, a, 1); /* once more: the first answer was lost */
	assert_ok(status_dry_course(help->status, &unread, &help->err), help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
	expect_open(help, 2);
	assert_ok(status_dry_end(help->status, 2, false, &help->err), help->err);
	expect_ended(help, 2, false);
	row = run_of(help, 2);
	assert_int_equal(row.kind, RUN_DRY);
	assert_int_equal(row.sums.courses, 2);
	assert_int_equal(row.sums.ended, 2);
	assert_int_equal(row.sums.failed, 2);
	assert_int_equal(row.sums.videos_failed, 1);
	assert_int_equal(row.sums.would, 1);
	assert_int_equal(row.sums.untold, 1);
	assert_int_equal(row.sums.counts.errors, 1);
	assert_int_equal(number_of(help, "SELECT began FROM run_course WHERE run = 2 AND course = 'c0'"),
			 7);
	assert_int_equal(number_of(help, "SELECT count(*) FROM run_finding"
					 " WHERE code = 'source-unreachable'"),
			 1);
	expect_open(help, 1);
	assert_int_equal(run_of(help, 1).sums.courses, 1);
}

static void a_dry_run_that_was_left_is_broken_off(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), ended;

	begin_dry(help);
	begin_dry(help);
	predict(help, 2, a, 0);
	assert_true(help_wish(help, WISH_PAUSE, help_course(help, "c1"), NULL, true).taken);
	expect_open(help, 1); /* intents are nothing to a dry run */
	expect_open(help, 2);
	ended = number_of(help, "SELECT ended FROM run_course");
	start_anew(help);
	expect_ended(help, 1, true);
	expect_ended(help, 2, true);
	assert_int_equal(run_of(help, 2).ended, ended);
	launch(help, a);
	expect_open(help, 3);
	assert_ok(status_dry_end(help->status, begin_dry(help), true, &help->err), help->err);
	expect_ended(help, 4, true);
}

/* ---- an older file ------------------------------------------------------------------------*/

static void a_file_without_runs_goes_on_with_them(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	help_close(help);
	help_open(help);
	launch(help, a); /* by a program that knows of none */
	help_close(help);
	help_without_runs(help);
	start_anew(help);
	expect_runs(help, 0);
	begin(help, a); /* it goes on in its pass */
	assert_int_equal(help_row(help, a).pass, 1);
	expect_open(help, 1);
	end(help, a, COURSE_MIGRATED);
	expect_ended(help, 1, false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_run_begins_with_its_first_course_and_ends_with_its_last),
		TEST(courses_begin_without_a_run_until_it_is_told),
		TEST(a_pause_keeps_the_run_open),
		TEST(a_run_ends_when_the_last_thing_wanted_is_taken_back),
		TEST(a_newer_wish_for_the_course_that_ends_keeps_the_run_open),
		TEST(a_course_that_fails_as_a_whole_says_why),
		TEST(a_course_that_fails_as_a_whole_has_none_of_the_days_before),
		TEST(a_course_that_fails_as_a_whole_keeps_what_was_tried),
		TEST(a_run_does_not_wait_for_a_course_that_is_gone),
		TEST(a_course_launched_again_replaces_what_the_open_run_says),
		TEST(a_limited_run_has_all_rows_of_the_course),
		TEST(what_is_gone_from_the_course_is_in_no_new_run),
		TEST(an_end_that_cannot_be_written_leaves_course_and_run_as_they_were),
		TEST(a_beginning_that_cannot_be_written_begins_nothing),
		TEST(the_next_engine_goes_on_in_the_run),
		TEST(what_nobody_waits_for_is_settled),
		TEST(a_run_that_was_left_ended_with_the_last_attempt),
		TEST(another_generation_or_environment_is_another_run),
		TEST(a_dry_run_keeps_what_it_predicts),
		TEST(a_dry_run_that_was_left_is_broken_off),
		TEST(a_file_without_runs_goes_on_with_them),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
