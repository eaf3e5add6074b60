/*
 * What operators wish of this engine, written into the status database by whatever process they
 * are at. On the keeper's thread.
 */
#include "config.h"

#include "src/engine/internal.h"

/* Only who holds at a restart is asked about the work of an earlier session: other engines run what
   they were told to. */
static void go_on(struct engine *engine)
{
	bool restart;

	pthread_mutex_lock(&engine->lock);
	restart = engine->holds[HOLD_RESTART].on;
	engine_end_hold(engine, HOLD_OPERATOR);
	pthread_mutex_unlock(&engine->lock);
	if (restart)
		engine_go(engine);
}

static void take_up(struct engine *engine, const struct steering_row *row)
{
	switch (row->what) {
	case STEER_HOLD:
		if (row->value)
			engine_hold(engine, row->who);
		else if (row->number > engine->began) /* not what the engine before was told */
			go_on(engine);
		break;
	case STEER_WORKERS:
		engine_set_workers(engine, row->value);
		break;
	default:
		engine_set_rate(engine, row->value);
	}
}

void engine_inherit(struct engine *engine)
{
	const struct holder_row *before = &engine->before;

	if (!before->workers) /* nothing is inherited, or there was none */
		return;
	engine_set_workers(engine, before->workers);
	engine_set_rate(engine, before->rate);
}

void engine_inherit_hold(struct engine *engine)
{
	const struct holder_row *before = &engine->before;

	if (before->reason != HOLD_OPERATOR)
		return;
	engine_set_hold(engine, HOLD_OPERATOR, "", before->hold);
	engine->holds[HOLD_OPERATOR].since = before->hold_since;
}

enum result engine_read_steering(struct engine *engine, struct reader *reader, struct error *err)
{
	struct steering_row rows[STEER_COUNT];
	size_t count;
	enum result st = reader_steering(reader, engine->steered, rows, &count, err);

	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		take_up(engine, &rows[i]);
		engine->steered = rows[i].number;
	}
	return st;
}
