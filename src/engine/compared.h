/*
 * compared.h - the comparison of two runs that a screen shows (of the desk only).
 *
 * Read from the status database on the differ's thread, as a long rollout has many lines, and
 * shared by the snapshots that show it. It is read anew when one of its two runs has changed: a
 * course of it has ended, or the run itself; and while that is at work every few seconds, as what it
 * was not at work is told beside it. Until then the one before stays on the screen.
 */
#ifndef SUBFERRY_SRC_ENGINE_COMPARED_H
#define SUBFERRY_SRC_ENGINE_COMPARED_H

#include "src/rollout/comparison.h"

struct desk;
struct page_request;
struct reader;
struct snapshot;

/* How far a run was when it was read: another one is news. */
struct run_mark {
	int64_t number, ended, active;
	struct run_sums sums;
};

/* Guarded by the desk's lock. */
struct desk_compared {
	int64_t run_a, run_b; /* as asked for; run_a 0: the one that run_b is best compared with */
	bool wanted;	      /* the differ is to read it, or reads it */
	struct comparison *comparison; /* of these, NULL while it is read for the first time */
	struct run_mark a, b; /* how they were then */
	char problem[256];    /* "" or why there is none */
	uint64_t serial;      /* grows with what there is to show */
};

/* Lock held: another page is asked for; a comparison it wants is read, one it does not show dropped. */
void compared_want(struct desk *desk, const struct page_request *request);
/* Lock held on entry and exit: reads the comparison that is wanted; false if none is. */
bool compared_serve(struct desk *desk, struct reader *reader);
/* Lock not held, of the pager's thread: what there is of it into a snapshot that answers
   PAGE_COMPARE, with what the selected row is of; has it read anew where that is due. */
void compared_show(struct desk *desk, struct reader *reader, struct snapshot *snap);
void compared_clear(struct desk_compared *compared); /* may run twice */

#endif
