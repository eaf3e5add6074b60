/*
 * compare.h - one transcript as the course promises it, beside what val and store hold.
 *
 * Used by the transaction for what val had already, and by verify/ for everything. It stands
 * below verify/ because the transaction compares what it keeps, and arrows point down.
 */
#ifndef SUBFERRY_SRC_MIGRATE_COMPARE_H
#define SUBFERRY_SRC_MIGRATE_COMPARE_H

#include "src/migrate/expect.h"
#include "src/status/reader.h"
#include "src/store/store.h"

struct stored_comparison {
	enum transcript_compare compare;
	enum verify_level level; /* what was really looked at */
	enum result result;	 /* why the store could not tell; else OK */
	char sha256[HASH_HEX];	 /* of the stored bytes when they were read, else "" */
	char detail[300];	 /* what differs, or why it is unknown */
};

/*
 * Compares the text of @x with the object that @row of val names, at @level: count (the row is
 * there), size, hash, bytes, cues. Never fails: what could not be read is COMPARE_UNKNOWN.
 */
void compare_stored(struct store *store, const struct expectation *x, const struct val_row *row,
		    enum verify_level level, size_t max_transcript, struct stored_comparison *out);

/*
 * Which finding a difference is (design 4): source-changed when val still holds what we once
 * registered for this video; shared-id-differs when it holds what another block of the same id
 * promises; else val-differs. @sha256 of the stored bytes may be "".
 */
enum finding_code compare_cause(struct reader *reader, const struct plan_video *video,
				const char *language, const char *val_object, const char *sha256);

/* The journal says that @video itself registered the object of @x, and nothing newer. */
bool compare_registered(struct reader *reader, const struct plan_video *video,
			const struct expectation *x);

/*
 * Val has no row of @x: RESULT_OK adds val-removed, one of ours was there. Nobody registers it
 * again behind somebody's back; with a waiver it is not expected any longer (design 2).
 * RESULT_MISSING: none was; else the journal could not be asked.
 */
enum result compare_removed(struct reader *reader, const struct expect_options *options,
			    const struct plan_video *video, const struct expectation *x,
			    const char *block, struct report *report, struct error *err);

/*
 * The row val has of @language stands by itself: the course's file is not needed for it (domain
 * 5.4, B10). Not so where another block of the id gave it: whether that block came first must
 * not decide what becomes of this one.
 */
bool compare_stands(struct reader *reader, const struct plan_video *video, const char *language);

/* Adds a row for each language val has of this id that no block of the id promises: uploads of
   the authors. Those of a group are counted with its first video. */
void compare_extra(struct reader *reader, const struct plan *plan, const struct plan_video *video,
		   const struct expectations *expected, const struct val_video *val,
		   struct report *report);

#endif
