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
#include <unistr.h>

#include "src/cli/out.h"
#include "ui/plain_lines.h"
#include "ui/plain_view.h"
#include "ui/plain_words.h"
#include "ui/term.h"
#include "ui/widget.h"

#define READ_TIME 5000	 /* ms that a line waits for what the one before asked for */
#define QUIET_TIME 1000	 /* ms without news after which work is over: a look may take that long */
#define TICK 100	 /* ms between looks while something is waited for */
#define ESCAPE 27
#define CONTROL(c) ((c) & 31)
#define SCREEN_LINES 24	 /* as if there were such a screen */
#define SCREEN_CELLS 80
#define STORY_CELLS 4000 /* a line of a story is not broken */

/* What a screen shows, to be compared with what it shows after a line. */
struct look {
	const struct view_ops *ops;
	int depth;
	struct page_request asked; /* without the place in the list */
	int64_t selected, id;
	size_t tags;
	unsigned columns;
};

/* What is to be told once it has been read. */
enum owed { OWED_NOTHING, OWED_NEWS, OWED_SCREEN, OWED_ROWS, OWED_ROW };

struct plain {
	struct console *console;
	struct plain_seen seen;
	struct plain_lines lines;
	bool echo;	   /* nobody types them: they are written as they are taken */
	bool started;	   /* the course list and the engine's place are known */
	enum owed owed;
	int64_t owed_since; /* monotonic, ms; as all times here */
	struct look before; /* the line whose news is owed */
	int64_t rows_from;  /* of OWED_ROWS */
	int64_t told_to;    /* the row behind the last one told */
	enum action then;   /* with the row that was named; ACTION_NONE */
	uint64_t unanswered; /* the newest message before an act ... */
	int64_t answer_until; /* ... whose answer is waited for; 0: none */
	bool waits;	   /* for the work under way */
	int64_t quiet_since; /* 0: there is news */
};

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
	if (view->ops == &screen_why)
		view->area.w = STORY_CELLS;
	view->ops->layout(view);
	list_resize(&view->list, PLAIN_ROWS);
}

void plain_drop(struct plain *plain)
{
	plain_lines_drop(&plain->lines);
	plain->lines.eof |= plain->echo;
}

/* ---- what a line has changed --------------------------------------------------------------*/

static void look(const struct console *console, struct look *out)
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

static bool same_row(const struct look *a, const struct look *b)
{
	return a->id && b->id ? a->id == b->id : a->selected == b->selected;
}

static void owe(struct plain *plain, enum owed owed)
{
	plain->owed = owed;
	plain->owed_since = console_clock(plain->console);
}

static void tell_news(struct plain *plain)
{
	const struct console *console = plain->console;
	const struct view *view = console_top(console);
	struct look now;

	look(console, &now);
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

static void tell_owed(struct plain *plain)
{
	const struct view *view = console_top(plain->console);
	enum owed owed = plain->owed;

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
	bool late = console_clock(console) - plain->owed_since > READ_TIME;

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

/* ---- acting -------------------------------------------------------------------------------*/

/* What the desk answers with a message, soon. */
static bool is_answered(enum action action)
{
	return action == ACTION_RUN || action == ACTION_PAUSE || action == ACTION_RESUME ||
	       action == ACTION_RETRY;
}

static void await_answer(struct plain *plain, uint64_t message)
{
	plain->unanswered = message;
	plain->answer_until = console_clock(plain->console) + READ_TIME;
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
	uint64_t message = console->now->message_serial;

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
	bool acts = kind == PROMPT_CONFIRM || kind == PROMPT_WORD;
	bool later = prompt->act.go || prompt->act.act == ACT_VALIDATE;
	uint64_t message = console->now->message_serial;

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
	owe(plain, OWED_ROW);
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
	owe(plain, OWED_ROWS);
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
		owe(plain, OWED_ROW);
		break;
	case PLAIN_LIST:
		owe(plain, OWED_SCREEN);
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

static void take_line(struct plain *plain, const char *line)
{
	struct console *console = plain->console;
	struct plain_words words;

	plain_answered(line, plain->echo);
	console->note[0] = '\0';
	look(console, &plain->before);
	owe(plain, OWED_NEWS);
	if (console->prompt.kind != PROMPT_NONE) {
		answer(plain, line);
		return;
	}
	plain_words_read(console, line, &words);
	do_words(plain, &words);
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
	owe(plain, OWED_SCREEN);
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

	if (plain->answer_until && (console->now->message_serial != plain->unanswered ||
				    console_clock(console) > plain->answer_until))
		plain->answer_until = 0;
	return plain->answer_until != 0;
}

/* Everything was told: another line may come. */
static bool is_ready(struct plain *plain)
{
	if (plain->console->stopping)
		return true;
	return plain->started && plain->owed == OWED_NOTHING && !waits_for_answer(plain) &&
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
		take_line(plain, line);
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

/* The row that was named is there: what was meant for it is done. */
static void act_on_row(struct plain *plain)
{
	enum action then = plain->then;

	plain->then = ACTION_NONE;
	look(plain->console, &plain->before);
	owe(plain, OWED_NEWS);
	act(plain, then, &(struct plain_words){0});
}

/* Takes lines as long as they can be taken. */
static void take_lines(struct plain *plain)
{
	struct console *console = plain->console;

	while (is_ready(plain)) {
		if (plain->then != ACTION_NONE) {
			act_on_row(plain);
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
