/*
 * screen_help.c - the keys, read from the key table, and what the signs mean.
 */
#include "config.h"

#include "ui/view.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define KEYS_WIDTH 18
#define LINES_MAX (4 * ACTION_COUNT + 48) /* no text is so long that it needs more */

struct help {
	struct view view;
	struct help_line {
		char keys[48];
		const char *text; /* static */
		size_t len;	  /* bytes of it that stand on this line */
		bool title;
	} lines[LINES_MAX];
	int count;
	const struct view_ops *below; /* whose keys */
	int width;		      /* cells of a text */
};

static size_t row_count(const struct snapshot *page)
{
	(void)page;
	return 0;
}

static const struct list_rows rows = {.count = row_count};

static struct help_line *add(struct help *help, const char *keys, const char *text, bool title)
{
	struct help_line *line;

	if (help->count == LINES_MAX)
		return NULL;
	line = &help->lines[help->count++];
	snprintf(line->keys, sizeof(line->keys), "%s", keys);
	line->text = text;
	line->len = strlen(text);
	line->title = title;
	return line;
}

/* A text too long for its line goes on on the next one. */
static void add_wrapped(struct help *help, const char *keys, const char *text)
{
	while (*text) {
		size_t len = widget_fitting(text, help->width);
		struct help_line *line = add(help, keys, text, false);

		if (!line || !len)
			return;
		line->len = len;
		keys = "";
		text += len;
		text += strspn(text, " ");
	}
}

/* "Up k" */
static void keys_of(enum action action, unsigned view, char *out, size_t size)
{
	size_t at = 0;
	char name[16];

	out[0] = '\0';
	for (size_t i = 0; i < key_binding_count && at < size; i++) {
		const struct key_binding *binding = &key_bindings[i];

		if (binding->action != action || !(binding->views & view))
			continue;
		keys_name(binding->key, name, sizeof(name));
		if (name[0])
			at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " " : "", name);
	}
}

/* Actions that have (@here) or do not have a key on the screens @view. */
static void add_actions(struct help *help, unsigned view, bool here)
{
	char keys[48];

	for (int action = 0; action < ACTION_COUNT; action++) {
		unsigned views = keys_views((enum action)action);

		if (!(views & view) == here)
			continue;
		keys_of((enum action)action, here ? view : VIEW_ANY, keys, sizeof(keys));
		add_wrapped(help, keys, action_infos[action].help);
	}
}

static void add_signs(struct help *help)
{
	/* clang-format off */
	static const struct { enum glyph glyph; const char *text; } signs[] = {
		{ GLYPH_DONE, "migrated; of a finding: waived" },
		{ GLYPH_BUSY, "being migrated" },
		{ GLYPH_LAUNCHED, "launched, waits for a worker; of a transcript: not tried yet" },
		{ GLYPH_PAUSED, "paused: transactions under way finish, no new one starts" },
		{ GLYPH_FAILED, "failed; before a number: open errors and warnings" },
		{ GLYPH_WARNING, "open warnings, no error" },
		{ GLYPH_TAG, "tagged" },
		{ GLYPH_SAME, "modulestore and edx-val agree" },
		{ GLYPH_MISSING, "missing in edx-val, or its file in the store" },
		{ GLYPH_DIFFERS, "edx-val has another text" },
		{ GLYPH_UNKNOWN, "edx-val could not tell" },
		{ GLYPH_EXTRA, "in edx-val without being promised: no error" },
		{ GLYPH_NONE, "nothing to say" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		add_wrapped(help, glyph(signs[i].glyph), signs[i].text);
}

static struct view *help_open(struct console *console, const struct place *place)
{
	struct help *help = calloc(1, sizeof(*help));

	if (!help)
		return NULL;
	help->below = console_top(console)->ops;
	view_init(&help->view, console, &screen_help, &rows, place);
	return &help->view;
}

/* Help scrolls; there is nothing to select. */
static unsigned help_key(struct view *view, enum action action)
{
	struct list *list = &view->list;
	int64_t most = list->total > list->height ? list->total - list->height : 0;
	int64_t top = list->top;

	switch (action) {
	case ACTION_UP:
		top--;
		break;
	case ACTION_DOWN:
		top++;
		break;
	case ACTION_PAGE_UP:
		top -= list->height;
		break;
	case ACTION_PAGE_DOWN:
		top += list->height;
		break;
	case ACTION_TOP:
		top = 0;
		break;
	case ACTION_BOTTOM:
		top = most;
		break;
	default:
		break;
	}
	list->top = top < 0 ? 0 : top > most ? most : top;
	list->selected = list->top;
	return REACT_REDRAW;
}

static void help_layout(struct view *view)
{
	struct help *help = (struct help *)view;

	help->width = view->area.w - KEYS_WIDTH - 4;
	help->count = 0;
	add(help, "Keys of this screen:", help->below->name, true);
	add_actions(help, help->below->bit, true);
	add(help, "", "", false);
	add(help, "Signs", "", true);
	add_signs(help);
	add(help, "", "", false);
	add(help, "On other screens", "", true);
	add_actions(help, help->below->bit, false);
	view->list.total = help->count;
	list_resize(&view->list, view->area.h - 1);
	help_key(view, ACTION_NONE); /* a wider screen has fewer lines to scroll */
}

/* The page of the screen below goes on. */
static void help_ask(const struct view *view, struct page_request *request)
{
	const struct console *console = view->console;

	for (int i = console->depth - 1; i > 0; i--) {
		const struct view *below = console->views[i - 1];

		if (console->views[i] != view)
			continue;
		request->kind = below->ops->kind;
		below->ops->ask(below, request);
	}
}

static void help_draw(struct view *view, const struct snapshot *now)
{
	const struct help *help = (const struct help *)view;
	int y = view->area.y, height = (int)view->list.height;
	int64_t shown = view->list.top + height < help->count ? view->list.top + height : help->count;
	char right[64];

	(void)now;
	for (int i = 0; i < height && view->list.top + i < help->count; i++) {
		const struct help_line *line = &help->lines[view->list.top + i];

		if (line->title) {
			widget_printf(y + i, 1, view->area.w - 1, ROLE_TITLE, "%s %s", line->keys,
				      line->text);
			continue;
		}
		widget_text(y + i, 3, KEYS_WIDTH - 1, ROLE_KEY, line->keys);
		widget_text_len(y + i, 3 + KEYS_WIDTH, help->width, ROLE_NORMAL, line->text, line->len);
	}
	snprintf(right, sizeof(right), "lines %d to %d of %d: Up and Down scroll",
		 (int)view->list.top + 1, (int)shown, help->count);
	widget_rule(y + height, view->area.w, ROLE_NORMAL, "", right);
}

static void help_close(struct view *view)
{
	view_free(view);
}

const struct view_ops screen_help = {
	.name = "help", .bit = VIEW_HELP, .kind = PAGE_COURSES,
	.open = help_open, .layout = help_layout, .ask = help_ask, .draw = help_draw,
	.key = help_key, .close = help_close,
};
