/*
 * admin_page.h - what a page of Django's admin says: its add form, its errors, its list of rows.
 *
 * Read by libxml2's HTML parser, as releases from Django 1.8 on write them: the names of classes,
 * ids and fields count, words of people's languages never do. What is not understood is said to
 * be so; nothing is guessed. Pages are not trusted: they are bounded, and the text taken out of
 * them is not yet safe for a terminal. Not thread-safe; inside src/flag/ only.
 */
#ifndef SUBFERRY_SRC_FLAG_ADMIN_PAGE_H
#define SUBFERRY_SRC_FLAG_ADMIN_PAGE_H

#include "src/base/buf.h"
#include "src/flag/flag.h"

#include <stdbool.h>

/* Sizes of pages; with 100 rows and a side bar of all models they have a third of it. */
#define ADMIN_PAGE_MAX (512 * 1024)

struct admin_page;

/* RESULT_LIMIT: larger than ADMIN_PAGE_MAX; RESULT_DAMAGED: nothing that could be read whole. */
enum result admin_page_read(struct admin_page **out, const struct buf *body, struct error *err);
void admin_page_free(struct admin_page *page); /* accepts NULL */

/* ---- the add form ---- */

/* Appends the CSRF token of the form that has a field @field, and no other's; false without. */
bool admin_page_token(const struct admin_page *page, const char *field, struct buf *out);
/* Appends what the form complains of, "; " between; nothing where it does not. */
void admin_page_errors(const struct admin_page *page, struct buf *out);

/* ---- the list of rows ---- */

/* As shown; "" where the column is not there, or nothing stands in it. Borrowed for the call. */
struct admin_row {
	const char *id, *course, *changed, *by;
	enum flag_value enabled, for_all;
};

struct admin_list {
	bool whole;	   /* it is such a list, and every row of it was understood */
	bool newest_first; /* sorted by the instant of change or the id, downwards */
	size_t rows;	   /* on this page */
	long next;	   /* the number of the next page ("p"); -1: this is the last one */
};

/*
 * Calls @take for each row, from above. @now is the number of this page, -1 where it was asked
 * for without one. RESULT_NOMEM or RESULT_OK; a list without a row is whole only if it says itself
 * that there is none.
 */
enum result admin_page_list(const struct admin_page *page, long now,
			    void (*take)(void *arg, const struct admin_row *row), void *arg,
			    struct admin_list *out, struct error *err);

#endif
