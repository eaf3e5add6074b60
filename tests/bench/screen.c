#include "config.h"

#include "tests/bench/screen.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ESCAPE 27

void screen_init(struct screen *screen, int rows, int cols)
{
	memset(screen, 0, sizeof(*screen));
	screen->rows = rows;
	screen->cols = cols;
	screen->bottom = rows - 1;
	screen->cells = calloc((size_t)(rows * cols), sizeof(*screen->cells));
	if (!screen->cells)
		abort();
	for (int i = 0; i < rows * cols; i++)
		screen->cells[i] = ' ';
}

void screen_clear(struct screen *screen)
{
	free(screen->cells);
	screen->cells = NULL;
}

static uint32_t *line(const struct screen *screen, int y)
{
	return screen->cells + y * screen->cols;
}

static void blank(const struct screen *screen, int y, int from, int to)
{
	for (int x = from; x < to && x < screen->cols; x++)
		line(screen, y)[x] = ' ';
}

/* ---- moving -------------------------------------------------------------------------------*/

static int between(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static void move_to(struct screen *screen, int y, int x)
{
	screen->y = between(y, 0, screen->rows - 1);
	screen->x = between(x, 0, screen->cols - 1);
}

/* Lines @from..@bottom of the region go @count up (or down, below 0). */
static void scroll(struct screen *screen, int from, int count)
{
	int lines = screen->bottom - from + 1;
	size_t width = (size_t)screen->cols * sizeof(*screen->cells);

	count = between(count, -lines, lines);
	if (count > 0)
		memmove(line(screen, from), line(screen, from + count),
			(size_t)(lines - count) * width);
	else if (count < 0)
		memmove(line(screen, from - count), line(screen, from),
			(size_t)(lines + count) * width);
	for (int i = 0; i < abs(count); i++)
		blank(screen, count > 0 ? screen->bottom - i : from + i, 0, screen->cols);
}

static void line_feed(struct screen *screen)
{
	if (screen->y == screen->bottom)
		scroll(screen, screen->top, 1);
	else if (screen->y < screen->rows - 1)
		screen->y++;
}

/* ---- control sequences --------------------------------------------------------------------*/

static void shift_cells(struct screen *screen, int count)
{
	uint32_t *cells = line(screen, screen->y);
	int room = screen->cols - screen->x;

	count = between(count, -room, room);
	if (count > 0) { /* delete */
		memmove(cells + screen->x, cells + screen->x + count,
			(size_t)(room - count) * sizeof(*cells));
		blank(screen, screen->y, screen->cols - count, screen->cols);
	} else { /* insert */
		memmove(cells + screen->x - count, cells + screen->x,
			(size_t)(room + count) * sizeof(*cells));
		blank(screen, screen->y, screen->x, screen->x - count);
	}
}

static void erase_display(struct screen *screen, int how)
{
	if (how == 0)
		blank(screen, screen->y, screen->x, screen->cols);
	for (int y = how == 0 ? screen->y + 1 : 0; y < (how == 1 ? screen->y : screen->rows); y++)
		blank(screen, y, 0, screen->cols);
	if (how == 1)
		blank(screen, screen->y, 0, screen->x + 1);
}

static void put_rune(struct screen *screen, uint32_t rune);

/* "\033[12;40H" and the like; private ones ("\033[?25l") change nothing that is looked at. */
static void control(struct screen *screen, const char *text, char final)
{
	int values[8] = {0}, count = 0, n;

	if (*text == '?' || *text == '>')
		return;
	for (const char *at = text; *at && count < 8;) {
		values[count++] = (int)strtol(at, (char **)&at, 10);
		if (*at == ';')
			at++;
		else if (*at)
			break;
	}
	n = values[0] > 0 ? values[0] : 1;
	switch (final) {
	case 'H':
	case 'f':
		move_to(screen, n - 1, (values[1] > 0 ? values[1] : 1) - 1);
		break;
	case 'A': move_to(screen, screen->y - n, screen->x); break;
	case 'B': move_to(screen, screen->y + n, screen->x); break;
	case 'C': move_to(screen, screen->y, screen->x + n); break;
	case 'D': move_to(screen, screen->y, screen->x - n); break;
	case 'G': move_to(screen, screen->y, n - 1); break;
	case 'd': move_to(screen, n - 1, screen->x); break;
	case 'J': erase_display(screen, values[0]); break;
	case 'K':
		blank(screen, screen->y, values[0] ? 0 : screen->x,
		      values[0] == 1 ? screen->x + 1 : screen->cols);
		break;
	case 'X': blank(screen, screen->y, screen->x, screen->x + n); break;
	case 'P': shift_cells(screen, n); break;
	case '@': shift_cells(screen, -n); break;
	case 'L': scroll(screen, screen->y, -n); break;
	case 'M': scroll(screen, screen->y, n); break;
	case 'S': scroll(screen, screen->top, n); break;
	case 'T': scroll(screen, screen->top, -n); break;
	case 'r':
		screen->top = values[0] > 0 ? between(values[0] - 1, 0, screen->rows - 1) : 0;
		screen->bottom = values[1] > 0 ? between(values[1] - 1, 0, screen->rows - 1)
					       : screen->rows - 1;
		move_to(screen, 0, 0);
		break;
	case 'b':
		for (int i = 0; i < n; i++)
			put_rune(screen, screen->last);
		break;
	case 'm': case 'h': case 'l': case 't': case 'n': case 'c':
		break;
	default:
		screen->unknown++;
	}
}

static void escape(struct screen *screen)
{
	char final = screen->sequence[screen->sequence_len - 1];

	screen->sequence[screen->sequence_len - 1] = '\0';
	if (screen->sequence[0] == '[') {
		control(screen, screen->sequence + 1, final);
	} else if (screen->sequence_len == 1 && final == '7') {
		screen->saved_y = screen->y;
		screen->saved_x = screen->x;
	} else if (screen->sequence_len == 1 && final == '8') {
		move_to(screen, screen->saved_y, screen->saved_x);
	} else if (screen->sequence_len == 1 && final == 'M') {
		if (screen->y == screen->top)
			scroll(screen, screen->top, -1);
		else
			move_to(screen, screen->y - 1, screen->x);
	}
	screen->sequence_len = 0;
}

/* True when @byte ends the sequence that has begun. */
static bool ends(const struct screen *screen, unsigned char byte)
{
	char first = screen->sequence[0];

	if (screen->sequence_len == 1)
		return first != '[' && first != ']' && first != '(' && first != ')';
	if (first == '[')
		return byte >= 0x40 && byte <= 0x7e;
	return first == ']' ? byte == 7 : true;
}

/* ---- characters ---------------------------------------------------------------------------*/

static void put_rune(struct screen *screen, uint32_t rune)
{
	int width = wcwidth((wchar_t)rune);

	if (width == 0)
		return;
	if (width < 0)
		width = 1;
	if (screen->x + width > screen->cols) {
		screen->x = 0;
		line_feed(screen);
	}
	line(screen, screen->y)[screen->x] = rune;
	if (width == 2)
		line(screen, screen->y)[screen->x + 1] = 0;
	screen->x += width; /* beyond the last column until the next character */
	screen->last = rune;
}

static void put_byte(struct screen *screen, unsigned char byte)
{
	if (screen->rune_left) {
		screen->rune = screen->rune << 6 | (byte & 0x3f);
		if (!--screen->rune_left)
			put_rune(screen, screen->rune);
	} else if (byte >= 0xc0) {
		screen->rune_left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
		screen->rune = byte & (0x3fU >> screen->rune_left);
	} else if (byte >= ' ') {
		put_rune(screen, byte);
	} else if (byte == '\b') {
		move_to(screen, screen->y, screen->x - 1);
	} else if (byte == '\r') {
		screen->x = 0;
	} else if (byte == '\n') {
		line_feed(screen);
	} else if (byte == '\t') {
		move_to(screen, screen->y, (screen->x / 8 + 1) * 8);
	}
}

void screen_feed(struct screen *screen, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte == ESCAPE) {
			screen->sequence_len = 0;
			screen->sequence[0] = ESCAPE;
			screen->sequence_len = sizeof(screen->sequence); /* begun */
		} else if (screen->sequence_len) {
			if (screen->sequence_len == sizeof(screen->sequence))
				screen->sequence_len = 0;
			if (screen->sequence_len < sizeof(screen->sequence) - 1)
				screen->sequence[screen->sequence_len++] = (char)byte;
			if (ends(screen, byte))
				escape(screen);
		} else {
			put_byte(screen, byte);
		}
	}
}

const char *screen_text(const struct screen *screen, int y, int x, int width)
{
	static char text[4096];
	size_t len = 0, end = 0;

	for (; width-- > 0 && x < screen->cols && len < sizeof(text) - 8; x++) {
		uint32_t rune = line(screen, y)[x];

		if (rune >= 0x10000) {
			text[len++] = (char)(0xf0 | rune >> 18);
			text[len++] = (char)(0x80 | (rune >> 12 & 0x3f));
		} else if (rune >= 0x800) {
			text[len++] = (char)(0xe0 | rune >> 12);
		}
		if (rune >= 0x800)
			text[len++] = (char)(0x80 | (rune >> 6 & 0x3f));
		else if (rune >= 0x80)
			text[len++] = (char)(0xc0 | rune >> 6);
		if (rune >= 0x80)
			text[len++] = (char)(0x80 | (rune & 0x3f));
		else if (rune)
			text[len++] = (char)rune;
		if (rune != ' ')
			end = len;
	}
	text[end] = '\0';
	return text;
}
