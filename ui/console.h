/*
 * console.h - the console: the screens of subferry in a terminal, or as lines (plain.h).
 *
 * One thread, the caller's, draws and reads keys; the desk (src/engine/desk.h) does the rest.
 */
#ifndef SUBFERRY_UI_CONSOLE_H
#define SUBFERRY_UI_CONSOLE_H

#include "src/campus.h"

struct console_options {
	bool plain; /* labelled lines on standard output, for lines from standard input */
	bool ascii; /* only ASCII on the screen, whatever the locale says */
};

/*
 * Runs until the operator leaves or a signal says so; the terminal is as before on every way
 * out. @campus was opened with CAMPUS_ALL and is borrowed. Returns the exit status: 0; 2 when
 * there is no terminal to draw on, which options->plain does without; 3 when the engine could not
 * start (both say why on standard error). Sets LC_CTYPE from the environment.
 */
int console_run(struct campus *campus, const struct console_options *options);

#endif
