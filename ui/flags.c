/*
 * flags.c - switching flags: on from the gate board alone, where all gates are green, with a typed
 * word; off with one key and one confirmation.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/widget.h"

/* ---- what can be --------------------------------------------------------------------------*/

static bool is_ready(const struct board *board)
{
	return board->green && board->has_flag && board->step != STEP_ON;
}

size_t flags_ready(const struct boards *boards, int64_t *ids)
{
	size_t count = 0;

	for (size_t i = 0; i < boards->count; i++) {
		if (!is_ready(&boards->items[i]))
			continue;
		if (ids)
			ids[count] = boards->items[i].course;
		count++;
	}
	return count;
}

bool flags_may_be_on(const struct boards *boards)
{
	if (!boards || boards->looking)
		return true;
	for (size_t i = 0; i < boards->count; i++)
		if (boards->items[i].step != STEP_OFF)
			return true;
	return false;
}

const struct board *flags_ready_one(const struct boards *boards, const struct board *best)
{
	if (best && is_ready(best))
		return best;
	for (size_t i = 0; boards && i < boards->count; i++)
		if (is_ready(&boards->items[i]))
			return &boards->items[i];
	return NULL;
}

/* The first gate that is not green, and why. */
static const char *red_gate(const struct board *board)
{
	static char out[320];

	for (int gate = 0; gate < BOARD_GATES; gate++) {
		enum gate_color color = board->gates[gate].color;

		if (color == GATE_GREEN || color == GATE_ABSENT)
			continue;
		snprintf(out, sizeof(out), "%s is %s: %s", board_gate_name((enum board_gate)gate),
			 color == GATE_RED ? "red" : "not known", board->gates[gate].text);
		return out;
	}
	return "a gate is not green";
}

const char *flags_refusal(const struct console *console)
{
	const struct view *view = console_top(console);
	const struct boards *boards = board_boards(view);

	if (!boards || (boards->looking && !boards->count))
		return "the gates are still being looked at";
	if (!boards->count)
		return boards->problem[0] ? boards->problem : "there is no course";
	if (board_is_of_several(view)) {
		if (boards->looking)
			return "the gates are still being looked at";
		return flags_ready(boards, NULL) ? NULL : "no course has all gates green and its flag off";
	}
	if (!boards->items[0].has_flag)
		return "this campus has no flag to switch";
	if (boards->items[0].step == STEP_ON)
		return "it is on already";
	return is_ready(&boards->items[0]) ? NULL : red_gate(&boards->items[0]);
}

/* ---- asking -------------------------------------------------------------------------------*/

static bool keep(struct console *console, enum act act, const int64_t *ids, size_t count)
{
	struct pending_act *pending = &console->prompt.act;

	prompt_close(&console->prompt);
	pending->ids = malloc(count * sizeof(*ids) + 1);
	if (!pending->ids) {
		console_note(console, ROLE_ERROR, "out of memory: nothing was done");
		return false;
	}
	memcpy(pending->ids, ids, count * sizeof(*ids));
	pending->count = count;
	pending->act = act;
	return true;
}

/* The word is the key of the one course, or the campus's name; the screen shows what follows. */
static void ask_word(struct console *console, const struct boards *boards)
{
	struct prompt *prompt = &console->prompt;
	size_t all = boards->wanted, count;
	int64_t *ids = calloc(boards->count + 1, sizeof(*ids));
	const char *word = console->now->campus;
	bool kept;

	if (!ids) {
		console_note(console, ROLE_ERROR, "out of memory: nothing was done");
		return;
	}
	count = flags_ready(boards, ids);
	kept = keep(console, ACT_FLAG_ON, ids, count);
	free(ids);
	if (!kept)
		return;
	for (size_t i = 0; i < boards->count && count == 1; i++)
		if (boards->items[i].course == prompt->act.ids[0])
			word = boards->items[i].key;
	snprintf(prompt->act.word, sizeof(prompt->act.word), "%s", word);
	if (count == 1)
		snprintf(prompt->question, sizeof(prompt->question), "course key to switch %s: ",
			 all > 1 ? "this one flag on" : "its flag on");
	else
		snprintf(prompt->question, sizeof(prompt->question),
			 "campus name to switch on %s of %s flags: ",
			 widget_number((int64_t)count).text, widget_number((int64_t)all).text);
	prompt_word(prompt);
	console_note(console, ROLE_WARNING, "type: %s", prompt->act.word);
}

static const char *key_of(const struct console *console, const struct target *target)
{
	const struct view *view = console_top(console);
	const char *key = view->ops == &screen_board ? board_key_of(view) : NULL;

	if (key)
		return key;
	if (target->course && target->course->key)
		return target->course->key;
	return console->tags.count == 1 ? "the tagged course" : "the course";
}

static void ask_key(struct console *console)
{
	struct prompt *prompt = &console->prompt;
	struct target target;

	if (!act_target(console, &target) || target.having ||
	    !keep(console, ACT_FLAG_OFF, target.ids, target.count))
		return;
	prompt->kind = PROMPT_CONFIRM;
	if (target.count > 1)
		snprintf(prompt->question, sizeof(prompt->question),
			 "switch off the flags of %s courses on %s? y/n ",
			 widget_number((int64_t)target.count).text, console->now->environment);
	else
		snprintf(prompt->question, sizeof(prompt->question),
			 "switch off the flag of %.80s on %s? y/n ",
			 key_of(console, &target),
			 console->now->environment);
}

void flags_begin(struct console *console, enum action action)
{
	if (action == ACTION_FLAG_ON)
		ask_word(console, board_boards(console_top(console)));
	else
		ask_key(console);
}

/* ---- answers ------------------------------------------------------------------------------*/

static void carry_out(struct console *console, const char *how)
{
	const struct pending_act *pending = &console->prompt.act;

	desk_act(console->desk, pending->act,
		 &(struct act_target){.ids = pending->ids, .count = pending->count, .named = true,
				      .reason = how});
	if (!console->plain) { /* where the answer is waited for */
		console_note(console, ROLE_NORMAL, "switching %s %s flag%s",
			     pending->act == ACT_FLAG_ON ? "on" : "off",
			     widget_number((int64_t)pending->count).text,
			     pending->count == 1 ? "" : "s");
		console->note_at = 0;
	}
	prompt_close(&console->prompt);
}

void flags_confirmed(struct console *console)
{
	carry_out(console, "confirmed by a key in the console");
}

void flags_word(struct console *console)
{
	struct prompt *prompt = &console->prompt;

	if (!strcmp(prompt->text, prompt->act.word)) {
		carry_out(console, prompt->act.count == 1 ? "the course key was typed in the console"
							  : "the campus name was typed in the console");
		return;
	}
	console_note(console, ROLE_WARNING, "that is not the %s: nothing was done",
		     prompt->act.count == 1 ? "course key" : "campus name");
	prompt_close(prompt);
}
