#include "config.h"

#include "src/base/http.h"
#include "tests/unit/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KEY "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN "T0KEN/+=="

static struct http *http;
static struct http_endpoint *endpoint;
static struct web *web;
static const char *wrong; /* of the last request */
static char head[4096];
static size_t body_len;

static void verify(void *arg, const struct web_request *request, struct web_answer *answer)
{
	(void)arg;
	(void)answer;
	wrong = sigv4_verify(request, KEY, SECRET, "eu-west-3", "s3");
	snprintf(head, sizeof(head), "%s", request->headers);
	body_len = request->body_len;
}

static int set_up(void **state)
{
	const struct http_options options = {.in_flight = 1, .clock = clock_system()};
	const struct http_endpoint_options store = {.name = "store"};

	(void)state;
	assert_int_equal(http_new(&http, &options, NULL), RESULT_OK);
	assert_int_equal(http_endpoint_new(&endpoint, http, &store, NULL), RESULT_OK);
	web = web_start(verify, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	http_endpoint_free(endpoint);
	http_free(http);
	web_stop(web);
	return 0;
}

static void check(const char *method, const char *path, const struct http_header *headers,
		  size_t count, const void *body, size_t len, const char *token)
{
	const struct http_sign sign = {"eu-west-3", "s3", KEY, SECRET, token};
	struct http_request request = {.method = method,
				       .headers = headers,
				       .header_count = count,
				       .body = body,
				       .body_len = len,
				       .limit = 10,
				       .sign = &sign};
	struct http_answer answer;
	struct error err;
	char url[512];

	snprintf(url, sizeof(url), "%s%s", web_url(web), path);
	request.url = url;
	wrong = "nothing came";
	web_requests(web);
	assert_int_equal(http_request(endpoint, &request, &answer, &err), RESULT_OK);
	web_requests(web);
	http_answer_clear(&answer);
	if (wrong)
		fail_msg("%s %s: %s\n%s", method, path, wrong, head);
}

/* The example of the specification, "Signature Version 4 signing process", ListUsers. */
static void verifier_takes_the_specifications_example(void **state)
{
	struct web_request request = {
	    .method = "GET",
	    .path = "/?Action=ListUsers&Version=2010-05-08",
	    .headers =
		"host: iam.amazonaws.com\n"
		"content-type: application/x-www-form-urlencoded; charset=utf-8\n"
		"x-amz-date: 20150830T123600Z\n"
		"authorization: AWS4-HMAC-SHA256 "
		"Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
		"SignedHeaders=content-type;host;x-amz-date, "
		"Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\n",
	    .body = "",
	};

	(void)state;
	assert_null(sigv4_verify(&request, KEY, SECRET, "us-east-1", "iam"));
	request.path = "/?Action=ListUsers&Version=2010-05-09";
	assert_string_equal(sigv4_verify(&request, KEY, SECRET, "us-east-1", "iam"),
			    "the signature does not match");
	request.path = "/?Version=2010-05-08&Action=ListUsers";
	assert_string_equal(sigv4_verify(&request, KEY, SECRET, "us-east-1", "iam"),
			    "the query is not sorted");
}

static void put_with_a_body_is_signed(void **state)
{
	static const struct http_header headers[] = {
	    {"Content-Type", "application/x-subrip"},
	    {"If-None-Match", "*"},
	    {"x-amz-storage-class", "STANDARD_IA"},
	    {"x-amz-meta-a", "two  blanks "},
	};

	(void)state;
	check("PUT", "/bucket/video-transcripts/a%20b~%C3%A9.srt", headers, 4, "1\n2\n", 4, NULL);
	assert_int_equal(body_len, 4);
	assert_null(strstr(head, "x-amz-security-token"));
	check("PUT", "/bucket/empty", headers, 4, "", 0, TOKEN);
	assert_non_null(strstr(head, "x-amz-security-token: " TOKEN "\n"));
	check("PUT", "/bucket/type", NULL, 0, "x", 1, TOKEN);
	assert_non_null(strstr(head, "content-type: application/octet-stream\n"));
}

static void put_of_a_large_body_is_signed(void **state)
{
	enum { SIZE = 3 * 1024 * 1024 };
	char *body = calloc(1, SIZE);

	(void)state;
	assert_non_null(body);
	check("PUT", "/bucket/large", NULL, 0, body, SIZE, NULL);
	assert_int_equal(body_len, SIZE);
	free(body);
}

static void get_with_a_query_is_signed(void **state)
{
	(void)state;
	check("GET", "/bucket?list-type=2&max-keys=1&prefix=a%2Fb", NULL, 0, NULL, 0, NULL);
	assert_null(strstr(head, "content-type"));
	check("GET", "/bucket/a/../b//c?versionId=x", NULL, 0, NULL, 0, TOKEN);
	check("HEAD", "/bucket/a", NULL, 0, NULL, 0, TOKEN);
	check("POST", "/bucket?delete=", NULL, 0, "x", 1, TOKEN);
}

/* Names of which one begins another: by name, not by line, is their order. */
static void key_management_headers_are_signed(void **state)
{
	static const struct http_header headers[] = {
	    {"x-amz-server-side-encryption", "aws:kms"},
	    {"x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-3:1:key/2"},
	};
	static const struct http_header blanks[] = {
	    {"X-A-B", "  y  z  "}, {"x-a", " "}, {"X-a1", ":x :y"}, {"Content-Type", "a/b; c"}};

	(void)state;
	check("PUT", "/bucket/kms", headers, 2, "x", 1, NULL);
	check("PUT", "/bucket/a%20b/../c", headers, 2, "", 0, TOKEN);
	check("GET", "/bucket/kms?a=1&b=%2F", headers, 2, NULL, 0, NULL);
	check("HEAD", "/bucket/kms", headers, 2, NULL, 0, NULL);
	check("PUT", "/bucket/blanks", blanks, 4, "x", 1, NULL);
	assert_non_null(strstr(head, "x-a-b: y  z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verifier_takes_the_specifications_example),
	    cmocka_unit_test(put_with_a_body_is_signed),
	    cmocka_unit_test(put_of_a_large_body_is_signed),
	    cmocka_unit_test(get_with_a_query_is_signed),
	    cmocka_unit_test(key_management_headers_are_signed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
