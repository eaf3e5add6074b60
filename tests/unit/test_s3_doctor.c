#include "config.h"

#include "src/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/clock.h"
#include "src/base/http.h"
#include "tests/unit/little_s3.h"

#define PROBE_KEY "campus/subferry-probe"

struct room {
	struct little_s3 s3; /* first: the server */
	struct http *http;
	struct store_s3_options options;
	struct store *store;
	struct buf lines;
	struct error err;
	int learned; /* times */
	enum store_condition condition;
};

static void learn(void *arg, enum store_condition condition)
{
	struct room *room = arg;

	room->learned++;
	room->condition = condition;
}

static int setup(void **state)
{
	const struct http_options options = {.in_flight = 2,
					     .total_timeout = 1500,
					     .throttled_too_long = 300,
					     .clock = clock_system()};
	struct room *room = calloc(1, sizeof(*room));

	little_s3_start(&room->s3);
	assert_int_equal(http_new(&room->http, &options, NULL), RESULT_OK);
	room->options = (struct store_s3_options){.http = room->http,
						  .endpoint = web_url(room->s3.web),
						  .bucket = LITTLE_BUCKET,
						  .location = "campus/",
						  .path_style = true,
						  .key = LITTLE_KEY,
						  .secret = LITTLE_SECRET,
						  .learned = learn,
						  .arg = room};
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	store_free(room->store);
	http_free(room->http);
	little_s3_stop(&room->s3);
	buf_clear(&room->lines);
	free(room);
	return 0;
}

static void hear(void *arg, const char *line)
{
	struct room *room = arg;

	assert_null(strchr(line, '\n'));
	buf_printf(&room->lines, "%s\n", line);
}

static enum result run_doctor(struct room *room, bool write)
{
	enum result st;

	store_free(room->store);
	room->store = NULL;
	assert_int_equal(store_s3_new(&room->store, &room->options, NULL), RESULT_OK);
	buf_reset(&room->lines);
	memset(&room->err, 0, sizeof(room->err));
	web_requests(room->s3.web); /* what was written until here is the server's now */
	st = room->store->ops->doctor(room->store, write, hear, room, &room->err);
	web_requests(room->s3.web);
	return st;
}

static void assert_said(struct room *room, const char *words)
{
	if (!strstr(buf_text(&room->lines), words))
		fail_msg("no \"%s\" in:\n%s", words, buf_text(&room->lines));
	assert_null(strstr(buf_text(&room->lines), LITTLE_SECRET));
}

static void doctor_tells_without_writing(void **state)
{
	struct room *room = *state;

	assert_int_equal(run_doctor(room, false), RESULT_OK);
	assert_said(room, "endpoint: http://127.0.0.1:");
	assert_said(room, "bucket: " LITTLE_BUCKET ", location: campus/");
	assert_said(room, "region: us-east-1, style: path");
	assert_said(room, "TLS: none");
	assert_said(room, "clock: the store does not tell");
	assert_said(room, "may read: yes");
	assert_said(room, "If-None-Match: not known");
	assert_int_equal(room->s3.puts, 0);
	assert_int_equal(room->learned, 0);
	assert_int_equal(room->s3.gets, 1);
	room->options.condition = CONDITION_HOLDS;
	assert_int_equal(run_doctor(room, false), RESULT_OK);
	assert_said(room, "If-None-Match: honoured");
	room->options.condition = CONDITION_FAILS;
	assert_int_equal(run_doctor(room, false), RESULT_OK);
	assert_said(room, "If-None-Match: not honoured");
}

static void write_learns_that_the_condition_holds(void **state)
{
	struct room *room = *state;

	for (int i = 0; i < 2; i++) { /* the second time the probe is there already */
		assert_int_equal(run_doctor(room, true), RESULT_OK);
		assert_said(room, i ? "was there already" : "was put");
		assert_said(room, "it stays");
		assert_said(room, "If-None-Match: honoured");
		assert_said(room, "reading back: yes");
		assert_int_equal(room->learned, i + 1);
		assert_int_equal(room->condition, CONDITION_HOLDS);
		assert_null(room->store->warning);
	}
	assert_int_equal(room->s3.puts, 4);
	assert_int_equal(room->s3.made, 1);
	assert_int_equal(room->s3.count, 1);
	assert_non_null(little_s3_find(&room->s3, PROBE_KEY));
}

static void write_learns_that_the_condition_fails(void **state)
{
	struct room *room = *state;

	room->s3.ignores_condition = true;
	room->options.condition = CONDITION_HOLDS; /* as it was once */
	assert_int_equal(run_doctor(room, true), RESULT_OK);
	assert_said(room, "If-None-Match: not honoured");
	assert_int_equal(room->learned, 1);
	assert_int_equal(room->condition, CONDITION_FAILS);
	assert_non_null(strstr(room->store->warning, "HEAD"));
	assert_int_equal(room->s3.count, 1);
}

/* What was learned counts at once: the next put goes without HEAD, or with it. */
static void learned_condition_counts_at_once(void **state)
{
	struct room *room = *state;
	char sha256[HASH_HEX];
	struct store_object object = {.name = "a", .bytes = "b", .len = 1, .sha256 = sha256};

	hash_sha256("b", 1, sha256);
	assert_int_equal(run_doctor(room, true), RESULT_OK);
	assert_int_equal(room->store->ops->put(room->store, &object, 1, NULL), RESULT_OK);
	assert_int_equal(room->s3.heads, 0);
	room->s3.ignores_condition = true;
	assert_int_equal(run_doctor(room, true), RESULT_OK);
	assert_int_equal(room->store->ops->put(room->store, &object, 1, NULL), RESULT_OK);
	assert_int_equal(object.result, RESULT_EXISTS);
	assert_int_equal(room->s3.heads, 1);
}

static void write_tells_what_is_refused(void **state)
{
	static const struct {
		struct little_trick trick;
		enum result result;
		const char *words;
	} rows[] = {
	    {{.method = "PUT", .times = 1, .status = 403, .code = "AccessDenied"},
	     RESULT_REFUSED,
	     "s3:PutObject"},
	    {{.method = "PUT", .times = 1, .status = 404, .code = "NoSuchBucket"},
	     RESULT_REFUSED,
	     "NoSuchBucket"},
	    {{.method = "PUT", .times = 1, .status = 501, .code = "NotImplemented"},
	     RESULT_REFUSED,
	     "does not know"},
	    {{.method = "PUT", .times = 1, .status = 500}, RESULT_RETRY, "500"},
	    {{.method = "PUT", .times = 1, .mischief = WEB_STALL}, RESULT_UNKNOWN, ""},
	    {{.method = "GET", .times = 2, .status = 403, .code = "AccessDenied"},
	     RESULT_REFUSED,
	     "AccessDenied"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		room->s3.trick = rows[i].trick;
		if (run_doctor(room, true) != rows[i].result)
			fail_msg("row %zu: %s", i, room->err.text);
		assert_non_null(strstr(room->err.text, rows[i].words));
		/* only reading back is behind the second PUT */
		assert_int_equal(room->learned, !strcmp(rows[i].trick.method, "GET"));
	}
	room->options.read_only = true;
	assert_int_equal(run_doctor(room, true), RESULT_REFUSED);
}

static void doctor_tells_what_is_wrong(void **state)
{
	static const struct {
		int status;
		const char *code, *headers;
		enum result result;
		const char *words;
	} rows[] = {
	    {301, "PermanentRedirect", "x-amz-bucket-region: ap-south-1\r\n", RESULT_REFUSED,
	     "region ap-south-1"},
	    {301, NULL, "x-amz-bucket-region: ap-south-1\r\n", RESULT_REFUSED, "region ap-south-1"},
	    {301, "PermanentRedirect", "x-amz-bucket-region: \x1b[31m!\r\n", RESULT_REFUSED,
	     "PermanentRedirect"},
	    {403, "InvalidAccessKeyId", NULL, RESULT_DENIED, "InvalidAccessKeyId"},
	    {404, "NoSuchBucket", NULL, RESULT_REFUSED, "NoSuchBucket"},
	    {400, "ExpiredToken", NULL, RESULT_DENIED, "ExpiredToken"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		room->s3.trick = (struct little_trick){.method = "GET",
						       .times = 1,
						       .status = rows[i].status,
						       .code = rows[i].code,
						       .headers = rows[i].headers};
		assert_int_equal(run_doctor(room, true), rows[i].result);
		if (!strstr(room->err.text, rows[i].words))
			fail_msg("%s", room->err.text);
		assert_null(strchr(room->err.text, '\x1b'));
		assert_int_equal(room->s3.puts, 0);
	}
}

/* Somebody else's page: the endpoint is another server's. */
static void doctor_asks_whether_the_endpoint_is_right(void **state)
{
	struct room *room = *state;

	room->s3.trick = (struct little_trick){.method = "GET", .times = 1, .status = 404,
					       .body = "<html>Not here</html>"};
	assert_int_equal(run_doctor(room, false), RESULT_REFUSED);
	assert_non_null(strstr(room->err.text, "404 Not Found (this is not S3: is the endpoint right?)"));
	room->s3.trick = (struct little_trick){.method = "GET", .times = 1, .status = 302,
					       .headers = "Location: https://x.example/login\r\n"};
	assert_int_equal(run_doctor(room, false), RESULT_REFUSED);
	assert_non_null(strstr(room->err.text, "/login (this is not S3: is the endpoint right?)"));
}

static void denied_read_of_a_missing_name_is_told_as_such(void **state)
{
	struct room *room = *state;

	room->s3.trick = (struct little_trick){
	    .method = "GET", .times = 1, .status = 403, .code = "AccessDenied"};
	assert_int_equal(run_doctor(room, false), RESULT_OK);
	assert_said(room, "may read: not known");
	assert_said(room, "s3:ListBucket");
	room->s3.trick.times = 1;
	assert_int_equal(run_doctor(room, true), RESULT_OK);
	assert_said(room, "reading back: yes");
}

static void doctor_compares_clocks(void **state)
{
	static const struct {
		int skew; /* seconds that the store is ahead */
		enum result result;
		const char *words;
	} rows[] = {
	    {0, RESULT_OK, "clock: as the store's"},
	    {-100, RESULT_OK, "ahead of the store's"},
	    {100, RESULT_OK, "behind the store's"},
	    {290, RESULT_OK, "behind the store's"},
	    {-400, RESULT_REFUSED, "ahead of the store's"},
	    {400, RESULT_REFUSED, "behind the store's"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		time_t then = time(NULL) + rows[i].skew;
		char date[64];
		struct tm at;

		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &at));
		room->s3.date = date;
		assert_int_equal(run_doctor(room, false), rows[i].result);
		assert_said(room, rows[i].words);
		room->s3.date = NULL;
	}
}

static void doctor_tells_of_tls(void **state)
{
	struct room *room = *state;

	room->options.endpoint = "https://127.0.0.1:1";
	assert_int_equal(run_doctor(room, false), RESULT_UNREACHABLE);
	assert_said(room, "TLS: verified");
	assert_false(room->store->tls_unverified);
	room->options.unverified = true;
	assert_int_equal(run_doctor(room, false), RESULT_UNREACHABLE);
	assert_said(room, "TLS: not verified");
	assert_true(room->store->tls_unverified);
	room->options.endpoint = "https://localhost:1";
	room->options.path_style = false;
	room->options.bucket = "dotted.bucket";
	assert_int_equal(run_doctor(room, false), RESULT_UNREACHABLE);
	assert_said(room, "path_style = yes");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(doctor_tells_without_writing),
	    TEST(write_learns_that_the_condition_holds),
	    TEST(write_learns_that_the_condition_fails),
	    TEST(learned_condition_counts_at_once),
	    TEST(write_tells_what_is_refused),
	    TEST(doctor_tells_what_is_wrong),
	    TEST(doctor_asks_whether_the_endpoint_is_right),
	    TEST(denied_read_of_a_missing_name_is_told_as_such),
	    TEST(doctor_compares_clocks),
	    TEST(doctor_tells_of_tls),
	};

	return cmocka_run_group_tests_name("s3_doctor", tests, NULL, NULL);
}
