/*
 * runs.h - what the files of the command runs share. src/cli/runs*.c only.
 */
#ifndef SUBFERRY_SRC_CLI_RUNS_H
#define SUBFERRY_SRC_CLI_RUNS_H

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/status/runs.h"

/* "1:02:07", "2:07"; "-" where it is negative: not known. Into @out; returns it. */
const char *run_time_text(int64_t microseconds, char *out, size_t size);
/* "31.4" transcripts a second, "-" where that is not known. Into @out; returns it. */
const char *run_rate_text(const struct run_row *row, char *out, size_t size);
/* Type run: all of a run that is in the manual. */
cJSON *run_json(const struct run_row *row, int64_t now);

/* runs --compare A B: the exit status. */
int runs_compare(struct cli *cli);
/* runs --export FILE and --import FILE: the exit status. */
int runs_export(struct cli *cli, const char *file);
int runs_import(struct cli *cli, const char *file);

#endif
