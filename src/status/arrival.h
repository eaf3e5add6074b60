/*
 * arrival.h - runs that are not all there yet. Inside src/status/ only.
 *
 * An import writes its runs in many commits, between which it lets others write. Until the last of
 * them the kind in their rows is RUN_ARRIVING: whoever lists or counts runs asks for those of another
 * kind, and a reader that forgets it finds a word that is none of ours, which no test passes.
 */
#ifndef SUBFERRY_SRC_STATUS_ARRIVAL_H
#define SUBFERRY_SRC_STATUS_ARRIVAL_H

#include "src/status/status.h"

#define RUN_ARRIVING "arriving"

/* What one commit may take: others wait for it. */
struct piece {
	int64_t until; /* monotonic ms */
	int left;      /* statements */
};
struct piece piece_begin(void);
bool piece_goes_on(struct piece *piece); /* true for one statement at least */
/* Between two pieces: who waits for the lock of the file tries again only every so often. */
void piece_rest(void);

/* Takes away all that is arriving, in pieces; the caller has lock_take_import(), and is not on the writer
   thread. @told: with one event, if there was any. @runs may be NULL. */
enum result arrival_clear(struct status *status, bool told, int64_t *runs, struct error *err);

#endif
