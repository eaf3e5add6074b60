#include "config.h"

#include "src/base/clock.h"
#include "src/base/figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

static void format_writes_utc_with_microseconds(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(clock_format(1525228867123456, text, sizeof(text)),
			    "2018-05-02T02:41:07.123456Z");
	assert_string_equal(clock_format(0, text, sizeof(text)), "1970-01-01T00:00:00.000000Z");
	assert_string_equal(clock_format(-1, text, sizeof(text)), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(clock_format(951782400000000, text, sizeof(text)),
			    "2000-02-29T00:00:00.000000Z");
}

static void an_instant_is_local_and_names_its_zone(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_string_equal(figure_instant(1525228867123456).text, "2018-05-02 04:41:07 +0200");
	assert_string_equal(figure_instant(1517452867000000).text, "2018-02-01 03:41:07 +0100");
	assert_string_equal(figure_instant(0).text, "-");
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(figure_instant(1525228867123456).text, "2018-05-02 02:41:07 +0000");
}

static void wait_returns_when_the_time_has_come(void **state)
{
	struct clock *clock = clock_system();
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond;
	int64_t until = clock_now(clock) + 30;

	(void)state;
	clock_cond_init(&cond);
	pthread_mutex_lock(&lock);
	while (clock_now(clock) < until)
		clock_wait(clock, &cond, &lock, until);
	assert_in_range(clock_now(clock) - until, 0, 5000);
	until = clock_now(clock) - 1000;
	clock_wait(clock, &cond, &lock, until); /* past: at once */
	clock_wait(clock, &cond, &lock, INT64_MIN);
	assert_in_range(clock_now(clock) - until, 1000, 6000);
	pthread_mutex_unlock(&lock);
	pthread_cond_destroy(&cond);
}

static void wall_is_after_this_was_written(void **state)
{
	(void)state;
	assert_true(clock_wall(clock_system()) > INT64_C(1700000000000000));
}

static void process_clock_stands_still_where_told(void **state)
{
	char text[32];

	(void)state;
	setenv("SUBFERRY_CLOCK", "2018-05-02T03:12:41Z", 1);
	assert_string_equal(clock_format(clock_wall(clock_of_process()), text, sizeof(text)),
			    "2018-05-02T03:12:41.000000Z");
	assert_true(clock_now(clock_of_process()) <= clock_now(clock_system()));
	setenv("SUBFERRY_CLOCK", "tomorrow", 1);
	assert_ptr_equal(clock_of_process(), clock_system());
	unsetenv("SUBFERRY_CLOCK");
	assert_ptr_equal(clock_of_process(), clock_system());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(format_writes_utc_with_microseconds),
	    cmocka_unit_test(an_instant_is_local_and_names_its_zone),
	    cmocka_unit_test(wait_returns_when_the_time_has_come),
	    cmocka_unit_test(wall_is_after_this_was_written),
	    cmocka_unit_test(process_clock_stands_still_where_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
