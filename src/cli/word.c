/*
 * The typed word: link = mongo and studio write into the modulestore, so a person types the
 * campus's name first, on the terminal or as --word. It is asked for before anything is opened
 * or made.
 */
#include "config.h"

#include "src/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/out.h"

bool cli_read_word(char *out, size_t size)
{
	size_t len;

	if (!fgets(out, (int)size, stdin))
		return false;
	len = strlen(out);
	/* a line that does not fit is no campus's name, and must not look like one */
	if (!len || out[len - 1] != '\n')
		return false;
	while (len && strchr("\r\n\t ", out[len - 1]))
		out[--len] = '\0';
	return true;
}

static int refuse(const struct conf *conf, const char *how)
{
	out_note("link = %s writes into the modulestore of %s (%s), which takes a typed word: %s; "
		 "nothing was done",
		 conf->link, conf->name, conf->environment, how);
	return CLI_USAGE;
}

static int ask_terminal(struct cli *cli)
{
	const struct conf *conf = cli->campus->conf;
	char word[128];

	fprintf(stderr,
		"link = %s writes into the modulestore of %s (%s). Type the campus name to allow "
		"it: ",
		conf->link, conf->name, conf->environment);
	fflush(stderr);
	if (!cli_read_word(word, sizeof(word)) || strcmp(word, conf->name))
		return refuse(conf, "what was typed is not the campus name");
	cli->link_word = "the campus name was typed on the terminal";
	return -1;
}

int cli_ask_word(struct cli *cli)
{
	const struct conf *conf;
	int st = cli_open(cli, 0);

	if (st >= 0)
		return st;
	conf = cli->campus->conf;
	if (!campus_links(cli->campus))
		return -1;
	if (!cli->word && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		return ask_terminal(cli);
	if (!cli->word)
		return refuse(conf, "without a terminal it is given as --word and the campus name");
	if (strcmp(cli->word, conf->name))
		return refuse(conf, "--word is not the campus name");
	cli->link_word = "the campus name was given as --word";
	return -1;
}
