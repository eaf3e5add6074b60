#include "config.h"

#include "ui/keyboard.h"

#include <curses.h>
#include <string.h>
#include <wchar.h>

#include "ui/mouse.h"
#include "ui/term.h"

#define ESCAPE 27

/*
 * The character that ends with @byte: false if it does not end yet, or if there is none. curses'
 * own get_wch() forgets the half of one that has not come whole, and at a byte that is of none
 * it gives up for good: what was typed behind it would never be read.
 */
static bool ends_character(struct console *console, int byte, wchar_t *out)
{
	bool begun = !mbsinit(&console->half);
	char one = (char)byte;
	size_t got = mbrtowc(out, &one, 1, &console->half);

	if (got == (size_t)-1) {
		memset(&console->half, 0, sizeof(console->half));
		/* what came before was cut off; this one may begin another */
		got = begun ? mbrtowc(out, &one, 1, &console->half) : got;
	}
	if (got == (size_t)-1)
		memset(&console->half, 0, sizeof(console->half));
	return got != (size_t)-1 && got != (size_t)-2;
}

/* An Esc of its own, a paste, the mouse or a resize may follow an Esc; any other key behind it is
   one with Alt. */
static bool is_with_alt(int key)
{
	return key != ERR && key != ESCAPE && key != KEY_RESIZE && key < TERM_PASTE_BEGIN;
}

/*
 * Behind an Esc, as fast as no person types (curses has waited for it): the rest of a sequence that
 * it does not know, a report of the terminal, a key with Ctrl or Alt. It is no row of keys: the end
 * of "\033[1;5R" retries nothing, and Alt-r does not go back and launch what stands there. True when
 * it was one, and is gone; *@alt: it was a key with Alt.
 */
static bool skip_sequence(bool *alt)
{
	int kind = getch(), key;

	*alt = false;
	if (kind != '[' && kind != 'O') {
		*alt = is_with_alt(kind);
		if (kind != ERR && !*alt)
			ungetch(kind);
		return *alt;
	}
	/* parameters, then the one byte that ends it */
	do {
		key = getch();
	} while (key >= ' ' && key < (kind == '[' ? '@' : 'A'));
	if (key != ERR && (key < '@' || key > '~'))
		ungetch(key); /* cut off: another key */
	return true;
}

int keyboard_read(struct console *console)
{
	int key, count = 0;
	wchar_t wide;
	bool alt;

	console->keys_wait = false;
	while (!console_waits(console)) {
		key = getch();
		if (key == ERR)
			return count;
		count++;
		if (mouse_takes(console, key))
			continue;
		if (key == ESCAPE && !console->pasted_at && skip_sequence(&alt)) {
			if (alt)
				dispatch_key(console, TERM_ALT, true);
			continue;
		}
		if (key > 0xFF)
			dispatch_key(console, key, true);
		else if (ends_character(console, key, &wide))
			dispatch_key(console, (int)wide, false);
	}
	console->keys_wait = true;
	return -1;
}
