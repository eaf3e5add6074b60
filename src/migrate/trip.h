/*
 * trip.h - the inside of a transaction, shared by transaction.c (what is written), keep.c (what
 * val has already) and trip.c (how a try ends, and the journal before a write), and by nobody
 * else.
 */
#ifndef SUBFERRY_SRC_MIGRATE_TRIP_H
#define SUBFERRY_SRC_MIGRATE_TRIP_H

#include "src/migrate/transaction.h"

/* A try under way. */
struct trip {
	const struct ferry *ferry;
	const struct plan *plan;
	const struct plan_video *video;
	struct expectations expected;
	struct val_video val;	/* as val answers now */
	struct transaction *out;
	char *block;
	size_t *wanted;		/* indexes of expectations to be stored and registered */
	size_t wanted_count, put_count; /* of these, so many are in the store */
};

/* The row of one language in the report. */
struct transcript_row *trip_row(struct trip *trip, const struct expectation *x);
/* Ends the try with a failure of @endpoint ("val", "store"), in its own words. */
void trip_fail(struct trip *trip, const char *endpoint, enum result result, const char *text);
/* The same over one language, or over all of them (""). */
void trip_fail_over(struct trip *trip, const char *endpoint, const char *language,
		enum result result, const char *text);
/* The journal could not be written, or asked: nothing more may be written anywhere. */
void trip_fail_journal(struct trip *trip, enum result result, const char *text);
/* What the status database answered is known, there or not there; else the try ends. */
bool trip_knows(struct trip *trip, enum result result, const struct error *err);
/* A second look at the files comes first. */
bool trip_looks_again(const struct trip *trip);
/* A line of the intent to store and register @x. */
void trip_add_intent(struct trip *trip, const struct expectation *x, struct report *lines);
/* Commits @lines, and clears them; false when that cannot be: then nothing may be written. */
bool trip_commit_intents(struct trip *trip, struct report *lines);
/* Asks val for the video's id anew. */
enum result trip_look_up(struct trip *trip);
/* An id that differs in case only from one of val or of another planned block stops. */
void trip_check_case(struct trip *trip);
/* Val fails to list what it has of the video: told once a try. */
void trip_note_list(struct trip *trip);
/* Sorts the languages: kept, removed, or to be stored and registered now (@wanted). */
void trip_sort_out(struct trip *trip);
/* Val has a row for @x, and cannot tell what it names: ours if the journal says so. */
void trip_keep_unseen(struct trip *trip, const struct expectation *x);
/* Val has @row for @x: it is kept, and compared. */
void trip_keep(struct trip *trip, const struct expectation *x, const struct val_row *row);

#endif
