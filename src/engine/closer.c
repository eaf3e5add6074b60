/*
 * The end of a course: with all its videos tried, its new ids are linked and its status follows
 * from the rows. On the readers' threads.
 */
#include "config.h"

#include "src/engine/internal.h"

#include <string.h>

#include "src/base/http.h"
#include "src/migrate/close.h"
#include "src/migrate/read_back.h"

/* One attempt to end a course: what goes in and what came out. */
struct ending {
	struct course_run *run;
	int64_t intent_number;
	enum course_status status;
	const char *who; /* failed: "val" (reading back), "source" (linking), "status" */
};

static enum result link_blocks(struct engine *engine, struct reader *reader, struct ending *end,
			       int64_t *failed, struct error *err)
{
	const struct closing closing = {
		.plan = end->run->plan,
		.linker = engine->campus->linker,
		.allowed = atomic_load(&engine->campus->link_allowed),
		.last = end->run->link_tries >= engine->max_retries,
		.status = engine->campus->status,
		.reader = reader,
	};

	return close_links(&closing, failed, &end->who, err);
}

/* What val has now of what was registered. Once nothing more can be learnt, the course ends all the
   same: a validation tells. */
static enum result look_back(struct engine *engine, struct reader *reader, struct ending *end,
			     const struct course_row *row, struct error *err)
{
	const struct campus *campus = engine->campus;
	const struct read_back what = {
		.val = campus->val,
		.store = campus->store,
		.status = campus->status,
		.reader = reader,
		.course_id = row->id,
		.pass = row->pass,
		.course = row->key,
		.begun = row->begun,
		.max_transcript = engine->max_transcript,
	};
	enum result st = end->run->is_read_back ? RESULT_OK : read_back(&what, &end->who, err);

	if (st != RESULT_OK && !strcmp(end->who, "val") &&
	    (!(result_is_transient(st) || st == RESULT_NOMEM || st == RESULT_DENIED) ||
	     end->run->read_tries >= engine->max_retries)) {
		status_event(campus->status, FINDING_WARNING, "read back", row->key,
			     "what was registered was not read back", err->text);
		st = RESULT_OK;
	}
	end->run->is_read_back |= st == RESULT_OK;
	if (st == RESULT_OK)
		end->who = "status";
	return st;
}

/* Nothing is closed: what the rows say by now is what the dry run predicts. */
static enum result predict_course(struct engine *engine, struct ending *end, struct error *err)
{
	const struct course_run *run = end->run;
	struct dry_course course = {.course = run->id, .began = run->opened, .problem = "",
				    .waited = (engine_stood(engine) - run->stood) * 1000,
				    .status = run->failed ? COURSE_FAILED : COURSE_MIGRATED,
				    .failed = (int64_t)run->failed};
	enum result st = engine_predict(engine, &course, err);

	end->status = st == RESULT_OK ? course.status : end->status;
	return st;
}

/* Not held. Closes the course: with all its videos tried, its status follows from the rows. */
static enum result close_course(struct engine *engine, struct reader *reader, struct ending *end,
				struct error *err)
{
	struct status *status = engine->campus->status;
	struct course_row row = {0};
	int64_t unlinked = 0;
	enum result st = status_flush(status, err);

	end->status = COURSE_FAILED;
	if (st == RESULT_OK && engine->options.dry)
		return predict_course(engine, end, err);
	if (st == RESULT_OK)
		st = reader_course_by_id(reader, end->run->id, &row, err);
	if (st != RESULT_OK)
		goto out;
	if (row.tried < row.videos) /* outcomes were lost with a commit that failed: tried again */
		st = error_set(err, RESULT_END, "not all outcomes of %s are recorded", row.key);
	else if (row.intent == INTENT_PAUSE)
		st = error_set(err, RESULT_CANCELED, "paused before its end");
	else
		st = look_back(engine, reader, end, &row, err);
	if (st == RESULT_OK)
		st = link_blocks(engine, reader, end, &unlinked, err);
	if (st != RESULT_OK)
		goto out;
	end->status = row.failed || unlinked ? COURSE_FAILED : COURSE_MIGRATED;
	st = status_course_end(status, end->run->id, end->intent_number, end->status, "", NULL, 0, err);
	end->who = "status";
out:
	course_row_clear(&row);
	return st;
}

/* Lock held. It could not be ended now: when, and what else waits. */
static void end_later(struct engine *engine, struct ending *end, const struct error *err)
{
	bool linking = !strcmp(end->who, "source"), reading = !strcmp(end->who, "val");

	end->run->not_before = clock_now(engine->clock) + engine->retry_delay;
	end->run->link_tries += linking;
	end->run->read_tries += reading;
	if (!linking && !reading)
		engine_set_hold(engine, HOLD_JOURNAL, "status", err->text);
	else if (result_holds_work(err->result))
		engine_set_hold(engine, HOLD_ENDPOINT, end->who, err->text);
}

/* Lock held on entry and exit. @run is done, or still and leaving. */
void engine_end_course(struct engine *engine, struct reader *reader, struct course_run *run)
{
	bool done = course_run_done(run), wanted_again;
	struct ending end = {.run = run, .intent_number = run->intent_number,
			     .status = COURSE_IN_PROGRESS, .who = "status"};
	struct engine_event event = {.kind = done ? ENGINE_COURSE_ENDED : ENGINE_COURSE_PAUSED,
				     .course = run->id, .key = run->plan->course, .text = ""};
	struct error err = {0};
	enum result st = RESULT_OK;

	run->busy = true;
	engine->opening++;
	engine->ending++;
	pthread_mutex_unlock(&engine->lock);
	if (engine->campus->http)
		http_heed(engine->campus->http, &run->hurry);
	if (done)
		st = close_course(engine, reader, &end, &err);
	if (engine->campus->http)
		http_heed(engine->campus->http, NULL);
	event.status = end.status;
	if (st == RESULT_CANCELED) {
		/* paused a moment before its end: it ends when it is resumed */
		event.kind = ENGINE_COURSE_PAUSED;
		st = RESULT_OK;
	}
	if (st == RESULT_OK)
		engine_tell(engine, &event);
	pthread_mutex_lock(&engine->lock);
	run->busy = false;
	engine->opening--;
	engine->ending--;
	engine->flip_waits |= engine->flipper_runs && end.status == COURSE_MIGRATED;
	/* outcomes are missing, or a newer intent came between the last outcome and the end */
	wanted_again = st == RESULT_END || (st == RESULT_OK && done && run->intent_number != end.intent_number);
	if (wanted_again && !engine_find_wanted(engine, run->id) &&
	    !engine_want(engine, run->id, run->intent_number))
		st = RESULT_NOMEM;
	if (st == RESULT_OK || st == RESULT_END || engine->stopping) {
		queue_remove(&engine->queue, run);
		engine->dry_videos += engine->options.dry ? (int64_t)run->tried : 0;
		pthread_mutex_unlock(&engine->lock);
		course_run_free(run);
		pthread_mutex_lock(&engine->lock);
	} else {
		end_later(engine, &end, &err);
	}
	pthread_cond_broadcast(&engine->room);
	pthread_cond_broadcast(&engine->idle);
}

/* It can be closed, or taken out. What leaves waits for no retry of a load. */
static bool may_end(const struct engine *engine, const struct course_run *run, int64_t now)
{
	if (!course_run_still(run))
		return false;
	if (!course_run_done(run) || engine->stopping)
		return run->leaving;
	if (run->not_before > now)
		return false;
	/* while the journal cannot be written, this process is about to stand still, or who is needed is
	   away, only what leaves ends */
	return run->leaving ||
	       (!engine->holds[HOLD_JOURNAL].on && !engine->holds[HOLD_REST].on &&
		!((run->link_tries || run->read_tries) && engine->holds[HOLD_ENDPOINT].on));
}

struct course_run *engine_next_ending(struct engine *engine, int64_t now)
{
	struct course_run *run = engine->queue.turn;

	for (size_t i = 0; i < engine->queue.courses; i++, run = run->next)
		if (may_end(engine, run, now))
			return run;
	return NULL;
}

