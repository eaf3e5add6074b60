#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/filter.h"

static const struct filter_field table[] = {
    {"title", FILTER_TEXT, true, NULL, "a text"},
    {"note", FILTER_TEXT, true, NULL, "another"},
    {"org", FILTER_TEXT, false, NULL, "one that words without a field do not look at"},
    {"state", FILTER_WORDS, false, "open closed half-open", "known words"},
    {"tags", FILTER_WORDS, false, NULL, "any words"},
    {"size", FILTER_NUMBER, false, NULL, "a number"},
    {"seen", FILTER_AGE, false, NULL, "an age"},
};
static const struct filter_language language = {table, sizeof(table) / sizeof(table[0])};

struct row {
	const char *title, *note, *org, *state, *tags;
	int64_t size, seen;
};

static const int64_t hour = 3600000000;
static const int64_t now = 1525228867000000;

static void get(const void *from, size_t field, struct filter_value *out)
{
	const struct row *row = from;
	const char *const texts[] = {row->title, row->note, row->org, row->state, row->tags};

	if (field < 5)
		out->text = texts[field];
	else
		out->number = field == 5 ? row->size : row->seen;
}

static bool passes(const struct row *row, const char *text)
{
	struct filter *filter;
	struct error err = {0};
	bool result;

	if (filter_parse(&filter, &language, text, &err) != RESULT_OK)
		fail_msg("\"%s\": %s", text, err.text);
	result = filter_passes(filter, get, row, now);
	filter_free(filter);
	return result;
}

#define assert_passes(row, text)                                                                   \
	do {                                                                                       \
		if (!passes(row, text))                                                            \
			fail_msg("\"%s\" does not pass", text);                                    \
	} while (0)
#define assert_stops(row, text)                                                                    \
	do {                                                                                       \
		if (passes(row, text))                                                             \
			fail_msg("\"%s\" passes", text);                                           \
	} while (0)

/* What the parser says to a text that is wrong, or not finished (@st). */
static void assert_refused(const char *text, enum result st, const char *words)
{
	struct filter *filter;
	struct error err = {0};

	assert_int_equal(filter_parse(&filter, &language, text, &err), st);
	if (strcmp(err.text, words))
		fail_msg("\"%s\": \"%s\", not \"%s\"", text, err.text, words);
	if (st != RESULT_END)
		assert_null(filter);
	filter_free(filter);
}

/* Of an unfinished text, what is left passes just the rows that @same passes. */
static void assert_unfinished(const char *text, const char *same)
{
	static const struct row rows[] = {
	    {"One", "", "MITx", "open", "a", 1, 1},
	    {"One", "", "Harvard", "closed", "b", 70, now},
	    {"Two", "", "MITx", "half-open", "", 300, 0},
	};
	struct filter *filter;
	struct error err = {0};
	enum result st = filter_parse(&filter, &language, text, &err);

	if (st != RESULT_END || !strstr(err.text, " wants "))
		fail_msg("\"%s\": %s (%s)", text, result_text(st), err.text);
	for (size_t i = 0; i < 3; i++)
		if (filter_passes(filter, get, &rows[i], now) != passes(&rows[i], same))
			fail_msg("\"%s\" is not \"%s\" for row %zu", text, same, i);
	filter_free(filter);
}

static const struct row sample = {
    .title = "Circuits and Electronics",
    .note = "na\xC3\xAFve, 100% \"sure\"",
    .org = "MITx",
    .state = "half-open",
    .tags = "es-419 en",
    .size = 50,
    .seen = 1525228867000000 - 7200000000,
};

static void text_is_found_in_plain_fields_whatever_its_case(void **state)
{
	(void)state;
	assert_passes(&sample, "circuits");
	assert_passes(&sample, "ELECTRON");
	assert_passes(&sample, "na\xC3\xAFve");
	assert_passes(&sample, "circuits sure");
	assert_stops(&sample, "circuits unsure");
	assert_stops(&sample, "mitx");
	assert_stops(&sample, "circuitsx");
	assert_passes(&sample, "s");
	assert_passes(&sample, ",");
}

static void quotes_hold_blanks_and_operators_together(void **state)
{
	static const struct row row = {.title = "Week: one two", .org = "A B,C"};

	(void)state;
	assert_passes(&row, "\"one two\"");
	assert_stops(&row, "\"two one\"");
	assert_passes(&row, "two one");
	assert_passes(&row, "\"week: one");
	assert_passes(&row, "org:\"a b,c\"");
	assert_passes(&row, "org=\"A B,C\" week");
	assert_stops(&row, "org=\"A B\"");
	assert_passes(&row, "\"we\"ek");
}

static void a_field_of_text_holds_or_is(void **state)
{
	static const struct row empty = {.title = "none"};

	(void)state;
	assert_passes(&sample, "org:it");
	assert_passes(&sample, "ORG:mitX");
	assert_stops(&sample, "org=it");
	assert_passes(&sample, "org=mitx");
	assert_stops(&sample, "org!=mitx");
	assert_passes(&sample, "org!=harvard");
	assert_passes(&sample, "org:harvard,mit");
	assert_stops(&sample, "org!=harvard,mitx");
	assert_stops(&sample, "org:none");
	assert_passes(&empty, "org:none");
	assert_passes(&empty, "title:\"none\"");
	assert_stops(&empty, "title:none");
	assert_passes(&empty, "org=\"\"");
	assert_stops(&sample, "org=\"\"");
}

static void a_field_of_words_begins_or_is(void **state)
{
	static const struct row untagged = {.tags = "  ", .state = "open"};

	(void)state;
	assert_passes(&sample, "tags:es");
	assert_passes(&sample, "tags:EN");
	assert_stops(&sample, "tags:419");
	assert_stops(&sample, "tags=es");
	assert_passes(&sample, "tags=es-419");
	assert_passes(&sample, "tags=en");
	assert_passes(&sample, "tags:fr,en");
	assert_stops(&sample, "tags:fr,de");
	assert_stops(&sample, "tags!=en");
	assert_stops(&sample, "tags:none");
	assert_passes(&untagged, "tags:none");
	assert_stops(&untagged, "tags:e");
	assert_passes(&sample, "state:half");
	assert_stops(&sample, "state:open");
	assert_passes(&untagged, "state=open");
}

static void numbers_compare(void **state)
{
	static const struct row below = {.size = -3};

	(void)state;
	assert_passes(&sample, "size>49");
	assert_stops(&sample, "size>50");
	assert_passes(&sample, "size>=50");
	assert_stops(&sample, "size>=51");
	assert_passes(&sample, "size<51");
	assert_stops(&sample, "size<50");
	assert_passes(&sample, "size<=50");
	assert_stops(&sample, "size<=49");
	assert_passes(&sample, "size=50");
	assert_passes(&sample, "size:50");
	assert_stops(&sample, "size:5");
	assert_stops(&sample, "size!=50");
	assert_passes(&sample, "size:1,50");
	assert_passes(&below, "size<-2");
	assert_stops(&below, "size<-3");
}

static void ages_count_back_from_now(void **state)
{
	static const struct row never = {.seen = 0};
	const struct row ahead = {.seen = now + hour};

	(void)state;
	assert_passes(&sample, "seen<3h");
	assert_stops(&sample, "seen<2h");
	assert_passes(&sample, "seen<=2h");
	assert_passes(&sample, "seen:2h");
	assert_stops(&sample, "seen:7199s");
	assert_passes(&sample, "seen>119m");
	assert_stops(&sample, "seen>120m");
	assert_passes(&sample, "seen<1d");
	assert_passes(&sample, "seen<1w");
	assert_stops(&sample, "seen>1w");
	assert_stops(&sample, "seen:never");
	assert_passes(&sample, "seen!=never");
	assert_passes(&sample, "seen:never,2h");
	assert_stops(&sample, "seen:never,1h");
	assert_stops(&never, "seen<999999w");
	assert_passes(&never, "seen>999999w");
	assert_passes(&never, "seen:never");
	assert_passes(&never, "seen:1s,never");
	assert_passes(&ahead, "seen<1s");
}

static void a_sign_turns_a_term_round(void **state)
{
	static const struct row dash = {.title = "one - two !"};

	(void)state;
	assert_stops(&sample, "-circuits");
	assert_passes(&sample, "!quantum");
	assert_passes(&sample, "-org:harvard circuits");
	assert_stops(&sample, "-org:harvard -circuits");
	assert_stops(&sample, "-org!=harvard");
	assert_stops(&sample, "-size>10");
	assert_stops(&sample, "-\"and elec\"");
	assert_stops(&sample, "-tags:fr,en");
	assert_passes(&sample, "-state:open,closed");
	assert_passes(&dash, "one - two");
	assert_stops(&sample, "circuits - electronics");
}

static void nothing_typed_lets_everything_pass(void **state)
{
	struct filter *filter;

	(void)state;
	assert_int_equal(filter_parse(&filter, &language, " \t ", NULL), RESULT_OK);
	assert_null(filter);
	assert_int_equal(filter_parse(&filter, &language, NULL, NULL), RESULT_OK);
	assert_null(filter);
	assert_true(filter_passes(NULL, get, &sample, now));
	filter_free(NULL);
}

static void a_key_is_text(void **state)
{
	static const struct row row = {.title = "course-v1:MITx+6.002x+2012"};

	(void)state;
	assert_passes(&row, "course-v1:MITx+6.002x+2012");
	assert_stops(&row, "course-v1:MITx+6.002x+2013");
	assert_passes(&row, "v1:mit 6.002x+2012");
}

static void mistakes_are_named(void **state)
{
	(void)state;
	assert_refused("stat:open", RESULT_INVALID,
		       "unknown field \"stat\" (text goes in quotes): title note org state tags "
		       "size seen");
	assert_refused("x size>five y", RESULT_INVALID, "size> wants a number");
	assert_refused("size>5k", RESULT_INVALID, "size> wants a number");
	assert_refused("size:1234567890123456789", RESULT_INVALID, "size: wants a number");
	assert_refused("size> 5", RESULT_INVALID, "size> wants a number");
	assert_refused("-size>- 5", RESULT_INVALID, "-size> wants a number");
	assert_refused("org>x", RESULT_INVALID, "org wants :, = or != behind it: it is no number");
	assert_refused("org: x", RESULT_INVALID, "org: wants a text");
	assert_refused("org:a,,b", RESULT_INVALID, "org:a, wants a text");
	assert_refused("state:shut", RESULT_INVALID,
		       "state: no \"shut\" among open closed half-open");
	assert_refused("state=op x", RESULT_INVALID,
		       "state: no \"op\" among open closed half-open");
	assert_refused("tags:\"a b\"", RESULT_INVALID,
		       "tags: wants one word, or several with commas between");
	assert_refused("seen<2 x", RESULT_INVALID,
		       "seen< wants an age: a number and s, m, h, d or w, as 2h");
	assert_refused("seen<2y", RESULT_INVALID,
		       "seen< wants an age: a number and s, m, h, d or w, as 2h");
	assert_refused("seen<2hh", RESULT_INVALID,
		       "seen< wants an age: a number and s, m, h, d or w, as 2h");
	assert_refused("seen=2h", RESULT_INVALID,
		       "seen= wants never: before an age stands <, >, <=, >= or :");
	assert_refused("org:\"a\nb\",, x", RESULT_INVALID, "org:\"a b\", wants a text");
	assert_refused("\"\" x", RESULT_INVALID, "\"\" wants a text between its quotes");
}

static void what_is_being_typed_counts_without_its_last_term(void **state)
{
	(void)state;
	assert_refused("size>", RESULT_END, "size> wants a number");
	assert_unfinished("size>", "");
	assert_unfinished("size!", "");
	assert_unfinished("one size>", "one");
	assert_unfinished("one size>-", "one");
	assert_unfinished("org:mitx -", "org:mitx");
	assert_unfinished("state:", "");
	assert_unfinished("state: ", "");
	assert_unfinished("-state:", "");
	assert_unfinished("state=op", "");
	assert_unfinished("state:open,", "state:open");
	assert_unfinished("-state:open,", "-state:open");
	assert_unfinished("two size>1,", "two size>1");
	assert_unfinished("seen<2", "");
	assert_unfinished("seen:nev", "");
	assert_unfinished("seen:1h,", "seen:1h");
	assert_unfinished("one \"", "one");
	assert_unfinished("org:", "");
	assert_unfinished("tags:", "");
}

static void a_filter_may_be_long(void **state)
{
	char text[FILTER_LONGEST + 2];
	struct filter *filter;
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? ' ' : 'e';
	text[FILTER_LONGEST] = '\0';
	assert_passes(&sample, text);
	memset(text, 'e', sizeof(text));
	text[FILTER_LONGEST + 1] = '\0';
	assert_int_equal(filter_parse(&filter, &language, text, &err), RESULT_LIMIT);
	assert_null(filter);
	memcpy(text, "size:", 5);
	for (size_t i = 5; i < FILTER_LONGEST; i++)
		text[i] = i % 2 ? '1' : ',';
	text[FILTER_LONGEST - 2] = '\0';
	assert_stops(&sample, text);
}

static void a_filter_tells_what_it_needs(void **state)
{
	static const struct {
		const char *text;
		bool title, org, seen, timed;
	} cases[] = {
		{"word", true, false, false, false},
		{"org:x", false, true, false, false},
		{"-org:x seen<2h", false, true, true, true},
		{"size>1", false, false, false, false},
	};
	struct filter *filter;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(filter_parse(&filter, &language, cases[i].text, NULL), RESULT_OK);
		assert_int_equal(filter_asks(filter, 0), cases[i].title);
		assert_int_equal(filter_asks(filter, 2), cases[i].org);
		assert_int_equal(filter_asks(filter, 6), cases[i].seen);
		assert_int_equal(filter_is_timed(filter), cases[i].timed);
		assert_string_equal(filter_text(filter), cases[i].text);
		filter_free(filter);
	}
	assert_false(filter_asks(NULL, 0));
	assert_false(filter_is_timed(NULL));
	assert_string_equal(filter_text(NULL), "");
}

static void finds_ignores_the_case_of_both(void **state)
{
	(void)state;
	assert_true(filter_finds("One Two", "E tW"));
	assert_true(filter_finds("aab", "AB"));
	assert_true(filter_finds("x", ""));
	assert_true(filter_finds("", ""));
	assert_false(filter_finds("", "x"));
	assert_false(filter_finds("ab", "abc"));
	assert_false(filter_finds("@[`{", "`{@"));
	assert_false(filter_finds("@", "`"));
	assert_true(filter_finds("x\xC3\x9F", "\xC3\x9F"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_found_in_plain_fields_whatever_its_case),
	    cmocka_unit_test(quotes_hold_blanks_and_operators_together),
	    cmocka_unit_test(a_field_of_text_holds_or_is),
	    cmocka_unit_test(a_field_of_words_begins_or_is),
	    cmocka_unit_test(numbers_compare),
	    cmocka_unit_test(ages_count_back_from_now),
	    cmocka_unit_test(a_sign_turns_a_term_round),
	    cmocka_unit_test(nothing_typed_lets_everything_pass),
	    cmocka_unit_test(a_key_is_text),
	    cmocka_unit_test(mistakes_are_named),
	    cmocka_unit_test(what_is_being_typed_counts_without_its_last_term),
	    cmocka_unit_test(a_filter_may_be_long),
	    cmocka_unit_test(a_filter_tells_what_it_needs),
	    cmocka_unit_test(finds_ignores_the_case_of_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
