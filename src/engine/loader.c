/*
 * The readers' side of the engine: opens and plans the courses that intents want, loads the
 * bytes of their videos ahead of the workers, and has courses ended (closer.c).
 */
#include "config.h"

#include "src/engine/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/rollout.h"

/* ---- opening a course -------------------------------------------------------------------- */

struct opening {
	struct wanted_course wanted;
	struct course_row row;
	enum finding_code mend;
	struct waiver_row *waivers;
	size_t waiver_count;
	struct plan *plan;
	bool *skip;
	int64_t pass, began, stood; /* wall microseconds, engine_stood() */
	const char *who; /* failed: "source", "val", "status" */
};

/* The next course to open, or NULL; lock held. */
static struct wanted_course *next_wanted(struct engine *engine, int64_t now)
{
	if (engine_holds(engine) || engine->queue.courses + (size_t)engine->opening >= COURSES_AHEAD)
		return NULL;
	for (size_t i = 0; i < engine->wanted_count; i++) {
		struct wanted_course *wanted = &engine->wanted[i];

		if (!wanted->opening && wanted->not_before <= now &&
		    !queue_find(&engine->queue, wanted->id))
			return wanted;
	}
	return NULL;
}

/* What this pass tried stays tried; with retry --finding that is all but the blocks that have it. */
static enum result mark_skipped(struct opening *o, struct reader *reader, bool dry, struct error *err)
{
	struct video_row *videos = NULL;
	size_t count = 0;
	int64_t total;
	enum result st = RESULT_OK;

	o->skip = calloc(o->plan->video_count + 1, sizeof(*o->skip));
	if (!o->skip)
		return error_set(err, RESULT_NOMEM, "out of memory");
	if (!dry)
		st = reader_videos(reader, o->row.id, 0, -1, &videos, &count, &total, err);
	/* both are in the order of the plan */
	for (size_t i = 0, at = 0; i < count; i++) {
		while (at < o->plan->video_count && o->plan->videos[at].id != videos[i].id)
			at++;
		if (at < o->plan->video_count)
			o->skip[at] = videos[i].state != VIDEO_WAITING;
		video_row_clear(&videos[i]);
	}
	free(videos);
	return st;
}

static void post_source(struct engine *engine, int64_t course, const struct plan *plan)
{
	struct source_seen seen = {plan->source->outline->version, plan_assets(plan)};

	status_course_source(engine->campus->status, course, &seen);
}

static enum result save_plan(struct engine *engine, struct opening *o, struct reader *reader,
			     struct error *err)
{
	struct plan_rows rows;
	enum result st = plan_rows(o->plan, &rows, err);

	if (st != RESULT_OK)
		return st;
	st = status_course_plan(engine->campus->status, o->row.id, o->pass, rows.videos,
				rows.video_count, rows.transcripts, rows.transcript_count, rows.notes,
				rows.note_count, err);
	for (size_t i = 0; i < rows.video_count && st == RESULT_OK; i++)
		o->plan->videos[i].id = rows.videos[i].id;
	if (st == RESULT_OK) {
		post_source(engine, o->row.id, o->plan);
		st = mark_skipped(o, reader, engine->options.dry, err);
	}
	plan_rows_free(&rows);
	return st;
}

/* What it is begun for is told by the same commit: between the look at the course and this, one
   wish may have been taken back and another given. */
static enum result begin_course(struct engine *engine, struct opening *o, struct error *err)
{
	bool anew = !*o->row.intent_finding && o->row.status != COURSE_IN_PROGRESS &&
		    o->row.status != COURSE_FAILED;
	struct course_taken taken;
	enum result st = status_course_begin(engine->campus->status, o->row.id, anew, &o->pass, &taken,
					     err);

	o->wanted.number = o->row.intent_number;
	if (st != RESULT_OK)
		return st;
	o->wanted.number = taken.number;
	if (*taken.finding)
		o->mend = finding_by_name(taken.finding);
	return st;
}

/* Not held: source, val and status are asked. */
static enum result open_course(struct engine *engine, struct reader *reader, struct opening *o,
			       struct error *err)
{
	struct source *source = engine->campus->source;
	struct source_course *course = NULL;
	enum result st;

	o->who = "status";
	o->began = clock_wall(engine->clock);
	o->stood = engine_stood(engine);
	st = reader_course_by_id(reader, o->wanted.id, &o->row, err);
	if (st != RESULT_OK)
		return st;
	if (!engine->options.dry && o->row.intent != INTENT_RUN)
		return error_set(err, RESULT_CANCELED, "no longer wanted");
	o->mend = FINDING_NONE;
	o->pass = o->row.pass;
	if (!engine->options.dry)
		st = begin_course(engine, o, err);
	if (st == RESULT_OK)
		st = reader_waivers(reader, o->row.key, &o->waivers, &o->waiver_count, err);
	if (st != RESULT_OK)
		return st;
	o->who = "source";
	st = source->ops->open(source, o->row.key, &course, err);
	if (st == RESULT_OK)
		st = plan_new(&o->plan, course, engine->campus->val, &o->who, err);
	if (st != RESULT_OK)
		return st;
	o->plan->course_id = o->row.id;
	o->who = "status";
	if (*o->plan->source->outline->name && strcmp(o->plan->source->outline->name, o->row.name))
		status_course_name(engine->campus->status, o->row.id, o->plan->source->outline->name);
	return save_plan(engine, o, reader, err);
}

static void opening_clear(struct opening *o)
{
	for (size_t i = 0; i < o->waiver_count; i++)
		waiver_row_clear(&o->waivers[i]);
	free(o->waivers);
	free(o->skip);
	plan_free(o->plan);
	course_row_clear(&o->row);
}

/* Another try may be luckier. */
static bool may_pass(enum result result)
{
	return result_is_transient(result) || result == RESULT_NOMEM;
}

/*
 * The course as a whole failed: its status says so, and why. RESULT_CANCELED if it was paused
 * first: then it is tried again when it is resumed.
 */
static enum result fail_course(struct engine *engine, const struct opening *o,
			       const struct error *err, struct error *failure)
{
	bool transient = may_pass(err->result) || err->result == RESULT_MISSING;
	bool val = !strcmp(o->who, "val");
	enum finding_code code = val ? (transient ? FINDING_VAL_UNREACHABLE : FINDING_VAL_REFUSED)
				     : (transient ? FINDING_SOURCE_UNREACHABLE : FINDING_SOURCE_INVALID);
	struct report report = {0};
	struct engine_event event = {.kind = ENGINE_COURSE_ENDED, .course = o->wanted.id,
				     .key = o->row.key ? o->row.key : "", .status = COURSE_FAILED,
				     .failed = true, .text = err->text};
	enum result st = RESULT_OK;

	report_finding(&report, code, false, "", "", "", "%s", err->text);
	if (engine->options.dry)
		st = engine_predict(engine, &(struct dry_course){.course = o->wanted.id, .began = o->began,
				    .waited = (engine_stood(engine) - o->stood) * 1000,
				    .status = COURSE_FAILED, .problem = err->text, .note = report.findings}, failure);
	else
		st = status_course_end(engine->campus->status, o->wanted.id, o->wanted.number,
				       COURSE_FAILED, err->text, report.findings, report.finding_count,
				       failure);
	report_clear(&report);
	if (st == RESULT_OK)
		engine_tell(engine, &event);
	return st;
}

/* Lock held. What was opened is no longer wanted, unless a newer intent came meanwhile. */
static void drop_wanted(struct engine *engine, const struct opening *o)
{
	struct wanted_course *wanted = engine_find_wanted(engine, o->wanted.id);

	if (wanted && wanted->number > o->wanted.number)
		*wanted = (struct wanted_course){.id = wanted->id, .number = wanted->number};
	else
		engine_forget_wanted(engine, o->wanted.id);
}

/* Lock held. Puts the failed one back for later, or gives it up. */
static bool open_again(struct engine *engine, const struct opening *o, const struct error *err)
{
	struct wanted_course *wanted = engine_find_wanted(engine, o->wanted.id);

	if (!strcmp(o->who, "status"))
		engine_set_hold(engine, HOLD_JOURNAL, "status", err->text);
	else if (result_holds_work(err->result))
		engine_set_hold(engine, HOLD_ENDPOINT, o->who, err->text);
	if (!wanted)
		return true; /* no longer wanted: paused meanwhile */
	wanted->opening = false;
	wanted->not_before = clock_now(engine->clock) + engine->retry_delay;
	if (!strcmp(o->who, "status") || err->result == RESULT_DENIED || err->result == RESULT_BUSY)
		return true; /* nothing was tried yet: it waits until the hold ends */
	return may_pass(err->result) && wanted->tries++ < engine->max_retries;
}

/* Lock held. The opened course joins the queue, unless it was paused meanwhile. */
static void join_queue(struct engine *engine, struct opening *o)
{
	struct wanted_course *wanted = engine_find_wanted(engine, o->wanted.id);
	struct course_run *run;
	enum result st;

	if (!wanted || queue_find(&engine->queue, o->wanted.id))
		return;
	st = course_run_new(&run, o->plan, o->skip, NULL);
	o->plan = NULL;
	if (st != RESULT_OK) {
		wanted->opening = false;
		wanted->not_before = clock_now(engine->clock) + engine->retry_delay;
		return;
	}
	run->id = o->wanted.id;
	run->opened = o->began;
	run->stood = o->stood;
	if (engine->stopping)
		engine_leave(engine, run);
	/* paused and resumed while it opened: the newer intent is the one this run serves */
	run->intent_number = wanted->number > o->wanted.number ? wanted->number : o->wanted.number;
	run->pass = o->pass;
	run->mend = o->mend;
	run->waivers = o->waivers;
	run->waiver_count = o->waiver_count;
	o->waivers = NULL;
	o->waiver_count = 0;
	engine_forget_wanted(engine, run->id);
	queue_add(&engine->queue, run);
}

/* Lock held on entry and exit. The course could not be opened, and will not be tried again. */
static void give_up(struct engine *engine, const struct opening *o, const struct error *err)
{
	struct error failure = {0};
	enum result st;

	pthread_mutex_unlock(&engine->lock);
	st = fail_course(engine, o, err, &failure);
	pthread_mutex_lock(&engine->lock);
	if (st == RESULT_OK || st == RESULT_CANCELED) {
		drop_wanted(engine, o);
	} else {
		/* its status stays as it was, and so does the intent, until it can be written */
		open_again(engine, &(struct opening){.wanted = o->wanted, .who = "status"}, &failure);
	}
}

/* Lock held on entry and exit. */
static void open_next(struct engine *engine, struct reader *reader, struct wanted_course *wanted)
{
	struct opening o = {.wanted = *wanted, .mend = FINDING_NONE, .who = "status"};
	struct error err = {0};
	enum result st;

	wanted->opening = true;
	engine->opening++;
	pthread_mutex_unlock(&engine->lock);
	st = open_course(engine, reader, &o, &err);
	if (st == RESULT_OK)
		engine_tell(engine, &(struct engine_event){.kind = ENGINE_COURSE_BEGUN,
				.course = o.row.id, .key = o.row.key, .text = ""});
	pthread_mutex_lock(&engine->lock);
	if (st == RESULT_OK)
		join_queue(engine, &o);
	else if (st == RESULT_CANCELED)
		drop_wanted(engine, &o);
	else if (!open_again(engine, &o, &err))
		give_up(engine, &o, &err);
	pthread_mutex_unlock(&engine->lock);
	opening_clear(&o);
	pthread_mutex_lock(&engine->lock);
	engine->opening--;
	pthread_cond_broadcast(&engine->room);
	pthread_cond_broadcast(&engine->idle);
}

/* ---- loading ----------------------------------------------------------------------------- */

/* The bytes cannot be had: these videos fail, the course goes on. */
static void fail_load(struct engine *engine, struct course_run *run, const size_t *indexes,
		      size_t count, const struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct plan_video *video = &run->plan->videos[indexes[i]];
		char *block = plan_block_name(video->block);
		struct report report = {0};
		struct video_outcome outcome = {
			.course_id = run->id, .video_id = video->id, .pass = run->pass,
			.attempt = !engine->options.dry, .number = run->jobs[indexes[i]].tries + 1,
			.begun = clock_wall(engine->clock), .state = VIDEO_FAILED, .text = err->text,
		};

		report_finding(&report, may_pass(err->result) || err->result == RESULT_MISSING
						? FINDING_SOURCE_UNREACHABLE : FINDING_SOURCE_INVALID,
			       false, block ? block : "", "", "", "%s", err->text);
		for (size_t t = 0; t < video->transcript_count; t++) {
			struct transcript_row *row =
				report_transcript(&report, video->transcripts[t].language);

			if (row) {
				row->expected = true;
				row->implicit = video->transcripts[t].implicit;
				row->outcome = OUTCOME_FAILED;
			}
		}
		outcome.transcripts = report.transcripts;
		outcome.transcript_count = report.transcript_count;
		outcome.findings = report.findings;
		outcome.finding_count = report.finding_count;
		status_video_outcome(engine->campus->status, &outcome);
		engine_tell(engine, &(struct engine_event){.kind = ENGINE_VIDEO_TRIED, .course = run->id,
				.key = run->plan->course, .block = block ? block : "", .failed = true,
				.text = err->text});
		report_clear(&report);
		free(block);
	}
}

/* Not held. What of the files was saved anew meanwhile is another state of the source. */
static enum result look_again(struct engine *engine, struct course_run *run, size_t index,
			      struct error *err)
{
	char before[HASH_HEX];
	enum result st;

	memcpy(before, plan_assets(run->plan), sizeof(before));
	st = plan_look_again(run->plan, index, err);
	if (st == RESULT_OK && strcmp(before, plan_assets(run->plan)))
		post_source(engine, run->id, run->plan);
	return st;
}

/* Lock held on entry and exit; @run is busy. */
static void load_batch(struct engine *engine, struct course_run *run, const size_t *indexes,
		       size_t count)
{
	struct video_files files[BATCH_VIDEOS] = {0};
	struct error err = {0};
	enum result st = RESULT_OK;
	bool given_up;

	pthread_mutex_unlock(&engine->lock);
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		if (run->jobs[indexes[i]].final_read)
			st = look_again(engine, run, indexes[i], &err);
	if (st == RESULT_OK)
		st = load_videos(run->plan, indexes, count, engine->max_transcript, files, &err);
	given_up = st != RESULT_OK && (!may_pass(st) || run->load_failures >= engine->max_retries);
	if (given_up)
		fail_load(engine, run, indexes, count, &err);
	pthread_mutex_lock(&engine->lock);
	if (result_holds_work(st))
		engine_set_hold(engine, HOLD_ENDPOINT, "source", err.text);
	else if (st == RESULT_OK && count && engine_misses(engine, "source"))
		engine_end_hold(engine, HOLD_ENDPOINT); /* what held the engine has just worked */
	if (given_up) {
		run->busy = false;
		for (size_t i = 0; i < count; i++)
			run->jobs[indexes[i]].stage = JOB_TRIED;
		run->tried += count;
		run->failed += count;
	} else {
		queue_loaded(&engine->queue, run, indexes, count, st == RESULT_OK ? files : NULL);
	}
	run->load_failures = st == RESULT_OK || given_up ? 0 : run->load_failures + 1;
	run->not_before = run->load_failures ? clock_now(engine->clock) + engine->retry_delay : 0;
	pthread_cond_broadcast(&engine->work);
	pthread_cond_broadcast(&engine->room);
	pthread_cond_broadcast(&engine->idle);
}

/* ---- the loop ---------------------------------------------------------------------------- */

/* Does one thing; false when there is nothing to do now. Lock held on entry and exit. */
static bool do_one(struct engine *engine, struct reader *reader)
{
	int64_t now = clock_now(engine->clock);
	size_t indexes[BATCH_VIDEOS], count;
	struct course_run *run = engine_next_ending(engine, now);
	struct wanted_course *wanted;

	if (run) {
		engine_end_course(engine, reader, run);
		return true;
	}
	if (engine->stopping || engine_stands(engine))
		return false;
	if (engine->queue.bytes < BYTES_AHEAD || !engine->queue.running) {
		run = queue_want(&engine->queue, now, (size_t)engine->threads * 2, BATCH_VIDEOS,
				 BATCH_BYTES, engine->max_transcript, engine_holds(engine), indexes, &count);
		if (run) {
			load_batch(engine, run, indexes, count);
			return true;
		}
	}
	wanted = next_wanted(engine, now);
	if (wanted)
		open_next(engine, reader, wanted);
	return wanted;
}

void *loader_main(void *arg)
{
	struct engine *engine = arg;
	struct reader *reader;

	engine_lower_priority();
	pthread_mutex_lock(&engine->lock);
	reader = engine_take_reader(engine);
	while (!engine->stopping || engine->queue.courses) {
		if (!do_one(engine, reader)) {
			int64_t until = queue_next_time(&engine->queue);

			for (size_t i = 0; i < engine->wanted_count; i++)
				if (!engine->wanted[i].opening && engine->wanted[i].not_before &&
				    engine->wanted[i].not_before < until)
					until = engine->wanted[i].not_before;
			/* a time that has passed waits for something else than time */
			if (until <= clock_now(engine->clock))
				until = clock_now(engine->clock) + 1000;
			clock_wait(engine->clock, &engine->room, &engine->lock, until);
		}
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}
