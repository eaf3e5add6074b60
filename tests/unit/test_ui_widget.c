#include "config.h"

#include "ui/widget.h"

#include <string.h>

#include "tests/unit/blind_screen.h"
#include "ui/keys.h"
#include "ui/prompt.h"
#include "ui/view.h"

/* ---- a screen of 80x24 that nobody sees ---------------------------------------------------*/

static int open_screen(void **state)
{
	(void)state;
	return open_blind_screen("24", "80");
}

/* What stands on line @y from @x on, @cells wide, as UTF-8. */
static const char *cells(int y, int x, int width)
{
	static char text[1024];
	size_t at = 0;

	text[0] = '\0';
	while (width > 0) {
		wchar_t first;
		int step;

		at += read_cell(y, x, text + at, sizeof(text) - at, &first);
		step = wcwidth(first) > 1 ? 2 : 1;
		x += step;
		width -= step;
	}
	return text;
}

#define EXPECT_TEXT(text, width, expected) do { \
	erase(); \
	widget_text(3, 5, width, ROLE_NORMAL, text); \
	assert_string_equal(cells(3, 5, width), expected); \
	assert_string_equal(cells(3, 5 + (width), 1), " "); \
} while (0)

/* ---- text ---------------------------------------------------------------------------------*/

static void text_cuts_on_characters(void **state)
{
	(void)state;
	EXPECT_TEXT("abc", 5, "abc  ");
	EXPECT_TEXT("abcdef", 5, "abcd…");
	EXPECT_TEXT("été été", 5, "été …");
	EXPECT_TEXT("中文字幕", 8, "中文字幕");
	EXPECT_TEXT("中文字幕", 7, "中文字…");
	/* half a wide character is none: a blank fills its place */
	EXPECT_TEXT("中文字幕", 6, "中文… ");
	EXPECT_TEXT("x", 1, "x");
	EXPECT_TEXT("xy", 1, "…");
	EXPECT_TEXT("", 2, "  ");
}

static void text_keeps_marks_with_their_character(void **state)
{
	(void)state;
	EXPECT_TEXT("e\xCC\x81t\xCC\x82", 4, "e\xCC\x81t\xCC\x82  ");
	/* a mark with nothing to stand on, and more marks than a cell holds */
	EXPECT_TEXT("\xCC\x81x", 2, "x ");
	EXPECT_TEXT("a\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86z", 2,
		    "a\xCC\x81\xCC\x82\xCC\x83z");
}

static void text_takes_the_glue_out_of_emoji(void **state)
{
	(void)state;
	EXPECT_TEXT("👩‍👩‍👧!", 8, "👩👩👧! ");
	EXPECT_TEXT("👍🏽 ok", 6, "👍 ok ");
	assert_int_equal(widget_cells("👩‍👩‍👧"), 6);
}

static void text_shows_controls_as_marks(void **state)
{
	(void)state;
	EXPECT_TEXT("a\x1b[31mb", 8, "a␛[31mb ");
	EXPECT_TEXT("a\tb\nc", 6, "a␉b␊c ");
	/* a direction override is shown as something foreign, and the text in logical order */
	EXPECT_TEXT("a\xE2\x80\xAE" "b", 4, "a\xEF\xBF\xBD" "b ");
	EXPECT_TEXT("\xFFx", 3, "\xEF\xBF\xBDx ");
}

static void text_has_the_width_that_all_terminals_agree_about(void **state)
{
	(void)state;
	/* variation selectors go wherever they stand; a keycap is as wide as its digit */
	EXPECT_TEXT("\u203C\uFE0F1\uFE0F\u20E3.", 4, "\u203C1\u20E3. ");
	EXPECT_TEXT("\u2764\uFE0F\u2764", 3, "\u2764\u2764 ");
	/* flags are two letters, a skin tone alone is a patch */
	assert_int_equal(widget_cells("\U0001F1EB\U0001F1F7"), 2);
	assert_int_equal(widget_cells("a\U0001F3FD"), 3);
	/* a joiner would draw the next letter into the same cell in one terminal and not in others */
	EXPECT_TEXT("\u0915\u094D\u200D\u0937.", 4, "\u0915\u094D\u0937. ");
	EXPECT_TEXT("j\u200D\uFFFD.", 4, "j\uFFFD. ");
	assert_int_equal(widget_cells("\u0645\u06CC\u200C\u062E"), 3);
	/* jamo make one syllable of two cells */
	EXPECT_TEXT("\u1112\u1161\u11AB!", 4, "\u1112\u1161\u11AB! ");
	/* what nobody would see, or what would turn the line round, is marked */
	EXPECT_TEXT("a\u200Bb\u00ADc\u2060d", 8, "a\uFFFDb\uFFFDc\uFFFDd ");
	EXPECT_TEXT("\u202A\u2069\u061C\u200E\uFEFF", 6, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD ");
	EXPECT_TEXT("\u3164\U000E0041", 3, "\uFFFD\uFFFD ");
}

static void text_from_right_to_left_is_fenced(void **state)
{
	(void)state;
	erase();
	widget_text(3, 5, 6, ROLE_NORMAL, "\u05E9\u05DC");
	/* the blank before and the last cell carry a mark without width, and nothing moves */
	assert_string_equal(cells(3, 4, 1), " \u200E");
	assert_string_equal(cells(3, 5, 6), "\u05E9\u05DC    \u200E");
	widget_text(3, 11, 1, ROLE_NORMAL, "|");
	assert_string_equal(cells(3, 11, 1), "|");
	/* full, and cut */
	erase();
	widget_text(3, 5, 2, ROLE_NORMAL, "\u05E9\u05DC");
	assert_string_equal(cells(3, 5, 2), "\u05E9\u05DC\u200E");
	widget_text(3, 5, 2, ROLE_NORMAL, "\u05E9\u05DC\u05D5");
	assert_string_equal(cells(3, 5, 2), "\u05E9…\u200E");
	/* what stands before keeps what it is */
	erase();
	widget_text(3, 4, 1, ROLE_NORMAL, "|");
	widget_text(3, 5, 4, ROLE_NORMAL, "\u0639");
	assert_string_equal(cells(3, 4, 1), "|");
	/* no mark where there is nothing to fence, nor in ASCII */
	EXPECT_TEXT("ab", 4, "ab  ");
	glyph_init(true);
	EXPECT_TEXT("\u05E9", 2, "? ");
	glyph_init(false);
}

/* Which of the cells from @x on are underlined: "..__". */
static const char *underlined(int y, int x, int width)
{
	static char out[128];

	for (int i = 0; i < width; i++) {
		cchar_t cell;
		wchar_t wide[CCHARW_MAX + 1];
		attr_t attributes = 0;
		short pair;

		mvin_wch(y, x + i, &cell);
		getcchar(&cell, wide, &attributes, &pair, NULL);
		out[i] = attributes & A_UNDERLINE ? '_' : '.';
	}
	out[width] = '\0';
	return out;
}

static void marked_text_shows_where_it_differs(void **state)
{
	const char *text = "one two three four five six seven";

	(void)state;
	erase();
	assert_int_equal(widget_marked(3, 5, 10, ROLE_NORMAL, "abcdef", 6, 2), 2);
	assert_string_equal(cells(3, 5, 10), "abcdef    ");
	assert_string_equal(underlined(3, 4, 12), "...____.....");
	/* the end is where the other goes on; nowhere is nowhere */
	widget_marked(3, 5, 10, ROLE_NORMAL, "abc", 3, 3);
	assert_string_equal(underlined(3, 5, 10), "..._......");
	widget_marked(3, 5, 10, ROLE_NORMAL, "abc", 3, WIDGET_NOWHERE);
	assert_string_equal(underlined(3, 5, 10), "..........");
	/* bytes are not cells: controls and wide characters before the place */
	assert_int_equal(widget_marked(3, 5, 10, ROLE_NORMAL, "\n中x", 5, 4), 3);
	assert_string_equal(underlined(3, 5, 10), "..._......");
	/* a combining mark differs with its letter */
	widget_marked(3, 5, 10, ROLE_NORMAL, "xe\xCC\x81z", 5, 2);
	assert_string_equal(underlined(3, 5, 5), ".__..");
	/* out of sight: the text begins later */
	assert_int_equal(widget_marked(3, 5, 12, ROLE_NORMAL, text, strlen(text), 28), 5);
	assert_string_equal(cells(3, 5, 12), "…six seven  ");
	assert_string_equal(underlined(3, 5, 12), "....._____..");
	/* wrapped, from the middle of the second line on */
	erase();
	assert_int_equal(widget_wrapped_marked(3, 5, 10, 3, ROLE_NORMAL, text, strlen(text), 14), 3);
	assert_string_equal(cells(3, 5, 10), "one two   ");
	assert_string_equal(cells(4, 5, 10), "three four");
	assert_string_equal(cells(5, 5, 10), "five six …");
	assert_string_equal(underlined(3, 5, 10), "..........");
	assert_string_equal(underlined(4, 5, 10), "......____");
	assert_string_equal(underlined(5, 5, 10), "__________");
}

static void text_stays_on_the_screen(void **state)
{
	(void)state;
	erase();
	widget_text(0, 78, 10, ROLE_NORMAL, "abcdef");
	assert_string_equal(cells(0, 78, 2), "a…");
	assert_string_equal(cells(1, 0, 3), "   ");
	widget_text(23, 0, 200, ROLE_SELECTED, "last line");
	widget_text(24, 0, 10, ROLE_NORMAL, "below");
	widget_text(-1, 0, 10, ROLE_NORMAL, "above");
	widget_text(5, 80, 10, ROLE_NORMAL, "beside");
	widget_text(5, 0, -3, ROLE_NORMAL, "nothing");
	assert_string_equal(cells(5, 0, 3), "   ");
	widget_rule(7, 1000, ROLE_NORMAL, "left", "right");
	widget_rule(8, 1, ROLE_NORMAL, "left", "right");
	widget_bar(9, 70, 20, 1, 1, 2);
	assert_string_equal(cells(9, 70, 3), "   ");
}

static void text_is_ascii_where_the_screen_is(void **state)
{
	(void)state;
	glyph_init(true);
	EXPECT_TEXT("été 中 e\xCC\x81", 9, "?t? ? e  ");
	EXPECT_TEXT("abcdef", 4, "abc~");
	assert_int_equal(widget_cells("👩‍👩‍👧"), 3);
	for (int i = 0; i < GLYPH_COUNT; i++)
		assert_true(strlen(glyph((enum glyph)i)) == 1 && glyph((enum glyph)i)[0] < 127);
	glyph_init(false);
	for (int i = 0; i < GLYPH_COUNT; i++)
		assert_int_equal(widget_cells(glyph((enum glyph)i)), 1);
}

static void course_keys_keep_their_run(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(widget_course_key("course-v1:A+B+2018_T1", 21, out, sizeof(out)),
			    "course-v1:A+B+2018_T1");
	assert_string_equal(widget_course_key("course-v1:A+B+2018_T1", 20, out, sizeof(out)),
			    "\u2026A+B+2018_T1");
	/* of slash keys and other texts nothing can be left out */
	assert_string_equal(widget_course_key("edX/DemoX/Demo_Course", 12, out, sizeof(out)),
			    "edX/DemoX/Demo_Course");
}

static void long_reasons_keep_their_end(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(widget_middle("disk full", 9, out, sizeof(out)), "disk full");
	assert_string_equal(widget_middle("cannot write: disk full", 15, out, sizeof(out)),
			    "cannot …sk full");
	/* half a wide character is none */
	assert_string_equal(widget_middle("中文字幕中文字幕", 10, out, sizeof(out)), "中文…字幕");
	assert_string_equal(widget_middle("", 10, out, sizeof(out)), "");
}

static void text_wraps_between_words(void **state)
{
	(void)state;
	erase();
	assert_int_equal(widget_wrapped(2, 0, 10, 3, ROLE_NORMAL, "one two three four five six"), 3);
	assert_string_equal(cells(2, 0, 10), "one two   ");
	assert_string_equal(cells(3, 0, 10), "three four");
	assert_string_equal(cells(4, 0, 10), "five six  ");
	assert_int_equal(widget_wrapped(2, 0, 4, 2, ROLE_NORMAL, "中文字幕一二"), 2);
	assert_string_equal(cells(2, 0, 4), "中文");
	assert_string_equal(cells(3, 0, 4), "字… ");
	assert_int_equal(widget_wrapped(2, 0, 1, 3, ROLE_NORMAL, "中文"), 3 - 1);
	assert_int_equal(widget_wrapped(2, 0, 5, 2, ROLE_NORMAL, ""), 0);
}

static void small_texts_read_well(void **state)
{
	(void)state;
	assert_string_equal(widget_number(0).text, "0");
	assert_string_equal(widget_number(999).text, "999");
	assert_string_equal(widget_number(31204).text, "31,204");
	assert_string_equal(widget_number(-1234567).text, "-1,234,567");
	assert_string_equal(widget_number(INT64_MIN).text, "-9,223,372,036,854,775,808");
	assert_string_equal(widget_percent(0, 0).text, "0 %");
	assert_string_equal(widget_percent(999, 1000).text, "99 %");
	assert_string_equal(widget_percent(99999, 100000).text, "99 %");
	assert_string_equal(widget_percent(7, 7).text, "100 %");
	assert_string_equal(widget_rate(0).text, "0/s");
	assert_string_equal(widget_rate(6.24).text, "6.2/s");
	assert_string_equal(widget_rate(1234.5).text, "1,235/s");
}

/* ---- keys and prompts ---------------------------------------------------------------------*/

static void keys_reach_every_action_without_function_keys(void **state)
{
	(void)state;
	for (int action = 0; action < ACTION_COUNT; action++) {
		bool plain = false;

		for (size_t i = 0; i < key_binding_count; i++)
			plain |= key_bindings[i].action == action && key_bindings[i].key < 128;
		if (!plain)
			fail_msg("action %d has only special keys: %s", action,
				 action_infos[action].help);
	}
}

static void keys_mean_one_thing_on_a_screen(void **state)
{
	(void)state;
	for (size_t a = 0; a < key_binding_count; a++)
		for (size_t b = a + 1; b < key_binding_count; b++)
			if (key_bindings[a].key == key_bindings[b].key &&
			    (key_bindings[a].views & key_bindings[b].views))
				fail_msg("key %d is bound twice", key_bindings[a].key);
	assert_int_equal(keys_action('y', VIEW_COURSES), ACTION_NONE);
}

static void prompt_takes_y_and_nothing_else(void **state)
{
	const int others[] = {'\r', '\n', ' ', 'r', 'n', 'q', 27, 'v'};
	struct prompt prompt = {.kind = PROMPT_CONFIRM};

	(void)state;
	assert_int_equal(prompt_key(&prompt, 'y', false), PROMPT_TAKEN);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(prompt_key(&prompt, others[i], false), PROMPT_CANCELED);
	assert_int_equal(prompt_key(&prompt, KEY_ENTER, true), PROMPT_CANCELED);
}

static void prompt_edits_whole_characters(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	prompt_text(&prompt, PROMPT_FILTER, "été", 8);
	assert_int_equal(prompt_key(&prompt, 127, false), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "ét");
	assert_int_equal(prompt_key(&prompt, 0x4E2D, false), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "ét中");
	/* no room for three bytes more, nor for half a character */
	assert_int_equal(prompt_key(&prompt, 0x4E2D, false), PROMPT_OPEN);
	assert_int_equal(prompt_key(&prompt, 7, false), PROMPT_CANCELED);
	assert_int_equal(prompt_key(&prompt, 1, false), PROMPT_OPEN);
	assert_int_equal(prompt_key(&prompt, 0xD800, false), PROMPT_OPEN);
	assert_string_equal(prompt.text, "ét中");
	assert_int_equal(prompt_key(&prompt, 21, false), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "");
	assert_int_equal(prompt_key(&prompt, 127, false), PROMPT_CANCELED);
	prompt_close(&prompt);
}

static void type_word(struct prompt *prompt, const char *word)
{
	for (; *word; word++)
		assert_int_equal(prompt_key(prompt, *word, false), PROMPT_CHANGED);
}

static void prompt_takes_a_word_as_it_is_typed(void **state)
{
	struct prompt prompt = {.act = {.act = ACT_RETRY, .count = 3}};

	(void)state;
	snprintf(prompt.text, sizeof(prompt.text), "left over");
	prompt_word(&prompt);
	/* what it waits with is still there; nothing is typed for anybody */
	assert_int_equal(prompt.act.act, ACT_RETRY);
	assert_int_equal(prompt.act.count, 3);
	assert_string_equal(prompt.text, "");
	/* y is a letter here, and q, n and blanks too */
	type_word(&prompt, "y q-n.");
	assert_string_equal(prompt.text, "y q-n.");
	assert_int_equal(prompt_key(&prompt, 127, false), PROMPT_CHANGED);
	assert_string_equal(prompt.text, "y q-n");
	assert_int_equal(prompt_key(&prompt, '\r', false), PROMPT_TAKEN);
	assert_int_equal(prompt_key(&prompt, KEY_ENTER, true), PROMPT_TAKEN);
	assert_int_equal(prompt_key(&prompt, 27, false), PROMPT_CANCELED);
	assert_string_equal(prompt.text, "y q-n");
	prompt_close(&prompt);
}

static void prompt_leaves_room_to_type_the_word(void **state)
{
	struct prompt prompt = {0};
	char wide[128];

	(void)state;
	snprintf(prompt.question, sizeof(prompt.question), "name (m, staging): ");
	prompt_word(&prompt);
	type_word(&prompt, "demo");
	erase();
	prompt_draw(&prompt, 5, 80);
	assert_string_equal(cells(5, 1, 24), "name (m, staging): demo ");
	/* a question too long for the line is cut, and the end of what is typed is shown */
	memset(prompt.question, 'x', sizeof(prompt.question) - 1);
	prompt.question[sizeof(prompt.question) - 1] = '\0';
	snprintf(wide, sizeof(wide), "-a-name-that-is-longer-than-that-room-end");
	type_word(&prompt, wide);
	for (int width = 20; width <= 80; width += 20) {
		erase();
		prompt_draw(&prompt, 5, width);
		assert_string_equal(cells(5, width - 13, 12), "han-that-room-end" + 5);
		assert_string_equal(cells(5, 80 - 1, 1), " ");
	}
	prompt_close(&prompt);
}

/* ---- the head -----------------------------------------------------------------------------*/

static void head_tells_what_nobody_knows_from_what_is_not_there(void **state)
{
	struct campus campus = {.clock = clock_system()};
	struct snapshot now = {.campus = "harbour", .environment = "staging", .counted = true};
	struct console console = {.campus = &campus, .now = &now};
	struct counts *counts = &now.totals.counts;

	(void)state;
	counts->expected = 3;
	head_draw(&console, true, 24, 80);
	assert_non_null(strstr(cells(2, 0, 80), " 0 of 3 transcripts"));
	counts->unknown = 3;
	head_draw(&console, true, 24, 80);
	assert_non_null(strstr(cells(2, 0, 80), " ? of 3 transcripts"));
	counts->unknown = 2;
	counts->in_val = 1;
	head_draw(&console, true, 24, 80);
	assert_non_null(strstr(cells(2, 0, 80), " 1? of 3 transcripts"));
	erase();
}

static void head_tells_the_one_reason_why_work_is_slow_or_waits(void **state)
{
	struct campus campus = {.clock = clock_system()};
	struct snapshot now = {.campus = "harbour", .environment = "staging", .mode = "mock"};
	struct console console = {.campus = &campus, .now = &now};

	(void)state;
	head_draw(&console, false, 24, 80);
	assert_null(strstr(cells(2, 0, 80), "slowed"));
	now.allowed = 3;
	now.most = 16;
	snprintf(now.slowed_by, sizeof(now.slowed_by), "store answers 503 Slow Down");
	head_draw(&console, false, 24, 80);
	assert_non_null(strstr(
		cells(2, 0, 80), "slowed: 3 of 16 requests at a time (store answers 503 Slow Down)"));
	snprintf(now.hold, sizeof(now.hold), "since 03:12:41: store: connection refused");
	head_draw(&console, false, 24, 80);
	assert_null(strstr(cells(2, 0, 80), "slowed"));
	assert_non_null(
		strstr(cells(2, 0, 80), "work waits since 03:12:41: store: connection refused"));
	/* a long path does not hide what is wrong with it */
	snprintf(now.hold, sizeof(now.hold), "since 03:12:41: store: cannot write into /%0200d: no space",
		 0);
	head_draw(&console, false, 24, 80);
	assert_non_null(strstr(cells(2, 0, 80), "work waits since 03:12:41: store: "));
	assert_non_null(strstr(cells(2, 0, 80), "000: no space "));
	/* a long address does not, either */
	snprintf(now.hold, sizeof(now.hold), "since 03:12:41: val: Connection refused (POST http://%0200d/)",
		 0);
	head_draw(&console, false, 24, 80);
	assert_non_null(
		strstr(cells(2, 0, 80), "work waits since 03:12:41: val: Connection refused (POST h"));
	erase();
}

static void head_numbers_the_run_of_its_mode(void **state)
{
	static const char name[] = "a campus whose name takes all the room that there is to take";
	struct campus campus = {.clock = clock_system()};
	struct snapshot now = {.environment = "production", .mode = "real", .engine_here = true,
			       .engine = "engine here, 8 workers", .run_kind = RUN_REAL};
	struct console console = {.campus = &campus, .now = &now};
	const char *line;

	(void)state;
	snprintf(now.campus, sizeof(now.campus), "%s", name);
	for (int width = 60; width <= 80; width += 20) {
		erase();
		now.run = 0;
		head_draw(&console, false, 24, width);
		line = strstr(cells(0, 0, width), "REAL ");
		assert_non_null(line);
		assert_int_equal(strspn(line + 4, "0123456789"), 0);
		now.run = 1234;
		erase();
		head_draw(&console, false, 24, width);
		assert_non_null(strstr(cells(0, 0, width), " PRODUCTION "));
		assert_non_null(strstr(cells(0, 0, width), "REAL 1234 "));
	}
	now.run_kind = RUN_DRY; /* the newest is a dry one: its number is not of this mode */
	erase();
	head_draw(&console, false, 24, 80);
	assert_null(strstr(cells(0, 0, 80), "1234"));
	erase();
}

static void head_shows_every_total_with_its_digit_at_any_width(void **state)
{
	static const char *const all[] = {"93,417", "1,204", "5,812", "1,117", "113"};
	struct campus campus = {.clock = clock_system()};
	struct snapshot now = {.campus = "harbour", .environment = "staging", .mode = "mock",
			       .counted = true, .totals = {.courses = {93417, 1204, 5812, 1117},
							   .paused = 113}};
	struct console console = {.campus = &campus, .now = &now};
	char digit[2] = "1";
	const char *line;

	(void)state;
	for (int width = 60; width <= 80; width += 20) {
		erase();
		head_draw(&console, true, 24, width);
		line = cells(1, 0, width);
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			digit[0] = (char)('1' + i);
			line = strstr(line, digit);
			assert_non_null(line);
			line = strstr(line, all[i]);
			assert_non_null(line);
		}
	}
	now.counted = false;
	erase();
	head_draw(&console, true, 24, 80);
	assert_non_null(strstr(cells(1, 0, 80), "1 Not-Migrated ?")); /* nobody knows: not nought */
	erase();
}

static void head_plots_a_minute_or_an_hour(void **state)
{
	struct campus campus = {.clock = clock_system()};
	struct snapshot now = {.campus = "harbour", .environment = "staging", .mode = "mock",
			       .counted = true, .engine_here = true, .eta_reason = "paused"};
	struct console console = {.campus = &campus, .now = &now};

	(void)state;
	now.history[HISTORY_POINTS - 1] = 12;
	now.minutes[HISTORY_POINTS - 1] = 340;
	now.minute_errors[HISTORY_POINTS - 1] = 7;
	head_draw(&console, true, 24, 80);
	assert_non_null(strstr(cells(3, 0, 80), "done 60 s "));
	assert_non_null(strstr(cells(3, 0, 80), " 12/s "));
	console.plots_of_hour = true;
	erase();
	head_draw(&console, true, 24, 80);
	assert_non_null(strstr(cells(3, 0, 80), "done 60 min "));
	assert_non_null(strstr(cells(3, 0, 80), " 340/min "));
	assert_non_null(strstr(cells(3, 0, 80), " 7/min "));
	/* a viewer does not see how fast it goes: nothing is plotted, and no rate of nought told */
	now.engine_here = false;
	erase();
	head_draw(&console, true, 24, 80);
	assert_null(strstr(cells(3, 0, 80), "/s"));
	assert_null(strstr(cells(3, 0, 80), "done"));
	erase();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cuts_on_characters),
		cmocka_unit_test(text_keeps_marks_with_their_character),
		cmocka_unit_test(text_takes_the_glue_out_of_emoji),
		cmocka_unit_test(text_shows_controls_as_marks),
		cmocka_unit_test(text_has_the_width_that_all_terminals_agree_about),
		cmocka_unit_test(text_from_right_to_left_is_fenced),
		cmocka_unit_test(marked_text_shows_where_it_differs),
		cmocka_unit_test(text_stays_on_the_screen),
		cmocka_unit_test(text_is_ascii_where_the_screen_is),
		cmocka_unit_test(course_keys_keep_their_run),
		cmocka_unit_test(long_reasons_keep_their_end),
		cmocka_unit_test(text_wraps_between_words),
		cmocka_unit_test(small_texts_read_well),
		cmocka_unit_test(keys_reach_every_action_without_function_keys),
		cmocka_unit_test(keys_mean_one_thing_on_a_screen),
		cmocka_unit_test(prompt_takes_y_and_nothing_else),
		cmocka_unit_test(prompt_edits_whole_characters),
		cmocka_unit_test(prompt_takes_a_word_as_it_is_typed),
		cmocka_unit_test(prompt_leaves_room_to_type_the_word),
		cmocka_unit_test(head_tells_what_nobody_knows_from_what_is_not_there),
		cmocka_unit_test(head_tells_the_one_reason_why_work_is_slow_or_waits),
		cmocka_unit_test(head_numbers_the_run_of_its_mode),
		cmocka_unit_test(head_shows_every_total_with_its_digit_at_any_width),
		cmocka_unit_test(head_plots_a_minute_or_an_hour),
	};

	return cmocka_run_group_tests(tests, open_screen, close_screen);
}
