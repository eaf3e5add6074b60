/*
 * keyboard.h - from the bytes of the terminal to keys and characters (inside ui/ only; UI thread).
 *
 * curses knows the keys that terminfo tells of. What it does not know is made harmless here: the
 * rest of a sequence is no row of keys, a key with Alt is neither Esc nor that key (TERM_ALT), and
 * bytes that are no character are passed over.
 */
#ifndef SUBFERRY_UI_KEYBOARD_H
#define SUBFERRY_UI_KEYBOARD_H

#include "ui/view.h"

/* Obeys what has been typed, as long as keys do not have to wait (console_waits()); returns how many
   bytes and keys were read; -1 when some wait, which console->keys_wait says, too. */
int keyboard_read(struct console *console);

#endif
