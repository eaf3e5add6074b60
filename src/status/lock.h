/*
 * lock.h - one engine, one flip of a flag and one import at a time, a status database.
 *
 * A lock of the kernel on a file beside the status database. It is released when its holder
 * lets go or dies, however it dies; the file itself stays, and means nothing without the lock.
 */
#ifndef SUBFERRY_SRC_STATUS_LOCK_H
#define SUBFERRY_SRC_STATUS_LOCK_H

#include "src/base/error.h"

struct lock;

/*
 * Takes the lock of the status database @path (on "<path>.lock") without waiting. RESULT_BUSY:
 * another process holds it, and the text says which; RESULT_REFUSED: a network file system.
 */
enum result lock_take(const char *path, struct lock **out, struct error *err);
/* The same on "<path>.flip", for whoever switches flags; @who is named to others. Two in one process
   keep each other out, too. */
enum result lock_take_flip(const char *path, const char *who, struct lock **out, struct error *err);
/* The same on "<path>.import", for whoever brings runs in, or clears away what an import left. */
enum result lock_take_import(const char *path, const char *who, struct lock **out, struct error *err);
void lock_free(struct lock *lock); /* accepts NULL */

#endif
