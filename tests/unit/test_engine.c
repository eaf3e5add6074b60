/*
 * The engine on a small campus: the course's way through the statuses, every step of the
 * transaction with every fault, retries, pause and resume, holds, shared ids, mending.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/engine/engine.h"
#include "src/engine/internal.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Engine+1"
#define PATIENCE WORLD_PATIENCE

/* Two videos, three languages, one video without an id. */
static void fill(struct world *world)
{
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "vid-a", "en=a_en.srt es=a_es.srt");
	world_video(outline, "b", "", "fr=b_fr.srt");
	world_subrip(world, "a_en.srt", "hello");
	world_subrip(world, "a_es.srt", "hola");
	world_subrip(world, "b_fr.srt", "salut");
	world_scan(world);
}

static char *clean_state(void)
{
	struct world *world = world_new();
	char *state;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	state = world_state(world);
	world_free(world);
	return state;
}

static void a_course_is_migrated(void **state)
{
	struct world *world = *state;
	struct course_row row;
	char *first, *second;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	assert_int_equal(row.intent, INTENT_IDLE);
	assert_int_equal(row.videos, 2);
	assert_int_equal(row.tried, 2);
	assert_int_equal(row.counts.expected, 3);
	assert_int_equal(row.counts.in_val, 3);
	assert_int_equal(row.counts.errors, 0);
	assert_int_equal(world_findings(world, KEY, FINDING_LINK_PENDING), 1);
	course_row_clear(&row);
	first = world_state(world);
	/* again, by naming it: everything is kept, nothing is written */
	world->faults[FAULT_PUT].calls = world->faults[FAULT_REGISTER].calls = 0;
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world->faults[FAULT_PUT].calls, 0);
	assert_int_equal(world->faults[FAULT_REGISTER].calls, 0);
	second = world_state(world);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void a_lost_status_database_costs_nothing(void **state)
{
	struct world *world = *state;
	char *before, *after;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	before = world_state(world);
	reader_close(world->reader);
	status_close(world->status);
	assert_int_equal(unlink(world->conf.status_db), 0);
	assert_int_equal(status_open(&world->status, &(struct status_options){
				world->conf.status_db, "world", "staging", "tester", clock_system()}, NULL),
			 RESULT_OK);
	world->campus.status = world->status;
	assert_int_equal(reader_open(&world->reader, world->conf.status_db, NULL), RESULT_OK);
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	after = world_state(world);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* ---- every step, every fault ------------------------------------------------------------- */

static const struct cell {
	enum fault_point point;
	enum result result;
	int times;
	bool after;
	enum course_status status;
	enum finding_code finding; /* FINDING_NONE: success after retry */
} cells[] = {
	/* one failure, and a retry mends it */
	{FAULT_LOOKUP, RESULT_RETRY, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_PUT, RESULT_RETRY, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_PUT, RESULT_RETRY, 1, true, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_PUT, RESULT_UNREACHABLE, 2, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_CREATE, RESULT_RETRY, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_CREATE, RESULT_UNKNOWN, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_CREATE, RESULT_UNKNOWN, 1, true, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_REGISTER, RESULT_RETRY, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_REGISTER, RESULT_UNKNOWN, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_REGISTER, RESULT_UNKNOWN, 1, true, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_REGISTER, RESULT_UNREACHABLE, 1, true, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_FIND, RESULT_RETRY, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_READ, RESULT_RETRY, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_OPEN, RESULT_RETRY, 2, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_OPEN, RESULT_NOMEM, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_FIND, RESULT_NOMEM, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_READ, RESULT_NOMEM, 1, false, COURSE_MIGRATED, FINDING_NONE},
	{FAULT_LOOKUP, RESULT_NOMEM, 1, false, COURSE_MIGRATED, FINDING_NONE},
	/* it stays: the course fails with the declared finding */
	{FAULT_PUT, RESULT_RETRY, -1, false, COURSE_FAILED, FINDING_STORE_UNREACHABLE},
	{FAULT_PUT, RESULT_REFUSED, -1, false, COURSE_FAILED, FINDING_STORE_REFUSED},
	{FAULT_PUT, RESULT_CONFLICT, -1, false, COURSE_FAILED, FINDING_STORE_CONFLICT},
	{FAULT_CREATE, RESULT_REFUSED, -1, false, COURSE_FAILED, FINDING_VAL_REFUSED},
	{FAULT_REGISTER, RESULT_REFUSED, -1, false, COURSE_FAILED, FINDING_VAL_REFUSED},
	{FAULT_REGISTER, RESULT_RETRY, -1, false, COURSE_FAILED, FINDING_VAL_UNREACHABLE},
	{FAULT_READ, RESULT_RETRY, -1, false, COURSE_FAILED, FINDING_SOURCE_UNREACHABLE},
	{FAULT_OPEN, RESULT_RETRY, -1, false, COURSE_FAILED, FINDING_SOURCE_UNREACHABLE},
	{FAULT_OPEN, RESULT_INVALID, -1, false, COURSE_FAILED, FINDING_SOURCE_INVALID},
	{FAULT_OPEN, RESULT_MISSING, -1, false, COURSE_FAILED, FINDING_SOURCE_UNREACHABLE},
};

static void try_cell(const struct cell *cell, const char *clean)
{
	struct world *world = world_new();
	char *end;

	print_message("    point %d, %s, %d times%s\n", cell->point, result_text(cell->result),
		      cell->times, cell->after ? ", answer lost" : "");
	fill(world);
	world->faults[cell->point] = (struct fault){cell->result, cell->times, cell->after, 0, 0};
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, cell->status);
	if (cell->finding != FINDING_NONE)
		assert_true(world_findings(world, KEY, cell->finding) > 0);
	/* mended, and run again */
	world->faults[cell->point].times = 0;
	if (cell->status == COURSE_FAILED)
		world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	if (cell->finding != FINDING_NONE)
		assert_int_equal(world_findings(world, KEY, cell->finding), 0);
	end = world_state(world);
	assert_string_equal(end, clean);
	free(end);
	world_free(world);
}

static void every_fault_ends_as_declared_and_is_mended(void **state)
{
	char *clean = clean_state();

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++)
		try_cell(&cells[i], clean);
	free(clean);
}

/* ---- findings of the source -------------------------------------------------------------- */

static void a_missing_file_fails_its_video_alone(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct course_row row;

	world_video(outline, "a", "vid-a", "en=a_en.srt es=gone.srt");
	world_video(outline, "b", "vid-b", "fr=b_fr.srt");
	world_subrip(world, "a_en.srt", "hello");
	world_subrip(world, "b_fr.srt", "salut");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_FAILED);
	assert_int_equal(row.tried, 2);
	assert_int_equal(row.failed, 1);
	/* nothing of the video that failed was written, not even its id */
	assert_int_equal(row.counts.in_val, 1);
	assert_int_equal(row.counts.expected, 3);
	course_row_clear(&row);
	assert_int_equal(world_findings(world, KEY, FINDING_ASSET_MISSING), 1);
	/* a waiver lets the rest of the video go */
	assert_int_equal(status_waive(world->status, KEY, "video@a", "es", FINDING_ASSET_MISSING,
				      "never existed", NULL), RESULT_OK);
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	assert_int_equal(row.counts.expected, 2);
	assert_int_equal(row.counts.in_val, 2);
	assert_int_equal(row.counts.errors, 0);
	assert_int_equal(row.counts.waived, 1);
	course_row_clear(&row);
}

static size_t attempts_of(struct world *world, const char *block)
{
	struct attempt_row *attempts = NULL;
	struct video_row video = {0};
	size_t count = 0;

	assert_int_equal(reader_find_video(world->reader, world_course_id(world, KEY), block, &video, NULL),
			 RESULT_OK);
	assert_int_equal(reader_attempts(world->reader, video.id, &attempts, &count, NULL), RESULT_OK);
	for (size_t i = 0; i < count; i++)
		attempt_row_clear(&attempts[i]);
	free(attempts);
	video_row_clear(&video);
	return count;
}

static void a_retry_tries_only_what_failed(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct course_row row;
	size_t failed;

	world_video(outline, "a", "vid-a", "en=bad.srt");
	world_video(outline, "b", "vid-b", "fr=b_fr.srt");
	world_file(world, "bad.srt", "no cue at all");
	world_subrip(world, "b_fr.srt", "salut");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_FAILED);
	failed = attempts_of(world, "a");
	assert_int_equal(attempts_of(world, "b"), 1);
	world_subrip(world, "bad.srt", "mended");
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	assert_int_equal(row.tried, 2);
	assert_int_equal(row.counts.in_val, 2);
	course_row_clear(&row);
	assert_int_equal(attempts_of(world, "a"), failed + 1);
	assert_int_equal(attempts_of(world, "b"), 1);
}

static void a_file_that_comes_back_is_no_finding(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct engine *engine;

	world_video(outline, "a", "vid-a", "en=late.srt");
	world_scan(world);
	world->conf.retry_delay = 400;
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	/* the platform saves by delete and insert: the first look falls between the two */
	while (!world_calls(world, FAULT_LOOKUP))
		usleep(1000);
	usleep(50000);
	assert_false(engine_idle(engine));
	engine_free(engine);
	world_subrip(world, "late.srt", "here");
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
}

/* B10: the platform's own command failed here, although val has all there is to have. */
static void what_val_has_needs_no_file(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct course_row row;

	world_video(outline, "a", "vid-a", "en=a_en.srt es=gone.srt");
	world_subrip(world, "a_en.srt", "hello");
	world_scan(world);
	assert_int_equal(world->real_val->ops->create(world->real_val, KEY, "vid-a", NULL), RESULT_OK);
	world_on_val(world, "INSERT INTO edxval_videotranscript (created, modified, transcript, "
			    "language_code, provider, file_format, video_id) SELECT created, created, "
			    "'video-transcripts/x.srt', 'es', 'Custom', 'srt', id FROM edxval_video");
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	assert_int_equal(row.counts.expected, 2);
	assert_int_equal(row.counts.in_val, 2);
	assert_int_equal(row.counts.errors, 1);
	course_row_clear(&row);
	assert_int_equal(world_findings(world, KEY, FINDING_ASSET_MISSING), 1);
}

static void blocks_sharing_an_id_keep_the_first(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	char *end;

	world_video(outline, "a", "shared", "en=one.srt es=same.srt");
	world_video(outline, "b", "shared", "en=two.srt es=same.srt fr=own.srt");
	world_subrip(world, "one.srt", "one");
	world_subrip(world, "two.srt", "two");
	world_subrip(world, "same.srt", "same");
	world_subrip(world, "own.srt", "own");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_SHARED_ID_DIFFERS), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 0);
	end = world_state(world);
	/* in every run */
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	assert_int_equal(world_findings(world, KEY, FINDING_SHARED_ID_DIFFERS), 1);
	free(end);
}

static void ids_that_differ_in_case_stop_both(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "Clip", "en=one.srt");
	world_video(outline, "b", "clip", "en=two.srt");
	world_video(outline, "c", "other", "en=one.srt");
	world_subrip(world, "one.srt", "one");
	world_subrip(world, "two.srt", "two");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_FAILED);
	assert_int_equal(world_findings(world, KEY, FINDING_VIDEO_ID_CASE), 2);
}

static void draft_and_published_are_one_video(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct course_row row;

	world_video(outline, "a", "vid-a", "en=pub.srt es=both.srt");
	world_draft(outline, "a", "vid-a", "en=draft.srt es=both.srt fr=new.srt");
	world_subrip(world, "pub.srt", "published");
	world_subrip(world, "draft.srt", "draft");
	world_subrip(world, "both.srt", "both");
	world_subrip(world, "new.srt", "new");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	assert_int_equal(row.videos, 1);
	assert_int_equal(row.counts.expected, 3);
	assert_int_equal(row.counts.in_val, 3);
	course_row_clear(&row);
	assert_int_equal(world_findings(world, KEY, FINDING_DRAFT_DIFFERS), 1);
}

/* ---- behind our back --------------------------------------------------------------------- */

static void a_removed_row_is_seen_and_registered_only_on_request(void **state)
{
	struct world *world = *state;
	char *before, *after;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	before = world_state(world);
	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE language_code = 'es'");
	assert_int_equal(world_verify(world, KEY, LEVEL_COUNT).errors, 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REMOVED), 1);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REMOVED), 1);
	world_wish(world, WISH_RETRY, KEY, "val-removed");
	world_run(world);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REMOVED), 0);
	world_expect(world, KEY, COURSE_MIGRATED);
	after = world_state(world);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void a_missing_object_is_put_again_only_on_request(void **state)
{
	struct world *world = *state;
	char *before, *after, command[200];

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	before = world_state(world);
	snprintf(command, sizeof(command), "rm -r %s/video-transcripts", world->conf.store_path);
	assert_int_equal(system(command), 0);
	assert_int_equal(world_verify(world, KEY, LEVEL_SIZE).errors, 3);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 3);
	world_wish(world, WISH_RETRY, KEY, "object-missing");
	world_run(world);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 0);
	assert_int_equal(world_verify(world, KEY, LEVEL_BYTES).errors, 0);
	after = world_state(world);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void a_changed_source_is_told_from_a_changed_val(void **state)
{
	struct world *world = *state;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_subrip(world, "a_en.srt", "hello, again");
	world_on_val(world, "UPDATE edxval_videotranscript SET transcript = (SELECT transcript FROM "
		      "edxval_videotranscript WHERE language_code = 'fr') WHERE language_code = 'es'");
	assert_int_equal(world_verify(world, KEY, LEVEL_BYTES).errors, 2);
	assert_int_equal(world_findings(world, KEY, FINDING_SOURCE_CHANGED), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
	/* a run keeps both */
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	assert_int_equal(world_findings(world, KEY, FINDING_SOURCE_CHANGED), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
}

static void rows_of_the_authors_are_extra_and_no_error(void **state)
{
	struct world *world = *state;
	struct course_row row;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_on_val(world, "INSERT INTO edxval_videotranscript (created, modified, transcript, language_code, "
		      "provider, file_format, video_id) SELECT created, modified, transcript, 'de', provider, "
		      "file_format, video_id FROM edxval_videotranscript WHERE language_code = 'es'");
	world_verify(world, KEY, LEVEL_BYTES);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.extra, 1);
	assert_int_equal(row.counts.errors, 0);
	assert_int_equal(row.counts.expected, 3);
	course_row_clear(&row);
}

/* ---- pause, holds, restart ---------------------------------------------------------------- */

/* Thirty videos, of which three were tried. */
static struct engine *start_slowly(struct world *world)
{
	struct outline *outline = world_course(world, KEY);
	struct engine *engine;
	struct course_row row;
	char id[24], names[40];
	int64_t tried;

	for (int i = 0; i < 30; i++) {
		snprintf(id, sizeof(id), "video-%02d", i);
		snprintf(names, sizeof(names), "en=%s.srt", id);
		world_video(outline, id, id, names);
		world_subrip(world, names + 3, id);
	}
	world_scan(world);
	world->campus.pace = 60;
	world->conf.workers = 2;
	engine = world_start(world, false);
	world_wish(world, WISH_RUN, KEY, NULL);
	do {
		usleep(5000);
		row = world_row(world, KEY);
		tried = row.tried;
		course_row_clear(&row);
	} while (tried < 3);
	return engine;
}

/*
 * Its only run is not told to have been at work for so long of its time, but for the rest; of the
 * course at least @worked of that, microseconds, too: what the engine has not said yet when a course is
 * paused is not counted for it.
 */
static void expect_waited(struct world *world, int64_t microseconds, int64_t worked)
{
	struct run_course_row *course;
	struct run_row run;
	size_t count;

	assert_int_equal(reader_run(world->reader, 1, &run, NULL), RESULT_OK);
	assert_true(run.ended && run.active > 50000); /* the first tries take 60 ms */
	assert_true(run_row_elapsed(&run, 0) - run.active >= microseconds);
	assert_int_equal(run.tried, 30);
	run_row_clear(&run);
	assert_int_equal(reader_run_courses(world->reader, 1, &course, &count, NULL), RESULT_OK);
	assert_int_equal(count, 1);
	assert_true(course->active > worked);
	assert_true(course->ended - course->began - course->active >= microseconds);
	run_course_row_clear(course);
	free(course);
}

/* The keeper, which may be late, has seen nothing under way for so many ms. */
static void wait_until_stood(struct engine *engine, int64_t ms)
{
	int64_t until = clock_now(clock_system()) + PATIENCE, from = engine_stood(engine);

	while (engine_stood(engine) == from && clock_now(clock_system()) < until)
		usleep(5000);
	from = engine_stood(engine); /* before it looked at that there may have been work */
	while (engine_stood(engine) < from + ms && clock_now(clock_system()) < until)
		usleep(5000);
	assert_true(engine_stood(engine) >= from + ms);
}

/* From now on work takes no longer than it has to: threads of the engine look at that, too. */
static void hurry(struct world *world, struct engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	world->campus.pace = 0;
	pthread_mutex_unlock(&engine->lock);
}

/* The pause was taken up, and what it found under way has ended. */
static void wait_until_left(struct engine *engine)
{
	int64_t until = clock_now(clock_system()) + PATIENCE;
	bool left = false;

	while (!left && clock_now(clock_system()) < until) {
		usleep(5000);
		pthread_mutex_lock(&engine->lock);
		left = !engine->queue.courses && !engine->queue.running;
		pthread_mutex_unlock(&engine->lock);
	}
	assert_true(left);
}

static void a_paused_course_starts_nothing_and_is_resumed(void **state)
{
	struct world *world = *state;
	struct engine *engine = start_slowly(world);
	struct course_row row;
	int64_t before;
	char *end;

	world_wish(world, WISH_PAUSE, KEY, NULL);
	wait_until_left(engine);
	row = world_row(world, KEY);
	before = row.tried;
	assert_int_equal(row.intent, INTENT_PAUSE);
	assert_int_equal(row.status, COURSE_IN_PROGRESS);
	assert_true(before < 30);
	course_row_clear(&row);
	wait_until_stood(engine, 300);
	row = world_row(world, KEY);
	assert_int_equal(row.tried, before);
	course_row_clear(&row);
	hurry(world, engine);
	world_wish(world, WISH_RESUME, KEY, NULL);
	engine_adopt(engine, NULL, 0);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	end = world_state(world);
	assert_non_null(strstr(end, "video-29 en"));
	free(end);
	expect_waited(world, 300000, 0);
}

static void what_is_held_is_not_at_work(void **state)
{
	struct world *world = *state;
	struct engine *engine = start_slowly(world);
	struct engine_state now;

	engine_hold(engine, "ana");
	do {
		usleep(5000);
		engine_state(engine, &now);
	} while (now.under_way);
	wait_until_stood(engine, 300);
	hurry(world, engine);
	engine_go(engine);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_waited(world, 300000, 50000);
}

static void expect_idle_intent(struct world *world)
{
	struct course_row row = world_row(world, KEY);

	assert_string_equal(course_intent_name(row.intent), "idle");
	course_row_clear(&row);
}

/* @pause: ms between the pause and the resuming: seen one by one, or only the later one. */
static void resume_while_opening(struct world *world, int pause)
{
	struct engine *engine;

	fill(world);
	world->faults[FAULT_OPEN].delay = 300;
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_OPEN))
		usleep(1000);
	world_wish(world, WISH_PAUSE, KEY, NULL);
	usleep((useconds_t)pause * 1000);
	world_wish(world, WISH_RESUME, KEY, NULL);
	usleep(50000);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_idle_intent(world);
	world_check(world);
}

static void a_course_resumed_while_it_opens_ends_once(void **state)
{
	resume_while_opening(*state, 0);
}

static void a_course_paused_while_it_opens_waits(void **state)
{
	resume_while_opening(*state, 100);
}

static void a_course_paused_while_it_opens_is_not_begun(void **state)
{
	struct world *world = *state;
	struct engine *engine;
	struct course_row row;

	fill(world);
	world->faults[FAULT_OPEN].delay = 200;
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_OPEN))
		usleep(1000);
	world_wish(world, WISH_PAUSE, KEY, NULL);
	assert_true(engine_wait(engine, PATIENCE));
	row = world_row(world, KEY);
	assert_int_equal(row.intent, INTENT_PAUSE);
	assert_int_equal(row.status, COURSE_IN_PROGRESS);
	assert_int_equal(row.tried, 0);
	course_row_clear(&row);
	assert_int_equal(world_calls(world, FAULT_PUT), 0);
	world_wish(world, WISH_RESUME, KEY, NULL);
	engine_adopt(engine, NULL, 0);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_idle_intent(world);
}

static void stopping_waits_for_no_retry(void **state)
{
	struct world *world = *state;
	struct engine *engine;

	fill(world);
	world->conf.retry_delay = 5000;
	world->faults[FAULT_READ] = (struct fault){RESULT_RETRY, -1, false, 0, 0};
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_READ))
		usleep(1000);
	usleep(20000);
	engine_stop(engine);
	assert_true(engine_wait(engine, 1000));
	engine_free(engine);
	world_expect(world, KEY, COURSE_IN_PROGRESS);
}

static void a_pause_is_seen_while_a_probe_lasts(void **state)
{
	struct world *world = *state;
	struct engine *engine;
	int tried;

	fill(world);
	world->conf.max_retries = 1000;
	world->conf.retry_delay = 20;
	world->faults[FAULT_PUT] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	world->faults[FAULT_STORE_PROBE] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 1500};
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_STORE_PROBE))
		usleep(1000);
	world_wish(world, WISH_PAUSE, KEY, NULL);
	usleep(100000);
	tried = world_calls(world, FAULT_PUT);
	usleep(300000);
	assert_int_equal(world_calls(world, FAULT_PUT), tried);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
}

static void lose_the_reading_back(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	world->faults[FAULT_LOOKUP].result = RESULT_RETRY;
	world->faults[FAULT_LOOKUP].times = 1;
	pthread_mutex_unlock(&world->lock);
	world->meanwhile = NULL;
}

static void add_registered(void *arg, const struct engine_event *event)
{
	if (event->kind == ENGINE_VIDEO_TRIED)
		__atomic_add_fetch((int64_t *)arg, event->registered, __ATOMIC_RELAXED);
}

static void what_earlier_tries_registered_is_told(void **state)
{
	struct world *world = *state;
	int64_t registered = 0;
	struct engine_options options = {.event = add_registered, .arg = &registered};
	struct engine *engine;

	fill(world);
	world->conf.workers = 1;
	world->meanwhile = lose_the_reading_back;
	world_wish(world, WISH_RUN, KEY, NULL);
	assert_int_equal(engine_new(&engine, &world->campus, &options, NULL), RESULT_OK);
	engine_go(engine);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(registered, 3);
}

static void many_engines_come_and_go(void **state)
{
	struct world *world = *state;
	struct engine *engine;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	/* stopped wherever it is: the next one takes up what is left */
	for (int i = 0; i < 30; i++) {
		engine = world_start(world, false);
		engine_go(engine);
		usleep((useconds_t)(i % 10) * 2000);
		engine_free(engine);
	}
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_idle_intent(world);
}

static void a_hold_says_why_before_it_says_where(void **state)
{
	static const struct {
		const char *endpoint, *text, *want;
	} rows[] = {
		{"store", "store: Connection refused (PUT http://127.0.0.1:9000/bucket/a/b.sjson)",
		 "store: Connection refused (PUT http://127.0.0.1:9000/bucket/a/b.sjson)"},
		{"val", "POST http://127.0.0.1:9000/api/val/v0/videos/: 403 Forbidden: not yours",
		 "val: 403 Forbidden: not yours (POST http://127.0.0.1:9000)"},
		{"store", "GET s3://bucket/media/probe: 400 ExpiredToken: it has expired",
		 "store: 400 ExpiredToken: it has expired (GET s3://bucket)"},
		{"val", "GET http://val: 403 Forbidden", "val: 403 Forbidden (GET http://val)"},
		{"val", "no token (is http://val/token right?): 404 Not Found",
		 "val: no token (is http://val/token right?): 404 Not Found"},
		{"source", "No suitable servers found: [Failed to resolve 'db']",
		 "source: No suitable servers found: [Failed to resolve 'db']"},
		{"source", "TLS handshake failed: see https://db/", "source: TLS handshake failed: see https://db/"},
		{"status", "status database cannot be written: disk full",
		 "status database cannot be written: disk full"},
		{"", "held by the operator", "held by the operator"},
	};
	char line[160], full[24];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		engine_hold_text(line, sizeof(line), rows[i].endpoint, rows[i].text);
		assert_string_equal(line, rows[i].want);
	}
	engine_hold_text(full, sizeof(full), "store", rows[0].text);
	assert_string_equal(full, "store: Connection refus");
}

static void an_unreachable_store_holds_and_goes_on_by_itself(void **state)
{
	struct world *world = *state;
	struct engine_state now = {0};
	struct engine *engine;

	fill(world);
	world->conf.max_retries = 1000;
	world->faults[FAULT_PUT] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	world->faults[FAULT_STORE_PROBE] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	for (int i = 0; i < 1000 && !*now.hold; i++) {
		usleep(5000);
		engine_state(engine, &now);
	}
	assert_non_null(strstr(now.hold, "store"));
	assert_true(now.hold_since > 0);
	pthread_mutex_lock(&world->lock);
	world->faults[FAULT_PUT].times = world->faults[FAULT_STORE_PROBE].times = 0;
	pthread_mutex_unlock(&world->lock);
	assert_true(engine_wait(engine, PATIENCE));
	engine_state(engine, &now);
	assert_string_equal(now.hold, "");
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

/* Credentials that are not taken fail the video that met it, and hold all others. */
static void denied_credentials_hold_and_the_rest_goes_on(void **state)
{
	static const struct {
		enum fault_point point, probe;
		enum finding_code finding;
		const char *name;
		int tried; /* the video that met it, not the course that was being opened */
	} rows[] = {
		{FAULT_PUT, FAULT_STORE_PROBE, FINDING_STORE_REFUSED, "store: ", 1},
		{FAULT_REGISTER, FAULT_VAL_PROBE, FINDING_VAL_REFUSED, "val: ", 1},
		{FAULT_LOOKUP, FAULT_VAL_PROBE, FINDING_VAL_REFUSED, "val: ", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *world = world_new();
		struct engine_state now = {0};
		struct engine *engine;

		fill(world);
		world->conf.workers = 1;
		world->faults[rows[i].point] = (struct fault){RESULT_DENIED, -1, false, 0, 0};
		world->faults[rows[i].probe] = (struct fault){RESULT_DENIED, -1, false, 0, 0};
		world_wish(world, WISH_RUN, KEY, NULL);
		engine = world_start(world, false);
		engine_go(engine);
		for (int k = 0; k < 1000 && !*now.hold; k++) {
			usleep(5000);
			engine_state(engine, &now);
		}
		assert_int_equal(strncmp(now.hold, rows[i].name, strlen(rows[i].name)), 0);
		/* it is probed, not tried */
		for (int k = 0; k < 1000 && world_calls(world, rows[i].probe) < 2; k++)
			usleep(5000);
		assert_int_equal(world_calls(world, rows[i].point), 1);
		assert_false(engine_wait(engine, 10));
		assert_int_equal(world_findings(world, KEY, rows[i].finding), rows[i].tried);
		pthread_mutex_lock(&world->lock);
		world->faults[rows[i].point].times = world->faults[rows[i].probe].times = 0;
		pthread_mutex_unlock(&world->lock);
		assert_true(engine_wait(engine, PATIENCE));
		engine_state(engine, &now);
		assert_string_equal(now.hold, "");
		engine_free(engine);
		world_expect(world, KEY, rows[i].tried ? COURSE_FAILED : COURSE_MIGRATED);
		world_wish(world, WISH_RUN, KEY, NULL);
		world_run(world);
		world_expect(world, KEY, COURSE_MIGRATED);
		world_free(world);
	}
}

static void intents_of_an_earlier_session_wait_for_one_word(void **state)
{
	struct world *world = *state;
	struct engine_state now;
	struct engine *engine;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, true);
	usleep(200000);
	engine_state(engine, &now);
	assert_true(now.waits_for_go);
	assert_string_not_equal(now.hold, "");
	world_expect(world, KEY, COURSE_NOT_MIGRATED);
	engine_go(engine);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
}

static void a_second_engine_is_refused(void **state)
{
	struct world *world = *state;
	struct engine *engine, *other;
	struct engine_options options = {0};
	struct error err = {0};

	fill(world);
	engine = world_start(world, false);
	/* the kernel's lock is of the process: another one is asked in the tests of lock.c */
	assert_int_equal(engine_new(&other, &world->campus, &options, &err), RESULT_BUSY);
	assert_null(other);
	engine_free(engine);
}

static void a_dry_run_predicts_and_writes_nothing(void **state)
{
	struct world *world = *state;
	struct engine_options options = {.dry = true};
	struct course_row row;
	struct engine *engine;
	int64_t id;
	char *end;

	fill(world);
	id = world_course_id(world, KEY);
	options.dry_courses = &id;
	options.dry_count = 1;
	assert_int_equal(engine_new(&engine, &world->campus, &options, NULL), RESULT_OK);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	assert_int_equal(world->faults[FAULT_PUT].calls, 0);
	assert_int_equal(world->faults[FAULT_CREATE].calls, 0);
	assert_int_equal(world->faults[FAULT_REGISTER].calls, 0);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_NOT_MIGRATED);
	assert_int_equal(row.counts.expected, 3);
	assert_int_equal(row.counts.in_val, 0);
	course_row_clear(&row);
	end = world_state(world);
	assert_string_equal(end, "");
	free(end);
}

static struct run_row newest_run(struct world *world)
{
	struct run_row *rows, row;
	size_t count;

	assert_int_equal(reader_runs(world->reader, 0, 1, &rows, &count, NULL, NULL), RESULT_OK);
	assert_int_equal(count, 1);
	row = rows[0];
	run_row_clear(&rows[0]);
	free(rows);
	return row; /* without its strings */
}

static void rehearse(struct world *world, const int64_t *courses, size_t count)
{
	struct engine_options options = {.dry = true, .dry_courses = courses, .dry_count = count};
	struct engine_state state;
	struct engine *engine;

	assert_int_equal(engine_new(&engine, &world->campus, &options, NULL), RESULT_OK);
	engine_state(engine, &state);
	assert_int_equal(state.dry_run, newest_run(world).number);
	assert_true(engine_wait(engine, PATIENCE));
	engine_free(engine);
	world_check(world);
}

static void a_dry_run_is_told_as_a_run(void **state)
{
	struct world *world = *state;
	struct outline *other = world_course(world, "course-v1:A+B+D");
	struct run_row row;
	int64_t ids[2];

	world_video(other, "a", "vid-c", "en=c_en.srt");
	world_video(other, "b", "vid-d", "en=missing.srt"); /* it would fail, alone */
	world_subrip(world, "c_en.srt", "hello");
	fill(world);
	ids[0] = world_course_id(world, KEY);
	ids[1] = world_course_id(world, "course-v1:A+B+D");
	rehearse(world, ids, 2);
	row = newest_run(world);
	assert_int_equal(row.kind, RUN_DRY);
	assert_true(row.ended > row.began);
	assert_false(row.broken_off);
	assert_int_equal(row.sums.courses, 2);
	assert_int_equal(row.sums.ended, 2);
	assert_int_equal(row.sums.failed, 1);
	assert_int_equal(row.sums.videos, 4);
	assert_int_equal(row.sums.videos_failed, 1);
	assert_int_equal(row.sums.would, 4);
	assert_int_equal(row.sums.not_migrated, 1);
	assert_int_equal(row.sums.counts.expected, 5);
	assert_int_equal(row.sums.counts.errors, 1);

	/* a course that cannot be read is told without rows, and with its finding */
	world->faults[FAULT_OPEN] = (struct fault){RESULT_INVALID, -1, false, 0, 0};
	rehearse(world, ids, 1);
	row = newest_run(world);
	assert_int_equal(row.number, 2);
	assert_false(row.broken_off);
	assert_int_equal(row.sums.failed, 1);
	assert_int_equal(row.sums.counts.expected, 0);
	assert_int_equal(row.sums.would, 0);
	assert_int_equal(row.sums.counts.errors, 1);
}

static void a_dry_run_that_is_stopped_is_broken_off(void **state)
{
	struct world *world = *state;
	struct engine_options options = {.dry = true, .dry_count = 1};
	struct engine *engine;
	int64_t id;

	fill(world);
	id = world_course_id(world, KEY);
	options.dry_courses = &id;
	world->faults[FAULT_OPEN] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	assert_int_equal(engine_new(&engine, &world->campus, &options, NULL), RESULT_OK);
	engine_stop(engine);
	engine_free(engine);
	assert_true(newest_run(world).ended > 0);
	assert_true(newest_run(world).broken_off);
}

static void an_engine_goes_on_in_the_run_that_was_left(void **state)
{
	struct world *world = *state;

	fill(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world->faults[FAULT_PUT] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	engine_free(world_start(world, false)); /* perhaps begun, perhaps not */
	world->faults[FAULT_PUT] = (struct fault){0};
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(newest_run(world).number, 1);
	assert_int_equal(newest_run(world).kind, RUN_MOCK);
	assert_int_equal(newest_run(world).sums.migrated, 3);
	assert_true(newest_run(world).ended > 0);
	assert_false(newest_run(world).broken_off);
	world_check(world);
}

static void a_course_that_promises_nothing_is_migrated_at_once(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct course_row row;

	world_video(outline, "a", "", "");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_MIGRATED);
	assert_int_equal(row.counts.expected, 0);
	course_row_clear(&row);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_course_is_migrated),
		TEST(a_lost_status_database_costs_nothing),
		cmocka_unit_test(every_fault_ends_as_declared_and_is_mended),
		TEST(a_missing_file_fails_its_video_alone),
		TEST(a_retry_tries_only_what_failed),
		TEST(a_file_that_comes_back_is_no_finding),
		TEST(what_val_has_needs_no_file),
		TEST(blocks_sharing_an_id_keep_the_first),
		TEST(ids_that_differ_in_case_stop_both),
		TEST(draft_and_published_are_one_video),
		TEST(a_removed_row_is_seen_and_registered_only_on_request),
		TEST(a_missing_object_is_put_again_only_on_request),
		TEST(a_changed_source_is_told_from_a_changed_val),
		TEST(rows_of_the_authors_are_extra_and_no_error),
		TEST(a_paused_course_starts_nothing_and_is_resumed),
		TEST(what_is_held_is_not_at_work),
		TEST(a_course_resumed_while_it_opens_ends_once),
		TEST(a_course_paused_while_it_opens_waits),
		TEST(a_course_paused_while_it_opens_is_not_begun),
		TEST(stopping_waits_for_no_retry),
		TEST(a_pause_is_seen_while_a_probe_lasts),
		TEST(what_earlier_tries_registered_is_told),
		TEST(many_engines_come_and_go),
		cmocka_unit_test(a_hold_says_why_before_it_says_where),
		TEST(an_unreachable_store_holds_and_goes_on_by_itself),
		cmocka_unit_test(denied_credentials_hold_and_the_rest_goes_on),
		TEST(intents_of_an_earlier_session_wait_for_one_word),
		TEST(a_second_engine_is_refused),
		TEST(a_dry_run_predicts_and_writes_nothing),
		TEST(a_dry_run_is_told_as_a_run),
		TEST(a_dry_run_that_is_stopped_is_broken_off),
		TEST(an_engine_goes_on_in_the_run_that_was_left),
		TEST(a_course_that_promises_nothing_is_migrated_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
