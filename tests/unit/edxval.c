#include "config.h"

#include "tests/unit/edxval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#define API "/api/val/v0/videos/"
#define HTML "<!DOCTYPE html><html><head><title>Page not found</title></head></html>"

/* ---- texts ------------------------------------------------------------------------------- */

static int hex(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* The part up to one of @ends, decoded. */
static const char *decode(const char *text, const char *ends, char *out, size_t size)
{
	size_t len = 0;

	for (; *text && !strchr(ends, *text) && len + 1 < size; text++) {
		if (*text == '%' && hex(text[1]) >= 0 && hex(text[2]) >= 0) {
			out[len++] = (char)(hex(text[1]) * 16 + hex(text[2]));
			text += 2;
		} else {
			out[len++] = *text == '+' ? ' ' : *text;
		}
	}
	out[len] = '\0';
	return out;
}

static bool form_has(const char *body, const char *key, const char *value)
{
	char text[256];
	size_t len = strlen(key);

	for (const char *at = body; at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL)
		if (!strncmp(at, key, len) && at[len] == '=')
			return !strcmp(decode(at + len + 1, "&", text, sizeof(text)), value);
	return false;
}

static void answer_with(struct web_answer *answer, int status, const char *body)
{
	answer->status = status;
	buf_reset(&answer->body);
	buf_add_text(&answer->body, body);
}

static void answer_json(struct web_answer *answer, int status, cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);

	buf_add_text(&answer->headers, "Content-Type: application/json\r\n");
	answer_with(answer, status, text);
	cJSON_free(text);
	cJSON_Delete(json);
}

static const char *string_of(const cJSON *json, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* ---- the data ---------------------------------------------------------------------------- */

static struct edxval_video *find(struct edxval *e, const char *id)
{
	for (int i = 0; i < e->video_count; i++)
		if (e->any_case ? !strcasecmp(e->videos[i].id, id) : !strcmp(e->videos[i].id, id))
			return &e->videos[i];
	return NULL;
}

static void set(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

static struct edxval_video *add_video(struct edxval *e, const char *id, const char *course)
{
	struct edxval_video *video = &e->videos[e->video_count];

	if (e->video_count == EDXVAL_VIDEOS)
		abort();
	e->video_count++;
	set(video->id, sizeof(video->id), id);
	if (course)
		set(video->courses[video->course_count++], sizeof(video->courses[0]), course);
	return video;
}

struct edxval_video *edxval_video(struct edxval *e, const char *id, const char *course)
{
	struct edxval_video *video;

	EDXVAL(e, video = add_video(e, id, course));
	return video;
}

static struct edxval_row *find_row(struct edxval_video *video, const char *language)
{
	for (int i = 0; i < video->row_count; i++)
		if (!strcmp(video->rows[i].language, language))
			return &video->rows[i];
	return NULL;
}

static void add_row(struct edxval_video *video, const char *language, const char *name)
{
	struct edxval_row *row = &video->rows[video->row_count];

	if (video->row_count == EDXVAL_ROWS)
		abort();
	video->row_count++;
	set(row->language, sizeof(row->language), language);
	set(row->name, sizeof(row->name), name);
	set(row->format, sizeof(row->format), "sjson");
}

void edxval_row(struct edxval *e, const char *id, const char *language, const char *name)
{
	EDXVAL(e, add_row(find(e, id), language, name));
}

const char *edxval_rows(struct edxval *e, const char *id, char *out, size_t size)
{
	struct edxval_video *video;
	size_t len = 0;

	EDXVAL(e, {
		video = find(e, id);
		snprintf(out, size, "%s", video ? "" : "-");
		for (int i = 0; video && i < video->row_count; i++)
			len += (size_t)snprintf(out + len, size - len, "%s%s=%s", i ? "," : "",
						video->rows[i].language, video->rows[i].name);
	});
	return out;
}

/* ---- the service ------------------------------------------------------------------------- */

static void give_token(struct edxval *e, const struct web_request *request,
		       struct web_answer *answer)
{
	cJSON *json = cJSON_CreateObject();
	char token[64];

	if (strcmp(request->method, "POST") != 0 ||
	    !form_has(request->body, "grant_type", "client_credentials") ||
	    !form_has(request->body, "token_type", "jwt")) {
		cJSON_AddStringToObject(json, "error", "unsupported_grant_type");
		answer_json(answer, 400, json);
		return;
	}
	if (!form_has(request->body, "client_id", EDXVAL_CLIENT) ||
	    !form_has(request->body, "client_secret", EDXVAL_SECRET)) {
		cJSON_AddStringToObject(json, "error", "invalid_client");
		answer_json(answer, 401, json);
		return;
	}
	if (e->token_delay)
		usleep((useconds_t)e->token_delay * 1000);
	snprintf(token, sizeof(token), "head.token%d.sign", ++e->tokens);
	cJSON_AddStringToObject(json, "access_token", token);
	cJSON_AddStringToObject(json, "token_type", e->token_type);
	if (e->expires_in >= 0)
		cJSON_AddNumberToObject(json, "expires_in", e->expires_in);
	cJSON_AddStringToObject(json, "scope", "read write");
	answer_json(answer, 200, json);
}

static bool authorized(struct edxval *e, const struct web_request *request)
{
	char header[128] = "";
	int serial = 0;

	web_header(request, "authorization", header, sizeof(header));
	return sscanf(header, "JWT head.token%d.sign", &serial) == 1 && serial >= e->oldest &&
	       serial <= e->tokens;
}

static cJSON *course_items(struct edxval *e, const struct edxval_video *video)
{
	cJSON *courses = cJSON_CreateArray(), *item;

	for (int i = 0; i < video->course_count; i++) {
		if (e->plain_courses) {
			item = cJSON_CreateString(video->courses[i]);
		} else {
			item = cJSON_CreateObject();
			cJSON_AddNullToObject(item, video->courses[i]);
		}
		cJSON_AddItemToArray(courses, item);
	}
	return courses;
}

static cJSON *video_json(struct edxval *e, const struct edxval_video *video)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "edx_video_id", video->id);
	cJSON_AddStringToObject(json, "status", video->status);
	cJSON_AddItemToObject(json, "courses", course_items(e, video));
	return json;
}

static void give_video(struct edxval *e, const char *id, struct web_answer *answer)
{
	const struct edxval_video *video = find(e, id);
	cJSON *json;

	if (video) {
		answer_json(answer, 200, video_json(e, video));
		return;
	}
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "detail", "Not found.");
	answer_json(answer, 404, json);
}

static void give_list(struct edxval *e, const char *course, struct web_answer *answer)
{
	cJSON *json = cJSON_CreateObject();

	for (int v = 0; v < e->video_count; v++)
		for (int c = 0; c < e->videos[v].course_count; c++) {
			cJSON *languages;

			if (strcmp(e->videos[v].courses[c], course))
				continue;
			languages = cJSON_AddObjectToObject(json, e->videos[v].id);
			for (int r = 0; r < e->videos[v].row_count; r++) {
				const struct edxval_row *row = &e->videos[v].rows[r];
				cJSON *item = cJSON_AddObjectToObject(languages, row->language);

				cJSON_AddStringToObject(item, "provider", "Custom");
				cJSON_AddStringToObject(item, "file_format", row->format);
				cJSON_AddStringToObject(item, "url", "https://bucket/x");
				cJSON_AddStringToObject(item, "name", row->name);
				cJSON_AddNumberToObject(item, "size", 7);
			}
		}
	answer_json(answer, 200, json);
}

/* The fields of domain 7.3; courses in either form. */
static void create(struct edxval *e, const struct web_request *request, struct web_answer *answer)
{
	cJSON *json = cJSON_ParseWithLength(request->body, request->body_len), *reply;
	const char *id = string_of(json, "edx_video_id"), *status = string_of(json, "status");
	const cJSON *course = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "courses"), 0);
	struct edxval_video *video;

	reply = cJSON_CreateObject();
	if (!id || !status || !cJSON_IsNumber(cJSON_GetObjectItem(json, "duration")) ||
	    !cJSON_IsArray(cJSON_GetObjectItem(json, "encoded_videos"))) {
		cJSON_AddItemToArray(cJSON_AddArrayToObject(reply, "status"),
				     cJSON_CreateString("This field is required."));
		answer_json(answer, 400, reply);
	} else if (find(e, id)) {
		cJSON_AddItemToArray(
			cJSON_AddArrayToObject(reply, "edx_video_id"),
			cJSON_CreateString(e->taken ? e->taken
						    : "video with this edx video id already exists."));
		answer_json(answer, 400, reply);
	} else if (strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
			   strlen(id) || !*id) {
		cJSON_AddItemToArray(cJSON_AddArrayToObject(reply, "edx_video_id"),
				     cJSON_CreateString("edx_video_id has invalid characters"));
		answer_json(answer, 400, reply);
	} else {
		video = add_video(e, id, cJSON_IsString(course) ? course->valuestring : NULL);
		set(video->status, sizeof(video->status), status);
		set(video->client_video_id, sizeof(video->client_video_id),
		    string_of(json, "client_video_id"));
		cJSON_Delete(reply);
		answer_json(answer, 201, video_json(e, video));
	}
	cJSON_Delete(json);
}

static void enlist(struct edxval *e, const struct web_request *request, struct web_answer *answer)
{
	static const char *const fields[] = {"video_id", "name", "language_code", "provider",
					     "file_format"};
	cJSON *json = cJSON_ParseWithLength(request->body, request->body_len);
	cJSON *reply = cJSON_CreateObject();
	struct edxval_video *video = NULL;
	char words[256] = "";

	for (size_t i = 0; i < 5 && !*words; i++)
		if (!string_of(json, fields[i]))
			snprintf(words, sizeof(words), "%s must be specified.", fields[i]);
	if (!*words && strcmp(string_of(json, "file_format"), "sjson"))
		snprintf(words, sizeof(words), "transcript file type is not supported.");
	if (!*words && strcmp(string_of(json, "provider"), "Custom"))
		snprintf(words, sizeof(words), "provider is not supported.");
	video = *words ? NULL : find(e, string_of(json, "video_id"));
	if (video && find_row(video, string_of(json, "language_code")))
		snprintf(words, sizeof(words),
			 "Can not override existing transcript for video \"%s\" and language code \"%s\".",
			 video->id, string_of(json, "language_code"));
	else if (video)
		add_row(video, string_of(json, "language_code"), string_of(json, "name"));
	if (*words) {
		cJSON_AddStringToObject(reply, "message", words);
		answer_json(answer, 400, reply);
	} else {
		cJSON_Delete(reply);
		answer_with(answer, 200, ""); /* for an unknown video too */
	}
	cJSON_Delete(json);
}

static void serve(struct edxval *e, const struct web_request *request, struct web_answer *answer)
{
	const char *path = request->path + strlen(API);
	bool get = !strcmp(request->method, "GET"), post = !strcmp(request->method, "POST");
	char part[256];

	if (!authorized(e, request))
		answer_with(answer, 401, "{\"detail\":\"Authentication credentials were not provided.\"}");
	else if (get && (!*path || *path == '?'))
		answer_with(answer, 200, "[]");
	else if (post && !*path)
		create(e, request, answer);
	else if (post && !strcmp(path, "video-transcripts/create/"))
		enlist(e, request, answer);
	else if (get && !strncmp(path, "course-transcripts/", 19) && e->unlisted)
		answer_with(answer, 404, HTML);
	else if (get && !strncmp(path, "course-transcripts/", 19) && e->list_broken)
		answer_with(answer, 500, HTML);
	else if (get && !strncmp(path, "course-transcripts/", 19) && path[strlen(path) - 1] == '/' &&
		 strchr(path + 19, '/') == path + strlen(path) - 1)
		give_list(e, decode(path + 19, "/", part, sizeof(part)), answer);
	else if (get && !strpbrk(path, "/.?"))
		give_video(e, decode(path, "?", part, sizeof(part)), answer);
	else
		answer_with(answer, 404, HTML);
}

/* The fault that meets @line now, once or as often as it is to. */
static bool strikes(struct edxval_fault *fault, const char *line)
{
	if (!fault->request || !fault->times || strncmp(line, fault->request, strlen(fault->request)))
		return false;
	if (fault->after) {
		fault->after--;
		return false;
	}
	fault->times -= fault->times > 0;
	return true;
}

static void handle(void *arg, const struct web_request *request, struct web_answer *answer)
{
	struct edxval *e = arg;
	char line[1024];
	bool struck;

	pthread_mutex_lock(&e->lock);
	snprintf(line, sizeof(line), "%s %s", request->method, request->path);
	if (e->log_count == EDXVAL_LOG)
		abort();
	e->log[e->log_count++] = strdup(line);
	struck = strikes(&e->fault, line);
	if (!struck || e->fault.acts || !e->fault.status) {
		if (!strcmp(request->path, "/oauth2/access_token"))
			give_token(e, request, answer);
		else if (!strncmp(request->path, API, strlen(API)))
			serve(e, request, answer);
		else
			answer_with(answer, 404, HTML);
	}
	if (struck) {
		if (e->fault.status)
			answer_with(answer, e->fault.status, e->fault.body ? e->fault.body : "");
		if (e->fault.headers)
			buf_add_text(&answer->headers, e->fault.headers);
		answer->mischief = e->fault.mischief;
	}
	pthread_mutex_unlock(&e->lock);
}

/* ---- for the tests ----------------------------------------------------------------------- */

struct edxval *edxval_new(void)
{
	struct edxval *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	pthread_mutex_init(&e->lock, NULL);
	e->oldest = 1;
	e->expires_in = 3600;
	e->token_type = "JWT";
	e->web = web_start(handle, e);
	return e;
}

void edxval_free(struct edxval *e)
{
	web_stop(e->web);
	for (int i = 0; i < e->log_count; i++)
		free(e->log[i]);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

int edxval_count(struct edxval *e, const char *request)
{
	int count = 0;

	EDXVAL(e, for (int i = 0; i < e->log_count; i++)
			  count += !strncmp(e->log[i], request, strlen(request)));
	return count;
}

void edxval_fault(struct edxval *e, struct edxval_fault fault)
{
	EDXVAL(e, e->fault = fault);
}
