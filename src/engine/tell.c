/*
 * What a snapshot says besides its page: the campus, the engine or who has it, the time that is
 * left, the load on the servers, the cues of a diff. Of the pager's thread; the desk's lock is not
 * held.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/base/http.h"

void tell_campus(const struct desk *desk, struct snapshot *snap)
{
	const struct conf *conf = desk->campus->conf;

	snprintf(snap->campus, sizeof(snap->campus), "%s", conf->name);
	snprintf(snap->environment, sizeof(snap->environment), "%s", conf->environment);
	snprintf(snap->mode, sizeof(snap->mode), "%s", campus_mode(desk->campus, false));
	snap->evidence_age = conf->evidence_age * 1000;
	snprintf(snap->launch_means, sizeof(snap->launch_means), "%s", permit_launch_means(conf));
	snap->tls_unverified = campus_tls_unverified(desk->campus);
}

/* A viewer shows the run that it looks at, too. What cannot be read now is shown as none. */
static void tell_run(struct reader *reader, struct snapshot *snap)
{
	reader_run_now(reader, &snap->run, &snap->run_kind, &snap->run_open, NULL);
}

/* The hold's reason last: it is what may be too long for a screen. */
static void tell_hold(struct snapshot *snap, enum hold_reason reason, const char *hold, int64_t since)
{
	snap->held_by_operator = reason == HOLD_OPERATOR;
	if (snap->held_by_operator)
		snprintf(snap->hold, sizeof(snap->hold), "%.120s since %.8s", hold,
			 figure_clock(since).text);
	else if (*hold)
		snprintf(snap->hold, sizeof(snap->hold), "since %.8s: %.300s",
			 figure_clock(since).text, hold);
}

static void tell_crew(struct snapshot *snap, int64_t workers, int64_t rate)
{
	size_t at = strlen(snap->engine);

	snap->workers = workers;
	snap->rate_limit = rate;
	snprintf(snap->engine + at, sizeof(snap->engine) - at, ", %lld worker%s", (long long)workers,
		 workers == 1 ? "" : "s");
	at = strlen(snap->engine);
	if (rate)
		snprintf(snap->engine + at, sizeof(snap->engine) - at, ", at most %lld/s", (long long)rate);
}

/* "dry run 4 of ", or "": whoever waits for that engine should know that it migrates nothing. */
static void tell_dry(struct reader *reader, struct snapshot *snap, char *out, size_t size)
{
	if (reader_dry_now(reader, &snap->dry_run, NULL) != RESULT_OK)
		snap->dry_run = 0;
	*out = '\0';
	if (snap->dry_run)
		snprintf(out, size, "dry run %lld of ", (long long)snap->dry_run);
}

/* What other processes are told of the engine: this one is a viewer. What a narrow screen cuts off
   is at the end. */
static void tell_holder(struct reader *reader, int64_t now, struct snapshot *snap)
{
	struct holder_row holder = {0};
	char dry[40];
	size_t at;

	snprintf(snap->mode, sizeof(snap->mode), "viewer");
	if (reader_holder(reader, &holder, NULL) == RESULT_OK && holder.held) {
		tell_dry(reader, snap, dry, sizeof(dry));
		snprintf(snap->engine, sizeof(snap->engine), "engine: %s%.32s@%.32s since %.20s", dry,
			 holder.who, holder.host, figure_time(holder.since, now).text);
		tell_crew(snap, holder.workers, holder.rate);
		at = strlen(snap->engine);
		snprintf(snap->engine + at, sizeof(snap->engine) - at, ", pid %lld",
			 (long long)holder.pid);
		tell_hold(snap, holder.reason, holder.hold, holder.hold_since);
		snap->waits_for_go = holder.reason == HOLD_RESTART;
		snap->under_way = holder.under_way;
	} else {
		snprintf(snap->engine, sizeof(snap->engine), "no engine");
		snprintf(snap->eta_reason, sizeof(snap->eta_reason), "no engine");
	}
	holder_row_clear(&holder);
}

static bool all_ended(const struct totals *t)
{
	return t->courses[COURSE_MIGRATED] + t->courses[COURSE_FAILED] > 0 &&
	       !t->courses[COURSE_NOT_MIGRATED] && !t->courses[COURSE_IN_PROGRESS];
}

static void tell_eta(const struct desk *desk, const struct engine_state *state, struct snapshot *snap)
{
	struct progress_work work = state->dry_run ? state->dry_work
						   : progress_work(&snap->totals, *state->hold, state->rate);
	struct progress_left left;
	int64_t now = clock_wall(desk->campus->clock);
	const char *reason;

	if (state->dry_run)
		work.most = (double)state->rate * work.per_video;
	left = progress_left(&state->progress, &work);
	reason = left.reason;
	if (!snap->counted) {
		left = (struct progress_left){0};
		reason = "counting";
	} else if (!state->dry_run && !snap->totals.wanted) {
		left = (struct progress_left){0};
		reason = snap->totals.paused ? "paused"
			 : all_ended(&snap->totals) ? "all ended" : "nothing launched";
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
	if (state->dry_run) { /* where a mock run is open it is that one's turn again afterwards */
		snprintf(snap->mode, sizeof(snap->mode), "%s", campus_mode(desk->campus, true));
		snap->run = snap->dry_run = state->dry_run;
		snap->run_kind = RUN_DRY;
		snap->run_open = true;
	}
	snap->waits_for_go = state->waits_for_go;
	snap->under_way = state->under_way;
	snap->pausing = state->pausing;
	snap->rate = progress_rate(&state->progress, 10);
	memcpy(snap->history, state->progress.done, sizeof(snap->history));
	memcpy(snap->errors, state->progress.errors, sizeof(snap->errors));
	memcpy(snap->minutes, state->progress.minutes, sizeof(snap->minutes));
	memcpy(snap->minute_errors, state->progress.minute_errors, sizeof(snap->minute_errors));
	snprintf(snap->engine, sizeof(snap->engine), "engine here");
	tell_crew(snap, state->workers, state->rate);
	tell_hold(snap, state->held, state->hold, state->hold_since);
	tell_eta(desk, state, snap);
}

/* How the adaptive limit stands; all 0 at full speed, when there is nothing to tell. */
void tell_look_at_load(const struct desk *desk, struct http_load *out)
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

	tell_look_at_load(desk, &load);
	snap->allowed = load.allowed;
	snap->most = load.most;
	memcpy(snap->slowed_by, load.slowed_by, sizeof(snap->slowed_by));
}

int64_t tell_flag_waits(const struct desk *desk)
{
	int64_t waits = desk->campus->flag ? flag_waits(desk->campus->flag) : 0;

	return waits < FLAG_WAITS_TOLD ? 0 : waits / 1000;
}

static void tell_flag(const struct desk *desk, struct snapshot *snap)
{
	snap->flag_waits = tell_flag_waits(desk);
	if (snap->flag_waits)
		snprintf(snap->flag_name, sizeof(snap->flag_name), "%s", desk->campus->flag->name);
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

void tell_messages(struct desk *desk, struct snapshot *snap)
{
	size_t at = strlen(snap->engine);

	pthread_mutex_lock(&desk->lock);
	desk->dry_elsewhere = snap->engine_here ? 0 : snap->dry_run;
	snap->messages = desk->messages;
	if (desk->validating)
		snprintf(snap->engine + at, sizeof(snap->engine) - at, ", validating, %zu more",
			 desk->validate_count);
	pthread_mutex_unlock(&desk->lock);
}

/* Rows of the page are the boards that were looked at so far. */
static void tell_gates(struct desk *desk, struct snapshot *snap)
{
	pthread_mutex_lock(&desk->lock);
	snap->question = desk->question;
	snap->waiting = desk->waiting;
	if (snap->request.kind == PAGE_BOARD && desk->boards &&
	    desk->boards->serial == (uint64_t)snap->request.video) {
		snap->boards = boards_ref(desk->boards);
		snap->total = (int64_t)snap->boards->count;
	}
	pthread_mutex_unlock(&desk->lock);
}

void tell_snapshot(struct desk *desk, struct reader *reader, const struct engine_state *state,
		   struct snapshot *snap)
{
	tell_campus(desk, snap);
	tell_run(reader, snap);
	tell_load(desk, snap);
	tell_flag(desk, snap);
	if (state)
		tell_engine(desk, state, snap);
	else if (has_tried(desk))
		tell_holder(reader, clock_wall(desk->campus->clock), snap);
	else
		tell_start(snap);
	tell_diff(desk, snap);
	story_show(desk, snap);
	compared_show(desk, reader, snap);
	tell_gates(desk, snap);
	tell_messages(desk, snap);
}
