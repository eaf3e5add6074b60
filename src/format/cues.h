/*
 * cues.h - a transcript as the player sees it: cues of start, end and text.
 *
 * Filled by the SubRip reader, the SJSON reader, and read by the diff screen and by `verify
 * --level cues`. Text is UTF-8, each cue one line or several. Not thread-safe.
 */
#ifndef SUBFERRY_SRC_FORMAT_CUES_H
#define SUBFERRY_SRC_FORMAT_CUES_H

#include "src/base/buf.h"

struct cue {
	double start, end; /* milliseconds; SubRip gives integers, SJSON any number */
	size_t text;	   /* offset into cues.texts: a NUL-terminated string */
	size_t text_len;   /* bytes; a text may itself hold NULs */
};

struct cues {
	struct cue *items;
	size_t count, size;
	struct buf texts;
};

void cues_init(struct cues *cues);
void cues_clear(struct cues *cues); /* may run twice */
/* Copies @text; RESULT_NOMEM or RESULT_OK. */
enum result cues_add(struct cues *cues, double start, double end, const char *text, size_t len);
const char *cues_text(const struct cues *cues, size_t index);

#endif
