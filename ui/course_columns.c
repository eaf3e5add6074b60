#include "config.h"

#include "ui/course_columns.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/view.h"

#define SHORT_BAR 6 /* cells of the bar in the status */

/* ---- words --------------------------------------------------------------------------------*/

static void nothing(struct course_cell *out)
{
	out->text = glyph(GLYPH_NONE);
	out->role = ROLE_DIM;
}

/* Before a course was planned for the first time nobody knows its figures, nor where it could not
   be read: they are not nought. */
static bool is_planned(const struct course_row *course)
{
	return course->videos > 0 || (course->pass > 0 && !(course->problem && *course->problem));
}

static bool is_under_way(const struct course_row *course)
{
	return course->status == COURSE_IN_PROGRESS && !course->gone;
}

/* In whole numbers, so that 100 is said when all are tried and not a moment before. */
static int percent_of(const struct course_row *course)
{
	if (course->videos <= 0 || course->tried <= 0)
		return 0;
	return course->tried >= course->videos ? 100 : (int)(course->tried * 100 / course->videos);
}

/* A bar of @cells cells; with @fine to an eighth of a cell, where the screen can show that. */
static void bar_text(const struct course_row *course, int cells, bool fine, char *out, size_t size)
{
	int64_t videos = course->videos > 0 ? course->videos : 1;
	int64_t tried = course->tried < videos ? course->tried : videos;
	int64_t eighths = tried > 0 ? tried * cells * 8 / videos : 0;
	size_t at = 0;

	out[0] = '\0';
	for (int i = 0; i < cells && at < size; i++) {
		const char *part = fine && i == eighths / 8 ? glyph_part((int)(eighths % 8)) : "";

		if (i < eighths / 8)
			part = glyph(fine ? GLYPH_BAR_FULL : GLYPH_ROW_FULL);
		else if (!*part)
			part = glyph(fine ? GLYPH_BAR_LEFT : GLYPH_ROW_LEFT);
		at += (size_t)snprintf(out + at, size - at, "%s", part);
	}
}

/* ---- cells --------------------------------------------------------------------------------*/

static void cell_key(const struct course_look *look, struct course_cell *out)
{
	out->text = widget_course_key(view_key(look->course->key, look->width), look->width, out->room, sizeof(out->room));
}

static void cell_name(const struct course_look *look, struct course_cell *out)
{
	out->text = look->course->name;
}

static void put_status(struct course_cell *out, enum role role, enum glyph sign, const char *word)
{
	snprintf(out->room, sizeof(out->room), "%s %s", glyph(sign), word);
	out->role = role;
}

/* Paused, or being migrated, and how far. */
static void status_under_way(const struct course_look *look, struct course_cell *out)
{
	const struct course_row *course = look->course;
	bool paused = course->intent == INTENT_PAUSE;
	char bar[64];

	out->role = paused ? ROLE_PAUSED : ROLE_BUSY;
	/* all tried: its links are written and its sums read back, which may take a while */
	if (!paused && course->videos > 0 && course->tried >= course->videos) {
		put_status(out, out->role, GLYPH_BUSY, "closing");
		return;
	}
	if (look->short_status) {
		put_status(out, out->role, paused ? GLYPH_PAUSED : GLYPH_BUSY,
			   paused ? "paused" : course_status_name(course->status));
		return;
	}
	bar_text(course, SHORT_BAR, false, bar, sizeof(bar));
	snprintf(out->room, sizeof(out->room), "%s %s %d%%",
		 glyph(paused ? GLYPH_PAUSED : GLYPH_BUSY), paused ? "paused" : bar,
		 percent_of(course));
}

static void cell_status(const struct course_look *look, struct course_cell *out)
{
	const struct course_row *course = look->course;

	if (course->gone)
		put_status(out, ROLE_DIM, GLYPH_NONE, "gone");
	else if (is_under_way(course))
		status_under_way(look, out);
	else if (course->intent == INTENT_PAUSE && course->status == COURSE_NOT_MIGRATED)
		put_status(out, ROLE_PAUSED, GLYPH_PAUSED, "paused");
	else if (course->intent == INTENT_RUN)
		put_status(out, ROLE_BUSY, GLYPH_LAUNCHED, "launched");
	else if (course->status == COURSE_MIGRATED)
		put_status(out, ROLE_GOOD, GLYPH_DONE, course_status_name(course->status));
	else if (course->status == COURSE_FAILED)
		put_status(out, ROLE_ERROR, GLYPH_FAILED, course_status_name(course->status));
	else
		put_status(out, ROLE_NORMAL, GLYPH_NONE, course_status_name(course->status));
}

static void cell_progress(const struct course_look *look, struct course_cell *out)
{
	const struct course_row *course = look->course;
	int bar = look->width - 6;
	char text[128];

	if (course->videos <= 0) {
		nothing(out);
		return;
	}
	if (!is_under_way(course)) {
		snprintf(out->room, sizeof(out->room), "%d %%", percent_of(course));
		out->role = ROLE_DIM;
		return;
	}
	bar_text(course, bar > 30 ? 30 : bar, true, text, sizeof(text));
	snprintf(out->room, sizeof(out->room), "%s %d %%", text, percent_of(course));
	out->role = course->intent == INTENT_PAUSE ? ROLE_PAUSED
		    : course->failed		   ? ROLE_ERROR : ROLE_BUSY;
}

static void put_number(const struct course_look *look, int64_t number, struct course_cell *out)
{
	if (is_planned(look->course))
		snprintf(out->room, sizeof(out->room), "%s", widget_number(number).text);
	else
		nothing(out);
}

static void cell_videos(const struct course_look *look, struct course_cell *out)
{
	put_number(look, look->course->videos, out);
}

static void cell_expected(const struct course_look *look, struct course_cell *out)
{
	put_number(look, look->course->counts.expected, out);
}

/* '?' says that val could not tell of all, the unlike sign that some differ. */
static void cell_in_val(const struct course_look *look, struct course_cell *out)
{
	const struct counts *counts = &look->course->counts;

	if (!is_planned(look->course)) {
		nothing(out);
		return;
	}
	snprintf(out->room, sizeof(out->room), "%s%s%s",
		 counts->differing ? glyph(GLYPH_DIFFERS) : "",
		 counts->in_val || !counts->unknown ? widget_number(counts->in_val).text : "",
		 counts->unknown ? glyph(GLYPH_UNKNOWN) : "");
	out->role = counts->differing ? ROLE_ERROR : counts->unknown ? ROLE_WARNING : ROLE_NORMAL;
}

/* "4", "4 #1" where one differs, "4 #1 ?" where val could not tell of some, "?" of all. */
static void cell_difference(const struct course_look *look, struct course_cell *out)
{
	const struct counts *counts = &look->course->counts;
	int64_t missing = counts->expected - counts->in_val - counts->unknown;
	bool ended = look->course->status == COURSE_MIGRATED || look->course->status == COURSE_FAILED;
	bool number, loose = true;
	char differing[32] = "";

	if (!is_planned(look->course)) {
		nothing(out);
		return;
	}
	missing = missing > 0 ? missing : 0;
	number = missing || (!counts->differing && !counts->unknown);
	if (counts->differing)
		snprintf(differing, sizeof(differing), "%s%.20s", glyph(GLYPH_DIFFERS),
			 widget_number(counts->differing).text);
	do {
		const char *blank = loose ? " " : "";

		snprintf(out->room, sizeof(out->room), "%s%s%s%s%s",
			 number ? widget_number(missing).text : "",
			 number && *differing ? blank : "", differing,
			 counts->unknown && (number || *differing) ? blank : "",
			 counts->unknown ? glyph(GLYPH_UNKNOWN) : "");
		loose = !loose;
	} while (!loose && widget_cells(out->room) > look->width);
	out->role = counts->differing || (missing && ended) ? ROLE_ERROR
		    : counts->unknown			    ? ROLE_WARNING : ROLE_NORMAL;
}

static void cell_findings(const struct course_look *look, struct course_cell *out)
{
	out->role = view_findings(&look->course->counts, out->room, sizeof(out->room));
}

static void cell_attempts(const struct course_look *look, struct course_cell *out)
{
	if (look->course->pass > 0)
		snprintf(out->room, sizeof(out->room), "%s",
			 widget_number(look->course->pass).text);
	else
		nothing(out);
}

static void cell_changed(const struct course_look *look, struct course_cell *out)
{
	if (look->course->changed > 0)
		snprintf(out->room, sizeof(out->room), "%s",
			 widget_time(look->course->changed, look->wall).text);
	else
		nothing(out);
}

static void cell_validated(const struct course_look *look, struct course_cell *out)
{
	if (look->course->verified > 0)
		snprintf(out->room, sizeof(out->room), "%s %s",
			 verify_level_name(look->course->level),
			 widget_time(look->course->verified, look->wall).text);
	else
		nothing(out);
}

static void put_flag(struct course_cell *out, enum role role, const char *word, const char *mark)
{
	snprintf(out->room, sizeof(out->room), "%s%s", word, mark);
	out->role = role;
}

/* On with evidence that does not count is marked: it wants to be looked at. */
static void cell_flag(const struct course_look *look, struct course_cell *out)
{
	const struct course_row *course = look->course;

	if (course->flag == STEP_UNKNOWN)
		nothing(out);
	else if (flag_is_stale(course->flag, course->evidence))
		put_flag(out, ROLE_WARNING, "on", "!");
	else if (course->flag == STEP_ON)
		put_flag(out, ROLE_GOOD, "on", "");
	else if (course->flag == STEP_OFF)
		put_flag(out, ROLE_NORMAL, "off", "");
	else
		put_flag(out, ROLE_BUSY, "turning", "");
}

/* ---- the table ----------------------------------------------------------------------------*/

/* clang-format off */
const struct column_info column_infos[COLUMN_COUNT] = {
	/*                     word          heading   width gap align      sort              most   rank  cell */
	[COLUMN_KEY]        = {"key",        "COURSE",    16, 0, ALIGN_LEFT,  SORT_KEY,        false,  0, cell_key,
			       "key of the course; it is always there"},
	[COLUMN_NAME]       = {"name",       "NAME",      10, 2, ALIGN_LEFT,  SORT_NAME,       false,  8, cell_name,
			       "name of the course"},
	[COLUMN_STATUS]     = {"status",     "STATUS",    14, 1, ALIGN_LEFT,  SORT_STATUS,     false,  1, cell_status,
			       "status, and while it runs how far it is"},
	[COLUMN_PROGRESS]   = {"progress",   "PROGRESS",  18, 2, ALIGN_LEFT,  SORT_PROGRESS,   true,  11, cell_progress,
			       "how many of its videos were tried, as a bar"},
	[COLUMN_VIDEOS]     = {"videos",     "VIDEOS",     7, 1, ALIGN_RIGHT, SORT_VIDEOS,     true,   5, cell_videos,
			       "videos"},
	[COLUMN_EXPECTED]   = {"expected",   "EXPECT",     7, 1, ALIGN_RIGHT, SORT_EXPECTED,   true,   4, cell_expected,
			       "transcripts that the modulestore promises"},
	[COLUMN_IN_VAL]     = {"inval",      "IN VAL",     7, 1, ALIGN_RIGHT, SORT_IN_VAL,     true,   3, cell_in_val,
			       "of these, in edx-val"},
	[COLUMN_DIFFERENCE] = {"difference", "DIFF",       7, 1, ALIGN_RIGHT, SORT_DIFFERENCE, true,   6, cell_difference,
			       "missing in edx-val, and those that differ"},
	[COLUMN_FINDINGS]   = {"findings",   "FIND",       5, 1, ALIGN_RIGHT, SORT_FINDINGS,   true,   2, cell_findings,
			       "open errors and warnings"},
	[COLUMN_ATTEMPTS]   = {"attempts",   "TRIES",      6, 1, ALIGN_RIGHT, SORT_ATTEMPTS,   true,  10, cell_attempts,
			       "attempts: how often it was begun"},
	[COLUMN_CHANGED]    = {"changed",    "CHANGED",   12, 2, ALIGN_LEFT,  SORT_CHANGED,    true,   9, cell_changed,
			       "last change"},
	[COLUMN_VALIDATED]  = {"validated",  "VALIDATED", 18, 2, ALIGN_LEFT,  SORT_VERIFIED,   true,  12, cell_validated,
			       "last validation: its level and when"},
	[COLUMN_FLAG]       = {"flag",       "FLAG",       8, 1, ALIGN_LEFT,  SORT_FLAG,       true,   7, cell_flag,
			       "its flag; on!: its evidence does not count any more"},
};
/* clang-format on */

enum course_column column_of_sort(enum course_sort sort)
{
	for (int column = 0; column < COLUMN_COUNT; column++)
		if (column_infos[column].sort == sort)
			return (enum course_column)column;
	return COLUMN_KEY;
}
