/*
 * palette.c - every action, found by typing its name.
 */
#include "config.h"

#include "ui/palette.h"

#include <stdio.h>
#include <string.h>

#include "ui/rank.h"
#include "ui/widget.h"

#define NAME_FROM 2
#define NAME_CELLS 21 /* the longest name; tests/unit/test_ui_palette.c looks */
#define KEYS_CELLS 9   /* the longest name of a key */
#define KEYS_WIDE 17   /* where there is room: the most keys that one action has */
#define WIDE 100
#define HEIGHT 14 /* lines of the pane with its rule; on a tall screen more */

/* Lines of the pane: some of the screen stay in sight where there is room. */
static int pane_height(const struct console *console)
{
	int room = console_top(console)->area.h;
	int height = room * 2 / 3 > HEIGHT ? room * 2 / 3 : HEIGHT;

	return height < room ? height : room;
}

/* What Enter would do stands behind the text. */
static void tell(struct console *console)
{
	const struct palette *palette = &console->palette;
	struct prompt *prompt = &console->prompt;

	prompt->doubtful = !palette->count;
	if (!palette->count)
		snprintf(prompt->aside, sizeof(prompt->aside), "no action fits  Esc: back");
	else if (palette->selected < 0)
		snprintf(prompt->aside, sizeof(prompt->aside), "Up and Down choose  Esc: back");
	else
		snprintf(prompt->aside, sizeof(prompt->aside), "Enter: %s  Esc: back",
			 action_infos[palette->found[palette->selected]].name);
}

/* Before anything is typed nothing is selected: Enter alone launches nothing. */
static void find(struct console *console)
{
	struct palette *palette = &console->palette;
	const char *text = console->prompt.text;

	palette->count = (int)rank_actions(text, console_top(console)->ops->bit, palette->found);
	palette->selected = palette->count && text[strspn(text, " ")] ? 0 : -1;
	tell(console);
}

/* Not beyond the ends: there it is plain that there is no more. */
static void move_by(struct console *console, int by)
{
	struct palette *palette = &console->palette;
	int to = palette->selected + by;

	if (to >= palette->count)
		to = palette->count - 1;
	palette->selected = to >= 0 ? to : palette->count ? 0 : -1;
	tell(console);
}

/* Its own prompt is closed first: the action may open another one. */
static void take(struct console *console)
{
	const struct palette *palette = &console->palette;

	if (palette->selected < 0)
		return;
	prompt_close(&console->prompt);
	console->palette.taken = true;
	dispatch_action(console, palette->found[palette->selected]);
	console->palette.taken = false;
}

void palette_open(struct console *console)
{
	prompt_text(&console->prompt, PROMPT_PALETTE, "", sizeof(console->prompt.text));
	console->palette.since = console_clock(console);
	find(console);
}

bool palette_key(struct console *console, enum prompt_answer answer)
{
	int page = pane_height(console) - 1;

	switch (answer) {
	case PROMPT_TAKEN:
		take(console);
		return true;
	case PROMPT_CHANGED:
		find(console);
		return true;
	case PROMPT_NEXT:
		move_by(console, 1);
		return true;
	case PROMPT_PREVIOUS:
		move_by(console, -1);
		return true;
	case PROMPT_NEXT_PAGE:
		move_by(console, page);
		return true;
	case PROMPT_PREVIOUS_PAGE:
		move_by(console, -page);
		return true;
	default:
		return false;
	}
}

/* As many of the action's keys as fit into @cells, whole: those of this screen, else its keys
   elsewhere. */
static void keys_text(enum action action, unsigned view, int cells, char *out, size_t size)
{
	char *blank;

	keys_names(action, keys_views(action) & view ? view : VIEW_ANY, out, size);
	while (widget_cells(out) > cells && (blank = strrchr(out, ' ')))
		*blank = '\0';
}

static int keys_cells(int cols)
{
	return cols < WIDE ? KEYS_CELLS : KEYS_WIDE;
}

/* Where help or reason begin. */
static int text_from(int cols)
{
	return NAME_FROM + NAME_CELLS + 1 + keys_cells(cols) + 1;
}

static void draw_line(const struct console *console, int at, int y, int cols)
{
	enum action action = console->palette.found[at];
	const char *why = dispatch_refusal(console, action);
	bool selected = at == console->palette.selected;
	enum role base = selected ? ROLE_SELECTED : why ? ROLE_DIM : ROLE_NORMAL;
	int x = text_from(cols), cells = keys_cells(cols);
	char keys[64];

	widget_text(y, 0, cols, base, "");
	if (selected)
		widget_text(y, 0, 1, base, glyph(GLYPH_CURSOR));
	widget_text(y, NAME_FROM, NAME_CELLS, base, action_infos[action].name);
	keys_text(action, console_top(console)->ops->bit, cells, keys, sizeof(keys));
	widget_text(y, x - cells - 1, cells, selected || why ? base : ROLE_KEY, keys);
	/* the parentheses tell without a colour that it is not possible */
	if (why)
		widget_printf(y, x, cols - x - 1, base, "(%s)", why);
	else
		widget_text(y, x, cols - x - 1, base, action_infos[action].help);
}

/* What its line cuts short of the selected one stands on the rule. */
static void draw_rule(const struct console *console, int y, int cols)
{
	const struct palette *palette = &console->palette;
	const char *left = "actions: type a part of the name", *text;
	char right[48];

	snprintf(right, sizeof(right), "%d of %d", palette->selected + 1, palette->count);
	if (palette->selected < 0)
		snprintf(right, sizeof(right), "%d", palette->count);
	else if ((text = dispatch_refusal(console, palette->found[palette->selected])) ||
		 (text = action_infos[palette->found[palette->selected]].help))
		left = widget_cells(text) + 2 > cols - 1 - text_from(cols) ? text : left;
	widget_rule(y, cols, ROLE_TITLE, left, right);
}

void palette_draw(const struct console *console, int rows, int cols)
{
	const struct palette *palette = &console->palette;
	int height = pane_height(console) - 1, y = rows - 1 - height;
	int first = palette->selected - height / 2;

	if (first > palette->count - height)
		first = palette->count - height;
	if (first < 0)
		first = 0;
	draw_rule(console, y - 1, cols);
	for (int i = 0; i < height; i++) {
		if (first + i < palette->count)
			draw_line(console, first + i, y + i, cols);
		else
			widget_text(y + i, 0, cols, ROLE_NORMAL, "");
	}
}
