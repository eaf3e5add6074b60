/*
 * dump.h - the screen as it is shown, into a file of text (inside ui/ only; UI thread).
 */
#ifndef SUBFERRY_UI_DUMP_H
#define SUBFERRY_UI_DUMP_H

#include "ui/view.h"

/* Asks in PROMPT_DUMP where to, with a name that is free. */
void dump_ask(struct console *console);
/* Enter in PROMPT_DUMP: writes, says where or why not, and closes the prompt. */
void dump_write(struct console *console);

#endif
