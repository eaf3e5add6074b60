/*
 * plain_words.h - what a typed line means.
 *
 * An action is meant by its name (or a beginning of it that only one has) or by its key on this
 * screen; a number means a row. Nothing is done here. UI thread only.
 */
#ifndef SUBFERRY_UI_PLAIN_WORDS_H
#define SUBFERRY_UI_PLAIN_WORDS_H

#include "ui/view.h"

enum plain_meaning {
	PLAIN_UNKNOWN, PLAIN_SEVERAL, /* of actions that begin so; @text names them */
	PLAIN_ACTION,	/* @action; with @text: what is to be typed into its prompt */
	PLAIN_ROW,	/* @row, from 1; with an action: then that */
	PLAIN_READ,	/* an empty line: the selected row again */
	PLAIN_LIST, PLAIN_MORE, PLAIN_STATE, PLAIN_HELP, PLAIN_WAIT,
};

struct plain_words {
	enum plain_meaning meaning;
	enum action action; /* or ACTION_NONE */
	int64_t row;
	bool has_text;
	char text[512];
};

void plain_words_read(const struct console *console, const char *line, struct plain_words *out);
/* What @action is called on the screen @view. */
const char *plain_name(const struct view *view, enum action action);
/* The words that are no actions: word and what it does; ends with NULL. */
struct plain_word {
	const char *word;
	enum plain_meaning meaning;
	const char *help;
};
extern const struct plain_word plain_own_words[];

#endif
