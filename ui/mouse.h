/*
 * mouse.h - the mouse, by request: while it is taken, the terminal does not copy text (inside ui/
 * only; UI thread).
 *
 * A click selects a row, a click on the selected one opens it, the wheel moves by three rows, and
 * a key of the footer is pressed by a click on it. While something is asked the mouse does
 * nothing: a click is no answer.
 *
 * The terminal's reports are read here and not by curses, which makes clicks of what comes in one
 * go and loses some, and knows the way that has no last column (SGR) of few terminals only.
 */
#ifndef SUBFERRY_UI_MOUSE_H
#define SUBFERRY_UI_MOUSE_H

#include "ui/view.h"

/* ACTION_MOUSE: takes it, or gives it back to the terminal. */
void mouse_toggle(struct console *console);
/* TERM_MOUSE or TERM_MOUSE_OLD came: a report begins. */
void mouse_begin(struct console *console, int key);
/* A byte came, or a key of curses: true if it was of the report that has begun. */
bool mouse_takes(struct console *console, int key);

#endif
