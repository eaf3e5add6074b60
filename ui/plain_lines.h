/*
 * plain_lines.h - lines in: what was read of standard input, cut at its newlines.
 */
#ifndef SUBFERRY_UI_PLAIN_LINES_H
#define SUBFERRY_UI_PLAIN_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define PLAIN_LINE 4096 /* bytes of a line; a longer one is not taken, nor is a part of it */

struct plain_lines {
	char bytes[PLAIN_LINE];
	size_t len;
	bool too_long; /* the line that is being read */
	bool eof;      /* nothing more will come */
};

enum plain_line { PLAIN_LINE_NONE, PLAIN_LINE_TAKEN, PLAIN_LINE_TOO_LONG };

/* Once standard input is readable: reads what there is. */
void plain_lines_read(struct plain_lines *lines);
/* A line can be taken without reading. */
bool plain_lines_has(const struct plain_lines *lines);
/* The next one into @line, without blanks around; at the end a last one needs no newline. */
enum plain_line plain_lines_take(struct plain_lines *lines, char line[PLAIN_LINE + 1]);
/* Forgets what was read and not taken. */
void plain_lines_drop(struct plain_lines *lines);

#endif
