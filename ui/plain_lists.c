/*
 * plain_lists.c - the lists in words: courses, findings by code and one by one, the log, columns.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <stdio.h>
#include <string.h>

#include "src/status/fields.h"
#include "ui/course_frame.h"
#include "ui/widget.h"

#define FINDINGS_TOLD 5 /* of the selected course; the others have a screen */

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- courses ------------------------------------------------------------------------------*/

static const struct course_row *course_at(const struct view *view, int64_t position)
{
	int64_t row = list_row(&view->list, view->page, position);

	return row >= 0 && view->page->courses ? &view->page->courses[row] : NULL;
}

/* Not by the filter that was typed, but by the key for it. */
static bool is_only_paused(const struct view *view)
{
	static const char term[] = HEAD_PAUSED_TERM " ";
	size_t len = sizeof(term) - 1;

	return !strncmp(view->page->request.filter, term, len) &&
	       strncmp(view->list.filter, term, len) != 0;
}

/* The desk filters courses, by as much of the text as can be understood. */
static void say_filter_error(const struct view *view)
{
	struct filter *filter = NULL;
	struct error err = {0};

	if (filter_parse(&filter, &course_fields, view->list.filter, &err) != RESULT_OK)
		plain_say("warning: %s", err.text);
	filter_free(filter);
}

static void courses_head(const struct view *view)
{
	const struct page_request *asked = &view->page->request;
	struct buf text = BUF_INIT;

	buf_printf(&text, "courses: %s", widget_number(view->list.total).text);
	if (asked->status >= 0)
		plain_add(&text, "Only %s", course_status_name((enum course_status)asked->status));
	else if (is_only_paused(view))
		plain_add(&text, "Only paused");
	plain_add_order(view, column_infos[column_of_sort(asked->sort)].word, &text);
	if (view->console->tags.count)
		plain_add(&text, "%s tagged",
			  widget_number((int64_t)view->console->tags.count).text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
	say_filter_error(view);
}

static void add_in_val(struct buf *out, const struct counts *counts)
{
	plain_add(out, "In val %s", widget_number(counts->in_val).text);
	if (counts->unknown)
		buf_printf(out, ", unknown %s", widget_number(counts->unknown).text);
	if (counts->differing)
		buf_printf(out, ", differing %s", widget_number(counts->differing).text);
}

static void add_status(struct buf *out, const struct course_row *course)
{
	char status[64];

	plain_add(out, "Status %s", course->gone ? "gone from the source"
						 : course_row_status(course, status, sizeof(status)));
	if (course->status == COURSE_IN_PROGRESS && !course->gone)
		buf_printf(out, ", %s of %s videos tried", widget_number(course->tried).text,
			   widget_number(course->videos).text);
}

static void add_column(struct buf *out, const struct course_row *course, int64_t wall, int column)
{
	const struct counts *counts = &course->counts;

	switch ((enum course_column)column) {
	case COLUMN_NAME:
		plain_add(out, "Name %s", course->name);
		break;
	case COLUMN_STATUS:
		add_status(out, course);
		break;
	case COLUMN_PROGRESS:
		plain_add(out, "Tried %s of %s", widget_number(course->tried).text,
			  widget_number(course->videos).text);
		break;
	case COLUMN_VIDEOS:
		plain_add(out, "Videos %s", widget_number(course->videos).text);
		break;
	case COLUMN_EXPECTED:
		plain_add(out, "Expected %s", widget_number(counts->expected).text);
		break;
	case COLUMN_IN_VAL:
		add_in_val(out, counts);
		break;
	case COLUMN_DIFFERENCE:
		plain_add(out, "Missing %s", widget_number(course_missing(counts)).text);
		break;
	case COLUMN_FINDINGS:
		plain_add_findings(out, counts);
		break;
	case COLUMN_ATTEMPTS:
		plain_add(out, "Attempts %s", widget_number(course->pass).text);
		break;
	case COLUMN_CHANGED:
		if (course->changed)
			plain_add(out, "Changed %s", widget_time(course->changed, wall).text);
		break;
	case COLUMN_VALIDATED:
		if (course->verified)
			plain_add(out, "Validated %s %s", verify_level_name(course->level),
				  widget_time(course->verified, wall).text);
		break;
	default:
		break;
	}
}

/* The columns the operator chose; else those of an ordinary screen. Of a course that was never
   planned nobody knows the figures. */
static bool courses_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct course_row *course = course_at(view, position);
	const struct console *console = view->console;
	bool planned = course && (course->pass > 0 || course->videos > 0);
	struct column_layout layout;

	if (!course)
		return false;
	columns_fit(console->columns, view->area.w, &layout);
	buf_add_text(out, course->key);
	for (int column = 0; column < COLUMN_COUNT; column++)
		if ((layout.shown >> column & 1) &&
		    (planned || column == COLUMN_NAME || column == COLUMN_STATUS))
			add_column(out, course, console_wall(console), column);
	if (!planned)
		plain_add(out, "Not looked at yet");
	if (tags_has(&console->tags, course->id))
		plain_add(out, "Tagged");
	buf_add_char(out, '.');
	return true;
}

static void say_findings(const struct snapshot *page)
{
	size_t told = page->finding_count < FINDINGS_TOLD ? page->finding_count : FINDINGS_TOLD;

	for (size_t i = 0; i < told; i++)
		plain_say_finding(&page->findings[i]);
	if (page->finding_total > (int64_t)told)
		plain_say("%s more: findings tells them.",
			  widget_number(page->finding_total - (int64_t)told).text);
}

static void courses_details(const struct view *view)
{
	const struct course_row *course = course_at(view, view->list.selected);
	int64_t wall = console_wall(view->console);

	if (!course)
		return;
	plain_say("name: %s", course->name);
	if (course->begun)
		plain_say("attempt: %s, begun %s, %s of %s video%s failed", widget_number(course->pass).text,
			  widget_time(course->begun, wall).text, widget_number(course->failed).text,
			  widget_number(course->videos).text, plural(course->videos));
	if (course->verified)
		plain_say("validated: level %s, %s", verify_level_name(course->level),
			  widget_time(course->verified, wall).text);
	if (course->problem[0])
		plain_say("error: %s", course->problem);
	if (list_has_details(&view->list, view->page))
		say_findings(view->page);
}

const struct plain_screen plain_courses = {
	.ops = &screen_courses, .head = courses_head, .row = courses_row, .details = courses_details,
	.nothing = "no courses.",
};

/* ---- findings by code ---------------------------------------------------------------------*/

static const struct finding_group *group_at(const struct view *view, int64_t position)
{
	int64_t row = list_row(&view->list, view->page, position);

	return row >= 0 && view->page->groups ? &view->page->groups[row] : NULL;
}

static const char *whose(const struct view *view)
{
	if (view->place.video)
		return "one video";
	if (!view->place.course)
		return "all courses";
	return view->page->course.key ? view->page->course.key : "one course";
}

static void findings_head(const struct view *view)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "findings of %s, by code: %s code%s", whose(view),
		   widget_number(view->list.total).text, plural(view->list.total));
	plain_add_order(view, view->list.rows->sort_names[view->list.sort], &text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
}

static bool findings_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct finding_group *group = group_at(view, position);

	if (!group)
		return false;
	buf_printf(out, "%s %s. Open %s. Courses %s. Waived %s.",
		   finding_severity_name(finding_group_severity(group)),
		   finding_info(group->code)->name, widget_number(finding_group_open(group)).text,
		   widget_number(group->courses).text, widget_number(group->waived).text);
	return true;
}

static void findings_details(const struct view *view)
{
	const struct finding_group *group = group_at(view, view->list.selected);
	const struct finding_info *info = group ? finding_info(group->code) : NULL;

	if (!info)
		return;
	plain_say("what to do: %s", info->help);
	plain_say("effect: %s%s%s%s", info->flags & FINDING_STOPS ? "stops its video" : "stops nothing",
		  info->flags & FINDING_EVIDENCE ? ", counts against the evidence" : "",
		  info->flags & FINDING_TRANSIENT ? ", another try may succeed" : "",
		  info->flags & FINDING_WAIVABLE ? ", can be waived" : ", cannot be waived");
}

const struct plain_screen plain_findings = {
	.ops = &screen_findings, .head = findings_head, .row = findings_row,
	.details = findings_details, .nothing = "no findings.",
};

/* ---- findings one by one ------------------------------------------------------------------*/

static const struct finding_row *finding_at(const struct view *view, int64_t position)
{
	int64_t row = list_row(&view->list, view->page, position);

	return row >= 0 && view->page->findings ? &view->page->findings[row] : NULL;
}

static void items_head(const struct view *view)
{
	int code = view->page->request.code;
	struct buf text = BUF_INIT;

	buf_printf(&text, "findings of %s, %s: %s", whose(view),
		   code >= 0 ? finding_info((enum finding_code)code)->name : "all codes",
		   widget_number(view->list.total).text);
	plain_add_order(view, view->list.rows->sort_names[view->list.sort], &text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
}

static bool items_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct finding_row *finding = finding_at(view, position);

	if (!finding)
		return false;
	buf_printf(out, "%s %s", finding_severity_name(finding->severity),
		   finding_info(finding->code)->name);
	if (finding->language[0])
		plain_add(out, "Language %s", finding->language);
	plain_add(out, "Course %s", finding->course);
	if (finding->block[0])
		plain_add(out, "Video %s", finding->block);
	plain_add(out, "%s", finding->text);
	if (finding->waived)
		plain_add(out, "Waived");
	if (tags_has(&view->console->tags, finding->course_id))
		plain_add(out, "Tagged");
	return true;
}

static void items_details(const struct view *view)
{
	const struct finding_row *finding = finding_at(view, view->list.selected);

	if (!finding)
		return;
	plain_say("seen: %s", widget_time(finding->at, console_wall(view->console)).text);
	plain_say("what to do: %s", finding_info(finding->code)->help);
	if (finding->waived)
		plain_say("waived by %s: %s", finding->who, finding->reason);
}

const struct plain_screen plain_items = {
	.ops = &screen_items, .head = items_head, .row = items_row, .details = items_details,
	.nothing = "no findings.",
};

/* ---- the log ------------------------------------------------------------------------------*/

static const struct event_row *event_at(const struct view *view, int64_t position)
{
	int64_t row = list_row(&view->list, view->page, position);

	return row >= 0 && view->page->events ? &view->page->events[row] : NULL;
}

static void log_head(const struct view *view)
{
	const char *asked = view->page->request.filter;
	const char *course = view->place.course ? view->page->course.key : NULL;
	struct buf text = BUF_INIT;

	buf_printf(&text, "log of %s: %s event%s, %s first",
		   course ? course : "the campus", widget_number(view->list.total).text,
		   plural(view->list.total), view->list.descending ? "oldest" : "newest");
	if (strcmp(asked, view->list.filter) != 0)
		plain_add(&text, "Only %s", asked);
	plain_add_order(view, NULL, &text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
}

static bool log_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct event_row *event = event_at(view, position);

	if (!event)
		return false;
	buf_printf(out, "%s, %s: %s %s", widget_time(event->at, console_wall(view->console)).text,
		   event->who, event->action, event->object);
	plain_add(out, "%s", event->what);
	plain_add(out, "%s", event->why);
	if (event->severity != FINDING_NOTICE)
		plain_add(out, "This is %s", event->severity == FINDING_ERROR ? "an error" : "a warning");
	return true;
}

const struct plain_screen plain_log = {
	.ops = &screen_log, .head = log_head, .row = log_row, .nothing = "nothing has happened yet.",
};

/* ---- columns ------------------------------------------------------------------------------*/

static void columns_head(const struct view *view)
{
	const struct list *order = &view->console->views[0]->list;

	plain_say("columns: what is told of each course. Sorted by %s%s.",
		  column_infos[column_of_sort((enum course_sort)order->sort)].word,
		  order->descending ? ", descending" : "");
}

static bool columns_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct column_info *info = &column_infos[position];
	struct column_layout layout;

	columns_fit(view->console->columns, view->area.w, &layout);
	buf_printf(out, "%s: %s. %s.", info->word, info->help,
		   layout.shown >> position & 1 ? "Told" : "Not told");
	return true;
}

const struct plain_screen plain_columns = {
	.ops = &screen_columns, .head = columns_head, .row = columns_row,
};
