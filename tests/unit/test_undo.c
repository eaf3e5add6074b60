/*
 * Acts that are taken back, beside a running engine: an intent is either taken back whole or was
 * taken up, and the desk says which. Real threads, on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/desk_help.h"

#define KEY "course-v1:Test+Undo+1"
#define OTHER "course-v1:Test+Undo+2"

static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "vid-a", "en=a_en.srt es=a_es.srt");
	world_video(outline, "b", "vid-b", "fr=b_fr.srt");
	world_video(world_course(world, OTHER), "c", "vid-c", "en=a_en.srt");
	world_subrip(world, "a_en.srt", "hello");
	world_subrip(world, "a_es.srt", "hola");
	world_subrip(world, "b_fr.srt", "salut");
	world_scan(world);
	*state = world;
	return 0;
}

/* ---- races with an engine ---------------------------------------------------------------- */

static struct wish_answer wish(struct world *world, enum wish wish)
{
	int64_t id = world_course_id(world, KEY);
	struct wish_answer answer;

	assert_int_equal(status_wish(world->status, wish, &id, 1, NULL, true, &answer, NULL), RESULT_OK);
	return answer;
}

static bool unwish(struct world *world, const struct given_intent *given)
{
	struct wish_answer answer;

	assert_int_equal(status_unwish(world->status, given, 1, &answer, NULL), RESULT_OK);
	return answer.taken;
}

static struct course_row row_of(struct world *world)
{
	struct course_row row = world_row(world, KEY);

	course_row_clear(&row);
	return row;
}

/* Until nothing is wanted and nothing is at work: the row, as it stays. */
static struct course_row settle(struct world *world, struct engine *engine)
{
	for (int i = 0; i < WORLD_PATIENCE / 10; i++) {
		if (row_of(world).intent == INTENT_IDLE && engine_wait(engine, WORLD_PATIENCE))
			return row_of(world);
		usleep(10000);
	}
	fail_msg("the course is never idle again");
	return (struct course_row){0};
}

/* Somewhere between at once and when the engine has ended the course. */
static void wait_somewhat(unsigned *seed)
{
	usleep((useconds_t)(rand_r(seed) % 40) * 1000);
}

/* A pass is begun for each launch that could not be taken back, and for no other one. */
static void a_launch_is_taken_back_or_was_taken_up(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false);
	unsigned seed = 1;
	int64_t begun = 0, back = 0;

	for (int i = 0; i < 150; i++) {
		struct wish_answer launched = wish(world, WISH_RUN);
		enum course_status before = launched.intent.status;
		struct course_row row;

		assert_true(launched.taken);
		wait_somewhat(&seed);
		if (!unwish(world, &launched.intent)) {
			begun++;
			row = settle(world, engine);
			assert_int_equal(row.status, COURSE_MIGRATED);
			continue;
		}
		back++;
		row = row_of(world);
		assert_int_equal(row.status, before);
		assert_int_equal(row.intent, INTENT_IDLE);
		/* most go on at once: the next launch finds the course on the engine's list */
		if (i % 4 == 0)
			row = settle(world, engine);
		assert_int_equal(row.pass, begun);
	}
	print_message("%lld begun, %lld taken back\n", (long long)begun, (long long)back);
	assert_true(begun > 0 && back > 0);
	settle(world, engine);
	engine_free(engine);
	assert_int_equal(row_of(world).pass, begun);
	assert_int_equal(row_of(world).intent, INTENT_IDLE);
	world_check(world);
}

/* Somebody else's hand on the status database: nobody can write until it lets go. */
static sqlite3 *lock_database(struct world *world)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(world->conf.status_db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

struct viewer {
	struct status *status;
	struct given_intent given;
	bool taken;
};

static void *take_back(void *arg)
{
	struct viewer *viewer = arg;
	struct wish_answer answer;

	viewer->taken = status_unwish(viewer->status, &viewer->given, 1, &answer, NULL) == RESULT_OK &&
			answer.taken;
	return NULL;
}

/*
 * The tightest place: the engine has read the intent run and waits to write that the course begins,
 * and another process waits to write that it does not. Whoever comes first, the other one sees it.
 */
static void begin_and_undo_exclude_each_other(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false);
	struct viewer viewer = {0};
	struct status_options options = {world->conf.status_db, "world", "staging", "viewer",
					 clock_system()};
	int64_t begun = 0;

	assert_int_equal(status_open(&viewer.status, &options, NULL), RESULT_OK);
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		sqlite3 *db;

		engine_hold(engine, "tester");
		viewer.given = wish(world, WISH_RUN).intent;
		while (engine_wait(engine, 0)) /* until the engine has it on its list */
			usleep(1000);
		db = lock_database(world);
		engine_go(engine);
		pthread_create(&thread, NULL, take_back, &viewer);
		usleep(30000); /* for both to come and wait; one that comes later only proves less */
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		sqlite3_close(db);
		pthread_join(thread, NULL);
		begun += !viewer.taken;
		settle(world, engine);
		assert_int_equal(row_of(world).pass, begun);
	}
	print_message("%lld of 20 begun\n", (long long)begun);
	status_close(viewer.status);
	engine_free(engine);
	assert_int_equal(row_of(world).pass, begun);
	world_check(world);
}

static void wait_status(struct world *world, enum course_status status)
{
	for (int i = 0; row_of(world).status != status; i++) {
		assert_true(i < WORLD_PATIENCE);
		usleep(1000);
	}
}

/* A pause can be taken back wherever the course was, and the course then ends. */
static void a_pause_taken_back_goes_on(void **state)
{
	struct world *world = *state;
	struct engine *engine = world_start(world, false);
	unsigned seed = 2;
	int paused = 0;

	world->faults[FAULT_LOOKUP].delay = 5;
	for (int i = 0; i < 40; i++) {
		struct wish_answer answer;

		assert_true(wish(world, WISH_RUN).taken);
		wait_status(world, COURSE_IN_PROGRESS);
		wait_somewhat(&seed);
		answer = wish(world, WISH_PAUSE);
		if (answer.taken && answer.intent.given == INTENT_PAUSE) {
			paused++;
			wait_somewhat(&seed);
			wait_somewhat(&seed);
			assert_true(unwish(world, &answer.intent));
		}
		assert_int_equal(settle(world, engine).status, COURSE_MIGRATED);
	}
	assert_true(paused > 0);
	engine_free(engine);
	world_check(world);
}

/* ---- the desk ---------------------------------------------------------------------------- */

static void acts_are_taken_back_while_nobody_took_them_up(void **state)
{
	struct world *world = *state;
	struct desk *desk;
	struct course_row row;
	uint64_t launch, pause;

	/* work of an earlier session: held, until go */
	world_wish(world, WISH_RUN, OTHER, NULL);
	desk = open_desk(world);
	launch = act_on(world, desk, ACT_RUN, KEY, OTHER);
	assert_true(desk_can_undo(desk, launch));
	wait_message(desk, "launched 1, 1 not: Not-Migrated: launched already");
	pause = act_on(world, desk, ACT_PAUSE, KEY, OTHER);
	wait_message(desk, "paused 2 courses");
	desk_undo(desk, pause);
	wait_message(desk, "undone: pause of 2 courses");
	assert_false(desk_can_undo(desk, pause));
	/* one of them has the intent that the launch has given, under a new number */
	assert_true(desk_can_undo(desk, launch));
	desk_undo(desk, launch);
	wait_message(desk, "undone: launch of 1 course");
	assert_false(desk_can_undo(desk, launch));
	desk_undo(desk, launch);
	wait_message(desk, "nothing to undo");
	desk_free(desk);
	row = row_of(world);
	assert_int_equal(row.status, COURSE_NOT_MIGRATED);
	assert_int_equal(row.intent, INTENT_IDLE);
	row = world_row(world, OTHER);
	assert_int_equal(row.intent, INTENT_RUN);
	course_row_clear(&row);
	world_check(world);
}

static void what_was_refused_leaves_nothing_to_undo(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	uint64_t retry = act_on(world, desk, ACT_RETRY, KEY, OTHER);

	wait_message(desk, "nothing to retry");
	for (int i = 0; desk_can_undo(desk, retry); i++) {
		assert_true(i < WORLD_PATIENCE);
		usleep(1000);
	}
	assert_false(desk_can_undo(desk, 0));
	assert_false(desk_can_undo(desk, retry + 1));
	desk_free(desk);
}

static void what_has_begun_is_not_undone(void **state)
{
	struct world *world = *state;
	struct desk *desk;
	uint64_t launch;

	world->faults[FAULT_OPEN].delay = 300;
	desk = open_desk(world);
	launch = act_on(world, desk, ACT_RUN, KEY, NULL);
	wait_status(world, COURSE_IN_PROGRESS);
	desk_undo(desk, launch);
	wait_message(desk, "not undone: launch of 1 course: In-Progress: under way already: pause it");
	desk_free(desk);
}

static void validations_that_wait_leave_the_queue(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	uint64_t first, second;

	world->faults[FAULT_OPEN].delay = 1000;
	first = act_on(world, desk, ACT_VALIDATE, KEY, OTHER);
	while (!world_calls(world, FAULT_OPEN))
		usleep(1000);
	second = act_on(world, desk, ACT_VALIDATE, KEY, OTHER);
	desk_undo(desk, second);
	wait_message(desk, "undone: validation of 2 courses");
	desk_undo(desk, first);
	wait_message(desk, "undone: validation of 1 course; 1 not: begun already");
	wait_message(desk, "validated " KEY);
	desk_free(desk);
	assert_int_equal(world_calls(world, FAULT_OPEN), 1);
}

static void only_the_newest_acts_are_remembered(void **state)
{
	enum { ACTS = 40, KEPT = 32 };
	struct world *world = *state;
	struct desk *desk;
	uint64_t first = 0, last = 0;
	int kept = 0;

	world_wish(world, WISH_RUN, OTHER, NULL); /* held */
	desk = open_desk(world);
	for (int i = 0; i < ACTS; i++) {
		last = act_on(world, desk, i % 2 ? ACT_PAUSE : ACT_RUN, KEY, NULL);
		first = first ? first : last;
		/* a pause counts for launches that are still being looked at: one at a time */
		wait_message(desk, i % 2 ? "paused" : "launched");
	}
	desk_undo(desk, last);
	wait_message(desk, "undone: pause");
	for (uint64_t serial = first; serial <= last; serial++)
		kept += desk_can_undo(desk, serial);
	assert_int_equal(kept, KEPT - 1);
	assert_false(desk_can_undo(desk, first));
	assert_true(desk_can_undo(desk, last - 1));
	desk_free(desk);
}

/* Nobody can write for longer than one waits: the act stays as it was, and can be undone later. */
static void an_undo_that_cannot_be_written_is_not_lost(void **state)
{
	struct world *world = *state;
	uint64_t launch, pause;
	struct desk *desk;
	sqlite3 *db;

	world_wish(world, WISH_RUN, OTHER, NULL); /* held */
	desk = open_desk(world);
	launch = act_on(world, desk, ACT_RUN, KEY, NULL);
	wait_message(desk, "launched 1 course");
	pause = act_on(world, desk, ACT_PAUSE, KEY, OTHER);
	wait_message(desk, "paused 2 courses");
	db = lock_database(world);
	desk_undo(desk, pause);
	assert_true(desk_is_undoing(desk, pause));
	assert_false(desk_can_undo(desk, pause));
	wait_message(desk, "not undone, z tries again: pause of 2 courses: status database");
	act_on(world, desk, ACT_PAUSE, KEY, NULL); /* what is not done says what it was */
	wait_message(desk, "pause 1 course: not done: status database");
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
	wait_idle(desk);
	status_flush(world->status, NULL); /* what was posted meanwhile may have failed as well */
	assert_int_equal(row_of(world).intent, INTENT_PAUSE);
	assert_false(desk_is_undoing(desk, pause));
	assert_true(desk_can_undo(desk, pause));
	desk_undo(desk, pause);
	wait_message(desk, "undone: pause of 2 courses");
	assert_false(desk_can_undo(desk, pause));
	/* what is before it is as it was */
	desk_undo(desk, launch);
	wait_message(desk, "undone: launch of 1 course");
	desk_free(desk);
	assert_int_equal(row_of(world).intent, INTENT_IDLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_launch_is_taken_back_or_was_taken_up),
		TEST(begin_and_undo_exclude_each_other),
		TEST(a_pause_taken_back_goes_on),
		TEST(acts_are_taken_back_while_nobody_took_them_up),
		TEST(what_was_refused_leaves_nothing_to_undo),
		TEST(what_has_begun_is_not_undone),
		TEST(validations_that_wait_leave_the_queue),
		TEST(only_the_newest_acts_are_remembered),
		TEST(an_undo_that_cannot_be_written_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
