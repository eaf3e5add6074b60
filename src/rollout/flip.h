/*
 * flip.h - switches a course's flag: journalled, written, read back; safe at any kill -9.
 *
 * One flip at a time on a campus: whoever flips holds a kernel lock beside the status database, on
 * this host. Whoever takes it first settles what a dead process left turning, by reading it back.
 *
 *      off/unknown --begin(on, evidence)--> turning-on  --settle(read back)--> on | off
 *      any         --begin(off)----------> turning-off --settle(read back)--> off | on
 *
 * Any: also what is turning and cannot be read back, so that off never waits for that.
 *
 * The rows and their conditions are status/rollout.h's; the steps are functions of their own here, so
 * that a test can stop between any two.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_FLIP_H
#define SUBFERRY_SRC_ROLLOUT_FLIP_H

#include "src/rollout/board.h"

/*
 * What a caller's patience (patience.h) being over means: nothing more is begun, RESULT_CANCELED. What
 * is journalled has so long to be written and read back; where it takes longer it is left turning,
 * and said so, for whoever takes the lock next.
 */
#define FLIP_GRACE_MS 5000

struct flipper;

/* What became of one flip, or of settling one. */
struct flipped {
	enum flag_step before, now; /* as journalled before; as read back, or still turning */
	struct flag_state state;    /* as read back */
	const char *outcome; /* static: "switched on", "on already", "refused", "not known to be written" ... */
	char text[256];	     /* the same with what is to be known: "refused: HTTP 403 ..." */
	bool done;	/* the flag is as it was asked for */
};

/* Takes the lock, and settles what is turning; @settled (may be NULL) is told each. The campus has its
   flag and status open. RESULT_BUSY: somebody flips now: his name. */
enum result flipper_open(struct flipper **out, struct campus *campus, struct reader *reader,
			 void (*settled)(void *arg, const char *key, const struct flipped *flipped),
			 void *arg, struct error *err);
void flipper_close(struct flipper *flipper); /* accepts NULL */

/*
 * Looks at the board anew and, only if all is green, switches on. @how it was confirmed is for the
 * audit. RESULT_REFUSED: a gate is red, and which; nothing was written. RESULT_OK also where it did
 * not come about: @out says how it is. @board (may be NULL) is the board that was looked at.
 */
enum result flip_on(struct flipper *flipper, int64_t course, const char *how, struct board *board,
		    struct flipped *out, struct error *err);
/* Always possible where the backend can be reached, also where it does not tell how the flag is. */
enum result flip_off(struct flipper *flipper, int64_t course, const char *how, struct flipped *out,
		     struct error *err);

/* ---- the steps ----------------------------------------------------------------------------*/

struct flip {
	int64_t course, number;
	char *key;
	bool on;
	enum result answer; /* of the write */
	struct error said;  /* its words */
};
enum result flip_begin(struct flipper *flipper, struct flip *flip, const struct board *board,
		       const char *how, struct error *err);
void flip_write(struct flipper *flipper, struct flip *flip);
enum result flip_settle(struct flipper *flipper, struct flip *flip, struct flipped *out,
			struct error *err);
void flip_clear(struct flip *flip);

#endif
