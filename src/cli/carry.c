/*
 * runs --export, runs --import: mock runs from one status database to another's.
 */
#include "config.h"

#include "src/cli/runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/rollout/carry.h"

/* "2 runs of 40 courses with 1 finding and 3 waivers" */
static const char *tell(const struct carried *carried, char *out, size_t size)
{
#define COUNT(n, word) (n), (n) == 1 ? word : word "s"
	snprintf(out, size,
		 "%" PRId64 " %s: %" PRId64 " %s, %" PRId64 " %s, %" PRId64 " %s; %" PRId64 " %s",
		 COUNT(carried->runs, "mock run"), COUNT(carried->courses, "course"),
		 COUNT(carried->transcripts, "transcript"), COUNT(carried->findings, "finding"),
		 COUNT(carried->waivers, "waiver"));
#undef COUNT
	return out;
}

int runs_export(struct cli *cli, const char *file)
{
	struct carried carried;
	struct error err = {0};
	char text[200];
	int st = cli_open_reader(cli, false);

	if (st >= 0)
		return st;
	if (carry_export(cli->reader, file, &carried, &err) != RESULT_OK)
		return cli_fail(&err);
	if (strcmp(file, "-"))
		out_line("%s: %s", file, tell(&carried, text, sizeof(text)));
	else
		out_note("exported: %s", tell(&carried, text, sizeof(text)));
	return CLI_OK;
}

int runs_import(struct cli *cli, const char *file)
{
	struct carried carried;
	struct error err = {0};
	char text[200];
	enum result imported;
	int st = cli_open(cli, CAMPUS_STATUS);

	if (st >= 0)
		return st;
	imported = carry_import(cli->campus->status, file, &carried, &err);
	if (carried.cleared)
		out_note("an import before this one was broken off: what it had left (%" PRId64
			 " run%s, which counted for nothing) is taken away",
			 carried.cleared, carried.cleared == 1 ? "" : "s");
	if (imported != RESULT_OK)
		return cli_fail(&err);
	out_line("imported: %s", tell(&carried, text, sizeof(text)));
	if (carried.known)
		out_line("%" PRId64 " %s here already, and left as %s", carried.known,
			 carried.known == 1 ? "run or waiver was" : "runs or waivers were",
			 carried.known == 1 ? "it is" : "they are");
	return CLI_OK;
}
