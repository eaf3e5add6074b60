/*
 * write.h - the writing side from inside. Inside src/status/ only.
 *
 * What is written is a function that runs on the writer thread, in a transaction of which it
 * sees nothing: what it returns other than RESULT_OK undoes what it did. It gets the struct
 * status for its connection, its clock and its name.
 */
#ifndef SUBFERRY_SRC_STATUS_WRITE_H
#define SUBFERRY_SRC_STATUS_WRITE_H

#include "src/base/dbwriter.h"
#include "src/status/db.h"
#include "src/status/runs.h"
#include "src/status/status.h"
#include "src/status/tally.h"

#include <pthread.h>
#include <sys/types.h>

struct status {
	struct dbwriter *writer;
	struct db db; /* used on the writer thread only, once it runs */
	char *who;
	dev_t device; /* of the file, as it was opened */
	ino_t inode;
	struct clock *clock;
	pthread_mutex_t lock; /* guards the two below */
	bool is_broken;
	struct error broken;
	struct run_about about; /* of the writer thread; its texts are owned, NULL before they are told */
	/* the same: the run that this process works for, and since when (monotonic ms; 0: it does not) */
	int64_t run_at_work, works_since;
};

typedef enum result write_fn(struct status *status, void *arg, struct error *err);

/*
 * Runs @fn and returns when it is durable. MISSING, INVALID, REFUSED and CANCELED are answers of
 * @fn; any other failure is remembered for status_broken().
 */
enum result write_run(struct status *status, write_fn *fn, void *arg, struct error *err);
/* Takes @arg (one block of malloc(), freed afterwards; NULL: there was no memory for it). */
void write_post(struct status *status, write_fn *fn, void *arg);

/* ---- pieces that several writers share ----------------------------------------------------*/

/* Replaces the transcripts of a video: upserts @rows, removes others. @ids may be NULL. */
enum result write_transcripts(struct status *status, int64_t video,
			      const struct transcript_row *rows, size_t count, int64_t *ids,
			      struct error *err);
/* Sums and language lists of a video from @tally and its @rows. */
enum result write_video_sums(struct status *status, int64_t video, const struct tally *tally,
			     const struct transcript_row *rows, size_t count, struct error *err);
/* Adds findings of @video (0: of the course itself), waived at once where a waiver fits; they
   are added to @tally. */
enum result write_findings(struct status *status, int64_t course, int64_t video,
			   const struct finding_row *rows, size_t count, struct tally *tally,
			   struct error *err);
/*
 * Removes the findings of a video before those of a new look at it are added: @again (none: they are
 * not known yet). Looks differ in how closely they look; where one takes away what a flag must not be
 * switched on over, the course's evidence counts no more.
 */
enum result write_forget_findings(struct status *status, int64_t course, int64_t video,
				  const struct finding_row *again, size_t count, struct error *err);
/* Replaces the findings of the course itself; the course's sums are to be made anew. */
enum result write_notes(struct status *status, int64_t course, const struct finding_row *rows,
			size_t count, struct error *err);
/* Changes one finding and the sums of its video; those of the course are to be made anew. */
enum result write_waived(struct status *status, int64_t id, bool waived, const char *reason,
			 const char *who, struct error *err);
/* Before a video's val id becomes @val_id: its journal is still found under the present one. */
enum result write_former_id(struct status *status, int64_t video, const char *val_id,
			    struct error *err);
enum result write_journal(struct status *status, const struct journal_row *rows, size_t count,
			  int64_t now, struct error *err);
/* The next number of that name (of the table memory), from 1. One that was given is not given again, not
   even after the rows that had it are gone. */
enum result write_next_number(struct status *status, const char *name, int64_t *out, struct error *err);
/* The course's evidence, if it has some that counts, does so no more: with one event (evidence.c). */
enum result write_evidence_stale(struct status *status, int64_t course, const char *why,
				 struct error *err);
/* The newest time that is known since the course was last validated; 0: none. */
enum result evidence_newest_time(struct db *db, const char *course, int64_t *out, struct error *err);
/* The same after waivers of the course were taken back: not if they are again, or still, the ones
   that the evidence was made with. */
enum result write_evidence_unwaived(struct status *status, int64_t course, struct error *err);

/* ---- runs, in the commits that change what they are made of (runs.c) ----------------------*/

/* The course begins, or goes on, in the open run of this generation, or in a new one. */
enum result run_course_begin(struct status *status, int64_t course, struct error *err);
/* The rows and sums of the course are those it ends with; its intent is what it will be. */
enum result run_course_end(struct status *status, int64_t course, enum course_status to,
			   const char *problem, struct error *err);
/* Whenever an intent is taken away or a course is gone: ends the open run if that was the last
   thing it waited for. */
enum result run_end_if_over(struct status *status, struct error *err);
/* Ends what is open, as broken off, with the last that is known of it. */
enum result runs_break_off(struct status *status, struct error *err);
void run_about_clear(struct run_about *about); /* may run twice */

/* ---- copies for posts ---------------------------------------------------------------------*/

/* One block of memory that holds a struct and all its strings. */
struct arena {
	char *base; /* NULL while the size is being measured */
	size_t used;
};

/*
 * Makes a copy of @from in one block (free()), NULL without memory. @lay_out is called twice, and
 * takes the same pieces in the same order: first only to measure (all it gets is NULL), then to
 * fill them. The copy itself must be the first piece.
 */
void *arena_clone(void (*lay_out)(struct arena *arena, const void *from), const void *from);
void *arena_copy(struct arena *arena, const void *bytes, size_t size); /* aligned */
char *arena_text(struct arena *arena, const char *text);	       /* NULL becomes "" */

#endif
