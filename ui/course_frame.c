#include "config.h"

#include "ui/course_frame.h"

#include <stdio.h>
#include <string.h>

#include "src/status/rollout.h"
#include "ui/glyph.h"
#include "ui/marks.h"
#include "ui/widget.h"

#define BAR_WIDE 24
#define BAR_NARROW 8
#define NAME_MIN 8  /* cells: less of a name is not worth them */
#define TEXT_MIN 24 /* cells that a finding's text must have beside its code */

int64_t course_missing(const struct counts *counts)
{
	return counts->expected - counts->in_val - counts->unknown;
}

static const struct course_row *course_of(const struct view *view)
{
	return view->page && view->page->course.key ? &view->page->course : NULL;
}

/* ---- above --------------------------------------------------------------------------------*/

static enum role status_of(const struct course_row *course, enum glyph *sign)
{
	if (course->intent == INTENT_PAUSE) {
		*sign = GLYPH_PAUSED;
		return ROLE_PAUSED;
	}
	*sign = course->status == COURSE_FAILED        ? GLYPH_FAILED
		: course->status == COURSE_MIGRATED    ? GLYPH_DONE
		: course->status == COURSE_IN_PROGRESS ? GLYPH_BUSY
		: course->intent == INTENT_RUN	       ? GLYPH_LAUNCHED
						       : GLYPH_NONE;
	return course->status == COURSE_FAILED	      ? ROLE_ERROR
	       : course->status == COURSE_MIGRATED    ? ROLE_GOOD
	       : course->status == COURSE_IN_PROGRESS ? ROLE_BUSY
						      : ROLE_NORMAL;
}

/* What goes without saying of a course in progress takes no room. */
static const char *intent_word(const struct course_row *course)
{
	if (course->intent == INTENT_RUN)
		return course->status == COURSE_IN_PROGRESS ? "" : ", launched";
	return course->intent == INTENT_PAUSE ? ", paused" : "";
}

/* How far the pass under way is, left of @x, as far as @least: which course it is comes first.
   Returns where it begins. */
static int draw_progress(const struct course_row *course, int y, int x, int width, int least)
{
	int bar = width >= 110 ? BAR_WIDE : BAR_NARROW;
	char percent[16];

	if (course->videos <= 0 ||
	    (course->intent == INTENT_IDLE && course->status != COURSE_IN_PROGRESS))
		return x;
	snprintf(percent, sizeof(percent), "%.12s", widget_percent(course->tried, course->videos).text);
	if (x - widget_cells(percent) - 4 < least)
		return x;
	x -= widget_cells(percent) + 2;
	widget_put(y, x, width, ROLE_NORMAL, "%s", percent);
	if (x - bar - 3 < least)
		return x - 2;
	x -= bar + 1;
	widget_bar(y, x, bar, course->tried - course->failed, course->failed, course->videos);
	return x - 2;
}

/* "just now", "5 min ago", "3 h ago", "12 days ago" */
static void age_text(int64_t microseconds, char *out, size_t size)
{
	long long minutes = microseconds / 60000000;

	if (minutes < 1)
		snprintf(out, size, "just now");
	else if (minutes < 60)
		snprintf(out, size, "%lld min ago", minutes);
	else if (minutes < 48 * 60)
		snprintf(out, size, "%lld h ago", minutes / 60);
	else
		snprintf(out, size, "%lld days ago", minutes / 60 / 24);
}

/* Behind what its validation is worth: what was switched on for it. */
static const char *flag_word(const struct course_row *course)
{
	if (!flag_may_be_on(course->flag))
		return "";
	if (course->flag != STEP_ON)
		return ", flag turning";
	return ", flag on";
}

void course_validated(const struct view *view, bool whole, char *out, size_t size)
{
	const struct course_row *course = course_of(view);
	int64_t microseconds, most = view->page ? view->page->evidence_age : 0;
	char age[48], worth[160] = "";

	out[0] = '\0';
	if (!course)
		return;
	microseconds = console_wall(view->console) - course->verified;
	age_text(microseconds, age, sizeof(age));
	if (course->evidence == EVIDENCE_STALE)
		snprintf(worth, sizeof(worth), ", stale%s%s", whole && *view->page->stale ? ": " : "",
			 whole ? view->page->stale : "");
	else if (course->evidence == EVIDENCE_FRESH && most &&
		 evidence_aged(course->verified, console_wall(view->console), most))
		snprintf(worth, sizeof(worth), "%s", microseconds > most ? ", too old" : ", ahead of the clock");
	if (course->verified)
		snprintf(out, size, "validated %s, %s%s", verify_level_name(course->level), age, worth);
	else
		snprintf(out, size, "never validated");
	snprintf(out + strlen(out), size - strlen(out), "%s", flag_word(course));
}

/* It could not be read, ever: its figures are not nought but unknown. */
static bool is_unread(const struct course_row *course)
{
	return course->videos <= 0 && course->problem && *course->problem;
}

/* The sums, each coloured by what it means when it is not zero; returns the column behind. */
static int draw_sums(const struct course_row *course, int y, int width)
{
	const struct counts *counts = &course->counts;
	const struct {
		const char *label;
		int64_t number;
		enum role role;
	} sums[] = {
		{"expected", counts->expected, ROLE_NORMAL},
		{"in val", counts->in_val, ROLE_NORMAL},
		{"missing", course_missing(counts), ROLE_ERROR},
		{"differing", counts->differing, ROLE_ERROR},
		{"extra", counts->extra, ROLE_NORMAL},
		{"unknown", counts->unknown, ROLE_WARNING},
	};
	int x = 1;

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		x = widget_put(y, x, width - 1, sums[i].number > 0 ? sums[i].role : ROLE_NORMAL,
			       "%s %s", sums[i].label, is_unread(course) ? glyph(GLYPH_UNKNOWN)
					: widget_number(sums[i].number).text) + 2;
	return x;
}

/* What stands first: key, then @more (or ""), and the name as far as there is room; at the end
   status and progress. False: there was no room for @more. */
static bool draw_name(const struct view *view, const struct course_row *course, int y,
		      const char *more)
{
	int width = view->area.w, x, end, cells, least;
	enum glyph sign;
	enum role role = status_of(course, &sign);
	char right[160], key[512];
	bool fits;

	snprintf(right, sizeof(right), "%s %s%s  %s of %s videos", glyph(sign),
		 course_status_name(course->status), intent_word(course),
		 widget_number(course->tried - course->failed).text, widget_number(course->videos).text);
	if (is_unread(course))
		snprintf(right, sizeof(right), "%s %s%s", glyph(sign), course_status_name(course->status),
			 intent_word(course));
	cells = widget_cells(right);
	end = width - cells - 1;
	widget_text(y, end, cells, role, right);
	least = 3 + widget_cells(widget_course_key(course->key, 0, key, sizeof(key)));
	end = draw_progress(course, y, end, width, least);
	x = widget_put(y, 1, end - 2, ROLE_TITLE, "%s",
		       widget_course_key(course->key, end - 3, key, sizeof(key)));
	fits = x + 2 + widget_cells(more) <= end - 1;
	if (more[0] && fits)
		x = widget_put(y, x + 2, end - 1, ROLE_NORMAL, "%s", more);
	if (x + 2 + NAME_MIN <= end - 2)
		widget_put(y, x + 2, end - 2, ROLE_NORMAL, "%s", course->name);
	return fits;
}

bool course_draw_title(const struct view *view, int y)
{
	const struct course_row *course = course_of(view);
	int width = view->area.w, x, cells;
	char validated[256];

	if (!course)
		return true;
	x = draw_sums(course, y + 1, width);
	course_validated(view, true, validated, sizeof(validated));
	if (x + widget_cells(validated) + 1 > width)
		course_validated(view, false, validated, sizeof(validated));
	cells = widget_cells(validated);
	/* Where the sums leave no room, the name gives way to it. */
	if (x + cells + 1 > width)
		return draw_name(view, course, y, course->verified ? validated : "");
	widget_text(y + 1, width - cells - 1, cells,
		    !course->verified ? ROLE_DIM
		    : course->evidence == EVIDENCE_STALE ? ROLE_WARNING : ROLE_NORMAL,
		    validated);
	return draw_name(view, course, y, "");
}

/* ---- below --------------------------------------------------------------------------------*/

int course_detail_lines(const struct view *view)
{
	int lines = 3 + (view->area.h - 14) / 3;

	return lines < 3 ? 3 : lines > 14 ? 14 : lines;
}

/* Texts one behind the other, each on the next line where it does not fit. */
struct flow {
	int x, y, end, width; /* @end: the first line that is not ours */
};

static void flow_put(struct flow *flow, enum role role, const char *text)
{
	if (flow->x > 1 && flow->x + widget_cells(text) > flow->width && flow->y + 1 < flow->end) {
		flow->x = 1;
		flow->y++;
	}
	flow->x = widget_put(flow->y, flow->x, flow->width, role, "%s", text) + 2;
}

/* "attempt 2, try 1, 03:09: failed, ...": attempts are counted as in the list of courses. */
static void try_text(const struct snapshot *page, int64_t wall, char *out, size_t size)
{
	snprintf(out, size, "attempt %s, try %s, %s: %s", widget_number(page->last_try.pass).text,
		 widget_number(page->last_try.number).text,
		 widget_time(page->last_try.ended, wall).text, page->last_try.result);
}

/* Which block it is, its id in val, how its languages stand, the last try; returns the line
   behind. */
static int draw_video(const struct view *view, size_t row, int y, int lines)
{
	const struct snapshot *page = view->page;
	const struct video_row *video = &page->videos[row];
	struct flow flow = {1, y, y + lines, view->area.w - 1};
	char text[512];

	snprintf(text, sizeof(text), "%.100s@%.300s", video->type, video->block);
	flow_put(&flow, ROLE_NORMAL, text);
	snprintf(text, sizeof(text), "val id %.300s%s", video->val_id[0] ? video->val_id : "none yet",
		 video->val_id_new ? " (new)" : "");
	flow_put(&flow, ROLE_DIM, text);
	marks_tell(page, row, text, sizeof(text));
	if (text[0])
		flow_put(&flow, mark_role(mark_of_video(page, row)), text);
	if (list_has_details(&view->list, page) && page->last_try.number > 0) {
		try_text(page, console_wall(view->console), text, sizeof(text));
		flow_put(&flow, ROLE_DIM, text);
	}
	return flow.y + 1;
}

/* One finding, its text whole if @lines allow; returns the lines used. */
static int draw_finding(const struct finding_row *finding, int y, int limit, int lines)
{
	int x = 1, used;

	if (finding->language[0])
		x = widget_put(y, x, limit, ROLE_TITLE, "%s", finding->language) + 2;
	x = widget_put(y, x, limit, view_severity_role(finding->severity), "%s",
		       finding_info(finding->code)->name) + 2;
	if (finding->waived)
		x = widget_put(y, x, limit, ROLE_DIM, "(waived)") + 2;
	if (limit - x < TEXT_MIN && lines > 1) {
		used = widget_wrapped(y + 1, 3, limit - 3, lines - 1, ROLE_NORMAL, finding->text);
		return 1 + used;
	}
	used = widget_wrapped(y, x, limit - x, lines, ROLE_NORMAL, finding->text);
	return used > 1 ? used : 1;
}

static void draw_findings(const struct view *view, int y, int lines)
{
	const struct snapshot *page = view->page;
	int64_t total = page->finding_total, left;
	char more[64];

	for (size_t i = 0; i < page->finding_count && lines > 0; i++) {
		int width = view->area.w - 1, room;

		left = total - (int64_t)i - 1;
		/* each of the others that can be shown keeps a line */
		room = left < lines ? lines - (int)left : 1;
		if (lines == 1 && left > 0) {
			snprintf(more, sizeof(more), "+%.40s more: F", widget_number(left).text);
			width -= widget_cells(more) + 2;
			widget_put(y, width + 2, view->area.w, ROLE_DIM, "%s", more);
		}
		room = draw_finding(&page->findings[i], y, width, room);
		y += room;
		lines -= room;
	}
}

void course_draw_details(const struct view *view, int y, int lines)
{
	const struct snapshot *page = view->page;
	int64_t row = list_selected_row(&view->list, page);
	int64_t findings;
	int head, behind;

	if (row < 0) {
		if (course_of(view) && page->course.problem[0])
			widget_wrapped(y, 1, view->area.w - 2, lines, ROLE_ERROR,
				       page->course.problem);
		return;
	}
	findings = list_has_details(&view->list, page) ? page->finding_total : 0;
	/* The findings are the news; what they leave free may tell more of the video. */
	head = 1 + lines / 5;
	if (findings < lines - head)
		head = lines - (int)findings;
	behind = draw_video(view, (size_t)row, y, head);
	if (findings)
		draw_findings(view, behind, lines - (behind - y));
}
