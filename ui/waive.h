/*
 * waive.h - waiving findings from the screens that show them (inside ui/ only; UI thread).
 *
 * The findings are fixed when the key is pressed: the question names how many of what, the reason
 * is typed, and just these are waived, whatever has changed meanwhile. Each screen says which they
 * are (view_ops.waives).
 */
#ifndef SUBFERRY_UI_WAIVE_H
#define SUBFERRY_UI_WAIVE_H

#include "ui/view.h"

/* ACTION_WAIVE: what is under the cursor (if all of that is waived: takes the waivers back; asks
   first if the screen did not show that it is), or all of the selected code; ACTION_WAIVE_ALL: all
   findings that are shown. */
void waive_begin(struct console *console, enum action action);
/* The confirming key came: asks for the reason, or takes the waivers back. */
void waive_confirmed(struct console *console);
/* Enter in PROMPT_REASON: waives, and closes the prompt; an empty reason is asked for again. */
void waive_reason(struct console *console);

/* Why @action is not possible on what is selected, as far as the screen knows; NULL: it may be. */
const char *waive_refusal(const struct console *console, enum action action);
/* ACTION_WAIVE would take waivers back. */
bool waive_takes_back(const struct console *console);

/* For view_ops.waives: why none of @code is waived; NULL: they can be. */
const char *waive_code_refusal(enum finding_code code);
/* The same for the findings of the page's selected video, or of its @language: those are meant
   that have it, or where none has it those of the video as a whole. "" is all. */
const char *waive_page_refusal(const struct snapshot *page, const char *language, bool *back);

#endif
