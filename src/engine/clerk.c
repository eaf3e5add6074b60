/*
 * The clerk: acts of the operator, off the screen's thread, and the engine's life.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/rollout/refresh.h"

/* A viewer looks so often whether the engine's lock has become free. */
#define TAKE_OVER_EVERY 3000 /* ms */
/* So often whether a dry run has come to its end. */
#define REHEARSAL_LOOK 50 /* ms */

static const struct {
	enum wish wish;
	const char *did;
} wishes[] = {
	[ACT_RUN] = {WISH_RUN, "launched"},
	[ACT_PAUSE] = {WISH_PAUSE, "paused"},
	[ACT_RESUME] = {WISH_RESUME, "resumed"},
	[ACT_RETRY] = {WISH_RETRY, "retrying"},
};

/* ---- the engine's life ------------------------------------------------------------------- */

static void on_event(void *arg, const struct engine_event *event)
{
	struct desk *desk = arg;

	if (event->kind == ENGINE_TROUBLE)
		desk_say(desk, FINDING_ERROR, "%s", event->text);
	else if (event->kind == ENGINE_FLAG)
		desk_say_news(desk, event->failed ? FINDING_WARNING : FINDING_NOTICE, "%s", event->text);
	else if (event->kind == ENGINE_COURSE_ENDED && event->status == COURSE_FAILED)
		desk_say_news(desk, FINDING_ERROR, "%s Failed%s%s", event->key, *event->text ? ": " : "",
			 event->text);
	/* the board of a course that began, ended or was switched is not as it was seen */
	if (event->kind == ENGINE_COURSE_BEGUN || event->kind == ENGINE_COURSE_ENDED ||
	    event->kind == ENGINE_FLAG)
		gatekeeper_touch(desk, event->course);
}

enum result clerk_start_engine(struct desk *desk, const struct engine_options *options, int64_t *dry_run,
			       struct error *err)
{
	struct engine *engine = NULL;
	enum result st = engine_new(&engine, desk->campus, options, err);
	struct engine_state state = {0};

	if (engine)
		engine_state(engine, &state);
	if (dry_run)
		*dry_run = state.dry_run;
	pthread_mutex_lock(&desk->lock);
	desk->engine = engine;
	desk->rehearsal = state.dry_run;
	desk->viewer = st == RESULT_BUSY;
	desk->engine_tried = true;
	if (engine && desk->stopping) /* the desk was stopped while it started */
		engine_stop(engine);
	if (engine && desk->rests)
		engine_rest(engine, true);
	pthread_mutex_unlock(&desk->lock);
	return st;
}

enum result clerk_take_engine(struct desk *desk, bool first, struct error *err)
{
	struct engine_options options = {.held = true, .inherits = !first, .own_from = desk->own_from,
					 .event = on_event, .arg = desk};

	desk->own_from = 0; /* behind another process's engine all wait */
	return clerk_start_engine(desk, &options, NULL, err);
}

static void take_engine(struct desk *desk, bool first)
{
	struct error err = {0};
	enum result st = clerk_take_engine(desk, first, &err);

	if (st == RESULT_BUSY && first)
		desk_say(desk, FINDING_NOTICE, "viewer: %s", err.text);
	else if (st != RESULT_OK && first)
		desk_say(desk, FINDING_ERROR, "no engine: %s", err.text);
	else if (st == RESULT_OK && !first)
		desk_say(desk, FINDING_NOTICE, "the engine is here now");
}

static void on_problem(void *arg, const char *text)
{
	desk_say(arg, FINDING_WARNING, "%s", text);
}

static void scan(struct desk *desk)
{
	struct scan_result found = {0};
	struct error err = {0};

	if (campus_scan(desk->campus, &found, on_problem, desk, &err) != RESULT_OK)
		desk_say(desk, FINDING_ERROR, "the course list could not be read: %s", err.text);
	else if (found.added || found.gone)
		desk_say(desk, FINDING_NOTICE, "%lld course%s: %lld new, %lld gone", (long long)found.found,
			 found.found == 1 ? "" : "s", (long long)found.added, (long long)found.gone);
	pthread_mutex_lock(&desk->lock);
	desk->scanned = true;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

/* ---- acts -------------------------------------------------------------------------------- */

/* The engine, of another process, is that of a dry run: what is launched waits. */
static bool dry_elsewhere(struct desk *desk, char *out, size_t size)
{
	int64_t number;

	pthread_mutex_lock(&desk->lock);
	number = desk->engine ? 0 : desk->dry_elsewhere;
	pthread_mutex_unlock(&desk->lock);
	snprintf(out, size, "dry run %lld of another process comes first", (long long)number);
	return number != 0;
}

/* Many courses take several commits: what was written before the one that failed stays. */
static void say_unwritten(struct desk *desk, const struct desk_act *act, size_t taken,
			  const struct error *err)
{
	char name[64];

	asker_name(act, name, sizeof(name));
	if (taken)
		desk_say(desk, FINDING_ERROR, "%s: only %zu, then: %s", name, taken, err->text);
	else
		desk_say(desk, FINDING_ERROR, "%s: not done: %s", name, err->text);
}

static void wish(struct desk *desk, const struct desk_act *act)
{
	const int64_t *ids = act->ids;
	size_t count = act->count;
	struct wish_answer *answers = calloc(count + 1, sizeof(*answers));
	struct error err = {0};
	const char *refused = "";
	/* what the operator should know before files are put */
	const char *warning = desk->campus->store->warning;
	const char *means = permit_launch_means(desk->campus->conf);
	size_t taken = 0;
	char waits[64];
	enum result st;

	if (!answers) {
		desk_say(desk, FINDING_ERROR, "out of memory: nothing done");
		return;
	}
	st = status_wish(desk->campus->status, wishes[act->act].wish, ids, count, act->finding,
			 act->named, answers, &err);
	done_remember(desk, act, answers);
	for (size_t i = 0; i < count; i++) {
		taken += answers[i].taken;
		if (!answers[i].taken && !*refused)
			refused = answers[i].reason;
	}
	if (desk->engine && act->act != ACT_PAUSE)
		engine_adopt(desk->engine, ids, count);
	if (st != RESULT_OK) {
		say_unwritten(desk, act, taken, &err);
		free(answers);
		return;
	}
	/* of several, and in production, the question said so before */
	if (!warning && count == 1 && strcmp(desk->campus->conf->environment, "production") != 0)
		warning = *means ? means : NULL;
	if (desk->rehearsal) /* else only a pause comes here */
		warning = "the dry run goes on, d ends it";
	else if (act->act != ACT_PAUSE && dry_elsewhere(desk, waits, sizeof(waits)))
		warning = waits;
	else if (act->act == ACT_PAUSE || !warning)
		warning = "";
	if (!taken)
		warning = "";
	if (taken == count)
		desk_say(desk, *warning ? FINDING_WARNING : FINDING_NOTICE, "%s %s%s%zu course%s%s%s",
			 wishes[act->act].did, act->finding ? act->finding : "",
			 act->finding ? " in " : "", taken, taken == 1 ? "" : "s",
			 *warning ? "; " : "", warning);
	else
		desk_say(desk, FINDING_WARNING, "%s %zu, %zu not: %s%s%s", wishes[act->act].did,
			 taken, count - taken, refused, *warning ? "; " : "", warning);
	free(answers);
}

/* Hold and pace of the engine wait for no waiver of a hundred thousand findings. */
static void steer_meanwhile(void *arg)
{
	struct desk *desk = arg;

	pthread_mutex_lock(&desk->lock);
	while (desk_steer(desk))
		;
	pthread_mutex_unlock(&desk->lock);
}

/* Somebody else may have been at the same findings meanwhile. */
static void waive(struct desk *desk, const struct desk_act *act)
{
	bool back = act->act == ACT_UNWAIVE;
	enum pick_kind kind = back ? PICK_WAIVED : PICK_WAIVABLE;
	int64_t meant = (int64_t)picks_count(act->picks, kind), done = 0;
	enum finding_code code = picks_code(act->picks, kind);
	const char *name = code == FINDING_NONE ? "" : finding_info(code)->name;
	const struct between between = {steer_meanwhile, desk};
	struct status *status = desk->campus->status;
	struct error err = {0};
	char rest[256] = "";
	enum result st = back ? status_unwaive_picks(status, act->picks, &between, &done, &err)
			      : status_waive_picks(status, act->picks, act->reason, &between, &done,
						   &err);

	if (st != RESULT_OK)
		snprintf(rest, sizeof(rest), "; %.200s", err.text);
	else if (done < meant)
		snprintf(rest, sizeof(rest), ", %lld not: no longer there as %s",
			 (long long)(meant - done), back ? "waived" : "seen");
	desk_say(desk, st != RESULT_OK ? FINDING_ERROR : *rest ? FINDING_WARNING : FINDING_NOTICE,
		 "%s %lld %s%sfinding%s%s", back ? "open again:" : "waived", (long long)done, name,
		 *name ? " " : "", done == 1 ? "" : "s", rest);
}

/* ---- the next generation ----------------------------------------------------------------- */

const char *clerk_at_work(struct desk *desk)
{
	const char *work;

	pthread_mutex_lock(&desk->lock);
	work = desk->validating || desk->validate_count	      ? "a validation"
	       : desk->engine && !engine_idle(desk->engine) ? "work of the engine"
							    : "";
	pthread_mutex_unlock(&desk->lock);
	return work;
}

void clerk_leave_engine(struct desk *desk)
{
	struct engine_state state;
	struct engine *engine;

	pthread_mutex_lock(&desk->lock);
	engine = desk->engine;
	engine_state(engine, &state);
	if (!state.dry_run)
		desk->own_from = state.own_from;
	desk->engine = NULL;
	desk->engine_tried = false;
	while (desk->pager_looks)
		clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
	pthread_mutex_unlock(&desk->lock);
	engine_free(engine);
}

/* Where the engine is of another process refresh_campus() finds the lock taken, and says who has it. */
static void open_generation(struct desk *desk)
{
	bool had_engine = desk->engine != NULL;
	const char *work = clerk_at_work(desk);
	char summary[256] = "";
	struct error err = {0};
	enum result st;

	if (*work) {
		desk_say(desk, FINDING_WARNING, "not refreshed: %s is under way here: pause what is launched,"
			 " or wait", work);
		return;
	}
	if (had_engine)
		clerk_leave_engine(desk);
	st = refresh_campus(desk->campus, "the campus name was typed in the console", summary,
			    sizeof(summary), &err);
	if (had_engine)
		take_engine(desk, false);
	if (st == RESULT_OK)
		desk_say(desk, FINDING_NOTICE, "%s", summary);
	else
		desk_say(desk, FINDING_ERROR, "not refreshed: %s", err.text);
}

static void carry_out(struct desk *desk, const struct desk_act *act)
{
	if (desk->rehearsal && rehearsal_refuses(desk, act))
		; /* it says why */
	else if (act->refreshes)
		open_generation(desk);
	else if (act->undoes)
		done_undo(desk, act->undoes);
	else if (act->act == ACT_WAIVE || act->act == ACT_UNWAIVE)
		waive(desk, act);
	else if (!act->count)
		desk_say(desk, FINDING_NOTICE, "no course: nothing done");
	else if (act->act == ACT_VALIDATE)
		auditor_take(desk, act);
	else if (act->act == ACT_REHEARSE)
		rehearsal_begin(desk, act);
	else
		wish(desk, act);
}

/* ---- the threads ------------------------------------------------------------------------- */

/* Does one thing; false when there is none. Lock held on entry and exit. */
static bool serve(struct desk *desk)
{
	struct desk_act *act = desk->acts;

	if (desk->allows && !atomic_load(&desk->campus->link_allowed)) {
		pthread_mutex_unlock(&desk->lock);
		campus_allow_link(desk->campus, "the campus name was typed in the console");
		pthread_mutex_lock(&desk->lock);
		return true;
	}
	if (desk_steer(desk))
		return true;
	if (desk->choices) {
		struct desk_choice *choice = desk->choices;

		desk->choices = choice->next;
		pthread_mutex_unlock(&desk->lock);
		status_remember(desk->campus->status, choice->name, choice->value, NULL);
		free(choice);
		pthread_mutex_lock(&desk->lock);
		return true;
	}
	if (!act)
		return false;
	desk->acts = act->next;
	if (!desk->acts)
		desk->acts_end = &desk->acts;
	desk->busy = true;
	desk->at = act;
	desk->carrying = act->serial;
	desk->undoing = act->undoes;
	pthread_mutex_unlock(&desk->lock);
	carry_out(desk, act);
	pthread_mutex_lock(&desk->lock);
	desk->busy = false;
	desk->at = NULL;
	desk->carrying = desk->undoing = 0;
	desk_act_free(act);
	return true;
}

void *clerk_main(void *arg)
{
	struct desk *desk = arg;
	struct clock *clock = desk->campus->clock;
	int64_t next_look;

	take_engine(desk, true);
	scan(desk);
	next_look = clock_now(clock) + TAKE_OVER_EVERY;
	pthread_mutex_lock(&desk->lock);
	while (!desk->ends) {
		if (serve(desk) || rehearsal_look(desk))
			continue;
		if (!desk->engine && !desk->stopping && clock_now(clock) >= next_look) {
			pthread_mutex_unlock(&desk->lock);
			take_engine(desk, false);
			pthread_mutex_lock(&desk->lock);
			next_look = clock_now(clock) + TAKE_OVER_EVERY;
			continue;
		}
		clock_wait(clock, &desk->turn, &desk->lock,
			   desk->rehearsal ? clock_now(clock) + REHEARSAL_LOOK
			   : desk->engine  ? INT64_MAX
					   : next_look);
	}
	pthread_mutex_unlock(&desk->lock);
	return NULL;
}
