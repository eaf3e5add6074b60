/*
 * What a key is answered with: news does not take its place before it can have been read, and where
 * the row that it is meant for has not been read it is refused, not lost.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/hand_clock.h"
#include "ui/view.h"

static size_t row_count(const struct snapshot *page)
{
	return page->count;
}

static int64_t row_id(const struct snapshot *page, size_t row)
{
	return page->courses[row].id;
}

static const struct list_rows rows = {.count = row_count, .id = row_id, .by_desk = true};

static void ask(const struct view *view, struct page_request *request)
{
	list_ask(&view->list, request);
}

static const struct view_ops ops = {.name = "test", .bit = VIEW_COURSES, .ask = ask};

struct room {
	struct hand_clock clock;
	struct campus campus;
	struct console console;
	struct snapshot now;
	struct view *view;
};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	room->clock = (struct hand_clock)HAND_CLOCK;
	room->campus.clock = &room->clock.clock;
	room->console.campus = &room->campus;
	room->console.now = &room->now;
	room->view = calloc(1, sizeof(*room->view));
	view_init(room->view, &room->console, &ops, &rows, NULL);
	room->console.views[room->console.depth++] = room->view;
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	view_free(room->view);
	free(room);
	return 0;
}

/* ---- answers and news ---------------------------------------------------------------------*/

static void pass(struct room *room, int64_t ms)
{
	room->clock.now += ms;
	messages_look(&room->console);
}

static void SF_PRINTF(3, 4) say(struct room *room, bool is_news, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	messages_add(&room->now.messages, FINDING_NOTICE, is_news, fmt, args);
	va_end(args);
	messages_look(&room->console);
}

static void news(struct room *room)
{
	say(room, true, "a course Failed");
}

static void an_answer_outlives_news_for_two_seconds(void **state)
{
	struct room *room = *state;
	struct console *console = &room->console;

	console_note(console, ROLE_NORMAL, "theme light");
	pass(room, 1000);
	news(room);
	assert_string_equal(console->note, "theme light");
	pass(room, 999);
	assert_string_equal(console->note, "theme light");
	pass(room, 1);
	assert_string_equal(console->note, "");
}

static void without_news_an_answer_stays(void **state)
{
	struct room *room = *state;
	struct console *console = &room->console;

	news(room); /* before the key */
	console_note(console, ROLE_NORMAL, "theme light");
	pass(room, 3600000);
	assert_string_equal(console->note, "theme light");
	news(room);
	assert_string_equal(console->note, "");
}

static void what_stands_for_an_answer_makes_room_at_once(void **state)
{
	struct room *room = *state;
	struct console *console = &room->console;

	pass(room, 5000);
	console_note(console, ROLE_NORMAL, "undoing launch of 1 course");
	console->note_at = 0;
	pass(room, 1);
	assert_string_equal(console->note, "undoing launch of 1 course");
	news(room);
	assert_string_equal(console->note, "");
}

static void answers_come_one_by_one_and_news_makes_room(void **state)
{
	struct room *room = *state;
	const char *shown = room->console.message.text;

	pass(room, 5000);
	say(room, false, "generation 2");
	assert_string_equal(shown, "generation 2");
	say(room, true, "a Failed");
	say(room, false, "the engine is here now");
	say(room, true, "b Failed");
	assert_string_equal(shown, "generation 2");
	assert_true(messages_wait(&room->console));
	pass(room, 1499);
	assert_string_equal(shown, "generation 2");
	pass(room, 1);
	assert_string_equal(shown, "the engine is here now");
	pass(room, 1500);
	assert_string_equal(shown, "b Failed");
	assert_false(messages_wait(&room->console));
	say(room, true, "c Failed"); /* news waits for no news */
	assert_string_equal(shown, "c Failed");
}

static void who_presses_a_key_has_read_it(void **state)
{
	struct room *room = *state;

	pass(room, 5000);
	say(room, false, "launched 1 course");
	say(room, false, "paused 1 course");
	assert_string_equal(room->console.message.text, "launched 1 course");
	room->console.message_seen = true;
	pass(room, 0);
	assert_string_equal(room->console.message.text, "paused 1 course");
	assert_false(room->console.message_seen);
}

static void of_many_answers_the_newest_are_kept(void **state)
{
	struct room *room = *state;

	pass(room, 5000);
	for (int i = 1; i <= 20; i++)
		say(room, false, "answer %d", i);
	assert_string_equal(room->console.message.text, "answer 1");
	for (int i = 20 - MESSAGES_KEPT + 1; i <= 20; i++) {
		char text[32];

		pass(room, 1500);
		snprintf(text, sizeof(text), "answer %d", i);
		assert_string_equal(room->console.message.text, text);
	}
	assert_false(messages_wait(&room->console));
}

static void what_an_act_waits_for_is_news(void **state)
{
	struct room *room = *state;
	struct console *console = &room->console;

	console_note(console, ROLE_NORMAL, "no such key here: ? lists them");
	room->now.waiting = (struct desk_waiting){.act = "launch 1 course", .can_leave = true};
	pass(room, 1999);
	assert_string_equal(console->note, "no such key here: ? lists them");
	pass(room, 1);
	assert_string_equal(console->note, "");
}

static void what_is_said_of_a_question_stands_as_long_as_that(void **state)
{
	struct room *room = *state;
	struct console *console = &room->console;
	const enum prompt_kind asks[] = {PROMPT_CONFIRM, PROMPT_WORD, PROMPT_REASON};

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		console->prompt.kind = asks[i];
		console_note(console, ROLE_WARNING, "learners see it at once");
		news(room);
		pass(room, 60000);
		assert_string_equal(console->note, "learners see it at once");
		console->prompt.kind = PROMPT_NONE;
		pass(room, 1);
		assert_string_equal(console->note, "");
	}
}

/* ---- rows that are not there yet ----------------------------------------------------------*/

#define UNREAD "the list is still being read: try again"

static void a_row_that_is_not_read_is_neither_tagged_nor_opened(void **state)
{
	struct room *room = *state;
	struct console *console = &room->console;
	struct course_row courses[2] = {{.id = 11}, {.id = 12}};
	struct snapshot page = {.courses = courses, .count = 2, .counted = true, .total = 40};

	assert_string_equal(dispatch_refusal(console, ACTION_TAG), UNREAD); /* no page at all */
	console_request(console, &page.request);
	room->view->page = &page;
	room->view->list.total = 40;
	assert_null(dispatch_refusal(console, ACTION_TAG));
	room->view->list.selected = 2; /* behind what has come */
	assert_string_equal(dispatch_refusal(console, ACTION_TAG), UNREAD);
	assert_string_equal(dispatch_refusal(console, ACTION_OPEN), UNREAD);
	assert_true(console_waits(console));
	room->clock.now += 2000; /* it does not come */
	assert_false(console_waits(console));
	room->view->list.selected = 1;
	assert_null(dispatch_refusal(console, ACTION_OPEN));
	room->view->page = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_answer_outlives_news_for_two_seconds, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(without_news_an_answer_stays, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_stands_for_an_answer_makes_room_at_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(answers_come_one_by_one_and_news_makes_room, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(who_presses_a_key_has_read_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(of_many_answers_the_newest_are_kept, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_an_act_waits_for_is_news, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_said_of_a_question_stands_as_long_as_that, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_row_that_is_not_read_is_neither_tagged_nor_opened, set_up,
					    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
