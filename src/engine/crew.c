/*
 * The crew: how many transactions run at a time, and how fast they follow each other, both while
 * they do. internal.h tells how a number that shrinks is kept.
 */
#include "config.h"

#include "src/base/http.h"
#include "src/engine/internal.h"

/* Lock held, or nobody else there. */
static void want_workers(struct engine *engine, int64_t workers)
{
	engine->workers = workers;
	engine->threads = workers > 1 ? workers * THREADS_A_WORKER : 1;
	gate_set(&engine->store_gate, workers);
	gate_set(&engine->val_gate, workers);
}

enum result engine_open_crew(struct engine *engine, struct error *err)
{
	enum result st = RESULT_OK;

	want_workers(engine, engine->campus->conf->workers);
	for (int64_t i = 0; i < engine->threads && st == RESULT_OK; i++)
		st = reader_open(&engine->crew[i].reader, status_path(engine->campus->status), err);
	return st;
}

enum result engine_start_crew(struct engine *engine, struct error *err)
{
	enum result st = RESULT_OK;

	while (engine->crew_count < engine->threads && st == RESULT_OK) {
		struct worker *worker = &engine->crew[engine->crew_count];

		worker->engine = engine;
		st = engine_start_thread(&worker->thread, worker_main, worker, err);
		engine->crew_count += st == RESULT_OK;
	}
	return st;
}

void engine_join_crew(struct engine *engine)
{
	for (int64_t i = 0; i < engine->crew_count; i++)
		pthread_join(engine->crew[i].thread, NULL);
	for (int64_t i = 0; i < THREADS_MAX; i++)
		reader_close(engine->crew[i].reader);
}

void engine_set_workers(struct engine *engine, int64_t workers)
{
	struct error err = {0};
	enum result st = RESULT_OK;

	workers = workers < 1 ? 1 : workers > WORKERS_MAX ? WORKERS_MAX : workers;
	pthread_mutex_lock(&engine->lock);
	if (!engine->stopping) {
		want_workers(engine, workers);
		if (engine->campus->http) /* made for the configuration's number */
			http_set_most(engine->campus->http, CAMPUS_REQUESTS(workers));
		st = engine_start_crew(engine, &err);
		pthread_cond_broadcast(&engine->work);
		pthread_cond_broadcast(&engine->room);
	}
	pthread_mutex_unlock(&engine->lock);
	if (st != RESULT_OK) /* those that are there do what they can */
		engine_tell(engine, &(struct engine_event){.kind = ENGINE_TROUBLE, .text = err.text});
}

void engine_set_rate(struct engine *engine, int64_t rate)
{
	rate = rate < 0 ? 0 : rate > PACE_MOST ? PACE_MOST : rate;
	pthread_mutex_lock(&engine->lock);
	pace_set(&engine->pace, rate);
	pthread_cond_broadcast(&engine->work);
	pthread_mutex_unlock(&engine->lock);
}
