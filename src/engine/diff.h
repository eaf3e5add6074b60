/*
 * diff.h - one transcript, cue by cue: left as the course promises it, right as it is stored.
 *
 * Reads source, val and store anew, bounded by the limits of a transcript; called on a
 * background thread. The cues of both sides are aligned in time.
 */
#ifndef SUBFERRY_SRC_ENGINE_DIFF_H
#define SUBFERRY_SRC_ENGINE_DIFF_H

#include "src/campus.h"
#include "src/engine/snapshot.h"

/* @out is zeroed by the caller; problems of a side are told in it. Frees nothing. */
void diff_read(struct campus *campus, const struct course_row *course, const struct video_row *video,
	       const char *language, struct diff *out);
/* Aligns out->left and out->right into out->lines. RESULT_NOMEM or RESULT_OK. */
enum result diff_align(struct diff *out);
/* Deep copy, NULL without memory. */
struct diff *diff_copy(const struct diff *diff);
void diff_clear(struct diff *diff); /* may run twice */

#endif
