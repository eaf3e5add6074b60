/*
 * desk_internal.h - the desk's inside, shared by desk.c, pager.c, tell.c, choices.c, steering.c,
 * page*.c, story.c, compared.c, clerk.c, rehearsal.c, asker.c, later.c, gatekeeper.c, auditor.c, done.c,
 * waits.c and differ.c only.
 *
 * Six threads: the pager reads pages and publishes snapshots, the clerk carries out acts
 * (scan, wishes), the asker asks before those that take an engine to work, the gatekeeper looks at
 * gate boards and switches flags, the auditor validates, the differ reads what a diff or a story
 * shows. @lock guards everything below it and is held for moments, never during I/O.
 */
#ifndef SUBFERRY_SRC_ENGINE_DESK_INTERNAL_H
#define SUBFERRY_SRC_ENGINE_DESK_INTERNAL_H

#include "src/base/patience.h"
#include "src/engine/compared.h"
#include "src/engine/desk.h"
#include "src/engine/diff.h"
#include "src/engine/engine.h"
#include "src/rollout/permit.h"
#include "src/status/roster.h"

#include <pthread.h>
#include <stdatomic.h>

struct desk_act {
	struct desk_act *next;
	uint64_t serial; /* 0 of what undoes */
	uint64_t undoes; /* the act to take back; 0: none, this is an act of its own */
	bool refreshes;	 /* desk_refresh(); nothing below is meant */
	enum act act;
	int64_t *ids; /* owned */
	size_t count;
	bool named;
	const char *finding; /* static, or NULL */
	struct picks *picks; /* a reference, or NULL */
	char *reason;	     /* owned, or NULL */
	int64_t since; /* when it was given, or answered for (monotonic ms; never 0) */
	/* of the asker: the last question that was answered with yes (under the lock), what the gate said,
	   and (under the lock) that it was taken back while it was looked at */
	enum question_kind passed;
	struct permit permit;
	bool dropped;
};
void desk_act_free(struct desk_act *act); /* accepts NULL */

/* An act that was carried out, at least for some courses; done.c. */
struct desk_done {
	uint64_t serial;
	enum act act;
	struct given_intent *given; /* owned; NULL of a validation */
	size_t count;
};
/* So much of that is kept. */
#define DESK_DONE_ACTS 32
#define DESK_DONE_COURSES 200000

struct desk_validation {
	int64_t course;
	uint64_t serial; /* of the act */
};

/* A pause that came after acts which are still at the asker. */
struct desk_later {
	struct desk_later *next;
	uint64_t serial;
	int64_t *ids;	 /* owned */
	size_t count;
};

/* A choice of the operator that waits to be written. */
struct desk_choice {
	struct desk_choice *next;
	char name[128], value[256];
};

#define DESK_RETIRED 8
#define DESK_TOUCHED 64

struct desk {
	/* set once */
	struct campus *campus;
	int wake_read, wake_write;
	pthread_t pager, clerk, auditor, differ, asker, gatekeeper;
	bool pager_runs, clerk_runs, auditor_runs, differ_runs, asker_runs, gatekeeper_runs;

	pthread_mutex_t lock;
	pthread_cond_t turn;  /* something for the pager, the clerk or the auditor */
	struct engine *engine; /* NULL: viewer; set and cleared by the clerk alone */
	bool pager_looks;      /* the pager looks at the engine, unlocked: it is not freed yet */
	bool viewer;	       /* the clerk saw that another process has the engine */
	int64_t rehearsal;     /* number of the dry run whose engine @engine is; 0: it is none */
	int64_t dry_elsewhere; /* the same of another process's engine, as last published */
	int64_t own_from;      /* of the engine that was left, for the next (engine_options) */
	bool engine_tried;     /* the clerk has tried to become the engine */
	bool scanned;	       /* the clerk has read the course list, or could not */
	bool allows;	       /* the word for linking was typed; the clerk passes it on */
	bool stopping, ends;
	int stop_validation; /* atomic */
	struct patience patience; /* of the gatekeeper: ends with @stopping */
	struct snapshot *newest;
	struct snapshot *retired[DESK_RETIRED]; /* of the thread that publishes */
	size_t retired_count;
	struct page_request request;
	uint64_t request_serial;
	struct page_request reading; /* what the pager is at */
	struct desk_act *acts, **acts_end;
	bool busy;	       /* the clerk is at an act */
	struct desk_choice *choices;
	uint64_t act_serial;   /* of the newest act */
	const struct desk_act *at; /* the same; NULL: none */
	uint64_t carrying;     /* the act that the clerk is at; 0: none */
	uint64_t undoing;      /* the act that it is taking back; 0: none */
	struct desk_done done[DESK_DONE_ACTS]; /* oldest first */
	size_t done_count, done_courses;
	struct desk_validation *to_validate; /* a queue */
	size_t validate_count;
	bool validating;       /* one is under way */
	bool rests;	       /* desk_rest(): nothing new is begun */
	bool audit_rests;      /* the auditor stands between two videos */
	struct messages messages;
	unsigned wished;       /* of the engine, bits of enum steer: waits for the clerk */
	unsigned steering;     /* the one that it is at */
	int64_t wished_since;  /* monotonic ms */
	struct desk_waiting waiting; /* of the pager, for the snapshot it makes */
	int64_t wishes[STEER_COUNT];
	/* the cues being shown; the differ takes up what is wanted */
	struct page_request diff_for;
	bool diff_wanted;
	struct diff *diff;     /* of diff_for, NULL while it is read */
	char diff_stage[64];   /* what of it is being read */
	uint64_t diff_serial;
	/* the story being shown (story.h): read by the differ when @story_wanted */
	struct page_request story_for;
	bool story_wanted;
	struct story *story;   /* of the request, NULL while it is read */
	uint64_t story_serial;
	struct desk_compared compared; /* the comparison being shown: read by the differ, too */
	/* acts that are looked at before the clerk has them; the one that waits for an answer */
	struct desk_act *to_ask, **to_ask_end;
	struct desk_act *asking; /* the act that is being looked at, of the asker; NULL: none */
	struct desk_later *later;
	struct desk_act *asked;  /* one that waits for an answer: then @question is of it */
	struct desk_question question; /* of @asked */
	uint64_t question_serial; /* grows when it changes */
	bool answered;	       /* the asker takes it up ... */
	bool answer;	       /* ... and this was it */
	char *answer_reason;
	atomic_bool gives_up;  /* nobody waits any more for what the asker looks at ... */
	struct patience asker_patience; /* ... so what val is being asked is given up */
	/* flags to be switched, and boards to be shown */
	struct desk_act *flips, **flips_end;
	bool switching, guarding; /* the gatekeeper is at a flag, at a board */
	int64_t *board_courses;
	size_t board_count;
	uint64_t boards_wanted; /* grows with each desk_show_boards() */
	struct boards *boards; /* of these; NULL before the first */
	uint64_t boards_serial; /* grows when they change */
	int64_t touched[DESK_TOUCHED]; /* of those shown: to be looked at once more */
	size_t touched_count;
};

void desk_say(struct desk *desk, enum finding_severity severity, const char *fmt, ...) SF_PRINTF(3, 4);
/* The same of what comes in numbers: the next may take its place unread. */
void desk_say_news(struct desk *desk, enum finding_severity severity, const char *fmt, ...)
	SF_PRINTF(3, 4);
void *pager_main(void *desk);
/* pager.c: the snapshot that is there before the threads, so that a screen never finds none; and, with a
   @problem, while no page can be read. */
enum result pager_first(struct desk *desk, const char *problem, struct error *err);
/* tell.c: what a snapshot says besides its page; @state is NULL where the engine is not here. The
   lock is not held. */
void tell_snapshot(struct desk *desk, struct reader *reader, const struct engine_state *state,
		   struct snapshot *snap);
void tell_campus(const struct desk *desk, struct snapshot *snap);
void tell_messages(struct desk *desk, struct snapshot *snap);
/* How the adaptive limit on requests stands; all 0 at full speed. */
struct http_load;
void tell_look_at_load(const struct desk *desk, struct http_load *out);
/* Seconds; 0 for a wait that is not worth telling. */
int64_t tell_flag_waits(const struct desk *desk);
/* desk.c: takes @act, for the clerk, after all that were queued before. */
void desk_queue(struct desk *desk, struct desk_act *act);
void desk_append(struct desk *desk, struct desk_act *act); /* the same; lock held */
/* done.c, of the clerk's thread: what @act did, for as long as it can be taken back. */
void done_remember(struct desk *desk, const struct desk_act *act, const struct wish_answer *answers);
void done_remember_validations(struct desk *desk, const struct desk_act *act);
void done_undo(struct desk *desk, uint64_t serial);
void done_clear(struct desk *desk);
/* steering.c: carries out a wish of the engine; lock held on entry and exit. False: there is none. */
bool desk_steer(struct desk *desk);
void *clerk_main(void *desk);
/* clerk.c, of the clerk's thread: @engine is one with these options, or NULL. */
enum result clerk_start_engine(struct desk *desk, const struct engine_options *options, int64_t *dry_run,
			       struct error *err);
/* Becomes the engine if nobody is, a viewer otherwise; after another one it goes on as that did. */
enum result clerk_take_engine(struct desk *desk, bool first, struct error *err);
/* Gives the engine's lock back: whoever looks meanwhile is told that one starts. */
void clerk_leave_engine(struct desk *desk);
/* What is still at work here, in words; "" if nothing is. */
const char *clerk_at_work(struct desk *desk);
/* rehearsal.c, of the clerk's thread, the same: begins a dry run. */
void rehearsal_begin(struct desk *desk, const struct desk_act *act);
/* Ends the one that has nothing left to do; lock held on entry and exit. False: nothing was to be done. */
bool rehearsal_look(struct desk *desk);
/* @act has to wait for the end of the dry run that is under way; says so. */
bool rehearsal_refuses(struct desk *desk, const struct desk_act *act);
/* auditor.c: queues the courses of @act, and keeps how they are taken out again. */
void auditor_take(struct desk *desk, const struct desk_act *act);
void *auditor_main(void *desk);
void *differ_main(void *desk);
/* waits.c, lock not held: which act waits, for what; all 0: none, or not for long. Returns when
   (monotonic ms) that has to be looked at again, if nothing happens until then. */
int64_t waits_look(struct desk *desk, struct desk_waiting *out);
/* asker.c. Acts of this kind are the asker's first. */
bool asker_wants(enum act act);
/* @pause is about to be queued: it counts for acts that are still at the asker. False without memory:
   it would be overrun. Lock held. */
bool asker_pause(struct desk *desk, const struct desk_act *pause);
/* "launch 12 courses" */
void asker_name(const struct desk_act *act, char *out, size_t size);
/* Takes the act back, and says in @out what it would have been of; false if it is not at the asker. */
bool asker_drop(struct desk *desk, uint64_t serial, struct desk_done *out);
bool asker_has(struct desk *desk, uint64_t serial); /* lock held */
void asker_clear(struct desk *desk);			  /* the thread is gone */
void *asker_main(void *desk);
/* later.c, lock held: pauses that overtake what is at the asker. False without memory. */
bool later_note(struct desk *desk, const struct desk_act *pause);
void later_heed(struct desk *desk, struct desk_act *act); /* what they name leaves it */
void later_forget(struct desk *desk);
/* gatekeeper.c: something of @course has changed; if its board is shown it is looked at anew. */
void gatekeeper_touch(struct desk *desk, int64_t course);
void *gatekeeper_main(void *desk);
/* page.c: reads one page into @snap; a failure is told in snap->problem. Without @roster the
   courses are read in order, unfiltered, and no question about them is answered. @now: wall. */
void page_read(struct reader *reader, struct roster *roster, int64_t now,
	       const struct page_request *request, struct snapshot *snap);
/* page_triage.c: pages of findings, of the log, and whose a story is. @now: wall microseconds. */
enum result page_groups(struct reader *reader, const struct page_request *request,
			struct snapshot *snap, struct error *err);
enum result page_findings(struct reader *reader, int64_t now, const struct page_request *request,
			  struct snapshot *snap, struct error *err);
enum result page_picks(struct reader *reader, int64_t now, const struct page_question *question,
		       struct snapshot *snap, struct error *err);
enum result page_log(struct reader *reader, int64_t now, const struct page_request *request,
		     struct snapshot *snap, struct error *err);
enum result page_why(struct reader *reader, const struct page_request *request,
		     struct snapshot *snap, struct error *err);
/* page_runs.c */
enum result page_runs(struct reader *reader, const struct page_request *request,
		      struct snapshot *snap, struct error *err);

#endif
