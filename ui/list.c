#include "config.h"

#include "ui/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void drop_index(struct list *list)
{
	free(list->index);
	list->index = NULL;
	list->index_count = 0;
}

void list_clear(struct list *list)
{
	drop_index(list);
	filter_free(list->passing);
	list->passing = NULL;
}

/* Rows that are all here, in an order of our own, are searched here whoever filters them. */
static bool desk_searches(const struct list *list)
{
	return list->rows->by_desk && !list->whole;
}

void list_ask(const struct list *list, struct page_request *request)
{
	int64_t row = list->selected;
	int64_t height = list->height > 0 ? list->height : 1;

	/* A page above and one below: a turned page is there at once. */
	request->first = list->whole || list->top < height ? 0 : list->top - height;
	request->count = list->whole ? LIST_WHOLE : 3 * height;
	if (list->index)
		row = row < (int64_t)list->index_count ? (int64_t)list->index[row] : 0;
	request->selected = row;
	if (!desk_searches(list) || !list->find.pending)
		return;
	snprintf(request->find, sizeof(request->find), "%s", list->search);
	request->find_from = list->find.from;
	request->find_direction = list->find.direction;
	request->find_serial = list->find.serial;
}

int64_t list_row(const struct list *list, const struct snapshot *page, int64_t position)
{
	int64_t row = position;

	if (!page || position < 0)
		return -1;
	if (list->index)
		return position < (int64_t)list->index_count ? (int64_t)list->index[position] : -1;
	row -= page->request.first;
	return row >= 0 && row < (int64_t)list->rows->count(page) ? row : -1;
}

static bool page_covers(const struct list *list, const struct snapshot *page, int64_t top)
{
	int64_t last = top + list->height < list->total ? top + list->height : list->total;

	return top >= last || (list_row(list, page, top) >= 0 && list_row(list, page, last - 1) >= 0);
}

int64_t list_top_to_draw(struct list *list, const struct snapshot *page)
{
	if (!page)
		return list->top;
	if (page_covers(list, page, list->top))
		list->drawn = list->top;
	else if (!page_covers(list, page, list->drawn))
		list->drawn = list->index ? 0 : page->request.first;
	return list->drawn;
}

int64_t list_selected_row(const struct list *list, const struct snapshot *page)
{
	return list_row(list, page, list->selected);
}

/* ---- an order of our own ------------------------------------------------------------------*/

struct order {
	const struct list *list;
	const struct snapshot *page;
};

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	int answer = 0;

	if (order->list->sort && order->list->rows->compare)
		answer = order->list->rows->compare(order->page, left, right, order->list->sort);
	if (!answer)
		answer = (left > right) - (left < right);
	return order->list->descending ? -answer : answer;
}

/* The page holds all rows we can ask for. */
static bool page_is_whole(const struct list *list, const struct snapshot *page)
{
	return list->whole && page->request.first == 0 && page->request.count >= LIST_WHOLE;
}

static bool passes(const struct list *list, const struct snapshot *page, size_t row)
{
	const struct list_rows *rows = list->rows;

	if (rows->language)
		return filter_passes(list->passing, rows->field, rows->row(page, row),
				     list->filtered_at);
	return !list->filter[0] || rows->match(page, row, list->filter);
}

static void make_index(struct list *list, const struct snapshot *page)
{
	size_t count = list->rows->count(page);
	struct order order = {list, page};

	drop_index(list);
	if (!page_is_whole(list, page))
		return;
	/* Without memory the rows are shown as the desk has them. */
	list->index = malloc((count ? count : 1) * sizeof(*list->index));
	if (!list->index)
		return;
	for (size_t row = 0; row < count; row++)
		if (passes(list, page, row))
			list->index[list->index_count++] = row;
	if (list->sort || list->descending)
		qsort_r(list->index, list->index_count, sizeof(*list->index), compare_rows, &order);
}

bool list_has_details(const struct list *list, const struct snapshot *page)
{
	int64_t row = list_selected_row(list, page);

	return row >= 0 && page->request.selected - page->request.first == row;
}

bool list_is_partial(const struct list *list, const struct snapshot *page)
{
	return list->index && page && (int64_t)list->rows->count(page) < page->total;
}

/* ---- selection ----------------------------------------------------------------------------*/

static void keep_inside(struct list *list)
{
	if (list->selected >= list->total)
		list->selected = list->total - 1;
	if (list->selected < 0)
		list->selected = 0;
	if (list->selected >= list->top + list->height)
		list->top = list->selected - list->height + 1;
	if (list->selected < list->top)
		list->top = list->selected;
	if (list->top > list->total - list->height)
		list->top = list->total - list->height;
	if (list->top < 0)
		list->top = 0;
}

/* The id of the selected row, as far as the page tells. */
static void adopt(struct list *list, const struct snapshot *page)
{
	int64_t row = list_selected_row(list, page);

	list->id = row >= 0 ? list->rows->id(page, (size_t)row) : 0;
}

static int64_t position_of(const struct list *list, const struct snapshot *page, int64_t id)
{
	int64_t first = list->index ? 0 : page->request.first;
	int64_t count = (int64_t)(list->index ? list->index_count : list->rows->count(page));

	for (int64_t at = first; at < first + count; at++)
		if (list->rows->id(page, (size_t)list_row(list, page, at)) == id)
			return at;
	return -1;
}

static void take_search(struct list *list, const struct snapshot *page);

void list_take(struct list *list, const struct snapshot *page)
{
	int64_t at;

	make_index(list, page);
	list->total = list->index ? (int64_t)list->index_count : page->total;
	if (list->id && !(list->follow && list->selected == 0)) {
		at = position_of(list, page, list->id);
		if (at >= 0) {
			/* The row has moved: move along, and keep it at its line if that can be. */
			list->top += at - list->selected;
			list->selected = at;
		}
	}
	keep_inside(list);
	/* A row outside this page keeps its id only until a page that covers its place comes. */
	if (list_selected_row(list, page) >= 0 || list->total == 0)
		adopt(list, page);
	take_search(list, page);
}

void list_move(struct list *list, const struct snapshot *page, int64_t to)
{
	list->selected = to;
	keep_inside(list);
	adopt(list, page);
}

void list_jump(struct list *list, const struct snapshot *page, int64_t to)
{
	if (to < list->top || to >= list->top + list->height)
		list->top = to - list->height / 2;
	list_move(list, page, to);
}

void list_resize(struct list *list, int64_t height)
{
	list->height = height > 0 ? height : 0;
	keep_inside(list);
}

void list_changed(struct list *list, const struct snapshot *page)
{
	const struct list_rows *rows = list->rows;
	bool sorted = list->sort || list->descending;

	list->selected = 0;
	list->top = 0;
	/* where the cursor ends must not depend on which of the lists in between were seen */
	if (rows->by_desk)
		list->id = 0;
	if (rows->by_desk)
		list->whole = sorted && (rows->compare || !rows->sorts);
	else if (list->filter[0] || sorted)
		list->whole = rows->match != NULL;
	if (page && rows->match && !rows->by_desk)
		list_take(list, page);
}

enum result list_filter(struct list *list, const struct snapshot *page, const char *text,
			int64_t now, struct error *err)
{
	struct filter *passing = NULL;
	enum result st = RESULT_OK;

	if (list->rows->language)
		st = filter_parse(&passing, list->rows->language, text, err);
	if (st != RESULT_OK && st != RESULT_END)
		return st;
	filter_free(list->passing);
	list->passing = passing;
	list->filtered_at = now;
	if (strcmp(list->filter, text)) {
		snprintf(list->filter, sizeof(list->filter), "%s", text);
		list_changed(list, page);
	}
	return st;
}

/* ---- search -------------------------------------------------------------------------------*/

static bool is_hit(const struct list *list, const struct snapshot *page, size_t row)
{
	if (list->search[0])
		return list->rows->match(page, row, list->search);
	return list->rows->differs && list->rows->differs(page, row);
}

/* Which of the matches stands at @at. */
static void count_hits(struct list *list, const struct snapshot *page, int64_t at)
{
	list->find.hit = list->find.hits = 0;
	for (int64_t i = 0; i < (int64_t)list->index_count; i++) {
		if (!is_hit(list, page, list->index[i]))
			continue;
		list->find.hits++;
		list->find.hit += i <= at;
	}
}

/* The answer: @at is a position, or -1. */
static enum list_found arrive(struct list *list, const struct snapshot *page, int64_t at)
{
	struct list_search *find = &list->find;

	find->pending = false;
	find->found = at >= 0 ? LIST_FOUND : LIST_NOT_FOUND;
	find->wrapped = at >= 0 && (find->direction > 0 ? at <= find->from : at >= find->from);
	if (at >= 0)
		list_jump(list, page, at);
	else if (find->typing)
		list_move(list, page, find->origin);
	return find->found;
}

/* Looks from find.from in find.direction, now or when the rows or the answer are there. */
static enum list_found look(struct list *list, const struct snapshot *page)
{
	struct list_search *find = &list->find;
	int64_t count = (int64_t)list->index_count, at = find->from, hit = -1;

	find->serial++;
	find->pending = true;
	find->found = LIST_PENDING;
	find->hit = find->hits = 0;
	if (desk_searches(list))
		return LIST_PENDING;
	list->whole = true;
	if (!list->index)
		return LIST_PENDING;
	for (int64_t step = 0; step < count && hit < 0; step++) {
		at += find->direction;
		at = at >= count ? 0 : at < 0 ? count - 1 : at;
		if (is_hit(list, page, list->index[at]))
			hit = at;
	}
	if (hit >= 0)
		count_hits(list, page, hit);
	return arrive(list, page, hit);
}

/* A new page is there: rows have moved, and an answer may have come with it. */
static void take_search(struct list *list, const struct snapshot *page)
{
	struct list_search *find = &list->find;
	int64_t at = find->typing && find->origin_id ? position_of(list, page, find->origin_id) : -1;

	if (at >= 0) {
		find->origin_top += at - find->origin;
		find->from += find->pending ? at - find->origin : 0;
		find->origin = at;
	}
	if (!find->pending)
		return;
	if (!desk_searches(list)) {
		if (list->index || !list->whole)
			find->news = look(list, page) != LIST_PENDING;
	} else if (page->counted && page->found_serial == find->serial &&
		   page->request.find_direction) { /* before it is counted nobody looked */
		arrive(list, page, page->found);
		find->news = true;
	}
}

enum list_found list_search(struct list *list, const struct snapshot *page, int direction)
{
	list->find.direction = direction;
	list->find.from = list->selected;
	return look(list, page);
}

void list_search_open(struct list *list)
{
	struct list_search *find = &list->find;

	find->typing = true;
	find->pending = find->news = false;
	find->origin = list->selected;
	find->origin_top = list->top;
	find->origin_id = list->id;
	snprintf(find->text, sizeof(find->text), "%s", list->search);
}

static void go_back(struct list *list, const struct snapshot *page)
{
	list->find.pending = list->find.news = false;
	list->find.hits = 0;
	list->top = list->find.origin_top;
	list_move(list, page, list->find.origin);
}

enum list_found list_search_typed(struct list *list, const struct snapshot *page, const char *text)
{
	snprintf(list->search, sizeof(list->search), "%s", text);
	if (!text[0]) {
		go_back(list, page);
		return LIST_PENDING;
	}
	list->find.direction = 1;
	list->find.from = list->find.origin - 1;
	return look(list, page);
}

void list_search_keep(struct list *list)
{
	list->find.typing = false;
}

void list_search_cancel(struct list *list, const struct snapshot *page)
{
	snprintf(list->search, sizeof(list->search), "%s", list->find.text);
	go_back(list, page);
	list->find.typing = false;
}

void list_search_drop(struct list *list)
{
	list->find.pending = list->find.news = false;
}

bool list_search_news(struct list *list)
{
	bool news = list->find.news;

	list->find.news = false;
	return news;
}
