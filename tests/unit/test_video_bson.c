/* The settings of a video block as MongoDB has them. */
#include "config.h"

#include "tests/unit/bson_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/video_bson.h"

#define MARK "\xEF\xBF\xBD"

static struct video_fields *read_documents(const bson_t *fields, const bson_t *defaults)
{
	struct video_fields *video = NULL;
	struct error err = {RESULT_OK, ""};

	if (video_bson_read(fields, defaults, &video, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_non_null(video);
	return video;
}

/* @defaults may be NULL. */
static struct video_fields *read_video(const char *fields, const char *defaults)
{
	bson_t *a = bson_maker(fields), *b = defaults ? bson_maker(defaults) : NULL;
	struct video_fields *video = read_documents(a, b);

	bson_destroy(a);
	bson_destroy(b);
	return video;
}

static void expect_file(const struct video_fields *video, size_t at, const char *language,
			const char *file)
{
	assert_true(at < video->transcript_count);
	assert_string_equal(video->transcripts[at].language, language);
	assert_string_equal(video->transcripts[at].file, file);
}

static void expect_nothing(struct video_fields *video)
{
	assert_string_equal(video->display_name, "");
	assert_string_equal(video->edx_video_id, "");
	assert_string_equal(video->sub, "");
	assert_string_equal(video->youtube_id, "");
	assert_int_equal(video->html5_count, 0);
	assert_int_equal(video->transcript_count, 0);
	assert_int_equal(video->asset_language_count, 0);
	assert_false(video->transcripts_not_a_map);
	video_fields_free(video);
}

static void video_reads_every_setting(void **state)
{
	struct video_fields *video = read_video(
	    "{'display_name': ' A & B ', 'edx_video_id': ' id\\n', 'sub': '\\ts ', "
	    "'youtube_id_1_0': ' yt ', 'youtube_id_0_75': 'no', 'start': {'$date': "
	    "{'$numberLong': '0'}}, 'html5_sources': ['https://x/a.b.mp4', 'c.webm', 'https://x/'],"
	    "'transcripts': {'fr': 'f.srt', 'zh-Hans': '/static/z h.srt', 'de': ''}, "
	    "'track': 'x'}",
	    NULL);

	(void)state;
	assert_string_equal(video->display_name, " A & B ");
	assert_string_equal(video->edx_video_id, "id");
	assert_string_equal(video->sub, "s");
	assert_string_equal(video->youtube_id, "yt");
	assert_int_equal(video->html5_count, 2);
	assert_string_equal(video->html5_ids[0], "a.b");
	assert_string_equal(video->html5_ids[1], "c");
	assert_int_equal(video->transcript_count, 3);
	expect_file(video, 0, "fr", "f.srt");
	expect_file(video, 1, "zh-Hans", "/static/z h.srt");
	expect_file(video, 2, "de", "");
	assert_false(video->transcripts_not_a_map);
	video_fields_free(video);
}

static void video_reads_nothing_where_nothing_is(void **state)
{
	(void)state;
	expect_nothing(read_documents(NULL, NULL));
	expect_nothing(read_video("{}", NULL));
	expect_nothing(read_video("{}", "{}"));
	expect_nothing(read_video("{'display_name': null, 'edx_video_id': null, 'sub': null, "
				  "'youtube_id_1_0': null, 'html5_sources': null, "
				  "'transcripts': null}",
				  NULL));
	/* of another type: not there */
	expect_nothing(read_video("{'display_name': 5, 'edx_video_id': {}, 'sub': ['s'], "
				  "'youtube_id_1_0': true, 'html5_sources': 'https://x/a.mp4'}",
				  NULL));
	expect_nothing(
	    read_video("{'html5_sources': {'0': 'a.mp4'}, 'Sub': 's', 'sub ': 's'}", NULL));
}

static void video_takes_defaults_for_what_is_absent(void **state)
{
	static const char defaults[] = "{'display_name': 'dn', 'edx_video_id': 'di', 'sub': 'ds', "
				       "'youtube_id_1_0': 'dy', 'html5_sources': ['d.mp4'], "
				       "'transcripts': {'fr': 'd.srt'}}";
	bson_t *document = bson_maker(defaults);
	struct video_fields *video = read_documents(NULL, document);

	(void)state;
	bson_destroy(document);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(video->display_name, "dn");
		assert_string_equal(video->edx_video_id, "di");
		assert_string_equal(video->sub, "ds");
		assert_string_equal(video->youtube_id, "dy");
		assert_int_equal(video->html5_count, 1);
		assert_string_equal(video->html5_ids[0], "d");
		assert_int_equal(video->transcript_count, 1);
		expect_file(video, 0, "fr", "d.srt");
		video_fields_free(video);
		/* what is of another type is as good as absent */
		if (!i)
			video = read_video("{'display_name': 1, 'edx_video_id': 1, 'sub': 1, "
					   "'youtube_id_1_0': 1, 'html5_sources': 1}",
					   defaults);
	}
	/* what is set wins, an empty value and a null are set, and lists are not mixed */
	video = read_video("{'edx_video_id': '', 'sub': null, 'html5_sources': ['a.mp4', 'b.mp4'], "
			   "'transcripts': {'de': 'a.srt'}}",
			   defaults);
	assert_string_equal(video->display_name, "dn");
	assert_string_equal(video->edx_video_id, "");
	assert_string_equal(video->sub, "");
	assert_string_equal(video->youtube_id, "dy");
	assert_int_equal(video->html5_count, 2);
	assert_string_equal(video->html5_ids[0], "a");
	assert_int_equal(video->transcript_count, 1);
	expect_file(video, 0, "de", "a.srt");
	video_fields_free(video);
	expect_nothing(read_video("{'display_name': null, 'edx_video_id': null, 'sub': null, "
				  "'youtube_id_1_0': null, 'html5_sources': null, "
				  "'transcripts': null}",
				  defaults));
	expect_nothing(read_video("{'display_name': '', 'edx_video_id': '', 'sub': '', "
				  "'youtube_id_1_0': '', 'html5_sources': [], 'transcripts': {}}",
				  defaults));
}

static void video_never_counts_the_platforms_youtube_ids(void **state)
{
	static const struct {
		const char *fields, *defaults, *id;
	} table[] = {
	    {"{'youtube_id_1_0': 'OEoXaMPEzfM'}", NULL, ""},
	    {"{'youtube_id_1_0': '3_yD_cEKoCk'}", NULL, ""},
	    {"{'youtube_id_1_0': ' 3_yD_cEKoCk\\n'}", NULL, ""},
	    {"{}", "{'youtube_id_1_0': 'OEoXaMPEzfM'}", ""},
	    {"{'youtube_id_1_0': '3_yd_cekock'}", NULL, "3_yd_cekock"},
	    {"{'youtube_id_1_0': 'own'}", "{'youtube_id_1_0': 'OEoXaMPEzfM'}", "own"},
	    /* written on purpose, so the template's does not come back */
	    {"{'youtube_id_1_0': 'OEoXaMPEzfM'}", "{'youtube_id_1_0': 'other'}", ""},
	    {"{'youtube_id_1_0': ''}", "{'youtube_id_1_0': 'other'}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct video_fields *video = read_video(table[i].fields, table[i].defaults);

		if (strcmp(video->youtube_id, table[i].id))
			fail_msg("%s gives \"%s\"", table[i].fields, video->youtube_id);
		video_fields_free(video);
	}
}

static void video_notices_transcripts_that_are_no_map(void **state)
{
	static const char *const values[] = {"[]", "['en']", "'x.srt'", "''", "5", "false"};
	struct video_fields *video;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char json[64];

		snprintf(json, sizeof(json), "{'sub': 's', 'transcripts': %s}", values[i]);
		video = read_video(json, "{'transcripts': {'fr': 'f.srt'}}");
		if (!video->transcripts_not_a_map || video->transcript_count)
			fail_msg("%s is taken for a map", values[i]);
		assert_string_equal(video->sub, "s");
		video_fields_free(video);
	}
	/* one value that is no name: told, and the others stay */
	video = read_video("{'transcripts': {'en': ['e'], 'fr': 'f', 'de': {'x': 'y'}}}", NULL);
	assert_true(video->transcripts_not_a_map);
	assert_int_equal(video->transcript_count, 3);
	expect_file(video, 0, "en", "");
	expect_file(video, 1, "fr", "f");
	expect_file(video, 2, "de", "");
	video_fields_free(video);
	/* a null is an empty name, as an export writes it */
	video = read_video("{'transcripts': {'en': null, 'fr': 'f'}}", NULL);
	assert_false(video->transcripts_not_a_map);
	assert_int_equal(video->transcript_count, 2);
	expect_file(video, 0, "en", "");
	video_fields_free(video);
}

static void video_passes_over_sources_that_are_no_text(void **state)
{
	struct video_fields *video =
	    read_video("{'html5_sources': [null, 'a.mp4', 5, ['b.mp4'], {}, '', 'c']}", NULL);

	(void)state;
	assert_int_equal(video->html5_count, 2);
	assert_string_equal(video->html5_ids[0], "a");
	assert_string_equal(video->html5_ids[1], "c");
	video_fields_free(video);
}

static void video_marks_bytes_that_are_no_text(void **state)
{
	bson_t document = BSON_INITIALIZER, map;
	struct video_fields *video;

	(void)state;
	assert_true(bson_append_utf8(&document, "sub", -1, "s\0u", 3));
	assert_true(bson_append_utf8(&document, "edx_video_id", -1, "caf\xE9", 4));
	assert_true(bson_append_document_begin(&document, "transcripts", -1, &map));
	assert_true(bson_append_utf8(&map, "f\xFF", -1, "\xC3.srt\0", 6));
	assert_true(bson_append_utf8(&map, "", -1, "x", -1));
	assert_true(bson_append_document_end(&document, &map));
	video = read_documents(&document, NULL);
	assert_string_equal(video->sub, "s" MARK "u");
	assert_string_equal(video->edx_video_id, "caf" MARK);
	assert_int_equal(video->transcript_count, 2);
	expect_file(video, 0, "f" MARK, MARK ".srt" MARK);
	expect_file(video, 1, "", "x");
	video_fields_free(video);
	bson_destroy(&document);
}

static void video_keeps_the_last_of_a_language(void **state)
{
	bson_t document = BSON_INITIALIZER, map;
	struct video_fields *video;

	(void)state;
	assert_true(bson_append_document_begin(&document, "transcripts", -1, &map));
	assert_true(bson_append_utf8(&map, "fr", -1, "a", -1));
	assert_true(bson_append_utf8(&map, "de", -1, "b", -1));
	assert_true(bson_append_utf8(&map, "fr", -1, "c", -1));
	assert_true(bson_append_document_end(&document, &map));
	video = read_documents(&document, NULL);
	assert_int_equal(video->transcript_count, 2);
	expect_file(video, 0, "fr", "c");
	expect_file(video, 1, "de", "b");
	video_fields_free(video);
	bson_destroy(&document);
}

static enum result read_many(const char *key, bool array, int count, struct error *err)
{
	bson_t document = BSON_INITIALIZER, below;
	struct video_fields *video = NULL;
	enum result st;

	if (array)
		bson_append_array_begin(&document, key, -1, &below);
	else
		bson_append_document_begin(&document, key, -1, &below);
	for (int i = 0; i < count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		bson_append_utf8(&below, name, -1, name, -1);
	}
	if (array)
		bson_append_array_end(&document, &below);
	else
		bson_append_document_end(&document, &below);
	st = video_bson_read(&document, NULL, &video, err);
	assert_int_equal(st == RESULT_OK, video != NULL);
	video_fields_free(video);
	bson_destroy(&document);
	return st;
}

static void video_refuses_thousands_of_languages(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(read_many("transcripts", false, VIDEO_BSON_MAX, &err), RESULT_OK);
	assert_int_equal(read_many("html5_sources", true, VIDEO_BSON_MAX, &err), RESULT_OK);
	assert_int_equal(read_many("transcripts", false, 200000, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "more than 1000"));
	assert_int_equal(read_many("html5_sources", true, 200000, &err), RESULT_INVALID);
}

static size_t refused, whole;

static void read_broken(const bson_t *document)
{
	struct video_fields *video = NULL;
	struct error err;
	enum result st = video_bson_read(document, document, &video, &err);

	assert_true(st == RESULT_OK || st == RESULT_INVALID);
	assert_int_equal(st == RESULT_OK, video != NULL);
	*(video ? &whole : &refused) += 1;
	video_fields_free(video);
}

static void video_refuses_broken_documents(void **state)
{
	bson_t *document =
	    bson_maker("{'transcripts': {'fr': 'f', 'de': 'd'}, 'html5_sources': ['a', 'b']}");
	bson_t cut;
	uint8_t bytes[128];
	struct video_fields *video;
	struct error err;

	(void)state;
	bson_maker_break(document, read_broken);
	assert_true(refused > 50);
	/* the map ends in the middle of its second name: not a video with one language */
	assert_true(document->len < sizeof(bytes));
	memcpy(bytes, bson_get_data(document), document->len);
	for (uint32_t i = 0; i + 3 < document->len; i++)
		if (!memcmp(bytes + i, "\2de", 4))
			bytes[i + 4] = 200;
	assert_true(bson_init_static(&cut, bytes, document->len));
	assert_int_equal(video_bson_read(&cut, NULL, &video, &err), RESULT_INVALID);
	assert_null(video);
	assert_non_null(strstr(err.text, "BSON"));
	bson_destroy(document);
}

static void video_knows_its_types(void **state)
{
	(void)state;
	assert_true(video_bson_is_video("video"));
	assert_true(video_bson_is_video("videoalpha"));
	assert_false(video_bson_is_video("Video"));
	assert_false(video_bson_is_video("videosequence"));
	assert_false(video_bson_is_video(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(video_reads_every_setting),
	    cmocka_unit_test(video_reads_nothing_where_nothing_is),
	    cmocka_unit_test(video_takes_defaults_for_what_is_absent),
	    cmocka_unit_test(video_never_counts_the_platforms_youtube_ids),
	    cmocka_unit_test(video_notices_transcripts_that_are_no_map),
	    cmocka_unit_test(video_passes_over_sources_that_are_no_text),
	    cmocka_unit_test(video_marks_bytes_that_are_no_text),
	    cmocka_unit_test(video_keeps_the_last_of_a_language),
	    cmocka_unit_test(video_refuses_thousands_of_languages),
	    cmocka_unit_test(video_refuses_broken_documents),
	    cmocka_unit_test(video_knows_its_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
