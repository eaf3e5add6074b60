/*
 * run_rows.h - what a run says of a course, copied from the rows of that course. Inside src/status/ only,
 * on the writer thread.
 */
#ifndef SUBFERRY_SRC_STATUS_RUN_ROWS_H
#define SUBFERRY_SRC_STATUS_RUN_ROWS_H

#include "src/status/status.h"

enum run_rows {
	RUN_ROWS_ALL,
	/* Of a course that failed as a whole: the others are of passes before, and were not looked at.
	   What its source was seen to be is not known then, either. */
	RUN_ROWS_TRIED,
};

/* @id is run_course.id, which must have no rows: transcripts, findings, sums, versions. */
enum result run_rows_copy(struct status *status, int64_t id, int64_t course, enum run_rows which,
			  struct error *err);
enum result run_rows_forget(struct status *status, int64_t id, struct error *err);

#endif
