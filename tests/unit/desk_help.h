/*
 * desk_help.h - what the tests of the desk share: a desk, what is done by it, and what is waited for
 * until it shows. All waits end with WORLD_PATIENCE, and say what never came.
 */
#ifndef SUBFERRY_TESTS_UNIT_DESK_HELP_H
#define SUBFERRY_TESTS_UNIT_DESK_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "src/engine/desk.h"
#include "tests/unit/world.h"

/* The first snapshot that @is what is waited for; snapshot_unref(). */
static inline struct snapshot *wait_for(struct desk *desk,
					bool (*is)(const struct snapshot *, const void *),
					const void *arg, const char *what)
{
	struct pollfd fd = {.fd = desk_wake_fd(desk), .events = POLLIN};
	int64_t until = clock_now(clock_system()) + WORLD_PATIENCE;
	char last[256] = "";

	do { /* by the clock: a desk at work publishes many a second */
		struct snapshot *snap = desk_acquire(desk);

		assert_non_null(snap);
		if (is(snap, arg))
			return snap;
		snprintf(last, sizeof(last), "%s", messages_newest(&snap->messages)->text);
		snapshot_unref(snap);
		poll(&fd, 1, 100);
		desk_wake_drain(desk);
	} while (clock_now(clock_system()) < until);
	fail_msg("never saw: %s; but: %s", what, last);
	return NULL;
}

static inline bool says(const struct snapshot *snap, const void *arg)
{
	return strstr(messages_newest(&snap->messages)->text, arg);
}

/* The snapshot with that message; snapshot_unref(). */
static inline struct snapshot *see_message(struct desk *desk, const char *words)
{
	return wait_for(desk, says, words, words);
}

static inline void wait_message(struct desk *desk, const char *words)
{
	snapshot_unref(see_message(desk, words));
}

static inline bool is_here(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return snap->engine_here && *snap->engine;
}

static inline bool has_mode(const struct snapshot *snap, const void *arg)
{
	return !strcmp(snap->mode, arg) && *snap->engine;
}

/* So many courses, an int64_t, are migrated and nothing goes on. */
static inline bool has_migrated(const struct snapshot *snap, const void *arg)
{
	return snap->totals.courses[COURSE_MIGRATED] == *(const int64_t *)arg && !snap->totals.wanted &&
	       !snap->under_way;
}

static inline struct desk *open_desk(struct world *world)
{
	struct desk *desk;
	struct error err = {0};

	if (desk_new(&desk, &world->campus, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return desk;
}

/* @arg: whether it may be a viewer. */
static inline bool has_started(const struct snapshot *snap, const void *arg)
{
	return snap->scanned && strcmp(snap->engine, "starting") != 0 &&
	       (*(const bool *)arg || (snap->engine_here && strcmp(snap->mode, "dry") != 0));
}

/* A desk that has said what it says at its start: that comes before anything that is waited for. */
static inline struct desk *open_started_desk(struct world *world, bool may_view)
{
	struct desk *desk = open_desk(world);

	snapshot_unref(wait_for(desk, has_started, &may_view, "the start"));
	return desk;
}

static inline uint64_t act_on(struct world *world, struct desk *desk, enum act act, const char *key,
			      const char *other)
{
	int64_t ids[] = {world_course_id(world, key), other ? world_course_id(world, other) : 0};

	return desk_act(desk, act, &(struct act_target){.ids = ids, .count = other ? 2 : 1,
							.named = true, .reason = "a test"});
}

struct asked {
	enum question_kind kind;
	uint64_t serial; /* 0: any */
};

static inline bool asks(const struct snapshot *snap, const void *arg)
{
	const struct asked *asked = arg;

	return snap->question.kind == asked->kind &&
	       (!asked->serial || snap->question.serial == asked->serial);
}

static inline struct desk_question wait_question(struct desk *desk, enum question_kind kind,
						 uint64_t serial)
{
	struct snapshot *snap = wait_for(desk, asks, &(struct asked){kind, serial}, "the question");
	struct desk_question question = snap->question;

	snapshot_unref(snap);
	return question;
}

/* The page that was asked for, whole. */
static inline bool answers(const struct snapshot *snap, const void *arg)
{
	const struct page_request *request = arg;

	return !snap->loading && snap->request.kind == request->kind &&
	       snap->request.find_serial == request->find_serial &&
	       snap->request.course == request->course && snap->request.video == request->video &&
	       !strcmp(snap->request.language, request->language) &&
	       snap->request.code == request->code && snap->request.selected == request->selected &&
	       snap->request.run_a == request->run_a && snap->request.run_b == request->run_b &&
	       (request->kind != PAGE_COMPARE || snap->comparison || snap->problem[0]);
}

/* Of each request its own answer, not that of one before that asked the same. */
static inline struct snapshot *page(struct desk *desk, struct page_request *request)
{
	request->find_serial++;
	desk_ask(desk, request);
	return wait_for(desk, answers, request, "the page asked for");
}

/* Until all that it was told is done. */
static inline void wait_idle(struct desk *desk)
{
	for (int i = 0; !desk_idle(desk); i++) {
		assert_true(i < WORLD_PATIENCE);
		poll(NULL, 0, 1);
	}
}

/* Asks until the desk rests, or does not for @reason (NULL: for none). */
static inline bool comes_to_rest(struct desk *desk, const char *reason)
{
	char why[160];

	for (int i = 0; i < WORLD_PATIENCE; i++) {
		if (desk_rests(desk, why, sizeof(why)))
			return true;
		if (reason && strstr(why, reason))
			return false;
		poll(NULL, 0, 1);
	}
	fail_msg("it never rested: %s", why);
	return false;
}

#endif
