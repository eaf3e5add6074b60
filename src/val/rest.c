#include "config.h"

#include "src/val/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/secret.h"

#define API "/api/val/v0/"

enum { LANGUAGE_MAX = 50 };

/* ---- requests -----------------------------------------------------------------------------*/

char *rest_path(const char *before, const char *part, const char *after)
{
	struct buf path = BUF_INIT;

	buf_add_text(&path, before);
	http_add_escaped(&path, part, false);
	buf_add_text(&path, after);
	return buf_take(&path);
}

/* A server, or a proxy that explains itself, may repeat what it was sent. */
static void hide_token(const char *token, struct http_answer *answer)
{
	if (!answer->body.data ||
	    (answer->status < 300 &&
	     !memmem(answer->body.data, answer->body.len, token, strlen(token))))
		return;
	secret_hide(answer->body.data, token);
	answer->body.len = strlen(answer->body.data);
}

static enum result call_once(struct rest *rest, const struct http_request *wanted,
			     struct http_answer *out, uint64_t *serial, struct error *err)
{
	struct http_request request = *wanted;
	struct http_header headers[] = {
		{"Authorization", NULL},
		{"Accept", "application/json"},
		{"Content-Type", "application/json"},
	};
	struct buf header = BUF_INIT;
	char *token = NULL, *value = NULL;
	enum result st = token_get(rest->token, &token, serial, err);

	if (st != RESULT_OK)
		return st;
	buf_add_text(&header, "JWT ");
	buf_add_text(&header, token);
	value = buf_take(&header);
	if (value) {
		headers[0].value = value;
		request.headers = headers;
		request.header_count = request.body ? 3 : 2;
		st = http_request(rest->endpoint, &request, out, err);
		if (st == RESULT_OK)
			hide_token(token, out);
	} else {
		st = error_set(err, RESULT_NOMEM, "no memory to ask edx-val");
	}
	secret_free(value);
	secret_free(token);
	return st;
}

enum result rest_call(struct rest *rest, const char *method, const char *path, const char *body,
		      size_t limit, struct http_answer *out, struct error *err)
{
	struct buf url = BUF_INIT;
	struct http_request request = {.method = method, .body = body,
				       .body_len = body ? strlen(body) : 0, .limit = limit,
				       .patient = limit > REST_ANSWER_MAX};
	uint64_t first = 0, serial = 0;
	enum result st;

	memset(out, 0, sizeof(*out));
	buf_add_text(&url, rest->api);
	buf_add_text(&url, path);
	if (url.failed) {
		buf_clear(&url);
		return error_set(err, RESULT_NOMEM, "no memory to ask edx-val");
	}
	request.url = buf_text(&url);
	for (int i = 0; i < 2; i++) {
		st = call_once(rest, &request, out, &serial, err);
		if (st == RESULT_OK && out->status != 401)
			token_accepted(rest->token, serial);
		/* the same token again, where none other is to be had, says the same again */
		if (st != RESULT_OK || out->status != 401 || i || serial == first)
			break;
		first = serial;
		token_rejected(rest->token, serial);
		http_answer_clear(out);
		memset(out, 0, sizeof(*out));
	}
	buf_clear(&url);
	return st;
}

enum result rest_get(struct rest *rest, const char *path, size_t limit, struct http_answer *out,
		     struct error *err)
{
	struct error why = {0};
	enum result st = rest_call(rest, "GET", path, NULL, limit, out, &why);

	if (st == RESULT_UNKNOWN) /* nothing is changed by asking twice */
		st = RESULT_RETRY;
	return st == RESULT_OK ? st : error_set(err, st, "%s", why.text);
}

/*
 * What the status of an answer to POST means. Behind a server error the act may have been done.
 */
static enum result post_error(const struct http_answer *answer, const char *what,
			      struct error *err)
{
	enum result st = rest_status_error(answer, what, err);

	if (answer->status < 500)
		return st;
	if (err)
		err->result = RESULT_UNKNOWN;
	return RESULT_UNKNOWN;
}

/* A 2xx that edx-val does not give here: what was done is seen by sending the same again. */
static enum result post_garbage(const struct http_answer *answer, const char *what,
				const char *expected, struct error *err)
{
	rest_garbage(answer, what, expected, err);
	if (err)
		err->result = RESULT_UNKNOWN;
	return RESULT_UNKNOWN;
}

static enum result refuse_writing(struct error *err)
{
	return error_set(err, RESULT_REFUSED, "edx-val is opened for reading only");
}

/* ---- create -------------------------------------------------------------------------------*/

/* The external video of domain 7.3, linked to @course. */
static char *creation(const char *course, const char *id)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *courses;
	char *text = NULL;

	if (json && cJSON_AddStringToObject(json, "edx_video_id", id) &&
	    cJSON_AddStringToObject(json, "status", "external") &&
	    cJSON_AddStringToObject(json, "client_video_id", "external-video") &&
	    cJSON_AddNumberToObject(json, "duration", 0) &&
	    cJSON_AddArrayToObject(json, "encoded_videos") &&
	    (courses = cJSON_AddArrayToObject(json, "courses")) &&
	    (!course || !*course || cJSON_AddItemToArray(courses, cJSON_CreateString(course))))
		text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

/* The answer to a creation tells the video that was made. */
static bool is_of(const struct http_answer *answer, const char *id)
{
	cJSON *json = rest_json(answer);
	const cJSON *made = cJSON_GetObjectItemCaseSensitive(json, "edx_video_id");
	bool same = cJSON_IsString(made) && !strcmp(made->valuestring, id);

	cJSON_Delete(json);
	return same;
}

/* 400, and the id is what displeases: is it there? */
static enum result look_for(struct rest *rest, const char *id, const struct http_answer *answer,
			    struct error *err)
{
	struct rest_video video = {0};
	enum result st = RESULT_MISSING;

	if (rest_askable(id))
		st = rest_read_video(rest, id, &video, err);
	if (st == RESULT_MISSING)
		st = rest_status_error(answer, "POST videos/", err);
	else if (st == RESULT_OK && strcmp(video.id, id))
		st = error_set(err, RESULT_REFUSED, "edx-val has the video already, as %s", video.id);
	else if (st == RESULT_OK)
		st = error_set(err, RESULT_EXISTS, "edx-val has the video %s already", id);
	rest_video_clear(&video);
	return st;
}

static enum result rest_create(struct val *val, const char *course, const char *id,
			       struct error *err)
{
	static const char what[] = "POST videos/";
	struct rest *rest = rest_of(val);
	struct http_answer answer = {0};
	enum result st;
	char *body;

	if (rest->read_only)
		return refuse_writing(err);
	body = creation(course, id);
	if (!body)
		return error_set(err, RESULT_NOMEM, "no memory to create a video in edx-val");
	st = rest_call(rest, "POST", "videos/", body, REST_ANSWER_MAX, &answer, err);
	if (st == RESULT_LIMIT)
		st = error_set(err, RESULT_UNKNOWN, "%s: the answer is too large", what);
	if (st == RESULT_OK && answer.status == 201) {
		st = is_of(&answer, id) ? st : post_garbage(&answer, what, "the new video", err);
	} else if (st == RESULT_OK && answer.status == 400 &&
		   rest_names_field(&answer, "edx_video_id")) {
		st = look_for(rest, id, &answer, err);
	} else if (st == RESULT_OK) {
		st = answer.status < 300 ? post_garbage(&answer, what, "the new video", err)
					 : post_error(&answer, what, err);
	}
	if (st == RESULT_OK)
		lists_made(rest, id);
	if (st == RESULT_OK || st == RESULT_EXISTS)
		lists_see(&rest->lists, id);
	http_answer_clear(&answer);
	cJSON_free(body);
	return st;
}

/* ---- register -----------------------------------------------------------------------------*/

static char *registration(const char *id, const struct val_entry *entry)
{
	cJSON *json = cJSON_CreateObject();
	char *text = NULL;

	if (json && cJSON_AddStringToObject(json, "video_id", id) &&
	    cJSON_AddStringToObject(json, "name", entry->name) &&
	    cJSON_AddStringToObject(json, "language_code", entry->language) &&
	    cJSON_AddStringToObject(json, "provider", "Custom") &&
	    cJSON_AddStringToObject(json, "file_format", "sjson"))
		text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static bool is_blank(const struct http_answer *answer)
{
	for (size_t i = 0; i < answer->body.len; i++)
		if (!strchr(" \t\r\n", answer->body.data[i]))
			return false;
	return true;
}

/* MySQL cuts or fails at what is longer, and edx-val does not look. */
static enum result check_language(const char *language, struct error *err)
{
	size_t count = 0;

	for (const char *p = language; *p; p++)
		count += ((unsigned char)*p & 0xC0) != 0x80;
	if (count && count <= LANGUAGE_MAX)
		return RESULT_OK;
	return error_set(err, RESULT_REFUSED, "language_code: %s",
			 count ? "longer than the 50 characters that edx-val has for it" : "is blank");
}

static enum result post_entry(struct rest *rest, const char *id, const struct val_entry *entry,
			      struct error *err)
{
	static const char path[] = "videos/video-transcripts/create/";
	static const char what[] = "POST videos/video-transcripts/create/";
	char *body = registration(id, entry);
	struct http_answer answer = {0};
	enum result st;

	if (!body)
		return error_set(err, RESULT_NOMEM, "no memory to register in edx-val");
	st = rest_call(rest, "POST", path, body, REST_ANSWER_MAX, &answer, err);
	if (st == RESULT_LIMIT)
		st = error_set(err, RESULT_UNKNOWN, "%s: the answer is too large", what);
	if (st == RESULT_OK && answer.status == 400 && rest_says_exists(&answer))
		st = error_set(err, RESULT_EXISTS, "edx-val has a transcript for %s already",
			       entry->language);
	else if (st == RESULT_OK && answer.status < 300)
		/* edx-val's answer is empty: a page is another server's */
		st = answer.status == 200 && is_blank(&answer)
			     ? RESULT_OK
			     : post_garbage(&answer, what, "empty", err);
	else if (st == RESULT_OK)
		st = post_error(&answer, what, err);
	http_answer_clear(&answer);
	cJSON_free(body);
	return st;
}

/* An unknown video is answered with 200 too, and nothing is stored (domain 7.5). */
static enum result check_video(struct rest *rest, const char *id, struct error *err)
{
	struct rest_video video = {0};
	enum result st;

	if (lists_seen(&rest->lists, id))
		return RESULT_OK;
	st = rest_read_video(rest, id, &video, err);
	if (st == RESULT_OK && strcmp(video.id, id))
		st = error_set(err, RESULT_REFUSED, "edx-val has the video as %s", video.id);
	rest_video_clear(&video);
	return st;
}

static void remember(struct rest *rest, const char *id, const struct val_entry *entry)
{
	if (entry->result == RESULT_OK)
		lists_registered(rest, id, entry->language, entry->name);
	if (entry->result == RESULT_EXISTS)
		lists_registered(rest, id, entry->language, NULL);
	if (entry->result == RESULT_EXISTS || entry->result == RESULT_UNKNOWN)
		lists_doubt(rest, id);
}

static enum result rest_register(struct val *val, const char *id, struct val_entry *entries,
				 size_t count, struct error *err)
{
	struct rest *rest = rest_of(val);
	struct error why = {0};
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count; i++) {
		entries[i].result = RESULT_CANCELED;
		entries[i].reason[0] = '\0';
	}
	st = rest->read_only ? refuse_writing(&why) : count ? check_video(rest, id, &why) : st;
	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		st = check_language(entries[i].language, &why);
		if (st == RESULT_OK)
			st = post_entry(rest, id, &entries[i], &why);
		entries[i].result = st;
		remember(rest, id, &entries[i]);
		if (st == RESULT_EXISTS)
			st = RESULT_OK;
	}
	if (st == RESULT_OK)
		return st;
	for (size_t i = 0; i < count; i++)
		if (entries[i].result != RESULT_OK && entries[i].result != RESULT_EXISTS) {
			entries[i].result = st;
			snprintf(entries[i].reason, sizeof(entries[i].reason), "%.*s",
				 (int)sizeof(entries[i].reason) - 1, why.text);
			break;
		}
	return error_set(err, st, "%s", why.text);
}

/* ---- open, close --------------------------------------------------------------------------*/

static void rest_free(struct val *val)
{
	struct rest *rest = rest_of(val);

	token_free(rest->token);
	http_endpoint_free(rest->token_endpoint);
	http_endpoint_free(rest->endpoint);
	lists_clear(&rest->lists);
	free(rest->token_url);
	free(rest->api);
	free(rest);
}

static const struct val_ops rest_ops = {
	.kind = "rest",
	.lookup = rest_lookup,
	.read_back = rest_read_back,
	.create = rest_create,
	.register_rows = rest_register,
	.probe = rest_probe,
	.doctor = rest_doctor,
	.free = rest_free,
};

/* "https://host" of @url, or 0: not one that can be asked. Nobody's password is taken in it. */
static size_t origin_len(const char *url)
{
	size_t scheme = !strncmp(url, "https://", 8) ? 8 : !strncmp(url, "http://", 7) ? 7 : 0;
	size_t host = scheme ? strcspn(url + scheme, "/") : 0;

	if (!host || strpbrk(url, "?# \t\r\n") || memchr(url + scheme, '@', host))
		return 0;
	return scheme + host;
}

static enum result set_urls(struct rest *rest, const struct val_rest_options *options,
			    struct error *err)
{
	const char *token_url = options->token_url ? options->token_url : "";
	size_t len = strlen(options->url), origin = origin_len(options->url);
	struct buf api = BUF_INIT, token = BUF_INIT;

	if (!origin)
		return error_set(err, RESULT_INVALID,
				 "val url is to be https://HOST, without a user or a query");
	if (*token_url && !origin_len(token_url))
		return error_set(err, RESULT_INVALID,
				 "token_url is to be https://HOST/PATH, without a user or a query");
	while (len > origin && options->url[len - 1] == '/')
		len--;
	buf_add(&api, options->url, len);
	if (len < sizeof(API) - 2 || /* without its last slash */
	    memcmp(options->url + len - (sizeof(API) - 2), API, sizeof(API) - 2))
		buf_add(&api, API, sizeof(API) - 2);
	buf_add_char(&api, '/');
	if (*token_url)
		buf_add_text(&token, token_url);
	else
		buf_printf(&token, "%.*s/oauth2/access_token", (int)origin, options->url);
	rest->api = buf_take(&api);
	rest->token_url = buf_take(&token);
	return rest->api && rest->token_url ? RESULT_OK
					    : error_set(err, RESULT_NOMEM, "no memory for edx-val");
}

static enum result set_ends(struct rest *rest, const struct val_rest_options *options,
			    struct error *err)
{
	struct http_endpoint_options end = {"val", options->ca_file, options->unverified};
	struct token_options token = {.client_id = options->client_id, .clock = options->clock,
				      .client_secret = options->client_secret,
				      .url = rest->token_url};
	enum result st = http_endpoint_new(&rest->endpoint, options->http, &end, err);

	end.name = "val's token endpoint";
	if (st == RESULT_OK)
		st = http_endpoint_new(&rest->token_endpoint, options->http, &end, err);
	token.endpoint = rest->token_endpoint;
	return st == RESULT_OK ? token_new(&rest->token, &token, err) : st;
}

enum result val_rest_new(struct val **out, const struct val_rest_options *options,
			 struct error *err)
{
	struct rest *rest = calloc(1, sizeof(*rest));
	enum result st;

	*out = NULL;
	if (!rest)
		return error_set(err, RESULT_NOMEM, "no memory for edx-val");
	lists_init(&rest->lists);
	rest->base.ops = &rest_ops;
	rest->base.tls_unverified = options->unverified;
	rest->clock = options->clock;
	rest->read_only = options->read_only;
	st = set_urls(rest, options, err);
	if (st == RESULT_OK)
		st = set_ends(rest, options, err);
	if (st != RESULT_OK) {
		rest_free(&rest->base);
		return st;
	}
	*out = &rest->base;
	return RESULT_OK;
}
