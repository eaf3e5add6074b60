#include "config.h"

#include "src/migrate/trip.h"

#include <string.h>

struct transcript_row *trip_row(struct trip *trip, const struct expectation *x)
{
	return &trip->out->report.transcripts[x->row];
}

/* ---- how a try ends ---------------------------------------------------------------------- */

/* Ends the try with a failure of @endpoint, over one language or over all of them (""); the
   finding says it in the server's own words. */
void trip_fail_over(struct trip *trip, const char *endpoint, const char *language,
		      enum result result, const char *text)
{
	bool val = !strcmp(endpoint, "val");
	bool transient = result_is_transient(result) || result == RESULT_NOMEM;
	enum finding_code code =
		result == RESULT_CONFLICT && !val ? FINDING_STORE_CONFLICT
		: transient ? (val ? FINDING_VAL_UNREACHABLE : FINDING_STORE_UNREACHABLE)
			    : (val ? FINDING_VAL_REFUSED : FINDING_STORE_REFUSED);

	trip->out->end = transient ? TRANSACTION_AGAIN : TRANSACTION_FAILED;
	if (result_holds_work(result))
		trip->out->unreachable = endpoint;
	error_set(&trip->out->error, result, "%s", text);
	trip->out->untried = result == RESULT_BUSY;
	if (trip->out->untried)
		return;
	report_finding(&trip->out->report, code, false, trip->block, language, "", "%s", text);
}

void trip_fail(struct trip *trip, const char *endpoint, enum result result, const char *text)
{
	trip_fail_over(trip, endpoint, "", result, text);
}

/* The journal could not be written, or asked: nothing more may be written anywhere. */
void trip_fail_journal(struct trip *trip, enum result result, const char *text)
{
	trip->out->end = TRANSACTION_AGAIN;
	trip->out->unreachable = "status";
	trip->out->untried = true;
	error_set(&trip->out->error, result, "%s", text);
}

/* What the status database answered is known: there, or not there. */
bool trip_knows(struct trip *trip, enum result result, const struct error *err)
{
	if (result == RESULT_OK || result == RESULT_MISSING)
		return true;
	trip_fail_journal(trip, result, err->text);
	return false;
}

/* A second look at the files comes first. */
bool trip_looks_again(const struct trip *trip)
{
	return trip->expected.second_read && !trip->ferry->final_read;
}

/* ---- the journal, before a write --------------------------------------------------------- */

void trip_add_intent(struct trip *trip, const struct expectation *x, struct report *lines)
{
	report_journal(lines, "intent", trip->video->val_id, x->language, x->object, x->sha256,
		       (int64_t)x->converted.sjson.len);
}

/* Commits @lines, and clears them; false when that cannot be: then nothing may be written. */
bool trip_commit_intents(struct trip *trip, struct report *lines)
{
	struct error err = {0};
	enum result st = status_broken(trip->ferry->status, &err);

	for (size_t i = 0; i < lines->journal_count; i++) {
		lines->journal[i].course_id = trip->plan->course_id;
		lines->journal[i].video_id = trip->video->id;
	}
	if (st == RESULT_OK && lines->failed)
		st = error_set(&err, RESULT_NOMEM, "out of memory");
	if (st == RESULT_OK)
		st = status_journal(trip->ferry->status, lines->journal, lines->journal_count, &err);
	report_clear(lines);
	if (st != RESULT_OK)
		trip_fail_journal(trip, st, err.text);
	return st == RESULT_OK;
}

/* ---- 1. what val has --------------------------------------------------------------------- */

enum result trip_look_up(struct trip *trip)
{
	const struct ferry *f = trip->ferry;
	const char *id = trip->video->val_id;
	struct error err = {0};
	enum result st;

	val_video_clear(&trip->val);
	if (!*id) {
		trip->val.presence = VAL_ABSENT;
		trip->val.rows_complete = true;
		return RESULT_OK;
	}
	st = f->val->ops->lookup(f->val, trip->plan->course, &id, 1, &trip->val, &err);
	if (st != RESULT_OK)
		trip_fail(trip, "val", st, err.text);
	return st;
}

