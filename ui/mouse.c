#include "config.h"

#include "ui/mouse.h"

#include <curses.h>
#include <stdio.h>

#include "ui/term.h"

#define WHEEL_ROWS 3
#define DOUBLE_CLICK 400 /* ms: the second half of a double click that has opened a screen */
/* buttons as reported */
#define LEFT 0
#define WHEEL_UP 64
#define WHEEL_DOWN 65
#define OLD_OFFSET 32 /* of the numbers in an old report, which are a byte each */
#define OLD_BYTES 3

void mouse_toggle(struct console *console)
{
	console->mouse.taken = !console->mouse.taken && term_mouse(true);
	if (console->mouse.taken)
		console_note(console, ROLE_NORMAL,
			     "the mouse selects; M gives it back for copying");
	else if (term_mouse(false))
		console_note(console, ROLE_NORMAL, "the mouse is the terminal's again, for copying");
	else
		console_note(console, ROLE_WARNING, "this terminal does not tell of its mouse");
}

/* ---- what it does -------------------------------------------------------------------------*/

static void move_by(struct console *console, enum action action, int rows)
{
	while (rows-- > 0)
		dispatch_action(console, action);
}

/* What Enter does; where it does not open the row, what chooses it. */
static void open_row(struct console *console)
{
	unsigned bit = console_top(console)->ops->bit;

	if (keys_first(ACTION_OPEN, bit))
		dispatch_action(console, ACTION_OPEN);
	else if (keys_first(ACTION_CHOOSE, bit))
		dispatch_action(console, ACTION_CHOOSE);
}

static void click_row(struct console *console, int line)
{
	struct view *view = console_top(console);
	struct list *list = &view->list;
	bool of_page = list->rows->id != NULL; /* else the rows are the screen's own */
	int64_t row = view->rows_first + (line - view->rows_y);

	if (!view->rows_y || line < view->rows_y || line >= view->rows_y + (int)list->height || row >= list->total ||
	    (of_page && list_row(list, view->page, row) < 0))
		return;
	if (row == list->selected) {
		console->mouse.opened = console_clock(console);
		console->mouse.opened_y = line;
		open_row(console);
	} else {
		list_move(list, of_page ? view->page : NULL, row);
	}
}

static void click(struct console *console, int y, int x)
{
	enum action action;

	/* keys before it have left the screen that was clicked at */
	if (console->drawn != console->opened)
		return;
	if (y == console->mouse.opened_y &&
	    console_clock(console) - console->mouse.opened < DOUBLE_CLICK)
		return;
	if (y != LINES - 1) {
		click_row(console, y);
		return;
	}
	action = footer_action(x);
	if (action != ACTION_NONE)
		dispatch_action(console, action);
}

/* @x and @y count from 1. */
static void obey(struct console *console, int button, int x, int y)
{
	/* Nobody clicks at what cannot be seen, and no click is an answer. */
	if (!console->mouse.taken || console->too_small || console->prompt.kind != PROMPT_NONE)
		return;
	console->note[0] = '\0';
	console->dirty = console->screen_is_old = true;
	if (button == WHEEL_UP)
		move_by(console, ACTION_UP, WHEEL_ROWS);
	else if (button == WHEEL_DOWN)
		move_by(console, ACTION_DOWN, WHEEL_ROWS);
	else if (button == LEFT)
		click(console, y - 1, x - 1);
}

/* ---- reports ------------------------------------------------------------------------------*/

void mouse_begin(struct console *console, int key)
{
	console->mouse.report = key;
	console->mouse.len = 0;
}

/* "0;17;3M": button, column, line; "m" where it was released. */
static bool take_byte(struct console *console, int byte)
{
	struct mouse *mouse = &console->mouse;
	int button, x, y;

	if ((byte >= '0' && byte <= '9') || byte == ';') {
		if (mouse->len + 1 < sizeof(mouse->bytes))
			mouse->bytes[mouse->len++] = (char)byte;
		return true;
	}
	mouse->report = 0;
	mouse->bytes[mouse->len] = '\0';
	if (byte == 'M' && sscanf(mouse->bytes, "%4d;%4d;%4d", &button, &x, &y) == 3)
		obey(console, button, x, y);
	return byte == 'M' || byte == 'm';
}

static bool take_old_byte(struct console *console, int byte)
{
	struct mouse *mouse = &console->mouse;
	const unsigned char *bytes = (const unsigned char *)mouse->bytes;

	mouse->bytes[mouse->len++] = (char)byte;
	if (mouse->len < OLD_BYTES)
		return true;
	mouse->report = 0;
	obey(console, bytes[0] - OLD_OFFSET, bytes[1] - OLD_OFFSET, bytes[2] - OLD_OFFSET);
	return true;
}

bool mouse_takes(struct console *console, int key)
{
	struct mouse *mouse = &console->mouse;
	bool old = mouse->report == TERM_MOUSE_OLD;

	if (!mouse->report)
		return false;
	if (key > 0xFF) {
		mouse->report = 0;
		return false;
	}
	return old ? take_old_byte(console, key) : take_byte(console, key);
}
