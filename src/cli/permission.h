/*
 * permission.h - the gate before production on the command line. Inside src/cli/ only.
 *
 * A command that is about to launch courses asks first, before anything is opened for writing; where
 * somebody goes on past the gate, that is committed to the audit just before the launch.
 */
#ifndef SUBFERRY_SRC_CLI_PERMISSION_H
#define SUBFERRY_SRC_CLI_PERMISSION_H

#include "src/cli/cli.h"
#include "src/rollout/permit.h"

enum { REASON_MAX = 500 }; /* bytes */

struct permission {
	struct permit permit;
	char reason[REASON_MAX + 2];
	const char *how; /* the word was given; NULL: none was needed */
};

/* @text is a reason: 1 to REASON_MAX bytes of UTF-8, without white space around. Its copy (free()), or
   NULL: it is none, and *@st is CLI_USAGE, told. */
char *cli_reason(struct cli *cli, const char *text, int *st);
/*
 * For courses that are to get the intent run by @wish: those of @ids that it would take and that have
 * not begun. Tells what a launch means for learners, and what the gate misses; asks for word and
 * reason. -1 to go on, CLI_USAGE: they were not given, and nothing was done.
 */
int cli_ask_permission(struct cli *cli, enum wish wish, const int64_t *ids, size_t count,
		       struct permission *out);
/* Commits that somebody goes on past the gate, if so; the status database is open for writing. */
int cli_use_permission(struct cli *cli, const struct permission *permission);

#endif
