/*
 * refresh: the next generation, after staging was restored; and the warning that one is due, which
 * the commands give that launch, rehearse or validate.
 *
 * JSON of those, one object more: warning (looked, gone, text).
 */
#include "config.h"

#include "src/rollout/refresh.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/cli.h"
#include "src/cli/commands.h"
#include "src/cli/out.h"
#include "src/rollout/vanished.h"

static int refuse(const char *why)
{
	out_note("refresh: %s; nothing was done", why);
	return CLI_USAGE;
}

/* On the terminal; -1 to go on. */
static int ask_terminal(const struct conf *conf)
{
	char word[128];

	fprintf(stderr,
		"refresh is for after %s (%s) was restored. All courses become Not-Migrated, and what is "
		"known of edx-val and of flags is forgotten; runs, findings, waivers and the audit stay.\n"
		"Type the campus name to go on: ",
		conf->name, conf->environment);
	fflush(stderr);
	if (!cli_read_word(word, sizeof(word)) || strcmp(word, conf->name))
		return refuse("what was typed is not the campus name");
	return -1;
}

static int ask(const struct cli *cli, const char **how)
{
	const struct conf *conf = cli->campus->conf;

	*how = "the campus name was given as --word";
	if (cli->word)
		return strcmp(cli->word, conf->name) ? refuse("--word is not the campus name") : -1;
	*how = "the campus name was typed on the terminal";
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		return ask_terminal(conf);
	return refuse("without a terminal the campus name is given as --word");
}

int cli_refresh(struct cli *cli)
{
	char summary[200];
	const char *how;
	struct error err = {0};
	int st = cli_open(cli, 0);

	if (st >= 0)
		return st;
	if (*refresh_refusal(cli->campus->conf))
		return refuse(refresh_refusal(cli->campus->conf));
	st = ask(cli, &how);
	if (st < 0)
		st = cli_open_reader(cli, false);
	if (st < 0)
		st = cli_open(cli, CAMPUS_STATUS);
	if (st >= 0)
		return st;
	switch (refresh_campus(cli->campus, how, summary, sizeof(summary), &err)) {
	case RESULT_OK:
		out_line("%s", summary);
		return CLI_OK;
	case RESULT_BUSY:
		out_note("refresh: %s: let that end first; nothing was done", err.text);
		return CLI_FAILED;
	default:
		return cli_fail(&err);
	}
}

void cli_warn_of_vanished(struct cli *cli, bool json)
{
	struct vanished seen;
	cJSON *object;

	if (vanished_look(&seen, cli->campus, cli->reader, NULL) != RESULT_OK || !seen.bulk)
		return;
	if (!json) {
		out_note("%s", seen.text);
		return;
	}
	object = object_new("warning");
	member_number(object, "looked", seen.looked);
	member_number(object, "gone", seen.gone);
	member_text(object, "text", seen.text);
	out_json_line(object);
}
