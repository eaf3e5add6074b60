/*
 * runs_help.h - runs, their courses, transcripts and findings, written in a few words.
 */
#ifndef SUBFERRY_TESTS_UNIT_RUNS_HELP_H
#define SUBFERRY_TESTS_UNIT_RUNS_HELP_H

#include "tests/unit/status_help.h"

#include "src/status/runs.h"

#define HELP_HOUR INT64_C(3600000000)

static inline void help_sqlf(struct help *help, const char *fmt, ...) SF_PRINTF(2, 3);
static inline void help_sqlf(struct help *help, const char *fmt, ...)
{
	char sql[2048];
	va_list args;

	va_start(args, fmt);
	assert_true(vsnprintf(sql, sizeof(sql), fmt, args) < (int)sizeof(sql));
	va_end(args);
	help_sql(help, sql);
}

#define HELP_RUN_COLUMNS                                                                           \
	"number, uid, kind, generation, campus, environment, release, version, options, who, host,"  \
	" began, ended, broken_off, imported, origin_number, active"
#define HELP_COURSE_COLUMNS                                                                        \
	"id, run, course, status, began, ended, problem, source_version, source_assets, videos,"     \
	" failed, expected, in_val, unknown, extra, differing, errors, warnings, notices, waived,"   \
	" bytes, migrated, kept, would, untold, not_migrated, active, tried"

/* Run @number began at its own hour and took half of one, of which it was at work for a quarter. */
static inline void help_run(struct help *help, int number, const char *kind)
{
	help_sqlf(help,
		  "INSERT INTO run(" HELP_RUN_COLUMNS ") VALUES(%d, 'uid%d', '%s', 1, 'demo', 'staging', 'ginkgo', '0.1',"
		  " 'workers 8', 'ana', 'ferry1', %lld, %lld, 0, 0, 0, %lld)",
		  number, number, kind, (long long)(number * HELP_HOUR),
		  (long long)(number * HELP_HOUR + HELP_HOUR / 2), (long long)(HELP_HOUR / 4));
}

/* A course of it that ended, as the row run * 100 + @place; half of its
   time it was at work. */
static inline int help_run_course(struct help *help, int run, int place, const char *key,
				  const char *status)
{
	int id = run * 100 + place;

	help_sqlf(help,
		  "INSERT INTO run_course(" HELP_COURSE_COLUMNS ") VALUES(%d, %d, '%s', '%s', 1000000, %d, '',"
		  " 'v', 'a', 9, 8, 1, 2, 3, 4, 5, %d, 7, 8, 9, 10, 11, 12, 13, 14, 15, %d, 7)",
		  id, run, key, status, strcmp(status, "In-Progress") ? 1000000 + id * 1000 : 0, place,
		  id * 500);
	return id;
}

static inline void help_run_text(struct help *help, int course, const char *block,
				 const char *language, const char *outcome, const char *source)
{
	help_sqlf(help, "INSERT INTO run_transcript VALUES(%d, '%s', '%s', 'id-%s', '%s', '%s', '')",
		  course, block, language, block, outcome, source);
}

static inline void help_run_finding(struct help *help, int course, const char *block,
				    const char *language, const char *code, bool waived)
{
	help_sqlf(help,
		  "INSERT INTO run_finding(run_course, block, language, code, severity, text, seen,"
		  " waived, reason, who, at) VALUES(%d, '%s', '%s', '%s', %d, '%s of %d', '', %d, '',"
		  " '', 0)",
		  course, block, language, code, (int)finding_info(finding_by_name(code))->severity, code,
		  course, waived);
}

#endif
