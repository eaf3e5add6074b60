/*
 * list.h - a list on a screen: which row is selected, which are shown, what page that takes.
 *
 * Normally the desk reads one page at a time and rows are numbered as it numbers them. To
 * search, filter or sort what the desk only pages (videos, findings, the log), a list asks for
 * the first LIST_WHOLE rows and keeps an order of its own over them; rows are then positions
 * in that order. The selection stays with the row of the same id while others move.
 *
 * A search goes to the first match from where it began, while the text is typed, and from match
 * to match afterwards. Of courses the desk answers it, later: an answer that is not to the newest
 * question is not looked at.
 */
#ifndef SUBFERRY_UI_LIST_H
#define SUBFERRY_UI_LIST_H

#include "src/base/filter.h"
#include "src/engine/snapshot.h"

#define LIST_WHOLE 5000

/* How a list reads the rows of a page. */
struct list_rows {
	size_t (*count)(const struct snapshot *page);
	int64_t (*id)(const struct snapshot *page, size_t row);
	/* NULL where the desk filters, sorts and searches, and nothing is done here (courses). */
	bool (*match)(const struct snapshot *page, size_t row, const char *text);
	/* How the filter is understood (filter.h): @field answers for what @row gives. Without a
	   language it is a text as for match; without match the desk filters, and it is only looked
	   at whether it can be understood. */
	const struct filter_language *language;
	filter_get *field;
	const void *(*row)(const struct snapshot *page, size_t row);
	int (*compare)(const struct snapshot *page, size_t a, size_t b, int sort);
	bool (*differs)(const struct snapshot *page, size_t row); /* what "next difference" stops at */
	const char *const *sort_names;
	unsigned most_first; /* bits: sorts that begin with the largest */
	bool by_time;	     /* newest first, and reversed oldest first: one order only */
	int sorts; /* 0: one order only, which can be reversed where match is given */
	/* The desk filters and searches (find_* of the request). It sorts, too, where there are sorts
	   and no compare; otherwise the rows are sorted here, and then searched here with match. */
	bool by_desk;
};

enum list_found { LIST_FOUND, LIST_NOT_FOUND, LIST_PENDING };

struct list_search {
	char text[64]; /* before the prompt: what Esc brings back */
	bool typing;   /* the text is being typed; it began at: */
	int64_t origin, origin_top, origin_id;
	bool pending;  /* waits for the desk's answer, or for the whole list */
	bool news;     /* an answer has come later than the question: list_search_news() */
	int direction;
	int64_t from;  /* it looks from here, exclusive */
	uint64_t serial; /* the newest question to the desk */
	enum list_found found;
	bool wrapped;	   /* it went on at the other end */
	int64_t hit, hits; /* which match of how many; 0: nobody counted */
};

struct list {
	const struct list_rows *rows;
	int64_t selected, top, total;
	int64_t height;
	int64_t drawn; /* first row as last drawn */
	int64_t id;    /* of the selected row; 0: not known yet */
	bool follow;   /* while the first row is selected, stay there whatever comes */
	bool text;     /* lines to be read: a place among them is told only where they scroll */
	bool whole;    /* ask for the first LIST_WHOLE rows */
	size_t *index; /* the order of our own, or NULL */
	size_t index_count;
	char filter[128];	/* the last one that was understood */
	struct filter *passing; /* the same in rows->language; NULL: everything passes */
	int64_t filtered_at;	/* wall microseconds, for ages in it */
	int sort; /* 0: as the desk has them */
	bool descending;
	char search[64]; /* "": next difference */
	struct list_search find;
};

void list_clear(struct list *list);
/* Fills first, count and selected of @request. */
void list_ask(const struct list *list, struct page_request *request);
/* A new page, or the same with another filter or order: where is everything now? */
void list_take(struct list *list, const struct snapshot *page);
/* Selected row and first shown row, kept inside the list and the height. */
void list_move(struct list *list, const struct snapshot *page, int64_t to);
/* The same from afar: a row that is out of sight comes into the middle. */
void list_jump(struct list *list, const struct snapshot *page, int64_t to);
void list_resize(struct list *list, int64_t height);
/* The row of @page at @position, or -1 if the page does not have it. */
int64_t list_row(const struct list *list, const struct snapshot *page, int64_t position);
/* The first row to draw: the old place as long as the page of the new one is on its way. */
int64_t list_top_to_draw(struct list *list, const struct snapshot *page);
int64_t list_selected_row(const struct list *list, const struct snapshot *page);
/* Filters by @text from now on. Otherwise than RESULT_OK as filter_parse(), with @err: the filter
   stays what it was, or with RESULT_END becomes what stands before the unfinished term. @now: wall
   microseconds. */
enum result list_filter(struct list *list, const struct snapshot *page, const char *text,
			int64_t now, struct error *err);
/* Filter or order changed: begin at the top, unless the selected row is still there. */
void list_changed(struct list *list, const struct snapshot *page);
/* Selects the next row (@direction 1 or -1) that holds the search text, or differs. */
enum list_found list_search(struct list *list, const struct snapshot *page, int direction);
/* The operator begins to type; each @text (NULL-terminated, short enough) goes to its first match
   from there; in the end it is kept, or the list is again as it was. */
void list_search_open(struct list *list);
enum list_found list_search_typed(struct list *list, const struct snapshot *page, const char *text);
void list_search_keep(struct list *list);
void list_search_cancel(struct list *list, const struct snapshot *page);
/* Nobody waits for the answer any more. */
void list_search_drop(struct list *list);
/* Once: an answer came in list_take(). */
bool list_search_news(struct list *list);
/* The details of the page (findings of the selected row, last attempt) are of the row that is
   selected now. */
bool list_has_details(const struct list *list, const struct snapshot *page);
/* The list is longer than what search, filter and sort have seen. */
bool list_is_partial(const struct list *list, const struct snapshot *page);

#endif
