/*
 * screen_runs.c - every pass, newest first: what it was, and what came of it.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/fit.h"
#include "ui/run_text.h"
#include "ui/widget.h"

#define TITLE_LINES 2
#define DETAIL_LINES 4	/* at least: whose, its transcripts, its courses, its options */
#define ROOMY 18	/* lines: from here on the options have two */
#define HIGH 30		/* lines: from here on a third is for the details, each failed course its own */
#define FIRST_COLUMN 5

struct runs_view {
	struct view view;
	int64_t tagged[2]; /* numbers of runs to be compared; 0: none */
};

/* ---- rows ---------------------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->runs ? page->count : 0;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->runs[row].number;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	const struct run_row *run = &page->runs[row];
	char name[128];

	return strcasestr(run_row_name(run, name, sizeof(name)), text) ||
	       strcasestr(run->who, text) || strcasestr(run->host, text) ||
	       strcasestr(run->campus, text) || strcasestr(run->options, text) ||
	       strcasestr(run_text_state(run), text);
}

static const char *const sort_names[] = {"number"};
static const struct list_rows rows = {
	.count = row_count, .id = row_id, .match = row_match, .sort_names = sort_names, .sorts = 1,
	.by_time = true,
};

static const struct run_row *selected_run(const struct view *view)
{
	int64_t row = list_selected_row(&view->list, view->page);

	return row >= 0 ? &view->page->runs[row] : NULL;
}

static int detail_lines(const struct view *view)
{
	return view->area.h >= HIGH ? view->area.h / 3 : DETAIL_LINES + (view->area.h >= ROOMY);
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *runs_open(struct console *console, const struct place *place)
{
	struct runs_view *runs = calloc(1, sizeof(*runs));

	if (!runs)
		return NULL;
	view_init(&runs->view, console, &screen_runs, &rows, place);
	return &runs->view;
}

static void runs_layout(struct view *view)
{
	list_resize(&view->list, view->area.h - TITLE_LINES - 1 - detail_lines(view));
}

static void runs_ask(const struct view *view, struct page_request *request)
{
	list_ask(&view->list, request);
}

static void runs_take(struct view *view)
{
	list_take(&view->list, view->page);
}

static void runs_close(struct view *view)
{
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static bool is_tagged(const struct runs_view *runs, int64_t number)
{
	return number == runs->tagged[0] || number == runs->tagged[1];
}

static const char *told_tags(const struct runs_view *runs)
{
	const int64_t *tagged = runs->tagged;
	bool plain = runs->view.console->plain; /* where actions have no keys */

	if (tagged[0] && tagged[1])
		return plain ? "two tagged: open compares them" : "two tagged: Enter compares them";
	if (tagged[0] || tagged[1])
		return plain ? "one tagged: open on another compares both"
			     : "one tagged: Enter on another compares both";
	return "no run is tagged";
}

static void toggle_tag(struct runs_view *runs)
{
	const struct run_row *run = selected_run(&runs->view);
	int64_t *tagged = runs->tagged;

	if (!run)
		return;
	if (is_tagged(runs, run->number))
		tagged[run->number == tagged[0] ? 0 : 1] = 0;
	else if (!tagged[0] || !tagged[1])
		tagged[tagged[0] ? 1 : 0] = run->number;
	else
		console_note(runs->view.console, ROLE_WARNING,
			     "two runs are tagged: Enter compares them, Space on one takes its tag");
	if (runs->view.console->plain && !runs->view.console->note[0]) /* a screen has it in its title */
		console_note(runs->view.console, ROLE_NORMAL, "%s", told_tags(runs));
}

/* Those that are tagged, the tagged one and the selected one, or the selected one and the one
   before it: the newer one second. */
static void compare(struct runs_view *runs)
{
	const struct run_row *run = selected_run(&runs->view);
	int64_t a = runs->tagged[0], b = runs->tagged[1];
	struct place place = {0};

	if (!run)
		return;
	if (!a || !b) {
		a = a + b == run->number ? 0 : a + b;
		b = run->number;
	}
	place.run_a = a < b ? a : b;
	place.run_b = a < b ? b : a;
	console_push(runs->view.console, &screen_compare, &place);
}

static void ask_refresh(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	prompt_close(prompt);
	prompt->act.refreshes = true;
	snprintf(prompt->question, sizeof(prompt->question),
		 "campus name to refresh (%s, %s): ", console->now->campus, console->now->environment);
	prompt_word(prompt);
	console_note(console, ROLE_WARNING, "after a restore: every course becomes Not-Migrated again, the "
		     "journal is set aside; Esc: do nothing");
}

static unsigned runs_key(struct view *view, enum action action)
{
	struct runs_view *runs = (struct runs_view *)view;

	switch (action) {
	case ACTION_OPEN:
		compare(runs);
		break;
	case ACTION_TAG:
		toggle_tag(runs);
		break;
	case ACTION_REFRESH:
		ask_refresh(view->console);
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

/* ---- columns ------------------------------------------------------------------------------*/

enum column {
	COL_RUN, COL_WHEN, COL_TIME, COL_COURSES, COL_FAILED, COL_MIGRATED, COL_WOULD, COL_KEPT,
	COL_UNTOLD, COL_ERRORS, COL_RATE, COL_GENERATION, COL_ORIGIN, COLS
};

/* clang-format off */
static const struct fit_column columns[COLS] = {
	[COL_RUN]        = {"RUN",       9, 0, false, false},
	[COL_WHEN]       = {"BEGAN",    13, 1, false, false},
	[COL_TIME]       = {"AT WORK",   8, 2, true,  false},
	[COL_COURSES]    = {"COURSES",   8, 3, true,  false},
	[COL_FAILED]     = {"FAILED",    7, 7, true,  false},
	[COL_MIGRATED]   = {"MIGRATED",  9, 4, true,  false},
	[COL_WOULD]      = {"WOULD",     8, 8, true,  false},
	[COL_KEPT]       = {"KEPT",      8, 10, true, false},
	[COL_UNTOLD]     = {"UNTOLD",    8, 11, true, false},
	[COL_ERRORS]     = {"ERRORS",    7, 5, true,  false},
	[COL_RATE]       = {"RATE",      8, 9, true,  false},
	[COL_GENERATION] = {"GEN",       4, 12, true, false},
	[COL_ORIGIN]     = {"IMPORTED", 16, 6, false, true},
};
/* clang-format on */

static bool has_imported(const struct snapshot *page)
{
	for (size_t i = 0; page && i < row_count(page); i++)
		if (page->runs[i].imported)
			return true;
	return false;
}

/* Where nothing was imported the column of that would be empty. */
static void fit_runs(const struct view *view, struct fit *out)
{
	unsigned char which[COLS];
	size_t count = has_imported(view->page) ? COLS : COL_ORIGIN;

	for (size_t i = 0; i < count; i++)
		which[i] = (unsigned char)i;
	fit_columns(columns, which, count, FIRST_COLUMN, view->area.w, out);
}

static struct small_text number(int64_t value)
{
	struct small_text none;

	if (value)
		return widget_number(value);
	snprintf(none.text, sizeof(none.text), "%s", glyph(GLYPH_NONE));
	return none;
}

/* "mock 1 of example-u" */
static struct small_text origin(const struct run_row *run)
{
	struct small_text out = {""};

	if (run->imported)
		snprintf(out.text, sizeof(out.text), "%s %lld of %.30s", run_kind_name(run->kind),
			 (long long)run->origin_number, run->campus);
	return out;
}

static struct small_text cell(const struct run_row *run, enum column column, int64_t now)
{
	const struct run_sums *sums = &run->sums;

	switch (column) {
	case COL_RUN:
		return run_text_name(run);
	case COL_WHEN:
		return widget_time(run->began, now);
	case COL_TIME:
		return run_text_span(run->active);
	case COL_COURSES:
		return number(sums->ended);
	case COL_FAILED:
		return number(sums->failed);
	case COL_MIGRATED:
		return number(sums->migrated);
	case COL_WOULD:
		return number(sums->would);
	case COL_KEPT:
		return number(sums->kept);
	case COL_UNTOLD:
		return number(sums->untold);
	case COL_ERRORS:
		return number(sums->counts.errors);
	case COL_RATE:
		return run_text_rate(run);
	case COL_GENERATION:
		return number(run->generation);
	default:
		return origin(run);
	}
}

/* ---- drawing ------------------------------------------------------------------------------*/

static enum glyph sign(const struct run_row *run)
{
	return !run->ended ? GLYPH_BUSY : run->broken_off ? GLYPH_WARNING
	       : run->sums.failed || run->sums.counts.errors ? GLYPH_FAILED : GLYPH_DONE;
}

static enum role sign_role(const struct run_row *run)
{
	return !run->ended ? ROLE_BUSY : run->broken_off ? ROLE_WARNING
	       : run->sums.failed || run->sums.counts.errors ? ROLE_ERROR : ROLE_GOOD;
}

static enum role cell_role(const struct run_row *run, unsigned column)
{
	if ((column == COL_FAILED && run->sums.failed) ||
	    (column == COL_ERRORS && run->sums.counts.errors))
		return ROLE_ERROR;
	return column == COL_TIME && !run->ended ? ROLE_BUSY : ROLE_NORMAL;
}

static void draw_row(const struct runs_view *runs, const struct fit *fit, int y,
		     const struct run_row *run, bool selected)
{
	int64_t now = console_wall(runs->view.console);
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL;

	widget_text(y, 0, runs->view.area.w, base, "");
	widget_text(y, 0, 1, base, is_tagged(runs, run->number) ? glyph(GLYPH_TAG) : " ");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, 3, 1, selected ? base : sign_role(run), glyph(sign(run)));
	for (size_t i = 0; i < fit->count; i++)
		fit_draw(fit, i, y, selected ? base : cell_role(run, fit->shown[i]),
			 cell(run, (enum column)fit->shown[i], now).text);
}

/* "mock 2 (mock 1 of NAME)  21 Nov 03:12, 0:41:12, running  generation 1  ana@host" */
static void draw_whose(const struct run_row *run, int y, int width, int64_t now)
{
	const char *state = run_text_state(run);
	char name[128];
	int x = widget_put(y, 1, width, ROLE_TITLE, "%s", run_row_name(run, name, sizeof(name)));

	if (*state)
		x = widget_put(y, x + 2, width, sign_role(run), "%s", state);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "%s, %s", widget_time(run->began, now).text,
		       run_text_took(run, now).text);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "%s@%s", run->who, run->host);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "generation %s", widget_number(run->generation).text);
	if (run->imported)
		widget_put(y, x + 2, width, ROLE_NORMAL, "imported %s",
			   widget_time(run->imported, now).text);
}

static void draw_transcripts(const struct run_row *run, int y, int width)
{
	const struct counts *counts = &run->sums.counts;
	struct buf text = BUF_INIT;
	int x = widget_put(y, 1, width, counts->errors ? ROLE_ERROR : ROLE_NORMAL, "errors %s",
			   widget_number(counts->errors).text);

	run_text_transcripts(&run->sums, false, &text);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "waived %s", widget_number(counts->waived).text);
	x = widget_put(y, x + 2, width, ROLE_NORMAL, "transcripts: %s", buf_text(&text));
	widget_put(y, x + 2, width, ROLE_NORMAL, "%s", run_text_rate(run).text);
	buf_clear(&text);
}

static const struct run_course_row *next_failed(const struct snapshot *page, size_t *at)
{
	while (*at < page->run_course_count) {
		const struct run_course_row *course = &page->run_courses[(*at)++];

		if (course->status == COURSE_FAILED)
			return course;
	}
	return NULL;
}

/* One after the other on the line, so many as fit. */
static void draw_failed(const struct snapshot *page, int y, int x, int width)
{
	const struct run_course_row *course;
	size_t at = 0;
	bool first = true;
	char key[512];

	while ((course = next_failed(page, &at))) {
		bool more = next_failed(page, &(size_t){at}) != NULL;
		int room = width - x - (first ? 1 : 2) - (more ? 5 : 0);

		if (!first && widget_cells(course->course) > room) {
			widget_put(y, x, width, ROLE_NORMAL, ", ...");
			return;
		}
		x = widget_put(y, x, width, ROLE_NORMAL, first ? " %s" : ", %s",
			       widget_course_key(course->course, room, key, sizeof(key)));
		if (!more && *course->problem)
			x = widget_put(y, x, width, ROLE_NORMAL, ": %s", course->problem);
		first = false;
	}
}

/* A line each, with what is wrong. */
static void draw_each_failed(const struct snapshot *page, int64_t count, int y, int end, int width)
{
	const struct run_course_row *course;
	size_t at = 0;

	for (int64_t left = count; (course = next_failed(page, &at)) && y < end; left--) {
		int x;

		if (y + 1 == end && left > 1) {
			widget_printf(y++, 3, width - 3, ROLE_DIM, "and %s more",
				      widget_number(left).text);
			break;
		}
		x = widget_put(y, 3, width, ROLE_NORMAL, "%s", course->course);
		x = widget_put(y, x + 2, width, ROLE_ERROR, "errors %s",
			       widget_number(course->sums.counts.errors).text);
		widget_put(y++, x + 2, width, ROLE_NORMAL, "%s", course->problem);
	}
}

/* How many ended, and which failed, on one line or, with more room, with a line each. */
static void draw_courses(const struct view *view, const struct run_row *run, int y, int lines, int width)
{
	const struct run_sums *sums = &run->sums;
	size_t at = 0;
	bool told = list_has_details(&view->list, view->page) && next_failed(view->page, &at);
	int x = widget_put(y, 1, width, ROLE_NORMAL, "%s of %s course%s ended,",
			   widget_number(sums->ended).text, widget_number(sums->courses).text,
			   sums->courses == 1 ? "" : "s");

	x = widget_put(y, x + 1, width, sums->failed ? ROLE_ERROR : ROLE_NORMAL, "%s failed%s",
		       widget_number(sums->failed).text, told ? ":" : "");
	if (told && lines > 1)
		draw_each_failed(view->page, sums->failed, y + 1, y + lines, width);
	else if (told)
		draw_failed(view->page, y, x, width);
}

static void draw_details(const struct view *view, int y)
{
	const struct run_row *run = selected_run(view);
	int64_t now = console_wall(view->console);
	int width = view->area.w - 1, lines = detail_lines(view);
	int options = lines > DETAIL_LINES ? 2 : 1;
	struct buf text = BUF_INIT;

	if (!run)
		return;
	draw_whose(run, y, width, now);
	draw_transcripts(run, y + 1, width);
	buf_printf(&text, "%s, %s, %s, subferry %s: %s", run->campus, run->environment, run->release,
		   run->version, run->options);
	if (lines > DETAIL_LINES + 1) {
		options = widget_wrapped(y + 2, 1, width - 1, options, ROLE_NORMAL, buf_text(&text));
		draw_courses(view, run, y + 2 + options, lines - 2 - options, width);
	} else {
		draw_courses(view, run, y + 2, 1, width);
		widget_wrapped(y + 3, 1, width - 1, options, ROLE_NORMAL, buf_text(&text));
	}
	buf_clear(&text);
}

static void draw_title(const struct runs_view *runs, int y)
{
	const struct view *view = &runs->view;
	int width = view->area.w - 1;
	int x = widget_put(y, 1, width, ROLE_TITLE, "runs of %s", view->console->now->campus);
	char order[80];

	if (runs->tagged[0] || runs->tagged[1])
		x = widget_put(y, x + 2, width, ROLE_NORMAL, "%s", told_tags(runs));
	snprintf(order, sizeof(order), "%s run%s, %s first", widget_number(view->list.total).text,
		 view->list.total == 1 ? "" : "s", view->list.descending ? "oldest" : "newest");
	if (x + 2 + widget_cells(order) <= width)
		widget_put(y, x + 2, width, ROLE_DIM, "%s", order);
}

static void runs_draw(struct view *view, const struct snapshot *now)
{
	const struct runs_view *runs = (const struct runs_view *)view;
	int y = view->area.y, height = (int)view->list.height;
	struct fit fit;
	int64_t top;

	(void)now;
	fit_runs(view, &fit);
	draw_title(runs, y++);
	fit_draw_headings(&fit, y++);
	top = view_rows_begin(view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = list_row(&view->list, view->page, top + i);

		if (row >= 0)
			draw_row(runs, &fit, y + i, &view->page->runs[row],
				 top + i == view->list.selected);
	}
	view_draw_empty(view, y, height, "no run yet: a launch or a dry run begins one");
	view_rule(view, y + height, "");
	if (!view_tell_whole(view, y + height + 1, detail_lines(view)))
		draw_details(view, y + height + 1);
}

const struct view_ops screen_runs = {
	.name = "runs", .bit = VIEW_RUNS, .kind = PAGE_RUNS,
	.footer = (const enum action[]){ACTION_OPEN, ACTION_TAG, ACTION_REFRESH, ACTION_SEARCH,
					ACTION_FILTER, ACTION_LOG, ACTION_HOLD, ACTION_GOTO,
					ACTION_NONE},
	.open_word = "compare", .next_word = "next match",
	.open = runs_open, .layout = runs_layout, .ask = runs_ask, .take = runs_take,
	.draw = runs_draw, .key = runs_key, .close = runs_close,
};
