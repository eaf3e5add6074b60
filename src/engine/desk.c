#include "config.h"

#include "src/engine/desk.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/http.h"
#include "src/base/signals.h"
#include "src/engine/desk_internal.h"

#define LOOK_EVERY 100 /* ms: how often the pager looks for something new */
#define LONG_READ 50   /* ms: a page that took so long is not read anew at each look ... */
#define REST 1000      /* ms ... but so long after it at the earliest, as one that failed */

/* ---- telling ----------------------------------------------------------------------------- */

static void wake(struct desk *desk)
{
	if (write(desk->wake_write, "", 1) < 0) {
		/* the pipe is full: whoever reads it will wake all the same */
	}
}

void desk_say(struct desk *desk, enum finding_severity severity, const char *fmt, ...)
{
	va_list args;

	pthread_mutex_lock(&desk->lock);
	va_start(args, fmt);
	vsnprintf(desk->message, sizeof(desk->message), fmt, args);
	va_end(args);
	desk->message_severity = severity;
	desk->message_serial++;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
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

/* ---- the pager: what a snapshot says besides its page ------------------------------------- */

static void tell_campus(const struct desk *desk, struct snapshot *snap)
{
	const struct conf *conf = desk->campus->conf;

	snprintf(snap->campus, sizeof(snap->campus), "%s", conf->name);
	snprintf(snap->environment, sizeof(snap->environment), "%s", conf->environment);
	snprintf(snap->mode, sizeof(snap->mode), "%s", campus_mode(desk->campus, false));
	snap->tls_unverified = campus_tls_unverified(desk->campus);
}

/* "03:12:41" as the clock on the screen says it. */
static const char *local_time(int64_t wall, char *out, size_t size)
{
	time_t seconds = (time_t)(wall / 1000000);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || !strftime(out, size, "%H:%M:%S", &tm))
		snprintf(out, size, "?");
	return out;
}

/* The hold's reason last: it is what may be too long for a screen. */
static void tell_hold(struct snapshot *snap, const char *hold, int64_t since)
{
	char when[32];

	if (*hold)
		snprintf(snap->hold, sizeof(snap->hold), "since %.8s: %.140s",
			 local_time(since, when, sizeof(when)), hold);
}

/* What other processes are told of the engine: this one is a viewer. */
static void tell_holder(struct reader *reader, struct snapshot *snap)
{
	struct holder_row holder = {0};
	char since[32];

	snprintf(snap->mode, sizeof(snap->mode), "viewer");
	if (reader_holder(reader, &holder, NULL) == RESULT_OK && holder.held) {
		snprintf(snap->engine, sizeof(snap->engine), "engine: %.40s@%.40s, pid %lld, since %.5s",
			 holder.who, holder.host, (long long)holder.pid,
			 local_time(holder.since, since, sizeof(since)));
		tell_hold(snap, holder.hold, holder.hold_since);
		snap->under_way = holder.under_way;
	} else {
		snprintf(snap->engine, sizeof(snap->engine), "no engine");
		snprintf(snap->eta_reason, sizeof(snap->eta_reason), "no engine");
	}
	holder_row_clear(&holder);
}

/* What the intents in force still want, as far as it can be estimated. */
static struct progress_work work_left(const struct totals *t, bool held)
{
	struct progress_work work = {
		.videos = t->wanted_videos - t->wanted_tried, .unplanned = t->wanted_unplanned,
		.planned = t->courses[COURSE_IN_PROGRESS] + t->courses[COURSE_MIGRATED] +
			   t->courses[COURSE_FAILED],
		.held = held};

	if (t->videos)
		work.per_video = (double)t->counts.expected / (double)t->videos;
	if (work.planned)
		work.per_course = (double)t->counts.expected / (double)work.planned;
	return work;
}

static bool all_ended(const struct totals *t)
{
	return t->courses[COURSE_MIGRATED] + t->courses[COURSE_FAILED] > 0 &&
	       !t->courses[COURSE_NOT_MIGRATED] && !t->courses[COURSE_IN_PROGRESS];
}

static void tell_eta(const struct desk *desk, const struct engine_state *state, struct snapshot *snap)
{
	struct progress_work work = work_left(&snap->totals, *state->hold);
	struct progress_left left = progress_left(&state->progress, &work);
	int64_t now = clock_wall(desk->campus->clock);
	const char *reason = left.reason;

	if (!snap->counted) {
		left = (struct progress_left){0};
		reason = "counting";
	} else if (!snap->totals.wanted) {
		left = (struct progress_left){0};
		reason = snap->totals.paused ? "paused"
			 : all_ended(&snap->totals) ? "every course has ended" : "nothing launched";
	}
	if (*state->hold)
		reason = "held";
	snprintf(snap->eta_reason, sizeof(snap->eta_reason), "%s", reason);
	snap->left_low = left.low;
	snap->left_high = left.high;
	if (*state->hold)
		return;
	snap->eta_low = left.low ? now + left.low * 1000000 : 0;
	snap->eta_high = left.high ? now + left.high * 1000000 : 0;
}

static void tell_engine(const struct desk *desk, const struct engine_state *state,
			struct snapshot *snap)
{
	snap->engine_here = true;
	snap->waits_for_go = state->waits_for_go;
	snap->under_way = state->under_way;
	snap->pausing = state->pausing;
	snap->rate = progress_rate(&state->progress, 10);
	memcpy(snap->history, state->progress.done, sizeof(snap->history));
	memcpy(snap->errors, state->progress.errors, sizeof(snap->errors));
	memcpy(snap->minutes, state->progress.minutes, sizeof(snap->minutes));
	memcpy(snap->minute_errors, state->progress.minute_errors, sizeof(snap->minute_errors));
	snprintf(snap->engine, sizeof(snap->engine), "engine here, %lld workers",
		 (long long)state->workers);
	tell_hold(snap, state->hold, state->hold_since);
	tell_eta(desk, state, snap);
}

/* How the adaptive limit stands; all 0 at full speed, when there is nothing to tell. */
static void look_at_load(const struct desk *desk, struct http_load *out)
{
	memset(out, 0, sizeof(*out));
	if (desk->campus->http)
		http_load(desk->campus->http, out);
	if (out->allowed >= out->most)
		memset(out, 0, sizeof(*out));
}

static void tell_load(const struct desk *desk, struct snapshot *snap)
{
	struct http_load load;

	look_at_load(desk, &load);
	snap->allowed = load.allowed;
	snap->most = load.most;
	memcpy(snap->slowed_by, load.slowed_by, sizeof(snap->slowed_by));
}

/* What makes a snapshot differ from the one before, beside the database. */
struct seen {
	int64_t version;
	uint64_t request, message, diff, story;
	int64_t under_way, second, minute;
	bool engine, tried, waits, validating, roster;
	char hold[160];
	int allowed;
	char slowed_by[64];
};

/* Lock held; what has locks of its own was looked at before, as their holders may be slow. */
static void see(struct desk *desk, const struct engine_state *state, const struct http_load *load,
		int64_t version, struct seen *out)
{
	memset(out, 0, sizeof(*out));
	out->allowed = load->allowed;
	snprintf(out->slowed_by, sizeof(out->slowed_by), "%s", load->slowed_by);
	out->version = version;
	out->request = desk->request_serial;
	out->message = desk->message_serial;
	out->diff = desk->diff_serial;
	out->story = desk->story_serial;
	out->engine = state;
	out->tried = desk->engine_tried;
	out->validating = desk->validating;
	if (!state)
		return;
	out->under_way = state->under_way;
	out->waits = state->waits_for_go;
	memcpy(out->hold, state->hold, sizeof(out->hold));
	/* rates move on while there is something to show in them */
	for (int i = 0; i < PROGRESS_SECONDS; i++)
		if (state->progress.done[i] > 0 || state->progress.errors[i] > 0)
			out->second = state->progress.second;
	for (int i = 0; i < PROGRESS_MINUTES; i++)
		if (state->progress.minutes[i] > 0 || state->progress.minute_errors[i] > 0)
			out->minute = state->progress.second / 60;
}

/* The cues belong to the request they were read for. */
static void tell_diff(struct desk *desk, struct snapshot *snap)
{
	const struct page_request *request = &snap->request;

	if (request->kind != PAGE_DIFF || !*request->language)
		return;
	pthread_mutex_lock(&desk->lock);
	if (desk->diff && desk->diff_for.video == request->video &&
	    !strcmp(desk->diff_for.language, request->language))
		snap->diff = diff_ref(desk->diff);
	else if ((snap->diff = diff_new())) {
		snap->diff->loading = true;
		memcpy(snap->diff->stage, desk->diff_stage, sizeof(snap->diff->stage));
	}
	pthread_mutex_unlock(&desk->lock);
}

static bool has_tried(struct desk *desk)
{
	bool tried;

	pthread_mutex_lock(&desk->lock);
	tried = desk->engine_tried;
	pthread_mutex_unlock(&desk->lock);
	return tried;
}

/* Whether this process becomes the engine or a viewer is not known in the first moment. */
static void tell_start(struct snapshot *snap)
{
	snprintf(snap->engine, sizeof(snap->engine), "starting");
	snprintf(snap->eta_reason, sizeof(snap->eta_reason), "starting");
}

/* False if its page could not be read, for what may have passed in a moment. Lock not held. */
static bool make_snapshot(struct desk *desk, struct reader *reader, struct roster *roster,
			  const struct page_request *request, bool engine,
			  const struct engine_state *state)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));
	bool whole;

	if (!snap)
		return false;
	snap->refs = 1;
	tell_campus(desk, snap);
	tell_load(desk, snap);
	page_read(reader, roster, clock_wall(desk->campus->clock), request, snap);
	if (snap->loading) { /* given up: another page is on its way */
		snapshot_unref(snap);
		return true;
	}
	whole = !snap->problem[0];
	if (engine)
		tell_engine(desk, state, snap);
	else if (has_tried(desk))
		tell_holder(reader, snap);
	else
		tell_start(snap);
	tell_diff(desk, snap);
	story_show(desk, snap);
	pthread_mutex_lock(&desk->lock);
	memcpy(snap->message, desk->message, sizeof(snap->message));
	snap->message_severity = desk->message_severity;
	snap->message_serial = desk->message_serial;
	if (desk->validating)
		snprintf(snap->engine + strlen(snap->engine), sizeof(snap->engine) - strlen(snap->engine),
			 ", validating, %zu more", desk->validate_count);
	pthread_mutex_unlock(&desk->lock);
	publish(desk, snap);
	return whole;
}

/* The first snapshot is there before the threads: a screen never finds none. */
static enum result first_snapshot(struct desk *desk, const char *problem, struct error *err)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));

	if (!snap)
		return error_set(err, RESULT_NOMEM, "out of memory");
	snap->refs = 1;
	snap->loading = true;
	snap->found = -1;
	tell_campus(desk, snap);
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
	       now->diff == last->diff && now->story == last->story && now->waits == last->waits &&
	       now->roster == last->roster;
}

/* Asked for something, or a while has passed. Lock held. */
static void wait_for_question(struct desk *desk)
{
	struct clock *clock = desk->campus->clock;

	clock_wait(clock, &desk->turn, &desk->lock, clock_now(clock) + LOOK_EVERY);
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
	int64_t rest_until = 0, began;
	bool listed = false, whole = true;

	if (!desk->request_serial && !desk->ends)
		wait_for_question(desk);
	while (!desk->ends) {
		struct engine *engine = desk->engine; /* once there, it stays */
		struct engine_state state = {0};
		struct page_request request;
		struct http_load load;
		int64_t version;

		pthread_mutex_unlock(&desk->lock);
		version = reader_version(reader);
		look_at_load(desk, &load);
		if (engine)
			engine_state(engine, &state);
		pthread_mutex_lock(&desk->lock);
		request = desk->request;
		see(desk, engine ? &state : NULL, &load, version, &now);
		now.roster = listed || *request.filter;
		began = clock_now(clock);
		if ((!whole || memcmp(&now, &last, sizeof(now))) &&
		    (began >= rest_until || !can_wait(&now, &last))) {
			last = now;
			desk->reading = request;
			pthread_mutex_unlock(&desk->lock);
			reader_interrupt_when(reader, may_be_long(&request) ? is_stale : NULL, desk);
			whole = make_snapshot(desk, reader, now.roster ? roster : NULL, &request, engine,
					      &state);
			reader_interrupt_when(reader, NULL, NULL);
			rest_until = clock_now(clock);
			rest_until = !whole || rest_until - began >= LONG_READ ? rest_until + REST : 0;
			pthread_mutex_lock(&desk->lock);
		}
		if (!listed)
			listed = true;
		else if (!desk->ends && last.request == desk->request_serial)
			wait_for_question(desk);
	}
}

void *pager_main(void *arg)
{
	struct desk *desk = arg;
	struct reader *reader = NULL;
	struct roster *roster = NULL;
	struct error err = {0};

	if (reader_open(&reader, status_path(desk->campus->status), &err) != RESULT_OK ||
	    roster_new(&roster, &err) != RESULT_OK) {
		first_snapshot(desk, err.text, NULL); /* and the last: no page can be read */
		reader_close(reader);
		return NULL;
	}
	pthread_mutex_lock(&desk->lock);
	page_on(desk, reader, roster);
	pthread_mutex_unlock(&desk->lock);
	roster_free(roster);
	reader_close(reader);
	return NULL;
}

/* ---- the desk's life ---------------------------------------------------------------------- */

static enum result start(pthread_t *thread, bool *runs, void *(*main)(void *), struct desk *desk,
			 struct error *err)
{
	sigset_t all, before;
	int failed;

	/* signals are the business of the thread that owns the terminal */
	signals_for_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(thread, NULL, main, desk);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	*runs = !failed;
	return failed ? error_set(err, RESULT_FATAL, "cannot start a thread: %s", strerror(failed))
		      : RESULT_OK;
}

enum result desk_new(struct desk **out, struct campus *campus, struct error *err)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	int pipe_fds[2];
	enum result st;

	*out = NULL;
	if (!desk)
		return error_set(err, RESULT_NOMEM, "out of memory");
	desk->campus = campus;
	desk->acts_end = &desk->acts;
	desk->request.status = -1;
	desk->request.code = -1;
	desk->wake_read = desk->wake_write = -1;
	pthread_mutex_init(&desk->lock, NULL);
	clock_cond_init(&desk->turn);
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0) {
		st = error_set(err, RESULT_FATAL, "cannot make a pipe");
	} else {
		desk->wake_read = pipe_fds[0];
		desk->wake_write = pipe_fds[1];
		st = first_snapshot(desk, "", err);
	}
	if (st == RESULT_OK)
		st = start(&desk->pager, &desk->pager_runs, pager_main, desk, err);
	if (st == RESULT_OK)
		st = start(&desk->clerk, &desk->clerk_runs, clerk_main, desk, err);
	if (st == RESULT_OK)
		st = start(&desk->auditor, &desk->auditor_runs, auditor_main, desk, err);
	if (st == RESULT_OK)
		st = start(&desk->differ, &desk->differ_runs, differ_main, desk, err);
	if (st == RESULT_OK)
		*out = desk;
	else
		desk_free(desk);
	return st;
}

void desk_stop(struct desk *desk)
{
	pthread_mutex_lock(&desk->lock);
	desk->stopping = true;
	__atomic_store_n(&desk->stop_validation, 1, __ATOMIC_RELAXED);
	if (desk->engine)
		engine_stop(desk->engine);
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

bool desk_idle(struct desk *desk)
{
	bool idle;

	pthread_mutex_lock(&desk->lock);
	idle = !desk->acts && !desk->choices && !desk->busy && !desk->validating &&
	       (!desk->engine || engine_idle(desk->engine));
	pthread_mutex_unlock(&desk->lock);
	return idle;
}

/* Lock held, or nobody else there. */
static void drop_diff(struct desk *desk)
{
	diff_unref(desk->diff);
	desk->diff = NULL;
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	desk_stop(desk);
	pthread_mutex_lock(&desk->lock);
	desk->ends = true;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
	if (desk->clerk_runs)
		pthread_join(desk->clerk, NULL);
	if (desk->auditor_runs)
		pthread_join(desk->auditor, NULL);
	if (desk->differ_runs)
		pthread_join(desk->differ, NULL);
	if (desk->pager_runs)
		pthread_join(desk->pager, NULL);
	engine_free(desk->engine);
	snapshot_unref(desk->newest);
	while (desk->retired_count)
		snapshot_unref(desk->retired[--desk->retired_count]);
	while (desk->acts) {
		struct desk_act *act = desk->acts;

		desk->acts = act->next;
		free(act->ids);
		free(act);
	}
	while (desk->choices) {
		struct desk_choice *choice = desk->choices;

		desk->choices = choice->next;
		free(choice);
	}
	drop_diff(desk);
	story_unref(desk->story);
	free(desk->to_validate);
	if (desk->wake_read >= 0) {
		close(desk->wake_read);
		close(desk->wake_write);
	}
	pthread_cond_destroy(&desk->turn);
	pthread_mutex_destroy(&desk->lock);
	free(desk);
}

/* ---- what the screen calls ---------------------------------------------------------------- */

struct snapshot *desk_acquire(struct desk *desk)
{
	struct snapshot *snap;

	pthread_mutex_lock(&desk->lock);
	snap = snapshot_ref(desk->newest);
	pthread_mutex_unlock(&desk->lock);
	return snap;
}

int desk_wake_fd(const struct desk *desk)
{
	return desk->wake_read;
}

void desk_wake_drain(struct desk *desk)
{
	char bytes[64];

	while (read(desk->wake_read, bytes, sizeof(bytes)) > 0)
		;
}

/* Lock held: other cues are to be shown. */
static void want_diff(struct desk *desk, const struct page_request *request)
{
	if (request->kind != PAGE_DIFF || !*request->language ||
	    (desk->diff_for.video == request->video &&
	     !strcmp(desk->diff_for.language, request->language)))
		return;
	desk->diff_for = *request;
	desk->diff_wanted = true;
	desk->diff_stage[0] = '\0';
	drop_diff(desk);
}

void desk_ask(struct desk *desk, const struct page_request *request)
{
	pthread_mutex_lock(&desk->lock);
	/* coming back to a diff shows it as it is then, not as it was */
	if (request->kind != PAGE_DIFF) {
		memset(&desk->diff_for, 0, sizeof(desk->diff_for));
		drop_diff(desk);
	}
	want_diff(desk, request);
	story_want(desk, request);
	desk->request = *request;
	desk->request_serial++;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

void desk_act(struct desk *desk, enum act kind, const struct act_target *target)
{
	struct desk_act *act = calloc(1, sizeof(*act));

	if (act && target->count)
		act->ids = malloc(target->count * sizeof(*act->ids));
	if (!act || (target->count && !act->ids)) {
		free(act);
		desk_say(desk, FINDING_ERROR, "out of memory");
		return;
	}
	act->act = kind;
	act->count = target->count;
	act->named = target->named;
	if (act->ids)
		memcpy(act->ids, target->ids, target->count * sizeof(*act->ids));
	pthread_mutex_lock(&desk->lock);
	*desk->acts_end = act;
	desk->acts_end = &act->next;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

bool desk_needs_word(struct desk *desk)
{
	const struct campus *campus = desk->campus;
	bool needs;

	pthread_mutex_lock(&desk->lock);
	needs = !desk->viewer && !desk->allows;
	pthread_mutex_unlock(&desk->lock);
	return needs && campus->linker && !atomic_load(&campus->link_allowed);
}

void desk_allow_link(struct desk *desk)
{
	pthread_mutex_lock(&desk->lock);
	desk->allows = true;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

void desk_go(struct desk *desk)
{
	pthread_mutex_lock(&desk->lock);
	desk->wants_go = true;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}
