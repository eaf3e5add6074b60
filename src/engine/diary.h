/*
 * diary.h - what the engine as a whole does, into the audit: its start and end, holds and going
 * on, servers that make it slow down. Not a line a video: these are in the journal.
 *
 * Of the keeper's thread alone; posts events, never waits.
 */
#ifndef SUBFERRY_SRC_ENGINE_DIARY_H
#define SUBFERRY_SRC_ENGINE_DIARY_H

#include "src/campus.h"

struct diary {
	struct campus *campus;
	int64_t held_since; /* monotonic ms; 0: the hold that is told of has ended, or none was */
	int64_t slow_since; /* the same of slowing down */
	int64_t next_look;  /* at the load, monotonic ms */
};

/* @workers and who runs it are told. */
void diary_begin(struct diary *diary, struct campus *campus, int64_t workers);
/* How it is now. @hold: "" or why nothing starts. */
void diary_note(struct diary *diary, const char *hold, enum hold_reason reason);
void diary_end(struct diary *diary);

#endif
