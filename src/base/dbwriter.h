/*
 * dbwriter.h - one thread that owns the writing SQLite connection and groups commits.
 *
 * Work comes as functions. The thread takes all that has come, runs each inside a savepoint of
 * one transaction (a function that fails is undone alone), commits once, and then tells those
 * who wait. A group is closed by time (50 ms) and number, so nobody waits for strangers. Both
 * the status database and the embedded edx-val write through one.
 *
 * Thread-safe. Functions run on the writer thread only and must not call back into it.
 */
#ifndef SUBFERRY_SRC_BASE_DBWRITER_H
#define SUBFERRY_SRC_BASE_DBWRITER_H

#include "src/base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct dbwriter;

/* Runs inside the open transaction. Anything but RESULT_OK undoes what it did. */
typedef enum result dbwriter_fn(sqlite3 *db, void *arg, struct error *err);

/* Takes @db (WAL, synchronous FULL, busy_timeout already set). */
enum result dbwriter_new(struct dbwriter **out, sqlite3 *db, struct error *err);
/* Commits what was posted, ends the thread, closes the connection. Accepts NULL. */
void dbwriter_free(struct dbwriter *writer);
/* Runs @fn and returns once its group is committed (its own result, or the commit's). */
enum result dbwriter_run(struct dbwriter *writer, dbwriter_fn *fn, void *arg, struct error *err);
/*
 * The same without waiting. @done (may be NULL) is called on the writer thread after the
 * commit with the result; it frees @arg. Blocks while more than 1,000 wait.
 */
void dbwriter_post(struct dbwriter *writer, dbwriter_fn *fn, void *arg,
		   void (*done)(void *arg, enum result result, const struct error *err));
/* Returns when all that was posted before is committed; the first failure since the last call. */
enum result dbwriter_flush(struct dbwriter *writer, struct error *err);
/* Translates SQLite's answer: BUSY/LOCKED, FULL, IOERR, CORRUPT, READONLY, ... with its words. */
enum result dbwriter_error(sqlite3 *db, int code, const char *doing, struct error *err);

#endif
