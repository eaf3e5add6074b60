/*
 * When the next transaction may start, with times made up here.
 */
#include "config.h"

#include "src/engine/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Starts as fast as it may from @from to before @to (ms), awake every @step; how many. */
static int64_t run(struct pace *pace, int64_t from, int64_t to, int64_t step)
{
	int64_t count = 0;

	for (int64_t now = from; now < to; now += step) {
		while (pace_due(pace, now) <= now && count < 1000000) {
			pace_start(pace, now);
			count++;
			if (!pace->rate)
				break;
		}
	}
	return count;
}

static void starts_are_evenly_spaced(void **state)
{
	struct pace pace = {0};
	int64_t last = 0;

	(void)state;
	pace_set(&pace, 5);
	for (int64_t now = 1000; now < 11000; now++) {
		if (pace_due(&pace, now) > now)
			continue;
		pace_start(&pace, now);
		if (last)
			assert_int_equal(now - last, 200);
		last = now;
	}
	assert_int_equal(last, 10800);
}

static void every_rate_is_kept_and_never_exceeded(void **state)
{
	static const int64_t rates[] = {1, 3, 5, 7, 64, 333, 999, 1000, 3000, 10000};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct pace pace = {0};
		int64_t count;

		pace_set(&pace, rates[i]);
		count = run(&pace, 5, 10005, 1);
		assert_true(count <= 10 * rates[i] + 1);
		assert_true(count >= 10 * rates[i] - 10);
	}
}

static void who_wakes_late_slows_nothing_down(void **state)
{
	struct pace pace = {0};

	(void)state;
	pace_set(&pace, 100);
	assert_in_range(run(&pace, 0, 10000, 7), 995, 1001);
}

static void what_was_not_started_is_not_made_up_for(void **state)
{
	struct pace pace = {0};

	(void)state;
	pace_set(&pace, 50);
	run(&pace, 0, 1000, 1);
	/* a minute later: one at once, and what the slack allows, then the even pace again */
	assert_in_range(run(&pace, 61000, 61001, 1), 1, 1 + PACE_SLACK * 50 / 1000);
	assert_in_range(run(&pace, 61001, 62000, 1), 48, 50);
}

static void another_rate_counts_from_the_newest_start(void **state)
{
	struct pace pace = {0};

	(void)state;
	assert_int_equal(pace_due(&pace, 7), 7); /* no limit */
	pace_start(&pace, 1000);
	pace_start(&pace, 1000);
	assert_int_equal(pace_due(&pace, 1000), 1000);
	pace_set(&pace, 1);
	assert_int_equal(pace_due(&pace, 1000), 2000);
	pace_set(&pace, 100); /* who waited for the old one waits too long */
	assert_int_equal(pace_due(&pace, 1000), 1010);
	pace_start(&pace, 1010);
	pace_set(&pace, 0);
	assert_int_equal(pace_due(&pace, 1011), 1011);
	pace_start(&pace, 1011);
	pace_set(&pace, 10);
	assert_int_equal(pace_due(&pace, 1012), 1111);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_are_evenly_spaced),
		cmocka_unit_test(every_rate_is_kept_and_never_exceeded),
		cmocka_unit_test(who_wakes_late_slows_nothing_down),
		cmocka_unit_test(what_was_not_started_is_not_made_up_for),
		cmocka_unit_test(another_rate_counts_from_the_newest_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
