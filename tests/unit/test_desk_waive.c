/*
 * The desk: questions that an act waits for, waivers and retries by code. Real threads, on a small
 * campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/desk_help.h"

#define GOOD "course-v1:Test+Waive+1"
#define BAD "course-v1:Test+Waive+2"

/* One course that goes well, one with two files missing and a video that goes well. */
static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, GOOD);

	world_video(outline, "a", "vid-a", "en=a.srt");
	outline = world_course(world, BAD);
	world_video(outline, "b", "vid-b", "en=gone.srt fr=lost.srt");
	world_video(outline, "c", "vid-c", "en=a.srt");
	world_subrip(world, "a.srt", "hello");
	world_scan(world);
	world_wish(world, WISH_RUN, GOOD, NULL);
	world_wish(world, WISH_RUN, BAD, NULL);
	world_run(world);
	assert_int_equal(world_findings(world, BAD, FINDING_ASSET_MISSING), 2);
	*state = world;
	return 0;
}

static bool is_answer(const struct snapshot *snap, const void *arg)
{
	return snap->answered == *(const uint64_t *)arg;
}

/* The answer to a question about findings, asked beside a page of @kind. */
static struct snapshot *ask(struct desk *desk, enum page_kind kind, int code, const char *filter)
{
	static uint64_t serial;
	struct page_request request = {.kind = kind, .status = -1, .code = -1, .count = 10};

	request.question = (struct page_question){.ask = ASK_FINDINGS, .serial = ++serial, .code = code};
	snprintf(request.question.filter, sizeof(request.question.filter), "%s", filter);
	desk_ask(desk, &request);
	return wait_for(desk, is_answer, &serial, "the answer");
}

static void questions_are_answered_beside_any_page(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	struct snapshot *snap = ask(desk, PAGE_GROUPS, FINDING_ASSET_MISSING, "");
	int64_t *ids;
	size_t count;
	struct error err = {0};

	assert_int_equal(picks_count(snap->picks, PICK_WAIVABLE), 2);
	assert_int_equal(picks_courses(snap->picks, PICK_OPEN, &ids, &count, &err), RESULT_OK);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], world_course_id(world, BAD));
	free(ids);
	snapshot_unref(snap);
	snap = ask(desk, PAGE_FINDINGS, -1, "lang:fr");
	assert_int_equal(snap->picks->count, 1);
	assert_string_equal(picks_item(snap->picks, snap->picks->list).language, "fr");
	snapshot_unref(snap);
	snap = ask(desk, PAGE_LOG, FINDING_STORE_CONFLICT, "");
	assert_non_null(snap->picks); /* none, which is an answer */
	assert_int_equal(snap->picks->count, 0);
	snapshot_unref(snap);
	desk_free(desk);
}

static void viewer_waives_and_takes_back(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world), *viewer;
	struct act_target target = {.reason = "cut from the course"};
	struct snapshot *snap;

	snapshot_unref(wait_for(desk, is_here, NULL, "the engine"));
	viewer = open_desk(world);
	snapshot_unref(wait_for(viewer, has_mode, "viewer", "a viewer"));
	snap = ask(viewer, PAGE_COURSES, FINDING_ASSET_MISSING, "");
	target.picks = snap->picks;
	desk_act(viewer, ACT_WAIVE, &target);
	wait_message(viewer, "waived 2 asset-missing findings");
	assert_int_equal(world_findings(world, BAD, FINDING_ASSET_MISSING), 0);
	desk_act(desk, ACT_WAIVE, &target); /* the same ones, from elsewhere, too late */
	wait_message(desk, "waived 0 asset-missing findings, 2 not: no longer there as seen");
	snapshot_unref(snap);
	world_check(world);
	snap = ask(viewer, PAGE_COURSES, FINDING_ASSET_MISSING, "lang:en");
	target = (struct act_target){.picks = snap->picks};
	desk_act(viewer, ACT_UNWAIVE, &target);
	wait_message(viewer, "open again: 1 asset-missing finding");
	assert_int_equal(world_findings(world, BAD, FINDING_ASSET_MISSING), 1);
	snapshot_unref(snap);
	world_check(world);
	desk_free(viewer);
	desk_free(desk);
}

static void retry_of_a_finding_tries_only_its_blocks(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	int64_t ids[] = {world_course_id(world, GOOD), world_course_id(world, BAD)};
	const struct act_target target = {.ids = ids, .count = 2, .finding = "asset-missing"};
	struct attempt_row *attempts;
	struct video_row video;
	struct error err = {0};
	size_t count;

	world_subrip(world, "gone.srt", "here");
	world_subrip(world, "lost.srt", "ici");
	desk_act(desk, ACT_RETRY, &target);
	wait_message(desk, "retrying 1, 1 not: Migrated: no open finding asset-missing");
	snapshot_unref(wait_for(desk, has_migrated, &(int64_t){2}, "the retry's end"));
	world_expect(world, BAD, COURSE_MIGRATED);
	assert_int_equal(reader_find_video(world->reader, ids[1], "c", &video, &err), RESULT_OK);
	assert_int_equal(reader_attempts(world->reader, video.id, &attempts, &count, &err), RESULT_OK);
	assert_int_equal(count, 1); /* it went well the first time, and was let alone */
	attempt_row_clear(attempts);
	free(attempts);
	video_row_clear(&video);
	desk_free(desk);
}

static bool waits_for_waiver(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return !strcmp(snap->waiting.act, "waiver");
}

static uint64_t serial_of(const struct snapshot *snap, const char *words)
{
	for (size_t i = 0; i < MESSAGES_KEPT; i++)
		if (strstr(snap->messages.kept[i].text, words))
			return snap->messages.kept[i].serial;
	fail_msg("no message says: %s", words);
	return 0;
}

/* More findings than a commit takes; the first commit waits until the hold is wished. */
static void a_hold_overtakes_a_waiver_of_many(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	struct act_target target = {.reason = "cut from the course"};
	struct snapshot *snap;
	sqlite3 *db;

	snapshot_unref(wait_for(desk, is_here, NULL, "the engine"));
	assert_int_equal(sqlite3_open(status_path(world->status), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(
		sqlite3_exec(db,
			     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
			     "INSERT INTO finding(course_id, video_id, block, language, code, severity, text,"
			     " seen, waived, reason, who, at) SELECT f.course_id, f.video_id, f.block,"
			     " 'x-' || n.i, f.code, f.severity, f.text, f.seen, 0, '', '', f.at"
			     " FROM n, (SELECT * FROM finding WHERE code = 'asset-missing' LIMIT 1) f;"
			     "UPDATE video SET errors = errors + 600"
			     " WHERE id = (SELECT video_id FROM finding WHERE code = 'asset-missing' LIMIT 1);"
			     "UPDATE course SET errors = errors + 600"
			     " WHERE id = (SELECT course_id FROM finding WHERE code = 'asset-missing' LIMIT 1)",
			     NULL, NULL, NULL),
		SQLITE_OK);
	world_check(world);
	snap = ask(desk, PAGE_COURSES, FINDING_ASSET_MISSING, "");
	target.picks = snap->picks;
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	desk_act(desk, ACT_WAIVE, &target);
	snapshot_unref(wait_for(desk, waits_for_waiver, NULL, "the waiver under way"));
	desk_hold(desk);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	snapshot_unref(snap);
	snap = see_message(desk, "waived 602 asset-missing findings");
	assert_true(serial_of(snap, "all is held") < serial_of(snap, "waived 602"));
	snapshot_unref(snap);
	world_check(world);
	desk_free(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(questions_are_answered_beside_any_page),
		TEST(viewer_waives_and_takes_back),
		TEST(retry_of_a_finding_tries_only_its_blocks),
		TEST(a_hold_overtakes_a_waiver_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
