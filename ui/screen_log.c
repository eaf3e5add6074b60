/*
 * screen_log.c - what people and the engine did, newest first.
 */
#include "config.h"

#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define DETAIL_LINES 3

/* ---- rows ---------------------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->events ? page->count : 0;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->events[row].id;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	const struct event_row *event = &page->events[row];

	return strcasestr(event->who, text) || strcasestr(event->action, text) ||
	       strcasestr(event->object, text) || strcasestr(event->what, text) ||
	       strcasestr(event->why, text);
}

static const struct list_rows rows = {.count = row_count, .id = row_id, .match = row_match};

static const struct event_row *selected_event(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->events[row] : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *log_open(struct console *console, const struct place *place)
{
	struct view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view_init(view, console, &screen_log, &rows, place);
	/* At the top one sees what happens now; further down one reads. */
	view->list.follow = true;
	return view;
}

static void log_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - 2 - DETAIL_LINES);
}

static void log_ask(const struct view *view, struct page_request *request)
{
	request->course = view->place.course;
	list_ask(&view->list, request);
}

static void log_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void log_close(struct view *view)
{
	view_free(view);
}

/* ---- drawing ------------------------------------------------------------------------------*/

#define TIME 3
#define WHO 17
#define ACTION 29
#define OBJECT 42

static void draw_row(const struct view *view, int y, const struct event_row *event, bool selected)
{
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL;
	enum role role = selected ? ROLE_SELECTED : view_severity_role(event->severity);
	int width = view->area.w, object = (width - OBJECT) * 6 / 10;
	bool old = console_wall(view->console) - event->at > INT64_C(18) * 3600 * 1000000;

	widget_text(y, 0, width, base, "");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, TIME, WHO - TIME - 1, base,
		    old ? widget_time(event->at, console_wall(view->console)).text
			: widget_clock(event->at).text);
	widget_text(y, WHO, ACTION - WHO - 1, base, event->who);
	widget_text(y, ACTION, OBJECT - ACTION - 1, role, event->action);
	widget_text(y, OBJECT, object - 1, base, event->object);
	widget_text(y, OBJECT + object, width - OBJECT - object - 1, role, event->what);
}

static void draw_details(const struct view *view, int y)
{
	const struct event_row *event = selected_event(view);
	int width = view->area.w - 2, x;

	if (!event)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", event->action);
	widget_put(y, x + 1, width, ROLE_NORMAL, "%s", event->object);
	y++;
	y += widget_wrapped(y, 1, width, 2, view_severity_role(event->severity), event->what);
	if (event->why[0])
		widget_wrapped(y, 1, width, 1, ROLE_NORMAL, event->why);
}

static void log_draw(struct view *view, const struct snapshot *now)
{
	int y = view->area.y, height = (int)view->list.height, width = view->area.w;
	int64_t top = list_top_to_draw(&view->list, view->page);

	(void)now;
	widget_text(y, TIME, WHO - TIME, ROLE_DIM, view->list.descending ? "TIME, OLDEST" : "TIME");
	widget_text(y, WHO, ACTION - WHO, ROLE_DIM, "WHO");
	widget_text(y, ACTION, OBJECT - ACTION, ROLE_DIM, "ACT");
	widget_text(y, OBJECT, 8, ROLE_DIM, "ON");
	widget_text(y, OBJECT + (width - OBJECT) * 6 / 10, 8, ROLE_DIM, "WHAT");
	y++;
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, y + i, &view->page->events[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, "nothing has happened yet");
	view_rule(view, y + height, view->place.course ? "log of one course  " : "log  ");
	if (!view_tell_whole(view, y + height + 1, DETAIL_LINES))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_log = {
	.name = "log", .bit = VIEW_LOG, .kind = PAGE_LOG,
	.footer = (const enum action[]){ACTION_SEARCH, ACTION_NEXT, ACTION_FILTER, ACTION_REVERSE,
					ACTION_FINDINGS, ACTION_NONE},
	.open = log_open, .layout = log_layout, .ask = log_ask, .take = log_take,
	.draw = log_draw, .key = view_list_key, .close = log_close,
};
