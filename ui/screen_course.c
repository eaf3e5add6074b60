/*
 * screen_course.c - one course: what the modulestore promises beside what edx-val holds.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/fields.h"
#include "ui/course_frame.h"
#include "ui/glyph.h"
#include "ui/marks.h"
#include "ui/waive.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define WIDE 110 /* cells from which on the mark's word stands beside it */

/* ---- rows ---------------------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->videos ? page->count : 0;
}

static const void *row_video(const struct snapshot *page, size_t row)
{
	return &page->videos[row];
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->videos[row].id;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	const struct video_row *video = &page->videos[row];

	return strcasestr(video->name, text) || strcasestr(video->block, text) ||
	       strcasestr(video->val_id, text) || strcasestr(video->expected_languages, text) ||
	       strcasestr(video->val_languages, text);
}

static bool row_differs(const struct snapshot *page, size_t row)
{
	const struct counts *counts = &page->videos[row].counts;

	return mark_is_difference(mark_of_video(page, row)) || counts->errors || counts->warnings;
}

enum sort { BY_PLAN, BY_NAME, BY_FINDINGS, BY_MISSING, BY_MARK, SORTS };
static const char *const sort_names[SORTS] = {"block", "name", "findings", "missing transcripts",
					      "difference"};

static int64_t weight(const struct counts *counts)
{
	return counts->errors * 1000000 + counts->warnings * 1000 + counts->differing;
}

static int row_compare(const struct snapshot *page, size_t a, size_t b, int sort)
{
	const struct video_row *left = &page->videos[a], *right = &page->videos[b];
	int64_t difference = 0;

	if (sort == BY_NAME)
		return strcasecmp(left->name, right->name);
	if (sort == BY_FINDINGS)
		difference = weight(&left->counts) - weight(&right->counts);
	else if (sort == BY_MARK)
		difference = (int)mark_of_video(page, a) - (int)mark_of_video(page, b);
	else if (sort == BY_MISSING)
		difference = course_missing(&left->counts) - course_missing(&right->counts);
	return (difference > 0) - (difference < 0);
}

static const struct list_rows rows = {
	.count = row_count, .id = row_id, .match = row_match, .compare = row_compare,
	.language = &video_fields, .field = video_field, .row = row_video,
	.differs = row_differs, .sort_names = sort_names, .sorts = SORTS,
	.most_first = 1U << BY_FINDINGS | 1U << BY_MISSING | 1U << BY_MARK,
};

static const struct video_row *selected_video(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->videos[row] : NULL;
}

/* ---- life, keys ---------------------------------------------------------------------------*/

static struct view *course_open(struct console *console, const struct place *place)
{
	struct view *view = calloc(1, sizeof(*view));

	if (view)
		view_init(view, console, &screen_course, &rows, place);
	return view;
}

static void course_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 2 - course_detail_lines(view));
}

static void course_ask(const struct view *view, struct page_request *request)
{
	request->course = view->place.course;
	list_ask(&view->list, request);
}

static void course_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void course_close(struct view *view)
{
	view_free(view);
}

static unsigned course_key(struct view *view, enum action action)
{
	const struct video_row *video = selected_video(view);

	if (action != ACTION_OPEN)
		return view_list_key(view, action);
	if (video)
		console_push(view->console, &screen_diff,
			     &(struct place){.course = view->place.course, .video = video->id,
					      .language = ""});
	return REACT_REDRAW;
}

static bool course_item(const struct view *view, struct place *place)
{
	const struct video_row *video = selected_video(view);

	if (video)
		place->video = video->id;
	return true;
}

static bool course_target(const struct view *view, struct target *target)
{
	target->one = view->place.course;
	target->paused = view->page && view->page->course.intent == INTENT_PAUSE;
	target->course = view->page && view->page->course.id ? &view->page->course : NULL;
	return true;
}

/* Those of the selected video. */
static const char *course_waives(const struct view *view, bool all, struct waiving *waiving)
{
	const struct video_row *video = selected_video(view);
	const struct counts *counts = video ? &video->counts : NULL;

	(void)all;
	if (!video)
		return "nothing is selected";
	waiving->question.course = view->place.course;
	waiving->question.video = video->id;
	if (list_has_details(&view->list, view->page))
		return waive_page_refusal(view->page, "", &waiving->back);
	return counts->errors + counts->warnings + counts->notices + counts->waived
		       ? NULL : "the selected video has no finding";
}

/* ---- drawing ------------------------------------------------------------------------------*/

/* Two sides of equal width, the mark between; there is room for its word on a wide screen. */
struct columns {
	int name_width, left, side, left_count, mark, mark_width, right, right_count, findings,
		width;
};

static struct columns columns_for(int width)
{
	struct columns at = {.width = width};
	int room;

	at.mark_width = width >= WIDE ? 13 : 3;
	room = width - 5 - 5 - at.mark_width - 5 - 7;
	at.side = room * (width >= WIDE ? 34 : 31) / 100;
	at.name_width = room - 2 * at.side;
	at.left = 5 + at.name_width;
	at.left_count = at.left + at.side;
	at.mark = at.left_count + 5;
	at.right = at.mark + at.mark_width;
	at.right_count = at.right + at.side;
	at.findings = at.right_count + 5;
	return at;
}

static enum role findings_text(const struct counts *counts, char *out, size_t size)
{
	if (counts->errors || counts->warnings || !counts->extra)
		return view_findings(counts, out, size);
	snprintf(out, size, "%s%s", glyph(GLYPH_EXTRA), widget_number(counts->extra).text);
	return ROLE_DIM;
}

static enum role state_of(const struct video_row *video, enum glyph *state)
{
	*state = video->state == VIDEO_DONE     ? GLYPH_DONE
		 : video->state == VIDEO_FAILED ? GLYPH_FAILED
						: GLYPH_NONE;
	return video->state == VIDEO_DONE     ? ROLE_GOOD
	       : video->state == VIDEO_FAILED ? ROLE_ERROR
					      : ROLE_DIM;
}

#define LOOK(role) (selected ? ROLE_SELECTED : (role))

static void draw_more(int y, int x, int limit, size_t more, bool selected)
{
	if (more)
		widget_put(y, x, limit, LOOK(ROLE_DIM), "+%zu", more);
}

/* Each language stands in the same cells on both sides, so that the eye can go across. */
static void draw_sides(const struct columns *at, int y, const struct snapshot *page, size_t row,
		       bool selected)
{
	const struct video_row *video = &page->videos[row];
	const struct language_row *languages = page->languages + page->language_from[row];
	size_t count = page->language_from[row + 1] - page->language_from[row];
	bool any_left = false, any_right = false;
	struct pairs pairs;
	char text[PAIR_TEXT];
	int x = 0;

	pairs_make(&pairs, video, languages, count, at->side - 1);
	for (size_t i = 0; i < pairs.count; i++) {
		const struct pair *pair = &pairs.pair[i];
		bool bad = mark_is_difference(pair->mark);

		pair_left(pair, video, text);
		any_left |= *text != '\0';
		widget_put(y, at->left + x, at->left_count,
			   LOOK(*text == ' ' ? ROLE_NORMAL : ROLE_DIM), "%s", text);
		pair_right(pair, text);
		any_right |= *text != '\0';
		widget_put(y, at->right + x, at->right_count,
			   LOOK(bad ? mark_role(pair->mark) : ROLE_NORMAL), "%s", text);
		x += pair->cells;
	}
	draw_more(y, at->left + x, at->left_count, pairs.left_more, selected);
	draw_more(y, at->right + x, at->right_count, pairs.right_more, selected);
	if (!any_left && !pairs.left_more)
		widget_text(y, at->left + 1, 1, LOOK(ROLE_DIM), glyph(GLYPH_EMPTY));
	if (!any_right && !pairs.right_more)
		widget_text(y, at->right + 1, 1, LOOK(ROLE_DIM), glyph(GLYPH_EMPTY));
}

static void draw_mark(const struct columns *at, int y, enum mark mark, bool selected)
{
	widget_text(y, at->mark, 1, LOOK(mark_role(mark)), glyph(mark_glyph(mark)));
	if (at->mark_width > 3 && mark != MARK_NOTHING)
		widget_text(y, at->mark + 2, at->mark_width - 3, LOOK(mark_role(mark)),
			    mark_word(mark));
}

static void draw_row(const struct columns *at, int y, const struct snapshot *page, size_t row,
		     bool selected)
{
	const struct video_row *video = &page->videos[row];
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL, role;
	const char *name = video->name[0] ? video->name : video->block;
	bool draft = video->branches == IN_DRAFT;
	enum glyph sign;
	char text[96];

	widget_text(y, 0, at->width, base, "");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	role = state_of(video, &sign);
	widget_text(y, 3, 1, LOOK(role), glyph(sign));
	if (draft)
		widget_text(y, at->left - 8, 7, LOOK(ROLE_DIM), "(draft)");
	widget_text(y, 5, at->name_width - (draft ? 9 : 1), base, name);
	draw_sides(at, y, page, row, selected);
	widget_aligned(y, at->left_count, 3, base, ALIGN_RIGHT,
		       widget_number(video->counts.expected).text);
	draw_mark(at, y, mark_of_video(page, row), selected);
	widget_aligned(y, at->right_count, 3, base, ALIGN_RIGHT,
		       video->counts.unknown && !video->counts.in_val
			       ? glyph(GLYPH_UNKNOWN)
			       : widget_number(video->counts.in_val).text);
	role = findings_text(&video->counts, text, sizeof(text));
	widget_aligned(y, at->findings, 6, LOOK(role), ALIGN_RIGHT, text);
}
#undef LOOK

static void draw_heading(const struct view *view, int y, const struct columns *at)
{
	char title[48];

	snprintf(title, sizeof(title), "VIDEO%s", view_sort_mark(view, BY_NAME));
	widget_text(y, 5, at->name_width, ROLE_DIM, title);
	widget_text(y, at->left + 1, at->side + 3, ROLE_DIM, "MODULESTORE");
	widget_text(y, at->mark, at->mark_width, ROLE_DIM, view_sort_mark(view, BY_MARK));
	snprintf(title, sizeof(title), "EDX-VAL%s", view_sort_mark(view, BY_MISSING));
	widget_text(y, at->right + 1, at->side + 3, ROLE_DIM, title);
	snprintf(title, sizeof(title), "FIND%s", view_sort_mark(view, BY_FINDINGS));
	widget_aligned(y, at->findings, 6, ROLE_DIM, ALIGN_RIGHT, title);
}

/* On the rule: when the course was validated, if the title could not tell; and what the signs
   mean that are on the screen now, as far as there is room. */
static void draw_rule(const struct view *view, int y, unsigned used, bool told)
{
	int room = view_rule_room(view);
	char legend[512], extra[640] = "", validated[96] = "";

	if (!told)
		course_validated(view, false, validated, sizeof(validated));
	if (validated[0] && widget_cells(validated) <= room)
		snprintf(extra, sizeof(extra), "%s  ", validated);
	marks_legend(used, room - widget_cells(extra), legend, sizeof(legend));
	if (legend[0])
		snprintf(extra + strlen(extra), sizeof(extra) - strlen(extra), "%s  ", legend);
	view_rule(view, y, extra);
}

/* A course that cannot be read has as many videos as before: nobody knows how many. */
static const char *nothing_text(const struct view *view)
{
	const struct course_row *course = view->page ? &view->page->course : NULL;

	if (course && course->problem && *course->problem)
		return "this course could not be read: its videos are not known";
	return course && course->pass ? "this course has no videos"
				      : "the videos are listed once the course is launched or validated";
}

static void course_draw(struct view *view, const struct snapshot *now)
{
	struct columns at = columns_for(view->area.w);
	int y = view->area.y, height = (int)view->list.height, lines = course_detail_lines(view);
	int64_t top;
	unsigned used = 0;
	bool told;

	(void)now;
	told = course_draw_title(view, y);
	y += TITLE_LINES;
	draw_heading(view, y++, &at);
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row < 0 || !view->page->language_from)
			continue;
		draw_row(&at, y + i, view->page, (size_t)row, top + i == view->list.selected);
		used |= marks_used(view->page, (size_t)row);
	}
	view_draw_empty(view, y, height, nothing_text(view));
	draw_rule(view, y + height, used, told);
	if (!view_tell_whole(view, y + height + 1, lines))
		course_draw_details(view, y + height + 1, lines);
}

const struct view_ops screen_course = {
	.name = "course", .bit = VIEW_COURSE, .kind = PAGE_VIDEOS,
	.footer = (const enum action[]){ACTION_RETRY, ACTION_WAIVE, ACTION_OPEN, ACTION_VALIDATE,
					ACTION_FLAG_OFF, ACTION_NEXT, ACTION_RUN, ACTION_PAUSE,
					ACTION_BOARD, ACTION_REHEARSE, ACTION_WHY,
					ACTION_FINDINGS, ACTION_SEARCH, ACTION_FILTER, ACTION_LOG,
					ACTION_SORT, ACTION_HOLD, ACTION_GOTO, ACTION_UNDO,
					ACTION_NONE},
	.open_word = "diff", .next_word = "difference",
	.open = course_open, .layout = course_layout, .ask = course_ask, .take = course_take,
	.draw = course_draw, .key = course_key, .item = course_item, .target = course_target,
	.waives = course_waives, .close = course_close,
};
