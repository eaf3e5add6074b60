#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/format/json_scan.h"
#include "src/format/transcript.h"

static void convert_text(struct transcript *t, const char *text, size_t len)
{
	transcript_init(t);
	assert_int_equal(transcript_convert(t, text, len, 1 << 24, NULL), RESULT_OK);
	assert_int_equal(t->format, TRANSCRIPT_SJSON);
}

static void convert_passes_sjson_byte_for_byte(void **state)
{
	static const struct {
		const char *text;
		size_t cues;
	} rows[] = {
		{"{\"start\": [0], \"end\": [1], \"text\": [\"x\"]}", 1},
		{"{\n  \"start\": [\n    0,\n    10\n  ],\n  \"end\": [1, 2], \"text\": [\"x\", null]\n}\n", 2},
		{"\t\r\n {\"text\":[\"é\",\"\\u00e9\\ud83d\"],\"end\":[-1.5e3,1E+2],\"start\":[0,1e-999]} ", 2},
		{"{\"start\": [0], \"speed\": {\"a\": [[], {}, true, false, null, -0.5]}, \"end\": [1], "
		 "\"text\": [\"x\"], \"speed\": 1e999}", 1},
		{"{\"starts\": 1, \"start\": [0], \"end\": [1], \"text\": [\"x\"], \"tex\": 1, \"\": 0}", 1},
		{"{\"st\\u0061rt\": [0], \"end\": [1], \"text\": [\"x\"]}", 1},
	};
	struct transcript t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		convert_text(&t, rows[i].text, strlen(rows[i].text));
		assert_string_equal(t.reason, "");
		assert_int_equal(t.finding, FINDING_NONE);
		assert_string_equal(buf_text(&t.sjson), rows[i].text);
		assert_int_equal(t.cues, rows[i].cues);
		assert_null(t.encoding);
		transcript_clear(&t);
	}
}

static void convert_rejects_what_is_no_sjson(void **state)
{
#define REST "\"end\": [1], \"text\": [\"x\"]}"
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{"{", "a string was expected"},
		{"{}", "there is no \"start\""},
		{"{\"start\": [0], \"end\": [1]}", "there is no \"text\""},
		{"{\"start\": [0], \"start\": [0], " REST, "\"start\" is written twice"},
		{"{\"start\": [0], \"\\u0073tart\": [0], " REST, "\"start\" is written twice"},
		{"{\"start\": [0, 1], " REST, "different length: 2, 1, 1"},
		{"{\"start\": 0, " REST, "\"start\" is no array"},
		{"{\"start\": null, " REST, "\"start\" is no array"},
		{"{\"start\": [\"0\"], " REST, "a digit was expected"},
		{"{\"start\": [null], " REST, "a digit was expected"},
		{"{\"start\": [[0]], " REST, "a digit was expected"},
		{"{\"start\": [01], " REST, "\",\" or \"]\" was expected"},
		{"{\"start\": [.5], " REST, "a digit was expected"},
		{"{\"start\": [1.], " REST, "a digit was expected"},
		{"{\"start\": [1e], " REST, "a digit was expected"},
		{"{\"start\": [+1], " REST, "a digit was expected"},
		{"{\"start\": [NaN], " REST, "a digit was expected"},
		{"{\"start\": [1e309], " REST, "does not fit a double"},
		{"{\"start\": [-1E999], " REST, "does not fit a double"},
		{"{\"start\": [0,], " REST, "a digit was expected"},
		{"{\"start\": [0 1], " REST, "\",\" or \"]\" was expected"},
		{"{\"start\": [0", "the end of the array is missing"},
		{"{\"start\": [0], \"end\": [1], \"text\": [1]}", "a string or null was expected"},
		{"{\"start\": [0], \"end\": [1], \"text\": [nul]}", "a value was expected"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"a\tb\"]}", "a control character"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"\\x\"]}", "no such escape"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"\\u12g4\"]}", "four hex digits"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"a]}", "the end of the string is missing"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"a\\", "the end of the string is missing"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"x\"],}", "a string was expected"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"x\"]} x", "byte 43: something follows"},
		{"{\"start\": [0], \"end\": [1], \"text\": [\"x\"]}\xE3\x80\x80", "something follows"},
		{"\xC2\xA0{\"start\": [0], " REST, "an object was expected"},
		{"{'start': [0], " REST, "a string was expected"},
		{"{\"a\": [1,], \"start\": [0], " REST, "a value was expected"},
		{"{\"a\": [1}, \"start\": [0], " REST, "\",\" or \"]\" was expected"},
		{"{\"a\": {\"b\" 1}, \"start\": [0], " REST, "\":\" was expected"},
		{"{\"a\": {\"b\": 1]}, \"start\": [0], " REST, "\",\" or \"}\" was expected"},
		{"{\"a\": {1: 1}, \"start\": [0], " REST, "a string was expected"},
		{"{\"a\" 1}", "\":\" was expected"},
		{"{curly braces of a SubRip file}\n00:00:01,000 --> 00:00:02,000\nx\n", "a string was expected"},
	};
	struct transcript t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		convert_text(&t, rows[i].text, strlen(rows[i].text));
		assert_int_equal(t.finding, FINDING_SJSON_INVALID);
		if (!strstr(t.reason, rows[i].reason))
			print_error("%s\n%s\n", rows[i].text, t.reason);
		assert_non_null(strstr(t.reason, rows[i].reason));
		assert_int_equal(t.sjson.len, 0);
		transcript_clear(&t);
	}
}

static void convert_rejects_a_nul_behind_the_end(void **state)
{
	static const char text[] = "{\"start\": [], \"end\": [], \"text\": []}";
	struct transcript t;

	(void)state;
	convert_text(&t, text, sizeof(text));
	assert_int_equal(t.finding, FINDING_SJSON_INVALID);
	transcript_clear(&t);
}

static void convert_survives_a_million_levels(void **state)
{
	enum { DEPTH = 1000000 };
	static const char head[] = "{\"a\": ", tail[] = ", \"start\": [], \"end\": [], \"text\": []}";
	struct buf text = BUF_INIT;
	struct transcript t;

	(void)state;
	buf_add_text(&text, head);
	for (int i = 0; i < DEPTH; i++)
		buf_add_text(&text, i & 1 ? "[" : "{\"\":");
	buf_add_char(&text, '1');
	for (int i = DEPTH - 1; i >= 0; i--)
		buf_add_char(&text, i & 1 ? ']' : '}');
	buf_add_text(&text, tail);
	convert_text(&t, text.data, text.len);
	assert_int_equal(t.finding, FINDING_TRANSCRIPT_EMPTY);
	transcript_clear(&t);
	text.data[text.len - sizeof(tail)] = ']';
	convert_text(&t, text.data, text.len);
	assert_int_equal(t.finding, FINDING_SJSON_INVALID);
	transcript_clear(&t);
	buf_clear(&text);
}

static void cues_reads_numbers_and_texts(void **state)
{
	static const char text[] =
		"{\"text\": [\"a\\n\\u00e9\\ud83d\\ude00\\\"\\/\", null, \"\\ud83dx\\udc00\\u0000z\"], "
		"\"x\": [[]], \"end\": [1.5, -2e3, 3], \"start\": [0,1,2 ]}";
	struct cues cues;
	struct error err;

	(void)state;
	cues_init(&cues);
	assert_int_equal(transcript_cues(&cues, text, sizeof(text) - 1, &err), RESULT_OK);
	assert_int_equal(cues.count, 3);
	assert_true(cues.items[0].start == 0 && cues.items[0].end == 1.5);
	assert_true(cues.items[1].start == 1 && cues.items[1].end == -2000);
	assert_string_equal(cues_text(&cues, 0), "a\né😀\"/");
	assert_string_equal(cues_text(&cues, 1), "");
	assert_int_equal(cues.items[2].text_len, 9);
	assert_memory_equal(cues_text(&cues, 2), "\xEF\xBF\xBDx\xEF\xBF\xBD\0z", 10);
	assert_int_equal(transcript_cues(&cues, "{}", 2, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "there is no \"start\""));
	assert_int_equal(cues.count, 0);
	cues_clear(&cues);
}

static void string_is_compares_decoded(void **state)
{
	(void)state;
	assert_true(json_string_is("text", 4, "text"));
	assert_true(json_string_is("\\u0074\\u0065xt", 14, "text"));
	assert_false(json_string_is("texts", 5, "text"));
	assert_false(json_string_is("tex", 3, "text"));
	assert_false(json_string_is("text\\u0000", 10, "text"));
	assert_false(json_string_is("t\\ud83d\\ude00", 13, "text"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convert_passes_sjson_byte_for_byte),
		cmocka_unit_test(convert_rejects_what_is_no_sjson),
		cmocka_unit_test(convert_rejects_a_nul_behind_the_end),
		cmocka_unit_test(convert_survives_a_million_levels),
		cmocka_unit_test(cues_reads_numbers_and_texts),
		cmocka_unit_test(string_is_compares_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
