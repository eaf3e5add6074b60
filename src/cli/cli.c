#include "config.h"

#include "src/cli/cli.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/conf_value.h"
#include "src/cli/complete.h"
#include "src/cli/out.h"

/* clang-format off */
enum global { GLOBAL_CONF, GLOBAL_PLAIN, GLOBAL_ASCII, GLOBAL_DEMO, GLOBAL_RESET, GLOBAL_SIZE, GLOBAL_WORD,
	      GLOBAL_HELP, GLOBAL_VERSION, GLOBAL_COMPLETION, GLOBAL_COMPLETE, GLOBAL_COUNT };
const struct cli_global cli_globals[] = {
	{'c', {"config", "FILE", "The configuration; default: subferry.conf here, in "
				 "$XDG_CONFIG_HOME/subferry (~/.config/subferry), or in /etc/subferry",
	       VALUE_FILE}},
	{0, {"plain", NULL, "Labelled lines instead of a screen or tables, for screen readers and "
			    "logs; the console then reads lines from standard input", VALUE_TEXT}},
	{0, {"ascii", NULL, "The console with ASCII marks only", VALUE_TEXT}},
	{0, {"demo", NULL, "A small campus made on the spot: no server, no configuration", VALUE_TEXT}},
	{0, {"demo-reset", NULL, "Start the demo over: removes the files it made", VALUE_TEXT}},
	{0, {"demo-size", "COURSES", "A demo of so many courses", VALUE_TEXT}},
	{0, {"word", "WORD", "The word that would be asked for on the terminal: the campus name; for the "
			    "flag of one course its key", VALUE_TEXT}},
	{'h', {"help", NULL, "Show this text; after a command, its own", VALUE_TEXT}},
	{'V', {"version", NULL, "Show the version", VALUE_TEXT}},
	{0, {"completion", "SHELL", NULL, VALUE_TEXT}},
	{0, {"complete", "KIND", NULL, VALUE_TEXT}},
	{0, {NULL, NULL, NULL, VALUE_TEXT}},
};
/* clang-format on */

/* ---- help ---------------------------------------------------------------------------------*/

enum { HELP_WIDTH = 80, HELP_LEFT = 28 }; /* texts stand at HELP_LEFT, behind their option */

/* How much of @text fits into @room: up to a blank that is in no bracket and behind no option, or
   else all. */
static size_t fits(const char *text, size_t room)
{
	size_t end = 0, word = 0, len = strlen(text);
	int depth = 0;

	if (len <= room)
		return len;
	for (size_t i = 0; i < len && (i <= room || !end); i++) {
		depth += (text[i] == '[') - (text[i] == ']');
		if (text[i] != ' ')
			continue;
		if (!depth && strncmp(text + word, "--", 2))
			end = i;
		word = i + 1;
	}
	return end ? end : len;
}

/* @text behind @left, in lines that fit; those after the first begin at @indent. */
static void print_wrapped(void (*print)(const char *fmt, ...), const char *left, int indent,
			  const char *text)
{
	int used = (int)strlen(left);

	do {
		size_t len = fits(text, (size_t)(HELP_WIDTH - used));

		print("%s%*s%.*s", left, used - (int)strlen(left), "", (int)len, text);
		text += len + strspn(text + len, " ");
		left = "";
		used = indent;
	} while (*text);
}

static void print_option(char letter, const struct cli_option *option)
{
	char name[64], left[80];

	if (!option->help)
		return;
	snprintf(name, sizeof(name), "%c%c%s--%s%s%s", letter ? '-' : ' ', letter ? letter : ' ',
		 letter ? ", " : "  ", option->name, option->argument ? " " : "",
		 option->argument ? option->argument : "");
	snprintf(left, sizeof(left), "  %-*s", HELP_LEFT - 2, name);
	print_wrapped(out_line, left, HELP_LEFT, option->help);
}

static void print_command(const struct cli_command *command)
{
	char left[32];

	snprintf(left, sizeof(left), "  %-9s ", command->name);
	print_wrapped(out_line, left, (int)strlen(left), command->help);
}

/* As the first line of a help, or below what was wrong. */
static const char *synopsis(const struct cli_command *command, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", command->name, *command->synopsis ? " " : "", command->synopsis);
	return out;
}

static void print_help(void)
{
	out_line("Usage: subferry [OPTION...]                       open the console");
	out_line("       subferry [OPTION...] COMMAND [ARGUMENT...]");
	out_line("%s", "");
	out_line("Ferries the video transcripts of an Open edX campus into edx-val's store.");
	out_line("%s", "");
	out_line("Options, before the command:");
	for (size_t i = 0; i < GLOBAL_COUNT; i++)
		print_option(cli_globals[i].letter, &cli_globals[i].option);
	out_line("%s", "");
	out_line("Commands:");
	for (const struct cli_command *c = cli_commands; c->name; c++)
		print_command(c);
	out_line("%s", "");
	out_line("subferry COMMAND --help tells more of one. VIDEO is a block id, or type@id.");
	out_line("Exit status: 0 all well; 1 done, with failures or error findings; 2 usage or");
	out_line("unknown course; 3 could not start or go on.");
}

static void print_command_help(const struct cli_command *command)
{
	char text[256];

	print_wrapped(out_line, "Usage: subferry [OPTION...] ", 16, synopsis(command, text, sizeof(text)));
	out_line("%s", "");
	snprintf(text, sizeof(text), "%s.", command->help);
	print_wrapped(out_line, "", 0, text);
	if (command->options[0].name) {
		out_line("%s", "");
		out_line("Options:");
	}
	for (size_t i = 0; i < CLI_OPTIONS && command->options[i].name; i++)
		print_option(0, &command->options[i]);
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	out_note("%s", text);
	if (cli->command)
		print_wrapped(out_complain, "usage: subferry ", 8,
			      synopsis(cli->command, text, sizeof(text)));
	else
		out_complain("subferry --help tells more");
	return CLI_USAGE;
}

int cli_fail(const struct error *err)
{
	out_note("%s", err->text);
	return CLI_FAILED;
}

/* ---- parsing ------------------------------------------------------------------------------*/

/* Walks an argument vector; options are written in full, and "--" ends them. */
struct walk {
	int argc, at;
	char **argv;
};

/* Value of the option in argv[at] which is named up to @len; NULL: refused, and told why. */
static const char *option_value(struct cli *cli, struct walk *walk, const char *argument,
				bool is_long)
{
	const char *text = walk->argv[walk->at];
	const char *equals = is_long ? strchr(text, '=') : NULL;
	int name = equals ? (int)(equals - text) : (int)strlen(text);

	if (!argument && !equals)
		return "";
	if (!argument)
		cli_usage(cli, "%.*s takes no value", name, text);
	else if (equals && equals[1])
		return equals + 1;
	else if (!is_long && text[2])
		return text + 2;
	else if (!equals && walk->at + 1 < walk->argc && *walk->argv[walk->at + 1])
		return walk->argv[++walk->at];
	else
		cli_usage(cli, "%.*s needs a value: %s", name, text, argument);
	return NULL;
}

static bool is_long_name(const char *text, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(text, "--", 2) && !strncmp(text + 2, name, len) &&
	       (!text[2 + len] || text[2 + len] == '=');
}

static int find_global(const char *text)
{
	for (int i = 0; i < GLOBAL_COUNT; i++) {
		char letter = cli_globals[i].letter;

		if (is_long_name(text, cli_globals[i].option.name))
			return i;
		if (letter && text[0] == '-' && text[1] == letter &&
		    (!text[2] || cli_globals[i].option.argument))
			return i;
	}
	return -1;
}

static int set_global(struct cli *cli, int option, const char *value)
{
	const char *why = NULL;

	switch ((enum global)option) {
	case GLOBAL_CONF:
		cli->conf_file = value;
		return -1;
	case GLOBAL_PLAIN:
		cli->plain = true;
		return -1;
	case GLOBAL_ASCII:
		cli->ascii = true;
		return -1;
	case GLOBAL_DEMO:
		cli->demo = true;
		return -1;
	case GLOBAL_RESET:
		cli->demo_reset = true;
		return -1;
	case GLOBAL_SIZE:
		if (!value_number(value, &cli->demo_size, &why) || cli->demo_size < 1)
			return cli_usage(cli, "--demo-size %s: give a number of courses", value);
		return -1;
	case GLOBAL_WORD:
		cli->word = value;
		return -1;
	case GLOBAL_HELP:
		print_help();
		return out_finish(CLI_OK);
	case GLOBAL_VERSION:
		out_line("subferry %s", PACKAGE_VERSION);
		return out_finish(CLI_OK);
	case GLOBAL_COMPLETION:
		if (!completion_print(value))
			return cli_usage(cli, "--completion %s: bash or zsh", value);
		return out_finish(CLI_OK);
	case GLOBAL_COMPLETE:
		cli->complete = value;
		return -1;
	case GLOBAL_COUNT:
		break;
	}
	return CLI_USAGE;
}

static int parse_globals(struct cli *cli, struct walk *walk)
{
	for (; walk->at < walk->argc && walk->argv[walk->at][0] == '-'; walk->at++) {
		const char *text = walk->argv[walk->at], *value;
		int option, st;

		if (!strcmp(text, "--")) {
			walk->at++;
			break;
		}
		option = find_global(text);
		if (option < 0)
			return cli_usage(cli, "unknown option %s", text);
		value = option_value(cli, walk, cli_globals[option].option.argument, text[1] == '-');
		st = value ? set_global(cli, option, value) : CLI_USAGE;
		if (st >= 0)
			return st;
	}
	if ((cli->demo_reset || cli->demo_size) && !cli->demo)
		return cli_usage(cli, "--demo-reset and --demo-size belong to --demo");
	if (cli->demo && cli->conf_file)
		return cli_usage(cli, "--demo has a configuration of its own: leave -c away");
	return -1;
}

static int find_command(struct cli *cli, const char *name)
{
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		if (strcmp(c->name, name))
			continue;
		cli->command = c;
		return -1;
	}
	return cli_usage(cli, "unknown command %s", name);
}

static int parse_option(struct cli *cli, struct walk *walk)
{
	const struct cli_option *options = cli->command->options;
	const char *text = walk->argv[walk->at];

	if (!strcmp(text, "--help") || !strcmp(text, "-h")) {
		print_command_help(cli->command);
		return out_finish(CLI_OK);
	}
	for (size_t i = 0; i < CLI_OPTIONS && options[i].name; i++) {
		if (!is_long_name(text, options[i].name))
			continue;
		if (cli->values[i])
			return cli_usage(cli, "--%s is given twice", options[i].name);
		cli->values[i] = option_value(cli, walk, options[i].argument, true);
		return cli->values[i] ? -1 : CLI_USAGE;
	}
	if (find_global(text) >= 0)
		return cli_usage(cli, "%s goes before the command: subferry %s %s ...", text, text,
				 cli->command->name);
	return cli_usage(cli, "unknown option %s", text);
}

static bool has_option(const struct cli_command *command, const char *name)
{
	for (size_t i = 0; i < CLI_OPTIONS && command->options[i].name; i++)
		if (!strcmp(command->options[i].name, name))
			return true;
	return false;
}

static int check_operands(struct cli *cli)
{
	const struct cli_command *command = cli->command;

	if (cli->operand_count < command->least)
		return cli_usage(cli, "too few arguments");
	if (has_option(command, "all")) {
		bool named = cli->operand_count > command->least;

		if (cli_option(cli, "all") && named)
			return cli_usage(cli, "name courses, or say --all: not both");
		if (!cli_option(cli, "all") && !named)
			return cli_usage(cli, "name a course, or say --all");
	}
	if (cli->operand_count > command->most)
		return cli_usage(cli, "too many arguments: %s", cli->operands[command->most]);
	return -1;
}

static int parse_command(struct cli *cli, struct walk *walk)
{
	int st = find_command(cli, walk->argv[walk->at++]);
	bool ended = false;

	if (st >= 0)
		return st;
	/* operands are gathered in place, in front */
	cli->operands = walk->argv + walk->at;
	for (; walk->at < walk->argc; walk->at++) {
		char *text = walk->argv[walk->at];

		if (!ended && !strcmp(text, "--")) {
			ended = true;
		} else if (ended || text[0] != '-' || !text[1]) {
			cli->operands[cli->operand_count++] = text;
		} else {
			st = parse_option(cli, walk);
			if (st >= 0)
				return st;
		}
	}
	return check_operands(cli);
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
	struct walk walk = {.argc = argc, .at = 1, .argv = argv};
	int st;

	memset(cli, 0, sizeof(*cli));
	st = parse_globals(cli, &walk);
	if (st < 0 && cli->complete)
		return complete_answer(cli, argc - walk.at, argv + walk.at);
	if (st < 0 && walk.at < argc)
		st = parse_command(cli, &walk);
	return st;
}

const char *cli_option(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < CLI_OPTIONS && cli->command->options[i].name; i++)
		if (!strcmp(cli->command->options[i].name, name))
			return cli->values[i];
	return NULL;
}

int cli_run(struct cli *cli)
{
	int st;

	out_plain(cli->plain);
	st = cli->command->run(cli);
	if (cli->reader && reader_was_overtaken(cli->reader)) {
		out_note("somebody has written the status database while it was read, in a folder that "
			 "this user cannot write: what was told may be of two states; say it again");
		st = CLI_FAILED;
	}
	cli_close(cli);
	return out_finish(st);
}
