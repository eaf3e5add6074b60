/*
 * progress.h - rates and the time that is left: true figures or an honest "cannot know".
 *
 * Counts what was done in each second; a rate is over the seconds work was possible. Pure; the
 * owner locks.
 */
#ifndef SUBFERRY_SRC_ENGINE_PROGRESS_H
#define SUBFERRY_SRC_ENGINE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRESS_SECONDS 60

struct progress {
	double done[PROGRESS_SECONDS];	 /* transcripts a second, newest last */
	double errors[PROGRESS_SECONDS]; /* failed tries a second */
	int64_t second;			 /* the newest slot's second; 0 before the first */
	int64_t worked;			 /* seconds in a row with something under way */
	int64_t transcripts, failures;	 /* since the start */
};

/* Moves to the second of @now (monotonic ms); @working: something was under way. */
void progress_tick(struct progress *progress, int64_t now, bool working);
void progress_done(struct progress *progress, int64_t transcripts);
void progress_failed(struct progress *progress);
/* Transcripts a second over the last @seconds full ones, of those worked. */
double progress_rate(const struct progress *progress, int seconds);
/*
 * Seconds until @left transcripts are done, as a range from the recent rates; false with
 * *@reason (static) when it cannot be known.
 */
bool progress_left(const struct progress *progress, int64_t left, int64_t *low, int64_t *high,
		   const char **reason);

#endif
