/*
 * align.h - which cue of one transcript is which cue of another.
 *
 * Cues belong together by what they say and by when; the order of both sides is kept. Of
 * many cues, texts that occur equally often on both sides are the anchors; between them every
 * pairing is weighed: equal or
 * similar words, equal or overlapping times. So shifted, inserted, deleted, split, joined and
 * rewritten cues all find their partner. 20,000 cues a side take well below 100 ms and about
 * 2 MiB beside the cues. Pure, thread-safe.
 */
#ifndef SUBFERRY_SRC_ENGINE_ALIGN_H
#define SUBFERRY_SRC_ENGINE_ALIGN_H

#include "src/format/cues.h"

#include <stdint.h>

/*
 * Fills @mate, one element for each cue on the left: index of its partner on the right, or -1.
 * Partners ascend. RESULT_NOMEM or RESULT_OK; at most INT32_MAX cues a side.
 */
enum result align_cues(const struct cues *left, const struct cues *right, int32_t *mate);

#endif
