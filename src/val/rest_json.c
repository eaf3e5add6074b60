/*
 * The shapes of edx-val's answers. A body of another shape is no answer: a proxy, a login page
 * or a cut-off body stands there, and another try may bring the real one.
 */
#include "config.h"

#include "src/val/rest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

cJSON *rest_json(const struct http_answer *answer)
{
	const char *text = buf_text(&answer->body);
	size_t len = answer->body.len;

	/* the NUL behind the end is needed to see that nothing follows; one inside is no JSON */
	return memchr(text, '\0', len) ? NULL : cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
}

enum result rest_garbage(const struct http_answer *answer, const char *what, const char *expected,
			 struct error *err)
{
	const char *text = buf_text(&answer->body);

	return error_set(err, RESULT_RETRY, "%s: %d, and a body that is not %s: %.*s", what,
			 answer->status, expected, (int)text_cut(text, answer->body.len, 120), text);
}

/* ---- a video ------------------------------------------------------------------------------*/

/* "course-v1:..." or {"course-v1:...": the image or null}. */
static const char *course_of(const cJSON *item)
{
	if (cJSON_IsString(item))
		return item->valuestring;
	return cJSON_IsObject(item) && item->child && !item->child->next ? item->child->string : NULL;
}

void rest_video_clear(struct rest_video *video)
{
	for (size_t i = 0; i < video->course_count; i++)
		free(video->courses[i]);
	free(video->courses);
	free(video->id);
	memset(video, 0, sizeof(*video));
}

static enum result take_video(struct rest_video *out, const cJSON *id, const cJSON *courses)
{
	const cJSON *item;

	out->id = strdup(id->valuestring);
	out->courses = calloc((size_t)cJSON_GetArraySize(courses) + 1, sizeof(*out->courses));
	if (!out->id || !out->courses)
		return RESULT_NOMEM;
	cJSON_ArrayForEach(item, courses)
	{
		const char *course = course_of(item);

		if (!course)
			return RESULT_RETRY;
		out->courses[out->course_count] = strdup(course);
		if (!out->courses[out->course_count])
			return RESULT_NOMEM;
		out->course_count++;
	}
	return RESULT_OK;
}

enum result rest_video_parse(struct rest_video *out, const struct http_answer *answer,
			     const char *what, struct error *err)
{
	cJSON *json = rest_json(answer);
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "edx_video_id");
	const cJSON *courses = cJSON_GetObjectItemCaseSensitive(json, "courses");
	enum result st = RESULT_RETRY;

	memset(out, 0, sizeof(*out));
	if (cJSON_IsObject(json) && cJSON_IsString(id) && cJSON_IsArray(courses))
		st = take_video(out, id, courses);
	cJSON_Delete(json);
	if (st == RESULT_OK)
		return st;
	rest_video_clear(out);
	return st == RESULT_NOMEM ? error_set(err, st, "no memory to read edx-val")
				  : rest_garbage(answer, what, "a video", err);
}

/* ---- rows ---------------------------------------------------------------------------------*/

static void row_clear(struct val_row *row)
{
	free(row->language);
	free(row->name);
	free(row->format);
}

static bool row_set(struct val_row *row, const char *language, const char *name, const char *format)
{
	memset(row, 0, sizeof(*row));
	row->language = strdup(language);
	row->name = name ? strdup(name) : NULL;
	row->format = format ? strdup(format) : NULL;
	if (row->language && !row->name == !name && !row->format == !format)
		return true;
	row_clear(row);
	return false;
}

bool rest_add_row(struct val_video *video, const char *language, const char *name,
		  const char *format)
{
	struct val_row *rows = realloc(video->rows, (video->row_count + 1) * sizeof(*rows));
	size_t at = 0;
	struct val_row row;

	if (!rows)
		return false;
	video->rows = rows;
	if (!row_set(&row, language, name, format))
		return false;
	while (at < video->row_count && strcmp(rows[at].language, language) < 0)
		at++;
	memmove(rows + at + 1, rows + at, (video->row_count - at) * sizeof(*rows));
	rows[at] = row;
	video->row_count++;
	return true;
}

/* ---- a list -------------------------------------------------------------------------------*/

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct val_row *)a)->language, ((const struct val_row *)b)->language);
}

static int compare_listed(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->id, ((const struct listed *)b)->id);
}

/* A text that may be null, as of a row without a file: then "". */
static const char *text_or_null(const cJSON *item)
{
	if (cJSON_IsString(item))
		return item->valuestring;
	return cJSON_IsNull(item) ? "" : NULL;
}

static enum result take_rows(struct listed *out, const cJSON *languages)
{
	const cJSON *language;

	out->rows = calloc((size_t)cJSON_GetArraySize(languages) + 1, sizeof(*out->rows));
	if (!out->rows)
		return RESULT_NOMEM;
	cJSON_ArrayForEach(language, languages)
	{
		const char *name = text_or_null(cJSON_GetObjectItemCaseSensitive(language, "name"));
		const char *format =
			text_or_null(cJSON_GetObjectItemCaseSensitive(language, "file_format"));

		if (!cJSON_IsObject(language) || !name)
			return RESULT_RETRY;
		if (!row_set(&out->rows[out->row_count], language->string, name, format))
			return RESULT_NOMEM;
		out->row_count++;
	}
	qsort(out->rows, out->row_count, sizeof(*out->rows), compare_rows);
	return RESULT_OK;
}

static enum result take_list(struct list *out, const cJSON *json)
{
	const cJSON *video;

	out->items = calloc((size_t)cJSON_GetArraySize(json) + 1, sizeof(*out->items));
	if (!out->items)
		return RESULT_NOMEM;
	cJSON_ArrayForEach(video, json)
	{
		struct listed *item = &out->items[out->count];
		enum result st;

		if (!cJSON_IsObject(video))
			return RESULT_RETRY;
		item->id = strdup(video->string);
		if (!item->id)
			return RESULT_NOMEM;
		out->count++;
		st = take_rows(item, video);
		if (st != RESULT_OK)
			return st;
	}
	qsort(out->items, out->count, sizeof(*out->items), compare_listed);
	return RESULT_OK;
}

enum result rest_list_parse(struct list *out, const struct http_answer *answer, const char *what,
			    struct error *err)
{
	cJSON *json = rest_json(answer);
	enum result st = cJSON_IsObject(json) ? take_list(out, json) : RESULT_RETRY;

	cJSON_Delete(json);
	if (st == RESULT_NOMEM)
		return error_set(err, st, "no memory to read edx-val");
	return st == RESULT_OK ? st : rest_garbage(answer, what, "a list of transcripts", err);
}

/* ---- refusals -----------------------------------------------------------------------------*/

static bool word_in(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text; text++)
		if (!strncasecmp(text, word, len))
			return true;
	return false;
}

bool rest_says_missing(const struct http_answer *answer)
{
	cJSON *json = rest_json(answer);
	bool missing = answer->status == 404 &&
		       cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, "detail"));

	cJSON_Delete(json);
	return missing;
}

bool rest_says_exists(const struct http_answer *answer)
{
	cJSON *json = rest_json(answer);
	const cJSON *words = cJSON_GetObjectItemCaseSensitive(json, "message");
	bool exists = cJSON_IsString(words) && (word_in(words->valuestring, "override") ||
						word_in(words->valuestring, "existing") ||
						word_in(words->valuestring, "already exists"));

	cJSON_Delete(json);
	return exists;
}

bool rest_names_field(const struct http_answer *answer, const char *field)
{
	cJSON *json = rest_json(answer);
	bool names = cJSON_GetObjectItemCaseSensitive(json, field) != NULL;

	cJSON_Delete(json);
	return names;
}

/* The first of {"field": ["words", ...], ...}. */
static const cJSON *first_complaint(const cJSON *json)
{
	const cJSON *field;

	if (!cJSON_IsObject(json))
		return NULL;
	cJSON_ArrayForEach(field, json) if (cJSON_IsString(cJSON_GetArrayItem(field, 0))) return field;
	return NULL;
}

enum result rest_status_error(const struct http_answer *answer, const char *what,
			      struct error *err)
{
	cJSON *json = answer->status == 400 ? rest_json(answer) : NULL;
	const cJSON *field = first_complaint(json);
	enum result st;

	if (answer->status < 300)
		st = rest_garbage(answer, what, "what was asked for", err);
	else if (field)
		st = error_set(err, RESULT_REFUSED, "%s: 400 Bad Request: %.60s: %.200s", what,
			       field->string ? field->string : "",
			       cJSON_GetArrayItem(field, 0)->valuestring);
	else
		st = http_status_error(answer, what, err);
	/* the token was renewed before, or is as new as can be had: nobody gets further with it */
	if (answer->status == 401)
		st = RESULT_DENIED;
	if (err)
		err->result = st;
	cJSON_Delete(json);
	return st;
}
