/*
 * The prober: asks what is down whether it answers again, and ends the hold. A thread of its
 * own: an endpoint may take its time to answer, and a pause must be seen within 100 ms.
 */
#include "config.h"

#include "src/engine/internal.h"

#include <stdio.h>
#include <string.h>

#define PROBE_AT_LEAST 500 /* ms between two probes */

/* "source" is its linker too, where links are written: Studio is another server. */
static enum result probe_source(struct campus *campus, struct error *err)
{
	struct linker *linker = campus->linker;
	enum result st = campus->source->ops->probe(campus->source, err);

	if (st != RESULT_OK || !linker || !linker->ops->probe ||
	    !atomic_load(&campus->link_allowed))
		return st;
	return linker->ops->probe(linker, err);
}

/* Not held. */
static enum result probe(struct engine *engine, const char *endpoint, struct error *err)
{
	struct campus *campus = engine->campus;

	if (!strcmp(endpoint, "source"))
		return probe_source(campus, err);
	if (!strcmp(endpoint, "val"))
		return campus->val->ops->probe(campus->val, err);
	if (!strcmp(endpoint, "store"))
		return campus->store->ops->probe(campus->store, err);
	return status_mended(campus->status, err);
}

/* Lock held on entry and exit. */
static void try_hold(struct engine *engine, enum hold_reason reason)
{
	struct hold *hold = &engine->holds[reason];
	const char *endpoint = hold->endpoint;
	struct error err = {0};
	enum result st;

	pthread_mutex_unlock(&engine->lock);
	st = probe(engine, endpoint, &err);
	pthread_mutex_lock(&engine->lock);
	if (!hold->on || hold->endpoint != endpoint)
		return;
	if (st == RESULT_OK)
		engine_end_hold(engine, reason);
	else if (st == RESULT_BUSY || (!result_is_transient(st) && st != RESULT_NOMEM)) /* this is why now */
		engine_hold_text(hold->text, sizeof(hold->text), endpoint, err.text);
}

/* Lock held. Without the journal nothing else can be done: it comes first. */
static enum hold_reason what_is_down(const struct engine *engine)
{
	if (engine->holds[HOLD_JOURNAL].on)
		return HOLD_JOURNAL;
	return engine->holds[HOLD_ENDPOINT].on ? HOLD_ENDPOINT : HOLD_NONE;
}

void *prober_main(void *arg)
{
	struct engine *engine = arg;
	int64_t pause = engine->retry_delay > PROBE_AT_LEAST ? engine->retry_delay : PROBE_AT_LEAST;
	int64_t next = 0;

	pthread_mutex_lock(&engine->lock);
	while (!engine->keeper_ends) {
		enum hold_reason down = what_is_down(engine);

		if (down && clock_now(engine->clock) >= next) {
			next = clock_now(engine->clock) + pause;
			try_hold(engine, down);
			continue;
		}
		clock_wait(engine->clock, &engine->idle, &engine->lock, down ? next : INT64_MAX);
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}
