/*
 * What the screens of runs are made of: columns that fit, times in words, and rows of a comparison
 * that are known again.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ui/compare_view.h"
#include "ui/run_text.h"

#define SECOND INT64_C(1000000)

static void times_are_short_and_never_lie(void **state)
{
	(void)state;
	assert_string_equal(run_text_span(0).text, "-");
	assert_string_equal(run_text_span(-5 * SECOND).text, "-");
	assert_string_equal(run_text_span(SECOND / 2).text, "0.5 s");
	assert_string_equal(run_text_span(42 * SECOND).text, "42 s");
	assert_string_equal(run_text_span(60 * SECOND).text, "0:01:00");
	assert_string_equal(run_text_span((41 * 60 + 12) * SECOND).text, "0:41:12");
	assert_string_equal(run_text_span((99 * 3600 + 59) * SECOND).text, "99:00:59");
	assert_string_equal(run_text_span((5 * 24 + 3) * 3600 * SECOND).text, "5 d 03 h");
}

static void transcripts_are_told_by_outcome(void **state)
{
	struct run_sums sums = {0};
	struct buf text = BUF_INIT;

	(void)state;
	run_text_transcripts(&sums, false, &text);
	assert_string_equal(buf_text(&text), "none");
	buf_reset(&text);
	sums = (struct run_sums){.migrated = 31204, .kept = 1, .not_migrated = 2};
	run_text_transcripts(&sums, false, &text);
	assert_string_equal(buf_text(&text), "31,204 migrated, 1 kept, 2 not migrated");
	buf_reset(&text);
	sums = (struct run_sums){.would = 3, .untold = 4, .not_migrated = 5};
	run_text_transcripts(&sums, true, &text);
	assert_string_equal(buf_text(&text), "3 would, 4 unknown, 5 not");
	buf_clear(&text);
}

/* A rate is of what the run itself tried, by the time it was at work; what it waited is told beside. */
static void a_rate_is_by_the_time_at_work(void **state)
{
	struct run_row run = {.began = 100 * SECOND, .ended = 7300 * SECOND, .active = 120 * SECOND,
			      .tried = 240, .sums = {.migrated = 9999}};

	(void)state;
	assert_string_equal(run_text_rate(&run).text, "2.0/s");
	assert_string_equal(run_text_took(&run, 0).text, "0:02:00 of 2:00:00");
	run.ended = 220 * SECOND;
	assert_string_equal(run_text_took(&run, 0).text, "0:02:00");
	run.ended = 0;
	assert_string_equal(run_text_took(&run, 225 * SECOND).text, "0:02:00"); /* not told yet */
	assert_string_equal(run_text_took(&run, 230 * SECOND).text, "0:02:00 of 0:02:10");
	assert_string_equal(run_text_state(&run), "running");
	run.active = run.tried = -1;
	assert_string_equal(run_text_rate(&run).text, "-");
	assert_string_equal(run_text_took(&run, 220 * SECOND).text, "0:02:00 in all");
	run.active = run.tried = 0;
	assert_string_equal(run_text_rate(&run).text, "-");
}

/* clang-format off */
static const struct fit_column columns[] = {
	{"first", 10, 0, false, false},
	{"least", 5, 3, false, false},
	{"grows", 10, 1, false, true},
	{"last", 8, 2, true, false},
};
/* clang-format on */

static void columns_leave_in_the_order_of_their_need(void **state)
{
	static const unsigned char all[] = {0, 1, 2, 3};
	struct fit fit;

	(void)state;
	fit_columns(columns, all, 4, 2, 42, &fit);
	assert_int_equal(fit.count, 4);
	assert_int_equal(fit.x[0], 2);
	assert_int_equal(fit.x[1], 12);
	assert_int_equal(fit.x[2], 17);
	assert_int_equal(fit.width[2], 10 + 7 - 1); /* what is left over */
	assert_int_equal(fit.x[3] + fit.width[3] + 1, 42);
	fit_columns(columns, all, 4, 2, 2 + 28, &fit);
	assert_int_equal(fit.count, 3);
	assert_int_equal(fit.shown[1], 2);
	/* one that is needed less takes the room that one before it cannot use */
	fit_columns(columns, all, 4, 2, 2 + 25, &fit);
	assert_int_equal(fit.count, 3);
	assert_int_equal(fit.shown[1], 1);
	fit_columns(columns, all, 4, 2, 2 + 12, &fit);
	assert_int_equal(fit.count, 1);
	fit_columns(columns, all, 4, 2, 6, &fit);
	assert_int_equal(fit.count, 0);
}

static struct compared_row row(const char *block, const char *text)
{
	return (struct compared_row){.course = "course-v1:A+B+C", .block = block, .language = "en",
				     .code = FINDING_ASSET_MISSING, .text = text};
}

static void rows_are_known_again_wherever_they_stand(void **state)
{
	struct compared_row rows[] = {row("video@a", "x"), row("video@b", "x"), row("video@b", "x"),
				      row("video@b", "y")};
	struct compared_row later[] = {row("video@0", "x"), rows[0], rows[1], rows[2], rows[3]};
	struct comparison before = {.rows = {[COMPARED_NEW] = rows}, .counts = {[COMPARED_NEW] = 4}};
	struct comparison after = {.rows = {[COMPARED_NEW] = later}, .counts = {[COMPARED_NEW] = 5}};
	struct snapshot page = {.request = {.kind = PAGE_COMPARE, .code = COMPARED_NEW},
				.comparison = &before, .compared_list = COMPARED_NEW};
	struct snapshot newer = page;
	int64_t ids[4];

	(void)state;
	newer.comparison = &after;
	assert_int_equal(compare_rows.count(&page), 4);
	for (size_t i = 0; i < 4; i++) {
		ids[i] = compare_rows.id(&page, i);
		assert_true(ids[i] > 0);
		for (size_t k = 0; k < i; k++) /* two that say the same, too */
			assert_int_not_equal(ids[i], ids[k]);
		assert_int_equal(compare_rows.id(&newer, i + 1), ids[i]);
	}
	assert_true(compare_rows.match(&page, 0, "ASSET-"));
	assert_true(compare_rows.match(&page, 3, "Y"));
	assert_false(compare_rows.match(&page, 0, "Y"));
	assert_null(compare_row(&page, 4));
	assert_null(compare_row(&page, -1));
}

static void lists_without_rows_say_why(void **state)
{
	struct comparison comparison = {0};

	(void)state;
	for (int list = 0; list < COMPARED_COUNT; list++)
		assert_non_null(strstr(compare_nothing(&comparison, (enum compared)list), "no"));
	assert_non_null(strstr(compare_nothing(&comparison, COMPARED_MISSED), "dry run"));
	comparison.has_predictions = true;
	assert_string_equal(compare_nothing(&comparison, COMPARED_MISSED), "no prediction was missed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_short_and_never_lie),
		cmocka_unit_test(transcripts_are_told_by_outcome),
		cmocka_unit_test(a_rate_is_by_the_time_at_work),
		cmocka_unit_test(columns_leave_in_the_order_of_their_need),
		cmocka_unit_test(rows_are_known_again_wherever_they_stand),
		cmocka_unit_test(lists_without_rows_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
