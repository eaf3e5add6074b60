/*
 * theme.h - colours have roles; a theme says how a role looks.
 */
#ifndef SUBFERRY_UI_THEME_H
#define SUBFERRY_UI_THEME_H

#include <stdbool.h>

/* clang-format off */
/* role, colour (of eight; -1 the terminal's own), attributes with colour, without */
#define ROLE_LIST(X) \
	X(NORMAL,     -1,            A_NORMAL,           A_NORMAL) \
	X(TITLE,      -1,            A_BOLD,             A_BOLD) \
	X(DIM,        -1,            A_DIM,              A_NORMAL) \
	X(KEY,        -1,            A_BOLD,             A_BOLD) \
	X(MODE,       COLOR_CYAN,    A_BOLD,             A_BOLD) \
	X(PRODUCTION, COLOR_RED,     A_REVERSE | A_BOLD, A_REVERSE | A_BOLD) \
	X(SELECTED,   -1,            A_REVERSE,          A_REVERSE) \
	X(GOOD,       COLOR_GREEN,   A_NORMAL,           A_NORMAL) \
	X(BUSY,       COLOR_CYAN,    A_NORMAL,           A_NORMAL) \
	X(PAUSED,     COLOR_MAGENTA, A_NORMAL,           A_NORMAL) \
	X(WARNING,    COLOR_YELLOW,  A_NORMAL,           A_BOLD) \
	X(ERROR,      COLOR_RED,     A_BOLD,             A_BOLD) \
	X(HOLD,       COLOR_YELLOW,  A_REVERSE | A_BOLD, A_REVERSE) \
	X(QUESTION,   COLOR_YELLOW,  A_BOLD,             A_BOLD)
/* clang-format on */

#define X(name, colour, coloured, plain) ROLE_##name,
enum role { ROLE_LIST(X) ROLE_COUNT };
#undef X

/* After curses has started. Colour is used where the terminal has eight, unless @no_colour or
   NO_COLOR is set in the environment. */
void theme_init(bool no_colour);
/* What is drawn next on the screen looks so. */
void theme_use(enum role role);
/* ACTION_THEME. */
struct console;
void theme_next(struct console *console);

#endif
