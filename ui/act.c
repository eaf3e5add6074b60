/*
 * act.c - acts on courses: the tagged ones, else the one under the cursor.
 *
 * Friction only where many courses move at once: pausing never asks. And where links are written
 * into the source, the first act of a session that lets the engine run takes a typed word: the
 * campus's name.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/widget.h"

bool act_target(const struct console *console, struct target *target)
{
	const struct view *view = console_top(console);

	memset(target, 0, sizeof(*target));
	if (!view->ops->target || !view->ops->target(view, target))
		return false;
	target->named = !target->ids || !console->tags.swept;
	if (!target->ids) {
		target->ids = &target->one;
		target->count = 1;
	}
	return target->count > 0;
}

static enum act act_of(enum action action, bool paused)
{
	switch (action) {
	case ACTION_RUN:
		return ACT_RUN;
	case ACTION_RESUME:
		return ACT_RESUME;
	case ACTION_RETRY:
		return ACT_RETRY;
	case ACTION_VALIDATE:
		return ACT_VALIDATE;
	default:
		return paused ? ACT_RESUME : ACT_PAUSE;
	}
}

static const char *verb_of(enum act act)
{
	static const char *const verbs[] = {
		[ACT_RUN] = "launch", [ACT_PAUSE] = "pause", [ACT_RESUME] = "resume",
		[ACT_RETRY] = "retry", [ACT_VALIDATE] = "validate",
	};

	return verbs[act];
}

static bool launches(enum act act)
{
	return act == ACT_RUN || act == ACT_RESUME || act == ACT_RETRY;
}

/* Keeps the act in the prompt, which is still closed; false without memory. */
static bool keep_act(struct console *console, enum act act, const struct target *target)
{
	struct pending_act *pending = &console->prompt.act;

	prompt_close(&console->prompt);
	pending->ids = calloc(target->count, sizeof(*pending->ids));
	if (!pending->ids) {
		console_note(console, ROLE_ERROR, "out of memory: nothing was done");
		return false;
	}
	memcpy(pending->ids, target->ids, target->count * sizeof(*pending->ids));
	pending->count = target->count;
	pending->named = target->named;
	pending->act = act;
	return true;
}

static void ask_key(struct console *console, enum act act, const struct target *target)
{
	struct prompt *prompt = &console->prompt;
	int64_t count = (int64_t)target->count;

	prompt->kind = PROMPT_CONFIRM;
	snprintf(prompt->question, sizeof(prompt->question), "%s %s %s course%s on %s? y/n ",
		 verb_of(act), count == head_courses(console->now) ? "all" : "the",
		 widget_number(count).text, count == 1 ? "" : "s", console->now->environment);
}

static void ask_word(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	snprintf(prompt->question, sizeof(prompt->question),
		 "type the campus name to allow link = %s (%s, %s): ", console->campus->conf->link,
		 console->now->campus, console->now->environment);
	prompt_word(prompt);
	console_note(console, ROLE_WARNING,
		     "link = %s writes into the modulestore; Esc: do nothing",
		     console->campus->conf->link);
}

static void carry_out(struct console *console)
{
	const struct pending_act *pending = &console->prompt.act;
	const struct act_target wish = {.ids = pending->ids, .count = pending->count,
					.named = pending->named};

	if (pending->go)
		desk_go(console->desk);
	else
		desk_act(console->desk, pending->act, &wish);
}

void act_begin(struct console *console, enum action action)
{
	struct target target;
	enum act act;

	if (!act_target(console, &target))
		return;
	act = act_of(action, target.paused);
	if (!keep_act(console, act, &target))
		return;
	if (act != ACT_PAUSE && target.count > 1)
		ask_key(console, act, &target);
	else
		act_confirmed(console);
}

void act_go(struct console *console)
{
	prompt_close(&console->prompt);
	console->prompt.act.go = true;
	act_confirmed(console);
}

void act_confirmed(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	if ((prompt->act.go || launches(prompt->act.act)) && desk_needs_word(console->desk)) {
		ask_word(console);
		return;
	}
	carry_out(console);
	prompt_close(prompt);
}

void act_word(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	if (strcmp(prompt->text, console->now->campus)) {
		console_note(console, ROLE_WARNING,
			     "that is not the campus name: nothing was done");
	} else {
		desk_allow_link(console->desk);
		carry_out(console);
	}
	prompt_close(prompt);
}
