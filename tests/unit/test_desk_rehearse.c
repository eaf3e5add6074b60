/*
 * The desk: dry runs. The engine is left for one and taken again as it was; what is wished meanwhile
 * is refused or waits. Real threads, on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/lock.h"
#include "src/status/runs.h"
#include "tests/unit/desk_help.h"

#define DONE "course-v1:Test+Dry+1"
#define NEXT "course-v1:Test+Dry+2"
#define LAST "course-v1:Test+Dry+3"
#define RACES 200

/* One course is migrated, with rows enough that their loss is no author's work; two wait. */
static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, DONE);

	world_video(outline, "a", "vid-a", "en=a.srt es=a.srt fr=a.srt de=a.srt");
	outline = world_course(world, NEXT);
	world_video(outline, "b", "vid-b", "en=a.srt es=a.srt");
	world_video(outline, "missing", "vid-m", "en=missing.srt");
	world_video(world_course(world, LAST), "c", "vid-c", "en=a.srt");
	world_subrip(world, "a.srt", "hello");
	world_scan(world);
	world_wish(world, WISH_RUN, DONE, NULL);
	world_run(world);
	world_expect(world, DONE, COURSE_MIGRATED);
	*state = world;
	return 0;
}

static bool is_dry(const struct snapshot *snap, const void *arg)
{
	return !strcmp(snap->mode, "dry") == (arg != NULL) && snap->engine_here;
}

static bool is_held(const struct snapshot *snap, const void *arg)
{
	return snap->held_by_operator == (arg != NULL) && snap->engine_here;
}

/* An engine that is held starts nothing: so a dry run stays under way. */
static void hold(struct desk *desk)
{
	desk_hold(desk);
	snapshot_unref(wait_for(desk, is_held, "", "the hold"));
}

static struct snapshot *begin_held(struct world *world, struct desk *desk, const char *key,
				   const char *other)
{
	hold(desk);
	act_on(world, desk, ACT_REHEARSE, key, other);
	snapshot_unref(wait_for(desk, is_dry, "", "a dry run"));
	return wait_for(desk, is_held, "", "its hold");
}

/* Statuses, intents and passes: what a dry run leaves as it is. */
static void expect_untouched(struct world *world, const char *key, enum course_status status,
			     enum course_intent intent)
{
	struct course_row row = world_row(world, key);

	assert_int_equal(row.status, status);
	assert_int_equal(row.intent, intent);
	course_row_clear(&row);
}

/* The newest run; run_row_clear(). */
static struct run_row newest_run(struct world *world)
{
	struct run_row *rows = NULL, run;
	size_t count;

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	assert_int_equal(reader_runs(world->reader, 0, 1, &rows, &count, NULL, NULL), RESULT_OK);
	assert_int_equal(count, 1);
	run = rows[0];
	free(rows);
	return run;
}

static void expect_run(struct world *world, enum run_kind kind, bool broken_off, int64_t courses)
{
	struct run_row run = newest_run(world);

	assert_int_equal(run.kind, kind);
	assert_true(run.ended);
	assert_int_equal(run.broken_off, broken_off);
	assert_int_equal(run.sums.ended, courses);
	run_row_clear(&run);
}

/* ---- what it does -------------------------------------------------------------------------*/

static void it_predicts_and_touches_nothing(void **state)
{
	struct world *world = *state;
	char *before = world_state(world), *after;
	struct desk *desk = open_started_desk(world, false);
	struct snapshot *snap;

	act_on(world, desk, ACT_REHEARSE, NEXT, LAST);
	snap = see_message(desk, "dry run 2: 3 would migrate, 1 would fail; A shows it");
	assert_int_equal(messages_newest(&snap->messages)->severity, FINDING_NOTICE);
	snapshot_unref(snap);
	snap = wait_for(desk, is_dry, NULL, "the engine again");
	assert_string_equal(snap->mode, "mock");
	assert_string_equal(snap->hold, "");
	snapshot_unref(snap);
	expect_untouched(world, NEXT, COURSE_NOT_MIGRATED, INTENT_IDLE);
	expect_untouched(world, LAST, COURSE_NOT_MIGRATED, INTENT_IDLE);
	expect_run(world, RUN_DRY, false, 2);
	after = world_state(world);
	assert_string_equal(before, after);
	world_check(world);

	act_on(world, desk, ACT_REHEARSE, DONE, NULL);
	wait_message(desk, "dry run 3: 0 would migrate, 4 done; A shows it");
	expect_untouched(world, DONE, COURSE_MIGRATED, INTENT_IDLE);
	act_on(world, desk, ACT_RUN, LAST, NULL);
	wait_message(desk, "launched 1 course");
	for (int i = 0; i < WORLD_PATIENCE / 10; i++) {
		struct course_row row = world_row(world, LAST);
		bool over = row.status == COURSE_MIGRATED;

		course_row_clear(&row);
		if (over)
			break;
		poll(NULL, 0, 10);
	}
	world_expect(world, LAST, COURSE_MIGRATED);
	desk_free(desk);
	free(before);
	free(after);
}

static void it_is_seen_while_it_goes_on(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	struct snapshot *snap = begin_held(world, desk, NEXT, LAST);

	assert_int_equal(snap->run, 2);
	assert_int_equal(snap->run_kind, RUN_DRY);
	assert_string_equal(snap->eta_reason, "held");
	assert_non_null(strstr(snap->hold, "held by "));
	snapshot_unref(snap);
	assert_false(desk_idle(desk));
	desk_go(desk);
	wait_message(desk, "dry run 2: 3 would migrate");
	snapshot_unref(wait_for(desk, is_held, NULL, "no hold"));
	desk_free(desk);
}

static bool has_crew(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return snap->workers == 3 && snap->rate_limit == 500;
}

static void holds_rate_and_workers_go_with_it(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	struct snapshot *snap;

	desk_set_workers(desk, 3);
	desk_set_rate(desk, 500);
	snapshot_unref(wait_for(desk, has_crew, NULL, "three workers"));
	snapshot_unref(begin_held(world, desk, NEXT, NULL));
	snapshot_unref(wait_for(desk, has_crew, NULL, "three workers of the dry run"));
	desk_end_rehearsal(desk);
	wait_message(desk, "dry run 2: broken off after 0 courses");
	snapshot_unref(wait_for(desk, is_dry, NULL, "the engine again"));
	snap = wait_for(desk, is_held, "", "its hold");
	assert_non_null(strstr(snap->hold, "held by "));
	snapshot_unref(snap);
	snapshot_unref(wait_for(desk, has_crew, NULL, "three workers again"));
	desk_free(desk);
	expect_run(world, RUN_DRY, true, 0);
}

/* ---- what it waits for, and what waits for it ---------------------------------------------*/

static void it_is_refused_while_the_engine_has_work(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	hold(desk);
	act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_message(desk, "launched 1 course");
	act_on(world, desk, ACT_REHEARSE, LAST, NULL);
	wait_message(desk, "no dry run now: work of the engine is under way here");
	desk_free(desk);
	expect_run(world, RUN_MOCK, false, 1);
}

static void acts_are_refused_and_pauses_are_not(void **state)
{
	static const enum act refused[] = {ACT_RUN, ACT_RESUME, ACT_RETRY, ACT_VALIDATE, ACT_REHEARSE};
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	snapshot_unref(begin_held(world, desk, NEXT, NULL));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		act_on(world, desk, ACT_PAUSE, LAST, NULL);
		wait_message(desk, i ? "paused 0, 1 not" : "paused 1 course; the dry run goes on");
		act_on(world, desk, refused[i], LAST, NULL);
		wait_message(desk, "nothing was done: dry run 2 is under way");
	}
	desk_refresh(desk);
	wait_message(desk, "nothing was done: dry run 2 is under way");
	expect_untouched(world, LAST, COURSE_NOT_MIGRATED, INTENT_PAUSE);
	expect_untouched(world, NEXT, COURSE_NOT_MIGRATED, INTENT_IDLE);
	desk_free(desk);
}

static void what_others_launch_waits_for_its_end(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	snapshot_unref(begin_held(world, desk, NEXT, NULL));
	world_wish(world, WISH_RUN, LAST, NULL);
	expect_untouched(world, LAST, COURSE_NOT_MIGRATED, INTENT_RUN);
	desk_go(desk);
	snapshot_unref(wait_for(desk, has_migrated, &(int64_t){2}, "what was launched"));
	expect_untouched(world, NEXT, COURSE_NOT_MIGRATED, INTENT_IDLE);
	desk_free(desk);
}

static bool waits_for_go(const struct snapshot *snap, const void *arg)
{
	return snap->waits_for_go == (arg != NULL) && snap->engine_here;
}

static void what_an_earlier_session_left_waits_on(void **state)
{
	struct world *world = *state;
	struct desk *desk;

	world_wish(world, WISH_RUN, LAST, NULL);
	desk = open_started_desk(world, false);
	snapshot_unref(wait_for(desk, waits_for_go, "", "what was left"));
	act_on(world, desk, ACT_REHEARSE, NEXT, NULL);
	wait_message(desk, "dry run 2: 2 would migrate");
	snapshot_unref(wait_for(desk, waits_for_go, "", "what was left, again"));
	expect_untouched(world, LAST, COURSE_NOT_MIGRATED, INTENT_RUN);
	desk_go(desk);
	snapshot_unref(wait_for(desk, has_migrated, &(int64_t){2}, "what was left"));
	desk_free(desk);
}

static void it_asks_where_rows_are_gone(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	struct desk_question question;
	uint64_t serial;

	world_on_val(world, "DELETE FROM edxval_videotranscript");
	serial = act_on(world, desk, ACT_REHEARSE, NEXT, NULL);
	question = wait_question(desk, QUESTION_VANISHED, serial);
	assert_string_equal(question.act, "dry-run 1 course");
	desk_answer(desk, serial, true, NULL);
	wait_message(desk, "dry run 2: 2 would migrate");
	desk_free(desk);
}

/* ---- ends ---------------------------------------------------------------------------------*/

static void who_leaves_breaks_it_off(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	snapshot_unref(begin_held(world, desk, NEXT, LAST));
	desk_stop(desk);
	wait_idle(desk);
	desk_free(desk);
	expect_run(world, RUN_DRY, true, 0);
	world_check(world);
}

/* ---- other engines ------------------------------------------------------------------------*/

static void a_viewer_has_none(void **state)
{
	struct world *world = *state;
	struct engine *other = world_start(world, false);
	struct desk *desk = open_started_desk(world, true);
	struct snapshot *snap;

	act_on(world, desk, ACT_REHEARSE, NEXT, NULL);
	snap = see_message(desk, "no dry run: viewer: ");
	assert_non_null(strstr(messages_newest(&snap->messages)->text, "pid "));
	assert_false(snap->engine_here);
	snapshot_unref(snap);
	engine_free(other);
	desk_free(desk);
	expect_run(world, RUN_MOCK, false, 1);
}

static bool names_dry_run(const struct snapshot *snap, const void *arg)
{
	return snap->dry_run == *(const int64_t *)arg && *snap->engine;
}

/* The engine that a viewer waits for migrates nothing: it says so, and so does what is launched there. */
static void a_viewer_is_told_of_a_dry_engine(void **state)
{
	struct world *world = *state;
	int64_t id = world_course_id(world, NEXT);
	struct engine_options options = {.dry = true, .held = true, .dry_courses = &id, .dry_count = 1};
	struct engine *other;
	struct snapshot *snap;
	struct desk *desk;

	world->faults[FAULT_OPEN].delay = 2000;
	assert_int_equal(engine_new(&other, &world->campus, &options, NULL), RESULT_OK);
	desk = open_started_desk(world, true);
	snap = wait_for(desk, names_dry_run, &(int64_t){2}, "the dry run");
	assert_string_equal(snap->mode, "viewer");
	assert_non_null(strstr(snap->engine, "engine: dry run 2 of "));
	snapshot_unref(snap);
	act_on(world, desk, ACT_RUN, LAST, NULL);
	wait_message(desk, "launched 1 course; dry run 2 of another process comes first");
	act_on(world, desk, ACT_PAUSE, LAST, NULL);
	snap = see_message(desk, "paused 1 course");
	assert_null(strstr(messages_newest(&snap->messages)->text, "dry run"));
	snapshot_unref(snap);
	engine_free(other);
	snap = wait_for(desk, names_dry_run, &(int64_t){0}, "its end");
	assert_null(strstr(snap->engine, "dry run"));
	snapshot_unref(snap);
	desk_free(desk);
}

/* Another process is after the engine, and has its lock for a moment if it gets it. */
struct rival {
	struct world *world;
	atomic_bool ends, has_won;
};

static void *rival_main(void *arg)
{
	struct rival *rival = arg;

	while (!atomic_load(&rival->ends)) {
		struct lock *lock = NULL;

		if (lock_take(status_path(rival->world->status), &lock, NULL) != RESULT_OK)
			continue;
		atomic_store(&rival->has_won, true);
		while (!atomic_load(&rival->ends))
			poll(NULL, 0, 1);
		lock_free(lock);
	}
	return NULL;
}

static bool has_ended(const struct snapshot *snap, const void *arg)
{
	return snap->messages.newest != *(const uint64_t *)arg &&
	       (strstr(messages_newest(&snap->messages)->text, "; A shows it") || strstr(messages_newest(&snap->messages)->text, "no dry run: "));
}

/* Who is faster is not known; whoever it is, the console says what it is now, and comes back. */
static void who_takes_the_lock_in_the_gap_makes_it_a_viewer(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	bool won = false;

	for (int i = 0; i < RACES && !won; i++) {
		struct rival rival = {.world = world};
		struct snapshot *snap = desk_acquire(desk);
		uint64_t before = snap->messages.newest;
		pthread_t thread;

		snapshot_unref(snap);
		assert_int_equal(pthread_create(&thread, NULL, rival_main, &rival), 0);
		act_on(world, desk, ACT_REHEARSE, LAST, NULL);
		snap = wait_for(desk, has_ended, &before, "an end");
		won = strstr(messages_newest(&snap->messages)->text, "viewer: ") || strstr(messages_newest(&snap->messages)->text, "no engine here");
		assert_int_equal(won, messages_newest(&snap->messages)->severity != FINDING_NOTICE);
		snapshot_unref(snap);
		atomic_store(&rival.ends, true);
		pthread_join(thread, NULL);
		assert_true(won == atomic_load(&rival.has_won));
		snapshot_unref(wait_for(desk, is_dry, NULL, "an engine here"));
	}
	assert_true(won);
	desk_free(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_predicts_and_touches_nothing),
		TEST(it_is_seen_while_it_goes_on),
		TEST(holds_rate_and_workers_go_with_it),
		TEST(it_is_refused_while_the_engine_has_work),
		TEST(acts_are_refused_and_pauses_are_not),
		TEST(what_others_launch_waits_for_its_end),
		TEST(what_an_earlier_session_left_waits_on),
		TEST(it_asks_where_rows_are_gone),
		TEST(who_leaves_breaks_it_off),
		TEST(a_viewer_has_none),
		TEST(a_viewer_is_told_of_a_dry_engine),
		TEST(who_takes_the_lock_in_the_gap_makes_it_a_viewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
