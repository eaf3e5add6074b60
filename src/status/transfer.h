/*
 * transfer.h - the rows of runs on their way out of a status database, and into another one.
 *
 * One row at a time in both directions, so that a run of a whole campus takes no memory: a run comes
 * before its courses, a course before its transcripts and findings, and the waivers come last. What
 * the file between the two looks like is carry.h's.
 */
#ifndef SUBFERRY_SRC_STATUS_TRANSFER_H
#define SUBFERRY_SRC_STATUS_TRANSFER_H

#include "src/status/runs.h"

/* What became of one transcript in a run. */
struct run_transcript {
	char *block, *language, *val_id, *source_sha256, *sha256;
	enum transcript_outcome outcome;
};

enum transfer_kind {
	TRANSFER_RUN, TRANSFER_COURSE, TRANSFER_TRANSCRIPT, TRANSFER_FINDING, TRANSFER_WAIVER,
	TRANSFER_KINDS
};

/* The member that @kind names; its strings are borrowed until the next row. */
struct transfer {
	enum transfer_kind kind;
	struct run_row run;	      /* without sums; number is the one where it ran */
	struct run_course_row course; /* belongs to the run before */
	struct run_transcript transcript;
	struct finding_row finding;   /* both belong to the course before */
	struct waiver_row waiver;
};

/* ---- out ----------------------------------------------------------------------------------*/

/* The campus that the status database is of (free() both). */
enum result reader_campus(struct reader *reader, char **campus, char **environment,
			  struct error *err);
typedef enum result transfer_visit(void *arg, const struct transfer *row, struct error *err);
/*
 * Calls @visit with all mock runs that ended and ran here, and with all waivers: runs by number,
 * courses by key, transcripts by block and language, waivers by course, block, language, code and
 * content. A finding counts as waived as the waivers stand now, and so do the sums of its course.
 * One state is seen throughout; what @visit answers other than RESULT_OK ends it.
 */
enum result reader_transfer(struct reader *reader, transfer_visit *visit, void *arg,
			    struct error *err);
/* How many runs these are. */
enum result reader_exported(struct reader *reader, int64_t *runs, struct error *err);

/* ---- in -----------------------------------------------------------------------------------*/

/* The next row, called on the writer thread or the caller's; RESULT_END: that was all, and it is as it should be. */
typedef enum result transfer_next(void *arg, struct transfer *row, struct error *err);
struct transfer_from {
	transfer_next *next;
	void *arg;
	const char *file, *campus, *sha256; /* for the audit */
};
struct transferred {
	int64_t count[TRANSFER_KINDS]; /* written */
	int64_t known;		       /* runs and waivers that were there already */
	int64_t cleared;	       /* runs of an import that was broken off: status_import_clear() */
};
/*
 * Commits, all or nothing: runs (all of them mock) whose uid is not known yet, with the next numbers,
 * and waivers that are not known; open findings that such a waiver covers are waived at once, by
 * whoever gave it there. One event, unless nothing is new. What @next answers other than RESULT_OK and
 * RESULT_END is the answer, and nothing is written. RESULT_BUSY: another import is under way, and the
 * text says whose.
 *
 * A run is long: its rows come in many commits, between which others write, and no reader sees or
 * counts the run before the commit that ends the import (all waivers are in that one). Not to be called
 * on the writer thread.
 */
enum result status_import(struct status *status, const struct transfer_from *from,
			  struct transferred *out, struct error *err);
/*
 * Takes away what an import that was killed has left: rows of runs that nothing counts, in many commits
 * too, with one event if there were any. *@runs is how many. status_import() begins with it, and so does
 * an engine. RESULT_BUSY: the import goes on.
 */
enum result status_import_clear(struct status *status, int64_t *runs, struct error *err);

/* ---- what imported runs say ---------------------------------------------------------------*/

/* Mock runs that were imported. */
enum result reader_imported(struct reader *reader, int64_t *runs, struct error *err);
struct rehearsal {
	int64_t runs;	/* imported mock runs in which the course came to its end */
	int64_t errors; /* of the last of these, by when it began: error findings that are waived
			   neither there nor here; a course that Failed has one at least, unless
			   what it has is waived */
};
/* Of the course of this id, by its key. */
enum result reader_rehearsal(struct reader *reader, int64_t course, struct rehearsal *out,
			     struct error *err);

#endif
