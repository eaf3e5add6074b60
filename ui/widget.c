#include "config.h"

#include "ui/widget.h"

#include <curses.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "src/base/text.h"
#include "ui/cells.h"
#include "ui/glyph.h"

#define SIGN_SIZE 8 /* of a sign on a rule, with the blank behind it */

/* ---- cells --------------------------------------------------------------------------------*/

static void put_cluster(int y, int x, struct cluster *cluster)
{
	cchar_t cell;

	cluster->chars[cluster->count] = L'\0';
	if (setcchar(&cell, cluster->chars, A_NORMAL, 0, NULL) == OK)
		mvadd_wch(y, x, &cell);
}

/* Draws @safe from (y, x) into at most @width cells; returns those used. */
static int put_cells(int y, int x, int width, const char *safe)
{
	struct cluster cluster;
	int used = 0;

	while ((safe = cells_next(safe, &cluster))) {
		if (used + cluster.width > width)
			break;
		put_cluster(y, x + used, &cluster);
		used += cluster.width;
	}
	return used;
}

/* ---- right to left ------------------------------------------------------------------------*/

/* Puts a left-to-right mark behind what stands in a cell of one column. */
static void fence_cell(int y, int x, bool blank_only)
{
	wchar_t wide[CCHARW_MAX + 2] = {0};
	attr_t attributes;
	short pair;
	cchar_t cell;
	size_t len;

	if (x < 0 || x >= COLS || mvin_wch(y, x, &cell) != OK ||
	    getcchar(&cell, wide, &attributes, &pair, NULL) != OK)
		return;
	len = wcslen(wide);
	if (!len || len >= CCHARW_MAX || wcwidth(wide[0]) != 1 || wide[len - 1] == 0x200E ||
	    (blank_only && wide[0] != L' '))
		return;
	wide[len] = 0x200E;
	wide[len + 1] = L'\0';
	if (setcchar(&cell, wide, attributes, pair, NULL) == OK)
		mvadd_wch(y, x, &cell);
}

/*
 * A terminal that turns right-to-left text round takes what stands beside it along (walls,
 * numbers, the next column), unless something strong that runs left to right is between: a mark
 * without width before and behind. Others do not show it.
 */
static void fence(int y, int x, int width, const char *safe)
{
	if (!glyph_is_utf8() || !cells_right_to_left(safe))
		return;
	fence_cell(y, x - 1, true);
	fence_cell(y, x + width - 1, false);
}

/* ---- text ---------------------------------------------------------------------------------*/

/* Drawing makes @text harmless into this; one thread draws. */
static struct buf safe_text;

static const char *make_safe(const char *text, size_t len)
{
	buf_reset(&safe_text);
	text_add_safe(&safe_text, text, len);
	return buf_text(&safe_text);
}

static void put_blanks(int y, int x, int count)
{
	for (int i = 0; i < count; i++)
		mvaddch(y, x + i, ' ');
}

static int put_text(int y, int x, int width, enum align align, const char *safe)
{
	int cells = cells_of(safe), used, shift = 0;

	if (cells > width) {
		used = put_cells(y, x, width - 1, safe);
		used += put_cells(y, x + used, 1, glyph(GLYPH_CUT));
		put_blanks(y, x + used, width - used);
		return width;
	}
	if (align == ALIGN_RIGHT)
		shift = width - cells;
	put_blanks(y, x, shift);
	used = put_cells(y, x + shift, width - shift, safe);
	put_blanks(y, x + shift + used, width - shift - used);
	return used;
}

static int draw_text(int y, int x, int width, enum role role, enum align align, const char *text,
		     size_t len)
{
	int used;

	if (y < 0 || y >= LINES || x < 0 || x >= COLS)
		return 0;
	if (width > COLS - x)
		width = COLS - x;
	if (width <= 0)
		return 0;
	make_safe(text, len);
	theme_use(role);
	used = put_text(y, x, width, align, buf_text(&safe_text));
	theme_use(ROLE_NORMAL);
	fence(y, x, width, buf_text(&safe_text));
	return used;
}

int widget_text(int y, int x, int width, enum role role, const char *text)
{
	return draw_text(y, x, width, role, ALIGN_LEFT, text, strlen(text));
}

int widget_text_len(int y, int x, int width, enum role role, const char *text, size_t len)
{
	return draw_text(y, x, width, role, ALIGN_LEFT, text, len);
}

int widget_aligned(int y, int x, int width, enum role role, enum align align, const char *text)
{
	return draw_text(y, x, width, role, align, text, strlen(text));
}

int widget_printf(int y, int x, int width, enum role role, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return widget_text(y, x, width, role, text);
}

int widget_put(int y, int x, int limit, enum role role, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	int cells;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cells = widget_cells(text);
	if (cells > limit - x)
		cells = limit - x;
	return cells > 0 ? x + widget_text(y, x, cells, role, text) : x;
}

size_t widget_fitting(const char *safe, int width)
{
	struct cluster cluster;
	const char *at = safe, *next, *blank = NULL;
	int cells = 0;

	while ((next = cells_next(at, &cluster))) {
		if (*at == ' ')
			blank = at;
		if (cells + cluster.width > width)
			return (size_t)((blank ? blank : at > safe ? at : next) - safe);
		cells += cluster.width;
		at = next;
	}
	return strlen(safe);
}

int widget_wrapped(int y, int x, int width, int lines, enum role role, const char *text)
{
	char *safe = text_safe(text);
	const char *at = safe;
	int line = 0;

	while (at && *at && line < lines) {
		size_t len = line < lines - 1 ? widget_fitting(at, width) : strlen(at);

		widget_text_len(y + line++, x, width, role, at, len);
		for (at += len; *at == ' '; at++)
			;
	}
	free(safe);
	return line;
}

int widget_cells(const char *text)
{
	return cells_of(make_safe(text, strlen(text)));
}

const char *widget_middle(const char *text, int width, char *out, size_t size)
{
	const char *safe = make_safe(text, strlen(text)), *end = safe, *next;
	int over = cells_of(safe) - width, left = (width - 1) / 2, cells = 0;
	struct cluster cluster;

	if (over <= 0 || width < 3) {
		snprintf(out, size, "%s", safe);
		return out;
	}
	while ((next = cells_next(end, &cluster)) && cells + cluster.width <= left) {
		cells += cluster.width;
		end = next;
	}
	text = end;
	for (cells = 0; cells <= over && (next = cells_next(text, &cluster)); text = next)
		cells += cluster.width; /* one more than is over: the mark needs a cell */
	snprintf(out, size, "%.*s%s%s", (int)(end - safe), safe, glyph(GLYPH_CUT), text);
	return out;
}

const char *widget_course_key(const char *key, int room, char *out, size_t size)
{
	static const char scheme[] = "course-v1:";

	if (strncmp(key, scheme, sizeof(scheme) - 1) != 0 || widget_cells(key) <= room)
		return key;
	snprintf(out, size, "%s%s", glyph(GLYPH_CUT), key + sizeof(scheme) - 1);
	return out;
}

/* ---- text with a difference in it ---------------------------------------------------------*/

/* Cells of @safe up to @end; a character that goes beyond is not counted. */
static int cells_until(const char *safe, const char *end)
{
	struct cluster cluster;
	int cells = 0;

	while (safe < end && (safe = cells_next(safe, &cluster)) && safe <= end)
		cells += cluster.width;
	return cells;
}

/* One line: @safe up to @end, cut to @width cells, underlined from @mark on (NULL: nowhere). */
static void put_marked(int y, int x, int width, enum role role, const char *safe, const char *end,
		       const char *mark)
{
	bool cut = cells_until(safe, end) > width;
	const char *at = safe, *next;
	struct cluster cluster;
	int used = 0;

	theme_use(role);
	put_blanks(y, x, width);
	while (at < end && (next = cells_next(at, &cluster))) {
		if (used + cluster.width > width - cut)
			break;
		if (mark && next > mark)
			attron(A_UNDERLINE);
		put_cluster(y, x + used, &cluster);
		used += cluster.width;
		at = next;
	}
	if (cut)
		put_cells(y, x + used, 1, glyph(GLYPH_CUT));
	else if (mark == end && !*end && used < width) {
		attron(A_UNDERLINE); /* the other text goes on here */
		put_blanks(y, x + used, 1);
	}
	theme_use(ROLE_NORMAL);
	fence(y, x, width, safe);
}

/* @text made safe (free(), NULL without memory), and where its byte @from is then. */
static char *safe_with_mark(const char *text, size_t len, size_t from, size_t *mark)
{
	struct buf out = BUF_INIT;

	if (from < len)
		text_add_safe(&out, text, from);
	else
		text_add_safe(&out, text, len);
	*mark = out.len;
	if (from < len)
		text_add_safe(&out, text + from, len - from);
	return buf_take(&out);
}

int widget_marked(int y, int x, int width, enum role role, const char *text, size_t len, size_t from)
{
	size_t mark = 0;
	char *safe = safe_with_mark(text, len, from, &mark);
	const char *begin = safe, *next;
	struct cluster cluster;
	int used = 0, before = 0;

	if (!safe || y < 0 || y >= LINES || x < 0 || width < 4 || x + width > COLS)
		goto out;
	before = cells_until(safe, safe + mark);
	if (from <= len && before > width * 2 / 3 && cells_of(safe) > width) {
		/* what differs would be out of sight: begin a little before it */
		while (before > width / 3 && (next = cells_next(begin, &cluster))) {
			before -= cluster.width;
			begin = next;
		}
		theme_use(role);
		used = put_cells(y, x, 1, glyph(GLYPH_CUT));
	}
	put_marked(y, x + used, width - used, role, begin, safe + strlen(safe),
		   from <= len ? safe + mark : NULL);
out:
	free(safe);
	return used + before;
}

int widget_wrapped_marked(int y, int x, int width, int lines, enum role role, const char *text,
			  size_t len, size_t from)
{
	size_t mark = 0;
	char *safe = safe_with_mark(text, len, from, &mark);
	const char *at = safe;
	int line = 0;

	if (width < 4 || x < 0 || x + width > COLS)
		lines = 0;
	while (at && line < lines && y + line < LINES && (*at || !line)) {
		size_t n = line < lines - 1 ? widget_fitting(at, width) : strlen(at);

		put_marked(y + line++, x, width, role, at, at + n, from <= len ? safe + mark : NULL);
		for (at += n; *at == ' '; at++)
			;
	}
	free(safe);
	return line;
}

/* ---- lines, bars, sparklines --------------------------------------------------------------*/

/* What stands before a text in @role on a rule: "! ", or "". */
static void rule_sign(enum role role, char out[SIGN_SIZE])
{
	bool signed_role = role == ROLE_WARNING || role == ROLE_ERROR;

	snprintf(out, SIGN_SIZE, "%s%s",
		 signed_role ? glyph(role == ROLE_ERROR ? GLYPH_FAILED : GLYPH_WARNING) : "",
		 signed_role ? " " : "");
}

int widget_rule_cells(enum role left_role, const char *left)
{
	char sign[SIGN_SIZE];

	rule_sign(left_role, sign);
	return *left ? widget_cells(sign) + widget_cells(left) : 0;
}

void widget_rule(int y, int width, enum role left_role, const char *left, const char *right)
{
	int right_cells = right && *right ? widget_cells(right) : 0;
	int room = width, left_room = width - 4;

	if (y < 0 || y >= LINES)
		return;
	theme_use(ROLE_DIM);
	for (int x = 0; x < width && x < COLS; x++)
		put_cells(y, x, 1, glyph(GLYPH_RULE));
	theme_use(ROLE_NORMAL);
	/* The left text is news and the right one a reminder: a short one stays beside them, a
	   long one gives way. */
	if (right_cells > 0 && right_cells <= width / 2)
		left_room = width - right_cells - 7;
	if (left && *left) {
		int cells = widget_rule_cells(left_role, left), before;
		char sign[SIGN_SIZE];

		rule_sign(left_role, sign);
		before = widget_cells(sign);
		if (cells > left_room)
			cells = left_room;
		widget_text(y, 1, 1, left_role, " ");
		widget_text(y, 2, before, left_role, sign);
		widget_text(y, 2 + before, cells - before, left_role, left);
		widget_text(y, 2 + cells, 1, left_role, " ");
		room = width - cells - 4;
	}
	if (right_cells && right_cells + 3 <= room) {
		widget_text(y, width - right_cells - 3, 1, ROLE_NORMAL, " ");
		widget_text(y, width - right_cells - 2, right_cells, ROLE_NORMAL, right);
		widget_text(y, width - 2, 1, ROLE_NORMAL, " ");
	}
}

/* Eighths of cells, so that a person sees it move. */
static int64_t eighths_of(int64_t part, int64_t total, int width)
{
	if (total <= 0 || part <= 0)
		return 0;
	if (part >= total)
		return (int64_t)width * 8;
	return (int64_t)((double)part / (double)total * width * 8);
}

void widget_bar(int y, int x, int width, int64_t done, int64_t failed, int64_t total)
{
	int64_t all = eighths_of(done + failed, total, width);
	int64_t red = failed > 0 ? all - eighths_of(done, total, width) : 0;
	int full, bad;

	if (width <= 0 || y < 0 || y >= LINES || x < 0 || x + width > COLS)
		return;
	/* One failure in thousands is still seen. */
	bad = failed > 0 ? (int)((red + 7) / 8) : 0;
	full = (int)(all / 8) - bad;
	full = full < 0 ? 0 : full;
	bad = bad > width - full ? width - full : bad;
	for (int i = 0; i < width; i++) {
		const char *part = i == full && !bad ? glyph_part((int)(all % 8)) : "";

		if (i < full)
			widget_text(y, x + i, 1, ROLE_GOOD, glyph(GLYPH_BAR_FULL));
		else if (i < full + bad)
			widget_text(y, x + i, 1, ROLE_ERROR, glyph(GLYPH_FAILED));
		else if (*part)
			widget_text(y, x + i, 1, ROLE_GOOD, part);
		else
			widget_text(y, x + i, 1, ROLE_DIM, glyph(GLYPH_BAR_LEFT));
	}
}

void widget_spark(int y, int x, int width, enum role role, const double *values, size_t count)
{
	size_t first = count > (size_t)width ? count - (size_t)width : 0;
	double top = 0;

	for (size_t i = first; i < count; i++)
		top = values[i] > top ? values[i] : top;
	for (size_t i = first; i < count; i++) {
		double height = top > 0 && values[i] > 0 ? ceil(values[i] / top * 8) : 0;

		widget_text(y, x + (int)(i - first), 1, height > 0 ? role : ROLE_DIM,
			    glyph_level((int)height));
	}
}

/* ---- small texts --------------------------------------------------------------------------*/

struct small_text widget_number(int64_t number)
{
	return figure_number(number);
}

struct small_text widget_percent(int64_t part, int64_t whole)
{
	struct small_text out;
	int percent = whole > 0 ? (int)((double)part / (double)whole * 100) : 0;

	if (whole > 0 && part < whole && percent > 99)
		percent = 99;
	snprintf(out.text, sizeof(out.text), "%d %%", percent > 100 ? 100 : percent);
	return out;
}

struct small_text widget_rate(double rate)
{
	return figure_rate(rate);
}

struct small_text widget_clock(int64_t wall)
{
	return figure_clock(wall);
}

struct small_text widget_zone(int64_t wall)
{
	return figure_zone(wall);
}

struct small_text widget_time(int64_t wall, int64_t now)
{
	return figure_time(wall, now);
}
