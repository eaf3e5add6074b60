/*
 * ids.h - a set of row ids. Inside src/status/ only.
 */
#ifndef SUBFERRY_SRC_STATUS_IDS_H
#define SUBFERRY_SRC_STATUS_IDS_H

#include "src/status/db.h"

struct ids {
	int64_t *list;
	size_t count, room;
};

/* Adds @count ids, or one; RESULT_NOMEM. */
enum result ids_add(struct ids *ids, const int64_t *list, size_t count, struct error *err);
/* Adds the first column of all rows, the first of which stands in @stmt; ends @stmt. @st is what
   db_first() has answered. */
enum result ids_read(struct ids *ids, struct db *db, enum result st, sqlite3_stmt *stmt,
		     struct error *err);
void ids_sort(struct ids *ids);
bool ids_have(const struct ids *ids, int64_t id); /* once sorted */
void ids_clear(struct ids *ids);		  /* may run twice */

#endif
