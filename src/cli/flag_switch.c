/*
 * flag on, flag off: the word that confirms it, and the switch.
 */
#include "config.h"

#include "src/cli/flagging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/cli/out.h"
#include "src/format/key.h"

/* ---- the confirmation ---------------------------------------------------------------------*/

static bool is_one(const struct flagging *w)
{
	return !w->all && w->cli->operand_count == 1;
}

static int refuse(const char *what, const char *verb, const char *how)
{
	out_note("the flag of %s is switched %s only when that is confirmed: %s; nothing was done",
		 what, verb, how);
	return CLI_USAGE;
}

static bool can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int flagging_check_word(struct flagging *w, const char *verb)
{
	const struct conf *conf = w->cli->campus->conf;
	const char *word = w->cli->word, *what;
	bool one = is_one(w);
	struct error err = {0};
	char *key = NULL;
	int st = -1;

	if (one && key_parse_course(w->cli->operands[0], &key, &err) != RESULT_OK)
		return err.result == RESULT_INVALID
			   ? cli_usage(w->cli, "%s: %s", w->cli->operands[0], err.text)
			   : cli_fail(&err);
	what = one ? key : w->all ? "all courses" : "several courses";
	if (!word && !can_ask())
		st = refuse(what, verb,
			    one ? "without a terminal by --word and the course key"
				: "without a terminal by --word and the campus name");
	else if (word && strcmp(word, one ? key : conf->name))
		st = refuse(what, verb,
			    one ? "--word is not the course key" : "--word is not the campus name");
	else if (word)
		snprintf(w->how, sizeof(w->how), "the %s was given as --word",
			 one ? "course key" : "campus name");
	free(key);
	return st;
}

static int ask_off(struct flagging *w, const char *what)
{
	const struct conf *conf = w->cli->campus->conf;
	char safe[512], word[16];

	fprintf(stderr, "switch the flag of %s on %s (%s) off? y, or anything else for no: ",
		text_safe_to(safe, sizeof(safe), what), conf->name, conf->environment);
	fflush(stderr);
	if (!cli_read_word(word, sizeof(word)) || strcmp(word, "y"))
		return refuse(what, "off", "the answer was not y");
	snprintf(w->how, sizeof(w->how), "confirmed on the terminal");
	return -1;
}

static size_t count_green(const struct flagging *w)
{
	size_t count = 0;

	for (size_t i = 0; i < w->count; i++)
		count += w->courses[i].board.green && w->courses[i].board.step != STEP_ON;
	return count;
}

static int ask_on(struct flagging *w)
{
	const struct conf *conf = w->cli->campus->conf;
	bool one = is_one(w);
	char what[512], safe[512], word[512];

	if (one)
		snprintf(what, sizeof(what), "%s", w->courses[0].key);
	else
		snprintf(what, sizeof(what), "%zu of %zu courses", count_green(w), w->count);
	fprintf(stderr, "Type the %s to switch the flag of %s on %s (%s) on: ",
		one ? "course key" : "campus name", text_safe_to(safe, sizeof(safe), what), conf->name,
		conf->environment);
	fflush(stderr);
	if (!cli_read_word(word, sizeof(word)) || strcmp(word, one ? w->courses[0].key : conf->name))
		return refuse(what, "on",
			      one ? "what was typed is not the course key"
				  : "what was typed is not the campus name");
	snprintf(w->how, sizeof(w->how), "the %s was typed on the terminal",
		 one ? "course key" : "campus name");
	return -1;
}

int flagging_ask(struct flagging *w, bool on)
{
	if (*w->how)
		return -1;
	if (on)
		return ask_on(w);
	return ask_off(w, is_one(w) ? w->cli->operands[0] : w->all ? "all courses" : "several courses");
}

/* ---- the switch ---------------------------------------------------------------------------*/

static void tell_settled(void *arg, const char *key, const struct flipped *flipped)
{
	(void)arg;
	out_note("%s: %s", key, flipped->text);
}

int flagging_settle(struct flagging *w, bool to_switch)
{
	struct flipper *flipper = NULL;
	struct error err = {0};
	enum result st = flipper_open(&flipper, w->cli->campus, w->cli->reader, tell_settled, NULL, &err);

	flipper_close(flipper);
	if (st == RESULT_OK)
		return -1;
	if (st != RESULT_BUSY || to_switch)
		return cli_fail(&err);
	out_note("%s", err.text);
	return -1;
}

/* The line of one course that was to be switched. */
static void tell(const struct flagging *w, const struct flagged *course)
{
	const struct flag_state *state = &course->state;
	const char *why = "", *note = "";

	if (w->json)
		return;
	if (state->effective == FLAG_ON && state->own == FLAG_OFF)
		why = ", because the global row is on for all courses";
	else if (state->effective == FLAG_OFF && state->own == FLAG_ON)
		why = ", because the global row is off";
	else if (state->effective == FLAG_UNKNOWN)
		note = state->note;
	out_line("%s: %s; in effect: %s%s%s%s", course->key, course->text,
		 flag_value_name(state->effective), why, *note ? ": " : "", note);
	out_flush();
}

/* The next course would end so, too. */
static bool fails_for_all(enum result st)
{
	return result_holds(st) || st == RESULT_NOMEM || st == RESULT_FATAL || st == RESULT_CANCELED;
}

/* A gate that is red only now is no failure of the command: nothing was switched, and why is told. */
static int switch_one(struct flagging *w, struct flipper *flipper, struct flagged *course, bool on)
{
	struct flipped flipped;
	struct error err = {0};
	enum result st = on ? flip_on(flipper, course->id, w->how, NULL, &flipped, &err)
			    : flip_off(flipper, course->id, w->how, &flipped, &err);

	if (on && st == RESULT_REFUSED) {
		course->outcome = "not switched";
		snprintf(course->text, sizeof(course->text), "not switched: %.400s", err.text);
	} else if (st != RESULT_OK) {
		course->outcome = "not switched";
		snprintf(course->text, sizeof(course->text), "not switched: %.400s", err.text);
		w->failed = cli_fail(&err);
		return fails_for_all(st) ? w->failed : -1;
	} else {
		course->state = flipped.state;
		course->outcome = flipped.outcome;
		course->step = flipped.now;
		course->done = flipped.done;
		snprintf(course->text, sizeof(course->text), "%s", flipped.text);
	}
	tell(w, course);
	return -1;
}

/* Of on: what its board said when it was looked at. */
static bool is_left(struct flagged *course)
{
	const struct board *board = &course->board;

	if (board->step == STEP_ON) {
		course->outcome = "on already";
		course->done = true;
	} else if (!board->green) {
		course->outcome = "not switched";
	} else {
		return false;
	}
	snprintf(course->text, sizeof(course->text), "%s: %s", course->outcome, board->verdict);
	return true;
}

/* Those from @first on stay as they are: we were asked to end, or the backend hangs. */
static int leave_rest(struct flagging *w, size_t first)
{
	size_t left = 0;

	for (size_t i = first; i < w->count; i++)
		left += !w->courses[i].outcome;
	if (left)
		out_note("%s: the flag%s of %zu more course%s %s left as %s", patience_over()
									     ? "ended on request"
									     : "the flag's backend hangs",
			 left == 1 ? "" : "s", left, left == 1 ? "" : "s", left == 1 ? "is" : "are",
			 left == 1 ? "it was" : "they were");
	w->failed = CLI_FAILED;
	return CLI_FAILED;
}

int flagging_switch(struct flagging *w, bool on)
{
	struct flipper *flipper = NULL;
	struct error err = {0};
	size_t left = 0, done = 0;
	int st = -1;

	for (size_t i = 0; i < w->count && on; i++) {
		left += is_left(&w->courses[i]);
		done += w->courses[i].done;
	}
	if (on && left == w->count) {
		if (done < left)
			out_note("nothing was switched");
		return -1;
	}
	if (on) /* also where a program reads the rest: a word that is typed is typed by somebody */
		st = flagging_print_consequences(w);
	if (st < 0)
		st = flagging_ask(w, on);
	if (st < 0)
		flagging_heeds_signals();
	if (st < 0 && flipper_open(&flipper, w->cli->campus, w->cli->reader, tell_settled, NULL, &err) !=
			      RESULT_OK)
		st = cli_fail(&err);
	for (size_t i = 0; i < w->count && st < 0; i++) {
		if (w->courses[i].outcome)
			continue;
		st = switch_one(w, flipper, &w->courses[i], on);
		if (st < 0 && (patience_over() || w->courses[i].state.silent))
			st = leave_rest(w, i + 1);
	}
	flipper_close(flipper);
	return st;
}
