/*
 * patience.h - how a thread's waiting for somebody else is given up before its timeout.
 *
 * Whoever owns a thread has it heed a struct patience; when that is ended, what the thread waits for
 * (an answer over HTTP, a lock of SQLite's, an operator's program) is given up within about a second,
 * as RESULT_CANCELED, or as RESULT_UNKNOWN where something was sent that may have been done. A thread
 * that heeds none waits as long as the timeouts say.
 */
#ifndef SUBFERRY_SRC_BASE_PATIENCE_H
#define SUBFERRY_SRC_BASE_PATIENCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct patience {
	_Atomic int64_t ended; /* monotonic milliseconds; 0: it is not. All zero to begin with */
	/* NULL, or called now and then on a thread that waits, to say so. */
	void (*waits)(void *arg);
	void *arg;
};

/* Until it begins anew. Safe in a signal handler. */
void patience_end(struct patience *patience);
/* Also once it has ended: of whoever owns the thread, for the next thing that this will wait for. */
void patience_begin(struct patience *patience);

/* ---- of the calling thread ---- */

/* @patience (NULL: none) is borrowed until another one is heeded. */
void patience_heed(const struct patience *patience);
/* So many milliseconds more, after its end, for what is better brought to its own end; returns what
   it was, which is to be put back. */
int64_t patience_grant(int64_t grace);
/* Its end has come, and the grace is over, too. Asked by what waits, at least once a second. */
bool patience_over(void);
bool patience_is_heeded(void);

#endif
