/*
 * act.c - acts on courses: the tagged ones, else the one under the cursor, or all that have the
 * finding under the cursor.
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

#include "ui/ask.h"
#include "ui/waive.h"
#include "ui/widget.h"

bool act_target(const struct console *console, struct target *target)
{
	const struct view *view = console_top(console);

	memset(target, 0, sizeof(*target));
	if (!view->ops->target || !view->ops->target(view, target))
		return false;
	target->named = !target->ids || !console->tags.swept;
	if (target->having) {
		target->named = false;
		return true;
	}
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
	case ACTION_REHEARSE:
		return ACT_REHEARSE;
	default:
		return paused ? ACT_RESUME : ACT_PAUSE;
	}
}

static const char *verb_of(enum act act)
{
	static const char *const verbs[] = {
		[ACT_RUN] = "launch", [ACT_PAUSE] = "pause", [ACT_RESUME] = "resume",
		[ACT_RETRY] = "retry", [ACT_VALIDATE] = "validate",
		[ACT_REHEARSE] = "dry-run",
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
	pending->finding = act == ACT_RETRY ? target->finding : NULL;
	return true;
}

/* "launch the 12 courses on staging? y/n ", "launch the 12 courses that have asset-missing on ..."
   or "retry asset-missing in the 12 courses that have it on ...": @having says that it has. */
static void write_question(struct console *console, enum act act, int64_t count, const char *having)
{
	const char *finding = console->prompt.act.finding;
	struct prompt *prompt = &console->prompt;

	snprintf(prompt->question, sizeof(prompt->question),
		 "%s %s%s%s %s course%s%s%s on %s? y/n ", verb_of(act), finding ? finding : "",
		 finding ? " in " : "", count == head_courses(console->now) ? "all" : "the",
		 widget_number(count).text, count == 1 ? "" : "s", *having ? " that have " : "",
		 having, console->now->environment);
}

static void ask_key(struct console *console, enum act act, const struct target *target)
{
	struct prompt *prompt = &console->prompt;
	const char *having = !target->having ? "" : prompt->act.finding ? "it" : target->finding;
	int64_t count = (int64_t)target->count;

	prompt->kind = PROMPT_CONFIRM;
	write_question(console, act, count, having);
	if (launches(act) && console->now->launch_means[0])
		console_note(console, ROLE_WARNING, "%s", console->now->launch_means);
	/* on a narrow screen the environment is worth more than what goes without saying */
	if (prompt->act.finding && widget_cells(prompt->question) >= console_top(console)->area.w)
		write_question(console, act, count, "");
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
					.named = pending->named, .finding = pending->finding};

	if (pending->go)
		desk_go(console->desk);
	else
		undo_acted(console, desk_act(console->desk, pending->act, &wish),
			   verb_of(pending->act), pending->count);
}

/* What is registered here is seen by learners at once, or as soon as the engine sees it complete. */
static bool is_seen_in_production(const struct console *console, enum act act)
{
	return launches(act) && console->now->launch_means[0] &&
	       !strcmp(console->now->environment, "production");
}

static void begin(struct console *console, enum action action, const struct target *target)
{
	enum act act = act_of(action, target->paused);

	if (!keep_act(console, act, target))
		return;
	if (act != ACT_PAUSE && (target->count > 1 || is_seen_in_production(console, act)))
		ask_key(console, act, target);
	else
		act_confirmed(console);
}

/* The courses that have the finding are known. */
static void take_courses(struct console *console, const struct snapshot *answer)
{
	const struct asking *asking = &console->asking;
	struct target target = {
		.having = true,
		.finding = finding_info((enum finding_code)asking->question.code)->name};
	struct error err = {0};
	int64_t *ids;

	console->dirty = true;
	if (picks_courses(answer->picks, PICK_OPEN, &ids, &target.count, &err) != RESULT_OK)
		console_note(console, ROLE_ERROR, "%s: nothing was done", err.text);
	else if (!target.count)
		console_note(console, ROLE_WARNING, "no course has %s open any more", target.finding);
	target.ids = ids;
	if (target.count)
		begin(console, asking->action, &target);
	free(ids);
}

static void ask_courses(struct console *console, enum action action, const struct target *target)
{
	struct page_question question = {.ask = ASK_FINDINGS,
					 .code = finding_by_name(target->finding)};

	snprintf(question.filter, sizeof(question.filter), "%s", target->filter);
	ask_desk(console, &question, action, take_courses);
}

bool act_rehearses(const struct console *console)
{
	return console->now->engine_here && console->now->dry_run;
}

static void ask_end(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	prompt_close(prompt);
	prompt->act.ends_rehearsal = true;
	prompt->kind = PROMPT_CONFIRM;
	snprintf(prompt->question, sizeof(prompt->question), "end dry run %lld before its end? y/n ",
		 (long long)console->now->dry_run);
}

void act_begin(struct console *console, enum action action)
{
	struct target target;

	if (action == ACTION_REHEARSE && act_rehearses(console)) {
		ask_end(console);
		return;
	}
	if (!act_target(console, &target))
		return;
	if (target.having)
		ask_courses(console, action, &target);
	else
		begin(console, action, &target);
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

	if (prompt->act.question) {
		questions_confirmed(console);
		return;
	}
	if (prompt->act.ends_rehearsal) {
		desk_end_rehearsal(console->desk);
		prompt_close(prompt);
		return;
	}
	if (prompt->act.act == ACT_FLAG_OFF) {
		flags_confirmed(console);
		return;
	}
	if (prompt->act.picks) {
		waive_confirmed(console);
		return;
	}
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

	if (prompt->act.question) {
		questions_word(console);
		return;
	}
	if (prompt->act.act == ACT_FLAG_ON) {
		flags_word(console);
		return;
	}
	if (strcmp(prompt->text, console->now->campus)) {
		console_note(console, ROLE_WARNING,
			     "that is not the campus name: nothing was done");
	} else if (prompt->act.refreshes) {
		desk_refresh(console->desk);
	} else {
		desk_allow_link(console->desk);
		carry_out(console);
	}
	prompt_close(prompt);
}
