/* The table of domain 6.3, row by row, in its 1.x column; and what it leaves unsaid. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/format/transcript.h"

#define TIMES "00:00:01,000 --> 00:00:02,000\n"
#define ONE(text) "{\"start\": [1000], \"end\": [2000], \"text\": [\"" text "\"]}"
#define NONE "{\"start\": [], \"end\": [], \"text\": []}"

/* @sjson NULL: rejected, at @line, for a reason with @words in it. */
struct row {
	const char *name, *input, *sjson;
	unsigned long line;
	const char *words;
};

static void check(const struct row *row, const char *input, size_t len)
{
	struct transcript t;

	transcript_init(&t);
	assert_int_equal(transcript_convert(&t, input, len, 1 << 20, NULL), RESULT_OK);
	assert_int_equal(t.format, TRANSCRIPT_SUBRIP);
	if (row->sjson) {
		if (t.finding == FINDING_SRT_INVALID || strcmp(buf_text(&t.sjson), row->sjson))
			print_error("%s: line %lu: %s\n", row->name, t.line, t.reason);
		assert_string_equal(buf_text(&t.sjson), row->sjson);
		assert_int_equal(t.finding, t.cues ? FINDING_NONE : FINDING_TRANSCRIPT_EMPTY);
		assert_int_equal(t.sjson.len, strlen(row->sjson));
	} else {
		if (t.finding != FINDING_SRT_INVALID || t.line != row->line ||
		    !strstr(t.reason, row->words))
			print_error("%s: line %lu: %s\n", row->name, t.line, t.reason);
		assert_int_equal(t.finding, FINDING_SRT_INVALID);
		assert_int_equal(t.line, row->line);
		assert_non_null(strstr(t.reason, row->words));
		assert_int_equal(t.sjson.len, 0);
	}
	transcript_clear(&t);
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&rows[i], rows[i].input, strlen(rows[i].input));
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void convert_reads_blocks_as_pysrt(void **state)
{
	static const struct row rows[] = {
		{"empty", "", NONE, 0, NULL},
		{"blank only", " \n\t\r\n\xE3\x80\x80\n", NONE, 0, NULL},
		{"usual", "1\n" TIMES "Hello\nthere\n\n2\n00:00:03,500 --> 01:00:00,000\nx\n",
		 "{\"start\": [1000, 3500], \"end\": [2000, 3600000], \"text\": [\"Hello there\", \"x\"]}",
		 0, NULL},
		{"missing index line", TIMES "x\n", ONE("x"), 0, NULL},
		{"index is text", "first one\n" TIMES "x\n", ONE("x"), 0, NULL},
		{"index has a second BOM", "\xEF\xBB\xBF\xEF\xBB\xBF" "1\n" TIMES "x\n", ONE("x"), 0, NULL},
		{"two lines before the times", "1\n2\n" TIMES "x\n", NULL, 1, "no \"-->\" in \"2\""},
		{"cue with no text", "1\n" TIMES "\n", ONE(""), 0, NULL},
		{"cue with no text at the end", "1\n" TIMES, ONE(""), 0, NULL},
		{"lone number", "1\n" TIMES "x\n\n2\n", NULL, 5, "one line only: \"2\""},
		{"lone times", TIMES, NULL, 1, "one line only"},
		{"stray paragraph", "\n\n1\n" TIMES "x\n\nstray\n\n", NULL, 7, "one line only: \"stray\""},
		{"stray paragraph of two lines", "1\n" TIMES "x\n\nstray\nlines\n", NULL, 5,
		 "no \"-->\" in \"lines\""},
		{"blank line inside text", "1\n" TIMES "x\n\ny\nz\n", NULL, 5, "no \"-->\""},
		{"spaces inside text", "1\n" TIMES "x\n \t\ny\nz\n", NULL, 5, "no \"-->\""},
		{"NBSP inside text", "1\n" TIMES "x\n\xC2\xA0\ny\nz\n", NULL, 5, "no \"-->\""},
		{"U+200B inside text", "1\n" TIMES "x\n\xE2\x80\x8B\ny\n", ONE("x \\u200b y"), 0, NULL},
		{"no final newline", "1\n" TIMES "x", ONE("x"), 0, NULL},
		{"CRLF", "1\r\n00:00:01,000 --> 00:00:02,000\r\nx\r\ny\r\n\r\n", ONE("x y"), 0, NULL},
		{"CR only", "1\r00:00:01,000 --> 00:00:02,000\rx\r\r", ONE("x"), 0, NULL},
		{"leading blank lines", "\n\r\n \n1\n" TIMES "x\n", ONE("x"), 0, NULL},
		{"arrow inside text", "1\n" TIMES "a --> b\nc-->d\n", ONE("a --> b c-->d"), 0, NULL},
		{"WEBVTT header", "WEBVTT\n\n" TIMES "x\n", NULL, 1, "one line only: \"WEBVTT\""},
		{"lines counted as an editor does", "1\r" TIMES "x\xE2\x80\xA8y\r\n\v\n2\n", NULL, 5,
		 "one line only"},
		{"white space at both ends", "1\n" TIMES "  x \t\n\ty\xC2\xA0\n", ONE("  x \\ty"), 0, NULL},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void convert_reads_times_as_pysrt(void **state)
{
	static const struct {
		const char *time;
		const char *ms; /* NULL: InvalidTimeString */
	} rows[] = {
		{"00:00:6,500", "6500"}, {"00:00:01.000", "1000"}, {"00:00:01:000", "1000"},
		{"00,00,02,000", "2000"}, {"00:00:06,5", "6005"}, {"00:00:06", NULL}, {"00:06,500", NULL},
		{"00:00:00:06,500", NULL}, {"-00:00:01,000", "1000"}, {"00:00:-1,000", "-1000"},
		{"00:00:1a,000", "1000"}, {"::,", "0"}, {"00:00:,", "0"}, {"00:00:1_0,000", "10000"},
		{"00:00:1__0,000", "1000"}, {"00:00:_1,000", "0"}, {"00:00:1_,000", "1000"},
		{"00:75:00,1000", "4501000"}, {"00:00:+1,000", "1000"}, {"00:00:+ 1,000", "0"},
		{"00:00:٣,५", "3005"}, {"00:00:３x,000", "3000"}, {"00:00:², 1", "1"},
		{"00:00:Ⅷ1,\xC2\xA0" "7", "7"}, {"00:00:7\x1F,1", "7001"},
		{"00:00:\x1F" "7,1", "1"}, {"00:00:1 2,3", "1003"},
		{"99999:00:00,000", "359996400000"}, {"0:0:0,-9223372036854775808", "-9223372036854775808"},
		{"0:0:0,-9223372036854775809", "-9223372036854775809"},
		{"0:0:0,9223372036854775807", "9223372036854775807"},
		{"123456789012345678901234567890:0:1,-1", "444444440444444444044444444404000999"},
		{"-3000000000000:0:0,0", "-10800000000000000000"}, {"00:00:01;000", NULL}, {"0", NULL},
		{"000000000000000000:00:01,0", "1000"},
	};
	char input[256], sjson[256];
	struct row row;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(input, sizeof(input), "1\n%s-->00:00:00,000\nx\n", rows[i].time);
		snprintf(sjson, sizeof(sjson), "{\"start\": [%s], \"end\": [0], \"text\": [\"x\"]}",
			 rows[i].ms ? rows[i].ms : "");
		row = (struct row){rows[i].time, input, rows[i].ms ? sjson : NULL, 1,
				   "the start time is not HH:MM:SS,mmm"};
		check_rows(&row, 1);
	}
}

static void convert_reads_the_line_of_times_as_pysrt(void **state)
{
	static const struct row rows[] = {
		{"no spaces", "1\n00:00:01,000-->00:00:02,000\nx\n", ONE("x"), 0, NULL},
		{"position", "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2\nx\n", ONE("x"), 0, NULL},
		{"position after TAB", "1\n00:00:01,000 --> 00:00:02,000\tX1:1\nx\n", NULL, 1, "end time"},
		{"plain position after TAB", "1\n00:00:01,000 --> 00:00:02,000\tabc\nx\n",
		 ONE("x"), 0, NULL},
		{"short arrow", "1\n00:00:01,000 -> 00:00:02,000\nx\n", NULL, 1, "no \"-->\""},
		{"two arrows", "1\n00:00:01,000 --> 00:00:02,000 --> x\nx\n", NULL, 1,
		 "more than one \"-->\""},
		{"long arrow", "1\n00:00:01,000 ---> 00:00:02,000\nx\n", ONE("x"), 0, NULL},
		{"no times", "1\n-->\nx\n", "{\"start\": [0], \"end\": [0], \"text\": [\"x\"]}", 0, NULL},
		{"blank times", "1\n \t--> \xC2\xA0\nx\n",
		 "{\"start\": [0], \"end\": [0], \"text\": [\"x\"]}", 0, NULL},
		{"arrow and text only", "-->\nx\n",
		 "{\"start\": [0], \"end\": [0], \"text\": [\"x\"]}", 0, NULL},
		{"bad start", "1\n00:01 --> 00:00:02,000\nx\n", NULL, 1,
		 "the start time is not HH:MM:SS,mmm: \"00:01\""},
		{"leading spaces", "1\n  00:00:01,000   -->   00:00:02,000  \nx\n", ONE("x"), 0, NULL},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void convert_breaks_lines_where_python_does(void **state)
{
	static const char *const breaks[] = {
		"\n", "\r", "\r\n", "\v", "\f", "\x1C", "\x1D", "\x1E", "\xC2\x85", "\xE2\x80\xA8",
		"\xE2\x80\xA9",
	};
	static const char *const others[] = {"\x1F", "\xC2\x84", "\xC2\x86", "\xE2\x80\xA7",
						    "\xE2\x80\xAA"};
	static const char *const escaped[] = {"\\u001f", "\\u0084", "\\u0086", "\\u2027", "\\u202a"};
	char input[256], sjson[128];
	struct row row;

	(void)state;
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		const char *b = breaks[i];

		snprintf(input, sizeof(input), "1%s00:00:01,000 --> 00:00:02,000%sx%sy%s%s", b, b, b, b, b);
		row = (struct row){"break", input, ONE("x y"), 0, NULL};
		check_rows(&row, 1);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(input, sizeof(input), "1\n" TIMES "x%sy\n", others[i]);
		snprintf(sjson, sizeof(sjson), ONE("x%sy"), escaped[i]);
		row = (struct row){"no break", input, sjson, 0, NULL};
		check_rows(&row, 1);
	}
}

static void convert_keeps_and_escapes_what_json_escapes(void **state)
{
	static const char input[] = "1\n" TIMES "<b>\"q\" \\ /</b> &amp; "
				    "\0\x01\b\t\x1B\x7F é 你 \U0001F600 \xEF\xBF\xBF\n";
	static const struct row row = {
		"escapes", NULL,
		ONE("<b>\\\"q\\\" \\\\ /</b> &amp; \\u0000\\u0001\\b\\t\\u001b\\u007f \\u00e9 \\u4f60 "
		    "\\ud83d\\ude00 \\uffff"), 0, NULL};

	(void)state;
	check(&row, input, sizeof(input) - 1);
}

/* Python refuses to read or write more than 4,300 digits; the platform then stores nothing. */
static void convert_rejects_more_digits_than_python(void **state)
{
	static const struct {
		int digits;
		const char *before, *after;
		bool accepted;
	} rows[] = {
		{4300, "0:0:0,", "", true},  {4301, "0:0:0,", "", false}, {4300, "", ":0:0,0", false},
		{4293, "", ":0:0,0", true},  {4301, "0:0:0,-", "", true}, {4301, "0:0:0,1_", "", true},
		{4301, "0:0:0,+", "x", true},
	};
	char digits[4400], input[8192];
	struct transcript t;

	(void)state;
	transcript_init(&t);
	memset(digits, '1', sizeof(digits));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(input, sizeof(input), "\n1\n0:0:0,0 --> %s%.*s%s\nx\n", rows[i].before,
			 rows[i].digits, digits, rows[i].after);
		assert_int_equal(transcript_convert(&t, input, strlen(input), sizeof(input), NULL),
				 RESULT_OK);
		assert_int_equal(t.finding, rows[i].accepted ? FINDING_NONE : FINDING_SRT_INVALID);
		assert_int_equal(t.line, rows[i].accepted ? 0 : 2);
	}
	transcript_clear(&t);
}

static void convert_cuts_a_long_quote_on_a_character(void **state)
{
	struct transcript t;
	char input[400];
	size_t len = 0;

	(void)state;
	transcript_init(&t);
	for (int i = 0; i < 100; i++) {
		memcpy(input + len, "你", 3);
		len += 3;
	}
	assert_int_equal(transcript_convert(&t, input, len, 1000, NULL), RESULT_OK);
	assert_int_equal(t.finding, FINDING_SRT_INVALID);
	assert_non_null(strstr(t.reason, "你…\""));
	transcript_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convert_reads_blocks_as_pysrt),
		cmocka_unit_test(convert_reads_times_as_pysrt),
		cmocka_unit_test(convert_reads_the_line_of_times_as_pysrt),
		cmocka_unit_test(convert_breaks_lines_where_python_does),
		cmocka_unit_test(convert_keeps_and_escapes_what_json_escapes),
		cmocka_unit_test(convert_rejects_more_digits_than_python),
		cmocka_unit_test(convert_cuts_a_long_quote_on_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
