/*
 * screen_columns.c - which columns the list of courses shows, and which of them sorts.
 *
 * Everything takes effect at once and is remembered; the row that is selected in the list stands
 * below, as it will look.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define PREVIEW_LINES 2
#define WORD_X 7
#define HEADING_X 19
#define HELP_X 30

struct choice {
	struct view view;
	struct column_layout layout; /* of the list of courses */
};

static size_t row_count(const struct snapshot *page)
{
	(void)page;
	return COLUMN_COUNT;
}

static const struct list_rows rows = {.count = row_count};

static const struct view *courses_of(const struct view *view)
{
	return view->console->views[0];
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *columns_open(struct console *console, const struct place *place)
{
	struct choice *choice = calloc(1, sizeof(*choice));

	if (!choice)
		return NULL;
	view_init(&choice->view, console, &screen_columns, &rows, place);
	choice->view.list.total = COLUMN_COUNT;
	choice->view.list.selected = column_of_sort((enum course_sort)courses_of(&choice->view)->list.sort);
	return &choice->view;
}

static void columns_layout(struct view *view)
{
	struct choice *choice = (struct choice *)view;

	columns_fit(view->console->columns, view->area.w, &choice->layout);
	list_resize(&view->list, view->area.h - 2 - PREVIEW_LINES);
}

/* The page of the courses goes on. */
static void columns_ask(const struct view *view, struct page_request *request)
{
	const struct view *courses = courses_of(view);

	courses->ops->ask(courses, request);
}

static void columns_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void choose(struct view *view, enum course_column column)
{
	struct choice *choice = (struct choice *)view;
	struct console *console = view->console;

	if (column == COLUMN_KEY)
		console_note(console, ROLE_NORMAL, "the key is always shown");
	else
		columns_toggle(&console->columns, &choice->layout, column);
}

/* The rows are no page of the desk's: they are all there. */
static unsigned move_key(struct list *list, enum action action)
{
	int64_t page = list->height > 1 ? list->height - 1 : 1;

	switch (action) {
	case ACTION_UP:
		list_move(list, NULL, list->selected - 1);
		break;
	case ACTION_DOWN:
		list_move(list, NULL, list->selected + 1);
		break;
	case ACTION_PAGE_UP:
		list_move(list, NULL, list->selected - page);
		break;
	case ACTION_PAGE_DOWN:
		list_move(list, NULL, list->selected + page);
		break;
	case ACTION_TOP:
		list_move(list, NULL, 0);
		break;
	case ACTION_BOTTOM:
		list_move(list, NULL, COLUMN_COUNT - 1);
		break;
	default:
		return REACT_NONE;
	}
	return REACT_REDRAW;
}

static void remember(const struct console *console)
{
	char words[COLUMN_WORDS];

	columns_write(console->columns, words, sizeof(words));
	desk_remember(console->desk, "columns", words);
}

static unsigned columns_key(struct view *view, enum action action)
{
	struct console *console = view->console;
	enum course_column column = (enum course_column)view->list.selected;
	enum course_sort sort = column_infos[column].sort;
	const struct list *order = &courses_of(view)->list;

	switch (action) {
	case ACTION_CHOOSE:
		choose(view, column);
		remember(console);
		return REACT_RELAYOUT;
	case ACTION_RESTORE:
		console->columns.wanted = 0;
		remember(console);
		courses_sort_first(console, SORT_KEY);
		return REACT_RELAYOUT;
	case ACTION_SORT_THIS:
		courses_sort_first(console, sort);
		return REACT_REDRAW;
	case ACTION_REVERSE:
		courses_sort(console, (enum course_sort)order->sort, !order->descending);
		return REACT_REDRAW;
	default:
		return move_key(&view->list, action);
	}
}

/* ---- drawing ------------------------------------------------------------------------------*/

/* Chosen and shown, chosen without room for it, or not wanted. */
static void draw_column(const struct view *view, int y, int column, bool selected)
{
	const struct choice *choice = (const struct choice *)view;
	const struct column_info *info = &column_infos[column];
	const struct list *order = &courses_of(view)->list;
	unsigned wanted = view->console->columns.wanted;
	bool shown = choice->layout.shown >> column & 1, narrow = !shown && wanted >> column & 1;
	enum role role = selected ? ROLE_SELECTED : shown ? ROLE_NORMAL : ROLE_DIM;
	const char *mark = "";

	if ((int)info->sort == order->sort)
		mark = glyph(order->descending ? GLYPH_DOWNWARD : GLYPH_UPWARD);
	widget_text(y, 0, view->area.w, role, "");
	widget_text(y, 1, 1, role, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_printf(y, 3, 4, role, "[%s]", shown ? glyph(GLYPH_DONE) : narrow ? "-" : " ");
	widget_text(y, WORD_X, HEADING_X - WORD_X - 1, role, info->word);
	widget_printf(y, HEADING_X, HELP_X - HEADING_X - 1, role, "%s%s", info->heading, mark);
	widget_printf(y, HELP_X, view->area.w - HELP_X - 1, role, "%s%s", narrow ? "no room: " : "",
		      info->help);
}

static void draw_preview(const struct view *view, int y)
{
	const struct choice *choice = (const struct choice *)view;
	const struct view *courses = courses_of(view);
	const struct snapshot *page = view->page ? view->page : courses->page;
	int64_t row = list_selected_row(&courses->list, page);

	columns_draw_heading(&choice->layout, y, (enum course_sort)courses->list.sort,
			     courses->list.descending);
	if (row >= 0)
		columns_draw_row(&choice->layout, y + 1, &page->courses[row],
				 console_wall(view->console), false, false);
}

static void columns_draw(struct view *view, const struct snapshot *now)
{
	int y = view->area.y, height = (int)view->list.height, top;

	(void)now;
	widget_text(y, WORD_X, HEADING_X - WORD_X, ROLE_DIM, "COLUMN");
	widget_text(y, HEADING_X, HELP_X - HEADING_X, ROLE_DIM, "HEADING");
	widget_text(y++, HELP_X, view->area.w - HELP_X, ROLE_DIM,
		    view->console->columns.wanted ? "" : "as many as the screen is wide");
	top = (int)view_rows_begin(view, y);
	for (int i = 0; i < height && top + i < COLUMN_COUNT; i++)
		draw_column(view, y + i, top + i, top + i == view->list.selected);
	y += height;
	view_rule(view, y, "");
	draw_preview(view, y + 1);
}

const struct view_ops screen_columns = {
	.name = "columns", .bit = VIEW_COLUMNS, .kind = PAGE_COURSES,
	.footer = (const enum action[]){ACTION_CHOOSE, ACTION_SORT_THIS, ACTION_RESTORE, ACTION_NONE},
	.open = columns_open, .layout = columns_layout, .ask = columns_ask, .draw = columns_draw,
	.key = columns_key, .close = columns_close,
};
