#include "config.h"

#include "ui/eta.h"
#include "ui/glyph.h"
#include "ui/list.h"
#include "ui/tags.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* ---- pages of events, by id ---------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->count;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->events[row].id;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	return strstr(page->events[row].what, text) != NULL;
}

static const struct list_rows own = {.count = row_count, .id = row_id, .match = row_match};
static const struct list_rows asked = {.count = row_count, .id = row_id, .by_desk = true};

static char whats[5][8] = {"delta", "alpha", "charlie", "bravo", "alpine"};

/* The page that @list asks for, of @total rows with the ids 100, 101, ... from @shift on. */
static struct snapshot *answer(const struct list *list, int64_t total, int64_t shift)
{
	struct snapshot *page = calloc(1, sizeof(*page));

	assert_non_null(page);
	list_ask(list, &page->request);
	page->counted = true;
	page->found = -1;
	page->found_serial = page->request.find_serial;
	page->total = total;
	page->events = calloc((size_t)total + 1, sizeof(*page->events));
	assert_non_null(page->events);
	for (int64_t i = 0; i < page->request.count && page->request.first + i < total; i++) {
		struct event_row *row = &page->events[page->count++];

		row->id = 100 + page->request.first + i + shift;
		row->what = whats[row->id % 5];
	}
	return page;
}

static void drop(struct snapshot *page)
{
	free(page->events);
	free(page);
}

/* ---- search as typed ----------------------------------------------------------------------*/

static void search_goes_to_the_first_match_while_typed(void **state)
{
	struct list list = {.rows = &own, .height = 10, .whole = true};
	struct snapshot *page = answer(&list, 40, 0);

	(void)state;
	list_take(&list, page);
	list_move(&list, page, 7);
	list_search_open(&list);
	assert_int_equal(list_search_typed(&list, page, "c"), LIST_FOUND);
	assert_int_equal(list.id, 107); /* the row itself is a match */
	assert_int_equal(list_search_typed(&list, page, "d"), LIST_FOUND);
	assert_int_equal(list.id, 110);
	list_search_keep(&list);
	assert_string_equal(list.search, "d");
	assert_int_equal(list_search(&list, page, 1), LIST_FOUND);
	assert_int_equal(list.id, 115);
	drop(page);
	list_clear(&list);
}

static void search_begins_where_it_was_opened_at_each_letter(void **state)
{
	struct list list = {.rows = &own, .height = 10, .whole = true};
	struct snapshot *page = answer(&list, 40, 0);

	(void)state;
	list_take(&list, page);
	list_move(&list, page, 10); /* "delta" */
	list_search_open(&list);
	assert_int_equal(list_search_typed(&list, page, "b"), LIST_FOUND);
	assert_int_equal(list.id, 113);
	assert_int_equal(list_search_typed(&list, page, "al"), LIST_FOUND);
	assert_int_equal(list.id, 111); /* from where it began, not from the match before */
	assert_int_equal(list_search_typed(&list, page, "alpi"), LIST_FOUND);
	assert_int_equal(list.id, 114);
	assert_int_equal(list.find.hits, 8);
	assert_int_equal(list.find.hit, 3);
	assert_int_equal(list_search_typed(&list, page, "alpix"), LIST_NOT_FOUND);
	assert_int_equal(list.id, 110);
	list_search_typed(&list, page, "alp");
	list_search_cancel(&list, page);
	assert_int_equal(list.id, 110);
	assert_string_equal(list.search, "");
	drop(page);
	list_clear(&list);
}

static void search_goes_back_to_the_row_even_if_it_moved(void **state)
{
	struct list list = {.rows = &own, .height = 10, .whole = true};
	struct snapshot *page = answer(&list, 40, 0);

	(void)state;
	list_take(&list, page);
	list_move(&list, page, 10);
	list_search_open(&list);
	list_search_typed(&list, page, "bravo");
	drop(page);
	page = answer(&list, 42, -2); /* two rows came in above */
	list_take(&list, page);
	assert_int_equal(list.id, 113);
	list_search_cancel(&list, page);
	assert_int_equal(list.id, 110);
	assert_int_equal(list.selected, 12);
	drop(page);
	list_clear(&list);
}

static void search_tells_that_it_wrapped(void **state)
{
	struct list list = {.rows = &own, .height = 10, .whole = true, .search = "bravo"};
	struct snapshot *page = answer(&list, 10, 0);

	(void)state;
	list_take(&list, page);
	assert_int_equal(list_search(&list, page, 1), LIST_FOUND);
	assert_false(list.find.wrapped);
	assert_int_equal(list_search(&list, page, 1), LIST_FOUND);
	assert_false(list.find.wrapped);
	assert_int_equal(list.find.hit, 2);
	assert_int_equal(list_search(&list, page, 1), LIST_FOUND);
	assert_true(list.find.wrapped);
	assert_int_equal(list.id, 103);
	assert_int_equal(list_search(&list, page, -1), LIST_FOUND);
	assert_true(list.find.wrapped);
	assert_int_equal(list.id, 108);
	drop(page);
	list_clear(&list);
}

static void search_of_the_desk_ignores_late_answers(void **state)
{
	struct list list = {.rows = &asked, .height = 10};
	struct snapshot *page = answer(&list, 500, 0), *late;

	(void)state;
	list_take(&list, page);
	list_move(&list, page, 4);
	drop(page);
	list_search_open(&list);
	assert_int_equal(list_search_typed(&list, NULL, "b"), LIST_PENDING);
	late = answer(&list, 500, 0);
	assert_string_equal(late->request.find, "b");
	assert_int_equal(late->request.find_from, 3);
	assert_int_equal(late->request.find_direction, 1);
	assert_int_equal(list_search_typed(&list, NULL, "br"), LIST_PENDING);
	page = answer(&list, 500, 0);
	late->found = 8;
	list_take(&list, late);
	assert_int_equal(list.selected, 4); /* that was for "b" */
	assert_false(list_search_news(&list));
	page->found = 300;
	list_take(&list, page);
	assert_int_equal(list.selected, 300);
	assert_true(list_search_news(&list));
	assert_false(list_search_news(&list));
	list_take(&list, late);
	assert_int_equal(list.selected, 300);
	list_search_cancel(&list, page);
	assert_int_equal(list.selected, 4);
	drop(late);
	drop(page);
}

static void search_of_the_desk_waits_until_somebody_has_looked(void **state)
{
	struct list list = {.rows = &asked, .height = 10};
	struct snapshot *page = answer(&list, 500, 0);

	(void)state;
	list_take(&list, page);
	drop(page);
	list_search_open(&list);
	list_search_typed(&list, NULL, "b");
	page = answer(&list, 500, 0);
	page->counted = false;
	list_take(&list, page);
	assert_true(list.find.pending);
	page->counted = true;
	list_take(&list, page);
	assert_int_equal(list.find.found, LIST_NOT_FOUND);
	assert_int_equal(list.selected, 0);
	drop(page);
}

/* ---- tags ---------------------------------------------------------------------------------*/

static void tags_add_is_a_union(void **state)
{
	struct tags tags = {0};
	int64_t ids[] = {9, 3, 7, 3, 5};

	(void)state;
	assert_true(tags_toggle(&tags, 4));
	assert_true(tags_toggle(&tags, 7));
	assert_false(tags.swept);
	assert_true(tags_add(&tags, ids, 5));
	assert_true(tags.swept);
	assert_int_equal(tags.count, 5);
	for (size_t i = 1; i < tags.count; i++)
		assert_true(tags.ids[i - 1] < tags.ids[i]);
	assert_true(tags_has(&tags, 4) && tags_has(&tags, 9));
	assert_false(tags_has(&tags, 6));
	assert_true(tags_add(&tags, NULL, 0));
	assert_int_equal(tags.count, 5);
	tags_clear(&tags);
	assert_false(tags.swept);
}

static void tags_stay_quick_with_a_hundred_thousand(void **state)
{
	enum { MANY = 100000, TIMES = 2000 };
	int64_t *ids = calloc(MANY, sizeof(*ids));
	struct tags tags = {0};
	clock_t start;
	double each;

	(void)state;
	assert_non_null(ids);
	for (int64_t i = 0; i < MANY; i++)
		ids[i] = 2 * (MANY - i);
	assert_true(tags_add(&tags, ids, MANY));
	start = clock();
	for (int64_t i = 0; i < TIMES; i++) {
		assert_true(tags_toggle(&tags, 2 * i + 1)); /* near the front: the most to move */
		assert_true(tags_has(&tags, 2 * i + 1));
	}
	each = (double)(clock() - start) / CLOCKS_PER_SEC / TIMES;
	print_message("%.1f microseconds a toggle\n", each * 1e6);
	assert_true(each < 0.002); /* an eighth of a frame, on any machine */
	assert_int_equal(tags.count, MANY + TIMES);
	tags_clear(&tags);
	free(ids);
}

/* ---- the ETA in words ---------------------------------------------------------------------*/

#define WALL INT64_C(1525230761000000) /* 2018-05-02 03:12:41 */
#define MINUTES(n) ((n) * INT64_C(60000000))

static const char *eta(const struct snapshot *now, int cells)
{
	static char text[320];

	eta_text(now, WALL, cells, text, sizeof(text));
	return text;
}

static void eta_is_a_range_of_times_and_never_past(void **state)
{
	struct snapshot now = {.engine_here = true, .eta_low = WALL + MINUTES(38),
			       .eta_high = WALL + MINUTES(53)};

	(void)state;
	assert_string_equal(eta(&now, 40), "ETA 03:50 – 04:05");
	now.totals.paused = 3;
	assert_string_equal(eta(&now, 40), "ETA 03:50 – 04:05, without 3 paused");
	assert_string_equal(eta(&now, 30), "ETA 03:50 – 04:05");
	now.totals.paused = 0;
	now.eta_low = WALL - MINUTES(5);
	assert_string_equal(eta(&now, 40), "ETA 03:12 – 04:05");
	now.eta_high = WALL - MINUTES(1);
	assert_string_equal(eta(&now, 40), "ETA about 03:12");
	now.eta_low = WALL + MINUTES(38);
	now.eta_high = 0;
	assert_string_equal(eta(&now, 40), "ETA not before 03:50");
}

static void eta_beyond_two_days_is_in_days(void **state)
{
	struct snapshot now = {.engine_here = true, .eta_low = WALL + MINUTES(40 * 60),
			       .eta_high = WALL + MINUTES(75 * 60)};

	(void)state;
	assert_string_equal(eta(&now, 60), "ETA in 40 h – 4 days");
	now.eta_low = WALL + MINUTES(3 * 24 * 60 + 5);
	now.eta_high = WALL + MINUTES(5 * 24 * 60);
	assert_string_equal(eta(&now, 60), "ETA in 3 – 5 days");
	now.eta_high = WALL + MINUTES(INT64_C(500) * 24 * 60);
	assert_string_equal(eta(&now, 60), "ETA in 3 days – more than 99 days");
	now.eta_low = WALL + MINUTES(INT64_C(200) * 24 * 60);
	assert_string_equal(eta(&now, 60), "ETA in more than 99 days");
}

static void eta_of_a_hold_says_why_and_what_it_would_be(void **state)
{
	struct snapshot now = {.engine_here = true, .left_low = 1200, .left_high = 3000,
			       .eta_reason = "held", .hold = "store: connection refused"};

	(void)state;
	assert_string_equal(eta(&now, 80),
			    "ETA: held (store: connection refused), then 20 – 50 min");
	assert_string_equal(eta(&now, 40), "ETA: held, then 20 – 50 min");
	assert_string_equal(eta(&now, 12), "ETA: held");
	now.left_high = 0;
	assert_string_equal(eta(&now, 40), "ETA: held, then at least 20 min");
	now.left_low = 0;
	assert_string_equal(eta(&now, 40), "ETA: held (store: connection refused)");
}

static void eta_says_why_there_is_none(void **state)
{
	struct snapshot now = {.engine_here = true, .eta_reason = "too early to say"};

	(void)state;
	assert_string_equal(eta(&now, 40), "ETA: too early to say");
	now.engine_here = false;
	now.eta_reason[0] = '\0';
	assert_string_equal(eta(&now, 40), "ETA: the engine's console knows");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_goes_to_the_first_match_while_typed),
		cmocka_unit_test(search_begins_where_it_was_opened_at_each_letter),
		cmocka_unit_test(search_goes_back_to_the_row_even_if_it_moved),
		cmocka_unit_test(search_tells_that_it_wrapped),
		cmocka_unit_test(search_of_the_desk_ignores_late_answers),
		cmocka_unit_test(search_of_the_desk_waits_until_somebody_has_looked),
		cmocka_unit_test(tags_add_is_a_union),
		cmocka_unit_test(tags_stay_quick_with_a_hundred_thousand),
		cmocka_unit_test(eta_is_a_range_of_times_and_never_past),
		cmocka_unit_test(eta_beyond_two_days_is_in_days),
		cmocka_unit_test(eta_of_a_hold_says_why_and_what_it_would_be),
		cmocka_unit_test(eta_says_why_there_is_none),
	};

	setlocale(LC_CTYPE, "");
	glyph_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
