/*
 * fit.h - which columns of a table have room, and where they stand (inside ui/ only).
 *
 * A table names its columns from left to right. Where there is no room for all of them the least
 * needed ones are left out; what room is left over goes to those that grow.
 */
#ifndef SUBFERRY_UI_FIT_H
#define SUBFERRY_UI_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/theme.h"

#define FIT_MOST 16

struct fit_column {
	const char *heading;
	int width; /* cells, with the blank behind it */
	int rank;  /* 0 is needed most */
	bool right; /* figures stand at the right */
	bool grows;
};

struct fit {
	const struct fit_column *columns;
	unsigned char shown[FIT_MOST]; /* indices into @columns, from left to right */
	int x[FIT_MOST], width[FIT_MOST]; /* without the blank */
	size_t count;
};

/* Those of @columns that @which names (FIT_MOST at most), into the cells from @x to before @limit. */
void fit_columns(const struct fit_column *columns, const unsigned char *which, size_t count, int x,
		 int limit, struct fit *out);
void fit_draw_headings(const struct fit *fit, int y);
/* Draws @text as the cell of what is shown as number @at. */
void fit_draw(const struct fit *fit, size_t at, int y, enum role role, const char *text);

#endif
