/*
 * null_curses ROWS - the least that a list on a screen can be: ROWS lines of made-up text, j and k
 * move the mark, every key draws the whole screen. What the console is measured beside.
 */
#include "config.h"

#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static void draw(long top, long selected, long count)
{
	erase();
	for (int y = 5; y < LINES - 4 && top + y - 5 < count; y++) {
		long row = top + y - 5;

		attr_set(row == selected ? A_REVERSE : A_NORMAL, 0, NULL);
		mvprintw(y, 0, " %s course-v1:Null+%06ld+2018 %*ld", row == selected ? ">" : " ", row,
			 COLS - 36, row * 7919 % 1000);
	}
	attr_set(A_NORMAL, 0, NULL);
	mvprintw(LINES - 4, 0, "%ld of %ld", selected + 1, count);
	refresh();
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 100000, top = 0, selected = 0;
	int key = 0;

	setlocale(LC_CTYPE, "");
	initscr();
	cbreak();
	noecho();
	curs_set(0);
	while (key != 'q') {
		draw(top, selected, count);
		key = getch();
		selected += key == 'j' && selected + 1 < count ? 1 : key == 'k' && selected ? -1 : 0;
		if (selected < top)
			top = selected;
		if (selected >= top + LINES - 9)
			top = selected - (LINES - 10);
	}
	endwin();
	return 0;
}
