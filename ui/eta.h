/*
 * eta.h - the time that is left, in words: a range, or why there is none.
 */
#ifndef SUBFERRY_UI_ETA_H
#define SUBFERRY_UI_ETA_H

#include "src/engine/snapshot.h"

/*
 * "ETA 03:50 – 04:05, without 3 paused", in up to @cells cells: what has no room is left out, the
 * reason of a hold first. Never a time before @wall (microseconds).
 */
void eta_text(const struct snapshot *now, int64_t wall, int cells, char *out, size_t size);

#endif
