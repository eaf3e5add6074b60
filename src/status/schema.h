/*
 * schema.h - the tables of the status database and how they came to be (design 6).
 *
 * PRAGMA user_version counts the migrations that were applied, application_id tells the file
 * from others. Inside src/status/ only.
 */
#ifndef SUBFERRY_SRC_STATUS_SCHEMA_H
#define SUBFERRY_SRC_STATUS_SCHEMA_H

#include "src/status/db.h"

/*
 * Looks at the file: *@version is 0 for an empty one. RESULT_INVALID: not a status database, or
 * made by a newer subferry; RESULT_FATAL: damaged. Writes nothing.
 */
enum result schema_look(struct db *db, int *version, struct error *err);
/* RESULT_INVALID where the file is of another campus than @campus. Writes nothing. */
enum result schema_check_campus(struct db *db, const char *campus, struct error *err);
/*
 * The same for production and everything else, once courses were run: what was done in production is not
 * gone on with elsewhere, where it could be refreshed, and what was rehearsed elsewhere is not gone on
 * with in production, of which it is not true.
 */
enum result schema_check_environment(struct db *db, const char *environment, struct error *err);
/*
 * Makes the tables or brings them up to date, in one transaction; another process may do the
 * same at the same time. RESULT_INVALID: the file is another campus's.
 */
enum result schema_enter(struct db *db, const char *campus, const char *environment, int64_t now,
			 struct error *err);
/* The version that this program writes. */
int schema_version(void);
/* schema_rollout.c: the fourth migration, and the fifth. */
extern const char schema_rollout[];
extern const char schema_figures[];
/* The sixth. */
extern const char schema_places[];
/* The seventh. */
extern const char schema_times[];

#endif
