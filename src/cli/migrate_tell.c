/*
 * What migrate tells.
 *
 * JSON, one object a line: tried (course, video, result, registered, text), course (as in
 * list), trouble (text), summary (mode, run, kind, courses, migrated, failed, paused, videos,
 * registered, untold, expected, in_val, errors, warnings, interrupted). Where another process had
 * the engine, nothing here knows what it registered: there is no such number then; untold is of a
 * dry run only, and run and kind are not there where nothing was run.
 */
#include "config.h"

#include "src/cli/migrating.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/cli/out.h"
#include "src/cli/show.h"

/* ---- telling ----------------------------------------------------------------------------- */

static void tell_video(struct migrating *m, const struct engine_event *event)
{
	cJSON *json;

	m->registered += event->registered;
	m->untold += event->untold;
	if (m->json) {
		json = object_new("tried");
		member_text(json, "course", event->key);
		member_text(json, "video", event->block);
		member_text(json, "result", event->failed ? "failed" : "done");
		member_number(json, "registered", event->registered);
		member_text(json, "text", event->text);
		out_json_line(json);
	} else if (event->failed) {
		out_line("  failed %s %s: %s", event->key, event->block, event->text);
	}
}

static void tell_trouble(struct migrating *m, const char *text)
{
	cJSON *json;

	if (!m->json) {
		out_note("%s", text);
		return;
	}
	json = object_new("trouble");
	member_text(json, "text", text);
	out_json_line(json);
}

static void tell_course(struct migrating *m, const struct course_row *row)
{
	if (m->json)
		out_json_line(show_course_json(row, NULL));
	else if (*row->problem)
		out_line("%-12s %s: %s", course_status_name(row->status), row->key, row->problem);
	else
		out_line("%-12s %s  %" PRId64 " videos, %" PRId64 " of %" PRId64
			 " transcripts in val%s%s",
			 m->dry ? "predicted" : course_status_name(row->status), row->key, row->videos,
			 row->counts.in_val, row->counts.expected, row->counts.errors ? ", with errors" : "",
			 row->intent == INTENT_PAUSE ? ", paused" : "");
}

/* ---- while the engine runs --------------------------------------------------------------- */

void migrate_trouble(struct migrating *m, const char *text)
{
	pthread_mutex_lock(&m->lock);
	tell_trouble(m, text);
	pthread_mutex_unlock(&m->lock);
}

/* From engine threads. */
void migrate_on_event(void *arg, const struct engine_event *event)
{
	struct migrating *m = arg;
	bool ended = event->kind == ENGINE_COURSE_ENDED;

	pthread_mutex_lock(&m->lock);
	if (event->kind == ENGINE_VIDEO_TRIED)
		tell_video(m, event);
	else if (event->kind == ENGINE_TROUBLE || event->kind == ENGINE_FLAG)
		tell_trouble(m, event->text);
	else if (ended && *event->text)
		tell_trouble(m, event->text);
	m->predicted += ended;
	m->unread += m->dry && ended && event->failed;
	pthread_mutex_unlock(&m->lock);
}

void migrate_tell_hold(struct migrating *m, const struct engine_state *state)
{
	pthread_mutex_lock(&m->lock);
	if (state->held != HOLD_NONE && state->held != m->held)
		tell_trouble(m, state->hold);
	else if (state->held == HOLD_NONE && m->held != HOLD_NONE)
		tell_trouble(m, "going on");
	m->held = state->held;
	pthread_mutex_unlock(&m->lock);
}

void migrate_tell_ending(struct migrating *m)
{
	if (m->json)
		return;
	pthread_mutex_lock(&m->lock);
	out_note("ending: transactions under way finish; once more ends at once");
	pthread_mutex_unlock(&m->lock);
}

/* ---- how far it is ----------------------------------------------------------------------- */

/*
 * Counts the chosen courses where something has changed. A million of them take longer than a few:
 * no more than a tenth of the time goes into counting. Where it fails the figures stay as they
 * were: whoever runs the courses meets the same failure, and says so.
 */
static void count(struct migrating *m)
{
	struct clock *clock = m->cli->campus->clock;
	int64_t version = reader_version(m->cli->reader), begun = clock_now(clock);
	struct chosen_totals totals;

	if (version == m->version || begun < m->counted + m->pause)
		return;
	if (reader_totals_of(m->cli->reader, m->ids, m->count, &totals, NULL) == RESULT_OK)
		m->figures = totals;
	m->version = version;
	m->counted = clock_now(clock);
	m->pause = (m->counted - begun) * 9;
}

static void tell_end(struct migrating *m, const struct engine_state *state,
		     struct progress_figures *figures)
{
	const struct totals *totals = &m->figures.totals;
	struct progress_work work = progress_work(totals, *state->hold, state->rate);
	struct progress_left left = progress_left(&state->progress, &work);
	int64_t now = clock_wall(m->cli->campus->clock);

	figures->rate = progress_rate(&state->progress, 10);
	figures->unknown = totals->wanted ? left.reason : totals->paused ? "paused" : NULL;
	if (!totals->wanted)
		return;
	figures->low = left.low ? now + left.low * 1000000 : 0;
	figures->high = left.high ? now + left.high * 1000000 : 0;
}

void migrate_progress(struct migrating *m, struct engine *engine, bool ending)
{
	struct progress_figures figures = {.courses = (int64_t)m->count, .rate = -1};
	struct engine_state state = {0};

	if (!progress_line_is_due(&m->line))
		return;
	if (engine)
		engine_state(engine, &state);
	if (m->dry)
		figures.done_as = "predicted";
	else
		count(m);
	figures.done = m->figures.ended;
	figures.in_val = m->figures.totals.counts.in_val;
	figures.expected = m->figures.totals.counts.expected;
	figures.failed = m->figures.failed;
	snprintf(figures.waits, sizeof(figures.waits), "%s", state.hold);
	if (ending)
		snprintf(figures.waits, sizeof(figures.waits), "ending, %" PRId64 " under way",
			 state.under_way);
	if (engine && !m->dry)
		tell_end(m, &state, &figures);
	pthread_mutex_lock(&m->lock);
	if (m->dry)
		figures.done = m->predicted;
	progress_line_show(&m->line, &figures);
	pthread_mutex_unlock(&m->lock);
}

/* ---- the end ----------------------------------------------------------------------------- */

static int add_course(struct migrating *m, int64_t id, struct migrate_sums *sums)
{
	struct course_row row = {0};
	struct error err = {0};

	if (reader_course_by_id(m->cli->reader, id, &row, &err) != RESULT_OK)
		return cli_fail(&err);
	sums->status[row.status]++;
	sums->paused += row.intent == INTENT_PAUSE;
	sums->videos += row.videos;
	sums->counts.expected += row.counts.expected;
	sums->counts.in_val += row.counts.in_val;
	sums->counts.errors += row.counts.errors;
	sums->counts.warnings += row.counts.warnings;
	tell_course(m, &row);
	course_row_clear(&row);
	return -1;
}

int migrate_tell_courses(struct migrating *m, struct migrate_sums *sums)
{
	int st = -1;

	for (size_t i = 0; i < m->count && st < 0; i++)
		st = add_course(m, m->ids[i], sums);
	return st;
}

/* "mock 2", or "mock" where nothing was run. */
static void run_title(const struct migrating *m, char *out, size_t size)
{
	if (m->run)
		snprintf(out, size, "%s %" PRId64, run_kind_name(m->run_kind), m->run);
	else
		snprintf(out, size, "%s", campus_mode(m->cli->campus, m->dry));
}

static void tell_now(const struct migrating *m, char *out, size_t size)
{
	char untold[64] = "";

	if (m->untold)
		snprintf(untold, sizeof(untold), ", %" PRId64 " unknown until tried", m->untold);
	snprintf(out, size, "%" PRId64 " transcripts %s now%s; ", m->registered,
		 m->dry ? "would be migrated" : "migrated", untold);
}

void migrate_tell_summary(const struct migrating *m, const struct migrate_sums *sums, bool interrupted)
{
	const char *mode = campus_mode(m->cli->campus, m->dry);
	char title[48], now[120];
	cJSON *json;

	if (!m->json) {
		run_title(m, title, sizeof(title));
		tell_now(m, now, sizeof(now));
		out_line("%s: %zu course%s: %" PRId64 " Migrated, %" PRId64 " Failed, %" PRId64
			 " paused; %s%" PRId64 " of %" PRId64 " expected are in val, of %" PRId64
			 " videos; %" PRId64 " error%s, %" PRId64 " warning%s",
			 title, m->count, m->count == 1 ? "" : "s", sums->status[COURSE_MIGRATED], sums->status[COURSE_FAILED],
			 sums->paused, m->followed ? "" : now, sums->counts.in_val,
			 sums->counts.expected, sums->videos, sums->counts.errors,
			 sums->counts.errors == 1 ? "" : "s", sums->counts.warnings,
			 sums->counts.warnings == 1 ? "" : "s");
		return;
	}
	json = object_new("summary");
	member_text(json, "mode", mode);
	if (m->run) {
		member_number(json, "run", m->run);
		member_text(json, "kind", run_kind_name(m->run_kind));
	}
	member_number(json, "courses", (int64_t)m->count);
	member_number(json, "migrated", sums->status[COURSE_MIGRATED]);
	member_number(json, "failed", sums->status[COURSE_FAILED]);
	member_number(json, "paused", sums->paused);
	member_number(json, "videos", sums->videos);
	if (!m->followed)
		member_number(json, "registered", m->registered);
	if (m->dry)
		member_number(json, "untold", m->untold);
	member_number(json, "expected", sums->counts.expected);
	member_number(json, "in_val", sums->counts.in_val);
	member_number(json, "errors", sums->counts.errors);
	member_number(json, "warnings", sums->counts.warnings);
	member_flag(json, "interrupted", interrupted);
	out_json_line(json);
}
