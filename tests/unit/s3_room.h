/*
 * s3_room.h - an S3 store before a little S3: what the tests of the store share.
 */
#ifndef SUBFERRY_TESTS_UNIT_S3_ROOM_H
#define SUBFERRY_TESTS_UNIT_S3_ROOM_H

#include "src/store/s3.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/little_s3.h"

#define NAME "video-transcripts/0123456789abcdef0123456789abcdef.sjson"
#define KEY "campus/" NAME
#define BYTES "{\"start\": [0], \"end\": [1], \"text\": [\"\\u4f60\"]}"
#define OTHER "{\"start\": [0], \"end\": [1], \"text\": [\"\\u597d\"]}"

struct room {
	struct little_s3 s3; /* first: the server */
	struct http *http;
	struct store_s3_options options;
	struct store *store;
	char sha256[HASH_HEX];
};

static int open_room(void **state, int64_t total_timeout)
{
	const struct http_options options = {.in_flight = 8,
					     .total_timeout = total_timeout,
					     .throttled_too_long = 100,
					     .clock = clock_system()};
	struct room *room = calloc(1, sizeof(*room));

	little_s3_start(&room->s3);
	assert_int_equal(http_new(&room->http, &options, NULL), RESULT_OK);
	room->options = (struct store_s3_options){.http = room->http,
						  .endpoint = web_url(room->s3.web),
						  .bucket = LITTLE_BUCKET,
						  .location = "campus/",
						  .path_style = true,
						  .key = LITTLE_KEY,
						  .secret = LITTLE_SECRET,
						  .condition = CONDITION_HOLDS};
	*state = room;
	return 0;
}

static int setup(void **state)
{
	return open_room(state, 20000);
}

static int teardown(void **state)
{
	struct room *room = *state;

	store_free(room->store);
	http_free(room->http);
	little_s3_stop(&room->s3);
	free(room);
	return 0;
}

/* The store as the options are now. */
static struct store *open_store(struct room *room)
{
	struct error err = {0};

	store_free(room->store);
	if (store_s3_new(&room->store, &room->options, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return room->store;
}

/* What the test wrote is the server's from here on, and what the server wrote the test's. */
static void meet_server(struct room *room)
{
	web_requests(room->s3.web);
}

static enum result put_bytes(struct room *room, const char *name, const char *bytes,
			     struct error *err)
{
	char sha256[HASH_HEX];
	struct store_object object = {.name = name,
				      .bytes = bytes,
				      .len = strlen(bytes),
				      .sha256 = sha256,
				      .result = RESULT_COUNT};
	enum result st;

	memset(err, 0, sizeof(*err));
	hash_sha256(bytes, object.len, sha256);
	meet_server(room);
	st = room->store->ops->put(room->store, &object, 1, err);
	meet_server(room);
	if (st == RESULT_OK)
		return object.result;
	assert_int_equal(object.result, st);
	assert_int_equal(err->result, st);
	assert_memory_equal(object.reason, err->text,
			    strlen(err->text) < 255 ? strlen(err->text) : 255);
	return st;
}

/* The server has exactly @bytes under @key. */
static void assert_there(struct room *room, const char *key, const char *bytes)
{
	const struct little_object *object = little_s3_find(&room->s3, key);

	assert_non_null(object);
	assert_int_equal(object->len, strlen(bytes));
	assert_memory_equal(object->bytes, bytes, object->len);
	assert_int_equal(room->s3.overwritten, 0);
}

#endif
