/*
 * blind_screen.h - a curses screen that nobody sees: what the tests that read its cells share.
 */
#ifndef SUBFERRY_TESTS_UNIT_BLIND_SCREEN_H
#define SUBFERRY_TESTS_UNIT_BLIND_SCREEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <curses.h>
#include <locale.h>
#include <wchar.h>

#include "ui/glyph.h"
#include "ui/theme.h"

static SCREEN *blind_screen;

/* 0, or -1 as a fixture fails. */
static int open_blind_screen(const char *lines, const char *columns)
{
	FILE *in = fopen("/dev/null", "r"), *out = fopen("/dev/null", "w");

	if (!in || !out || !setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	setenv("LINES", lines, 1);
	setenv("COLUMNS", columns, 1);
	blind_screen = newterm("vt100", out, in);
	if (!blind_screen)
		return -1;
	glyph_init(false);
	theme_init();
	return 0;
}

static int close_screen(void **state)
{
	(void)state;
	endwin();
	delscreen(blind_screen);
	return 0;
}

/* Writes the character at @y, @x as UTF-8 to @out; its length. *@first is its first part. */
static size_t read_cell(int y, int x, char *out, size_t size, wchar_t *first)
{
	cchar_t cell;
	wchar_t wide[CCHARW_MAX + 1] = {0};
	attr_t attributes;
	short pair;

	assert_int_equal(mvin_wch(y, x, &cell), OK);
	getcchar(&cell, wide, &attributes, &pair, NULL);
	*first = wide[0];
	return (size_t)snprintf(out, size, "%ls", wide);
}

#endif
