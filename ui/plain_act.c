/*
 * plain_act.c - one line of the console as lines.
 */
#include "config.h"

#include "ui/plain_act.h"

#include <stdio.h>
#include <string.h>
#include <unistr.h>

#include "ui/plain_words.h"
#include "ui/widget.h"

#define ESCAPE 27
#define CONTROL(c) ((c) & 31)

void plain_look(const struct console *console, struct plain_look *out)
{
	const struct view *view = console_top(console);
	struct page_request *asked = &out->asked;

	memset(out, 0, sizeof(*out));
	out->ops = view->ops;
	out->depth = console->depth;
	console_request(console, asked);
	asked->first = asked->count = asked->selected = 0;
	memset(asked->find, 0, sizeof(asked->find));
	memset(asked->guess, 0, sizeof(asked->guess));
	asked->find_from = asked->guess_step = 0;
	asked->find_direction = 0;
	asked->find_serial = 0;
	memset(&asked->question, 0, sizeof(asked->question));
	out->selected = view->list.selected;
	out->id = view->list.id;
	out->tags = console->tags.count;
	out->columns = console->columns.wanted;
}

void plain_owe(struct plain *plain, enum plain_owed owed)
{
	plain->owed = owed;
	plain->owed_since = console_clock(plain->console);
}

/* ---- what a number names ------------------------------------------------------------------*/

static struct plain_told *find_told(struct plain *plain, const struct view *view, int64_t position)
{
	size_t count = plain->told_count < PLAIN_TOLD ? plain->told_count : PLAIN_TOLD;

	for (size_t i = 0; i < count; i++)
		if (plain->told[i].view == view && plain->told[i].position == position)
			return &plain->told[i];
	return NULL;
}

void plain_was_told(const struct view *view, int64_t position)
{
	struct plain *plain = view->console->plain;
	int64_t row = list_row(&view->list, view->page, position);
	struct plain_told *told;

	if (!view->list.rows->id || row < 0)
		return;
	told = find_told(plain, view, position);
	if (!told)
		told = &plain->told[plain->told_count++ % PLAIN_TOLD];
	*told = (struct plain_told){view, position, view->list.rows->id(view->page, (size_t)row)};
}

void plain_forget(struct plain *plain, const struct view *view)
{
	for (size_t i = 0; i < PLAIN_TOLD; i++)
		if (plain->told[i].view == view)
			plain->told[i].view = NULL;
}

/* Since it was told another row has come to the place of the selected one. */
static bool is_another(struct plain *plain, const struct view *view)
{
	const struct plain_told *told = find_told(plain, view, view->list.selected);

	return told && view->list.id && told->id != view->list.id;
}

/* ---- acting -------------------------------------------------------------------------------*/

/* What the desk answers with a message, soon. */
static bool is_answered(enum action action)
{
	return action == ACTION_RUN || action == ACTION_PAUSE || action == ACTION_RESUME ||
	       action == ACTION_RETRY || action == ACTION_FLAG_OFF || action == ACTION_FLAG_ON ||
	       action == ACTION_REHEARSE;
}

static void await_answer(struct plain *plain, uint64_t message)
{
	plain->unanswered = message;
	plain->answer_until = console_clock(plain->console) + PLAIN_READ_TIME;
}

static void type_text(struct console *console, const char *text)
{
	size_t left = strlen(text);
	ucs4_t character;

	for (int n; left > 0; text += n, left -= (size_t)n) {
		n = u8_mbtouc(&character, (const uint8_t *)text, left);
		dispatch_key(console, (int)character, false);
	}
}

/* Into the prompt that is open; what does not fit there is not taken cut off. */
static void type_line(struct console *console, const char *text)
{
	dispatch_key(console, CONTROL('u'), false);
	type_text(console, text);
	if (!strcmp(console->prompt.text, text)) {
		dispatch_key(console, '\r', false);
		return;
	}
	dispatch_key(console, ESCAPE, false);
	console_note(console, ROLE_WARNING, "that is too long here, or no text: nothing was done");
}

static void act(struct plain *plain, enum action action, const struct plain_words *words)
{
	struct console *console = plain->console;
	uint64_t message = console->now->messages.answer;

	dispatch_action(console, action);
	if (words->has_text && console->prompt.kind != PROMPT_NONE)
		type_line(console, words->text);
	else if (is_answered(action) && console->prompt.kind == PROMPT_NONE && !console->note[0])
		await_answer(plain, message);
	if (console->prompt.aside[0])
		plain_say("%s", console->prompt.aside);
}

/* An empty line says no to what would do something, and is a text of its own where one looks. */
static bool is_refused_by_nothing(enum prompt_kind kind)
{
	return kind != PROMPT_SEARCH && kind != PROMPT_FILTER && kind != PROMPT_GOTO;
}

static void answer(struct plain *plain, const char *line)
{
	struct console *console = plain->console;
	struct prompt *prompt = &console->prompt;
	enum prompt_kind kind = prompt->kind;
	bool acts = kind == PROMPT_CONFIRM || kind == PROMPT_WORD ||
		    (kind == PROMPT_REASON && prompt->act.question);
	bool later = prompt->act.go || prompt->act.act == ACT_VALIDATE;
	uint64_t message = console->now->messages.answer;

	if (kind == PROMPT_CONFIRM)
		dispatch_key(console, !strcasecmp(line, "y") || !strcasecmp(line, "yes") ? 'y' : 'n', false);
	else if (!*line && is_refused_by_nothing(kind))
		dispatch_key(console, ESCAPE, false);
	else
		type_line(console, line);
	if (acts && !later && prompt->kind == PROMPT_NONE && !console->note[0])
		await_answer(plain, message);
}

static void select_row(struct plain *plain, const struct plain_words *words)
{
	struct view *view = console_top(plain->console);

	if (words->row > view->list.total) {
		plain_say("there is no row %s: the list has %s", widget_number(words->row).text,
			  widget_number(view->list.total).text);
		return;
	}
	list_jump(&view->list, view->page, words->row - 1);
	plain->then = words->action;
	plain_owe(plain, OWED_ROW);
}

static void tell_more(struct plain *plain)
{
	struct view *view = console_top(plain->console);

	if (plain->told_to >= view->list.total) {
		plain_say("no more rows");
		return;
	}
	plain->rows_from = plain->told_to;
	view->list.top = plain->rows_from;
	list_move(&view->list, view->page, plain->rows_from);
	plain_owe(plain, OWED_ROWS);
}

static void do_words(struct plain *plain, const struct plain_words *words)
{
	struct console *console = plain->console;

	switch (words->meaning) {
	case PLAIN_ACTION:
		act(plain, words->action, words);
		break;
	case PLAIN_ROW:
		select_row(plain, words);
		break;
	case PLAIN_READ:
		plain_owe(plain, OWED_ROW);
		break;
	case PLAIN_LIST:
		plain_owe(plain, OWED_SCREEN);
		break;
	case PLAIN_MORE:
		tell_more(plain);
		break;
	case PLAIN_STATE:
		plain_tell_state(console);
		break;
	case PLAIN_HELP:
		plain_tell_help(console);
		break;
	case PLAIN_WAIT:
		plain->waits = true;
		plain->quiet_since = 0;
		break;
	case PLAIN_SEVERAL:
		plain_say("several begin so: %s", words->text);
		break;
	default:
		plain_say("no such action here: help lists them");
	}
}

void plain_take_line(struct plain *plain, const char *line)
{
	struct console *console = plain->console;
	struct plain_words words;

	plain_answered(line, plain->echo);
	console->note[0] = '\0';
	plain_look(console, &plain->before);
	plain_owe(plain, OWED_NEWS);
	if (console->prompt.kind != PROMPT_NONE) {
		answer(plain, line);
		return;
	}
	plain_words_read(console, line, &words);
	do_words(plain, &words);
}

void plain_act_on_row(struct plain *plain)
{
	const struct view *view = console_top(plain->console);
	enum action then = plain->then;

	plain->then = ACTION_NONE;
	if (is_another(plain, view)) {
		plain_say("warning: row %s is another one than was told: nothing was done",
			  widget_number(view->list.selected + 1).text);
		plain_tell_row(view, false);
		return;
	}
	plain_look(plain->console, &plain->before);
	plain_owe(plain, OWED_NEWS);
	act(plain, then, &(struct plain_words){0});
}
