/*
 * dispatch.c - from a key to what it does: the prompt first, then the key table.
 */
#include "config.h"

#include "ui/view.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "src/rollout/refresh.h"
#include "ui/dump.h"
#include "ui/mouse.h"
#include "ui/palette.h"
#include "ui/suspend.h"
#include "ui/taste.h"
#include "ui/term.h"
#include "ui/tune.h"
#include "ui/undo.h"
#include "ui/waive.h"

#define PASTE_PAUSE 2000 /* ms without a key: a paste has ended */
#define SLIDE_TIME 400	 /* ms: a key pressed so soon was meant for the row before */

/* ---- actions ------------------------------------------------------------------------------*/

/* Where @action has a key instead, if it has none here. */
static const char *place_of(enum action action, unsigned bit)
{
	static char out[160];
	unsigned views = keys_views(action);
	int at;

	if (views & bit)
		return NULL;
	at = snprintf(out, sizeof(out), "works on ");
	keys_views_text(views, out + at, sizeof(out) - (size_t)at);
	return out;
}

/* It is about how a screen looks: where lines are told there is none. */
static bool is_drawn(enum action action)
{
	return action == ACTION_MOUSE || action == ACTION_THEME || action == ACTION_DUMP ||
	       action == ACTION_PLOTS;
}

/* By somebody, who can go on. */
static bool is_held(const struct snapshot *now)
{
	return now->waits_for_go || now->held_by_operator;
}

static const char slid[] = "another row has come under the cursor: look, then again";

/* The row that the operator saw has gone, and another one has come under the cursor behind the
   palette, which hides it. */
static bool has_slid_unseen(const struct console *console)
{
	const struct palette *palette = &console->palette;
	int64_t at = console_top(console)->slid_at;

	return at && at >= palette->since &&
	       (palette->taken || console->prompt.kind == PROMPT_PALETTE);
}

/* The same just now: nobody has seen it. As lines it is told before another one is taken. */
static bool has_just_slid(const struct console *console)
{
	int64_t at = console_top(console)->slid_at;

	return at && !console->plain && console_clock(console) - at < SLIDE_TIME;
}

/* What @needs asks for is the selected row, or depends on it. */
static bool is_for_row(const struct console *console, unsigned needs)
{
	return (needs & (NEEDS_ROW | NEEDS_FINDING)) ||
	       ((needs & NEEDS_COURSE) && !console->tags.count);
}

/* What ends a dry run needs no course. */
static unsigned needs_of(const struct console *console, enum action action)
{
	unsigned needs = action_infos[action].needs;

	return action == ACTION_REHEARSE && act_rehearses(console) ? needs & ~NEEDS_COURSE : needs;
}

/* Why not now, where a dry run is under way, or cannot be; NULL: no reason. @target: of the course. */
static const char *rehearsal_refusal(const struct console *console, enum action action,
				     const struct target *target)
{
	bool resumes = action == ACTION_RESUME || (action == ACTION_PAUSE && target->paused);
	bool waits = resumes || action == ACTION_RUN || action == ACTION_RETRY ||
		     action == ACTION_VALIDATE || action == ACTION_REFRESH;
	static char out[sizeof(console->now->engine) + 32];

	if (waits && act_rehearses(console))
		return "a dry run is under way: wait for its end, or d ends it";
	if (action != ACTION_REHEARSE || console->now->engine_here)
		return NULL;
	snprintf(out, sizeof(out), "no dry run here, %s", console->now->engine);
	return out;
}

const char *dispatch_refusal(const struct console *console, enum action action)
{
	unsigned needs = needs_of(console, action);
	const struct view *view = console_top(console);
	const char *elsewhere = place_of(action, view->ops->bit), *rehearsal;
	struct target target = {0};

	if (elsewhere)
		return elsewhere;
	if (console->plain && is_drawn(action))
		return "there is no screen that is drawn";
	if ((needs & NEEDS_SERVICE) && console->stopping)
		return "the engine is being stopped";
	if ((needs & NEEDS_GO) && !is_held(console->now))
		return "nothing waits to go on";
	if ((needs & NEEDS_ENGINE) && !console->now->workers)
		return "no engine runs";
	if ((needs & NEEDS_FLAG) && !strcmp(console->campus->conf->flag_kind, "none"))
		return "this campus has no flag: [flag] kind = none";
	if ((needs & NEEDS_WORK) && is_held(console->now))
		return "all is held already: c goes on";
	if ((is_for_row(console, needs) && console_rows_are_old(console)) ||
	    ((needs & NEEDS_ROW) && console_row_is_unread(console)))
		return "the list is still being read: try again";
	if (is_for_row(console, needs) && has_slid_unseen(console))
		return slid;
	if ((needs & NEEDS_ROW) && view->list.total == 0)
		return "nothing is selected";
	if ((needs & NEEDS_COURSE) && !act_target(console, &target))
		return target.why ? target.why : "no course is selected";
	rehearsal = rehearsal_refusal(console, action, &target);
	if (rehearsal)
		return rehearsal;
	if (action == ACTION_BOARD && target.having)
		return "tag its courses first: a board is of courses";
	if (needs & NEEDS_FINDING)
		return waive_refusal(console, action);
	if (action == ACTION_UNDO)
		return undo_refusal(console);
	if (action == ACTION_REFRESH && *refresh_refusal(console->campus->conf))
		return refresh_refusal(console->campus->conf);
	if (action == ACTION_FLAG_ON)
		return flags_refusal(console);
	return NULL;
}

static void set_filter(struct console *console, const char *text)
{
	struct view *view = console_top(console);
	struct error err = {0};
	bool another = strcmp(view->list.filter, text) != 0;

	/* Half a filter is often none: what was understood before stays in force. */
	if (list_filter(&view->list, view->page, text, console_wall(console), &err) != RESULT_OK)
		console_note(console, ROLE_WARNING, "%s", err.text);
	if (!another)
		return;
	if (view->ops->filtered)
		view->ops->filtered(view);
}

static void take_filter(struct console *console)
{
	set_filter(console, console->prompt.text);
	find_filter_typed(console);
}

/* As the line says that tells what an act waits for, where nothing hides it; on the choice of columns
   Enter is this, too. */
static bool gives_up(const struct console *console, enum action action)
{
	return action == ACTION_BACK && console->now->waiting.can_leave && !console->note_hid &&
	       console_top(console)->ops->bit != VIEW_COLUMNS;
}

static void do_back(struct console *console, enum action action)
{
	if (gives_up(console, action))
		desk_give_up(console->desk);
	else if (console->depth > 1)
		console_pop(console);
	else if (action == ACTION_QUIT)
		console_stop(console);
	else
		console_top(console)->ops->key(console_top(console), action);
}

static void open_why(struct console *console, const struct view *view)
{
	struct place place = view->place;

	if (view->ops->item ? view->ops->item(view, &place) : place.course != 0)
		console_push(console, &screen_why, &place);
	else
		console_note(console, ROLE_NORMAL, "no item is selected: there is no story to tell");
}

void dispatch_action(struct console *console, enum action action)
{
	struct view *view = console_top(console);
	const char *why = dispatch_refusal(console, action);

	/* the footer does not blink because of it */
	if (!why && is_for_row(console, needs_of(console, action)) && has_just_slid(console))
		why = slid;
	if (why) {
		if (keys_views(action) & view->ops->bit)
			console_note(console, ROLE_WARNING, "%s", why);
		else
			console_note(console, ROLE_NORMAL, "%s %s", action_infos[action].name, why);
		return;
	}
	switch (action) {
	case ACTION_BACK:
	case ACTION_QUIT:
		do_back(console, action);
		break;
	case ACTION_HELP:
		if (view->ops != &screen_help)
			console_push(console, &screen_help, &view->place);
		break;
	case ACTION_LOG:
		console_push(console, &screen_log, &view->place);
		break;
	case ACTION_RUNS:
		console_push(console, &screen_runs, &view->place);
		break;
	case ACTION_FINDINGS:
		console_push(console, &screen_findings, &view->place);
		break;
	case ACTION_WHY:
		open_why(console, view);
		break;
	case ACTION_BOARD:
		console_push(console, &screen_board, NULL);
		break;
	case ACTION_FLAG_ON:
	case ACTION_FLAG_OFF:
		flags_begin(console, action);
		break;
	case ACTION_GO:
		act_go(console);
		break;
	case ACTION_RUN:
	case ACTION_PAUSE:
	case ACTION_RESUME:
	case ACTION_RETRY:
	case ACTION_VALIDATE:
	case ACTION_REHEARSE:
		act_begin(console, action);
		break;
	case ACTION_SEARCH:
	case ACTION_FILTER:
	case ACTION_GOTO:
		find_open(console, action);
		break;
	case ACTION_PLOTS:
		taste_plots(console);
		break;
	case ACTION_UNTAG:
		undo_clear_tags(console);
		break;
	case ACTION_PALETTE:
		palette_open(console);
		break;
	case ACTION_WAIVE:
	case ACTION_WAIVE_ALL:
		waive_begin(console, action);
		break;
	case ACTION_UNDO:
		undo_last(console);
		break;
	case ACTION_HOLD:
	case ACTION_MORE:
	case ACTION_FEWER:
	case ACTION_RATE:
		tune_key(console, action);
		break;
	case ACTION_MOUSE:
		mouse_toggle(console);
		break;
	case ACTION_THEME:
		taste_theme(console);
		break;
	case ACTION_DUMP:
		dump_ask(console);
		break;
	case ACTION_SUSPEND:
		suspend_begin(console);
		break;
	case ACTION_REDRAW:
		term_redraw();
		break;
	default:
		if (view->ops->key(view, action) & REACT_RELAYOUT)
			console_relayout(console);
	}
}

/* Enter in a prompt that closes itself, or stays open and asks again; false: another prompt. */
static bool take_text(struct console *console)
{
	switch (console->prompt.kind) {
	case PROMPT_CONFIRM:
		act_confirmed(console);
		return true;
	case PROMPT_WORD:
		act_word(console);
		return true;
	case PROMPT_REASON:
		if (console->prompt.act.question)
			questions_reason(console);
		else
			waive_reason(console);
		return true;
	case PROMPT_RATE:
		tune_rate(console);
		return true;
	case PROMPT_DUMP:
		dump_write(console);
		return true;
	default:
		return false;
	}
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void key_to_prompt(struct console *console, int key, bool code)
{
	struct prompt *prompt = &console->prompt;
	enum prompt_answer answer = prompt_key(prompt, key, code);
	bool asks = prompt_asks(prompt);

	/* they know whether another question follows */
	if (answer == PROMPT_TAKEN && take_text(console))
		return;
	if (prompt->kind == PROMPT_PALETTE && palette_key(console, answer))
		return;
	if (prompt->kind == PROMPT_FILTER && answer == PROMPT_CANCELED)
		set_filter(console, prompt->before);
	else if (prompt->kind == PROMPT_FILTER &&
		 (answer == PROMPT_CHANGED || answer == PROMPT_TAKEN))
		take_filter(console);
	else if (find_key(console, answer))
		return;
	else if (asks && answer == PROMPT_CANCELED)
		console_note(console, ROLE_NORMAL, "nothing was done");
	if (asks && answer == PROMPT_CANCELED && prompt->act.question)
		questions_drop(console);
	if (prompt->kind == PROMPT_FILTER && answer == PROMPT_TAKEN)
		undo_filter_typed(console);
	if (answer == PROMPT_TAKEN || answer == PROMPT_CANCELED)
		prompt_close(prompt);
}

/* What a word or a reason is asked for stays said while it is typed. */
static void type_to_prompt(struct console *console, int key, bool code)
{
	enum prompt_kind kind = console->prompt.kind;
	char note[sizeof(console->note)];

	memcpy(note, console->note, sizeof(note));
	console->note[0] = '\0';
	key_to_prompt(console, key, code);
	if ((kind == PROMPT_WORD || kind == PROMPT_REASON) && console->prompt.kind == kind &&
	    !console->note[0])
		memcpy(console->note, note, sizeof(note));
}

/* A key that does nothing here: perhaps it does elsewhere. */
static void explain_key(struct console *console, int key)
{
	enum action action = keys_action(key, VIEW_ANY);
	const char *place = NULL;
	char name[16];

	if (action != ACTION_NONE)
		place = place_of(action, console_top(console)->ops->bit);
	keys_name(key, name, sizeof(name));
	if (place)
		console_note(console, ROLE_NORMAL, "%s%s%s %s", name, name[0] ? " " : "",
			     action_infos[action].name, place);
	else
		console_note(console, ROLE_NORMAL, "no such key here: ? lists them");
}

/*
 * What is pasted is text and never a key: "r" in it launches nothing, a newline answers nothing.
 * True when @key was of a paste and all is done.
 */
static bool take_pasted(struct console *console, int key, bool code)
{
	int64_t now = console_clock(console);
	enum prompt_kind kind = console->prompt.kind;

	if (code && key == TERM_PASTE_BEGIN) {
		console->pasted_at = now ? now : 1;
		if (kind == PROMPT_NONE)
			console_note(console, ROLE_NORMAL,
				     "pasted text is taken only where a text is asked for");
		return true;
	}
	if (code && key == TERM_PASTE_END) {
		console->pasted_at = 0;
		return true;
	}
	/* an end that was lost on the way does not lock the keyboard */
	if (!console->pasted_at || now - console->pasted_at > PASTE_PAUSE)
		console->pasted_at = 0;
	else
		console->pasted_at = now;
	if (!console->pasted_at)
		return false;
	if (!code && key >= ' ' && key != 127 && kind != PROMPT_NONE && kind != PROMPT_CONFIRM &&
	    !console->too_small)
		key_to_prompt(console, key, false);
	return true;
}

static void obey_key(struct console *console, int key, bool code)
{
	enum action action;

	if ((code && key == KEY_RESIZE) || take_pasted(console, key, code))
		return;
	console->note_hid = console->note[0] && !console->plain;
	if (code && (key == TERM_MOUSE || key == TERM_MOUSE_OLD)) {
		mouse_begin(console, key);
		return;
	}
	console->message_seen = true;
	/* An old error has been read by whoever presses keys. */
	if (console_clock(console) - console->message_at > 5000)
		console->message_gone = true;
	if (console->too_small) {
		if (console->prompt.kind == PROMPT_NONE) /* else it says what to type */
			console->note[0] = '\0';
		/* Nobody acts on what cannot be seen; and "q" may be of a text. */
		if (!code && key == 'q' && console->prompt.kind == PROMPT_NONE)
			console_stop(console);
		return;
	}
	if (console->prompt.kind != PROMPT_NONE) {
		type_to_prompt(console, key, code);
		return;
	}
	console->note[0] = '\0';
	if (code && key == TERM_ALT) {
		console_note(console, ROLE_NORMAL,
			     "no key with Alt does anything; for Esc and a key: the key a moment later");
		return;
	}
	if (!code && key == 127)
		key = KEY_BACKSPACE;
	else if (!code && key >= 127)
		return;
	action = keys_action(key, console_top(console)->ops->bit);
	if (action != ACTION_NONE)
		dispatch_action(console, action);
	else
		explain_key(console, key);
}

void dispatch_key(struct console *console, int key, bool code)
{
	console->dirty = true;
	obey_key(console, key, code);
	console->screen_is_old = true;
}
