#include "config.h"

#include "ui/console.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/text.h"
#include "ui/glyph.h"
#include "ui/term.h"
#include "ui/view.h"
#include "ui/widget.h"

#define STOP_TICK 100	  /* ms between looks whether the engine has come to rest */
#define EMPTY_READS_MAX 50 /* a terminal that is readable and has nothing is gone */

/* ---- what screens use ---------------------------------------------------------------------*/

struct view *console_top(const struct console *console)
{
	return console->views[console->depth - 1];
}

int64_t console_wall(const struct console *console)
{
	return clock_wall(console->campus->clock);
}

void console_note(struct console *console, enum role role, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(console->note, sizeof(console->note), fmt, args);
	va_end(args);
	console->note_role = role;
	console->dirty = true;
}

static void relayout(struct console *console)
{
	struct view *view = console_top(console);
	int head = head_rows(console, view->ops->dashboard, LINES);

	console->too_small = LINES < SCREEN_MIN_ROWS || COLS < SCREEN_MIN_COLS;
	console->dirty = true;
	view->area = (struct area){head, LINES - head - 1, COLS};
	if (console->too_small)
		prompt_close(&console->prompt);
	else
		view->ops->layout(view);
}

void console_push(struct console *console, const struct view_ops *ops, const struct place *place)
{
	struct view *view;

	if (console->depth == VIEW_DEPTH) {
		console_note(console, ROLE_WARNING, "too many screens: go back with Esc first");
		return;
	}
	view = ops->open(console, place);
	if (!view) {
		console_note(console, ROLE_ERROR, "out of memory: cannot open %s", ops->name);
		return;
	}
	console->views[console->depth++] = view;
	relayout(console);
}

static void pop(struct console *console)
{
	struct view *view = console_top(console);

	if (console->depth < 2)
		return;
	console->depth--;
	view->ops->close(view);
	relayout(console);
}

/* ---- snapshots ----------------------------------------------------------------------------*/

/* @page has the rows, in the order, that @request asks for; which of them may differ. */
static bool answers(const struct snapshot *page, const struct page_request *request)
{
	const struct page_request *got = &page->request;

	return got->kind == request->kind && got->course == request->course &&
	       got->video == request->video && got->status == request->status &&
	       got->code == request->code && got->sort == request->sort &&
	       got->descending == request->descending && !strcmp(got->text, request->text) &&
	       !strcmp(got->language, request->language);
}

static void make_request(const struct console *console, struct page_request *request)
{
	const struct view *view = console_top(console);

	memset(request, 0, sizeof(*request));
	request->kind = view->ops->kind;
	request->status = -1;
	request->code = -1;
	view->ops->ask(view, request);
}

static void ask(struct console *console)
{
	struct page_request request;

	make_request(console, &request);
	if (console->has_asked && !memcmp(&request, &console->asked, sizeof(request)))
		return;
	console->asked = request;
	console->has_asked = true;
	desk_ask(console->desk, &request);
}

static void give_to_view(struct console *console)
{
	struct view *view = console_top(console);
	struct page_request request;

	make_request(console, &request);
	if (view->page == console->now || !answers(console->now, &request))
		return;
	/* Its rows are those of the page before: what is shown stays until they are read. */
	if (console->now->loading)
		return;
	snapshot_unref(view->page);
	view->page = snapshot_ref(console->now);
	if (view->ops->take)
		view->ops->take(view);
	console->dirty = true;
}

static void take_snapshot(struct console *console)
{
	struct snapshot *now = desk_acquire(console->desk);

	if (now == console->now) {
		snapshot_unref(now);
	} else {
		snapshot_unref(console->now);
		console->now = now;
		console->dirty = true;
	}
	if (now->message_serial != console->message_serial) {
		console->message_serial = now->message_serial;
		console->message_at = console_wall(console) / 1000;
		console->message_gone = false;
		console->note[0] = '\0';
	}
	give_to_view(console);
}

/* ---- actions ------------------------------------------------------------------------------*/

/* The first time lets what is under way finish, the second ends at once. */
static void stop(struct console *console)
{
	if (console->stopping < 2 && ++console->stopping == 1)
		desk_stop(console->desk);
	console->dirty = true;
}

static void open_prompt(struct console *console, enum action action)
{
	struct list *list = &console_top(console)->list;

	if (action == ACTION_SEARCH)
		prompt_text(&console->prompt, PROMPT_SEARCH, list->search, sizeof(list->search));
	else
		prompt_text(&console->prompt, PROMPT_FILTER, list->filter, sizeof(list->filter));
}

/* What an action needs is looked at here and nowhere else. */
static bool needs_met(struct console *console, enum action action)
{
	unsigned needs = action_infos[action].needs;
	const struct view *view = console_top(console);
	struct target target;
	const char *why = NULL;

	if ((needs & NEEDS_SERVICE) && console->stopping)
		why = "the engine is being stopped";
	else if ((needs & NEEDS_GO) && !console->now->waits_for_go)
		why = "nothing waits to go on";
	else if ((needs & NEEDS_ROW) && view->list.total == 0)
		why = "nothing is selected";
	else if ((needs & NEEDS_COURSE) && !act_target(console, &target))
		why = "no course is selected";
	if (why)
		console_note(console, ROLE_WARNING, "%s", why);
	return !why;
}

static void do_back(struct console *console, enum action action)
{
	if (console->depth > 1)
		pop(console);
	else if (action == ACTION_QUIT)
		stop(console);
	else
		console_note(console, ROLE_NORMAL, "this is the first screen: q leaves");
}

static void do_action(struct console *console, enum action action)
{
	struct view *view = console_top(console);

	if (!needs_met(console, action))
		return;
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
	case ACTION_FINDINGS:
		console_push(console, &screen_findings, &view->place);
		break;
	case ACTION_GO:
		desk_go(console->desk);
		break;
	case ACTION_RUN:
	case ACTION_PAUSE:
	case ACTION_RESUME:
	case ACTION_RETRY:
	case ACTION_VALIDATE:
		act_begin(console, action);
		break;
	case ACTION_SEARCH:
	case ACTION_FILTER:
		open_prompt(console, action);
		break;
	case ACTION_UNTAG:
		tags_clear(&console->tags);
		break;
	case ACTION_REDRAW:
		clearok(curscr, TRUE);
		break;
	default:
		if (view->ops->key(view, action) & REACT_RELAYOUT)
			relayout(console);
	}
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void set_filter(struct console *console, const char *text)
{
	struct view *view = console_top(console);

	snprintf(view->list.filter, sizeof(view->list.filter), "%s", text);
	/* "all shown" meant what the old filter showed. */
	console->tags.all = false;
	list_changed(&view->list, view->page);
}

static void set_search(struct console *console, const char *text)
{
	struct view *view = console_top(console);

	/* The prompt has kept it short enough. */
	snprintf(view->list.search, sizeof(view->list.search), "%.63s", text);
	if (text[0])
		view->ops->key(view, ACTION_NEXT);
}

static void key_to_prompt(struct console *console, int key, bool code)
{
	struct prompt *prompt = &console->prompt;
	enum prompt_answer answer = prompt_key(prompt, key, code);

	if (prompt->kind == PROMPT_FILTER && answer == PROMPT_CANCELED)
		set_filter(console, prompt->before);
	else if (prompt->kind == PROMPT_FILTER && answer == PROMPT_CHANGED)
		set_filter(console, prompt->text);
	else if (prompt->kind == PROMPT_SEARCH && answer == PROMPT_TAKEN)
		set_search(console, prompt->text);
	else if (prompt->kind == PROMPT_CONFIRM && answer == PROMPT_TAKEN)
		act_confirmed(console);
	else if (prompt->kind == PROMPT_CONFIRM)
		console_note(console, ROLE_NORMAL, "nothing was done");
	if (answer == PROMPT_TAKEN || answer == PROMPT_CANCELED)
		prompt_close(prompt);
}

static void handle_key(struct console *console, int key, bool code)
{
	enum action action;

	console->dirty = true;
	if (code && key == KEY_RESIZE)
		return;
	console->note[0] = '\0';
	/* An old error has been read by whoever presses keys. */
	if (console_wall(console) / 1000 - console->message_at > 5000)
		console->message_gone = true;
	if (console->too_small) {
		/* Nobody acts on what cannot be seen. */
		if (!code && key == 'q')
			stop(console);
		return;
	}
	if (console->prompt.kind != PROMPT_NONE) {
		key_to_prompt(console, key, code);
		return;
	}
	if (!code && key == 127)
		key = KEY_BACKSPACE;
	else if (!code && key >= 127)
		return;
	action = keys_action(key, console_top(console)->ops->bit);
	if (action != ACTION_NONE)
		do_action(console, action);
	else
		console_note(console, ROLE_NORMAL, "no such key here: ? lists them");
}

/* Returns how many keys were read. */
static int read_keys(struct console *console)
{
	wint_t key;
	int kind, count = 0;

	while ((kind = get_wch(&key)) != ERR) {
		handle_key(console, (int)key, kind == KEY_CODE_YES);
		count++;
	}
	return count;
}

/* ---- the loop -----------------------------------------------------------------------------*/

static void draw(struct console *console)
{
	struct view *view = console_top(console);
	bool typing = console->prompt.kind != PROMPT_NONE && !console->too_small;

	console->dirty = false;
	if (console->hung_up)
		return;
	erase();
	if (console->too_small) {
		head_draw_small(console, LINES, COLS);
	} else {
		head_draw(console, view->ops->dashboard, LINES, COLS);
		view->ops->draw(view, console->now);
		if (!typing)
			footer_draw(console, LINES - 1, COLS);
		else
			prompt_draw(&console->prompt, LINES - 1, COLS);
	}
	curs_set(typing ? 1 : 0);
	refresh();
}

static void take_events(struct console *console)
{
	int stops;
	unsigned events = term_events(&stops);

	for (; stops > 0; stops--)
		stop(console);
	if (events & TERM_SUSPEND)
		term_suspend();
	if (events & (TERM_RESIZE | TERM_SUSPEND)) {
		term_resize();
		relayout(console);
	}
}

/* Until the clock on the screen shows another second, or sooner while we wait for an end. */
static int wait_time(const struct console *console)
{
	int left = 1000 - (int)(console_wall(console) / 1000 % 1000);

	return console->stopping && left > STOP_TICK ? STOP_TICK : left;
}

/* The terminal went away without a signal: finish like one. */
static void hang_up(struct console *console)
{
	console->hung_up = true;
	if (!console->stopping)
		stop(console);
}

static void wait_and_read(struct console *console)
{
	static int empty_reads;
	struct pollfd fds[3] = {
		{.fd = console->hung_up ? -1 : 0, .events = POLLIN},
		{.fd = desk_wake_fd(console->desk), .events = POLLIN},
		{.fd = term_event_fd(), .events = POLLIN},
	};
	int ready = poll(fds, 3, wait_time(console));

	if (ready < 0 && errno != EINTR)
		console->running = false;
	if (ready <= 0) {
		console->dirty = true; /* the clock */
		return;
	}
	if (fds[1].revents)
		desk_wake_drain(console->desk);
	if (fds[2].revents)
		take_events(console);
	if (fds[0].revents & POLLIN) {
		empty_reads = read_keys(console) ? 0 : empty_reads + 1;
		if (empty_reads > EMPTY_READS_MAX)
			hang_up(console);
	}
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		hang_up(console);
}

static void loop(struct console *console)
{
	console->running = true;
	while (console->running) {
		take_snapshot(console);
		ask(console);
		if (console->dirty)
			draw(console);
		wait_and_read(console);
		if (console->stopping == 2 || (console->stopping && desk_idle(console->desk)))
			console->running = false;
	}
}

static void console_clear(struct console *console)
{
	while (console->depth > 0) {
		struct view *view = console->views[--console->depth];

		view->ops->close(view);
	}
	prompt_close(&console->prompt);
	tags_clear(&console->tags);
	snapshot_unref(console->now);
}

int console_run(struct campus *campus, const struct console_options *options)
{
	struct console console = {.options = options, .campus = campus};
	struct error err = {0};
	char safe[1024];
	int status = 3;

	setlocale(LC_CTYPE, "");
	/* The terminal first: without one the engine is not started. */
	if (term_open(options->no_colour, &err) != RESULT_OK) {
		status = 2;
		goto out;
	}
	glyph_init(options->ascii);
	if (desk_new(&console.desk, campus, &err) != RESULT_OK)
		goto out;
	console.now = desk_acquire(console.desk);
	console_push(&console, &screen_courses, NULL);
	if (console.depth) {
		loop(&console);
		status = 0;
	} else {
		error_set(&err, RESULT_NOMEM, "out of memory");
	}
out:
	/* The terminal first: what is under way may take a while to finish. */
	term_close();
	if (status)
		fprintf(stderr, "subferry: %s\n", text_safe_to(safe, sizeof(safe), err.text));
	/* asked twice: what is under way is given up. Nothing is lost, the next run completes it */
	if (console.stopping == 2)
		_exit(3);
	console_clear(&console);
	if (console.desk) {
		desk_stop(console.desk);
		desk_free(console.desk);
	}
	return status;
}
