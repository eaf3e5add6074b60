/*
 * The engine is steered while it works: held and going on, resting, how many workers, how fast.
 * Real threads, on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/engine/desk.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Steer+1"
#define VIDEOS 40

/* One course of many videos, launched. */
static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);
	char id[16], val_id[16];

	for (int i = 0; i < VIDEOS; i++) {
		snprintf(id, sizeof(id), "v%02d", i);
		snprintf(val_id, sizeof(val_id), "vid-%02d", i);
		world_video(outline, id, val_id, "en=en.srt");
	}
	world_subrip(world, "en.srt", "hello");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	*state = world;
	return 0;
}

static void wait_for_calls(struct world *world, enum fault_point point, int calls)
{
	for (int i = 0; i < WORLD_PATIENCE && world_calls(world, point) < calls; i++)
		usleep(1000);
	assert_true(world_calls(world, point) >= calls);
}

/* Until nothing is under way, how many were tried. */
static int64_t wait_for_boundary(struct world *world, struct engine *engine)
{
	struct engine_state state;
	struct course_row row;
	int64_t tried;

	for (int i = 0; i < WORLD_PATIENCE; i++) {
		engine_state(engine, &state);
		if (!state.under_way)
			break;
		usleep(1000);
	}
	assert_int_equal(state.under_way, 0);
	row = world_row(world, KEY);
	tried = row.tried;
	course_row_clear(&row);
	return tried;
}

/* ---- rest -------------------------------------------------------------------------------- */

static void wait_for_rest(struct engine *engine)
{
	struct engine_state state;

	for (int i = 0; i < WORLD_PATIENCE; i++) {
		engine_state(engine, &state);
		if (state.rests)
			return;
		usleep(1000);
	}
	fail_msg("it never rested");
}

static void a_rest_starts_nothing_and_is_told(void **state)
{
	struct world *world = *state;
	struct holder_row holder = {0};
	struct engine *engine;
	int64_t tried;
	int puts;

	world->faults[FAULT_PUT].delay = 5;
	world->conf.workers = 2;
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, 4);
	engine_rest(engine, true);
	wait_for_rest(engine);
	assert_int_equal(reader_holder(world->reader, &holder, NULL), RESULT_OK);
	assert_string_equal(holder.hold, "the console of tester is suspended");
	holder_row_clear(&holder);
	tried = wait_for_boundary(world, engine);
	assert_true(tried < VIDEOS);
	puts = world_calls(world, FAULT_PUT);
	usleep(50000); /* ten times what a put takes: one that was started would show */
	assert_int_equal(world_calls(world, FAULT_PUT), puts);
	engine_rest(engine, false);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

static void a_rest_ends_only_what_it_began(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, true);
	struct engine_state seen;

	engine_state(engine, &seen);
	assert_int_equal(seen.held, HOLD_RESTART);
	engine_rest(engine, true);
	engine_rest(engine, true);
	engine_state(engine, &seen);
	assert_int_equal(seen.held, HOLD_REST);
	engine_rest(engine, false);
	engine_state(engine, &seen);
	assert_int_equal(seen.held, HOLD_RESTART);
	assert_false(seen.rests);
	engine_go(engine);
	engine_hold(engine, "ana");
	engine_rest(engine, true);
	engine_rest(engine, false);
	engine_state(engine, &seen);
	assert_int_equal(seen.held, HOLD_OPERATOR);
	assert_string_equal(seen.hold, "held by ana");
	/* and the other way round: going on ends no rest */
	engine_rest(engine, true);
	engine_go(engine);
	engine_state(engine, &seen);
	assert_int_equal(seen.held, HOLD_REST);
	engine_rest(engine, false);
	engine_state(engine, &seen);
	assert_int_equal(seen.held, HOLD_NONE);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
}

static void a_desk_rests(void **state)
{
	struct world *world = *state;
	struct desk *desk = NULL;
	struct snapshot *snap;
	bool rests = false, gone = false;

	assert_int_equal(desk_new(&desk, &world->campus, NULL), RESULT_OK);
	desk_rest(desk, true); /* the engine may be there, or on its way */
	for (int i = 0; i < WORLD_PATIENCE && !rests; i += 10) {
		snap = desk_acquire(desk);
		rests = snap->rests && !snap->under_way;
		snapshot_unref(snap);
		usleep(10000);
	}
	assert_true(rests);
	desk_rest(desk, false);
	for (int i = 0; i < WORLD_PATIENCE && !gone; i += 10) {
		snap = desk_acquire(desk);
		gone = !snap->rests;
		snapshot_unref(snap);
		usleep(10000);
	}
	assert_true(gone);
	desk_free(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rest_starts_nothing_and_is_told),
		TEST(a_rest_ends_only_what_it_began),
		TEST(a_desk_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
