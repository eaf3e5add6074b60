#include "config.h"

#include "tests/unit/s3_room.h"

#include <pthread.h>

/* ---- addresses ----------------------------------------------------------------------------*/

static void address_builds_urls(void **state)
{
	static const struct {
		const char *endpoint, *region;
		bool path_style;
		const char *url;
	} rows[] = {
	    {"", "eu-west-1", false, "https://b.u-1.s3.eu-west-1.amazonaws.com/"},
	    {NULL, "", false, "https://b.u-1.s3.us-east-1.amazonaws.com/"},
	    {"", "eu-west-1", true, "https://s3.eu-west-1.amazonaws.com/b.u-1/"},
	    {"", "cn-north-1", false, "https://b.u-1.s3.cn-north-1.amazonaws.com.cn/"},
	    {"https://s3.example.org", "", false, "https://b.u-1.s3.example.org/"},
	    {"https://s3.example.org/", "", true, "https://s3.example.org/b.u-1/"},
	    {"https://s3.example.org:443", "", true, "https://s3.example.org/b.u-1/"},
	    {"http://s3.example.org:443", "", true, "http://s3.example.org:443/b.u-1/"},
	    {"http://127.0.0.1:8333", "RegionOne", true, "http://127.0.0.1:8333/b.u-1/"},
	    {"HTTP://[::1]:80/", "", true, "http://[::1]/b.u-1/"},
	};
	struct room *room = *state;

	room->options.bucket = "b.u-1";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf url = BUF_INIT;
		struct s3 *s3;

		room->options.endpoint = rows[i].endpoint;
		room->options.region = rows[i].region;
		room->options.path_style = rows[i].path_style;
		s3 = (struct s3 *)open_store(room);
		assert_string_equal(s3->url, rows[i].url);
		s3_url(s3, "a b/c.sjson", &url);
		assert_memory_equal(buf_text(&url), rows[i].url, strlen(rows[i].url));
		assert_string_equal(buf_text(&url) + strlen(rows[i].url), "campus/a%20b/c.sjson");
		buf_clear(&url);
	}
}

static void new_refuses_what_cannot_be_an_address(void **state)
{
	static const struct {
		const char *bucket, *region, *location, *endpoint;
		bool path_style;
		const char *words;
	} rows[] = {
	    {"", "", "", "", true, "bucket"},
	    {"a/b", "", "", "", true, "bucket"},
	    {"a@evil.example", "", "", "", false, "bucket"},
	    {"..", "", "", "", true, "bucket"},
	    {"a_b", "", "", "", false, "path_style"},
	    {"b", "us:east", "", "", true, "region"},
	    {"b", "us/east", "", "", true, "region"},
	    {"b", "my_region", "", "", true, "region"},
	    {"b", "", "campus", "", true, "location"},
	    {"b", "", "/campus/", "", true, "location"},
	    {"b", "", "a/../b/", "", true, "location"},
	    {"b", "", "/", "", true, "location"},
	    {"b", "", "", "s3.example.org", true, "https://"},
	    {"b", "", "", "ftp://s3.example.org", true, "https://"},
	    {"b", "", "", "https://", true, "endpoint"},
	    {"b", "", "", "https://s3.example.org/path", true, "endpoint"},
	    {"b", "", "", "https://user:pw@s3.example.org", true, "endpoint"},
	    {"b", "", "", "https://s3.example.org?x", true, "endpoint"},
	    {"b", "", "", "http://127.0.0.1:9000", false, "path_style"},
	    {"b", "", "", "http://[::1]:9000", false, "path_style"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *store = (struct store *)room;
		struct error err = {0};

		room->options.bucket = rows[i].bucket;
		room->options.region = rows[i].region;
		room->options.location = rows[i].location;
		room->options.endpoint = rows[i].endpoint;
		room->options.path_style = rows[i].path_style;
		if (store_s3_new(&store, &room->options, &err) != RESULT_INVALID)
			fail_msg("row %zu was taken", i);
		assert_null(store);
		assert_non_null(strstr(err.text, rows[i].words));
		assert_null(strstr(err.text, "pw"));
	}
}

static void new_refuses_values_that_are_no_header(void **state)
{
	struct room *room = *state;
	const char **const fields[] = {&room->options.storage_class, &room->options.sse,
				       &room->options.key, &room->options.secret,
				       &room->options.token};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *old = *fields[i];
		struct error err = {0};

		*fields[i] = "hush\r\nx-amz-acl: public-read";
		assert_int_equal(store_s3_new(&room->store, &room->options, &err), RESULT_INVALID);
		assert_null(strstr(err.text, "hush"));
		*fields[i] = old;
	}
	room->options.key = "";
	assert_int_equal(store_s3_new(&room->store, &room->options, NULL), RESULT_INVALID);
	room->options.key = LITTLE_KEY;
	room->options.sse = "AES256";
	room->options.sse_key = "1234";
	assert_int_equal(store_s3_new(&room->store, &room->options, NULL), RESULT_INVALID);
}

static void names_are_escaped_and_signed(void **state)
{
	static const char *const names[] = {
	    "video-transcripts/a.sjson",
	    "a b+c",
	    "per%cent",
	    "q?x=y&z#h",
	    "\xe4\xbd\xa0/\xe5\xa5\xbd",
	    "tilde~(paren)'quote\"*!",
	    "a:b;c=d,e@f$g",
	    "back\\slash[x]{y}|^`<>",
	};
	struct room *room = *state;
	struct error err;

	room->options.location = "sp ace/\xc3\xa9+x/";
	open_store(room);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char key[256];
		struct buf got = BUF_INIT;

		snprintf(key, sizeof(key), "%s%s", room->options.location, names[i]);
		if (put_bytes(room, names[i], BYTES, &err) != RESULT_OK)
			fail_msg("%s: %s", names[i], err.text);
		assert_there(room, key, BYTES);
		assert_int_equal(room->store->ops->get(room->store, names[i], 1000, &got, &err),
				 RESULT_OK);
		assert_string_equal(buf_text(&got), BYTES);
		buf_clear(&got);
	}
	assert_int_equal(put_bytes(room, "../x", BYTES, &err), RESULT_INVALID);
	assert_int_equal(put_bytes(room, "/x", BYTES, &err), RESULT_INVALID);
}

static void host_style_puts_the_bucket_before_the_host(void **state)
{
	struct room *room = *state;
	char endpoint[64], host[64];
	struct error err;

	/* every name below localhost is this machine, for libcurl */
	snprintf(endpoint, sizeof(endpoint), "http://localhost:%s",
		 strrchr(web_url(room->s3.web), ':') + 1);
	snprintf(host, sizeof(host), LITTLE_BUCKET ".localhost:%s",
		 strrchr(web_url(room->s3.web), ':') + 1);
	room->options.endpoint = endpoint;
	room->options.path_style = false;
	room->s3.host = host;
	open_store(room);
	if (put_bytes(room, NAME, BYTES, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_string_equal(room->s3.path, "/" KEY);
	assert_there(room, KEY, BYTES);
}

/* ---- put ----------------------------------------------------------------------------------*/

static void put_sends_what_is_configured(void **state)
{
	struct room *room = *state;
	const char *sent = room->s3.put_headers;
	struct error err;

	room->s3.token = "session/token+1==";
	room->s3.region = "eu-north-1";
	room->options.token = room->s3.token;
	room->options.region = room->s3.region;
	room->options.storage_class = "STANDARD_IA";
	room->options.sse = "aws:kms";
	room->options.sse_key = "arn:aws:kms:eu-north-1:1:key/2";
	open_store(room);
	if (put_bytes(room, NAME, BYTES, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_non_null(strstr(sent, "content-type: application/json\n"));
	assert_non_null(strstr(sent, "if-none-match: *\n"));
	assert_non_null(strstr(sent, "x-amz-storage-class: STANDARD_IA\n"));
	assert_non_null(strstr(sent, "x-amz-server-side-encryption: aws:kms\n"));
	assert_non_null(strstr(sent, "x-amz-server-side-encryption-aws-kms-key-id: "
				     "arn:aws:kms:eu-north-1:1:key/2\n"));
	assert_there(room, KEY, BYTES);
	assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_EXISTS);
	room->options.sse = "AES256";
	room->options.sse_key = room->options.storage_class = "";
	open_store(room);
	assert_int_equal(put_bytes(room, "second", BYTES, &err), RESULT_OK);
	assert_non_null(strstr(sent, "x-amz-server-side-encryption: AES256\n"));
	assert_null(strstr(sent, "x-amz-storage-class"));
	assert_null(strstr(sent, "kms"));
}

/* Whatever the server's ETag is, and whether it keeps checksums: and no more requests than needed.
 */
static void put_compares_what_is_there(void **state)
{
	static const struct {
		enum little_etag etag;
		bool checksums;
		int gets; /* to see that the bytes are the same */
	} rows[] = {
	    {ETAG_MD5, false, 0},    {ETAG_MD5, true, 0},   {ETAG_PARTS, false, 1},
	    {ETAG_PARTS, true, 0},   {ETAG_KMS, false, 1},  {ETAG_KMS, true, 0},
	    {ETAG_RANDOM, false, 1}, {ETAG_WEAK, false, 1}, {ETAG_BARE, false, 1},
	    {ETAG_NONE, false, 1},   {ETAG_NONE, true, 0},
	};
	struct room *room = *state;
	struct error err;

	open_store(room);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		little_s3_forget(&room->s3);
		room->s3.etag = rows[i].etag;
		room->s3.checksums = rows[i].checksums;
		assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_OK);
		assert_int_equal(room->s3.puts, 1);
		/* an answer that proves nothing is looked into only where it should have */
		assert_int_equal(room->s3.heads,
				 !rows[i].checksums &&
				     (rows[i].etag == ETAG_RANDOM || rows[i].etag == ETAG_NONE));
		room->s3.gets = room->s3.heads = 0;
		assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_EXISTS);
		assert_int_equal(room->s3.heads, 1);
		assert_int_equal(room->s3.gets, rows[i].gets);
		/* as long, longer, shorter, empty */
		assert_int_equal(strlen(OTHER), strlen(BYTES));
		assert_int_equal(put_bytes(room, NAME, OTHER, &err), RESULT_CONFLICT);
		assert_non_null(strstr(err.text, "s3://" LITTLE_BUCKET "/" KEY));
		assert_int_equal(put_bytes(room, NAME, BYTES " ", &err), RESULT_CONFLICT);
		assert_int_equal(put_bytes(room, NAME, "{}", &err), RESULT_CONFLICT);
		assert_int_equal(put_bytes(room, NAME, "", &err), RESULT_CONFLICT);
		assert_there(room, KEY, BYTES);
		assert_int_equal(room->s3.made, 1);
	}
}

/* Other bytes that nothing vouches for are fetched twice before they are called a conflict. */
static void put_calls_no_damage_a_conflict(void **state)
{
	static const struct {
		enum little_etag etag;
		bool checksums;
		int spoiled; /* so many answers to GET */
		enum result result;
		int gets;
	} rows[] = {
	    {ETAG_PARTS, false, 0, RESULT_EXISTS, 1},
	    {ETAG_PARTS, false, 1, RESULT_EXISTS, 2},
	    {ETAG_NONE, false, 1, RESULT_EXISTS, 2},
	    {ETAG_RANDOM, false, 1, RESULT_EXISTS, 2},
	};
	struct room *room = *state;
	struct error err;

	open_store(room);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		little_s3_forget(&room->s3);
		little_s3_add(&room->s3, KEY, BYTES);
		room->s3.etag = rows[i].etag;
		room->s3.checksums = rows[i].checksums;
		room->s3.trick =
		    (struct little_trick){.method = "GET", .times = rows[i].spoiled, .spoil = true};
		if (put_bytes(room, NAME, BYTES, &err) != rows[i].result)
			fail_msg("row %zu: %s", i, err.text);
		assert_int_equal(room->s3.gets, rows[i].gets);
		/* and what is another object is one, damaged once on its way or not */
		room->s3.gets = 0;
		assert_int_equal(put_bytes(room, NAME, OTHER, &err), RESULT_CONFLICT);
		assert_int_equal(room->s3.gets, 2);
		room->s3.trick.times = 1;
		assert_int_equal(put_bytes(room, NAME, OTHER, &err), RESULT_RETRY);
	}
	/* a checksum that says what the bytes should be */
	room->s3.checksums = true;
	room->s3.trick.times = 1;
	assert_int_equal(put_bytes(room, NAME, OTHER, &err), RESULT_RETRY);
	room->s3.gets = 0;
	assert_int_equal(put_bytes(room, NAME, OTHER, &err), RESULT_CONFLICT);
	assert_int_equal(room->s3.gets, 1);
}

static void put_of_nothing_is_an_empty_object(void **state)
{
	struct room *room = *state;
	struct error err;

	open_store(room);
	assert_int_equal(put_bytes(room, NAME, "", &err), RESULT_OK);
	assert_int_equal(put_bytes(room, NAME, "", &err), RESULT_EXISTS);
	assert_there(room, KEY, "");
}

/* A 200 that does not agree with itself is looked into. */
static void put_trusts_no_answer_that_disagrees(void **state)
{
	static const struct {
		struct little_trick trick;
		enum result result;
		const char *there;
	} rows[] = {
	    /* somebody else's 200: nothing was kept */
	    {{"PUT", 1, false, 200, NULL, NULL, NULL, "<html>Log in</html>", false, WEB_NONE},
	     RESULT_RETRY,
	     NULL},
	    {{"PUT", 1, false, 200, NULL, NULL, "ETag: \"00000000000000000000000000000000\"\r\n",
	      NULL, false, WEB_NONE},
	     RESULT_RETRY,
	     NULL},
	    /* kept, and the ETag is of other bytes, or is none */
	    {{"PUT", 1, true, 200, NULL, NULL, "ETag: \"00000000000000000000000000000000\"\r\n",
	      NULL, false, WEB_NONE},
	     RESULT_OK,
	     BYTES},
	    {{"PUT", 1, true, 200, NULL, NULL, NULL, NULL, false, WEB_NONE}, RESULT_OK, BYTES},
	    {{"PUT", 1, true, 204, NULL, NULL, NULL, NULL, false, WEB_NONE}, RESULT_OK, BYTES},
	    {{"PUT", 1, false, 204, NULL, NULL, NULL, NULL, false, WEB_NONE}, RESULT_RETRY, NULL},
	};
	struct room *room = *state;
	struct error err;

	open_store(room);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		little_s3_forget(&room->s3);
		room->s3.trick = rows[i].trick;
		if (put_bytes(room, NAME, BYTES, &err) != rows[i].result)
			fail_msg("row %zu: %s", i, err.text);
		if (rows[i].there)
			assert_there(room, KEY, rows[i].there);
		else
			assert_null(little_s3_find(&room->s3, KEY));
	}
	/* and one whose object is another one than was sent */
	little_s3_forget(&room->s3);
	little_s3_add(&room->s3, KEY, OTHER);
	room->s3.trick =
	    (struct little_trick){.method = "PUT",
				  .times = 1,
				  .status = 200,
				  .headers = "ETag: \"0123456789abcdef0123456789abcdef\"\r\n"};
	assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_CONFLICT);
}

static void put_stops_at_the_first_that_fails(void **state)
{
	struct room *room = *state;
	char sha256[HASH_HEX];
	struct store_object objects[4] = {
	    {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
	struct error err = {0};

	hash_sha256(BYTES, strlen(BYTES), sha256);
	for (int i = 0; i < 4; i++) {
		objects[i].bytes = BYTES;
		objects[i].len = strlen(BYTES);
		objects[i].sha256 = sha256;
	}
	open_store(room);
	little_s3_add(&room->s3, "campus/b", BYTES);
	little_s3_add(&room->s3, "campus/c", OTHER);
	assert_int_equal(room->store->ops->put(room->store, objects, 4, &err), RESULT_CONFLICT);
	assert_int_equal(objects[0].result, RESULT_OK);
	assert_int_equal(objects[1].result, RESULT_EXISTS);
	assert_int_equal(objects[2].result, RESULT_CONFLICT);
	assert_string_equal(objects[2].reason, err.text);
	assert_int_equal(objects[3].result, RESULT_CANCELED);
	assert_null(little_s3_find(&room->s3, "campus/d"));
	assert_there(room, "campus/c", OTHER);
}

static void put_is_refused_when_only_reading(void **state)
{
	struct room *room = *state;
	struct store_object object = {.name = NAME, .bytes = "x", .len = 1, .sha256 = ""};
	struct error err = {0};

	room->options.read_only = true;
	open_store(room);
	assert_int_equal(room->store->ops->put(room->store, &object, 1, &err), RESULT_REFUSED);
	assert_int_equal(object.result, RESULT_CANCELED);
	assert_int_equal(web_requests(room->s3.web), 0);
}

/* ---- the condition ------------------------------------------------------------------------*/

static void head_comes_first_where_the_condition_is_not_known(void **state)
{
	static const enum store_condition conditions[] = {CONDITION_UNKNOWN, CONDITION_FAILS};
	struct room *room = *state;
	struct error err;

	room->s3.ignores_condition = true; /* would overwrite whatever comes */
	for (int i = 0; i < 2; i++) {
		little_s3_forget(&room->s3);
		room->options.condition = conditions[i];
		open_store(room);
		assert_non_null(room->store->warning);
		assert_non_null(strstr(room->store->warning, "HEAD"));
		assert_null(strchr(room->store->warning, '\n'));
		assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_OK);
		assert_int_equal(room->s3.heads, 1);
		assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_EXISTS);
		assert_int_equal(put_bytes(room, NAME, OTHER, &err), RESULT_CONFLICT);
		assert_int_equal(room->s3.puts, 1);
		assert_there(room, KEY, BYTES);
	}
	room->options.condition = CONDITION_HOLDS;
	open_store(room);
	assert_null(room->store->warning);
	little_s3_forget(&room->s3);
	assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_OK);
	assert_int_equal(room->s3.heads, 0);
}

static void no_put_where_head_is_denied(void **state)
{
	struct room *room = *state;
	struct error err;

	room->options.condition = CONDITION_UNKNOWN;
	open_store(room);
	room->s3.trick = (struct little_trick){
	    .method = "HEAD", .times = 1, .status = 403, .code = "AccessDenied"};
	/* HEAD denied, and GET says that it is not there: then it is known */
	assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_OK);
	little_s3_forget(&room->s3);
	room->s3.trick = (struct little_trick){.method = "HEAD", .times = 1, .status = 500};
	assert_int_equal(put_bytes(room, NAME, BYTES, &err), RESULT_RETRY);
	assert_int_equal(room->s3.puts, 0);
}

/* ---- head, get, probe ---------------------------------------------------------------------*/

static void head_tells_size_and_hash(void **state)
{
	struct room *room = *state;
	struct store_info info;
	char sha256[HASH_HEX];

	hash_sha256(BYTES, strlen(BYTES), sha256);
	open_store(room);
	little_s3_add(&room->s3, KEY, BYTES);
	assert_int_equal(room->store->ops->head(room->store, NAME, &info, NULL), RESULT_OK);
	assert_true(info.exists);
	assert_int_equal(info.size, strlen(BYTES));
	assert_string_equal(info.sha256, "");
	room->s3.checksums = true;
	assert_int_equal(room->store->ops->head(room->store, NAME, &info, NULL), RESULT_OK);
	assert_string_equal(info.sha256, sha256);
	assert_int_equal(room->store->ops->head(room->store, "other", &info, NULL), RESULT_OK);
	assert_false(info.exists);
	assert_int_equal(info.size, -1);
}

static void checksum_that_is_no_sha256_is_none(void **state)
{
	static const char *const headers[] = {
	    "x-amz-checksum-sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=-2\r\n",
	    "x-amz-checksum-sha256: AAAA\r\n",
	    "x-amz-checksum-sha256: !!!!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
	    "x-amz-checksum-sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
	};
	struct room *room = *state;
	struct store_info info;

	open_store(room);
	little_s3_add(&room->s3, KEY, BYTES);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		room->s3.trick =
		    (struct little_trick){.method = "HEAD", .times = 1, .headers = headers[i]};
		assert_int_equal(room->store->ops->head(room->store, NAME, &info, NULL), RESULT_OK);
		assert_string_equal(info.sha256, "");
	}
}

static void get_is_bounded(void **state)
{
	struct room *room = *state;
	struct buf got = BUF_INIT;
	struct error err;
	char *large = malloc(40001);

	memset(large, 'x', 40000);
	large[40000] = '\0';
	open_store(room);
	little_s3_add(&room->s3, KEY, BYTES);
	little_s3_add(&room->s3, "campus/large", large);
	buf_add_text(&got, "old");
	assert_int_equal(room->store->ops->get(room->store, NAME, strlen(BYTES), &got, &err),
			 RESULT_OK);
	assert_string_equal(buf_text(&got), BYTES);
	assert_int_equal(room->store->ops->get(room->store, NAME, strlen(BYTES) - 1, &got, &err),
			 RESULT_LIMIT);
	assert_int_equal(got.len, 0);
	assert_int_equal(room->store->ops->get(room->store, "large", 39999, &got, &err),
			 RESULT_LIMIT);
	assert_int_equal(room->store->ops->get(room->store, "large", 40000, &got, &err), RESULT_OK);
	assert_int_equal(got.len, 40000);
	assert_int_equal(room->store->ops->get(room->store, "none", 1, &got, &err), RESULT_MISSING);
	assert_int_equal(got.len, 0);
	buf_clear(&got);
	free(large);
}

static void get_sees_damage_on_the_way(void **state)
{
	static const struct {
		enum little_etag etag;
		bool checksums;
		int spoiled; /* so many answers */
		enum result result;
	} rows[] = {
	    {ETAG_MD5, true, 1, RESULT_RETRY},	/* the checksum says it */
	    {ETAG_MD5, false, 1, RESULT_RETRY}, /* the ETag doubts it, and the second is another */
	    {ETAG_RANDOM, false, 0, RESULT_OK}, /* the same twice: the ETag is no MD5 */
	    {ETAG_PARTS, false, 0, RESULT_OK},	{ETAG_MD5, true, 0, RESULT_OK},
	};
	struct room *room = *state;
	struct buf got = BUF_INIT;
	struct error err;

	open_store(room);
	little_s3_add(&room->s3, KEY, BYTES);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		room->s3.etag = rows[i].etag;
		room->s3.checksums = rows[i].checksums;
		room->s3.trick =
		    (struct little_trick){.method = "GET", .times = rows[i].spoiled, .spoil = true};
		assert_int_equal(room->store->ops->get(room->store, NAME, 1000, &got, &err),
				 rows[i].result);
		if (rows[i].result == RESULT_OK)
			assert_string_equal(buf_text(&got), BYTES);
	}
	buf_clear(&got);
}

/* ---- threads ------------------------------------------------------------------------------*/

struct worker {
	pthread_t thread;
	struct room *room;
	int number, failed;
};

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct store *store = worker->room->store;

	for (int i = 0; i < 40; i++) {
		char name[32], bytes[32], sha256[HASH_HEX];
		struct store_object object = {.name = name, .bytes = bytes, .sha256 = sha256};
		struct store_info info;

		/* two workers share a name: one of them puts it, for the other it is there */
		snprintf(name, sizeof(name), "n%d-%d", worker->number / 2, i);
		snprintf(bytes, sizeof(bytes), "{%d}", i);
		object.len = strlen(bytes);
		hash_sha256(bytes, object.len, sha256);
		if (store->ops->put(store, &object, 1, NULL) != RESULT_OK ||
		    store->ops->head(store, name, &info, NULL) != RESULT_OK || !info.exists)
			worker->failed++;
	}
	return NULL;
}

static void workers_share_a_store(void **state)
{
	struct room *room = *state;
	struct worker workers[6];

	open_store(room);
	for (int i = 0; i < 6; i++) {
		workers[i] = (struct worker){.room = room, .number = i};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < 6; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].failed, 0);
	}
	assert_int_equal(room->s3.made, 120);
	assert_int_equal(room->s3.overwritten, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(address_builds_urls),
	    TEST(new_refuses_what_cannot_be_an_address),
	    TEST(new_refuses_values_that_are_no_header),
	    TEST(names_are_escaped_and_signed),
	    TEST(host_style_puts_the_bucket_before_the_host),
	    TEST(put_sends_what_is_configured),
	    TEST(put_compares_what_is_there),
	    TEST(put_calls_no_damage_a_conflict),
	    TEST(put_of_nothing_is_an_empty_object),
	    TEST(put_trusts_no_answer_that_disagrees),
	    TEST(put_stops_at_the_first_that_fails),
	    TEST(put_is_refused_when_only_reading),
	    TEST(head_comes_first_where_the_condition_is_not_known),
	    TEST(no_put_where_head_is_denied),
	    TEST(head_tells_size_and_hash),
	    TEST(checksum_that_is_no_sha256_is_none),
	    TEST(get_is_bounded),
	    TEST(get_sees_damage_on_the_way),
	    TEST(workers_share_a_store),
	};

	return cmocka_run_group_tests_name("s3", tests, NULL, NULL);
}
