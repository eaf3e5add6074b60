/*
 * screen_diff.c - one video: its languages, and one transcript cue by cue on both sides.
 */
#include "config.h"

#include "ui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/val/val.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define TITLE_LINES 4
#define DETAIL_LINES 3

struct diff_view {
	struct view view;
	char language[56]; /* whose cues are asked for; "" until the languages are known */
	char shown[56];	   /* whose cues the cursor was placed in */
	bool placed;
};

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

static const char *cue_text(const struct cues *cues, int32_t index, size_t *len)
{
	*len = 0;
	if (index < 0 || (size_t)index >= cues->count)
		return "";
	*len = cues->items[index].text_len;
	return buf_text(&cues->texts) + cues->items[index].text;
}

static bool cue_holds(const struct cues *cues, int32_t index, const char *text)
{
	size_t len;

	return strcasestr(cue_text(cues, index, &len), text) != NULL;
}

static const struct list_rows rows = {.count = row_count, .id = row_id};

static const struct diff_line *selected_line(const struct view *view)
{
	int64_t row = view->page ? view->list.selected : -1;

	return row >= 0 && row < (int64_t)row_count(view->page) ? &view->page->diff->lines[row]
								: NULL;
}

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

static void diff_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 2 - DETAIL_LINES);
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
	if (strcmp(diff->shown, page->request.language) != 0) {
		snprintf(diff->shown, sizeof(diff->shown), "%s", page->request.language);
		diff->placed = false;
	}
	if (!diff->placed && view->list.total > 0) {
		diff->placed = true;
		list_jump(&view->list, page, page->diff->first_difference);
	}
	list_resize(&view->list, view->list.height);
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
	return true;
}

/* ---- drawing ------------------------------------------------------------------------------*/

static enum role look_of(const struct transcript_row *row, enum glyph *sign)
{
	if (row->compare == COMPARE_DIFFERS || row->compare == COMPARE_MISSING) {
		*sign = GLYPH_DIFFERS;
		return ROLE_ERROR;
	}
	if (row->outcome == OUTCOME_FAILED) {
		*sign = GLYPH_FAILED;
		return ROLE_ERROR;
	}
	if (row->outcome == OUTCOME_EXTRA) {
		*sign = GLYPH_EXTRA;
		return ROLE_NORMAL;
	}
	if (row->compare == COMPARE_UNKNOWN) {
		*sign = GLYPH_UNKNOWN;
		return ROLE_WARNING;
	}
	if (row->in_val == VAL_PRESENT) {
		*sign = GLYPH_SAME;
		return ROLE_GOOD;
	}
	*sign = GLYPH_NONE;
	return ROLE_DIM;
}

/* " en =  [fr #]  es x": the languages, the one shown in brackets and always visible. */
static void draw_languages(const struct diff_view *diff, int y)
{
	const struct snapshot *page = diff->view.page;
	int width = diff->view.area.w - 1, x = 1;
	size_t first = 0;

	for (size_t i = 0; i < page->count; i++)
		if (!strcmp(page->transcripts[i].language, diff->language))
			first = i * 9 > (size_t)width - 20 ? i - 2 : 0;
	if (first)
		x = widget_put(y, x, width, ROLE_DIM, "%s ", glyph(GLYPH_CUT));
	for (size_t i = first; i < page->count && x < width; i++) {
		const struct transcript_row *row = &page->transcripts[i];
		bool here = !strcmp(row->language, diff->language);
		enum glyph sign;
		enum role role = look_of(row, &sign);

		x = widget_put(y, x, width, here ? ROLE_SELECTED : role, here ? "[%s %s]" : " %s %s ",
			       row->language, glyph(sign)) + 1;
	}
}

static const struct transcript_row *shown_transcript(const struct diff_view *diff)
{
	const struct snapshot *page = diff->view.page;

	for (size_t i = 0; page->transcripts && i < page->count; i++)
		if (!strcmp(page->transcripts[i].language, diff->language))
			return &page->transcripts[i];
	return NULL;
}

/* What became of the transcript, and both files by name. */
static void draw_files(const struct diff_view *diff, int y)
{
	const struct transcript_row *row = shown_transcript(diff);
	const struct diff *cues = diff->view.page->diff;
	int width = diff->view.area.w - 1, x;
	enum glyph sign;

	if (!row)
		return;
	x = widget_put(y, 1, width, look_of(row, &sign), "%s", transcript_outcome_name(row->outcome));
	if (row->compare != COMPARE_NONE)
		x = widget_put(y, x, width, ROLE_NORMAL, ", %s (%s)",
			       transcript_compare_name(row->compare), verify_level_name(row->level));
	if (row->implicit)
		x = widget_put(y, x, width, ROLE_DIM, ", implicit");
	if (row->detail[0])
		x = widget_put(y, x, width, ROLE_NORMAL, ": %s", row->detail);
	if (row->encoding[0])
		x = widget_put(y, x + 2, width, ROLE_DIM, "from %s", row->encoding);
	if (!cues)
		return;
	x = -1; /* two cells before the first text */
	if (cues->left_sha256[0] && cues->right_sha256[0])
		x = widget_put(y + 1, 1, width, ROLE_NORMAL, "sha256 %.8s%s %s %.8s%s",
			       cues->left_sha256, glyph(GLYPH_CUT),
			       glyph(strcmp(cues->left_sha256, cues->right_sha256) ? GLYPH_DIFFERS
										   : GLYPH_SAME),
			       cues->right_sha256, glyph(GLYPH_CUT));
	x = widget_put(y + 1, x + 2, width, ROLE_NORMAL, "%zu cues %s %zu cues", cues->left.count,
		       glyph(GLYPH_WALL), cues->right.count);
	if (cues->first_difference >= 0)
		widget_put(y + 1, x + 2, width, ROLE_ERROR, "first difference: line %" PRId64,
			   cues->first_difference + 1);
	else if (cues->line_count)
		widget_put(y + 1, x + 2, width, ROLE_GOOD, "no cue differs");
}

/* "00:02:11.200"; what is no such time is shown as the number it is. */
static void format_time(double ms, char *out, size_t size)
{
	int64_t whole;

	if (!(ms >= 0 && ms < 360000000.0)) {
		snprintf(out, size, "%.6g", ms);
		return;
	}
	whole = (int64_t)ms;
	snprintf(out, size, "%02d:%02d:%02d.%03d", (int)(whole / 3600000),
		 (int)(whole / 60000 % 60), (int)(whole / 1000 % 60), (int)(whole % 1000));
}

static void draw_cue(int y, int x, int width, enum role role, const struct cues *cues, int32_t index)
{
	char time[32];
	const char *text;
	size_t len;

	widget_text(y, x, width, role, "");
	if (index < 0 || (size_t)index >= cues->count)
		return;
	format_time(cues->items[index].start, time, sizeof(time));
	widget_printf(y, x, 4, role, "%4d", index + 1);
	widget_text(y, x + 5, 12, role, time);
	text = cue_text(cues, index, &len);
	widget_text_len(y, x + 18, width - 18, role, text, len);
}

static void draw_line(const struct view *view, int y, int64_t at)
{
	const struct diff *diff = view->page->diff;
	const struct diff_line *line = &diff->lines[at];
	bool selected = at == view->list.selected;
	enum role role = selected ? ROLE_SELECTED : line->differs ? ROLE_ERROR : ROLE_NORMAL;
	int half = (view->area.w - 4) / 2;

	widget_text(y, 0, view->area.w, selected ? ROLE_SELECTED : ROLE_NORMAL, "");
	widget_text(y, 0, 1, role, selected ? glyph(GLYPH_CURSOR) : " ");
	draw_cue(y, 1, half, role, &diff->left, line->left);
	widget_text(y, 1 + half + 1, 1, line->differs ? role : selected ? role : ROLE_DIM,
		    glyph(line->differs ? GLYPH_DIFFERS : GLYPH_WALL));
	draw_cue(y, 1 + half + 3, half, role, &diff->right, line->right);
}

/* Both texts from a little before the place where they part. */
static void draw_texts(const struct view *view, int y, const char *left, size_t left_len,
		       const char *right, size_t right_len)
{
	size_t at = 0, back;

	while (at < left_len && at < right_len && left[at] == right[at])
		at++;
	back = at > 20 && (at < left_len || at < right_len) ? at - 20 : 0;
	while (back > 0 && ((unsigned char)left[back] & 0xC0) == 0x80)
		back--;
	for (int side = 0; side < 2; side++) {
		const char *text = side ? right : left;
		size_t len = side ? right_len : left_len;
		int x = widget_put(y + side, 1, view->area.w, ROLE_DIM, "%s  %s",
				   side ? "edx-val    " : "modulestore", back ? glyph(GLYPH_CUT) : "");

		widget_text_len(y + side, x, view->area.w - x - 1, ROLE_NORMAL, text + back,
				len - back);
	}
}

static void draw_details(const struct view *view, int y)
{
	const struct diff_line *line = selected_line(view);
	const struct diff *diff = view->page ? view->page->diff : NULL;
	int width = view->area.w - 1, x;
	size_t left_len, right_len;
	const char *left, *right;

	if (!line)
		return;
	if (line->left < 0 || line->right < 0) {
		x = widget_put(y, 1, width, ROLE_ERROR, "this cue is only in %s",
			       line->left < 0 ? "edx-val" : "the modulestore");
	} else {
		const struct cue *a = &diff->left.items[line->left];
		const struct cue *b = &diff->right.items[line->right];

		x = widget_put(y, 1, width, ROLE_TITLE, "cue %d:", line->left + 1);
		if (a->start < b->start || a->start > b->start)
			x = widget_put(y, x + 1, width, ROLE_ERROR, "start %.15g here, %.15g there;",
				       a->start, b->start);
		if (a->end < b->end || a->end > b->end)
			x = widget_put(y, x + 1, width, ROLE_ERROR, "end %.15g here, %.15g there;",
				       a->end, b->end);
	}
	left = cue_text(&diff->left, line->left, &left_len);
	right = cue_text(&diff->right, line->right, &right_len);
	if (left_len == right_len && !memcmp(left, right, left_len))
		widget_put(y, x + 1, width, ROLE_NORMAL, line->differs ? "same text" : "same");
	else if (line->left >= 0 && line->right >= 0)
		widget_put(y, x + 1, width, ROLE_ERROR, "other text");
	draw_texts(view, y + 1, left, left_len, right, right_len);
}

static const char *why_empty(const struct snapshot *page)
{
	if (page->problem[0])
		return page->problem;
	if (!page->diff || page->diff->loading)
		return page->count ? "reading..." : "this video has no transcripts";
	return "no cues on either side";
}

/* Both halves' headings, the problems of a side that could not be read, and the lines. */
static void draw_body(struct view *view, int y)
{
	const struct snapshot *page = view->page;
	const struct diff *diff = page->diff;
	int half = (view->area.w - 4) / 2, height = (int)view->list.height;

	if (!row_count(page) && (!diff || !(diff->left_problem[0] || diff->right_problem[0])))
		widget_text(y + height / 2, 2, view->area.w - 2, ROLE_DIM, why_empty(page));
	for (int i = 0; i < height && view->list.top + i < view->list.total; i++)
		draw_line(view, y + i, view->list.top + i);
	if (!diff)
		return;
	/* A side that could not be read has no cues, so that half is free; or all is. */
	if (!row_count(page)) {
		y += widget_wrapped(y, 1, view->area.w - 2, 3, ROLE_ERROR, diff->left_problem);
		widget_wrapped(y + 1, 1, view->area.w - 2, 3, ROLE_ERROR, diff->right_problem);
		return;
	}
	if (!diff->left.count)
		widget_wrapped(y, 1, half, 3, ROLE_ERROR, diff->left_problem);
	if (!diff->right.count)
		widget_wrapped(y, half + 4, half, 3, ROLE_ERROR, diff->right_problem);
}

static void draw_heading(const struct view *view, int y)
{
	const struct diff *diff = view->page->diff;
	int half = (view->area.w - 4) / 2;

	widget_printf(y, 1, half, ROLE_DIM, "MODULESTORE %s", diff ? diff->left_name : "");
	widget_text(y, half + 2, 1, ROLE_DIM, glyph(GLYPH_WALL));
	widget_printf(y, half + 4, half, ROLE_DIM, "EDX-VAL %s", diff ? diff->right_name : "");
}

static void diff_draw(struct view *view, const struct snapshot *now)
{
	const struct diff_view *diff = (const struct diff_view *)view;
	const struct snapshot *page = view->page;
	int y = view->area.y, width = view->area.w - 1, x;

	(void)now;
	if (!page) {
		widget_text(y + 1, 1, width, ROLE_DIM, "reading...");
		return;
	}
	if (page->video.name) {
		x = widget_put(y, 1, width, ROLE_TITLE, "%s",
			       page->video.name[0] ? page->video.name : page->video.block);
		x = widget_put(y, x + 2, width, ROLE_DIM, "%s@%s", page->video.type,
			       page->video.block);
		if (page->course.key)
			widget_put(y, x + 2, width, ROLE_DIM, "%s", page->course.key);
	}
	if (page->transcripts)
		draw_languages(diff, y + 1);
	draw_files(diff, y + 2);
	y += TITLE_LINES;
	draw_heading(view, y++);
	draw_body(view, y);
	y += (int)view->list.height;
	view_rule(view, y, "");
	if (!view_tell_whole(view, y + 1, DETAIL_LINES))
		draw_details(view, y + 1);
}

const struct view_ops screen_diff = {
	.name = "diff", .bit = VIEW_DIFF, .kind = PAGE_DIFF,
	.footer = (const enum action[]){ACTION_NEXT, ACTION_TAB, ACTION_RETRY, ACTION_VALIDATE,
					ACTION_SEARCH, ACTION_RUN, ACTION_PAUSE, ACTION_FINDINGS,
					ACTION_LOG, ACTION_NONE},
	.next_word = "next difference", .tab_word = "language",
	.open = diff_open, .layout = diff_layout, .ask = diff_ask, .take = diff_take,
	.draw = diff_draw, .key = diff_key, .item = diff_item, .target = diff_target, .close = diff_close,
};
