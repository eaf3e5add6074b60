#include "config.h"

#include "tests/unit/status_help.h"

static int64_t course, pass;

static int setup(void **state)
{
	struct help *help;

	help_setup(state);
	help = *state;
	help_scan(help, 1);
	course = help_course(help, "c0");
	help_wish(help, WISH_RUN, course, NULL, false);
	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
	return 0;
}

static void plan(struct help *help, struct video_row *videos, size_t video_count,
		 struct transcript_row *transcripts, size_t count)
{
	assert_ok(status_course_plan(help->status, course, pass, videos, video_count, transcripts,
				     count, NULL, 0, &help->err),
		  help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

static void try_video(struct help *help, int64_t video, enum video_state state,
		      const struct transcript_row *rows, size_t count)
{
	struct finding_row finding = help_finding(FINDING_ASSET_MISSING, "video@x", "en", "");
	struct video_outcome outcome = {
		.course_id = course,
		.video_id = video,
		.pass = pass,
		.attempt = true,
		.number = 1,
		.begun = 1525228800000000,
		.state = state,
		.text = "asset-missing: no, such file",
		.transcripts = rows,
		.transcript_count = count,
		.findings = &finding,
		.finding_count = state == VIDEO_FAILED,
	};

	status_video_outcome(help->status, &outcome);
	help_flush(help);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

/* The row without its strings. */
static struct video_row video_of(struct help *help, int64_t id)
{
	struct video_row row;

	assert_ok(reader_video(help->reader, id, &row, &help->err), help->err);
	video_row_clear(&row);
	return row;
}

/* ---- plan ---------------------------------------------------------------------------------*/

static void plan_fills_ids_and_counts(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)}, row;
	/* Not sorted by video, nor by language. */
	struct transcript_row planned[] = {help_transcript(1, "es"), help_transcript(0, "fr"),
					   help_transcript(1, "en")};
	struct transcript_row *rows;
	size_t count;

	planned[0].in_val = VAL_PRESENT;
	planned[0].size = 100;
	planned[2].in_val = VAL_UNKNOWN;
	plan(help, videos, 2, planned, 3);
	assert_true(videos[0].id > 0 && videos[1].id > 0 && videos[0].id != videos[1].id);
	assert_int_equal(planned[0].video_id, videos[1].id);
	assert_int_equal(planned[1].video_id, videos[0].id);
	assert_ok(reader_video(help->reader, videos[1].id, &row, &help->err), help->err);
	assert_string_equal(row.expected_languages, "en es");
	assert_string_equal(row.val_languages, "es");
	assert_int_equal(row.state, VIDEO_WAITING);
	assert_int_equal(row.counts.expected, 2);
	assert_int_equal(row.counts.in_val, 1);
	assert_int_equal(row.counts.unknown, 1);
	video_row_clear(&row);
	video_row_clear(&row);
	assert_ok(reader_transcripts(help->reader, videos[1].id, &rows, &count, &help->err),
		  help->err);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].language, "en");
	assert_int_equal(rows[0].id, planned[2].id);
	assert_int_equal(rows[1].id, planned[0].id);
	for (size_t i = 0; i < count; i++)
		transcript_row_clear(&rows[i]);
	free(rows);
	assert_int_equal(help_row(help, course).videos, 2);
	assert_int_equal(help_row(help, course).counts.expected, 3);
	assert_int_equal(help_row(help, course).bytes, 100);
}

static void plan_again_keeps_what_was_tried(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)};
	struct transcript_row planned[] = {help_transcript(0, "en"), help_transcript(1, "en")};
	struct transcript_row done[] = {help_migrated("en", 7), help_transcript(0, "xx")};
	struct transcript_row again[] = {help_transcript(0, "en"), help_transcript(1, "en")};
	int64_t id;

	plan(help, videos, 2, planned, 2);
	id = planned[0].id;
	done[1].expected = false;
	done[1].outcome = OUTCOME_EXTRA;
	done[1].in_val = VAL_PRESENT;
	try_video(help, videos[0].id, VIDEO_DONE, done, 2);
	plan(help, videos, 2, again, 2);
	assert_int_equal(again[0].id, id);
	assert_int_equal(video_of(help, videos[0].id).state, VIDEO_DONE);
	assert_int_equal(video_of(help, videos[0].id).counts.in_val, 1);
	assert_int_equal(video_of(help, videos[0].id).counts.extra, 1);
	assert_int_equal(help_row(help, course).tried, 1);
}

static void plan_with_other_languages_is_tried_again(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0);
	struct transcript_row planned = help_transcript(0, "en"), done = help_migrated("en", 7);
	struct transcript_row more[] = {help_transcript(0, "en"), help_transcript(0, "fr")};
	struct transcript_row same = help_transcript(0, "en");

	plan(help, &video, 1, &planned, 1);
	try_video(help, video.id, VIDEO_DONE, &done, 1);
	plan(help, &video, 1, more, 2);
	assert_int_equal(video_of(help, video.id).state, VIDEO_WAITING);
	assert_int_equal(help_row(help, course).counts.expected, 2);
	try_video(help, video.id, VIDEO_DONE, &done, 1);
	plan(help, &video, 1, &same, 1);
	assert_int_equal(video_of(help, video.id).state, VIDEO_DONE);
	same.video_id = 0;
	video.val_id = (char *)"other";
	plan(help, &video, 1, &same, 1);
	assert_int_equal(video_of(help, video.id).state, VIDEO_WAITING);
}

static void plan_does_not_take_a_rehearsal_for_a_try(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0);
	struct transcript_row planned = help_transcript(0, "en"), would = help_transcript(0, "en");
	struct transcript_row again = help_transcript(0, "en");

	plan(help, &video, 1, &planned, 1);
	would.outcome = OUTCOME_WOULD;
	try_video(help, video.id, VIDEO_DONE, &would, 1);
	plan(help, &video, 1, &again, 1);
	assert_int_equal(video_of(help, video.id).state, VIDEO_WAITING);
}

static void plan_marks_videos_gone_and_takes_them_back(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)}, *rows;
	struct transcript_row planned[] = {help_transcript(0, "en"), help_transcript(1, "en")};
	struct transcript_row done = help_migrated("en", 7), again[2];
	int64_t total, gone;
	size_t count;

	plan(help, videos, 2, planned, 2);
	gone = videos[1].id;
	try_video(help, gone, VIDEO_FAILED, &done, 1);
	again[0] = help_transcript(0, "en");
	plan(help, videos, 1, again, 1);
	assert_true(video_of(help, gone).gone);
	assert_int_equal(help_row(help, course).videos, 1);
	assert_int_equal(help_row(help, course).failed, 0);
	assert_int_equal(help_row(help, course).counts.errors, 0);
	assert_ok(reader_videos(help->reader, course, 0, -1, &rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(count, 1);
	video_row_clear(&rows[0]);
	free(rows);
	/* One that is under way while it goes leaves its journal, no sums. */
	try_video(help, gone, VIDEO_DONE, &done, 1);
	assert_int_equal(help_row(help, course).counts.in_val, 0);
	again[0] = help_transcript(0, "en");
	again[1] = help_transcript(1, "en");
	plan(help, videos, 2, again, 2);
	assert_int_equal(videos[1].id, gone);
	assert_int_equal(video_of(help, gone).state, VIDEO_WAITING);
	assert_false(video_of(help, gone).gone);
}

static void plan_of_nothing_and_of_nonsense(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0);
	struct transcript_row stray = help_transcript(3, "en");

	plan(help, NULL, 0, NULL, 0);
	assert_int_equal(help_row(help, course).videos, 0);
	assert_int_equal(status_course_plan(help->status, course, pass, &video, 1, &stray, 1, NULL,
					    0, &help->err),
			 RESULT_INVALID);
	assert_int_equal(status_course_plan(help->status, 4711, pass, &video, 1, NULL, 0, NULL, 0,
					    &help->err),
			 RESULT_MISSING);
}

/* A validation read the course before it was run again: what the run has found out since stays. */
static void plan_of_an_earlier_pass_changes_nothing(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0);
	struct transcript_row row = help_transcript(0, "en");
	int64_t earlier = pass - 1;

	plan(help, &video, 1, &row, 1);
	try_video(help, video.id, VIDEO_FAILED, &row, 1);
	row = help_transcript(0, "en");
	assert_int_equal(status_course_plan(help->status, course, earlier, &video, 1, &row, 1, NULL, 0,
					    &help->err), RESULT_CANCELED);
	assert_int_equal(video_of(help, video.id).state, VIDEO_FAILED);
	assert_int_equal(help_row(help, course).counts.errors, 1);
	assert_int_equal(help_row(help, course).failed, 1);
}

/* ---- limited runs -------------------------------------------------------------------------*/

static void limited_run_lets_only_blocks_with_the_finding_wait(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1), help_video("c", 2)};
	struct transcript_row planned[3], done = help_migrated("en", 7);
	struct transcript_row would = help_transcript(0, "en");

	for (int i = 0; i < 3; i++)
		planned[i] = help_transcript(i, "en");
	plan(help, videos, 3, planned, 3);
	would.outcome = OUTCOME_WOULD;
	try_video(help, videos[0].id, VIDEO_DONE, &done, 1);
	try_video(help, videos[1].id, VIDEO_FAILED, &done, 1);
	try_video(help, videos[2].id, VIDEO_DONE, &would, 1); /* only rehearsed: is run as well */
	assert_ok(
		status_course_end(help->status, course, 1, COURSE_FAILED, "", NULL, 0, &help->err),
		help->err);
	assert_true(help_wish(help, WISH_RETRY, course, "asset-missing", false).taken);
	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_int_equal(video_of(help, videos[0].id).state, VIDEO_DONE);
	assert_int_equal(video_of(help, videos[1].id).state, VIDEO_WAITING);
	assert_int_equal(video_of(help, videos[2].id).state, VIDEO_WAITING);
	assert_int_equal(help_row(help, course).tried, 1);
	for (int i = 0; i < 3; i++)
		planned[i].video_id = i;
	plan(help, videos, 3, planned, 3);
	assert_int_equal(video_of(help, videos[0].id).state, VIDEO_DONE);
	assert_int_equal(video_of(help, videos[1].id).state, VIDEO_WAITING);
	assert_int_equal(help_row(help, course).failed, 0);
}

static void next_pass_lets_all_wait(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0);
	struct transcript_row planned = help_transcript(0, "en"), done = help_migrated("en", 7);

	plan(help, &video, 1, &planned, 1);
	try_video(help, video.id, VIDEO_DONE, &done, 1);
	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
	assert_int_equal(pass, 1);
	assert_int_equal(video_of(help, video.id).state, VIDEO_DONE);
	assert_ok(status_course_begin(help->status, course, true, &pass, NULL, &help->err), help->err);
	assert_int_equal(pass, 2);
	assert_int_equal(video_of(help, video.id).state, VIDEO_WAITING);
	assert_int_equal(video_of(help, video.id).attempts, 0);
	assert_int_equal(help_row(help, course).tried, 0);
}

/* ---- outcomes -----------------------------------------------------------------------------*/

static void outcome_replaces_rows_and_keeps_the_attempt(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0), row;
	struct transcript_row planned[] = {help_transcript(0, "en"), help_transcript(0, "fr")};
	struct transcript_row done[] = {help_migrated("en", 7), help_migrated("zh", 9)}, *rows;
	struct video_outcome outcome = {
		.course_id = course,
		.pass = pass,
		.attempt = true,
		.number = 2,
		.begun = 5,
		.state = VIDEO_DONE,
		.text = "all well",
		.val_id = "new-id",
		.transcripts = done,
		.transcript_count = 2,
	};
	struct attempt_row *attempts;
	size_t count;

	plan(help, &video, 1, planned, 2);
	outcome.video_id = video.id;
	done[1].compare = COMPARE_DIFFERS;
	done[1].level = LEVEL_BYTES;
	done[1].detail = (char *)"cue 3";
	status_video_outcome(help->status, &outcome);
	outcome.attempt = false; /* a validation: no attempt, the same state */
	status_video_outcome(help->status, &outcome);
	help_flush(help);
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_ok(reader_video(help->reader, video.id, &row, &help->err), help->err);
	assert_string_equal(row.val_id, "new-id");
	assert_true(row.val_id_new);
	assert_string_equal(row.expected_languages, "en zh");
	assert_int_equal(row.counts.differing, 1);
	assert_int_equal(row.attempts, 2);
	video_row_clear(&row);
	assert_int_equal(help_row(help, course).bytes, 16);
	assert_ok(reader_transcripts(help->reader, video.id, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 2);
	assert_string_equal(rows[1].language, "zh");
	assert_string_equal(rows[1].detail, "cue 3");
	assert_int_equal(rows[1].level, LEVEL_BYTES);
	for (size_t i = 0; i < count; i++)
		transcript_row_clear(&rows[i]);
	free(rows);
	assert_ok(reader_attempts(help->reader, video.id, &attempts, &count, &help->err),
		  help->err);
	assert_int_equal(count, 1);
	assert_string_equal(attempts[0].result, "done");
	assert_string_equal(attempts[0].text, "all well");
	attempt_row_clear(&attempts[0]);
	free(attempts);
}

static void outcome_that_cannot_be_written_is_remembered(void **state)
{
	struct help *help = *state;
	struct video_outcome outcome = {.course_id = course, .video_id = 4711, .pass = pass};

	status_video_outcome(help->status, &outcome);
	assert_int_equal(status_flush(help->status, &help->err), RESULT_MISSING);
	assert_int_equal(status_broken(help->status, &help->err), RESULT_MISSING);
	assert_says(help->err, "no such video");
	assert_ok(status_mended(help->status, &help->err), help->err);
	assert_ok(status_broken(help->status, &help->err), help->err);
}

static void failed_task_lists_failed_videos(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)};
	struct transcript_row planned[] = {help_transcript(0, "en"), help_transcript(1, "en")};
	struct transcript_row failed = help_transcript(0, "en"), done = help_migrated("en", 1);
	sqlite3_stmt *stmt;
	sqlite3 *db;

	plan(help, videos, 2, planned, 2);
	failed.outcome = OUTCOME_FAILED;
	try_video(help, videos[0].id, VIDEO_FAILED, &failed, 1);
	try_video(help, videos[1].id, VIDEO_DONE, &done, 1);
	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT created, task_name, args,"
				   " json_extract(kwargs, '$.course'), exc, datetime_resolved"
				   " FROM failed_task",
				   -1, &stmt, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0),
			    "2018-05-02 02:40:00.000000");
	assert_string_equal((const char *)sqlite3_column_text(stmt, 1), "subferry.migrate_video");
	assert_string_equal((const char *)sqlite3_column_text(stmt, 2), "[\"c0\",\"video@a\"]");
	assert_string_equal((const char *)sqlite3_column_text(stmt, 3), "c0");
	assert_string_equal((const char *)sqlite3_column_text(stmt, 4),
			    "asset-missing: no such file");
	assert_int_equal(sqlite3_column_type(stmt, 5), SQLITE_NULL);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void check_finds_a_wrong_sum(void **state)
{
	struct help *help = *state;
	struct video_row video = help_video("a", 0);
	struct transcript_row planned = help_transcript(0, "en");

	plan(help, &video, 1, &planned, 1);
	help_sql(help, "UPDATE course SET in_val = 3");
	assert_int_equal(status_check(help->reader, &help->err), RESULT_DAMAGED);
	assert_says(help->err, "c0: in_val is 3, but its rows add up to 0");
	help_sql(help, "UPDATE course SET in_val = 0; UPDATE video SET expected = 2");
	assert_int_equal(status_check(help->reader, &help->err), RESULT_DAMAGED);
	assert_says(help->err, "video@a of c0: expected is 2, but its rows add up to 1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plan_fills_ids_and_counts),
		TEST(plan_again_keeps_what_was_tried),
		TEST(plan_with_other_languages_is_tried_again),
		TEST(plan_does_not_take_a_rehearsal_for_a_try),
		TEST(plan_marks_videos_gone_and_takes_them_back),
		TEST(plan_of_nothing_and_of_nonsense),
		TEST(plan_of_an_earlier_pass_changes_nothing),
		TEST(limited_run_lets_only_blocks_with_the_finding_wait),
		TEST(next_pass_lets_all_wait),
		TEST(outcome_replaces_rows_and_keeps_the_attempt),
		TEST(outcome_that_cannot_be_written_is_remembered),
		TEST(failed_task_lists_failed_videos),
		TEST(check_finds_a_wrong_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
