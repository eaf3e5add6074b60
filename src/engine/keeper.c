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
	row->hold = engine->hold_text;
	row->hold_since = engine->hold_since;
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
	char hold[sizeof(engine->hold_text)] = "", told[sizeof(hold)] = "";
	struct reader *reader;
	bool trouble = false, waits;
	struct diary diary;

	if (!engine->options.dry)
		diary_begin(&diary, engine->campus, engine->workers);
	pthread_mutex_lock(&engine->lock);
	reader = engine_take_reader(engine);
	while (!engine->keeper_ends) {
		int64_t now = clock_now(engine->clock);
		struct error err = {0};

		progress_tick(&engine->progress, now, engine_progress(engine));
		beat(engine, true, &row);
		row.since = since;
		snprintf(hold, sizeof(hold), "%s", engine->hold_text);
		row.hold = hold;
		waits = engine->hold == HOLD_OPERATOR;
		pthread_mutex_unlock(&engine->lock);
		if (!engine->options.dry)
			diary_note(&diary, hold, waits);
		if (engine_read_intents(engine, reader, &err) != RESULT_OK)
			tell_trouble(engine, &err, &trouble);
		if (strcmp(hold, told) || (now >= next_beat && row.under_way != last.under_way)) {
			memcpy(told, hold, sizeof(told));
			status_holder(engine->campus->status, &row);
			last = row;
			next_beat = now + BEAT_EVERY;
		}
		pthread_mutex_lock(&engine->lock);
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
