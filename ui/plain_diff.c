/*
 * plain_diff.c - one video in words: its languages, and the cues of one that differ; and the story
 * of an item, line by line.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/val/val.h"
#include "ui/diff_view.h"
#include "ui/widget.h"

/* ---- languages ----------------------------------------------------------------------------*/

static const char *relation_of(const struct transcript_row *row)
{
	if (row->outcome == OUTCOME_EXTRA)
		return "extra in val";
	if (row->compare == COMPARE_DIFFERS)
		return "differs";
	if (row->compare == COMPARE_MISSING ||
	    (row->outcome == OUTCOME_FAILED && row->in_val == VAL_ABSENT))
		return "missing in val";
	if (row->compare == COMPARE_UNKNOWN || row->outcome == OUTCOME_UNTOLD)
		return "unknown in val";
	return row->in_val == VAL_PRESENT ? "same" : "not in val";
}

static void say_language(const struct transcript_row *row)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "language %s: %s, %s", row->language, transcript_outcome_name(row->outcome),
		   relation_of(row));
	if (row->compare == COMPARE_SAME || row->compare == COMPARE_DIFFERS)
		buf_printf(&text, ", level %s", verify_level_name(row->level));
	if (row->implicit)
		buf_add_text(&text, ", implicit");
	if (row->source[0])
		plain_add(&text, "Source %s", row->source);
	if (row->size >= 0)
		plain_add(&text, "%s bytes, %s cues as converted", widget_number(row->size).text,
			  widget_number(row->cues).text);
	if (row->encoding[0])
		plain_add(&text, "Converted from %s", row->encoding);
	if (row->val_object[0])
		plain_add(&text, "Stored as %s", row->val_object);
	plain_add(&text, "%s", row->detail);
	plain_say("%s", buf_text(&text));
	buf_clear(&text);
}

/* ---- the language shown -------------------------------------------------------------------*/

static void say_verdict(const struct diff *diff, const char *language)
{
	if (*diff->left_problem)
		plain_say("source of %s: %s", language, diff->left_problem);
	if (*diff->right_problem)
		plain_say("store of %s: %s", language, diff->right_problem);
	if (*diff->left_problem || *diff->right_problem)
		return;
	if (diff->same_bytes)
		plain_say("compared, %s: same bytes, %s cues", language,
			  widget_number((int64_t)diff->left.count).text);
	else if (!diff->differences)
		plain_say("compared, %s: same cues, other bytes", language);
	else
		plain_say("compared, %s: %s of %s lines differ; source %s cues, store %s cues", language,
			  widget_number(diff->differences).text,
			  widget_number((int64_t)diff->line_count).text,
			  widget_number((int64_t)diff->left.count).text,
			  widget_number((int64_t)diff->right.count).text);
}

static void diff_head(const struct view *view)
{
	const struct snapshot *page = view->page;
	const struct diff_view *diff = (const struct diff_view *)view;

	if (page->video.name)
		plain_say("diff: %s, block %s@%s",
			  page->video.name[0] ? page->video.name : page->video.block,
			  page->video.type, page->video.block);
	if (page->course.key)
		plain_say("course: %s", page->course.key);
	for (size_t i = 0; page->transcripts && i < page->count; i++)
		say_language(&page->transcripts[i]);
	if (page->diff && *diff->language)
		say_verdict(page->diff, diff->language);
}

/* ---- cues ---------------------------------------------------------------------------------*/

/* "00:02:14.030"; what is no such time is told as the number it is. */
static void add_time(struct buf *out, double ms)
{
	int64_t whole;

	if (!(ms >= 0 && ms < 360000000.0)) {
		buf_printf(out, "%.15g", ms);
		return;
	}
	whole = (int64_t)ms;
	buf_printf(out, "%02d:%02d:%02d.%03d", (int)(whole / 3600000), (int)(whole / 60000 % 60),
		   (int)(whole / 1000 % 60), (int)(whole % 1000));
	if (ms > floor(ms))
		buf_printf(out, " (%.15g ms)", ms);
}

/* A cue is of several lines: told, it is one. */
static void add_side(struct buf *out, const char *side, const struct cues *cues, int32_t index)
{
	size_t len, from;
	const char *text = diff_cue_text(cues, index, &len);

	buf_printf(out, "%s ", side);
	if (index < 0) {
		buf_add_text(out, "has none");
		return;
	}
	add_time(out, cues->items[index].start);
	buf_add_text(out, " to ");
	add_time(out, cues->items[index].end);
	buf_add_text(out, ", ");
	from = out->len;
	buf_add(out, text, len);
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\0')
			out->data[i] = ' ';
}

static void add_how(struct buf *out, const struct diff_line *line, bool compared)
{
	static const struct {
		unsigned bit;
		const char *words;
	} ways[] = {
		{DIFF_START, "start differs"}, {DIFF_END, "end differs"}, {DIFF_TEXT, "text differs"},
		{DIFF_HERE, "only in the source"}, {DIFF_THERE, "only in the store"},
		{DIFF_SPLIT, "one cue of the source is several in the store"},
		{DIFF_JOINED, "several cues of the source are one in the store"},
	};
	const char *before = "; ";

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!(line->how & ways[i].bit))
			continue;
		buf_printf(out, "%s%s", before, ways[i].words);
		before = ", ";
	}
	if (!line->differs)
		buf_printf(out, "; %s", compared ? "same" : "not compared");
}

/* Where some lines differ, those that do not are not read out one by one. */
static bool diff_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct diff *diff = view->page->diff;
	const struct diff_line *line;

	if (!diff || position < 0 || position >= (int64_t)diff->line_count)
		return false;
	line = &diff->lines[position];
	if (!line->differs && position != view->list.selected)
		return false;
	buf_printf(out, "cue %d: ", (line->left >= 0 ? line->left : line->right) + 1);
	add_side(out, "source", &diff->left, line->left);
	buf_add_text(out, "; ");
	add_side(out, "store", &diff->right, line->right);
	add_how(out, line, !*diff->left_problem && !*diff->right_problem);
	return true;
}

static bool diff_ready(const struct view *view)
{
	const struct snapshot *page = view->page;

	if (!page->count)
		return true;
	return page->request.language[0] && page->diff && !page->diff->loading;
}

const struct plain_screen plain_diff = {
	.ops = &screen_diff, .head = diff_head, .row = diff_row, .ready = diff_ready,
	.nothing = "no cues to compare.", .from_selected = true,
};

/* ---- why ----------------------------------------------------------------------------------*/

static void why_head(const struct view *view)
{
	const struct snapshot *page = view->page;

	plain_say("why: %s lines of %s%s%s%s%s", widget_number(view->list.total).text,
		  page->video.block ? page->video.block : "the course",
		  page->request.language[0] ? ", language " : "", page->request.language,
		  page->course.key ? ", course " : "", page->course.key ? page->course.key : "");
	if (page->story && page->story->problem[0])
		plain_say("error: %s", page->story->problem);
}

static bool why_row(const struct view *view, int64_t position, struct buf *out)
{
	size_t len;
	const char *text = why_line(view, position, &len);

	if (!text || !len)
		return false;
	buf_add(out, text, len);
	return true;
}

static bool why_ready(const struct view *view)
{
	return view->page->story != NULL;
}

const struct plain_screen plain_why = {
	.ops = &screen_why, .head = why_head, .row = why_row, .ready = why_ready,
	.nothing = "there is no story to tell.", .from_selected = true,
};
