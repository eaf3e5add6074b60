/*
 * waive.h - waiving findings from the screens that show them (inside ui/ only; UI thread).
 *
 * The findings are fixed when the key is pressed: the question names how many of what, the reason
 * is typed, and just these are waived, whatever has changed meanwhile.
 */
#ifndef SUBFERRY_UI_WAIVE_H
#define SUBFERRY_UI_WAIVE_H

#include "ui/view.h"

/* ACTION_WAIVE: what is under the cursor (a waived one: takes the waiver back), or all of the
   selected code; ACTION_WAIVE_ALL: all findings that are shown. */
void waive_begin(struct console *console, enum action action);
/* Enter in PROMPT_REASON: waives, and closes the prompt; an empty reason is asked for again. */
void waive_reason(struct console *console);

#endif
