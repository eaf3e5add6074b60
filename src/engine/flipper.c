/*
 * The flipper: with flip = auto, validates what has been Migrated and switches its flag on when all
 * its gates are green. A thread of its own: a validation takes its time, and no worker waits for it.
 *
 * A course has one turn after each pass. What was decided, or why not, is in the audit; a turn that
 * somebody else's switch has taken meanwhile (an operator's `flag off`, too) is not taken again.
 * Nothing is switched in a hold, also in one that began while it validated.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "src/engine/internal.h"
#include "src/rollout/flip.h"
#include "src/verify/verify.h"

#define AGAIN_AT_LEAST 500 /* ms between two tries */

/* ---- one course's turn --------------------------------------------------------------------*/

static void tell(struct engine *engine, const struct course_row *course, bool failed, const char *text)
{
	char line[600];

	snprintf(line, sizeof(line), "%s: flip = auto: %s", course->key, text);
	engine_tell(engine, &(struct engine_event){.kind = ENGINE_FLAG, .course = course->id,
						   .key = course->key, .failed = failed, .text = line});
}

/* It is not switched, and has had its turn. */
static void pass_over(struct engine *engine, const struct course_row *course, const char *why)
{
	status_flag_auto_done(engine->campus->status, course->id, course->pass, why);
	tell(engine, course, true, why);
}

/* Between two videos: a process that is being suspended stands still here. */
static void rest_between_videos(void *arg)
{
	struct engine *engine = arg;

	pthread_mutex_lock(&engine->lock);
	engine->flip_rests = true;
	while (engine->holds[HOLD_REST].on && !engine->stopping)
		clock_wait(engine->clock, &engine->idle, &engine->lock, INT64_MAX);
	engine->flip_rests = false;
	pthread_mutex_unlock(&engine->lock);
}

static enum result validate(struct engine *engine, const struct course_row *course, struct error *err)
{
	const struct verify_options options = {.level = LEVEL_HASH, .engine_runs = true,
					       .pause = rest_between_videos, .pause_arg = engine,
					       .stop = &engine->flip_stop};
	int64_t most_age = engine->campus->conf->evidence_age * 1000;
	struct counts counts = {0};
	enum result st;

	if (proof_state(course, clock_wall(engine->clock), most_age) == EVIDENCE_FRESH &&
	    course->level >= LEVEL_HASH)
		return RESULT_OK;
	st = verify_course(engine->campus, engine->flip_reader, course, &options, &counts, err);
	/* what the source does not have now, as while its archive is replaced, it may have soon */
	return st == RESULT_MISSING ? RESULT_UNREACHABLE : st;
}

/* Under the lock of whoever flips: somebody has taken its turn since. */
static enum result has_had_its_turn(struct engine *engine, const struct course_row *course, bool *had,
				    struct error *err)
{
	struct flag_row row = {0};
	enum result st = reader_flag(engine->flip_reader, course->id, &row, err);

	*had = st == RESULT_OK && row.auto_pass >= course->pass;
	flag_row_clear(&row);
	return st == RESULT_MISSING ? RESULT_OK : st;
}

/* No gate is red: the source, or the flag's backend, could not be asked. */
static bool may_go_better(const struct board *board)
{
	bool unknown = false, red = false;

	for (int i = 0; i < BOARD_GATES; i++) {
		unknown |= board->gates[i].color == GATE_UNKNOWN;
		red |= board->gates[i].color == GATE_RED;
	}
	return unknown && !red;
}

static enum result switch_on(struct engine *engine, struct flipper *flipper,
			     const struct course_row *course, struct error *err)
{
	struct board board;
	struct flipped flipped;
	enum result st = flip_on(flipper, course->id, "flip = auto", &board, &flipped, err);

	if (st == RESULT_OK && flipped.done) {
		status_flag_auto_done(engine->campus->status, course->id, course->pass, "");
		tell(engine, course, false, flipped.text);
	} else if (st == RESULT_OK && patience_over()) { /* what is left turning keeps its turn */
		tell(engine, course, true, flipped.text);
		st = RESULT_CANCELED;
	} else if (st == RESULT_OK) {
		pass_over(engine, course, flipped.text);
	} else if (st == RESULT_REFUSED && may_go_better(&board)) {
		st = RESULT_UNREACHABLE;
	} else if (st == RESULT_REFUSED || st == RESULT_BUSY) {
		pass_over(engine, course, err->text);
		st = RESULT_OK;
	}
	board_clear(&board);
	return st;
}

/* Who has held the engine while it validated holds the switch, too: its turn comes when work goes on. */
static bool is_held(struct engine *engine)
{
	bool held;

	pthread_mutex_lock(&engine->lock);
	held = engine_holds(engine);
	pthread_mutex_unlock(&engine->lock);
	return held;
}

static enum result flip(struct engine *engine, const struct course_row *course, struct error *err)
{
	struct flipper *flipper = NULL;
	bool had = false;
	enum result st;

	if (is_held(engine))
		return error_set(err, RESULT_BUSY, "the engine is held");
	st = flipper_open(&flipper, engine->campus, engine->flip_reader, NULL, NULL, err);
	if (st == RESULT_OK)
		st = has_had_its_turn(engine, course, &had, err);
	if (st == RESULT_OK && !had)
		st = switch_on(engine, flipper, course, err);
	if (flipper)
		status_flush(engine->campus->status, NULL); /* before another one may take the lock */
	flipper_close(flipper);
	return st;
}

/* Somebody who flips, or holds, is waited for; what may go better is tried so often as a transaction. */
static bool gives_up(const struct engine *engine, enum result st, int *tries)
{
	if (st == RESULT_OK || st == RESULT_BUSY || st == RESULT_CANCELED)
		return false;
	return !result_is_transient(st) || ++*tries > engine->max_retries;
}

/* RESULT_MISSING: none waits. */
static enum result next_turn(struct engine *engine, int *tries, struct error *err)
{
	struct course_row course = {0};
	int64_t id = 0;
	enum result st = status_flush(engine->campus->status, err);

	if (st == RESULT_OK)
		st = reader_auto_next(engine->flip_reader, &id, err);
	if (st == RESULT_OK)
		st = reader_course_by_id(engine->flip_reader, id, &course, err);
	if (st != RESULT_OK)
		return st;
	st = validate(engine, &course, err);
	if (st == RESULT_OK)
		st = flip(engine, &course, err);
	if (gives_up(engine, st, tries)) {
		pass_over(engine, &course, err->text);
		st = RESULT_OK;
	}
	if (st == RESULT_OK)
		*tries = 0;
	course_row_clear(&course);
	return st;
}

/* ---- the thread ---------------------------------------------------------------------------*/

void *flipper_main(void *arg)
{
	struct engine *engine = arg;
	int64_t pause = engine->retry_delay > AGAIN_AT_LEAST ? engine->retry_delay : AGAIN_AT_LEAST;
	int64_t next = 0;
	int tries = 0;

	engine_lower_priority();
	patience_heed(&engine->patience);
	pthread_mutex_lock(&engine->lock);
	while (!engine->stopping) {
		struct error err = {0};
		enum result st;

		if (!engine->flip_waits || engine_holds(engine) || clock_now(engine->clock) < next) {
			clock_wait(engine->clock, &engine->idle, &engine->lock,
				   engine->flip_waits && !engine_holds(engine) ? next : INT64_MAX);
			continue;
		}
		engine->flipping = true;
		engine->flip_waits = false; /* what ends meanwhile sets it again */
		pthread_mutex_unlock(&engine->lock);
		st = next_turn(engine, &tries, &err);
		if (st != RESULT_OK && st != RESULT_MISSING && st != RESULT_CANCELED &&
		    !result_is_transient(st))
			engine_tell(engine, &(struct engine_event){.kind = ENGINE_TROUBLE, .text = err.text});
		pthread_mutex_lock(&engine->lock);
		engine->flipping = false;
		engine->flip_waits |= st == RESULT_OK || st == RESULT_CANCELED || result_is_transient(st);
		next = st == RESULT_OK || st == RESULT_MISSING ? 0 : clock_now(engine->clock) + pause;
		pthread_cond_broadcast(&engine->idle);
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}

enum result engine_start_flipper(struct engine *engine, struct error *err)
{
	struct campus *campus = engine->campus;
	enum result st;

	if (engine->options.dry || !campus->flag || !campus_flips(campus))
		return RESULT_OK;
	st = reader_open(&engine->flip_reader, status_path(campus->status), err);
	if (st != RESULT_OK)
		return st;
	engine->flip_waits = true; /* what an earlier engine did not come to */
	st = engine_start_thread(&engine->flipper_thread, flipper_main, engine, err);
	engine->flipper_runs = st == RESULT_OK;
	return st;
}

void engine_join_flipper(struct engine *engine)
{
	if (engine->flipper_runs)
		pthread_join(engine->flipper_thread, NULL);
	reader_close(engine->flip_reader);
}
