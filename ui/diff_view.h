/*
 * diff_view.h - the diff screen's inside, shared by screen_diff.c, diff_table.c and diff_cues.c.
 *
 * From above: title, table of languages, what became of the one shown, figures of both sides,
 * headings of both halves, the lines of the diff, a rule, details of the selected line.
 */
#ifndef SUBFERRY_UI_DIFF_VIEW_H
#define SUBFERRY_UI_DIFF_VIEW_H

#include "ui/view.h"

struct diff_view {
	struct view view;
	char language[56]; /* whose cues are asked for; "" until the languages are known */
	char shown[56];	   /* whose cues the cursor was placed in */
	bool placed;
	/* lines for each part, by the height of the screen */
	int table, details;
	bool table_heading, outcome;
};

/* ---- diff_table.c -------------------------------------------------------------------------*/

/* The languages around the one shown, on diff->table lines and one for the heading. */
void diff_draw_table(const struct diff_view *diff, int y);
/* What became of the transcript, in words. */
void diff_draw_outcome(const struct diff_view *diff, int y);
/* How much differs, and the figures of both sides. */
void diff_draw_sums(const struct diff_view *diff, int y);
/* What stands in each half: names of the source and of the stored file. */
void diff_draw_heading(const struct diff_view *diff, int y);

/* ---- diff_cues.c --------------------------------------------------------------------------*/

/* Cells of each half; the wall stands in column half + 2, the right half begins two behind. */
int diff_half(const struct view *view);
/* Text of a cue, "" for -1; may hold NULs. */
const char *diff_cue_text(const struct cues *cues, int32_t index, size_t *len);
void diff_draw_line(const struct view *view, int y, int64_t at);
/* How the selected line differs, in words, and both texts whole as far as @h lines go. */
void diff_draw_details(const struct view *view, int y, int h);

#endif
