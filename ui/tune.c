/*
 * tune.c - the engine while it works. Nothing here asks: all of it can be taken back with a key.
 */
#include "config.h"

#include "ui/tune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAKEN_UP 2000 /* ms: a wish that has not come about by then is no base for the next one */

/* What + and - count from: pressed again before the engine has followed, they add up. */
static int64_t wished_workers(const struct console *console)
{
	const struct tuning *tuning = &console->tuning;

	if (tuning->workers && console_clock(console) - tuning->at < TAKEN_UP)
		return tuning->workers;
	return console->now->workers;
}

static void change_workers(struct console *console, int by)
{
	int64_t workers = wished_workers(console) + by;

	if (workers < 1) {
		console_note(console, ROLE_NORMAL, "one worker is the least: H holds all");
		return;
	}
	if (workers > WORKERS_MAX) {
		console_note(console, ROLE_NORMAL, "%d workers are the most", WORKERS_MAX);
		return;
	}
	console->tuning.workers = workers;
	console->tuning.at = console_clock(console);
	desk_set_workers(console->desk, workers);
}

/* What the prompt begins with: asked again before the engine has followed, it is what was typed. */
static int64_t wished_rate(const struct console *console)
{
	const struct tuning *tuning = &console->tuning;

	if (tuning->rate_at && console_clock(console) - tuning->rate_at < TAKEN_UP)
		return tuning->rate;
	return console->now->rate_limit;
}

static void ask_rate(struct console *console)
{
	struct prompt *prompt = &console->prompt;
	char present[24];

	snprintf(present, sizeof(present), "%lld", (long long)wished_rate(console));
	prompt_text(prompt, PROMPT_RATE, present, sizeof(present));
	snprintf(prompt->question, sizeof(prompt->question), "transactions a second (0: no limit): ");
}

void tune_key(struct console *console, enum action action)
{
	switch (action) {
	case ACTION_HOLD:
		desk_hold(console->desk);
		break;
	case ACTION_RATE:
		ask_rate(console);
		break;
	default:
		change_workers(console, action == ACTION_MORE ? 1 : -1);
	}
}

void tune_rate(struct console *console)
{
	const char *text = console->prompt.text;
	size_t len = strlen(text);
	long long rate;

	if (!len || strspn(text, "0123456789") != len) {
		console_note(console, ROLE_WARNING, "digits only: a whole number, 0 to %d", PACE_MOST);
		return;
	}
	rate = strtoll(text, NULL, 10); /* the largest there is, if it is larger */
	if (rate > PACE_MOST) {
		console_note(console, ROLE_WARNING, "%d a second are the most; 0: no limit", PACE_MOST);
		return;
	}
	prompt_close(&console->prompt);
	console->tuning.rate = rate;
	console->tuning.rate_at = console_clock(console);
	desk_set_rate(console->desk, rate);
}
