/*
 * The pager: looks for what has changed, reads the page a screen asks for, and publishes it with
 * all that stands beside it as one immutable snapshot.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/http.h"

#define LOOK_EVERY 100 /* ms: how often the pager looks for something new */
#define LONG_READ 50   /* ms: a page that took so long is not read anew at each look ... */
#define REST 1000      /* ms ... but so long after it at the earliest, as one that failed */

/* ---- publishing -------------------------------------------------------------------------- */

static void wake(struct desk *desk)
{
	if (write(desk->wake_write, "", 1) < 0) {
		/* the pipe is full: whoever reads it will wake all the same */
	}
}

/*
 * A snapshot is thousands of small pieces. The screen's thread, which may hold the last reference
 * to an old one, should not spend a key's time on freeing them: they are kept until nobody else
 * has them, and freed by the thread that publishes.
 */
static void retire(struct desk *desk, struct snapshot *old)
{
	size_t kept = 0;

	for (size_t i = 0; i < desk->retired_count; i++) {
		if (snapshot_is_shared(desk->retired[i]))
			desk->retired[kept++] = desk->retired[i];
		else
			snapshot_unref(desk->retired[i]);
	}
	desk->retired_count = kept;
	if (old && kept < DESK_RETIRED)
		desk->retired[desk->retired_count++] = old;
	else
		snapshot_unref(old);
}

/* Of one thread at a time. */
static void publish(struct desk *desk, struct snapshot *snap)
{
	struct snapshot *old;

	pthread_mutex_lock(&desk->lock);
	old = desk->newest;
	snap->generation = old ? old->generation + 1 : 1;
	desk->newest = snap;
	pthread_mutex_unlock(&desk->lock);
	wake(desk);
	retire(desk, old);
}

/* ---- looking ----------------------------------------------------------------------------- */

/* What makes a snapshot differ from the one before, beside the database. */
struct seen {
	int64_t version;
	uint64_t request, message, diff, story, compared, question, boards;
	int64_t under_way, second, minute, workers, rate;
	char place[40]; /* how its words begin: removed, or replaced */
	bool engine, tried, scanned, waits, validating, roster;
	char hold[320];
	int allowed;
	int64_t flag_waits;
	char slowed_by[64];
	struct desk_waiting waiting;
};

/* Lock held; what has locks of its own was looked at before, as their holders may be slow. */
static void see(struct desk *desk, const struct engine_state *state, const struct http_load *load,
		int64_t version, struct seen *out)
{
	memset(out, 0, sizeof(*out));
	out->allowed = load->allowed;
	snprintf(out->slowed_by, sizeof(out->slowed_by), "%s", load->slowed_by);
	out->version = version;
	out->flag_waits = tell_flag_waits(desk);
	out->request = desk->request_serial;
	out->message = desk->messages.newest;
	out->diff = desk->diff_serial;
	out->story = desk->story_serial;
	out->compared = desk->compared.serial;
	out->question = desk->question_serial;
	out->waiting = desk->waiting;
	out->boards = desk->request.kind == PAGE_BOARD ? desk->boards_serial : 0;
	out->engine = state;
	out->tried = desk->engine_tried;
	out->scanned = desk->scanned;
	out->validating = desk->validating;
	if (!state)
		return;
	out->under_way = state->under_way;
	out->waits = state->waits_for_go;
	out->workers = state->workers;
	out->rate = state->rate;
	memcpy(out->hold, state->hold, sizeof(out->hold));
	/* rates move on while there is something to show in them */
	for (int i = 0; i < PROGRESS_SECONDS; i++)
		if (state->progress.done[i] > 0 || state->progress.errors[i] > 0)
			out->second = state->progress.second;
	for (int i = 0; i < PROGRESS_MINUTES; i++)
		if (state->progress.minutes[i] > 0 || state->progress.minute_errors[i] > 0)
			out->minute = state->progress.second / 60;
}

/* False if its page could not be read, for what may have passed in a moment. Lock not held. */
static bool make_snapshot(struct desk *desk, struct reader *reader, struct roster *roster,
			  const struct page_request *request, const struct engine_state *state,
			  bool scanned, const struct error *place)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));
	bool whole;

	if (!snap)
		return false;
	snap->refs = 1;
	snap->scanned = scanned; /* as it was before the page is read: what was found is in it */
	page_read(reader, roster, clock_wall(desk->campus->clock), request, snap);
	if (snap->loading) { /* given up: another page is on its way */
		snapshot_unref(snap);
		return true;
	}
	whole = !snap->problem[0];
	tell_snapshot(desk, reader, state, snap);
	if (place->result != RESULT_OK) { /* what could be read is of the past */
		snprintf(snap->problem, sizeof(snap->problem), "%.250s", place->text);
		snprintf(snap->hold, sizeof(snap->hold), "as the %.300s", place->text);
	}
	publish(desk, snap);
	return whole;
}

/* The first snapshot is there before the threads: a screen never finds none. */
enum result pager_first(struct desk *desk, const char *problem, struct error *err)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));

	if (!snap)
		return error_set(err, RESULT_NOMEM, "out of memory");
	snap->refs = 1;
	snap->loading = true;
	snap->found = -1;
	tell_campus(desk, snap);
	tell_messages(desk, snap);
	snprintf(snap->problem, sizeof(snap->problem), "%.250s", problem);
	snprintf(snap->eta_reason, sizeof(snap->eta_reason), "starting");
	publish(desk, snap);
	return RESULT_OK;
}

/* The same list, wherever in it one looks. */
static bool same_question(const struct page_request *a, const struct page_request *b)
{
	return a->kind == b->kind && a->course == b->course && a->video == b->video &&
	       a->code == b->code && a->find_serial == b->find_serial && !strcmp(a->filter, b->filter);
}

/*
 * Of the pager's reader: nobody waits any more for a long list that is being looked through. A
 * cursor that moves on in it is no reason: pages would never be done while a key is held down.
 */
static bool is_stale(void *arg)
{
	struct desk *desk = arg;
	bool stale;

	pthread_mutex_lock(&desk->lock);
	stale = desk->ends || !same_question(&desk->reading, &desk->request);
	pthread_mutex_unlock(&desk->lock);
	return stale;
}

static bool may_be_long(const struct page_request *request)
{
	return request->kind == PAGE_GROUPS || request->kind == PAGE_FINDINGS ||
	       request->kind == PAGE_LOG;
}

/* Only what nobody pressed a key for differs from what was told last. */
static bool can_wait(const struct seen *now, const struct seen *last)
{
	return now->request == last->request && now->message == last->message &&
	       now->diff == last->diff && now->story == last->story && now->compared == last->compared &&
	       now->waits == last->waits && now->question == last->question &&
	       now->boards == last->boards && now->roster == last->roster &&
	       !memcmp(&now->waiting, &last->waiting, sizeof(now->waiting));
}

/* Asked for something, or a while has passed, or it is @due. Lock held. */
static void wait_for_question(struct desk *desk, int64_t due)
{
	struct clock *clock = desk->campus->clock;
	int64_t until = clock_now(clock) + LOOK_EVERY;

	clock_wait(clock, &desk->turn, &desk->lock, until < due ? until : due);
}

/* The file that is read may be nobody's any more. Told once, as it may be a viewer that nobody asks
   anything. Lock not held. */
static void look_at_place(struct desk *desk, struct error *place)
{
	bool was_there = place->result == RESULT_OK;

	memset(place, 0, sizeof(*place));
	if (status_in_place(desk->campus->status, place) != RESULT_OK && was_there)
		desk_say(desk, FINDING_ERROR, "%s", place->text);
}

/*
 * The first page is read from the tables as they are, so that it is there at once; then the
 * roster is loaded, and answers from there on.
 */
static void page_on(struct desk *desk, struct reader *reader, struct roster *roster)
{
	struct clock *clock = desk->campus->clock;
	struct seen now, last = {.version = -1};
	/* an engine commits between any two looks: not each is worth a walk that keys wait for */
	int64_t rest_until = 0, began, next_place = 0;
	struct error place = {0};
	bool listed = false, whole = true;

	if (!desk->request_serial && !desk->ends)
		wait_for_question(desk, INT64_MAX);
	while (!desk->ends) {
		struct engine *engine = desk->engine;
		struct engine_state state = {0};
		struct page_request request;
		struct desk_waiting waiting;
		struct http_load load;
		int64_t version, due;

		desk->pager_looks = engine != NULL;
		pthread_mutex_unlock(&desk->lock);
		version = reader_version(reader);
		tell_look_at_load(desk, &load);
		due = waits_look(desk, &waiting);
		if (clock_now(clock) >= next_place) {
			look_at_place(desk, &place);
			next_place = clock_now(clock) + REST;
		}
		if (engine)
			engine_state(engine, &state);
		pthread_mutex_lock(&desk->lock);
		desk->waiting = waiting;
		if (desk->pager_looks && !desk->engine) /* somebody waits for it: clerk.c */
			pthread_cond_broadcast(&desk->turn);
		desk->pager_looks = false;
		request = desk->request;
		see(desk, engine ? &state : NULL, &load, version, &now);
		snprintf(now.place, sizeof(now.place), "%.39s", place.text);
		now.roster = listed || *request.filter;
		began = clock_now(clock);
		if ((!whole || memcmp(&now, &last, sizeof(now))) &&
		    (began >= rest_until || !can_wait(&now, &last))) {
			last = now;
			desk->reading = request;
			pthread_mutex_unlock(&desk->lock);
			reader_interrupt_when(reader, may_be_long(&request) ? is_stale : NULL, desk);
			whole = make_snapshot(desk, reader, now.roster ? roster : NULL, &request,
					      engine ? &state : NULL, now.scanned, &place);
			reader_interrupt_when(reader, NULL, NULL);
			rest_until = clock_now(clock);
			rest_until = !whole || rest_until - began >= LONG_READ ? rest_until + REST : 0;
			pthread_mutex_lock(&desk->lock);
		}
		if (!listed)
			listed = true;
		else if (!desk->ends && last.request == desk->request_serial)
			wait_for_question(desk, due);
	}
}

/* What cannot be read is shown as that, and read as soon as it can be; false: the desk ends. Lock held
   on entry and exit. */
static bool open_both(struct desk *desk, struct reader **reader, struct roster **roster)
{
	struct clock *clock = desk->campus->clock;
	struct error err = {0};

	while (!desk->ends) {
		pthread_mutex_unlock(&desk->lock);
		if (!*roster)
			roster_new(roster, &err);
		if (*roster)
			reader_open(reader, status_path(desk->campus->status), &err);
		if (!*reader)
			pager_first(desk, err.text, NULL);
		pthread_mutex_lock(&desk->lock);
		if (*reader)
			return true;
		for (int64_t next = clock_now(clock) + REST; !desk->ends && clock_now(clock) < next;)
			clock_wait(clock, &desk->turn, &desk->lock, next);
	}
	return false;
}

void *pager_main(void *arg)
{
	struct desk *desk = arg;
	struct reader *reader = NULL;
	struct roster *roster = NULL;

	pthread_mutex_lock(&desk->lock);
	if (open_both(desk, &reader, &roster))
		page_on(desk, reader, roster);
	pthread_mutex_unlock(&desk->lock);
	roster_free(roster);
	reader_close(reader);
	return NULL;
}
