/*
 * screen_diff.c - one video: its languages, and one transcript cue by cue on both sides.
 */
#include "config.h"

#include "ui/diff_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/waive.h"
#include "ui/widget.h"

#define KEY_LEAST 16 /* less of a key says nothing */

/* ---- rows: the lines of the diff ----------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->diff && page->diff->lines ? page->diff->line_count : 0;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	(void)page;
	return (int64_t)row + 1;
}

static bool cue_holds(const struct cues *cues, int32_t index, const char *text)
{
	size_t len;

	return strcasestr(diff_cue_text(cues, index, &len), text) != NULL;
}

static const struct list_rows rows = {.count = row_count, .id = row_id};

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *diff_open(struct console *console, const struct place *place)
{
	struct diff_view *diff = calloc(1, sizeof(*diff));

	if (!diff)
		return NULL;
	view_init(&diff->view, console, &screen_diff, &rows, place);
	snprintf(diff->language, sizeof(diff->language), "%s", place->language);
	return &diff->view;
}

/* What each part gets of the height: a low screen leaves out headings and words first. */
static void divide(struct diff_view *diff)
{
	struct view *view = &diff->view;
	int h = view->area.h, most = h >= 40 ? 10 : h >= 26 ? 6 : h >= 17 ? 3 : 1;
	int count = view->page && view->page->transcripts ? (int)view->page->count : 1;

	diff->table = count < 1 ? 1 : count < most ? count : most;
	diff->table_heading = h >= 17;
	diff->outcome = h >= 13;
	diff->details = h >= 40 ? 9 : h >= 26 ? 6 : h >= 17 ? 4 : 3;
	/* beside these: title, sums, headings of the halves, rule */
	list_resize(&view->list, h - 4 - diff->table - diff->table_heading - diff->outcome - diff->details);
}

static void diff_layout(struct view *view)
{
	divide((struct diff_view *)view);
}

static void diff_ask(const struct view *view, struct page_request *request)
{
	const struct diff_view *diff = (const struct diff_view *)view;

	request->course = view->place.course;
	request->video = view->place.video;
	snprintf(request->language, sizeof(request->language), "%s", diff->language);
}

/* The language a person wants to see first: one that is not as it should be. */
static size_t first_language(const struct snapshot *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->transcripts[i].compare == COMPARE_DIFFERS ||
		    page->transcripts[i].compare == COMPARE_MISSING ||
		    page->transcripts[i].outcome == OUTCOME_FAILED)
			return i;
	return 0;
}

static void diff_take(struct view *view)
{
	struct diff_view *diff = (struct diff_view *)view;
	const struct snapshot *page = view->page;

	if (!diff->language[0] && page->transcripts && page->count)
		snprintf(diff->language, sizeof(diff->language), "%s",
			 page->transcripts[first_language(page)].language);
	view->list.total = (int64_t)row_count(page);
	divide(diff);
	if (strcmp(diff->shown, page->request.language) != 0) {
		snprintf(diff->shown, sizeof(diff->shown), "%s", page->request.language);
		diff->placed = false;
	}
	if (!diff->placed && view->list.total > 0) {
		diff->placed = true;
		list_jump(&view->list, page, page->diff->first_difference);
	}
}

static void diff_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void next_language(struct diff_view *diff, int direction)
{
	const struct snapshot *page = diff->view.page;
	int count = page && page->transcripts ? (int)page->count : 0;
	int at = -1;

	for (int i = 0; i < count; i++)
		if (!strcmp(page->transcripts[i].language, diff->language))
			at = i;
	if (count)
		snprintf(diff->language, sizeof(diff->language), "%s",
			 page->transcripts[(at + direction + count) % count].language);
}

static bool has_problem(const struct diff *diff)
{
	return diff && (*diff->left_problem || *diff->right_problem);
}

static void next_line(struct view *view, int direction)
{
	const struct snapshot *page = view->page;
	const char *text = view->list.search;
	int64_t count = page ? (int64_t)row_count(page) : 0;

	for (int64_t step = 1; step <= count; step++) {
		int64_t at = (view->list.selected + direction * step + 2 * count) % count;
		const struct diff_line *line = &page->diff->lines[at];

		if (text[0] ? cue_holds(&page->diff->left, line->left, text) ||
				      cue_holds(&page->diff->right, line->right, text)
			    : line->differs) {
			list_jump(&view->list, page, at);
			return;
		}
	}
	if (!text[0] && page && (!page->diff || page->diff->loading || has_problem(page->diff)))
		console_note(view->console, ROLE_WARNING, "not compared: a side is not there to be read");
	else
		view_found(view, LIST_NOT_FOUND);
}

static unsigned diff_key(struct view *view, enum action action)
{
	struct diff_view *diff = (struct diff_view *)view;

	switch (action) {
	case ACTION_TAB:
	case ACTION_BACKTAB:
		next_language(diff, action == ACTION_TAB ? 1 : -1);
		break;
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		next_line(view, action == ACTION_NEXT ? 1 : -1);
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

static bool diff_item(const struct view *view, struct place *place)
{
	place->language = ((const struct diff_view *)view)->language;
	return true;
}

static bool diff_target(const struct view *view, struct target *target)
{
	target->one = view->place.course;
	target->paused = view->page && view->page->course.intent == INTENT_PAUSE;
	target->course = view->page && view->page->course.id ? &view->page->course : NULL;
	return true;
}

/* Those of the selected language; where it has none, those of the video as a whole. */
static const char *diff_waives(const struct view *view, bool all, struct waiving *waiving)
{
	const char *language = ((const struct diff_view *)view)->language;
	struct page_question *question = &waiving->question;

	(void)all;
	question->course = view->place.course;
	question->video = view->place.video;
	snprintf(question->language, sizeof(question->language), "%s", language);
	return waive_page_refusal(view->page, language, &waiving->back);
}

/* ---- drawing ------------------------------------------------------------------------------*/

static void draw_why_empty(const struct snapshot *page, int y, int width)
{
	const struct diff *diff = page->diff;

	if (page->problem[0])
		widget_text(y, 2, width - 2, ROLE_ERROR, page->problem);
	else if (!page->count && !page->loading && !page->request.language[0])
		widget_text(y, 2, width - 2, ROLE_DIM, "this video has no transcripts");
	else if (!diff || diff->loading)
		widget_printf(y, 2, width - 2, ROLE_DIM, "reading %s...",
			      diff && *diff->stage ? diff->stage : "both sides");
	else if (!has_problem(diff))
		widget_text(y, 2, width - 2, ROLE_DIM, "no cues on either side");
}

/* The lines; a side that could not be read has no cues, and says why where they would be. */
static void draw_body(const struct view *view, int y)
{
	const struct diff *diff = view->page->diff;
	int half = diff_half(view), height = (int)view->list.height;
	int lines = height < 5 ? height : 5;

	if (!view->list.total)
		draw_why_empty(view->page, y + height / 2, view->area.w);
	for (int i = 0; i < height && view->list.top + i < view->list.total; i++)
		diff_draw_line(view, y + i, view->list.top + i);
	if (!has_problem(diff))
		return;
	if (!diff->left.count)
		widget_wrapped(y, 1, half, lines, ROLE_ERROR, diff->left_problem);
	if (!diff->right.count)
		widget_wrapped(y, half + 4, half, lines, ROLE_ERROR, diff->right_problem);
}

static void draw_title(const struct view *view, int y)
{
	const struct snapshot *page = view->page;
	int width = view->area.w - 1, x;
	char key[512];

	if (!page->video.name)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s",
		       page->video.name[0] ? page->video.name : page->video.block);
	x = widget_put(y, x + 2, width, ROLE_DIM, "%s@%s", page->video.type, page->video.block);
	if (page->course.key && x + 2 + KEY_LEAST <= width)
		widget_put(y, x + 2, width, ROLE_DIM, "%s",
			   widget_course_key(page->course.key, width - x - 2, key, sizeof(key)));
}

static void diff_draw(struct view *view, const struct snapshot *now)
{
	const struct diff_view *diff = (const struct diff_view *)view;
	int y = view->area.y;

	(void)now;
	if (!view->page) {
		widget_text(y + 1, 1, view->area.w - 1, ROLE_DIM, "reading...");
		return;
	}
	draw_title(view, y++);
	diff_draw_table(diff, y);
	y += diff->table + diff->table_heading;
	if (diff->outcome)
		diff_draw_outcome(diff, y++);
	diff_draw_sums(diff, y++);
	diff_draw_heading(diff, y++);
	view_rows_begin(view, y);
	draw_body(view, y);
	y += (int)view->list.height;
	view_rule(view, y, "");
	if (!view_tell_whole(view, y + 1, diff->details))
		diff_draw_details(view, y + 1, diff->details);
}

const struct view_ops screen_diff = {
	.name = "diff", .bit = VIEW_DIFF, .kind = PAGE_DIFF,
	.footer = (const enum action[]){ACTION_NEXT, ACTION_WAIVE, ACTION_TAB, ACTION_RETRY,
					ACTION_VALIDATE, ACTION_WHY, ACTION_SEARCH, ACTION_RUN,
					ACTION_PAUSE, ACTION_FINDINGS, ACTION_LOG, ACTION_HOLD,
					ACTION_GOTO, ACTION_UNDO, ACTION_NONE},
	.next_word = "difference", .tab_word = "language",
	.open = diff_open, .layout = diff_layout, .ask = diff_ask, .take = diff_take,
	.draw = diff_draw, .key = diff_key, .item = diff_item, .target = diff_target,
	.waives = diff_waives, .close = diff_close,
};
