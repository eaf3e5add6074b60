#include "config.h"

#include "tests/unit/hand_clock.h"
#include "tests/unit/http_help.h"

static struct hand_clock hand;
static struct scene scene;

static int set_up(void **state)
{
	const struct http_options options = {
	    .in_flight = 8,
	    .throttled_too_long = 60000,
	    .clock = &hand.clock,
	};

	(void)state;
	hand = (struct hand_clock)HAND_CLOCK;
	scene_open(&scene, &options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scene_close(&scene);
	return 0;
}

static enum result ask(struct http_answer *answer, struct error *err)
{
	return scene_ask(&scene, "PUT", "/", 4096, answer, err);
}

static void throttling_answer_is_repeated_and_lowers_the_limit(void **state)
{
	static const struct said said[] = {
	    {429, NULL, "no", WEB_NONE},
	    {503, NULL, "<Error><Code>SlowDown</Code><Message>m</Message></Error>", WEB_NONE},
	    {503, NULL, "Slow Down", WEB_NONE},
	    {200, NULL, "yes", WEB_NONE},
	};
	int64_t start = hand.now;
	struct http_answer answer;
	struct http_load load;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(ask(&answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 200);
	assert_string_equal(buf_text(&answer.body), "yes");
	assert_int_equal(web_requests(scene.web), 4);
	assert_string_equal(buf_text(&scene.body), "body " SECRET); /* whole, again */
	assert_in_range(hand.now - start, 750, 1750);
	http_load(scene.http, &load);
	assert_int_equal(load.in_flight, 0);
	assert_int_equal(load.allowed, 4);
	assert_string_equal(load.slowed_by, "store answers 503 Service Unavailable");
	http_answer_clear(&answer);
	for (int i = 0; i < 4 + 5 + 6 + 7; i++) {
		assert_int_equal(ask(&answer, &err), RESULT_OK);
		http_answer_clear(&answer);
	}
	http_load(scene.http, &load);
	assert_int_equal(load.allowed, 8);
	assert_string_equal(load.slowed_by, "");
}

/* An answer to HEAD has no body that could say which 503 it is. */
static void a_503_to_head_is_throttling(void **state)
{
	static const struct said said[] = {
	    {503, NULL, "", WEB_NONE},
	    {200, NULL, "", WEB_NONE},
	};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(scene_ask(&scene, "HEAD", "/", 4096, &answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 200);
	assert_int_equal(web_requests(scene.web), 2);
	http_answer_clear(&answer);
}

static void retry_after_is_waited_for(void **state)
{
	static const struct {
		int status;
		const char *headers;
		int64_t wait;
	} cases[] = {
	    {429, "Retry-After: 7\r\n", 7000},
	    {503, "Retry-After: 3\r\n", 3000},
	    {429, "Retry-After: 0\r\n", 250},
	    {429, "Retry-After: soon\r\n", 250},
	    {429, "Retry-After: -5\r\n", 250},
	    {429, "Retry-After: 86400\r\n", 60000},
	    {429, "Retry-After: 99999999999999999999\r\n", 60000},
	    {503,
	     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:42 "
	     "GMT\r\n",
	     5000},
	    {503,
	     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:30 "
	     "GMT\r\n",
	     250},
	    /* without a date of the server's, by our clock: 2027-01-15T08:00:01 + 9 s */
	    {503, "Retry-After: Fri, 15 Jan 2027 08:00:10 GMT\r\n", 9000},
	    {503, "Retry-After: Fri, 15 Jan 2038 08:00:10 GMT\r\n", 60000},
	};
	struct http_answer answer;
	struct error err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct said said[] = {{cases[i].status, cases[i].headers, NULL, WEB_NONE},
					    {200, NULL, NULL, WEB_NONE}};
		int64_t start;

		if (i > 0)
			assert_int_equal(tear_down(state) + set_up(state), 0);
		SAYS(&scene, said);
		start = hand.now;
		assert_int_equal(ask(&answer, &err), RESULT_OK);
		assert_int_equal(hand.now - start, cases[i].wait);
		assert_int_equal(web_requests(scene.web), 2);
		http_answer_clear(&answer);
	}
}

static void other_failures_are_the_callers(void **state)
{
	static const struct said said[] = {{503, NULL, "down", WEB_NONE},
					   {500, "Retry-After: 9\r\n", "Slow Down", WEB_NONE}};
	int64_t start = hand.now;
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(ask(&answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 503);
	http_answer_clear(&answer);
	assert_int_equal(ask(&answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 500);
	http_answer_clear(&answer);
	assert_int_equal(hand.now, start);
}

static void nothing_but_throttling_is_unreachable(void **state)
{
	static const struct said said[] = {{429, "Retry-After: 25\r\n", NULL, WEB_NONE},
					   {429, "Retry-After: 25\r\n", NULL, WEB_NONE},
					   {404, NULL, NULL, WEB_NONE},
					   {429, "Retry-After: 25\r\n", NULL, WEB_NONE}};
	int64_t start = hand.now;
	struct http_answer answer;
	struct error err;
	char text[256];

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(ask(&answer, &err), RESULT_OK); /* 404 after 50 s: anew from here */
	assert_int_equal(answer.status, 404);
	assert_int_equal(hand.now - start, 50000);
	http_answer_clear(&answer);
	start = hand.now;
	assert_int_equal(ask(&answer, &err), RESULT_UNREACHABLE);
	assert_int_equal(hand.now - start, 75000);
	snprintf(text, sizeof(text),
		 "store: nothing but 429 Too Many Requests for 75 seconds (PUT %s/)",
		 web_url(scene.web));
	assert_string_equal(err.text, text);
	http_answer_clear(&answer);
	/* and stays so: asked once each time, until it answers something else */
	assert_int_equal(web_requests(scene.web), 7);
	assert_int_equal(ask(&answer, &err), RESULT_UNREACHABLE);
	assert_int_equal(web_requests(scene.web), 8);
	http_answer_clear(&answer);
}

static void hurry_waits_for_nothing(void **state)
{
	static const struct said said[] = {{429, "Retry-After: 25\r\n", NULL, WEB_NONE},
					   {200, NULL, NULL, WEB_NONE}};
	int64_t start = hand.now;
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	http_hurry(scene.http, true);
	assert_int_equal(ask(&answer, &err), RESULT_RETRY);
	assert_non_null(strstr(err.text, ": 429 Too Many Requests"));
	http_answer_clear(&answer);
	assert_int_equal(ask(&answer, &err), RESULT_RETRY);
	assert_non_null(strstr(err.text, "not sent"));
	http_answer_clear(&answer);
	assert_int_equal(web_requests(scene.web), 1);
	assert_int_equal(hand.now, start);
	http_hurry(scene.http, false);
	assert_int_equal(ask(&answer, &err), RESULT_OK);
	assert_int_equal(hand.now - start, 25000);
	http_answer_clear(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    T(throttling_answer_is_repeated_and_lowers_the_limit),
	    T(a_503_to_head_is_throttling),
	    T(retry_after_is_waited_for),
	    T(other_failures_are_the_callers),
	    T(nothing_but_throttling_is_unreachable),
	    T(hurry_waits_for_nothing),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
