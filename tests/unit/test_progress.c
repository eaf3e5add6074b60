#include "config.h"

#include "src/engine/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- made-up histories --------------------------------------------------------------------*/

struct history {
	struct progress progress;
	int64_t second;
};

/* So many seconds in one state, with so many transcripts in each. */
static void live(struct history *history, int seconds, enum progress_state state, int each)
{
	for (int i = 0; i < seconds; i++) {
		progress_tick(&history->progress, history->second++ * 1000, state);
		if (each)
			progress_done(&history->progress, each);
	}
	progress_tick(&history->progress, history->second * 1000, state);
}

static struct history begin(void)
{
	struct history history = {.second = 36000};

	progress_tick(&history.progress, history.second * 1000, PROGRESS_IDLE);
	return history;
}

static struct progress_left left_of(const struct history *history, int64_t videos, bool held)
{
	struct progress_work work = {.videos = videos, .per_video = 2, .held = held};

	return progress_left(&history->progress, &work);
}

static void no_end_is_promised_faster_than_a_limit_allows(void **state)
{
	struct history history = begin();
	struct progress_work work = {.videos = 600, .per_video = 2, .most = 2};
	struct progress_left left;

	(void)state;
	live(&history, 120, PROGRESS_WORKS, 50);
	left = progress_left(&history.progress, &work);
	/* 600 videos, one a second, though it was 25 a second until now */
	assert_in_range(left.low, 600, 602);
	assert_in_range(left.high, 600, 700);
	work.most = 1000; /* a limit that nobody reaches changes nothing */
	left = progress_left(&history.progress, &work);
	assert_in_range(left.low, 10, 25);
}

#define assert_range(left, from, to)                                                       \
	do {                                                                               \
		assert_string_equal((left).reason, "");                                    \
		assert_in_range((left).low, (from), (to));                                 \
		assert_true((left).high == 0 || (left).high >= (left).low);                \
	} while (0)

/* ---- tests --------------------------------------------------------------------------------*/

static void progress_says_why_it_cannot_know(void **state)
{
	struct history history = begin();
	struct progress_work fresh = {.unplanned = 40};

	(void)state;
	assert_string_equal(left_of(&history, 0, false).reason, "the last course is closing");
	assert_string_equal(left_of(&history, 100, false).reason, "no speed known yet");
	assert_string_equal(left_of(&history, 100, true).reason, "too early to say");
	live(&history, 3, PROGRESS_WORKS, 1);
	assert_string_equal(left_of(&history, 100, false).reason, "too early to say");
	assert_string_equal(progress_left(&history.progress, &fresh).reason,
			    "reading courses");
	history = begin();
	live(&history, 60, PROGRESS_WORKS, 0);
	assert_string_equal(left_of(&history, 100, false).reason, "too early to say");
	progress_failed(&history.progress);
	assert_string_equal(left_of(&history, 100, false).reason, "every try fails");
	assert_int_equal(left_of(&history, 100, false).low, 0);
	assert_int_equal(left_of(&history, 100, false).high, 0);
}

static void progress_is_narrow_when_work_is_steady(void **state)
{
	struct history history = begin();
	struct progress_left left;

	(void)state;
	live(&history, 1200, PROGRESS_WORKS, 10);
	left = left_of(&history, 3000, false); /* 6000 transcripts at 10 a second */
	assert_range(left, 500, 600);
	assert_in_range(left.high, 600, 720);
}

static void progress_counts_holds_into_the_slow_end(void **state)
{
	struct history history = begin();
	struct progress_left left, during;

	(void)state;
	live(&history, 600, PROGRESS_WORKS, 10);
	live(&history, 1200, PROGRESS_WAITS, 0);
	during = left_of(&history, 3000, true);
	/* what it would be is known while it is held: the rate of before, and a third of it */
	assert_range(during, 500, 600);
	assert_in_range(during.high, 1700, 2200);
	live(&history, 60, PROGRESS_WORKS, 10);
	left = left_of(&history, 3000, false);
	assert_range(left, 500, 600);
	assert_in_range(left.high, 1700, 2200);
}

static void progress_forgets_waits_before_the_work_and_idle_time(void **state)
{
	struct history history = begin();

	(void)state;
	live(&history, 1200, PROGRESS_WAITS, 0);
	live(&history, 600, PROGRESS_WORKS, 10);
	assert_in_range(left_of(&history, 3000, false).high, 600, 720);
	live(&history, 1200, PROGRESS_IDLE, 0);
	live(&history, 300, PROGRESS_WORKS, 10);
	assert_in_range(left_of(&history, 3000, false).high, 600, 720);
}

static void progress_forgets_what_is_older_than_an_hour(void **state)
{
	struct history history = begin();

	(void)state;
	live(&history, 600, PROGRESS_WORKS, 10);
	live(&history, 3700, PROGRESS_WAITS, 0);
	assert_string_equal(left_of(&history, 3000, true).reason, "too early to say");
	for (int i = 0; i < PROGRESS_MINUTES; i++)
		assert_true(history.progress.minutes[i] == 0);
	/* a clock that leaps forgets, too, and does not walk there second by second */
	live(&history, 60, PROGRESS_WORKS, 10);
	progress_tick(&history.progress, INT64_C(1) << 60, PROGRESS_WORKS);
	assert_string_equal(left_of(&history, 3000, false).reason, "too early to say");
}

static void progress_tells_no_end_when_the_ends_are_too_far_apart(void **state)
{
	struct history history = begin();
	struct progress_left left;

	(void)state;
	live(&history, 60, PROGRESS_WORKS, 10);
	live(&history, 3000, PROGRESS_WAITS, 0);
	left = left_of(&history, 3000, true);
	assert_range(left, 500, 600);
	assert_int_equal(left.high, 0);
	/* a short wait is told whole all the same */
	left = left_of(&history, 10, true);
	assert_true(left.high > 0);
}

static void progress_widens_with_courses_that_are_not_planned(void **state)
{
	struct history history = begin();
	struct progress_work work = {.unplanned = 200, .per_course = 30, .planned = 2};
	struct progress_left few, many;

	(void)state;
	live(&history, 600, PROGRESS_WORKS, 10);
	few = progress_left(&history.progress, &work);
	work.planned = 300;
	many = progress_left(&history.progress, &work);
	assert_true(many.low > few.low && many.high < few.high);
	assert_true(many.low < 600 && many.high > 600); /* 6000 at 10 a second */
	/* the same work, known */
	assert_true(left_of(&history, 3000, false).high < many.high);
}

static void progress_keeps_an_hour_in_minutes(void **state)
{
	struct history history = begin();
	double sum = 0;

	(void)state;
	live(&history, 90, PROGRESS_WORKS, 2);
	progress_failed(&history.progress);
	for (int i = 0; i < PROGRESS_MINUTES; i++)
		sum += history.progress.minutes[i];
	assert_true(sum == 180);
	assert_true(history.progress.minute_errors[PROGRESS_MINUTES - 1] == 1);
	assert_true(history.progress.minutes[PROGRESS_MINUTES - 2] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_end_is_promised_faster_than_a_limit_allows),
		cmocka_unit_test(progress_says_why_it_cannot_know),
		cmocka_unit_test(progress_is_narrow_when_work_is_steady),
		cmocka_unit_test(progress_counts_holds_into_the_slow_end),
		cmocka_unit_test(progress_forgets_waits_before_the_work_and_idle_time),
		cmocka_unit_test(progress_forgets_what_is_older_than_an_hour),
		cmocka_unit_test(progress_tells_no_end_when_the_ends_are_too_far_apart),
		cmocka_unit_test(progress_widens_with_courses_that_are_not_planned),
		cmocka_unit_test(progress_keeps_an_hour_in_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
