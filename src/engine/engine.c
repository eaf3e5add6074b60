#include "config.h"

#include "src/engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/http.h"
#include "src/base/signals.h"
#include "src/engine/internal.h"

/* ---- what the threads share -------------------------------------------------------------- */

void engine_tell(struct engine *engine, const struct engine_event *event)
{
	if (engine->options.event)
		engine->options.event(engine->options.arg, event);
}

struct reader *engine_take_reader(struct engine *engine)
{
	return engine->readers[engine->readers_taken++];
}

bool engine_works(const struct engine *engine)
{
	return engine->queue.running || (engine->queue.courses && !engine_holds(engine));
}

enum progress_state engine_progress(const struct engine *engine)
{
	if (engine_works(engine))
		return PROGRESS_WORKS;
	return engine->queue.courses || engine->wanted_count || engine->paused ? PROGRESS_WAITS
									       : PROGRESS_IDLE;
}

void engine_leave(struct engine *engine, struct course_run *run)
{
	run->leaving = true;
	atomic_store(&run->hurry, true);
	if (engine->campus->http)
		http_look(engine->campus->http);
}

/* Linux gives a thread a niceness of its own: the screen, and commits, go before the work. */
void engine_lower_priority(void)
{
	errno = 0;
	if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), LOWER_PRIORITY))
		errno = 0; /* as it is, then */
}

/* ---- wanted courses ---------------------------------------------------------------------- */

struct wanted_course *engine_find_wanted(struct engine *engine, int64_t course)
{
	for (size_t i = 0; i < engine->wanted_count; i++)
		if (engine->wanted[i].id == course)
			return &engine->wanted[i];
	return NULL;
}

void engine_forget_wanted(struct engine *engine, int64_t course)
{
	struct wanted_course *wanted = engine_find_wanted(engine, course);

	if (!wanted)
		return;
	memmove(wanted, wanted + 1,
		(size_t)(engine->wanted + engine->wanted_count - wanted - 1) * sizeof(*wanted));
	engine->wanted_count--;
}

bool engine_want(struct engine *engine, int64_t course, int64_t number)
{
	if (engine->wanted_count == engine->wanted_size) {
		size_t size = 2 * engine->wanted_size + 64;
		struct wanted_course *wanted = realloc(engine->wanted, size * sizeof(*wanted));

		if (!wanted)
			return false;
		engine->wanted = wanted;
		engine->wanted_size = size;
	}
	engine->wanted[engine->wanted_count++] =
		(struct wanted_course){.id = course, .number = number};
	return true;
}

static bool is_adopted(const struct engine *engine, const struct wanted *intent)
{
	if (intent->number > engine->adopted)
		return true;
	for (size_t i = 0; i < engine->named_count; i++)
		if (engine->named[i] == intent->id)
			return true;
	return false;
}

/* Lock held: one course's intent, as the database has it now. */
static bool take_intent(struct engine *engine, const struct wanted *intent)
{
	struct course_run *run = queue_find(&engine->queue, intent->id);
	struct wanted_course *wanted = engine_find_wanted(engine, intent->id);

	if (intent->intent == INTENT_PAUSE) {
		if (run && intent->number > run->intent_number)
			engine_leave(engine, run);
		if (wanted && intent->number > wanted->number)
			engine_forget_wanted(engine, intent->id);
		return true;
	}
	if (!is_adopted(engine, intent)) {
		engine->leftovers |= intent->status == COURSE_IN_PROGRESS;
		return true;
	}
	if (run && !run->leaving) {
		run->intent_number = intent->number; /* what is under way serves the newer wish too */
		return true;
	}
	if (wanted) {
		wanted->number = intent->number;
		return true;
	}
	return engine_want(engine, intent->id, intent->number);
}

enum result engine_read_intents(struct engine *engine, struct reader *reader, struct error *err)
{
	struct wanted *intents = NULL;
	size_t count = 0;
	int64_t number = 0, seen;
	uint64_t looks;
	bool paused = false;
	enum result st;

	if (engine->options.dry)
		return RESULT_OK;
	pthread_mutex_lock(&engine->lock);
	seen = engine->seen_number;
	looks = engine->looks;
	pthread_mutex_unlock(&engine->lock);
	st = reader_intent_number(reader, &number, err);
	if (st != RESULT_OK || number == seen)
		return st;
	st = reader_wanted(reader, &intents, &count, err);
	pthread_mutex_lock(&engine->lock);
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		paused |= intents[i].intent == INTENT_PAUSE;
	engine->paused = st == RESULT_OK ? paused : engine->paused;
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		if (intents[i].number > seen && !take_intent(engine, &intents[i]))
			st = error_set(err, RESULT_NOMEM, "out of memory");
	if (st == RESULT_OK && looks == engine->looks)
		engine->seen_number = number;
	pthread_cond_broadcast(&engine->room);
	pthread_cond_broadcast(&engine->idle);
	pthread_mutex_unlock(&engine->lock);
	free(intents);
	return st;
}

/* ---- starting ---------------------------------------------------------------------------- */

static enum result open_readers(struct engine *engine, struct error *err)
{
	size_t count = sizeof(engine->readers) / sizeof(*engine->readers);
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		st = reader_open(&engine->readers[i], status_path(engine->campus->status), err);
	return st == RESULT_OK ? engine_open_crew(engine, err) : st;
}

/* Intents that stand in the database from before: they wait for engine_go(). */
static enum result find_leftovers(struct engine *engine, struct error *err)
{
	struct wanted *intents = NULL;
	size_t count = 0;
	enum result st;

	if (engine->options.dry)
		return RESULT_OK;
	st = reader_wanted(engine->readers[0], &intents, &count, err);
	for (size_t i = 0; i < count; i++) {
		if (engine->options.own_from && intents[i].number >= engine->options.own_from)
			continue;
		if (intents[i].number > engine->adopted)
			engine->adopted = intents[i].number;
		engine->leftovers |= intents[i].intent == INTENT_RUN;
	}
	free(intents);
	return st;
}

/* Behind which wish the keeper begins; the row is still that of the engine before. */
static enum result find_steering(struct engine *engine, struct error *err)
{
	enum result st = RESULT_OK;

	engine->steered = engine->began;
	if (engine->options.inherits)
		st = reader_holder(engine->readers[0], &engine->before, err);
	if (st == RESULT_OK && engine->options.inherits)
		engine->steered = engine->before.began;
	return st;
}

enum result engine_start_thread(pthread_t *thread, void *(*main)(void *), void *arg,
				struct error *err)
{
	sigset_t all, before;
	int failed;

	/* signals are the business of the thread that owns the terminal */
	signals_for_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(thread, NULL, main, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return error_set(err, RESULT_FATAL, "cannot start a thread: %s", strerror(failed));
	return RESULT_OK;
}

static enum result start_threads(struct engine *engine, struct error *err)
{
	enum result st;

	pthread_mutex_lock(&engine->lock);
	st = engine_start_crew(engine, err);
	pthread_mutex_unlock(&engine->lock);
	while (engine->loader_count < READER_THREADS && st == RESULT_OK) {
		st = engine_start_thread(&engine->loader_threads[engine->loader_count], loader_main, engine, err);
		engine->loader_count += st == RESULT_OK;
	}
	if (st == RESULT_OK) {
		st = engine_start_thread(&engine->keeper_thread, keeper_main, engine, err);
		engine->keeper_runs = st == RESULT_OK;
	}
	if (st == RESULT_OK) {
		st = engine_start_thread(&engine->prober_thread, prober_main, engine, err);
		engine->prober_runs = st == RESULT_OK;
	}
	return st == RESULT_OK ? engine_start_flipper(engine, err) : st;
}

static enum result take_dry_courses(struct engine *engine, struct error *err)
{
	for (size_t i = 0; i < engine->options.dry_count; i++)
		if (!engine_want(engine, engine->options.dry_courses[i], 0))
			return error_set(err, RESULT_NOMEM, "out of memory");
	engine->options.dry_courses = NULL; /* borrowed for the call only */
	return RESULT_OK;
}

enum result engine_new(struct engine **out, struct campus *campus,
		       const struct engine_options *options, struct error *err)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	enum result st;

	*out = NULL;
	if (!engine)
		return error_set(err, RESULT_NOMEM, "out of memory");
	engine->campus = campus;
	engine->clock = campus->clock;
	engine->options = *options;
	engine->since = clock_wall(engine->clock);
	engine->retry_delay = campus->conf->retry_delay;
	engine->max_retries = (int)campus->conf->max_retries;
	engine->max_transcript = (size_t)campus->conf->max_transcript;
	gethostname(engine->holder_name, sizeof(engine->holder_name) - 1);
	pthread_mutex_init(&engine->lock, NULL);
	clock_cond_init(&engine->work);
	clock_cond_init(&engine->room);
	clock_cond_init(&engine->idle);
	queue_init(&engine->queue);
	gate_init(&engine->store_gate, campus->conf->workers);
	gate_init(&engine->val_gate, campus->conf->workers);
	pace_set(&engine->pace, campus->conf->rate);
	st = lock_take(status_path(campus->status), &engine->file_lock, err);
	if (st == RESULT_OK && campus->http)
		http_hurry(campus->http, false);
	if (st == RESULT_OK)
		st = engine_begin_run(engine, err);
	if (st == RESULT_OK)
		st = open_readers(engine, err);
	if (st == RESULT_OK && options->dry && !(engine->forecast = forecast_new()))
		st = error_set(err, RESULT_NOMEM, "out of memory");
	if (st == RESULT_OK)
		st = reader_intent_number(engine->readers[0], &engine->began, err);
	if (st == RESULT_OK)
		st = find_leftovers(engine, err);
	if (st == RESULT_OK && options->dry)
		st = take_dry_courses(engine, err);
	if (st == RESULT_OK && options->held && engine->leftovers)
		engine_set_hold(engine, HOLD_RESTART, "", "restart: courses of an earlier session wait");
	if (st == RESULT_OK)
		st = find_steering(engine, err);
	if (st == RESULT_OK) {
		engine_inherit_hold(engine);
		engine->is_told = true;
		engine_post_holder(engine, true);
		status_flush(campus->status, NULL); /* what is wished of it does not overtake that */
	}
	if (st == RESULT_OK)
		st = start_threads(engine, err);
	if (st == RESULT_OK)
		*out = engine;
	else
		engine_free(engine);
	return st;
}

/* ---- stopping ---------------------------------------------------------------------------- */

void engine_stop(struct engine *engine)
{
	struct course_run *run;

	pthread_mutex_lock(&engine->lock);
	engine->stopping = true;
	__atomic_store_n(&engine->flip_stop, 1, __ATOMIC_RELAXED);
	patience_end(&engine->patience);
	run = engine->queue.turn;
	for (size_t i = 0; i < engine->queue.courses; i++, run = run->next)
		engine_leave(engine, run);
	if (engine->campus->http && engine->prober_runs) /* not one that never started */
		http_hurry(engine->campus->http, true);
	pthread_cond_broadcast(&engine->work);
	pthread_cond_broadcast(&engine->room);
	pthread_cond_broadcast(&engine->idle);
	pthread_mutex_unlock(&engine->lock);
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	engine_stop(engine);
	engine_join_crew(engine);
	engine_join_flipper(engine);
	for (int i = 0; i < engine->loader_count; i++)
		pthread_join(engine->loader_threads[i], NULL);
	pthread_mutex_lock(&engine->lock);
	engine->keeper_ends = true;
	pthread_cond_broadcast(&engine->idle);
	pthread_mutex_unlock(&engine->lock);
	if (engine->keeper_runs)
		pthread_join(engine->keeper_thread, NULL);
	if (engine->prober_runs)
		pthread_join(engine->prober_thread, NULL);
	engine_end_dry_run(engine);
	if (engine->is_told)
		engine_post_holder(engine, false);
	status_flush(engine->campus->status, NULL);
	for (size_t i = 0; i < sizeof(engine->readers) / sizeof(*engine->readers); i++)
		reader_close(engine->readers[i]);
	queue_clear(&engine->queue);
	free(engine->wanted);
	free(engine->named);
	forecast_free(engine->forecast);
	holder_row_clear(&engine->before);
	lock_free(engine->file_lock);
	pthread_cond_destroy(&engine->work);
	pthread_cond_destroy(&engine->room);
	pthread_cond_destroy(&engine->idle);
	pthread_mutex_destroy(&engine->lock);
	gate_clear(&engine->store_gate);
	gate_clear(&engine->val_gate);
	free(engine);
}

/* ---- the operator's words ---------------------------------------------------------------- */

/* Lock held. Reads all intents anew: some that were passed over are adopted now. */
static void look_again(struct engine *engine)
{
	engine->seen_number = -1;
	engine->looks++;
	pthread_cond_broadcast(&engine->idle);
	pthread_cond_broadcast(&engine->room);
}

void engine_go(struct engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	engine->adopted = -1;
	engine->leftovers = false;
	engine_end_hold(engine, HOLD_RESTART);
	engine_end_hold(engine, HOLD_OPERATOR);
	look_again(engine);
	pthread_mutex_unlock(&engine->lock);
}

void engine_adopt(struct engine *engine, const int64_t *courses, size_t count)
{
	int64_t *named;

	pthread_mutex_lock(&engine->lock);
	/* after engine_go() everything is adopted anyway */
	if (engine->adopted < 0)
		count = 0;
	named = realloc(engine->named, (engine->named_count + count + 1) * sizeof(*named));
	if (named) {
		engine->named = named;
		for (size_t i = 0; i < count; i++)
			named[engine->named_count + i] = courses[i];
		engine->named_count += count;
	}
	look_again(engine);
	pthread_mutex_unlock(&engine->lock);
}

/* ---- how it is --------------------------------------------------------------------------- */

/* Lock held. */
static bool is_idle(const struct engine *engine)
{
	if (engine->queue.running || engine->opening || engine->flipping)
		return false;
	if (engine->stopping)
		return !engine->queue.courses;
	return !engine->queue.courses && !engine->wanted_count && !engine->flip_waits &&
	       (engine->options.dry || engine->seen_number >= 0);
}

bool engine_idle(struct engine *engine)
{
	bool idle;

	pthread_mutex_lock(&engine->lock);
	idle = is_idle(engine);
	pthread_mutex_unlock(&engine->lock);
	return idle;
}

bool engine_wait(struct engine *engine, int64_t milliseconds)
{
	int64_t until;
	bool idle;

	pthread_mutex_lock(&engine->lock);
	until = clock_now(engine->clock) + milliseconds;
	while (!is_idle(engine) && clock_now(engine->clock) < until)
		clock_wait(engine->clock, &engine->idle, &engine->lock, until);
	idle = is_idle(engine);
	pthread_mutex_unlock(&engine->lock);
	return idle;
}

void engine_state(struct engine *engine, struct engine_state *out)
{
	const struct hold *hold;
	struct course_run *run;

	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&engine->lock);
	hold = &engine->holds[engine_held(engine)];
	out->held = engine_held(engine);
	memcpy(out->hold, hold->text, sizeof(out->hold));
	out->hold_since = hold->since;
	if (hold->on)
		out->held_for = clock_now(engine->clock) - hold->since_now;
	out->rests = engine->rest_told;
	out->waits_for_go = engine->leftovers;
	out->under_way = (int64_t)engine->queue.running;
	run = engine->queue.turn;
	for (size_t i = 0; i < engine->queue.courses; i++, run = run->next)
		out->pausing += run->leaving ? (int64_t)run->running : 0;
	out->ending = engine->ending;
	out->flipping = engine->flipping && !engine->flip_rests;
	out->workers = engine->workers;
	out->rate = engine->pace.rate;
	out->dry_run = engine->dry_run;
	if (engine->dry_run)
		engine_dry_work(engine, &out->dry_work);
	out->own_from = (engine->adopted > 0 ? engine->adopted : 0) + 1;
	progress_tick(&engine->progress, clock_now(engine->clock), engine_progress(engine));
	out->progress = engine->progress;
	pthread_mutex_unlock(&engine->lock);
}
