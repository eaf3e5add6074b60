#include "config.h"

#include "ui/board_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/text.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define SIGN_AT 1
#define NAME_AT 3
#define TEXT_AT 19 /* behind the longest name of a gate */

/* ---- words --------------------------------------------------------------------------------*/

enum glyph board_sign(enum gate_color color, enum role *role)
{
	/* clang-format off */
	static const struct { enum glyph sign; enum role role; } signs[] = {
		[GATE_UNKNOWN] = {GLYPH_UNKNOWN, ROLE_WARNING}, [GATE_GREEN] = {GLYPH_DONE, ROLE_GOOD},
		[GATE_RED] = {GLYPH_FAILED, ROLE_ERROR}, [GATE_ABSENT] = {GLYPH_NONE, ROLE_DIM},
	};
	/* clang-format on */

	*role = signs[color].role;
	return signs[color].sign;
}

const char *board_color_word(enum gate_color color)
{
	static const char *const words[] = {
		[GATE_UNKNOWN] = "not known", [GATE_GREEN] = "green", [GATE_RED] = "red",
		[GATE_ABSENT] = "",
	};

	return words[color];
}

enum role board_flag_word(const struct board *board, char *out, size_t size)
{
	bool turning = flag_is_turning(board->step);

	snprintf(out, size, "%s%s", turning	      ? "turning"
				    : !board->has_flag ? glyph(GLYPH_NONE)
						       : flag_step_name(board->step),
		 board->stale_on ? "!" : "");
	return board->stale_on		  ? ROLE_WARNING
	       : board->step == STEP_ON ? ROLE_GOOD
	       : turning		  ? ROLE_BUSY
					  : ROLE_NORMAL;
}

enum role board_verdict_role(const struct board *board)
{
	return board->stale_on ? ROLE_WARNING : board->green ? ROLE_GOOD : ROLE_ERROR;
}

/* What learners get, and what it is made of. */
static void flag_text(const struct board *board, char *out, size_t size)
{
	const struct flag_state *flag = &board->flag;

	bool told = flag->own != FLAG_UNKNOWN; /* a backend may tell the whole only */

	snprintf(out, size, "%s for learners%s%s%s%s%s%s%s%s%s", flag_value_name(flag->effective),
		 !told ? "" : flag->has_row ? ": the course's row is " : ": the course has no row of its own",
		 told && flag->has_row ? flag_value_name(flag->own) : "",
		 flag->global != FLAG_UNKNOWN ? ", the global row is " : "",
		 flag->global != FLAG_UNKNOWN ? flag_value_name(flag->global) : "",
		 flag->for_all ? " for all courses" : "", flag->by[0] ? "; by " : "", flag->by,
		 flag->note[0] ? "; " : "", flag->note);
}

/* ---- lines --------------------------------------------------------------------------------*/

void board_lines_clear(struct board_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->list[i].text);
	free(lines->list);
	*lines = (struct board_lines){0};
}

static void add_line(struct board_lines *lines, const struct board_line *line, const char *text,
		     size_t len)
{
	if (lines->count == lines->size) {
		size_t size = 2 * lines->size + 16;
		struct board_line *list = realloc(lines->list, size * sizeof(*list));

		if (!list) {
			lines->failed = true;
			return;
		}
		lines->list = list;
		lines->size = size;
	}
	lines->list[lines->count] = *line;
	lines->list[lines->count].text = strndup(text, len);
	if (lines->list[lines->count].text)
		lines->count++;
	else
		lines->failed = true;
}

/* What does not fit goes on below, without sign and name. */
static void add_wrapped(struct board_lines *lines, struct board_line line, int width, const char *text)
{
	char *safe = text_safe(text);
	const char *at = safe;

	lines->failed |= !safe;
	do {
		size_t len = at ? widget_fitting(at, width) : 0;

		add_line(lines, &line, at ? at : "", len);
		line.has_sign = false;
		line.name = "";
		at += at ? len + strspn(at + len, " ") : 0;
	} while (at && *at);
	free(safe);
}

static void add_gate(struct board_lines *lines, const struct board *board, enum board_gate gate,
		     int width, bool plain)
{
	struct board_line line = {.name = board_gate_name(gate), .has_sign = true};
	char words[320];

	line.sign = board_sign(board->gates[gate].color, &line.role);
	snprintf(words, sizeof(words), "%s: %s. %s", board_gate_name(gate),
		 board_color_word(board->gates[gate].color), board->gates[gate].text);
	add_wrapped(lines, line, width, plain ? words : board->gates[gate].text);
}

static void add_consequences(struct board_lines *lines, const struct board *board, int width,
			     bool plain)
{
	size_t count;
	const char *const *texts = board_consequences(board, &count);
	struct board_line line = {.name = "", .role = ROLE_NORMAL};

	add_wrapped(lines, (struct board_line){.name = "what follows", .role = ROLE_TITLE}, width,
		    plain ? "what follows from switching it on:" : "from switching it on:");
	for (size_t i = 0; i < count; i++)
		add_wrapped(lines, line, width, texts[i]);
}

static void make_lines(struct board_lines *lines, const struct board *board, int room, bool plain)
{
	char text[640] = "flag: ";
	size_t name = plain ? strlen(text) : 0;

	for (int gate = 0; gate < BOARD_GATES; gate++)
		if (board->gates[gate].color != GATE_ABSENT)
			add_gate(lines, board, (enum board_gate)gate, room, plain);
	if (!board->has_flag || board->flag.absent) /* then its gate says all there is */
		return;
	flag_text(board, text + name, sizeof(text) - name);
	add_wrapped(lines, (struct board_line){.name = "flag", .role = ROLE_NORMAL}, room, text);
	if (board->green && board->step != STEP_ON)
		add_consequences(lines, board, room, plain);
}

void board_lines_make(struct board_lines *lines, const struct board *board, int width, bool plain)
{
	board_lines_clear(lines);
	if (board)
		make_lines(lines, board, width - TEXT_AT - 1, plain);
	if (!lines->failed)
		return;
	board_lines_clear(lines);
	lines->failed = true;
}

void board_lines_draw(const struct board_lines *lines, size_t at, int y, int width, bool selected)
{
	const struct board_line *line = &lines->list[at];
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL;

	widget_text(y, 0, width, base, "");
	if (line->has_sign)
		widget_text(y, SIGN_AT, 1, selected ? base : line->role, glyph(line->sign));
	widget_text(y, NAME_AT, TEXT_AT - NAME_AT - 1, selected ? base : ROLE_TITLE, line->name);
	widget_text(y, TEXT_AT, width - TEXT_AT, base, line->text);
}

void board_gate_draw(const struct board *board, enum board_gate gate, int y, int width)
{
	enum role role;
	enum glyph sign = board_sign(board->gates[gate].color, &role);

	widget_text(y, SIGN_AT, 1, role, glyph(sign));
	widget_text(y, NAME_AT, TEXT_AT - NAME_AT - 1, ROLE_TITLE, board_gate_name(gate));
	widget_text(y, TEXT_AT, width - TEXT_AT - 1, ROLE_NORMAL, board->gates[gate].text);
}

static int draw_consequences(const struct board *board, int y, int height, int width)
{
	size_t lines;
	const char *const *texts = board_consequences(board, &lines);
	int at = y;

	for (size_t i = 0; i < lines && at < y + height; i++) {
		widget_text(at, 1, 1, ROLE_NORMAL, glyph(GLYPH_DOT));
		at += widget_wrapped(at, 3, width - 4, y + height - at, ROLE_NORMAL, texts[i]);
	}
	return at;
}

static bool is_of(const int64_t *ids, size_t count, int64_t course)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == course)
			return true;
	return false;
}

/* So many as there is room for. */
static void draw_keys(const struct boards *boards, const int64_t *ids, size_t count, int y, int end,
		      int width)
{
	size_t left = count;

	for (size_t i = 0; i < boards->count && y < end; i++) {
		if (!is_of(ids, count, boards->items[i].course))
			continue;
		if (y + 1 < end || left == 1)
			widget_text(y, 3, width - 4, ROLE_NORMAL, boards->items[i].key);
		else
			widget_printf(y, 3, width - 4, ROLE_DIM, "and %s more",
				      widget_number((int64_t)left).text);
		left--;
		y++;
	}
}

void board_consequences_draw(const struct boards *boards, const struct board *one, const int64_t *ids,
			     size_t count, int y, int height, int width)
{
	int end = y + height;
	char title[512]; /* the key in it is what is to be typed */

	if (count == 1) {
		snprintf(title, sizeof(title), "What follows from switching on the flag of %s:", one->key);
		y += widget_wrapped(y, 1, width - 2, height, ROLE_TITLE, title);
		draw_consequences(one, y, end - y, width);
		return;
	}
	widget_printf(y, 1, width - 2, ROLE_TITLE, "What follows from %s flags, here for %s:",
		      widget_number((int64_t)count).text, one->key);
	y = draw_consequences(one, y + 1, height - 1, width) + 1;
	if (y + 1 >= end)
		return;
	widget_printf(y, 1, width - 2, ROLE_TITLE, "The %s courses:", widget_number((int64_t)count).text);
	draw_keys(boards, ids, count, y + 1, end, width);
}
