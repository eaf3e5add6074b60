#include "config.h"

#include "tests/monkey/events.h"

#include <curses.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

#include "ui/keys.h"

#define KEYS_MAX 256
#define QUIT_RARELY 48	 /* one "q" of so many that would be due */
#define STOP_RARELY 30000 /* events between two ^C, between two ^Z */

static const char *const types[] = {"xterm-256color", "screen-256color", "linux", "xterm"};
#define TYPES (sizeof(types) / sizeof(types[0]))

static char spelled[TYPES][KEYS_MAX][16];

/* ---- chance -------------------------------------------------------------------------------*/

uint64_t events_random(struct events *events, uint64_t below) /* xorshift64* */
{
	events->random ^= events->random >> 12;
	events->random ^= events->random << 25;
	events->random ^= events->random >> 27;
	return (events->random * 0x2545F4914F6CDD1DULL >> 16) % below;
}

static bool one_in(struct events *events, uint64_t of)
{
	return events_random(events, of) == 0;
}

#define PICK(events, list) (list)[events_random(events, sizeof(list) / sizeof((list)[0]))]

/* ---- how keys are spelled -----------------------------------------------------------------*/

static bool spell_key(int key, char *out, size_t size)
{
	char *bytes;

	if (key < 256) {
		snprintf(out, size, "%c", key);
		return true;
	}
	bytes = keybound(key, 0);
	snprintf(out, size, "%s", bytes ? bytes : "");
	free(bytes);
	return out[0] != '\0';
}

static bool spell_keys(size_t type)
{
	FILE *nothing = fopen("/dev/null", "r+");
	SCREEN *screen = nothing ? newterm(types[type], nothing, nothing) : NULL;

	if (!screen)
		return false;
	keypad(stdscr, TRUE);
	for (size_t i = 0; i < key_binding_count; i++)
		/* one that this terminal has not is never pressed on it */
		if (!spell_key(key_bindings[i].key, spelled[type][i], sizeof(spelled[type][i])) &&
		    type == 0 && key_bindings[i].key != KEY_ENTER)
			return false;
	endwin();
	delscreen(screen);
	fclose(nothing);
	return true;
}

bool events_init(struct events *events, uint64_t seed)
{
	memset(events, 0, sizeof(*events));
	events->random = seed * 0x9E3779B97F4A7C15ULL + 1;
	events->rows = 24;
	events->cols = 80;
	if (key_binding_count > KEYS_MAX)
		return false;
	for (size_t i = 0; i < TYPES; i++)
		if (!spell_keys(i))
			return false;
	return true;
}

const char *events_terminal(struct events *events)
{
	events->type = (int)events_random(events, TYPES);
	return types[events->type];
}

/* ---- bytes --------------------------------------------------------------------------------*/

static void add(struct event *event, const char *bytes, size_t len)
{
	if (event->len + len > sizeof(event->bytes))
		return;
	memcpy(event->bytes + event->len, bytes, len);
	event->len += len;
}

static void __attribute__((format(printf, 2, 3))) add_text(struct event *event, const char *fmt,
							    ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	add(event, text, strlen(text));
}

static bool action_is_calm(enum action action)
{
	switch (action) {
	case ACTION_GO:
	case ACTION_RUN:
	case ACTION_PAUSE:
	case ACTION_RESUME:
	case ACTION_RETRY:
	case ACTION_VALIDATE:
	case ACTION_REHEARSE:
	case ACTION_WAIVE:
	case ACTION_WAIVE_ALL:
	case ACTION_HOLD:
	case ACTION_UNDO:
	case ACTION_TAG:
	case ACTION_UNTAG:
	case ACTION_PALETTE:
	case ACTION_QUIT:
		return false;
	default:
		return true;
	}
}

static bool key_is_calm(int key)
{
	for (size_t i = 0; i < key_binding_count; i++)
		if (key_bindings[i].key == key && !action_is_calm(key_bindings[i].action))
			return false;
	return key != 'y' && key != 'Y';
}

/*
 * A letter or sign. No "q": that would end each session at once. No slash: what is typed may
 * become the name of a file, which shall stay in the folder we work in.
 */
static char plain_character(struct events *events)
{
	char c;

	do {
		c = (char)(' ' + events_random(events, 95));
	} while (c == 'q' || c == '/' || (events->calm && !key_is_calm(c)));
	return c;
}

static void add_character(struct events *events, struct event *event)
{
	/* wide, combining, joined, from right to left, of no width, the last one, and broken ones */
	static const char *const others[] = {
		"\xe5\x9b\x9b", "\xe6\x8f\x9b\xe6\x8f\x9b", "e\xcc\x81\xcc\x82\xcc\x83", "\xcc\x81",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "\xd8\xb9\xd9\x84", "\xe2\x80\x8b",
		"\xe2\x80\xae", "\xf4\x8f\xbf\xbf", "\xc3\xa9", "\xc2\x85", "\xc2\x9b", "\xed\xa0\x80",
		"\xc3", "\xe5\x9b", "\xf0\x9f", "\xff", "\xfe", "\x80", "\xc0\x80", "\xf5\x80\x80\x80",
	};
	const char *text = PICK(events, others);

	add_text(event, "%s", text);
}

static void add_word(struct events *events, struct event *event)
{
	static const char *const words[] = {
		"demo", "y", "yes", "launch", "pause", "resume", "retry", "validate", "waive",
		"course-v1:", "status:paused", "status:Failed", "findings:>0", "lang:es",
		"severity:error", "-migrated", "\"half", "key:*", "0", "5", "100", "-1",
		"99999999999999999999", "never existed", "find", "log", "hold", "un", "theme",
		"flag", "flag on", "refresh", "REHEARSAL", "rehe", "flag:on", "flag:stale",
	};
	const char *word = PICK(events, words);

	if (events->calm || one_in(events, 3))
		for (uint64_t n = events_random(events, 9) + 1; n > 0; n--)
			add_text(event, "%c", plain_character(events));
	else
		add_text(event, "%s", word);
}

static void make_paste(struct events *events, struct event *event)
{
	static const char *const hostile[] = {
		"y", "Y", "demo", "REHEARSAL\r", "\r", "\n", "\ry\r", "demo\r", "\033", "\033[A", "\033]0;x\a", ":r",
		"\t", "\x7f", "\x15", "rrr", ":ry", "\xe5\x9b\x9b", "\xff", "\033[?1049l", "\a",
	};

	event->of = "paste";
	add_text(event, "\033[200~");
	for (uint64_t n = events_random(events, 12); n > 0; n--)
		if (one_in(events, 4))
			add_text(event, "%c", plain_character(events));
		else
			add_text(event, "%s", PICK(events, hostile));
	if (one_in(events, 10)) /* a long one */
		for (int n = 0; n < 300; n++)
			add_text(event, "%c", plain_character(events));
	/* Esc in it may have been taken for the beginning of its end: so that is said twice. */
	add_text(event, "\033[201~\033[201~");
}

static void make_mouse(struct events *events, struct event *event)
{
	int button = (int)events_random(events, 100), x = (int)events_random(events, 310);
	int y = (int)events_random(events, 110);

	event->of = "mouse";
	switch (events_random(events, 4)) {
	case 0:
		add_text(event, "\033[M%c%c%c", ' ' + button % 64, '!' + x % 80, '!' + y % 24);
		break;
	case 1:
		add_text(event, "\033[<%d;%d;%dM", button, x, y);
		break;
	default: /* a click where the rows are */
		add_text(event, "\033[<%d;%d;%dM\033[<%d;%d;%dm", button % 3 * 32 % 65, x % 80, y % 24,
			 button % 3 * 32 % 65, x % 80, y % 24);
	}
}

static void make_escape(struct events *events, struct event *event)
{
	static const char *const broken[] = {
		"\033", "\033\033", "\033[", "\033O", "\033[1", "\033[1;", "\033[1;5A", "\033[1;2",
		"\033[999~", "\033[2;", "\033]", "\033]0;demo\a", "\033[200", "\033[201~",
		"\033[Z", "\033OP", "\033[15~", "\033[2~", "\033[3~", "\033[I", "\033[O",
		"\033[?1;2c", "\033[24;80R", "\033[;;;;;;;;;;;;;;m", "\033x", "\033r", "\033P", "\033y", "\033[38;5;999m",
	};
	/* A mouse's: the rest is looked for in whatever comes, even in the next key that acts. */
	static const char *const not_calm[] = {"\033[<", "\033[<0;1", "\033[M"};

	event->of = "escape";
	if (!events->calm && one_in(events, 10))
		add_text(event, "%s", PICK(events, not_calm));
	else
		add_text(event, "%s", PICK(events, broken));
}

/* None that the terminal makes a signal of, or takes for itself. */
static void make_control(struct events *events, struct event *event)
{
	static const char controls[] = "\x01\x02\x04\x05\x06\x07\x08\x09\x0b\x0c\x0e\x0f"
				       "\x12\x14\x15\x16\x17\x18\x19\x1d\x1e\x1f\x7f";

	event->of = "control";
	if (one_in(events, 12)) /* what the terminal stops must go on */
		add_text(event, "\x13\x11");
	else if (one_in(events, 20))
		add(event, "", 1); /* a NUL */
	else
		add_text(event, "%c", controls[events_random(events, sizeof(controls) - 1)]);
}

/* ---- keys of the table --------------------------------------------------------------------*/

static void make_key(struct events *events, struct event *event)
{
	size_t i = events_random(events, key_binding_count);
	const struct key_binding *binding = &key_bindings[i];
	const char *bytes = spelled[events->type][i];

	event->of = "key";
	if ((binding->action == ACTION_QUIT && !one_in(events, QUIT_RARELY)) ||
	    binding->key == ('z' & 31) || (events->calm && !key_is_calm(binding->key)))
		bytes = "j";
	/* ^G first: in a prompt a slash would be part of what is typed (plain_character()) */
	if (!strcmp(bytes, "/"))
		add_text(event, "\x07");
	add_text(event, "%s", bytes);
}

static void make_move(struct events *events, struct event *event)
{
	static const enum action moves[] = {
		ACTION_UP, ACTION_DOWN, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_TOP,
		ACTION_BOTTOM,
	};
	enum action action = PICK(events, moves);

	event->of = "move";
	for (size_t i = 0; i < key_binding_count; i++)
		if (key_bindings[i].action == action && (one_in(events, 2) || event->len == 0)) {
			event->len = 0;
			add_text(event, "%s", spelled[events->type][i]);
		}
}

/* Opens a prompt, types, and answers. */
static void make_answer(struct events *events, struct event *event)
{
	/* the gate board and its word, the refresh and its */
	static const char *const prompts[] = {"\x07/", "f", "o", "a", "\x10", "L", "D", "w", "W",
					      "BO", "B", "O", "X", "AE"};
	static const char *const calm[] = {"\x07/", "f", "o", "L", "D", "BO", "O", "X", "AE"};
	static const char *const ends[] = {"\r", "\r", "\n", "\033", "\033", "\x15\r", "\x07"};

	event->of = "answer";
	add_text(event, "%s", events->calm ? PICK(events, calm) : PICK(events, prompts));
	add_word(events, event);
	if (one_in(events, 4))
		add_character(events, event);
	add_text(event, "%s", PICK(events, ends));
}

void events_act(struct events *events, struct event *out)
{
	static const enum action acts[] = {
		ACTION_RUN, ACTION_RESUME, ACTION_RETRY, ACTION_VALIDATE, ACTION_REHEARSE,
	};

	memset(out, 0, sizeof(*out));
	out->of = "act";
	add_text(out, "%c", keys_first(PICK(events, acts), VIEW_COURSES));
}

/* ---- the terminal -------------------------------------------------------------------------*/

static bool too_small(const struct events *events)
{
	return events->rows < 15 || events->cols < 60;
}

static void make_resize(struct events *events, struct event *event)
{
	static const int usual[][2] = {{24, 80}, {15, 60}, {50, 200}, {25, 132}, {1, 1}, {14, 59}};
	const int *size = PICK(events, usual);

	event->kind = EVENT_RESIZE;
	event->of = "resize";
	event->rows = size[0];
	event->cols = size[1];
	if (one_in(events, 2)) {
		event->rows = 1 + (int)events_random(events, 100);
		event->cols = 1 + (int)events_random(events, 300);
	}
	if (one_in(events, 8)) {
		event->rows = 1 + (int)events_random(events, 5);
		event->cols = 1 + (int)events_random(events, 10);
	}
	events->rows = event->rows;
	events->cols = event->cols;
}

static void make_stop(struct events *events, struct event *event)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, 0, 0};

	event->of = "stop";
	if (one_in(events, 2)) {
		event->kind = EVENT_SUSPEND;
		event->signal = one_in(events, 2) ? SIGTSTP : 0;
		add_text(event, "\x1a");
		return;
	}
	event->kind = EVENT_LEAVE;
	event->signal = PICK(events, signals);
	add_text(event, "%s", one_in(events, 8) ? "\x1c" : "\x03");
}

/* ---- all of them --------------------------------------------------------------------------*/

void events_next(struct events *events, struct event *out)
{
	uint64_t dice = events_random(events, 1000);

	out->kind = EVENT_TYPE;
	out->len = 0;
	out->signal = 0;
	if (!events->calm && one_in(events, STOP_RARELY / 2))
		make_stop(events, out);
	else if (one_in(events, too_small(events) ? 40 : 400))
		make_resize(events, out);
	else if (dice < 330)
		make_key(events, out);
	else if (dice < 600)
		make_move(events, out);
	else if (dice < 650)
		make_answer(events, out);
	else if (dice < 690 && !events->calm)
		make_mouse(events, out);
	else if (dice < 720)
		make_escape(events, out);
	else if (dice < 750)
		make_control(events, out);
	else if (dice < 765)
		make_paste(events, out);
	else if (dice < 800)
		out->of = "character", add_character(events, out);
	else if (dice < 860)
		out->of = "enter", add_text(out, "\r");
	else if (dice < 900)
		out->of = "back", add_text(out, "\033");
	else if (dice < 940 && !events->calm)
		out->of = "yes", add_text(out, "y");
	else
		out->of = "letter", add_text(out, "%c", plain_character(events));
}
