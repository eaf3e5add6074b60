/*
 * The keeper: takes over intents that other processes wrote, tells the status database who holds
 * the engine and how it is.
 */
#include "config.h"

#include "src/engine/diary.h"
#include "src/engine/internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY 25	/* ms: a pause from another shell is seen well within 100 ms */
#define BEAT_EVERY 2000 /* ms: the holder's row, while something is under way */

/* Lock held: what is told of this engine to other processes. */
static void beat(struct engine *engine, bool held, struct holder_row *row)
{
	memset(row, 0, sizeof(*row));
	row->held = held;
	row->who = engine->campus->conf->operator_name;
	row->host = engine->holder_name;
	row->pid = getpid();
	row->beat = clock_wall(engine->clock);
	row->hold_since = engine->holds[engine_held(engine)].since;
	row->under_way = (int64_t)engine->queue.running;
}

/* Once, not forty times a second. */
static void tell_trouble(struct engine *engine, const struct error *err, bool *told)
{
	if (!*told)
		engine_tell(engine, &(struct engine_event){.kind = ENGINE_TROUBLE, .text = err->text});
	*told = true;
}

void *keeper_main(void *arg)
{
	struct engine *engine = arg;
	struct holder_row row, last = {.under_way = -1};
	int64_t next_beat = 0, since = clock_wall(engine->clock);
	char hold[sizeof(engine->holds->text)] = "", told[sizeof(hold)] = "";
	struct reader *reader;
	enum hold_reason held;
	bool trouble = false;
	struct diary diary;

	if (!engine->options.dry)
		diary_begin(&diary, engine->campus, engine->campus->conf->workers);
	pthread_mutex_lock(&engine->lock);
	reader = engine_take_reader(engine);
	while (!engine->keeper_ends) {
		int64_t now = clock_now(engine->clock);
		struct error err = {0};

		progress_tick(&engine->progress, now, engine_progress(engine));
		beat(engine, true, &row);
		row.since = since;
		held = engine_held(engine);
		snprintf(hold, sizeof(hold), "%s", engine->holds[held].text);
		row.hold = hold;
		pthread_mutex_unlock(&engine->lock);
		if (!engine->options.dry)
			diary_note(&diary, hold, held >= HOLD_RESTART);
		if (engine_read_intents(engine, reader, &err) != RESULT_OK)
			tell_trouble(engine, &err, &trouble);
		if (strcmp(hold, told) || (now >= next_beat && row.under_way != last.under_way)) {
			memcpy(told, hold, sizeof(told));
			status_holder(engine->campus->status, &row);
			last = row;
			next_beat = now + BEAT_EVERY;
			/* who stops this process next must know that it was written */
			if (held == HOLD_REST)
				status_flush(engine->campus->status, NULL);
		}
		pthread_mutex_lock(&engine->lock);
		engine->rest_told = held == HOLD_REST && engine->holds[HOLD_REST].on;
		if (!engine->keeper_ends)
			clock_wait(engine->clock, &engine->idle, &engine->lock, now + LOOK_EVERY);
	}
	beat(engine, false, &row);
	pthread_mutex_unlock(&engine->lock);
	row.since = since;
	row.hold = told;
	told[0] = '\0';
	status_holder(engine->campus->status, &row);
	if (!engine->options.dry)
		diary_end(&diary);
	return NULL;
}
