/*
 * dump.h - the screen as it is shown, into a file of text (inside ui/ only; UI thread).
 *
 * A thread of its own writes: a file server that has gone does not stop the screen. No file is
 * ever written over.
 */
#ifndef SUBFERRY_UI_DUMP_H
#define SUBFERRY_UI_DUMP_H

#include "ui/view.h"

/* Asks in PROMPT_DUMP where to, with a name of this moment. */
void dump_ask(struct console *console);
/* Enter in PROMPT_DUMP: begins to write, and closes the prompt. */
void dump_write(struct console *console);
/* Says how it ended, once; asks again if there was such a file already. */
void dump_news(struct console *console);
/* One is being written, and not for so long that nobody should wait for it. */
bool dump_goes_on(const struct console *console);
/* Waits for nothing: what is being written is left to its thread. */
void dump_leave(struct console *console);

#endif
