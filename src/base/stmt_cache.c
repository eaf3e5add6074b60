#include "config.h"

#include "src/base/stmt_cache.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "src/base/dbwriter.h"

/* The cache of the writer that this thread is; NULL in all other threads. */
static __thread struct stmt_cache *thread_cache;

void stmt_cache_reset(struct stmt_cache *cache)
{
	for (size_t i = 0; i < cache->used_count; i++) {
		sqlite3_reset(cache->used[i]);
		sqlite3_clear_bindings(cache->used[i]);
	}
	for (size_t i = 0; cache->used_more && i < STMT_SLOTS; i++) {
		if (!cache->slots[i].stmt)
			continue;
		sqlite3_reset(cache->slots[i].stmt);
		sqlite3_clear_bindings(cache->slots[i].stmt);
	}
	cache->used_count = 0;
	cache->used_more = false;
}

void stmt_cache_clear(struct stmt_cache *cache)
{
	for (size_t i = 0; i < STMT_SLOTS; i++)
		sqlite3_finalize(cache->slots[i].stmt);
	memset(cache->slots, 0, sizeof(cache->slots));
	cache->count = 0;
}

void stmt_cache_use(struct stmt_cache *cache)
{
	thread_cache = cache;
}

sqlite3_stmt *dbwriter_stmt(sqlite3 *db, const char *sql)
{
	struct stmt_cache *cache = thread_cache;
	size_t slot = ((uintptr_t)sql >> 3) * 2654435761u % STMT_SLOTS;
	sqlite3_stmt *stmt;

	assert(cache && cache->db == db);
	while (cache->slots[slot].sql && cache->slots[slot].sql != sql)
		slot = (slot + 1) % STMT_SLOTS;
	stmt = cache->slots[slot].stmt;
	if (!stmt) {
		/* One slot stays empty, so that every search ends. */
		assert(cache->count < STMT_SLOTS - 1 && "SQL that is no literal?");
		if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
		    SQLITE_OK)
			return NULL;
		cache->slots[slot].sql = sql;
		cache->slots[slot].stmt = stmt;
		cache->count++;
	} else {
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
	}
	if (cache->used_count < sizeof(cache->used) / sizeof(cache->used[0]))
		cache->used[cache->used_count++] = stmt;
	else
		cache->used_more = true;
	return stmt;
}
