#include "config.h"

#include "ui/rank.h"
#include "ui/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- help ---------------------------------------------------------------------------------*/

static const struct view_ops *const screens[] = {
	&screen_courses, &screen_course, &screen_diff, &screen_findings, &screen_items,
	&screen_why, &screen_log, &screen_help, &screen_columns,
};
#define SCREENS (sizeof(screens) / sizeof(screens[0]))

/* Where @action comes for @typed on @view; -1: not at all. */
static int place_of(enum action action, const char *typed, unsigned view)
{
	enum action out[ACTION_COUNT];
	size_t count = rank_actions(typed, view, out);

	for (size_t i = 0; i < count; i++)
		if (out[i] == action)
			return (int)i;
	return -1;
}

static enum action first_of(const char *typed, unsigned view)
{
	enum action out[ACTION_COUNT];

	return rank_actions(typed, view, out) ? out[0] : ACTION_NONE;
}

/* ---- the tables ---------------------------------------------------------------------------*/

static void every_action_has_a_name_of_its_own_and_a_key(void **state)
{
	(void)state;
	for (int action = 0; action < ACTION_COUNT; action++) {
		const struct action_info *info = &action_infos[action];

		assert_true(info->name[0] && info->help[0]);
		assert_true(strlen(info->name) <= 21); /* the palette's column */
		assert_true(keys_views((enum action)action));
		for (int other = 0; other < action; other++)
			assert_string_not_equal(info->name, action_infos[other].name);
	}
}

static void no_key_means_two_things_on_one_screen(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_binding_count; i++)
		for (size_t k = 0; k < i; k++)
			if (key_bindings[k].key == key_bindings[i].key)
				assert_int_equal(key_bindings[k].views & key_bindings[i].views, 0);
}

static void screens_are_called_by_their_names(void **state)
{
	char text[160];

	(void)state;
	for (size_t i = 0; i < SCREENS; i++) {
		keys_views_text(screens[i]->bit, text, sizeof(text));
		assert_string_equal(text, screens[i]->name);
	}
	keys_views_text(VIEW_ANY, text, sizeof(text));
	assert_string_equal(text, "every screen");
	keys_views_text(VIEW_ANY & ~VIEW_LOG, text, sizeof(text));
	assert_string_equal(text, "every screen but log");
	keys_views_text(VIEW_WAIVES, text, sizeof(text));
	assert_string_equal(text, "course, diff, findings, items, why");
}

static void all_keys_of_an_action_are_named(void **state)
{
	char text[48];

	(void)state;
	keys_names(ACTION_UP, VIEW_COURSES, text, sizeof(text));
	assert_string_equal(text, "Up k");
	keys_names(ACTION_PALETTE, VIEW_LOG, text, sizeof(text));
	assert_string_equal(text, "a ^P");
	keys_names(ACTION_OPEN, VIEW_COURSES, text, sizeof(text));
	assert_string_equal(text, "Enter");
	keys_names(ACTION_OPEN, VIEW_HELP, text, sizeof(text));
	assert_string_equal(text, "");
}

static void footers_show_what_has_a_key_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCREENS; i++)
		for (const enum action *at = screens[i]->footer; at && *at != ACTION_NONE; at++)
			assert_int_not_equal(keys_first(*at, screens[i]->bit), 0);
}

/* ---- what fits ----------------------------------------------------------------------------*/

static void every_action_is_found_by_its_name_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCREENS; i++)
		for (int action = 0; action < ACTION_COUNT; action++)
			assert_int_equal(first_of(action_infos[action].name, screens[i]->bit), action);
}

static void every_action_is_found_by_its_word_in_the_footer_first(void **state)
{
	(void)state;
	for (int action = 0; action < ACTION_COUNT; action++)
		if (action_infos[action].word)
			assert_int_equal(first_of(action_infos[action].word, VIEW_COURSES), action);
}

static void nothing_typed_lists_all_movement_last(void **state)
{
	enum action out[ACTION_COUNT];

	(void)state;
	assert_int_equal(rank_actions("", VIEW_COURSES, out), ACTION_COUNT);
	assert_int_equal(rank_actions("  ", VIEW_COURSES, out), ACTION_COUNT);
	assert_int_equal(out[0], ACTION_GO);
	assert_int_equal(out[1], ACTION_RUN);
	assert_int_equal(out[ACTION_COUNT - 1], ACTION_BOTTOM);
	assert_true(place_of(ACTION_WAIVE, "", VIEW_COURSES) > place_of(ACTION_HELP, "", VIEW_COURSES));
	assert_true(place_of(ACTION_WAIVE, "", VIEW_COURSE) < place_of(ACTION_HELP, "", VIEW_COURSE));
}

static void words_come_in_any_order_and_case(void **state)
{
	(void)state;
	assert_int_equal(first_of("course go", VIEW_LOG), ACTION_GOTO);
	assert_int_equal(first_of("  SHOWN   tag ", VIEW_COURSES), ACTION_TAG_ALL);
	assert_int_equal(first_of("mig sho", VIEW_COURSES), ACTION_SHOW_1);
	assert_int_equal(place_of(ACTION_TAG_ALL, "shown waive", VIEW_COURSES), -1);
}

static void the_better_fit_comes_first(void **state)
{
	(void)state;
	/* a name as a whole before one that goes on */
	assert_int_equal(first_of("tag", VIEW_COURSES), ACTION_TAG);
	assert_int_equal(place_of(ACTION_TAG_ALL, "tag", VIEW_COURSES), 1);
	/* a name's beginning before the beginning of another's second word */
	assert_int_equal(first_of("pau", VIEW_COURSES), ACTION_PAUSE);
	assert_true(place_of(ACTION_SHOW_5, "pau", VIEW_COURSES) > 0);
	/* the beginning of a word before a part of one: "default columns", "show Failed" */
	assert_true(place_of(ACTION_SHOW_4, "fa", VIEW_COLUMNS) <
		    place_of(ACTION_RESTORE, "fa", VIEW_COLUMNS));
	/* a part of a name before the help */
	assert_true(place_of(ACTION_UNTAG, "tag", VIEW_COURSES) <
		    place_of(ACTION_RUN, "tag", VIEW_COURSES));
	assert_true(place_of(ACTION_RUN, "tag", VIEW_COURSES) > 0);
	/* letters with gaps come last, but they come */
	assert_int_equal(first_of("vldt", VIEW_COURSES), ACTION_VALIDATE);
	assert_int_equal(first_of("vl dt", VIEW_COURSES), ACTION_VALIDATE);
	assert_true(place_of(ACTION_SHOW_ALL, "sal", VIEW_COURSES) > -1);
}

static void equals_keep_the_order_of_the_table_those_with_a_key_here_first(void **state)
{
	(void)state;
	for (enum action action = ACTION_SHOW_2; action <= ACTION_SHOW_ALL; action++)
		assert_int_equal(place_of(action, "show", VIEW_COURSES),
				 place_of(action - 1, "show", VIEW_COURSES) + 1);
	assert_true(place_of(ACTION_SORT, "sort", VIEW_COURSES) <
		    place_of(ACTION_SORT_THIS, "sort by", VIEW_COURSES));
	assert_int_equal(first_of("sort by", VIEW_COLUMNS), ACTION_SORT_THIS);
}

static void what_fits_nothing_finds_nothing(void **state)
{
	enum action out[ACTION_COUNT];
	char much[128];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	assert_int_equal(rank_actions("xyzzy", VIEW_COURSES, out), 0);
	assert_int_equal(rank_actions("\xC3\xA9\xC3", VIEW_COURSES, out), 0);
	assert_int_equal(rank_actions(much, VIEW_COURSES, out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_has_a_name_of_its_own_and_a_key),
		cmocka_unit_test(no_key_means_two_things_on_one_screen),
		cmocka_unit_test(screens_are_called_by_their_names),
		cmocka_unit_test(all_keys_of_an_action_are_named),
		cmocka_unit_test(footers_show_what_has_a_key_there),
		cmocka_unit_test(every_action_is_found_by_its_name_first),
		cmocka_unit_test(every_action_is_found_by_its_word_in_the_footer_first),
		cmocka_unit_test(nothing_typed_lists_all_movement_last),
		cmocka_unit_test(words_come_in_any_order_and_case),
		cmocka_unit_test(the_better_fit_comes_first),
		cmocka_unit_test(equals_keep_the_order_of_the_table_those_with_a_key_here_first),
		cmocka_unit_test(what_fits_nothing_finds_nothing),
	};

	return cmocka_run_group_tests_name("ui_palette", tests, NULL, NULL);
}
