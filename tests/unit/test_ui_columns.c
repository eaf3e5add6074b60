#include "config.h"

#include "ui/course_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>

#include "ui/glyph.h"

/* ---- help ---------------------------------------------------------------------------------*/

/* Nothing was chosen, on a campus without a flag. */
static const struct column_choice no_flag = {.without = 1U << COLUMN_FLAG};

/* "key status" that a screen of @width cells shows of the choice @words. */
static const char *shown(const char *words, int width)
{
	static char out[COLUMN_WORDS];
	struct column_layout layout;

	struct column_choice choice = columns_read(words);

	choice.without = no_flag.without;
	columns_fit(choice, width, &layout);
	columns_write((struct column_choice){.wanted = layout.shown}, out, sizeof(out));
	return out;
}

/* Columns do not overlap and leave the last cell free. */
static void assert_sound(const struct column_layout *layout)
{
	int x = 3;

	for (int column = 0; column < COLUMN_COUNT; column++) {
		if (!(layout->shown >> column & 1))
			continue;
		assert_int_equal(layout->x[column], x + column_infos[column].gap);
		assert_true(layout->cells[column] >= column_infos[column].width);
		x = layout->x[column] + layout->cells[column];
	}
	assert_true(x <= layout->width - 1);
}

static const char *cell(enum course_column column, const struct course_row *course, int width)
{
	static struct course_cell out;
	struct course_look look = {.course = course, .wall = 1000000, .width = width};

	out = (struct course_cell){.role = ROLE_NORMAL};
	out.text = out.room;
	column_infos[column].cell(&look, &out);
	return out.text;
}

static int utf8(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	glyph_init(false);
	return 0;
}

/* ---- which columns ------------------------------------------------------------------------*/

static void fit_shows_what_matters_first(void **state)
{
	(void)state;
	assert_string_equal(shown("", 60), "key status inval findings");
	assert_string_equal(shown("", 80), "key status videos expected inval findings");
	assert_string_equal(shown("", 120),
			    "key name status videos expected inval difference findings");
	assert_string_equal(shown("", 200),
			    "key name status progress videos expected inval difference findings "
			    "attempts changed validated");
}

static void fit_leaves_keys_readable_and_names_the_rest(void **state)
{
	struct column_layout layout;

	(void)state;
	columns_fit(no_flag, 60, &layout);
	assert_true(layout.cells[COLUMN_KEY] >= 24);
	columns_fit(no_flag, 80, &layout);
	assert_true(layout.cells[COLUMN_KEY] >= 30);
	columns_fit(no_flag, 120, &layout);
	assert_true(layout.cells[COLUMN_KEY] >= 36);
	assert_true(layout.cells[COLUMN_NAME] >= 24);
	columns_fit(no_flag, 240, &layout);
	assert_int_equal(layout.cells[COLUMN_KEY], 48);
	assert_true(layout.cells[COLUMN_NAME] > 60);
}

/* Where there is a flag, a wide screen shows it; chosen, it is shown anywhere. */
static void fit_shows_the_flag_where_there_is_one(void **state)
{
	struct column_layout layout;

	(void)state;
	columns_fit((struct column_choice){0}, 120, &layout);
	assert_true(layout.shown >> COLUMN_FLAG & 1);
	columns_fit(no_flag, 400, &layout);
	assert_false(layout.shown >> COLUMN_FLAG & 1);
	assert_string_equal(shown("key flag", 60), "key flag");
}

static void flag_is_marked_where_its_evidence_is_stale(void **state)
{
	struct course_row course = {.pass = 1};

	(void)state;
	assert_string_equal(cell(COLUMN_FLAG, &course, 8), "·");
	course.flag = STEP_ON;
	course.evidence = EVIDENCE_FRESH;
	assert_string_equal(cell(COLUMN_FLAG, &course, 8), "on");
	course.evidence = EVIDENCE_STALE;
	assert_string_equal(cell(COLUMN_FLAG, &course, 8), "on!");
	course.flag = STEP_OFF;
	assert_string_equal(cell(COLUMN_FLAG, &course, 8), "off");
	course.flag = STEP_TURNING_OFF;
	assert_string_equal(cell(COLUMN_FLAG, &course, 8), "turning");
}

/* A wider screen never takes a column away, whatever the width. */
static void fit_only_adds_as_the_screen_grows(void **state)
{
	unsigned before = 0;

	(void)state;
	for (int width = 60; width <= 400; width++) {
		struct column_layout layout;

		columns_fit((struct column_choice){0}, width, &layout);
		assert_sound(&layout);
		assert_int_equal(layout.shown & before, before);
		before = layout.shown;
	}
	assert_int_equal(before, (1U << COLUMN_COUNT) - 1);
}

static void fit_shows_the_chosen_alone(void **state)
{
	(void)state;
	assert_string_equal(shown("key attempts", 80), "key attempts");
	assert_string_equal(shown("key attempts", 200), "key attempts");
	/* Chosen ones may press the key together. */
	assert_string_equal(shown("key status videos expected inval difference findings attempts",
				  80),
			    "key status videos expected inval difference findings attempts");
}

static void fit_of_every_choice_is_sound(void **state)
{
	static const int widths[] = {60, 80, 120, 200};

	(void)state;
	for (unsigned wanted = 1; wanted < 1U << COLUMN_COUNT; wanted += 2) {
		for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
			struct column_layout layout;

			columns_fit((struct column_choice){.wanted = wanted}, widths[i], &layout);
			assert_sound(&layout);
			assert_int_equal(layout.shown & ~wanted, 0);
			assert_true(layout.shown & 1);
		}
	}
}

static void toggle_begins_with_what_is_shown(void **state)
{
	struct column_choice choice = {0};
	struct column_layout layout;
	char words[COLUMN_WORDS];

	(void)state;
	columns_fit(choice, 60, &layout);
	columns_toggle(&choice, &layout, COLUMN_ATTEMPTS);
	columns_write(choice, words, sizeof(words));
	assert_string_equal(words, "key status inval findings attempts");
	columns_toggle(&choice, &layout, COLUMN_IN_VAL);
	columns_write(choice, words, sizeof(words));
	assert_string_equal(words, "key status findings attempts");
	columns_toggle(&choice, &layout, COLUMN_KEY); /* stays */
	columns_write(choice, words, sizeof(words));
	assert_string_equal(words, "key status findings attempts");
}

/* ---- words --------------------------------------------------------------------------------*/

static void words_come_back(void **state)
{
	char words[COLUMN_WORDS];

	(void)state;
	for (unsigned wanted = 1; wanted < 1U << COLUMN_COUNT; wanted += 2) {
		columns_write((struct column_choice){.wanted = wanted}, words, sizeof(words));
		assert_int_equal(columns_read(words).wanted, wanted);
	}
	columns_write((struct column_choice){0}, words, sizeof(words));
	assert_string_equal(words, "");
	assert_int_equal(columns_read("").wanted, 0);
}

static void words_of_another_version_are_ignored(void **state)
{
	unsigned key = 1U << COLUMN_KEY, findings = 1U << COLUMN_FINDINGS;

	(void)state;
	assert_int_equal(columns_read("colour  findings flag2 find").wanted, key | findings);
	assert_int_equal(columns_read(" key").wanted, key);
	assert_int_equal(columns_read("no such words").wanted, 0);
}

static void orders_come_back(void **state)
{
	(void)state;
	for (int sort = 0; sort < SORT_COUNT; sort++) {
		for (int down = 0; down < 2; down++) {
			enum course_sort got = SORT_COUNT;
			bool descending = !down;
			char words[COLUMN_WORDS];

			columns_write_order((enum course_sort)sort, down, words, sizeof(words));
			columns_read_order(words, &got, &descending);
			assert_int_equal(got, sort);
			assert_int_equal(descending, down);
		}
	}
}

static void an_unknown_order_changes_nothing(void **state)
{
	enum course_sort sort = SORT_VIDEOS;
	bool descending = true;

	(void)state;
	columns_read_order("colour desc", &sort, &descending);
	columns_read_order("", &sort, &descending);
	assert_int_equal(sort, SORT_VIDEOS);
	assert_true(descending);
	columns_read_order("findings sideways", &sort, &descending);
	assert_int_equal(sort, SORT_FINDINGS);
	assert_false(descending);
}

static void sort_goes_along_the_shown_columns(void **state)
{
	struct column_layout layout;

	(void)state;
	columns_fit(columns_read("key status findings"), 80, &layout);
	assert_int_equal(columns_sort_beside(&layout, SORT_KEY, 1), SORT_STATUS);
	assert_int_equal(columns_sort_beside(&layout, SORT_STATUS, 1), SORT_FINDINGS);
	assert_int_equal(columns_sort_beside(&layout, SORT_FINDINGS, 1), SORT_KEY);
	assert_int_equal(columns_sort_beside(&layout, SORT_KEY, -1), SORT_FINDINGS);
	assert_int_equal(columns_sort_beside(&layout, SORT_CHANGED, 1), SORT_KEY);
	columns_fit(columns_read("key"), 80, &layout);
	assert_int_equal(columns_sort_beside(&layout, SORT_KEY, -1), SORT_KEY);
}

/* ---- cells --------------------------------------------------------------------------------*/

static void what_is_not_planned_has_no_figures(void **state)
{
	char key[] = "k", name[] = "n";
	const struct course_row course = {.key = key, .name = name};

	(void)state;
	for (int column = COLUMN_PROGRESS; column < COLUMN_COUNT; column++)
		assert_string_equal(cell((enum course_column)column, &course, 18), "·");
}

static void what_could_not_be_read_has_no_figures(void **state)
{
	struct course_row course = {.pass = 1, .status = COURSE_FAILED, .problem = (char *)"no export"};

	(void)state;
	assert_string_equal(cell(COLUMN_EXPECTED, &course, 18), "·");
	assert_string_equal(cell(COLUMN_IN_VAL, &course, 18), "·");
	course.videos = 1; /* it was read once: what is known stays */
	assert_string_equal(cell(COLUMN_EXPECTED, &course, 18), "0");
}

static void difference_tells_missing_differing_and_unknown_apart(void **state)
{
	struct course_row course = {.pass = 1, .counts = {.expected = 104, .in_val = 104}};

	(void)state;
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "0");
	course.counts.in_val = 100;
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "4");
	course.counts.differing = 1;
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "4 ≠1");
	course.counts.unknown = 2;
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "2 ≠1 ?");
	course.counts.unknown = 4;
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "≠1 ?");
	course.counts.differing = 0;
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "?");
	course.counts = (struct counts){.expected = 2000, .in_val = 500, .unknown = 1,
					.differing = 12};
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 12), "1,499 ≠12 ?");
	assert_string_equal(cell(COLUMN_DIFFERENCE, &course, 8), "1,499≠12?");
}

static void in_val_is_not_nought_where_val_could_not_tell(void **state)
{
	struct course_row course = {.pass = 1, .counts = {.expected = 9, .unknown = 9}};

	(void)state;
	assert_string_equal(cell(COLUMN_IN_VAL, &course, 7), "?");
	course.counts.in_val = 3;
	course.counts.unknown = 6;
	assert_string_equal(cell(COLUMN_IN_VAL, &course, 7), "3?");
	course.counts.unknown = 0;
	course.counts.in_val = 0;
	assert_string_equal(cell(COLUMN_IN_VAL, &course, 7), "0");
}

static void progress_is_whole_only_when_all_were_tried(void **state)
{
	struct course_row course = {.pass = 1, .status = COURSE_IN_PROGRESS, .videos = 1000,
				    .tried = 999};

	(void)state;
	assert_string_equal(cell(COLUMN_PROGRESS, &course, 14), "███████▉ 99 %");
	assert_string_equal(cell(COLUMN_STATUS, &course, 14), "◐ ▓▓▓▓▓░ 99%");
	course.tried = 1000;
	assert_string_equal(cell(COLUMN_PROGRESS, &course, 14), "████████ 100 %");
	course.tried = 290; /* a fraction of two would say 28 */
	assert_string_equal(cell(COLUMN_PROGRESS, &course, 14), "██▎····· 29 %");
	course.tried = 0;
	assert_string_equal(cell(COLUMN_PROGRESS, &course, 14), "········ 0 %");
	course.intent = INTENT_PAUSE;
	assert_string_equal(cell(COLUMN_STATUS, &course, 14), "‖ paused 0%");
}

/* Each column has a rank and an order of its own, and each order a column. */
static void the_table_is_complete(void **state)
{
	unsigned ranks = 0, sorts = 0;

	(void)state;
	for (int column = 0; column < COLUMN_COUNT; column++) {
		ranks |= 1U << column_infos[column].rank;
		sorts |= 1U << column_infos[column].sort;
		/* the mark of the order has its cell */
		assert_true((int)strlen(column_infos[column].heading) < column_infos[column].width);
	}
	assert_int_equal(ranks, (1U << COLUMN_COUNT) - 1);
	assert_int_equal(sorts, (1U << SORT_COUNT) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fit_shows_what_matters_first),
		cmocka_unit_test(fit_leaves_keys_readable_and_names_the_rest),
		cmocka_unit_test(fit_shows_the_flag_where_there_is_one),
		cmocka_unit_test(flag_is_marked_where_its_evidence_is_stale),
		cmocka_unit_test(fit_only_adds_as_the_screen_grows),
		cmocka_unit_test(fit_shows_the_chosen_alone),
		cmocka_unit_test(fit_of_every_choice_is_sound),
		cmocka_unit_test(toggle_begins_with_what_is_shown),
		cmocka_unit_test(words_come_back),
		cmocka_unit_test(words_of_another_version_are_ignored),
		cmocka_unit_test(orders_come_back),
		cmocka_unit_test(an_unknown_order_changes_nothing),
		cmocka_unit_test(sort_goes_along_the_shown_columns),
		cmocka_unit_test(what_is_not_planned_has_no_figures),
		cmocka_unit_test(what_could_not_be_read_has_no_figures),
		cmocka_unit_test(difference_tells_missing_differing_and_unknown_apart),
		cmocka_unit_test(in_val_is_not_nought_where_val_could_not_tell),
		cmocka_unit_test(progress_is_whole_only_when_all_were_tried),
		cmocka_unit_test(the_table_is_complete),
	};

	return cmocka_run_group_tests(tests, utf8, NULL);
}
