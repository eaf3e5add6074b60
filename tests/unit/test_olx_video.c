/* The <video> element: attributes, children, and which of them win. */
#include "config.h"

#include "tests/unit/olx_maker.h"

#include <stdio.h>
#include <string.h>

#include "src/source/olx_video.h"
#include "src/source/olx_xml.h"

static struct video_fields *read_video(const char *xml)
{
	struct video_fields *fields = video_fields_new();
	struct error err = {RESULT_OK, ""};
	xmlDoc *doc;

	assert_non_null(fields);
	if (olx_xml_parse(xml, strlen(xml), "video.xml", &doc, &err) != RESULT_OK ||
	    olx_video_read(fields, xmlDocGetRootElement(doc), "video.xml", &err) != RESULT_OK)
		fail_msg("%s", err.text);
	xmlFreeDoc(doc);
	return fields;
}

static void expect_file(const struct video_fields *fields, size_t at, const char *language,
			const char *file)
{
	assert_true(at < fields->transcript_count);
	assert_string_equal(fields->transcripts[at].language, language);
	assert_string_equal(fields->transcripts[at].file, file);
}

static void video_reads_plain_attributes(void **state)
{
	struct video_fields *fields = read_video(
	    "<video display_name=\" A &amp; B&#10;\" sub=\" s \" edx_video_id=\"\tid\n\" "
	    "youtube_id_1_0=\"yt\" source=\"x\" track=\"/static/t.pdf\">"
	    "<track src=\"/static/t.srt\"/><handout src=\"h\"/></video>");

	(void)state;
	assert_string_equal(fields->display_name, " A & B\n");
	assert_string_equal(fields->sub, "s");
	assert_string_equal(fields->edx_video_id, "id");
	assert_string_equal(fields->youtube_id, "yt");
	assert_int_equal(fields->transcript_count + fields->html5_count, 0);
	video_fields_free(fields);
}

static void video_decodes_quoted_values(void **state)
{
	struct video_fields *fields =
	    read_video("<video sub='\"s\\u00e9\"' display_name='\"\"' edx_video_id='null' "
		       "youtube='1.00:\"y\"'/>");

	(void)state;
	assert_string_equal(fields->sub, "s\xc3\xa9");
	assert_string_equal(fields->display_name, "");
	assert_string_equal(fields->edx_video_id, "");
	assert_string_equal(fields->youtube_id, "y");
	video_fields_free(fields);
	fields = read_video("<video sub='123' display_name='\"a\" b' edx_video_id='nullify'/>");
	assert_string_equal(fields->sub, "123");
	assert_string_equal(fields->display_name, "\"a\" b");
	assert_string_equal(fields->edx_video_id, "nullify");
	video_fields_free(fields);
}

static void video_reads_youtube_lists(void **state)
{
	static const struct {
		const char *xml, *id;
	} table[] = {
	    {"<video youtube='0.75:a,1.00:b,1.25:c'/>", "b"},
	    {"<video youtube='1:b'/>", "b"},
	    {"<video youtube=' 1.0 : b '/>", "b"},
	    {"<video youtube='1.004:b'/>", "b"},
	    {"<video youtube='1.25:c'/>", ""},
	    {"<video youtube='10.0:c,x:y,1.00,:z,1.01:q'/>", ""},
	    {"<video youtube='1.00:b:c'/>", "b"},
	    {"<video youtube='1.00:b' youtube_id_1_0='c'/>", "c"},
	    {"<video youtube_id_1_0='c' youtube='1.00:b'/>", "b"},
	    {"<video youtube_id_1_0='c' youtube='0.75:b'/>", "c"},
	    /* with other sources an empty list says that there is none */
	    {"<video youtube_id_1_0='c' youtube='1.00:'><source src='x.mp4'/></video>", ""},
	    {"<video youtube_id_1_0='c' html5_sources='[]' youtube=''/>", ""},
	    {"<video youtube_id_1_0='c' youtube='' html5_sources='[]'/>", "c"},
	    /* the platform's own defaults never count */
	    {"<video youtube_id_1_0='OEoXaMPEzfM'/>", ""},
	    {"<video youtube='1.00:3_yD_cEKoCk'/>", ""},
	    {"<video/>", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct video_fields *fields = read_video(table[i].xml);

		if (strcmp(fields->youtube_id, table[i].id))
			fail_msg("%s gives \"%s\"", table[i].xml, fields->youtube_id);
		video_fields_free(fields);
	}
}

static void video_lets_attributes_override_children(void **state)
{
	struct video_fields *fields = read_video(
	    "<video transcripts='{\"fr\": \"f.srt\", \"de\": null, \"fr\": \"g.srt\"}' "
	    "html5_sources='[\"https://x/b.mp4\", 5, \"c.webm\"]'>"
	    "<source src='https://x/a.mp4'/><transcript language='en' src='e.srt'/></video>");

	(void)state;
	assert_int_equal(fields->html5_count, 2);
	assert_string_equal(fields->html5_ids[0], "b");
	assert_string_equal(fields->html5_ids[1], "c");
	assert_int_equal(fields->transcript_count, 2);
	expect_file(fields, 0, "fr", "g.srt");
	expect_file(fields, 1, "de", "");
	assert_false(fields->transcripts_not_a_map);
	video_fields_free(fields);

	fields = read_video("<video transcripts='{}'><transcript language='en' src='e'/></video>");
	assert_int_equal(fields->transcript_count, 0);
	video_fields_free(fields);
}

static void video_reads_children(void **state)
{
	struct video_fields *fields =
	    read_video("<video edx_video_id='v'><source src='https://x/a.b.mp4'/><source/>"
		       "<transcript language='zh-Hans' src='a b%20c.srt'/><transcript src='lost'/>"
		       "<transcript language='ar'/><video_asset client_video_id='x'>"
		       "<encoded_video profile='youtube' url='y'/><transcripts>"
		       "<transcript language_code='fr' file_format='srt' provider='Custom'/>"
		       "<transcript file_format='srt'/></transcripts></video_asset></video>");

	(void)state;
	assert_int_equal(fields->html5_count, 1);
	assert_string_equal(fields->html5_ids[0], "a.b");
	assert_int_equal(fields->transcript_count, 2);
	expect_file(fields, 0, "zh-Hans", "a b%20c.srt");
	expect_file(fields, 1, "ar", "");
	assert_int_equal(fields->asset_language_count, 1);
	assert_string_equal(fields->asset_languages[0].language, "fr");
	video_fields_free(fields);
}

static void video_notices_transcripts_that_are_no_map(void **state)
{
	static const char *const values[] = {"[]", "x.srt", "5", "\"{}\"", "{\"en\": ", ""};
	struct video_fields *fields;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char xml[128];

		snprintf(xml, sizeof(xml),
			 "<video transcripts='%s'><transcript language='en' src='e'/></video>",
			 values[i]);
		fields = read_video(xml);
		assert_true(fields->transcripts_not_a_map);
		assert_int_equal(fields->transcript_count, 0);
		video_fields_free(fields);
	}
	fields = read_video("<video transcripts='null'/>");
	assert_false(fields->transcripts_not_a_map);
	video_fields_free(fields);
	/* one value that is no name: told, and the others stay */
	fields = read_video("<video transcripts='{\"en\": [1], \"fr\": \"f\"}'/>");
	assert_true(fields->transcripts_not_a_map);
	assert_int_equal(fields->transcript_count, 1);
	expect_file(fields, 0, "fr", "f");
	video_fields_free(fields);
}

static void video_refuses_thousands_of_languages(void **state)
{
	struct video_fields *fields = video_fields_new();
	struct buf xml = BUF_INIT;
	struct error err;
	xmlDoc *doc;

	(void)state;
	buf_add_text(&xml, "<video>");
	for (int i = 0; i < 100000; i++)
		buf_printf(&xml, "<transcript language='%d' src='x'/>", i);
	buf_add_text(&xml, "</video>");
	assert_int_equal(olx_xml_parse(buf_text(&xml), xml.len, "v.xml", &doc, &err), RESULT_OK);
	assert_int_equal(olx_video_read(fields, xmlDocGetRootElement(doc), "v.xml", &err),
			 RESULT_INVALID);
	assert_non_null(strstr(err.text, "v.xml: line 1"));
	xmlFreeDoc(doc);
	buf_clear(&xml);
	video_fields_free(fields);
}

static void xml_tells_pointers_from_definitions(void **state)
{
	static const struct {
		const char *xml;
		bool pointer;
	} table[] = {
	    {"<video url_name='x'/>", true},
	    {"<video url_name='x'>\n <!-- c --> </video>", true},
	    {"<video url_name='x' sub='y'/>", false},
	    {"<video url_name='x'>text</video>", false},
	    {"<video url_name='x'><source/></video>", false},
	    {"<video/>", false},
	    {"<course url_name='x' org='o' course='c'/>", true},
	    {"<course url_name='x'/>", false},
	    {"<course url_name='x' org='o' course='c' name='n'/>", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct error err;
		xmlDoc *doc;

		assert_int_equal(olx_xml_parse(table[i].xml, strlen(table[i].xml), "x", &doc, &err),
				 RESULT_OK);
		assert_int_equal(olx_xml_is_pointer(xmlDocGetRootElement(doc)), table[i].pointer);
		xmlFreeDoc(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(video_reads_plain_attributes),
	    cmocka_unit_test(video_decodes_quoted_values),
	    cmocka_unit_test(video_reads_youtube_lists),
	    cmocka_unit_test(video_lets_attributes_override_children),
	    cmocka_unit_test(video_reads_children),
	    cmocka_unit_test(video_notices_transcripts_that_are_no_map),
	    cmocka_unit_test(video_refuses_thousands_of_languages),
	    cmocka_unit_test(xml_tells_pointers_from_definitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
