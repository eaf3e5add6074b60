/*
 * engine.h - makes status follow intent: readers, workers and a keeper over one queue.
 *
 * An engine owns the lock beside the status database: one a database. Reader threads open and
 * plan courses, load bytes ahead of the workers, and close courses; workers run transactions;
 * the keeper watches intents written by other processes (within 100 ms) and tells how it goes;
 * the prober asks an endpoint that is down whether it is back; with flip = auto, the flipper validates
 * what is Migrated and switches its flag on. A dry engine predicts for the courses given and touches
 * no intent and no status.
 *
 * All functions are thread-safe; none of them waits for I/O except new, free and wait.
 */
#ifndef SUBFERRY_SRC_ENGINE_ENGINE_H
#define SUBFERRY_SRC_ENGINE_ENGINE_H

#include "src/campus.h"
#include "src/engine/progress.h"

struct engine;

#define WORKERS_MAX 64

enum engine_event_kind {
	ENGINE_COURSE_BEGUN,
	ENGINE_VIDEO_TRIED,  /* @text: "" or why it failed */
	ENGINE_COURSE_ENDED, /* @status */
	ENGINE_COURSE_PAUSED,
	ENGINE_HOLDS,	     /* @text: why */
	ENGINE_GOES_ON,
	ENGINE_TROUBLE,	     /* @text: something to tell the operator */
	ENGINE_FLAG,	     /* @text: what flip = auto did, or why it did not (@failed) */
};

struct engine_event {
	enum engine_event_kind kind;
	int64_t course;	      /* id, 0 none */
	const char *key;      /* of the course */
	const char *block;    /* VIDEO_TRIED: "type@id" */
	enum course_status status;
	bool failed;	      /* VIDEO_TRIED, FLAG */
	int64_t registered;   /* VIDEO_TRIED: rows; dry: that would be */
	int64_t untold;	      /* VIDEO_TRIED, dry: rows of which val cannot tell whether it has them */
	const char *text;
};

struct engine_options {
	bool dry;
	const int64_t *dry_courses; /* ids, copied */
	size_t dry_count;
	bool held;	  /* stands still until engine_go(): intents of an earlier session wait */
	/* Takes over: workers, rate and an operator's hold are those of the engine before, and what
	   was wished of it that it did not take up any more is in force. */
	bool inherits;
	/* @held: intents of this number and later are of this session, and do not wait; 0: all that are
	   there wait. */
	int64_t own_from;
	/* Called unlocked from engine threads; must not call back into the engine. NULL: none. */
	void (*event)(void *arg, const struct engine_event *event);
	void *arg;
};

/* @campus is borrowed. RESULT_BUSY: another engine has the lock; the text says who. */
enum result engine_new(struct engine **out, struct campus *campus,
		       const struct engine_options *options, struct error *err);
/* Stops as engine_stop(false), waits for what is under way, frees. Accepts NULL. */
void engine_free(struct engine *engine);
/* Nothing new starts; transactions under way finish. */
void engine_stop(struct engine *engine);
/* Adopts what intents `run` an earlier session left, and lets a held engine start. */
void engine_go(struct engine *engine);
/* Adopts the intent `run` of these courses though it is older than the engine. */
void engine_adopt(struct engine *engine, const int64_t *courses, size_t count);
/* The hold of an operator, who is named to everybody: nothing new starts until engine_go(). */
void engine_hold(struct engine *engine, const char *who);
/*
 * A hold for the time that this process stands still itself (suspended), beside any other: its
 * end leaves the others as they are. No course is ended in it, either. engine_state.rests: in force, and other processes can read it.
 */
void engine_rest(struct engine *engine, bool rest);
/*
 * So many transactions at the store, and as many at val, at a time: 1 to WORKERS_MAX; with 1,
 * one transaction at a time. Fewer: from now on none goes to either end, and none starts, beyond
 * the number; what is there finishes. More: threads are started, and a failure is told as
 * trouble. The configuration's number is where an engine begins.
 */
void engine_set_workers(struct engine *engine, int64_t workers);
/* So many transactions started a second at most, evenly spaced; 0: no limit. Begins as the
   configuration says. */
void engine_set_rate(struct engine *engine, int64_t rate);
/* Nothing is under way and no adopted intent wants anything (or it was stopped and is still). */
bool engine_idle(struct engine *engine);
/* Waits until engine_idle(), at most @milliseconds; returns engine_idle(). */
bool engine_wait(struct engine *engine, int64_t milliseconds);

struct engine_state {
	enum hold_reason held; /* the last of those that are on */
	char hold[320];	       /* "" or the one reason why work waits */
	int64_t hold_since;    /* wall microseconds */
	int64_t held_for;      /* milliseconds */
	bool rests;	       /* engine_rest(): nothing new starts, and viewers can read so */
	bool waits_for_go;     /* intents of an earlier session are not adopted yet */
	int64_t under_way, pausing; /* transactions; of these, of courses that are leaving */
	int64_t ending;		    /* courses that are read back, linked and closed */
	int64_t flipping;	    /* courses that flip = auto is at: validations, switches */
	int64_t workers, rate; /* as they are now; rate 0: no limit */
	int64_t dry_run; /* number of the dry run; 0: the engine is not dry */
	struct progress_work dry_work; /* what is left of it, but for the limit on the rate */
	int64_t own_from; /* engine_options.own_from for an engine that comes after this one */
	struct progress progress; /* a copy */
};
void engine_state(struct engine *engine, struct engine_state *out);

#endif
