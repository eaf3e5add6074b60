/*
 * show.h - rows of the status database as commands show them: JSON, and words in tables.
 *
 * The names of members are in the manual and frozen by a test.
 */
#ifndef SUBFERRY_SRC_CLI_SHOW_H
#define SUBFERRY_SRC_CLI_SHOW_H

#include "src/cli/cli.h"
#include "src/cli/out.h"

/* Courses by key, those gone too; @status -1: all. The caller clears each and frees the array.
   Returns -1 to go on, else the exit status. */
int show_courses(struct cli *cli, int status, struct course_row **rows, size_t *count);

/*
 * type course: key, name, location, status, intent, gone, pass, videos, tried, failed,
 * expected, in_val, unknown, extra, differing, errors, warnings, notices, waived, bytes,
 * problem, begun, changed, verified, level, evidence, stale. On the thread of cli->reader; without
 * @cli the age of the evidence does not count, and why it is stale is not told.
 */
cJSON *show_course_json(const struct course_row *row, struct cli *cli);
/*
 * type finding: course, video, language, code, severity, text, help, seen, waived, reason,
 * who, at.
 */
cJSON *show_finding_json(const struct finding_row *row);
/* The members of struct counts, into @object. */
void show_counts_json(cJSON *object, const struct counts *counts);

#endif
