/*
 * board_lines.h - one gate board as lines of a screen: its gates, its flag, what follows (inside
 * ui/ only; UI thread).
 */
#ifndef SUBFERRY_UI_BOARD_LINES_H
#define SUBFERRY_UI_BOARD_LINES_H

#include "ui/view.h"

struct board_line {
	char *text; /* owned, harmless: of the gate's text a piece that fits */
	const char *name; /* static: of the gate, on its first line; "" */
	enum glyph sign;
	bool has_sign;
	enum role role;
};

struct board_lines {
	struct board_line *list;
	size_t count, size;
	bool failed; /* there is no memory for all of them, so there are none */
};

/* Makes the lines of @board (NULL: none) for @width cells; as words, one line a thing, with @plain. */
void board_lines_make(struct board_lines *lines, const struct board *board, int width, bool plain);
void board_lines_clear(struct board_lines *lines); /* may run twice */
void board_lines_draw(const struct board_lines *lines, size_t at, int y, int width, bool selected);
/* A gate on one line. */
void board_gate_draw(const struct board *board, enum board_gate gate, int y, int width);
/* What follows from switching on the flags of these @count courses, told of @one of them; and, where
   there is room, which they are. */
void board_consequences_draw(const struct boards *boards, const struct board *one, const int64_t *ids,
			     size_t count, int y, int height, int width);
/* "on", "off", "turning", "on, stale"; returns its role. */
enum role board_flag_word(const struct board *board, char *out, size_t size);
enum role board_verdict_role(const struct board *board);
/* "green", "red", "not known"; "" where there is no such gate. */
const char *board_color_word(enum gate_color color);

#endif
