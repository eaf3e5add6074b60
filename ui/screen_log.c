/*
 * screen_log.c - what people and the engine did, newest first.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/fields.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define DETAIL_LINES 3

struct log_view {
	struct view view;
	enum finding_severity least; /* what is less is not shown */
};

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
	return event_row_holds(&page->events[row], text);
}

/* For the filter of what is sorted here. */
static const void *row_of(const struct snapshot *page, size_t row)
{
	return &page->events[row];
}

static const struct list_rows rows = {
	.language = &event_fields, .field = event_field, .row = row_of,
	.count = row_count, .id = row_id, .match = row_match, .by_desk = true, .by_time = true,
};

static const struct event_row *selected_event(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->events[row] : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *log_open(struct console *console, const struct place *place)
{
	struct log_view *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	view_init(&log->view, console, &screen_log, &rows, place);
	/* At the top one sees what happens now; further down one reads. */
	log->view.list.follow = true;
	return &log->view;
}

static void log_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 1 - DETAIL_LINES);
}

/* As terms of the filter language: what Tab shows and what was typed. */
static void make_filter(const struct log_view *log, char *out, size_t size)
{
	static const char *const terms[] = {
		[FINDING_NOTICE] = "", [FINDING_WARNING] = "severity:error,warning ",
		[FINDING_ERROR] = "severity:error ",
	};

	snprintf(out, size, "%s%s", terms[log->least], log->view.list.filter);
}

static void log_ask(const struct view *view, struct page_request *request)
{
	const struct log_view *log = (const struct log_view *)view;

	request->course = view->place.course;
	make_filter(log, request->filter, sizeof(request->filter));
	list_ask(&view->list, request);
	request->selected = 0; /* every row comes with all there is to tell of it */
}

static void log_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void log_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void next_severity(struct log_view *log, int direction)
{
	log->least = (enum finding_severity)(((int)log->least + direction + 3) % 3);
	list_changed(&log->view.list, NULL);
}

/* What the event is of, as far as it names something that is still there. */
static bool log_item(const struct view *view, struct place *place)
{
	int64_t row = list_selected_row(&view->list, view->page);
	const struct event_item *item;

	if (row < 0 || !view->page->event_items)
		return false;
	item = &view->page->event_items[row];
	*place = (struct place){.course = item->course, .video = item->video,
				.language = item->language};
	return item->course != 0;
}

static void open_item(struct view *view)
{
	struct place place;

	if (log_item(view, &place))
		console_push(view->console, place.video ? &screen_diff : &screen_course, &place);
	else
		console_note(view->console, ROLE_NORMAL, "this event names no course or video");
}

static unsigned log_key(struct view *view, enum action action)
{
	struct log_view *log = (struct log_view *)view;

	switch (action) {
	case ACTION_TAB:
	case ACTION_BACKTAB:
		next_severity(log, action == ACTION_TAB ? 1 : -1);
		break;
	case ACTION_OPEN:
		open_item(view);
		break;
	case ACTION_REVERSE:
		view->list.whole = true;
		return view_list_key(view, action);
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

/* ---- drawing ------------------------------------------------------------------------------*/

#define SIGN 3
#define TIME 5
#define TIME_WIDTH 12  /* "21 Nov 03:12" */
#define WHO_WIDTH 9
#define ACTION_WIDTH 8
#define WHO_FROM 70    /* a narrower screen has no room for who it was: the filter finds it */
#define OBJECT_MOST 56 /* on a wide one, what was done gets the rest */

struct columns {
	int who, action, object, what, width; /* who: 0 where it is not shown */
};

static struct columns columns_for(int width)
{
	struct columns at = {.width = width, .action = TIME + TIME_WIDTH + 1};
	int object;

	if (width >= WHO_FROM) {
		at.who = at.action;
		at.action += WHO_WIDTH + 1;
	}
	at.object = at.action + ACTION_WIDTH + 1;
	object = (width - at.object) * 55 / 100;
	at.what = at.object + (object < OBJECT_MOST ? object : OBJECT_MOST);
	return at;
}

static void draw_row(const struct view *view, const struct columns *at, int y,
		     const struct event_row *event, bool selected)
{
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL;
	enum role role = selected ? ROLE_SELECTED : view_severity_role(event->severity);
	int width = at->width, object = at->what - at->object - 1;
	bool old = console_wall(view->console) - event->at > INT64_C(18) * 3600 * 1000000;
	char key[512];

	widget_text(y, 0, width, base, "");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, SIGN, 1, role, glyph(view_severity_glyph(event->severity)));
	widget_text(y, TIME, TIME_WIDTH, base,
		    old ? widget_time(event->at, console_wall(view->console)).text
			: widget_clock(event->at).text);
	if (at->who)
		widget_text(y, at->who, WHO_WIDTH, base, event->who);
	widget_text(y, at->action, ACTION_WIDTH, role, event->action);
	widget_text(y, at->object, object, base,
		    widget_course_key(view_key(event->object, object), object, key, sizeof(key)));
	widget_text(y, at->what, width - at->what - 1, role, event->what);
}

static void draw_details(const struct view *view, int y)
{
	const struct event_row *event = selected_event(view);
	int width = view->area.w - 2, x;

	if (!event)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", event->action);
	x = widget_put(y, x + 1, width, ROLE_NORMAL, "%s", event->object);
	if (event->severity != FINDING_NOTICE)
		widget_put(y, x + 2, width, view_severity_role(event->severity), "%s",
			   finding_severity_name(event->severity));
	y++;
	y += widget_wrapped(y, 1, width, 2, view_severity_role(event->severity), event->what);
	if (event->why[0])
		widget_wrapped(y, 1, width, 1, ROLE_NORMAL, event->why);
}

static void draw_title(const struct log_view *log, int y)
{
	static const char *const shown[] = {
		[FINDING_NOTICE] = "everything", [FINDING_WARNING] = "warnings and errors",
		[FINDING_ERROR] = "errors only",
	};
	const struct view *view = &log->view;
	int width = view->area.w - 1;
	char key[512];
	int x = widget_put(y, 1, width, ROLE_TITLE, "log of %s", !view->place.course ? "the campus"
			   : view_of_course(view, width / 2, key, sizeof(key)));

	x = widget_put(y, x + 2, width, log->least ? ROLE_SELECTED : ROLE_NORMAL, "%s",
		       shown[log->least]);
	widget_put(y, x + 2, width, ROLE_DIM, "%s event%s, %s first",
		   widget_number(view->list.total).text, view->list.total == 1 ? "" : "s",
		   view->list.descending ? "oldest" : "newest");
}

static void log_draw(struct view *view, const struct snapshot *now)
{
	const struct log_view *log = (const struct log_view *)view;
	struct columns at = columns_for(view->area.w);
	int y = view->area.y, height = (int)view->list.height;
	int64_t top;

	(void)now;
	draw_title(log, y++);
	widget_text(y, TIME, TIME_WIDTH, ROLE_DIM, view->list.descending ? "TIME, OLDEST" : "TIME");
	if (at.who)
		widget_text(y, at.who, WHO_WIDTH, ROLE_DIM, "WHO");
	widget_text(y, at.action, ACTION_WIDTH, ROLE_DIM, "ACT");
	widget_text(y, at.object, 8, ROLE_DIM, "ON");
	widget_text(y, at.what, 8, ROLE_DIM, "WHAT");
	y++;
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, &at, y + i, &view->page->events[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, "nothing has happened yet");
	view_rule(view, y + height, view->list.find.pending ? "searching  " : "");
	if (!view_tell_whole(view, y + height + 1, DETAIL_LINES))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_log = {
	.name = "log", .bit = VIEW_LOG, .kind = PAGE_LOG,
	.footer = (const enum action[]){ACTION_OPEN, ACTION_WHY, ACTION_TAB, ACTION_FILTER,
					ACTION_SEARCH, ACTION_NEXT, ACTION_FINDINGS, ACTION_GOTO,
					ACTION_HOLD, ACTION_UNDO, ACTION_NONE},
	.open_word = "item", .next_word = "next match", .tab_word = "severity",
	.open = log_open, .layout = log_layout, .ask = log_ask, .take = log_take,
	.draw = log_draw, .key = log_key, .item = log_item, .close = log_close,
};
