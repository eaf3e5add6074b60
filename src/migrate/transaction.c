#include "config.h"

#include "src/migrate/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "src/migrate/compare.h"
#include "src/migrate/trip.h"

/* "Outcome unknown" is answered with the same request, this often. */
#define SAME_REQUEST 3

/* ---- 3. to 6. ---------------------------------------------------------------------------- */

static bool announce(struct trip *trip)
{
	struct report lines = {0};

	for (size_t i = 0; i < trip->wanted_count; i++)
		trip_add_intent(trip, &trip->expected.items[trip->wanted[i]], &lines);
	return trip_commit_intents(trip, &lines);
}

static bool put_files(struct trip *trip)
{
	const struct ferry *f = trip->ferry;
	struct store_object *objects = calloc(trip->wanted_count, sizeof(*objects));
	const char *language = "";
	struct error err = {0};
	enum result st;

	if (!objects) {
		trip_fail(trip, "store", RESULT_NOMEM, "out of memory");
		return false;
	}
	for (size_t i = 0; i < trip->wanted_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];

		objects[i].name = x->object;
		objects[i].bytes = buf_text(&x->converted.sjson);
		objects[i].len = x->converted.sjson.len;
		objects[i].sha256 = x->sha256;
	}
	st = f->store->ops->put(f->store, objects, trip->wanted_count, &err);
	while (trip->put_count < trip->wanted_count &&
	       (objects[trip->put_count].result == RESULT_OK ||
		objects[trip->put_count].result == RESULT_EXISTS))
		trip->put_count++;
	if (trip->put_count < trip->wanted_count && /* one file's fault, not the video's */
	    objects[trip->put_count].result == RESULT_CONFLICT)
		language = trip->expected.items[trip->wanted[trip->put_count]].language;
	free(objects);
	if (st != RESULT_OK)
		trip_fail_over(trip, "store", language, st, err.text);
	return st == RESULT_OK;
}

/* Makes the video if val lacks it; "there already" is as good. */
static bool make_video(struct trip *trip)
{
	const struct ferry *f = trip->ferry;
	struct error err = {0};
	enum result st = RESULT_UNKNOWN;

	if (trip->val.presence == VAL_PRESENT || f->val->ops->register_new)
		return true;
	for (int i = 0; i < SAME_REQUEST && st == RESULT_UNKNOWN; i++)
		st = f->val->ops->create(f->val, trip->plan->course, trip->video->val_id, &err);
	if (st != RESULT_OK && st != RESULT_EXISTS) {
		trip_fail(trip, "val", st, err.text);
		return false;
	}
	if (st == RESULT_OK)
		report_journal(&trip->out->report, "create", trip->video->val_id, "", "", "", 0);
	return true;
}

/* Takes one answer into the rows. @repeated: an earlier same request had no answer. */
static void take_answer(struct trip *trip, const struct expectation *x, const struct val_entry *entry,
			bool repeated)
{
	struct transcript_row *t = trip_row(trip, x);

	if (entry->result != RESULT_OK && entry->result != RESULT_EXISTS)
		return;
	t->in_val = VAL_PRESENT;
	if (entry->result == RESULT_EXISTS && !repeated) {
		t->outcome = OUTCOME_KEPT; /* somebody was faster: read back and compared below */
		return;
	}
	t->outcome = OUTCOME_MIGRATED;
	t->compare = COMPARE_SAME;
	t->level = LEVEL_COUNT;
	report_set(&trip->out->report, &t->val_object, x->object);
	trip->out->registered++;
	report_journal(&trip->out->report, "register", trip->video->val_id, x->language, x->object,
		       x->sha256, (int64_t)x->converted.sjson.len);
}

/* The rows, and the video before them where val makes both in one step. */
static enum result send_rows(struct trip *trip, struct val_entry *entries, size_t count,
			     struct error *err)
{
	struct val *val = trip->ferry->val;
	enum result st;

	if (trip->val.presence == VAL_PRESENT || !val->ops->register_new)
		return val->ops->register_rows(val, trip->video->val_id, entries, count, err);
	st = val->ops->register_new(val, trip->plan->course, trip->video->val_id, entries, count, err);
	if (st == RESULT_OK)
		report_journal(&trip->out->report, "create", trip->video->val_id, "", "", "", 0);
	return st;
}

static bool register_rows(struct trip *trip)
{
	struct val_entry *entries = calloc(trip->wanted_count, sizeof(*entries));
	struct error err = {0};
	size_t done = 0;
	enum result st = RESULT_UNKNOWN;
	bool repeated = false;

	if (!entries) {
		trip_fail(trip, "val", RESULT_NOMEM, "out of memory");
		return false;
	}
	for (size_t i = 0; i < trip->wanted_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];

		entries[i].language = x->language;
		entries[i].name = x->object;
	}
	for (int i = 0; i < SAME_REQUEST && st == RESULT_UNKNOWN; i++) {
		size_t first = done;

		st = send_rows(trip, entries + done, trip->wanted_count - done, &err);
		for (; done < trip->wanted_count && (entries[done].result == RESULT_OK ||
						     entries[done].result == RESULT_EXISTS); done++)
			take_answer(trip, &trip->expected.items[trip->wanted[done]], &entries[done],
				    repeated && done == first);
		repeated = true;
	}
	free(entries);
	if (st != RESULT_OK)
		trip_fail(trip, "val", st == RESULT_MISSING ? RESULT_RETRY : st, err.text);
	return st == RESULT_OK;
}

/* Reads back what val can tell; whoever was faster than we, or overtook us, is seen here. */
static bool confirm(struct trip *trip)
{
	if (trip_look_up(trip) != RESULT_OK)
		return false;
	trip_note_list(trip); /* a video made just now is of no list before */
	for (size_t i = 0; i < trip->wanted_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];
		const struct val_row *row = val_video_row(&trip->val, x->language);
		struct transcript_row *t = trip_row(trip, x);
		bool overtaken;

		if (!row && val_video_has(&trip->val, x->language) == VAL_ABSENT) {
			trip_fail(trip, "val", RESULT_RETRY, "edx-val took a row and does not list it");
			return false;
		}
		if (!row && t->outcome == OUTCOME_KEPT) {
			trip_keep_unseen(trip, x);
		} else if (row && (t->outcome == OUTCOME_KEPT ||
				   (row->name && strcmp(row->name, x->object)))) {
			overtaken = t->outcome != OUTCOME_KEPT;
			trip_keep(trip, x, row);
			if (overtaken)
				report_finding(&trip->out->report, FINDING_VAL_OVERTAKEN, false,
					       trip->block, x->language, x->sha256,
					       "registered %s, and val names %s", x->object, row->name);
		}
	}
	return true;
}

/* What was put and not registered; the line of what was registered names its object itself. */
static void journal_left(struct trip *trip)
{
	for (size_t i = 0; i < trip->put_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];

		if (trip_row(trip, x)->outcome != OUTCOME_MIGRATED)
			report_journal(&trip->out->report, "put", trip->video->val_id, x->language,
				       x->object, x->sha256, (int64_t)x->converted.sjson.len);
	}
}

/* The blocks' own fields do not name the id that we made. */
static void note_link(struct trip *trip)
{
	bool in_val = false;

	for (size_t i = 0; i < trip->expected.count; i++) {
		const struct transcript_row *t = trip_row(trip, &trip->expected.items[i]);

		in_val |= t->in_val == VAL_PRESENT || t->outcome == OUTCOME_WOULD ||
			  t->outcome == OUTCOME_UNTOLD;
	}
	if (trip->video->link && in_val)
		report_finding(&trip->out->report, FINDING_LINK_PENDING, false, trip->block, "", "",
			       "the block does not name %s yet", trip->video->val_id);
}

/* Where val cannot tell what it has, only a try shows whether a row is made or kept; the text is in
   val afterwards either way, which is what later blocks of the id find. */
static void predict(struct trip *trip)
{
	for (size_t i = 0; i < trip->wanted_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];
		struct transcript_row *t = trip_row(trip, x);
		bool untold = t->in_val == VAL_UNKNOWN;

		t->outcome = untold ? OUTCOME_UNTOLD : OUTCOME_WOULD;
		trip->out->untold += untold;
		trip->out->registered += !untold;
		if (trip->ferry->forecast &&
		    !forecast_add(trip->ferry->forecast, trip->video->val_id, x->language, x->sha256))
			trip_fail(trip, "val", RESULT_NOMEM, "out of memory");
	}
}

/* Languages that do not reach val in this try. */
static void leave(struct trip *trip)
{
	for (size_t i = 0; i < trip->expected.count; i++) {
		const struct expectation *x = &trip->expected.items[i];

		if (x->text && trip_row(trip, x)->outcome == OUTCOME_PLANNED)
			trip_row(trip, x)->outcome = OUTCOME_FAILED;
	}
}

static void stop(struct trip *trip)
{
	const struct finding_row *why = report_stopping(&trip->out->report);

	trip->out->end = trip_looks_again(trip) ? TRANSACTION_LOOK_AGAIN : TRANSACTION_FAILED;
	if (why)
		error_set(&trip->out->error, RESULT_INVALID, "%s%s%s: %s", finding_info(why->code)->name,
			  *why->language ? " " : "", why->language, why->text);
}

static bool register_video(struct trip *trip)
{
	return make_video(trip) && register_rows(trip) && confirm(trip);
}

/* A stage of the transaction at one of the two ends: so many are let in at a time. */
static bool through(struct trip *trip, struct gate *gate, bool (*stage)(struct trip *trip))
{
	bool done;

	if (gate)
		gate_enter(gate);
	done = stage(trip);
	if (gate)
		gate_leave(gate);
	return done;
}

/*
 * The first look was taken with the whole course's, when it was planned. It is taken again where
 * time has passed or another block has the id too, and where val cannot refuse a second row by
 * itself: a kind that registers in one step says EXISTS to what came meanwhile.
 */
static bool planned_answer_holds(const struct trip *trip)
{
	const struct val_video *planned = &trip->video->val;

	return trip->ferry->first_try && trip->ferry->val->ops->register_new &&
	       trip->video->before < 0 && planned->presence == VAL_ABSENT && planned->rows_complete &&
	       !planned->actual_id;
}

/*
 * The journal knows a row of this id, or cannot be asked: a block of another course has registered
 * it since the course was planned. Held against that old answer it would seem to be removed.
 */
static bool is_older_than_journal(const struct trip *trip)
{
	bool older = false;

	for (size_t i = 0; i < trip->expected.count && !older; i++) {
		struct journal_row line = {0};

		older = reader_registered(trip->ferry->reader, trip->video->val_id,
					  trip->expected.items[i].language, &line, NULL) != RESULT_MISSING;
		journal_row_clear(&line);
	}
	return older;
}

/* The questions to the status database share one look at it, where nothing has to be waited for
   between them. */
static bool begin_look(struct trip *trip)
{
	bool one_look = !trip->val.row_count && !trip->ferry->dry;

	if (one_look)
		reader_begin(trip->ferry->reader, NULL);
	return one_look;
}

static void end_look(struct trip *trip, bool one_look)
{
	if (one_look)
		reader_end(trip->ferry->reader);
}

/* @planned: val's answer is that of the plan. */
static void compare(struct trip *trip, bool planned)
{
	bool one_look = begin_look(trip);

	if (planned && is_older_than_journal(trip)) {
		end_look(trip, one_look);
		if (trip_look_up(trip) != RESULT_OK)
			return;
		one_look = begin_look(trip);
	}
	trip_check_case(trip);
	trip_sort_out(trip);
	end_look(trip, one_look);
	compare_extra(trip->ferry->reader, trip->plan, trip->video, &trip->expected, &trip->val,
		      &trip->out->report);
}

static void travel(struct trip *trip)
{
	struct transaction *out = trip->out;
	bool planned = planned_answer_holds(trip);

	if (planned) {
		trip->val.presence = VAL_ABSENT;
		trip->val.rows_complete = true;
	} else {
		trip_look_up(trip);
	}
	if (out->end == TRANSACTION_DONE)
		compare(trip, planned);
	if (out->end == TRANSACTION_DONE && (trip->expected.stops || trip_looks_again(trip)))
		stop(trip);
	else if (out->end == TRANSACTION_DONE && trip->ferry->dry)
		predict(trip);
	else if (out->end == TRANSACTION_DONE && trip->wanted_count && announce(trip) &&
		 through(trip, trip->ferry->store_gate, put_files))
		through(trip, trip->ferry->val_gate, register_video);
	journal_left(trip);
	if (out->end == TRANSACTION_DONE)
		note_link(trip);
	else
		leave(trip);
	/* what was done is journalled by the next try; a report with holes would not be true */
	if (out->report.failed && out->end == TRANSACTION_DONE) {
		out->end = TRANSACTION_AGAIN;
		error_set(&out->error, RESULT_NOMEM, "out of memory");
	}
}

void transaction_run(const struct ferry *ferry, const struct plan *plan,
		     const struct plan_video *video, const struct video_files *files,
		     struct transaction *out)
{
	struct trip trip = {.ferry = ferry, .plan = plan, .video = video, .out = out};
	struct error err = {0};

	memset(out, 0, sizeof(*out));
	trip.block = plan_block_name(video->block);
	trip.wanted = calloc(video->transcript_count + 1, sizeof(*trip.wanted));
	if (!trip.block || !trip.wanted ||
	    expect_video(video, files, &ferry->expect, &trip.expected, &out->report, &err) != RESULT_OK) {
		out->end = TRANSACTION_AGAIN;
		error_set(&out->error, RESULT_NOMEM, "out of memory");
	} else {
		travel(&trip);
	}
	expectations_clear(&trip.expected);
	val_video_clear(&trip.val);
	free(trip.wanted);
	free(trip.block);
}

void transaction_clear(struct transaction *transaction)
{
	report_clear(&transaction->report);
}
