/*
 * screen_compare.c - two runs side by side: what is fixed, still there, new, changed, missed.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/compare_view.h"
#include "ui/run_text.h"
#include "ui/widget.h"

#define FIRST_COLUMN 5
#define LABEL_WIDTH 13
#define LOW 17 /* lines: fewer have room for a short head only */

struct compare_view {
	struct view view;
	enum compared list; /* COMPARED_COUNT: the one to begin with, which the desk knows */
	int64_t opens; /* the row that is opened once it is known what it is of; 0: none */
};

static bool is_low(const struct view *view)
{
	return view->area.h < LOW;
}

/* The runs, what was predicted, the lists, a heading. */
static int head_lines(const struct view *view)
{
	return is_low(view) ? 2 + 1 + 1 : 6 + 1 + 1;
}

static int detail_lines(const struct view *view)
{
	return is_low(view) ? 2 : 3;
}

static const struct comparison *shown(const struct view *view)
{
	return view->page ? view->page->comparison : NULL;
}

static const struct compared_row *selected_row(const struct view *view)
{
	return view->page ? compare_row(view->page, list_selected_row(&view->list, view->page)) : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *compare_open(struct console *console, const struct place *place)
{
	struct compare_view *compare = calloc(1, sizeof(*compare));

	if (!compare)
		return NULL;
	view_init(&compare->view, console, &screen_compare, &compare_rows, place);
	compare->view.list.whole = true; /* a comparison is there whole */
	compare->list = COMPARED_COUNT;
	return &compare->view;
}

static void compare_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - head_lines(view) - 1 - detail_lines(view));
}

static void compare_ask(const struct view *view, struct page_request *request)
{
	enum compared list = ((const struct compare_view *)view)->list;

	request->run_a = view->place.run_a;
	request->run_b = view->place.run_b;
	request->code = list < COMPARED_COUNT ? (int)list : -1;
	list_ask(&view->list, request);
}

/* What the selected row is of: false while the desk has not said it. */
static bool compare_item(const struct view *view, struct place *place)
{
	const struct event_item *item = view->page ? view->page->event_items : NULL;

	if (!item || !list_has_details(&view->list, view->page))
		return false;
	*place = (struct place){.course = item->course, .video = item->video,
				.language = item->language};
	return item->course != 0;
}

static void open_item(struct compare_view *compare)
{
	struct view *view = &compare->view;
	const struct compared_row *row = selected_row(view);
	struct place place;

	compare->opens = 0;
	if (!row)
		return;
	if (compare_item(view, &place))
		console_push(view->console, place.video ? &screen_diff : &screen_course, &place);
	else if (view->page->event_items && list_has_details(&view->list, view->page))
		console_note(view->console, ROLE_NORMAL, "%s is not a course of this campus", row->course);
	else
		compare->opens = view->list.id;
}

static void compare_take(struct view *view)
{
	struct compare_view *compare = (struct compare_view *)view;
	bool opens;

	list_take(&view->list, view->page);
	if (compare->list == COMPARED_COUNT && shown(view))
		compare->list = compare_list(view->page);
	opens = compare->opens && compare->opens == view->list.id;
	if (opens && list_has_details(&view->list, view->page))
		open_item(compare);
}

static void compare_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void next_list(struct compare_view *compare, int direction)
{
	if (compare->list == COMPARED_COUNT)
		return;
	compare->list = (enum compared)(((int)compare->list + direction + COMPARED_COUNT) %
					COMPARED_COUNT);
	compare->view.list.id = 0;
	list_changed(&compare->view.list, NULL);
}

static unsigned compare_key(struct view *view, enum action action)
{
	struct compare_view *compare = (struct compare_view *)view;

	compare->opens = 0;
	switch (action) {
	case ACTION_TAB:
	case ACTION_BACKTAB:
		next_list(compare, action == ACTION_TAB ? 1 : -1);
		break;
	case ACTION_OPEN:
		open_item(compare);
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

/* ---- the head -----------------------------------------------------------------------------*/

struct side {
	const struct run_row *run, *other;
	const char *letter;
	int x, limit;
	int64_t now;
};

/* What is better than in A is good, what is worse is not; of other courses nobody can say. */
static enum role fewer_role(const struct side *side, int64_t here, int64_t there)
{
	if (*side->letter == 'A' || side->run->sums.courses != side->other->sums.courses)
		return ROLE_NORMAL;
	return here < there ? ROLE_GOOD : here > there ? ROLE_ERROR : ROLE_NORMAL;
}

static void draw_name(const struct side *side, int y)
{
	char name[128];

	widget_printf(y, side->x, side->limit - side->x, ROLE_TITLE, "%s: %s", side->letter,
		      run_row_name(side->run, name, sizeof(name)));
}

static void draw_when(const struct side *side, int y)
{
	const struct run_row *run = side->run;
	const char *state = run_text_state(run);
	int x = widget_put(y, side->x, side->limit, ROLE_NORMAL, "%s, %s",
			   widget_time(run->began, side->now).text,
			   run_text_took(run, side->now).text);

	if (*state)
		widget_put(y, x, side->limit, run->ended ? ROLE_WARNING : ROLE_BUSY, ", %s", state);
}

static void draw_courses(const struct side *side, int y)
{
	const struct run_sums *sums = &side->run->sums;

	widget_put(y, side->x, side->limit, fewer_role(side, sums->failed, side->other->sums.failed),
		   "%s, %s failed", widget_number(sums->courses).text, widget_number(sums->failed).text);
}

static void draw_transcripts(const struct side *side, int y)
{
	struct buf text = BUF_INIT;

	run_text_transcripts(&side->run->sums, true, &text);
	widget_text(y, side->x, side->limit - side->x, ROLE_NORMAL, buf_text(&text));
	buf_clear(&text);
}

static void draw_errors(const struct side *side, int y)
{
	const struct counts *counts = &side->run->sums.counts;

	widget_put(y, side->x, side->limit,
		   fewer_role(side, counts->errors, side->other->sums.counts.errors),
		   "%s, %s waived; %s", widget_number(counts->errors).text,
		   widget_number(counts->waived).text,
		   run_text_rate(side->run).text);
}

/* On a low screen, in one line. */
static void draw_short(const struct side *side, int y)
{
	const struct run_sums *sums = &side->run->sums;

	widget_put(y, side->x, side->limit,
		   fewer_role(side, sums->counts.errors, side->other->sums.counts.errors),
		   "errors %s, failed %s of %s", widget_number(sums->counts.errors).text,
		   widget_number(sums->failed).text, widget_number(sums->courses).text);
}

static void draw_predictions(const struct comparison *comparison, int y, int width)
{
	struct buf text = BUF_INIT;

	if (comparison->has_predictions)
		compare_predictions(comparison, &text);
	else
		buf_add_text(&text, "none: A is no dry run, or B is one");
	widget_text(y, 1, LABEL_WIDTH, ROLE_DIM, "predictions");
	widget_text(y, LABEL_WIDTH + 1, width - LABEL_WIDTH - 1,
		    !comparison->has_predictions ? ROLE_DIM
		    : comparison->counts[COMPARED_MISSED] ? ROLE_WARNING : ROLE_GOOD, buf_text(&text));
	buf_clear(&text);
}

/* Returns the line behind. */
static int draw_runs(const struct view *view, int y)
{
	static const struct {
		const char *label;
		void (*draw)(const struct side *side, int y);
	} lines[] = {
		{"", draw_name}, {"when", draw_when}, {"courses", draw_courses},
		{"transcripts", draw_transcripts}, {"errors", draw_errors},
	}, low[] = {{"", draw_name}, {"", draw_short}};
	const struct comparison *comparison = shown(view);
	int width = view->area.w - 1, from = is_low(view) ? 1 : LABEL_WIDTH + 1;
	int middle = from + (width - from) / 2;
	size_t count = is_low(view) ? 2 : sizeof(lines) / sizeof(lines[0]);

	if (!comparison)
		return y + (int)count + !is_low(view);
	for (size_t i = 0; i < count; i++, y++) {
		struct side a = {&comparison->a, &comparison->b, "A", from, middle - 1,
				 console_wall(view->console)};
		struct side b = {&comparison->b, &comparison->a, "B", middle, width,
				 console_wall(view->console)};

		if (!is_low(view))
			widget_text(y, 1, LABEL_WIDTH, ROLE_DIM, lines[i].label);
		(is_low(view) ? low : lines)[i].draw(&a, y);
		(is_low(view) ? low : lines)[i].draw(&b, y);
	}
	if (!is_low(view))
		draw_predictions(comparison, y++, width);
	return y;
}

/* "fixed 3  still 12  new 0 ..." */
static void draw_lists(const struct compare_view *compare, int y)
{
	const struct comparison *comparison = shown(&compare->view);
	int width = compare->view.area.w - 1, x = 1;

	for (int list = 0; list < COMPARED_COUNT; list++) {
		size_t count = comparison ? comparison->counts[list] : 0;

		x = widget_put(y, x, width,
			       list == (int)compare->list ? ROLE_SELECTED : count ? ROLE_NORMAL : ROLE_DIM,
			       "%s%s %s%s", list == (int)compare->list ? glyph(GLYPH_CURSOR) : "",
			       compared_name((enum compared)list),
			       comparison ? widget_number((int64_t)count).text : "?",
			       list == (int)compare->list ? " " : "");
		x += list + 1 == (int)compare->list ? 1 : 2;
	}
}

/* ---- rows and details ---------------------------------------------------------------------*/

static void draw_row(const struct view *view, const struct fit *fit, int y,
		     const struct compared_row *row, bool selected)
{
	enum compared list = compare_list(view->page);
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL;
	enum role role = selected ? base : compare_role(list, row);
	char text[512];

	widget_text(y, 0, view->area.w, base, "");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, 3, 1, role, glyph(compare_sign(list, row)));
	for (size_t i = 0; i < fit->count; i++)
		fit_draw(fit, i, y, i ? base : role,
			 compare_cell(row, fit->shown[i], fit->width[i], text, sizeof(text)));
}

static void draw_miss(const struct compared_row *row, int y, int width, int lines)
{
	struct buf why = BUF_INIT;
	int x;

	compare_why(row, &why);
	if (*row->block) {
		x = widget_put(y, 1, width, ROLE_NORMAL, "predicted %s, came as %s",
			       compare_outcome(row->predicted), compare_outcome(row->actual));
		if (row->code != FINDING_NONE)
			widget_put(y, x + 2, width, view_severity_role(row->severity), "%s",
				   finding_info(row->code)->name);
		widget_wrapped(y + 1, 1, width - 1, lines - 1, compare_role(COMPARED_MISSED, row),
			       buf_text(&why));
	} else { /* of the whole course */
		widget_wrapped(y, 1, width - 1, lines, ROLE_NORMAL, buf_text(&why));
	}
	buf_clear(&why);
}

/* What stands in the last lines: why, and what it means. */
static void draw_what(enum compared list, const struct compared_row *row, int y, int width, int lines)
{
	switch (list) {
	case COMPARED_MISSED:
		draw_miss(row, y, width, lines);
		break;
	case COMPARED_CHANGED:
		widget_put(y, 1, width, ROLE_NORMAL, "%s: %s in A, %s in B", row->text,
			   row->in_a ? compare_outcome(row->predicted) : "not there",
			   row->in_b ? compare_outcome(row->actual) : "not there");
		break;
	case COMPARED_COURSES:
		widget_put(y, 1, width, ROLE_NORMAL, "A: %s, %s, %s errors   B: %s, %s, %s errors",
			   row->in_a ? course_status_name(row->status_a) : "not run",
			   run_text_span(row->time_a).text, widget_number(row->errors_a).text,
			   row->in_b ? course_status_name(row->status_b) : "not run",
			   run_text_span(row->time_b).text, widget_number(row->errors_b).text);
		break;
	default:
		widget_wrapped(y, 1, width - 1, lines, compare_role(list, row), row->text);
	}
}

static void draw_details(const struct view *view, int y)
{
	const struct compared_row *row = selected_row(view);
	int width = view->area.w - 1, x;

	if (!row)
		return;
	x = widget_put(y, 1, width, ROLE_TITLE, "%s", row->course);
	if (*row->block)
		x = widget_put(y, x + 1, width, ROLE_NORMAL, "%s", row->block);
	if (*row->language)
		x = widget_put(y, x + 1, width, ROLE_NORMAL, "%s", row->language);
	if (row->waived)
		widget_put(y, x + 2, width, ROLE_DIM, "waived");
	draw_what(compare_list(view->page), row, y + 1, width, detail_lines(view) - 1);
}

static const char *nothing(const struct compare_view *compare)
{
	const struct comparison *comparison = shown(&compare->view);

	return comparison ? compare_nothing(comparison, compare->list) : "comparing...";
}

static void compare_draw(struct view *view, const struct snapshot *now)
{
	const struct compare_view *compare = (const struct compare_view *)view;
	int y = view->area.y, height = (int)view->list.height;
	struct fit fit;
	int64_t top;

	(void)now;
	compare_fit(view->page ? compare_list(view->page) : COMPARED_FIXED, FIRST_COLUMN, view->area.w,
		    &fit);
	y = draw_runs(view, y);
	draw_lists(compare, y++);
	fit_draw_headings(&fit, y++);
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(view, &fit, y + i, compare_row(view->page, row),
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, nothing(compare));
	view_rule(view, y + height, "");
	if (!view_tell_whole(view, y + height + 1, detail_lines(view)))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_compare = {
	.name = "compare", .bit = VIEW_COMPARE, .kind = PAGE_COMPARE,
	.footer = (const enum action[]){ACTION_TAB, ACTION_OPEN, ACTION_WHY, ACTION_SEARCH,
					ACTION_FILTER, ACTION_NEXT, ACTION_LOG, ACTION_HOLD,
					ACTION_GOTO, ACTION_NONE},
	.open_word = "item", .next_word = "next match", .tab_word = "next list",
	.open = compare_open, .layout = compare_layout, .ask = compare_ask, .take = compare_take,
	.draw = compare_draw, .key = compare_key, .item = compare_item, .close = compare_close,
};
