/*
 * Tokens: what is asked for and taken, one renewal for all, renewed in time and after a refusal,
 * and no secret in any word of it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "src/base/secret.h"
#include "src/val/token.h"
#include "tests/unit/edxval_help.h"

enum { THREADS = 16 };

struct fixture {
	struct bench *bench;
	struct http_endpoint *endpoint;
	struct token *token;
};

static struct token *token_with(struct fixture *f, const char *id, const char *secret)
{
	struct buf url = BUF_INIT;
	struct token *token;
	struct token_options options = {.endpoint = f->endpoint, .client_id = id,
					.client_secret = secret, .clock = &f->bench->clock.clock};

	buf_printf(&url, "%s/oauth2/access_token", web_url(f->bench->edxval->web));
	options.url = buf_text(&url);
	assert_int_equal(token_new(&token, &options, NULL), RESULT_OK);
	buf_clear(&url);
	return token;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct http_endpoint_options options = {.name = "val"};

	assert_non_null(f);
	f->bench = bench_new();
	assert_int_equal(http_endpoint_new(&f->endpoint, f->bench->http, &options, NULL), RESULT_OK);
	f->token = token_with(f, EDXVAL_CLIENT, EDXVAL_SECRET);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	token_free(f->token);
	http_endpoint_free(f->endpoint);
	bench_free(f->bench);
	free(f);
	return 0;
}

/* The number of the token that is given now. */
static int number(struct token *token, uint64_t *serial)
{
	struct error err = {0};
	char *text = NULL;
	int n = 0;

	if (token_get(token, &text, serial, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_int_equal(sscanf(text, "head.token%d.sign", &n), 1);
	secret_free(text);
	return n;
}

static enum result failure(struct token *token, struct error *err)
{
	uint64_t serial;
	char *text;
	enum result st = token_get(token, &text, &serial, err);

	assert_null(text);
	assert_null(strstr(err->text, EDXVAL_SECRET));
	assert_null(strstr(err->text, "s3cret"));
	return st;
}

static void get_asks_once_and_keeps_it(void **state)
{
	struct fixture *f = *state;
	uint64_t serial;

	assert_int_equal(token_lifetime(f->token), 0);
	assert_int_equal(number(f->token, &serial), 1);
	assert_int_equal(number(f->token, &serial), 1);
	assert_int_equal(edxval_count(f->bench->edxval, "POST /oauth2/access_token"), 1);
	assert_int_equal(token_lifetime(f->token), 3600);
}

static void get_renews_before_the_end(void **state)
{
	/* life in seconds (-1 not said); ms at which the token still serves, and no longer does */
	static const struct { int life; int64_t serves, renewed; } rows[] = {
		{3600, 3539999, 3540000}, {600, 539999, 540000}, {300, 269999, 270000},
		{10, 8999, 9000}, {1, 899, 900},
	};
	struct fixture *f = *state;
	uint64_t serial;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct token *token = token_with(f, EDXVAL_CLIENT, EDXVAL_SECRET);
		int first;

		EDXVAL(f->bench->edxval, f->bench->edxval->expires_in = rows[i].life);
		first = number(token, &serial);
		move_on(f->bench, rows[i].serves);
		assert_int_equal(number(token, &serial), first);
		move_on(f->bench, rows[i].renewed - rows[i].serves);
		assert_int_equal(number(token, &serial), first + 1);
		token_free(token);
	}
}

static void get_keeps_one_of_unknown_life(void **state)
{
	struct fixture *f = *state;
	uint64_t serial;

	EDXVAL(f->bench->edxval, f->bench->edxval->expires_in = -1);
	assert_int_equal(number(f->token, &serial), 1);
	move_on(f->bench, 1000000000);
	assert_int_equal(number(f->token, &serial), 1);
}

static void get_fails_in_words(void **state)
{
	static const char many[] = "{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"JWT\"}";
	static const char bearer[] = "{\"access_token\":\"abcdefgh\",\"token_type\":\"Bearer\"}";
	static const char echo[] = "{\"error\":\"no: " EDXVAL_SECRET " s3cret%2B%2F%3D%26%25 !\"}";
	static const struct {
		struct edxval_fault fault;
		enum result result;
		const char *words;
	} rows[] = {
		{{.status = 400, .body = "{\"error\":\"invalid_request\"}"}, RESULT_DENIED,
		 "invalid_request"},
		{{.status = 401, .body = "{\"error\":\"invalid_client\"}"}, RESULT_DENIED,
		 "invalid_client"},
		{{.status = 401, .body = echo}, RESULT_DENIED, "no: *** *** !"},
		{{.status = 403}, RESULT_DENIED, "too often"},
		{{.status = 404, .body = "<html>"}, RESULT_DENIED, "/oauth2/access_token right?): 404"},
		{{.status = 301, .headers = "Location: https://elsewhere/x\r\n"}, RESULT_DENIED,
		 "https://elsewhere"},
		{{.status = 408}, RESULT_RETRY, "408"},
		{{.status = 500}, RESULT_RETRY, "500"},
		{{.status = 502}, RESULT_RETRY, "502"},
		{{.status = 503}, RESULT_RETRY, "503"},
		{{.status = 429}, RESULT_UNREACHABLE, "429"},
		{{.status = 200, .body = "<html>log in</html>"}, RESULT_RETRY, "no JSON"},
		{{.status = 200, .body = "[]"}, RESULT_RETRY, "no JSON"},
		{{.status = 200, .body = "{}"}, RESULT_RETRY, "no token"},
		{{.status = 200, .body = many}, RESULT_RETRY, "no token"},
		{{.status = 200, .body = bearer}, RESULT_DENIED, "\"Bearer\""},
		{{.mischief = WEB_CLOSE}, RESULT_RETRY, ""},
		{{.mischief = WEB_RESET}, RESULT_RETRY, ""},
		{{.mischief = WEB_TRUNCATE}, RESULT_RETRY, ""},
		{{.mischief = WEB_STALL}, RESULT_RETRY, ""},
	};
	struct fixture *f = *state;
	uint64_t serial;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct token *token = token_with(f, EDXVAL_CLIENT, EDXVAL_SECRET);
		struct edxval_fault fault = rows[i].fault;
		struct error err = {0};
		enum result st;
		char *text;

		fault.request = "POST /oauth2";
		fault.times = -1;
		edxval_fault(f->bench->edxval, fault);
		st = failure(token, &err);
		if (st != rows[i].result || !strstr(err.text, rows[i].words))
			fail_msg("row %zu: %s: %s", i, result_text(st), err.text);
		assert_null(strstr(err.text, "abcdefgh"));
		/* and then all is well again, after a while where it was refused */
		edxval_fault(f->bench->edxval, (struct edxval_fault){0});
		assert_int_equal(token_get(token, &text, &serial, NULL),
				 st == RESULT_DENIED ? RESULT_DENIED : RESULT_OK);
		secret_free(text);
		move_on(f->bench, 10000);
		number(token, &serial);
		token_free(token);
	}
}

static void get_tells_wrong_credentials(void **state)
{
	struct fixture *f = *state;
	struct token *token = token_with(f, EDXVAL_CLIENT, "another");
	struct error err = {0};

	assert_int_equal(failure(token, &err), RESULT_DENIED);
	assert_non_null(strstr(err.text, "invalid_client"));
	assert_null(strstr(err.text, "another"));
	token_free(token);
}

static void get_refuses_what_is_no_jwt(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	uint64_t serial;

	EDXVAL(f->bench->edxval, f->bench->edxval->token_type = "Bearer");
	assert_int_equal(failure(f->token, &err), RESULT_DENIED);
	assert_non_null(strstr(err.text, "edx-val takes JWT only"));
	EDXVAL(f->bench->edxval, f->bench->edxval->token_type = "jwt");
	move_on(f->bench, 10000);
	assert_int_equal(number(f->token, &serial), 2);
}

static void rejected_renews_the_one_in_use_only(void **state)
{
	struct fixture *f = *state;
	uint64_t first, second, third;

	assert_int_equal(number(f->token, &first), 1);
	token_accepted(f->token, first);
	token_rejected(f->token, first);
	assert_int_equal(number(f->token, &second), 2);
	token_accepted(f->token, second);
	token_rejected(f->token, first); /* an answer that comes late */
	assert_int_equal(number(f->token, &third), 2);
	assert_int_equal(third, second);
}

static void rejected_in_vain_waits(void **state)
{
	struct fixture *f = *state;
	uint64_t serial;

	number(f->token, &serial);
	token_rejected(f->token, serial);
	assert_int_equal(number(f->token, &serial), 2);
	token_rejected(f->token, serial);
	assert_int_equal(number(f->token, &serial), 2);
	move_on(f->bench, 10000);
	token_rejected(f->token, serial);
	assert_int_equal(number(f->token, &serial), 3);
	token_accepted(f->token, serial);
	token_rejected(f->token, serial);
	assert_int_equal(number(f->token, &serial), 4);
}

static void *worker(void *arg)
{
	uint64_t serial;
	char *text = NULL;
	enum result st = token_get(arg, &text, &serial, NULL);

	secret_free(text);
	return st == RESULT_OK ? arg : NULL;
}

/* How many of the workers had a token. */
static int all_at_once(struct fixture *f)
{
	pthread_t threads[THREADS];
	void *answer;
	int had = 0;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, worker, f->token), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &answer);
		had += answer != NULL;
	}
	return had;
}

static void many_workers_make_one_request(void **state)
{
	struct fixture *f = *state;

	EDXVAL(f->bench->edxval, f->bench->edxval->token_delay = 100);
	assert_int_equal(all_at_once(f), THREADS);
	assert_int_equal(edxval_count(f->bench->edxval, "POST /oauth2"), 1);
	move_on(f->bench, 3540000);
	assert_int_equal(all_at_once(f), THREADS);
	assert_int_equal(edxval_count(f->bench->edxval, "POST /oauth2"), 2);
}

static void many_workers_share_one_failure(void **state)
{
	struct fixture *f = *state;

	/* no answer for long: others come before it is given up */
	edxval_fault(f->bench->edxval, (struct edxval_fault){.request = "POST /oauth2", .times = -1,
							     .mischief = WEB_STALL});
	assert_int_equal(all_at_once(f), 0);
	assert_in_range(edxval_count(f->bench->edxval, "POST /oauth2"), 1, THREADS / 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(get_asks_once_and_keeps_it),
		TEST(get_renews_before_the_end),
		TEST(get_keeps_one_of_unknown_life),
		TEST(get_fails_in_words),
		TEST(get_tells_wrong_credentials),
		TEST(get_refuses_what_is_no_jwt),
		TEST(rejected_renews_the_one_in_use_only),
		TEST(rejected_in_vain_waits),
		TEST(many_workers_make_one_request),
		TEST(many_workers_share_one_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
