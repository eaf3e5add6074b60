/*
 * cells.h - which characters of a text share a place on the screen, and how many cells that takes
 * (inside ui/ only).
 *
 * All texts are well-formed UTF-8 without control characters: text_add_safe() has seen to that.
 * What cannot be shown, or not everywhere alike, is replaced or left out here.
 */
#ifndef SUBFERRY_UI_CELLS_H
#define SUBFERRY_UI_CELLS_H

#include <curses.h>
#include <stdbool.h>
#include <wchar.h>

/* What stands in one place: a character with the marks that combine with it. */
struct cluster {
	wchar_t chars[CCHARW_MAX];
	int count, width;
	bool emoji;
};

/* The next cluster of @at in @out; returns where it ends, NULL if there is none. */
const char *cells_next(const char *at, struct cluster *out);
/* Cells that all of @safe takes. */
int cells_of(const char *safe);
/* Some of @safe runs from right to left. */
bool cells_right_to_left(const char *safe);

#endif
