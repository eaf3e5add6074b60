/*
 * desk.h - where the screen meets the engine: wishes in, snapshots out.
 *
 * The desk owns the background: it starts the engine if its lock is free (else this process is
 * a viewer), reads pages on a thread of its own, carries out acts on another, validates on a
 * third, asks before an act on a fourth, looks at gates on a fifth. The UI thread only calls the
 * functions below; none of them waits for I/O.
 */
#ifndef SUBFERRY_SRC_ENGINE_DESK_H
#define SUBFERRY_SRC_ENGINE_DESK_H

#include "src/campus.h"
#include "src/engine/engine.h"
#include "src/engine/pace.h"
#include "src/engine/snapshot.h"

struct desk;

/* @campus is borrowed until desk_free(). Shows cached state at once, scans in the background. */
enum result desk_new(struct desk **out, struct campus *campus, struct error *err);
/* Lets the transactions under way finish (desk_stopping() tells how many), then frees. */
void desk_free(struct desk *desk);
/* Asks the engine to finish: desk_free() afterwards returns as soon as desk_idle(). Who cannot
   wait for that ends the process: nothing is lost, the next run completes what was under way. */
void desk_stop(struct desk *desk);
bool desk_idle(struct desk *desk);

/*
 * What the console keeps of its operator's choices (columns, order): a value a name, in the status
 * database, for each operator. desk_recall() reads at once and is for the console's start; the
 * value is the caller's, "" if there is none, NULL without memory. desk_remember() is written in
 * the background; a failure costs the choice.
 */
char *desk_recall(struct desk *desk, const char *name);
void desk_remember(struct desk *desk, const char *name, const char *value);

/* Newest snapshot; never NULL; drop it with snapshot_unref(). */
struct snapshot *desk_acquire(struct desk *desk);
/* Readable after a publish until drained. */
int desk_wake_fd(const struct desk *desk);
void desk_wake_drain(struct desk *desk);
/* The page to show from now on. */
void desk_ask(struct desk *desk, const struct page_request *request);

enum act {
	ACT_RUN, ACT_PAUSE, ACT_RESUME, ACT_RETRY, ACT_VALIDATE, ACT_WAIVE, ACT_UNWAIVE,
	ACT_FLAG_ON, ACT_FLAG_OFF, /* each course's board is looked at anew; answers are messages */
	/* A dry run: this process's engine, which must have no work, is left for a dry one (snapshot.mode
	   is "dry") and taken again with its holds, rate and workers. Until then nothing is launched or
	   validated here; what other processes launch waits for it. What came of it is a message. */
	ACT_REHEARSE,
};
/* Which courses (copied), or which findings. */
struct act_target {
	const int64_t *ids;
	size_t count;
	bool named; /* one by one, so that migrated ones are meant, too (status_wish()) */
	/* ACT_RETRY: only blocks that have it open, and of Migrated courses too; NULL: what failed */
	const char *finding; /* static */
	/* ACT_WAIVE: those that were open and can be waived; ACT_UNWAIVE: those that were waived.
	   Another reference is taken. */
	struct picks *picks;
	const char *reason; /* ACT_WAIVE; ACT_FLAG_*: how it was confirmed; copied */
};
/* The answer comes as a message: "launched 12 courses; 3 refused: Migrated: nothing to pause".
   Returns the act's serial, for desk_undo(); 0 without memory, which is told. */
uint64_t desk_act(struct desk *desk, enum act act, const struct act_target *target);
/*
 * An act that gives courses to an engine, or validates, may turn into a question (snapshot.question):
 * nothing is done until this says @yes, for QUESTION_PERMIT with a @reason (copied; after the campus's
 * name was typed). A newer act that asks takes its place; one that is not open any more is ignored.
 */
void desk_answer(struct desk *desk, uint64_t serial, bool yes, const char *reason);
/* All acts that are still looked at before they are asked for or done are taken back; a message says
   which. Nothing is done where there are none. */
void desk_give_up(struct desk *desk);
/* What was asked for last is still being looked at before it is done, or what came of that is not in
   @now yet: a question may follow. */
bool desk_is_asking(struct desk *desk, const struct snapshot *now);
/* PAGE_BOARD is of these courses from now on (copied, BOARDS_MOST at most), and each is looked at
   anew. Returns boards.serial of theirs; 0 without memory, which is told. */
uint64_t desk_show_boards(struct desk *desk, const int64_t *ids, size_t count);
/* The next generation (refresh.h); the campus's name was typed. This process's engine, which must be
   idle, is left for it and taken again. The answer is a message. */
void desk_refresh(struct desk *desk);
/* Ends the dry run before its end: it stays as broken off. Without one nothing is done. */
void desk_end_rehearsal(struct desk *desk);
/*
 * Takes an act back where nobody has acted on it yet (status_unwish(); a validation that has not
 * begun leaves its queue). The answer is a message: "undone: launch of 12 courses; 1 not: ...".
 */
void desk_undo(struct desk *desk, uint64_t serial);
/* False once there is nothing to take back: it was refused for every course, was undone, is being
   undone, or is too long ago. Whether somebody has acted on it meanwhile only desk_undo() finds out. */
bool desk_can_undo(struct desk *desk, uint64_t serial);
/* It is being taken back. Where that cannot be written it can be undone once more, which is told. */
bool desk_is_undoing(struct desk *desk, uint64_t serial);
/*
 * What lets an engine of this process run (ACT_RUN, ACT_RESUME, ACT_RETRY, desk_go()) needs the
 * campus's name typed first: links are written into the source, and nobody has allowed it in
 * this session. False for a viewer, whose acts are intents for another process's engine.
 */
bool desk_needs_word(struct desk *desk);
/* The campus's name was typed: acts that come after it may link. */
void desk_allow_link(struct desk *desk);
/*
 * The engine is steered, in this process or another: wishes go through the status database, and
 * each is in the audit. Answers come as messages.
 */
/* Nothing new starts until somebody goes on. */
void desk_hold(struct desk *desk);
/* Ends the hold of an operator, or takes up the intents of an earlier session: whichever of
   snapshot.held_by_operator and snapshot.waits_for_go there is. */
void desk_go(struct desk *desk);
void desk_set_workers(struct desk *desk, int64_t workers); /* 1 to WORKERS_MAX */
void desk_set_rate(struct desk *desk, int64_t rate); /* starts a second, to PACE_MOST; 0: no limit */
/*
 * For the time that this process is suspended: its engine starts nothing new, and viewers are told
 * so; false goes on, and leaves a hold that was there before as it is.
 */
void desk_rest(struct desk *desk, bool rest);
/* After desk_rest(true): true once all stands still, no transaction, no end of a course and no commit
   under way, and what was wished before is done; from then on nothing is written until
   desk_rest(false). False: not yet, and @why what is at work. */
bool desk_rests(struct desk *desk, char *why, size_t size);

#endif
