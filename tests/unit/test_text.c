#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/text.h"

static void is_utf8_accepts_every_length_of_character(void **state)
{
	static const char text[] = "a\0\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"
				   "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF and a long ASCII end";

	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8(text, sizeof(text) - 1));
}

/* Each fault at every offset, so that it meets the beginning, the middle and the end of a block. */
static void is_utf8_rejects_faults_wherever_they_are(void **state)
{
	static const char *const faults[] = {
		"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", ("\xC2" "A"), "\xE0\x9F\xBF", "\xE1\x80",
		"\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80", "\xFF", "\xC3\xA9\xA9", "\xE4\xBD\xA0\xA0",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		size_t len = strlen(faults[i]);

		for (size_t at = 0; at + len <= sizeof(text); at++) {
			memset(text, 'a', sizeof(text));
			assert_true(text_is_utf8(text, sizeof(text)));
			memcpy(text + at, faults[i], len);
			assert_false(text_is_utf8(text, sizeof(text)));
			assert_false(text_is_utf8(text, at + len));
		}
	}
}

static void cut_keeps_characters_whole(void **state)
{
	(void)state;
	assert_int_equal(text_cut("abc", 3, 5), 3);
	assert_int_equal(text_cut("abc", 3, 2), 2);
	assert_int_equal(text_cut("a\xE4\xBD\xA0", 4, 3), 1);
	assert_int_equal(text_cut("a\xE4\xBD\xA0" "b", 5, 4), 4);
	assert_int_equal(text_cut("\xF0\x9F\x98\x80" "b", 5, 3), 0);
	assert_int_equal(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
	assert_int_equal(text_cut("", 0, 0), 0);
}

static void space_knows_the_set_of_python(void **state)
{
	static const uint32_t spaces[] = {
		0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x2000,
		0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
		0x2029, 0x202F, 0x205F, 0x3000,
	};
	const size_t count = sizeof(spaces) / sizeof(spaces[0]);
	size_t next = 0, len;
	char c[3];

	(void)state;
	for (uint32_t uc = 0; uc < 0x10000; uc++) {
		len = uc < 0x80 ? 1 : uc < 0x800 ? 2 : 3;
		c[0] = (char)(len == 1 ? uc : len == 2 ? 0xC0 | uc >> 6 : 0xE0 | uc >> 12);
		c[len - 1] = (char)(len == 1 ? uc : 0x80 | (uc & 0x3F));
		if (len == 3)
			c[1] = (char)(0x80 | (uc >> 6 & 0x3F));
		if (next < count && uc == spaces[next]) {
			next++;
			assert_int_equal(text_space(c, len), len);
			assert_int_equal(text_space_before(c + len, len), len);
			assert_int_equal(text_space(c, len - 1), 0);
		} else {
			assert_int_equal(text_space(c, len), 0);
			assert_int_equal(text_space_before(c + len, len), 0);
		}
	}
	assert_int_equal(next, count);
}

static void check_safe(const char *text, size_t len, const char *expected)
{
	struct buf out = BUF_INIT;

	text_add_safe(&out, text, len);
	assert_string_equal(buf_text(&out), expected);
	buf_clear(&out);
}

static void safe_disarms_what_a_terminal_obeys(void **state)
{
	(void)state;
	check_safe("plain é 你 😀", strlen("plain é 你 😀"), "plain é 你 😀");
	check_safe("a\x1B[2Jb", 6, "a␛[2Jb");
	check_safe("\0\n\t\x7F", 4, "␀␊␉␡");
	check_safe("\xC2\x9B" "31m", 5, "\xEF\xBF\xBD" "31m");
	check_safe("a\xE2\x80\xAE" "b\xE2\x81\xA6", 8, "a\xEF\xBF\xBD" "b\xEF\xBF\xBD");
	check_safe("\xD8\x9C" "b", 3, "\xEF\xBF\xBD" "b");
	check_safe("\xE2\x80\xA8\xEF\xBB\xBF\xE2\x80\x8F", 9,
		   "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
	check_safe("x\xFF\xE4\xBD", 4, "x\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void safe_copies_or_cuts(void **state)
{
	char small[8];
	char *copy = text_safe("a\nb");

	(void)state;
	assert_string_equal(copy, "a␊b");
	free(copy);
	copy = text_safe(NULL);
	assert_string_equal(copy, "");
	free(copy);
	assert_string_equal(text_safe_to(small, sizeof(small), "ab你你"), "ab你");
	assert_string_equal(text_safe_to(small, sizeof(small), "abcdefghij"), "abcdefg");
	assert_string_equal(text_safe_to(small, sizeof(small), NULL), "");
	assert_string_equal(text_safe_to(small, 1, "abc"), "");
}

static void strip_is_that_of_python(void **state)
{
	static const struct {
		const char *text, *stripped;
	} rows[] = {
		{"", ""}, {" \t\n", ""}, {"  a b ", "a b"}, {"\xE3\x80\x80" "x\xC2\xA0", "x"},
		{"\x1F" "x\x1C", "x"}, {"\xE2\x80\x8B" "x", "\xE2\x80\x8B" "x"}, {"\xFFx ", "\xFFx"},
	};
	char *copy;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		copy = text_strip(rows[i].text);
		assert_string_equal(copy, rows[i].stripped);
		free(copy);
	}
}

static void same_ignoring_case_is_ascii_only(void **state)
{
	(void)state;
	assert_true(text_same_ignoring_case("", ""));
	assert_true(text_same_ignoring_case("aBc-1_Z", "AbC-1_z"));
	assert_false(text_same_ignoring_case("abc", "abcd"));
	assert_false(text_same_ignoring_case("[", "{"));
	assert_false(text_same_ignoring_case("é", "É"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_utf8_accepts_every_length_of_character),
		cmocka_unit_test(is_utf8_rejects_faults_wherever_they_are),
		cmocka_unit_test(cut_keeps_characters_whole),
		cmocka_unit_test(space_knows_the_set_of_python),
		cmocka_unit_test(safe_disarms_what_a_terminal_obeys),
		cmocka_unit_test(safe_copies_or_cuts),
		cmocka_unit_test(strip_is_that_of_python),
		cmocka_unit_test(same_ignoring_case_is_ascii_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
