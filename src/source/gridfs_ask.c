#include "config.h"

#include "src/source/gridfs_ask.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/format/key.h"

#define COURSE_V1 "course-v1:"

static bool set_split(struct gridfs_names *names, const char *key)
{
	struct buf prefix = BUF_INIT;

	buf_add_text(&prefix, "asset-v1:");
	buf_add_text(&prefix, key + strlen(COURSE_V1));
	buf_add_text(&prefix, "+type@asset+block@");
	names->prefix = buf_take(&prefix);
	return names->prefix;
}

/* ORG/COURSE/RUN: the runs of a course share its files. */
static bool set_slash(struct gridfs_names *names, const char *key)
{
	const char *course = strchr(key, '/') + 1, *end = strchr(course, '/');
	struct buf prefix = BUF_INIT;

	names->org = strndup(key, (size_t)(course - 1 - key));
	names->course = strndup(course, (size_t)(end - course));
	buf_add_text(&prefix, "/c4x/");
	buf_add(&prefix, key, (size_t)(end - key));
	buf_add_text(&prefix, "/asset/");
	names->prefix = buf_take(&prefix);
	return names->prefix && names->org && names->course;
}

enum result gridfs_names_init(struct gridfs_names *names, const char *key, struct error *err)
{
	char *canonical = NULL;
	enum result st = key_parse_course(key, &canonical, err);
	bool ok;

	memset(names, 0, sizeof(*names));
	if (st != RESULT_OK)
		return st;
	ok = strncmp(canonical, COURSE_V1, strlen(COURSE_V1)) ? set_slash(names, canonical)
							      : set_split(names, canonical);
	free(canonical);
	if (ok)
		return RESULT_OK;
	gridfs_names_clear(names);
	return error_set(err, RESULT_NOMEM, "no memory for the contentstore of %s", key);
}

void gridfs_names_clear(struct gridfs_names *names)
{
	free(names->prefix);
	free(names->org);
	free(names->course);
	memset(names, 0, sizeof(*names));
}

/* ---- the ids of files -------------------------------------------------------------------- */

/* The text that @at stands on, NULL if it is none, or one with a NUL in it. */
static const char *text_at(const bson_iter_t *at)
{
	uint32_t len;
	const char *text;

	if (!BSON_ITER_HOLDS_UTF8(at))
		return NULL;
	text = bson_iter_utf8(at, &len);
	return strlen(text) == len ? text : NULL;
}

const char *gridfs_names_of(const struct gridfs_names *names, const bson_t *document)
{
	size_t len = strlen(names->prefix);
	bson_iter_t at, field;
	const uint8_t *bytes;
	const char *text;
	uint32_t size;

	if (!bson_iter_init_find(&at, document, "_id"))
		return NULL;
	if (!names->org) {
		text = text_at(&at);
		return text && !strncmp(text, names->prefix, len) ? text + len : NULL;
	}
	if (!BSON_ITER_HOLDS_DOCUMENT(&at))
		return NULL;
	bson_iter_document(&at, &size, &bytes);
	if (!bytes || !bson_iter_init_from_data(&field, bytes, size) ||
	    !bson_iter_find(&field, "name"))
		return NULL;
	return text_at(&field);
}

/* The _id of a slash course's file, its fields in the platform's order. */
static void make_slash_id(const struct gridfs_names *names, bson_t *id, const char *name)
{
	bson_init(id);
	BSON_APPEND_UTF8(id, "category", "asset");
	BSON_APPEND_UTF8(id, "name", name);
	BSON_APPEND_UTF8(id, "course", names->course);
	BSON_APPEND_UTF8(id, "tag", "c4x");
	BSON_APPEND_UTF8(id, "org", names->org);
	BSON_APPEND_NULL(id, "revision");
}

bool gridfs_names_canonical(const struct gridfs_names *names, const bson_value_t *id,
			    const char *name)
{
	bson_t own;
	bool same;

	if (!names->org)
		return id->value_type == BSON_TYPE_UTF8;
	if (id->value_type != BSON_TYPE_DOCUMENT)
		return false;
	make_slash_id(names, &own, name);
	same = id->value.v_doc.data_len == own.len &&
	       !memcmp(id->value.v_doc.data, bson_get_data(&own), own.len);
	bson_destroy(&own);
	return same;
}

static const void *raw_id(const bson_value_t *id, size_t *len)
{
	*len = 0;
	if (id->value_type == BSON_TYPE_UTF8) {
		*len = id->value.v_utf8.len;
		return id->value.v_utf8.str;
	}
	if (id->value_type == BSON_TYPE_DOCUMENT) {
		*len = id->value.v_doc.data_len;
		return id->value.v_doc.data;
	}
	return NULL;
}

int gridfs_id_compare(const bson_value_t *a, const bson_value_t *b)
{
	size_t a_len, b_len;
	const void *a_raw = raw_id(a, &a_len), *b_raw = raw_id(b, &b_len);
	int order;

	if (a->value_type != b->value_type)
		return a->value_type < b->value_type ? -1 : 1;
	if (!a_raw || !b_raw)
		return -1;
	order = memcmp(a_raw, b_raw, a_len < b_len ? a_len : b_len);
	return order ? order : (a_len > b_len) - (a_len < b_len);
}

size_t gridfs_id_length(const bson_value_t *id)
{
	size_t len;

	raw_id(id, &len);
	return len;
}

/* ---- filters and options ----------------------------------------------------------------- */

void gridfs_names_add(const struct gridfs_names *names, bson_t *list, uint32_t at, const char *name,
		      bool anyhow)
{
	size_t prefix = strlen(names->prefix), len = strlen(name);
	char number[16];
	const char *key;
	bson_t id;

	bson_uint32_to_string(at, &key, number, sizeof(number));
	if (anyhow) {
		BSON_APPEND_UTF8(list, key, name);
	} else if (names->org) {
		make_slash_id(names, &id, name);
		BSON_APPEND_DOCUMENT(list, key, &id);
		bson_destroy(&id);
	} else {
		char *text = bson_malloc(prefix + len + 1);

		memcpy(text, names->prefix, prefix);
		memcpy(text + prefix, name, len + 1);
		BSON_APPEND_UTF8(list, key, text);
		bson_free(text);
	}
}

/* {key: {$in: list}} */
static void append_in(bson_t *filter, const char *key, const bson_t *list)
{
	bson_t in;

	BSON_APPEND_DOCUMENT_BEGIN(filter, key, &in);
	BSON_APPEND_ARRAY(&in, "$in", list);
	bson_append_document_end(filter, &in);
}

void gridfs_names_filter(const struct gridfs_names *names, bson_t *filter, const bson_t *list,
			 bool anyhow)
{
	bson_t run;

	if (!anyhow) {
		append_in(filter, "_id", list);
		return;
	}
	BSON_APPEND_UTF8(filter, "_id.tag", "c4x");
	BSON_APPEND_UTF8(filter, "_id.org", names->org);
	BSON_APPEND_UTF8(filter, "_id.course", names->course);
	BSON_APPEND_UTF8(filter, "_id.category", "asset");
	BSON_APPEND_NULL(filter, "_id.revision");
	BSON_APPEND_DOCUMENT_BEGIN(filter, "_id.run", &run);
	BSON_APPEND_BOOL(&run, "$exists", false);
	bson_append_document_end(filter, &run);
	append_in(filter, "_id.name", list);
}

/*
 * A server's first reply is short unless told otherwise. One more than there can be: a cursor
 * that gave just as many as it was asked for stays open, for a round trip that brings nothing.
 */
static void append_batch(bson_t *opts, int64_t count)
{
	BSON_APPEND_INT32(opts, "batchSize", count < INT32_MAX ? (int32_t)count + 1 : INT32_MAX);
}

static void append_projection(bson_t *opts, const char *const *fields)
{
	bson_t projection;

	BSON_APPEND_DOCUMENT_BEGIN(opts, "projection", &projection);
	for (; *fields; fields++)
		BSON_APPEND_INT32(&projection, *fields, 1);
	bson_append_document_end(opts, &projection);
}

void gridfs_file_opts(bson_t *opts, uint32_t count)
{
	static const char *const fields[] = {"_id",	   "length",	 "chunkSize", "md5",
					     "custom_md5", "uploadDate", NULL};

	append_projection(opts, fields);
	append_batch(opts, count);
}

void gridfs_id_add(bson_t *list, uint32_t at, const bson_value_t *id)
{
	char number[16];
	const char *key;

	bson_uint32_to_string(at, &key, number, sizeof(number));
	bson_append_value(list, key, -1, id);
}

void gridfs_chunk_filter(bson_t *filter, const bson_t *list)
{
	append_in(filter, "files_id", list);
}

void gridfs_one_chunk(bson_t *filter, bson_t *opts, const bson_value_t *id, int64_t n)
{
	bson_t fields;

	bson_append_value(filter, "files_id", -1, id);
	bson_append_int64(filter, "n", -1, n);
	bson_append_int64(opts, "limit", -1, 1);
	bson_append_document_begin(opts, "projection", -1, &fields);
	bson_append_int32(&fields, "n", -1, 1);
	bson_append_document_end(opts, &fields);
}

void gridfs_chunk_opts(bson_t *opts, int64_t chunks)
{
	static const char *const fields[] = {"files_id", "n", "data", NULL};

	append_projection(opts, fields);
	append_batch(opts, chunks);
}
