#include "config.h"

#include "src/rollout/flip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/base/patience.h"
#include "src/status/lock.h"

struct flipper {
	struct campus *campus;	/* borrowed */
	struct reader *reader;	/* borrowed */
	struct lock *lock;
};

static void say(struct flipped *out, const char *fmt, ...) SF_PRINTF(2, 3);

static void say(struct flipped *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, args);
	va_end(args);
}

/* ---- reading back -------------------------------------------------------------------------*/

static enum result read_state(struct flipper *flipper, const char *key, struct flag_state *out,
			      struct error *err)
{
	struct flag *flag = flipper->campus->flag;
	enum result st = flag_show(flag, &key, 1, out, err);

	if (st != RESULT_OK)
		memset(out, 0, sizeof(*out));
	return st;
}

/* Keeps what was read of @state; @text is what is to be known beside it. */
static enum result keep(struct flipper *flipper, int64_t course, int64_t number,
			const struct flag_state *state, const char *text, struct error *err)
{
	const struct flag_seen seen = {
		.own = board_step(state),
		.effective = flag_value_name(state->effective),
		.own_word = flag_own_name(state),
		.global = flag_value_name(state->global),
		.text = *text ? text : state->note,
	};

	return status_flag_settle(flipper->campus->status, course, number, &seen, err);
}

/* ---- settling what somebody left ----------------------------------------------------------*/

/* "the flip to on by ana at 03:12 was cut short: it is off". */
static void tell_left(const struct flipper *flipper, const struct flag_row *row, struct flipped *out,
		      const struct error *unread)
{
	int64_t now = clock_wall(flipper->campus->clock);
	const char *to = row->state == STEP_TURNING_ON ? "on" : "off";

	if (flag_is_turning(out->now))
		say(out, "the flip to %s by %.60s at %s was cut short, and what became of it cannot be "
			 "read yet: %.100s",
		    to, row->who, figure_time(row->began, now).text,
		    unread->result != RESULT_OK ? unread->text : out->state.note);
	else
		say(out, "the flip to %s by %.60s at %s was cut short: it is %s", to, row->who,
		    figure_time(row->began, now).text, flag_step_name(out->now));
}

/* With the lock taken, a flag that is turning is of somebody who died. RESULT_OK also where it cannot
   be read: then it stays. */
static enum result settle_left(struct flipper *flipper, const struct flag_row *row, const char *key,
			       struct flipped *out, struct error *err)
{
	struct error unread = {0};
	enum result st;

	memset(out, 0, sizeof(*out));
	out->before = row->state;
	read_state(flipper, key, &out->state, &unread);
	out->now = board_step(&out->state) == STEP_UNKNOWN ? row->state : board_step(&out->state);
	out->done = out->now == (row->state == STEP_TURNING_ON ? STEP_ON : STEP_OFF);
	out->outcome = flag_is_turning(out->now) ? "cut short, and it cannot be read back" : "cut short";
	tell_left(flipper, row, out, &unread);
	st = keep(flipper, row->course_id, row->number, &out->state, out->text, err);
	return st;
}

typedef void settled_fn(void *arg, const char *key, const struct flipped *flipped);

static enum result settle_course(struct flipper *flipper, int64_t course, settled_fn *settled, void *arg,
				 struct error *err)
{
	struct course_row row = {0};
	struct flag_row flag = {0};
	struct flipped flipped;
	enum result st = reader_course_by_id(flipper->reader, course, &row, err);

	if (st == RESULT_OK)
		st = reader_flag(flipper->reader, course, &flag, err);
	if (st == RESULT_OK && flag_is_turning(flag.state)) {
		st = settle_left(flipper, &flag, row.key, &flipped, err);
		if (st == RESULT_OK && settled)
			settled(arg, row.key, &flipped);
	}
	flag_row_clear(&flag);
	course_row_clear(&row);
	return st == RESULT_MISSING ? RESULT_OK : st;
}

enum result flipper_open(struct flipper **out, struct campus *campus, struct reader *reader,
			 void (*settled)(void *arg, const char *key, const struct flipped *flipped),
			 void *arg, struct error *err)
{
	struct flipper *flipper = calloc(1, sizeof(*flipper));
	int64_t *turning = NULL;
	size_t count = 0;
	enum result st;

	*out = NULL;
	if (!flipper)
		return error_set(err, RESULT_NOMEM, "no memory to switch a flag");
	flipper->campus = campus;
	flipper->reader = reader;
	st = lock_take_flip(status_path(campus->status), campus->conf->operator_name, &flipper->lock, err);
	if (st == RESULT_OK)
		st = reader_flags_turning(reader, &turning, &count, err);
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		st = settle_course(flipper, turning[i], settled, arg, err);
	free(turning);
	if (st == RESULT_OK)
		*out = flipper;
	else
		flipper_close(flipper);
	return st;
}

void flipper_close(struct flipper *flipper)
{
	if (!flipper)
		return;
	lock_free(flipper->lock);
	free(flipper);
}

/* ---- the steps ----------------------------------------------------------------------------*/

void flip_clear(struct flip *flip)
{
	free(flip->key);
	memset(flip, 0, sizeof(*flip));
}

enum result flip_begin(struct flipper *flipper, struct flip *flip, const struct board *board,
		       const char *how, struct error *err)
{
	const struct conf *conf = flipper->campus->conf;
	struct course_row row = {0};
	enum result st;

	flip->number = 0;
	st = reader_course_by_id(flipper->reader, flip->course, &row, err);
	if (st != RESULT_OK)
		return st;
	free(flip->key);
	flip->key = row.key; /* its owner now */
	row.key = NULL;
	course_row_clear(&row);
	return status_flag_begin(flipper->campus->status, flip->course, flip->on,
				 flip->on ? board->evidence : 0, conf->evidence_age * 1000, how,
				 &flip->number, err);
}

void flip_write(struct flipper *flipper, struct flip *flip)
{
	struct flag *flag = flipper->campus->flag;

	flip->said = (struct error){0};
	flip->answer = flag_set(flag, flip->key, flip->on, &flip->said);
}

static const char *name_outcome(const struct flip *flip, const struct flipped *out)
{
	if (out->done)
		return flip->on ? "switched on" : "switched off";
	if (flip->answer == RESULT_REFUSED)
		return "refused";
	if (flip->answer == RESULT_OK)
		return flag_is_turning(out->now) ? "written, and it cannot be read back"
					    : "written, and it does not read back";
	return flag_is_turning(out->now) ? "not known to be written" : "not written";
}

/* The words for what set() answered, beside what reads back. */
static void tell_answer(const struct flip *flip, struct flipped *out, const struct error *unread)
{
	const char *more = flip->answer != RESULT_OK	 ? flip->said.text
			   : unread->result != RESULT_OK ? unread->text
			   : flag_is_turning(out->now)	 ? out->state.note
							 : "";

	out->outcome = name_outcome(flip, out);
	if (out->done || !*more)
		say(out, "%s", out->outcome);
	else
		say(out, "%s: %.200s", out->outcome, more);
}

static void tell_outcome(const struct flip *flip, struct flipped *out, const struct error *unread)
{
	if (!flag_is_turning(out->now) || !patience_over()) {
		tell_answer(flip, out, unread);
		return;
	}
	out->outcome = "left turning";
	say(out, "left turning: given up before it was known whether it is switched %s; the next start, "
		 "or switch, reads it back", flip->on ? "on" : "off");
}

enum result flip_settle(struct flipper *flipper, struct flip *flip, struct flipped *out,
			struct error *err)
{
	enum flag_step want = flip->on ? STEP_ON : STEP_OFF;
	struct error unread = {0};

	memset(out, 0, sizeof(*out));
	read_state(flipper, flip->key, &out->state, &unread);
	out->now = board_step(&out->state);
	out->done = out->now == want;
	if (out->now == STEP_UNKNOWN)
		out->now = flip->on ? STEP_TURNING_ON : STEP_TURNING_OFF;
	tell_outcome(flip, out, &unread);
	return keep(flipper, flip->course, flip->number, &out->state, out->done ? "" : out->text, err);
}

/* ---- the whole ----------------------------------------------------------------------------*/

static enum result switch_it(struct flipper *flipper, int64_t course, bool on, const struct board *board,
			     const char *how, struct flipped *out, struct error *err)
{
	struct flip flip = {.course = course, .on = on};
	enum flag_step before = out->before;
	int64_t granted = patience_grant(FLIP_GRACE_MS);
	enum result st = flip_begin(flipper, &flip, board, how, err);

	if (st == RESULT_OK) {
		flip_write(flipper, &flip);
		st = flip_settle(flipper, &flip, out, err);
		out->before = before;
	}
	patience_grant(granted);
	flip_clear(&flip);
	return st;
}

/* Without a row nothing was known. */
static enum result known_step(struct flipper *flipper, int64_t course, enum flag_step *out,
			      struct error *err)
{
	struct flag_row row = {0};
	enum result st = reader_flag(flipper->reader, course, &row, err);

	*out = row.state;
	flag_row_clear(&row);
	return st == RESULT_MISSING ? RESULT_OK : st;
}

static enum result given_up(struct error *err)
{
	return error_set(err, RESULT_CANCELED, "given up before anything was switched");
}

enum result flip_on(struct flipper *flipper, int64_t course, const char *how, struct board *board,
		    struct flipped *out, struct error *err)
{
	struct board own;
	enum result st;

	memset(out, 0, sizeof(*out));
	memset(&own, 0, sizeof(own));
	if (board)
		memset(board, 0, sizeof(*board));
	else
		board = &own;
	st = settle_course(flipper, course, NULL, NULL, err);
	if (st == RESULT_OK)
		st = board_look(board, flipper->campus, flipper->reader, course, err);
	out->before = board->step;
	if (st == RESULT_OK && patience_over()) {
		st = given_up(err);
	} else if (st == RESULT_OK && board->step == STEP_ON) {
		out->now = STEP_ON;
		out->state = board->flag;
		out->done = true;
		out->outcome = "on already";
		say(out, "%s", out->outcome);
	} else if (st == RESULT_OK && (!board->green || !board->has_flag)) {
		st = error_set(err, RESULT_REFUSED, "%s", board->verdict);
	} else if (st == RESULT_OK) {
		st = switch_it(flipper, course, true, board, how, out, err);
	}
	board_clear(&own);
	return st;
}

/* Nothing is to be written; that it is wanted off is remembered against flip = auto. */
static enum result off_already(struct flipper *flipper, const struct course_row *row, struct flipped *out,
			       struct error *err)
{
	out->done = true;
	out->outcome = "off already";
	say(out, "%s", out->outcome);
	status_flag_auto_done(flipper->campus->status, row->id, row->pass, "");
	/* before another one may take the lock */
	return status_flush(flipper->campus->status, err);
}

/* It answers, and a page that fails or is not understood says nothing of the one that switches. */
static bool may_take_it(enum result st)
{
	return st == RESULT_RETRY || st == RESULT_REFUSED || st == RESULT_DAMAGED || st == RESULT_LIMIT;
}

/* What is there now, whoever did it, is what is switched off. Where nobody answers nothing is tried. */
static enum result look_before_off(struct flipper *flipper, const struct course_row *row,
				   struct flipped *out, struct error *err)
{
	enum result st = read_state(flipper, row->key, &out->state, err);

	out->now = board_step(&out->state);
	if (st == RESULT_OK)
		return keep(flipper, row->id, 0, &out->state, "", err);
	return may_take_it(st) ? RESULT_OK : st;
}

enum result flip_off(struct flipper *flipper, int64_t course, const char *how, struct flipped *out,
		     struct error *err)
{
	struct course_row row = {0};
	enum result st;

	memset(out, 0, sizeof(*out));
	st = settle_course(flipper, course, NULL, NULL, err);
	if (st == RESULT_OK)
		st = reader_course_by_id(flipper->reader, course, &row, err);
	if (st == RESULT_OK)
		st = look_before_off(flipper, &row, out, err);
	if (st == RESULT_OK)
		st = known_step(flipper, course, &out->before, err);
	if (st == RESULT_OK && out->now == STEP_OFF)
		st = off_already(flipper, &row, out, err);
	else if (st == RESULT_OK && patience_over())
		st = given_up(err);
	else if (st == RESULT_OK)
		st = switch_it(flipper, course, false, NULL, how, out, err);
	course_row_clear(&row);
	return st;
}
