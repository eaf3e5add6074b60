/*
 * What val has is kept, whenever it is seen, and then compared; what it lacks is sorted out: to
 * be registered, or gone behind our back, or given by another block of the same id.
 */
#include "config.h"

#include "src/migrate/trip.h"

#include <stdlib.h>
#include <string.h>

#include "src/migrate/compare.h"

/* An id that differs in case only from one of val or of another planned block (design 4). */
void trip_check_case(struct trip *trip)
{
	const char *id = trip->video->val_id;
	char *twin = NULL, *block = NULL;
	struct error err = {0};
	enum result st = RESULT_MISSING;

	if (!trip->video->transcript_count || !*id || trip->video->val_id_new)
		return;
	if (trip->val.presence == VAL_PRESENT && !trip->val.actual_id)
		return;
	if (!trip->val.actual_id)
		st = reader_case_twin(trip->ferry->reader, id, &twin, &block, &err);
	if (trip->val.actual_id)
		report_finding(&trip->out->report, FINDING_VIDEO_ID_CASE, false, trip->block, "", "",
			       "\"%s\", but edx-val has \"%s\"", id, trip->val.actual_id);
	else if (st == RESULT_OK)
		report_finding(&trip->out->report, FINDING_VIDEO_ID_CASE, false, trip->block, "", "",
			       "\"%s\", but %s has \"%s\"", id, block, twin);
	if (trip->val.actual_id || st == RESULT_OK)
		trip->expected.stops = true;
	else
		trip_knows(trip, st, &err);
	free(twin);
	free(block);
}

/* ---- what val has is kept, and compared -------------------------------------------------- */

static void note_difference(struct trip *trip, const struct expectation *x, const char *val_object,
			    const struct stored_comparison *c)
{
	enum finding_code code;

	/* what an earlier block of this id did may still be on its way into the database */
	status_flush(trip->ferry->status, NULL);
	code = compare_cause(trip->ferry->reader, trip->video, x->language, val_object, c->sha256);
	report_finding(&trip->out->report, code, false, trip->block, x->language, x->sha256, "%s",
		       c->detail);
}

/* The journal says that we registered @row, with just these bytes. */
static bool is_journalled(struct trip *trip, const struct expectation *x, const struct val_row *row)
{
	struct journal_row ours = {0};
	struct error err = {0};
	enum result st = reader_registered(trip->ferry->reader, trip->video->val_id, x->language, &ours,
					   &err);
	bool same = trip_knows(trip, st, &err) && st == RESULT_OK && !strcmp(ours.object, row->name) &&
		    !strcmp(ours.sha256, x->sha256);

	journal_row_clear(&ours);
	return same;
}

/* retry --finding object-missing: put again, under the journalled name and hash only. */
static bool put_again(struct trip *trip, const struct expectation *x, const struct val_row *row)
{
	const struct ferry *f = trip->ferry;
	struct store_object object = {row->name, buf_text(&x->converted.sjson), x->converted.sjson.len,
				      x->sha256, RESULT_OK, ""};
	struct report lines = {0};
	struct error err = {0};
	enum result st;

	if (f->mend != FINDING_OBJECT_MISSING || f->dry || trip->expected.stops || trip_looks_again(trip) ||
	    !is_journalled(trip, x, row))
		return false;
	trip_add_intent(trip, x, &lines);
	if (!trip_commit_intents(trip, &lines))
		return false;
	st = f->store->ops->put(f->store, &object, 1, &err);
	if (st != RESULT_OK) {
		trip_fail(trip, "store", st, err.text);
		return false;
	}
	report_journal(&trip->out->report, "put", trip->video->val_id, x->language, row->name, x->sha256,
		       (int64_t)object.len);
	return true;
}

/*
 * Val names the object that this video put there. So does one that our journal announced but
 * never saw the end of: a try that was cut off between val's commit and ours; it is journalled
 * now. What another video of the same id registered is kept, also where it came between our look
 * and our own request (@faster): what is announced then is announced by this very try.
 */
static bool registered_by_us(struct trip *trip, const struct expectation *x, bool faster)
{
	struct journal_row line = {0};
	enum result st;
	bool announced;

	if (compare_registered(trip->ferry->reader, trip->video, x))
		return true;
	if (faster)
		return false;
	st = reader_announced(trip->ferry->reader, trip->video->val_id, x->language, &line, NULL);
	announced = st == RESULT_OK && line.video_id == trip->video->id &&
		    !strcmp(line.object, x->object);
	journal_row_clear(&line);
	if (announced && !trip->ferry->dry)
		report_journal(&trip->out->report, "register", trip->video->val_id, x->language, x->object,
			       x->sha256, (int64_t)x->converted.sjson.len);
	return announced;
}

void trip_keep_unseen(struct trip *trip, const struct expectation *x)
{
	struct transcript_row *t = trip_row(trip, x);

	t->in_val = VAL_PRESENT;
	if (compare_registered(trip->ferry->reader, trip->video, x)) {
		t->outcome = OUTCOME_MIGRATED;
		return;
	}
	t->outcome = OUTCOME_KEPT;
	t->compare = COMPARE_UNKNOWN;
	report_finding(&trip->out->report, FINDING_VAL_UNREAD, false, trip->block, x->language, "",
		       "edx-val has it already, and cannot tell what it holds");
}

/*
 * The store failed to tell what it has, and another try may be luckier; or it denies everything,
 * and the video waits with all others for credentials. Not so once we know that somebody overtook
 * us: the next try would not see it.
 */
static bool compare_again(struct trip *trip, const struct transcript_row *t,
			  const struct stored_comparison *c)
{
	bool passes = result_is_transient(c->result) || c->result == RESULT_NOMEM;

	if (t->outcome == OUTCOME_MIGRATED ||
	    (c->result != RESULT_DENIED && (!passes || trip->ferry->last_try)))
		return false;
	trip_fail(trip, "store", c->result, c->detail);
	return true;
}

void trip_keep(struct trip *trip, const struct expectation *x, const struct val_row *row)
{
	struct transcript_row *t = trip_row(trip, x);
	struct stored_comparison c;
	bool ours, faster = t->outcome == OUTCOME_KEPT;

	if (!row->name) {
		trip_keep_unseen(trip, x);
		return;
	}
	ours = !strcmp(row->name, x->object);
	t->in_val = VAL_PRESENT;
	report_set(&trip->out->report, &t->val_object, row->name);
	compare_stored(trip->ferry->store, x, row, ours ? LEVEL_SIZE : LEVEL_BYTES,
		       trip->ferry->expect.max_transcript, &c);
	if (c.compare == COMPARE_MISSING && put_again(trip, x, row))
		compare_stored(trip->ferry->store, x, row, LEVEL_SIZE,
			       trip->ferry->expect.max_transcript, &c);
	if (compare_again(trip, t, &c)) {
		t->outcome = OUTCOME_KEPT;
		t->compare = COMPARE_UNKNOWN;
		return;
	}
	t->compare = c.compare;
	t->level = c.level;
	report_set(&trip->out->report, &t->detail, c.detail);
	t->outcome = ours && registered_by_us(trip, x, faster) ? OUTCOME_MIGRATED : OUTCOME_KEPT;
	if (c.compare == COMPARE_DIFFERS)
		note_difference(trip, x, row->name, &c);
	else if (c.compare == COMPARE_MISSING)
		report_finding(&trip->out->report, FINDING_OBJECT_MISSING, false, trip->block, x->language,
			       x->sha256, "%s", c.detail);
	else if (c.compare == COMPARE_UNKNOWN)
		report_finding(&trip->out->report, FINDING_VAL_UNREAD, false, trip->block, x->language, "",
			       "%s", c.detail);
}

/*
 * We registered it once, and val can tell that it is gone: not again behind somebody's back.
 * Where that was accepted, not even when other removals are mended.
 */
static bool was_removed(struct trip *trip, const struct expectation *x)
{
	const struct ferry *f = trip->ferry;
	struct error err = {0};
	enum result st;

	if (f->mend == FINDING_VAL_REMOVED &&
	    !expect_waived(&f->expect, trip->block, x->language, FINDING_VAL_REMOVED, x->sha256))
		return false;
	st = compare_removed(f->reader, &f->expect, trip->video, x, trip->block, &trip->out->report, &err);
	/* what cannot be known is not registered */
	return !trip_knows(trip, st, &err) || st == RESULT_OK;
}

/* Dry: an earlier block of the same id would have given this language by now. */
static bool given_by_sibling(struct trip *trip, const struct expectation *x)
{
	struct transcript_row *t = trip_row(trip, x);
	enum forecast_answer has = FORECAST_NOTHING;

	if (trip->ferry->forecast)
		has = forecast_look(trip->ferry->forecast, trip->video->val_id, x->language, x->sha256);
	if (has == FORECAST_NOTHING)
		return false;
	t->outcome = OUTCOME_KEPT;
	t->compare = has == FORECAST_OTHER ? COMPARE_DIFFERS : COMPARE_SAME;
	if (has == FORECAST_OTHER)
		report_finding(&trip->out->report, FINDING_SHARED_ID_DIFFERS, false, trip->block,
			       x->language, x->sha256, "an earlier block of id %s has another text",
			       trip->video->val_id);
	return true;
}

/*
 * A language whose file cannot be had. Val may have it all the same: then it is kept, its finding
 * is told, and the others go on. Only the rest has to be read (design 5, step 2).
 */
static void do_without_text(struct trip *trip, const struct expectation *x)
{
	const struct val_row *row = val_video_row(&trip->val, x->language);
	struct transcript_row *t = trip_row(trip, x);

	t->in_val = val_video_has(&trip->val, x->language);
	if (row)
		report_set(&trip->out->report, &t->val_object, row->name ? row->name : "");
	if (!x->stops)
		return;
	if (row)
		status_flush(trip->ferry->status, NULL); /* another block's outcome may be on its way */
	if (row && compare_stands(trip->ferry->reader, trip->video, x->language)) {
		t->outcome = OUTCOME_KEPT;
		t->compare = COMPARE_UNKNOWN;
	} else {
		trip->expected.stops = true;
	}
}

void trip_note_list(struct trip *trip)
{
	const struct report *report = &trip->out->report;

	if (!trip->val.list_broken)
		return;
	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].code == FINDING_VAL_LIST_BROKEN)
			return;
	report_finding(&trip->out->report, FINDING_VAL_LIST_BROKEN, false, trip->block, "", "",
		       "edx-val fails to list the transcripts of %s", trip->video->val_id);
}

/* Sorts the languages: kept, removed, or to be stored and registered now. */
void trip_sort_out(struct trip *trip)
{
	trip_note_list(trip);
	for (size_t i = 0; i < trip->expected.count; i++)
		if (!trip->expected.items[i].text)
			do_without_text(trip, &trip->expected.items[i]);
	for (size_t i = 0; i < trip->expected.count; i++) {
		const struct expectation *x = &trip->expected.items[i];
		enum val_presence has = val_video_has(&trip->val, x->language);
		const struct val_row *row = val_video_row(&trip->val, x->language);
		struct transcript_row *t = trip_row(trip, x);

		if (!x->text)
			continue;
		t->in_val = has;
		if (row && trip->out->end != TRANSACTION_DONE)
			t->outcome = OUTCOME_KEPT; /* the next try compares it */
		else if (row)
			trip_keep(trip, x, row);
		else if (has == VAL_ABSENT && was_removed(trip, x))
			continue;
		else if (!given_by_sibling(trip, x))
			trip->wanted[trip->wanted_count++] = i;
	}
}

