/*
 * terminal.h - a pseudo-terminal with a program in it, as a shell would start it there.
 *
 * Between us and the program stands a small shell, the session's leader: without one nobody could
 * stop the program with ^Z and continue it. What the program writes is read all the time and
 * forgotten, but for its end and for the modes that it has set on the terminal.
 */
#ifndef SUBFERRY_TESTS_MONKEY_TERMINAL_H
#define SUBFERRY_TESTS_MONKEY_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <termios.h>

#define TERMINAL_LAST 16384 /* bytes of its output that are kept */

/* What a program may leave on a terminal that is not its own. */
enum mode {
	MODE_SCREEN = 1, MODE_HIDDEN = 2, MODE_PASTE = 4, MODE_MOUSE = 8, MODE_KEYPAD = 16,
	MODE_ATTRIBUTES = 32, MODE_CHARSET = 64,
};

enum terminal_state { TERMINAL_RUNS, TERMINAL_STOPPED, TERMINAL_LEFT };

struct terminal {
	int master, slave, shell_pipe, go_pipe;
	pid_t shell, program;
	enum terminal_state state;
	int status; /* of waitpid(), once it has LEFT */
	struct termios before;
	/* what it wrote */
	uint64_t bytes;
	char last[TERMINAL_LAST]; /* a ring; @bytes tells where it ends */
	char sequence[32];	  /* the escape sequence that is being read */
	int sequence_len;	  /* 0: none */
	unsigned modes;		  /* that are set now */
	bool seen_paste;	  /* it has set that one: it is ready for keys */
	int questions;		  /* "y/n" written so far */
	int question_at;	  /* how much of the next has come */
	int words;		  /* "campus name to", "course key to" of prompts that want one */
	int name_at, key_at;
};

/* The program @argv in a terminal of its own; its standard error is the file @errors. */
bool terminal_start(struct terminal *terminal, char **argv, const char *type, const char *errors);
/* Kills what is left, and closes all. */
void terminal_end(struct terminal *terminal);
void terminal_resize(struct terminal *terminal, int rows, int cols);
/* Waits at most @ms for something to happen, and takes it: output, and whether it stopped or left.
   With @room, returns at once where it takes keys. False: nothing happened. */
bool terminal_take(struct terminal *terminal, int ms, bool room);
/* How many bytes it took; 0: none now. */
size_t terminal_type(struct terminal *terminal, const char *bytes, size_t len);
/* Bytes typed that the program has not read. */
int terminal_unread(const struct terminal *terminal);
/* Lets a stopped program go on. */
void terminal_continue(struct terminal *terminal);
/* Words for what is not as it was before the program began; NULL: all is restored. */
const char *terminal_left_over(const struct terminal *terminal);
/* The last @size bytes it wrote, with control bytes made visible, to @out. */
void terminal_print_last(const struct terminal *terminal, FILE *out);

#endif
