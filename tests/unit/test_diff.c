/*
 * Two transcripts side by side: which cue stands beside which, and how they differ.
 */
#include "config.h"

#include "src/engine/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* A side as a script: "0-2 one|2-4 two"; times in seconds. */
static void fill(struct cues *cues, const char *script)
{
	while (*script) {
		size_t len = strcspn(script, "|");
		double start, end;
		int at = 0;

		assert_int_equal(sscanf(script, "%lf-%lf %n", &start, &end, &at), 2);
		assert_int_equal(cues_add(cues, start * 1000, end * 1000, script + at, len - (size_t)at),
				 RESULT_OK);
		script += len + (script[len] == '|');
	}
}

static struct diff *pair(const char *left, const char *right)
{
	struct diff *diff = diff_new();

	assert_non_null(diff);
	fill(&diff->left, left);
	fill(&diff->right, right);
	assert_int_equal(diff_align(diff), RESULT_OK);
	return diff;
}

/* The lines as text: "1=1 2t2 3.- -.3": the cues' numbers, and between them how they differ. */
static const char *lines_of(const struct diff *diff)
{
	static char out[4096];
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < diff->line_count; i++) {
		const struct diff_line *line = &diff->lines[i];
		char left[12] = "-", right[12] = "-", how[8] = "", *h = how;

		if (line->left >= 0)
			snprintf(left, sizeof(left), "%d", line->left + 1);
		if (line->right >= 0)
			snprintf(right, sizeof(right), "%d", line->right + 1);
		*h++ = line->how & DIFF_SPLIT ? '<' : line->how & DIFF_JOINED ? '>' : '\0';
		h -= !h[-1];
		if (line->how & (DIFF_START | DIFF_END))
			*h++ = 't';
		if (line->how & DIFF_TEXT)
			*h++ = 'x';
		if (line->how & (DIFF_HERE | DIFF_THERE))
			*h++ = '.';
		if (!line->differs)
			*h++ = '=';
		*h = '\0';
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%s%s%s", i ? " " : "", left, how,
				       right);
	}
	return out;
}

#define EXPECT(left, right, expected) do { \
	struct diff *diff_ = pair(left, right); \
	assert_string_equal(lines_of(diff_), expected); \
	diff_unref(diff_); \
} while (0)

#define BASE "0-2 we choose a pivot|2-4 the leftmost one|4-6 then we share|6-8 and begin again"

static void align_pairs_what_is_equal(void **state)
{
	struct diff *diff = pair(BASE, BASE);

	(void)state;
	assert_string_equal(lines_of(diff), "1=1 2=2 3=3 4=4");
	assert_int_equal(diff->first_difference, -1);
	assert_int_equal(diff->differences, 0);
	diff_unref(diff);
}

static void align_finds_the_cue_that_changed(void **state)
{
	struct diff *diff;

	(void)state;
	EXPECT(BASE, "0-2 we choose a pivot|2.3-4 the leftmost one|4-6 then we share|6-8 and begin again",
	       "1=1 2t2 3=3 4=4");
	EXPECT(BASE, "0-2 we choose a pivot|2-4 the rightmost one|4-6 then we share|6-8 and begin again",
	       "1=1 2x2 3=3 4=4");
	/* equal start, all else unlike */
	EXPECT(BASE, "0-2 we choose a pivot|2-3 zzz|4-6 then we share|6-8 and begin again",
	       "1=1 2tx2 3=3 4=4");
	diff = pair(BASE, "0-2 we choose a pivot|2-4 the leftmost one|4-6 then we share|6.5-8 and begin");
	assert_string_equal(lines_of(diff), "1=1 2=2 3=3 4tx4");
	assert_int_equal(diff->first_difference, 3);
	assert_int_equal(diff->differences, 1);
	diff_unref(diff);
}

static void align_follows_a_shift(void **state)
{
	(void)state;
	/* a little, by just a cue, and by far more than a cue */
	EXPECT(BASE, "0.3-2.3 we choose a pivot|2.3-4.3 the leftmost one|4.3-6.3 then we share|"
		     "6.3-8.3 and begin again", "1t1 2t2 3t3 4t4");
	EXPECT(BASE, "2-4 we choose a pivot|4-6 the leftmost one|6-8 then we share|8-10 and begin again",
	       "1t1 2t2 3t3 4t4");
	EXPECT(BASE, "100-102 we choose a pivot|102-104 the leftmost one|104-106 then we share|"
		     "106-108 and begin again", "1t1 2t2 3t3 4t4");
	/* the same word all the time: by order */
	EXPECT("0-2 la|2-4 la|4-6 la", "10-12 la|12-14 la|14-16 la", "1t1 2t2 3t3");
	/* the nearest of the repeated ones */
	EXPECT("0-2 la|100-102 la", "100.3-102.3 la", "1.- 2t1");
}

static void align_tells_inserted_and_deleted(void **state)
{
	(void)state;
	EXPECT(BASE, "0-2 we choose a pivot|4-6 then we share|6-8 and begin again", "1=1 2.- 3=2 4=3");
	EXPECT(BASE, "2-4 the leftmost one|4-6 then we share|6-8 and begin again", "1.- 2=1 3=2 4=3");
	EXPECT("0-2 one|4-6 three", "0-2 one|2-4 two|4-6 three|6-8 four", "1=1 -.2 2=3 -.4");
	/* one more at the beginning, and all later ones move by just its time */
	EXPECT(BASE, "0-2 [music]|2-4 we choose a pivot|4-6 the leftmost one|6-8 then we share|"
		     "8-10 and begin again", "-.1 1t2 2t3 3t4 4t5");
	/* one goes and another comes, at other times: they are not one */
	EXPECT("0-2 one|2-4 gone|8-10 last", "0-2 one|5-7 come|8-10 last", "1=1 2.- -.2 3=3");
}

static void align_knows_split_and_joined_cues(void **state)
{
	(void)state;
	EXPECT("0-2 a start|2-6 one two three four|6-8 end",
	       "0-2 a start|2-4 one two|4-6 three four|6-8 end", "1=1 2<tx2 -<.3 3=4");
	EXPECT("0-2 a start|2-4 one two|4-6 three four|6-8 end",
	       "0-2 a start|2-6 one two three four|6-8 end", "1=1 2>tx2 3>.- 4=3");
	/* in three parts, of which the second is the longest */
	EXPECT("0-9 a bb cc dd ee ff g", "0-1 a|1-8 bb cc dd ee ff|8-9 g", "-<.1 1<tx2 -<.3");
	/* a word is missing: no split, but side by side all the same */
	EXPECT("2-6 one two three four", "2-4 one two|4-6 three", "1tx1 -.2");
}

static void align_takes_empty_sides(void **state)
{
	(void)state;
	EXPECT("", "", "");
	EXPECT("0-2 one|2-4 two", "", "1.- 2.-");
	EXPECT("", "0-2 one|2-4 two", "-.1 -.2");
	/* cues without text, or of no length */
	EXPECT("0-2 |2-2 |4-6 x", "0-2 |2-2 |4-6 x", "1=1 2=2 3=3");
	EXPECT("0-2 |4-6 x", "0-2 y|4-6 ", "1x1 2x2");
}

static void align_bears_absurd_times(void **state)
{
	(void)state;
	EXPECT("1e300-1e300 one|-5-2 two|1e999-1e999 three", "1e300-1e300 one|-5-2 zwei|1e999-1e999 three",
	       "1=1 2x2 3=3");
	/* backwards, and the same again */
	EXPECT("9-8 one|5-4 two|1-0 three", "9-8 one|5-4 two|1-0 three", "1=1 2=2 3=3");
}

static void parts_at_a_whole_character(void **state)
{
	(void)state;
	assert_int_equal(diff_parts_at("abc", 3, "abd", 3), 2);
	assert_int_equal(diff_parts_at("abc", 3, "abc", 3), 3);
	assert_int_equal(diff_parts_at("abc", 3, "ab", 2), 2);
	assert_int_equal(diff_parts_at("", 0, "", 0), 0);
	/* e with acute and e with grave begin with the same byte; so do two of three bytes */
	assert_int_equal(diff_parts_at("x\xC3\xA9", 3, "x\xC3\xA8", 3), 1);
	assert_int_equal(diff_parts_at("x中", 4, "x丮", 4), 1);
	assert_int_equal(diff_parts_at("x中", 4, "x", 1), 1);
}

/* ---- many ---------------------------------------------------------------------------------*/

#define MANY 20000

enum kind { SHIFTED, REWRITTEN, BOTH, ONE_WORD, SPARSE };

static void fill_many(struct cues *cues, enum kind kind, bool right)
{
	unsigned seed = right ? 7 : 3;

	for (int i = 0; i < MANY; i++) {
		double start = i * 2000 + (right && kind != REWRITTEN ? 70123 : 0);
		bool other = right && (kind == REWRITTEN || kind == BOTH);
		char text[80];

		seed = seed * 1103515245U + 12345;
		/* some are gone on the right */
		if (right && kind == SPARSE && i % 10 == 3)
			continue;
		if (kind == ONE_WORD)
			snprintf(text, sizeof(text), "la");
		else if (other)
			snprintf(text, sizeof(text), "word%u other%u %u", seed >> 8 & 255, seed >> 16 & 255, i % 7);
		else
			snprintf(text, sizeof(text), "this is cue %d of them all", i % (MANY / 2));
		assert_int_equal(cues_add(cues, start, start + 1900, text, strlen(text)), RESULT_OK);
	}
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* All kinds of large pairs take about as long: what is printed is for people, and the bound is
   generous because sanitizers and busy machines are slow. */
static struct diff *align_many(enum kind kind, const char *name)
{
	struct diff *diff = diff_new();
	double before;

	assert_non_null(diff);
	fill_many(&diff->left, kind, false);
	fill_many(&diff->right, kind, true);
	before = milliseconds();
	assert_int_equal(diff_align(diff), RESULT_OK);
	before = milliseconds() - before;
	print_message("%s: %.1f ms\n", name, before);
	assert_true(before < 3000);
	return diff;
}

static void align_is_fast_and_right_with_many(void **state)
{
	struct diff *diff;

	(void)state;
	diff = align_many(SHIFTED, "shifted, each text twice");
	/* every cue stands beside itself, and differs in time only */
	assert_int_equal(diff->line_count, MANY);
	for (size_t i = 0; i < diff->line_count; i++)
		assert_int_equal(diff->lines[i].left, diff->lines[i].right);
	diff_unref(diff);
	diff = align_many(REWRITTEN, "other text, same times");
	assert_int_equal(diff->line_count, MANY);
	assert_int_equal(diff->differences, MANY);
	diff_unref(diff);
	diff_unref(align_many(BOTH, "other text, other times"));
	diff_unref(align_many(ONE_WORD, "one word, other times"));
	diff = align_many(SPARSE, "shifted, a tenth is gone");
	assert_int_equal(diff->left.count, MANY);
	for (size_t i = 0; i < diff->line_count; i++)
		if (diff->lines[i].right >= 0)
			assert_int_equal(diff->lines[i].how & DIFF_TEXT, 0);
	diff_unref(diff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(align_pairs_what_is_equal),
		cmocka_unit_test(align_finds_the_cue_that_changed),
		cmocka_unit_test(align_follows_a_shift),
		cmocka_unit_test(align_tells_inserted_and_deleted),
		cmocka_unit_test(align_knows_split_and_joined_cues),
		cmocka_unit_test(align_takes_empty_sides),
		cmocka_unit_test(align_bears_absurd_times),
		cmocka_unit_test(parts_at_a_whole_character),
		cmocka_unit_test(align_is_fast_and_right_with_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
