#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/format/transcript.h"

#define HEAD "1\n00:00:01,000 --> 00:00:02,000\n"
#define ONE(text) "{\"start\": [1000], \"end\": [2000], \"text\": [\"" text "\"]}"
#define NONE "{\"start\": [], \"end\": [], \"text\": []}"
#define LIMIT (1 << 20)

static void convert(struct transcript *t, const char *bytes, size_t len, size_t limit)
{
	transcript_init(t);
	assert_int_equal(transcript_convert(t, bytes, len, limit, NULL), RESULT_OK);
}

/* @text (UTF-8 up to U+FFFF) as UTF-16 or UTF-32 behind a BOM. */
static void widen(struct buf *out, const char *text, int unit, bool big)
{
	const unsigned char *c = (const unsigned char *)text;
	unsigned uc = 0xFEFF;

	for (;;) {
		for (int i = 0; i < unit; i++) {
			int shift = 8 * (big ? unit - 1 - i : i);

			buf_add_char(out, shift < 16 ? (char)(uc >> shift) : '\0');
		}
		if (!*c)
			return;
		if (*c < 0x80) {
			uc = *c++;
		} else if (*c < 0xE0) {
			uc = (c[0] & 0x1Fu) << 6 | (c[1] & 0x3Fu);
			c += 2;
		} else {
			uc = (c[0] & 0x0Fu) << 12 | (c[1] & 0x3Fu) << 6 | (c[2] & 0x3Fu);
			c += 3;
		}
	}
}

/* The peer's fixture: a newline first, cues from 0 on, a short second, Chinese, a last newline. */
static void convert_gives_the_acceptance_fixture(void **state)
{
	static const char text[] = "\n0\n00:00:00,270 --> 00:00:02,720\n今天我们谈水\n\n"
				   "1\n00:00:02,720 --> 00:00:05,430\n河流从山上来\n\n"
				   "2\n00:00:6,500 --> 00:00:08,600\n最后流进大海\n";
	struct transcript t;

	(void)state;
	convert(&t, text, sizeof(text) - 1, LIMIT);
	assert_int_equal(t.finding, FINDING_NONE);
	assert_int_equal(t.cues, 3);
	assert_null(t.encoding);
	assert_string_equal(buf_text(&t.sjson),
		"{\"start\": [270, 2720, 6500], \"end\": [2720, 5430, 8600], \"text\": "
		"[\"\\u4eca\\u5929\\u6211\\u4eec\\u8c08\\u6c34\", "
		"\"\\u6cb3\\u6d41\\u4ece\\u5c71\\u4e0a\\u6765\", "
		"\"\\u6700\\u540e\\u6d41\\u8fdb\\u5927\\u6d77\"]}");
	transcript_clear(&t);
	transcript_clear(&t);
}

static void convert_reads_every_encoding_by_its_bom(void **state)
{
	static const struct {
		int unit;
		bool big;
		const char *name;
	} rows[] = {
		{2, false, "UTF-16LE"}, {2, true, "UTF-16BE"}, {4, false, "UTF-32LE"}, {4, true, "UTF-32BE"},
	};
	struct buf wide = BUF_INIT;
	struct transcript t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&wide);
		widen(&wide, HEAD "né 水\n", rows[i].unit, rows[i].big);
		convert(&t, wide.data, wide.len, LIMIT);
		assert_int_equal(t.finding, FINDING_NONE);
		assert_string_equal(buf_text(&t.sjson), ONE("n\\u00e9 \\u6c34"));
		assert_string_equal(t.encoding, rows[i].name);
		transcript_clear(&t);
		/* cut in the middle of a unit */
		convert(&t, wide.data, wide.len - 1, LIMIT);
		assert_int_equal(t.finding, FINDING_SRT_INVALID);
		assert_non_null(strstr(t.reason, rows[i].name));
		assert_int_equal(t.line, 0);
		transcript_clear(&t);
		/* the BOM alone is an empty file */
		convert(&t, wide.data, (size_t)rows[i].unit, LIMIT);
		assert_int_equal(t.finding, FINDING_TRANSCRIPT_EMPTY);
		transcript_clear(&t);
		/* SJSON must be UTF-8 */
		buf_reset(&wide);
		widen(&wide, " " NONE, rows[i].unit, rows[i].big);
		convert(&t, wide.data, wide.len, LIMIT);
		assert_int_equal(t.finding, FINDING_SJSON_INVALID);
		assert_non_null(strstr(t.reason, rows[i].name));
		transcript_clear(&t);
	}
	buf_clear(&wide);
}

static void convert_rejects_what_its_bom_cannot_read(void **state)
{
#define ROW(bytes) {bytes, sizeof(bytes) - 1}
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		ROW("\xFF\xFE\x00\xD8"), ROW("\xFF\xFE\x00\xD8" "a\0"), ROW("\xFF\xFE\x00\xDC"),
		ROW("\xFE\xFF\xD8\x00\xD8\x00"), ROW("\xFF\xFE\0\0\x00\xD8\0\0"),
		ROW("\xFF\xFE\0\0\0\0\x11\0"), ROW("\0\0\xFE\xFF\0\x11\0\0"),
		ROW("\xEF\xBB\xBF" HEAD "caf\xE9\n"),
	};
	struct transcript t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		convert(&t, rows[i].bytes, rows[i].len, LIMIT);
		assert_int_equal(t.finding, FINDING_SRT_INVALID);
		assert_non_null(strstr(t.reason, "its BOM says"));
		transcript_clear(&t);
	}
}

static void convert_reads_surrogate_pairs(void **state)
{
	struct buf wide = BUF_INIT;
	struct transcript t;

	(void)state;
	widen(&wide, HEAD, 2, true);
	buf_add(&wide, "\xD8\x3D\xDE\x00", 4);
	convert(&t, wide.data, wide.len, LIMIT);
	assert_string_equal(buf_text(&t.sjson), ONE("\\ud83d\\ude00"));
	transcript_clear(&t);
	buf_clear(&wide);
}

static void convert_falls_back_to_single_bytes(void **state)
{
	static const char windows[] = HEAD "it\x92s \x80 \x81\x8D\x8F\x90\x9D \x9F caf\xE9\n";
	static const char latin[] = HEAD "caf\xE9 \xFF\n";
	struct transcript t;

	(void)state;
	convert(&t, windows, sizeof(windows) - 1, LIMIT);
	assert_int_equal(t.finding, FINDING_NONE);
	assert_string_equal(t.encoding, "Windows-1252");
	assert_string_equal(buf_text(&t.sjson),
			    ONE("it\\u2019s \\u20ac \\u0081\\u008d\\u008f\\u0090\\u009d \\u0178 caf\\u00e9"));
	transcript_clear(&t);
	convert(&t, latin, sizeof(latin) - 1, LIMIT);
	assert_string_equal(t.encoding, "Latin-1");
	assert_string_equal(buf_text(&t.sjson), ONE("caf\\u00e9 \\u00ff"));
	transcript_clear(&t);
	convert(&t, "{\"text\": \"caf\xE9\"}", 15, LIMIT);
	assert_int_equal(t.finding, FINDING_SJSON_INVALID);
	assert_null(t.encoding);
	transcript_clear(&t);
}

static void convert_drops_a_utf8_bom(void **state)
{
	static const char subrip[] = "\xEF\xBB\xBF" HEAD "x\n";
	static const char sjson[] = "\xEF\xBB\xBF" ONE("x") "\n";
	struct transcript t;

	(void)state;
	convert(&t, subrip, sizeof(subrip) - 1, LIMIT);
	assert_string_equal(buf_text(&t.sjson), ONE("x"));
	assert_null(t.encoding);
	transcript_clear(&t);
	convert(&t, sjson, sizeof(sjson) - 1, LIMIT);
	assert_int_equal(t.finding, FINDING_NONE);
	assert_string_equal(buf_text(&t.sjson), ONE("x") "\n");
	assert_string_equal(t.encoding, "UTF-8 with BOM");
	transcript_clear(&t);
}

static void convert_tells_emptiness(void **state)
{
	static const struct {
		const char *bytes, *sjson;
		enum transcript_format format;
	} rows[] = {
		{"", NONE, TRANSCRIPT_SUBRIP}, {"\n \n", NONE, TRANSCRIPT_SUBRIP},
		{"\xEF\xBB\xBF", NONE, TRANSCRIPT_SUBRIP}, {NONE "\n", NONE "\n", TRANSCRIPT_SJSON},
	};
	struct transcript t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		convert(&t, rows[i].bytes, strlen(rows[i].bytes), LIMIT);
		assert_int_equal(t.finding, FINDING_TRANSCRIPT_EMPTY);
		assert_int_equal(t.format, rows[i].format);
		assert_string_equal(buf_text(&t.sjson), rows[i].sjson);
		assert_int_equal(t.cues, 0);
		transcript_clear(&t);
	}
}

/* Source and output each: exactly the limit is allowed, one byte more is not. */
static void convert_holds_the_limit(void **state)
{
	static const char subrip[] = HEAD "水水水水水水水水水水水水\n";
	const size_t output = strlen(ONE("")) + 12 * 6;
	struct transcript t;

	(void)state;
	assert_true(output > sizeof(subrip) - 1);
	convert(&t, subrip, sizeof(subrip) - 1, output);
	assert_int_equal(t.finding, FINDING_NONE);
	assert_int_equal(t.sjson.len, output);
	transcript_clear(&t);
	convert(&t, subrip, sizeof(subrip) - 1, output - 1);
	assert_int_equal(t.finding, FINDING_TRANSCRIPT_TOO_LARGE);
	assert_non_null(strstr(t.reason, "its SJSON is larger"));
	assert_int_equal(t.sjson.len, 0);
	transcript_clear(&t);
	convert(&t, ONE("x"), strlen(ONE("x")), strlen(ONE("x")));
	assert_int_equal(t.finding, FINDING_NONE);
	transcript_clear(&t);
	convert(&t, ONE("x"), strlen(ONE("x")), strlen(ONE("x")) - 1);
	assert_int_equal(t.finding, FINDING_TRANSCRIPT_TOO_LARGE);
	transcript_clear(&t);
	convert(&t, "", 0, strlen(NONE));
	assert_int_equal(t.finding, FINDING_TRANSCRIPT_EMPTY);
	transcript_clear(&t);
	convert(&t, "", 0, strlen(NONE) - 1);
	assert_int_equal(t.finding, FINDING_TRANSCRIPT_TOO_LARGE);
	transcript_clear(&t);
}

static void convert_forgets_the_file_before(void **state)
{
	struct transcript t;

	(void)state;
	convert(&t, "x\ny\n", 4, LIMIT);
	assert_int_equal(t.finding, FINDING_SRT_INVALID);
	assert_int_equal(transcript_convert(&t, HEAD "x\n", strlen(HEAD "x\n"), LIMIT, NULL), RESULT_OK);
	assert_int_equal(t.finding, FINDING_NONE);
	assert_string_equal(t.reason, "");
	assert_int_equal(t.line, 0);
	assert_string_equal(buf_text(&t.sjson), ONE("x"));
	transcript_clear(&t);
}

static void cues_of_subrip_are_those_of_its_sjson(void **state)
{
	static const char text[] = HEAD "a\0\"é\n😀 b\n\n2\n-->0:0:0,99999999999999999999\n";
	struct cues a, b;
	struct transcript t;
	struct error err;

	(void)state;
	cues_init(&a);
	cues_init(&b);
	convert(&t, text, sizeof(text) - 1, LIMIT);
	assert_int_equal(transcript_cues(&a, text, sizeof(text) - 1, &err), RESULT_OK);
	assert_int_equal(transcript_cues(&b, t.sjson.data, t.sjson.len, &err), RESULT_OK);
	assert_int_equal(a.count, 2);
	assert_int_equal(b.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(a.items[i].start == b.items[i].start && a.items[i].end == b.items[i].end);
		assert_int_equal(a.items[i].text_len, b.items[i].text_len);
		assert_memory_equal(cues_text(&a, i), cues_text(&b, i), a.items[i].text_len + 1);
	}
	assert_true(a.items[1].end == 1e20);
	assert_int_equal(transcript_cues(&a, "1\nx\n", 4, &err), RESULT_INVALID);
	assert_string_equal(err.text, "line 1: no \"-->\" in \"x\"");
	assert_int_equal(transcript_cues(&a, "\xFF\xFEx", 3, &err), RESULT_INVALID);
	cues_clear(&a);
	cues_clear(&a);
	cues_clear(&b);
	transcript_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convert_gives_the_acceptance_fixture),
		cmocka_unit_test(convert_reads_every_encoding_by_its_bom),
		cmocka_unit_test(convert_rejects_what_its_bom_cannot_read),
		cmocka_unit_test(convert_reads_surrogate_pairs),
		cmocka_unit_test(convert_falls_back_to_single_bytes),
		cmocka_unit_test(convert_drops_a_utf8_bom),
		cmocka_unit_test(convert_tells_emptiness),
		cmocka_unit_test(convert_holds_the_limit),
		cmocka_unit_test(convert_forgets_the_file_before),
		cmocka_unit_test(cues_of_subrip_are_those_of_its_sjson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
