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
 *
 * Two times are told of a run, and of a course in it. Elapsed is from its begin to its end. At work it
 * was while courses of it were under way and could be: not while all was held or paused, nor while no
 * engine ran. That is counted by the engine's own (status_at_work()); a kill -9 loses what it has not
 * told yet, some two seconds. A run's rate is of what this run itself has tried, by its time at work.
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
/* Whether courses are under way, and which, at @now of the monotonic clock (milliseconds). */
#define AT_WORK_COURSES 32 /* an engine has no more open at a time */
struct at_work {
	bool works;
	int64_t now;
	size_t count;
	int64_t courses[AT_WORK_COURSES]; /* ids */
};
/* Posts it: to be told when it changes, and every few seconds while it works. */
void status_at_work(struct status *status, const struct at_work *at_work);
/* What is predicted of a course; borrowed for the call. */
struct dry_course {
	int64_t number, course, began; /* of the dry run; its id; wall microseconds */
	int64_t waited;		       /* of the time since: microseconds that it was held */
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
	int64_t active;		/* microseconds at work; -1: nobody counted them ... */
	int64_t tried;		/* ... and -1, or transcripts of the videos that it has tried by now */
	struct run_sums sums;
};
void run_row_clear(struct run_row *row); /* may run twice */

struct run_course_row {
	int64_t id, run;
	char *course; /* key */
	enum course_status status;
	int64_t began, ended;
	char *problem, *source_version, *source_assets;
	int64_t active, tried; /* as run_row's; tried is 0 until it ends */
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
/* From its begin to its end, or to @now while it goes on: microseconds. */
int64_t run_row_elapsed(const struct run_row *row, int64_t now);
/* What of that it was not at work, where it is worth a word; 0: nothing to speak of, or not known. */
int64_t run_row_waited(const struct run_row *row, int64_t now);
/* Transcripts a second; negative: not known. */
double run_row_rate(const struct run_row *row);
/* "mock 2", "real 5", "dry 3", and behind an imported one "(mock 1 of NAME)": into @out; returns it. */
const char *run_row_name(const struct run_row *row, char *out, size_t size);

#endif
