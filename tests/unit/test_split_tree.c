/* Structures of the split modulestore: which videos are reachable, whatever the tree looks like. */
#include "config.h"

#include "tests/unit/bson_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/source/split_tree.h"

#define MARK "\xEF\xBF\xBD"
#define BLOCK(type, id, fields)                                                                    \
	"{'block_type': '" type "', 'block_id': '" id "', 'fields': {" fields "}}"
#define STRUCTURE(blocks) "{'root': ['course', 'course'], 'blocks': [" blocks "]}"

static enum result read_into(const bson_t *structure, enum branch branch, struct outline **out,
			     char **name, struct error *err)
{
	*out = outline_new("course-v1:O+C+R", "");
	assert_non_null(*out);
	return split_tree_read(structure, branch, *out, name, err);
}

/* The outline of @structure, finished; fails the test unless it can be read. */
static struct outline *read_structure(const bson_t *structure, char **name)
{
	struct outline *outline;
	struct error err = {RESULT_OK, ""};

	if (read_into(structure, BRANCH_DRAFT, &outline, name, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	outline_finish(outline);
	return outline;
}

/* @videos: "type@id type@id", sorted. */
static void expect_videos(const char *json, const char *videos)
{
	bson_t *structure = bson_maker(json);
	struct outline *outline = read_structure(structure, NULL);
	struct buf list = BUF_INIT;

	for (size_t i = 0; i < outline->block_count; i++)
		buf_printf(&list, "%s%s@%s", i ? " " : "", outline->blocks[i].type,
			   outline->blocks[i].id);
	if (strcmp(buf_text(&list), videos))
		fail_msg("%s\ngives \"%s\", not \"%s\"", json, buf_text(&list), videos);
	buf_clear(&list);
	outline_free(outline);
	bson_destroy(structure);
}

/* "type@id" as two strings, with @between between them. */
static void write_pair(struct buf *json, const char *name, size_t len, const char *between)
{
	const char *at = memchr(name, '@', len);

	assert_non_null(at);
	buf_add_char(json, '\'');
	buf_add(json, name, (size_t)(at - name));
	buf_add_text(json, between);
	buf_add(json, at + 1, len - (size_t)(at + 1 - name));
	buf_add_char(json, '\'');
}

static void write_block(struct buf *json, const char *block, size_t len)
{
	const char *end = block + len, *colon = memchr(block, ':', len);
	const char *child = colon ? colon + 1 : end, *before = "";

	buf_add_text(json, "{'block_type': ");
	write_pair(json, block, (size_t)((colon ? colon : end) - block), "', 'block_id': '");
	buf_add_text(json, ", 'fields': {'children': [");
	while (child < end && (child += strspn(child, " ")) < end) {
		size_t name = strcspn(child, " ;");

		buf_add_text(json, before);
		buf_add_char(json, '[');
		write_pair(json, child, name, "', '");
		buf_add_char(json, ']');
		child += name;
		before = ", ";
	}
	buf_add_text(json, "]}}");
}

/* @tree: "type@id: type@id type@id; type@id; ...", a block and its children, as a structure. */
static void expect_tree(const char *tree, const char *videos)
{
	struct buf json = BUF_INIT;

	buf_add_text(&json, "{'root': ['course', 'course'], 'blocks': [");
	for (const char *at = tree; *at;) {
		size_t len = strcspn(at, ";");

		buf_add_text(&json, at == tree ? "" : ", ");
		write_block(&json, at, len);
		at += len;
		at += strspn(at, "; ");
	}
	buf_add_text(&json, "]}");
	assert_false(json.failed);
	expect_videos(buf_text(&json), videos);
	buf_clear(&json);
}

static void tree_reaches_from_parentless_courses_and_libraries(void **state)
{
	static const struct {
		const char *tree, *videos;
	} table[] = {
	    {"", ""},
	    {"course@c: chapter@h; chapter@h: video@a; video@a; video@orphan", "video@a"},
	    /* blocks in any order */
	    {"video@a; chapter@h: video@a; course@c: chapter@h", "video@a"},
	    /* what hangs below an orphan is one too */
	    {"course@c; vertical@v: video@a; video@a", ""},
	    /* any parentless course or library is a root, whatever "root" says */
	    {"course@other: video@a; library@l: video@b; video@a; video@b", "video@a video@b"},
	    /* but not one that has a parent, even one nobody reaches, or itself */
	    {"vertical@lost: course@course; course@course: video@a; video@a", ""},
	    {"course@course: course@course video@a; video@a", ""},
	    /* nor a type that begins or ends alike */
	    {"course_info@course: video@a; video@a", ""},
	    {"cours@course: video@a; video@a", ""},
	    /* several parents: once; and both types are videos */
	    {"course@c: vertical@v vertical@w; vertical@v: video@a videoalpha@a; "
	     "vertical@w: video@a video@a; videoalpha@a; video@a",
	     "video@a videoalpha@a"},
	    /* a video may have children, and be a root's child */
	    {"course@c: video@a; video@a: video@b; video@b", "video@a video@b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		expect_tree(table[i].tree, table[i].videos);
}

static void tree_survives_cycles(void **state)
{
	(void)state;
	expect_tree("course@c: vertical@v; vertical@v: vertical@w video@a; "
		    "vertical@w: vertical@v vertical@w video@b; video@a; video@b",
		    "video@a video@b");
	/* without a root: each has a parent, so none is reached */
	expect_tree("course@c: library@l; library@l: course@c video@a; video@a", "");
	expect_tree("course@c; vertical@v: vertical@w video@a; vertical@w: vertical@v; video@a",
		    "");
}

static void tree_passes_over_children_that_are_not_there(void **state)
{
	(void)state;
	expect_tree("course@c: video@gone vertical@a video@a; video@a", "video@a");
	expect_videos("{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': "
		      "{'children': [null, 5, 'a', [], ['video'], ['video', 5], [5, 'b'], "
		      "{'0': 'video', '1': 'b'}, ['video', 'b', 'x'], ['video', 'a']]}}, "
		      "{'block_type': 'video', 'block_id': 'a'}, "
		      "{'block_type': 'video', 'block_id': 'b'}]}",
		      "video@a");
	expect_videos("{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': "
		      "{'children': {'0': ['video', 'a']}}}, "
		      "{'block_type': 'video', 'block_id': 'a'}]}",
		      "");
}

static void tree_ignores_later_blocks_of_a_name(void **state)
{
	(void)state;
	/* the second says something else about its children: neither they nor it count */
	expect_tree("course@c: video@a; course@c: video@b; video@a; video@b", "video@a");
	expect_tree("course@c: video@a; vertical@v; vertical@v: course@c; video@a", "video@a");
}

static void tree_tells_blocks_apart_by_type_and_id(void **state)
{
	bson_t *structure = bson_maker(
	    "{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': {'children': "
	    "[['problem', 'x'], ['video', 'X'], ['videoalpha', 'y']]}},"
	    "{'block_type': 'problem', 'block_id': 'x'},"
	    "{'block_type': 'video', 'block_id': 'x', 'fields': {'sub': 'not reached'}},"
	    "{'block_type': 'video', 'block_id': 'X', 'fields': {'sub': 'first'}},"
	    "{'block_type': 'video', 'block_id': 'X', 'fields': {'sub': 'second'}},"
	    "{'block_type': 'videoalpha', 'block_id': 'y', 'fields': {'sub': 'alpha'}},"
	    "{'block_type': 'video', 'block_id': 'y'}]}");
	struct outline *outline = read_structure(structure, NULL);

	(void)state;
	assert_int_equal(outline->block_count, 2);
	assert_string_equal(outline->blocks[0].id, "X");
	assert_string_equal(outline->blocks[0].draft->sub, "first");
	assert_string_equal(outline->blocks[1].type, "videoalpha");
	assert_string_equal(outline->blocks[1].draft->sub, "alpha");
	outline_free(outline);
	bson_destroy(structure);
}

static void tree_reads_fields_and_defaults(void **state)
{
	bson_t *structure = bson_maker(
	    "{'root': ['course', 'course'], 'previous_version': null, 'blocks': ["
	    "{'block_id': 'course', 'block_type': 'course', 'definition': null, 'fields': "
	    "{'display_name': 'n', 'children': [['video', 'a'], ['video', 'b'], ['video', 'c'], "
	    "['video', 'd']]}},"
	    "{'edit_info': {'source_version': null}, 'defaults': {'sub': 'ds', 'transcripts': "
	    "{'fr': 'd.srt'}}, 'asides': [], 'fields': {'transcripts': {'de': 'f.srt'}}, "
	    "'block_type': 'video', 'block_id': 'a'},"
	    "{'block_type': 'video', 'block_id': 'b', 'fields': null, 'defaults': {'sub': 'x'}},"
	    "{'block_type': 'video', 'block_id': 'c', 'defaults': null},"
	    "{'block_type': 'video', 'block_id': 'd', 'fields': {'transcripts': 'no map'}},"
	    "{'block_type': 'video'}, {'block_id': 'e'}, {'block_type': 5, 'block_id': 'e'}, "
	    "{'block_type': 'video', 'block_id': null}, 5, null, ['video', 'a'], {}"
	    "]}");
	struct outline *outline = read_structure(structure, NULL);

	(void)state;
	assert_int_equal(outline->block_count, 4);
	assert_null(outline->blocks[0].published);
	assert_string_equal(outline->blocks[0].draft->sub, "ds");
	assert_int_equal(outline->blocks[0].draft->transcript_count, 1);
	assert_string_equal(outline->blocks[0].draft->transcripts[0].language, "de");
	assert_string_equal(outline->blocks[0].draft->transcripts[0].file, "f.srt");
	assert_string_equal(outline->blocks[1].draft->sub, "x");
	assert_string_equal(outline->blocks[2].draft->sub, "");
	assert_true(outline->blocks[3].draft->transcripts_not_a_map);
	outline_free(outline);
	bson_destroy(structure);
}

static void tree_reads_the_two_branches_into_one_outline(void **state)
{
	bson_t *published = bson_maker(
	    "{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': {'children': "
	    "[['video', 'a']]}}, {'block_type': 'video', 'block_id': 'a', 'fields': "
	    "{'sub': 'p'}}]}");
	bson_t *draft = bson_maker(
	    "{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': {'children': "
	    "[['video', 'a'], ['video', 'b']]}}, {'block_type': 'video', 'block_id': 'a', "
	    "'fields': {'sub': 'd'}}, {'block_type': 'video', 'block_id': 'b'}]}");
	struct outline *outline;
	struct error err;

	(void)state;
	assert_int_equal(read_into(published, BRANCH_PUBLISHED, &outline, NULL, &err), RESULT_OK);
	assert_int_equal(split_tree_read(draft, BRANCH_DRAFT, outline, NULL, &err), RESULT_OK);
	outline_finish(outline);
	assert_int_equal(outline->block_count, 2);
	assert_string_equal(outline->blocks[0].published->sub, "p");
	assert_string_equal(outline->blocks[0].draft->sub, "d");
	assert_null(outline->blocks[1].published);
	outline_free(outline);
	bson_destroy(published);
	bson_destroy(draft);
}

static void tree_names_the_course(void **state)
{
	static const struct {
		const char *json, *name;
	} table[] = {
	    {STRUCTURE(BLOCK("course", "course", "'display_name': 'A & B'")), "A & B"},
	    {STRUCTURE(BLOCK("course", "other", "'display_name': 'no'") ", " BLOCK(
		 "course", "course", "'display_name': 'yes'")),
	     "yes"},
	    {"{'root': ['course', 'R'], 'blocks': [{'block_type': 'course', 'block_id': 'R', "
	     "'fields': {'display_name': 5}, 'defaults': {'display_name': 'd'}}]}",
	     "d"},
	    {"{'blocks': [{'block_type': 'course', 'block_id': 'R', 'defaults': {'display_name': "
	     "'d'}}], 'root': ['course', 'R']}",
	     "d"},
	    {STRUCTURE(BLOCK("course", "course", "'display_name': null")), ""},
	    {STRUCTURE(BLOCK("course", "course", "")), ""},
	    {STRUCTURE(""), ""},
	    {"{'root': 'course', 'blocks': [" BLOCK("course", "course", "'display_name': 'n'") "]}",
	     ""},
	    {"{'blocks': [" BLOCK("course", "course", "'display_name': 'n'") "]}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		bson_t *structure = bson_maker(table[i].json);
		char *name = NULL;

		outline_free(read_structure(structure, &name));
		assert_non_null(name);
		if (strcmp(name, table[i].name))
			fail_msg("%s is named \"%s\"", table[i].json, name);
		free(name);
		bson_destroy(structure);
	}
}

static void tree_refuses_what_is_no_structure(void **state)
{
	static const struct {
		const char *json, *text;
	} table[] = {
	    {"{}", "has no blocks"},
	    {"{'root': ['course', 'course']}", "has no blocks"},
	    {"{'blocks': null}", "not an array"},
	    {"{'blocks': {'0': {}}}", "not an array"},
	    {"{'blocks': 'x'}", "not an array"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		bson_t *structure = bson_maker(table[i].json);
		struct outline *outline;
		struct error err = {RESULT_OK, ""};
		char *name = (char *)"";

		assert_int_equal(read_into(structure, BRANCH_DRAFT, &outline, &name, &err),
				 RESULT_INVALID);
		assert_null(name);
		if (!strstr(err.text, table[i].text))
			fail_msg("%s: %s", table[i].json, err.text);
		outline_free(outline);
		bson_destroy(structure);
	}
}

static void tree_refuses_a_video_of_thousands_of_languages_by_name(void **state)
{
	struct buf json = BUF_INIT;
	struct outline *outline;
	struct error err;
	bson_t *structure;

	(void)state;
	buf_add_text(&json, "{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': "
			    "{'children': [['video', 'v']]}}, {'block_type': 'video', "
			    "'block_id': 'v', 'fields': {'transcripts': {");
	for (int i = 0; i < 1500; i++)
		buf_printf(&json, "%s'l%d': ''", i ? "," : "", i);
	buf_add_text(&json, "}}}]}");
	structure = bson_maker(buf_text(&json));
	assert_int_equal(read_into(structure, BRANCH_DRAFT, &outline, NULL, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "video@v: "));
	outline_free(outline);
	bson_destroy(structure);
	buf_clear(&json);
}

/* Appends a block with at most one child to @blocks, number @at. */
static void append_block(bson_t *blocks, uint32_t at, const char *type, const char *id,
			 uint32_t id_len, const char *child_type, const char *child)
{
	bson_t block, fields, children, pair;
	char digits[16];
	const char *key;
	size_t len = bson_uint32_to_string(at, &key, digits, sizeof(digits));

	bson_append_document_begin(blocks, key, (int)len, &block);
	bson_append_utf8(&block, "block_type", -1, type, -1);
	bson_append_utf8(&block, "block_id", -1, id, (int)id_len);
	bson_append_document_begin(&block, "fields", -1, &fields);
	if (child) {
		bson_append_array_begin(&fields, "children", -1, &children);
		bson_append_array_begin(&children, "0", -1, &pair);
		bson_append_utf8(&pair, "0", -1, child_type, -1);
		bson_append_utf8(&pair, "1", -1, child, -1);
		bson_append_array_end(&children, &pair);
		bson_append_array_end(&fields, &children);
	}
	bson_append_document_end(&block, &fields);
	bson_append_document_end(blocks, &block);
}

static void tree_takes_types_whole(void **state)
{
	(void)state;
	expect_videos("{'blocks': [{'block_type': 'course', 'block_id': 'c', 'fields': "
		      "{'children': [['video\\u0000x', 'a'], ['video', 'b']]}}, "
		      "{'block_type': 'video\\u0000x', 'block_id': 'a'}, "
		      "{'block_type': 'video', 'block_id': 'b'}, "
		      "{'block_type': 'course\\u0000', 'block_id': 'd', 'fields': "
		      "{'children': [['video', 'e']]}}, "
		      "{'block_type': 'video', 'block_id': 'e'}]}",
		      "video@b");
}

static void tree_marks_ids_that_are_no_text(void **state)
{
	bson_t structure = BSON_INITIALIZER, blocks;
	struct outline *outline;

	(void)state;
	bson_append_array_begin(&structure, "blocks", -1, &blocks);
	append_block(&blocks, 0, "course", "c", 1, "video", "\xFF");
	append_block(&blocks, 1, "library", "l", 1, "video", "a");
	append_block(&blocks, 2, "video", "\xFF", 1, NULL, NULL);
	/* as a C string this one would be "a": it is another, and an orphan */
	append_block(&blocks, 3, "video", "a\0b", 3, NULL, NULL);
	bson_append_array_end(&structure, &blocks);
	outline = read_structure(&structure, NULL);
	assert_int_equal(outline->block_count, 1);
	assert_string_equal(outline->blocks[0].id, MARK);
	outline_free(outline);
	bson_destroy(&structure);
}

/* As deep as it is long: a walk on the C stack would not come back. */
static void tree_follows_a_chain_of_a_hundred_thousand(void **state)
{
	enum { BLOCKS = 100000 };
	bson_t structure = BSON_INITIALIZER, blocks;
	struct outline *outline;
	char id[16], child[16];

	(void)state;
	bson_append_array_begin(&structure, "blocks", -1, &blocks);
	append_block(&blocks, 0, "course", "c", 1, "vertical", "1");
	for (uint32_t i = 1; i < BLOCKS; i++) {
		bool last = i + 1 == BLOCKS;

		snprintf(id, sizeof(id), "%u", i);
		snprintf(child, sizeof(child), "%u", i + 1);
		append_block(&blocks, i, "vertical", id, (uint32_t)strlen(id),
			     last ? "video" : "vertical", child);
	}
	append_block(&blocks, BLOCKS, "video", child, (uint32_t)strlen(child), NULL, NULL);
	bson_append_array_end(&structure, &blocks);
	outline = read_structure(&structure, NULL);
	assert_int_equal(outline->block_count, 1);
	assert_string_equal(outline->blocks[0].id, "100000");
	outline_free(outline);
	bson_destroy(&structure);
}

/* 5,000 videos below two parents each, among 100,000 other blocks in as large a structure as is. */
static void tree_reads_five_thousand_videos(void **state)
{
	enum { VIDEOS = 5000, OTHERS = 100000 };
	bson_t structure = BSON_INITIALIZER, blocks, block, fields, children, pair;
	struct outline *outline;
	uint32_t at = 0;
	char id[40];

	(void)state;
	bson_append_array_begin(&structure, "blocks", -1, &blocks);
	for (uint32_t i = 0; i < OTHERS; i++, at++) {
		snprintf(id, sizeof(id), "%032x", i * 2654435761u);
		append_block(&blocks, at, "problem", id, 32, NULL, NULL);
	}
	for (int parent = 0; parent < 2; parent++, at++) {
		snprintf(id, sizeof(id), "%u", at);
		bson_append_document_begin(&blocks, id, -1, &block);
		bson_append_utf8(&block, "block_type", -1, "course", -1);
		bson_append_utf8(&block, "block_id", -1, parent ? "b" : "a", -1);
		bson_append_document_begin(&block, "fields", -1, &fields);
		bson_append_array_begin(&fields, "children", -1, &children);
		for (uint32_t i = 0; i < VIDEOS; i++) {
			snprintf(id, sizeof(id), "v%u", i);
			bson_append_array_begin(&children, "0", -1, &pair);
			bson_append_utf8(&pair, "0", -1, "video", -1);
			bson_append_utf8(&pair, "1", -1, id, -1);
			bson_append_array_end(&children, &pair);
		}
		bson_append_array_end(&fields, &children);
		bson_append_document_end(&block, &fields);
		bson_append_document_end(&blocks, &block);
	}
	for (uint32_t i = 0; i < VIDEOS; i++, at++) {
		snprintf(id, sizeof(id), "v%u", i);
		append_block(&blocks, at, "video", id, (uint32_t)strlen(id), NULL, NULL);
	}
	bson_append_array_end(&structure, &blocks);
	outline = read_structure(&structure, NULL);
	assert_int_equal(outline->block_count, VIDEOS);
	outline_free(outline);
	bson_destroy(&structure);
}

static size_t refused, whole;

static void read_broken(const bson_t *structure)
{
	struct outline *outline;
	struct error err;
	char *name;
	enum result st = read_into(structure, BRANCH_DRAFT, &outline, &name, &err);

	assert_true(st == RESULT_OK || st == RESULT_INVALID);
	assert_int_equal(st == RESULT_OK, name != NULL);
	*(st == RESULT_OK ? &whole : &refused) += 1;
	free(name);
	outline_free(outline);
}

static void tree_refuses_broken_structures(void **state)
{
	bson_t *structure = bson_maker(
	    "{'root': ['course', 'c'], 'blocks': [{'block_type': 'course', 'block_id': 'c', "
	    "'fields': {'children': [['video', 'a'], ['video', 'b']]}}, {'block_type': 'video', "
	    "'block_id': 'a', 'fields': {'transcripts': {'fr': 'f'}}}, {'block_type': 'video', "
	    "'block_id': 'b', 'defaults': {'sub': 'inherited'}}]}");

	(void)state;
	bson_maker_break(structure, read_broken);
	assert_true(refused > 200);
	/* the defaults do not end where they say: not a video without any */
	whole = 0;
	bson_maker_write(structure, "inherited", 0, 7);
	read_broken(structure);
	assert_int_equal(whole, 0);
	bson_destroy(structure);
}

static bool is_in(const char *const *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], text))
			return true;
	return false;
}

static void tree_projection_includes_what_is_read(void **state)
{
	static const char *const wanted[] = {"root",
					     "blocks.block_type",
					     "blocks.block_id",
					     "blocks.fields.children",
					     "blocks.fields.display_name",
					     "blocks.fields.edx_video_id",
					     "blocks.fields.sub",
					     "blocks.fields.youtube_id_1_0",
					     "blocks.fields.html5_sources",
					     "blocks.fields.transcripts",
					     "blocks.defaults.display_name",
					     "blocks.defaults.edx_video_id",
					     "blocks.defaults.sub",
					     "blocks.defaults.youtube_id_1_0",
					     "blocks.defaults.html5_sources",
					     "blocks.defaults.transcripts",
					     "blocks.edit_info.source_version",
					     "blocks.edit_info.update_version"};
	const size_t count = sizeof(wanted) / sizeof(*wanted);
	bson_t opts = BSON_INITIALIZER;
	bson_iter_t at, path;
	size_t paths = 0;

	(void)state;
	assert_true(bson_append_int32(&opts, "limit", -1, 2));
	assert_true(split_tree_projection(&opts));
	assert_true(bson_iter_init_find(&at, &opts, "limit"));
	assert_true(bson_iter_init_find(&at, &opts, "projection"));
	assert_true(bson_iter_recurse(&at, &path));
	for (; bson_iter_next(&path); paths++) {
		assert_true(is_in(wanted, count, bson_iter_key(&path)));
		assert_int_equal(bson_iter_int32(&path), 1);
	}
	assert_int_equal(paths, count);
	bson_destroy(&opts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tree_reaches_from_parentless_courses_and_libraries),
	    cmocka_unit_test(tree_survives_cycles),
	    cmocka_unit_test(tree_passes_over_children_that_are_not_there),
	    cmocka_unit_test(tree_tells_blocks_apart_by_type_and_id),
	    cmocka_unit_test(tree_ignores_later_blocks_of_a_name),
	    cmocka_unit_test(tree_reads_fields_and_defaults),
	    cmocka_unit_test(tree_reads_the_two_branches_into_one_outline),
	    cmocka_unit_test(tree_names_the_course),
	    cmocka_unit_test(tree_refuses_what_is_no_structure),
	    cmocka_unit_test(tree_refuses_a_video_of_thousands_of_languages_by_name),
	    cmocka_unit_test(tree_takes_types_whole),
	    cmocka_unit_test(tree_marks_ids_that_are_no_text),
	    cmocka_unit_test(tree_follows_a_chain_of_a_hundred_thousand),
	    cmocka_unit_test(tree_reads_five_thousand_videos),
	    cmocka_unit_test(tree_refuses_broken_structures),
	    cmocka_unit_test(tree_projection_includes_what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
