/*
 * story.h - the whole life of an item as lines, for a screen.
 *
 * Read anew from status database and source by why.h on the clerk's thread; immutable once read
 * and shared by the snapshots that show it. The functions below the struct are of the desk only.
 */
#ifndef SUBFERRY_SRC_ENGINE_STORY_H
#define SUBFERRY_SRC_ENGINE_STORY_H

#include "src/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* A course of a thousand videos is told whole; what is longer is not read by anybody. */
#define STORY_LINES 4000
#define STORY_BYTES (1024 * 1024)

struct story {
	int64_t course, video; /* what it is of */
	char language[56];
	struct buf text;   /* all lines, each ended by a NUL; untrusted */
	size_t *lines;	   /* where each begins in @text */
	size_t count, size;
	bool cut;	   /* it is longer */
	char problem[256]; /* "" or why it could not be read to the end */
	int refs;	   /* atomic */
};

/* Borrowed as long as the story. */
const char *story_line(const struct story *story, size_t line);
struct story *story_ref(struct story *story); /* accepts NULL */
void story_unref(struct story *story);	      /* accepts NULL */

/* ---- of the desk --------------------------------------------------------------------------*/

struct desk;
struct page_request;
struct reader;
struct snapshot;

/* Lock held: another page is asked for; a story it wants is read, one it does not show dropped. */
void story_want(struct desk *desk, const struct page_request *request);
/* Lock held on entry and exit: reads the story that is wanted; false if none is. */
bool story_serve(struct desk *desk, struct reader *reader);
/* Lock not held: what there is of the story into a snapshot that answers PAGE_WHY. */
void story_show(struct desk *desk, struct snapshot *snap);

#endif
