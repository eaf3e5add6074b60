/*
 * throttle.h - how many requests may be in flight: one adaptive limit, shared by all workers.
 *
 * Halved by every throttling answer (at most once in a second, never below one), and raised by one
 * for every `limit` answers that were none, up to the most. A Retry-After stops everything until
 * it has passed; where none is said, a pause does, of 250 ms at first and doubled up to 4 s for
 * each second in which nothing else is answered. Time comes from the clock, so that tests move it.
 * Thread-safe.
 */
#ifndef SUBFERRY_SRC_BASE_THROTTLE_H
#define SUBFERRY_SRC_BASE_THROTTLE_H

#include "src/base/clock.h"
#include "src/base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct throttle;

enum result throttle_new(struct throttle **out, int most, struct clock *clock, struct error *err);
void throttle_free(struct throttle *throttle); /* accepts NULL */
/* Another most, from now on; what is in flight beyond it stays. At full speed the limit follows. */
void throttle_set_most(struct throttle *throttle, int most);
/* Waits for a place; false, and no place, when hurried during a pause. */
bool throttle_enter(struct throttle *throttle);
void throttle_leave(struct throttle *throttle);
/* The answer was a throttling one: @retry_after in milliseconds (0 not said), @who says it. */
void throttle_slow(struct throttle *throttle, int64_t retry_after, const char *who);
/* The answer was any other. */
void throttle_answered(struct throttle *throttle);
void throttle_hurry(struct throttle *throttle, bool hurry);
/*
 * The calling thread, and no other, is hurried while *@ends, which lives until it heeds another
 * or NULL. Whoever sets it has those that wait look at it.
 */
void throttle_heed(struct throttle *throttle, const atomic_bool *ends);
void throttle_look(struct throttle *throttle);
/* Whether the calling thread is hurried. */
bool throttle_hurried(struct throttle *throttle);
/* How it stands; @slowed_by: who slowed it, "" at full speed. */
void throttle_state(struct throttle *throttle, int *in_flight, int *allowed, int *most,
		    char *slowed_by, size_t size);

#endif
