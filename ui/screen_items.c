/*
 * screen_items.c - the findings of one code, or of all: of every course or of one.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/fields.h"
#include "ui/waive.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define DETAIL_LINES 6
#define DETAIL_LINES_LOW 4 /* of a screen that has room for few rows */
#define COURSE_WIDTH 48	   /* no more, however wide the screen is */

struct items {
	struct view view;
	int code; /* enum finding_code or -1 */
};

/* ---- rows: the desk filters and pages, what is sorted otherwise is sorted here -------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->findings ? page->finding_count : 0;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->findings[row].id;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	return finding_row_holds(&page->findings[row], text);
}

enum sort { BY_SEVERITY, BY_COURSE, BY_LANGUAGE, BY_BLOCK, SORTS };
static const char *const sort_names[SORTS] = {"severity", "course", "language", "block"};

static int row_compare(const struct snapshot *page, size_t a, size_t b, int sort)
{
	const struct finding_row *left = &page->findings[a], *right = &page->findings[b];

	if (sort == BY_COURSE)
		return strcmp(left->course, right->course);
	if (sort == BY_LANGUAGE)
		return strcmp(left->language, right->language);
	return sort == BY_BLOCK ? strcmp(left->block, right->block) : 0;
}

/* For the filter of what is sorted here. */
static const void *row_of(const struct snapshot *page, size_t row)
{
	return &page->findings[row];
}

static const struct list_rows rows = {
	.language = &finding_fields, .field = finding_field, .row = row_of,
	.count = row_count, .id = row_id, .match = row_match, .by_desk = true, .compare = row_compare,
	.sort_names = sort_names, .sorts = SORTS,
};

static const struct finding_row *selected_finding(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->findings[row] : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *items_open(struct console *console, const struct place *place)
{
	struct items *items = calloc(1, sizeof(*items));

	if (!items)
		return NULL;
	view_init(&items->view, console, &screen_items, &rows, place);
	items->code = place->code ? (int)finding_by_name(place->code) : FINDING_NONE;
	return &items->view;
}

static int detail_lines(const struct view *view)
{
	return view->area.h < 14 ? DETAIL_LINES_LOW : DETAIL_LINES;
}

static void items_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 1 - detail_lines(view));
}

static void items_ask(const struct view *view, struct page_request *request)
{
	const struct items *items = (const struct items *)view;

	request->course = view->place.course;
	request->video = view->place.video;
	request->code = items->code;
	snprintf(request->filter, sizeof(request->filter), "%s", view->list.filter);
	list_ask(&view->list, request);
	request->selected = 0; /* every row comes with all there is to tell of it */
}

static void items_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void items_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

/* The next code in the order of the triage list; -1, all, is one of the ring. */
static void next_code(struct items *items, int direction)
{
	const struct snapshot *page = items->view.page;
	int count = page ? (int)page->group_count : 0, at = count;

	for (int i = 0; i < count; i++)
		if ((int)page->groups[i].code == items->code)
			at = i;
	at = (at + direction + count + 1) % (count + 1);
	items->code = at < count ? (int)page->groups[at].code : FINDING_NONE;
	list_changed(&items->view.list, NULL);
}

static void toggle_tag(struct view *view)
{
	const struct finding_row *finding = selected_finding(view);

	if (!finding || undo_toggle_tag(view->console, finding->course_id))
		view_list_key(view, ACTION_DOWN);
}

static unsigned items_key(struct view *view, enum action action)
{
	struct items *items = (struct items *)view;
	struct place place = {0};

	switch (action) {
	case ACTION_TAB:
	case ACTION_BACKTAB:
		next_code(items, action == ACTION_TAB ? 1 : -1);
		break;
	case ACTION_TAG:
		toggle_tag(view);
		break;
	case ACTION_OPEN:
		if (view->ops->item(view, &place))
			console_push(view->console, place.video ? &screen_diff : &screen_course, &place);
		break;
	case ACTION_SORT:
	case ACTION_REVERSE:
		view->list.whole = true;
		return view_list_key(view, action);
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

static bool items_item(const struct view *view, struct place *place)
{
	const struct finding_row *finding = selected_finding(view);

	if (finding)
		*place = (struct place){.course = finding->course_id, .video = finding->video_id,
					.language = finding->language};
	return finding != NULL;
}

static bool some_have_open(const struct snapshot *page, int code)
{
	for (size_t i = 0; page && i < page->group_count; i++)
		if ((int)page->groups[i].code == code)
			return page->groups[i].courses > 0;
	return false;
}

/* The tagged courses, the one whose findings these are, or all that have one of those shown open;
   where all codes are shown, that of the selected one. */
static bool items_target(const struct view *view, struct target *target)
{
	int code = ((const struct items *)view)->code;
	const struct finding_row *finding = selected_finding(view);
	const struct tags *tags = &view->console->tags;

	target->finding = code >= 0 ? finding_info((enum finding_code)code)->name : NULL;
	if (tags->count) {
		target->ids = tags->ids;
		target->count = tags->count;
		return true;
	}
	if (code >= 0 && !view->place.course) {
		target->having = finding && some_have_open(view->page, code);
		target->filter = view->list.filter;
		target->why = "no course has it open";
		return target->having;
	}
	if (finding)
		target->one = finding->course_id;
	return finding != NULL;
}

/* The selected one, or all that are shown. */
static const char *items_waives(const struct view *view, bool all, struct waiving *waiving)
{
	int code = ((const struct items *)view)->code;
	const struct finding_row *finding = selected_finding(view);
	struct page_question *question = &waiving->question;

	if (!finding)
		return "nothing is selected";
	if (all) {
		question->course = view->place.course;
		question->video = view->place.video;
		question->code = code;
		snprintf(question->filter, sizeof(question->filter), "%s", view->list.filter);
		return code >= 0 ? waive_code_refusal((enum finding_code)code) : NULL;
	}
	question->course = finding->course_id;
	question->video = finding->video_id;
	question->code = (int)finding->code;
	question->like = finding->id;
	waiving->back = finding->waived;
	return waive_code_refusal(finding->code);
}

/* ---- drawing ------------------------------------------------------------------------------*/

#define SUMS_WIDTH 56 /* the longest code and the figures */

static void draw_title(const struct items *items, int y)
{
	const struct view *view = &items->view;
	int width = view->area.w - 1;
	char key[512];
	int x = widget_put(y, 1, width, ROLE_TITLE, "%s of %s",
			   items->code >= 0 ? finding_info((enum finding_code)items->code)->name
					    : "findings",
			   view->place.video ? "one video"
			   : view_of_course(view, width - SUMS_WIDTH, key, sizeof(key)));

	if (items->code < 0) {
		view_draw_sums(view->page, y, x + 2, width);
		return;
	}
	for (size_t i = 0; view->page && i < view->page->group_count; i++) {
		const struct finding_group *group = &view->page->groups[i];

		if ((int)group->code != items->code)
			continue;
		x = widget_put(y, x + 2, width, view_severity_role(finding_group_severity(group)),
			       "open %s", widget_number(finding_group_open(group)).text);
		x = widget_put(y, x + 2, width, ROLE_NORMAL, "courses %s",
			       widget_number(group->courses).text);
		widget_put(y, x + 2, width, ROLE_NORMAL, "waived %s", widget_number(group->waived).text);
	}
}

/* The code stands only where several are shown, the course where it is not the same for all; the
   text gets what is left. */
struct columns {
	int code, language, course, block, text, width;
};

static struct columns columns_for(const struct items *items)
{
	struct columns at = {.code = 5, .width = items->view.area.w};
	int x = items->code >= 0 ? at.code : at.code + 22, room;

	at.language = x;
	at.course = x + 8;
	room = at.width - at.course - 1;
	at.block = at.course;
	if (!items->view.place.course)
		at.block += room * 45 / 100 < COURSE_WIDTH ? room * 45 / 100 : COURSE_WIDTH;
	at.text = room > 80 ? at.block + (at.width - at.block) * 4 / 10 : at.width;
	return at;
}

static void draw_row(const struct view *view, int y, const struct columns *at,
		     const struct finding_row *finding, bool selected)
{
	enum role base = selected ? ROLE_SELECTED : finding->waived ? ROLE_DIM : ROLE_NORMAL;
	enum role role = selected || finding->waived ? base : view_severity_role(finding->severity);
	bool tagged = tags_has(&view->console->tags, finding->course_id);
	int room = at->block - at->course - 1;
	char key[512];

	widget_text(y, 0, at->width, base, "");
	widget_text(y, 0, 1, base, tagged ? glyph(GLYPH_TAG) : " ");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, 3, 1, role, glyph(finding->waived ? GLYPH_DONE
							 : view_severity_glyph(finding->severity)));
	if (at->language > at->code)
		widget_text(y, at->code, at->language - at->code - 1, role,
			    finding_info(finding->code)->name);
	widget_text(y, at->language, at->course - at->language - 1, base, finding->language);
	if (at->block > at->course)
		widget_text(y, at->course, room, base,
			    widget_course_key(view_key(finding->course, room), room, key, sizeof(key)));
	widget_text(y, at->block, at->text - at->block - 1, base,
		    finding->block[0] ? finding->block : "the course itself");
	if (at->text < at->width)
		widget_text(y, at->text, at->width - at->text - 1, role, finding->text);
}

static void draw_heading(const struct view *view, int y, const struct columns *at)
{
	if (at->language > at->code)
		widget_printf(y, at->code, 16, ROLE_DIM, "CODE%s", view_sort_mark(view, BY_SEVERITY));
	widget_printf(y, at->language, 7, ROLE_DIM, "LANG%s", view_sort_mark(view, BY_LANGUAGE));
	if (at->block > at->course)
		widget_printf(y, at->course, 10, ROLE_DIM, "COURSE%s",
			      view_sort_mark(view, BY_COURSE));
	widget_printf(y, at->block, 10, ROLE_DIM, "BLOCK%s", view_sort_mark(view, BY_BLOCK));
	if (at->text < at->width)
		widget_text(y, at->text, 10, ROLE_DIM, "WHAT");
}

static void draw_details(const struct view *view, int y)
{
	const struct finding_row *finding = selected_finding(view);
	int width = view->area.w - 2, last = y + detail_lines(view), x;

	if (!finding)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", finding->course);
	widget_put(y++, x + 2, width, ROLE_DIM, "%s",
		   widget_time(finding->at, console_wall(view->console)).text);
	x = widget_put(y, 1, width, ROLE_NORMAL, "%s", finding->block);
	widget_put(y++, x > 1 ? x + 2 : x, width, view_severity_role(finding->severity), "%s %s",
		   finding_severity_name(finding->severity), finding_info(finding->code)->name);
	y += widget_wrapped(y, 1, width, 2, view_severity_role(finding->severity), finding->text);
	if (y >= last)
		return;
	if (!finding->waived) {
		widget_wrapped(y, 1, width, last - y, ROLE_DIM, finding_info(finding->code)->help);
		return;
	}
	x = widget_put(y, 1, width, ROLE_NORMAL, "waived by %s: ", finding->who);
	widget_text(y, x, width - x, ROLE_NORMAL, finding->reason);
}

static void items_draw(struct view *view, const struct snapshot *now)
{
	const struct items *items = (const struct items *)view;
	struct columns at = columns_for(items);
	int y = view->area.y, height = (int)view->list.height;
	int64_t top;

	(void)now;
	draw_title(items, y++);
	draw_heading(view, y++, &at);
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, y + i, &at, &view->page->findings[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, "no findings");
	view_rule(view, y + height, view->list.find.pending ? "searching  " : "");
	if (!view_tell_whole(view, y + height + 1, detail_lines(view)))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_items = {
	.name = "items", .bit = VIEW_ITEMS, .kind = PAGE_FINDINGS,
	.footer = (const enum action[]){ACTION_OPEN, ACTION_WHY, ACTION_WAIVE, ACTION_RETRY, ACTION_TAB,
					ACTION_WAIVE_ALL, ACTION_TAG, ACTION_FILTER, ACTION_VALIDATE,
					ACTION_SEARCH, ACTION_SORT, ACTION_REHEARSE, ACTION_LOG, ACTION_HOLD,
					ACTION_GOTO, ACTION_UNDO, ACTION_NONE},
	.open_word = "diff", .next_word = "next match", .tab_word = "next code",
	.open = items_open, .layout = items_layout, .ask = items_ask,
	.take = items_take, .draw = items_draw, .key = items_key, .item = items_item,
	.target = items_target, .waives = items_waives, .close = items_close,
};
