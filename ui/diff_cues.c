/*
 * diff_cues.c - the lower part of the diff screen: cues side by side, and one line in words.
 */
#include "config.h"

#include "ui/diff_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/engine/diff.h"
#include "ui/glyph.h"
#include "ui/widget.h"

int diff_half(const struct view *view)
{
	return (view->area.w - 4) / 2;
}

const char *diff_cue_text(const struct cues *cues, int32_t index, size_t *len)
{
	*len = 0;
	if (index < 0 || (size_t)index >= cues->count)
		return "";
	*len = cues->items[index].text_len;
	return cues_text(cues, (size_t)index);
}

/* Where the texts of a line part, in both; nowhere if they do not, or one is not there. */
static size_t parts_of(const struct diff *diff, const struct diff_line *line)
{
	size_t left_len, right_len;
	const char *left = diff_cue_text(&diff->left, line->left, &left_len);
	const char *right = diff_cue_text(&diff->right, line->right, &right_len);

	return line->how & DIFF_TEXT ? diff_parts_at(left, left_len, right, right_len) : WIDGET_NOWHERE;
}

/* ---- a line -------------------------------------------------------------------------------*/

static bool is_short(const struct cues *cues)
{
	return !cues->count || (cues->items[cues->count - 1].start < 3600000.0 &&
				cues->items[0].start < 3600000.0);
}

/* "00:02:11.200", "02:11.200"; what is no such time is shown as the number it is. */
static void format_time(double ms, bool hours, char *out, size_t size)
{
	int64_t whole;

	if (!(ms >= 0 && ms < (hours ? 360000000.0 : 3600000.0))) {
		snprintf(out, size, "%.6g", ms);
		return;
	}
	whole = (int64_t)ms;
	if (hours)
		snprintf(out, size, "%02d:%02d:%02d.%03d", (int)(whole / 3600000),
			 (int)(whole / 60000 % 60), (int)(whole / 1000 % 60), (int)(whole % 1000));
	else
		snprintf(out, size, "%02d:%02d.%03d", (int)(whole / 60000), (int)(whole / 1000 % 60),
			 (int)(whole % 1000));
}

static int digits_of(const struct diff *diff)
{
	size_t most = diff->left.count > diff->right.count ? diff->left.count : diff->right.count;
	int digits = 3;

	for (size_t next = 1000; next <= most; next *= 10)
		digits++;
	return digits;
}

/* One side of a line: "  37 02:14.030 text". */
struct half {
	const struct cues *cues;
	int32_t index;
	unsigned how;
	size_t from; /* where the text differs */
	int digits;  /* of the largest number */
	bool hours, selected;
};

static void draw_half(int y, int x, int width, const struct half *half)
{
	bool alone = half->how & (DIFF_HERE | DIFF_THERE);
	enum role plain = half->selected ? ROLE_SELECTED : ROLE_NORMAL;
	enum role bad = half->selected ? ROLE_SELECTED : ROLE_ERROR;
	int time_width = half->hours ? 12 : 9, behind = half->digits + time_width + 2;
	char time[32];
	const char *text;
	size_t len;

	widget_text(y, x, width, plain, "");
	if (half->index < 0)
		return;
	format_time(half->cues->items[half->index].start, half->hours, time, sizeof(time));
	widget_printf(y, x, half->digits, alone ? bad : plain, "%*d", half->digits, half->index + 1);
	widget_text(y, x + half->digits + 1, time_width,
		    alone || half->how & (DIFF_START | DIFF_END) ? bad : plain, time);
	x += behind;
	width -= behind;
	text = diff_cue_text(half->cues, half->index, &len);
	widget_marked(y, x, width, alone || half->how & DIFF_TEXT ? bad : plain, text, len, half->from);
}

/* Beside the sign: time, text or both; on which side a cue is alone; what is one and several. */
static const char *letter_of(unsigned how)
{
	if (how & DIFF_SPLIT)
		return "s";
	if (how & DIFF_JOINED)
		return "j";
	if (how & DIFF_HERE)
		return "<";
	if (how & DIFF_THERE)
		return ">";
	if (how & DIFF_TEXT)
		return how & (DIFF_START | DIFF_END) ? "b" : "x";
	return how & (DIFF_START | DIFF_END) ? "t" : " ";
}

void diff_draw_line(const struct view *view, int y, int64_t at)
{
	const struct diff *diff = view->page->diff;
	const struct diff_line *line = &diff->lines[at];
	bool selected = at == view->list.selected;
	bool hours = !is_short(&diff->left) || !is_short(&diff->right);
	enum role plain = selected ? ROLE_SELECTED : ROLE_NORMAL;
	enum role sign = selected ? ROLE_SELECTED : line->differs ? ROLE_ERROR : ROLE_DIM;
	struct half left = {&diff->left, line->left, line->how, parts_of(diff, line),
			    digits_of(diff), hours, selected};
	struct half right = left;
	int width = diff_half(view);

	right.cues = &diff->right;
	right.index = line->right;
	widget_text(y, 0, view->area.w, plain, "");
	if (selected)
		widget_text(y, 0, 1, plain, glyph(GLYPH_CURSOR));
	draw_half(y, 1, width, &left);
	draw_half(y, width + 4, width, &right);
	widget_text(y, width + 2, 1, sign, glyph(line->differs ? GLYPH_DIFFERS : GLYPH_WALL));
	widget_text(y, width + 3, 1, sign, letter_of(line->how));
}

/* ---- the selected line in words -----------------------------------------------------------*/

/* The character that begins at @at, by number; 0 at the end or when it is none. */
static uint32_t character(const char *text, size_t len, size_t at)
{
	const unsigned char *c = (const unsigned char *)text + at;
	size_t more = at < len ? (c[0] >= 0xF0 ? 3 : c[0] >= 0xE0 ? 2 : c[0] >= 0xC0 ? 1 : 0) : 0;
	uint32_t value = more == 3 ? c[0] & 7U : more == 2 ? c[0] & 15U : more ? c[0] & 31U : 0;

	if (at + more >= len)
		return 0;
	for (size_t i = 1; i <= more; i++)
		value = value << 6 | (c[i] & 63U);
	return more ? value : c[0];
}

static void name_character(struct buf *out, uint32_t c, const char *where)
{
	if (c)
		buf_printf(out, "U+%04X %s", (unsigned)c, where);
	else
		buf_printf(out, "the end %s", where);
}

/* Which character is the first unlike one; by name where it may look like the other. */
static void tell_text(struct buf *out, const struct diff *diff, const struct diff_line *line)
{
	size_t left_len, right_len, number = 1, at = parts_of(diff, line);
	const char *left = diff_cue_text(&diff->left, line->left, &left_len);
	const char *right = diff_cue_text(&diff->right, line->right, &right_len);
	uint32_t a = character(left, left_len, at), b = character(right, right_len, at);

	for (size_t i = 0; i < at; i++)
		number += ((unsigned char)left[i] & 0xC0) != 0x80;
	buf_printf(out, "text from character %zu on", number);
	if ((a && (a <= ' ' || a > 126)) || (b && (b <= ' ' || b > 126)) || !a || !b) {
		buf_add_text(out, ": ");
		name_character(out, a, "here, ");
		name_character(out, b, "there");
	}
}

static const char *tell_time(struct buf *out, const char *before, const char *what, double here,
			     double there)
{
	buf_printf(out, "%s%s %.15g here, %.15g there", before, what, here, there);
	return "; ";
}

static void tell_pair(struct buf *out, const struct diff *diff, const struct diff_line *line)
{
	const struct cue *a = &diff->left.items[line->left], *b = &diff->right.items[line->right];
	bool group = line->how & (DIFF_SPLIT | DIFF_JOINED);
	const char *before = " ";

	if (line->left == line->right)
		buf_printf(out, "cue %d:", line->left + 1);
	else
		buf_printf(out, "cue %d here, %d there:", line->left + 1, line->right + 1);
	if (line->how & DIFF_START)
		before = tell_time(out, before, "start", a->start, b->start);
	if (line->how & DIFF_END)
		before = tell_time(out, before, "end", a->end, b->end);
	buf_add_text(out, before);
	if (group)
		buf_printf(out, "%s, same text in all", line->how & DIFF_SPLIT
				? "one cue here is several there" : "several cues here are one there");
	else if (line->how & DIFF_TEXT)
		tell_text(out, diff, line);
	else
		buf_add_text(out, line->differs ? "same text" : "same");
}

static void tell_line(struct buf *out, const struct diff *diff, const struct diff_line *line)
{
	bool here = line->left >= 0;

	if (here && line->right >= 0) {
		tell_pair(out, diff, line);
		return;
	}
	if (*(here ? diff->right_problem : diff->left_problem)) { /* which stands where it would be */
		buf_printf(out, "cue %d: not compared, the other side is not there to be read",
			   (here ? line->left : line->right) + 1);
		return;
	}
	buf_printf(out, "cue %d is ", (here ? line->left : line->right) + 1);
	if (line->how & (DIFF_SPLIT | DIFF_JOINED))
		buf_printf(out, "a part of the cue beside it, which is one %s", here ? "there" : "here");
	else
		buf_printf(out, "only %s", here ? "here, in the modulestore" : "there, in edx-val");
}

/* "here  134030-136000 ms": what stands before a text. */
static int label_of(const struct cues *cues, int32_t index, const char *where, char *out, size_t size)
{
	int n = snprintf(out, size, "%-5s ", where);

	if (index >= 0)
		n += snprintf(out + n, size - (size_t)n, "%.12g-%.12g ms  ", cues->items[index].start,
			      cues->items[index].end);
	return n;
}

static void draw_texts(const struct view *view, int y, int h, const struct diff_line *line)
{
	const struct diff *diff = view->page->diff;
	size_t left_len, right_len, from = parts_of(diff, line);
	const char *left = diff_cue_text(&diff->left, line->left, &left_len);
	const char *right = diff_cue_text(&diff->right, line->right, &right_len);
	char here[64], there[64];
	int a = label_of(&diff->left, line->left, "here", here, sizeof(here));
	int b = label_of(&diff->right, line->right, "there", there, sizeof(there));
	int x = 1 + (a > b ? a : b), width = view->area.w - x - 1, next = y + 1;
	bool fit = widget_cells(left) < width && widget_cells(right) < width;

	if (h < 2 || width < 8)
		return;
	widget_put(y, 1, x, ROLE_DIM, "%s", here);
	if (fit || h < 4) {
		int at = widget_marked(y, x, width, ROLE_NORMAL, left, left_len, from);

		/* where there is no underline: a sign between the two at the place they part */
		if (fit && h > 2 && from != WIDGET_NOWHERE)
			widget_text(next++, x + at, 1, ROLE_ERROR, glyph(GLYPH_UPWARD));
	} else {
		next = y + widget_wrapped_marked(y, x, width, h / 2, ROLE_NORMAL, left, left_len, from);
	}
	widget_put(next, 1, x, ROLE_DIM, "%s", there);
	if (fit || h < 4)
		widget_marked(next, x, width, ROLE_NORMAL, right, right_len, from);
	else
		widget_wrapped_marked(next, x, width, y + h - next, ROLE_NORMAL, right, right_len, from);
}

void diff_draw_details(const struct view *view, int y, int h)
{
	const struct diff *diff = view->page ? view->page->diff : NULL;
	int64_t at = view->list.selected;
	const struct diff_line *line;
	struct buf words = BUF_INIT;
	int used;

	if (!diff || !diff->lines || at < 0 || at >= (int64_t)diff->line_count)
		return;
	line = &diff->lines[at];
	tell_line(&words, diff, line);
	used = widget_wrapped(y, 1, view->area.w - 2, h > 3 ? 2 : 1,
			      line->differs ? ROLE_ERROR : ROLE_NORMAL, buf_text(&words));
	buf_clear(&words);
	draw_texts(view, y + used, h - used, line);
}
