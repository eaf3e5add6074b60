/*
 * queue.h - which video is next: fair across courses, one worker a val id, retries in time.
 *
 * The queue holds the courses under way, each with the stage of its every video. It is pure
 * bookkeeping: no thread, no clock, no I/O; the engine calls it under its lock and passes the
 * time in. So every interleaving can be tried by calling its functions in every order.
 *
 * A video goes UNLOADED -> LOADING -> READY -> RUNNING -> TRIED, or back through DELAYED to be
 * loaded anew. Courses take turns; within a course videos go by type and block, and a video
 * waits until the one before it with the same val id was tried. A course that is leaving
 * (paused, or the engine stops) starts nothing; it can be taken out once nothing of it runs.
 */
#ifndef SUBFERRY_SRC_ENGINE_QUEUE_H
#define SUBFERRY_SRC_ENGINE_QUEUE_H

#include "src/migrate/load.h"
#include "src/migrate/plan.h"
#include "src/status/rows.h"

#include <stdatomic.h>

enum job_stage { JOB_TRIED, JOB_UNLOADED, JOB_LOADING, JOB_READY, JOB_RUNNING, JOB_DELAYED };

struct job {
	enum job_stage stage;
	int tries;	    /* begun so far */
	bool final_read;    /* asset findings are final in the next try */
	int64_t not_before; /* DELAYED: monotonic milliseconds */
	int64_t registered; /* rows, by the tries before */
	struct video_files files; /* READY, RUNNING */
};

/* One course under way. */
struct course_run {
	struct course_run *next; /* ring of the queue */
	int64_t id, intent_number, pass;
	enum finding_code mend;	 /* only blocks with this finding, or FINDING_NONE */
	struct plan *plan;	 /* owned */
	struct job *jobs;	 /* one a video of the plan */
	struct waiver_row *waivers;
	size_t waiver_count;
	size_t *ready;		 /* indexes of READY jobs, oldest first */
	size_t ready_count;
	size_t unloaded;	 /* first index that may be UNLOADED */
	size_t tried, running, delayed;
	size_t failed;		 /* of those tried, in this process */
	int64_t opened;		 /* wall microseconds ... */
	int64_t stood;		 /* ... and engine_stood() then */
	bool leaving;		 /* starts nothing more */
	atomic_bool hurry;	 /* the same, for requests that wait to be repeated: no lock */
	bool busy;		 /* a reader thread loads for it, or closes it */
	int load_failures;	 /* in a row */
	int read_tries, link_tries; /* of closing the course */
	bool is_read_back;	 /* what was registered: done */
	int64_t not_before;	 /* after one: nothing is loaded until then, 0 none */
};

struct queue {
	struct course_run *turn; /* whose turn it is; ring, or NULL */
	size_t courses, running, ready;
	size_t bytes;		 /* held by READY and RUNNING jobs */
	char **busy_ids;	 /* val ids under way; borrowed from plans */
	size_t busy_count, busy_size;
};

void queue_init(struct queue *queue);
void queue_clear(struct queue *queue); /* frees the courses too */

/* Takes @plan in every case; videos whose id is in @skip (by plan index, true) count as tried. */
enum result course_run_new(struct course_run **out, struct plan *plan, const bool *skip,
			   struct error *err);
void course_run_free(struct course_run *run); /* accepts NULL */

void queue_add(struct queue *queue, struct course_run *run);
/* Nothing of @run may be RUNNING or busy. Ownership returns to the caller. */
void queue_remove(struct queue *queue, struct course_run *run);
struct course_run *queue_find(const struct queue *queue, int64_t course);
bool course_run_done(const struct course_run *run);  /* every video tried */
bool course_run_still(const struct course_run *run); /* nothing RUNNING, not busy */

/*
 * The next video to try: its run, *@index, stage RUNNING; NULL when there is none now. With
 * @retries_only only videos that were begun before (an endpoint is down: nothing new starts).
 */
struct course_run *queue_take(struct queue *queue, bool retries_only, size_t *index);
/* The try ended: TRIED, or DELAYED until @not_before (monotonic ms). Frees its files. */
void queue_tried(struct queue *queue, struct course_run *run, size_t index);
void queue_delay(struct queue *queue, struct course_run *run, size_t index, int64_t not_before);

/*
 * A course that wants bytes: fills @indexes (at most @max, and at most @bytes of known size,
 * but at least one) and sets them LOADING and the run busy; NULL when none does. @enough: a run
 * with so many READY videos waits.
 */
struct course_run *queue_want(struct queue *queue, int64_t now, size_t enough, size_t max,
			      size_t bytes, size_t limit, bool retries_only, size_t *indexes,
			      size_t *count);
/* Loaded: takes @files (one an index); or not (@files NULL): they are UNLOADED again. */
void queue_loaded(struct queue *queue, struct course_run *run, const size_t *indexes, size_t count,
		  struct video_files *files);
/* The earliest not_before of a delayed video, INT64_MAX if none. */
int64_t queue_next_time(const struct queue *queue);

#endif
