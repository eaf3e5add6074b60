/*
 * flag_lock.h - waiting for the lock of an SQLite file that is somebody else's.
 *
 * Inside src/flag/ only.
 */
#ifndef SUBFERRY_SRC_FLAG_FLAG_LOCK_H
#define SUBFERRY_SRC_FLAG_FLAG_LOCK_H

#include "src/base/error.h"

#include <sqlite3.h>

/* @db waits up to five seconds for a lock; less where the thread's patience is over (patience.h). */
void flag_lock_wait(sqlite3 *db);
/* @st, or RESULT_CANCELED where a lock was not had because waiting was given up: nothing was done. */
enum result flag_lock_given_up(enum result st, struct error *err);

#endif
