#include "config.h"

#include "src/base/throttle.h"

#include "tests/unit/hand_clock.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct hand_clock hand;
static struct throttle *throttle;

static int set_up(void **state)
{
	(void)state;
	hand = (struct hand_clock)HAND_CLOCK;
	assert_int_equal(throttle_new(&throttle, 8, &hand.clock, NULL), RESULT_OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	throttle_free(throttle);
	return 0;
}

static int allowed(void)
{
	int in_flight, now, most;
	char text[64];

	throttle_state(throttle, &in_flight, &now, &most, text, sizeof(text));
	return now;
}

static const char *slowed_by(void)
{
	static char text[64];
	int in_flight, now, most;

	throttle_state(throttle, &in_flight, &now, &most, text, sizeof(text));
	return text;
}

static void slow_halves_once_a_second_and_never_below_one(void **state)
{
	static const int limits[] = {4, 2, 1, 1, 1};

	(void)state;
	assert_int_equal(allowed(), 8);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		throttle_slow(throttle, 0, "store answers 429");
		throttle_slow(throttle, 0, "store answers 429"); /* of the same burst */
		hand.now += 999;
		throttle_slow(throttle, 0, "store answers 429");
		assert_int_equal(allowed(), limits[i]);
		hand.now += 1;
	}
}

static void answered_raises_by_one_for_each_limit_of_answers(void **state)
{
	static const int after[] = {2, 2, 3, 3, 3, 4, 4, 4, 4, 5};

	(void)state;
	throttle_slow(throttle, 0, "x");
	hand.now += 1000;
	throttle_slow(throttle, 0, "x");
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		assert_int_equal(allowed(), after[i]);
		throttle_answered(throttle);
	}
	for (int i = 0; i < 100; i++)
		throttle_answered(throttle);
	assert_int_equal(allowed(), 8);
}

static void slow_forgets_the_answers_before_it(void **state)
{
	(void)state;
	throttle_slow(throttle, 0, "x");
	for (int i = 0; i < 3; i++)
		throttle_answered(throttle);
	throttle_slow(throttle, 0, "x"); /* within the second: not halved, but counted anew */
	throttle_answered(throttle);
	assert_int_equal(allowed(), 4);
}

static void enter_waits_until_retry_after_has_passed(void **state)
{
	int64_t start = hand.now;

	(void)state;
	throttle_slow(throttle, 7000, "x");
	throttle_slow(throttle, 3000, "x"); /* the longer one counts */
	assert_true(throttle_enter(throttle));
	assert_int_equal(hand.now - start, 7000);
	assert_true(throttle_enter(throttle));
	assert_int_equal(hand.now - start, 7000);
}

static void pause_grows_until_something_else_is_answered(void **state)
{
	static const int64_t pauses[] = {250, 500, 1000, 2000, 4000, 4000};
	int64_t start;

	(void)state;
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		throttle_slow(throttle, 0, "x");
		start = hand.now;
		assert_true(throttle_enter(throttle));
		throttle_leave(throttle);
		assert_int_equal(hand.now - start, pauses[i]);
		hand.now += 1000;
	}
	throttle_answered(throttle);
	throttle_slow(throttle, 0, "x");
	start = hand.now;
	assert_true(throttle_enter(throttle));
	assert_int_equal(hand.now - start, 250);
}

static void *enter_main(void *arg)
{
	*(bool *)arg = throttle_enter(throttle);
	return NULL;
}

/* Returns once that thread really waits. */
static pthread_t start_waiter(bool *entered)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, enter_main, entered), 0);
	while (atomic_load(&hand.waiting) == 0)
		sched_yield();
	return thread;
}

static void enter_waits_for_a_place_even_when_hurried(void **state)
{
	bool entered = false;
	pthread_t thread;
	int in_flight, now, most;
	char text[64];

	(void)state;
	throttle_hurry(throttle, true);
	for (int i = 0; i < 8; i++)
		assert_true(throttle_enter(throttle));
	thread = start_waiter(&entered);
	throttle_state(throttle, &in_flight, &now, &most, text, sizeof(text));
	assert_int_equal(in_flight, 8);
	throttle_leave(throttle);
	pthread_join(thread, NULL);
	assert_true(entered);
	throttle_state(throttle, &in_flight, &now, &most, text, sizeof(text));
	assert_int_equal(in_flight, 8);
	assert_int_equal(most, 8);
}

static void hurry_ends_the_wait_in_a_pause(void **state)
{
	bool entered = true;
	pthread_t thread;

	(void)state;
	hand.frozen = true;
	throttle_slow(throttle, 60000, "x");
	thread = start_waiter(&entered);
	throttle_hurry(throttle, true);
	pthread_join(thread, NULL);
	assert_false(entered);
	assert_false(throttle_enter(throttle)); /* and nobody begins one */
	hand.now += 60000;
	assert_true(throttle_enter(throttle));
}

static atomic_bool ends;

static void *heed_and_enter(void *arg)
{
	throttle_heed(throttle, &ends);
	return enter_main(arg);
}

static void heed_ends_the_wait_of_its_own_thread(void **state)
{
	bool heeding = true, other = false;
	pthread_t first, second;

	(void)state;
	hand.frozen = true;
	atomic_store(&ends, false);
	throttle_slow(throttle, 60000, "x");
	second = start_waiter(&other);
	assert_int_equal(pthread_create(&first, NULL, heed_and_enter, &heeding), 0);
	while (atomic_load(&hand.waiting) < 2)
		sched_yield();
	atomic_store(&ends, true);
	throttle_look(throttle);
	pthread_join(first, NULL);
	assert_false(heeding);
	assert_false(throttle_hurried(throttle));
	hand.now += 60000;
	throttle_look(throttle);
	pthread_join(second, NULL);
	assert_true(other);
}

static void another_most_keeps_what_was_learnt(void **state)
{
	(void)state;
	throttle_set_most(throttle, 20); /* at full speed the limit follows */
	assert_int_equal(allowed(), 20);
	throttle_set_most(throttle, 6);
	assert_int_equal(allowed(), 6);
	throttle_slow(throttle, 0, "store answers 429");
	assert_int_equal(allowed(), 3);
	throttle_set_most(throttle, 40);
	assert_int_equal(allowed(), 3);
	throttle_set_most(throttle, 2);
	assert_int_equal(allowed(), 2);
}

static void state_says_who_slows_until_full_speed(void **state)
{
	(void)state;
	assert_string_equal(slowed_by(), "");
	throttle_slow(throttle, 5000, "store answers 503 Slow Down");
	assert_string_equal(slowed_by(), "store answers 503 Slow Down");
	hand.now += 5000;
	for (int i = 0; i < 4 + 5 + 6; i++)
		throttle_answered(throttle);
	assert_string_equal(slowed_by(), "store answers 503 Slow Down");
	for (int i = 0; i < 7; i++)
		throttle_answered(throttle);
	assert_string_equal(slowed_by(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    T(slow_halves_once_a_second_and_never_below_one),
	    T(answered_raises_by_one_for_each_limit_of_answers),
	    T(slow_forgets_the_answers_before_it),
	    T(enter_waits_until_retry_after_has_passed),
	    T(pause_grows_until_something_else_is_answered),
	    T(enter_waits_for_a_place_even_when_hurried),
	    T(hurry_ends_the_wait_in_a_pause),
	    T(heed_ends_the_wait_of_its_own_thread),
	    T(another_most_keeps_what_was_learnt),
	    T(state_says_who_slows_until_full_speed),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
