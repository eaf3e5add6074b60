/*
 * The keeper: takes over intents that other processes wrote, tells the status database who holds
 * the engine, how it is, and when it is at work.
 */
#include "config.h"

#include "src/engine/diary.h"
#include "src/engine/internal.h"

#include <string.h>
#include <unistd.h>

#define PLACE_EVERY 1000 /* ms: how often it is seen whether the status database is still there */
#define LOOK_EVERY 25	/* ms: a pause from another shell is seen well within 100 ms */
#define BEAT_EVERY 2000 /* ms: the holder's row, while something is under way */

/* What other processes are told of this engine; @hold has room for the text of its hold. */
struct beat {
	struct holder_row row;
	char hold[sizeof(((struct hold *)0)->text)];
};

/* Lock held. */
static void look(const struct engine *engine, bool held, struct beat *beat)
{
	const struct hold *hold = &engine->holds[engine_held(engine)];

	memset(beat, 0, sizeof(*beat));
	memcpy(beat->hold, hold->text, sizeof(beat->hold));
	beat->row = (struct holder_row){
		.held = held,
		.who = engine->campus->conf->operator_name,
		.host = (char *)engine->holder_name,
		.pid = getpid(),
		.since = engine->since,
		.beat = clock_wall(engine->clock),
		/* an operator's hold outlives the engine: who takes over has it from here */
		.hold = held || engine_held(engine) == HOLD_OPERATOR ? beat->hold : (char *)"",
		.hold_since = hold->since,
		.under_way = (int64_t)engine->queue.running,
		.reason = engine_held(engine),
		.workers = engine->workers,
		.rate = engine->pace.rate,
		.began = engine->began,
	};
}

void engine_post_holder(struct engine *engine, bool held)
{
	struct beat beat;

	pthread_mutex_lock(&engine->lock);
	look(engine, held, &beat);
	pthread_mutex_unlock(&engine->lock);
	status_holder(engine->campus->status, &beat.row);
}

/* Something that other processes should know at once. */
static bool is_news(const struct beat *now, const struct beat *told)
{
	return strcmp(now->hold, told->hold) || now->row.reason != told->row.reason ||
	       now->row.workers != told->row.workers || now->row.rate != told->row.rate;
}

/* ---- when the engine is at work ----------------------------------------------------------- */

/* Lock held. Reading a course is work, too. */
static bool is_at_work(const struct engine *engine)
{
	return engine_works(engine) || (engine->opening && !engine_holds(engine));
}

/* Lock held. Those that are paused leave. */
static void add_courses(const struct engine *engine, struct at_work *out)
{
	const struct course_run *run = engine->queue.turn;

	for (size_t i = 0; i < engine->queue.courses && out->count < AT_WORK_COURSES; i++, run = run->next)
		if (!run->leaving)
			out->courses[out->count++] = run->id;
	for (size_t i = 0; i < engine->wanted_count && out->count < AT_WORK_COURSES; i++)
		if (engine->wanted[i].opening)
			out->courses[out->count++] = engine->wanted[i].id;
}

/* What was told of it last. */
struct work_told {
	bool works;
	int64_t time;
};

/* Lock held. True: there is something to tell, @out. A change at once; else as often as a kill may lose. */
static bool look_at_work(struct engine *engine, int64_t time, struct work_told *told,
			 struct at_work *out)
{
	*out = (struct at_work){.works = is_at_work(engine), .now = time};
	if (!out->works && engine->looked)
		engine->stood += time - engine->looked;
	engine->looked = time;
	if (out->works == told->works && (!out->works || time < told->time + BEAT_EVERY))
		return false;
	add_courses(engine, out);
	*told = (struct work_told){out->works, time};
	return true;
}

int64_t engine_stood(struct engine *engine)
{
	int64_t stood;

	pthread_mutex_lock(&engine->lock);
	stood = engine->stood;
	pthread_mutex_unlock(&engine->lock);
	return stood;
}

/* ---- its thread --------------------------------------------------------------------------- */

/* Once, not forty times a second. */
static void tell_trouble(struct engine *engine, const struct error *err, bool *told)
{
	if (!*told)
		engine_tell(engine, &(struct engine_event){.kind = ENGINE_TROUBLE, .text = err->text});
	*told = true;
}

/* Also while nothing is written; the prober ends the hold if the file is put back. Not held. */
static void hold_if_moved(struct engine *engine)
{
	struct error err = {0};

	if (status_in_place(engine->campus->status, &err) == RESULT_OK)
		return;
	pthread_mutex_lock(&engine->lock);
	engine_set_hold(engine, HOLD_JOURNAL, "status", err.text);
	pthread_mutex_unlock(&engine->lock);
}

void *keeper_main(void *arg)
{
	struct engine *engine = arg;
	struct beat now, told = {.row.under_way = -1};
	int64_t next_beat = 0, next_place = 0;
	struct reader *reader;
	bool trouble = false;
	struct work_told work = {false, 0};
	struct at_work at_work;
	struct diary diary;
	bool tells;

	if (!engine->options.dry)
		diary_begin(&diary, engine->campus, engine->campus->conf->workers);
	engine_inherit(engine);
	pthread_mutex_lock(&engine->lock);
	reader = engine_take_reader(engine);
	while (!engine->keeper_ends) {
		int64_t time = clock_now(engine->clock);
		struct error err = {0};

		progress_tick(&engine->progress, time, engine_progress(engine));
		look(engine, true, &now);
		tells = look_at_work(engine, time, &work, &at_work);
		pthread_mutex_unlock(&engine->lock);
		if (tells)
			status_at_work(engine->campus->status, &at_work);
		if (time >= next_place) {
			hold_if_moved(engine);
			next_place = time + PLACE_EVERY;
		}
		if (!engine->options.dry)
			diary_note(&diary, now.hold, now.row.reason);
		if (engine_read_intents(engine, reader, &err) != RESULT_OK ||
		    engine_read_steering(engine, reader, &err) != RESULT_OK)
			tell_trouble(engine, &err, &trouble);
		if (is_news(&now, &told) ||
		    (time >= next_beat && now.row.under_way != told.row.under_way)) {
			status_holder(engine->campus->status, &now.row);
			told = now;
			next_beat = time + BEAT_EVERY;
			/* who stops this process next must know that it was written */
			if (now.row.reason == HOLD_REST)
				status_flush(engine->campus->status, NULL);
		}
		pthread_mutex_lock(&engine->lock);
		engine->rest_told = now.row.reason == HOLD_REST && engine->holds[HOLD_REST].on;
		if (!engine->keeper_ends)
			clock_wait(engine->clock, &engine->idle, &engine->lock, time + LOOK_EVERY);
	}
	pthread_mutex_unlock(&engine->lock);
	status_at_work(engine->campus->status, &(struct at_work){.now = clock_now(engine->clock)});
	if (!engine->options.dry)
		diary_end(&diary);
	return NULL;
}
