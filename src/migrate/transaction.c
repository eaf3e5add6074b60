#include "config.h"

#include "src/migrate/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "src/migrate/compare.h"

/* "Outcome unknown" is answered with the same request, this often. */
#define SAME_REQUEST 3

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

static struct transcript_row *row_of(struct trip *trip, const struct expectation *x)
{
	return &trip->out->report.transcripts[x->row];
}

/* ---- how a try ends ---------------------------------------------------------------------- */

/* Ends the try with a failure of @endpoint, over one language or over all of them (""); the
   finding says it in the server's own words. */
static void fail_over(struct trip *trip, const char *endpoint, const char *language,
		      enum result result, const char *text)
{
	bool val = !strcmp(endpoint, "val");
	bool transient = result_is_transient(result) || result == RESULT_NOMEM;
	enum finding_code code =
		result == RESULT_CONFLICT && !val ? FINDING_STORE_CONFLICT
		: transient ? (val ? FINDING_VAL_UNREACHABLE : FINDING_STORE_UNREACHABLE)
			    : (val ? FINDING_VAL_REFUSED : FINDING_STORE_REFUSED);

	trip->out->end = transient ? TRANSACTION_AGAIN : TRANSACTION_FAILED;
	if (result == RESULT_UNREACHABLE)
		trip->out->unreachable = endpoint;
	error_set(&trip->out->error, result, "%s", text);
	report_finding(&trip->out->report, code, false, trip->block, language, "", "%s", text);
}

static void fail(struct trip *trip, const char *endpoint, enum result result, const char *text)
{
	fail_over(trip, endpoint, "", result, text);
}

/* The journal could not be written, or asked: nothing more may be written anywhere. */
static void fail_journal(struct trip *trip, enum result result, const char *text)
{
	trip->out->end = TRANSACTION_AGAIN;
	trip->out->unreachable = "status";
	error_set(&trip->out->error, result, "%s", text);
}

/* What the status database answered is known: there, or not there. */
static bool is_known(struct trip *trip, enum result result, const struct error *err)
{
	if (result == RESULT_OK || result == RESULT_MISSING)
		return true;
	fail_journal(trip, result, err->text);
	return false;
}

/* A second look at the files comes first. */
static bool looks_again(const struct trip *trip)
{
	return trip->expected.second_read && !trip->ferry->final_read;
}

/* ---- the journal, before a write --------------------------------------------------------- */

static void add_intent(struct trip *trip, const struct expectation *x, struct report *lines)
{
	report_journal(lines, "intent", trip->video->val_id, x->language, x->object, x->sha256,
		       (int64_t)x->converted.sjson.len);
}

/* Commits @lines, and clears them; false when that cannot be: then nothing may be written. */
static bool commit_intents(struct trip *trip, struct report *lines)
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
		fail_journal(trip, st, err.text);
	return st == RESULT_OK;
}

/* ---- 1. what val has --------------------------------------------------------------------- */

static enum result look_up(struct trip *trip)
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
		fail(trip, "val", st, err.text);
	return st;
}

/* An id that differs in case only from one of val or of another planned block (design 4). */
static void check_case(struct trip *trip)
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
		is_known(trip, st, &err);
	free(twin);
	free(block);
}

/* ---- what val has is kept, and compared -------------------------------------------------- */

static void note_difference(struct trip *trip, const struct expectation *x, const char *val_object,
			    const struct comparison *c)
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
	bool same = is_known(trip, st, &err) && st == RESULT_OK && !strcmp(ours.object, row->name) &&
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

	if (f->mend != FINDING_OBJECT_MISSING || f->dry || trip->expected.stops || looks_again(trip) ||
	    !is_journalled(trip, x, row))
		return false;
	add_intent(trip, x, &lines);
	if (!commit_intents(trip, &lines))
		return false;
	st = f->store->ops->put(f->store, &object, 1, &err);
	if (st != RESULT_OK) {
		fail(trip, "store", st, err.text);
		return false;
	}
	report_journal(&trip->out->report, "put", trip->video->val_id, x->language, row->name, x->sha256,
		       (int64_t)object.len);
	return true;
}

/*
 * Val names the object that this video put there. So does one that our journal announced but
 * never saw the end of: a try that was cut off between val's commit and ours; it is journalled
 * now. What another video of the same id registered is kept.
 */
static bool registered_by_us(struct trip *trip, const struct expectation *x)
{
	struct journal_row line = {0};
	enum result st;
	bool announced;

	if (compare_registered(trip->ferry->reader, trip->video, x))
		return true;
	st = reader_announced(trip->ferry->reader, trip->video->val_id, x->language, &line, NULL);
	announced = st == RESULT_OK && line.video_id == trip->video->id &&
		    !strcmp(line.object, x->object);
	journal_row_clear(&line);
	if (announced && !trip->ferry->dry)
		report_journal(&trip->out->report, "register", trip->video->val_id, x->language, x->object,
			       x->sha256, (int64_t)x->converted.sjson.len);
	return announced;
}

static void keep(struct trip *trip, const struct expectation *x, const struct val_row *row)
{
	struct transcript_row *t = row_of(trip, x);
	struct comparison c;
	bool ours = row->name && !strcmp(row->name, x->object);

	t->in_val = VAL_PRESENT;
	report_set(&trip->out->report, &t->val_object, row->name ? row->name : "");
	compare_stored(trip->ferry->store, x, row, ours ? LEVEL_SIZE : LEVEL_BYTES,
		       trip->ferry->expect.max_transcript, &c);
	if (c.compare == COMPARE_MISSING && put_again(trip, x, row))
		compare_stored(trip->ferry->store, x, row, LEVEL_SIZE,
			       trip->ferry->expect.max_transcript, &c);
	t->compare = c.compare;
	t->level = c.level;
	report_set(&trip->out->report, &t->detail, c.detail);
	t->outcome = ours && registered_by_us(trip, x) ? OUTCOME_MIGRATED : OUTCOME_KEPT;
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
	return !is_known(trip, st, &err) || st == RESULT_OK;
}

/* Dry: an earlier block of the same id would have given this language by now. */
static bool given_by_sibling(struct trip *trip, const struct expectation *x)
{
	struct transcript_row *t = row_of(trip, x);
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
	struct transcript_row *t = row_of(trip, x);

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

/* Sorts the languages: kept, removed, or to be stored and registered now. */
static void sort_out(struct trip *trip)
{
	for (size_t i = 0; i < trip->expected.count; i++)
		if (!trip->expected.items[i].text)
			do_without_text(trip, &trip->expected.items[i]);
	for (size_t i = 0; i < trip->expected.count; i++) {
		const struct expectation *x = &trip->expected.items[i];
		enum val_presence has = val_video_has(&trip->val, x->language);
		const struct val_row *row = val_video_row(&trip->val, x->language);
		struct transcript_row *t = row_of(trip, x);

		if (!x->text)
			continue;
		t->in_val = has;
		if (row)
			keep(trip, x, row);
		else if (has == VAL_ABSENT && was_removed(trip, x))
			continue;
		else if (!given_by_sibling(trip, x))
			trip->wanted[trip->wanted_count++] = i;
	}
}

/* ---- 3. to 6. ---------------------------------------------------------------------------- */

static bool announce(struct trip *trip)
{
	struct report lines = {0};

	for (size_t i = 0; i < trip->wanted_count; i++)
		add_intent(trip, &trip->expected.items[trip->wanted[i]], &lines);
	return commit_intents(trip, &lines);
}

static bool put_files(struct trip *trip)
{
	const struct ferry *f = trip->ferry;
	struct store_object *objects = calloc(trip->wanted_count, sizeof(*objects));
	const char *language = "";
	struct error err = {0};
	enum result st;

	if (!objects) {
		fail(trip, "store", RESULT_NOMEM, "out of memory");
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
		fail_over(trip, "store", language, st, err.text);
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
		fail(trip, "val", st, err.text);
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
	struct transcript_row *t = row_of(trip, x);

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
		fail(trip, "val", RESULT_NOMEM, "out of memory");
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
		fail(trip, "val", st == RESULT_MISSING ? RESULT_RETRY : st, err.text);
	return st == RESULT_OK;
}

/* Val has it already, and cannot tell what: ours if the journal says so. */
static void keep_unseen(struct trip *trip, const struct expectation *x)
{
	struct transcript_row *t = row_of(trip, x);

	if (compare_registered(trip->ferry->reader, trip->video, x)) {
		t->outcome = OUTCOME_MIGRATED;
		return;
	}
	t->compare = COMPARE_UNKNOWN;
	report_finding(&trip->out->report, FINDING_VAL_UNREAD, false, trip->block, x->language, "",
		       "edx-val has it already, and cannot tell what it holds");
}

/* Reads back what val can tell; whoever was faster than we, or overtook us, is seen here. */
static bool confirm(struct trip *trip)
{
	if (look_up(trip) != RESULT_OK)
		return false;
	for (size_t i = 0; i < trip->wanted_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];
		const struct val_row *row = val_video_row(&trip->val, x->language);
		struct transcript_row *t = row_of(trip, x);
		bool overtaken;

		if (!row && val_video_has(&trip->val, x->language) == VAL_ABSENT) {
			fail(trip, "val", RESULT_RETRY, "edx-val took a row and does not list it");
			return false;
		}
		if (!row && t->outcome == OUTCOME_KEPT) {
			keep_unseen(trip, x);
		} else if (row && (t->outcome == OUTCOME_KEPT ||
				   (row->name && strcmp(row->name, x->object)))) {
			overtaken = t->outcome != OUTCOME_KEPT;
			keep(trip, x, row);
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

		if (row_of(trip, x)->outcome != OUTCOME_MIGRATED)
			report_journal(&trip->out->report, "put", trip->video->val_id, x->language,
				       x->object, x->sha256, (int64_t)x->converted.sjson.len);
	}
}

/* The blocks' own fields do not name the id that we made. */
static void note_link(struct trip *trip)
{
	bool in_val = false;

	for (size_t i = 0; i < trip->expected.count; i++) {
		const struct transcript_row *t = row_of(trip, &trip->expected.items[i]);

		in_val |= t->in_val == VAL_PRESENT || t->outcome == OUTCOME_WOULD;
	}
	if (trip->video->link && in_val)
		report_finding(&trip->out->report, FINDING_LINK_PENDING, false, trip->block, "", "",
			       "the block does not name %s yet", trip->video->val_id);
}

static void predict(struct trip *trip)
{
	for (size_t i = 0; i < trip->wanted_count; i++) {
		const struct expectation *x = &trip->expected.items[trip->wanted[i]];

		row_of(trip, x)->outcome = OUTCOME_WOULD;
		if (trip->ferry->forecast &&
		    !forecast_add(trip->ferry->forecast, trip->video->val_id, x->language, x->sha256))
			fail(trip, "val", RESULT_NOMEM, "out of memory");
	}
	trip->out->registered = (int64_t)trip->wanted_count;
}

/* Languages that do not reach val in this try. */
static void leave(struct trip *trip)
{
	for (size_t i = 0; i < trip->expected.count; i++) {
		const struct expectation *x = &trip->expected.items[i];

		if (x->text && row_of(trip, x)->outcome == OUTCOME_PLANNED)
			row_of(trip, x)->outcome = OUTCOME_FAILED;
	}
}

static void stop(struct trip *trip)
{
	const struct finding_row *why = report_stopping(&trip->out->report);

	trip->out->end = looks_again(trip) ? TRANSACTION_LOOK_AGAIN : TRANSACTION_FAILED;
	if (why)
		error_set(&trip->out->error, RESULT_INVALID, "%s%s%s: %s", finding_info(why->code)->name,
			  *why->language ? " " : "", why->language, why->text);
}

static bool register_video(struct trip *trip)
{
	return make_video(trip) && register_rows(trip) && confirm(trip);
}

/* A stage of the transaction at one of the two ends: so many are let in at a time. */
static bool through(struct trip *trip, sem_t *gate, bool (*stage)(struct trip *trip))
{
	bool done;

	while (gate && sem_wait(gate))
		; /* a signal came between */
	done = stage(trip);
	if (gate)
		sem_post(gate);
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

static void compare(struct trip *trip)
{
	/* the questions to the status database share one look at it, where nothing has to be
	   waited for between them */
	bool one_look = !trip->val.row_count && !trip->ferry->dry;

	if (one_look)
		reader_begin(trip->ferry->reader, NULL);
	check_case(trip);
	sort_out(trip);
	if (one_look)
		reader_end(trip->ferry->reader);
	compare_extra(trip->ferry->reader, trip->plan, trip->video, &trip->expected, &trip->val,
		      &trip->out->report);
}

static void travel(struct trip *trip)
{
	struct transaction *out = trip->out;

	if (planned_answer_holds(trip)) {
		trip->val.presence = VAL_ABSENT;
		trip->val.rows_complete = true;
	} else {
		look_up(trip);
	}
	if (out->end == TRANSACTION_DONE)
		compare(trip);
	if (out->end == TRANSACTION_DONE && (trip->expected.stops || looks_again(trip)))
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
