/*
 * questions.c - what the desk asks before it does what it was told: rows that are gone from edx-val
 * in bulk, and the gate before production.
 *
 * A question comes a moment after its act. It waits until no other prompt is open, and keys that
 * were typed before it could be seen are no answer.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "ui/widget.h"

/* ---- asking -------------------------------------------------------------------------------*/

static void ask_key(struct console *console, const struct desk_question *question)
{
	struct prompt *prompt = &console->prompt;

	prompt->kind = PROMPT_CONFIRM;
	snprintf(prompt->question, sizeof(prompt->question), "%s all the same? y/n ", question->act);
}

static void ask_word(struct console *console, const struct desk_question *question)
{
	struct prompt *prompt = &console->prompt;

	snprintf(prompt->question, sizeof(prompt->question), "campus name to %s anyway: ",
		 question->act);
	snprintf(prompt->act.word, sizeof(prompt->act.word), "%s", console->now->campus);
	prompt_word(prompt);
}

static bool same(const struct desk_question *a, const struct desk_question *b)
{
	return a->kind == b->kind && a->serial == b->serial;
}

void questions_look(struct console *console)
{
	const struct desk_question *question = &console->now->question;
	struct prompt *prompt = &console->prompt;

	/* it was answered for, or is not open any more: nothing is there to be said yes to */
	if (prompt->act.question && !same(question, &console->question)) {
		prompt_close(prompt);
		console->dirty = true;
	}
	if (question->kind == QUESTION_NONE)
		console->question = *question;
	if (prompt->kind != PROMPT_NONE || same(question, &console->question))
		return;
	console->question = *question;
	prompt_close(prompt);
	if (!console->plain) /* it is of something else */
		console->note[0] = '\0';
	prompt->act.question = question->serial;
	if (console->plain) /* a screen shows it as long as it is asked */
		console_note(console, ROLE_WARNING, "%s", question->text);
	if (question->kind == QUESTION_PERMIT)
		ask_word(console, question);
	else
		ask_key(console, question);
	if (!console->plain) /* lines that come behind are the answer */
		console_drop_keys(console);
	console->dirty = true;
}

/* ---- drawing ------------------------------------------------------------------------------*/

static int lines_of(const char *text, int width)
{
	char *safe = text_safe(text);
	int lines = 0;

	for (const char *at = safe; at && *at; lines++) {
		at += widget_fitting(at, width);
		at += strspn(at, " ");
	}
	free(safe);
	return lines;
}

void questions_draw(const struct console *console, int bottom, int width)
{
	const struct desk_question *question = &console->question;
	bool permit = console->prompt.kind == PROMPT_WORD; /* and no reason yet */
	int lines = lines_of(question->text, width - 2), room = bottom / 2, y;

	if (!console->prompt.act.question)
		return;
	lines = lines < room ? lines : room;
	y = bottom - lines - permit;
	for (int at = y; at < bottom; at++)
		widget_text(at, 0, width, ROLE_NORMAL, "");
	widget_rule(y - 1, width, console->note[0] ? console->note_role : ROLE_WARNING,
		    console->note[0] ? console->note : question->act, "Esc: nothing is done");
	widget_wrapped(y, 1, width - 2, lines, ROLE_WARNING, question->text);
	if (permit)
		widget_printf(bottom - 1, 1, width - 2, ROLE_NORMAL,
			      "campus name: %s; then a reason", console->now->campus);
}

/* ---- answers ------------------------------------------------------------------------------*/

static void answer(struct console *console, bool yes, const char *reason)
{
	desk_answer(console->desk, console->prompt.act.question, yes, reason);
	prompt_close(&console->prompt);
}

void questions_confirmed(struct console *console)
{
	answer(console, true, NULL);
}

void questions_drop(struct console *console)
{
	answer(console, false, NULL);
}

void questions_word(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	if (strcmp(prompt->text, prompt->act.word) != 0) {
		console_note(console, ROLE_WARNING, "that is not the campus name: nothing was done");
		answer(console, false, NULL);
		return;
	}
	snprintf(prompt->question, sizeof(prompt->question), "reason, for the audit: ");
	prompt_reason(prompt);
}

void questions_reason(struct console *console)
{
	char *reason = text_strip(console->prompt.text);

	if (!reason) {
		console_note(console, ROLE_ERROR, "out of memory: nothing was done");
		answer(console, false, NULL);
	} else if (!*reason) {
		console_note(console, ROLE_WARNING,
			     "it needs a reason: type why");
	} else {
		answer(console, true, reason);
	}
	free(reason);
}
