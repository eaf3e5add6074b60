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
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/text.h"
#include "ui/dump.h"
#include "ui/glyph.h"
#include "ui/keyboard.h"
#include "ui/palette.h"
#include "ui/plain.h"
#include "ui/suspend.h"
#include "ui/taste.h"
#include "ui/term.h"
#include "ui/view.h"
#include "ui/widget.h"

#define ROW_TIME 2000	  /* ms that keys wait for the row they are meant for */
#define ANSWER_TIME 5000  /* ms that they wait for what they were typed for */
#define STOP_TICK 100	  /* ms between looks whether the engine has come to rest */
#define FILE_TICK 20	  /* ms between looks whether a file is written */
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

int64_t console_clock(const struct console *console)
{
	return clock_now(console->campus->clock);
}

void console_relayout(struct console *console)
{
	struct view *view = console_top(console);
	bool was_too_small = console->too_small;
	int head;

	if (console->plain) {
		plain_layout(view);
		return;
	}
	head = head_rows(console, view->ops->dashboard, LINES);
	console->too_small = LINES < SCREEN_MIN_ROWS || COLS < SCREEN_MIN_COLS;
	console->dirty = true;
	view->area = (struct area){head, LINES - head - 1, COLS};
	if (console->too_small)
		return;
	/* A question comes back: what was typed before it could be seen is no answer. */
	if (was_too_small && console->prompt.kind != PROMPT_NONE)
		flushinp();
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
	console->opened++;
	console_relayout(console);
}

void console_pop(struct console *console)
{
	struct view *view = console_top(console);

	if (console->depth < 2)
		return;
	console->depth--;
	console->opened++;
	undo_forget(console, view);
	view->ops->close(view);
	console_relayout(console);
}

/* ---- snapshots ----------------------------------------------------------------------------*/

/* @page has the rows, in the order, that @request asks for; which of them may differ. */
static bool answers(const struct snapshot *page, const struct page_request *request)
{
	const struct page_request *got = &page->request;

	return got->kind == request->kind && got->course == request->course &&
	       got->video == request->video && got->status == request->status &&
	       got->code == request->code && got->sort == request->sort &&
	       got->run_a == request->run_a && got->run_b == request->run_b &&
	       got->descending == request->descending && !strcmp(got->filter, request->filter) &&
	       !strcmp(got->language, request->language);
}

void console_request(const struct console *console, struct page_request *request)
{
	const struct view *view = console_top(console);

	memset(request, 0, sizeof(*request));
	request->kind = view->ops->kind;
	request->status = -1;
	request->code = -1;
	view->ops->ask(view, request);
	find_ask(console, request);
}

static void ask(struct console *console)
{
	struct page_request request;

	console_request(console, &request);
	if (console->has_asked && !memcmp(&request, &console->asked, sizeof(request)))
		return;
	console->asked = request;
	console->has_asked = true;
	desk_ask(console->desk, &request);
}

bool console_rows_are_old(const struct console *console)
{
	const struct view *view = console_top(console);
	struct page_request request;

	if (!view->list.rows->id || !view->page)
		return false;
	console_request(console, &request);
	return !answers(view->page, &request);
}

bool console_row_is_unread(const struct console *console)
{
	const struct view *view = console_top(console);

	return view->list.rows->id &&
	       (!view->page || console_rows_are_old(console) ||
		(view->list.total > 0 && list_selected_row(&view->list, view->page) < 0));
}

bool console_has_page(const struct console *console)
{
	const struct view *view = console_top(console);
	struct page_request request;

	console_request(console, &request);
	return view->page && !view->page->loading && answers(view->page, &request);
}

static void give_to_view(struct console *console)
{
	struct view *view = console_top(console);
	struct page_request request;
	int64_t before = view->list.id;
	bool stays = !view->list.follow && !view->list.find.pending;
	bool same;

	console_request(console, &request);
	if (view->page == console->now || !answers(console->now, &request))
		return;
	/* Its rows are those of the page before: what is shown stays until they are read. */
	if (console->now->loading)
		return;
	same = view->page && answers(view->page, &request);
	snapshot_unref(view->page);
	view->page = snapshot_ref(console->now);
	if (view->ops->take)
		view->ops->take(view);
	if (same && stays && before && view->list.total > 0 && view->list.id != before)
		view->slid_at = console_clock(console);
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
	messages_look(console);
	give_to_view(console);
	find_answer(console);
	questions_look(console);
}

void console_look(struct console *console)
{
	take_snapshot(console);
	if (suspend_look(console))
		console_relayout(console);
	dump_news(console);
	ask(console);
}

void console_stop(struct console *console)
{
	if (console->stopping < 2 && ++console->stopping == 1)
		desk_stop(console->desk);
	console->dirty = true;
}

/* ---- keys that wait -----------------------------------------------------------------------*/

/*
 * The selected row is still being read, or the answer to a search. Keys wait for it (not for
 * long), so that "g r" typed in one go launches the first course, and "4 r" a failed one, and not
 * whatever was there before.
 */
bool console_waits(struct console *console)
{
	int64_t now = console_clock(console);
	enum prompt_kind kind = console->prompt.kind;
	/* what is typed into a prompt is meant for no row; but what the palette does is */
	bool row = (kind == PROMPT_NONE || kind == PROMPT_PALETTE) && console_row_is_unread(console);
	bool answer = find_waits(console);

	if ((!row && !answer) || console->too_small) {
		console->row_since = 0;
		return false;
	}
	if (!console->row_since)
		console->row_since = now;
	if (!answer)
		return now - console->row_since < ROW_TIME;
	if (now - console->row_since < ANSWER_TIME)
		return true;
	find_give_up(console);
	console->row_since = 0;
	return false;
}

void console_drop_keys(struct console *console)
{
	if (console->plain)
		plain_drop(console->plain);
	else
		term_drop_keys();
}

/* ---- the loop -----------------------------------------------------------------------------*/

void console_draw(struct console *console)
{
	struct view *view = console_top(console);
	bool typing = console->prompt.kind != PROMPT_NONE && !console->too_small;

	console->dirty = false;
	if (console->hung_up)
		return;
	theme_ground();
	erase();
	if (console->too_small) {
		head_draw_small(console, LINES, COLS);
	} else {
		head_draw(console, view->ops->dashboard, LINES, COLS);
		view->ops->draw(view, console->now);
		if (console->prompt.kind == PROMPT_PALETTE)
			palette_draw(console, LINES, COLS);
		questions_draw(console, LINES - 1, COLS);
		if (!typing)
			footer_draw(console, LINES - 1, COLS);
		else
			prompt_draw(&console->prompt, LINES - 1, COLS);
	}
	console->screen_is_old = typing;
	console->drawn = typing ? 0 : console->opened;
	curs_set(typing ? 1 : 0);
	refresh();
}

void console_take_events(struct console *console)
{
	int stops;
	unsigned events = term_events(&stops);

	for (; stops > 0; stops--)
		console_stop(console);
	if (events & TERM_SUSPEND)
		suspend_begin(console);
	if (events & TERM_RESIZE) {
		term_resize();
		console_relayout(console);
	}
}

/* Until the clock on the screen shows another second, or sooner while we wait for work to end, or with a
   message until the one before it was read. */
static int wait_time(const struct console *console)
{
	int left = 1000 - (int)(console_wall(console) / 1000 % 1000);

	if (console->dump && left > FILE_TICK)
		return FILE_TICK;
	return (console->stopping || suspend_waits(console) || messages_wait(console)) && left > STOP_TICK
		       ? STOP_TICK : left;
}

/* The terminal went away without a signal: finish like one. */
static void hang_up(struct console *console)
{
	console->hung_up = true;
	if (!console->stopping)
		console_stop(console);
}

static void wait_and_read(struct console *console)
{
	static int empty_reads;
	bool waits = console_waits(console);
	struct pollfd fds[3] = {
		{.fd = console->hung_up || waits ? -1 : 0, .events = POLLIN},
		{.fd = desk_wake_fd(console->desk), .events = POLLIN},
		{.fd = term_event_fd(), .events = POLLIN},
	};
	int ready;

	if (console->keys_wait && !waits && keyboard_read(console) > 0)
		return;
	ready = poll(fds, 3, waits ? STOP_TICK : wait_time(console));

	if (ready < 0 && errno != EINTR)
		console->running = false;
	if (ready <= 0) {
		console->dirty = true; /* the clock */
		return;
	}
	if (fds[1].revents)
		desk_wake_drain(console->desk);
	if (fds[2].revents)
		console_take_events(console);
	if (fds[0].revents & POLLIN) {
		empty_reads = keyboard_read(console) ? 0 : empty_reads + 1;
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
		console_look(console);
		if (console->dirty)
			console_draw(console);
		wait_and_read(console);
		if (console->stopping == 2 || (console->stopping && desk_idle(console->desk) &&
					       !dump_goes_on(console)))
			console->running = false;
	}
}

static void console_clear(struct console *console)
{
	while (console->depth > 0) {
		struct view *view = console->views[--console->depth];

		view->ops->close(view);
	}
	plain_free(console->plain);
	prompt_close(&console->prompt);
	dump_leave(console);
	tags_clear(&console->tags);
	undo_clear(&console->undo);
	snapshot_unref(console->now);
}

static enum result open_terminal(const struct console_options *options, struct error *err)
{
	return options->plain ? term_open_plain(err) : term_open(err);
}

/* Returns the exit status. */
static int run(struct console *console)
{
	if (console->plain)
		return plain_run(console->plain);
	loop(console);
	return 0;
}

int console_run(struct campus *campus, const struct console_options *options)
{
	struct console console = {.options = options, .campus = campus};
	struct error err = {0};
	char safe[1024];
	int status = 3;

	setlocale(LC_CTYPE, "");
	/* The terminal first: without one the engine is not started. */
	if (open_terminal(options, &err) != RESULT_OK) {
		status = 2;
		goto out;
	}
	glyph_init(options->ascii || options->plain);
	if (desk_new(&console.desk, campus, &err) != RESULT_OK)
		goto out;
	console.now = desk_acquire(console.desk);
	if (!options->plain) {
		taste_recall(&console);
	} else if (!(console.plain = plain_new(&console))) {
		error_set(&err, RESULT_NOMEM, "out of memory");
		goto out;
	}
	console_push(&console, &screen_courses, NULL);
	if (console.depth) {
		status = run(&console);
	} else {
		error_set(&err, RESULT_NOMEM, "out of memory");
	}
out:
	/* The terminal first: what is under way may take a while to finish. */
	term_close();
	if (*err.text)
		fprintf(stderr, "subferry: %s\n", text_safe_to(safe, sizeof(safe), err.text));
	/* Asked twice: what is under way is given up. Nothing is lost, the next run completes it.
	   Threads are at work: no exit handler may run among them, not even a library's. */
	if (console.stopping == 2)
		syscall(SYS_exit_group, status);
	console_clear(&console);
	if (console.desk) {
		desk_stop(console.desk);
		desk_free(console.desk);
	}
	return status;
}
