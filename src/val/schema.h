/*
 * schema.h - edx-val's own tables in an SQLite file, as Django's migrations make them there.
 *
 * The types are Django's (so the tables are not STRICT), the names of indexes too: the edxval
 * package, pointed at the file with its migrations recorded as done, finds its own database.
 */
#ifndef SUBFERRY_SRC_VAL_SCHEMA_H
#define SUBFERRY_SRC_VAL_SCHEMA_H

#include "src/base/error.h"

#include <sqlite3.h>
#include <stdbool.h>

/* A transaction of its own: all tables, indexes and the seeds, or nothing. */
enum result schema_create(sqlite3 *db, struct error *err);
/*
 * The tables are what we read and write. RESULT_MISSING for a file without any table,
 * RESULT_INVALID with the reason for tables that are not edx-val's of today (domain 7.8).
 */
enum result schema_check(sqlite3 *db, struct error *err);
/* The index that finds ids whatever their case; not edx-val's, and harmless to it. */
enum result schema_add_index(sqlite3 *db, struct error *err);

#endif
