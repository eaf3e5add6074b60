/*
 * internal.h - the engine's inside, shared by its threads (engine.c, run.c, hold.c, crew.c, steer.c, worker.c,
 * loader.c, closer.c, keeper.c, prober.c, flipper.c) and by nobody else.
 *
 * Every field below @lock is guarded by it unless its comment says otherwise. The lock is never
 * held during I/O: threads take what they need, unlock, act, lock again and report.
 */
#ifndef SUBFERRY_SRC_ENGINE_INTERNAL_H
#define SUBFERRY_SRC_ENGINE_INTERNAL_H

#include "src/base/patience.h"
#include "src/engine/engine.h"
#include "src/engine/pace.h"
#include "src/engine/queue.h"
#include "src/migrate/transaction.h"
#include "src/status/lock.h"
#include "src/status/runs.h"

#include <pthread.h>

/*
 * "Workers" says how many transactions may be at the store, and how many at val, at a time. The
 * two are different servers: while some put, as many others register, and as many again read,
 * convert and wait for the journal. So there are three transactions under way a worker, and a
 * gate before either end. With one worker there is strictly one transaction at a time.
 *
 * The number changes while they work (crew.c). What is under way finishes: a transaction that
 * waits at a gate waits for the new number, and a new one starts only while fewer than @threads
 * run. There is a thread for each that may run; those that are too many wait for work like any
 * other, and are there when the number grows again.
 */
#define THREADS_A_WORKER 3
#define THREADS_MAX (WORKERS_MAX * THREADS_A_WORKER)
#define READER_THREADS 2
#define LOWER_PRIORITY 10	    /* nice */
#define COURSES_AHEAD 8		    /* opened at a time */
#define BYTES_AHEAD (8 * 1024 * 1024) /* loaded and not yet stored */
#define BATCH_VIDEOS 64
#define BATCH_BYTES (2 * 1024 * 1024)

/* Of those that are on, the last of enum hold_reason is told; work goes on when none is. */
struct hold {
	bool on;
	const char *endpoint; /* ENDPOINT, JOURNAL: "source", "val", "store", "status"; else "" */
	char text[320];
	int64_t since, since_now; /* wall, monotonic */
};

/* A course that an intent wants and that is not open yet. */
struct wanted_course {
	int64_t id, number;
	int tries;
	int64_t not_before;
	bool opening;
};

/* A thread that runs transactions. @reader is NULL before it has opened its own. */
struct worker {
	struct engine *engine;
	struct reader *reader;
	pthread_t thread;
};

struct engine {
	/* set once, before the threads start */
	struct campus *campus;
	struct clock *clock;
	struct engine_options options;
	struct lock *file_lock;
	int64_t retry_delay;
	struct forecast *forecast; /* dry only */
	int64_t dry_run;	   /* its number; 0: not dry */
	int max_retries;
	size_t max_transcript;
	char holder_name[64];
	bool is_told; /* other processes can read that the engine is here */
	int64_t since, began; /* wall; campus.intent_number then: earlier wishes are not for us */

	pthread_mutex_t lock;
	pthread_cond_t work;  /* something READY, a hold ended, or the end */
	pthread_cond_t room;  /* something for the readers to do */
	pthread_cond_t idle;  /* something ended: for engine_wait() and the keeper */
	struct queue queue;
	struct wanted_course *wanted; /* by intent number */
	size_t wanted_count, wanted_size;
	int64_t seen_number; /* of the newest intent taken over; -1: all are to be read anew */
	uint64_t looks;	     /* grows when seen_number is set back while they may be being read */
	int64_t adopted;     /* intents of this number and below wait for engine_go() ... */
	int64_t *named;	     /* ... except those of these courses */
	size_t named_count;
	bool leftovers;	     /* there are some that wait */
	bool paused;	     /* there are intents pause */
	int opening;	     /* courses being opened or ended ... */
	int ending;	     /* ... of these, those being ended */
	bool stopping;
	bool keeper_ends;
	int64_t stood, looked; /* ms in which nothing was under way, until the keeper looked last */
	struct hold holds[HOLD_REASONS]; /* HOLD_NONE is never on */
	bool rest_told;	     /* other processes can read that the engine rests */
	struct progress progress;
	int64_t workers, threads; /* wanted: at either end, under way */
	struct pace pace;
	size_t dry_told;   /* courses of the dry run whose prediction is written ... */
	int64_t dry_videos; /* ... and videos of those that are out of the queue */
	bool pacing; /* a worker waits for the next start, and no other needs to */
	struct worker crew[THREADS_MAX];
	struct holder_row before; /* options.inherits: how the engine before was, as it ended */
	int64_t steered;    /* the newest wish that was taken up; of the keeper's thread */
	int64_t crew_count; /* grows only; of an engine that does not stop */

	/* flip = auto: a course may wait for its turn; one has it now */
	bool flip_waits, flipping;
	bool flip_rests; /* it stands between two videos */
	int flip_stop; /* atomic: 1 when the engine stops */
	struct patience patience; /* of the flipper: the same */

	struct gate store_gate, val_gate; /* with locks of their own */

	pthread_t loader_threads[READER_THREADS], keeper_thread, prober_thread, flipper_thread;
	int loader_count;
	bool keeper_runs, prober_runs, flipper_runs;
	/* of the readers' threads and the keeper, opened before them: one each */
	struct reader *readers[READER_THREADS + 1];
	int readers_taken;
	struct reader *flip_reader; /* of the flipper's thread */
};

/* Thread functions. */
void *worker_main(void *worker);
void *loader_main(void *engine);
void *keeper_main(void *engine);
void *prober_main(void *engine);
void *flipper_main(void *engine);

/* flipper.c: nothing, where flags are switched by people. */
enum result engine_start_flipper(struct engine *engine, struct error *err);
void engine_join_flipper(struct engine *engine); /* not held; the engine stops */

/* Of the readers' threads, with the lock held on entry and exit: a course whose videos were all
   tried, or that leaves, and its end. */
struct course_run *engine_next_ending(struct engine *engine, int64_t now);
void engine_end_course(struct engine *engine, struct reader *reader, struct course_run *run);

/* run.c, none with the lock held: settles what was left open, and tells how this engine runs; once,
   before the threads start. */
enum result engine_begin_run(struct engine *engine, struct error *err);
/* Commits what the dry run predicts of a course; @course->number is filled in. */
enum result engine_predict(struct engine *engine, struct dry_course *course, struct error *err);
void engine_end_dry_run(struct engine *engine); /* the threads have ended */
void engine_dry_work(const struct engine *engine, struct progress_work *out); /* lock held */

/* Of the calling thread: workers and readers. */
void engine_lower_priority(void);
enum result engine_start_thread(pthread_t *thread, void *(*main)(void *), void *arg,
				struct error *err);
/* crew.c: as many threads as are wanted, with readers; to be called once, before the others start. */
enum result engine_open_crew(struct engine *engine, struct error *err);
/* Lock held: threads for all that may run; those that are there stay. */
enum result engine_start_crew(struct engine *engine, struct error *err);
void engine_join_crew(struct engine *engine); /* not held; the engine stops */
/* Call the event function; the lock must not be held. */
void engine_tell(struct engine *engine, const struct engine_event *event);
/* With the lock held. */
bool engine_holds(const struct engine *engine); /* nothing new may start */
enum hold_reason engine_held(const struct engine *engine); /* the one that is told */
/* Nothing may be done at all: what was begun before waits, too, for the journal or a person. */
bool engine_stands(const struct engine *engine);
/* What @endpoint is needed for holds the engine. */
bool engine_misses(const struct engine *engine, const char *endpoint);
bool engine_works(const struct engine *engine); /* something is, or could be, under way */
enum progress_state engine_progress(const struct engine *engine);
/* One that is on already keeps its text. */
void engine_set_hold(struct engine *engine, enum hold_reason reason, const char *endpoint,
		     const char *text);
/*
 * Why @endpoint holds the engine, for one line of a screen: "GET https://host/path: why" becomes
 * "store: why (GET https://host)", so that what does not fit is what nobody misses.
 */
void engine_hold_text(char *out, size_t size, const char *endpoint, const char *text);
void engine_end_hold(struct engine *engine, enum hold_reason reason);
/* @run starts nothing more, and what it has under way waits for no throttling server. */
void engine_leave(struct engine *engine, struct course_run *run);
struct reader *engine_take_reader(struct engine *engine);
bool engine_want(struct engine *engine, int64_t course, int64_t number); /* false: no memory */
struct wanted_course *engine_find_wanted(struct engine *engine, int64_t course); /* or NULL */
void engine_forget_wanted(struct engine *engine, int64_t course);
/* Without it: takes over intents from the database. */
enum result engine_read_intents(struct engine *engine, struct reader *reader, struct error *err);

/* steer.c: before the threads start, so that whoever reads of this engine reads of the hold, too. */
void engine_inherit_hold(struct engine *engine);
/* Both of the keeper's thread: goes on as the engine before was steered. */
void engine_inherit(struct engine *engine);
/* Takes up what operators wish of this engine. Without the lock. */
enum result engine_read_steering(struct engine *engine, struct reader *reader, struct error *err);
/* keeper.c, both without the lock: how long nothing was under way so far, in ms; posts what other
   processes are told of this engine. */
int64_t engine_stood(struct engine *engine);
void engine_post_holder(struct engine *engine, bool held);

#endif
