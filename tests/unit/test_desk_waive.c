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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(questions_are_answered_beside_any_page),
		TEST(viewer_waives_and_takes_back),
		TEST(retry_of_a_finding_tries_only_its_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
