/*
 * hand_clock.h - a clock that a test moves by hand, or that whoever waits for an instant moves.
 */
#ifndef SUBFERRY_TESTS_UNIT_HAND_CLOCK_H
#define SUBFERRY_TESTS_UNIT_HAND_CLOCK_H

#include "src/base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>

struct hand_clock {
	struct clock clock;
	_Atomic int64_t now; /* milliseconds */
	bool frozen;	     /* waiting does not move it: it ends with a signal alone */
	atomic_int waiting;  /* who waits for a signal */
};

static int64_t hand_now(struct clock *clock)
{
	return atomic_load(&((struct hand_clock *)clock)->now);
}

static int64_t hand_wall(struct clock *clock)
{
	return INT64_C(1800000000000000) + hand_now(clock) * 1000;
}

static void hand_wait(struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *lock,
		      int64_t until)
{
	struct hand_clock *hand = (struct hand_clock *)clock;

	if (hand->frozen || until == INT64_MAX) {
		atomic_fetch_add(&hand->waiting, 1);
		pthread_cond_wait(cond, lock);
		atomic_fetch_sub(&hand->waiting, 1);
	} else if (hand_now(clock) < until) {
		atomic_store(&hand->now, until);
	}
}

static const struct clock_ops hand_ops = {.now = hand_now, .wall = hand_wall, .wait = hand_wait};

#define HAND_CLOCK                                                                                 \
	{                                                                                          \
		.clock = {&hand_ops}, .now = 1000                                                  \
	}

#endif
