/*
 * main.c - the entrance: reads the command line, hands over to a command or to the console.
 */
#include "config.h"

#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "ui/console.h"

/* In the console a person wants to see bars move; commands run the demo as fast as they can. */
#define DEMO_PACE 700

static int open_console(struct cli *cli)
{
	const struct console_options options = {.plain = cli->plain, .ascii = cli->ascii};
	struct error err = {0};
	int st;

	/* before anything is made or opened: without a terminal nothing should happen at all */
	if (!cli->plain && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		out_note("the console needs a terminal; without one there are subferry --plain and "
			 "the commands that subferry --help shows");
		return CLI_USAGE;
	}
	st = cli_open(cli, CAMPUS_ALL);
	if (st >= 0)
		return st;
	/* without its flag a campus can be migrated all the same: the desk says why it is not there */
	(void)campus_add(cli->campus, CAMPUS_FLAG, &err);
	cli->campus->pace = cli->demo ? DEMO_PACE : 0;
	return console_run(cli->campus, &options);
}

/*
 * As it is loaded, libmongoc shares its counters under a name made of the process's number. Who
 * is killed leaves that name behind, and the next process of that number is warned on standard
 * error. Nobody here reads the counters: the name goes at once.
 */
static void drop_counters(void)
{
	char name[32];

	snprintf(name, sizeof(name), "/mongoc-%ld", (long)getpid());
	shm_unlink(name);
}

int main(int argc, char **argv)
{
	struct cli cli;
	int st;

	drop_counters();
	setlocale(LC_CTYPE, "");
	/* two dozen threads that sleep most of the time need no heap each: it would only grow */
	mallopt(M_ARENA_MAX, 4);
	/* a structure of 16 MiB goes back at once, and does not raise what is kept for the next */
	mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
	/* a reader that goes away is an error of write(), not our death: journals are closed */
	signal(SIGPIPE, SIG_IGN);
	st = cli_parse(&cli, argc, argv);
	if (st >= 0)
		return st;
	if (cli.command)
		return cli_run(&cli);
	st = open_console(&cli);
	cli_close(&cli);
	return st;
}
