/*
 * The engine, and the desk with all that it does, rest for a process that is suspended. Real threads,
 * on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/status/lock.h"
#include "tests/unit/desk_help.h"

#define KEY "course-v1:Test+Rest+1"
#include "tests/unit/many_videos.h"

/* ---- an engine -------------------------------------------------------------------------------- */

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

/* What an engine does last with a course is done, or waits for the time after. */
static void a_rest_ends_no_course(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false);

	world->faults[FAULT_PUT].delay = 5;
	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, VIDEOS); /* the last one is at the store */
	engine_rest(engine, true);
	wait_for_rest(engine);
	assert_int_equal(wait_for_boundary(world, engine), VIDEOS);
	usleep(50000); /* a reader would end it at once */
	world_expect(world, KEY, COURSE_IN_PROGRESS);
	engine_rest(engine, false);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

/* ---- a desk ------------------------------------------------------------------------------- */

static void a_desk_rests(void **state)
{
	struct world *world = *state;
	struct holder_row holder;
	struct desk *desk = open_desk(world);

	desk_rest(desk, true); /* the engine may be there, or on its way */
	assert_true(comes_to_rest(desk, NULL));
	desk_rest(desk, false);
	desk_rest(desk, true);
	assert_true(comes_to_rest(desk, NULL));
	assert_int_equal(reader_holder(world->reader, &holder, NULL), RESULT_OK);
	assert_true(!holder.held || holder.reason == HOLD_REST);
	holder_row_clear(&holder);
	desk_rest(desk, false);
	desk_free(desk);
}

static void a_desk_that_ends_a_course_does_not_rest(void **state)
{
	struct world *world = *state;
	struct course_row row;
	struct desk *desk;

	world->faults[FAULT_READ_BACK].delay = 200;
	desk = open_desk(world);
	for (int i = 0; i < WORLD_PATIENCE && !world_calls(world, FAULT_READ_BACK); i++) {
		desk_go(desk); /* as soon as there is an engine that waits for it */
		usleep(1000);
	}
	desk_rest(desk, true);
	assert_false(comes_to_rest(desk, "closing course"));
	assert_true(comes_to_rest(desk, NULL));
	desk_rest(desk, false);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	course_row_clear(&row);
	desk_free(desk);
}

/* ---- the course list takes its time --------------------------------------------------------*/

static struct source_ops slow_ops;
static const struct source_ops *real_ops;
static sem_t at_list, list_goes_on;

static enum result list_slowly(struct source *source, source_list_fn *fn, void *arg, struct error *err)
{
	sem_post(&at_list);
	sem_wait(&list_goes_on);
	return real_ops->list(source, fn, arg, err);
}

/* A desk whose clerk reads the course list until list_goes_on. */
static struct desk *open_slow_desk(struct world *world)
{
	struct desk *desk;

	sem_init(&at_list, 0, 0);
	sem_init(&list_goes_on, 0, 0);
	real_ops = world->campus.source->ops;
	slow_ops = *real_ops;
	slow_ops.list = list_slowly;
	world->campus.source->ops = &slow_ops;
	desk = open_desk(world);
	sem_wait(&at_list);
	return desk;
}

static void close_slow_desk(struct world *world, struct desk *desk)
{
	desk_free(desk);
	world->campus.source->ops = real_ops;
	sem_destroy(&at_list);
	sem_destroy(&list_goes_on);
}

/* Who holds all and suspends wants that hold to be there for everybody else. */
static void a_wish_is_carried_out_before_the_desk_rests(void **state)
{
	struct world *world = *state;
	struct steering_row rows[STEER_COUNT];
	struct desk *desk = open_slow_desk(world);
	size_t count;

	desk_set_workers(desk, 3);
	desk_rest(desk, true);
	assert_false(comes_to_rest(desk, "commit"));
	sem_post(&list_goes_on);
	assert_true(comes_to_rest(desk, NULL));
	assert_int_equal(reader_steering(world->reader, 0, rows, &count, NULL), RESULT_OK);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].what, STEER_WORKERS);
	assert_int_equal(rows[0].value, 3);
	desk_rest(desk, false);
	close_slow_desk(world, desk);
}

static void wishes_that_wait_are_not_forgotten(void **state)
{
	struct world *world = *state;
	struct steering_row rows[STEER_COUNT];
	struct desk *desk = open_slow_desk(world);
	size_t count;

	desk_go(desk); /* the hold of a restart */
	desk_hold(desk);
	desk_go(desk);
	for (int i = 1; i <= 10; i++) {
		desk_set_workers(desk, i + 1);
		desk_set_rate(desk, i);
	}
	sem_post(&list_goes_on);
	wait_idle(desk); /* all that was wished is written */
	assert_int_equal(reader_steering(world->reader, 0, rows, &count, NULL), RESULT_OK);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(rows[i].value, rows[i].what == STEER_HOLD	? 0
						: rows[i].what == STEER_WORKERS ? 11
										: 10);
	wait_for_calls(world, FAULT_PUT, 1);
	close_slow_desk(world, desk);
}

/* Its row says that it is there, until somebody else has become the engine. */
static void nothing_is_wished_of_an_engine_that_was_killed(void **state)
{
	struct world *world = *state;
	struct holder_row killed = {.held = true, .who = (char *)"ana", .host = (char *)"here",
				    .hold = (char *)"", .workers = 8};
	struct steering_row rows[STEER_COUNT];
	struct lock *lock;
	struct desk *desk;
	size_t count;

	assert_int_equal(lock_take(status_path(world->status), &lock, NULL), RESULT_OK);
	status_holder(world->status, &killed);
	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	desk = open_slow_desk(world);
	lock_free(lock);
	desk_set_workers(desk, 3);
	sem_post(&list_goes_on);
	wait_idle(desk);
	assert_int_equal(reader_steering(world->reader, 0, rows, &count, NULL), RESULT_OK);
	assert_int_equal(count, 0);
	wait_message(desk, "no engine runs");
	close_slow_desk(world, desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rest_starts_nothing_and_is_told),
		TEST(a_rest_ends_only_what_it_began),
		TEST(a_rest_ends_no_course),
		TEST(a_desk_rests),
		TEST(a_desk_that_ends_a_course_does_not_rest),
		TEST(a_wish_is_carried_out_before_the_desk_rests),
		TEST(wishes_that_wait_are_not_forgotten),
		TEST(nothing_is_wished_of_an_engine_that_was_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
