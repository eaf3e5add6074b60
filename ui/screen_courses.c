/*
 * screen_courses.c - the first screen: every course, how far it is, what it needs.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define DETAIL_LINES 2
#define WIDE 120 /* columns from which name and times have room */

struct courses {
	struct view view;
	int status; /* enum course_status or -1 */
	/* the search the desk carries out for us */
	uint64_t find_serial;
	bool finding;
	int find_direction;
	int64_t find_from;
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

static const char *const sort_names[SORT_COUNT] = {
	[SORT_KEY] = "key", [SORT_NAME] = "name", [SORT_STATUS] = "status",
	[SORT_VIDEOS] = "videos", [SORT_EXPECTED] = "expected transcripts",
	[SORT_IN_VAL] = "transcripts in val", [SORT_FINDINGS] = "findings",
	[SORT_CHANGED] = "last change", [SORT_DIFFERENCE] = "difference",
	[SORT_ATTEMPTS] = "attempts", [SORT_PROGRESS] = "progress",
	[SORT_VERIFIED] = "last validation",
};

/* The desk filters, sorts and searches courses: there may be many thousands. */
static const struct list_rows rows = {
	.count = row_count, .id = row_id, .sort_names = sort_names, .sorts = SORT_COUNT,
	.most_first = 1U << SORT_VIDEOS | 1U << SORT_EXPECTED | 1U << SORT_IN_VAL |
		      1U << SORT_FINDINGS | 1U << SORT_CHANGED | 1U << SORT_DIFFERENCE |
		      1U << SORT_ATTEMPTS | 1U << SORT_PROGRESS | 1U << SORT_VERIFIED,
};

static const struct course_row *selected_course(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->courses[row] : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *courses_open(struct console *console, const struct place *place)
{
	struct courses *courses = calloc(1, sizeof(*courses));

	if (!courses)
		return NULL;
	view_init(&courses->view, console, &screen_courses, &rows, place);
	courses->status = -1;
	return &courses->view;
}

static void courses_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - 2 - DETAIL_LINES);
}

static void courses_ask(const struct view *view, struct page_request *request)
{
	const struct courses *courses = (const struct courses *)view;

	request->status = courses->status;
	request->sort = (enum course_sort)view->list.sort;
	request->descending = view->list.descending;
	snprintf(request->filter, sizeof(request->filter), "%s", view->list.filter);
	list_ask(&view->list, request);
	if (!courses->finding)
		return;
	snprintf(request->find, sizeof(request->find), "%s", view->list.search);
	request->find_from = courses->find_from;
	request->find_direction = courses->find_direction;
	request->find_serial = courses->find_serial;
}

static void courses_take(struct view *view)
{
	struct courses *courses = (struct courses *)view;
	const struct snapshot *page = view->page;

	list_take(&view->list, page);
	if (!courses->finding || page->found_serial != courses->find_serial)
		return;
	courses->finding = false;
	if (page->found >= 0)
		list_jump(&view->list, page, page->found);
	else
		view_found(view, LIST_NOT_FOUND);
}

static void courses_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void find(struct courses *courses, int direction)
{
	struct list *list = &courses->view.list;

	if (!list->search[0]) {
		console_note(courses->view.console, ROLE_NORMAL, "search with / first");
		return;
	}
	courses->finding = true;
	courses->find_serial++;
	courses->find_direction = direction;
	courses->find_from = list->selected;
}

static void show_only(struct courses *courses, int status)
{
	courses->status = courses->status == status ? -1 : status;
	courses->view.console->tags.all = false;
	list_changed(&courses->view.list, courses->view.page);
}

static void toggle_tag(struct view *view)
{
	const struct course_row *course = selected_course(view);
	struct console *console = view->console;

	if (console->tags.all)
		console_note(console, ROLE_NORMAL, "all shown are tagged: u untags them");
	else if (course && !tags_toggle(&console->tags, course->id))
		console_note(console, ROLE_ERROR, "out of memory: not tagged");
	else
		view_list_key(view, ACTION_DOWN);
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
		tags_clear(&view->console->tags);
		view->console->tags.all = true;
		break;
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		find(courses, action == ACTION_NEXT ? 1 : -1);
		break;
	case ACTION_SHOW_1:
	case ACTION_SHOW_2:
	case ACTION_SHOW_3:
	case ACTION_SHOW_4:
		show_only(courses, COURSE_NOT_MIGRATED + (int)(action - ACTION_SHOW_1));
		break;
	case ACTION_SHOW_ALL:
		show_only(courses, -1);
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

static bool courses_target(const struct view *view, struct target *target)
{
	const struct courses *courses = (const struct courses *)view;
	const struct course_row *course = selected_course(view);
	const struct tags *tags = &view->console->tags;

	target->query = (struct course_query){
		.status = courses->status, .text = view->list.filter,
		.sort = (enum course_sort)view->list.sort, .descending = view->list.descending,
		.count = -1,
	};
	if (tags->all) {
		target->all = true;
		target->total = view->list.total;
		return true;
	}
	if (tags->count) {
		target->ids = tags->ids;
		target->count = tags->count;
		return true;
	}
	if (!course)
		return false;
	target->one = course->id;
	target->paused = course->intent == INTENT_PAUSE;
	return true;
}

/* ---- drawing ------------------------------------------------------------------------------*/

/* Left edges of the columns; 0 where a column is not shown. */
struct columns {
	int course, name, status, videos, expected, in_val, findings, changed, level;
	int course_width, name_width, width;
};

#define STATUS_WIDTH 15
#define NUMBER_WIDTH 7
#define FINDINGS_WIDTH 6
#define CHANGED_WIDTH 15
#define LEVEL_WIDTH 20

static struct columns columns_for(int width)
{
	struct columns at = {.course = 3, .width = width};
	int x = width - 1, room;

	if (width >= WIDE) {
		at.level = x -= LEVEL_WIDTH;
		at.changed = x -= CHANGED_WIDTH;
	}
	at.findings = x -= FINDINGS_WIDTH;
	at.in_val = x -= NUMBER_WIDTH;
	at.expected = x -= NUMBER_WIDTH;
	at.videos = x -= NUMBER_WIDTH;
	at.status = x -= STATUS_WIDTH;
	room = x - at.course;
	if (width >= WIDE) {
		at.name_width = room / 2 - 1;
		at.name = x - at.name_width - 1;
		room -= at.name_width + 1;
	}
	at.course_width = room - 1;
	return at;
}

static void heading(const struct view *view, int y, int x, int width, enum align align,
		    const char *text, int sort)
{
	char title[64];

	snprintf(title, sizeof(title), "%s%s", text, view_sort_mark(view, sort));
	widget_aligned(y, x, width, ROLE_DIM, align, title);
}

static void draw_heading(const struct view *view, int y, const struct columns *at)
{
	heading(view, y, at->course, at->course_width, ALIGN_LEFT, "COURSE", SORT_KEY);
	if (at->name)
		heading(view, y, at->name, at->name_width, ALIGN_LEFT, "NAME", SORT_NAME);
	heading(view, y, at->status, STATUS_WIDTH, ALIGN_LEFT, "STATUS", SORT_STATUS);
	heading(view, y, at->videos, NUMBER_WIDTH, ALIGN_RIGHT, "VIDEOS", SORT_VIDEOS);
	heading(view, y, at->expected, NUMBER_WIDTH, ALIGN_RIGHT, "EXPECT", SORT_EXPECTED);
	heading(view, y, at->in_val, NUMBER_WIDTH, ALIGN_RIGHT, "IN VAL", SORT_IN_VAL);
	heading(view, y, at->findings, FINDINGS_WIDTH, ALIGN_RIGHT, "FIND", SORT_FINDINGS);
	if (at->changed) {
		heading(view, y, at->changed + 2, CHANGED_WIDTH - 2, ALIGN_LEFT, "CHANGED",
			SORT_CHANGED);
		widget_text(y, at->level, LEVEL_WIDTH, ROLE_DIM, "VALIDATED");
	}
}

static int percent_of(const struct course_row *course)
{
	if (course->videos <= 0)
		return 0;
	return (int)((double)course->tried / (double)course->videos * 100);
}

/* "> ####.. 61%" of a course that is being migrated. */
static void running_text(const struct course_row *course, char *out, size_t size)
{
	int full = percent_of(course) * 6 / 100;
	size_t at = (size_t)snprintf(out, size, "%s ", glyph(GLYPH_BUSY));

	for (int i = 0; i < 6; i++)
		at += (size_t)snprintf(out + at, size - at, "%s",
				       glyph(i < full ? GLYPH_ROW_FULL : GLYPH_ROW_LEFT));
	snprintf(out + at, size - at, " %d%%", percent_of(course));
}

static enum role status_text(const struct course_row *course, char *out, size_t size)
{
	if (course->gone) {
		snprintf(out, size, "%s gone", glyph(GLYPH_NONE));
		return ROLE_DIM;
	}
	if (course->intent == INTENT_PAUSE && course->status == COURSE_IN_PROGRESS) {
		snprintf(out, size, "%s paused %d%%", glyph(GLYPH_PAUSED), percent_of(course));
		return ROLE_PAUSED;
	}
	if (course->intent == INTENT_PAUSE && course->status == COURSE_NOT_MIGRATED) {
		snprintf(out, size, "%s paused", glyph(GLYPH_PAUSED));
		return ROLE_PAUSED;
	}
	if (course->status == COURSE_IN_PROGRESS) {
		running_text(course, out, size);
		return ROLE_BUSY;
	}
	if (course->intent == INTENT_RUN) {
		snprintf(out, size, "%s launched", glyph(GLYPH_LAUNCHED));
		return ROLE_BUSY;
	}
	snprintf(out, size, "%s %s",
		 glyph(course->status == COURSE_MIGRATED ? GLYPH_DONE
		       : course->status == COURSE_FAILED ? GLYPH_FAILED : GLYPH_NONE),
		 course_status_name(course->status));
	return course->status == COURSE_MIGRATED ? ROLE_GOOD
	       : course->status == COURSE_FAILED ? ROLE_ERROR : ROLE_NORMAL;
}

/* How many of the expected val has; '?' says that it could not tell of all, the unlike sign
   that some differ. */
static enum role in_val_text(const struct counts *counts, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", counts->differing ? glyph(GLYPH_DIFFERS) : "",
		 widget_number(counts->in_val).text, counts->unknown ? "?" : "");
	return counts->differing ? ROLE_ERROR : counts->unknown ? ROLE_WARNING : ROLE_NORMAL;
}

static void draw_times(const struct view *view, int y, const struct columns *at, enum role role,
		       const struct course_row *course)
{
	int64_t wall = console_wall(view->console);

	widget_printf(y, at->changed, CHANGED_WIDTH, role, "  %s",
		      widget_time(course->changed, wall).text);
	if (course->verified)
		widget_printf(y, at->level, LEVEL_WIDTH, role, "%s %s",
			      verify_level_name(course->level),
			      widget_time(course->verified, wall).text);
	else
		widget_text(y, at->level, LEVEL_WIDTH, role, glyph(GLYPH_NONE));
}

/* Before a course was planned for the first time nobody knows: that is not nought. */
static void draw_counts(int y, const struct columns *at, const struct course_row *course,
			bool selected)
{
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL, role;
	bool known = course->pass > 0 || course->videos > 0;
	char text[96];

	widget_aligned(y, at->videos, NUMBER_WIDTH, base, ALIGN_RIGHT,
		       known ? widget_number(course->videos).text : glyph(GLYPH_NONE));
	widget_aligned(y, at->expected, NUMBER_WIDTH, base, ALIGN_RIGHT,
		       known ? widget_number(course->counts.expected).text : glyph(GLYPH_NONE));
	role = in_val_text(&course->counts, text, sizeof(text));
	widget_aligned(y, at->in_val, NUMBER_WIDTH, selected ? ROLE_SELECTED : role, ALIGN_RIGHT,
		       known ? text : glyph(GLYPH_NONE));
}

static void draw_row(const struct view *view, int y, const struct columns *at,
		     const struct course_row *course, bool selected)
{
	bool tagged = tags_has(&view->console->tags, course->id);
	enum role base = selected ? ROLE_SELECTED : course->gone ? ROLE_DIM : ROLE_NORMAL;
	enum role role;
	char text[96];

#define LOOK(role) (selected ? ROLE_SELECTED : (role))
	widget_text(y, 0, at->width, base, "");
	widget_text(y, 0, 1, LOOK(ROLE_KEY), tagged ? glyph(GLYPH_TAG) : " ");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, at->course, at->course_width, base, course->key);
	if (at->name)
		widget_text(y, at->name, at->name_width, base, course->name);
	role = status_text(course, text, sizeof(text));
	widget_text(y, at->status, STATUS_WIDTH, LOOK(role), text);
	draw_counts(y, at, course, selected);
	role = view_findings(&course->counts, text, sizeof(text));
	widget_aligned(y, at->findings, FINDINGS_WIDTH, LOOK(role), ALIGN_RIGHT, text);
	if (at->changed)
		draw_times(view, y, at, base, course);
#undef LOOK
}

/* "asset-missing es, srt-invalid pt": what the selected course needs. */
static void findings_line(const struct snapshot *page, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < page->finding_count && at + 1 < size; i++) {
		const struct finding_row *finding = &page->findings[i];

		if (finding->waived)
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%s%s%s", at ? ", " : "",
				       finding_info(finding->code)->name,
				       finding->language[0] ? " " : "", finding->language);
	}
}

static void draw_details(const struct view *view, int y)
{
	const struct course_row *course = selected_course(view);
	const struct snapshot *page = view->page;
	int width = view->area.w - 2;
	char text[512] = "";
	int x;

	if (!course)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", course->key);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "%s", course->name);
	if (course->gone)
		widget_put(y, x + 2, width, ROLE_WARNING, "no longer in the source");
	if (course->problem[0]) {
		widget_text(y + 1, 1, width, ROLE_ERROR, course->problem);
		return;
	}
	if (!list_has_details(&view->list, page))
		return;
	findings_line(page, text, sizeof(text));
	x = widget_put(y + 1, 1, width, ROLE_NORMAL, "%s", text);
	if (page->last_attempt[0])
		widget_put(y + 1, text[0] ? x + 1 : x, width, ROLE_NORMAL, "%s%s%s",
			   text[0] ? glyph(GLYPH_DOT) : "", text[0] ? " " : "",
			   page->last_attempt);
}

static void courses_draw(struct view *view, const struct snapshot *now)
{
	const struct courses *courses = (const struct courses *)view;
	struct columns at = columns_for(view->area.w);
	int y = view->area.y, height = (int)view->list.height;
	int64_t top = list_top_to_draw(&view->list, view->page);
	char extra[64] = "";

	(void)now;
	draw_heading(view, y++, &at);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, y + i, &at, &view->page->courses[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, courses->status >= 0
			? "no course has this status: 0 shows all"
			: "no courses yet: the source is being read, or it has none");
	y += height;
	if (courses->status >= 0)
		snprintf(extra, sizeof(extra), "only %s  ",
			 course_status_name((enum course_status)courses->status));
	view_rule(view, y, extra);
	if (!view_tell_whole(view, y + 1, DETAIL_LINES))
		draw_details(view, y + 1);
}

const struct view_ops screen_courses = {
	.name = "courses", .bit = VIEW_COURSES, .kind = PAGE_COURSES, .dashboard = true,
	.footer = (const enum action[]){ACTION_RUN, ACTION_PAUSE, ACTION_RETRY, ACTION_VALIDATE,
					ACTION_OPEN, ACTION_SEARCH, ACTION_FILTER, ACTION_TAG,
					ACTION_TAG_ALL, ACTION_SORT, ACTION_FINDINGS, ACTION_LOG,
					ACTION_NONE},
	.open_word = "open",
	.open = courses_open, .layout = courses_layout, .ask = courses_ask, .take = courses_take,
	.draw = courses_draw, .key = courses_key, .target = courses_target,
	.close = courses_close,
};
