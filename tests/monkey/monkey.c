/*
 * monkey [OPTION...] -- PROGRAM ARGUMENT... - plays at the console until so many events were.
 *
 *	--seed N, --events N	what it plays follows from these
 *	--errors FILE		gets what the program writes on standard error
 *	--patience SECONDS	a program that reads no key for so long hangs
 *	--calm			asks for acts on all courses again and again, and never says yes
 *	--confirm		asks once, says yes, and leaves
 *	--ask KEYS		with all courses tagged types these, waits a moment at each "|", sees what
 *				they ask, and plays a little
 *
 * Ends at the first thing that should not be (exit status 1), and tells how it came to that. Each
 * time the program leaves, or is stopped, the terminal must be as it was before.
 */
#include "config.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/monkey/events.h"
#include "tests/monkey/terminal.h"

#define TOLD 200      /* events in a report */
#define BURST 400     /* events typed ahead at most */
#define PIECE 3000    /* bytes written at once: they fit into what a terminal keeps */
#define STEP 20	      /* ms */
#define UNDER_WAY 400 /* ms an act gets before a confirming session leaves */
#define SEEN 80	      /* ms in which something may come to the screen */

struct monkey {
	struct terminal terminal;
	struct events events;
	struct event told[TOLD];
	char buffer[PIECE + EVENT_BYTES];
	size_t buffered;
	bool stop_sent;	  /* in this session */
	int64_t typed_at; /* when it took a key last, or had none to take */
	uint64_t played, wanted, sessions, stops, questions, words, bytes;
	int64_t patience;
	uint64_t seed;
	const char *errors, *ask;
	char **argv;
};

static int64_t now(void) /* milliseconds */
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- when something is wrong --------------------------------------------------------------*/

static void print_event(const struct event *event)
{
	printf("  %-9s ", event->of);
	if (event->kind == EVENT_RESIZE)
		printf("%d rows, %d columns", event->rows, event->cols);
	else if (event->signal)
		printf("signal %d", event->signal);
	else
		for (size_t i = 0; i < event->len; i++)
			printf(isprint((unsigned char)event->bytes[i]) ? "%c" : "\\x%02x",
			       (unsigned char)event->bytes[i]);
	printf("\n");
}

/* What its threads do, as far as the kernel tells without a debugger. */
static void print_threads(pid_t pid)
{
	char command[256];

	fflush(stdout);
	snprintf(command, sizeof(command),
		 "for t in /proc/%d/task/*; do echo \"$(cat $t/comm) $(cat $t/wchan)\"; done;"
		 " command -v gdb >/dev/null && gdb -p %d -batch -ex 'thread apply all bt' 2>&1"
		 " | tail -n 200", (int)pid, (int)pid);
	if (system(command) != 0)
		printf("(no debugger here: gdb -p PID shows where each thread stands)\n");
}

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(struct monkey *monkey, const char *fmt, ...)
{
	uint64_t from = monkey->played > TOLD ? monkey->played - TOLD : 0;
	va_list args;

	printf("the last events, the newest last (some of them may not have been read):\n");
	for (uint64_t i = from; i < monkey->played; i++)
		print_event(&monkey->told[i % TOLD]);
	printf("what it wrote last:\n");
	terminal_print_last(&monkey->terminal, stdout);
	if (monkey->terminal.state != TERMINAL_LEFT && monkey->terminal.program > 0)
		print_threads(monkey->terminal.program);
	printf("FAILED in session %llu, event %llu, seed %llu, terminal %dx%d: ",
	       (unsigned long long)monkey->sessions, (unsigned long long)monkey->played,
	       (unsigned long long)monkey->seed, monkey->events.cols, monkey->events.rows);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	terminal_end(&monkey->terminal);
	exit(1);
}

/* ---- looking at it ------------------------------------------------------------------------*/

/* It was stopped or has left. */
static void look_at_terminal(struct monkey *monkey)
{
	const char *left_over = terminal_left_over(&monkey->terminal);

	if (left_over)
		fail(monkey, "it was %s, and %s",
		     monkey->terminal.state == TERMINAL_LEFT ? "ended" : "stopped", left_over);
}

static void look_at_end(struct monkey *monkey)
{
	int status = monkey->terminal.status;

	look_at_terminal(monkey);
	if (WIFSIGNALED(status) && monkey->stop_sent &&
	    (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM ||
	     WTERMSIG(status) == SIGHUP || WTERMSIG(status) == SIGQUIT))
		return;
	if (WIFSIGNALED(status))
		fail(monkey, "it died of signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		fail(monkey, "it left with status %d", WEXITSTATUS(status));
}

/* Takes what comes, for @ms at most; what was stopped goes on. */
static bool take(struct monkey *monkey, int ms, bool room)
{
	bool any = terminal_take(&monkey->terminal, ms, room);

	if (monkey->terminal.state == TERMINAL_STOPPED) {
		look_at_terminal(monkey);
		monkey->stops++;
		monkey->typed_at = now();
		terminal_continue(&monkey->terminal);
	}
	return any;
}

static bool here(const struct monkey *monkey)
{
	return monkey->terminal.state != TERMINAL_LEFT;
}

static void check_patience(struct monkey *monkey)
{
	if (now() - monkey->typed_at > monkey->patience)
		fail(monkey, "it has read no key for %lld s", (long long)monkey->patience / 1000);
}

/* Until all keys typed were read. */
static void wait_until_read(struct monkey *monkey)
{
	int unread, before = 0;

	monkey->typed_at = now();
	for (int calm = 0; here(monkey) && calm < 3;) {
		take(monkey, 1, false);
		unread = terminal_unread(&monkey->terminal);
		calm = unread ? 0 : calm + 1;
		if (unread != before)
			monkey->typed_at = now();
		before = unread;
		check_patience(monkey);
	}
}

static void wait_until_left(struct monkey *monkey)
{
	int64_t end = now() + monkey->patience;

	while (here(monkey)) {
		take(monkey, STEP, false);
		if (now() > end)
			fail(monkey, "it does not leave");
	}
}

/* ---- playing ------------------------------------------------------------------------------*/

static void flush(struct monkey *monkey)
{
	size_t done = 0, n;

	monkey->typed_at = now();
	while (done < monkey->buffered && here(monkey)) {
		n = terminal_type(&monkey->terminal, monkey->buffer + done, monkey->buffered - done);
		done += n;
		if (n > 0)
			monkey->typed_at = now();
		take(monkey, n > 0 ? 0 : STEP, true);
		check_patience(monkey);
	}
	monkey->buffered = 0;
}

static void send_stop(struct monkey *monkey, const struct event *event)
{
	monkey->stop_sent |= event->kind == EVENT_LEAVE;
	if (event->signal && monkey->terminal.program > 0)
		kill(monkey->terminal.program, event->signal);
	else
		terminal_type(&monkey->terminal, event->bytes, event->len);
}

static void play(struct monkey *monkey, const struct event *event)
{
	monkey->told[monkey->played++ % TOLD] = *event;
	if (event->kind == EVENT_TYPE) {
		if (monkey->buffered + event->len > PIECE)
			flush(monkey);
		memcpy(monkey->buffer + monkey->buffered, event->bytes, event->len);
		monkey->buffered += event->len;
		return;
	}
	flush(monkey);
	if (!here(monkey))
		return;
	if (event->kind == EVENT_RESIZE)
		terminal_resize(&monkey->terminal, event->rows, event->cols);
	else
		send_stop(monkey, event);
}

static void play_text(struct monkey *monkey, const char *text)
{
	struct event event = {.kind = EVENT_TYPE, .of = "text", .len = strlen(text)};

	memcpy(event.bytes, text, event.len);
	play(monkey, &event);
}

static void pause_for(struct monkey *monkey, int ms)
{
	for (int64_t end = now() + ms; here(monkey) && now() < end;)
		take(monkey, STEP, false);
}

/* Typed ahead, or slowly, or a key held down; now and then a pause: an Esc stands alone. */
static void play_burst(struct monkey *monkey)
{
	struct events *events = &monkey->events;
	uint64_t count = 1 + events_random(events, BURST), manner = events_random(events, 100);
	bool slow = manner < 3, held = manner >= 60;
	struct event event = {.kind = EVENT_LEAVE};

	if (slow)
		count = 1 + count % 8;
	for (; count > 0 && here(monkey) && monkey->played < monkey->wanted; count--) {
		if (!held || event.kind != EVENT_TYPE)
			events_next(events, &event);
		play(monkey, &event);
		if (slow) {
			flush(monkey);
			wait_until_read(monkey);
		}
	}
	flush(monkey);
	if (manner < 20)
		wait_until_read(monkey);
	if (manner == 0)
		pause_for(monkey, 60);
}

static void play_some(struct monkey *monkey, uint64_t count)
{
	struct event event;

	for (; count > 0; count--) {
		events_next(&monkey->events, &event);
		play(monkey, &event);
	}
}

/* ^G: else the ":" had Alt */
static void tag_all(struct monkey *monkey)
{
	wait_until_read(monkey);
	play_text(monkey, "\033\033\033\033\033\033\033\033\033\033\033\033\x07:");
}

/* What is asked comes a moment after its key. */
static void play_asking(struct monkey *monkey, const char *keys)
{
	tag_all(monkey);
	for (; *keys && here(monkey); keys++) {
		if (*keys != '|') {
			play_text(monkey, (char[]){*keys, '\0'});
			continue;
		}
		flush(monkey);
		wait_until_read(monkey);
		pause_for(monkey, SEEN);
	}
	play_some(monkey, events_random(&monkey->events, 20));
	flush(monkey);
}

/*
 * To the first screen, all courses tagged, an act: it asks. Then anything but its yes. A piece is
 * written at once, so that no pause tears a sequence of it.
 */
static void play_question(struct monkey *monkey, const char *answer)
{
	struct events *events = &monkey->events;
	struct event event;

	tag_all(monkey);
	events_act(events, &event);
	if (answer) {
		play_text(monkey, "r"); /* launches whatever can be */
		play_text(monkey, answer);
	} else {
		play(monkey, &event);
		if (events_random(events, 3) == 0)
			play(monkey, &event);
		if (events_random(events, 2) == 0) { /* it is seen */
			flush(monkey);
			wait_until_read(monkey);
		}
		play_some(monkey, events_random(events, 20));
	}
	flush(monkey);
}

static void begin_session(struct monkey *monkey)
{
	struct terminal *terminal = &monkey->terminal;
	int64_t end = now() + monkey->patience;

	monkey->events.rows = 24;
	monkey->events.cols = 80;
	monkey->stop_sent = false;
	monkey->sessions++;
	if (!terminal_start(terminal, monkey->argv, events_terminal(&monkey->events), monkey->errors))
		fail(monkey, "no terminal can be made");
	while (!terminal->seen_paste || terminal->program <= 0) {
		take(monkey, STEP, false);
		if (!here(monkey))
			fail(monkey, "it left at once, status %d", WEXITSTATUS(terminal->status));
		if (now() > end)
			fail(monkey, "it does not come up");
	}
}

static void end_session(struct monkey *monkey)
{
	if (here(monkey)) {
		wait_until_read(monkey);
		monkey->stop_sent = true;
		terminal_type(&monkey->terminal, "\x03", 1);
		wait_until_left(monkey);
	}
	look_at_end(monkey);
	monkey->questions += (uint64_t)monkey->terminal.questions;
	monkey->words += (uint64_t)monkey->terminal.words;
	monkey->bytes += monkey->terminal.bytes;
	terminal_end(&monkey->terminal);
}

static void confirm(struct monkey *monkey)
{
	begin_session(monkey);
	play_question(monkey, "y");
	wait_until_read(monkey);
	pause_for(monkey, UNDER_WAY);
	end_session(monkey);
}

/* ---- the command line ---------------------------------------------------------------------*/

static const char *value_of(int argc, char **argv, const char *name, const char *otherwise)
{
	for (int i = 1; i + 1 < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return otherwise;
}

static bool has(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], name))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static struct monkey monkey;
	int64_t begun = now();

	signal(SIGPIPE, SIG_IGN);
	for (monkey.argv = argv; *monkey.argv && strcmp(*monkey.argv, "--") != 0; monkey.argv++)
		;
	if (!*monkey.argv || !*++monkey.argv) {
		fprintf(stderr, "usage: monkey [OPTION...] -- PROGRAM ARGUMENT...\n");
		return 2;
	}
	monkey.seed = strtoull(value_of(argc, argv, "--seed", "1"), NULL, 10);
	monkey.wanted = strtoull(value_of(argc, argv, "--events", "1000"), NULL, 10);
	monkey.patience = 1000 * strtoll(value_of(argc, argv, "--patience", "60"), NULL, 10);
	monkey.ask = value_of(argc, argv, "--ask", NULL);
	monkey.errors = value_of(argc, argv, "--errors", "/dev/null");
	if (!events_init(&monkey.events, monkey.seed)) {
		fprintf(stderr, "monkey: a terminal or one of its keys is unknown here\n");
		return 2;
	}
	monkey.events.calm = has(argc, argv, "--calm");
	if (has(argc, argv, "--confirm"))
		confirm(&monkey);
	else
		while (monkey.played < monkey.wanted) {
			begin_session(&monkey);
			while (here(&monkey) && monkey.played < monkey.wanted)
				if (monkey.ask)
					play_asking(&monkey, monkey.ask);
				else if (monkey.events.calm)
					play_question(&monkey, NULL);
				else
					play_burst(&monkey);
			end_session(&monkey);
		}
	printf("%llu events, %.0f a second, %llu sessions, %llu stops, %llu questions, "
	       "%llu words asked for, %llu KiB written\n",
	       (unsigned long long)monkey.played,
	       (double)monkey.played * 1000 / (double)(now() - begun + 1),
	       (unsigned long long)monkey.sessions, (unsigned long long)monkey.stops,
	       (unsigned long long)monkey.questions, (unsigned long long)monkey.words,
	       (unsigned long long)monkey.bytes / 1024);
	return 0;
}
