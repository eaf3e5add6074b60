/* Values out of documents of others: what is of another type is not there. */
#include "config.h"

#include "tests/unit/bson_maker.h"

#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"

static void value_find_looks_at_one_level(void **state)
{
	bson_t *document = bson_maker("{'a': {'b': 1, 'c': [7, 8]}, 'b': 2, 'a.b': 3}");
	bson_iter_t at, below;

	(void)state;
	assert_true(value_find(document, "b", &at));
	assert_int_equal(bson_iter_int32(&at), 2);
	assert_false(value_below(&at, "b", &below));
	assert_true(value_find(document, "a.b", &at));
	assert_int_equal(bson_iter_int32(&at), 3);
	assert_false(value_find(document, "c", &at));
	assert_true(value_find(document, "a", &at));
	assert_true(value_below(&at, "b", &below));
	assert_int_equal(bson_iter_int32(&below), 1);
	assert_false(value_below(&at, "d", &below));
	assert_true(value_below(&at, "c", &at));
	assert_true(value_below(&at, "1", &below));
	assert_int_equal(bson_iter_int32(&below), 8);
	assert_false(value_below(&at, "2", &below));
	bson_destroy(document);
}

static void value_clean_keeps_text_and_marks_the_rest(void **state)
{
#define ROW(from, to)                                                                              \
	{                                                                                          \
		from, sizeof(from) - 1, to                                                         \
	}
#define MARK "\xEF\xBF\xBD"
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} table[] = {
	    ROW("", ""),
	    ROW("plain", "plain"),
	    ROW("caf\xC3\xA9 \xF0\x9F\x98\x80\n", "caf\xC3\xA9 \xF0\x9F\x98\x80\n"),
	    ROW("a\0b", "a" MARK "b"),
	    ROW("\0", MARK),
	    ROW("caf\xE9", "caf" MARK),
	    ROW("\xC3", MARK),
	    ROW("\xED\xA0\x80", MARK MARK MARK), /* a surrogate */
	    ROW("\xC0\x80x", MARK MARK "x"),	 /* an overlong NUL */
	    ROW("\xE4\xBD\xA0\xFF\xE4\xBD", "\xE4\xBD\xA0" MARK MARK MARK),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		char *text = value_clean(table[i].bytes, table[i].len);

		assert_non_null(text);
		assert_string_equal(text, table[i].text);
		free(text);
	}
}

static void value_text_is_text_only(void **state)
{
	static const char *const others[] = {"null",
					     "5",
					     "1.5",
					     "true",
					     "[]",
					     "{}",
					     "{'$oid': '0123456789abcdef01234567'}",
					     "{'$date': {'$numberLong': '1'}}",
					     "{'$undefined': true}",
					     "{'$symbol': 's'}"};
	bson_t *document = bson_maker("{'t': 'text', 'e': ''}");
	bson_t odd = BSON_INITIALIZER;
	bool failed = false;
	bson_iter_t at;
	char *text;

	(void)state;
	assert_true(value_find(document, "t", &at));
	text = value_text(&at, &failed);
	assert_string_equal(text, "text");
	free(text);
	text = value_text_of(document, "e", "fallback");
	assert_string_equal(text, "");
	free(text);
	text = value_text_of(document, "x", "fallback");
	assert_string_equal(text, "fallback");
	free(text);
	bson_destroy(document);

	assert_true(bson_append_utf8(&odd, "t", -1, "a\0\xFF", 3));
	text = value_text_of(&odd, "t", "");
	assert_string_equal(text, "a" MARK MARK);
	free(text);
	bson_destroy(&odd);

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		char json[128];

		snprintf(json, sizeof(json), "{'v': %s}", others[i]);
		document = bson_maker(json);
		assert_true(value_find(document, "v", &at));
		assert_null(value_text(&at, &failed));
		text = value_text_of(document, "v", "fallback");
		assert_string_equal(text, "fallback");
		free(text);
		bson_destroy(document);
	}
	assert_false(failed);
}

static void value_size_is_whole_and_not_negative(void **state)
{
	static const struct {
		const char *value;
		int64_t size; /* -1: none */
	} table[] = {
	    {"0", 0},
	    {"2147483647", 2147483647},
	    {"{'$numberLong': '9223372036854775807'}", INT64_MAX},
	    {"{'$numberDouble': '261120.0'}", 261120},
	    {"{'$numberDouble': '-0.0'}", 0},
	    {"{'$numberDouble': '9007199254740992.0'}", INT64_C(9007199254740992)},
	    {"-1", -1},
	    {"{'$numberLong': '-9223372036854775808'}", -1},
	    {"{'$numberDouble': '0.5'}", -1},
	    {"{'$numberDouble': '-1.0'}", -1},
	    {"{'$numberDouble': '9223372036854775808.0'}", -1},
	    {"{'$numberDouble': '1e300'}", -1},
	    {"{'$numberDouble': 'Infinity'}", -1},
	    {"{'$numberDouble': 'NaN'}", -1},
	    {"'5'", -1},
	    {"null", -1},
	    {"true", -1},
	    {"{'$numberDecimal': '5'}", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int64_t size = -7;
		bson_t *document;
		char json[128];
		bool found;

		snprintf(json, sizeof(json), "{'n': %s}", table[i].value);
		document = bson_maker(json);
		found = value_size_of(document, "n", &size);
		if (found != (table[i].size >= 0) || (found && size != table[i].size))
			fail_msg("%s reads as %d, %lld", json, found, (long long)size);
		assert_true(found || size == -7);
		assert_false(value_size_of(document, "m", &size));
		bson_destroy(document);
	}
}

static void value_oid_and_date_take_their_own_type(void **state)
{
	bson_t *document = bson_maker("{'o': {'$oid': '0123456789abcdef01234567'}, 'n': null, "
				      "'s': '0123456789abcdef01234567', "
				      "'d': {'$date': {'$numberLong': '-1500'}}, 'i': 5}");
	static const char *const not_oids[] = {"n", "s", "d", "i", "x"};
	static const char *const not_dates[] = {"n", "s", "o", "i", "x"};
	bson_oid_t oid;
	int64_t date;
	char hex[25];

	(void)state;
	assert_true(value_oid_of(document, "o", &oid));
	bson_oid_to_string(&oid, hex);
	assert_string_equal(hex, "0123456789abcdef01234567");
	assert_true(value_date_of(document, "d", &date));
	assert_true(date == -1500);
	for (size_t i = 0; i < 5; i++) {
		assert_false(value_oid_of(document, not_oids[i], &oid));
		assert_false(value_date_of(document, not_dates[i], &date));
	}
	bson_destroy(document);
}

static void value_document_is_a_view(void **state)
{
	bson_t *document = bson_maker("{'d': {'a': 1}, 'l': [1], 'n': null}");
	bson_iter_t at;
	bson_t view;

	(void)state;
	assert_true(value_find(document, "d", &at));
	assert_true(value_document(&at, &view));
	assert_true(bson_get_data(&view) > bson_get_data(document));
	assert_true(bson_get_data(&view) + view.len < bson_get_data(document) + document->len);
	assert_true(value_find(&view, "a", &at));
	assert_true(value_find(document, "l", &at));
	assert_false(value_document(&at, &view));
	assert_true(value_find(document, "n", &at));
	assert_false(value_document(&at, &view));
	bson_destroy(document);
}

static size_t broken_seen, whole_seen;

static void read_broken(const bson_t *document)
{
	bson_iter_t at, below;
	bool failed = false;
	bson_t view;
	int64_t number;

	assert_true(bson_iter_init(&at, document));
	while (bson_iter_next(&at)) {
		free(value_text(&at, &failed));
		if (value_document(&at, &view))
			free(value_text_of(&view, "t", ""));
		if (value_enter(&at, &below))
			while (bson_iter_next(&below))
				free(value_text(&below, &failed));
	}
	assert_false(failed);
	*(value_broken(&at) ? &broken_seen : &whole_seen) += 1;
	value_size_of(document, "n", &number);
	value_date_of(document, "n", &number);
}

static void value_reads_no_further_than_the_document(void **state)
{
	bson_t *document = bson_maker("{'t': 'text', 'd': {'t': 'x', 'l': ['a', {'b': 'c'}]}, "
				      "'n': {'$numberLong': '1'}}");
	bson_iter_t at, below;
	bson_t view;

	(void)state;
	assert_true(bson_iter_init(&at, document));
	while (bson_iter_next(&at))
		;
	assert_false(value_broken(&at));
	bson_maker_break(document, read_broken);
	assert_true(broken_seen > 50);
	bson_destroy(document);

	/* a document inside that does not end where it says */
	document = bson_maker("{'d': {'t': 'text'}, 'e': 1}");
	bson_maker_write(document, "text", 0, 7);
	assert_true(value_find(document, "d", &at));
	assert_false(value_enter(&at, &below));
	assert_false(value_below(&at, "t", &below));
	assert_false(value_document(&at, &view));
	assert_true(value_find(document, "e", &at));
	bson_destroy(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(value_find_looks_at_one_level),
	    cmocka_unit_test(value_clean_keeps_text_and_marks_the_rest),
	    cmocka_unit_test(value_text_is_text_only),
	    cmocka_unit_test(value_size_is_whole_and_not_negative),
	    cmocka_unit_test(value_oid_and_date_take_their_own_type),
	    cmocka_unit_test(value_document_is_a_view),
	    cmocka_unit_test(value_reads_no_further_than_the_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
