#include "config.h"

#include "ui/prompt.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define CONTROL(c) ((c) & 31)
#define ESCAPE 27
#define TYPING_ROOM 18 /* cells that a long question leaves */
#define ASIDE_FROM 22  /* where what is known of the text stands, if the text is short */
#define CONFIRM_CELLS 5 /* " y/n " */
#define ASIDE_ROOM 10  /* fewer cells say nothing */

void prompt_close(struct prompt *prompt)
{
	free(prompt->act.ids);
	free(prompt->dump);
	picks_unref(prompt->act.picks);
	memset(prompt, 0, sizeof(*prompt));
}

void prompt_text(struct prompt *prompt, enum prompt_kind kind, const char *text, size_t limit)
{
	prompt_close(prompt);
	prompt->kind = kind;
	prompt->limit = limit < sizeof(prompt->text) ? limit : sizeof(prompt->text);
	snprintf(prompt->before, prompt->limit, "%s", text);
	/* A search begins anew; a filter, a number and the name of a file are changed. */
	if (kind == PROMPT_FILTER || kind == PROMPT_DUMP || kind == PROMPT_RATE)
		snprintf(prompt->text, prompt->limit, "%s", text);
}

static void ask_on(struct prompt *prompt, enum prompt_kind kind, size_t limit)
{
	prompt->kind = kind;
	prompt->limit = limit;
	prompt->text[0] = '\0';
	prompt->before[0] = '\0';
}

void prompt_word(struct prompt *prompt)
{
	ask_on(prompt, PROMPT_WORD, sizeof(prompt->text));
}

void prompt_reason(struct prompt *prompt)
{
	ask_on(prompt, PROMPT_REASON, REASON_BYTES);
}

bool prompt_asks(const struct prompt *prompt)
{
	return prompt->kind == PROMPT_CONFIRM || prompt->kind == PROMPT_WORD ||
	       prompt->kind == PROMPT_REASON;
}

static void drop_character(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && ((unsigned char)text[--len] & 0xC0) == 0x80)
		;
	text[len] = '\0';
}

static void drop_word(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (len > 0 && text[len - 1] != ' ')
		len--;
	text[len] = '\0';
}

/* Appends the character @key as UTF-8, if it is one that can be seen and there is room. */
static bool add_character(struct prompt *prompt, uint32_t key)
{
	size_t len = strlen(prompt->text);
	char bytes[5] = "";

	if (key < 32 || (key >= 127 && key < 160) || key > 0x10FFFF ||
	    (key >= 0xD800 && key < 0xE000))
		return false;
	if (key < 0x80) {
		bytes[0] = (char)key;
	} else if (key < 0x800) {
		bytes[0] = (char)(0xC0 | key >> 6);
		bytes[1] = (char)(0x80 | (key & 63));
	} else if (key < 0x10000) {
		bytes[0] = (char)(0xE0 | key >> 12);
		bytes[1] = (char)(0x80 | (key >> 6 & 63));
		bytes[2] = (char)(0x80 | (key & 63));
	} else {
		bytes[0] = (char)(0xF0 | key >> 18);
		bytes[1] = (char)(0x80 | (key >> 12 & 63));
		bytes[2] = (char)(0x80 | (key >> 6 & 63));
		bytes[3] = (char)(0x80 | (key & 63));
	}
	if (len + strlen(bytes) >= prompt->limit)
		return false;
	memcpy(prompt->text + len, bytes, strlen(bytes) + 1);
	return true;
}

/* One key that is not the starting one, and never Enter; anything else means no. */
static enum prompt_answer confirm_key(int key, bool code)
{
	return !code && (key == 'y' || key == 'Y') ? PROMPT_TAKEN : PROMPT_CANCELED;
}

enum prompt_answer prompt_key(struct prompt *prompt, int key, bool code)
{
	if (prompt->kind == PROMPT_CONFIRM)
		return confirm_key(key, code);
	if ((code && key == KEY_ENTER) || (!code && (key == '\r' || key == '\n')))
		return PROMPT_TAKEN;
	if (!code && (key == ESCAPE || key == CONTROL('g')))
		return PROMPT_CANCELED;
	if (prompt->kind == PROMPT_GOTO || prompt->kind == PROMPT_PALETTE) {
		if ((!code && key == '\t') || (code && key == KEY_DOWN))
			return PROMPT_NEXT;
		if (code && (key == KEY_BTAB || key == KEY_UP))
			return PROMPT_PREVIOUS;
	}
	if (prompt->kind == PROMPT_PALETTE && code && (key == KEY_NPAGE || key == KEY_PPAGE))
		return key == KEY_NPAGE ? PROMPT_NEXT_PAGE : PROMPT_PREVIOUS_PAGE;
	if ((code && key == KEY_BACKSPACE) || (!code && (key == 127 || key == CONTROL('h')))) {
		if (!prompt->text[0])
			return PROMPT_CANCELED;
		drop_character(prompt->text);
		return PROMPT_CHANGED;
	}
	if (!code && key == CONTROL('u')) {
		prompt->text[0] = '\0';
		return PROMPT_CHANGED;
	}
	if (!code && key == CONTROL('w')) {
		drop_word(prompt->text);
		return PROMPT_CHANGED;
	}
	return !code && add_character(prompt, (uint32_t)key) ? PROMPT_CHANGED : PROMPT_OPEN;
}

const char *prompt_label(const struct prompt *prompt)
{
	switch (prompt->kind) {
	case PROMPT_SEARCH:
		return "search: ";
	case PROMPT_FILTER:
		return "filter: ";
	case PROMPT_GOTO:
		return "go to: ";
	case PROMPT_PALETTE:
		return "action: ";
	default:
		return prompt->question;
	}
}

/* Behind the text, at a place that stays while one types a word. */
static void draw_aside(const struct prompt *prompt, int y, int x, int width)
{
	x += 2;
	x = x < ASIDE_FROM ? ASIDE_FROM : x;
	if (prompt->aside[0] && width - x >= ASIDE_ROOM)
		widget_put(y, x, width, prompt->doubtful ? ROLE_WARNING : ROLE_NORMAL, "%s",
			   prompt->aside);
}

/* How to leave it, at the end of the line, where nothing else is told, until what is typed gets
   there. */
static void draw_ways(const struct prompt *prompt, int y, int x, int width)
{
	const char *ways = "Enter does it  Esc back";

	if (x + 2 + widget_cells(ways) >= width)
		ways = "Enter does it";
	if (!prompt->aside[0] && x + 2 + widget_cells(ways) < width)
		widget_text(y, width - widget_cells(ways) - 1, widget_cells(ways), ROLE_DIM, ways);
}

/* Which keys answer is seen however long the question is. */
static void draw_confirm(const struct prompt *prompt, int y, int width)
{
	bool fits = widget_cells(prompt->question) < width - 1;
	int x = 1 + widget_text(y, 1, fits ? width - 1 : width - 1 - CONFIRM_CELLS, ROLE_QUESTION,
				prompt->question);

	if (!fits)
		x = widget_put(y, x, width, ROLE_QUESTION, " y/n ");
	move(y, x < width ? x : width - 1);
}

void prompt_draw(const struct prompt *prompt, int y, int width)
{
	const char *label = prompt_label(prompt);
	const char *text = prompt->text;
	int cells = widget_cells(label), x;

	if (prompt->kind == PROMPT_CONFIRM) {
		draw_confirm(prompt, y, width);
		return;
	}
	if (cells > width - TYPING_ROOM)
		cells = width > TYPING_ROOM ? width - TYPING_ROOM : 1;
	x = 1 + widget_text(y, 1, cells, ROLE_QUESTION, label);
	/* The end is where one types: what does not fit is hidden at the beginning. */
	while (widget_cells(text) > width - x - 1 && *text)
		for (text++; ((unsigned char)*text & 0xC0) == 0x80; text++)
			;
	x += widget_text(y, x, width - x, ROLE_NORMAL, text);
	draw_aside(prompt, y, x, width - 1);
	draw_ways(prompt, y, x, width);
	move(y, x < width ? x : width - 1);
}
