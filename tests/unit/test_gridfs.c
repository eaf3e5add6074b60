/* The contentstore of a course: what is asked, how often, and what becomes of the answers. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/gridfs.h"

#define SIZE(table) (sizeof(table) / sizeof((table)[0]))
#define SPLIT "course-v1:Org+C1+R1"
#define PREFIX "asset-v1:Org+C1+R1+type@asset+block@"
#define SLASH "Org/C1/R1"
#define SLASH_PREFIX "/c4x/Org/C1/asset/"

/* ---- a server of two collections --------------------------------------------------------- */

struct stored {
	bson_t *document;
	int from;    /* it is there from this query on */
	bool anyhow; /* it is sent whatever was asked */
};

struct asked {
	enum mongo_place place;
	enum mongo_reading reading;
	bson_t *filter, *opts;
};

enum { STORED_MAX = 2048, ASKED_MAX = 32 };

static struct {
	struct stored stored[2][STORED_MAX];
	size_t count[2];
	struct asked asked[ASKED_MAX];
	int asked_count;
	int failing; /* this query fails with @result, in the middle of its answer; -1: none */
	enum result result;
} server;

static bool same(const bson_iter_t *a, const bson_iter_t *b)
{
	bson_t x = BSON_INITIALIZER, y = BSON_INITIALIZER;
	bool equal;

	/* numbers are equal across their types */
	if (BSON_ITER_HOLDS_INT(a) && BSON_ITER_HOLDS_INT(b))
		return bson_iter_as_int64(a) == bson_iter_as_int64(b);
	bson_append_iter(&x, "v", -1, a);
	bson_append_iter(&y, "v", -1, b);
	equal = bson_equal(&x, &y);
	bson_destroy(&x);
	bson_destroy(&y);
	return equal;
}

/* One condition of a filter on one document, as a server would see it. */
static bool holds(const bson_iter_t *condition, const bson_t *document)
{
	bson_iter_t value, inner, item;
	bool there = bson_iter_init(&inner, document) &&
		     bson_iter_find_descendant(&inner, bson_iter_key(condition), &value);

	if (BSON_ITER_HOLDS_NULL(condition))
		return !there || BSON_ITER_HOLDS_NULL(&value);
	if (!BSON_ITER_HOLDS_DOCUMENT(condition))
		return there && same(condition, &value);
	assert_true(bson_iter_recurse(condition, &inner) && bson_iter_next(&inner));
	if (!strcmp(bson_iter_key(&inner), "$exists"))
		return there == bson_iter_bool(&inner);
	assert_string_equal(bson_iter_key(&inner), "$in");
	assert_true(bson_iter_recurse(&inner, &item));
	while (bson_iter_next(&item))
		if (there && same(&item, &value))
			return true;
	return false;
}

static bool matches(const bson_t *filter, const bson_t *document)
{
	bson_iter_t condition;

	assert_true(bson_iter_init(&condition, filter));
	while (bson_iter_next(&condition))
		if (!holds(&condition, document))
			return false;
	return true;
}

/* Stands in the place of src/source/mongo.c. */
enum result mongo_find(struct mongo *mongo, enum mongo_place place, enum mongo_reading reading,
		       const bson_t *filter, const bson_t *opts, mongo_document_fn *fn, void *arg,
		       struct error *err)
{
	int kind = place == MONGO_CHUNKS, now = server.asked_count;

	assert_ptr_equal(mongo, &server);
	assert_true(now < ASKED_MAX);
	server.asked[server.asked_count++] =
	    (struct asked){place, reading, bson_copy(filter), bson_copy(opts)};
	for (size_t i = 0; i < server.count[kind]; i++) {
		const struct stored *stored = &server.stored[kind][i];
		enum result st;

		if (stored->from > now)
			continue;
		if (!stored->anyhow && !matches(filter, stored->document))
			continue;
		st = fn(arg, stored->document, err);
		if (st != RESULT_OK)
			return st;
		if (server.failing == now)
			break;
	}
	if (server.failing == now)
		return error_set(err, server.result, "the server said no");
	return RESULT_OK;
}

static void forget_queries(void)
{
	for (int i = 0; i < server.asked_count; i++) {
		bson_destroy(server.asked[i].filter);
		bson_destroy(server.asked[i].opts);
	}
	server.asked_count = 0;
}

static void empty_collection(int kind)
{
	for (size_t i = 0; i < server.count[kind]; i++)
		bson_destroy(server.stored[kind][i].document);
	server.count[kind] = 0;
}

static int clean_server(void **state)
{
	(void)state;
	forget_queries();
	empty_collection(0);
	empty_collection(1);
	memset(&server, 0, sizeof(server));
	server.failing = -1;
	return 0;
}

static struct stored *store(int kind, bson_t *document)
{
	struct stored *stored = &server.stored[kind][server.count[kind]++];

	assert_true(server.count[kind] <= STORED_MAX);
	*stored = (struct stored){.document = document};
	return stored;
}

static bson_t *json(const char *text)
{
	bson_error_t error;
	bson_t *document = bson_new_from_json((const uint8_t *)text, -1, &error);

	if (!document)
		fail_msg("%s: %s", text, error.message);
	return document;
}

/* {"_id": @id, "length": ..., ...}: @id is JSON. */
static struct stored *store_file(const char *id, long long length, int chunk_size, long long date)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "{\"_id\": %s, \"length\": %lld, \"chunkSize\": %d, "
		 "\"uploadDate\": {\"$date\": {\"$numberLong\": \"%lld\"}}}",
		 id, length, chunk_size, date);
	return store(0, json(text));
}

static struct stored *store_chunk(const char *id, int n, const void *data, size_t len)
{
	char text[512];
	bson_t *chunk;

	snprintf(text, sizeof(text), "{\"files_id\": %s, \"n\": %d}", id, n);
	chunk = json(text);
	BSON_APPEND_BINARY(chunk, "data", BSON_SUBTYPE_BINARY, data, (uint32_t)len);
	return store(1, chunk);
}

/* The _id of NAME in a course of each kind, as JSON; static, for one at a time. */
static const char *split_id(const char *name)
{
	static char text[256];

	snprintf(text, sizeof(text), "\"" PREFIX "%s\"", name);
	return text;
}

static const char *slash_id(const char *name)
{
	static char text[256];

	snprintf(text, sizeof(text),
		 "{\"category\": \"asset\", \"name\": \"%s\", \"course\": \"C1\", "
		 "\"tag\": \"c4x\", \"org\": \"Org\", \"revision\": null}",
		 name);
	return text;
}

static const char *odd_id(const char *name, bool other)
{
	static char text[256];

	snprintf(text, sizeof(text),
		 other ? "{\"tag\": \"c4x\", \"org\": \"Org\", \"course\": \"C1\", "
			 "\"category\": \"asset\", \"name\": \"%s\", \"revision\": null}"
		       : "{\"name\": \"%s\", \"tag\": \"c4x\", \"org\": \"Org\", "
			 "\"course\": \"C1\", \"category\": \"asset\", \"revision\": null}",
		 name);
	return text;
}

/* ---- helpers ----------------------------------------------------------------------------- */

static struct gridfs *open_course(const char *key)
{
	struct gridfs *gridfs = NULL;
	struct error err;

	assert_int_equal(gridfs_new(&gridfs, (struct mongo *)&server, key, &err), RESULT_OK);
	return gridfs;
}

static struct asset find_one(struct gridfs *gridfs, const char *name)
{
	struct asset asset;
	struct error err;

	assert_int_equal(gridfs_find(gridfs, &name, 1, &asset, &err), RESULT_OK);
	return asset;
}

static void must_find(struct gridfs *gridfs, const char *name, const char *id, int64_t size)
{
	struct asset asset = find_one(gridfs, name);

	if (id) {
		assert_int_equal(asset.state, ASSET_FOUND);
		assert_string_equal(asset.id, id);
	} else {
		assert_int_equal(asset.state, ASSET_MISSING);
		assert_null(asset.id);
	}
	assert_int_equal(asset.size, size);
	asset_clear(&asset);
}

static struct asset_bytes read_one(struct gridfs *gridfs, const char *id, size_t limit)
{
	struct asset_bytes bytes;
	struct error err;

	assert_int_equal(gridfs_read(gridfs, &id, 1, limit, &bytes, &err), RESULT_OK);
	return bytes;
}

static void must_read(struct gridfs *gridfs, const char *id, enum asset_state state,
		      const char *text)
{
	struct asset_bytes bytes = read_one(gridfs, id, 1000);

	assert_int_equal(bytes.state, state);
	if (state == ASSET_FOUND)
		assert_string_equal(buf_text(&bytes.bytes), text);
	else
		assert_null(bytes.bytes.data);
	if (state == ASSET_DAMAGED)
		assert_string_equal(bytes.reason, text);
	asset_bytes_clear(&bytes);
}

static void asked_is(int query, enum mongo_place place, const char *filter, const char *opts)
{
	char *text;

	assert_true(query < server.asked_count);
	assert_int_equal(server.asked[query].place, place);
	assert_int_equal(server.asked[query].reading, MONGO_AS_CONFIGURED);
	text = bson_as_relaxed_extended_json(server.asked[query].filter, NULL);
	assert_string_equal(text, filter);
	bson_free(text);
	text = bson_as_relaxed_extended_json(server.asked[query].opts, NULL);
	assert_string_equal(text, opts);
	bson_free(text);
}

#define FILE_OPTS(batch)                                                                           \
	"{ \"projection\" : { \"_id\" : 1, \"length\" : 1, \"chunkSize\" : 1, \"md5\" : 1, "       \
	"\"custom_md5\" : 1, \"uploadDate\" : 1 }, \"batchSize\" : " batch " }"
#define CHUNK_OPTS(batch)                                                                          \
	"{ \"projection\" : { \"files_id\" : 1, \"n\" : 1, \"data\" : 1 }, \"batchSize\" : " batch \
	" }"
#define SLASH_ID(name)                                                                             \
	"{ \"category\" : \"asset\", \"name\" : \"" name "\", \"course\" : \"C1\", "               \
	"\"tag\" : \"c4x\", \"org\" : \"Org\", \"revision\" : null }"
#define ANYHOW(names)                                                                              \
	"{ \"_id.tag\" : \"c4x\", \"_id.org\" : \"Org\", \"_id.course\" : \"C1\", "                \
	"\"_id.category\" : \"asset\", \"_id.revision\" : null, "                                  \
	"\"_id.run\" : { \"$exists\" : false }, \"_id.name\" : { \"$in\" : [ " names " ] } }"

/* ---- find -------------------------------------------------------------------------------- */

static void new_refuses_what_is_no_course(void **state)
{
	static const char *const keys[] = {"", "x", "library-v1:Org+Lib", "Org/C1",
					   "ccx-v1:a+b+c+ccx@1"};
	struct gridfs *gridfs;
	struct error err;

	(void)state;
	for (size_t i = 0; i < SIZE(keys); i++) {
		assert_int_equal(gridfs_new(&gridfs, (struct mongo *)&server, keys[i], &err),
				 RESULT_INVALID);
		assert_null(gridfs);
	}
	gridfs_free(NULL);
}

static void find_asks_once_for_names_that_clean_to_one(void **state)
{
	static const char *const names[] = {"z.srt",	 "a b.srt", "",
					    "dir/x.srt", "a_b.srt", "z.srt"};
	static const char with_nul[] = PREFIX "dir_x.srt\0y";
	struct gridfs *gridfs = open_course(SPLIT);
	struct asset assets[SIZE(names)];
	bson_t *longer = bson_new();
	struct error err;

	(void)state;
	store_file(split_id("a_b.srt"), 7, 4, 0);
	store_file(split_id("z.srt"), 0, 4, 0);
	store_file("\"asset-v1:Org+C1+R2+type@asset+block@dir_x.srt\"", 7, 4, 0)->anyhow = true;
	store_file(split_id("foreign"), 7, 4, 0)->anyhow = true;
	store_file(slash_id("dir_x.srt"), 7, 4, 0)->anyhow = true;
	store(0, json("{}"))->anyhow = true;
	BSON_APPEND_INT32(longer, "length", 7);
	bson_append_utf8(longer, "_id", -1, with_nul, sizeof(with_nul) - 1);
	store(0, longer)->anyhow = true;
	assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 1);
	asked_is(0, MONGO_FILES,
		 "{ \"_id\" : { \"$in\" : [ \"" PREFIX "a_b.srt\", \"" PREFIX
		 "dir_x.srt\", \"" PREFIX "z.srt\" ] } }",
		 FILE_OPTS("4"));
	for (size_t i = 0; i < SIZE(names); i++) {
		static const char *const ids[] = {PREFIX "z.srt", PREFIX "a_b.srt", NULL,
						  NULL,		  PREFIX "a_b.srt", PREFIX "z.srt"};

		assert_int_equal(assets[i].state, ids[i] ? ASSET_FOUND : ASSET_MISSING);
		if (ids[i])
			assert_string_equal(assets[i].id, ids[i]);
		else
			assert_null(assets[i].id);
		assert_int_equal(assets[i].size, !ids[i] ? -1 : ids[i] == ids[1] ? 7 : 0);
		asset_clear(&assets[i]);
	}
	must_read(gridfs, PREFIX "foreign", ASSET_MISSING, NULL);
	gridfs_free(gridfs);
}

static void find_asks_nobody_for_nothing(void **state)
{
	static const char *const keys[] = {SPLIT, SLASH};

	(void)state;
	for (size_t i = 0; i < SIZE(keys); i++) {
		struct gridfs *gridfs = open_course(keys[i]);
		struct error err;

		must_find(gridfs, "", NULL, -1);
		assert_int_equal(gridfs_find(gridfs, NULL, 0, NULL, &err), RESULT_OK);
		assert_int_equal(gridfs_read(gridfs, NULL, 0, 9, NULL, &err), RESULT_OK);
		assert_int_equal(server.asked_count, 0);
		gridfs_free(gridfs);
	}
}

/* An id's fields in the platform's order first; then only what is missing, in any order. */
static void find_asks_slash_courses_twice(void **state)
{
	static const char *const names[] = {"b.srt", "a.srt", "c c.srt"};
	struct gridfs *gridfs = open_course(SLASH);
	struct asset assets[SIZE(names)];
	struct error err;

	(void)state;
	store_file(slash_id("b.srt"), 3, 4, 0);
	store_file(odd_id("a.srt", false), 5, 4, 0);
	assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 2);
	asked_is(0, MONGO_FILES,
		 "{ \"_id\" : { \"$in\" : [ " SLASH_ID("a.srt") ", " SLASH_ID(
		     "b.srt") ", " SLASH_ID("c_c.srt") " ] } }",
		 FILE_OPTS("4"));
	asked_is(1, MONGO_FILES, ANYHOW("\"a.srt\", \"c_c.srt\""), FILE_OPTS("3"));
	assert_string_equal(assets[0].id, SLASH_PREFIX "b.srt");
	assert_string_equal(assets[1].id, SLASH_PREFIX "a.srt");
	assert_int_equal(assets[1].size, 5);
	assert_int_equal(assets[2].state, ASSET_MISSING);
	for (size_t i = 0; i < SIZE(names); i++)
		asset_clear(&assets[i]);
	forget_queries();
	must_find(gridfs, "b.srt", SLASH_PREFIX "b.srt", 3);
	assert_int_equal(server.asked_count, 1); /* nothing was missing */
	gridfs_free(gridfs);
}

/* The identity of the one file of that name; NULL: missing. Static, for one at a time. */
static const char *identity_of(const char *key, const char *name)
{
	static char text[1024];
	struct gridfs *gridfs = open_course(key);
	struct asset asset = find_one(gridfs, name);
	bool found = asset.identity;

	assert_int_equal(found, asset.state == ASSET_FOUND);
	snprintf(text, sizeof(text), "%s", found ? asset.identity : "");
	asset_clear(&asset);
	gridfs_free(gridfs);
	return found ? text : NULL;
}

static void find_tells_what_identifies_a_file(void **state)
{
	static const char *const saved[] = {
		/* each differs from the first in one thing */
		"\"length\": 5, \"md5\": \"00112233445566778899AABBCCDDEEFF\", "
		"\"uploadDate\": {\"$date\": {\"$numberLong\": \"1525228867000\"}}",
		"\"length\": 6, \"md5\": \"00112233445566778899AABBCCDDEEFF\", "
		"\"uploadDate\": {\"$date\": {\"$numberLong\": \"1525228867000\"}}",
		"\"length\": 5, \"md5\": \"10112233445566778899AABBCCDDEEFF\", "
		"\"uploadDate\": {\"$date\": {\"$numberLong\": \"1525228867000\"}}",
		"\"length\": 5, "
		"\"uploadDate\": {\"$date\": {\"$numberLong\": \"1525228867000\"}}",
		"\"length\": 5, \"md5\": \"00112233445566778899AABBCCDDEEFF\", "
		"\"uploadDate\": {\"$date\": {\"$numberLong\": \"1525228867001\"}}",
		"\"length\": 5, \"md5\": \"00112233445566778899AABBCCDDEEFF\"",
	};
	static const char *const told[] = {
		"1525228867000 5 00112233445566778899aabbccddeeff",
		"1525228867000 6 00112233445566778899aabbccddeeff",
		"1525228867000 5 10112233445566778899aabbccddeeff",
		"1525228867000 5 -",
		"1525228867001 5 00112233445566778899aabbccddeeff",
		"0 5 00112233445566778899aabbccddeeff",
	};
	char text[600], expected[600];

	assert_null(identity_of(SPLIT, "x"));
	for (size_t i = 0; i < SIZE(saved); i++) {
		clean_server(state);
		snprintf(text, sizeof(text), "{\"_id\": %s, \"chunkSize\": 4, %s}", split_id("x"),
			 saved[i]);
		store(0, json(text));
		snprintf(expected, sizeof(expected), "{ \"_id\" : %s } %s", split_id("x"), told[i]);
		assert_string_equal(identity_of(SPLIT, "x"), expected);
	}
}

/* The raw id is part of it: the same name under an id written in another order is another file. */
static void find_tells_ids_of_slash_courses_apart(void **state)
{
	char first[1024];

	store_file(slash_id("x"), 5, 4, 1000);
	snprintf(first, sizeof(first), "%s", identity_of(SLASH, "x"));
	assert_non_null(strstr(first, "\"category\" : \"asset\", \"name\" : \"x\""));
	clean_server(state);
	store_file(odd_id("x", false), 5, 4, 1000);
	assert_string_not_equal(identity_of(SLASH, "x"), first);
	clean_server(state);
	store_file(slash_id("x"), 5, 4, 1000);
	assert_string_equal(identity_of(SLASH, "x"), first);
}

/* Not of this course: a thumbnail, a draft revision, a split course's document, another org. */
static void find_passes_over_other_subdocuments(void **state)
{
	static const char *const ids[] = {
	    "{\"tag\": \"c4x\", \"org\": \"Org\", \"course\": \"C1\", \"category\": \"thumbnail\", "
	    "\"name\": \"x\", \"revision\": null}",
	    "{\"tag\": \"c4x\", \"org\": \"Org\", \"course\": \"C1\", \"category\": \"asset\", "
	    "\"name\": \"x\", \"revision\": \"draft\"}",
	    "{\"tag\": \"c4x\", \"org\": \"Org\", \"course\": \"C1\", \"category\": \"asset\", "
	    "\"name\": \"x\", \"revision\": null, \"run\": \"R1\"}",
	    "{\"tag\": \"c4x\", \"org\": \"org\", \"course\": \"C1\", \"category\": \"asset\", "
	    "\"name\": \"x\", \"revision\": null}",
	};
	struct gridfs *gridfs = open_course(SLASH);

	(void)state;
	for (size_t i = 0; i < SIZE(ids); i++)
		store_file(ids[i], 5, 4, 0);
	must_find(gridfs, "x", NULL, -1);
	gridfs_free(gridfs);
}

/* Which of two files of one name it was is seen by its length. */
static void find_prefers_the_platforms_order_then_the_newest(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct gridfs *gridfs = open_course(SLASH);

		for (int i = 0; i < 2; i++)
			if (i == order)
				store_file(odd_id("n", true), 1, 4, 1000);
			else
				store_file(odd_id("n", false), 2, 4, 2000);
		must_find(gridfs, "n", SLASH_PREFIX "n", 2);
		assert_int_equal(server.asked_count, 2);
		store_file(slash_id("n"), 3, 4, 500);
		must_find(gridfs, "n", SLASH_PREFIX "n", 3);
		gridfs_free(gridfs);
		clean_server(NULL);
	}
}

/* Both of one date: whichever it is, it is the same one the next time. */
static void find_prefers_one_for_good(void **state)
{
	int64_t sizes[2];

	(void)state;
	for (int order = 0; order < 2; order++) {
		struct gridfs *gridfs = open_course(SLASH);
		struct asset asset;

		store_file(odd_id("n", order), 1 + order, 4, 1000);
		store_file(odd_id("n", !order), 2 - order, 4, 1000);
		asset = find_one(gridfs, "n");
		sizes[order] = asset.size;
		asset_clear(&asset);
		gridfs_free(gridfs);
		clean_server(NULL);
	}
	assert_int_equal(sizes[0], sizes[1]);
}

/* Uploaded between the two queries, so that both kinds come with the second one. */
static void find_prefers_the_platforms_order_within_an_answer(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct gridfs *gridfs = open_course(SLASH);

		for (int i = 0; i < 2; i++)
			if (i == order)
				store_file(slash_id("n"), 1, 4, 1000)->from = 1;
			else
				store_file(odd_id("n", false), 2, 4, 2000);
		must_find(gridfs, "n", SLASH_PREFIX "n", 1);
		gridfs_free(gridfs);
		clean_server(NULL);
	}
}

static void find_again_refreshes_what_is_known(void **state)
{
	struct gridfs *gridfs = open_course(SPLIT);

	(void)state;
	store_file(split_id("n"), 3, 4, 0);
	must_find(gridfs, "n", PREFIX "n", 3);
	empty_collection(0);
	store_file(split_id("n"), 6, 4, 0);
	store_chunk(split_id("n"), 0, "abcd", 4);
	store_chunk(split_id("n"), 1, "ef", 2);
	must_read(gridfs, PREFIX "n", ASSET_DAMAGED,
		  "chunk 1 is one too many: length 3, chunkSize 4");
	must_find(gridfs, "n", PREFIX "n", 6);
	must_read(gridfs, PREFIX "n", ASSET_FOUND, "abcdef");
	empty_collection(0);
	must_find(gridfs, "n", NULL, -1);
	must_read(gridfs, PREFIX "n", ASSET_MISSING, NULL);
	gridfs_free(gridfs);
}

static void find_remembers_many_names(void **state)
{
	struct gridfs *gridfs = open_course(SPLIT);
	const char *names[600];
	struct asset assets[SIZE(names)];
	char texts[SIZE(names)][16];
	struct error err;

	(void)state;
	for (size_t i = 0; i < SIZE(names); i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%zu", i * 7919 % SIZE(names));
		names[i] = texts[i];
		if (i % 3)
			store_file(split_id(names[i]), (long long)i + 1, 4, 0);
	}
	assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 1);
	for (size_t i = 0; i < SIZE(names); i++) {
		assert_int_equal(assets[i].state, i % 3 ? ASSET_FOUND : ASSET_MISSING);
		assert_int_equal(assets[i].size, i % 3 ? (int64_t)i + 1 : -1);
		asset_clear(&assets[i]);
	}
	gridfs_free(gridfs);
}

/* What a server takes has 16 MiB; a name so long that no file can have it is not asked for. */
static void find_splits_absurdly_long_names(void **state)
{
	struct gridfs *gridfs = open_course(SPLIT);
	char *name = malloc((7u << 20) + 1);
	const char *names[3] = {"a", name, "b"};
	struct asset assets[3];
	struct error err;

	(void)state;
	assert_non_null(name);
	memset(name, 'a', 7u << 20);
	name[5u << 20] = '\0';
	assert_int_equal(gridfs_find(gridfs, names, 3, assets, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 3);
	for (int i = 0; i < 3; i++) {
		assert_true(server.asked[i].filter->len < 6u << 20);
		assert_int_equal(assets[i].state, ASSET_MISSING);
	}
	forget_queries();
	name[5u << 20] = 'a';
	name[7u << 20] = '\0';
	assert_int_equal(gridfs_find(gridfs, names, 3, assets, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 1);
	assert_int_equal(assets[1].state, ASSET_MISSING);
	free(name);
	gridfs_free(gridfs);
}

/* ---- read -------------------------------------------------------------------------------- */

static void read_puts_chunks_in_order(void **state)
{
	static const char *const ids[] = {PREFIX "b", PREFIX "none", PREFIX "a",    PREFIX "empty",
					  PREFIX "b", "x",	     PREFIX "large"};
	static const enum asset_state states[] = {ASSET_FOUND, ASSET_MISSING, ASSET_FOUND,
						  ASSET_FOUND, ASSET_FOUND,   ASSET_MISSING,
						  ASSET_LARGE};
	static const char *const texts[] = {"abcdefghij", "", "xyz", "", "abcdefghij", "", ""};
	static const char *const names[] = {"a", "b", "empty", "large"};
	struct gridfs *gridfs = open_course(SPLIT);
	struct asset_bytes out[SIZE(ids)];
	struct asset assets[SIZE(names)];
	struct error err;

	(void)state;
	store_file(split_id("a"), 3, 4, 0);
	store_file(split_id("b"), 10, 4, 0);
	store_file(split_id("empty"), 0, 4, 0);
	store_file(split_id("large"), 11, 4, 0);
	store_chunk(split_id("large"), 2, "ijk", 3);
	store_chunk(split_id("b"), 2, "ij", 2);
	store_chunk(split_id("a"), 0, "xyz", 3);
	store_chunk(split_id("b"), 0, "abcd", 4);
	store_chunk(split_id("empty"), 0, "", 0);
	store_chunk(split_id("b"), 1, "efgh", 4);
	store_chunk(split_id("foreign"), 0, "-", 1)->anyhow = true;
	store_chunk("7", 0, "-", 1)->anyhow = true;
	store_chunk("{\"$symbol\": \"" PREFIX "a\"}", 0, "-", 1)->anyhow = true;
	store(1, json("{\"n\": 0}"))->anyhow = true;
	assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err), RESULT_OK);
	forget_queries();
	assert_int_equal(gridfs_read(gridfs, ids, SIZE(ids), 10, out, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 2);
	/* of the large one only that its last chunk is there */
	asked_is(0, MONGO_CHUNKS, "{ \"files_id\" : \"" PREFIX "large\", \"n\" : 2 }",
		 "{ \"limit\" : 1, \"projection\" : { \"n\" : 1 } }");
	asked_is(1, MONGO_CHUNKS,
		 "{ \"files_id\" : { \"$in\" : [ \"" PREFIX "a\", \"" PREFIX "b\", \"" PREFIX
		 "empty\" ] } }",
		 CHUNK_OPTS("5"));
	for (size_t i = 0; i < SIZE(ids); i++) {
		assert_int_equal(out[i].state, states[i]);
		assert_string_equal(buf_text(&out[i].bytes), texts[i]);
		assert_int_equal(out[i].bytes.len, strlen(texts[i]));
		asset_bytes_clear(&out[i]);
	}
	for (size_t i = 0; i < SIZE(names); i++)
		asset_clear(&assets[i]);
	gridfs_free(gridfs);
}

/* The chunks bear the id as it was written, byte for byte; another order is another file. */
static void read_asks_by_the_raw_id(void **state)
{
	struct gridfs *gridfs = open_course(SLASH);

	(void)state;
	store_file(odd_id("n", false), 3, 4, 0);
	store_chunk(slash_id("n"), 0, "bad", 3);
	store_chunk(odd_id("n", true), 0, "bad", 3)->anyhow = true;
	store_chunk(odd_id("n", false), 0, "abc", 3);
	must_find(gridfs, "n", SLASH_PREFIX "n", 3);
	forget_queries();
	must_read(gridfs, SLASH_PREFIX "n", ASSET_FOUND, "abc");
	asked_is(
	    0, MONGO_CHUNKS,
	    "{ \"files_id\" : { \"$in\" : [ { \"name\" : \"n\", \"tag\" : \"c4x\", \"org\" : "
	    "\"Org\", \"course\" : \"C1\", \"category\" : \"asset\", \"revision\" : null } ] } }",
	    CHUNK_OPTS("2"));
	gridfs_free(gridfs);
}

/* Larger than the limit by a length that its chunks do not bear out: damaged. */
static void read_doubts_a_length_above_the_limit(void **state)
{
	static const struct {
		int64_t length;
		enum asset_state state;
	} table[] = {{9, ASSET_LARGE}, {12, ASSET_LARGE}, {13, ASSET_DAMAGED},
		     {(int64_t)1 << 40, ASSET_DAMAGED}};

	(void)state;
	for (size_t i = 0; i < SIZE(table); i++) {
		static const char *const id = PREFIX "n";
		struct gridfs *gridfs = open_course(SPLIT);
		struct asset_bytes out;
		struct error err;

		store_file(split_id("n"), table[i].length, 4, 0);
		store_chunk(split_id("n"), 0, "abcd", 4);
		store_chunk(split_id("n"), 1, "efgh", 4);
		store_chunk(split_id("n"), 2, "ijkl", 4);
		must_find(gridfs, "n", PREFIX "n", table[i].length);
		assert_int_equal(gridfs_read(gridfs, &id, 1, 8, &out, &err), RESULT_OK);
		assert_int_equal(out.state, table[i].state);
		assert_int_equal(out.bytes.len, 0);
		if (out.state == ASSET_DAMAGED)
			assert_non_null(strstr(out.reason, "is missing"));
		asset_bytes_clear(&out);
		gridfs_free(gridfs);
		clean_server(state);
	}
}

static void read_asks_nothing_for_what_cannot_be_whole(void **state)
{
	static const char *const names[] = {"length", "negative", "chunk", "large"};
	static const char *const ids[] = {PREFIX "length", PREFIX "negative", PREFIX "chunk",
					  PREFIX "large", PREFIX "length"};
	static const char *const reasons[] = {
	    "the length is missing, negative or no whole number",
	    "the length is missing, negative or no whole number",
	    "length 5, but the chunkSize is missing or no positive number", "",
	    "the length is missing, negative or no whole number"};
	struct gridfs *gridfs = open_course(SPLIT);
	struct asset_bytes out[SIZE(ids)];
	struct asset assets[SIZE(names)];
	struct error err;

	(void)state;
	store(0, json("{\"_id\": \"" PREFIX "length\", \"length\": 5.5, \"chunkSize\": 4}"));
	store_file(split_id("negative"), -5, 4, 0);
	store_file(split_id("chunk"), 5, 0, 0);
	store_file(split_id("large"), 1001, 4, 0);
	store_chunk(split_id("large"), 250, "x", 1);
	assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err), RESULT_OK);
	forget_queries();
	assert_int_equal(gridfs_read(gridfs, ids, SIZE(ids), 1000, out, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 1); /* whether the large one is */
	for (size_t i = 0; i < SIZE(ids); i++) {
		assert_int_equal(out[i].state, i == 3 ? ASSET_LARGE : ASSET_DAMAGED);
		assert_string_equal(out[i].reason, reasons[i]);
		asset_bytes_clear(&out[i]);
	}
	for (size_t i = 0; i < SIZE(names); i++) {
		assert_int_equal(assets[i].state, ASSET_FOUND);
		assert_int_equal(assets[i].size, i == 2 ? 5 : i == 3 ? 1001 : -1);
		asset_clear(&assets[i]);
	}
	gridfs_free(gridfs);
}

static void read_says_that_chunks_are_gone(void **state)
{
	struct gridfs *gridfs = open_course(SPLIT);

	(void)state;
	store_file(split_id("n"), 5, 4, 0);
	must_find(gridfs, "n", PREFIX "n", 5);
	must_read(gridfs, PREFIX "n", ASSET_DAMAGED,
		  "chunk 0 is missing: 0 of 2 are there, length 5, chunkSize 4");
	gridfs_free(gridfs);
}

/* The bytes of all files that query @at asked for; how many files in *@files. */
static size_t asked_bytes(int at, size_t each, size_t *files)
{
	bson_iter_t list, in, item;
	size_t count = 0;

	assert_int_equal(server.asked[at].place, MONGO_CHUNKS);
	assert_true(bson_iter_init_find(&list, server.asked[at].filter, "files_id"));
	assert_true(bson_iter_recurse(&list, &in) && bson_iter_find(&in, "$in"));
	assert_true(bson_iter_recurse(&in, &item));
	while (bson_iter_next(&item))
		count++;
	*files += count;
	return count * each;
}

static void read_splits_its_queries(void **state)
{
	static const struct {
		size_t files, each;
		int least, most; /* queries */
	} table[] = {
	    {600, 1000, 1, 1},
	    {40, 1 << 20, 3, 3},
	    {3, 20 << 20, 3, 3},
	};

	(void)state;
	for (size_t t = 0; t < SIZE(table); t++) {
		size_t count = table[t].files, each = table[t].each, files = 0;
		struct asset_bytes *out = calloc(count, sizeof(*out));
		struct asset *assets = calloc(count, sizeof(*assets));
		char(*texts)[64] = calloc(count, sizeof(*texts)), *data = malloc(each);
		const char **names = calloc(count, sizeof(*names));
		struct gridfs *gridfs = open_course(SPLIT);
		struct error err;

		assert_true(out && assets && texts && names && data);
		for (size_t i = 0; i < count; i++) {
			snprintf(texts[i], sizeof(texts[i]), PREFIX "%zu", i);
			names[i] = texts[i] + strlen(PREFIX);
			memset(data, 'a' + (int)(i % 26), each);
			store_file(split_id(names[i]), (long long)each, (int)each, 0);
			store_chunk(split_id(names[i]), 0, data, each);
		}
		assert_int_equal(gridfs_find(gridfs, names, count, assets, &err), RESULT_OK);
		forget_queries();
		for (size_t i = 0; i < count; i++) {
			names[i] = texts[i];
			asset_clear(&assets[i]);
		}
		assert_int_equal(gridfs_read(gridfs, names, count, each, out, &err), RESULT_OK);
		assert_in_range(server.asked_count, table[t].least, table[t].most);
		for (int i = 0; i < server.asked_count; i++) {
			size_t before = files, bytes = asked_bytes(i, each, &files);

			assert_true(files > before);
			assert_true(bytes < 16u << 20 || files == before + 1);
		}
		assert_int_equal(files, count);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(out[i].state, ASSET_FOUND);
			assert_int_equal(out[i].bytes.len, each);
			assert_int_equal(out[i].bytes.data[0], 'a' + (int)(i % 26));
			assert_int_equal(out[i].bytes.data[each - 1], 'a' + (int)(i % 26));
			asset_bytes_clear(&out[i]);
		}
		gridfs_free(gridfs);
		free(out);
		free(assets);
		free(texts);
		free(names);
		free(data);
		clean_server(NULL);
	}
}

/* Asked for twice where a query is full: it is read once, and answered twice. */
static void read_never_splits_a_file_asked_twice(void **state)
{
	static const char *const names[] = {"a", "b"};
	static const char *const ids[] = {PREFIX "a", PREFIX "b", PREFIX "a"};
	enum { LARGE = 10 << 20 };
	struct gridfs *gridfs = open_course(SPLIT);
	struct asset_bytes out[SIZE(ids)];
	struct asset assets[SIZE(names)];
	char *data = calloc(LARGE, 1);
	size_t files = 0;
	struct error err;

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < SIZE(names); i++) {
		store_file(split_id(names[i]), LARGE, LARGE, 0);
		store_chunk(split_id(names[i]), 0, data, LARGE);
	}
	assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err), RESULT_OK);
	forget_queries();
	assert_int_equal(gridfs_read(gridfs, ids, SIZE(ids), LARGE, out, &err), RESULT_OK);
	assert_int_equal(server.asked_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(asked_bytes(i, LARGE, &files), LARGE);
		asset_clear(&assets[i]);
	}
	for (size_t i = 0; i < SIZE(ids); i++) {
		assert_int_equal(out[i].state, ASSET_FOUND);
		assert_int_equal(out[i].bytes.len, LARGE);
		asset_bytes_clear(&out[i]);
	}
	free(data);
	gridfs_free(gridfs);
}

/* ---- failures ---------------------------------------------------------------------------- */

static const enum result failures[] = {RESULT_UNREACHABLE, RESULT_RETRY, RESULT_REFUSED};

/* Of a find that failed nothing is held, and what was known before still is. */
static void find_passes_failures_on(void **state)
{
	static const char *const names[] = {"odd", "n", "none"};

	(void)state;
	for (size_t i = 0; i < SIZE(failures); i++) {
		for (int query = 0; query < 2; query++) {
			struct gridfs *gridfs = open_course(SLASH);
			struct asset assets[SIZE(names)];
			struct error err = {RESULT_OK, ""};

			store_file(slash_id("n"), 3, 4, 0);
			store_chunk(slash_id("n"), 0, "abc", 3);
			store_file(odd_id("odd", false), 3, 4, 0);
			must_find(gridfs, "n", SLASH_PREFIX "n", 3);
			server.failing = server.asked_count + query;
			server.result = failures[i];
			assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err),
					 failures[i]);
			assert_string_equal(err.text, "the server said no");
			for (size_t k = 0; k < SIZE(names); k++) {
				assert_int_equal(assets[k].state, ASSET_MISSING);
				assert_null(assets[k].id);
			}
			must_read(gridfs, SLASH_PREFIX "n", ASSET_FOUND, "abc");
			must_read(gridfs, SLASH_PREFIX "odd", ASSET_MISSING, NULL);
			gridfs_free(gridfs);
			clean_server(NULL);
		}
	}
}

static void read_passes_failures_on(void **state)
{
	/* the first query brings a whole file, the second, with it in hand, fails */
	static const char *const names[] = {"a", "b"};
	static const char *const ids[] = {PREFIX "a", PREFIX "b"};
	enum { LARGE = 10 << 20 };
	char *data = calloc(LARGE, 1);

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < SIZE(failures); i++) {
		for (int query = 0; query < 2; query++) {
			struct gridfs *gridfs = open_course(SPLIT);
			struct asset assets[SIZE(names)];
			struct asset_bytes out[SIZE(ids)];
			struct error err = {RESULT_OK, ""};

			for (size_t k = 0; k < SIZE(names); k++) {
				store_file(split_id(names[k]), LARGE, LARGE, 0);
				store_chunk(split_id(names[k]), 0, data, LARGE);
			}
			assert_int_equal(gridfs_find(gridfs, names, SIZE(names), assets, &err),
					 RESULT_OK);
			server.failing = server.asked_count + query;
			server.result = failures[i];
			assert_int_equal(gridfs_read(gridfs, ids, SIZE(ids), LARGE, out, &err),
					 failures[i]);
			assert_int_equal(server.asked_count, 2 + query);
			for (size_t k = 0; k < SIZE(ids); k++) {
				assert_int_equal(out[k].state, ASSET_MISSING);
				assert_null(out[k].bytes.data);
				asset_clear(&assets[k]);
			}
			gridfs_free(gridfs);
			clean_server(NULL);
		}
	}
	free(data);
}

int main(void)
{
#define UNIT(test) cmocka_unit_test_setup_teardown(test, clean_server, clean_server)
	const struct CMUnitTest tests[] = {
	    UNIT(new_refuses_what_is_no_course),
	    UNIT(find_asks_once_for_names_that_clean_to_one),
	    UNIT(find_asks_nobody_for_nothing),
	    UNIT(find_asks_slash_courses_twice),
	    UNIT(find_tells_what_identifies_a_file),
	    UNIT(find_tells_ids_of_slash_courses_apart),
	    UNIT(find_passes_over_other_subdocuments),
	    UNIT(find_prefers_the_platforms_order_then_the_newest),
	    UNIT(find_prefers_one_for_good),
	    UNIT(find_prefers_the_platforms_order_within_an_answer),
	    UNIT(find_again_refreshes_what_is_known),
	    UNIT(find_remembers_many_names),
	    UNIT(find_splits_absurdly_long_names),
	    UNIT(read_puts_chunks_in_order),
	    UNIT(read_asks_by_the_raw_id),
	    UNIT(read_doubts_a_length_above_the_limit),
		UNIT(read_asks_nothing_for_what_cannot_be_whole),
	    UNIT(read_says_that_chunks_are_gone),
	    UNIT(read_splits_its_queries),
	    UNIT(read_never_splits_a_file_asked_twice),
	    UNIT(find_passes_failures_on),
	    UNIT(read_passes_failures_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
