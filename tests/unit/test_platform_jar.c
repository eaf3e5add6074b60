/* Which cookies are kept, and to whom they go. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/base/platform_jar.h"

#define STUDIO "https://studio.example.com"
#define LMS "https://lms.example.com:8443/x"
#define NOW INT64_C(1525228867000000)

static void take(struct platform_jar *jar, const char *url, const char *headers)
{
	struct http_answer answer = {.status = 200};

	buf_add_text(&answer.headers, headers);
	assert_true(platform_jar_take(jar, url, &answer, NOW));
	http_answer_clear(&answer);
}

static void expect(const struct platform_jar *jar, const char *url, const char *cookies)
{
	struct buf text = BUF_INIT;

	platform_jar_add(jar, url, &text);
	assert_string_equal(buf_text(&text), cookies);
	buf_clear(&text);
}

static void jar_sends_cookies_where_they_belong(void **state)
{
	static const struct {
		const char *from, *line, *to, *sent;
	} cases[] = {
	    {LMS, "a=1; Path=/", "https://LMS.example.com/y", "a=1"},
	    {LMS, "a=1", STUDIO, ""},
	    {LMS, "a=1; Domain=.example.com", STUDIO "/home/", "a=1"},
	    {LMS, "a=1; domain=Example.COM; HttpOnly", STUDIO, "a=1"},
	    {LMS, "a=1; Domain=example.com", "https://example.com", "a=1"},
	    {LMS, "a=1; Domain=example.com", "https://badexample.com", ""},
	    {LMS, "a=1; Domain=studio.example.com", STUDIO, ""}, /* not its own */
	    {LMS, "a=1; Domain=com", "https://example.com", ""},
	    {LMS, "a=1; Secure; Domain=example.com", "http://studio.example.com", ""},
	    {LMS, "a=1; Secure; Domain=example.com", STUDIO, "a=1"},
	    {"http://127.0.0.1:1", "a=1", "http://127.0.0.1:2/x", "a=1"},
	    {"http://[::1]:1", "a=1", "http://[::1]:2/x", "a=1"},
	    {LMS, "a=x=\"y\"", LMS, "a=x=\"y\""},
	    {LMS, " a = 1 ;x", LMS, "a=1"},
	    {LMS, "=1", LMS, ""},
	    {LMS, "a=1\x01", LMS, ""},
	    {LMS, "a=1; Max-Age=0", LMS, ""},
	    {LMS, "a=1; Max-Age=-5", LMS, ""},
	    {LMS, "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", LMS, ""},
	    {LMS, "a=1; expires=Fri, 01-Jan-2038 00:00:00 GMT", LMS, "a=1"},
	    {LMS, "a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", LMS, "a=1"},
	    {LMS, "a=1; Max-Age=60; expires=Thu, 01 Jan 1970 00:00:00 GMT", LMS, "a=1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct platform_jar jar = PLATFORM_JAR_INIT;
		struct buf line = BUF_INIT, sent = BUF_INIT;

		buf_printf(&line, "date: x\nset-cookie: %s\nserver: y\n", cases[i].line);
		take(&jar, cases[i].from, buf_text(&line));
		platform_jar_add(&jar, cases[i].to, &sent);
		if (strcmp(buf_text(&sent), cases[i].sent))
			fail_msg("%s: \"%s\" of %s gives %s \"%s\"", cases[i].line, cases[i].sent,
				 cases[i].from, cases[i].to, buf_text(&sent));
		buf_clear(&line);
		buf_clear(&sent);
		platform_jar_clear(&jar);
	}
}

static void jar_replaces_and_deletes(void **state)
{
	struct platform_jar jar = PLATFORM_JAR_INIT;

	(void)state;
	take(&jar, LMS, "set-cookie: a=1\nset-cookie: b=2\nset-cookie: a=3\n");
	expect(&jar, LMS, "b=2; a=3");
	assert_string_equal(platform_jar_get(&jar, LMS, "a"), "3");
	assert_null(platform_jar_get(&jar, STUDIO, "a"));
	take(&jar, LMS, "set-cookie: b=; Max-Age=0\n");
	expect(&jar, LMS, "a=3");
	platform_jar_clear(&jar);
	platform_jar_clear(&jar);
	expect(&jar, LMS, "");
}

static void jar_prefers_the_nearer_of_one_name(void **state)
{
	struct platform_jar jar = PLATFORM_JAR_INIT;

	(void)state;
	take(&jar, LMS, "set-cookie: csrftoken=wide; Domain=.example.com\n");
	assert_string_equal(platform_jar_get(&jar, STUDIO, "csrftoken"), "wide");
	take(&jar, STUDIO, "set-cookie: csrftoken=own\n");
	assert_string_equal(platform_jar_get(&jar, STUDIO, "csrftoken"), "own");
	expect(&jar, STUDIO, "csrftoken=own");
	expect(&jar, LMS, "csrftoken=wide");
	platform_jar_clear(&jar);
}

static void jar_is_bounded(void **state)
{
	struct platform_jar jar = PLATFORM_JAR_INIT;
	struct buf lines = BUF_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&lines, "set-cookie: c%d=%d\n", i, i);
	buf_printf(&lines, "set-cookie: c0=%05000d\nset-cookie: c1=one\n", 1);
	take(&jar, LMS, buf_text(&lines));
	assert_int_equal(jar.count, 50);
	assert_string_equal(platform_jar_get(&jar, LMS, "c0"), "0");
	assert_string_equal(platform_jar_get(&jar, LMS, "c1"), "one");
	buf_clear(&lines);
	platform_jar_clear(&jar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jar_sends_cookies_where_they_belong),
	    cmocka_unit_test(jar_replaces_and_deletes),
	    cmocka_unit_test(jar_prefers_the_nearer_of_one_name),
	    cmocka_unit_test(jar_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
