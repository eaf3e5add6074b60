/*
 * cli.h - the command line: global options, the table of commands, and what commands share.
 *
 * One table (commands.c) says which commands exist, what they take and what they need; usage,
 * --help and the parser read it. A command is one function in a file of its own; it returns
 * the exit status of design 8: CLI_OK, CLI_FINDINGS, CLI_USAGE or CLI_FAILED.
 */
#ifndef SUBFERRY_SRC_CLI_CLI_H
#define SUBFERRY_SRC_CLI_CLI_H

#include "src/base/filter.h"
#include "src/campus.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_FINDINGS = 1, /* done, with failures or error findings */
	CLI_USAGE = 2,	  /* usage, unknown course: nothing was done */
	CLI_FAILED = 3,	  /* could not start or go on */
};

#define CLI_OPTIONS 6 /* of one command, at most */
#define CLI_ANY SIZE_MAX /* of operands: as many as there are */

/* What an argument is, for whoever completes it. */
enum cli_value {
	VALUE_TEXT, /* nobody can guess it */
	VALUE_FILE,
	VALUE_FINDING,
	VALUE_LEVEL,
	VALUE_STATUS,
	VALUE_SORT,
	VALUE_FINDING_FILTER,
	VALUE_COURSE_FILTER,
	VALUE_COURSE, /* its key */
	VALUE_ITEM,   /* COURSE VIDEO LANGUAGE */
	VALUE_RUN,    /* its number */
	VALUE_FLAG,   /* show, board, on or off, then courses */
	VALUE_COUNT
};

struct cli_option {
	const char *name;     /* without the dashes */
	const char *argument; /* "CODE"; NULL: takes none */
	const char *help;     /* NULL: hidden, for programs */
	enum cli_value value; /* of @argument */
};

/* An option that stands before the command. */
struct cli_global {
	char letter; /* 0: none */
	struct cli_option option;
};

struct cli;

struct cli_command {
	const char *name, *synopsis, *help;
	/* Checks its operands and options first: a usage error makes and opens nothing. Then it
	   opens what it needs with the functions below. */
	int (*run)(struct cli *cli);
	/* Operands; with an option "all", either that or some behind the first @least are needed. */
	size_t least, most;
	struct cli_option options[CLI_OPTIONS];
	enum cli_value operands; /* VALUE_TEXT: none that could be completed */
};

/* The parsed command line, and what was opened by it. */
struct cli {
	/* ---- before the command ---- */
	const char *conf_file; /* -c; NULL: looked for */
	const char *word;      /* --word; NULL */
	const char *complete;  /* --complete: what is asked for (complete.h); NULL */
	bool plain, ascii, demo, demo_reset;
	int64_t demo_size; /* 0: not given */
	/* ---- the command; NULL: open the console ---- */
	const struct cli_command *command;
	const char *values[CLI_OPTIONS]; /* as command->options: NULL not given, "" a flag */
	char **operands;
	size_t operand_count;
	/* ---- opened ---- */
	struct campus *campus;
	struct reader *reader;
	const char *link_word; /* how the word for linking was given; NULL: it was not */
	int64_t unread; /* entries of the source that a scan by cli_open_reader() could not read */
};

/* The tables, ended by a row without name. */
extern const struct cli_command cli_commands[];
extern const struct cli_global cli_globals[];
/* What --sort takes, by enum course_sort. */
extern const char *const cli_sorts[SORT_COUNT];

/*
 * Reads the command line into @cli. Returns -1 to go on, else an exit status: --help and
 * --version were answered, or a usage error was told.
 */
int cli_parse(struct cli *cli, int argc, char **argv);
/* Runs cli->command and closes what it opened; returns the exit status. */
int cli_run(struct cli *cli);
void cli_close(struct cli *cli); /* may run twice */

/* Value of an option of the command: NULL if not given, "" for a flag that is. */
const char *cli_option(const struct cli *cli, const char *name);
/* "subferry: " + text + a hint at --help, on standard error; returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *fmt, ...) SF_PRINTF(2, 3);
/* Tells @err on standard error; returns CLI_FAILED. */
int cli_fail(const struct error *err);

/* ---- what commands open (each returns -1 to go on, else the exit status) -------------------*/

/* The configuration that is to be read (free()); NULL if there is none (or *@failed: no memory). */
char *cli_find_conf(const struct cli *cli, bool *failed);
/* Reads the configuration, or makes the demo, the first time; opens @parts more of the campus. */
int cli_open(struct cli *cli, unsigned parts);
/*
 * For a command that runs an engine really, before it opens or makes anything: where links are
 * written, the campus's name must be typed, or given as --word. CLI_USAGE: it was not, and the
 * reason is told. What was given is in cli->link_word, for campus_allow_link().
 */
int cli_ask_word(struct cli *cli);
/* One line from the terminal, without its end; false at the end of input, or if it does not fit. */
bool cli_read_word(char *out, size_t size);
/* Opens cli->reader, and what it takes. With @scan a status database that is missing or has no
   course is filled from the source, and a source without one readable course ends the command;
   without it one that is missing, or has neither course nor run, is told. */
int cli_open_reader(struct cli *cli, bool scan);
/*
 * Ids of the operands' courses (free()), in their order; with @all those of every course that
 * is not gone, by key. An unknown course is CLI_USAGE, naming it, before anything is done.
 */
int cli_courses(struct cli *cli, bool all, int64_t **ids, size_t *count);
/* Reads the campus's course list; problems are told on standard error and counted. */
int cli_scan(struct cli *cli, struct scan_result *result, int64_t *problems);
/* The row of the course @name (course_row_clear()). */
int cli_course(struct cli *cli, const char *name, struct course_row *out);
/* The filter @text (filter_free()): what is wrong in it, or missing behind it, is CLI_USAGE. */
int cli_filter(struct cli *cli, const struct filter_language *language, const char *text,
	       struct filter **out);
/* Says so where the rows that were registered here are gone from val in bulk: a note, or with @json an
   object. Asks val, which is open as the reader is; what fails there the command meets by itself. */
void cli_warn_of_vanished(struct cli *cli, bool json);
/* The code of --finding, FINDING_NONE if not given; CLI_USAGE for an unknown one. */
int cli_finding(struct cli *cli, int *code);

#endif
