/*
 * stmt_cache.h - the prepared statements of a writing connection: the inside of dbwriter_stmt(),
 * used by dbwriter.c and by nobody else.
 */
#ifndef SUBFERRY_SRC_BASE_STMT_CACHE_H
#define SUBFERRY_SRC_BASE_STMT_CACHE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

enum { STMT_SLOTS = 256 }; /* a power of two */

/*
 * Statements by the address of their text, with linear probing: texts are literals, so the program
 * has a known number of them, fewer than there are slots. Touched by the writer's thread only.
 */
struct stmt_cache {
	sqlite3 *db;
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} slots[STMT_SLOTS];
	size_t count;
	sqlite3_stmt *used[32]; /* handed out in the current function, to be reset after it */
	size_t used_count;
	bool used_more; /* more than @used holds: reset all */
};

/* From now on dbwriter_stmt() on this thread looks into @cache. */
void stmt_cache_use(struct stmt_cache *cache);
/* Resets what was handed out since the last call, and forgets its bindings. */
void stmt_cache_reset(struct stmt_cache *cache);
/* Finalises all. */
void stmt_cache_clear(struct stmt_cache *cache);

#endif
