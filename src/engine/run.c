/*
 * What an engine tells the status database of its run: how the courses that begin from now on are
 * run, or that a dry run begins, what it predicts, and that it ends.
 */
#include "config.h"

#include "src/engine/internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "src/status/transfer.h"

/* "3 MiB", or bytes where that is no whole number of them. */
static void size_text(size_t size, char *out, size_t room)
{
	if (size >= 1 << 20 && size % (1 << 20) == 0)
		snprintf(out, room, "%zu MiB", size >> 20);
	else
		snprintf(out, room, "%zu bytes", size);
}

static void options_text(const struct conf *conf, char *out, size_t size)
{
	char largest[32];

	size_text((size_t)conf->max_transcript, largest, sizeof(largest));
	snprintf(out, size,
		 "workers %" PRId64 ", rate %" PRId64 ", retries %" PRId64
		 " x %g s, largest transcript %s, link %s",
		 conf->workers, conf->rate, conf->max_retries, (double)conf->retry_delay / 1000,
		 largest, conf->link);
}

/* What an import that was killed has left; one that is under way is no engine's business. */
static enum result clear_import(struct status *status, struct error *err)
{
	int64_t runs;
	enum result st = status_import_clear(status, &runs, err);

	return st == RESULT_BUSY && status_broken(status, NULL) == RESULT_OK ? RESULT_OK : st;
}

enum result engine_begin_run(struct engine *engine, struct error *err)
{
	const struct campus *campus = engine->campus;
	char options[200];
	struct run_about about = {
		.kind = RUN_MOCK,
		.release = campus->conf->release,
		.version = PACKAGE_VERSION,
		.options = options,
	};
	enum result st = clear_import(campus->status, err);

	if (st == RESULT_OK)
		st = status_runs_settle(campus->status, err);
	if (st != RESULT_OK)
		return st;
	options_text(campus->conf, options, sizeof(options));
	run_kind_read(campus_mode(campus, engine->options.dry), &about.kind);
	return engine->options.dry ? status_dry_begin(campus->status, &about, &engine->dry_run, err)
				   : status_run_about(campus->status, &about, err);
}

enum result engine_predict(struct engine *engine, struct dry_course *course, struct error *err)
{
	enum result st;

	course->number = engine->dry_run;
	st = status_dry_course(engine->campus->status, course, err);
	pthread_mutex_lock(&engine->lock);
	engine->dry_told += st == RESULT_OK;
	pthread_mutex_unlock(&engine->lock);
	return st;
}

/* Nobody is left to tell if it cannot be written: the next engine finds the run and ends it. */
void engine_end_dry_run(struct engine *engine)
{
	if (engine->dry_run)
		status_dry_end(engine->campus->status, engine->dry_run,
			       engine->dry_told < engine->options.dry_count, NULL);
}

/* What was done so far says how many transcripts a video has, and a course. */
void engine_dry_work(const struct engine *engine, struct progress_work *out)
{
	const struct course_run *run = engine->queue.turn;
	int64_t videos = 0, tried = 0;

	for (size_t i = 0; i < engine->queue.courses; i++, run = run->next) {
		videos += (int64_t)run->plan->video_count;
		tried += (int64_t)run->tried;
	}
	*out = (struct progress_work){
		.videos = videos - tried,
		.unplanned = (int64_t)engine->wanted_count,
		.planned = (int64_t)(engine->dry_told + engine->queue.courses),
		.held = engine_held(engine) != HOLD_NONE,
	};
	tried += engine->dry_videos;
	videos += engine->dry_videos;
	out->per_video = tried ? (double)engine->progress.transcripts / (double)tried : 1;
	if (out->planned)
		out->per_course = out->per_video * (double)videos / (double)out->planned;
}
