/*
 * act.c - acts on courses: the tagged ones, else the one under the cursor.
 *
 * Friction only where many courses move at once: pausing never asks.
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
	if (!target->all && !target->ids) {
		target->ids = &target->one;
		target->count = 1;
	}
	target->total = target->all ? target->total : (int64_t)target->count;
	return target->total > 0;
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

static void ask_first(struct console *console, enum act act, const struct target *target)
{
	struct prompt *prompt = &console->prompt;
	struct pending_act *pending = &prompt->act;

	prompt_close(prompt);
	if (!target->all) {
		pending->ids = calloc(target->count, sizeof(*pending->ids));
		if (!pending->ids) {
			console_note(console, ROLE_ERROR, "out of memory: nothing was done");
			return;
		}
		memcpy(pending->ids, target->ids, target->count * sizeof(*pending->ids));
		pending->count = target->count;
	}
	prompt->kind = PROMPT_CONFIRM;
	pending->act = act;
	pending->query = target->query;
	if (target->query.text)
		snprintf(pending->text, sizeof(pending->text), "%s", target->query.text);
	pending->query.text = pending->text;
	snprintf(prompt->question, sizeof(prompt->question), "%s %s %s course%s on %s? y/n ",
		 verb_of(act), target->all ? "all" : "the", widget_number(target->total).text,
		 target->total == 1 ? "" : "s", console->now->environment);
}

void act_begin(struct console *console, enum action action)
{
	struct target target;
	struct act_target wish;
	enum act act;

	if (!act_target(console, &target))
		return;
	act = act_of(action, target.paused);
	if (act != ACT_PAUSE && (target.all || target.count > 1)) {
		ask_first(console, act, &target);
		return;
	}
	wish = (struct act_target){target.ids, target.count, target.query};
	desk_act(console->desk, act, &wish);
}

void act_confirmed(struct console *console)
{
	const struct pending_act *pending = &console->prompt.act;
	struct act_target wish = {pending->ids, pending->count, pending->query};

	desk_act(console->desk, pending->act, &wish);
}
