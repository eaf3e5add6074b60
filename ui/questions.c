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

	snprintf(prompt->question, sizeof(prompt->question),
		 "type the campus name to %s all the same (%s): ", question->act,
		 console->now->campus);
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
	prompt->act.question = question->serial;
	console_note(console, ROLE_WARNING, "%s", question->text);
	if (question->kind == QUESTION_PERMIT)
		ask_word(console, question);
	else
		ask_key(console, question);
	if (!console->plain) /* lines that come behind are the answer */
		console_drop_keys(console);
	console->dirty = true;
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
			     "going past the gate needs a reason: type why, or Esc");
	} else {
		answer(console, true, reason);
	}
	free(reason);
}
