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

/* In SQL, of a transcript t of a video v: it counts for the rate of the run that began when attempt.id
   was at @attempts, as its video has been tried since and is not to be tried again. */
#define TRIED_IN_RUN(attempts)                                                                     \
	"v.gone = 0 AND v.state <> 'waiting' AND t.outcome IN ('migrated', 'kept', 'planned',"     \
	" 'failed') AND EXISTS(SELECT 1 FROM attempt a WHERE a.video_id = v.id AND a.id > " attempts ")"

/* @id is run_course.id, which must have no rows: transcripts, findings, sums, versions. */
enum result run_rows_copy(struct status *status, int64_t id, int64_t course, enum run_rows which,
			  struct error *err);
enum result run_rows_forget(struct status *status, int64_t id, struct error *err);

#endif
