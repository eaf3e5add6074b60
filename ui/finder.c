#include "config.h"

#include "ui/finder.h"

#include <stdio.h>

static bool find_here(struct view *view, int direction,
		      bool (*match)(const struct snapshot *page, size_t row, const char *text))
{
	struct list *list = &view->list;
	int64_t count = (int64_t)list->index_count;

	for (int64_t step = 1; step <= count; step++) {
		int64_t at = (list->selected + direction * step % count + count) % count;

		if (!match(view->page, list->index[at], list->search))
			continue;
		list_jump(list, view->page, at);
		return true;
	}
	return false;
}

void finder_start(struct finder *finder, struct view *view, int direction,
		  bool (*match)(const struct snapshot *page, size_t row, const char *text))
{
	struct list *list = &view->list;

	if (!list->search[0]) {
		console_note(view->console, ROLE_NORMAL, "search with / first");
		return;
	}
	if (list->index) {
		if (!find_here(view, direction, match))
			view_found(view, LIST_NOT_FOUND);
		return;
	}
	finder->waits = true;
	finder->serial++;
	finder->direction = direction;
	finder->from = list->selected;
}

void finder_ask(const struct finder *finder, const struct view *view, struct page_request *request)
{
	if (!finder->waits)
		return;
	snprintf(request->find, sizeof(request->find), "%s", view->list.search);
	request->find_from = finder->from;
	request->find_direction = finder->direction;
	request->find_serial = finder->serial;
}

void finder_take(struct finder *finder, struct view *view)
{
	const struct snapshot *page = view->page;

	if (!finder->waits || page->found_serial != finder->serial)
		return;
	finder->waits = false;
	if (page->found >= 0)
		list_jump(&view->list, page, page->found);
	else
		view_found(view, LIST_NOT_FOUND);
}
