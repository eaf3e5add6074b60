/*
 * undo.h - one key takes the last step back: tags, a filter, or an intent that nobody has taken up
 * yet (inside ui/ only; UI thread).
 */
#ifndef SUBFERRY_UI_UNDO_H
#define SUBFERRY_UI_UNDO_H

#include "ui/view.h"

void undo_last(struct console *console);

#endif
