/*
 * carry_help.h - runs for the tests of what carries them, and of the gate that looks at them: written
 * as SQL, so that each has just what its test is about.
 */
#ifndef SUBFERRY_TESTS_UNIT_CARRY_HELP_H
#define SUBFERRY_TESTS_UNIT_CARRY_HELP_H

#include "tests/unit/status_help.h"

#define UID(digit) digit digit digit digit digit digit digit digit
#define SHA(digit) UID(digit) UID(digit) /* of a digit of four letters */

/* SQL with values behind the program's back. */
static inline void SF_PRINTF(2, 3) help_sqlf(struct help *help, const char *fmt, ...)
{
	char sql[4096];
	va_list args;

	va_start(args, fmt);
	assert_true(vsnprintf(sql, sizeof(sql), fmt, args) < (int)sizeof(sql));
	va_end(args);
	help_sql(help, sql);
}

/* A run that ended; @more follows the row's values: imported, origin_number. */
static inline void add_run(struct help *help, int number, const char *kind, int64_t began,
			   const char *imported)
{
	help_sqlf(help,
		  "INSERT INTO run(number, uid, kind, generation, campus, environment, release, version,"
		  " options, who, host, began, ended, broken_off, imported, origin_number, active)"
		  " VALUES(%d, printf('%%032x', %d + 16 * unicode('%s')), '%s', 1,"
		  " 'harbour', 'staging', 'ginkgo', '0.1', 'workers 8', 'ben', 'mole', %lld, %lld, 0, %s, 600)",
		  number, number, help->folder + strlen(help->folder) - 1, kind, (long long)began,
		  (long long)began + 1000, imported);
}

/* A course of a run, with so many open errors. Its id is @id. */
static inline void add_course(struct help *help, int id, int run, const char *key,
			      const char *status, int errors)
{
	help_sqlf(help,
		  "INSERT INTO run_course(id, run, course, status, began, ended, problem, source_version,"
		  " source_assets, videos, failed, expected, in_val, unknown, extra, differing, errors,"
		  " warnings, notices, waived, bytes, migrated, kept, would, untold, not_migrated,"
		  " active, tried) VALUES(%d, %d, '%s', '%s', 1000, 2000, '', 'v1', 'a1', 3, 1, 4, 3, 0,"
		  " 0, 0, %d, 0, 0, 0, 77, 0, 0, 0, 0, 0, 500, 2)",
		  id, run, key, status, errors);
	for (int i = 0; i < errors; i++)
		help_sqlf(help,
			  "INSERT INTO run_finding(run_course, block, language, code, severity, text,"
			  " seen, waived, reason, who, at) VALUES(%d, 'video@v%d', 'fr', 'srt-invalid', 2,"
			  " 'line 3', 'seen%d', 0, '', '', 5)",
			  id, i, i);
}

/* All rows of a statement, columns by | and rows by newlines (free()). */
static inline char *help_rows(struct help *help, const char *sql)
{
	char *out = calloc(1, 1 << 20);
	sqlite3_stmt *stmt;
	size_t len = 0;
	sqlite3 *db;

	assert_non_null(out);
	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			len += (size_t)snprintf(out + len, (1 << 20) - len, "%s%c",
						(const char *)sqlite3_column_text(stmt, i),
						i + 1 < sqlite3_column_count(stmt) ? '|' : '\n');
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return out;
}

static inline void assert_rows(struct help *help, const char *sql, const char *wanted)
{
	char *rows = help_rows(help, sql);

	assert_string_equal(rows, wanted);
	free(rows);
}

#endif
