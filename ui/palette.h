/*
 * palette.h - every action, found by typing its name.
 *
 * A list over the screen, drawn from the tables of keys.h: what is typed narrows it, each line
 * shows the action's name, its key on this screen and what it does; one that is not possible now
 * stays visible and says why (dispatch_refusal()). Enter does it as its key would. UI thread.
 */
#ifndef SUBFERRY_UI_PALETTE_H
#define SUBFERRY_UI_PALETTE_H

#include "ui/view.h"

/* Opens it on the screen that is shown: its prompt is PROMPT_PALETTE. */
void palette_open(struct console *console);
/* What a key did in its prompt; true: all is done, the prompt included. */
bool palette_key(struct console *console, enum prompt_answer answer);
/* Over the screen, in place of its lines; the prompt draws itself. */
void palette_draw(const struct console *console, int rows, int cols);

#endif
