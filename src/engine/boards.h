/*
 * boards.h - the gate boards that a screen shows, looked at on a thread of the desk's.
 *
 * Immutable once published, shared by the snapshots that show it. The courses are those of
 * desk_show_boards(), in its order; they are looked at one after the other, and a snapshot may have
 * the first few only.
 */
#ifndef SUBFERRY_SRC_ENGINE_BOARDS_H
#define SUBFERRY_SRC_ENGINE_BOARDS_H

#include "src/rollout/board.h"

#define BOARDS_MOST 2000

struct boards {
	uint64_t serial;       /* what desk_show_boards() returned for them */
	struct board *items;   /* of the courses looked at so far */
	size_t count, wanted;  /* looked at; asked for */
	bool looking;
	char problem[256];     /* "" or why they could not be looked at */
	int refs;	       /* atomic */
};

/* With room for @count items, all of them empty; refs 1. NULL without memory. */
struct boards *boards_new(size_t count);
struct boards *boards_ref(struct boards *boards); /* accepts NULL */
void boards_unref(struct boards *boards);	  /* accepts NULL */
/* @to, which owns nothing, becomes what @from is. False without memory. */
bool boards_copy_item(struct board *to, const struct board *from);

#endif
