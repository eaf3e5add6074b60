/*
 * finder.h - a search in a list that the desk filters and pages: the desk is asked where the next
 * row is that holds the text. UI thread only.
 */
#ifndef SUBFERRY_UI_FINDER_H
#define SUBFERRY_UI_FINDER_H

#include "ui/view.h"

struct finder {
	bool waits; /* the desk has not answered yet */
	uint64_t serial;
	int direction;
	int64_t from;
};

/* Looks for view->list.search from the selected row on. @match looks at rows that are all here
   already, because the list is sorted here. */
void finder_start(struct finder *finder, struct view *view, int direction,
		  bool (*match)(const struct snapshot *page, size_t row, const char *text));
/* In ask and take of a screen. */
void finder_ask(const struct finder *finder, const struct view *view, struct page_request *request);
void finder_take(struct finder *finder, struct view *view);

#endif
