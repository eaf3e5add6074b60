/*
 * http_help.h - a client, an endpoint and a server whose answers stand in a list, for tests.
 */
#ifndef SUBFERRY_TESTS_UNIT_HTTP_HELP_H
#define SUBFERRY_TESTS_UNIT_HTTP_HELP_H

#include "src/base/http.h"
#include "tests/unit/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SECRET "S3CR3T" /* is sent everywhere, and may be in no text */

struct said {
	int status;
	const char *headers, *body;
	enum web_mischief mischief;
};

struct scene {
	struct web *web;
	struct http *http;
	struct http_endpoint *endpoint;
	const struct said *said; /* one after the other; the last one for all that come later */
	int said_count;
	char seen[32][16];	    /* methods, as they came */
	char path[256], head[4096]; /* of the last request */
	struct buf body;
};

#define SAYS(scene, list)                                                                          \
	((scene)->said = (list), (scene)->said_count = sizeof(list) / sizeof((list)[0]))

static void scene_answer(void *arg, const struct web_request *request, struct web_answer *answer)
{
	struct scene *scene = arg;
	int n = request->number < scene->said_count ? request->number : scene->said_count;
	const struct said *said = &scene->said[n - 1];

	if (request->number <= 32)
		snprintf(scene->seen[request->number - 1], 16, "%s", request->method);
	snprintf(scene->path, sizeof(scene->path), "%s", request->path);
	snprintf(scene->head, sizeof(scene->head), "%s", request->headers);
	buf_reset(&scene->body);
	buf_add(&scene->body, request->body, request->body_len);
	answer->status = said->status;
	answer->mischief = said->mischief;
	buf_add_text(&answer->headers, said->headers ? said->headers : "");
	buf_add_text(&answer->body, said->body ? said->body : "");
}

static void scene_open(struct scene *scene, const struct http_options *options)
{
	const struct http_endpoint_options endpoint = {.name = "store"};
	struct error err;

	*scene = (struct scene){.web = web_start(scene_answer, scene)};
	assert_int_equal(http_new(&scene->http, options, &err), RESULT_OK);
	assert_int_equal(http_endpoint_new(&scene->endpoint, scene->http, &endpoint, &err),
			 RESULT_OK);
}

static void scene_close(struct scene *scene)
{
	http_endpoint_free(scene->endpoint);
	http_free(scene->http);
	web_stop(scene->web);
	buf_clear(&scene->body);
}

/* Sends @method to @url (or, if it begins with a slash, to the server's), with secrets in it. */
static enum result scene_ask(struct scene *scene, const char *method, const char *url, size_t limit,
			     struct http_answer *out, struct error *err)
{
	const struct http_header headers[] = {{"Authorization", "Bearer " SECRET}};
	struct http_request request = {
	    .method = method, .headers = headers, .header_count = 1, .limit = limit};
	char text[512];
	enum result st;

	snprintf(text, sizeof(text), "%s%s%s", *url == '/' ? web_url(scene->web) : "", url,
		 strchr(url, '?') ? "" : "?token=" SECRET);
	request.url = text;
	if (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0) {
		request.body = "body " SECRET;
		request.body_len = strlen(request.body);
	}
	*err = (struct error){0};
	web_requests(scene->web); /* in order with what the handler reads and writes */
	st = http_request(scene->endpoint, &request, out, err);
	web_requests(scene->web);
	assert_null(strstr(err->text, SECRET));
	assert_int_equal(st == RESULT_OK, err->text[0] == '\0');
	return st;
}

#endif
