/* One file of the contentstore: what its document says, and its chunks put together. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/gridfs_file.h"

#define SIZE(table) (sizeof(table) / sizeof((table)[0]))
/* MD5 of "abcdefghij" and of nothing */
#define MD5_TEN "a925576942e94b2ef57a066101b48876"
#define MD5_EMPTY "d41d8cd98f00b204e9800998ecf8427e"

static bson_t *json(const char *text)
{
	bson_error_t error;
	bson_t *document = bson_new_from_json((const uint8_t *)text, -1, &error);

	if (!document)
		fail_msg("%s: %s", text, error.message);
	return document;
}

static struct gridfs_info info_of(const char *text)
{
	bson_t *document = json(text);
	struct gridfs_info info;

	gridfs_info_read(&info, document);
	bson_destroy(document);
	return info;
}

static void info_reads_a_document(void **state)
{
	struct gridfs_info info = info_of(
	    "{\"_id\": \"asset-v1:x\", \"length\": 300000, \"chunkSize\": 261120.0,"
	    "\"md5\": \"" MD5_TEN "\", \"custom_md5\": \"D41D8CD98F00B204E9800998ECF8427E\","
	    "\"uploadDate\": {\"$date\": {\"$numberLong\": \"1500000000123\"}}}");

	(void)state;
	assert_int_equal(info.id.value_type, BSON_TYPE_UTF8);
	assert_string_equal(info.id.value.v_utf8.str, "asset-v1:x");
	assert_int_equal(info.length, 300000);
	assert_int_equal(info.chunk_size, 261120);
	assert_string_equal(info.md5, MD5_TEN);
	assert_string_equal(info.custom_md5, MD5_EMPTY);
	assert_int_equal(info.uploaded, 1500000000123);
	assert_int_equal(gridfs_info_chunks(&info), 2);
	gridfs_info_clear(&info);
	gridfs_info_clear(&info);
}

static void info_keeps_an_id_byte_for_byte(void **state)
{
	bson_t *document =
	    json("{\"_id\": {\"name\": \"n\", \"tag\": \"c4x\", \"revision\": null}}");
	bson_t *id = json("{\"name\": \"n\", \"tag\": \"c4x\", \"revision\": null}");
	struct gridfs_info info;

	(void)state;
	gridfs_info_read(&info, document);
	bson_destroy(document);
	assert_int_equal(info.id.value_type, BSON_TYPE_DOCUMENT);
	assert_int_equal(info.id.value.v_doc.data_len, id->len);
	assert_memory_equal(info.id.value.v_doc.data, bson_get_data(id), id->len);
	gridfs_info_clear(&info);
	bson_destroy(id);
}

static void info_takes_nonsense_for_nothing(void **state)
{
	static const struct {
		const char *text;
		int64_t length, chunk_size;
	} table[] = {
	    {"{}", -1, 0},
	    {"{\"length\": null, \"chunkSize\": null, \"md5\": null, \"uploadDate\": null}", -1, 0},
	    {"{\"length\": -1, \"chunkSize\": -5, \"md5\": 7}", -1, 0},
	    {"{\"length\": 1.5, \"chunkSize\": 2.5, \"md5\": \"\"}", -1, 0},
	    {"{\"length\": \"10\", \"chunkSize\": \"4\", \"md5\": \"abc\"}", -1, 0},
	    {"{\"length\": {\"$numberDouble\": \"NaN\"}, \"chunkSize\": {\"$numberDouble\": "
	     "\"1e300\"}}",
	     -1, 0},
	    {"{\"length\": 0, \"chunkSize\": 0, \"md5\": \"x925576942e94b2ef57a066101b48876\"}", 0,
	     0},
	    {"{\"length\": {\"$numberLong\": \"5000000000\"}, \"chunkSize\": 1.0}", 5000000000, 1},
	};

	(void)state;
	for (size_t i = 0; i < SIZE(table); i++) {
		struct gridfs_info info = info_of(table[i].text);

		assert_int_equal(info.length, table[i].length);
		assert_int_equal(info.chunk_size, table[i].chunk_size);
		assert_string_equal(info.md5, "");
		assert_string_equal(info.custom_md5, "");
		assert_int_equal(info.uploaded, 0);
		gridfs_info_clear(&info);
	}
}

/*
 * Chunks as a word: of "n:text" parts. "?" for n is a text as number, "-" one below zero, "" none;
 * "!" for text is data that is no binary, "0" none at all.
 */
static bson_t *chunk_of(const char *part, size_t len)
{
	const char *colon = memchr(part, ':', len);
	const char *data = colon + 1;
	uint32_t size = (uint32_t)(part + len - data);
	bson_t *chunk = bson_new();

	assert_non_null(colon);
	if (*part == '?')
		BSON_APPEND_UTF8(chunk, "n", "0");
	else if (*part == '-')
		BSON_APPEND_INT32(chunk, "n", -1);
	else if (*part != ':')
		BSON_APPEND_INT32(chunk, "n", atoi(part));
	if (size == 1 && *data == '!')
		BSON_APPEND_UTF8(chunk, "data", "abcd");
	else if (size != 1 || *data != '0')
		BSON_APPEND_BINARY(chunk, "data", BSON_SUBTYPE_BINARY, (const uint8_t *)data, size);
	return chunk;
}

enum { PARTS_MAX = 8 };

/* Gives the chunks in @order (of @count), and closes. */
static void put_together(const struct gridfs_info *info, bson_t **chunks, const size_t *order,
			 size_t count, struct asset_bytes *out)
{
	struct gridfs_file *file;
	struct error err;

	assert_int_equal(gridfs_file_open(&file, info, &err), RESULT_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(gridfs_file_add(file, chunks[order[i]], &err), RESULT_OK);
	gridfs_file_close(file, out);
	gridfs_file_free(file);
}

static void swap(size_t *a, size_t *b)
{
	size_t kept = *a;

	*a = *b;
	*b = kept;
}

/* The next order, as of words in a dictionary; false after the last. */
static bool next_order(size_t *order, size_t count)
{
	size_t i = count, k = count;

	while (i > 1 && order[i - 2] >= order[i - 1])
		i--;
	if (i <= 1)
		return false;
	while (order[k - 1] <= order[i - 2])
		k--;
	swap(&order[i - 2], &order[k - 1]);
	for (k = count; i < k; i++, k--)
		swap(&order[i - 1], &order[k - 1]);
	return true;
}

static size_t split_parts(const char *words, bson_t **chunks)
{
	size_t count = 0;

	for (const char *at = words; *at;) {
		size_t len = strcspn(at, " ");

		assert_true(count < PARTS_MAX);
		chunks[count++] = chunk_of(at, len);
		at += len + (at[len] == ' ');
	}
	return count;
}

/* In every order of the chunks: @bytes, or (NULL) damage for @reason. */
static void expect(const char *document, const char *words, const char *bytes, const char *reason)
{
	struct gridfs_info info = info_of(document);
	size_t order[PARTS_MAX] = {0, 1, 2, 3, 4, 5, 6, 7}, orders = 0;
	bson_t *chunks[PARTS_MAX];
	size_t count = split_parts(words, chunks);
	struct asset_bytes out;

	do {
		put_together(&info, chunks, order, count, &out);
		if (bytes) {
			assert_string_equal(out.reason, "");
			assert_int_equal(out.state, ASSET_FOUND);
			assert_int_equal(out.bytes.len, strlen(bytes));
			assert_string_equal(buf_text(&out.bytes), bytes);
			assert_true(out.bytes.size <= out.bytes.len + 1);
		} else {
			assert_string_equal(out.reason, reason);
			assert_int_equal(out.state, ASSET_DAMAGED);
			assert_null(out.bytes.data);
		}
		asset_bytes_clear(&out);
		orders++;
	} while (next_order(order, count));
	assert_true(count < 3 || orders >= 6);
	for (size_t i = 0; i < count; i++)
		bson_destroy(chunks[i]);
	gridfs_info_clear(&info);
}

#define TEN "{\"length\": 10, \"chunkSize\": 4"

static void file_is_whole(void **state)
{
	static const struct {
		const char *document, *words, *bytes;
	} table[] = {
	    {TEN "}", "0:abcd 1:efgh 2:ij", "abcdefghij"},
	    {TEN ", \"md5\": \"" MD5_TEN "\", \"custom_md5\": \"" MD5_TEN "\"}",
	     "0:abcd 1:efgh 2:ij", "abcdefghij"},
	    {TEN ", \"md5\": \"no digest\", \"custom_md5\": null}", "0:abcd 1:efgh 2:ij",
	     "abcdefghij"},
	    {"{\"length\": 8, \"chunkSize\": 4}", "0:abcd 1:efgh", "abcdefgh"},
	    {"{\"length\": 4, \"chunkSize\": 4}", "0:abcd", "abcd"},
	    {"{\"length\": 3, \"chunkSize\": 261120}", "0:abc", "abc"},
	    {"{\"length\": 0, \"chunkSize\": 4}", "", ""},
	    {"{\"length\": 0}", "", ""},
	    {"{\"length\": 0, \"chunkSize\": 4}", "0:", ""},
	    {"{\"length\": 0, \"chunkSize\": 4, \"md5\": \"" MD5_EMPTY "\"}", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < SIZE(table); i++)
		expect(table[i].document, table[i].words, table[i].bytes, NULL);
}

static void file_is_damaged(void **state)
{
	static const struct {
		const char *document, *words, *reason;
	} table[] = {
	    /* the document */
	    {"{\"chunkSize\": 4}", "0:abcd", "the length is missing, negative or no whole number"},
	    {"{\"length\": 10}", "0:abcd",
	     "length 10, but the chunkSize is missing or no positive number"},
	    {"{\"length\": 10, \"chunkSize\": 0}", "",
	     "length 10, but the chunkSize is missing or no positive number"},
	    /* gaps */
	    {TEN "}", "", "chunk 0 is missing: 0 of 3 are there, length 10, chunkSize 4"},
	    {TEN "}", "0:abcd 2:ij",
	     "chunk 1 is missing: 2 of 3 are there, length 10, chunkSize 4"},
	    {TEN "}", "0:abcd 1:efgh",
	     "chunk 2 is missing: 2 of 3 are there, length 10, chunkSize 4"},
	    /* too many */
	    {TEN "}", "0:abcd 1:efgh 2:ij 2:ij", "chunk 2 is there more than once"},
	    {TEN "}", "0:abcd 1:efgh 1:ij", "chunk 1 is there more than once"},
	    {TEN "}", "0:abcd 1:efgh 2:ij 3:k", "chunk 3 is one too many: length 10, chunkSize 4"},
	    {TEN "}",
	     "0:abcd 1:efgh 2:ij 7: 3:", "chunk 3 is one too many: length 10, chunkSize 4"},
	    {"{\"length\": 8, \"chunkSize\": 4}",
	     "0:abcd 1:efgh 2:", "chunk 2 is one too many: length 8, chunkSize 4"},
	    {"{\"length\": 0, \"chunkSize\": 4}", "0: 0:", "chunk 0 is there more than once"},
	    {"{\"length\": 0, \"chunkSize\": 4}",
	     "1:", "chunk 1 is one too many: length 0, chunkSize 4"},
	    /* chunks that are none */
	    {TEN "}", "0:abcd ?:efgh 2:ij", "a chunk without a number, among 3 expected"},
	    {TEN "}", "0:abcd -:efgh 2:ij", "a chunk without a number, among 3 expected"},
	    {TEN "}", "0:abcd 1:efgh 2:ij :", "a chunk without a number, among 3 expected"},
	    {TEN "}", "0:abcd 1:! 2:!", "chunk 1 has no binary data"},
	    {TEN "}", "0:0 1:efgh 2:ij", "chunk 0 has no binary data"},
	    /* sizes */
	    {TEN "}", "0:abcd 1:efgh 2:i", "chunk 2 has 1 bytes, not 2: length 10, chunkSize 4"},
	    {TEN "}", "0:abcd 1:efgh 2:ijk", "chunk 2 has 3 bytes, not 2: length 10, chunkSize 4"},
	    {TEN "}", "0:abc 1:defgh 2:ij", "chunk 0 has 3 bytes, not 4: length 10, chunkSize 4"},
	    {TEN "}", "0:abcdefghij 1: 2:", "chunk 0 has 10 bytes, not 4: length 10, chunkSize 4"},
	    {"{\"length\": 0, \"chunkSize\": 4}", "0:a",
	     "chunk 0 has 1 bytes, not 0: length 0, chunkSize 4"},
	    /* digests, whichever is there */
	    {TEN ", \"md5\": \"" MD5_EMPTY "\"}", "0:abcd 1:efgh 2:ij",
	     "md5 is " MD5_EMPTY ", the 10 bytes there give " MD5_TEN},
	    {TEN ", \"custom_md5\": \"" MD5_EMPTY "\"}", "0:abcd 1:efgh 2:ij",
	     "custom_md5 is " MD5_EMPTY ", the 10 bytes there give " MD5_TEN},
	    {TEN ", \"md5\": \"" MD5_TEN "\", \"custom_md5\": \"" MD5_EMPTY "\"}",
	     "0:abcd 1:efgh 2:ij", "custom_md5 is " MD5_EMPTY ", the 10 bytes there give " MD5_TEN},
	    {"{\"length\": 0, \"md5\": \"" MD5_TEN "\"}", "",
	     "md5 is " MD5_TEN ", the 0 bytes there give " MD5_EMPTY},
	};

	(void)state;
	for (size_t i = 0; i < SIZE(table); i++)
		expect(table[i].document, table[i].words, NULL, table[i].reason);
}

/* A file of 2^62 bytes with a chunk of one: a reason, not a try to get the memory. */
static void file_of_absurd_length_takes_no_memory_for_nothing(void **state)
{
	static const char document[] =
	    "{\"length\": {\"$numberLong\": \"4611686018427387904\"}, \"chunkSize\": 1}";
	struct gridfs_info info = info_of(document);
	bson_t *chunk = chunk_of("0:a", 3);
	struct gridfs_file *file;
	struct asset_bytes out;
	struct error err;

	(void)state;
	expect(document, "", NULL,
	       "chunk 0 is missing: 0 of 4611686018427387904 are there, "
	       "length 4611686018427387904, chunkSize 1");
	assert_int_equal(gridfs_file_open(&file, &info, &err), RESULT_OK);
	assert_int_equal(gridfs_file_add(file, chunk, &err), RESULT_NOMEM);
	gridfs_file_close(file, &out);
	assert_int_equal(out.state, ASSET_DAMAGED);
	gridfs_file_free(file);
	gridfs_file_free(NULL);
	bson_destroy(chunk);
	gridfs_info_clear(&info);
}

static void file_takes_old_binaries_and_any_number(void **state)
{
	struct gridfs_info info = info_of("{\"length\": 3, \"chunkSize\": 2}");
	bson_t chunks[2] = {BSON_INITIALIZER, BSON_INITIALIZER};
	bson_t *given[2] = {&chunks[0], &chunks[1]};
	size_t order[2] = {0, 1};
	struct asset_bytes out;

	(void)state;
	BSON_APPEND_DOUBLE(&chunks[0], "n", 1.0);
	BSON_APPEND_BINARY(&chunks[0], "data", BSON_SUBTYPE_BINARY_DEPRECATED, (const uint8_t *)"c",
			   1);
	BSON_APPEND_INT64(&chunks[1], "n", 0);
	BSON_APPEND_BINARY(&chunks[1], "data", BSON_SUBTYPE_USER, (const uint8_t *)"a\0", 2);
	put_together(&info, given, order, 2, &out);
	assert_int_equal(out.state, ASSET_FOUND);
	assert_int_equal(out.bytes.len, 3);
	assert_memory_equal(out.bytes.data, "a\0c", 4); /* and a NUL behind */
	asset_bytes_clear(&out);
	bson_destroy(&chunks[0]);
	bson_destroy(&chunks[1]);
	gridfs_info_clear(&info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(info_reads_a_document),
	    cmocka_unit_test(info_keeps_an_id_byte_for_byte),
	    cmocka_unit_test(info_takes_nonsense_for_nothing),
	    cmocka_unit_test(file_is_whole),
	    cmocka_unit_test(file_is_damaged),
	    cmocka_unit_test(file_of_absurd_length_takes_no_memory_for_nothing),
	    cmocka_unit_test(file_takes_old_binaries_and_any_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
