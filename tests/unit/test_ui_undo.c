/*
 * The steps that one key takes back: tags and what a list shows. Acts, which the desk takes back,
 * are in test_undo.c.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ui/undo.h"
#include "ui/view.h"

static size_t no_rows(const struct snapshot *page)
{
	(void)page;
	return 0;
}

static const struct list_rows rows = {.count = no_rows, .by_desk = true};
static const struct view_ops ops = {.name = "test"};
static struct campus campus;

static int set_up(void **state)
{
	struct console *console = calloc(1, sizeof(*console));

	campus.clock = clock_system();
	console->campus = &campus;
	for (; console->depth < 2; console->depth++) {
		struct view *view = calloc(1, sizeof(*view));

		view_init(view, console, &ops, &rows, NULL);
		console->views[console->depth] = view;
	}
	*state = console;
	return 0;
}

static int tear_down(void **state)
{
	struct console *console = *state;

	for (int i = 0; i < 2; i++)
		view_free(console->views[i]);
	tags_clear(&console->tags);
	undo_clear(&console->undo);
	free(console);
	return 0;
}

static void undo(struct console *console, const char *note)
{
	assert_null(undo_refusal(console));
	undo_last(console);
	assert_string_equal(console->note, note);
}

static void filter(struct view *view, const char *text, const char *what)
{
	struct undo_rows before = undo_rows_of(view);

	list_filter(&view->list, NULL, text, 0, NULL);
	undo_shown(view, &before, what);
}

static void expect_tags(const struct console *console, size_t count, const int64_t *ids)
{
	assert_int_equal(console->tags.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(console->tags.ids[i], ids[i]);
}

static void tags_come_back_one_step_after_the_other(void **state)
{
	static const int64_t all[] = {9, 3, 5, 7, 1, 3}, five[] = {5}, odd[] = {1, 3, 5, 7, 9},
			     less[] = {1, 3, 5, 9};
	struct console *console = *state;

	assert_string_equal(undo_refusal(console), "nothing to undo");
	undo_toggle_tag(console, 5);
	assert_false(console->tags.swept);
	undo_add_tags(console, all, 6);
	expect_tags(console, 5, odd);
	undo_toggle_tag(console, 7);
	expect_tags(console, 4, less);
	undo_clear_tags(console);
	expect_tags(console, 0, NULL);
	undo(console, "undone: removal of 4 tags");
	expect_tags(console, 4, less);
	assert_true(console->tags.swept);
	undo(console, "undone: removal of 1 tag");
	expect_tags(console, 5, odd);
	undo(console, "undone: 4 tags");
	expect_tags(console, 1, five);
	assert_false(console->tags.swept);
	undo(console, "undone: 1 tag");
	expect_tags(console, 0, NULL);
	assert_string_equal(undo_refusal(console), "nothing to undo");
}

static void a_waiver_is_not_passed_over_in_silence(void **state)
{
	struct console *console = *state;

	undo_toggle_tag(console, 5);
	undo_waived(console);
	undo(console, "not undone: waivers change with w; again: what was before");
	assert_int_equal(console->tags.count, 1);
	undo(console, "undone: 1 tag");
	undo_waived(console);
	undo(console, "not undone: waivers change with w");
	assert_string_equal(undo_refusal(console), "nothing to undo");
}

static void what_changes_nothing_is_no_step(void **state)
{
	struct console *console = *state;
	struct undo_rows before = undo_rows_of(console->views[0]);

	undo_clear_tags(console);
	undo_add_tags(console, NULL, 0);
	undo_shown(console->views[0], &before, "nothing");
	assert_string_equal(undo_refusal(console), "nothing to undo");
}

static void rows_come_back_on_the_screen_whose_they_are(void **state)
{
	struct console *console = *state;
	struct view *below = console->views[0], *top = console->views[1];
	struct undo_rows before;

	filter(below, "one", "filter one");
	filter(top, "two", "filter two");
	before = undo_rows_of(below);
	below->only = 3;
	undo_shown(below, &before, "only three");
	filter(below, "", "showing all");
	undo(console, "undone: showing all, on the screen test");
	assert_string_equal(below->list.filter, "one");
	assert_int_equal(below->only, 3);
	undo(console, "undone: only three, on the screen test");
	assert_int_equal(below->only, 0);
	assert_string_equal(below->list.filter, "one");
	undo(console, "undone: filter two");
	assert_string_equal(top->list.filter, "");
	assert_string_equal(below->list.filter, "one");
	undo(console, "undone: filter one, on the screen test");
	assert_string_equal(below->list.filter, "");
}

static void a_closed_screen_takes_its_steps_along(void **state)
{
	struct console *console = *state;

	undo_toggle_tag(console, 5);
	filter(console->views[1], "two", "filter two");
	undo_toggle_tag(console, 6);
	undo_forget(console, console->views[1]);
	undo(console, "undone: 1 tag");
	undo(console, "undone: 1 tag");
	assert_string_equal(undo_refusal(console), "nothing to undo");
}

static void the_oldest_steps_are_forgotten(void **state)
{
	struct console *console = *state;
	int steps = 0;

	for (int64_t id = 1; id <= UNDO_STEPS + 5; id++)
		undo_toggle_tag(console, id);
	for (; !undo_refusal(console); steps++)
		undo_last(console);
	assert_int_equal(steps, UNDO_STEPS);
	assert_int_equal(console->tags.count, 5);
	assert_true(tags_has(&console->tags, 5));
}

/* 100,000 courses tagged and untagged again and again: the last few steps, and correct ones. */
static void memory_is_bounded_whatever_is_tagged(void **state)
{
	enum { MANY = 100000 };
	struct console *console = *state;
	int64_t *ids = calloc(MANY, sizeof(*ids));
	int steps = 0;

	assert_non_null(ids);
	for (int64_t i = 0; i < MANY; i++)
		ids[i] = (i * 7919) % MANY + 1;
	for (int i = 0; i < 10; i++) {
		undo_add_tags(console, ids, MANY);
		undo_clear_tags(console);
		assert_true(console->undo.ids <= UNDO_IDS);
	}
	undo(console, "undone: removal of 100,000 tags");
	assert_int_equal(console->tags.count, MANY);
	assert_true(tags_has(&console->tags, MANY));
	for (steps = 1; !undo_refusal(console); steps++)
		undo_last(console);
	assert_int_equal(steps, 2);
	assert_int_equal(console->tags.count, 0);
	assert_int_equal(console->undo.ids, 0);
	free(ids);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tags_come_back_one_step_after_the_other),
		TEST(a_waiver_is_not_passed_over_in_silence),
		TEST(what_changes_nothing_is_no_step),
		TEST(rows_come_back_on_the_screen_whose_they_are),
		TEST(a_closed_screen_takes_its_steps_along),
		TEST(the_oldest_steps_are_forgotten),
		TEST(memory_is_bounded_whatever_is_tagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
