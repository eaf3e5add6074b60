#include "config.h"

#include "src/source/split_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/fake_mongo.h"

#define X12(two) two two two two two two two two two two two two
#define OID(two) "{'$oid': '" X12(two) "'}"
#define DATE(ms) "{'$date': {'$numberLong': '" ms "'}}"

static bson_oid_t oid(const char *two)
{
	char hex[25];
	bson_oid_t id;

	for (int i = 0; i < 24; i++)
		hex[i] = two[i % 2];
	hex[24] = '\0';
	bson_oid_init_from_string(&id, hex);
	return id;
}

/* ---- reading ---- */

static struct split_block read_one(const char *block)
{
	char text[2048];
	struct split_block out = {.type = "video", .block = "v"};
	struct error err = {RESULT_OK, ""};
	bson_t *structure;

	snprintf(text, sizeof(text),
		 "{'_id': 1, 'blocks': [{'block_type': 'html', 'block_id': 'v'}, %s]}", block);
	structure = fake_json(text);
	assert_int_equal(split_blocks_read(structure, &out, 1, &err), RESULT_OK);
	bson_destroy(structure);
	return out;
}

static void split_reads_the_id_that_the_platform_sees(void **state)
{
	static const struct {
		const char *rest, *id;
	} table[] = {
	    {"", ""},
	    {", 'fields': {'edx_video_id': ' \\t x\\n'}", "x"},
	    {", 'fields': {'edx_video_id': ''}, 'defaults': {'edx_video_id': 'd'}", ""},
	    {", 'fields': {'edx_video_id': null}, 'defaults': {'edx_video_id': 'd'}", ""},
	    {", 'fields': {'sub': 's'}, 'defaults': {'edx_video_id': 'd'}", "d"},
	    {", 'defaults': {'edx_video_id': 'd'}", "d"},
	    {", 'fields': {'edx_video_id': 7}", ""},
	    {", 'fields': null, 'edit_info': null, 'defaults': []", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		char block[512];
		struct split_block out;

		snprintf(block, sizeof(block), "{'block_type': 'video', 'block_id': 'v'%s}",
			 table[i].rest);
		out = read_one(block);
		assert_true(out.there);
		assert_false(out.has_version);
		assert_string_equal(out.video_id, table[i].id);
		split_block_clear(&out);
		split_block_clear(&out);
	}
}

static void split_reads_versions(void **state)
{
	static const struct {
		const char *info, *version; /* NULL: none */
	} table[] = {
	    {"{}", NULL},
	    {"{'update_version': null, 'source_version': null}", NULL},
	    {"{'update_version': 'a', 'source_version': 5}", NULL},
	    {"{'update_version': " OID("aa") "}", "aa"},
	    {"{'source_version': null, 'update_version': " OID("aa") "}", "aa"},
	    {"{'update_version': " OID("aa") ", 'source_version': " OID("bb") "}", "bb"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		char block[512];
		struct split_block out;
		bson_oid_t id;

		snprintf(block, sizeof(block),
			 "{'block_id': 'v', 'edit_info': %s, 'block_type': 'video'}",
			 table[i].info);
		out = read_one(block);
		assert_int_equal(out.has_version, table[i].version != NULL);
		if (table[i].version) {
			id = oid(table[i].version);
			assert_true(bson_oid_equal(&out.version, &id));
		}
		split_block_clear(&out);
	}
}

static void split_reads_what_is_not_there(void **state)
{
	struct split_block out = read_one("{'block_type': 'video', 'block_id': 'w'}");
	bson_t *odd = fake_json("{'_id': 1, 'blocks': {'0': {}}}");
	bson_t *twice = fake_json(
	    "{'blocks': [7, {'block_type': 'video', 'block_id': 'v'}, {'block_type': 'video', "
	    "'block_id': 'v', 'fields': {'edx_video_id': 'a'}}, {'block_type': 'video', "
	    "'block_id': 'v', 'fields': {'edx_video_id': 'b'}}]}");
	struct error err = {RESULT_OK, ""};

	(void)state;
	assert_false(out.there);
	assert_int_equal(split_blocks_read(odd, &out, 1, &err), RESULT_INVALID);
	assert_int_equal(split_blocks_read(twice, &out, 1, &err), RESULT_OK);
	assert_string_equal(out.video_id, "a");
	split_block_clear(&out);
	bson_destroy(odd);
	bson_destroy(twice);
}

/* ---- writing ---- */

static void expect_edit(const char *old_json, const struct split_edit *edit, const char *new_json)
{
	bson_t *old = fake_json(old_json), *wanted = fake_json(new_json), got;
	struct buf out = BUF_INIT;
	struct error err = {RESULT_OK, ""};

	if (split_edit_write(old, edit, &out, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_true(bson_init_static(&got, (const uint8_t *)out.data, out.len));
	if (!bson_equal(&got, wanted)) {
		char *a = bson_as_canonical_extended_json(&got, NULL);
		char *b = bson_as_canonical_extended_json(wanted, NULL);

		fail_msg("\n%s\ninstead of\n%s", a, b);
	}
	buf_clear(&out);
	bson_destroy(old);
	bson_destroy(wanted);
}

static void split_edits_one_block_of_a_structure(void **state)
{
	const struct split_change change = {"video", "v", "NEW", false, oid("00")};
	const struct split_edit edit = {oid("ee"), 1500000000123, &change, 1};

	(void)state;
	expect_edit("{'assets': {'a': [1]}, '_id': " OID(
			"aa") ", 'root': ['course', 'course'],"
			      " 'previous_version': null, 'original_version': " OID(
				  "99") ", 'edited_by': 7,"
					" 'edited_on': " DATE(
					    "5") ", 'schema_version': 1, 'blocks': ["
						 "{'block_type': 'course', 'block_id': 'v', "
						 "'fields': {'edx_video_id': 'keep'}},"
						 "{'block_type': 'video', 'block_id': 'v', "
						 "'definition': " OID(
						     "dd") ","
							   " 'fields': {'sub': 's', "
							   "'edx_video_id': '', 'x': [null]}, "
							   "'asides': {},"
							   " 'edit_info': {'edited_by': 3, "
							   "'original_usage': 'u', "
							   "'update_version': " OID(
							       "aa") ", "
								     "'previou"
								     "s_"
								     "version'"
								     ": " OID(
									 "98") ", "
									       "'source_version':"
									       " " OID("97") ","
											     " '"
											     "edite"
											     "d_on'"
											     ":"
											     " " DATE(
												 "4") ", 'original_usage_version': null}, 'tail': 1},"
												      "{'block_type': 'video', 'block_id': 'w'}], 'thumbnails': 2}",
		    &edit,
		    "{'assets': {'a': [1]}, '_id': " OID(
			"ee") ", 'root': ['course', 'course'],"
			      " 'previous_version': " OID("aa") ", 'original_version': " OID(
				  "99") ","
					" 'edited_by': -1, 'edited_on': " DATE(
					    "1500000000123") ", 'schema_version': 1,"
							     " 'blocks': ["
							     "{'block_type': 'course', 'block_id': "
							     "'v', 'fields': {'edx_video_id': "
							     "'keep'}},"
							     "{'block_type': 'video', 'block_id': "
							     "'v', 'definition': " OID(
								 "dd") ","
								       " 'fields': {'sub': 's', "
								       "'edx_video_id': 'NEW', "
								       "'x': [null]}, 'asides': {},"
								       " 'edit_info': "
								       "{'edited_by': -1, "
								       "'original_usage': 'u', "
								       "'update_version': " OID(
									   "e"
									   "e") ", "
										"'previous_version'"
										": " OID("aa") ", "
											       "'so"
											       "urc"
											       "e_"
											       "ver"
											       "sio"
											       "n':"
											       " nu"
											       "ll,"
											       " '"
											       "edi"
											       "ted"
											       "_on"
											       "':"
											       " " DATE(
												   "150000000012"
												   "3") ", "
													"'origina"
													"l_usage_"
													"version'"
													": "
													"null}, "
													"'tail': "
													"1},"
													"{'block_"
													"type': "
													"'video',"
													" 'block_"
													"id': "
													"'w'}], "
													"'thumbna"
													"ils': "
													"2}");
}

static void split_appends_what_is_missing(void **state)
{
	const struct split_change changes[] = {{"video", "w", "W", true, oid("cc")},
					       {"video", "v", "V", false, oid("00")},
					       {"video", "gone", "G", false, oid("00")}};
	const struct split_edit edit = {oid("ee"), 9, changes, 3};

	(void)state;
	expect_edit(
	    "{'blocks': [{'block_type': 'video', 'block_id': 'v'},"
	    " {'block_type': 'video', 'block_id': 'w', 'fields': null,"
	    " 'edit_info': {'edited_on': null}, 'asides': []}], '_id': " OID("aa") "}",
	    &edit,
	    "{'blocks': [{'block_type': 'video', 'block_id': 'v', 'fields':"
	    " {'edx_video_id': 'V'}, 'edit_info': {'previous_version': null,"
	    " 'update_version': " OID("ee") ", 'source_version': null, 'edited_on': " DATE(
		"9") ", 'edited_by': -1}},"
		     " {'block_type': 'video', 'block_id': 'w', 'fields': {'edx_video_id': 'W'},"
		     " 'edit_info': {'edited_on': " DATE(
			 "9") ", 'previous_version': null,"
			      " 'update_version': " OID("ee") ", 'source_version': " OID(
				  "cc") ","
					" 'edited_by': -1}, 'asides': []}], '_id': " OID(
					    "ee") ","
						  " 'previous_version': " OID(
						      "aa") ", "
							    "'edited_by': "
							    "-1, "
							    "'edited_on':"
							    " " DATE("9") ", "
									  "'orig"
									  "inal_"
									  "versi"
									  "on':"
									  " " OID("aa") "}");
}

/* libbson would sort the options of a regular expression on its way. */
static void split_copies_the_very_bytes(void **state)
{
	const struct split_change change = {"video", "v", "V", false, oid("00")};
	const struct split_edit edit = {oid("ee"), 9, &change, 1};
	bson_t *old = fake_json(
	    "{'_id': " OID("aa") ", 'blocks': [{'block_type': 'video',"
				 " 'block_id': 'v', 'fields': {'r': {'$regularExpression':"
				 " {'pattern': 'PATTERN', 'options': 'ix'}}}}]}");
	uint8_t *bytes = malloc(old->len), *at;
	struct buf out = BUF_INIT;
	struct error err = {RESULT_OK, ""};
	bson_t view;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, bson_get_data(old), old->len);
	at = memmem(bytes, old->len, "PATTERN", 8);
	assert_non_null(at);
	memcpy(at + 8, "xi", 2);
	assert_true(bson_init_static(&view, bytes, old->len));
	assert_int_equal(split_edit_write(&view, &edit, &out, &err), RESULT_OK);
	assert_non_null(memmem(out.data, out.len, "PATTERN\0xi", 11));
	buf_clear(&out);
	free(bytes);
	bson_destroy(old);
}

static void split_refuses_what_is_no_structure(void **state)
{
	static const char *const table[] = {
	    "{'_id': 'text', 'blocks': []}",
	    "{'blocks': []}",
	    "{'_id': " OID("aa") "}",
	    "{'_id': " OID("aa") ", 'blocks': {}}",
	};
	const struct split_edit edit = {oid("ee"), 9, NULL, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		bson_t *old = fake_json(table[i]);
		struct buf out;
		struct error err = {RESULT_OK, ""};

		assert_int_equal(split_edit_write(old, &edit, &out, &err), RESULT_INVALID);
		buf_clear(&out);
		bson_destroy(old);
	}
}

/* The old structure with a filling that makes it @size bytes. */
static bson_t *make_large(size_t size)
{
	bson_t *small = fake_json("{'_id': " OID("aa") ", 'blocks': [{'block_type': 'video',"
						       " 'block_id': 'v'}]}");
	size_t room = size - small->len - 1 - strlen("fill") - 1 - 4 - 1;
	char *fill = malloc(room + 1);

	assert_non_null(fill);
	memset(fill, 'f', room);
	fill[room] = '\0';
	bson_append_utf8(small, "fill", 4, fill, (int)room);
	free(fill);
	assert_int_equal(small->len, size);
	return small;
}

static void split_stays_below_the_largest_document(void **state)
{
	const struct split_change change = {"video", "v", "V", false, oid("00")};
	const struct split_edit edit = {oid("ee"), 9, &change, 1};
	bson_t *old = make_large(1000);
	struct buf out;
	struct error err = {RESULT_OK, ""};
	size_t grown;

	(void)state;
	assert_int_equal(split_edit_write(old, &edit, &out, &err), RESULT_OK);
	grown = out.len - old->len;
	buf_clear(&out);
	bson_destroy(old);
	old = make_large(SPLIT_SIZE_MAX - grown);
	assert_int_equal(split_edit_write(old, &edit, &out, &err), RESULT_OK);
	assert_int_equal(out.len, SPLIT_SIZE_MAX);
	buf_clear(&out);
	bson_destroy(old);
	old = make_large(SPLIT_SIZE_MAX - grown + 1);
	assert_int_equal(split_edit_write(old, &edit, &out, &err), RESULT_LIMIT);
	assert_non_null(strstr(err.text, "16777217"));
	buf_clear(&out);
	bson_destroy(old);
}

/* Whatever byte is wrong: an answer, and (under the sanitizers) not a byte too far. */
static void split_survives_broken_structures(void **state)
{
	const struct split_change change = {"video", "v", "V", false, oid("00")};
	const struct split_edit edit = {oid("ee"), 9, &change, 1};
	static const uint8_t values[] = {0x00, 0x01, 0x03, 0x04, 0x7f, 0x80, 0xff};
	bson_t *old = fake_json(
	    "{'_id': " OID("aa") ", 'blocks': [{'block_type': 'video',"
				 " 'block_id': 'v', 'fields': {'edx_video_id': 'x'},"
				 " 'edit_info': {'update_version': " OID("aa") "}}], 'z': 1}");
	size_t read = 0;

	(void)state;
	for (uint32_t i = 4; i < old->len; i++)
		for (size_t k = 0; k < sizeof(values); k++) {
			struct split_block block = {.type = "video", .block = "v"};
			uint8_t *bytes = malloc(old->len);
			struct buf out = BUF_INIT;
			struct error err;
			bson_t view;

			assert_non_null(bytes);
			memcpy(bytes, bson_get_data(old), old->len);
			bytes[i] = values[k];
			if (bson_init_static(&view, bytes, old->len)) {
				enum result st = split_blocks_read(&view, &block, 1, &err);

				assert_true(st == RESULT_OK || st == RESULT_INVALID);
				st = split_edit_write(&view, &edit, &out, &err);
				assert_true(st == RESULT_OK || st == RESULT_INVALID);
				read += st == RESULT_OK;
			}
			buf_clear(&out);
			split_block_clear(&block);
			free(bytes);
		}
	assert_true(read > 0);
	bson_destroy(old);
}

/* Compared with one block after the other this would be 10^8 comparisons. */
static void split_edits_thousands_of_blocks(void **state)
{
	enum { BLOCKS = 20000, VIDEOS = 5000 };
	static char names[VIDEOS][16];
	struct split_change *changes = calloc(VIDEOS, sizeof(*changes));
	struct split_block *blocks = calloc(VIDEOS, sizeof(*blocks));
	struct split_edit edit = {oid("ee"), 9, changes, VIDEOS};
	bson_t old = BSON_INITIALIZER, list, block, got;
	struct buf out;
	struct error err;
	bson_oid_t id = oid("aa");

	(void)state;
	assert_true(changes && blocks);
	bson_append_oid(&old, "_id", -1, &id);
	bson_append_array_begin(&old, "blocks", -1, &list);
	for (int i = 0; i < BLOCKS; i++) {
		char key[16], name[16];

		snprintf(key, sizeof(key), "%d", i);
		snprintf(name, sizeof(name), "b%05d", i);
		bson_append_document_begin(&list, key, -1, &block);
		bson_append_utf8(&block, "block_type", -1, "video", -1);
		bson_append_utf8(&block, "block_id", -1, name, -1);
		bson_append_document_end(&list, &block);
	}
	bson_append_array_end(&old, &list);
	for (int i = 0; i < VIDEOS; i++) {
		snprintf(names[i], sizeof(names[i]), "b%05d", BLOCKS - 4 * i - 1);
		changes[i] = (struct split_change){"video", names[i], names[i], false, id};
		blocks[i] = (struct split_block){.type = "video", .block = names[i]};
	}
	assert_int_equal(split_edit_write(&old, &edit, &out, &err), RESULT_OK);
	assert_true(bson_init_static(&got, (const uint8_t *)out.data, out.len));
	assert_true(bson_validate(&got, BSON_VALIDATE_NONE, NULL));
	assert_int_equal(split_blocks_read(&got, blocks, VIDEOS, &err), RESULT_OK);
	for (int i = 0; i < VIDEOS; i++) {
		assert_true(blocks[i].there);
		assert_string_equal(blocks[i].video_id, names[i]);
		split_block_clear(&blocks[i]);
	}
	buf_clear(&out);
	bson_destroy(&old);
	free(changes);
	free(blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(split_reads_the_id_that_the_platform_sees),
	    cmocka_unit_test(split_reads_versions),
	    cmocka_unit_test(split_reads_what_is_not_there),
	    cmocka_unit_test(split_edits_one_block_of_a_structure),
	    cmocka_unit_test(split_appends_what_is_missing),
	    cmocka_unit_test(split_copies_the_very_bytes),
	    cmocka_unit_test(split_refuses_what_is_no_structure),
	    cmocka_unit_test(split_stays_below_the_largest_document),
	    cmocka_unit_test(split_survives_broken_structures),
	    cmocka_unit_test(split_edits_thousands_of_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
