#include "config.h"

#include "src/base/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/*
 * A certificate of its own for 127.0.0.1, made anew for each run, and a server of Python's: only
 * where there is an openssl command and Python's ssl.
 */
static char folder[] = "/tmp/subferry-tls-XXXXXX";
static char certificate[64], key[64], url[64], other[64];
static pid_t server;
static int server_input = -1;
static struct http *http;

/* Runs @command in a shell; only constant text and our folder are in it. */
static bool run(const char *command)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool make_certificate(const char *cert, const char *names)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
		 "-addext subjectAltName=%s -keyout %s.key -out %s 2>/dev/null",
		 names, cert, cert);
	return run(command);
}

static void start_server(void)
{
	const char *top = getenv("top_srcdir");
	char script[1024], line[32] = "";
	int in[2], out[2];

	snprintf(script, sizeof(script), "%s/tests/unit/tls_server.py", top ? top : ".");
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	server = fork();
	if (server == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", script, certificate, key, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	server_input = in[1];
	assert_true(read(out[0], line, sizeof(line) - 1) > 0);
	close(out[0]);
	snprintf(url, sizeof(url), "https://127.0.0.1:%ld/", strtol(line, NULL, 10));
}

static int set_up(void **state)
{
	const struct http_options options = {.in_flight = 1, .clock = clock_system()};

	(void)state;
	assert_int_equal(http_new(&http, &options, NULL), RESULT_OK);
	setenv("no_proxy", "*", 1);
	assert_non_null(mkdtemp(folder));
	snprintf(certificate, sizeof(certificate), "%s/server", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(key, sizeof(key), "%s/server.key", folder);
	if (!run("python3 -c 'import ssl'") || !make_certificate(certificate, "IP:127.0.0.1") ||
	    !make_certificate(other, "IP:127.0.0.1")) {
		printf("skipped: there is no openssl command, or no python3 with ssl\n");
		return 0;
	}
	start_server();
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	http_free(http);
	if (server > 0) {
		close(server_input);
		waitpid(server, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return run(command) ? 0 : -1;
}

static enum result ask(const char *ca_file, bool unverified, const char *to, struct error *err)
{
	const struct http_endpoint_options options = {
	    .name = "val", .ca_file = ca_file, .unverified = unverified};
	const struct http_request request = {.method = "GET", .url = to, .limit = 3};
	struct http_endpoint *endpoint;
	struct http_answer answer;
	enum result st;

	assert_int_equal(http_endpoint_new(&endpoint, http, &options, NULL), RESULT_OK);
	st = http_request(endpoint, &request, &answer, err);
	if (st == RESULT_OK)
		assert_string_equal(buf_text(&answer.body), "tls");
	http_answer_clear(&answer);
	http_endpoint_free(endpoint);
	return st;
}

static void certificate_that_nobody_vouches_for_is_refused(void **state)
{
	struct error err;
	char text[256];

	(void)state;
	if (server <= 0)
		skip();
	assert_int_equal(ask(NULL, false, url, &err), RESULT_UNREACHABLE);
	snprintf(text, sizeof(text),
		 "val: TLS: SSL certificate problem: self-signed certificate (GET %s)", url);
	assert_string_equal(err.text, text);
	assert_int_equal(ask(other, false, url, &err), RESULT_UNREACHABLE);
	assert_int_equal(ask("/nowhere/at/all", false, url, &err), RESULT_UNREACHABLE);
}

static void ca_file_vouches_for_its_names_alone(void **state)
{
	struct error err;
	char elsewhere[96];

	(void)state;
	if (server <= 0)
		skip();
	assert_int_equal(ask(certificate, false, url, &err), RESULT_OK);
	snprintf(elsewhere, sizeof(elsewhere), "https://localhost%s", strrchr(url, ':'));
	assert_int_equal(ask(certificate, false, elsewhere, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "localhost"));
	/* What one endpoint has accepted counts for no other, though they share sessions. */
	assert_int_equal(ask(NULL, false, url, &err), RESULT_UNREACHABLE);
}

static void unverified_is_on_request_alone(void **state)
{
	struct error err;

	(void)state;
	if (server <= 0)
		skip();
	assert_int_equal(ask(NULL, true, url, &err), RESULT_OK);
	assert_int_equal(ask(NULL, false, url, &err), RESULT_UNREACHABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(certificate_that_nobody_vouches_for_is_refused),
	    cmocka_unit_test(ca_file_vouches_for_its_names_alone),
	    cmocka_unit_test(unverified_is_on_request_alone),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
