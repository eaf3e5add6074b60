/*
 * progress.h - rates and the time that is left: true figures or an honest "cannot know".
 *
 * Counts what was done in each second of the last minute and in each minute of the last hour, and
 * how much of that time work was possible. Pure; the owner locks.
 */
#ifndef SUBFERRY_SRC_ENGINE_PROGRESS_H
#define SUBFERRY_SRC_ENGINE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/status/reader.h"

#define PROGRESS_SECONDS 60
#define PROGRESS_MINUTES 60

enum progress_state {
	PROGRESS_IDLE,	/* nothing is wanted: this time says nothing */
	PROGRESS_WAITS, /* held, or all that was launched is paused: time that work takes longer */
	PROGRESS_WORKS,
};

struct progress {
	double done[PROGRESS_SECONDS];	 /* transcripts a second, newest last */
	double errors[PROGRESS_SECONDS]; /* failed tries a second */
	int64_t second;			 /* the newest slot's second; 0 before the first */
	int64_t worked;			 /* seconds in a row with something under way */
	int64_t transcripts, failures;	 /* since the start */
	double minutes[PROGRESS_MINUTES];	/* the same a minute, newest last */
	double minute_errors[PROGRESS_MINUTES];
	int works[PROGRESS_MINUTES], waits[PROGRESS_MINUTES]; /* seconds of each minute */
};

/* Moves to the second of @now (monotonic ms); @state: since the tick before. */
void progress_tick(struct progress *progress, int64_t now, enum progress_state state);
void progress_done(struct progress *progress, int64_t transcripts);
void progress_failed(struct progress *progress);
/* Transcripts a second over the last @seconds full ones, of those worked. */
double progress_rate(const struct progress *progress, int seconds);

/* ---- the time that is left ------------------------------------------------------------------*/

/* What the intents in force still want. */
struct progress_work {
	int64_t videos;	   /* planned and not tried yet ... */
	double per_video;  /* ... of so many transcripts on average */
	int64_t unplanned; /* courses whose videos are not known yet ... */
	double per_course; /* ... of so many transcripts on average ... */
	int64_t planned;   /* ... of so many courses that were planned */
	double most;	   /* transcripts a second that a limit allows; 0: there is none */
	bool held;	   /* work stands: @low and @high count from when it goes on */
};

/* As far as the sums over courses can tell it. */
struct progress_work progress_work(const struct totals *totals, bool held, int64_t rate);

/* Seconds. */
struct progress_left {
	int64_t low, high;  /* 0 and 0: cannot be known; high 0: no end can be told */
	const char *reason; /* static: why it cannot be known, or "" */
};

/*
 * The fast end: what was done lately while work was possible. The slow end: what was done in all
 * the time of the last hour, pauses and holds included. Courses that are not planned yet are
 * guessed from those that are, and make the range the wider, the fewer those are. Neither end is
 * faster than work->most.
 */
struct progress_left progress_left(const struct progress *progress, const struct progress_work *work);

#endif
