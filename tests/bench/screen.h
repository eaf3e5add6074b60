/*
 * screen.h - as much of a terminal as it takes to know what is on the screen.
 *
 * Understands what ncurses sends to an xterm; cells hold characters, looks are forgotten.
 */
#ifndef SUBFERRY_TESTS_BENCH_SCREEN_H
#define SUBFERRY_TESTS_BENCH_SCREEN_H

#include <stddef.h>
#include <stdint.h>

struct screen {
	int rows, cols, y, x, top, bottom; /* the scrolling region, inclusive */
	int saved_y, saved_x;
	uint32_t *cells; /* code points; 0: the right half of a wide one */
	/* what is not complete yet */
	char sequence[128];
	size_t sequence_len;
	uint32_t rune;
	int rune_left;
	uint32_t last; /* for "repeat" */
	uint64_t unknown; /* sequences nobody here understands */
};

/* Aborts without memory. */
void screen_init(struct screen *screen, int rows, int cols);
void screen_clear(struct screen *screen);
void screen_feed(struct screen *screen, const char *bytes, size_t count);
/* Line @y as UTF-8 from column @x, @width cells; trailing blanks are cut. Static, overwritten. */
const char *screen_text(const struct screen *screen, int y, int x, int width);

#endif
