/*
 * tune.h - the engine while it works: hold all, how many workers, how fast (inside ui/ only; UI
 * thread).
 */
#ifndef SUBFERRY_UI_TUNE_H
#define SUBFERRY_UI_TUNE_H

#include "ui/view.h"

/* ACTION_HOLD, ACTION_MORE, ACTION_FEWER; ACTION_RATE asks in PROMPT_RATE. */
void tune_key(struct console *console, enum action action);
/* Enter in PROMPT_RATE: sets the limit, and closes the prompt; what is no number is asked again. */
void tune_rate(struct console *console);

#endif
