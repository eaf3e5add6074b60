/*
 * course_layout.h - which columns of courses the operator wants, which of them fit, how they are
 * drawn.
 *
 * The choice and the order are kept as words ("key status findings", "findings desc"), so that
 * they outlive a version that has other columns. UI thread only.
 */
#ifndef SUBFERRY_UI_COURSE_LAYOUT_H
#define SUBFERRY_UI_COURSE_LAYOUT_H

#include "ui/course_columns.h"

#define COLUMN_WORDS 256 /* bytes that words of a choice or an order take at most */

/* ---- what is wanted -----------------------------------------------------------------------*/

/* Bits 1 << enum course_column; with any, that of the key too. 0: nothing was chosen, as many as
   the width allows while the key has room. */
struct column_choice {
	unsigned wanted;
	unsigned without; /* these are shown only where they were chosen: there is nothing in them */
};

/* Unknown words are ignored; without a known one nothing was chosen. */
struct column_choice columns_read(const char *words);
void columns_write(struct column_choice choice, char *out, size_t size);
/* Leaves the order alone where @words is none. */
void columns_read_order(const char *words, enum course_sort *sort, bool *descending);
void columns_write_order(enum course_sort sort, bool descending, char *out, size_t size);

/* ---- what fits ----------------------------------------------------------------------------*/

struct column_layout {
	int width;	/* of the line */
	unsigned shown; /* bits, as in a choice */
	int x[COLUMN_COUNT], cells[COLUMN_COUNT]; /* of those shown */
};

void columns_fit(struct column_choice choice, int width, struct column_layout *out);
/* Chooses @column, or no longer; what was not chosen yet begins with what @layout shows. */
void columns_toggle(struct column_choice *choice, const struct column_layout *layout,
		    enum course_column column);
/* The order of the column that is @steps (1 or -1) beside the one that sorts, among those shown
   and around; of the first one where that is not shown. */
enum course_sort columns_sort_beside(const struct column_layout *layout, enum course_sort sort,
				     int steps);

/* ---- drawing ------------------------------------------------------------------------------*/

void columns_draw_heading(const struct column_layout *layout, int y, enum course_sort sort,
			  bool descending);
void columns_draw_row(const struct column_layout *layout, int y, const struct course_row *course,
		      int64_t wall, bool selected, bool tagged);

#endif
