/*
 * permit.h - the gate before production: what must have been rehearsed before courses are launched
 * really.
 *
 * Whatever gives courses an intent `run` in production (migrate, retry, resume of what has not begun,
 * and these keys of the console) looks here first, in whatever process the engine is. Going past it
 * takes a typed word (the campus name) and a reason; both are in the audit before the launch.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_PERMIT_H
#define SUBFERRY_SRC_ROLLOUT_PERMIT_H

#include "src/base/conf.h"
#include "src/status/reader.h"
#include "src/status/runs.h"

struct permit {
	bool asked;	   /* this campus is production; else nothing is needed and all below is 0 */
	bool given;	   /* nothing is missing */
	int64_t runs, runs_needed;	 /* imported mock runs, of this many ([rollout] mock_runs) */
	int64_t courses, covered;	 /* to be launched; of these, those that came to their end,
					    Migrated or Failed, in that many such runs */
	int64_t coverage, coverage_needed; /* percent, rounded down */
	/* Open error findings of these courses, each in the last such run that it ended in (by when
	   the run began); a course that Failed in it without any counts as one. */
	int64_t errors;
	int64_t errors_courses;
	char example[160]; /* a course that is missing, or has errors */
	char missing[400]; /* "" or all that is missing, in one line */
};

/* A finding that is waived in this status database counts as waived. */
enum result permit_look(struct permit *out, const struct conf *conf, struct reader *reader,
			const int64_t *courses, size_t count, struct error *err);
/* Commits to the audit that somebody goes on past the gate: what was missing, @reason, and @how the
   word was given. RESULT_INVALID: an empty reason. */
enum result permit_pass(struct status *status, const struct conf *conf, const struct permit *permit,
			const char *reason, const char *how, struct error *err);
/*
 * What a launch means for learners: the line that says so where courses are launched, or "". From
 * Hawthorn on each registered transcript is live at once (unknown releases count as newer); before,
 * with flip = auto, nobody is asked any more before a course's flag is on.
 */
const char *permit_launch_means(const struct conf *conf);

#endif
