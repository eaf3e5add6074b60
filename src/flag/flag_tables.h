/*
 * flag_tables.h - the platform's two flag tables in an SQLite file, as Django's migrations make
 * them there (domain 8.1). Their rows are only ever added to.
 */
#ifndef SUBFERRY_SRC_FLAG_FLAG_TABLES_H
#define SUBFERRY_SRC_FLAG_FLAG_TABLES_H

#include "src/base/error.h"

#include <sqlite3.h>
#include <stdint.h>

#define FLAG_GLOBAL_TABLE "video_config_videotranscriptenabledflag"
#define FLAG_COURSE_TABLE "video_config_coursevideotranscriptenabledflag"
#define FLAG_STAMP_SIZE 40

/* Both tables and their indexes, inside the transaction that is open. */
enum result flag_tables_create(sqlite3 *db, struct error *err);
/*
 * The tables are what we read and write. RESULT_MISSING for a file without any table,
 * RESULT_INVALID with the reason for one that holds others, or these as we do not know them.
 */
enum result flag_tables_check(sqlite3 *db, struct error *err);
/* A wall time as Django writes it into SQLite: UTC, "2018-05-02 02:41:07.123456", and without a
   fraction that is 0. */
void flag_stamp_format(int64_t wall, char out[FLAG_STAMP_SIZE]);
/* The wall time of such a text; 0 for any other. */
int64_t flag_stamp_read(const char *text);

#endif
