/*
 * suspend.h - ^Z: the engine is held, what is under way finishes, and the shell gets the terminal
 * (inside ui/ only; UI thread).
 *
 * A process that is stopped in the midst of a transaction would leave it half done for hours, and
 * stopped in the midst of a commit it would keep everybody else from writing. So the console
 * waits until all stands still; where that takes too long it says why, and works on.
 */
#ifndef SUBFERRY_UI_SUSPEND_H
#define SUBFERRY_UI_SUSPEND_H

#include "ui/view.h"

/* ^Z came. */
void suspend_begin(struct console *console);
/* Of the loop: suspends once all stands still, or gives it up. True: the process was stopped and is
   back, and the terminal may be another one. */
bool suspend_look(struct console *console);
bool suspend_waits(const struct console *console);

#endif
