#include "config.h"

#include "src/engine/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void queue_init(struct queue *queue)
{
	memset(queue, 0, sizeof(*queue));
}

void queue_clear(struct queue *queue)
{
	while (queue->turn) {
		struct course_run *run = queue->turn;

		queue_remove(queue, run);
		course_run_free(run);
	}
	free(queue->busy_ids);
	queue_init(queue);
}

/* ---- courses ----------------------------------------------------------------------------- */

enum result course_run_new(struct course_run **out, struct plan *plan, const bool *skip,
			   struct error *err)
{
	struct course_run *run = calloc(1, sizeof(*run));

	*out = NULL;
	if (run) {
		run->plan = plan;
		run->mend = FINDING_NONE;
		run->jobs = calloc(plan->video_count + 1, sizeof(*run->jobs));
		run->ready = calloc(plan->video_count + 1, sizeof(*run->ready));
	}
	if (!run || !run->jobs || !run->ready) {
		if (!run)
			plan_free(plan);
		course_run_free(run);
		return error_set(err, RESULT_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < plan->video_count; i++) {
		run->jobs[i].stage = skip && skip[i] ? JOB_TRIED : JOB_UNLOADED;
		run->tried += run->jobs[i].stage == JOB_TRIED;
	}
	*out = run;
	return RESULT_OK;
}

void course_run_free(struct course_run *run)
{
	if (!run)
		return;
	for (size_t i = 0; run->jobs && i < run->plan->video_count; i++)
		video_files_clear(&run->jobs[i].files);
	for (size_t i = 0; i < run->waiver_count; i++)
		waiver_row_clear(&run->waivers[i]);
	free(run->waivers);
	free(run->jobs);
	free(run->ready);
	plan_free(run->plan);
	free(run);
}

void queue_add(struct queue *queue, struct course_run *run)
{
	if (queue->turn) {
		struct course_run *last = queue->turn;

		while (last->next != queue->turn)
			last = last->next;
		run->next = queue->turn;
		last->next = run;
	} else {
		run->next = run;
		queue->turn = run;
	}
	queue->courses++;
}

void queue_remove(struct queue *queue, struct course_run *run)
{
	struct course_run *before = run;

	assert(!run->running);
	for (size_t i = 0; i < run->ready_count; i++)
		queue->bytes -= run->jobs[run->ready[i]].files.bytes;
	queue->ready -= run->ready_count;
	while (before->next != run)
		before = before->next;
	before->next = run->next;
	if (queue->turn == run)
		queue->turn = run->next == run ? NULL : run->next;
	run->next = NULL;
	queue->courses--;
}

struct course_run *queue_find(const struct queue *queue, int64_t course)
{
	struct course_run *run = queue->turn;

	for (size_t i = 0; i < queue->courses; i++, run = run->next)
		if (run->id == course)
			return run;
	return NULL;
}

bool course_run_done(const struct course_run *run)
{
	return run->tried == run->plan->video_count;
}

bool course_run_still(const struct course_run *run)
{
	return !run->running && !run->busy;
}

/* ---- one worker a val id ----------------------------------------------------------------- */

static bool id_busy(const struct queue *queue, const char *id)
{
	for (size_t i = 0; i < queue->busy_count; i++)
		if (!strcmp(queue->busy_ids[i], id))
			return true;
	return false;
}

static bool id_take(struct queue *queue, char *id)
{
	if (!*id)
		return true;
	if (queue->busy_count == queue->busy_size) {
		size_t size = 2 * queue->busy_size + 16;
		char **ids = realloc(queue->busy_ids, size * sizeof(*ids));

		if (!ids)
			return false;
		queue->busy_ids = ids;
		queue->busy_size = size;
	}
	queue->busy_ids[queue->busy_count++] = id;
	return true;
}

static void id_give(struct queue *queue, const char *id)
{
	for (size_t i = 0; i < queue->busy_count; i++) {
		if (!strcmp(queue->busy_ids[i], id)) {
			queue->busy_ids[i] = queue->busy_ids[--queue->busy_count];
			return;
		}
	}
}

/* ---- workers ----------------------------------------------------------------------------- */

/* The video before it with the same id was tried, and no other worker has that id. */
static bool may_start(const struct queue *queue, const struct course_run *run, size_t index)
{
	const struct plan_video *video = &run->plan->videos[index];

	if (video->before >= 0 && run->jobs[video->before].stage != JOB_TRIED)
		return false;
	return !id_busy(queue, video->val_id);
}

static bool take_from(struct queue *queue, struct course_run *run, bool retries_only, size_t *index)
{
	if (run->leaving)
		return false;
	for (size_t i = 0; i < run->ready_count; i++) {
		size_t video = run->ready[i];
		struct job *job = &run->jobs[video];

		if ((retries_only && !job->tries) || !may_start(queue, run, video) ||
		    !id_take(queue, run->plan->videos[video].val_id))
			continue;
		memmove(&run->ready[i], &run->ready[i + 1],
			(--run->ready_count - i) * sizeof(*run->ready));
		job->stage = JOB_RUNNING;
		job->tries++;
		run->running++;
		queue->running++;
		queue->ready--;
		*index = video;
		return true;
	}
	return false;
}

struct course_run *queue_take(struct queue *queue, bool retries_only, size_t *index)
{
	struct course_run *run = queue->turn;

	for (size_t i = 0; i < queue->courses; i++, run = run->next) {
		if (take_from(queue, run, retries_only, index)) {
			queue->turn = run->next;
			return run;
		}
	}
	return NULL;
}

static void job_ends(struct queue *queue, struct course_run *run, size_t index)
{
	struct job *job = &run->jobs[index];

	assert(job->stage == JOB_RUNNING);
	queue->bytes -= job->files.bytes;
	video_files_clear(&job->files);
	id_give(queue, run->plan->videos[index].val_id);
	run->running--;
	queue->running--;
}

void queue_tried(struct queue *queue, struct course_run *run, size_t index)
{
	job_ends(queue, run, index);
	run->jobs[index].stage = JOB_TRIED;
	run->tried++;
}

void queue_delay(struct queue *queue, struct course_run *run, size_t index, int64_t not_before)
{
	job_ends(queue, run, index);
	run->jobs[index].stage = JOB_DELAYED;
	run->jobs[index].not_before = not_before;
	run->delayed++;
}

/* ---- loading ----------------------------------------------------------------------------- */

struct batch {
	size_t *indexes, count, max, bytes, limit;
};

static bool batch_add(struct batch *batch, struct course_run *run, size_t index)
{
	size_t size = load_size(&run->plan->videos[index], batch->limit);

	if (batch->count == batch->max || (batch->count && size > batch->bytes))
		return false;
	batch->bytes -= size < batch->bytes ? size : batch->bytes;
	batch->indexes[batch->count++] = index;
	run->jobs[index].stage = JOB_LOADING;
	return true;
}

static void batch_delayed(struct batch *batch, struct course_run *run, int64_t now)
{
	for (size_t i = 0; run->delayed && i < run->plan->video_count; i++) {
		if (run->jobs[i].stage != JOB_DELAYED || run->jobs[i].not_before > now)
			continue;
		if (!batch_add(batch, run, i))
			return;
		run->delayed--;
	}
}

static void batch_unloaded(struct batch *batch, struct course_run *run)
{
	while (run->unloaded < run->plan->video_count) {
		if (run->jobs[run->unloaded].stage == JOB_UNLOADED &&
		    !batch_add(batch, run, run->unloaded))
			return;
		run->unloaded++;
	}
}

/*
 * READY videos may all wait for one that is to be loaded again (it has their val id), whether
 * its retry is due or its bytes could not be had: then the bound on what is READY must not keep
 * it out.
 */
static bool has_enough(const struct queue *queue, const struct course_run *run, size_t enough)
{
	if (run->ready_count < enough)
		return false;
	for (size_t i = 0; i < run->ready_count; i++)
		if (may_start(queue, run, run->ready[i]))
			return true;
	return false;
}

struct course_run *queue_want(struct queue *queue, int64_t now, size_t enough, size_t max,
			      size_t bytes, size_t limit, bool retries_only, size_t *indexes,
			      size_t *count)
{
	struct course_run *run = queue->turn;

	for (size_t i = 0; i < queue->courses; i++, run = run->next) {
		struct batch batch = {indexes, 0, max, bytes, limit};

		if (run->leaving || run->busy || now < run->not_before ||
		    has_enough(queue, run, enough))
			continue;
		batch_delayed(&batch, run, now);
		if (!retries_only)
			batch_unloaded(&batch, run);
		if (batch.count) {
			run->busy = true;
			*count = batch.count;
			return run;
		}
	}
	return NULL;
}

void queue_loaded(struct queue *queue, struct course_run *run, const size_t *indexes, size_t count,
		  struct video_files *files)
{
	run->busy = false;
	for (size_t i = 0; i < count; i++) {
		struct job *job = &run->jobs[indexes[i]];

		if (!files) {
			job->stage = JOB_UNLOADED;
			if (indexes[i] < run->unloaded)
				run->unloaded = indexes[i];
			continue;
		}
		job->files = files[i];
		memset(&files[i], 0, sizeof(files[i]));
		job->stage = JOB_READY;
		run->ready[run->ready_count++] = indexes[i];
		queue->ready++;
		queue->bytes += job->files.bytes;
	}
}

int64_t queue_next_time(const struct queue *queue)
{
	struct course_run *run = queue->turn;
	int64_t next = INT64_MAX;

	for (size_t c = 0; c < queue->courses; c++, run = run->next) {
		if (run->not_before && run->not_before < next)
			next = run->not_before;
		for (size_t i = 0; run->delayed && !run->leaving && i < run->plan->video_count; i++)
			if (run->jobs[i].stage == JOB_DELAYED && run->jobs[i].not_before < next)
				next = run->jobs[i].not_before;
	}
	return next;
}
