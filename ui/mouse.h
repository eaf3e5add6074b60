/*
 * mouse.h - the mouse, by request: while it is taken, the terminal does not copy text (inside ui/
 * only; UI thread).
 */
#ifndef SUBFERRY_UI_MOUSE_H
#define SUBFERRY_UI_MOUSE_H

#include "ui/view.h"

void mouse_toggle(struct console *console);
/* KEY_MOUSE came. */
void mouse_event(struct console *console);

#endif
