/*
 * The desk: what it asks before it does what it was told, and what goes on meanwhile: pauses, undos,
 * newer acts. And boards, in the order they were asked for. Real threads, on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/patience.h"
#include "src/engine/lost_rows.h"
#include "src/rollout/flip.h"
#include "src/status/rollout.h"
#include "tests/unit/desk_help.h"
#include "tests/unit/lock_help.h"

#define DONE "course-v1:Test+Asks+1"
#define NEXT "course-v1:Test+Asks+2"
#define LAST "course-v1:Test+Asks+3"

/* One course is migrated, with rows enough that their loss is no author's work; two wait. */
static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, DONE);

	world_video(outline, "a", "vid-a", "en=a.srt es=a.srt fr=a.srt de=a.srt");
	world_video(world_course(world, NEXT), "b", "vid-b", "en=a.srt");
	world_video(world_course(world, LAST), "c", "vid-c", "en=a.srt");
	world_subrip(world, "a.srt", "hello");
	world_scan(world);
	world_wish(world, WISH_RUN, DONE, NULL);
	world_run(world);
	world_expect(world, DONE, COURSE_MIGRATED);
	*state = world;
	return 0;
}

static void lose_rows(struct world *world)
{
	world_on_val(world, "DELETE FROM edxval_videotranscript");
}

static void make_production(struct world *world)
{
	world->conf.environment = (char *)"production";
	world->conf.mock_runs = 2;
	world->conf.coverage = 95;
}

static void expect_intent(struct world *world, const char *key, enum course_intent intent)
{
	struct course_row row = world_row(world, key);

	assert_int_equal(row.intent, intent);
	course_row_clear(&row);
}

/* Number of audit events of @action since the world began, of these the last one's reason. */
static int64_t events(struct world *world, const char *action, char *why, size_t size)
{
	struct event_row *rows;
	size_t count;
	int64_t found = 0;

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	assert_int_equal(reader_events(world->reader, &(struct event_query){.count = -1}, &rows, &count,
				       NULL, NULL),
			 RESULT_OK);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rows[i].action, action) && !found++ && why)
			snprintf(why, size, "%s", rows[i].why);
		event_row_clear(&rows[i]);
	}
	free(rows);
	return found;
}

/* ---- rows that are gone -------------------------------------------------------------------*/

static void nothing_is_asked_while_all_is_well(void **state)
{
	struct desk *desk = open_started_desk(*state, false);

	act_on(*state, desk, ACT_RUN, NEXT, NULL);
	wait_message(desk, "launched 1 course");
	desk_free(desk);
}

static void a_launch_waits_where_rows_are_gone(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	struct desk_question question;
	uint64_t serial;

	lose_rows(world);
	serial = act_on(world, desk, ACT_RUN, NEXT, NULL);
	question = wait_question(desk, QUESTION_VANISHED, serial);
	assert_string_equal(question.act, "launch 1 course");
	assert_non_null(strstr(question.text, "4 of 4 rows"));
	assert_true(desk_can_undo(desk, serial));
	expect_intent(world, NEXT, INTENT_IDLE);
	desk_answer(desk, serial, false, NULL);
	wait_question(desk, QUESTION_NONE, 0);
	assert_false(desk_can_undo(desk, serial));
	expect_intent(world, NEXT, INTENT_IDLE);
	world_expect(world, NEXT, COURSE_NOT_MIGRATED);

	serial = act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial - 1, true, NULL); /* of one that is not open: not looked at */
	desk_answer(desk, serial, true, NULL);
	wait_message(desk, "launched 1 course");
	wait_question(desk, QUESTION_NONE, 0);
	desk_free(desk);
}

/* A yes counts for the session; that to what writes nothing, not for a launch. The log has each answer. */
static void what_was_answered_is_not_asked_again(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	char why[256] = "";
	uint64_t serial;

	lose_rows(world);
	serial = act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial, false, NULL);
	wait_question(desk, QUESTION_NONE, 0);
	wait_idle(desk);
	assert_int_equal(events(world, "rows gone", why, sizeof(why)), 1);
	assert_non_null(strstr(why, "4 of 4 rows"));
	serial = act_on(world, desk, ACT_VALIDATE, DONE, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial, true, NULL);
	wait_message(desk, "validated " DONE);
	wait_idle(desk);
	act_on(world, desk, ACT_REHEARSE, LAST, NULL); /* writes nothing either */
	wait_message(desk, "dry run 2: 1 would migrate");
	serial = act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial, true, NULL);
	wait_message(desk, "launched 1 course");
	act_on(world, desk, ACT_RUN, LAST, NULL);
	snapshot_unref(wait_for(desk, has_migrated, &(int64_t){3}, "both launched"));
	assert_int_equal(events(world, "rows gone", NULL, 0), 3);
	desk_free(desk);
}

/* It got worse; or another generation has begun, of which nothing was said. */
static void a_yes_is_for_what_was_seen(void **state)
{
	struct world *world = *state;
	struct lost_rows lost = {0};
	struct refreshed refreshed;
	atomic_bool ends = false;
	bool asks;

	lose_rows(world);
	assert_int_equal(lost_rows_look(&lost, &world->campus, world->reader, true, &ends, &asks, NULL),
			 RESULT_OK);
	assert_true(asks);
	lost_rows_accept(&lost, true);
	lost.looked_at = 0;
	assert_int_equal(lost_rows_look(&lost, &world->campus, world->reader, true, &ends, &asks, NULL),
			 RESULT_OK);
	assert_false(asks);
	lost.accepted.courses[0].gone--; /* as if one had still been there */
	assert_int_equal(lost_rows_look(&lost, &world->campus, world->reader, true, &ends, &asks, NULL),
			 RESULT_OK);
	assert_true(asks);
	lost_rows_accept(&lost, true);
	ends = true;
	lost.looked_at = 0;
	assert_int_equal(lost_rows_look(&lost, &world->campus, world->reader, true, &ends, &asks, NULL),
			 RESULT_CANCELED);
	ends = false;
	assert_int_equal(status_refresh(world->status, "a test", &refreshed, NULL), RESULT_OK);
	assert_int_equal(lost_rows_look(&lost, &world->campus, world->reader, true, &ends, &asks, NULL),
			 RESULT_OK);
	assert_false(asks);
	assert_false(lost.is_accepted);
}

static void a_validation_and_a_retry_wait_too(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	uint64_t serial;

	lose_rows(world);
	serial = act_on(world, desk, ACT_RETRY, DONE, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	serial = act_on(world, desk, ACT_VALIDATE, DONE, NULL);
	wait_message(desk, "retry 1 course: not done, another act took its place");
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial, true, NULL);
	wait_message(desk, "validated " DONE);
	desk_free(desk);
}

/* ---- what comes meanwhile -----------------------------------------------------------------*/

static void a_pause_does_not_wait_and_counts_for_what_waits(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	uint64_t serial;

	lose_rows(world);
	serial = act_on(world, desk, ACT_RUN, NEXT, LAST);
	wait_question(desk, QUESTION_VANISHED, serial);
	act_on(world, desk, ACT_PAUSE, NEXT, NULL);
	wait_message(desk, "paused 1 course");
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial, true, NULL);
	wait_message(desk, "launched 1 course");
	expect_intent(world, NEXT, INTENT_PAUSE);
	desk_free(desk);
	world_expect(world, NEXT, COURSE_NOT_MIGRATED);
}

static void a_pause_overtakes_a_slow_look(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	struct snapshot *snap;

	world->faults[FAULT_LOOKUP] = (struct fault){.result = RESULT_OK, .times = 0, .delay = 1500};
	act_on(world, desk, ACT_RUN, NEXT, NULL);
	act_on(world, desk, ACT_PAUSE, NEXT, NULL);
	wait_message(desk, "paused 1 course");
	snap = desk_acquire(desk);
	assert_true(desk_is_asking(desk, snap)); /* val has not answered yet */
	snapshot_unref(snap);
	wait_message(desk, "launch 1 course: not done, it was paused since");
	expect_intent(world, NEXT, INTENT_PAUSE);
	desk_free(desk);
}

/* Also where it would have been asked for. */
static void a_pause_that_leaves_nothing_to_ask_for_is_told(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	lose_rows(world);
	world->faults[FAULT_LOOKUP] = (struct fault){.result = RESULT_OK, .times = 0, .delay = 1500};
	act_on(world, desk, ACT_RUN, NEXT, NULL);
	while (!world_calls(world, FAULT_LOOKUP))
		poll(NULL, 0, 1);
	act_on(world, desk, ACT_PAUSE, NEXT, NULL);
	wait_message(desk, "launch 1 course: not done, it was paused since");
	wait_idle(desk);
	expect_intent(world, NEXT, INTENT_PAUSE);
	desk_free(desk);
}

static void what_waits_can_be_undone(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	uint64_t serial;

	lose_rows(world);
	serial = act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_undo(desk, serial);
	wait_message(desk, "undone: launch of 1 course");
	wait_question(desk, QUESTION_NONE, 0);
	desk_answer(desk, serial, true, NULL);
	expect_intent(world, NEXT, INTENT_IDLE);
	desk_free(desk);
}

/* What is still looked at can be given up: all of it, at once, and what comes behind is looked at anew. */
static void what_is_looked_at_can_be_given_up(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	uint64_t first, second;
	struct snapshot *snap;

	desk_give_up(desk); /* there is none: not told */
	world->faults[FAULT_LOOKUP] = (struct fault){.result = RESULT_OK, .times = 0, .delay = 1500};
	first = act_on(world, desk, ACT_RUN, NEXT, LAST);
	second = act_on(world, desk, ACT_RUN, NEXT, NULL);
	while (!world_calls(world, FAULT_LOOKUP))
		poll(NULL, 0, 1);
	desk_give_up(desk);
	snap = see_message(desk, "given up: launch 2 courses, and 1 more act behind it: nothing was done");
	assert_false(desk_is_asking(desk, snap));
	snapshot_unref(snap);
	assert_false(desk_can_undo(desk, first));
	assert_false(desk_can_undo(desk, second));
	act_on(world, desk, ACT_RUN, LAST, NULL);
	wait_message(desk, "launched 1 course");
	expect_intent(world, NEXT, INTENT_IDLE);
	desk_free(desk);
}

static void who_leaves_is_not_kept_by_a_question(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	lose_rows(world);
	wait_question(desk, QUESTION_VANISHED, act_on(world, desk, ACT_RUN, NEXT, NULL));
	wait_idle(desk);
	desk_stop(desk);
	desk_free(desk);
	expect_intent(world, NEXT, INTENT_IDLE);
}

/* ---- production's gate --------------------------------------------------------------------*/

static void production_takes_a_reason_and_writes_it_first(void **state)
{
	struct world *world = *state;
	struct desk_question question;
	struct desk *desk;
	uint64_t serial;
	char why[64] = "";

	make_production(world);
	desk = open_started_desk(world, false);
	serial = act_on(world, desk, ACT_RUN, NEXT, LAST);
	question = wait_question(desk, QUESTION_PERMIT, serial);
	assert_string_equal(question.act, "launch 2 courses");
	assert_non_null(strstr(question.text, "0 of 2 imported mock runs"));
	desk_answer(desk, serial, true, "");
	wait_message(desk, "launch 2 courses: not done: ");
	assert_int_equal(events(world, "past gate", NULL, 0), 0);
	expect_intent(world, NEXT, INTENT_IDLE);

	serial = act_on(world, desk, ACT_RUN, NEXT, LAST);
	wait_question(desk, QUESTION_PERMIT, serial);
	desk_answer(desk, serial, true, "the window closes");
	wait_message(desk, "launched 2 courses");
	assert_int_equal(events(world, "past gate", why, sizeof(why)), 1);
	assert_string_equal(why, "the window closes");
	desk_free(desk);
}

/* What the gate lets pass by its share of courses is a share of those that would begin. */
static void what_does_not_begin_opens_no_gate(void **state)
{
	struct world *world = *state;
	struct desk_question question;
	struct desk *desk;

	make_production(world);
	world_wish(world, WISH_RUN, LAST, NULL); /* launched already: it passed the gate before */
	desk = open_started_desk(world, false);
	question = wait_question(desk, QUESTION_PERMIT, act_on(world, desk, ACT_RUN, NEXT, LAST));
	assert_non_null(strstr(question.text, "0 of 1 course "));
	/* and what is refused asks for nothing: nothing there has failed, nor is it paused */
	act_on(world, desk, ACT_RETRY, NEXT, LAST);
	wait_message(desk, "retrying 0, 2 not: Not-Migrated: nothing to retry");
	act_on(world, desk, ACT_RESUME, NEXT, LAST);
	wait_message(desk, "resumed 0, 2 not: Not-Migrated: not paused");
	desk_free(desk);
}

static void production_asks_for_rows_first_and_not_for_what_is_under_way(void **state)
{
	struct world *world = *state;
	struct desk *desk;
	uint64_t serial;

	make_production(world);
	lose_rows(world);
	desk = open_started_desk(world, false);
	serial = act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_question(desk, QUESTION_VANISHED, serial);
	desk_answer(desk, serial, true, NULL);
	wait_question(desk, QUESTION_PERMIT, serial);
	desk_answer(desk, serial, false, NULL);
	wait_question(desk, QUESTION_NONE, 0);
	act_on(world, desk, ACT_VALIDATE, DONE, NULL); /* launches nothing; of the rows it was asked */
	wait_message(desk, "validated " DONE);
	desk_free(desk);
	expect_intent(world, NEXT, INTENT_IDLE);
}

/* ---- what shows meanwhile -----------------------------------------------------------------*/

static bool waits(const struct snapshot *snap, const void *arg)
{
	return !strcmp(snap->waiting.act, arg);
}

static bool waits_for(const struct snapshot *snap, const void *arg)
{
	return !strncmp(snap->waiting.what, arg, strlen(arg));
}

/* While val is slow it shows what is asked, and for which act; what is quick never shows. */
static void a_slow_look_shows(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	struct snapshot *snap;
	int64_t began;

	world->faults[FAULT_LOOKUP] = (struct fault){.result = RESULT_OK, .times = 0, .delay = 1000};
	began = clock_now(clock_system());
	act_on(world, desk, ACT_RUN, NEXT, LAST);
	snap = wait_for(desk, waits, "launch 2 courses", "what waits");
	assert_true(clock_now(clock_system()) - began < 900); /* and the look takes longer */
	assert_string_equal(snap->waiting.what, "edx-val is asked for our rows");
	assert_true(snap->waiting.can_leave);
	snapshot_unref(snap);
	desk_give_up(desk);
	snapshot_unref(wait_for(desk, waits, "", "nothing that waits"));
	act_on(world, desk, ACT_VALIDATE, DONE, NULL); /* behind a look that nobody needs any more */
	snap = wait_for(desk, waits, "validate 1 course", "what waits");
	assert_true(snap->waiting.can_leave);
	snapshot_unref(snap);
	wait_message(desk, "validated " DONE);
	snapshot_unref(wait_for(desk, waits, "", "nothing that waits"));
	desk_free(desk);
}

static void a_locked_status_database_shows_with_who_has_it(void **state)
{
	struct world *world = *state;
	struct desk *desk;
	struct snapshot *snap;
	char expected[64];
	int release, end;
	pid_t pid;

	desk = open_started_desk(world, false);
	pid = lock_elsewhere(world->conf.status_db, &release);
	act_on(world, desk, ACT_PAUSE, NEXT, LAST);
	snap = wait_for(desk, waits, "pause 2 courses", "what waits");
	assert_false(snap->waiting.can_leave);
	snapshot_unref(snap);
	snprintf(expected, sizeof(expected), "the status database is locked by pid %ld", (long)pid);
	snap = wait_for(desk, waits_for, expected, expected);
	snapshot_unref(snap);
	close(release);
	wait_message(desk, "paused 2 courses");
	snapshot_unref(wait_for(desk, waits, "", "nothing that waits"));
	assert_int_equal(waitpid(pid, &end, 0), pid);
	assert_int_equal(end, 0);
	desk_free(desk);
}

/* ---- the status database cannot be read ----------------------------------------------------*/

static void move_away(struct world *world, bool away)
{
	char other[300];

	snprintf(other, sizeof(other), "%s.away", world->conf.status_db);
	assert_int_equal(away ? rename(world->conf.status_db, other) : rename(other, world->conf.status_db), 0);
}

/* Refused, with the reason, and tried again with the next one. */
static void what_cannot_be_looked_at_is_refused(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	move_away(world, true);
	act_on(world, desk, ACT_RUN, NEXT, LAST);
	wait_message(desk, "launch 2 courses: not done: ");
	wait_idle(desk);
	move_away(world, false);
	act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_message(desk, "launched 1 course");
	desk_free(desk);
}

static bool has_problem(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return strstr(snap->problem, "status database");
}

static bool has_no_problem(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return snap->counted && !*snap->problem;
}

/* A console that began without it shows why, and goes on once it is there. */
static void what_cannot_be_read_at_the_start_is_read_later(void **state)
{
	struct world *world = *state;
	struct desk *desk;
	uint64_t serial;

	move_away(world, true);
	desk = open_desk(world);
	act_on(world, desk, ACT_FLAG_OFF, DONE, NULL);
	serial = act_on(world, desk, ACT_RUN, DONE, NULL);
	wait_idle(desk); /* none of them waits for ever; the start has more to tell behind it */
	assert_false(desk_can_undo(desk, serial));
	snapshot_unref(wait_for(desk, has_problem, NULL, "the problem"));
	move_away(world, false);
	snapshot_unref(wait_for(desk, has_no_problem, NULL, "the page"));
	act_on(world, desk, ACT_FLAG_OFF, DONE, NULL);
	wait_message(desk, "no flag was switched: [flag] kind = none");
	desk_free(desk);
}

static bool is_held_for(const struct snapshot *snap, const void *arg)
{
	return snap->engine_here && strstr(snap->hold, arg) && strstr(snap->problem, arg);
}

/* An engine with nothing to do, and a viewer, are told, too; what is put back goes on. */
static void a_status_database_that_is_gone_takes_nothing(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	FILE *other;

	move_away(world, true);
	wait_message(desk, "status database was removed while it is in use, nothing is written");
	snapshot_unref(wait_for(desk, is_held_for, "leave and start again", "the hold"));
	act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_message(desk, "launch 1 course: not done: ");
	other = fopen(world->conf.status_db, "w");
	assert_non_null(other);
	assert_int_equal(fclose(other), 0);
	snapshot_unref(wait_for(desk, is_held_for, "was replaced", "the other file"));
	move_away(world, false);
	snapshot_unref(wait_for(desk, has_no_problem, NULL, "the page"));
	act_on(world, desk, ACT_RUN, NEXT, NULL);
	wait_message(desk, "launched 1 course");
	desk_free(desk);
}

/* ---- boards -------------------------------------------------------------------------------*/

static bool has_boards(const struct snapshot *snap, const void *arg)
{
	const uint64_t *serial = arg;

	return snap->request.kind == PAGE_BOARD && snap->boards && snap->boards->serial == *serial &&
	       !snap->boards->looking;
}

static void boards_are_those_asked_for(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);
	int64_t ids[] = {world_course_id(world, NEXT), world_course_id(world, DONE), 12345};
	uint64_t first = desk_show_boards(desk, ids, 3), serial = desk_show_boards(desk, ids, 3);
	struct page_request request = {.kind = PAGE_BOARD, .status = -1, .code = -1, .count = 10};
	struct snapshot *snap;

	assert_true(serial > first);
	request.video = (int64_t)serial;
	desk_ask(desk, &request);
	snap = wait_for(desk, has_boards, &serial, "the boards");
	assert_int_equal(snap->boards->count, 2); /* the third is not there */
	assert_int_equal(snap->total, 2);
	assert_string_equal(snap->boards->items[0].key, NEXT);
	assert_int_equal(snap->boards->items[0].gates[BOARD_MIGRATED].color, GATE_RED);
	assert_string_equal(snap->boards->items[1].key, DONE);
	assert_int_equal(snap->boards->items[1].gates[BOARD_MIGRATED].color, GATE_GREEN);
	assert_true(*snap->boards->problem);
	snapshot_unref(snap);
	desk_free(desk);
}

static void without_a_flag_nothing_is_switched(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_started_desk(world, false);

	act_on(world, desk, ACT_FLAG_ON, DONE, NULL);
	wait_message(desk, "no flag was switched: [flag] kind = none");
	desk_free(desk);
}

/* ---- flags, and a console that is suspended -----------------------------------------------*/

/* A flag in memory, on for every course; each act takes its time. */
struct slow_flag {
	struct flag flag;
	atomic_int shows, sets;
	char off[3][64]; /* by the gatekeeper's thread alone */
};

static enum result slow_show(struct flag *flag, const char *const *courses, size_t count,
			     struct flag_state *out, struct error *err)
{
	struct slow_flag *self = (struct slow_flag *)flag;

	(void)err;
	self->shows++;
	poll(NULL, 0, 100);
	for (size_t i = 0; i < count; i++) {
		out[i] = (struct flag_state){.own = FLAG_ON, .has_row = true, .global = FLAG_ON};
		for (int n = 0; n < self->sets; n++)
			if (!strcmp(self->off[n], courses[i]))
				out[i].own = FLAG_OFF;
		out[i].effective = out[i].own;
	}
	return RESULT_OK;
}

static enum result slow_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	struct slow_flag *self = (struct slow_flag *)flag;

	(void)err;
	assert_false(on);
	snprintf(self->off[self->sets], sizeof(self->off[0]), "%s", course);
	self->sets++;
	poll(NULL, 0, 200);
	return RESULT_OK;
}

static const struct flag_ops slow_ops = {.kind = "slow", .show = slow_show, .set = slow_set};

/* Of several flags the rest waits, and nobody else does meanwhile. */
static void a_rest_comes_between_two_flags(void **state)
{
	struct world *world = *state;
	struct slow_flag flag = {.flag.ops = &slow_ops};
	struct flipper *other = NULL;
	struct error err = {0};
	struct desk *desk;

	world->conf.flag_kind = (char *)"slow";
	world->conf.flag_flip = (char *)"manual";
	world->campus.flag = &flag.flag;
	desk = open_started_desk(world, false);
	act_on(world, desk, ACT_FLAG_OFF, NEXT, LAST);
	while (!flag.sets)
		poll(NULL, 0, 1);
	desk_rest(desk, true);
	assert_true(comes_to_rest(desk, NULL));
	assert_int_equal(flag.sets, 1);
	desk_rest(desk, false); /* the status database takes nothing while it rests */
	wait_message(desk, "switched off 2 flags");
	desk_rest(desk, true);
	assert_true(comes_to_rest(desk, NULL));
	assert_int_equal(flipper_open(&other, &world->campus, world->reader, NULL, NULL, &err), RESULT_OK);
	flipper_close(other);
	desk_rest(desk, false);
	desk_free(desk);
	assert_int_equal(flag.sets, 2);
}

/* What a dead process left turning is read back at the start, with the lock of whoever flips. */
static void a_rest_waits_for_what_is_settled_at_the_start(void **state)
{
	struct world *world = *state;
	struct slow_flag flag = {.flag.ops = &slow_ops};
	int64_t number;
	struct flipper *other = NULL;
	struct error err = {0};
	struct desk *desk;

	world->conf.flag_kind = (char *)"slow";
	world->conf.flag_flip = (char *)"manual";
	world->campus.flag = &flag.flag;
	assert_int_equal(status_flag_begin(world->status, world_course_id(world, DONE), false, 0, 0, "a test",
					   &number, NULL), RESULT_OK);
	if (desk_new(&desk, &world->campus, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	while (!flag.shows)
		poll(NULL, 0, 1);
	desk_rest(desk, true);
	assert_true(comes_to_rest(desk, NULL));
	if (flipper_open(&other, &world->campus, world->reader, NULL, NULL, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	flipper_close(other);
	desk_rest(desk, false);
	desk_free(desk);
}

/* ---- leaving while the flag's backend hangs -----------------------------------------------*/

/* Shows nothing until whoever waits gives up. */
static enum result hang(struct flag *flag, const char *const *courses, size_t count, struct flag_state *out,
			struct error *err)
{
	struct slow_flag *self = (struct slow_flag *)flag;

	(void)courses, (void)count, (void)out;
	self->shows++;
	while (!patience_over())
		poll(NULL, 0, 10);
	return error_set(err, RESULT_CANCELED, "given up");
}

static enum result hang_to_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	return slow_set(flag, course, on, err);
}

static const struct flag_ops hanging_ops = {.kind = "slow", .show = hang, .set = hang_to_set};

static bool waits_for_flag(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return snap->flag_waits >= 2 && !strcmp(snap->flag_name, "slow thing");
}

static void who_leaves_is_not_kept_by_a_flag_that_hangs(void **state)
{
	struct world *world = *state;
	struct slow_flag flag = {.flag.ops = &hanging_ops, .flag.name = "slow thing"};
	int64_t course = world_course_id(world, DONE), begin;
	struct desk *desk;

	world->conf.flag_kind = (char *)"slow";
	world->conf.flag_flip = (char *)"manual";
	world->campus.flag = &flag.flag;
	desk = open_started_desk(world, false);
	desk_show_boards(desk, &course, 1);
	while (!flag.shows)
		poll(NULL, 0, 1);
	/* meanwhile it is said what is waited for */
	snapshot_unref(wait_for(desk, waits_for_flag, NULL, "what is waited for"));
	begin = clock_now(clock_system());
	desk_free(desk);
	assert_true(clock_now(clock_system()) - begin < 3000);
}

/* What was confirmed has its grace, and is told as not done. */
static void a_switch_that_hangs_is_given_up(void **state)
{
	struct world *world = *state;
	struct slow_flag flag = {.flag.ops = &hanging_ops};
	struct desk *desk;
	int64_t begin;

	world->conf.flag_kind = (char *)"slow";
	world->conf.flag_flip = (char *)"manual";
	world->campus.flag = &flag.flag;
	desk = open_started_desk(world, false);
	act_on(world, desk, ACT_FLAG_OFF, DONE, NEXT);
	while (!flag.shows)
		poll(NULL, 0, 1);
	begin = clock_now(clock_system());
	desk_stop(desk);
	wait_message(desk, "2 not");
	assert_true(clock_now(clock_system()) - begin < FLIP_GRACE_MS + 3000);
	assert_int_equal(flag.sets, 0);
	assert_int_equal(flag.shows, 1);
	desk_free(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--lock"))
		return lock_until_told(argv[2]);
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_asked_while_all_is_well),
		TEST(a_launch_waits_where_rows_are_gone),
		TEST(what_was_answered_is_not_asked_again),
		TEST(a_yes_is_for_what_was_seen),
		TEST(a_validation_and_a_retry_wait_too),
		TEST(a_pause_does_not_wait_and_counts_for_what_waits),
		TEST(a_pause_overtakes_a_slow_look),
		TEST(a_pause_that_leaves_nothing_to_ask_for_is_told),
		TEST(what_waits_can_be_undone),
		TEST(what_is_looked_at_can_be_given_up),
		TEST(who_leaves_is_not_kept_by_a_question),
		TEST(production_takes_a_reason_and_writes_it_first),
		TEST(what_does_not_begin_opens_no_gate),
		TEST(production_asks_for_rows_first_and_not_for_what_is_under_way),
		TEST(a_slow_look_shows),
		TEST(a_locked_status_database_shows_with_who_has_it),
		TEST(what_cannot_be_looked_at_is_refused),
		TEST(what_cannot_be_read_at_the_start_is_read_later),
		TEST(a_status_database_that_is_gone_takes_nothing),
		TEST(boards_are_those_asked_for),
		TEST(without_a_flag_nothing_is_switched),
		TEST(who_leaves_is_not_kept_by_a_flag_that_hangs),
		TEST(a_switch_that_hangs_is_given_up),
		TEST(a_rest_comes_between_two_flags),
		TEST(a_rest_waits_for_what_is_settled_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
