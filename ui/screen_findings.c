/*
 * screen_findings.c - every difference and failure, of all courses or of one.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define DETAIL_LINES 5

struct findings {
	struct view view;
	int code; /* enum finding_code or -1 */
};

/* ---- rows ---------------------------------------------------------------------------------*/

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
	const struct finding_row *finding = &page->findings[row];

	return strcasestr(finding_info(finding->code)->name, text) ||
	       strcasestr(finding->course, text) || strcasestr(finding->block, text) ||
	       strcasestr(finding->language, text) || strcasestr(finding->text, text);
}

enum sort { BY_SEVERITY, BY_COURSE, BY_CODE, BY_LANGUAGE, SORTS };
static const char *const sort_names[SORTS] = {"severity", "course", "code", "language"};

static int row_compare(const struct snapshot *page, size_t a, size_t b, int sort)
{
	const struct finding_row *left = &page->findings[a], *right = &page->findings[b];

	if (sort == BY_COURSE)
		return strcmp(left->course, right->course);
	if (sort == BY_LANGUAGE)
		return strcmp(left->language, right->language);
	return sort == BY_CODE ? (int)left->code - (int)right->code : 0;
}

static const struct list_rows rows = {
	.count = row_count, .id = row_id, .match = row_match, .compare = row_compare,
	.sort_names = sort_names, .sorts = SORTS,
};

static const struct finding_row *selected_finding(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->findings[row] : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *findings_open(struct console *console, const struct place *place)
{
	struct findings *findings = calloc(1, sizeof(*findings));

	if (!findings)
		return NULL;
	view_init(&findings->view, console, &screen_findings, &rows, place);
	findings->code = FINDING_NONE;
	return &findings->view;
}

static void findings_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 1 - DETAIL_LINES);
}

static void findings_ask(const struct view *view, struct page_request *request)
{
	const struct findings *findings = (const struct findings *)view;

	request->course = view->place.course;
	request->video = view->place.video;
	request->code = findings->code;
	list_ask(&view->list, request);
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

/* The next code that has findings; -1, all, is one of the ring. */
static void next_code(struct findings *findings, int direction)
{
	const struct snapshot *page = findings->view.page;
	int code = findings->code;

	if (!page)
		return;
	do {
		code += direction;
		code = code < -1 ? FINDING_COUNT - 1 : code >= FINDING_COUNT ? -1 : code;
	} while (code != -1 && !page->finding_counts[code] && code != findings->code);
	findings->code = code;
	list_changed(&findings->view.list, NULL);
}

static void toggle_tag(struct view *view)
{
	const struct finding_row *finding = selected_finding(view);
	struct tags *tags = &view->console->tags;

	if (finding && !tags_toggle(tags, finding->course_id))
		console_note(view->console, ROLE_ERROR, "out of memory: not tagged");
	else
		view_list_key(view, ACTION_DOWN);
}

static unsigned findings_key(struct view *view, enum action action)
{
	const struct finding_row *finding = selected_finding(view);
	struct place place;

	switch (action) {
	case ACTION_TAB:
	case ACTION_BACKTAB:
		next_code((struct findings *)view, action == ACTION_TAB ? 1 : -1);
		break;
	case ACTION_TAG:
		toggle_tag(view);
		break;
	case ACTION_OPEN:
		if (!finding)
			break;
		place = (struct place){finding->course_id, finding->video_id, finding->language};
		console_push(view->console, place.video ? &screen_diff : &screen_course, &place);
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

/* The courses that have the findings: the tagged ones, else that of the selected one. */
static bool findings_target(const struct view *view, struct target *target)
{
	const struct finding_row *finding = selected_finding(view);
	const struct tags *tags = &view->console->tags;

	if (tags->count) {
		target->ids = tags->ids;
		target->count = tags->count;
		return true;
	}
	if (finding)
		target->one = finding->course_id;
	return finding != NULL;
}

/* ---- drawing ------------------------------------------------------------------------------*/

static void draw_title(const struct findings *findings, int y)
{
	const struct view *view = &findings->view;
	const struct snapshot *page = view->page;
	int64_t sums[FINDING_ERROR + 1] = {0};
	int width = view->area.w - 1, x;

	for (int code = 0; page && code < FINDING_COUNT; code++)
		sums[finding_info((enum finding_code)code)->severity] += page->finding_counts[code];
	x = widget_put(y, 1, width, ROLE_TITLE, "findings of %s", !view->place.course ? "all courses"
		       : view->place.video ? "one video" : "one course");
	x = widget_put(y, x + 2, width, sums[FINDING_ERROR] ? ROLE_ERROR : ROLE_NORMAL, "errors %s",
		       widget_number(sums[FINDING_ERROR]).text);
	x = widget_put(y, x + 2, width, sums[FINDING_WARNING] ? ROLE_WARNING : ROLE_NORMAL,
		       "warnings %s", widget_number(sums[FINDING_WARNING]).text);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "notices %s",
		       widget_number(sums[FINDING_NOTICE]).text);
	if (findings->code >= 0)
		widget_put(y, x + 2, width, ROLE_SELECTED, "only %s",
			   finding_info((enum finding_code)findings->code)->name);
}

struct columns {
	int code, language, course, block, width;
};

static struct columns columns_for(const struct view *view)
{
	struct columns at = {.code = 5, .language = 27, .course = 35, .width = view->area.w};

	at.block = view->place.course ? at.course : at.course + (at.width - at.course) * 6 / 10;
	return at;
}

static void draw_row(const struct view *view, int y, const struct columns *at,
		     const struct finding_row *finding, bool selected)
{
	enum role base = selected ? ROLE_SELECTED : finding->waived ? ROLE_DIM : ROLE_NORMAL;
	enum role role = finding->waived ? ROLE_DIM : view_severity_role(finding->severity);
	bool tagged = tags_has(&view->console->tags, finding->course_id);
	enum glyph sign = finding->waived			 ? GLYPH_DONE
			  : finding->severity == FINDING_ERROR   ? GLYPH_FAILED
			  : finding->severity == FINDING_WARNING ? GLYPH_WARNING
								 : GLYPH_NONE;

	role = selected ? ROLE_SELECTED : role;
	widget_text(y, 0, at->width, base, "");
	widget_text(y, 0, 1, base, tagged ? glyph(GLYPH_TAG) : " ");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, 3, 1, role, glyph(sign));
	widget_text(y, at->code, at->language - at->code - 1, role, finding_info(finding->code)->name);
	widget_text(y, at->language, at->course - at->language - 1, base, finding->language);
	if (at->block > at->course)
		widget_text(y, at->course, at->block - at->course - 1, base, finding->course);
	widget_text(y, at->block, at->width - at->block - 1, base,
		    finding->block[0] ? finding->block : "the course itself");
}

static void draw_heading(const struct view *view, int y, const struct columns *at)
{
	widget_printf(y, at->code, 16, ROLE_DIM, "CODE%s", view_sort_mark(view, BY_CODE));
	widget_printf(y, at->language, 7, ROLE_DIM, "LANG%s", view_sort_mark(view, BY_LANGUAGE));
	if (at->block > at->course)
		widget_printf(y, at->course, 10, ROLE_DIM, "COURSE%s",
			      view_sort_mark(view, BY_COURSE));
	widget_text(y, at->block, 10, ROLE_DIM, "BLOCK");
}

static void draw_details(const struct view *view, int y)
{
	const struct finding_row *finding = selected_finding(view);
	int width = view->area.w - 2, x;

	if (!finding)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", finding->course);
	x = widget_put(y, x + 2, width, ROLE_DIM, "%s",
		       widget_time(finding->at, console_wall(view->console)).text);
	widget_put(y, x + 2, width, ROLE_NORMAL, "%s", finding->block);
	y++;
	y += widget_wrapped(y, 1, width, 2, view_severity_role(finding->severity), finding->text);
	if (!finding->waived) {
		widget_wrapped(y, 1, width, 2, ROLE_DIM, finding_info(finding->code)->help);
		return;
	}
	x = widget_put(y, 1, width, ROLE_NORMAL, "waived by %s: ", finding->who);
	widget_text(y, x, width - x, ROLE_NORMAL, finding->reason);
}

static void findings_draw(struct view *view, const struct snapshot *now)
{
	const struct findings *findings = (const struct findings *)view;
	struct columns at = columns_for(view);
	int y = view->area.y, height = (int)view->list.height;
	int64_t top = list_top_to_draw(&view->list, view->page);

	(void)now;
	draw_title(findings, y++);
	draw_heading(view, y++, &at);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, y + i, &at, &view->page->findings[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, "no findings");
	view_rule(view, y + height, "");
	if (!view_tell_whole(view, y + height + 1, DETAIL_LINES))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_findings = {
	.name = "findings", .bit = VIEW_FINDINGS, .kind = PAGE_FINDINGS,
	.footer = (const enum action[]){ACTION_RETRY, ACTION_OPEN, ACTION_TAB, ACTION_SEARCH,
					ACTION_FILTER, ACTION_SORT, ACTION_TAG, ACTION_VALIDATE,
					ACTION_LOG, ACTION_NONE},
	.open_word = "open", .tab_word = "next code",
	.open = findings_open, .layout = findings_layout, .ask = findings_ask,
	.take = findings_take, .draw = findings_draw, .key = findings_key,
	.target = findings_target, .close = findings_close,
};
