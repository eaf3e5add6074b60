/*
 * diff.h - one transcript, cue by cue: left as the course promises it, right as it is stored.
 *
 * Reads source, val and store anew, one language only; called on a background thread. The cues
 * of both sides are aligned (align.h). A diff is filled by one thread and then shared, counted.
 */
#ifndef SUBFERRY_SRC_ENGINE_DIFF_H
#define SUBFERRY_SRC_ENGINE_DIFF_H

#include "src/campus.h"
#include "src/engine/snapshot.h"

#define DIFF_BYTES (16 << 20) /* more of a side is not read for a screen */
#define DIFF_CUES 100000      /* nor shown */

/* Empty, with one reference; NULL without memory. */
struct diff *diff_new(void);
struct diff *diff_ref(struct diff *diff);
void diff_unref(struct diff *diff); /* accepts NULL */
void diff_clear(struct diff *diff); /* frees what it holds; may run twice */

/*
 * Fills @out, which is empty; the problems of a side are told in it. Before each step @go_on is
 * told what comes ("the course"); false ends the reading, which is told as a problem too.
 */
void diff_read(struct campus *campus, const struct course_row *course, const struct video_row *video,
	       const char *language, bool (*go_on)(void *arg, const char *stage), void *arg,
	       struct diff *out);
/* Aligns out->left and out->right into out->lines. RESULT_NOMEM or RESULT_OK. */
enum result diff_align(struct diff *out);
/*
 * Where both texts of a line part: the first byte that is unlike, moved back to the beginning of
 * its character. Both lengths if they are equal.
 */
size_t diff_parts_at(const char *left, size_t left_len, const char *right, size_t right_len);

#endif
