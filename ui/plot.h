/*
 * plot.h - how fast and how faulty it goes: columns over the last minute or hour.
 */
#ifndef SUBFERRY_UI_PLOT_H
#define SUBFERRY_UI_PLOT_H

#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>

struct plot {
	const char *name; /* "done", "errors" */
	enum role role;
	const double *values; /* newest last */
	size_t count;
	bool minutes; /* a value a minute, not a second */
	bool beside;  /* on one line: the plot before it has told the span */
};

/* On one line of @width cells: name and span, columns, and the peak where there is room. */
void plot_line(const struct plot *plot, int y, int x, int width);
/* The same @height lines high: name, span and scale on the left of the columns. */
void plot_tall(const struct plot *plot, int y, int x, int width, int height);

#endif
