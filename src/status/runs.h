/*
 * runs.h - numbered passes in the status database: what was run, and what it found.
 *
 * A run begins in the commit that begins its first course, while no other is open; it ends in the
 * commit after which none of its courses is under way and no intent `run` stands. A pause, a hold or
 * a kill -9 does not end it: the course that is unfinished belongs to it. A course that is launched
 * again in the same run replaces what the run says of it. A dry run is begun and ended by its engine.
 *
 * What a run found (run_course, run_transcript, run_finding) is copied from the rows of the course in
 * the commit that ends the course, so it is whole and never changes afterwards. Of a course that could
 * not be read it has what was tried before that, and the finding: the other rows are of other days.
 */
#ifndef SUBFERRY_SRC_STATUS_RUNS_H
#define SUBFERRY_SRC_STATUS_RUNS_H

#include "src/status/status.h"

struct reader;

/* ---- writing ------------------------------------------------------------------------------*/

/* What is written of a run that begins; borrowed for the call. */
struct run_about {
	enum run_kind kind; /* RUN_MOCK or RUN_REAL; dry ones have a call of their own */
	const char *release, *version, *options; /* options: "workers 8, retries 3, ..." for people */
};
/* Runs that begin from now on are so; before it is called, courses begin without a run. Copied. */
enum result status_run_about(struct status *status, const struct run_about *about, struct error *err);
/* Commits the beginning of a dry run; *@number is its. */
enum result status_dry_begin(struct status *status, const struct run_about *about, int64_t *number,
			     struct error *err);
/* What is predicted of a course; borrowed for the call. */
struct dry_course {
	int64_t number, course, began; /* of the dry run; its id; wall microseconds */
	enum course_status status;     /* Migrated, or Failed with @problem or @failed */
	int64_t failed;		       /* videos that would fail */
	const char *problem;	       /* "" or why the course as a whole cannot be read ... */
	const struct finding_row *note; /* ... as a finding, or NULL */
};
/* Commits what a dry run predicts of a course: its rows as they stand, unless there is a @problem:
   then they are of other days. */
enum result status_dry_course(struct status *status, const struct dry_course *dry,
			      struct error *err);
/* Commits the end of a dry run; @broken_off: not all that was asked for was predicted. */
enum result status_dry_end(struct status *status, int64_t number, bool broken_off, struct error *err);
/* By whoever has taken the engine lock, before anything is begun: commits the end of dry runs that
   were left open (broken off), and of a run none of whose courses is under way or wanted. */
enum result status_runs_settle(struct status *status, struct error *err);

/* ---- reading ------------------------------------------------------------------------------*/

/* Sums over the courses of a run; of one course, its own. */
struct run_sums {
	int64_t courses, ended, failed;	  /* courses; of these Migrated or Failed; Failed */
	int64_t videos, videos_failed;
	struct counts counts;
	int64_t migrated, kept, would, untold, not_migrated; /* transcripts by outcome */
	int64_t bytes;
};

struct run_row {
	int64_t number, generation;
	enum run_kind kind;
	char *uid, *campus, *environment, *release, *version, *options, *who, *host;
	int64_t began, ended;	/* wall microseconds; ended 0: it goes on */
	bool broken_off;
	int64_t imported;	/* when; 0: it ran here */
	int64_t origin_number;	/* imported: its number on @campus */
	struct run_sums sums;
};
void run_row_clear(struct run_row *row); /* may run twice */

struct run_course_row {
	int64_t id, run;
	char *course; /* key */
	enum course_status status;
	int64_t began, ended;
	char *problem, *source_version, *source_assets;
	struct run_sums sums; /* courses is 1 */
};
void run_course_row_clear(struct run_course_row *row);

/* Newest first, into a new array; count -1: all. *@total may be NULL. */
enum result reader_runs(struct reader *reader, int64_t first, int64_t count, struct run_row **rows,
			size_t *got, int64_t *total, struct error *err);
/* RESULT_MISSING: no run has the number. */
enum result reader_run(struct reader *reader, int64_t number, struct run_row *out, struct error *err);
/* Courses of a run by key. */
enum result reader_run_courses(struct reader *reader, int64_t run, struct run_course_row **rows,
			       size_t *count, struct error *err);
/* The run that is open and not dry, else the newest that ran here: its number and kind for a title;
   *@number 0: there was none. @open may be NULL. Quick. */
enum result reader_run_now(struct reader *reader, int64_t *number, enum run_kind *kind, bool *open,
			   struct error *err);
/* The dry run that is open, which the engine that runs now is; 0: there is none. Quick. */
enum result reader_dry_now(struct reader *reader, int64_t *number, struct error *err);
/* "mock 2", "real 5", "dry 3", and behind an imported one "(mock 1 of NAME)": into @out; returns it. */
const char *run_row_name(const struct run_row *row, char *out, size_t size);

#endif
