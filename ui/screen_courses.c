/*
 * screen_courses.c - the first screen: every course, how far it is, what it needs.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/fields.h"
#include "ui/course_layout.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define DETAIL_LINES 2
/* view.only is an enum course_status, or: */
#define ONLY_PAUSED COURSE_STATUS_COUNT
#define ONLY_ALL (-1)

struct courses {
	struct view view;
	struct column_layout layout;
	/* the operator's filter, as far as it can be understood, and what is wrong with the rest */
	char filter[sizeof(((struct list *)NULL)->filter)];
	char asked[FILTER_BYTES]; /* the same with what one key restricts to */
	struct error filter_error;
};

/* ---- rows ---------------------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->courses ? page->count : 0;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->courses[row].id;
}

/* The desk filters, sorts and searches courses: there may be many thousands. */
static const struct list_rows rows = {
	.count = row_count, .id = row_id, .sorts = SORT_COUNT, .by_desk = true,
};

static const struct course_row *selected_course(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->courses[row] : NULL;
}

/* ---- the filter ---------------------------------------------------------------------------*/

/* A status is a question of its own to the desk, what stands beside it a term of the filter. */
static int status_of(const struct courses *courses)
{
	return courses->view.only == ONLY_PAUSED ? -1 : courses->view.only;
}

static const char *only_word(const struct courses *courses)
{
	return courses->view.only < 0 ? ""
	       : courses->view.only == ONLY_PAUSED
		       ? "paused" : course_status_name((enum course_status)courses->view.only);
}

/* While a filter is being typed it is often none: what was understood last stays. */
static void courses_filtered(struct view *view)
{
	struct courses *courses = (struct courses *)view;
	struct filter *filter = NULL;
	enum result st;

	courses->filter_error = (struct error){0};
	st = filter_parse(&filter, &course_fields, view->list.filter, &courses->filter_error);
	filter_free(filter);
	if (st == RESULT_OK || st == RESULT_END)
		snprintf(courses->filter, sizeof(courses->filter), "%s", view->list.filter);
	snprintf(courses->asked, sizeof(courses->asked), "%s%s",
		 courses->view.only == ONLY_PAUSED ? "status:paused " : "", courses->filter);
}

/* ---- life ---------------------------------------------------------------------------------*/

/* What this operator chose in an earlier console. */
static void recall(struct courses *courses)
{
	struct console *console = courses->view.console;
	char *words = desk_recall(console->desk, "columns");
	enum course_sort sort = SORT_KEY;

	console->columns = columns_read(words ? words : "");
	if (!strcmp(console->campus->conf->flag_kind, "none"))
		console->columns.without = 1U << COLUMN_FLAG;
	free(words);
	words = desk_recall(console->desk, "sort");
	columns_read_order(words ? words : "", &sort, &courses->view.list.descending);
	courses->view.list.sort = (int)sort;
	free(words);
}

static struct view *courses_open(struct console *console, const struct place *place)
{
	struct courses *courses = calloc(1, sizeof(*courses));

	if (!courses)
		return NULL;
	view_init(&courses->view, console, &screen_courses, &rows, place);
	courses->view.only = ONLY_ALL;
	recall(courses);
	return &courses->view;
}

static void courses_layout(struct view *view)
{
	struct courses *courses = (struct courses *)view;

	columns_fit(view->console->columns, view->area.w, &courses->layout);
	list_resize(&view->list, view->area.h - 2 - DETAIL_LINES);
}

static void courses_ask(const struct view *view, struct page_request *request)
{
	const struct courses *courses = (const struct courses *)view;

	request->status = status_of(courses);
	request->sort = (enum course_sort)view->list.sort;
	request->descending = view->list.descending;
	snprintf(request->filter, sizeof(request->filter), "%s", courses->asked);
	list_ask(&view->list, request);
}

static void courses_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void courses_close(struct view *view)
{
	view_free(view);
}

/* ---- the order ----------------------------------------------------------------------------*/

void courses_sort(struct console *console, enum course_sort sort, bool descending)
{
	struct view *view = console->views[0];
	char words[COLUMN_WORDS];

	view->list.sort = (int)sort;
	view->list.descending = descending;
	list_changed(&view->list, view->page);
	columns_write_order(sort, descending, words, sizeof(words));
	desk_remember(console->desk, "sort", words);
	console_note(console, ROLE_NORMAL, "sorted by %s%s",
		     column_infos[column_of_sort(sort)].word, descending ? ", descending" : "");
}

void courses_sort_first(struct console *console, enum course_sort sort)
{
	courses_sort(console, sort, column_infos[column_of_sort(sort)].most_first);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void show_only(struct courses *courses, int only)
{
	struct view *view = &courses->view;
	struct undo_rows before = undo_rows_of(view);
	char what[48];

	view->only = view->only == only ? ONLY_ALL : only;
	courses_filtered(view);
	list_changed(&view->list, view->page);
	snprintf(what, sizeof(what), view->only < 0 ? "every status%s" : "only %s",
		 only_word(courses));
	undo_shown(view, &before, what);
}

static void change_order(struct courses *courses, enum action action)
{
	const struct list *list = &courses->view.list;
	enum course_sort sort = (enum course_sort)list->sort;

	if (action == ACTION_REVERSE)
		courses_sort(courses->view.console, sort, !list->descending);
	else
		courses_sort_first(courses->view.console,
				   columns_sort_beside(&courses->layout, sort,
						       action == ACTION_SORT ? 1 : -1));
}

static void toggle_tag(struct view *view)
{
	const struct course_row *course = selected_course(view);

	if (!course || undo_toggle_tag(view->console, course->id))
		view_list_key(view, ACTION_DOWN);
}

/* There is no screen to go back to: what restricts the list is left instead. */
static void show_all(struct courses *courses)
{
	struct view *view = &courses->view;
	struct list *list = &view->list;
	struct undo_rows before = undo_rows_of(view);

	if (courses->view.only < 0 && !list->filter[0]) {
		console_note(view->console, ROLE_NORMAL, "this is the first screen: q leaves");
		return;
	}
	courses->view.only = ONLY_ALL;
	list_filter(list, view->page, "", console_wall(view->console), NULL);
	courses_filtered(view);
	list_changed(list, view->page);
	undo_shown(view, &before, "showing all courses");
	console_note(view->console, ROLE_NORMAL, "all courses are shown");
}

static unsigned courses_key(struct view *view, enum action action)
{
	struct courses *courses = (struct courses *)view;
	const struct course_row *course = selected_course(view);

	switch (action) {
	case ACTION_OPEN:
		if (course)
			console_push(view->console, &screen_course,
				     &(struct place){.course = course->id, .language = ""});
		break;
	case ACTION_TAG:
		toggle_tag(view);
		break;
	case ACTION_TAG_ALL:
		find_tag_all(view->console);
		break;
	case ACTION_SORT:
	case ACTION_SORT_BACK:
	case ACTION_REVERSE:
		change_order(courses, action);
		break;
	case ACTION_COLUMNS:
		console_push(view->console, &screen_columns, NULL);
		break;
	case ACTION_SHOW_1:
	case ACTION_SHOW_2:
	case ACTION_SHOW_3:
	case ACTION_SHOW_4:
		show_only(courses, COURSE_NOT_MIGRATED + (int)(action - ACTION_SHOW_1));
		break;
	case ACTION_SHOW_5:
		show_only(courses, ONLY_PAUSED);
		break;
	case ACTION_SHOW_ALL:
		show_only(courses, ONLY_ALL);
		break;
	case ACTION_BACK:
		show_all(courses);
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

static bool courses_item(const struct view *view, struct place *place)
{
	const struct course_row *course = selected_course(view);

	if (course)
		*place = (struct place){.course = course->id, .language = ""};
	return course != NULL;
}

static bool courses_target(const struct view *view, struct target *target)
{
	const struct course_row *course = selected_course(view);
	const struct tags *tags = &view->console->tags;

	if (tags->count) {
		target->ids = tags->ids;
		target->count = tags->count;
		return true;
	}
	if (!course)
		return false;
	target->one = course->id;
	target->paused = course->intent == INTENT_PAUSE;
	target->course = course;
	return true;
}

/* ---- drawing ------------------------------------------------------------------------------*/

/* A column that is not shown cannot be marked as the one that sorts. */
static void order_reminder(const struct courses *courses, char *out, size_t size)
{
	const struct list *list = &courses->view.list;
	enum course_column column = column_of_sort((enum course_sort)list->sort);

	out[0] = '\0';
	if (!(courses->layout.shown >> column & 1))
		snprintf(out, size, "by %s%s  ", column_infos[column].word,
			 glyph(list->descending ? GLYPH_DOWNWARD : GLYPH_UPWARD));
}

static void courses_draw(struct view *view, const struct snapshot *now)
{
	const struct courses *courses = (const struct courses *)view;
	const struct console *console = view->console;
	int y = view->area.y, height = (int)view->list.height;
	int64_t top;
	char order[48], extra[128];
	bool only = courses->view.only >= 0;

	(void)now;
	columns_draw_heading(&courses->layout, y++, (enum course_sort)view->list.sort,
			     view->list.descending);
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);
		const struct course_row *course = row >= 0 ? &view->page->courses[row] : NULL;

		if (course)
			columns_draw_row(&courses->layout, y + i, course, console_wall(console),
					 top + i == view->list.selected,
					 tags_has(&console->tags, course->id));
	}
	view_draw_empty(view, y, height, only
			? "no course has this status: 0 shows all"
			: "no courses yet: the source is being read, or it has none");
	y += height;
	order_reminder(courses, order, sizeof(order));
	snprintf(extra, sizeof(extra), "%s%s%s%s", order, only ? "only " : "", only_word(courses),
		 only ? "  " : "");
	view_rule(view, y, extra);
	if (courses->filter_error.text[0])
		widget_wrapped(y + 1, 1, view->area.w - 2, DETAIL_LINES, ROLE_WARNING,
			       courses->filter_error.text);
	else if (!view_tell_whole(view, y + 1, DETAIL_LINES))
		course_details_draw(view, y + 1, selected_course(view));
}

const struct view_ops screen_courses = {
	.name = "courses", .bit = VIEW_COURSES, .kind = PAGE_COURSES, .dashboard = true,
	.footer = (const enum action[]){ACTION_RUN, ACTION_PAUSE, ACTION_RETRY, ACTION_OPEN,
					ACTION_VALIDATE, ACTION_SEARCH, ACTION_TAG, ACTION_FLAG_OFF,
					ACTION_BOARD, ACTION_REHEARSE, ACTION_FINDINGS,
					ACTION_FILTER, ACTION_LOG, ACTION_HOLD, ACTION_GOTO,
					ACTION_SORT, ACTION_TAG_ALL, ACTION_COLUMNS,
					ACTION_UNDO, ACTION_NONE},
	.open_word = "open",
	.open = courses_open, .layout = courses_layout, .ask = courses_ask, .take = courses_take,
	.filtered = courses_filtered, .draw = courses_draw, .key = courses_key,
	.item = courses_item, .target = courses_target,
	.close = courses_close,
};
