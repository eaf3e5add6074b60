/*
 * course_details.c - the lines below the list of courses: what the selected one found, when it
 * was tried last, and which key is next.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

static bool is_same(const struct finding_row *a, const struct finding_row *b)
{
	return !b->waived && a->code == b->code && !strcmp(a->language, b->language);
}

/* Whether the line says the same already: of many videos, mostly. */
static bool is_told(const struct snapshot *page, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_same(&page->findings[at], &page->findings[i]))
			return true;
	return false;
}

/* "asset-missing es, srt-invalid pt": what the selected course needs. */
static void findings_line(const struct snapshot *page, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < page->finding_count && at + 1 < size; i++) {
		const struct finding_row *finding = &page->findings[i];

		if (finding->waived || is_told(page, i))
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%s%s%s", at ? ", " : "",
				       finding_info(finding->code)->name,
				       finding->language[0] ? " " : "", finding->language);
	}
}

/* "attempt 2, 03:09: 1 of 52 failed": videos of the pass that began then. */
static void attempt_line(const struct course_row *course, int64_t wall, char *out, size_t size)
{
	int at;

	out[0] = '\0';
	if (course->pass <= 0 || course->begun <= 0)
		return;
	at = snprintf(out, size, "attempt %s, %s", widget_number(course->pass).text,
		      widget_time(course->begun, wall).text);
	if (course->failed > 0 && at > 0 && (size_t)at < size)
		snprintf(out + at, size - (size_t)at, ": %s of %s failed",
			 widget_number(course->failed).text, widget_number(course->videos).text);
}

/* The key that is next for this course; ACTION_NONE while it is on its way. */
static enum action next_step(const struct course_row *course, const char **what)
{
	*what = "";
	if (course->gone)
		return ACTION_NONE;
	if (course->intent == INTENT_PAUSE) {
		*what = "resumes it";
		return ACTION_PAUSE;
	}
	if (course->intent == INTENT_RUN || course->status == COURSE_IN_PROGRESS)
		return ACTION_NONE;
	if (course->status == COURSE_FAILED) {
		*what = "retries it";
		return ACTION_RETRY;
	}
	if (course->status == COURSE_NOT_MIGRATED) {
		*what = "launches it";
		return ACTION_RUN;
	}
	if (flag_is_stale(course->flag, course->evidence)) {
		*what = "shows the stale evidence of a flag that is on";
		return ACTION_BOARD;
	}
	*what = course->counts.errors + course->counts.warnings ? "shows where" : "validates it";
	if (course->counts.errors + course->counts.warnings)
		return ACTION_OPEN;
	if (!course->verified || course->evidence != EVIDENCE_FRESH)
		return ACTION_VALIDATE;
	*what = "shows its gates";
	return course->flag == STEP_ON ? ACTION_NONE : ACTION_BOARD;
}

/* At the end of line @y, if there is room behind @x. */
static void draw_next_step(const struct view *view, int y, int x, const struct course_row *course)
{
	const char *what;
	enum action action = next_step(course, &what);
	char key[16], text[80];
	int cells;

	if (action == ACTION_NONE || view->console->stopping || dispatch_refusal(view->console, action))
		return;
	keys_name(keys_first(action, VIEW_COURSES), key, sizeof(key));
	snprintf(text, sizeof(text), "%s %s", key, what);
	cells = widget_cells(text);
	if (x + 2 + cells < view->area.w)
		widget_text(y, view->area.w - 1 - cells, cells, ROLE_DIM, text);
}

void course_details_draw(const struct view *view, int y, const struct course_row *course)
{
	int width = view->area.w - 2, x;
	char findings[512] = "", attempt[192];

	if (!course)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", course->key);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "%s", course->name);
	if (course->gone)
		x = widget_put(y, x + 2, width, ROLE_WARNING, "no longer in the source");
	draw_next_step(view, y, x, course);
	if (course->problem[0]) {
		widget_text(y + 1, 1, width, ROLE_ERROR, course->problem);
		return;
	}
	if (list_has_details(&view->list, view->page))
		findings_line(view->page, findings, sizeof(findings));
	attempt_line(course, console_wall(view->console), attempt, sizeof(attempt));
	/* The attempt gives way to the findings, where there is no room for both. */
	x = widget_put(y + 1, 1, width, ROLE_NORMAL, "%s", findings);
	if (!findings[0])
		widget_put(y + 1, x, width, ROLE_DIM, "%s", attempt);
	else if (attempt[0] && x + 3 + widget_cells(attempt) <= width)
		widget_put(y + 1, x + 1, width, ROLE_DIM, "%s %s", glyph(GLYPH_DOT), attempt);
}
