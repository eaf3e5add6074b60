/*
 * compare_view.h - the rows of a comparison as the screen and the console as lines show them
 * (inside ui/ only).
 */
#ifndef SUBFERRY_UI_COMPARE_VIEW_H
#define SUBFERRY_UI_COMPARE_VIEW_H

#include "ui/fit.h"
#include "ui/view.h"

/* The list that @page shows. */
enum compared compare_list(const struct snapshot *page);
/* NULL: the page has no such row. */
const struct compared_row *compare_row(const struct snapshot *page, int64_t row);
/* The rows of a list on a screen. */
extern const struct list_rows compare_rows;
/* Why a list has no rows: "nothing new: ...". */
const char *compare_nothing(const struct comparison *comparison, enum compared list);
/* "98 % of 1,204 predictions came true, 24 missed, 3 were unknown until tried" */
void compare_predictions(const struct comparison *comparison, struct buf *out);

/* The columns of @list that fit from cell @x on to before @limit. */
void compare_fit(enum compared list, int x, int limit, struct fit *out);
/* What stands in a column of compare_fit(); returns @out or a text of the row, untrusted. */
const char *compare_cell(const struct compared_row *row, unsigned column, int cells, char *out,
			 size_t size);
enum role compare_role(enum compared list, const struct compared_row *row);
enum glyph compare_sign(enum compared list, const struct compared_row *row);
/* Why a prediction was missed, in a sentence. */
void compare_why(const struct compared_row *row, struct buf *out);
/* "failed", or "not run" of what was never tried. */
const char *compare_outcome(enum transcript_outcome outcome);

#endif
