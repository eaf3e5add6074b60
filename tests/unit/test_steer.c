/*
 * The engine is steered while it works: held and going on, how many workers, how fast.
 * Real threads, on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/engine/internal.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Steer+1"
#include "tests/unit/many_videos.h"

/* ---- how fast ---------------------------------------------------------------------------- */

static int64_t milliseconds(void)
{
	return clock_now(clock_system());
}

static void a_rate_is_kept_retries_included(void **state)
{
	struct world *world = *state;
	struct engine *engine;
	int64_t begun;

	world->conf.rate = 100;
	world->conf.retry_delay = 1;
	world->faults[FAULT_PUT] = (struct fault){RESULT_RETRY, 20, false, 0, 0};
	begun = milliseconds();
	engine = world_start(world, false);
	engine_go(engine);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	/* 40 videos and 20 retries: 59 waits of 10 ms, less what the slack may save */
	assert_true(milliseconds() - begun >= (VIDEOS + 20 - 1) * 10 - 20);
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

static void a_dry_run_keeps_the_rate(void **state)
{
	struct world *world = *state;
	int64_t begun = milliseconds();

	world->conf.rate = 100;
	world_rehearse(world, KEY);
	assert_true(milliseconds() - begun >= (VIDEOS - 1) * 10 - 20);
}

static void a_wait_ends_when_the_rate_is_changed(void **state)
{
	struct world *world = *state;
	struct engine_state seen;
	struct engine *engine;
	int64_t begun = milliseconds();

	world->conf.rate = 1;
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, 2);
	engine_set_rate(engine, 0);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	assert_true(milliseconds() - begun < (VIDEOS - 1) * 1000 / 2);
	engine_state(engine, &seen);
	assert_int_equal(seen.rate, 0);
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

/* How long it takes, while the next start has to wait for a second. */
static int64_t stop_in_the_midst(struct world *world)
{
	struct engine *engine = world_start(world, false);
	int calls = world_calls(world, FAULT_PUT);
	int64_t begun;

	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, calls + 1);
	begun = milliseconds();
	engine_free(engine);
	return milliseconds() - begun;
}

static void a_wait_ends_when_the_engine_stops(void **state)
{
	struct world *world = *state;
	int64_t took;

	world->conf.rate = 1;
	for (int tries = 0; tries < 5; tries++) { /* a busy machine may be late, but not each time */
		took = stop_in_the_midst(world);
		if (took < 900)
			return;
	}
	fail_msg("it took %lld ms each time", (long long)took);
}

/* ---- how many ---------------------------------------------------------------------------- */

/* Transactions that are at the store now, and the most there ever were since that was set to 0. */
static struct {
	pthread_mutex_t lock;
	int now, most;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void count_puts(struct world *world, bool comes)
{
	(void)world;
	pthread_mutex_lock(&store.lock);
	store.now += comes ? 1 : -1;
	store.most = store.now > store.most ? store.now : store.most;
	pthread_mutex_unlock(&store.lock);
}

/* The most there were; from now on they are counted anew. */
static int most_at_store(void)
{
	int most;

	pthread_mutex_lock(&store.lock);
	most = store.most;
	store.most = store.now;
	pthread_mutex_unlock(&store.lock);
	return most;
}

static void watch_store(struct world *world, int delay)
{
	store.now = store.most = 0;
	world->faults[FAULT_PUT].delay = delay;
	world->at_store = count_puts;
}

static void one_worker_is_strictly_one_at_a_time(void **state)
{
	struct world *world = *state;
	struct engine_state seen;
	struct engine *engine;

	watch_store(world, 2);
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, 4);
	engine_set_workers(engine, 1);
	for (int i = 0; i < WORLD_PATIENCE; i++) {
		engine_state(engine, &seen);
		if (seen.under_way <= 1)
			break;
		usleep(1000);
	}
	most_at_store();
	while (!engine_idle(engine)) {
		engine_state(engine, &seen);
		assert_true(seen.under_way <= 1);
		usleep(500);
	}
	assert_int_equal(most_at_store(), 1);
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

static void more_workers_are_there_at_once(void **state)
{
	struct world *world = *state;
	struct engine_state seen;
	struct engine *engine;

	world->conf.workers = 1;
	watch_store(world, 20);
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, 3);
	assert_int_equal(most_at_store(), 1);
	engine_set_workers(engine, 6);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	assert_in_range(most_at_store(), 2, 6);
	engine_set_workers(engine, 1000);
	engine_state(engine, &seen);
	assert_int_equal(seen.workers, WORKERS_MAX);
	engine_set_workers(engine, -1);
	engine_state(engine, &seen);
	assert_int_equal(seen.workers, 1);
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

/* Who has been let in: a thread that waits for a processor is not at the store yet. */
static int64_t let_in(struct engine *engine)
{
	int64_t inside;

	pthread_mutex_lock(&engine->store_gate.lock);
	inside = engine->store_gate.inside;
	pthread_mutex_unlock(&engine->store_gate.lock);
	return inside;
}

/* Whatever the numbers do while they work: once those that were there have left, no more are at
   the store than the new one says. */
static void numbers_change_at_any_instant(void **state)
{
	static const int numbers[] = {3, 1, 8, 2, 16, 1, 5, 64, 1, 4, 2, 7};
	struct world *world = *state;
	struct engine *engine;
	unsigned seed = 7;
	int changes = 0;

	world->conf.workers = 2;
	world->conf.max_retries = 1000;
	world->conf.retry_delay = 1;
	world->faults[FAULT_PUT] = (struct fault){RESULT_RETRY, 1500, false, 0, 0};
	watch_store(world, 1);
	engine = world_start(world, false);
	engine_go(engine);
	while (!engine_idle(engine)) {
		int workers = numbers[rand_r(&seed) % 12];

		engine_set_workers(engine, workers);
		engine_set_rate(engine, rand_r(&seed) % 3 ? 0 : 1000);
		while (let_in(engine) > workers)
			usleep(100);
		most_at_store();
		usleep((useconds_t)rand_r(&seed) % 4000);
		assert_true(most_at_store() <= workers);
		if (rand_r(&seed) % 4 == 0) {
			engine_hold(engine, "ana");
			engine_go(engine);
		}
		changes++;
	}
	engine_free(engine);
	assert_true(changes > 20);
	world_expect(world, KEY, COURSE_MIGRATED);
	world_check(world);
}

static void an_engine_ends_while_its_crew_changes(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 20; i++) {
		struct engine *engine = world_start(world, false);

		engine_go(engine);
		engine_set_workers(engine, 1 + i * 7 % 20);
		usleep((useconds_t)(i % 5) * 500);
		engine_set_workers(engine, 1 + i * 3 % 5);
		engine_stop(engine);
		engine_set_workers(engine, 20); /* too late: nothing comes of it */
		engine_free(engine);
	}
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
}

/* ---- wishes ------------------------------------------------------------------------------ */

/* Until the engine is as @is says; 100 ms is what is promised, and a busy machine gets more. */
static struct engine_state wait_until(struct engine *engine, bool (*is)(const struct engine_state *))
{
	struct engine_state seen;

	for (int i = 0; i < WORLD_PATIENCE; i++) {
		engine_state(engine, &seen);
		if (is(&seen))
			return seen;
		usleep(1000);
	}
	fail_msg("never came about");
	return seen;
}

static bool is_held(const struct engine_state *seen)
{
	return seen->held == HOLD_OPERATOR;
}

static bool goes_on(const struct engine_state *seen)
{
	return seen->held == HOLD_NONE;
}

static bool has_three(const struct engine_state *seen)
{
	return seen->workers == 3;
}

static bool has_rate(const struct engine_state *seen)
{
	return seen->rate == 50;
}

static int64_t steer(struct world *world, enum steer what, int64_t value)
{
	struct error err = {0};
	int64_t was;

	if (status_steer(world->status, what, value, &was, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return was;
}

/* The events that are acts on the engine, "action: what" a line, newest first. */
static void expect_events(struct world *world, const char *who, const char *want)
{
	struct event_query query = {.count = -1};
	struct event_row *rows = NULL;
	size_t count = 0;
	char seen[1024] = "";

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	assert_int_equal(reader_events(world->reader, &query, &rows, &count, NULL, NULL), RESULT_OK);
	for (size_t i = 0; i < count; i++) {
		size_t at = strlen(seen);

		if (strstr("hold go on workers rate", rows[i].action)) {
			assert_string_equal(rows[i].who, who);
			snprintf(seen + at, sizeof(seen) - at, "%s: %s\n", rows[i].action, rows[i].what);
		}
		event_row_clear(&rows[i]);
	}
	free(rows);
	assert_string_equal(seen, want);
}

static void wishes_reach_the_engine_and_the_audit(void **state)
{
	struct world *world = *state;
	struct engine_state seen;
	struct holder_row holder = {0};
	struct engine *engine;
	int64_t tried, was;
	int puts;

	world->faults[FAULT_PUT].delay = 5;
	world->conf.workers = 2;
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_calls(world, FAULT_PUT, 2);
	assert_int_equal(steer(world, STEER_HOLD, 1), 0);
	seen = wait_until(engine, is_held);
	assert_string_equal(seen.hold, "held by tester");
	assert_int_equal(status_steer(world->status, STEER_HOLD, 1, &was, NULL), RESULT_REFUSED);
	tried = wait_for_boundary(world, engine);
	assert_true(tried < VIDEOS);
	puts = world_calls(world, FAULT_PUT);
	assert_int_equal(steer(world, STEER_WORKERS, 3), 2);
	wait_until(engine, has_three);
	assert_int_equal(steer(world, STEER_RATE, 50), 0);
	wait_until(engine, has_rate);
	assert_int_equal(world_calls(world, FAULT_PUT), puts);
	for (int i = 0; i < WORLD_PATIENCE && holder.rate != 50; i++) {
		holder_row_clear(&holder);
		usleep(1000);
		assert_int_equal(reader_holder(world->reader, &holder, NULL), RESULT_OK);
	}
	assert_int_equal(holder.workers, 3);
	assert_int_equal(holder.rate, 50);
	assert_int_equal(holder.reason, HOLD_OPERATOR);
	assert_string_equal(holder.hold, "held by tester");
	holder_row_clear(&holder);
	assert_int_equal(steer(world, STEER_HOLD, 0), 1);
	wait_until(engine, goes_on);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	expect_events(world, "tester",
		      "go on: going on, was held\nrate: 50 a second, was no limit\n"
		      "workers: 3 workers, was 2\nhold: held, was going on\n");
}

static void a_new_engine_has_no_old_wishes(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false);
	struct engine_state seen;
	int64_t was;

	steer(world, STEER_HOLD, 1);
	steer(world, STEER_WORKERS, 3);
	wait_until(engine, is_held);
	wait_until(engine, has_three);
	engine_free(engine);
	assert_int_equal(status_steer(world->status, STEER_WORKERS, 5, &was, NULL), RESULT_MISSING);
	engine = world_start(world, false);
	assert_int_equal(steer(world, STEER_RATE, 50), 0);
	seen = wait_until(engine, has_rate); /* that one was taken up, the others were not */
	assert_int_equal(seen.held, HOLD_NONE);
	assert_int_equal(seen.workers, world->conf.workers);
	/* what was in force is the new engine's, too */
	assert_int_equal(steer(world, STEER_HOLD, 1), 0);
	engine_free(engine);
}

/* Every thread that is started from now on wants a stack that no machine has. */
static void let_threads_fail(bool fail)
{
	static pthread_attr_t before;
	pthread_attr_t huge;

	if (!fail) {
		assert_int_equal(pthread_setattr_default_np(&before), 0);
		pthread_attr_destroy(&before);
		return;
	}
	assert_int_equal(pthread_getattr_default_np(&before), 0);
	assert_int_equal(pthread_getattr_default_np(&huge), 0);
	assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 47), 0);
	assert_int_equal(pthread_setattr_default_np(&huge), 0);
	pthread_attr_destroy(&huge);
}

static void an_engine_that_cannot_start_is_not_there(void **state)
{
	struct engine_options options = {0};
	struct holder_row holder = {0};
	struct world *world = *state;
	struct engine *engine;
	struct error err = {0};
	int64_t was;

	let_threads_fail(true);
	assert_int_equal(engine_new(&engine, &world->campus, &options, &err), RESULT_FATAL);
	let_threads_fail(false);
	assert_null(engine);
	assert_non_null(strstr(err.text, "cannot start a thread"));
	assert_int_equal(reader_holder(world->reader, &holder, NULL), RESULT_OK);
	assert_false(holder.held);
	holder_row_clear(&holder);
	assert_int_equal(status_steer(world->status, STEER_WORKERS, 5, &was, NULL), RESULT_MISSING);
}

static void going_on_takes_up_an_earlier_session_only_after_a_restart(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false); /* as `migrate` starts it */

	steer(world, STEER_HOLD, 1);
	wait_until(engine, is_held);
	steer(world, STEER_HOLD, 0);
	wait_until(engine, goes_on);
	assert_true(engine_wait(engine, WORLD_PATIENCE)); /* it has nothing to do */
	engine_free(engine);
	world_expect(world, KEY, COURSE_NOT_MIGRATED);
	engine = world_start(world, true); /* as a console does */
	assert_int_equal(steer(world, STEER_HOLD, 0), 1);
	wait_until(engine, goes_on);
	for (int i = 0; i < WORLD_PATIENCE && !world_calls(world, FAULT_PUT); i++)
		usleep(1000);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

static void a_dry_run_is_steered_too(void **state)
{
	struct world *world = *state;
	int64_t course = world_course_id(world, KEY);
	struct engine_options options = {.dry = true, .dry_courses = &course, .dry_count = 1};
	struct engine *engine;

	world->conf.rate = 20;
	assert_int_equal(engine_new(&engine, &world->campus, &options, NULL), RESULT_OK);
	steer(world, STEER_HOLD, 1);
	wait_until(engine, is_held);
	assert_false(engine_idle(engine));
	steer(world, STEER_RATE, 0);
	steer(world, STEER_HOLD, 0);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rate_is_kept_retries_included),
		TEST(a_dry_run_keeps_the_rate),
		TEST(a_wait_ends_when_the_rate_is_changed),
		TEST(a_wait_ends_when_the_engine_stops),
		TEST(one_worker_is_strictly_one_at_a_time),
		TEST(more_workers_are_there_at_once),
		TEST(numbers_change_at_any_instant),
		TEST(an_engine_ends_while_its_crew_changes),
		TEST(wishes_reach_the_engine_and_the_audit),
		TEST(a_new_engine_has_no_old_wishes),
		TEST(an_engine_that_cannot_start_is_not_there),
		TEST(going_on_takes_up_an_earlier_session_only_after_a_restart),
		TEST(a_dry_run_is_steered_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
