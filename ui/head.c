/*
 * head.c - the lines that are on every screen: which campus, how far, why does work wait.
 */
#include "config.h"

#include "ui/view.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define TALL_ROWS 20 /* from here on the dashboard is drawn */

int head_rows(const struct console *console, bool dashboard, int rows)
{
	(void)console;
	return (dashboard && rows >= TALL_ROWS ? 4 : 2) + 1;
}

static void upper(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	for (; *out; out++)
		*out = (char)toupper((unsigned char)*out);
}

static void draw_title(const struct console *console, int cols)
{
	const struct snapshot *now = console->now;
	bool production = !strcmp(now->environment, "production");
	char mode[sizeof(now->mode)], place[sizeof(now->environment)];
	int engine, room, name, x = 0;

	upper(mode, sizeof(mode), now->mode);
	if (production)
		upper(place, sizeof(place), now->environment);
	else
		snprintf(place, sizeof(place), "%s", now->environment);
	if (cols >= 80)
		x = widget_put(0, 0, cols, ROLE_TITLE, "subferry  ");
	/* The name of the campus gives way first, then the engine; never where we are and how. */
	room = cols - 9 - x - widget_cells(place) - widget_cells(mode) - 8 - (now->tls_unverified ? 17 : 0);
	name = widget_cells(now->campus);
	if (name > room)
		name = room > 0 ? room : 0;
	x += widget_text(0, x, name, ROLE_TITLE, now->campus);
	x = widget_put(0, x, cols, ROLE_DIM, " %s ", glyph(GLYPH_DOT));
	x = widget_put(0, x, cols, production ? ROLE_PRODUCTION : ROLE_TITLE,
		       production ? " %s " : "%s", place);
	x = widget_put(0, x, cols, ROLE_DIM, " %s ", glyph(GLYPH_DOT));
	x = widget_put(0, x, cols, ROLE_MODE, "%s", mode);
	if (now->tls_unverified)
		x = widget_put(0, x + 1, cols, ROLE_ERROR, "TLS NOT VERIFIED");
	engine = widget_cells(now->engine);
	room = cols - 10 - x - 2;
	if (engine > room)
		engine = room;
	if (engine > 4)
		widget_text(0, cols - 10 - engine, engine, ROLE_NORMAL, now->engine);
	widget_aligned(0, cols - 8, 8, ROLE_NORMAL, ALIGN_RIGHT,
		       widget_clock(console_wall(console)).text);
}

static int64_t all_courses(const struct totals *totals)
{
	int64_t all = 0;

	for (int status = 0; status < COURSE_STATUS_COUNT; status++)
		all += totals->courses[status];
	return all;
}

static int64_t left_courses(const struct totals *totals)
{
	return totals->courses[COURSE_NOT_MIGRATED] + totals->courses[COURSE_IN_PROGRESS];
}

/* "ETA 03:50 - 04:05", or why there is none. */
static void eta_text(const struct console *console, char *out, size_t size)
{
	const struct snapshot *now = console->now;
	int64_t wall = console_wall(console);
	struct small_text low = widget_time(now->eta_low, wall);
	struct small_text high = widget_time(now->eta_high, wall);

	if (!now->eta_low || !now->eta_high)
		snprintf(out, size, "ETA: %s", now->eta_reason[0] ? now->eta_reason : "none");
	else if (!strcmp(low.text, high.text))
		snprintf(out, size, "ETA about %s", high.text);
	else
		snprintf(out, size, "ETA %s %s %s", low.text, glyph(GLYPH_RANGE), high.text);
}

static void draw_brief(const struct console *console, int cols)
{
	const struct totals *totals = &console->now->totals;
	int64_t failed = totals->courses[COURSE_FAILED];
	char eta[160], right[224];
	int x, cells;

	eta_text(console, eta, sizeof(eta));
	snprintf(right, sizeof(right), "%s  %s", widget_rate(console->now->rate).text, eta);
	cells = widget_cells(right);
	x = widget_put(1, 1, cols, ROLE_GOOD, "done %s",
		       widget_number(totals->courses[COURSE_MIGRATED]).text);
	x = widget_put(1, x + 2, cols, failed ? ROLE_ERROR : ROLE_NORMAL, "failed %s",
		       widget_number(failed).text);
	x = widget_put(1, x + 2, cols, ROLE_NORMAL, "left %s",
		       widget_number(left_courses(totals)).text);
	x = widget_put(1, x, cols, ROLE_NORMAL, " of %s", widget_number(all_courses(totals)).text);
	if (cols >= 78)
		x = widget_put(1, x, cols, ROLE_NORMAL, " courses");
	if (cells > cols - x - 2)
		cells = cols - x - 2;
	if (cells > 0)
		widget_text(1, cols - cells, cells, ROLE_NORMAL, right);
}

static void draw_statuses(const struct console *console, int cols)
{
	static const struct {
		enum course_status status;
		enum role role;
	} order[] = {
		{COURSE_MIGRATED, ROLE_GOOD}, {COURSE_IN_PROGRESS, ROLE_BUSY},
		{COURSE_FAILED, ROLE_ERROR}, {COURSE_NOT_MIGRATED, ROLE_NORMAL},
	};
	const struct totals *totals = &console->now->totals;
	char right[96];
	int x = -1, cells;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		int64_t count = totals->courses[order[i].status];

		x = widget_put(1, x + 2, cols, count ? order[i].role : ROLE_DIM, "%s %s",
			       course_status_name(order[i].status), widget_number(count).text);
	}
	if (totals->paused)
		x = widget_put(1, x + 2, cols, ROLE_PAUSED, "paused %s",
			       widget_number(totals->paused).text);
	snprintf(right, sizeof(right), "of %s courses", widget_number(all_courses(totals)).text);
	cells = widget_cells(right);
	if (x + 2 + cells <= cols)
		widget_text(1, cols - cells, cells, ROLE_NORMAL, right);
}

/* The bar counts courses, because the transcripts of a course are known only once it is
   planned; the number behind says so while any are not. */
static void draw_progress(const struct console *console, int cols)
{
	const struct totals *totals = &console->now->totals;
	int64_t done = totals->courses[COURSE_MIGRATED], failed = totals->courses[COURSE_FAILED];
	char text[224];
	int cells;

	snprintf(text, sizeof(text), "%s of courses  %s of %s transcripts%s",
		 widget_percent(done + failed, all_courses(totals)).text,
		 widget_number(totals->counts.in_val).text,
		 widget_number(totals->counts.expected).text,
		 totals->courses[COURSE_NOT_MIGRATED] ? " so far" : "");
	cells = widget_cells(text);
	if (cells > cols - 2)
		cells = cols - 2;
	if (cols - cells - 3 >= 5)
		widget_bar(2, 1, cols - cells - 4, done, failed, all_courses(totals));
	widget_text(2, cols - cells - 1, cells, ROLE_NORMAL, text);
}

static void draw_rates(const struct console *console, int cols)
{
	const struct snapshot *now = console->now;
	char eta[160], under_way[128] = "";
	int spark, x, cells, room;

	eta_text(console, eta, sizeof(eta));
	if (now->pausing)
		snprintf(under_way, sizeof(under_way), "%s under way, %s pausing",
			 widget_number(now->under_way).text, widget_number(now->pausing).text);
	else if (now->under_way)
		snprintf(under_way, sizeof(under_way), "%s under way",
			 widget_number(now->under_way).text);
	cells = widget_cells(eta);
	if (cells > cols - 10)
		cells = cols - 10;
	widget_text(3, cols - cells - 1, cells, ROLE_TITLE, eta);
	x = widget_put(3, 1, cols - cells - 2, ROLE_TITLE, "%7s", widget_rate(now->rate).text);
	room = cols - cells - x - 4 - (under_way[0] ? widget_cells(under_way) + 2 : 0) - 10;
	spark = room / 2;
	spark = spark > HISTORY_POINTS ? HISTORY_POINTS : spark;
	if (spark >= 4) {
		widget_spark(3, x + 1, spark, ROLE_GOOD, now->history, HISTORY_POINTS);
		x = widget_put(3, x + spark + 3, cols, ROLE_NORMAL, "errors ");
		widget_spark(3, x, spark, ROLE_ERROR, now->errors, HISTORY_POINTS);
		x += spark;
	}
	widget_put(3, x + 2, cols - cells - 2, ROLE_BUSY, "%s", under_way);
}

/* The one reason why work waits or is slow, or what the operator is asked; "" if all goes on. */
static void reason_text(const struct console *console, char *out, size_t size)
{
	const struct snapshot *now = console->now;
	struct small_text wanted = widget_number(now->totals.wanted);

	out[0] = '\0';
	if (console->stopping == 1)
		snprintf(out, size, "stopping: %s transaction%s under way; q again ends at once",
			 widget_number(now->under_way).text, now->under_way == 1 ? "" : "s");
	else if (console->stopping)
		snprintf(out, size, "ending: what is under way will be completed next time");
	else if (now->waits_for_go)
		snprintf(out, size, "%s %s under way: press c to go on", wanted.text,
			 now->totals.wanted == 1 ? "course was" : "courses were");
	else if (now->hold[0])
		snprintf(out, size, "work waits: %s", now->hold);
	else if (now->allowed)
		snprintf(out, size, "slowed: %d of %d requests at a time (%s)", now->allowed,
			 now->most, now->slowed_by);
}

void head_draw(const struct console *console, bool dashboard, int rows, int cols)
{
	int height = head_rows(console, dashboard, rows);
	char reason[256];

	draw_title(console, cols);
	if (height > 3) {
		draw_statuses(console, cols);
		draw_progress(console, cols);
		draw_rates(console, cols);
	} else {
		draw_brief(console, cols);
	}
	reason_text(console, reason, sizeof(reason));
	widget_rule(height - 1, cols, ROLE_HOLD, reason, "");
}

void head_draw_small(const struct console *console, int rows, int cols)
{
	const struct snapshot *now = console->now;
	char reason[256];

	(void)rows; /* lines below the last one are not drawn */
	widget_printf(0, 0, cols, ROLE_WARNING, "%dx%d is too small: %dx%d or more", cols, rows,
		      SCREEN_MIN_COLS, SCREEN_MIN_ROWS);
	widget_printf(1, 0, cols, ROLE_TITLE, "%s %s %s", now->campus, now->environment, now->mode);
	widget_printf(2, 0, cols, ROLE_NORMAL, "done %s failed %s left %s",
		      widget_number(now->totals.courses[COURSE_MIGRATED]).text,
		      widget_number(now->totals.courses[COURSE_FAILED]).text,
		      widget_number(left_courses(&now->totals)).text);
	reason_text(console, reason, sizeof(reason));
	widget_text(3, 0, cols, ROLE_WARNING, reason);
	widget_text(4, 0, cols, ROLE_NORMAL, "q leaves");
}

/* ---- the footer ---------------------------------------------------------------------------*/

static const char *word_of(const struct view *view, enum action action, bool paused)
{
	if (action == ACTION_OPEN)
		return view->ops->open_word;
	if (action == ACTION_NEXT)
		return view->list.search[0] ? "next match" : view->ops->next_word;
	if (action == ACTION_TAB)
		return view->ops->tab_word;
	return action == ACTION_PAUSE && paused ? "resume" : action_infos[action].word;
}

static bool is_possible(const struct console *console, enum action action, bool has_target)
{
	unsigned needs = action_infos[action].needs;

	if ((needs & NEEDS_ROW) && console_top(console)->list.total == 0)
		return false;
	if ((needs & NEEDS_COURSE) && !has_target)
		return false;
	if ((needs & NEEDS_SERVICE) && console->stopping)
		return false;
	return !(needs & NEEDS_GO) || console->now->waits_for_go;
}

/* Draws "r run" at @x if it fits before @limit; returns where the next one may stand. */
static int draw_key(int y, int x, int limit, int key, const char *word)
{
	char name[16];

	if (!key || !word)
		return x;
	keys_name(key, name, sizeof(name));
	if (x + widget_cells(name) + 1 + widget_cells(word) > limit)
		return x;
	x = widget_put(y, x, limit, ROLE_KEY, "%s", name);
	return widget_put(y, x, limit, ROLE_NORMAL, " %s", word) + 2;
}

void footer_draw(const struct console *console, int y, int cols)
{
	static const enum action first[] = {ACTION_GO, ACTION_NONE};
	const struct view *view = console_top(console);
	unsigned bit = view->ops->bit;
	const enum action *lists[] = {first, view->ops->footer};
	bool help = bit != VIEW_HELP;
	struct target target;
	bool has_target = act_target(console, &target);
	int limit, x;

	if (help)
		draw_key(y, cols - 7, cols, keys_first(ACTION_HELP, bit), "help");
	x = console->depth > 1 ? cols - (help ? 17 : 9) : cols - 15;
	draw_key(y, x, cols, keys_first(console->depth > 1 ? ACTION_BACK : ACTION_QUIT, bit),
		 console->depth > 1 ? "back" : "quit");
	limit = x - 2;
	x = 1;
	for (int list = 0; list < 2; list++) {
		for (const enum action *at = lists[list]; at && *at != ACTION_NONE; at++)
			if (is_possible(console, *at, has_target))
				x = draw_key(y, x, limit, keys_first(*at, bit),
					     word_of(view, *at, has_target && target.paused));
	}
}
