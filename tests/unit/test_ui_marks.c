#include "config.h"

#include "ui/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>

#include "src/val/val.h"

#define BOTH (IN_PUBLISHED | IN_DRAFT)

static const struct video_row done = {.state = VIDEO_DONE, .branches = IN_PUBLISHED},
			      waiting = {.state = VIDEO_WAITING, .branches = IN_PUBLISHED},
			      failed = {.state = VIDEO_FAILED, .branches = IN_PUBLISHED},
			      both = {.state = VIDEO_DONE, .branches = BOTH};

static struct language_row language(const char *name, enum val_presence in_val,
				    enum transcript_outcome outcome, enum transcript_compare compare)
{
	struct language_row row = {.expected = true, .branches = IN_PUBLISHED, .in_val = (int)in_val,
				   .outcome = outcome, .compare = compare};

	snprintf(row.language, sizeof(row.language), "%s", name);
	return row;
}

static struct language_row same(const char *name)
{
	return language(name, VAL_PRESENT, OUTCOME_MIGRATED, COMPARE_SAME);
}

static struct language_row extra(const char *name)
{
	struct language_row row = language(name, VAL_PRESENT, OUTCOME_EXTRA, COMPARE_NONE);

	row.expected = false;
	return row;
}

/* ---- marks --------------------------------------------------------------------------------*/

static void a_language_tried_is_judged(void **state)
{
	static const struct {
		enum val_presence in_val;
		enum transcript_outcome outcome;
		enum transcript_compare compare;
		enum mark mark;
	} cases[] = {
		{VAL_PRESENT, OUTCOME_MIGRATED, COMPARE_SAME, MARK_SAME},
		{VAL_PRESENT, OUTCOME_MIGRATED, COMPARE_NONE, MARK_SAME}, /* val shows no names */
		{VAL_PRESENT, OUTCOME_KEPT, COMPARE_SAME, MARK_SAME},
		{VAL_PRESENT, OUTCOME_KEPT, COMPARE_DIFFERS, MARK_DIFFERING},
		{VAL_PRESENT, OUTCOME_KEPT, COMPARE_UNKNOWN, MARK_UNKNOWN}, /* what it holds */
		{VAL_UNKNOWN, OUTCOME_PLANNED, COMPARE_UNKNOWN, MARK_UNKNOWN},
		{VAL_UNKNOWN, OUTCOME_FAILED, COMPARE_NONE, MARK_UNKNOWN},
		{VAL_PRESENT, OUTCOME_MIGRATED, COMPARE_MISSING, MARK_MISSING}, /* its file is gone */
		{VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE, MARK_MISSING},
		{VAL_ABSENT, OUTCOME_PLANNED, COMPARE_MISSING, MARK_MISSING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct language_row row =
			language("fr", cases[i].in_val, cases[i].outcome, cases[i].compare);

		assert_int_equal(mark_of_language(&done, &row), cases[i].mark);
	}
}

static void a_language_not_tried_yet_waits(void **state)
{
	struct language_row row = language("fr", VAL_ABSENT, OUTCOME_PLANNED, COMPARE_NONE);

	(void)state;
	assert_int_equal(mark_of_language(&waiting, &row), MARK_WAITING);
	row.in_val = VAL_UNKNOWN;
	assert_int_equal(mark_of_language(&waiting, &row), MARK_WAITING);
	row.in_val = VAL_PRESENT; /* somebody's, not compared yet */
	assert_int_equal(mark_of_language(&waiting, &row), MARK_WAITING);
	row.compare = COMPARE_SAME; /* validated before anything was launched */
	assert_int_equal(mark_of_language(&waiting, &row), MARK_SAME);
	row.compare = COMPARE_DIFFERS;
	assert_int_equal(mark_of_language(&waiting, &row), MARK_DIFFERING);
	/* The video failed by another language: this one was meant, and is not there. */
	row = language("fr", VAL_ABSENT, OUTCOME_PLANNED, COMPARE_NONE);
	assert_int_equal(mark_of_language(&failed, &row), MARK_MISSING);
}

static void a_dry_run_leaves_a_language_waiting(void **state)
{
	struct language_row row = language("fr", VAL_ABSENT, OUTCOME_WOULD, COMPARE_NONE);

	(void)state;
	assert_int_equal(mark_of_language(&done, &row), MARK_WAITING);
	row = language("fr", VAL_UNKNOWN, OUTCOME_UNTOLD, COMPARE_NONE); /* val cannot tell */
	assert_int_equal(mark_of_language(&done, &row), MARK_UNKNOWN);
	assert_int_equal(mark_of_language(&waiting, &row), MARK_UNKNOWN);
	row = language("fr", VAL_ABSENT, OUTCOME_KEPT, COMPARE_SAME); /* by an earlier block */
	assert_int_equal(mark_of_language(&done, &row), MARK_WAITING);
	row.compare = COMPARE_DIFFERS;
	assert_int_equal(mark_of_language(&done, &row), MARK_DIFFERING);
}

static void what_is_not_expected_has_no_mark_unless_val_has_it_unasked(void **state)
{
	struct language_row row = language("fr", VAL_ABSENT, OUTCOME_WAIVED, COMPARE_NONE);

	(void)state;
	row.expected = false;
	assert_int_equal(mark_of_language(&done, &row), MARK_NOTHING);
	row = extra("de");
	assert_int_equal(mark_of_language(&done, &row), MARK_EXTRA);
}

/* A page of one video. */
static void make_page(struct snapshot *page, const struct video_row *video,
		      struct language_row *rows, size_t count)
{
	static size_t from[2];

	memset(page, 0, sizeof(*page));
	from[1] = count;
	page->videos = (struct video_row *)video;
	page->count = 1;
	page->languages = rows;
	page->language_count = count;
	page->language_from = from;
}

static void a_video_has_the_worst_mark_of_its_languages(void **state)
{
	struct language_row rows[] = {
		language("de", VAL_PRESENT, OUTCOME_KEPT, COMPARE_DIFFERS),
		language("en", VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE),
		language("es", VAL_UNKNOWN, OUTCOME_FAILED, COMPARE_UNKNOWN),
		extra("fr"),
		same("it"),
	};
	static const enum mark worst[] = {MARK_DIFFERING, MARK_MISSING, MARK_UNKNOWN, MARK_EXTRA,
					  MARK_SAME, MARK_NOTHING};
	struct snapshot page;

	(void)state;
	for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		make_page(&page, &done, rows + i, 5 - i);
		assert_int_equal(mark_of_video(&page, 0), worst[i]);
		assert_int_equal(mark_is_difference(mark_of_video(&page, 0)), i < 4);
	}
	rows[0] = language("de", VAL_ABSENT, OUTCOME_PLANNED, COMPARE_NONE);
	make_page(&page, &waiting, rows, 1);
	assert_int_equal(mark_of_video(&page, 0), MARK_WAITING);
	assert_false(mark_is_difference(MARK_WAITING));
}

static void every_mark_has_a_sign_and_a_word_of_its_own(void **state)
{
	(void)state;
	for (int ascii = 0; ascii < 2; ascii++) {
		glyph_init(ascii);
		assert_int_equal(glyph_is_utf8(), !ascii);
		for (int a = 0; a < MARK_COUNT; a++)
			for (int b = 0; b < a; b++) {
				assert_string_not_equal(glyph(mark_glyph((enum mark)a)),
							glyph(mark_glyph((enum mark)b)));
				assert_string_not_equal(mark_word((enum mark)a),
							mark_word((enum mark)b));
			}
	}
	glyph_init(false);
}

/* ---- sides --------------------------------------------------------------------------------*/

/* "left|right" of the pairs, each side as it is drawn. */
static const char *sides_of(const struct video_row *video, const struct language_row *rows,
			    size_t count, int width)
{
	static char text[512];
	char left[200] = "", right[200] = "", more[2][24] = {"", ""}, part[PAIR_TEXT];
	struct pairs pairs;
	int cells = 0;

	pairs_make(&pairs, video, rows, count, width);
	for (size_t i = 0; i < pairs.count; i++) {
		pair_left(&pairs.pair[i], video, part);
		snprintf(left + strlen(left), sizeof(left) - strlen(left), "%-*s",
			 pairs.pair[i].cells, part);
		pair_right(&pairs.pair[i], part);
		snprintf(right + strlen(right), sizeof(right) - strlen(right), "%-*s",
			 pairs.pair[i].cells, part);
		cells += pairs.pair[i].cells;
	}
	if (pairs.left_more)
		snprintf(more[0], sizeof(more[0]), "+%zu", pairs.left_more);
	if (pairs.right_more)
		snprintf(more[1], sizeof(more[1]), "+%zu", pairs.right_more);
	/* the cell behind the last language is not drawn */
	assert_true(cells + (int)strlen(more[0]) <= width + 1);
	assert_true(cells + (int)strlen(more[1]) <= width + 1);
	snprintf(text, sizeof(text), "%s%s|%s%s", left, more[0], right, more[1]);
	return text;
}

/* Signs are compared as they are in ASCII, where a cell is a byte. */
static int ascii_signs(void **state)
{
	(void)state;
	glyph_init(true);
	return 0;
}

static void both_sides_stand_in_the_same_cells(void **state)
{
	struct language_row rows[] = {
		extra("de"),
		same("en"),
		language("es", VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE),
		language("fr", VAL_PRESENT, OUTCOME_KEPT, COMPARE_DIFFERS),
		language("zh-Hans", VAL_UNKNOWN, OUTCOME_FAILED, COMPARE_UNKNOWN),
	};

	(void)state;
	assert_string_equal(sides_of(&done, rows, 5, 60),
			    " en  es  fr  zh-Hans     | en -es #fr ?zh-Hans +de ");
}

static void draft_and_published_and_implicit_are_told_apart(void **state)
{
	struct language_row rows[] = {same("en"), same("es"), same("fr"), same("it")};

	(void)state;
	rows[0].implicit = true;
	rows[0].branches = BOTH;
	rows[1].branches = IN_DRAFT;
	rows[2].branches = IN_PUBLISHED;
	rows[3].expected = false;
	rows[3].in_val = VAL_ABSENT;
	rows[3].outcome = OUTCOME_LEFT_OUT;
	assert_string_equal(sides_of(&both, rows, 4, 60), " en*'es ^fr !it | en  es  fr     ");
	/* Where there is no draft, published is no news. */
	assert_string_equal(sides_of(&done, rows + 2, 1, 60), " fr | fr ");
	glyph_init(false);
	assert_non_null(strstr(sides_of(&both, rows, 2, 60), "en*°es"));
	glyph_init(true);
}

static void languages_that_do_not_fit_are_counted_and_faults_come_first(void **state)
{
	struct language_row rows[15];
	static const char *const names[15] = {"ar", "cs", "de", "en", "es", "fr", "hi", "it",
					      "ja", "ko", "nl", "pl", "pt", "ru", "zh"};

	(void)state;
	for (size_t i = 0; i < 15; i++)
		rows[i] = same(names[i]);
	assert_string_equal(sides_of(&done, rows, 15, 60 - 1),
			    " ar  cs  de  en  es  fr  hi  it  ja  ko  nl  pl  pt  ru  zh |"
			    " ar  cs  de  en  es  fr  hi  it  ja  ko  nl  pl  pt  ru  zh ");
	assert_string_equal(sides_of(&done, rows, 15, 16), " ar  cs  de +12| ar  cs  de +12");
	rows[14] = language("zh", VAL_PRESENT, OUTCOME_KEPT, COMPARE_DIFFERS);
	rows[3] = language("en", VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE);
	rows[4] = language("es", VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE);
	assert_string_equal(sides_of(&done, rows, 15, 12), " zh  en +13|#zh -en +12");
	/* No room for any: they are counted all the same. */
	assert_string_equal(sides_of(&done, rows, 15, 4), "+15|+13");
}

static void more_languages_than_a_screen_has_cells_are_safe(void **state)
{
	static struct language_row rows[300];
	struct pairs pairs;

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		rows[i] = same("");
		snprintf(rows[i].language, sizeof(rows[i].language), "%03zu", i);
	}
	pairs_make(&pairs, &done, rows, 300, 100000);
	assert_int_equal(pairs.count, PAIRS_MAX);
	assert_int_equal(pairs.left_more, 300 - PAIRS_MAX);
	assert_int_equal(pairs.right_more, 300 - PAIRS_MAX);
}

/* ---- words --------------------------------------------------------------------------------*/

static void the_legend_names_what_is_used_worst_first(void **state)
{
	struct language_row rows[] = {
		extra("de"),
		same("en"),
		language("fr", VAL_PRESENT, OUTCOME_KEPT, COMPARE_DIFFERS),
	};
	struct snapshot page;
	char text[200];
	unsigned used;

	(void)state;
	rows[1].branches = IN_DRAFT;
	make_page(&page, &both, rows, 3);
	used = marks_used(&page, 0);
	/* French is of the published block alone. */
	marks_legend(used, 100, text, sizeof(text));
	assert_string_equal(text, "# differing  + extra  ' draft only  ^ published only");
	marks_legend(used, 30, text, sizeof(text));
	assert_string_equal(text, "# differing  + extra");
	make_page(&page, &done, rows + 1, 1);
	rows[1].implicit = true;
	rows[1].branches = IN_PUBLISHED;
	marks_legend(marks_used(&page, 0), 100, text, sizeof(text));
	assert_string_equal(text, "= same  * implicit");
}

static void the_differences_of_a_video_are_told_in_words(void **state)
{
	struct language_row rows[] = {
		extra("de"),
		same("en"),
		language("es", VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE),
		language("fr", VAL_PRESENT, OUTCOME_KEPT, COMPARE_DIFFERS),
		language("it", VAL_ABSENT, OUTCOME_WAIVED, COMPARE_NONE),
		language("pt", VAL_ABSENT, OUTCOME_FAILED, COMPARE_NONE),
	};
	struct snapshot page;
	char text[200];

	(void)state;
	rows[4].expected = false;
	make_page(&page, &done, rows, 6);
	marks_tell(&page, 0, text, sizeof(text));
	assert_string_equal(text, "differing fr, missing es pt, extra de, waived it");
	make_page(&page, &done, rows + 1, 1);
	marks_tell(&page, 0, text, sizeof(text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_language_tried_is_judged),
		cmocka_unit_test(a_language_not_tried_yet_waits),
		cmocka_unit_test(a_dry_run_leaves_a_language_waiting),
		cmocka_unit_test(what_is_not_expected_has_no_mark_unless_val_has_it_unasked),
		cmocka_unit_test(a_video_has_the_worst_mark_of_its_languages),
		cmocka_unit_test(every_mark_has_a_sign_and_a_word_of_its_own),
		cmocka_unit_test_setup(both_sides_stand_in_the_same_cells, ascii_signs),
		cmocka_unit_test_setup(draft_and_published_and_implicit_are_told_apart, ascii_signs),
		cmocka_unit_test_setup(languages_that_do_not_fit_are_counted_and_faults_come_first,
				       ascii_signs),
		cmocka_unit_test(more_languages_than_a_screen_has_cells_are_safe),
		cmocka_unit_test_setup(the_legend_names_what_is_used_worst_first, ascii_signs),
		cmocka_unit_test_setup(the_differences_of_a_video_are_told_in_words, ascii_signs),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
