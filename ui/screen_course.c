/*
 * screen_course.c - one course: what the modulestore promises beside what edx-val holds.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define DETAIL_LINES 3

/* ---- rows ---------------------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->videos ? page->count : 0;
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

static int64_t missing(const struct counts *counts)
{
	return counts->expected - counts->in_val - counts->unknown;
}

static bool row_differs(const struct snapshot *page, size_t row)
{
	const struct counts *counts = &page->videos[row].counts;

	return missing(counts) > 0 || counts->differing || counts->unknown || counts->errors ||
	       counts->warnings;
}

enum sort { BY_PLAN, BY_NAME, BY_FINDINGS, BY_MISSING, SORTS };
static const char *const sort_names[SORTS] = {"block", "name", "findings", "missing transcripts"};

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
	else if (sort == BY_MISSING)
		difference = missing(&left->counts) - missing(&right->counts);
	return (difference > 0) - (difference < 0);
}

static const struct list_rows rows = {
	.count = row_count, .id = row_id, .match = row_match, .compare = row_compare,
	.differs = row_differs, .sort_names = sort_names, .sorts = SORTS,
	.most_first = 1U << BY_FINDINGS | 1U << BY_MISSING,
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
	list_resize(&view->list, view->area.h - TITLE_LINES - 2 - DETAIL_LINES);
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
			     &(struct place){view->place.course, video->id, "", NULL});
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
	return true;
}

/* ---- drawing ------------------------------------------------------------------------------*/

static void draw_title(const struct view *view, int y)
{
	const struct course_row *course = &view->page->course;
	const struct counts *counts = &course->counts;
	int width = view->area.w, x, cells;
	char right[224], state[64];
	enum role role = course->status == COURSE_FAILED     ? ROLE_ERROR
			 : course->status == COURSE_MIGRATED ? ROLE_GOOD
							     : ROLE_NORMAL;

	snprintf(state, sizeof(state), "%s%s", course_status_name(course->status),
		 course->intent == INTENT_PAUSE ? ", paused" : "");
	snprintf(right, sizeof(right), "%s  %s of %s videos", state,
		 widget_number(course->tried).text, widget_number(course->videos).text);
	cells = widget_cells(right);
	widget_text(y, width - cells - 1, cells, role, right);
	x = widget_put(y, 1, width - cells - 3, ROLE_TITLE, "%s", course->key);
	widget_put(y, x + 2, width - cells - 3, ROLE_NORMAL, "%s", course->name);
#define COUNT(label, number, bad) \
	(x = widget_put(y + 1, x, width - 1, (number) > 0 ? (bad) : ROLE_NORMAL, "%s %s", label, \
			widget_number(number).text) + 2)
	x = 1;
	COUNT("expected", counts->expected, ROLE_NORMAL);
	COUNT("in val", counts->in_val, ROLE_NORMAL);
	COUNT("missing", missing(counts), ROLE_ERROR);
	COUNT("differing", counts->differing, ROLE_ERROR);
	COUNT("extra", counts->extra, ROLE_NORMAL);
	COUNT("unknown", counts->unknown, ROLE_WARNING);
#undef COUNT
}

/* Two sides of equal width, the mark between. */
struct columns {
	int name_width, left, side, left_count, mark, right, right_count, findings, width;
};

static struct columns columns_for(int width)
{
	struct columns at = {.width = width};
	int room = width - 5 - 4 - 3 - 4 - 7;

	at.side = room * 28 / 100;
	at.name_width = room - 2 * at.side;
	at.left = 5 + at.name_width;
	at.left_count = at.left + at.side;
	at.mark = at.left_count + 4;
	at.right = at.mark + 3;
	at.right_count = at.right + at.side;
	at.findings = at.right_count + 4;
	return at;
}

static enum role mark_of(const struct video_row *video, enum glyph *mark)
{
	const struct counts *counts = &video->counts;

	*mark = GLYPH_SAME;
	if (missing(counts) > 0 || counts->differing) {
		*mark = GLYPH_DIFFERS;
		/* Not tried yet is no fault. */
		return video->state == VIDEO_WAITING && !counts->differing ? ROLE_NORMAL
									   : ROLE_ERROR;
	}
	if (counts->unknown) {
		*mark = GLYPH_UNKNOWN;
		return ROLE_WARNING;
	}
	if (!counts->expected)
		*mark = GLYPH_NONE;
	return counts->expected ? ROLE_GOOD : ROLE_DIM;
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

static const char *languages_or_none(const char *languages, bool unknown)
{
	if (languages[0])
		return languages;
	return glyph(unknown ? GLYPH_UNKNOWN : GLYPH_EMPTY);
}

static void draw_row(const struct columns *at, int y, const struct video_row *video, bool selected)
{
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL, role;
	const char *name = video->name[0] ? video->name : video->block;
	bool draft = video->branches == IN_DRAFT;
	enum glyph sign;
	char text[96];

#define LOOK(role) (selected ? ROLE_SELECTED : (role))
	widget_text(y, 0, at->width, base, "");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	role = state_of(video, &sign);
	widget_text(y, 3, 1, LOOK(role), glyph(sign));
	if (draft)
		widget_text(y, at->left - 9, 8, LOOK(ROLE_DIM), "(draft)");
	widget_text(y, 5, at->name_width - (draft ? 10 : 1), base, name);
	widget_text(y, at->left, at->side - 1, base,
		    languages_or_none(video->expected_languages, false));
	widget_aligned(y, at->left_count, 3, base, ALIGN_RIGHT,
		       widget_number(video->counts.expected).text);
	role = mark_of(video, &sign);
	widget_text(y, at->mark, 1, LOOK(role), glyph(sign));
	widget_text(y, at->right, at->side - 1, base,
		    languages_or_none(video->val_languages, video->counts.unknown > 0));
	widget_aligned(y, at->right_count, 3, base, ALIGN_RIGHT,
		       widget_number(video->counts.in_val).text);
	role = findings_text(&video->counts, text, sizeof(text));
	widget_aligned(y, at->findings, 6, LOOK(role), ALIGN_RIGHT, text);
#undef LOOK
}

static void draw_heading(const struct view *view, int y, const struct columns *at)
{
	char title[48];

	snprintf(title, sizeof(title), "VIDEO%s", view_sort_mark(view, BY_NAME));
	widget_text(y, 5, at->name_width, ROLE_DIM, title);
	widget_text(y, at->left, at->side + 4, ROLE_DIM, "MODULESTORE");
	snprintf(title, sizeof(title), "EDX-VAL%s", view_sort_mark(view, BY_MISSING));
	widget_text(y, at->right, at->side + 4, ROLE_DIM, title);
	snprintf(title, sizeof(title), "FIND%s", view_sort_mark(view, BY_FINDINGS));
	widget_aligned(y, at->findings, 6, ROLE_DIM, ALIGN_RIGHT, title);
}

/* Which block it is, and what is wrong with it, language by language. */
static void draw_details(const struct view *view, int y)
{
	const struct video_row *video = selected_video(view);
	const struct snapshot *page = view->page;
	int width = view->area.w - 2, line = 1, x;

	if (!video)
		return;
	x = widget_put(y, 1, width, ROLE_DIM, "%s@%s", video->type, video->block);
	if (video->val_id[0])
		x = widget_put(y, x + 2, width, ROLE_DIM, "val id %s%s", video->val_id,
			       video->val_id_new ? " (new)" : "");
	if (!list_has_details(&view->list, page))
		return;
	if (page->last_attempt[0])
		widget_put(y, x + 2, width, ROLE_DIM, "%s", page->last_attempt);
	for (size_t i = 0; i < page->finding_count && line < DETAIL_LINES; i++) {
		const struct finding_row *finding = &page->findings[i];
		bool last = line == DETAIL_LINES - 1 && i + 1 < page->finding_count;

		x = widget_put(y + line, 1, width, view_severity_role(finding->severity), "%s%s%s",
			       finding->language, finding->language[0] ? "  " : "",
			       finding_info(finding->code)->name);
		if (finding->waived)
			x = widget_put(y + line, x + 1, width, ROLE_DIM, "(waived)");
		if (page->finding_count == 1) {
			widget_wrapped(y + line, x + 2, width - x - 1, DETAIL_LINES - line,
				       ROLE_NORMAL, finding->text);
			return;
		}
		x = widget_put(y + line, x + 2, width - (last ? 16 : 0), ROLE_NORMAL, "%s",
			       finding->text);
		if (last)
			widget_put(y + line, x + 1, width + 1, ROLE_DIM, "+%zu more: F",
				   page->finding_count - i - 1);
		line++;
	}
}

static void course_draw(struct view *view, const struct snapshot *now)
{
	struct columns at = columns_for(view->area.w);
	int y = view->area.y, height = (int)view->list.height;
	int64_t top = list_top_to_draw(&view->list, view->page);
	char validated[96] = "";

	(void)now;
	if (view->page && view->page->course.key)
		draw_title(view, y);
	if (view->page && view->page->course.verified)
		snprintf(validated, sizeof(validated), "validated: %s, %s  ",
			 verify_level_name(view->page->course.level),
			 widget_time(view->page->course.verified,
				     console_wall(view->console)).text);
	y += TITLE_LINES;
	draw_heading(view, y++, &at);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(&at, y + i, &view->page->videos[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, view->page && view->page->course.pass
			? "this course has no videos" : "the videos are listed once the course is "
							"launched or validated");
	view_rule(view, y + height, validated);
	if (!view_tell_whole(view, y + height + 1, DETAIL_LINES))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_course = {
	.name = "course", .bit = VIEW_COURSE, .kind = PAGE_VIDEOS,
	.footer = (const enum action[]){ACTION_RETRY, ACTION_VALIDATE, ACTION_OPEN, ACTION_NEXT,
					ACTION_RUN, ACTION_PAUSE, ACTION_SEARCH, ACTION_FILTER,
					ACTION_SORT, ACTION_FINDINGS, ACTION_LOG, ACTION_NONE},
	.open_word = "diff", .next_word = "next difference",
	.open = course_open, .layout = course_layout, .ask = course_ask, .take = course_take,
	.draw = course_draw, .key = course_key, .item = course_item, .target = course_target, .close = course_close,
};
