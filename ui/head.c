/*
 * head.c - the lines that are on every screen: which campus, how far, why does work wait.
 */
#include "config.h"

#include "ui/view.h"

#include <ctype.h>
#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "ui/eta.h"
#include "ui/glyph.h"
#include "ui/plot.h"
#include "ui/widget.h"

#define TALL_ROWS 20 /* from here on the dashboard is drawn */
#define WIDE_ROWS 30 /* from here on with tall plots, if it is wide, too */
#define WIDE 120     /* columns from which on there is room beside the bar */
#define LEFT_CELLS 64 /* for the bar, left of the plots */
#define HOLDER_CELLS 30 /* of who has the engine, where it is not here */
#define NAME_CELLS 12 /* of the campus, that it is still known by */
#define PLOTS_MIN 36 /* cells that two plots on a line need */
/* lines with the rule below */
#define BRIEF_ROWS 3
#define TALL_HEAD 5
#define WIDE_HEAD 6

int head_rows(const struct console *console, bool dashboard, int rows)
{
	(void)console;
	if (!dashboard || rows < TALL_ROWS)
		return BRIEF_ROWS;
	return rows >= WIDE_ROWS && COLS >= WIDE ? WIDE_HEAD : TALL_HEAD;
}

static void upper(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	for (; *out; out++)
		*out = (char)toupper((unsigned char)*out);
}

/* Who has the engine, up to column @limit: without what is said last, and without its heading,
   where there is no room. */
static void draw_engine(const char *text, int x, int limit)
{
	char brief[sizeof(((struct snapshot *)0)->engine)], *comma;
	int cells;

	snprintf(brief, sizeof(brief), "%s", text);
	while (widget_cells(brief) > limit - x && (comma = strrchr(brief, ',')))
		*comma = '\0';
	text = brief;
	if (widget_cells(text) > limit - x && !strncmp(text, "engine: ", 8))
		text += 8;
	cells = widget_cells(text);
	if (cells > limit - x)
		cells = limit - x;
	if (cells > 4)
		widget_text(0, limit - cells, cells, ROLE_NORMAL, text);
}

const char *head_mode(const struct snapshot *now, char *out, size_t size)
{
	if (now->run && !strcmp(now->mode, run_kind_name(now->run_kind)))
		snprintf(out, size, "%s %lld", now->mode, (long long)now->run);
	else
		snprintf(out, size, "%s", now->mode);
	return out;
}

static void draw_title(const struct console *console, int cols)
{
	const struct snapshot *now = console->now;
	bool production = !strcmp(now->environment, "production");
	char mode[HEAD_MODE], words[HEAD_MODE], place[sizeof(now->environment)], clock[100];
	int room, name, cells, x = 0;

	upper(mode, sizeof(mode), head_mode(now, words, sizeof(words)));
	if (production)
		upper(place, sizeof(place), now->environment);
	else
		snprintf(place, sizeof(place), "%s", now->environment);
	if (cols >= 80)
		x = widget_put(0, 0, cols, ROLE_TITLE, "subferry  ");
	/* The name of the campus gives way first, but for a few letters, then the engine; never where
	   we are and how. */
	room = cols - 9 - x - widget_cells(place) - widget_cells(mode) - 8 - (now->tls_unverified ? 17 : 0);
	if (!now->engine_here)
		room = room - HOLDER_CELLS > NAME_CELLS ? room - HOLDER_CELLS
		       : room > NAME_CELLS		? NAME_CELLS
							: room;
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
	snprintf(clock, sizeof(clock), "%s%s%s", widget_clock(console_wall(console)).text,
		 cols >= WIDE ? " " : "", cols >= WIDE ? widget_zone(console_wall(console)).text : "");
	cells = widget_cells(clock);
	draw_engine(now->engine, x + 2, cols - cells - 2);
	widget_aligned(0, cols - cells, cells, ROLE_NORMAL, ALIGN_RIGHT, clock);
}

int64_t head_courses(const struct snapshot *now)
{
	int64_t all = 0;

	for (int status = 0; status < COURSE_STATUS_COUNT; status++)
		all += now->totals.courses[status];
	return all;
}

static int64_t left_courses(const struct totals *totals)
{
	return totals->courses[COURSE_NOT_MIGRATED] + totals->courses[COURSE_IN_PROGRESS];
}

/* A viewer sees what arrives in the status database, not how fast. */
static struct small_text rate_text(const struct snapshot *now)
{
	struct small_text none = {""};

	return now->engine_here ? widget_rate(now->rate) : none;
}

static void draw_brief(const struct console *console, int cols)
{
	const struct totals *totals = &console->now->totals;
	int64_t failed = totals->courses[COURSE_FAILED];
	char eta[320], right[400];
	int x, cells;

	x = widget_put(1, 1, cols, ROLE_GOOD, "done %s",
		       widget_number(totals->courses[COURSE_MIGRATED]).text);
	x = widget_put(1, x + 2, cols, failed ? ROLE_ERROR : ROLE_NORMAL, "failed %s",
		       widget_number(failed).text);
	x = widget_put(1, x + 2, cols, ROLE_NORMAL, "left %s",
		       widget_number(left_courses(totals)).text);
	x = widget_put(1, x, cols, ROLE_NORMAL, " of %s", widget_number(head_courses(console->now)).text);
	if (cols >= 78)
		x = widget_put(1, x, cols, ROLE_NORMAL, " courses");
	eta_text(console->now, console_wall(console), cols - x - 12, eta, sizeof(eta));
	snprintf(right, sizeof(right), "%s  %s", rate_text(console->now).text, eta);
	cells = widget_cells(right);
	if (cells > cols - x - 2) { /* half a range would be another one: the rate gives way */
		memcpy(right, eta, sizeof(eta));
		cells = widget_cells(right);
	}
	if (cells > cols - x - 2)
		cells = cols - x - 2;
	if (cells > 0)
		widget_text(1, cols - cells, cells, ROLE_NORMAL, right);
}

/* The totals by status, each behind the digit that shows only these. */
static const struct total {
	enum course_status status; /* COURSE_STATUS_COUNT: paused */
	enum role role;
	enum glyph sign;
	const char *brief;
} shown_totals[] = {
	{COURSE_NOT_MIGRATED, ROLE_NORMAL, GLYPH_NONE, "Not-Mig"},
	{COURSE_IN_PROGRESS, ROLE_BUSY, GLYPH_BUSY, "In-Prog"},
	{COURSE_MIGRATED, ROLE_GOOD, GLYPH_DONE, "Migrated"},
	{COURSE_FAILED, ROLE_ERROR, GLYPH_FAILED, "Failed"},
	{COURSE_STATUS_COUNT, ROLE_PAUSED, GLYPH_PAUSED, "paused"},
};
#define TOTALS (sizeof(shown_totals) / sizeof(shown_totals[0]))

static int64_t count_of(const struct totals *totals, const struct total *total)
{
	return total->status < COURSE_STATUS_COUNT ? totals->courses[total->status]
						    : totals->paused;
}

/* "1 Not-Migrated 417"; @brevity 1: "1 Not-Mig 417", 2: "1. 417". */
static void total_text(const struct console *console, size_t i, int brevity, char *out, size_t size)
{
	const struct total *total = &shown_totals[i];
	const char *word = total->status < COURSE_STATUS_COUNT ? course_status_name(total->status)
							       : total->brief;

	if (brevity)
		word = brevity > 1 ? glyph(total->sign) : total->brief;
	snprintf(out, size, "%zu%s%s %s", i + 1, brevity > 1 ? "" : " ", word,
		 console->now->counted ? widget_number(count_of(&console->now->totals, total)).text
				       : glyph(GLYPH_UNKNOWN));
}

static bool is_active(const struct console *console, size_t i)
{
	const struct page_request *asked = &console->asked;

	if (!console->has_asked || asked->kind != PAGE_COURSES)
		return false;
	return shown_totals[i].status < COURSE_STATUS_COUNT
		       ? asked->status == (int)shown_totals[i].status
		       : strstr(asked->filter, HEAD_PAUSED_TERM) != NULL;
}

/* None paused: that total gives way first. */
static bool is_wanted(const struct console *console, size_t i, int cols)
{
	return shown_totals[i].status < COURSE_STATUS_COUNT || console->now->totals.paused ||
	       is_active(console, i) || cols >= WIDE;
}

static int totals_cells(const struct console *console, int cols, int brevity)
{
	char text[96];
	int cells = 0;

	for (size_t i = 0; i < TOTALS; i++) {
		total_text(console, i, brevity, text, sizeof(text));
		if (is_wanted(console, i, cols))
			cells += widget_cells(text) + (brevity ? 1 : 2);
	}
	return cells;
}

static void draw_statuses(const struct console *console, int cols)
{
	int brevity = 0, x = 1, cells;
	char text[96];

	while (brevity < 2 && totals_cells(console, cols, brevity) > cols)
		brevity++;
	for (size_t i = 0; i < TOTALS; i++) {
		const struct total *total = &shown_totals[i];
		enum role role = count_of(&console->now->totals, total) ? total->role : ROLE_DIM;

		if (!is_wanted(console, i, cols))
			continue;
		total_text(console, i, brevity, text, sizeof(text));
		x = widget_put(1, x, cols, is_active(console, i) ? ROLE_SELECTED : role, "%s", text) +
		    (brevity ? 1 : 2);
	}
	snprintf(text, sizeof(text), "of %s courses", widget_number(head_courses(console->now)).text);
	if (x + widget_cells(text) > cols)
		snprintf(text, sizeof(text), "of %s", widget_number(head_courses(console->now)).text);
	cells = widget_cells(text);
	if (x + cells <= cols)
		widget_text(1, cols - cells, cells, ROLE_NORMAL, text);
}

/* The bar counts courses, because the transcripts of a course are known only once it is
   planned; the number behind says so while any are not. */
static void progress_text(const struct console *console, char *out, size_t size)
{
	const struct totals *totals = &console->now->totals;

	/* "7?": 7, and of others nobody knows; never a 0 that is none. */
	snprintf(out, size, "%s of courses  %s%s of %s transcripts%s",
		 widget_percent(totals->courses[COURSE_MIGRATED] + totals->courses[COURSE_FAILED],
				head_courses(console->now)).text,
		 totals->counts.in_val || !totals->counts.unknown
			 ? widget_number(totals->counts.in_val).text
			 : "",
		 totals->counts.unknown ? glyph(GLYPH_UNKNOWN) : "",
		 widget_number(totals->counts.expected).text,
		 totals->courses[COURSE_NOT_MIGRATED] ? " so far" : "");
}

static void draw_bar(const struct console *console, int x, int width)
{
	const struct totals *totals = &console->now->totals;

	if (width >= 5)
		widget_bar(2, x, width, totals->courses[COURSE_MIGRATED],
			   totals->courses[COURSE_FAILED], head_courses(console->now));
}

static void draw_progress(const struct console *console, int cols)
{
	char text[224];
	int cells;

	progress_text(console, text, sizeof(text));
	cells = widget_cells(text);
	if (cells > cols - 2)
		cells = cols - 2;
	draw_bar(console, 1, cols - cells - 4);
	widget_text(2, cols - cells - 1, cells, ROLE_NORMAL, text);
}

static void under_way_text(const struct snapshot *now, char *out, size_t size)
{
	out[0] = '\0';
	if (now->pausing)
		snprintf(out, size, "%s under way, %s pausing", widget_number(now->under_way).text,
			 widget_number(now->pausing).text);
	else if (now->under_way)
		snprintf(out, size, "%s under way", widget_number(now->under_way).text);
}

/* The two plots, of the last minute or the last hour. */
static void get_plots(const struct console *console, struct plot *done, struct plot *errors)
{
	const struct snapshot *now = console->now;
	bool hour = console->plots_of_hour;

	*done = (struct plot){"done", ROLE_GOOD, hour ? now->minutes : now->history, HISTORY_POINTS,
			      hour, false};
	*errors = (struct plot){"errors", ROLE_ERROR, hour ? now->minute_errors : now->errors,
				HISTORY_POINTS, hour, true};
}

/* All on one line: rate, plots, what is under way, and the ETA, which has its room first. */
static void draw_rates(const struct console *console, int cols)
{
	const struct snapshot *now = console->now;
	struct plot done, errors;
	char eta[320], under_way[128];
	int x, end, cells, room;

	eta_text(now, console_wall(console), cols / 2, eta, sizeof(eta));
	under_way_text(now, under_way, sizeof(under_way));
	get_plots(console, &done, &errors);
	cells = widget_cells(eta);
	if (cells > cols - 10)
		cells = cols - 10;
	end = cols - cells - 1;
	widget_text(3, end, cells, ROLE_TITLE, eta);
	x = widget_put(3, 1, end - 1, ROLE_TITLE, "%7s", rate_text(now).text) + 1;
	cells = under_way[0] ? widget_cells(under_way) + 2 : 0;
	/* Where the plots would be stumps, what is under way gives way. */
	if (end - x - cells < PLOTS_MIN)
		cells = 0;
	room = end - x - cells - 2;
	if (now->engine_here && room + 2 >= PLOTS_MIN) {
		plot_line(&done, 3, x, room * 55 / 100 - 1);
		plot_line(&errors, 3, x + room * 55 / 100, room - room * 55 / 100);
	}
	if (cells)
		widget_put(3, end - cells, end - 1, ROLE_BUSY, "%s", under_way);
}

/* With room for it the plots stand beside the bar, three lines high. */
static void draw_wide(const struct console *console, int cols)
{
	const struct snapshot *now = console->now;
	int left = LEFT_CELLS, plot = (cols - left - 2) / 2, x;
	struct plot done, errors;
	char text[320];

	if (plot > HISTORY_POINTS + 10) {
		plot = HISTORY_POINTS + 10;
		left = cols - 2 * plot - 2;
	}
	draw_bar(console, 1, left - 2);
	progress_text(console, text, sizeof(text));
	x = widget_put(3, 1, left, ROLE_NORMAL, "%s", text);
	under_way_text(now, text, sizeof(text));
	if (x + 2 + widget_cells(text) < left)
		widget_put(3, x + 2, left, ROLE_BUSY, "%s", text);
	x = widget_put(4, 1, left, ROLE_TITLE, "%s", rate_text(now).text);
	x += x > 1 ? 2 : 0;
	eta_text(now, console_wall(console), left - x - 1, text, sizeof(text));
	widget_put(4, x, left, ROLE_TITLE, "%s", text);
	if (!now->engine_here)
		return;
	get_plots(console, &done, &errors);
	plot_tall(&done, 2, left, plot, 3);
	plot_tall(&errors, 2, left + plot + 1, plot, 3);
}

/* The one reason why work waits or is slow, or what the operator is asked; "" if all goes on. */
static void reason_text(const struct console *console, char *out, size_t size)
{
	const struct snapshot *now = console->now;
	struct small_text wanted = widget_number(now->totals.wanted);

	out[0] = '\0';
	if (console->stopping == 1 && now->flag_waits && !now->under_way)
		snprintf(out, size, "stopping: waits for the flag; q again ends at once (%s)",
			 now->flag_name);
	else if (console->stopping == 1 && now->waiting.act[0] && !now->under_way)
		snprintf(out, size, "stopping: %s comes first; q again ends at once", now->waiting.act);
	else if (console->stopping == 1)
		snprintf(out, size, "stopping: %s transaction%s under way; q again ends at once",
			 widget_number(now->under_way).text, now->under_way == 1 ? "" : "s");
	else if (console->stopping)
		snprintf(out, size, "ending: what is under way will be completed next time");
	else if (console->suspend_since)
		snprintf(out, size, "suspending: %s transaction%s under way",
			 widget_number(now->under_way).text, now->under_way == 1 ? "" : "s");
	else if (now->waits_for_go)
		snprintf(out, size, "%s %s under way: press c to go on", wanted.text,
			 now->totals.wanted == 1 ? "course was" : "courses were");
	else if (now->held_by_operator)
		snprintf(out, size, "%s: c goes on", now->hold);
	else if (now->hold[0])
		snprintf(out, size, "work waits %s", now->hold);
	else if (now->flag_waits)
		snprintf(out, size, "waiting for the flag, %s s (%s)",
			 widget_number(now->flag_waits).text, now->flag_name);
	else if (now->allowed)
		snprintf(out, size, "slowed: %d of %d requests at a time (%s)", now->allowed,
			 now->most, now->slowed_by);
	else if (act_rehearses(console))
		snprintf(out, size, "dry run: nothing is migrated; d ends it");
	else if (now->dry_run)
		snprintf(out, size, "dry run %lld in another process: what is launched waits for its end",
			 (long long)now->dry_run);
}

/* "cannot write into PATH: disk full" has its cause at the end; "Connection refused (GET URL)" has
   it in front, and the address, which nobody misses, behind. */
static bool names_path_first(const char *reason)
{
	size_t len = strlen(reason);

	return strchr(reason, '/') && reason[len - 1] != ')';
}

void head_draw(const struct console *console, bool dashboard, int rows, int cols)
{
	int height = head_rows(console, dashboard, rows);
	char reason[400], shown[400];

	draw_title(console, cols);
	if (height > BRIEF_ROWS)
		draw_statuses(console, cols);
	if (height == WIDE_HEAD) {
		draw_wide(console, cols);
	} else if (height == TALL_HEAD) {
		draw_progress(console, cols);
		draw_rates(console, cols);
	} else {
		draw_brief(console, cols);
	}
	reason_text(console, reason, sizeof(reason));
	if (names_path_first(reason))
		widget_middle(reason, cols - 4, shown, sizeof(shown));
	else
		snprintf(shown, sizeof(shown), "%s", reason);
	widget_rule(height - 1, cols, ROLE_HOLD, shown, "");
}

void head_draw_small(const struct console *console, int rows, int cols)
{
	const struct snapshot *now = console->now;
	char reason[400], mode[HEAD_MODE];

	(void)rows; /* lines below the last one are not drawn */
	widget_printf(0, 0, cols, ROLE_WARNING, "%dx%d is too small: %dx%d or more", cols, rows,
		      SCREEN_MIN_COLS, SCREEN_MIN_ROWS);
	widget_printf(1, 0, cols, ROLE_TITLE, "%s %s %s", now->campus, now->environment,
		      head_mode(now, mode, sizeof(mode)));
	widget_printf(2, 0, cols, ROLE_NORMAL, "done %s failed %s left %s",
		      widget_number(now->totals.courses[COURSE_MIGRATED]).text,
		      widget_number(now->totals.courses[COURSE_FAILED]).text,
		      widget_number(left_courses(&now->totals)).text);
	reason_text(console, reason, sizeof(reason));
	widget_text(3, 0, cols, ROLE_WARNING, reason);
	if (console->prompt.kind == PROMPT_NONE)
		widget_text(4, 0, cols, ROLE_NORMAL, "q leaves");
	else
		widget_text(4, 0, cols, ROLE_WARNING, "something is asked: enlarge, or ^C leaves");
}
