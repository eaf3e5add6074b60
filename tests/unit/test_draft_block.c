/* Documents of the old modulestore: which block they are, and their videos. */
#include "config.h"

#include "tests/unit/bson_maker.h"

#include <stdio.h>
#include <string.h>

#include "src/source/draft_block.h"

#define ID(category, name, revision)                                                               \
	"'_id': {'tag': 'i4x', 'org': 'O', 'course': 'C', 'category': '" category "', "            \
	"'name': '" name "', 'revision': " revision "}"

static void block_tells_what_it_is(void **state)
{
	bson_t *document = bson_maker("{" ID(
	    "course", "R 2013", "null") ", 'definition': {'children': []}, "
					"'metadata': {'display_name': 'A course', 'start': 'x'}}");
	struct draft_block block;
	struct error err;

	(void)state;
	assert_int_equal(draft_block_read(document, &block, &err), RESULT_OK);
	assert_string_equal(block.org, "O");
	assert_string_equal(block.course, "C");
	assert_string_equal(block.category, "course");
	assert_string_equal(block.name, "R 2013");
	assert_string_equal(block.display_name, "A course");
	assert_int_equal(block.branch, BRANCH_PUBLISHED);
	draft_block_clear(&block);
	draft_block_clear(&block);
	bson_destroy(document);
}

static void block_tells_its_branch(void **state)
{
	static const struct {
		const char *json;
		enum result result;
		enum branch branch;
	} table[] = {
	    {"{" ID("video", "v", "null") "}", RESULT_OK, BRANCH_PUBLISHED},
	    {"{" ID("video", "v", "'draft'") ", 'metadata': null}", RESULT_OK, BRANCH_DRAFT},
	    /* another order, and no revision at all */
	    {"{'metadata': {}, '_id': {'name': 'v', 'category': 'video', 'course': 'C', "
	     "'org': 'O'}}",
	     RESULT_OK, BRANCH_PUBLISHED},
	    {"{" ID("video", "v", "'old'") "}", RESULT_INVALID, BRANCH_PUBLISHED},
	    {"{" ID("video", "v", "''") "}", RESULT_INVALID, BRANCH_PUBLISHED},
	    {"{" ID("video", "v", "5") "}", RESULT_INVALID, BRANCH_PUBLISHED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		bson_t *document = bson_maker(table[i].json);
		struct draft_block block;
		struct error err;

		assert_int_equal(draft_block_read(document, &block, &err), table[i].result);
		if (table[i].result == RESULT_OK) {
			assert_int_equal(block.branch, table[i].branch);
			assert_string_equal(block.name, "v");
			assert_string_equal(block.display_name, "");
		}
		draft_block_clear(&block);
		bson_destroy(document);
	}
}

static void block_refuses_what_names_none(void **state)
{
	static const struct {
		const char *json, *text;
	} table[] = {
	    {"{}", "_id is no document"},
	    {"{'_id': null}", "_id is no document"},
	    {"{'_id': 'i4x://O/C/video/v'}", "_id is no document"},
	    {"{'_id': {'course': 'C', 'category': 'video', 'name': 'v'}}", "no org"},
	    {"{'_id': {'org': 'O', 'course': 5, 'category': 'video', 'name': 'v'}}", "no course"},
	    {"{'_id': {'org': 'O', 'course': 'C', 'name': 'v'}}", "no category"},
	    {"{'_id': {'org': 'O', 'course': 'C', 'category': 'video', 'name': null}}", "no name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		bson_t *document = bson_maker(table[i].json);
		struct draft_block block;
		struct error err;

		assert_int_equal(draft_block_read(document, &block, &err), RESULT_INVALID);
		if (!strstr(err.text, table[i].text))
			fail_msg("%s: %s", table[i].json, err.text);
		draft_block_clear(&block);
		bson_destroy(document);
	}
}

static void block_adds_videos_of_both_branches(void **state)
{
	static const char *const documents[] = {
	    "{" ID("video", "a", "null") ", 'metadata': {'sub': ' s ', 'transcripts': {'fr': 'f'}, "
					 "'youtube_id_1_0': '3_yD_cEKoCk', 'html5_sources': null}}",
	    "{" ID("video", "a", "'draft'") ", 'metadata': {'sub': 'd', 'transcripts': []}}",
	    /* nobody names these as children: they are videos all the same */
	    "{" ID("videoalpha", "a", "null") ", 'metadata': {'edx_video_id': 'x'}}",
	    "{" ID("video", "b", "'draft'") "}",
	    "{" ID("video", "b", "'draft'") ", 'metadata': {'sub': 'again'}}",
	    "{" ID("problem", "p", "null") ", 'metadata': {'sub': 'no'}}",
	    "{" ID("course", "R", "null") ", 'metadata': {'sub': 'no'}}",
	};
	struct outline *outline = outline_new("O/C/R", "");
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		bson_t *document = bson_maker(documents[i]);

		assert_int_equal(draft_block_add(document, outline, &err), RESULT_OK);
		bson_destroy(document);
	}
	outline_finish(outline);
	assert_int_equal(outline->block_count, 3);
	assert_string_equal(outline->blocks[0].id, "a");
	assert_string_equal(outline->blocks[0].published->sub, "s");
	assert_string_equal(outline->blocks[0].published->youtube_id, "");
	assert_string_equal(outline->blocks[0].published->transcripts[0].file, "f");
	assert_string_equal(outline->blocks[0].draft->sub, "d");
	assert_true(outline->blocks[0].draft->transcripts_not_a_map);
	assert_string_equal(outline->blocks[1].id, "b");
	assert_null(outline->blocks[1].published);
	assert_string_equal(outline->blocks[1].draft->sub, "");
	assert_string_equal(outline->blocks[2].type, "videoalpha");
	assert_string_equal(outline->blocks[2].published->edx_video_id, "x");
	outline_free(outline);
}

static void version_of(const char *const *documents, size_t count, char out[HASH_HEX])
{
	struct draft_version version = DRAFT_VERSION_INIT;

	for (size_t i = 0; i < count; i++) {
		bson_t *document = bson_maker(documents[i]);

		assert_true(draft_version_add(&version, document));
		bson_destroy(document);
	}
	draft_version_hex(&version, out);
	draft_version_clear(&version);
	draft_version_clear(&version);
}

static void version_depends_on_documents_not_on_their_order(void **state)
{
#define A "{" ID("video", "a", "null") ", 'metadata': {'sub': 's'}, 'edit_info': {'edited_by': 1}}"
#define B "{" ID("video", "b", "null") ", 'metadata': {'sub': 's'}}"
	static const char *const first[] = {A, B, A}, *const turned[] = {B, A, A};
	static const struct {
		const char *documents[3];
		size_t count;
		bool same;
	} table[] = {
	    {{A, B, A}, 3, true},
	    {{B, A, A}, 3, true},
	    /* who edited it says nothing about transcripts */
	    {{B, A, "{" ID("video", "a", "null") ", 'metadata': {'sub': 's'}}"}, 3, true},
	    {{A, B}, 2, false},
	    {{A, B, B}, 3, false},
	    {{A, B, "{" ID("video", "a", "null") ", 'metadata': {'sub': 't'}}"}, 3, false},
	    {{A, B, "{" ID("video", "a", "'draft'") ", 'metadata': {'sub': 's'}}"}, 3, false},
	    {{A, B, "{" ID("video", "a", "null") "}"}, 3, false},
	    {{""}, 0, false},
	};
	char hex[HASH_HEX], other[HASH_HEX];

	(void)state;
	version_of(first, 3, hex);
	assert_int_equal(strlen(hex), 64);
	version_of(turned, 3, other);
	assert_string_equal(hex, other);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		version_of(table[i].documents, table[i].count, other);
		if (!strcmp(hex, other) != table[i].same)
			fail_msg("row %zu", i);
	}
}

static void version_tells_no_metadata_from_empty_metadata(void **state)
{
	static const char *const none[] = {"{" ID("video", "a", "null") "}"};
	static const char *const empty[] = {"{" ID("video", "a", "null") ", 'metadata': {}}"};
	char a[HASH_HEX], b[HASH_HEX];

	(void)state;
	version_of(none, 1, a);
	version_of(empty, 1, b);
	assert_string_not_equal(a, b);
}

static size_t refused;

static void read_broken(const bson_t *document)
{
	struct outline *outline = outline_new("O/C/R", "");
	struct draft_version version = DRAFT_VERSION_INIT;
	struct error err;
	enum result st = draft_block_add(document, outline, &err);

	assert_true(st == RESULT_OK || st == RESULT_INVALID || st == RESULT_RETRY);
	refused += st != RESULT_OK;
	assert_true(draft_version_add(&version, document));
	draft_version_clear(&version);
	outline_free(outline);
}

static void block_refuses_broken_documents(void **state)
{
	bson_t *document =
	    bson_maker("{" ID("video", "a", "'draft'") ", 'metadata': {'sub': 's', "
						       "'transcripts': {'fr': 'f'}}}");
	struct outline *outline = outline_new("O/C/R", "");
	struct error err;

	(void)state;
	bson_maker_break(document, read_broken);
	assert_true(refused > 200);
	bson_destroy(document);

	/* nothing behind the broken part can be found: not a video without metadata, and not a
	   block of another shape either, which would be passed over */
	document = bson_maker("{" ID("video", "a", "null") ", 'before': 'text', 'metadata': {}}");
	bson_maker_write(document, "before", 3, 0x7F);
	assert_int_equal(draft_block_add(document, outline, &err), RESULT_RETRY);
	assert_non_null(strstr(err.text, "BSON"));
	outline_free(outline);
	bson_destroy(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(block_tells_what_it_is),
	    cmocka_unit_test(block_tells_its_branch),
	    cmocka_unit_test(block_refuses_what_names_none),
	    cmocka_unit_test(block_adds_videos_of_both_branches),
	    cmocka_unit_test(version_depends_on_documents_not_on_their_order),
	    cmocka_unit_test(version_tells_no_metadata_from_empty_metadata),
	    cmocka_unit_test(block_refuses_broken_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
