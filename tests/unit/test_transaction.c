/*
 * The transaction's rules on a small campus: what is kept and compared, second reads, waivers,
 * mending, what val cannot tell, blocks that share an id, what a dry run and a validation say.
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

#include "tests/unit/world.h"

#define KEY "course-v1:Test+Ferry+1"
#define OTHER "course-v1:Test+Ferry+2"

static void launch(struct world *world, const char *key)
{
	world_wish(world, WISH_RUN, key, NULL);
	world_run(world);
}

/* One video, one English file. */
static void one_video(struct world *world)
{
	world_video(world_course(world, KEY), "a", "vid-a", "en=en.srt");
	world_subrip(world, "en.srt", "hello");
	world_scan(world);
}

static void expect_outcome(struct world *world, const char *video, const char *language,
			   enum transcript_outcome outcome, bool expected)
{
	struct transcript_row row = world_transcript(world, KEY, video, language);

	assert_string_equal(transcript_outcome_name(row.outcome), transcript_outcome_name(outcome));
	assert_int_equal(row.expected, expected);
	transcript_row_clear(&row);
}

/* ---- second reads ------------------------------------------------------------------------ */

/* Saves the file while the engine waits for its second look. */
static void save_between(struct world *world, const char *name, enum fault_point first)
{
	struct engine *engine;

	world->conf.retry_delay = 300;
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (world_calls(world, first) < 2)
		usleep(1000);
	usleep(50000);
	world_subrip(world, name, "here");
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
}

static void a_second_look_finds_what_was_saved_meanwhile(void **state)
{
	struct world *world = *state;

	world_video(world_course(world, KEY), "a", "vid-a", "en=late.srt");
	world_scan(world);
	save_between(world, "late.srt", FAULT_LOOKUP);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_ASSET_MISSING), 0);
}

static void a_second_look_is_taken_for_implicit_languages_too(void **state)
{
	struct world *world = *state;
	struct video_fields *fields = world_video(world_course(world, KEY), "a", "vid-a", "");
	struct engine *engine;
	struct course_row row;

	assert_true(video_fields_set(&fields->youtube_id, "abc"));
	world_file(world, "subs_abc.srt.sjson", "{\"start\": [0], \"end\": [1], \"text\": [\"x\"]}");
	world_scan(world);
	world->conf.retry_delay = 300;
	/* named by the plan, and gone when it is read: the platform saves it anew */
	world->faults[FAULT_READ].delay = 200;
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_READ))
		usleep(1000);
	world_file(world, "subs_abc.srt.sjson", NULL);
	while (world_calls(world, FAULT_LOOKUP) < 2)
		usleep(1000);
	world_file(world, "subs_abc.srt.sjson", "{\"start\": [0], \"end\": [1], \"text\": [\"x\"]}");
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.expected, 1);
	assert_int_equal(row.counts.in_val, 1);
	assert_int_equal(row.counts.warnings, 0);
	course_row_clear(&row);
}

static void a_second_look_is_taken_beside_a_final_finding(void **state)
{
	struct world *world = *state;

	world_video(world_course(world, KEY), "a", "vid-a", "en=broken.srt es=late.srt");
	world_file(world, "broken.srt", "1\n00:00:01,000 --> what\nx\n");
	world_scan(world);
	save_between(world, "late.srt", FAULT_LOOKUP);
	world_expect(world, KEY, COURSE_FAILED);
	assert_int_equal(world_findings(world, KEY, FINDING_SRT_INVALID), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_ASSET_MISSING), 0);
	assert_int_equal(world_calls(world, FAULT_PUT), 0);
}

/* ---- what val cannot tell ---------------------------------------------------------------- */

static void a_blind_val_takes_everything_once(void **state)
{
	struct world *world = *state;
	struct course_row row;
	char *first, *second;

	world_video(world_course(world, KEY), "a", "vid-a", "en=en.srt es=es.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_scan(world);
	world->blind = true;
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.in_val, 2);
	assert_int_equal(row.counts.unknown, 0);
	course_row_clear(&row);
	first = world_state(world);
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	second = world_state(world);
	assert_string_equal(first, second);
	free(first);
	free(second);
	/* a validation cannot see it either, and says so */
	assert_int_equal(world_verify(world, KEY, LEVEL_BYTES).unknown, 2);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 2);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REMOVED), 0);
}

static void a_row_that_is_there_and_cannot_be_read_is_unread(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	world_subrip(world, "en.srt", "another");
	world->blind = true;
	launch(world, KEY);
	expect_outcome(world, "a", "en", OUTCOME_KEPT, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 1);
}

/* As REST without lists after "exists": a row is there, and only the journal can say whose. */
static void a_row_without_a_name_is_ours_if_the_journal_says_so(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	world->nameless = true;
	launch(world, KEY);
	expect_outcome(world, "a", "en", OUTCOME_MIGRATED, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 0);
	world_subrip(world, "en.srt", "another");
	launch(world, KEY);
	expect_outcome(world, "a", "en", OUTCOME_KEPT, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 1);
}

/* ---- a val that fails to list ------------------------------------------------------------ */

static void two_languages(struct world *world)
{
	world_video(world_course(world, KEY), "a", "vid-a", "en=en.srt es=es.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_scan(world);
}

static void lose_object(struct world *world, const char *language)
{
	struct transcript_row row = world_transcript(world, KEY, "a", language);
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", world->conf.store_path, row.val_object);
	assert_int_equal(unlink(path), 0);
	transcript_row_clear(&row);
}

static void a_broken_list_is_told_once_a_video(void **state)
{
	struct world *world = *state;
	char *first, *second;

	two_languages(world);
	world->list_broken = true; /* seen when the video made just now is read back */
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_outcome(world, "a", "en", OUTCOME_MIGRATED, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_LIST_BROKEN), 1);
	first = world_state(world);
	launch(world, KEY); /* and by the first look, and by the second */
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_outcome(world, "a", "es", OUTCOME_MIGRATED, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_LIST_BROKEN), 1);
	second = world_state(world);
	assert_string_equal(first, second);
	free(first);
	free(second);
	world->list_broken = false;
	launch(world, KEY);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_LIST_BROKEN), 0);
}

static void a_broken_list_has_the_store_asked(void **state)
{
	struct world *world = *state;
	struct counts counts;

	two_languages(world);
	launch(world, KEY);
	world->list_broken = true;
	counts = world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(counts.unknown, 2);
	assert_int_equal(counts.warnings, 1); /* the list, once, and nothing a language */
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_LIST_BROKEN), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 0);
	world->list_broken = false;
	world_verify(world, KEY, LEVEL_COUNT);
	lose_object(world, "es");
	world->list_broken = true;
	counts = world_verify(world, KEY, LEVEL_COUNT); /* looks at no file */
	assert_int_equal(counts.unknown, 2);
	assert_int_equal(counts.errors, 0);
	counts = world_verify(world, KEY, LEVEL_SIZE);
	assert_int_equal(counts.unknown, 2);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 1);
	/* a store that cannot be asked either makes it no better and no worse known */
	world->faults[FAULT_LOOK] = (struct fault){RESULT_RETRY, -1, false, 0, 0};
	counts = world_verify(world, KEY, LEVEL_SIZE);
	assert_int_equal(counts.unknown, 2);
	assert_int_equal(counts.errors, 0);
	assert_int_equal(counts.warnings, 1);
}

/* Somebody registers between our look and our request. */
static void be_faster(struct world *world)
{
	world_on_val(world,
		     "INSERT OR IGNORE INTO edxval_video(created, edx_video_id, client_video_id, duration, "
		     "status) VALUES('2018-01-01', 'vid-a', 'x', 0.0, 'external')");
	world_on_val(world,
		     "INSERT INTO edxval_videotranscript(created, modified, transcript, language_code, "
		     "provider, file_format, video_id) SELECT '2018-01-01', '2018-01-01', "
		     "'video-transcripts/0123456789abcdef0123456789abcdef.sjson', 'en', 'Custom', 'sjson', "
		     "id FROM edxval_video WHERE edx_video_id = 'vid-a'");
}

static struct store_object foreign_object(void)
{
	static const char bytes[] = "{\"start\": [0], \"end\": [1], \"text\": [\"theirs\"]}";
	static char sha256[HASH_HEX];

	hash_sha256(bytes, strlen(bytes), sha256);
	return (struct store_object){"video-transcripts/0123456789abcdef0123456789abcdef.sjson", bytes,
				     strlen(bytes), sha256, RESULT_OK, ""};
}

static void put_foreign(struct world *world)
{
	struct store_object object = foreign_object();

	assert_int_equal(world->real_store->ops->put(world->real_store, &object, 1, NULL), RESULT_OK);
}

static void a_row_registered_by_another_is_kept_and_compared(void **state)
{
	struct world *world = *state;
	char *end;

	one_video(world);
	put_foreign(world);
	be_faster(world);
	world->blind = true; /* at the look; the answer to the registration is: exists */
	launch(world, KEY);
	expect_outcome(world, "a", "en", OUTCOME_KEPT, true);
	world->blind = false;
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_outcome(world, "a", "en", OUTCOME_KEPT, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
	end = world_state(world);
	assert_non_null(strstr(end, "vid-a en video-transcripts/0123456789abcdef"));
	free(end);
}

static void see_again(struct world *world)
{
	world->blind = false;
}

static void what_was_there_first_is_compared_at_once(void **state)
{
	struct world *world = *state;

	one_video(world);
	put_foreign(world);
	be_faster(world);
	world->blind = true;
	world->meanwhile = see_again; /* the reading back tells whose row it is */
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_outcome(world, "a", "en", OUTCOME_KEPT, true);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_OVERTAKEN), 0);
}

static void overtake(struct world *world)
{
	world_on_val(world, "UPDATE edxval_videotranscript SET transcript = "
			    "'video-transcripts/0123456789abcdef0123456789abcdef.sjson'");
}

static void a_later_registration_of_another_is_told(void **state)
{
	struct world *world = *state;

	one_video(world);
	put_foreign(world);
	world->meanwhile = overtake;
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_OVERTAKEN), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
}

static void an_object_that_cannot_be_read_is_unread(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	world->faults[FAULT_LOOK] = (struct fault){RESULT_RETRY, -1, false, 0, 0};
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 0);
}

/* A fault that passes is met like any other: tried again, and nothing is left of it. */
static void an_object_that_is_read_at_the_next_try_is_compared(void **state)
{
	static const enum result faults[] = {RESULT_RETRY, RESULT_UNREACHABLE, RESULT_UNKNOWN};
	struct world *world = *state;
	struct transcript_row row;

	one_video(world);
	launch(world, KEY);
	world->conf.max_retries = 2;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		world->faults[FAULT_LOOK] = (struct fault){faults[i], 2, false, 0, 0};
		launch(world, KEY);
		assert_int_equal(world_calls(world, FAULT_LOOK), 3);
		world_expect(world, KEY, COURSE_MIGRATED);
		assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 0);
		assert_int_equal(world_findings(world, KEY, FINDING_STORE_UNREACHABLE), 0);
		row = world_transcript(world, KEY, "a", "en");
		assert_int_equal(row.compare, COMPARE_SAME);
		transcript_row_clear(&row);
	}
	/* so often, and no more; what the store refuses is not asked for again */
	world->faults[FAULT_LOOK] = (struct fault){RESULT_RETRY, 3, false, 0, 0};
	launch(world, KEY);
	assert_int_equal(world_calls(world, FAULT_LOOK), 3);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 1);
	world->faults[FAULT_LOOK] = (struct fault){RESULT_REFUSED, -1, false, 0, 0};
	launch(world, KEY);
	assert_int_equal(world_calls(world, FAULT_LOOK), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 1);
}

/* Credentials that the store takes for nothing are no row that it cannot tell of. */
static void a_denied_comparison_fails_its_video(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	world->faults[FAULT_LOOK] = (struct fault){RESULT_DENIED, 1, false, 0, 0};
	launch(world, KEY);
	world_expect(world, KEY, COURSE_FAILED);
	assert_int_equal(world_findings(world, KEY, FINDING_STORE_REFUSED), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREAD), 0);
	launch(world, KEY);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_STORE_REFUSED), 0);
}

static void a_row_without_a_file_is_an_object_missing(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	world_on_val(world, "UPDATE edxval_videotranscript SET transcript = ''");
	launch(world, KEY);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 1);
	world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 1);
}

static void a_conflict_in_val_is_no_store_conflict(void **state)
{
	struct world *world = *state;

	one_video(world);
	world->faults[FAULT_CREATE] = (struct fault){RESULT_CONFLICT, -1, false, 0, 0};
	launch(world, KEY);
	world_expect(world, KEY, COURSE_FAILED);
	assert_int_equal(world_findings(world, KEY, FINDING_STORE_CONFLICT), 0);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REFUSED), 1);
}

static void a_look_that_fails_to_the_end_leaves_failed_languages(void **state)
{
	struct world *world = *state;
	struct engine *engine;

	one_video(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world->faults[FAULT_READ].delay = 50; /* the plan has looked; the transaction will not */
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_READ))
		usleep(1000);
	pthread_mutex_lock(&world->lock);
	world->faults[FAULT_LOOKUP].result = RESULT_RETRY;
	world->faults[FAULT_LOOKUP].times = -1;
	pthread_mutex_unlock(&world->lock);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_FAILED);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREACHABLE), 1);
	expect_outcome(world, "a", "en", OUTCOME_FAILED, true);
}

/* ---- mending ----------------------------------------------------------------------------- */

static void remove_objects(struct world *world)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -r %s/video-transcripts", world->conf.store_path);
	assert_int_equal(system(command), 0);
}

static void nothing_is_put_again_when_a_finding_stops(void **state)
{
	struct world *world = *state;
	char *end;

	world_video(world_course(world, KEY), "a", "vid-a", "en=en.srt es=es.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_scan(world);
	launch(world, KEY);
	remove_objects(world);
	world_verify(world, KEY, LEVEL_SIZE);
	world_file(world, "es.srt", "1\n00:00:01,000 --> what\nx\n");
	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE language_code = 'es'");
	__atomic_store_n(&world->faults[FAULT_PUT].calls, 0, __ATOMIC_RELAXED);
	world_wish(world, WISH_RETRY, KEY, "object-missing");
	world_run(world);
	world_expect(world, KEY, COURSE_FAILED);
	assert_int_equal(world_calls(world, FAULT_PUT), 0);
	end = world_state(world);
	assert_null(strstr(end, "sjson ")); /* no file */
	free(end);
}

static void a_file_without_a_row_is_unused_until_it_is_registered(void **state)
{
	struct world *world = *state;

	one_video(world);
	world->faults[FAULT_REGISTER] = (struct fault){RESULT_REFUSED, -1, false, 0, 0};
	launch(world, KEY);
	world_expect(world, KEY, COURSE_FAILED);
	world_verify(world, KEY, LEVEL_COUNT);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_UNUSED), 0); /* nobody looked */
	world_verify(world, KEY, LEVEL_SIZE);
	assert_true(world_findings(world, KEY, FINDING_OBJECT_UNUSED) > 0);
	world->faults[FAULT_REGISTER].times = 0;
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_UNUSED), 0);
}

static void putting_again_is_retried(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	remove_objects(world);
	world_verify(world, KEY, LEVEL_SIZE);
	world->faults[FAULT_PUT] = (struct fault){RESULT_RETRY, 2, false, 0, 0};
	world_wish(world, WISH_RETRY, KEY, "object-missing");
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 0);
	assert_int_equal(world_verify(world, KEY, LEVEL_BYTES).errors, 0);
}

static void another_text_is_not_put_under_the_old_name(void **state)
{
	struct world *world = *state;

	one_video(world);
	launch(world, KEY);
	remove_objects(world);
	world_subrip(world, "en.srt", "changed");
	world_verify(world, KEY, LEVEL_SIZE);
	__atomic_store_n(&world->faults[FAULT_PUT].calls, 0, __ATOMIC_RELAXED);
	world_wish(world, WISH_RETRY, KEY, "object-missing");
	world_run(world);
	assert_int_equal(world_calls(world, FAULT_PUT), 0);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 1);
}

static void a_waived_removal_is_well_and_stays(void **state)
{
	struct world *world = *state;
	struct counts counts;
	struct course_row row;
	char *end;

	world_video(world_course(world, KEY), "a", "vid-a", "en=en.srt es=es.srt fr=fr.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_subrip(world, "fr.srt", "salut");
	world_scan(world);
	launch(world, KEY);
	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE language_code <> 'en'");
	counts = world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(counts.errors, 2);
	assert_int_equal(counts.expected, 3);
	assert_int_equal(status_waive(world->status, KEY, "video@a", "es", FINDING_VAL_REMOVED,
				      "taken down on request", NULL), RESULT_OK);
	/* expected is without what is waived */
	counts = world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(counts.waived, 1);
	assert_int_equal(counts.expected, 2);
	/* mending the other does not undo what was accepted */
	world_wish(world, WISH_RETRY, KEY, "val-removed");
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	end = world_state(world);
	assert_non_null(strstr(end, "vid-a fr "));
	assert_null(strstr(end, "vid-a es "));
	free(end);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.expected, 2);
	assert_int_equal(row.counts.in_val, 2);
	assert_int_equal(row.counts.errors, 0);
	course_row_clear(&row);
	expect_outcome(world, "a", "es", OUTCOME_WAIVED, false);
}

static void a_waived_difference_is_no_error_until_the_source_changes(void **state)
{
	struct world *world = *state;

	one_video(world);
	put_foreign(world);
	be_faster(world);
	launch(world, KEY);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
	assert_int_equal(status_waive(world->status, KEY, "video@a", "en", FINDING_VAL_DIFFERS,
				      "theirs is better", NULL), RESULT_OK);
	world_check(world);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 0);
	launch(world, KEY);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 0);
	assert_int_equal(world_verify(world, KEY, LEVEL_BYTES).errors, 0);
	world_subrip(world, "en.srt", "a third text");
	assert_int_equal(world_verify(world, KEY, LEVEL_BYTES).errors, 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
}

/* ---- shared ids -------------------------------------------------------------------------- */

static void a_validation_tells_a_sibling_without_a_journal(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "shared", "en=one.srt");
	world_video(outline, "b", "shared", "en=two.srt");
	world_subrip(world, "one.srt", "one");
	world_subrip(world, "two.srt", "two");
	world_scan(world);
	launch(world, KEY);
	reader_close(world->reader);
	status_close(world->status);
	assert_int_equal(unlink(world->conf.status_db), 0);
	assert_int_equal(status_open(&world->status, &(struct status_options){
				world->conf.status_db, "world", "staging", "tester", clock_system()}, NULL),
			 RESULT_OK);
	world->campus.status = world->status;
	assert_int_equal(reader_open(&world->reader, world->conf.status_db, NULL), RESULT_OK);
	world_scan(world);
	world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(world_findings(world, KEY, FINDING_SHARED_ID_DIFFERS), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 0);
}

/* Two courses whose one video each has the same id, and other texts. */
static void two_courses(struct world *world)
{
	world_video(world_course(world, KEY), "a", "shared", "en=one.srt es=same.srt");
	world_video(world_course(world, OTHER), "a", "shared", "en=two.srt es=same.srt fr=own.srt");
	world_subrip(world, "one.srt", "one");
	world_subrip(world, "two.srt", "two");
	world_subrip(world, "same.srt", "same");
	world_subrip(world, "own.srt", "own");
	world_scan(world);
}

static void courses_sharing_an_id_keep_the_first(void **state)
{
	struct world *world = *state;
	struct course_row row;

	two_courses(world);
	launch(world, KEY);
	launch(world, OTHER);
	for (int i = 0; i < 2; i++) {
		world_expect(world, OTHER, COURSE_MIGRATED);
		assert_int_equal(world_findings(world, KEY, FINDING_SHARED_ID_DIFFERS), 0);
		assert_int_equal(world_findings(world, OTHER, FINDING_SHARED_ID_DIFFERS), 1);
		row = world_row(world, OTHER);
		assert_int_equal(row.counts.in_val, 3);
		course_row_clear(&row);
		/* in every run; and what the other promises is not extra */
		launch(world, KEY);
		launch(world, OTHER);
	}
	row = world_row(world, KEY);
	assert_int_equal(row.counts.extra, 0);
	course_row_clear(&row);
}

/* The course is planned, and val looked at, before another one registers the id. */
static void courses_sharing_an_id_remove_nothing(void **state)
{
	struct world *world = *state;

	world_registers_in_one_step(world);
	two_courses(world);
	launch(world, KEY);
	world->early_looks = 1;
	launch(world, OTHER);
	assert_int_equal(world->early_looks, 0);
	assert_int_equal(world_findings(world, OTHER, FINDING_VAL_REMOVED), 0);
	assert_int_equal(world_findings(world, OTHER, FINDING_SHARED_ID_DIFFERS), 1);
	world_expect(world, OTHER, COURSE_MIGRATED);
}

static void a_paused_course_makes_no_sharer_wait(void **state)
{
	struct world *world = *state;
	struct course_row row;
	struct engine *engine;

	two_courses(world);
	/* begun, and paused before its video was tried */
	world->faults[FAULT_READ].delay = 150;
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_READ))
		usleep(1000);
	world_wish(world, WISH_PAUSE, KEY, NULL);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	row = world_row(world, KEY);
	assert_int_equal(row.status, COURSE_IN_PROGRESS);
	assert_int_equal(row.tried, 0);
	course_row_clear(&row);
	world_wish(world, WISH_RUN, OTHER, NULL);
	engine_adopt(engine, NULL, 0);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	world_expect(world, OTHER, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, OTHER, FINDING_SHARED_ID_DIFFERS), 0);
	world_wish(world, WISH_RESUME, KEY, NULL);
	engine_adopt(engine, NULL, 0);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_expect(world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(world, KEY, FINDING_SHARED_ID_DIFFERS), 1);
}

/* ---- dry runs ---------------------------------------------------------------------------- */

static void a_dry_run_gives_each_language_of_a_group_once(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "shared", "en=one.srt es=broken.srt");
	world_video(outline, "b", "shared", "en=two.srt fr=own.srt");
	world_video(outline, "c", "shared", "fr=own.srt en=two.srt");
	world_subrip(world, "one.srt", "one");
	world_subrip(world, "two.srt", "two");
	world_subrip(world, "own.srt", "own");
	world_file(world, "broken.srt", "1\n00:00:01,000 --> what\nx\n");
	world_scan(world);
	/* the first is stopped by its Spanish: the second gives both, the third finds them */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(world_rehearse(world, KEY), 2);
		expect_outcome(world, "b", "en", OUTCOME_WOULD, true);
		expect_outcome(world, "b", "fr", OUTCOME_WOULD, true);
		expect_outcome(world, "c", "en", OUTCOME_KEPT, true);
	}
	launch(world, KEY);
	world_expect(world, KEY, COURSE_FAILED);
	expect_outcome(world, "b", "en", OUTCOME_MIGRATED, true);
	expect_outcome(world, "c", "en", OUTCOME_KEPT, true);
}

/* What val has it cannot say: no row is promised, and none is denied. */
static void a_dry_run_promises_nothing_of_a_blind_val(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct course_row row;

	world_video(outline, "a", "shared", "en=en.srt es=es.srt");
	world_video(outline, "b", "shared", "en=en.srt");
	world_video(outline, "c", "", "en=en.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_scan(world);
	world->blind = true;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(world_rehearse(world, KEY), 0);
		expect_outcome(world, "a", "en", OUTCOME_UNTOLD, true);
		expect_outcome(world, "a", "es", OUTCOME_UNTOLD, true);
		expect_outcome(world, "b", "en", OUTCOME_KEPT, true); /* of the first, whoever it is */
		assert_int_equal(world_findings(world, KEY, FINDING_LINK_PENDING), 1);
	}
	row = world_row(world, KEY);
	assert_int_equal(row.counts.expected, 4);
	assert_int_equal(row.counts.in_val, 0);
	assert_int_equal(row.counts.unknown, 4);
	course_row_clear(&row);
	world_check(world);
	launch(world, KEY); /* nothing counts as tried by having been rehearsed */
	world_expect(world, KEY, COURSE_MIGRATED);
	expect_outcome(world, "a", "en", OUTCOME_MIGRATED, true);
	expect_outcome(world, "a", "es", OUTCOME_MIGRATED, true);
	expect_outcome(world, "c", "en", OUTCOME_MIGRATED, true);
}

static void a_dry_run_predicts_what_will_be_linked(void **state)
{
	struct world *world = *state;

	world_video(world_course(world, KEY), "a", "", "en=en.srt");
	world_subrip(world, "en.srt", "hello");
	world_scan(world);
	assert_int_equal(world_rehearse(world, KEY), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_LINK_PENDING), 1);
}

/* ---- validation -------------------------------------------------------------------------- */

static void a_validation_leaves_why_a_video_failed(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct counts counts;

	world_video(outline, "a", "Clip", "en=one.srt");
	world_video(outline, "b", "clip", "en=two.srt");
	world_subrip(world, "one.srt", "one");
	world_subrip(world, "two.srt", "two");
	world_scan(world);
	launch(world, KEY);
	world_expect(world, KEY, COURSE_FAILED);
	counts = world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(counts.errors, 2);
	assert_int_equal(counts.in_val, 0);
	assert_int_equal(world_findings(world, KEY, FINDING_VIDEO_ID_CASE), 2);
	expect_outcome(world, "a", "en", OUTCOME_FAILED, true);
	/* and what the source shows is told anew, not twice */
	world_file(world, "one.srt", "1\n00:00:01,000 --> what\nx\n");
	launch(world, KEY);
	world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(world_findings(world, KEY, FINDING_SRT_INVALID), 1);
}

static void a_validation_counts_notes_of_the_course(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct counts counts;

	world_video(outline, "a", "vid-a", "en=en.srt");
	world_subrip(world, "en.srt", "hello");
	assert_int_equal(outline_note(outline, FINDING_BLOCK_UNNAMED, NULL, "inline, no name", NULL),
			 RESULT_OK);
	world_scan(world);
	launch(world, KEY);
	counts = world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(counts.warnings, 1);
	assert_int_equal(status_waive(world->status, KEY, "-", "-", FINDING_BLOCK_UNNAMED, "an old draft",
				      NULL), RESULT_OK);
	counts = world_verify(world, KEY, LEVEL_BYTES);
	assert_int_equal(counts.warnings, 0);
	assert_int_equal(counts.waived, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_look_finds_what_was_saved_meanwhile),
		TEST(a_second_look_is_taken_for_implicit_languages_too),
		TEST(a_second_look_is_taken_beside_a_final_finding),
		TEST(a_blind_val_takes_everything_once),
		TEST(a_row_without_a_name_is_ours_if_the_journal_says_so),
		TEST(a_broken_list_is_told_once_a_video),
		TEST(a_broken_list_has_the_store_asked),
		TEST(a_row_that_is_there_and_cannot_be_read_is_unread),
		TEST(a_row_registered_by_another_is_kept_and_compared),
		TEST(what_was_there_first_is_compared_at_once),
		TEST(a_later_registration_of_another_is_told),
		TEST(an_object_that_cannot_be_read_is_unread),
		TEST(an_object_that_is_read_at_the_next_try_is_compared),
		TEST(a_denied_comparison_fails_its_video),
		TEST(a_row_without_a_file_is_an_object_missing),
		TEST(a_conflict_in_val_is_no_store_conflict),
		TEST(a_look_that_fails_to_the_end_leaves_failed_languages),
		TEST(nothing_is_put_again_when_a_finding_stops),
		TEST(a_file_without_a_row_is_unused_until_it_is_registered),
		TEST(putting_again_is_retried),
		TEST(another_text_is_not_put_under_the_old_name),
		TEST(a_waived_removal_is_well_and_stays),
		TEST(a_waived_difference_is_no_error_until_the_source_changes),
		TEST(a_validation_tells_a_sibling_without_a_journal),
		TEST(courses_sharing_an_id_keep_the_first),
		TEST(courses_sharing_an_id_remove_nothing),
		TEST(a_paused_course_makes_no_sharer_wait),
		TEST(a_dry_run_gives_each_language_of_a_group_once),
		TEST(a_dry_run_promises_nothing_of_a_blind_val),
		TEST(a_dry_run_predicts_what_will_be_linked),
		TEST(a_validation_leaves_why_a_video_failed),
		TEST(a_validation_counts_notes_of_the_course),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
