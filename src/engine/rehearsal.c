/*
 * A dry run in the console: for its time the desk's engine is a dry one. On the clerk's thread, which
 * goes on serving meanwhile: pauses, waivers and wishes of the engine reach it as ever, what would have
 * to wait for the engine is refused.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdlib.h>

#include "src/base/buf.h"
#include "src/base/figures.h"
#include "src/status/runs.h"

static void on_event(void *arg, const struct engine_event *event)
{
	if (event->kind == ENGINE_TROUBLE)
		desk_say(arg, FINDING_ERROR, "%s", event->text);
}

/* ---- its beginning ------------------------------------------------------------------------*/

/* Courses that are gone have nothing to be read; into a new array. */
static enum result choose(struct desk *desk, const struct desk_act *act, int64_t **ids, size_t *count,
			  struct error *err)
{
	struct reader *reader = NULL;
	enum result st = reader_open(&reader, status_path(desk->campus->status), err);

	*count = 0;
	*ids = calloc(act->count, sizeof(**ids));
	if (st == RESULT_OK && !*ids)
		st = error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < act->count && st == RESULT_OK; i++) {
		struct course_row row = {0};

		st = reader_course_by_id(reader, act->ids[i], &row, err);
		if (st == RESULT_OK && !row.gone)
			(*ids)[(*count)++] = act->ids[i];
		course_row_clear(&row);
	}
	if (st == RESULT_OK && !*count)
		st = error_set(err, RESULT_MISSING, "gone from the source: there is nothing to be read");
	reader_close(reader);
	return st;
}

/* What was here goes on; where another process was faster with the lock, this one is a viewer. */
static void begin_of(struct desk *desk, const int64_t *ids, size_t count)
{
	struct engine_options options = {.dry = true, .dry_courses = ids, .dry_count = count,
					 .inherits = true, .event = on_event, .arg = desk};
	bool had_engine = desk->engine != NULL;
	struct error err = {0};
	int64_t number;
	enum result st;

	if (had_engine)
		clerk_leave_engine(desk);
	st = clerk_start_engine(desk, &options, &number, &err);
	if (st == RESULT_OK) {
		desk_say(desk, FINDING_NOTICE, "dry run %lld of %s course%s: nothing is migrated; d ends it",
			 (long long)number, figure_number((int64_t)count).text, count == 1 ? "" : "s");
		return;
	}
	if (had_engine && st != RESULT_BUSY)
		clerk_take_engine(desk, false, NULL);
	desk_say(desk, FINDING_ERROR, "no dry run: %s%s", st == RESULT_BUSY ? "viewer: " : "", err.text);
}

void rehearsal_begin(struct desk *desk, const struct desk_act *act)
{
	const char *work = clerk_at_work(desk);
	struct error err = {0};
	int64_t *ids = NULL;
	size_t count;

	if (*work)
		desk_say(desk, FINDING_WARNING, "no dry run now: %s is under way here: wait until it is idle,"
			 " or pause what is launched", work);
	else if (choose(desk, act, &ids, &count, &err) != RESULT_OK)
		desk_say(desk, FINDING_ERROR, "no dry run: %s", err.text);
	else
		begin_of(desk, ids, count);
	free(ids);
}

/* ---- while it goes on ---------------------------------------------------------------------*/

bool rehearsal_refuses(struct desk *desk, const struct desk_act *act)
{
	if (!act->refreshes && (act->undoes || act->act == ACT_PAUSE || act->act == ACT_WAIVE ||
				act->act == ACT_UNWAIVE))
		return false;
	desk_say(desk, FINDING_WARNING, "nothing was done: dry run %lld is under way; d ends it",
		 (long long)desk->rehearsal);
	return true;
}

void desk_end_rehearsal(struct desk *desk)
{
	pthread_mutex_lock(&desk->lock);
	if (desk->rehearsal && desk->engine)
		engine_stop(desk->engine);
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

/* ---- its end ------------------------------------------------------------------------------*/

/* "128 would migrate, 12 kept, 3 would fail": short, so that a screen has room for it; a course that
   cannot be read has no transcripts that could fail. */
static void say_sums(const struct run_sums *sums, struct buf *out)
{
	buf_printf(out, "%s would migrate", figure_number(sums->would).text);
	if (sums->migrated)
		buf_printf(out, ", %s done", figure_number(sums->migrated).text);
	if (sums->kept)
		buf_printf(out, ", %s kept", figure_number(sums->kept).text);
	if (sums->untold)
		buf_printf(out, ", %s unknown", figure_number(sums->untold).text);
	if (sums->not_migrated)
		buf_printf(out, ", %s would fail", figure_number(sums->not_migrated).text);
	else if (sums->failed)
		buf_printf(out, ", %s course%s would fail", figure_number(sums->failed).text,
			   sums->failed == 1 ? "" : "s");
}

/* The end is committed; *@whole: all that was asked for was predicted. */
static enum result read_result(struct desk *desk, int64_t number, struct buf *out, bool *whole,
			       struct error *err)
{
	struct reader *reader = NULL;
	struct run_row run = {0};
	enum result st = reader_open(&reader, status_path(desk->campus->status), err);

	if (st == RESULT_OK)
		st = reader_run(reader, number, &run, err);
	if (st == RESULT_OK) {
		*whole = !run.broken_off;
		if (run.broken_off)
			buf_printf(out, "broken off after %s course%s, ",
				   figure_number(run.sums.ended).text, run.sums.ended == 1 ? "" : "s");
		say_sums(&run.sums, out);
	}
	run_row_clear(&run);
	reader_close(reader);
	return st;
}

static void end(struct desk *desk)
{
	struct error err = {0}, taken = {0};
	int64_t number = desk->rehearsal;
	struct buf text = BUF_INIT;
	bool whole = false;
	enum result st;

	clerk_leave_engine(desk);
	if (clerk_take_engine(desk, false, &taken) == RESULT_OK)
		taken.text[0] = '\0';
	st = read_result(desk, number, &text, &whole, &err);
	desk_say(desk, st != RESULT_OK ? FINDING_ERROR : whole && !*taken.text ? FINDING_NOTICE
									       : FINDING_WARNING,
		 "dry run %lld: %s; A shows it%s%s", (long long)number,
		 st == RESULT_OK ? buf_text(&text) : err.text,
		 *taken.text ? "; no engine here any more: " : "", taken.text);
	buf_clear(&text);
}

bool rehearsal_look(struct desk *desk)
{
	/* one that rests is not written to; where all ends, desk_free() ends it */
	if (!desk->rehearsal || desk->rests || desk->stopping || !engine_idle(desk->engine))
		return false;
	desk->busy = true;
	pthread_mutex_unlock(&desk->lock);
	end(desk);
	pthread_mutex_lock(&desk->lock);
	desk->busy = false;
	return true;
}
