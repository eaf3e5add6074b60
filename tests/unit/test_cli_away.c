/*
 * `subferry migrate`, the real program, before an edx-val whose token endpoint fails: what passes
 * is tried again, what stays away ends the command.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/edxval.h"
#include "tests/unit/olx_maker.h"

#define TOKEN "POST /oauth2"

static const char srt[] = "1\n00:00:01,000 --> 00:00:02,000\nhello\n";

/* A course of one transcript, and a configuration that names it; its path into @conf. */
static void make_campus(struct maker *maker, const char *url, char *conf, size_t size)
{
	static const struct item items[] = {
		MAKER_POINTER, MAKER_ROOT("<video url_name=\"v\" edx_video_id=\"vid\" "
					  "transcripts=\"{&quot;fr&quot;: &quot;fr.srt&quot;}\"/>"),
		{"static/fr.srt", srt}, {NULL, NULL}};
	struct buf text = BUF_INIT;

	buf_printf(&text, "[campus]\nname = away\nenvironment = staging\nstatus_db = %s/status.db\n",
		   maker->folder);
	buf_printf(&text, "[source]\nkind = olx\npath = %s\n", maker_folder(maker, "course", items));
	buf_printf(&text, "[val]\nkind = rest\nurl = %s\nclient_id = %s\nclient_secret_env = CS\n", url,
		   EDXVAL_CLIENT);
	buf_printf(&text, "[store]\nkind = directory\npath = %s/store\n", maker->folder);
	buf_add_text(&text, "[engine]\nretry_delay = 20ms\nmax_retries = 3\n");
	assert_false(text.failed);
	snprintf(conf, size, "%s/subferry.conf", maker->folder);
	maker_write(conf, buf_text(&text), text.len);
	assert_int_equal(chmod(conf, 0600), 0);
	buf_clear(&text);
}

/* The exit status; what it says is left in the folder. */
static int migrate(struct maker *maker, const char *conf)
{
	const char *program = getenv("SUBFERRY") ? getenv("SUBFERRY") : "./subferry";
	char path[128];
	int status;
	pid_t child;

	snprintf(path, sizeof(path), "%s/said", maker->folder);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(out, 1);
		dup2(out, 2);
		setenv("CS", EDXVAL_SECRET, 1);
		setenv("no_proxy", "127.0.0.1", 1);
		execl(program, program, "-c", conf, "migrate", "--all", (char *)NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_first_token_request_that_fails_is_tried_again(void **state)
{
	static const struct {
		struct edxval_fault fault;
		int exit, requests;
	} rows[] = {
		{{.times = 1, .status = 500}, 0, 2},
		{{.times = 1, .status = 503}, 0, 2},
		{{.times = 1, .mischief = WEB_RESET}, 0, 2},
		{{.times = 3, .status = 502}, 0, 4},
		{{.times = -1, .status = 500}, 3, 4},
		{{.times = -1, .status = 401, .body = "{\"error\":\"invalid_client\"}"}, 3, 1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct edxval *edxval = edxval_new();
		struct edxval_fault fault = rows[i].fault;
		struct maker *maker;
		char conf[128], stored[128];

		maker_setup(state);
		maker = *state;
		make_campus(maker, web_url(edxval->web), conf, sizeof(conf));
		fault.request = TOKEN;
		edxval_fault(edxval, fault);
		if (migrate(maker, conf) != rows[i].exit || edxval_count(edxval, TOKEN) != rows[i].requests)
			fail_msg("row %zu: %d requests; see %s/said", i, edxval_count(edxval, TOKEN),
				 maker->folder);
		edxval_rows(edxval, "vid", stored, sizeof(stored));
		assert_int_equal(!strncmp(stored, "fr=", 3), rows[i].exit == 0);
		maker_teardown(state);
		edxval_free(edxval);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_token_request_that_fails_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
