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
#define BESIDE 140 /* cells in which keys and signs have room beside each other */
#define LINES_MAX (4 * ACTION_COUNT + 48) /* no text is so long that it needs more */

struct help {
	struct view view;
	struct help_line {
		char keys[48];
		const char *text; /* static, or one of places */
		size_t len;	  /* bytes of it that stand on this line */
		bool title;
	} lines[LINES_MAX];
	char places[ACTION_COUNT][64]; /* the screens of what has no key here */
	int count;
	int signs; /* where they begin; on a wide screen they and the rest stand beside the keys */
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

/* Actions that have a key on one of the screens @views, with those keys; with @only, on these and
   no others. */
static void add_actions(struct help *help, unsigned views, bool only)
{
	char keys[48];

	for (int action = 0; action < ACTION_COUNT; action++) {
		unsigned own = keys_views((enum action)action);

		if (only ? own != views : !(own & views))
			continue;
		keys_names((enum action)action, views, keys, sizeof(keys));
		add_wrapped(help, keys, action_infos[action].help);
	}
}

/* What has no key on the screen @view, by the screens on which it has one. */
static void add_others(struct help *help, unsigned view)
{
	for (int action = 0; action < ACTION_COUNT; action++) {
		unsigned views = keys_views((enum action)action);
		bool told = views & view;

		for (int before = 0; before < action && !told; before++)
			told = keys_views((enum action)before) == views;
		if (told)
			continue;
		keys_views_text(views, help->places[action], sizeof(help->places[action]));
		add(help, "On", help->places[action], true);
		add_actions(help, views, true);
	}
}

static void add_signs(struct help *help)
{
	/* clang-format off */
	static const struct { enum glyph glyph; const char *text; } signs[] = {
		{ GLYPH_DONE, "migrated; of a finding: waived" },
		{ GLYPH_BUSY, "being migrated" },
		{ GLYPH_LAUNCHED, "launched, waits for a worker; of a video: not tried yet" },
		{ GLYPH_PAUSED, "paused: transactions under way finish, no new one starts" },
		{ GLYPH_FAILED, "failed; before a number: open errors and warnings" },
		{ GLYPH_WARNING, "open warnings, no error" },
		{ GLYPH_TAG, "tagged" },
		{ GLYPH_SAME, "modulestore and edx-val agree" },
		{ GLYPH_DIFFERS, "edx-val holds another text" },
		{ GLYPH_MISSING, "missing in edx-val, or its file in the store" },
		{ GLYPH_UNKNOWN, "edx-val could not tell" },
		{ GLYPH_EXTRA, "in edx-val without being promised: no error" },
		{ GLYPH_DRAFT, "before a language: only the draft names it" },
		{ GLYPH_PUBLISHED, "before a language: only the published version names it" },
		{ GLYPH_IMPLICIT, "behind a language: found by the video's id, nothing names it" },
		{ GLYPH_WARNING, "before a language: not expected, for it is left out or waived" },
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

static bool stands_beside(const struct help *help)
{
	return help->view.area.w >= BESIDE;
}

static void help_layout(struct view *view)
{
	struct help *help = (struct help *)view;
	int left, right;

	help->width = (stands_beside(help) ? view->area.w / 2 : view->area.w) - KEYS_WIDTH - 4;
	help->count = 0;
	add(help, "Keys of this screen:", help->below->name, true);
	add_actions(help, help->below->bit, false);
	add(help, "", "", false);
	help->signs = help->count;
	add(help, "Signs", "", true);
	add_signs(help);
	add(help, "", "", false);
	add(help, "Keys of other screens", "", true);
	add_others(help, help->below->bit);
	left = help->signs - 1;
	right = help->count - help->signs;
	view->list.total = !stands_beside(help) ? help->count : left > right ? left : right;
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

/* Those of the lines from @first to before @last that are in sight, from column @x to @limit. */
static void draw_lines(const struct help *help, int first, int last, int x, int limit)
{
	int y = help->view.area.y, height = (int)help->view.list.height;

	first += (int)help->view.list.top;
	for (int i = 0; i < height && first + i < last; i++) {
		const struct help_line *line = &help->lines[first + i];

		if (line->title) {
			widget_printf(y + i, x, limit - x, ROLE_TITLE, "%s %s", line->keys,
				      line->text);
			continue;
		}
		widget_text(y + i, x + 2, KEYS_WIDTH - 1, ROLE_KEY, line->keys);
		widget_text_len(y + i, x + 2 + KEYS_WIDTH, help->width, ROLE_NORMAL, line->text, line->len);
	}
}

static void help_draw(struct view *view, const struct snapshot *now)
{
	const struct help *help = (const struct help *)view;
	const struct list *list = &view->list;
	int width = view->area.w;
	char right[64] = "";

	(void)now;
	if (stands_beside(help)) {
		draw_lines(help, 0, help->signs - 1, 1, width / 2 - 1);
		draw_lines(help, help->signs, help->count, width / 2, width - 1);
	} else {
		draw_lines(help, 0, help->count, 1, width - 1);
	}
	if (list->total > list->height)
		snprintf(right, sizeof(right), "lines %d to %d of %d: Up and Down scroll",
			 (int)list->top + 1,
			 (int)(list->top + list->height < list->total ? list->top + list->height
								      : list->total),
			 (int)list->total);
	widget_rule(view->area.y + (int)list->height, width, ROLE_NORMAL, "", right);
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
