/*
 * dbwriter.h - one thread that owns the writing SQLite connection and groups commits.
 *
 * Work comes as functions. The thread takes all that has come, runs each inside a savepoint of
 * one transaction (a function that fails is undone alone), commits once, and then tells those
 * who wait. A group is closed by time (50 ms) and number, so nobody waits for strangers. Posted
 * work, which nobody waits for, gathers up to 20 ms, in its order; awaited work overtakes it, and
 * dbwriter_flush() is how to have it done first. If the commit fails, all of
 * the group is undone and gets that error, and the writer goes on with the next group. Both the
 * status database and the embedded edx-val write through one.
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

/*
 * Sets SQLite up for many threads, once a process; to be called before each sqlite3_open_v2().
 * It counts no memory: the one lock for that statistic is what all connections would meet at.
 */
void dbwriter_setup(void);

/* Runs inside the open transaction. Anything but RESULT_OK undoes what it did. */
typedef enum result dbwriter_fn(sqlite3 *db, void *arg, struct error *err);

/*
 * For functions on the writer thread: the prepared statement of @sql, reset and without
 * bindings; NULL and an error in @db when it cannot be prepared. @sql must be a literal: the
 * cache looks at its address. The writer owns the statement, resets it when the function
 * returns, and so text bound as SQLITE_STATIC need only live until then.
 */
sqlite3_stmt *dbwriter_stmt(sqlite3 *db, const char *sql);

/* Takes @db (WAL, synchronous FULL, busy_timeout already set). */
enum result dbwriter_new(struct dbwriter **out, sqlite3 *db, struct error *err);
/* Commits what was posted, ends the thread, closes the connection. Accepts NULL. */
void dbwriter_free(struct dbwriter *writer);
/* Runs @fn and returns once its group is committed (its own result, or the commit's). */
enum result dbwriter_run(struct dbwriter *writer, dbwriter_fn *fn, void *arg, struct error *err);
/*
 * The same without waiting. @done (may be NULL) is called on the writer thread after the
 * commit with the result; it frees @arg. Blocks while more than 1,000 wait. Without memory
 * @done is called at once, on the caller's thread.
 */
void dbwriter_post(struct dbwriter *writer, dbwriter_fn *fn, void *arg,
		   void (*done)(void *arg, enum result result, const struct error *err));
/*
 * Returns when all that was posted before is committed and told; answers the first failure of
 * something posted since the last call.
 */
enum result dbwriter_flush(struct dbwriter *writer, struct error *err);
/*
 * For a process that is about to be stopped by its terminal: stopped within a commit it would hold
 * the file's lock, and everybody else up, until it is continued. @rest: true once nothing waits to
 * be written and no commit is under way; from then on none begins until this is called with false
 * (true again). Until then false, and nothing has changed: ask again. Waits for nobody.
 */
bool dbwriter_rest(struct dbwriter *writer, bool rest);
/* Milliseconds that the writer has waited for a lock of somebody else's; 0: it does not. */
int64_t dbwriter_waits(const struct dbwriter *writer);
/*
 * Translates SQLite's answer into "@doing: <file>: <its words>". What a person can mend while
 * the program waits (disk full, no rights, an I/O error) is UNREACHABLE, a lock is BUSY
 * ("locked by <who>: ..."), a
 * broken file DAMAGED. @db may be NULL.
 */
enum result dbwriter_error(sqlite3 *db, int code, const char *doing, struct error *err);

#endif
