/*
 * course_columns.h - the columns of the list of courses: one table, many readers.
 *
 * The heading, the rows, the order, the screen that chooses columns and what is remembered of it
 * all read this table. A new column is a name below, a line in the table, and, where it shows
 * something new, the function that makes its cell. Nothing here draws.
 */
#ifndef SUBFERRY_UI_COURSE_COLUMNS_H
#define SUBFERRY_UI_COURSE_COLUMNS_H

#include "src/status/reader.h"
#include "ui/widget.h"

/* In the order of the screen. */
enum course_column {
	COLUMN_KEY, COLUMN_NAME, COLUMN_STATUS, COLUMN_PROGRESS, COLUMN_VIDEOS, COLUMN_EXPECTED,
	COLUMN_IN_VAL, COLUMN_DIFFERENCE, COLUMN_FINDINGS, COLUMN_ATTEMPTS, COLUMN_CHANGED,
	COLUMN_VALIDATED, COLUMN_FLAG, COLUMN_COUNT
};

/* What a cell is made from. */
struct course_look {
	const struct course_row *course;
	int64_t wall;	   /* now, microseconds */
	int width;	   /* cells there are */
	bool short_status; /* how far it is stands in a column of its own */
};

/* What a cell shows. @text is @room, or belongs to the course or to the glyphs. */
struct course_cell {
	const char *text;
	enum role role;
	char room[160];
};

struct column_info {
	const char *word;    /* remembered by, and what "sorted by" says */
	const char *heading;
	int width;	     /* cells, with one for the mark of the order in the heading; of key
				and name the least, they grow with the room */
	int gap;	     /* blanks before it */
	enum align align;
	enum course_sort sort;
	bool most_first;     /* sorting by it begins with the largest */
	int rank;	     /* where there is no room for all, the lowest come first */
	void (*cell)(const struct course_look *look, struct course_cell *out);
	const char *help;
};
extern const struct column_info column_infos[COLUMN_COUNT];

/* The column that is sorted so. */
enum course_column column_of_sort(enum course_sort sort);

#endif
