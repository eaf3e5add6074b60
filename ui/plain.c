/*
 * plain.c - the loop of the console as lines: one line in, all there is to tell of it out, the next.
 *
 * A line is taken only when everything the one before asked for is there and was told (not for
 * ever), so that what is typed ahead, or comes from a pipe, means what it would have meant to who
 * waits.
 */
#include "config.h"

#include "ui/plain.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/out.h"
#include "ui/plain_act.h"
#include "ui/term.h"
#include "ui/widget.h"

#define QUIET_TIME 1000	 /* ms without news after which work is over: a look may take that long */
#define TICK 100	 /* ms between looks while something is waited for */
#define ESCAPE 27
#define SCREEN_LINES 24	 /* as if there were such a screen */
#define SCREEN_CELLS 80
#define STORY_CELLS 4000 /* a line of a story is not broken */

struct plain *plain_new(struct console *console)
{
	struct plain *plain = calloc(1, sizeof(*plain));

	if (!plain)
		return NULL;
	plain->console = console;
	plain->then = ACTION_NONE;
	plain->echo = !isatty(STDIN_FILENO);
	return plain;
}

void plain_free(struct plain *plain)
{
	free(plain);
}

void plain_layout(struct view *view)
{
	view->area = (struct area){0, SCREEN_LINES, SCREEN_CELLS};
	if (view->ops == &screen_why || view->ops == &screen_board)
		view->area.w = STORY_CELLS;
	if (!view->page)
		plain_forget(view->console->plain, view);
	view->ops->layout(view);
	list_resize(&view->list, PLAIN_ROWS);
}

void plain_drop(struct plain *plain)
{
	plain_lines_drop(&plain->lines);
	plain->lines.eof |= plain->echo;
}

/* ---- what a line has changed --------------------------------------------------------------*/

static bool same_row(const struct plain_look *a, const struct plain_look *b)
{
	return a->id && b->id ? a->id == b->id : a->selected == b->selected;
}

static void tell_news(struct plain *plain)
{
	const struct console *console = plain->console;
	const struct view *view = console_top(console);
	struct plain_look now;

	plain_look(console, &now);
	if (now.tags != plain->before.tags)
		plain_say("tagged: %s", widget_number((int64_t)now.tags).text);
	if (now.depth < plain->before.depth)
		plain->told_to = plain_tell_again(view);
	else if (now.ops != plain->before.ops || now.depth != plain->before.depth ||
	    memcmp(&now.asked, &plain->before.asked, sizeof(now.asked)) != 0)
		plain->told_to = plain_tell(view);
	else if (!same_row(&now, &plain->before) || now.columns != plain->before.columns)
		plain_tell_row(view, false);
}

/* What was selected has left the list: what a line would be for now is said first. */
static void tell_slid(struct plain *plain)
{
	const struct view *view = console_top(plain->console);

	if (view->slid_at <= plain->slid_told || plain_selected(view) < 0)
		return;
	plain->slid_told = view->slid_at;
	plain_say("another row is selected now:");
	plain_tell_row(view, false);
}

static void tell_owed(struct plain *plain)
{
	const struct view *view = console_top(plain->console);
	enum plain_owed owed = plain->owed;

	plain->owed = OWED_NOTHING;
	if (!view->page)
		return;
	if (owed == OWED_NEWS)
		tell_news(plain);
	else if (owed == OWED_SCREEN)
		plain->told_to = plain_tell(view);
	else if (owed == OWED_ROWS)
		plain->told_to = plain_tell_rows(view, plain->rows_from);
	else if (plain->then == ACTION_NONE)
		plain_tell_row(view, true);
}

static void tell_note(struct console *console)
{
	const char *before = console->note_role == ROLE_ERROR     ? "error: "
			     : console->note_role == ROLE_WARNING ? "warning: "
								  : "";

	if (!console->note[0])
		return;
	plain_say("%s%s", before, console->note);
	console->note[0] = '\0';
}

/* Tells what is owed, if it is there; what does not come is not waited for for ever. */
static void pay(struct plain *plain)
{
	struct console *console = plain->console;
	bool late = console_clock(console) - plain->owed_since > PLAIN_READ_TIME;

	if (plain->owed == OWED_NOTHING || console_waits(console))
		return;
	tell_note(console);
	if (console->prompt.kind != PROMPT_NONE && plain->owed == OWED_NEWS) {
		plain->owed = OWED_NOTHING; /* a question comes first */
	} else if (plain_is_ready(console)) {
		tell_owed(plain);
	} else if (late) {
		plain->owed = OWED_NOTHING;
		plain_say("still being read: list tells it later");
	}
}

/* ---- the loop -----------------------------------------------------------------------------*/

static void start(struct plain *plain)
{
	const struct console *console = plain->console;
	const struct snapshot *now = console->now;

	if (plain->started || !now->counted || !strcmp(now->engine, "starting") ||
	    (!head_courses(now) && !now->scanned))
		return;
	plain->started = true;
	plain_tell_state(console);
	plain_owe(plain, OWED_SCREEN);
}

/* True while the work under way is waited for; not where only a line could let it go on. */
static bool waits_for_work(struct plain *plain)
{
	const struct console *console = plain->console;
	const struct snapshot *now = console->now;
	bool stuck = now->waits_for_go || now->hold[0];
	int64_t clock = console_clock(console);

	if (!plain->waits)
		return false;
	if (!plain_work_is_over(console) && !stuck)
		plain->quiet_since = 0;
	else if (!plain->quiet_since)
		plain->quiet_since = clock ? clock : 1;
	else if (clock - plain->quiet_since > QUIET_TIME)
		plain->waits = false;
	if (!plain->waits)
		plain_say("%s", stuck ? "waited: work waits, too" : "waited: no work is under way");
	return plain->waits;
}

static bool waits_for_answer(struct plain *plain)
{
	const struct console *console = plain->console;

	if (plain->answer_until && (console->prompt.kind != PROMPT_NONE ||
				    console->now->messages.answer != plain->unanswered ||
				    console_clock(console) > plain->answer_until))
		plain->answer_until = 0;
	return plain->answer_until != 0;
}

/* What was asked for may turn into a question, which the next line answers. */
static bool waits_for_question(struct plain *plain)
{
	const struct console *console = plain->console;

	if (console->prompt.kind != PROMPT_NONE || !desk_is_asking(console->desk, console->now))
		plain->question_until = 0;
	else if (!plain->question_until)
		plain->question_until = console_clock(console) + PLAIN_READ_TIME;
	return plain->question_until && console_clock(console) < plain->question_until;
}

/* Everything was told: another line may come. */
static bool is_ready(struct plain *plain)
{
	if (plain->console->stopping)
		return true;
	return plain->started && plain->owed == OWED_NOTHING && !waits_for_answer(plain) &&
	       !waits_for_question(plain) &&
	       !waits_for_work(plain) && !console_waits(plain->console);
}

/* "launch the 12 courses on staging? y or n: ", "courses> " */
static void ask_for_line(const struct console *console)
{
	static const char keys[] = "y/n ";
	const struct prompt *prompt = &console->prompt;
	char text[sizeof(prompt->question) + 32];
	size_t len;

	if (prompt->kind == PROMPT_NONE)
		snprintf(text, sizeof(text), "%s> ", console_top(console)->ops->name);
	else
		snprintf(text, sizeof(text), "%s", prompt_label(prompt));
	len = strlen(text);
	if (prompt->kind == PROMPT_CONFIRM && len >= strlen(keys) &&
	    !strcmp(text + len - strlen(keys), keys))
		snprintf(text + len - strlen(keys), sizeof(text) - len + strlen(keys), "y or n: ");
	plain_ask(text);
}

static void leave(struct console *console)
{
	if (console->prompt.kind != PROMPT_NONE)
		dispatch_key(console, ESCAPE, false);
	tell_note(console);
	if (!console->stopping)
		console_stop(console);
}

/* Takes the next line, or finds that there will be none; false: there is none now. */
static bool take_next(struct plain *plain)
{
	char line[PLAIN_LINE + 1];

	switch (plain_lines_take(&plain->lines, line)) {
	case PLAIN_LINE_TAKEN:
		plain_take_line(plain, line);
		return true;
	case PLAIN_LINE_TOO_LONG:
		plain_say("that line was too long: nothing was done");
		return true;
	default:
		if (plain->lines.eof && !plain->lines.len)
			leave(plain->console);
		return false;
	}
}

/* Takes lines as long as they can be taken. */
static void take_lines(struct plain *plain)
{
	struct console *console = plain->console;

	while (is_ready(plain)) {
		if (plain->then != ACTION_NONE) {
			plain_act_on_row(plain);
		} else {
			if (!console->stopping && (plain_lines_has(&plain->lines) || !plain->lines.eof))
				ask_for_line(console);
			if (!take_next(plain))
				return;
		}
		pay(plain);
		if (console->stopping)
			return;
	}
}

static void tell_stopping(struct plain *plain, int before)
{
	const struct snapshot *now = plain->console->now;

	if (plain->console->stopping == before)
		return;
	if (plain->console->stopping > 1)
		plain_say("ending at once: what is under way will be completed next time");
	else if (now->under_way)
		plain_say("leaving: %s transaction%s under way; quit or ^C again ends at once",
			  widget_number(now->under_way).text,
			  now->under_way == 1 ? " finishes" : "s finish");
	else
		plain_say("leaving");
}

static void wait_for_news(struct plain *plain)
{
	struct console *console = plain->console;
	bool pending = !is_ready(plain) || console->stopping;
	struct pollfd fds[3] = {
		{.fd = plain->lines.eof || plain_lines_has(&plain->lines) ? -1 : STDIN_FILENO, .events = POLLIN},
		{.fd = desk_wake_fd(console->desk), .events = POLLIN},
		{.fd = term_event_fd(), .events = POLLIN},
	};

	out_flush();
	if (poll(fds, 3, pending ? TICK : 10 * TICK) <= 0)
		return;
	if (fds[1].revents)
		desk_wake_drain(console->desk);
	if (fds[2].revents)
		console_take_events(console);
	if (fds[0].revents)
		plain_lines_read(&plain->lines);
}

static void turn(struct plain *plain)
{
	struct console *console = plain->console;
	int stopping = console->stopping;

	console_look(console);
	if (plain->started)
		plain_tell_events(console, &plain->seen);
	tell_slid(plain);
	start(plain);
	pay(plain);
	if (plain->owed == OWED_NOTHING)
		tell_note(console); /* of what took a while */
	take_lines(plain);
	if (!out_works() && !console->stopping)
		console_stop(console); /* nobody reads what we say */
	tell_stopping(plain, stopping);
	stopping = console->stopping;
	if (console->stopping == 2 || (console->stopping && desk_idle(console->desk)))
		console->running = false;
	else
		wait_for_news(plain);
	tell_stopping(plain, stopping);
}

int plain_run(struct plain *plain)
{
	struct console *console = plain->console;
	const struct snapshot *now = console->now;

	plain_say("subferry: campus %s, environment %s. Type help and Enter for what can be done.",
		  now->campus, now->environment);
	plain_say("reading the course list");
	console->running = true;
	while (console->running)
		turn(plain);
	console_look(console);
	if (plain->started)
		plain_tell_events(console, &plain->seen);
	plain_say("subferry has ended");
	return out_finish(0);
}
