/*
 * term.h - the terminal: taken over by curses, and given back on every way out.
 *
 * Signals only set flags and wake the loop; a crash (SEGV, ABRT, BUS, FPE, ILL), and ^\ (QUIT),
 * resets the terminal with write() and tcsetattr() alone and goes on dying. One terminal a
 * process, one thread.
 */
#ifndef SUBFERRY_UI_TERM_H
#define SUBFERRY_UI_TERM_H

#include "src/base/error.h"

#include <stdbool.h>

enum term_event {
	TERM_STOP = 1,	  /* ^C, SIGTERM, SIGHUP since the last look */
	TERM_RESIZE = 2,
	TERM_SUSPEND = 4, /* ^Z */
};

/* Keys of our own, behind those of curses: around what a terminal pastes, if it tells; and before
   the bytes of what its mouse did: as text, or the old way, three bytes. TERM_ALT never comes from
   curses: it is what the console makes of any key with Alt. */
enum { TERM_PASTE_BEGIN = 0x1000, TERM_PASTE_END, TERM_MOUSE, TERM_MOUSE_OLD, TERM_ALT };

/*
 * For the console without a screen: only takes the signals; the terminal, if there is one, stays as
 * it is, and no function below writes to it.
 */
enum result term_open_plain(struct error *err);
/* RESULT_INVALID: no terminal, or one that cannot be drawn on. */
enum result term_open(struct error *err);
void term_close(void); /* may run twice */
/* Readable when term_events() has something to tell. */
int term_event_fd(void);
/* Takes the bits of enum term_event that came since the last call; *@stops counts TERM_STOP. */
unsigned term_events(int *stops);
/* Asks the terminal for its size and tells curses. */
void term_resize(void);
/* Tells of the mouse from now on, or leaves it to the terminal, as at the start; false: this one
   has none that could be told of. */
bool term_mouse(bool on);
/* Everything is drawn anew with the next refresh, whatever stands there. */
void term_redraw(void);
/* Forgets what was typed and not read yet. */
void term_drop_keys(void);
/* Gives the terminal to the shell until the process is continued. */
void term_suspend(void);

#endif
