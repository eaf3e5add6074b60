#include "config.h"

#include "src/base/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HUNDRED                                                                                    \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567" \
	"890123456789"

/* What http_status_error() makes of an answer; @headers as "name: value" of one, or NULL. */
static enum result error_of(int status, const char *header, const char *body, struct error *err)
{
	struct http_answer answer = {.status = status};
	enum result st;

	if (header)
		buf_add(&answer.values, header, strlen(header) + 1);
	buf_add_text(&answer.body, body);
	st = http_status_error(&answer, "store: PUT x", err);
	http_answer_clear(&answer);
	assert_int_equal(err->result, st);
	return st;
}

static void status_decides_the_code(void **state)
{
	static const struct {
		int status;
		enum result st;
		const char *text;
	} cases[] = {
	    {401, RESULT_REFUSED, "store: PUT x: 401 Unauthorized"},
	    {403, RESULT_REFUSED, "store: PUT x: 403 Forbidden"},
	    {404, RESULT_REFUSED, "store: PUT x: 404 Not Found"},
	    {408, RESULT_RETRY, "store: PUT x: 408 Request Timeout"},
	    {412, RESULT_REFUSED, "store: PUT x: 412 Precondition Failed"},
	    {418, RESULT_REFUSED, "store: PUT x: 418"},
	    {429, RESULT_RETRY, "store: PUT x: 429 Too Many Requests"},
	    {500, RESULT_RETRY, "store: PUT x: 500 Internal Server Error"},
	    {503, RESULT_RETRY, "store: PUT x: 503 Service Unavailable"},
	    {599, RESULT_RETRY, "store: PUT x: 599"},
	    {302, RESULT_REFUSED, "store: PUT x: 302 Found"},
	    {204, RESULT_REFUSED, "store: PUT x: 204 No Content"},
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(error_of(cases[i].status, NULL, "", &err), cases[i].st);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void words_come_from_the_known_fields(void **state)
{
	static const struct {
		const char *header, *body, *words; /* NULL: none */
	} cases[] = {
	    {NULL,
	     "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Access "
	     "Denied.</Message>"
	     "<StringToSign>x</StringToSign></Error>",
	     "AccessDenied: Access Denied."},
	    {NULL, "<Error><Message>m</Message></Error>", "m"},
	    {NULL, "<Error><Code>a<b>c</b></Code><Message>m", NULL},
	    {NULL, "<html><title>Oh</title><p>no</p></html>", NULL},
	    {"content-type: text/plain", "<p>no</p>", NULL},
	    {NULL, "{\"message\": \"m\", \"error\": \"e\"}", "m"},
	    {NULL, "{\"error\": \"e\", \"detail\": \"d\"}", "e"},
	    {NULL, "{\"error\": {\"message\": \"em\"}}", "em"},
	    {NULL, "{\"error\": 5, \"detail\": \"d\"}", "d"},
	    {NULL, " {\"developer_message\": \"one\\ntwo\\t\\u0007three \"}", "one two three"},
	    {NULL, "{\"other\": \"o\"}", NULL},
	    {NULL, "{\"message\": \"m\"", NULL},
	    {NULL, "[\"message\"]", NULL},
	    {NULL, "just words", NULL},
	    {"content-type: text/plain; charset=utf-8", "\r\n just\r\n words\n", "just words"},
	    {"content-type: text/html", "just words", NULL},
	    {"content-type: text/plain", HUNDRED HUNDRED "x", HUNDRED HUNDRED},
	    {"content-type: text/plain", HUNDRED HUNDRED, HUNDRED HUNDRED},
	    {NULL, "{\"detail\": \"" HUNDRED HUNDRED HUNDRED "\"}", HUNDRED HUNDRED},
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *words;

		assert_int_equal(error_of(400, cases[i].header, cases[i].body, &err),
				 RESULT_REFUSED);
		words = err.text + strlen("store: PUT x: 400 Bad Request");
		assert_string_equal(words[0] ? words + 2 : "",
				    cases[i].words ? cases[i].words : "");
	}
}

/* The rest of what a terminal obeys is made harmless where it is shown, as all text is. */
static void words_stay_in_one_line_without_controls(void **state)
{
	static const struct {
		const char *header, *body;
	} cases[] = {
	    {NULL, "<Error><Code>a\x1b]0;t\x07\x1b[6n</Code><Message>\r\nb\x08\x7f%s%n</Message></Error>"},
	    {NULL, "{\"message\": \"a\\u001b]0;t\\u0007\\u001b[6n: \\r\\nb\\b\\u007f%s%n\"}"},
	    {"content-type: text/plain", "a\x1b]0;t\x07\x1b[6n: \r\nb\x08\x7f%s%n"},
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		error_of(403, cases[i].header, cases[i].body, &err);
		assert_string_equal(err.text, "store: PUT x: 403 Forbidden: a ]0;t [6n: b %s%n");
	}
}

static void words_are_cut_on_a_character(void **state)
{
	char body[600] = "", *end;
	struct error err;

	(void)state;
	for (int i = 0; i < 100; i++)
		memcpy(body + 3 * i, "\xe2\x82\xac", 4);
	error_of(400, "content-type: text/plain", body, &err);
	end = strstr(err.text, "\xe2");
	assert_non_null(end);
	assert_int_equal(strlen(end), 198);
}

static void redirect_names_where_without_secrets(void **state)
{
	static const struct {
		const char *location, *text;
	} cases[] = {
	    {"location: https://other/x/y?sig=1#2",
	     "store: PUT x: 307 Temporary Redirect, to https://other/x/y"},
	    {"location: http://u:p@h:8/", "store: PUT x: 307 Temporary Redirect, to http://h:8/"},
	    {"location: http://u:p@q@h/", "store: PUT x: 307 Temporary Redirect, to http://h/"},
	    {"location: http://u:p/q@h/", "store: PUT x: 307 Temporary Redirect, to ***"},
	    {"location: /login?next=secret", "store: PUT x: 307 Temporary Redirect, to /login"},
	    {"location: http://[::1]:80/x",
	     "store: PUT x: 307 Temporary Redirect, to http://[::1]:80/x"},
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(error_of(307, cases[i].location, "", &err), RESULT_REFUSED);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void escaped_leaves_the_unreserved_alone(void **state)
{
	struct buf url = BUF_INIT;

	(void)state;
	http_add_escaped(&url, "aZ09-._~/ +&=%\xc3\xa9:", true);
	assert_string_equal(buf_text(&url), "aZ09-._~/%20%2B%26%3D%25%C3%A9%3A");
	buf_reset(&url);
	http_add_escaped(&url, "a/b", false);
	assert_string_equal(buf_text(&url), "a%2Fb");
	buf_clear(&url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(status_decides_the_code),
	    cmocka_unit_test(words_come_from_the_known_fields),
	    cmocka_unit_test(words_stay_in_one_line_without_controls),
	    cmocka_unit_test(words_are_cut_on_a_character),
	    cmocka_unit_test(redirect_names_where_without_secrets),
	    cmocka_unit_test(escaped_leaves_the_unreserved_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
