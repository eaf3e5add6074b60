/*
 * status.h - the status database: what subferry knows and intends (design 6).
 *
 * One SQLite file a campus: WAL, synchronous FULL, STRICT tables, foreign keys, user_version
 * migrations. A struct status is a process's writing side: one writer thread (dbwriter.h)
 * groups commits. Reading is done through struct status_reader (reader.h), one a thread.
 *
 * All functions here are thread-safe. "commits" means: when the function returns RESULT_OK the
 * change is durable. "posts" means: it is queued, in order, and becomes durable soon; a
 * failure is remembered and shown by status_broken().
 */
#ifndef SUBFERRY_SRC_STATUS_STATUS_H
#define SUBFERRY_SRC_STATUS_STATUS_H

#include "src/base/clock.h"
#include "src/base/error.h"
#include "src/status/picks.h"
#include "src/status/rows.h"

struct status;

struct status_options {
	const char *path;
	const char *campus, *environment; /* [campus] name must be the one inside the file */
	const char *operator_name;	  /* "who" of events */
	struct clock *clock;
};

/*
 * Opens, makes, or migrates the file. RESULT_INVALID: another campus, production's file outside of
 * production or the other way round once courses were run in it, a newer schema, not a
 * status database; RESULT_BUSY: locked for more than 5 s, or an older one that an engine (of an older
 * program) works on; RESULT_FATAL: damaged;
 * RESULT_MISSING: no such folder; RESULT_REFUSED: a network file system, or no plain file;
 * RESULT_UNREACHABLE: no right to write, or a full disk. The text names the file and what to do.
 */
enum result status_open(struct status **out, const struct status_options *options,
			struct error *err);
/* Commits what was posted and closes. Accepts NULL. */
void status_close(struct status *status);
const char *status_path(const struct status *status);
/* RESULT_OK, or the first failed commit since the last status_mended(): nothing more may be
   written anywhere while this is not OK (design 5). What was posted in that commit is lost:
   the videos whose outcomes these were are still as they had been, and are tried again. */
enum result status_broken(struct status *status, struct error *err);
/* Tries a small commit; RESULT_OK clears status_broken(). */
enum result status_mended(struct status *status, struct error *err);
/* RESULT_UNREACHABLE: another file, or none, is now where this one was opened: nothing is written any
   more, and what is read is of the past. Looks at the name only: cheap, and any thread may ask. */
enum result status_in_place(const struct status *status, struct error *err);
/* Waits until all that was posted is durable. */
enum result status_flush(struct status *status, struct error *err);
/* As dbwriter_waits(): what is to be written waits so long for another program's lock. */
int64_t status_waits(const struct status *status);
/* As dbwriter_rest(): from true to the call with false nothing is written, and no lock is held. */
bool status_rest(struct status *status, bool rest);

/* ---- the course list ----------------------------------------------------------------------*/

struct scan_entry {
	const char *key, *name, *location;
};
struct scan_result {
	int64_t found, added, gone, back;
};
/*
 * Commits one whole reading of the source's list: new courses are added, known ones keep
 * status, intent and history. Absent ones are marked gone, if the list is @whole: behind an entry
 * that could not be read any of them may be. Writes one event.
 */
enum result status_scan(struct status *status, const struct scan_entry *entries, size_t count,
			bool whole, struct scan_result *out, struct error *err);

/* Posts the name of a course, which some sources tell only of a course that is opened; an empty
   name in a list changes nothing. */
void status_course_name(struct status *status, int64_t course, const char *name);

/* ---- intents (any process) ----------------------------------------------------------------*/

enum wish { WISH_RUN, WISH_PAUSE, WISH_RESUME, WISH_RETRY };

/* What a wish made of one course: all that it takes to take it back. */
struct given_intent {
	int64_t course, number, former_number; /* @number: of the intent given */
	enum course_status status; /* as it was then */
	enum course_intent given, former;
	enum finding_code former_finding; /* what the former one was limited to, or FINDING_NONE */
};
struct wish_answer {
	bool taken;
	char reason[160]; /* why not: "Migrated: nothing to pause" */
	struct given_intent intent; /* if it was taken */
};
/*
 * Commits intents for @count courses, each by the table of design 5 (its cells: intents.c);
 * @finding (or NULL) takes only courses that have it open, and limits the run to blocks with
 * it. @named: the courses were named one by one, so Migrated ones are planned anew; else only
 * Not-Migrated, Failed and In-Progress are taken. WISH_RETRY takes Failed courses, and with
 * @finding Migrated ones too. WISH_RESUME takes paused ones, as WISH_RUN does. Pausing a Failed
 * or Migrated course that was launched and has not begun takes the launch back (intent idle).
 * A course that runs already, or is gone (but for pausing), is not taken.
 * @answers has @count elements. One event a course taken. Many courses take several commits.
 */
enum result status_wish(struct status *status, enum wish wish, const int64_t *courses, size_t count,
			const char *finding, bool named, struct wish_answer *answers,
			struct error *err);
/* Would that wish begin the course anew? Not what is launched already or under way, and not what it
   would refuse. That the course has the finding (@finding: it takes one) is left to who asks. */
bool status_wish_begins(enum wish wish, const struct course_row *course, bool named, bool finding);
/*
 * Commits the former intents, with new numbers, of courses whose intent is still the one that was
 * @given and that nobody has begun since (the cells: unwish.c). A course that has begun, was run,
 * or got another intent meanwhile is not taken, and its answer says why; that of a course taken
 * tells in intent.number the new number. One event a course taken.
 * Safe beside a running engine: either status_course_begin() comes first, and nothing is taken
 * back, or it answers RESULT_CANCELED.
 */
enum result status_unwish(struct status *status, const struct given_intent *given, size_t count,
			  struct wish_answer *answers, struct error *err);

/* ---- the engine's side --------------------------------------------------------------------*/

/* The intent that a pass was begun for: another one may have come since it was looked for. */
struct course_taken {
	int64_t number;
	char finding[64]; /* "", or the run is limited to blocks with it */
};
/*
 * Commits Not-Migrated/Failed/Migrated -> In-Progress and a new pass (an In-Progress course
 * goes on in its pass, unless @anew). *@pass is the course's pass. A new pass lets all videos
 * wait; with an intent limited to a finding only those that have it, the others count as tried;
 * unless @anew, a Failed course tries again only what did not end well.
 * RESULT_CANCELED, and nothing changes, if the intent is not (any longer) run: so a pause that
 * comes first is never overrun. @taken (may be NULL) is what the course is run for.
 */
enum result status_course_begin(struct status *status, int64_t course, bool anew, int64_t *pass,
				struct course_taken *taken, struct error *err);
/*
 * Commits the plan of a course: videos by (type, block), their expected transcripts and the
 * structure's findings (those of video_id 0 are replaced). Fills the ids of @videos and
 * @transcripts; transcripts[i].video_id is on entry an index into @videos. What is no longer
 * planned is marked gone (videos) or removed (transcripts). Videos tried in @pass keep their
 * state, and their transcripts what was found out about them, unless their plan has changed
 * (other languages, another val id): then they are to be tried again.
 * RESULT_CANCELED, and nothing changes: a pass later than @pass has begun.
 */
enum result status_course_plan(struct status *status, int64_t course, int64_t pass,
			       struct video_row *videos, size_t video_count,
			       struct transcript_row *transcripts, size_t transcript_count,
			       const struct finding_row *notes, size_t note_count,
			       struct error *err);
/* Commits journal lines before the act they announce, each with the video it is about. An @at
   of 0 is filled in. */
enum result status_journal(struct status *status, const struct journal_row *rows, size_t count,
			   struct error *err);

/* The outcome of one try of one video, or of its validation. */
struct video_outcome {
	int64_t course_id, video_id, pass;
	bool attempt;		/* an attempt row is written and @state set; else a validation,
				   which counts for nothing once a later pass has begun */
	int64_t number, begun;	/* of the attempt */
	enum video_state state; /* WAITING: will be tried again */
	const char *text;	/* of the attempt */
	const char *val_id;	/* NULL: unchanged */
	const struct transcript_row *transcripts; /* all of the video, extra ones too: replaced */
	size_t transcript_count;
	const struct finding_row *findings; /* all of the video: replaced */
	size_t finding_count;
	const struct journal_row *journal; /* what was done */
	size_t journal_count;
};
/* Posts an outcome: journal, rows, findings, attempt and all counters in one transaction. All
   strings are copied. */
void status_video_outcome(struct status *status, const struct video_outcome *outcome);

/* What became of linking one video. */
enum link_outcome_kind {
	LINKED,	      /* its block names its id: nothing is pending */
	LINK_WAITS,   /* FINDING_LINK_PENDING with @text */
	LINK_FAILURE, /* FINDING_LINK_FAILED with @text */
};
struct link_outcome {
	int64_t video_id;
	enum link_outcome_kind kind;
	bool written;	    /* LINKED: by us, now: journalled as "link" with @val_id */
	const char *block;  /* "type@id" */
	const char *val_id, *text;
};
/*
 * Commits what became of linking some videos of @course: findings link-pending and link-failed
 * of each are replaced, waived at once where a waiver fits; journal and sums follow.
 */
enum result status_course_links(struct status *status, int64_t course,
				const struct link_outcome *links, size_t count, struct error *err);
/*
 * Commits the end of a pass: @status_to is Migrated or Failed; the intent is cleared if it is
 * still number @intent_number. @problem ("" if none) is why the course as a whole failed;
 * @notes are findings of the course itself (replaced, as in status_course_plan, when @notes is
 * not NULL). One event. RESULT_CANCELED, and nothing changes, if the course is paused: it stays
 * In-Progress, and ends when it is resumed.
 */
enum result status_course_end(struct status *status, int64_t course, int64_t intent_number,
			      enum course_status status_to, const char *problem,
			      const struct finding_row *notes, size_t note_count,
			      struct error *err);

/* ---- waivers, events, the holder ----------------------------------------------------------*/

/*
 * Commits a waiver of every open finding of @code for the item, for the content it saw; @block
 * and @language "-" where the finding has none. RESULT_MISSING: no such finding; RESULT_REFUSED:
 * not waivable. Counters follow.
 */
enum result status_waive(struct status *status, const char *course, const char *block,
			 const char *language, enum finding_code code, const char *reason,
			 struct error *err);
enum result status_unwaive(struct status *status, const char *course, const char *block,
			   const char *language, enum finding_code code, struct error *err);
/*
 * Waives those of @picks that were open and can be waived; _unwaive: takes back the waivers of
 * those that were waived. One that is not there any more as it was picked (gone, of another
 * content, waived or opened by somebody else) is left alone. *@done: so many findings were
 * changed, also where the result is not RESULT_OK: many take several commits, and seconds. One event an
 * item. RESULT_INVALID: no reason.
 */
struct between { /* called between two commits, on the caller's thread: what shall not wait so long */
	void (*fn)(void *arg);
	void *arg;
};
enum result status_waive_picks(struct status *status, const struct picks *picks, const char *reason,
			       const struct between *between, int64_t *done, struct error *err);
enum result status_unwaive_picks(struct status *status, const struct picks *picks,
				 const struct between *between, int64_t *done, struct error *err);
/* Posts a line of the audit; @why may be "". */
void status_event(struct status *status, enum finding_severity severity, const char *action,
		  const char *object, const char *what, const char *why);
/*
 * Commits what an operator wishes of the engine that runs, in whatever process; it takes that up
 * within 100 ms. *@was is what was in force or wished before. One event, unless nothing changes.
 * RESULT_MISSING: no engine runs, as far as its row says; RESULT_REFUSED: it is so already.
 */
enum result status_steer(struct status *status, enum steer what, int64_t value, int64_t *was,
			 struct error *err);
/* Posts who holds the engine and how it is; @row->held false when it lets go. */
void status_holder(struct status *status, const struct holder_row *row);
/* A value remembered by name; a missing one reads as "". */
enum result status_remember(struct status *status, const char *name, const char *value,
			    struct error *err);

#endif
