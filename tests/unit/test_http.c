#include "config.h"

#include "tests/unit/http_help.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static struct scene scene;

static int set_up(void **state)
{
	const struct http_options options = {
	    .in_flight = 8,
	    .connect_timeout = 400,
	    .stall_timeout = 10000,
	    .total_timeout = 1500,
	    .clock = clock_system(),
	};

	(void)state;
	scene_open(&scene, &options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scene_close(&scene);
	return 0;
}

static enum result ask(const char *method, const char *url, struct http_answer *out,
		       struct error *err)
{
	return scene_ask(&scene, method, url, 4096, out, err);
}

static void request_carries_what_the_caller_says_and_no_more(void **state)
{
	static const struct said said[] = {
	    {200, "X-Is: here\r\nX-Is: twice\r\n", "thanks", WEB_NONE}};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(ask("PUT", "/a%2Fb/../c?b=1&a=2", &answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 200);
	assert_string_equal(buf_text(&answer.body), "thanks");
	assert_string_equal(http_answer_header(&answer, "x-is"), "here");
	assert_string_equal(http_answer_header(&answer, "content-length"), "6");
	assert_null(http_answer_header(&answer, "x-i"));
	assert_null(http_answer_header(&answer, "here"));
	assert_non_null(strstr(buf_text(&answer.headers), "x-is: here\nx-is: twice\n"));
	http_answer_clear(&answer);
	http_answer_clear(&answer);
	assert_string_equal(scene.seen[0], "PUT");
	assert_string_equal(scene.path, "/a%2Fb/../c?b=1&a=2");
	assert_string_equal(buf_text(&scene.body), "body " SECRET);
	assert_non_null(strstr(scene.head, "user-agent: subferry/" PACKAGE_VERSION "\n"));
	assert_non_null(strstr(scene.head, "authorization: Bearer " SECRET "\n"));
	assert_null(strstr(scene.head, "expect"));
	assert_null(strstr(scene.head, "content-type"));
	assert_null(strstr(scene.head, "accept-encoding"));
}

static void body_is_sent_whole(void **state)
{
	static const struct said said[] = {{200, NULL, NULL, WEB_NONE}};
	enum { SIZE = 2 * 1024 * 1024 };
	const struct http_header headers[] = {{"Content-Type", "x/y"}, {"X-Empty", ""}};
	struct http_request request = {
	    .method = "POST", .headers = headers, .header_count = 2, .body_len = SIZE};
	struct http_answer answer;
	char *body = malloc(SIZE), url[128];
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_non_null(body);
	for (int i = 0; i < SIZE; i++)
		body[i] = (char)(i * 31 % 251);
	snprintf(url, sizeof(url), "%s/", web_url(scene.web));
	request.url = url;
	request.body = body;
	assert_int_equal(http_request(scene.endpoint, &request, &answer, &err), RESULT_OK);
	assert_int_equal(web_requests(scene.web), 1);
	assert_int_equal(scene.body.len, SIZE);
	assert_memory_equal(scene.body.data, body, SIZE);
	assert_null(strstr(scene.head, "expect"));
	assert_non_null(strstr(scene.head, "content-type: x/y\n"));
	assert_null(strstr(scene.head, "x-empty"));
	http_answer_clear(&answer);
	/* nothing is sent as something empty, where a length belongs to it */
	request.body = NULL;
	request.body_len = 0;
	request.header_count = 0;
	assert_int_equal(http_request(scene.endpoint, &request, &answer, &err), RESULT_OK);
	assert_int_equal(web_requests(scene.web), 2);
	assert_int_equal(scene.body.len, 0);
	assert_non_null(strstr(scene.head, "content-length: 0\n"));
	assert_null(strstr(scene.head, "content-type"));
	http_answer_clear(&answer);
	request.method = "GET";
	assert_int_equal(http_request(scene.endpoint, &request, &answer, &err), RESULT_OK);
	assert_int_equal(web_requests(scene.web), 3);
	assert_null(strstr(scene.head, "content-length"));
	http_answer_clear(&answer);
	free(body);
}

static void head_has_headers_alone(void **state)
{
	static const struct said said[] = {
	    {200, "ETag: \"x\"\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "12345", WEB_NONE}};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(scene_ask(&scene, "HEAD", "/", 0, &answer, &err), RESULT_OK);
	assert_string_equal(http_answer_header(&answer, "content-length"), "5");
	assert_string_equal(http_answer_header(&answer, "etag"), "\"x\"");
	assert_int_equal(answer.body.len, 0);
	assert_int_equal(answer.date, INT64_C(784111777000000));
	http_answer_clear(&answer);
	assert_int_equal(ask("GET", "/", &answer, &err), RESULT_OK);
	assert_int_equal(answer.body.len, 5);
	http_answer_clear(&answer);
}

static void connections_are_kept(void **state)
{
	static const char *const methods[] = {"GET", "PUT", "HEAD", "POST", "DELETE"};
	static const struct said said[] = {{200, NULL, "x", WEB_NONE}};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(ask(methods[i], "/", &answer, &err), RESULT_OK);
		assert_string_equal(scene.seen[i], methods[i]);
		http_answer_clear(&answer);
	}
	assert_int_equal(web_connections(scene.web), 1);
}

static void redirect_is_an_answer(void **state)
{
	static const struct said said[] = {
	    {301, "Location: https://user:" SECRET "@other/place?x=" SECRET "#y\r\n", NULL,
	     WEB_NONE}};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(ask("GET", "/", &answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 301);
	assert_int_equal(web_requests(scene.web), 1);
	assert_int_equal(http_status_error(&answer, "store", &err), RESULT_REFUSED);
	assert_string_equal(err.text, "store: 301 Moved Permanently, to https://other/place");
	http_answer_clear(&answer);
}

static void mischief_leaves_the_outcome_unknown(void **state)
{
	static const struct {
		enum web_mischief mischief;
		const char *text;
	} cases[] = {
	    {WEB_CLOSE, "Server returned nothing (no headers, no data)"},
	    {WEB_RESET, "Failure when receiving data from the peer"},
	    {WEB_TRUNCATE, "Transferred a partial file"},
	    {WEB_STALL, "no answer in time"},
	    {WEB_HALF, "no answer in time"},
	};
	struct http_answer answer;
	struct error err;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct said said[] = {{200, NULL, "0123456789", cases[i].mischief}};
		int before = web_requests(scene.web);

		SAYS(&scene, said);
		assert_int_equal(ask("POST", "/", &answer, &err), RESULT_UNKNOWN);
		snprintf(text, sizeof(text), "store: %s (POST %s/)", cases[i].text,
			 web_url(scene.web));
		assert_string_equal(err.text, text);
		assert_int_equal(answer.body.len, 0);
		assert_int_equal(web_requests(scene.web), before + 1);
		http_answer_clear(&answer);
	}
}

static void slow_bytes_arrive(void **state)
{
	static const struct said said[] = {{200, NULL, "x", WEB_SLOW}};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	assert_int_equal(ask("GET", "/", &answer, &err), RESULT_OK);
	assert_string_equal(buf_text(&answer.body), "x");
	http_answer_clear(&answer);
}

static void stall_ends_before_the_total(void **state)
{
	static const struct said said[] = {{200, NULL, "x", WEB_STALL}};
	const struct http_options options = {
	    .in_flight = 1,
	    .stall_timeout = 1000,
	    .total_timeout = 3600000,
	    .clock = clock_system(),
	};
	struct scene stalled;
	struct http_answer answer;
	struct error err;

	(void)state;
	scene_open(&stalled, &options);
	SAYS(&stalled, said);
	assert_int_equal(scene_ask(&stalled, "GET", "/", 10, &answer, &err), RESULT_UNKNOWN);
	assert_non_null(strstr(err.text, "no answer in time"));
	http_answer_clear(&answer);
	scene_close(&stalled);
}

/* A server that thinks longer than most are given: the same stall ends one request, not the other. */
static void a_patient_request_waits_for_a_slow_thinker(void **state)
{
	static const struct said said[] = {{200, NULL, "x", WEB_STALL}};
	const struct http_options options = {
	    .in_flight = 1,
	    .stall_timeout = 1000,
	    .total_timeout = 1000,
	    .clock = clock_system(),
	};
	struct http_request request = {.method = "GET", .limit = 10, .patient = true};
	struct scene stalled;
	struct http_answer answer;
	struct error err;
	int64_t before;

	(void)state;
	scene_open(&stalled, &options);
	SAYS(&stalled, said);
	request.url = web_url(stalled.web);
	before = clock_now(options.clock);
	assert_int_equal(http_request(stalled.endpoint, &request, &answer, &err), RESULT_UNKNOWN);
	assert_true(clock_now(options.clock) - before >= 3 * options.stall_timeout);
	http_answer_clear(&answer);
	request.patient = false;
	before = clock_now(options.clock);
	assert_int_equal(http_request(stalled.endpoint, &request, &answer, &err), RESULT_UNKNOWN);
	assert_true(clock_now(options.clock) - before < 3 * options.stall_timeout);
	http_answer_clear(&answer);
	scene_close(&stalled);
}

/* A connection that was kept, and that the server ends with the next request. */
static void dead_connection_repeats_what_may_be_repeated(void **state)
{
	static const struct said said[] = {
	    {200, NULL, "1", WEB_NONE}, {0, NULL, NULL, WEB_CLOSE}, {200, NULL, "3", WEB_NONE}};
	static const struct {
		const char *method;
		enum result st;
		int requests;
	} cases[] = {
	    {"GET", RESULT_OK, 3},	 {"HEAD", RESULT_OK, 3},       {"PUT", RESULT_OK, 3},
	    {"POST", RESULT_UNKNOWN, 2}, {"PATCH", RESULT_UNKNOWN, 2},
	};
	struct http_answer answer;
	struct error err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i > 0)
			assert_int_equal(tear_down(state) + set_up(state), 0);
		SAYS(&scene, said);
		assert_int_equal(ask("GET", "/", &answer, &err), RESULT_OK);
		http_answer_clear(&answer);
		assert_int_equal(ask(cases[i].method, "/", &answer, &err), cases[i].st);
		http_answer_clear(&answer);
		assert_int_equal(web_requests(scene.web), cases[i].requests);
	}
}

/* Answers one request, takes a second one, and is gone: its port is closed before the connection.
 */
static void *answer_once(void *arg)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	int listener = *(int *)arg, fd = accept(listener, NULL, NULL);
	char in[4096];

	if (recv(fd, in, sizeof(in), 0) > 0 && send(fd, answer, sizeof(answer) - 1, 0) > 0 &&
	    recv(fd, in, sizeof(in), 0) > 0)
		close(listener);
	close(fd);
	return NULL;
}

static int listen_anywhere(int backlog, char *host, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(host, size, "127.0.0.1:%d", ntohs(address.sin_port));
	return fd;
}

/* Sent on a kept connection, and nobody is there when it is sent again: it may have arrived. */
static void lost_answer_is_unknown_even_if_nobody_is_there_later(void **state)
{
	char host[64], url[128];
	struct http_answer answer;
	struct error err;
	pthread_t thread;
	int listener;

	(void)state;
	listener = listen_anywhere(1, host, sizeof(host));
	snprintf(url, sizeof(url), "http://%s/", host);
	assert_int_equal(pthread_create(&thread, NULL, answer_once, &listener), 0);
	assert_int_equal(ask("GET", url, &answer, &err), RESULT_OK);
	http_answer_clear(&answer);
	assert_int_equal(ask("PUT", url, &answer, &err), RESULT_UNKNOWN);
	assert_non_null(strstr(err.text, "Connection refused")); /* it did try again */
	pthread_join(thread, NULL);
	assert_int_equal(ask("PUT", url, &answer, &err), RESULT_UNREACHABLE);
}

/* Connections that nobody accepts, until there is no room for one more. */
static void fill(const char *host, int *fillers, int count)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)strtoul(strchr(host, ':') + 1, NULL, 10));
	for (int i = 0; i < count; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(fillers[i], (struct sockaddr *)&address, sizeof(address));
	}
}

static void nothing_was_sent_where_nobody_is_reached(void **state)
{
	char host[64], full[128], silent[128], closed[128], tls[128], text[256];
	int fillers[4], fd, quiet;
	struct http_answer answer;
	struct error err;

	(void)state;
	fd = listen_anywhere(0, host, sizeof(host));
	fill(host, fillers, 4);
	snprintf(full, sizeof(full), "http://%s/", host);
	quiet = listen_anywhere(4, host, sizeof(host));
	snprintf(silent, sizeof(silent), "https://%s/", host);
	close(listen_anywhere(1, host, sizeof(host)));
	snprintf(closed, sizeof(closed), "http://%s/a", host);
	snprintf(tls, sizeof(tls), "https%s/", web_url(scene.web) + 4);

	assert_int_equal(ask("POST", full, &answer, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "no connection in time"));
	assert_int_equal(ask("POST", silent, &answer, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "no connection in time"));
	assert_int_equal(ask("POST", tls, &answer, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "store: TLS: "));
	assert_int_equal(ask("POST", closed, &answer, &err), RESULT_UNREACHABLE);
	snprintf(text, sizeof(text), "store: Connection refused (POST %s)", closed);
	assert_string_equal(err.text, text);
	assert_int_equal(web_requests(scene.web), 0);
	http_answer_clear(&answer);
	for (int i = 0; i < 4; i++)
		close(fillers[i]);
	close(fd);
	close(quiet);
}

static void proxy_is_the_environments(void **state)
{
	static const struct said said[] = {{200, NULL, "by proxy", WEB_NONE}};
	static const char *const bad[] = {"http://user:" SECRET "@127.0.0.1:1",
					  "nix://user:" SECRET "@127.0.0.1:1",
					  "http://user:" SECRET "@[nix"};
	struct http_answer answer;
	struct error err;

	(void)state;
	SAYS(&scene, said);
	unsetenv("no_proxy");
	setenv("http_proxy", web_url(scene.web), 1);
	assert_int_equal(ask("GET", "http://nobody.invalid/x?a=1", &answer, &err), RESULT_OK);
	assert_string_equal(scene.path, "http://nobody.invalid/x?a=1");
	http_answer_clear(&answer);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("http_proxy", bad[i], 1);
		assert_int_equal(ask("PUT", "http://nobody.invalid/x", &answer, &err),
				 RESULT_UNREACHABLE);
	}
	unsetenv("http_proxy");
	setenv("no_proxy", "*", 1);
}

static void bad_request_is_not_sent(void **state)
{
	static const char *const urls[] = {
	    "http://user:" SECRET "@127.0.0.1:1/",
	    "http://user:" SECRET "/x@127.0.0.1:1/",
	    "http://" SECRET "@/",
	    "ftp://127.0.0.1:1/",
	    "file:///etc/passwd",
	    "http://[nix/",
	};
	static const struct http_header bad[] = {
	    {"X-A", "b\r\nX-C: " SECRET}, {"X-A", SECRET "\n"}, {"X: " SECRET, "b"}, {"", SECRET}};
	struct http_answer answer;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_int_equal(ask("GET", urls[i], &answer, &err), RESULT_INVALID);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct http_request request = {.method = "GET",
						     .url = web_url(scene.web),
						     .headers = &bad[i],
						     .header_count = 1};

		assert_int_equal(http_request(scene.endpoint, &request, &answer, &err),
				 RESULT_INVALID);
		assert_null(strstr(err.text, SECRET));
		http_answer_clear(&answer);
	}
	assert_int_equal(web_requests(scene.web), 0);
}

static void answer_beyond_its_limit_ends(void **state)
{
	char *large = malloc(3 * 1024 * 1024 + 1);
	struct said said[] = {{200, NULL, "12345", WEB_NONE}};
	struct http_answer answer;
	struct error err;

	(void)state;
	assert_non_null(large);
	memset(large, 'x', 3 * 1024 * 1024);
	large[3 * 1024 * 1024] = '\0';
	SAYS(&scene, said);
	assert_int_equal(scene_ask(&scene, "GET", "/", 5, &answer, &err), RESULT_OK);
	http_answer_clear(&answer);
	assert_int_equal(scene_ask(&scene, "GET", "/", 4, &answer, &err), RESULT_LIMIT);
	assert_int_equal(answer.body.len, 0);
	said[0].body = large;
	assert_int_equal(scene_ask(&scene, "GET", "/", 5, &answer, &err), RESULT_LIMIT);
	/* what explains a failure is cut: the status counts */
	said[0].status = 500;
	assert_int_equal(scene_ask(&scene, "GET", "/", 5, &answer, &err), RESULT_OK);
	assert_int_equal(answer.status, 500);
	assert_int_equal(answer.body.len, 16384);
	http_answer_clear(&answer);
	said[0].body = "few";
	assert_int_equal(scene_ask(&scene, "GET", "/", 0, &answer, &err), RESULT_OK);
	assert_string_equal(buf_text(&answer.body), "few");
	http_answer_clear(&answer);
	/* a head without end */
	memcpy(large, "X: ", 3);
	memcpy(large + 70000, "\r\n", 3);
	said[0].headers = large;
	assert_int_equal(scene_ask(&scene, "GET", "/", 5, &answer, &err), RESULT_LIMIT);
	free(large);
}

/* ---- many at once ---- */

enum { THREADS = 8, EACH = 100 };

static void echo(void *arg, const struct web_request *request, struct web_answer *answer)
{
	(void)arg;
	buf_add_text(&answer->body, request->path);
}

static void *ask_many(void *arg)
{
	struct http_endpoint *endpoint = arg;
	size_t wrong = 0;

	for (int i = 0; i < EACH; i++) {
		struct http_request request = {.method = "GET", .limit = 100};
		struct http_answer answer;
		char url[128], path[64];

		snprintf(path, sizeof(path), "/%lx/%d", (unsigned long)pthread_self(), i);
		snprintf(url, sizeof(url), "%s%s", web_url(scene.web), path);
		request.url = url;
		if (http_request(endpoint, &request, &answer, NULL) != RESULT_OK ||
		    strcmp(buf_text(&answer.body), path) != 0)
			wrong++;
		http_answer_clear(&answer);
	}
	return (void *)wrong;
}

static void threads_share_one_endpoint(void **state)
{
	struct web *first = scene.web;
	pthread_t threads[THREADS];
	struct http_load load;

	(void)state;
	scene.web = web_start(echo, NULL);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_many, scene.endpoint), 0);
	for (int i = 0; i < THREADS; i++) {
		void *wrong = NULL;

		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	assert_int_equal(web_requests(scene.web), THREADS * EACH);
	assert_in_range(web_connections(scene.web), 1, THREADS);
	http_load(scene.http, &load);
	assert_int_equal(load.in_flight, 0);
	assert_int_equal(load.allowed, 8);
	assert_string_equal(load.slowed_by, "");
	web_stop(scene.web);
	scene.web = first;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    T(request_carries_what_the_caller_says_and_no_more),
	    T(body_is_sent_whole),
	    T(head_has_headers_alone),
	    T(connections_are_kept),
	    T(redirect_is_an_answer),
	    T(mischief_leaves_the_outcome_unknown),
	    T(slow_bytes_arrive),
	    T(stall_ends_before_the_total),
	    T(a_patient_request_waits_for_a_slow_thinker),
	    T(dead_connection_repeats_what_may_be_repeated),
	    T(lost_answer_is_unknown_even_if_nobody_is_there_later),
	    T(nothing_was_sent_where_nobody_is_reached),
	    T(proxy_is_the_environments),
	    T(bad_request_is_not_sent),
	    T(answer_beyond_its_limit_ends),
	    T(threads_share_one_endpoint),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
