/*
 * pace.h - when the next transaction may start: so many a second, evenly spaced.
 *
 * Pure: times come in (monotonic milliseconds), the owner locks. Time in which nothing was started
 * is not saved up: what can be caught up with is PACE_SLACK, so that a thread that wakes a moment
 * late slows nothing down.
 */
#ifndef SUBFERRY_SRC_ENGINE_PACE_H
#define SUBFERRY_SRC_ENGINE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_MOST 10000 /* starts a second */
#define PACE_SLACK 20	/* ms */

struct pace {
	int64_t rate; /* starts a second; 0: no limit */
	int64_t last; /* nanoseconds: when the newest start was due */
	bool started; /* there was one */
};

/* From now on: the time since the newest start counts in. */
void pace_set(struct pace *pace, int64_t rate);
/* When the next one may start; not after @now: at once. */
int64_t pace_due(const struct pace *pace, int64_t now);
/* One starts. */
void pace_start(struct pace *pace, int64_t now);

#endif
