/*
 * The pages of runs and of a comparison, and the next generation by key. Real threads, on a small
 * campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/rollout.h"
#include "tests/unit/desk_help.h"

#define GOOD "course-v1:Test+Runs+1"
#define BAD "course-v1:Test+Runs+2"

/* The store, as tests shut it: who comes to it waits. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool shut;
	int waiting;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};

static void wait_at_store(struct world *world, bool comes)
{
	(void)world;
	pthread_mutex_lock(&gate.lock);
	gate.waiting += comes;
	while (comes && gate.shut)
		pthread_cond_wait(&gate.turn, &gate.lock);
	gate.waiting -= comes;
	pthread_mutex_unlock(&gate.lock);
}

static void shut(bool is_shut)
{
	pthread_mutex_lock(&gate.lock);
	gate.shut = is_shut;
	pthread_cond_broadcast(&gate.turn);
	pthread_mutex_unlock(&gate.lock);
}

/* A dry run of a course whose file is missing, a mock run of both, and one after it was mended. */
static int set_up(void **state)
{
	struct world *world = world_new();

	world_video(world_course(world, GOOD), "a", "vid-a", "en=a.srt");
	world_video(world_course(world, BAD), "b", "vid-b", "en=gone.srt fr=a.srt");
	world_subrip(world, "a.srt", "hello");
	world_scan(world);
	world_rehearse(world, BAD);
	world_wish(world, WISH_RUN, GOOD, NULL);
	world_wish(world, WISH_RUN, BAD, NULL);
	world_run(world);
	world_subrip(world, "gone.srt", "found again");
	world_wish(world, WISH_RETRY, BAD, NULL);
	world_run(world);
	world_expect(world, BAD, COURSE_MIGRATED);
	*state = world;
	return 0;
}

/* Something to be put: what edx-val has already would never come to the store. */
static void add_video(struct world *world)
{
	struct outline *outline = world_course(world, GOOD);

	world_video(outline, "a", "vid-a", "en=a.srt");
	world_video(outline, "c", "vid-c", "en=c.srt");
	outline_finish(outline);
	outline_free(world->outlines[0]);
	world->outlines[0] = outline;
	world->outline_count--;
	world_subrip(world, "c.srt", "hello again");
}

static struct snapshot *compared(struct desk *desk, int64_t a, int64_t b, enum compared list)
{
	struct page_request request = {.kind = PAGE_COMPARE, .status = -1, .code = (int)list,
				       .run_a = a, .run_b = b, .count = 5000};

	return page(desk, &request);
}

/* ---- runs ---------------------------------------------------------------------------------*/

static void runs_come_newest_first_with_the_courses_of_the_selected_one(void **state)
{
	struct page_request request = {.kind = PAGE_RUNS, .status = -1, .code = -1, .count = 10};
	struct desk *desk = open_desk(*state);
	struct snapshot *snap = page(desk, &request);

	assert_int_equal(snap->total, 3);
	assert_int_equal(snap->count, 3);
	assert_int_equal(snap->runs[0].number, 3);
	assert_int_equal(snap->runs[2].kind, RUN_DRY);
	assert_int_equal(snap->runs[1].sums.courses, 2);
	assert_int_equal(snap->runs[1].sums.failed, 1);
	assert_int_equal(snap->run_course_count, 1);
	assert_string_equal(snap->run_courses[0].course, BAD);
	snapshot_unref(snap);
	request.selected = 1;
	snap = page(desk, &request);
	assert_int_equal(snap->run_course_count, 2);
	snapshot_unref(snap);
	request.first = 1;
	request.count = 1;
	request.selected = 1;
	snap = page(desk, &request);
	assert_int_equal(snap->count, 1);
	assert_int_equal(snap->total, 3);
	assert_int_equal(snap->runs[0].number, 2);
	snapshot_unref(snap);
	desk_free(desk);
}

/* ---- a comparison -------------------------------------------------------------------------*/

static void a_comparison_says_what_each_row_is_of(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	struct snapshot *snap = compared(desk, 2, 3, COMPARED_FIXED);

	assert_string_equal(snap->problem, "");
	assert_int_equal(snap->comparison->a.number, 2);
	assert_int_equal(snap->comparison->b.number, 3);
	assert_int_equal(snap->total, 1);
	assert_int_equal(snap->comparison->counts[COMPARED_FIXED], 1);
	assert_int_equal(snap->comparison->rows[COMPARED_FIXED][0].code, FINDING_ASSET_MISSING);
	assert_non_null(snap->event_items);
	assert_int_equal(snap->event_items[0].course, world_course_id(world, BAD));
	assert_true(snap->event_items[0].video > 0);
	assert_string_equal(snap->event_items[0].language, "en");
	snapshot_unref(snap);
	snap = compared(desk, 2, 3, COMPARED_NEW);
	assert_int_equal(snap->total, 0);
	assert_int_equal(snap->compared_list, COMPARED_NEW);
	assert_null(snap->event_items);
	snapshot_unref(snap);
	snap = compared(desk, 1, 2, (enum compared)-1); /* the first that has rows, with its row */
	assert_int_equal(snap->compared_list, COMPARED_STILL);
	assert_int_equal(snap->total, 1);
	assert_int_equal(snap->event_items[0].course, world_course_id(world, BAD));
	snapshot_unref(snap);
	desk_free(desk);
}

static void the_run_before_is_found_and_its_absence_told(void **state)
{
	struct desk *desk = open_desk(*state);
	struct snapshot *snap = compared(desk, 0, 2, COMPARED_MISSED);

	assert_int_equal(snap->comparison->a.number, 1);
	assert_true(snap->comparison->has_predictions);
	assert_int_equal(snap->comparison->met, snap->comparison->predicted);
	snapshot_unref(snap);
	snap = compared(desk, 0, 1, COMPARED_FIXED);
	assert_null(snap->comparison);
	assert_non_null(strstr(snap->problem, "no run before run 1"));
	snapshot_unref(snap);
	snap = compared(desk, 2, 77, COMPARED_FIXED);
	assert_non_null(strstr(snap->problem, "no run 77"));
	snapshot_unref(snap);
	desk_free(desk);
}

static bool is_newer(const struct snapshot *snap, const void *than)
{
	return snap->generation > *(const uint64_t *)than && snap->comparison;
}

static bool has_b_ended(const struct snapshot *snap, const void *arg)
{
	return snap->comparison && (snap->comparison->b.ended != 0) == *(const bool *)arg;
}

static void a_comparison_is_read_again_when_a_run_of_it_ends_only(void **state)
{
	const bool open = false, ended = true;
	struct page_request request = {.kind = PAGE_RUNS, .status = -1, .code = -1, .count = 10};
	struct world *world = *state;
	struct desk *desk;
	struct snapshot *snap;
	const struct comparison *before;
	struct comparison *kept;
	uint64_t generation;

	add_video(world);
	world->at_store = wait_at_store;
	shut(true);
	desk = open_desk(world);
	act_on(world, desk, ACT_RUN, GOOD, NULL);
	wait_message(desk, "launched 1 course");
	snap = NULL;
	for (int64_t number = 0; number != 4;) { /* it begins with its course */
		snapshot_unref(snap);
		snap = page(desk, &request);
		number = snap->count ? snap->runs[0].number : 0;
	}
	assert_int_equal(snap->runs[0].ended, 0);
	snapshot_unref(snap);
	desk_ask(desk, &(struct page_request){.kind = PAGE_COMPARE, .status = -1, .run_a = 2,
					      .run_b = 4, .count = 5000});
	snap = wait_for(desk, has_b_ended, &open, "a comparison with an open run");
	before = snap->comparison;
	generation = snap->generation;
	kept = comparison_ref(snap->comparison); /* so that no other one can stand at its address */
	snapshot_unref(snap);
	/* somebody commits something else */
	desk_remember(desk, "columns", "key");
	snap = wait_for(desk, is_newer, &generation, "a snapshot of another commit");
	assert_ptr_equal(snap->comparison, before);
	snapshot_unref(snap);
	shut(false);
	snap = wait_for(desk, has_b_ended, &ended, "a comparison with the ended run");
	assert_ptr_not_equal(snap->comparison, before);
	snapshot_unref(snap);
	comparison_unref(kept);
	desk_free(desk);
	world->at_store = NULL;
}

/* ---- the next generation ------------------------------------------------------------------*/

static int64_t generation_of(struct world *world)
{
	struct error err = {0};
	int64_t generation = 0;

	if (reader_generation(world->reader, &generation, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return generation;
}

static void a_refresh_leaves_the_engine_and_takes_it_again(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);

	snapshot_unref(wait_for(desk, is_here, NULL, "the engine"));
	desk_refresh(desk);
	wait_message(desk, "generation 2");
	snapshot_unref(wait_for(desk, is_here, NULL, "the engine again"));
	assert_int_equal(generation_of(world), 2);
	world_expect(world, GOOD, COURSE_NOT_MIGRATED);
	world_expect(world, BAD, COURSE_NOT_MIGRATED);
	desk_free(desk);
}

static void nothing_is_refreshed_while_something_is_under_way(void **state)
{
	struct world *world = *state;
	struct desk *desk;

	add_video(world);
	world->at_store = wait_at_store;
	shut(true);
	desk = open_desk(world);
	act_on(world, desk, ACT_RUN, GOOD, NULL);
	wait_message(desk, "launched 1 course");
	desk_refresh(desk);
	wait_message(desk, "not refreshed: work of the engine is under way");
	assert_int_equal(generation_of(world), 1);
	shut(false);
	snapshot_unref(wait_for(desk, has_migrated, &(int64_t){2}, "the end of it"));
	desk_free(desk); /* only now: else it leaves the course to the next engine */
	world->at_store = NULL;
	world_expect(world, GOOD, COURSE_MIGRATED);
}

static void a_viewer_and_production_are_refused(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false);
	struct desk *desk = open_desk(world);

	wait_message(desk, "viewer");
	desk_refresh(desk);
	wait_message(desk, "not refreshed");
	desk_free(desk);
	engine_free(engine);
	assert_int_equal(generation_of(world), 1);
	world->conf.environment = (char *)"production";
	desk = open_desk(world);
	desk_refresh(desk);
	wait_message(desk, "this is production");
	snapshot_unref(wait_for(desk, is_here, NULL, "the engine again"));
	desk_free(desk);
	assert_int_equal(generation_of(world), 1);
	world_expect(world, GOOD, COURSE_MIGRATED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_come_newest_first_with_the_courses_of_the_selected_one),
		TEST(a_comparison_says_what_each_row_is_of),
		TEST(the_run_before_is_found_and_its_absence_told),
		TEST(a_comparison_is_read_again_when_a_run_of_it_ends_only),
		TEST(a_refresh_leaves_the_engine_and_takes_it_again),
		TEST(nothing_is_refreshed_while_something_is_under_way),
		TEST(a_viewer_and_production_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
