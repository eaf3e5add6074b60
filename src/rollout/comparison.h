/*
 * comparison.h - two runs side by side: what is fixed, still there, new, what changed at the source,
 * what a prediction missed and why, how long each course took.
 *
 * Read from the status database alone (runs.h), on the calling thread; immutable once made, and
 * shared by counting. Texts are untrusted. A course that is in one run only is told as such and none
 * of its findings is "fixed" or "new" for that; nor is a finding "fixed" where source, edx-val or store
 * failed in B before it could be looked for. Rows are compared for courses that ended in both runs.
 *
 * Findings are the same if course, block, language and code are. Their lists have open ones first,
 * errors before warnings; MISSED has the unexplained first and what was not run last, one row for a
 * whole course; CHANGED and COURSES are by course, block and language.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_COMPARISON_H
#define SUBFERRY_SRC_ROLLOUT_COMPARISON_H

#include "src/base/text_pool.h"
#include "src/status/reader.h"
#include "src/status/runs.h"

/* clang-format off */
/* id, name (JSON, commands), heading on a screen */
#define COMPARED_LIST(X) \
	X(FIXED,   "fixed",   "fixed")              /* findings of A that B does not have */ \
	X(STILL,   "still",   "still there")        /* in both; waived in B or not is told */ \
	X(NEW,     "new",     "new")                /* findings of B that A does not have */ \
	X(CHANGED, "changed", "changed at source")  /* transcripts whose source bytes differ, come, or go */ \
	X(MISSED,  "missed",  "predictions missed") /* A dry: outcome in B is another one; with its cause */ \
	X(COURSES, "courses", "courses")            /* of A or B, with time in each */
/* Why a prediction and what happened differ; @help: one line for the manual. */
#define MISS_CAUSE_LIST(X) \
	X(NONE,           "",               "") \
	X(NOT_RUN,        "not-run",        "the course was not in the later run, or did not end in it") \
	X(SOURCE_CHANGED, "source-changed", "the source's files or structure changed between the runs") \
	X(RESTORED,       "restored",       "staging was restored between the runs: edx-val is another one") \
	X(VAL_CHANGED,    "val-changed",    "edx-val got, or lost, a row between the runs by other hands") \
	X(OTHER_RUN,      "other-run",      "a run of ours between the two had given it") \
	X(SHARED_ID,      "shared-id",      "another block of the same id came first") \
	X(WAIVED,         "waived",         "a waiver was given or taken back between the runs") \
	X(SERVER,         "server",         "source, edx-val or store failed while it was run") \
	X(STORE,          "store",          "another object stood under our name: a dry run does not ask the store") \
	X(UNEXPLAINED,    "unexplained",    "none of these: please report it")
/* clang-format on */
#define X(id, name, heading) COMPARED_##id,
enum compared { COMPARED_LIST(X) COMPARED_COUNT };
#undef X
#define X(id, name, help) MISS_##id,
enum miss_cause { MISS_CAUSE_LIST(X) MISS_CAUSES };
#undef X
const char *compared_name(enum compared list);
const char *compared_heading(enum compared list);
const char *miss_cause_name(enum miss_cause cause);
const char *miss_cause_help(enum miss_cause cause);

struct compared_row;
/* "waived", "other-run 3"; returns @out. */
const char *compared_cause(const struct compared_row *row, char *out, size_t size);

/* One line of a list; what does not apply is "" or 0. */
struct compared_row {
	const char *course, *block, *language;
	enum finding_code code;		 /* findings; of MISSED that of B, or FINDING_NONE */
	enum finding_severity severity;
	bool waived;			 /* the finding, in the run it is told of (B if in both) */
	const char *text;		 /* of the finding; CHANGED: "another text", "came", "gone", and
					    "file came", "file gone" of what is promised all the same */
	enum transcript_outcome predicted, actual; /* MISSED; CHANGED: in A and B */
	bool in_a, in_b;		 /* MISSED, CHANGED, COURSES: else that outcome, status, time is none */
	enum miss_cause cause;
	int64_t run;			 /* MISS_OTHER_RUN: its number */
	enum course_status status_a, status_b; /* COURSES */
	int64_t elapsed_a, elapsed_b;	 /* microseconds from its begin to its end; COURSES ... */
	int64_t time_a, time_b;		 /* ... and of these at work; -1: nobody counted them */
	int64_t errors_a, errors_b;	 /* COURSES: open errors */
};

struct comparison {
	struct run_row a, b;
	struct compared_row *rows[COMPARED_COUNT];
	size_t counts[COMPARED_COUNT];
	int64_t predicted; /* A dry, B not: transcripts of A with a prediction, in courses of both ... */
	int64_t met;	   /* ... that came as predicted */
	int64_t untold;	   /* "unknown until tried", which no outcome can miss */
	bool has_predictions; /* A is dry and B is not */
	struct text_pool texts; /* of the rows */
	int refs;	   /* atomic */
};

/* RESULT_MISSING: no such run, named. Within reader_begin(), where a run may go on meanwhile. */
enum result comparison_new(struct comparison **out, struct reader *reader, int64_t a, int64_t b,
			   struct error *err);
struct comparison *comparison_ref(struct comparison *comparison); /* accepts NULL */
void comparison_unref(struct comparison *comparison);		  /* accepts NULL */
/* The list to begin with: what is new, else what nobody can explain, else the first that has rows. */
enum compared comparison_first(const struct comparison *comparison);
/* The run that run @number is best compared with: the newest one before it that has a course of it,
   mock or dry before a mock, whatever is there before a real one; 0: none. */
enum result comparison_before(struct reader *reader, int64_t number, int64_t *out, struct error *err);

#endif
