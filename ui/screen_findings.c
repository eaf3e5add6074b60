/*
 * screen_findings.c - every difference and failure by code, worst first: where to begin.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/waive.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define DETAIL_LINES 4

/* ---- rows: one a code ---------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->groups ? page->group_count : 0;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return (int64_t)page->groups[row].code + 1;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	const struct finding_info *info = finding_info(page->groups[row].code);

	return strcasestr(info->name, text) || strcasestr(info->help, text) ||
	       strcasestr(finding_severity_name(finding_group_severity(&page->groups[row])), text);
}

enum sort { BY_SEVERITY, BY_CODE, BY_OPEN, BY_COURSES, BY_WAIVED, SORTS };
static const char *const sort_names[SORTS] = {"severity", "code", "number", "courses", "waived"};

static int compare_numbers(int64_t left, int64_t right)
{
	return (left > right) - (left < right);
}

static int row_compare(const struct snapshot *page, size_t a, size_t b, int sort)
{
	const struct finding_group *left = &page->groups[a], *right = &page->groups[b];

	switch (sort) {
	case BY_CODE:
		return strcmp(finding_info(left->code)->name, finding_info(right->code)->name);
	case BY_OPEN:
		return compare_numbers(finding_group_open(left), finding_group_open(right));
	case BY_COURSES:
		return compare_numbers(left->courses, right->courses);
	case BY_WAIVED:
		return compare_numbers(left->waived, right->waived);
	default:
		return 0;
	}
}

static const struct list_rows rows = {
	.count = row_count, .id = row_id, .match = row_match, .compare = row_compare,
	.sort_names = sort_names, .sorts = SORTS,
	.most_first = 1u << BY_OPEN | 1u << BY_COURSES | 1u << BY_WAIVED,
};

static const struct finding_group *selected_group(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->groups[row] : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *findings_open(struct console *console, const struct place *place)
{
	struct view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view_init(view, console, &screen_findings, &rows, place);
	view->list.whole = true; /* as many as there are codes */
	return view;
}

static void findings_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 1 - DETAIL_LINES);
}

/* The page has all groups wherever the cursor is: moving it asks for nothing. */
static void findings_ask(const struct view *view, struct page_request *request)
{
	request->course = view->place.course;
	request->video = view->place.video;
	list_ask(&view->list, request);
	request->selected = 0;
}

static void findings_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void findings_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static unsigned findings_key(struct view *view, enum action action)
{
	const struct finding_group *group = selected_group(view);
	struct place place = view->place;

	if (action != ACTION_OPEN)
		return view_list_key(view, action);
	if (group) {
		place.code = finding_info(group->code)->name;
		console_push(view->console, &screen_items, &place);
	}
	return REACT_REDRAW;
}

/* The tagged courses, the one whose findings these are, or all that have the selected code open. */
static bool findings_target(const struct view *view, struct target *target)
{
	const struct finding_group *group = selected_group(view);
	const struct tags *tags = &view->console->tags;

	target->finding = group ? finding_info(group->code)->name : NULL;
	if (tags->count) {
		target->ids = tags->ids;
		target->count = tags->count;
		return true;
	}
	target->one = view->place.course;
	if (target->one || !group)
		return target->one != 0;
	target->having = group->courses > 0;
	target->filter = ""; /* that of this list is of codes */
	target->why = "no course has it open";
	return target->having;
}

static const char *findings_waives(const struct view *view, bool all, struct waiving *waiving)
{
	const struct finding_group *group = selected_group(view);

	(void)all;
	if (!group)
		return "nothing is selected";
	waiving->question.course = view->place.course;
	waiving->question.video = view->place.video;
	waiving->question.code = (int)group->code;
	waiving->back = !finding_group_open(group);
	return waive_code_refusal(group->code);
}

/* ---- drawing ------------------------------------------------------------------------------*/

#define SIGN 3
#define CODE 5
#define OPEN 27
#define COURSES 37
#define WAIVED 46
#define HINT 55
#define HINT_LEAST 12 /* fewer cells of a hint say nothing: it stands below anyway */
#define NUMBER_WIDTH 8
#define SUMS_WIDTH 58 /* the title's words and its figures */

static void draw_title(const struct view *view, int y)
{
	int width = view->area.w - 1;
	char key[512];
	int x = widget_put(y, 1, width, ROLE_TITLE, "findings of %s", view->place.video ? "one video"
			   : view_of_course(view, width - SUMS_WIDTH, key, sizeof(key)));

	view_draw_sums(view->page, y, x + 2, width);
}

static void draw_heading(const struct view *view, int y)
{
	widget_printf(y, CODE, OPEN - CODE - 1, ROLE_DIM, "CODE%s", view_sort_mark(view, BY_CODE));
	widget_printf(y, OPEN, NUMBER_WIDTH + 1, ROLE_DIM, "    OPEN%s", view_sort_mark(view, BY_OPEN));
	widget_printf(y, COURSES, NUMBER_WIDTH + 1, ROLE_DIM, " COURSES%s",
		      view_sort_mark(view, BY_COURSES));
	widget_printf(y, WAIVED, NUMBER_WIDTH + 1, ROLE_DIM, "  WAIVED%s",
		      view_sort_mark(view, BY_WAIVED));
	if (view->area.w - HINT - 1 >= HINT_LEAST)
		widget_text(y, HINT, view->area.w - HINT - 1, ROLE_DIM, "WHAT TO DO");
}

static void draw_number(int y, int x, enum role role, int64_t number)
{
	widget_aligned(y, x, NUMBER_WIDTH, role, ALIGN_RIGHT,
		       number ? widget_number(number).text : glyph(GLYPH_NONE));
}

static void draw_row(const struct view *view, int y, const struct finding_group *group, bool selected)
{
	enum finding_severity severity = finding_group_severity(group);
	bool open = finding_group_open(group) > 0;
	enum role base = selected ? ROLE_SELECTED : open ? ROLE_NORMAL : ROLE_DIM;
	enum role role = selected || !open ? base : view_severity_role(severity);
	int width = view->area.w;

	widget_text(y, 0, width, base, "");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, SIGN, 1, role, glyph(open ? view_severity_glyph(severity) : GLYPH_DONE));
	widget_text(y, CODE, OPEN - CODE - 1, role, finding_info(group->code)->name);
	draw_number(y, OPEN, role, finding_group_open(group));
	draw_number(y, COURSES, base, group->courses);
	draw_number(y, WAIVED, base, group->waived);
	if (width - HINT - 1 >= HINT_LEAST)
		widget_text(y, HINT, width - HINT - 1, base, finding_info(group->code)->help);
}

/* "asset-missing: 12 errors, 3 warnings, 1 waived" */
static void draw_group(const struct view *view, int y, const struct finding_group *group)
{
	static const char *const words[] = {"notice", "warning", "error"};
	int width = view->area.w - 2;
	int x = widget_put(y, 1, width, ROLE_TITLE, "%s", finding_info(group->code)->name);

	for (int severity = FINDING_ERROR; severity >= FINDING_NOTICE; severity--)
		if (group->open[severity])
			x = widget_put(y, x + 2, width, view_severity_role((enum finding_severity)severity),
				       "%s %s%s", widget_number(group->open[severity]).text,
				       words[severity], group->open[severity] == 1 ? "" : "s");
	if (group->waived)
		widget_put(y, x + 2, width, ROLE_NORMAL, "%s waived", widget_number(group->waived).text);
}

static void draw_details(const struct view *view, int y)
{
	const struct finding_group *group = selected_group(view);
	const struct finding_info *info;
	int width = view->area.w - 2, used;
	char effect[160];

	if (!group)
		return;
	info = finding_info(group->code);
	draw_group(view, y, group);
	used = 1 + widget_wrapped(y + 1, 1, width, 2, ROLE_NORMAL, info->help);
	snprintf(effect, sizeof(effect), "%s%s%s; %s be waived",
		 info->flags & FINDING_STOPS ? "stops its video: nothing of it is written"
					     : "stops nothing",
		 info->flags & FINDING_EVIDENCE ? "; counts against the evidence" : "",
		 info->flags & FINDING_TRANSIENT ? "; a retry may help" : "",
		 info->flags & FINDING_WAIVABLE ? "can" : "cannot");
	widget_wrapped(y + used, 1, width, DETAIL_LINES - used, ROLE_DIM, effect);
}

static void findings_draw(struct view *view, const struct snapshot *now)
{
	int y = view->area.y, height = (int)view->list.height;
	int64_t top;

	(void)now;
	draw_title(view, y++);
	draw_heading(view, y++);
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, y + i, &view->page->groups[row], top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, "no findings");
	view_rule(view, y + height, "");
	if (!view_tell_whole(view, y + height + 1, DETAIL_LINES))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_findings = {
	.name = "findings", .bit = VIEW_FINDINGS, .kind = PAGE_GROUPS,
	.footer = (const enum action[]){ACTION_OPEN, ACTION_RETRY, ACTION_WAIVE, ACTION_VALIDATE,
					ACTION_SEARCH, ACTION_FILTER, ACTION_SORT, ACTION_REHEARSE,
					ACTION_LOG, ACTION_HOLD, ACTION_GOTO, ACTION_UNDO, ACTION_NONE},
	.open_word = "items",
	.open = findings_open, .layout = findings_layout, .ask = findings_ask,
	.take = findings_take, .draw = findings_draw, .key = findings_key,
	.target = findings_target, .waives = findings_waives, .close = findings_close,
};
