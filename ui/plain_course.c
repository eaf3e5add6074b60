/*
 * plain_course.c - one course in words: what the modulestore promises, what edx-val holds, and how
 * the two agree.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <stdio.h>
#include <string.h>

#include "src/val/val.h"
#include "ui/course_frame.h"
#include "ui/marks.h"
#include "ui/widget.h"

static const char *const relations[MARK_COUNT] = {
	[MARK_NOTHING] = "not expected", [MARK_SAME] = "same", [MARK_WAITING] = "not tried yet",
	[MARK_EXTRA] = "extra in val", [MARK_UNKNOWN] = "unknown in val",
	[MARK_MISSING] = "missing in val", [MARK_DIFFERING] = "differs",
};

static void course_head(const struct view *view)
{
	const struct course_row *course = &view->page->course;
	const struct counts *counts = &course->counts;
	struct buf text = BUF_INIT;
	char status[256];

	if (!course->key)
		return;
	plain_say("course: %s, %s", course->key, course->name);
	plain_say("status: %s, %s of %s videos tried", course_row_status(course, status, sizeof(status)),
		  widget_number(course->tried).text, widget_number(course->videos).text);
	plain_say("transcripts: expected %s, in val %s, missing %s, differing %s, extra %s, unknown %s",
		  widget_number(counts->expected).text, widget_number(counts->in_val).text,
		  widget_number(course_missing(counts)).text, widget_number(counts->differing).text,
		  widget_number(counts->extra).text, widget_number(counts->unknown).text);
	course_validated(view, true, status, sizeof(status));
	plain_say("validation: %s", status);
	if (course->problem[0])
		plain_say("error: %s", course->problem);
	buf_printf(&text, "videos: %s", widget_number(view->list.total).text);
	plain_add_order(view, view->list.rows->sort_names[view->list.sort], &text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
}

/* ---- a video ------------------------------------------------------------------------------*/

static const struct language_row *languages_of(const struct snapshot *page, int64_t row, size_t *count)
{
	*count = 0;
	if (!page->language_from)
		return NULL;
	*count = page->language_from[row + 1] - page->language_from[row];
	return page->languages + page->language_from[row];
}

static bool is_in_val(const struct language_row *row)
{
	return row->in_val == VAL_PRESENT || row->outcome == OUTCOME_EXTRA;
}

static void add_languages(struct buf *out, const char *label, const struct language_row *rows,
			  size_t count, bool val)
{
	bool any = false;

	plain_add(out, "%s", label);
	for (size_t i = 0; i < count; i++) {
		if (!(val ? is_in_val(&rows[i]) : rows[i].outcome != OUTCOME_EXTRA))
			continue;
		buf_printf(out, "%s %s", any ? "," : "", rows[i].language);
		any = true;
	}
	if (!any)
		buf_add_text(out, " none");
}

/* "Differs: fr, de", for each way in which some do. */
static void add_relations(struct buf *out, const struct video_row *video,
			  const struct language_row *rows, size_t count)
{
	for (int mark = MARK_DIFFERING; mark >= MARK_SAME; mark--) {
		bool any = false;

		for (size_t i = 0; i < count; i++) {
			if ((int)mark_of_language(video, &rows[i]) != mark)
				continue;
			if (!any)
				plain_add(out, "Relation %s:", relations[mark]);
			buf_printf(out, "%s %s", any ? "," : "", rows[i].language);
			any = true;
		}
	}
}

static bool course_row(const struct view *view, int64_t position, struct buf *out)
{
	int64_t row = list_row(&view->list, view->page, position);
	const struct language_row *languages;
	const struct video_row *video;
	size_t count;

	if (row < 0 || !view->page->videos)
		return false;
	video = &view->page->videos[row];
	languages = languages_of(view->page, row, &count);
	buf_add_text(out, video->name[0] ? video->name : video->block);
	plain_add(out, "State %s%s", video_state_name(video->state),
		  video->branches == IN_DRAFT ? ", draft only" : "");
	add_languages(out, "Modulestore", languages, count, false);
	add_languages(out, "Edx-val", languages, count, true);
	add_relations(out, video, languages, count);
	plain_add_findings(out, &video->counts);
	buf_add_char(out, '.');
	return true;
}

static void say_language(const struct video_row *video, const struct language_row *row)
{
	const char *branch = "";

	if (row->branches == IN_DRAFT)
		branch = ", only in the draft";
	else if (row->branches == IN_PUBLISHED && video->branches == (IN_PUBLISHED | IN_DRAFT))
		branch = ", only in the published version";
	plain_say("language %s: %s%s%s, %s", row->language,
		  row->expected ? "expected" : "not expected", row->implicit ? ", implicit" : "", branch,
		  row->expected || row->outcome == OUTCOME_EXTRA
			  ? relations[mark_of_language(video, row)]
			  : transcript_outcome_name(row->outcome));
}

static void course_details(const struct view *view)
{
	const struct snapshot *page = view->page;
	int64_t row = plain_selected(view);
	const struct language_row *languages;
	const struct video_row *video;
	size_t count;

	if (row < 0 || !page->videos)
		return;
	video = &page->videos[row];
	languages = languages_of(page, row, &count);
	plain_say("block: %s@%s", video->type, video->block);
	plain_say("val id: %s%s", video->val_id[0] ? video->val_id : "none yet",
		  video->val_id_new ? ", new" : "");
	for (size_t i = 0; i < count; i++)
		say_language(video, &languages[i]);
	if (!list_has_details(&view->list, page))
		return;
	if (page->last_try.number > 0)
		plain_say("attempt: %s, try %s, %s: %s", widget_number(page->last_try.pass).text,
			  widget_number(page->last_try.number).text,
			  widget_time(page->last_try.ended, console_wall(view->console)).text,
			  page->last_try.result);
	for (size_t i = 0; i < page->finding_count; i++)
		plain_say_finding(&page->findings[i]);
}

const struct plain_screen plain_course = {
	.ops = &screen_course, .head = course_head, .row = course_row, .details = course_details,
	.nothing = "no videos: they are listed once the course is launched or validated.",
};
