/*
 * rollout.h - evidence, flags and generations in the status database: what a flag flip rests on.
 *
 * The state of a flag is small: off, turning-on, on, turning-off (and unknown, never read). Only
 * status_flag_begin() enters a turning state, and for turning-on only where the course, and evidence
 * that is still the one that was looked at, allow it: in one commit. Only status_flag_settle() leaves
 * it, with what was read back. Who flips holds flip.h's lock; so a turning state that one finds with
 * the lock taken is of somebody who died, and what is read back says which state it is.
 */
#ifndef SUBFERRY_SRC_STATUS_ROLLOUT_H
#define SUBFERRY_SRC_STATUS_ROLLOUT_H

#include "src/status/status.h"

struct reader;

/* ---- what was seen of the source ----------------------------------------------------------*/

/* What identifies the state of a course's source: outline.version, and plan_assets() (plan.h). */
struct source_seen {
	const char *version, *assets;
};
/* Posts what a plan saw. Evidence of the course that saw another state goes stale, with an event, and
   stays so: rollout/evidence.h tells why. */
void status_course_source(struct status *status, int64_t course, const struct source_seen *seen);

/* ---- evidence -----------------------------------------------------------------------------*/

struct evidence {
	int64_t course_id, number, generation, pass;
	enum verify_level level;
	int64_t began, at; /* wall microseconds; what it saw is no older than @began */
	char *source_version, *source_assets;
	struct counts counts;
	char *places;	   /* verify_places() it was made with; "": not known, by an older program */
	char *waivers;	   /* hash over the course's waivers that it was made with */
	char *stale;	   /* "" or why it does not count any more */
	int64_t stale_at;
};
void evidence_clear(struct evidence *evidence); /* may run twice */

/*
 * Commits a complete validation as the course's evidence, in place of the one before, with the
 * course's level and time, and one event with @text. @evidence: number, generation and at are filled
 * in; with stale (NULL: "") it does not count from the beginning. Nor does it where waivers have changed
 * since it began, where somebody has posted another state of the source since (status_course_source()),
 * or where open errors that it found do not stand in the rows any more. RESULT_CANCELED, and nothing
 * changes but the event: a later pass has begun.
 */
enum result status_course_proved(struct status *status, struct evidence *evidence, const char *text,
				 struct error *err);
/* Posts that the course's evidence number @number does not count any more, once; one event. */
void status_evidence_stale(struct status *status, int64_t course, int64_t number, const char *why);
/* RESULT_MISSING: the course has none. */
enum result reader_evidence(struct reader *reader, int64_t course, struct evidence *out,
			    struct error *err);
/*
 * What it is worth @now, if it may be @most_age old (from when it was complete; microseconds), as far
 * as its row says: EVIDENCE_NONE without a number. @out: "level hash, 02:44"; "stale since 02:44: the
 * course was run again"; "too old: 8 days, at most 7 days"; "26 h ahead of this clock, which was set
 * back since"; "never validated to its end".
 */
enum evidence_state evidence_told(const struct evidence *evidence, int64_t now, int64_t most_age,
				  char *out, size_t size);
/* What was complete at @at counts no more by its age; where it is ahead of the clock by more than some
   minutes nobody knows its age. */
bool evidence_aged(int64_t at, int64_t now, int64_t most_age);
/* "the source has changed: files of the contentstore" where @seen is not what @evidence saw; false, and
   "", where it is. */
bool evidence_outdated(const struct evidence *evidence, const struct source_seen *seen, char *out,
		       size_t size);
/*
 * Has anybody here seen it grow older than @now says? True where it would be too old by the newest time
 * of an event since the course was last validated: a clock that was set back makes nothing younger.
 */
enum result reader_evidence_outlived(struct reader *reader, const struct evidence *evidence,
				     const char *course, int64_t most_age, bool *out, struct error *err);
/* The hash over the course's waivers as they are now, as evidence.waivers. */
enum result reader_waivers_hash(struct reader *reader, const char *course, char out[HASH_HEX],
				struct error *err);

/* ---- flags --------------------------------------------------------------------------------*/

struct flag_row {
	int64_t course_id, number;
	enum flag_step state;
	int64_t evidence;  /* the last switch on rests on it; 0 */
	char *who, *host;  /* of the last switch */
	int64_t began;
	char *effective, *own, *global; /* as read last: flag_value_name() */
	int64_t read;	   /* when; 0 never */
	char *text;
	int64_t auto_pass;
};
void flag_row_clear(struct flag_row *row); /* may run twice */

/*
 * Commits that the flag is being switched; *@number is the switch's. To on: RESULT_REFUSED, with the
 * reason, unless the course is Migrated and idle, has no open error and no open link-pending or
 * val-unread, and its evidence is number @evidence, of level hash or better, not stale, of this
 * generation and pass, and @at most so old (microseconds); RESULT_BUSY while it is turning. To off
 * always: whoever has flip.h's lock takes over what is turning, and could not be read back, under a
 * new number. One event: @how it was confirmed.
 */
enum result status_flag_begin(struct status *status, int64_t course, bool on, int64_t evidence,
			      int64_t most_age, const char *how, int64_t *number, struct error *err);
/*
 * Commits what was read back: STEP_ON or STEP_OFF of the course's own row; STEP_UNKNOWN: it could not
 * be read, and a turning state stays. @seen's words are kept. @number: of the switch that is settled,
 * 0: only a look, which changes no turning state. One event where the state changes (not where a first
 * look finds it off), or after a switch. RESULT_CANCELED: the switch was settled by somebody else.
 */
struct flag_seen {
	enum flag_step own;
	const char *effective, *own_word, *global, *text;
};
enum result status_flag_settle(struct status *status, int64_t course, int64_t number,
			       const struct flag_seen *seen, struct error *err);
/* Posts that flip = auto has had its turn after this pass; @why not, or "". */
void status_flag_auto_done(struct status *status, int64_t course, int64_t pass, const char *why);
/* RESULT_MISSING: nothing is known of it. */
enum result reader_flag(struct reader *reader, int64_t course, struct flag_row *out, struct error *err);
/* Courses whose flag is turning (free()). */
enum result reader_flags_turning(struct reader *reader, int64_t **courses, size_t *count,
				 struct error *err);
/* The newest run that ran here, was no dry one and ended the course @key; *@number 0: none. */
enum result reader_course_run(struct reader *reader, const char *key, int64_t *number,
			      enum run_kind *kind, struct error *err);
/* A Migrated idle course, not gone, whose flag is not on and not turning, and whose turn by
   flip = auto after its present pass is still to come; RESULT_MISSING: none. */
enum result reader_auto_next(struct reader *reader, int64_t *course, struct error *err);
/* How many such courses there are. */
enum result reader_auto_count(struct reader *reader, int64_t *out, struct error *err);

/* ---- generations --------------------------------------------------------------------------*/

/*
 * Commits the next generation, after staging was restored: the open run ends (broken off), every
 * course is Not-Migrated and idle, its videos wait and what val had of them is not known, evidence
 * and flags are forgotten, the journal is set aside. Runs, findings, waivers and audit stay. One
 * event. The caller has the engine lock and has seen that this is not production.
 */
struct refreshed {
	int64_t generation;	/* that has begun */
	int64_t courses, lines; /* Not-Migrated again; of the journal, set aside */
};
enum result status_refresh(struct status *status, const char *how, struct refreshed *out,
			   struct error *err);
/* "generation 2: 1,240 courses are Not-Migrated again, 47,806 lines of the journal set aside" */
void refreshed_text(const struct refreshed *refreshed, char *out, size_t size);
enum result reader_generation(struct reader *reader, int64_t *out, struct error *err);
/*
 * A sample of what the journal says is registered now: the newest line of each of at most @most
 * (val id, language) pairs, some of a course, those of a course together, and the courses spread over
 * the journal (clear each, free()). course_id is that course, whichever registered it last.
 */
enum result reader_registered_sample(struct reader *reader, size_t most, struct journal_row **rows,
				     size_t *count, struct error *err);

#endif
