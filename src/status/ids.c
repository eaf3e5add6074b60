#include "config.h"

#include "src/status/ids.h"

#include <stdlib.h>
#include <string.h>

enum result ids_add(struct ids *ids, const int64_t *list, size_t count, struct error *err)
{
	size_t room = ids->room ? ids->room : 64;
	int64_t *more;

	while (room - ids->count < count) {
		if (room > SIZE_MAX / 2 / sizeof(*more))
			return error_set(err, RESULT_NOMEM, "no memory for %zu rows", count);
		room *= 2;
	}
	if (room != ids->room) {
		more = realloc(ids->list, room * sizeof(*more));
		if (!more)
			return error_set(err, RESULT_NOMEM, "no memory for %zu rows", room);
		ids->list = more;
		ids->room = room;
	}
	if (count)
		memcpy(ids->list + ids->count, list, count * sizeof(*list));
	ids->count += count;
	return RESULT_OK;
}

enum result ids_read(struct ids *ids, struct db *db, enum result st, sqlite3_stmt *stmt,
		     struct error *err)
{
	for (; st == RESULT_OK; st = db_next(db, err, stmt)) {
		int64_t id = sqlite3_column_int64(stmt, 0);

		st = ids_add(ids, &id, 1, err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void ids_sort(struct ids *ids)
{
	if (ids->count)
		qsort(ids->list, ids->count, sizeof(*ids->list), by_number);
}

bool ids_have(const struct ids *ids, int64_t id)
{
	return ids->count && bsearch(&id, ids->list, ids->count, sizeof(id), by_number);
}

void ids_clear(struct ids *ids)
{
	free(ids->list);
	memset(ids, 0, sizeof(*ids));
}
