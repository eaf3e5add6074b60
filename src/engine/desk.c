#include "config.h"

#include "src/engine/desk.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/signals.h"
#include "src/engine/desk_internal.h"

/* ---- telling ----------------------------------------------------------------------------- */

static void say(struct desk *desk, enum finding_severity severity, bool news, const char *fmt,
		va_list args)
{
	pthread_mutex_lock(&desk->lock);
	messages_add(&desk->messages, severity, news, fmt, args);
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

void desk_say(struct desk *desk, enum finding_severity severity, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(desk, severity, false, fmt, args);
	va_end(args);
}

void desk_say_news(struct desk *desk, enum finding_severity severity, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(desk, severity, true, fmt, args);
	va_end(args);
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
	desk->to_ask_end = &desk->to_ask;
	desk->flips_end = &desk->flips;
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
		st = pager_first(desk, "", err);
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
		st = start(&desk->asker, &desk->asker_runs, asker_main, desk, err);
	if (st == RESULT_OK)
		st = start(&desk->gatekeeper, &desk->gatekeeper_runs, gatekeeper_main, desk, err);
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
	patience_end(&desk->patience);
	if (desk->engine)
		engine_stop(desk->engine);
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

bool desk_idle(struct desk *desk)
{
	bool idle;

	pthread_mutex_lock(&desk->lock);
	idle = !desk->acts && !desk->choices && !desk->wished && !desk->busy && !desk->validating &&
	       !desk->to_ask && !desk->asking && !desk->answered && !desk->flips &&
	       !desk->switching && (!desk->engine || engine_idle(desk->engine));
	pthread_mutex_unlock(&desk->lock);
	return idle;
}

/* Lock held, or nobody else there. */
static void drop_diff(struct desk *desk)
{
	diff_unref(desk->diff);
	desk->diff = NULL;
}

static void drop_acts(struct desk_act **acts)
{
	while (*acts) {
		struct desk_act *act = *acts;

		*acts = act->next;
		desk_act_free(act);
	}
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
	if (desk->asker_runs)
		pthread_join(desk->asker, NULL);
	if (desk->gatekeeper_runs)
		pthread_join(desk->gatekeeper, NULL);
	if (desk->pager_runs)
		pthread_join(desk->pager, NULL);
	engine_free(desk->engine);
	snapshot_unref(desk->newest);
	while (desk->retired_count)
		snapshot_unref(desk->retired[--desk->retired_count]);
	drop_acts(&desk->acts);
	drop_acts(&desk->flips);
	asker_clear(desk);
	boards_unref(desk->boards);
	free(desk->board_courses);
	while (desk->choices) {
		struct desk_choice *choice = desk->choices;

		desk->choices = choice->next;
		free(choice);
	}
	drop_diff(desk);
	story_unref(desk->story);
	compared_clear(&desk->compared);
	free(desk->to_validate);
	done_clear(desk);
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
	compared_want(desk, request);
	desk->request = *request;
	desk->request_serial++;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

void desk_append(struct desk *desk, struct desk_act *act)
{
	*desk->acts_end = act;
	desk->acts_end = &act->next;
	pthread_cond_broadcast(&desk->turn);
}

void desk_queue(struct desk *desk, struct desk_act *act)
{
	pthread_mutex_lock(&desk->lock);
	desk_append(desk, act);
	pthread_mutex_unlock(&desk->lock);
}

/* To whoever has it first: the asker, the gatekeeper, or the clerk. Lock held. */
static void hand_over(struct desk *desk, struct desk_act *act)
{
	struct desk_act ***end = asker_wants(act->act) ? &desk->to_ask_end : &desk->flips_end;

	if (!asker_wants(act->act) && act->act != ACT_FLAG_ON && act->act != ACT_FLAG_OFF) {
		desk_append(desk, act);
		return;
	}
	**end = act;
	*end = &act->next;
	pthread_cond_broadcast(&desk->turn);
}

void desk_act_free(struct desk_act *act)
{
	if (!act)
		return;
	picks_unref(act->picks);
	free(act->reason);
	free(act->ids);
	free(act);
}

static struct desk_act *act_new(enum act kind, const struct act_target *target)
{
	struct desk_act *act = calloc(1, sizeof(*act));

	if (!act)
		return NULL;
	act->act = kind;
	act->count = target->count;
	act->named = target->named;
	act->finding = target->finding;
	act->picks = picks_ref(target->picks);
	act->ids = target->count ? malloc(target->count * sizeof(*act->ids)) : NULL;
	act->reason = target->reason ? strdup(target->reason) : NULL;
	if ((target->count && !act->ids) || (target->reason && !act->reason)) {
		desk_act_free(act);
		return NULL;
	}
	if (act->ids)
		memcpy(act->ids, target->ids, target->count * sizeof(*act->ids));
	return act;
}

uint64_t desk_act(struct desk *desk, enum act kind, const struct act_target *target)
{
	struct desk_act *act = act_new(kind, target);
	uint64_t serial;
	bool taken;

	if (!act) {
		desk_say(desk, FINDING_ERROR, "out of memory: nothing was done");
		return 0;
	}
	pthread_mutex_lock(&desk->lock);
	act->since = clock_now(desk->campus->clock) + 1;
	act->serial = serial = ++desk->act_serial;
	taken = kind != ACT_PAUSE || asker_pause(desk, act);
	if (taken)
		hand_over(desk, act);
	pthread_mutex_unlock(&desk->lock);
	if (taken)
		return serial;
	desk_act_free(act);
	desk_say(desk, FINDING_ERROR, "out of memory: nothing was paused");
	return 0;
}

void desk_refresh(struct desk *desk)
{
	struct desk_act *act = calloc(1, sizeof(*act));

	if (!act) {
		desk_say(desk, FINDING_ERROR, "out of memory: nothing done");
		return;
	}
	act->refreshes = true;
	act->since = clock_now(desk->campus->clock) + 1;
	desk_queue(desk, act);
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

/* An engine that is only starting rests from its start. */
void desk_rest(struct desk *desk, bool rest)
{
	pthread_mutex_lock(&desk->lock);
	desk->rests = rest;
	if (desk->engine)
		engine_rest(desk->engine, rest);
	if (!rest)
		status_rest(desk->campus->status, false);
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

static void say_why(char *why, size_t size, int64_t count, const char *what)
{
	snprintf(why, size, "%lld %s%s still under way", (long long)count, what,
		 count == 1 ? " is" : "s are");
}

bool desk_rests(struct desk *desk, char *why, size_t size)
{
	struct engine_state state = {.rests = true}; /* a viewer's has nothing to rest */
	bool writes, compares;

	pthread_mutex_lock(&desk->lock);
	writes = desk->acts || desk->wished || desk->busy || desk->choices || desk->asking ||
		 desk->switching || desk->guarding;
	compares = desk->validating && !desk->audit_rests;
	if (desk->engine)
		engine_state(desk->engine, &state);
	pthread_mutex_unlock(&desk->lock);
	if (state.under_way || !state.rests)
		say_why(why, size, state.under_way, "transaction");
	else if (state.ending)
		say_why(why, size, state.ending, "closing course");
	else if (state.flipping)
		say_why(why, size, state.flipping, "validation or switch by flip = auto");
	else if (compares)
		say_why(why, size, 1, "comparison");
	else if (writes || !status_rest(desk->campus->status, true))
		say_why(why, size, 1, "commit");
	else
		return true;
	return false;
}
