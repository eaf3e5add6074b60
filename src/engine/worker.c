#include "config.h"

#include "src/engine/internal.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/http.h"

#define OPEN_AGAIN 5000 /* ms */

/* One try: what goes in and what came out. */
struct try {
	struct course_run *run;
	size_t index;
	const struct plan_video *video;
	struct job *job;
	int64_t begun_wall, begun;
	bool last; /* no further try after this one */
	struct transaction result;
};

/* Lock held. One that waits for work is enough; those that take their time (below) do not count. */
static void wake_worker(struct engine *engine)
{
	if (engine->campus->pace)
		pthread_cond_broadcast(&engine->work);
	else
		pthread_cond_signal(&engine->work);
}

/* Lock held. Waits for work, or until the next start is @due, which one worker does for all. */
static void wait_for_work(struct engine *engine, int64_t due)
{
	bool paces = due != INT64_MAX && !engine->pacing;

	engine->pacing |= paces;
	clock_wait(engine->clock, &engine->work, &engine->lock, paces ? due : INT64_MAX);
	if (paces)
		engine->pacing = false;
}

/* Lock held: the next video, if one may start now; else *@due is when one may, INT64_MAX if it is
   not for time that it waits. */
static bool take_video(struct engine *engine, struct try *try, int64_t *due)
{
	int64_t now = clock_now(engine->clock);

	*due = INT64_MAX;
	if (engine_stands(engine) || engine->queue.running >= (size_t)engine->threads)
		return false;
	if (pace_due(&engine->pace, now) > now) {
		*due = pace_due(&engine->pace, now);
		return false;
	}
	try->run = queue_take(&engine->queue, engine_holds(engine), &try->index);
	if (!try->run)
		return false;
	pace_start(&engine->pace, now);
	if (engine->pace.rate) /* the next start is another worker's to wait for */
		wake_worker(engine);
	return true;
}

/* Waits, lock held, for a video to try; false when the engine ends. */
static bool next_try(struct engine *engine, struct try *try)
{
	int64_t due;

	for (;;) {
		if (engine->stopping)
			return false;
		if (take_video(engine, try, &due))
			break;
		wait_for_work(engine, due);
	}
	try->video = &try->run->plan->videos[try->index];
	try->job = &try->run->jobs[try->index];
	try->begun = clock_now(engine->clock);
	try->begun_wall = clock_wall(engine->clock);
	try->last = try->job->tries > engine->max_retries;
	return true;
}

static void run_try(struct engine *engine, struct reader *reader, struct try *try)
{
	struct ferry ferry = {
		.val = engine->campus->val,
		.store = engine->campus->store,
		.status = engine->campus->status,
		.reader = reader,
		.expect = {engine->max_transcript, try->run->waivers, try->run->waiver_count},
		.store_gate = &engine->store_gate,
		.val_gate = &engine->val_gate,
		.dry = engine->options.dry,
		.first_try = try->job->tries == 1,
		.last_try = try->last,
		.forecast = engine->forecast,
		.final_read = try->job->final_read,
		.mend = try->run->mend,
	};

	if (engine->campus->http) /* a pause waits for no server that asks to slow down */
		http_heed(engine->campus->http, &try->run->hurry);
	transaction_run(&ferry, try->run->plan, try->video, &try->job->files, &try->result);
	if (engine->campus->http)
		http_heed(engine->campus->http, NULL);
}

static bool will_try_again(const struct try *try)
{
	if (try->result.end == TRANSACTION_LOOK_AGAIN)
		return true;
	/* it waits until the journal can be written, or what another program locks is free */
	if (try->result.untried)
		return true;
	/* what a pause cut short is no last try: the video waits to be resumed */
	return try->result.end == TRANSACTION_AGAIN && (!try->last || atomic_load(&try->run->hurry));
}

/* Hands the outcome to the status database: one posted transaction. */
static void post_outcome(struct engine *engine, const struct try *try, bool again)
{
	const struct report *report = &try->result.report;
	struct video_outcome outcome = {
		.course_id = try->run->id,
		.video_id = try->video->id,
		.pass = try->run->pass,
		.attempt = !engine->options.dry,
		.number = try->job->tries,
		.begun = try->begun_wall,
		.state = again ? VIDEO_WAITING
			 : try->result.end == TRANSACTION_DONE ? VIDEO_DONE : VIDEO_FAILED,
		.text = try->result.error.text,
		.transcripts = report->transcripts,
		.transcript_count = report->transcript_count,
		.findings = report->findings,
		.finding_count = report->finding_count,
		.journal = report->journal,
		.journal_count = report->journal_count,
	};

	if (try->result.unreachable && !strcmp(try->result.unreachable, "status"))
		return; /* it could not be written, and nothing was done */
	if (engine->options.dry && again)
		return;
	for (size_t i = 0; i < report->journal_count; i++) {
		report->journal[i].course_id = try->run->id;
		report->journal[i].video_id = try->video->id;
	}
	if (try->result.untried) {
		if (report->journal_count) /* what was done before is done */
			status_journal(engine->campus->status, report->journal, report->journal_count,
				       NULL);
		return;
	}
	status_video_outcome(engine->campus->status, &outcome);
}

/* Transcripts that are where they belong after this try. */
static int64_t arrived(const struct report *report)
{
	int64_t count = 0;

	for (size_t i = 0; i < report->transcript_count; i++) {
		const struct transcript_row *row = &report->transcripts[i];

		count += row->expected && (row->in_val == VAL_PRESENT || row->outcome == OUTCOME_WOULD ||
					   row->outcome == OUTCOME_UNTOLD);
	}
	return count;
}

/* Lock held: the queue learns how it ended. */
static void settle(struct engine *engine, struct try *try, bool again)
{
	int64_t now = clock_now(engine->clock);
	/* what began before proves little */
	bool since_hold = try->begun >= engine->holds[HOLD_ENDPOINT].since_now;

	progress_tick(&engine->progress, now, PROGRESS_WORKS);
	if (try->result.end == TRANSACTION_AGAIN)
		progress_failed(&engine->progress);
	if (again) {
		try->job->final_read |= try->result.end == TRANSACTION_LOOK_AGAIN;
		try->job->registered += try->result.registered;
		try->job->tries -= try->result.untried;
		queue_delay(&engine->queue, try->run, try->index, now + engine->retry_delay);
	} else {
		if (try->result.end == TRANSACTION_FAILED)
			progress_failed(&engine->progress);
		progress_done(&engine->progress, arrived(&try->result.report));
		try->run->failed += try->result.end != TRANSACTION_DONE;
		queue_tried(&engine->queue, try->run, try->index);
	}
	if (try->result.unreachable)
		engine_set_hold(engine,
				!strcmp(try->result.unreachable, "status") ? HOLD_JOURNAL
									   : HOLD_ENDPOINT,
				try->result.unreachable, try->result.error.text);
	/* what held the engine has just worked */
	if (since_hold && try->result.end == TRANSACTION_DONE && engine_misses(engine, "val"))
		engine_end_hold(engine, HOLD_ENDPOINT);
	if (since_hold && try->result.registered && engine_misses(engine, "store"))
		engine_end_hold(engine, HOLD_ENDPOINT);
	wake_worker(engine); /* its val id is free for another one */
	/* a reader has work when the course runs dry, or is done; not at every video */
	if (again || try->run->ready_count <= (size_t)engine->threads || course_run_done(try->run) ||
	    try->run->leaving || !engine->queue.running)
		pthread_cond_signal(&engine->room);
	if (!engine->queue.running)
		pthread_cond_broadcast(&engine->idle);
}

/* The demo takes its time, so that a person sees it work. */
static void take_time(struct engine *engine, const struct try *try)
{
	int64_t until = try->begun + engine->campus->pace;

	if (!engine->campus->pace || engine->options.dry)
		return;
	pthread_mutex_lock(&engine->lock);
	while (!engine->stopping && clock_now(engine->clock) < until)
		clock_wait(engine->clock, &engine->work, &engine->lock, until);
	pthread_mutex_unlock(&engine->lock);
}

static void tell_tried(struct engine *engine, const struct try *try)
{
	char *block = plan_block_name(try->video->block);
	struct engine_event event = {
		.kind = ENGINE_VIDEO_TRIED,
		.course = try->run->id,
		.key = try->run->plan->course,
		.block = block ? block : "",
		.failed = try->result.end != TRANSACTION_DONE,
		.registered = try->job->registered + try->result.registered,
		.untold = try->result.untold,
		.text = try->result.error.text,
	};

	engine_tell(engine, &event);
	free(block);
}

/* A worker that came later has no reader yet. False: the engine ends without it. It does not wait
   where workers wait for work: who wakes one of those wakes one that can do it. */
static bool open_reader(struct worker *worker)
{
	struct engine *engine = worker->engine;
	const char *path = status_path(engine->campus->status);
	struct error err = {0};
	bool stopping = false;

	while (!worker->reader && !stopping) {
		if (reader_open(&worker->reader, path, &err) == RESULT_OK)
			break;
		engine_tell(engine, &(struct engine_event){.kind = ENGINE_TROUBLE, .text = err.text});
		pthread_mutex_lock(&engine->lock);
		if (!engine->stopping)
			clock_wait(engine->clock, &engine->idle, &engine->lock,
				   clock_now(engine->clock) + OPEN_AGAIN);
		stopping = engine->stopping;
		pthread_mutex_unlock(&engine->lock);
	}
	return worker->reader;
}

void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct engine *engine = worker->engine;

	engine_lower_priority();
	if (!open_reader(worker))
		return NULL;
	pthread_mutex_lock(&engine->lock);
	for (;;) {
		struct try try = {0};
		bool again;

		if (!next_try(engine, &try))
			break;
		pthread_mutex_unlock(&engine->lock);
		run_try(engine, worker->reader, &try);
		again = will_try_again(&try);
		post_outcome(engine, &try, again);
		take_time(engine, &try);
		if (!again)
			tell_tried(engine, &try);
		pthread_mutex_lock(&engine->lock);
		settle(engine, &try, again);
		transaction_clear(&try.result);
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}
