/*
 * The flipper: with flip = auto, validates what has been Migrated and switches its flag on when all
 * its gates are green. A thread of its own: a validation takes its time, and no worker waits for it.
 *
 * A course has one turn after each pass. What was decided, or why not, is in the audit; a turn that
 * somebody else's switch has taken meanwhile (an operator's `flag off`, too) is not taken again.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "src/engine/internal.h"
#include "src/rollout/flip.h"
#include "src/verify/verify.h"

#define AGAIN_AT_LEAST 500 /* ms between two tries */

/* ---- one course's turn --------------------------------------------------------------------*/

static void tell(struct engine *engine, const char *key, bool failed, const char *text)
{
	char line[600];

	snprintf(line, sizeof(line), "%s: flip = auto: %s", key, text);
	engine_tell(engine, &(struct engine_event){.kind = ENGINE_FLAG, .key = key, .failed = failed,
						   .text = line});
}

/* It is not switched, and has had its turn. */
static void pass_over(struct engine *engine, const struct course_row *course, const char *why)
{
	status_flag_auto_done(engine->campus->status, course->id, course->pass, why);
	tell(engine, course->key, true, why);
}

static enum result validate(struct engine *engine, const struct course_row *course, struct error *err)
{
	const struct verify_options options = {.level = LEVEL_HASH, .engine_runs = true,
					       .stop = &engine->flip_stop};
	int64_t most_age = engine->campus->conf->evidence_age * 1000;
	struct counts counts = {0};

	if (proof_state(course, clock_wall(engine->clock), most_age) == EVIDENCE_FRESH &&
	    course->level >= LEVEL_HASH)
		return RESULT_OK;
	return verify_course(engine->campus, engine->flip_reader, course, &options, &counts, err);
}

/* Under the lock of whoever flips: somebody has taken its turn since. */
static bool has_had_its_turn(struct engine *engine, const struct course_row *course)
{
	struct flag_row row = {0};
	bool had = reader_flag(engine->flip_reader, course->id, &row, NULL) == RESULT_OK &&
		   row.auto_pass >= course->pass;

	flag_row_clear(&row);
	return had;
}

static enum result flip(struct engine *engine, const struct course_row *course, struct error *err)
{
	struct flipper *flipper = NULL;
	struct flipped flipped;
	enum result st = flipper_open(&flipper, engine->campus, engine->flip_reader, NULL, NULL, err);

	if (st != RESULT_OK)
		return st;
	if (has_had_its_turn(engine, course))
		goto out;
	st = flip_on(flipper, course->id, "flip = auto", NULL, &flipped, err);
	if (st == RESULT_OK && flipped.done) {
		status_flag_auto_done(engine->campus->status, course->id, course->pass, "");
		tell(engine, course->key, false, flipped.text);
	} else if (st == RESULT_OK) {
		pass_over(engine, course, flipped.text);
	} else if (st == RESULT_REFUSED || st == RESULT_BUSY) {
		pass_over(engine, course, err->text);
		st = RESULT_OK;
	}
	status_flush(engine->campus->status, NULL); /* before another one may take the lock */
out:
	flipper_close(flipper);
	return st;
}

/* RESULT_MISSING: none waits. What may go better later is tried again so often as a transaction. */
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
	else if (st != RESULT_CANCELED && (!result_is_transient(st) || ++*tries > engine->max_retries)) {
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
		engine->flip_waits |= st == RESULT_OK || result_is_transient(st);
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
