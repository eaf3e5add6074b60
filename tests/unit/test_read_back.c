/*
 * What was registered is read back when its course is closed: somebody's later row, and one that
 * is gone, are told, whatever the transaction itself has seen.
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

#include "src/base/hash.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Back+1"
#define THEIRS "video-transcripts/0123456789abcdef0123456789abcdef.sjson"

static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "vid-a", "en=en.srt es=es.srt");
	world_video(outline, "b", "vid-b", "en=en.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_scan(world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_check(*state);
	world_free(*state);
	return 0;
}

static void run(struct world *world, enum wish wish)
{
	world_wish(world, wish, KEY, NULL);
	world_run(world);
}

/* "in val, differing, errors, warnings" of the course. */
static void expect(struct world *world, enum course_status status, const char *wanted)
{
	struct course_row row;
	char text[64];

	world_expect(world, KEY, status);
	row = world_row(world, KEY);
	snprintf(text, sizeof(text), "%d %d %d %d", (int)row.counts.in_val, (int)row.counts.differing,
		 (int)row.counts.errors, (int)row.counts.warnings);
	assert_string_equal(text, wanted);
	course_row_clear(&row);
}

static void expect_transcript(struct world *world, const char *video, const char *language,
			      enum transcript_outcome outcome, enum transcript_compare compare)
{
	struct transcript_row row = world_transcript(world, KEY, video, language);

	assert_string_equal(transcript_outcome_name(row.outcome), transcript_outcome_name(outcome));
	assert_string_equal(transcript_compare_name(row.compare), transcript_compare_name(compare));
	transcript_row_clear(&row);
}

#define OF_A "video_id = (SELECT id FROM edxval_video WHERE edx_video_id = 'vid-a')"

static void overtake(struct world *world)
{
	world_on_val(world, "UPDATE edxval_videotranscript SET transcript = '" THEIRS "' WHERE " OF_A
			    " AND language_code = 'en'");
}

static void put_theirs(struct world *world, const char *bytes)
{
	char sha256[HASH_HEX];
	struct store_object object = {THEIRS, bytes, strlen(bytes), sha256, RESULT_OK, ""};

	hash_sha256(bytes, strlen(bytes), sha256);
	assert_int_equal(world->real_store->ops->put(world->real_store, &object, 1, NULL), RESULT_OK);
}

static void what_stands_is_read_back_once_a_course(void **state)
{
	struct world *world = *state;

	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 1);
	/* nothing was registered: nothing is read back */
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 1);
}

static void what_was_overtaken_is_told_kept_and_compared(void **state)
{
	struct world *world = *state;
	struct transcript_row row;

	put_theirs(world, "{\"start\": [0], \"end\": [1], \"text\": [\"theirs\"]}");
	world->before_read_back = overtake;
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 1 1 1");
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_OVERTAKEN), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_DIFFERS), 1);
	expect_transcript(world, "a", "en", OUTCOME_KEPT, COMPARE_DIFFERS);
	expect_transcript(world, "a", "es", OUTCOME_MIGRATED, COMPARE_SAME);
	expect_transcript(world, "b", "en", OUTCOME_MIGRATED, COMPARE_SAME);
	row = world_transcript(world, KEY, "a", "en");
	assert_string_equal(row.val_object, THEIRS);
	transcript_row_clear(&row);
}

static void an_overtaker_without_a_file_is_an_object_missing(void **state)
{
	struct world *world = *state;

	world->before_read_back = overtake;
	run(world, WISH_RUN);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_OVERTAKEN), 1);
	assert_int_equal(world_findings(world, KEY, FINDING_OBJECT_MISSING), 1);
	expect_transcript(world, "a", "en", OUTCOME_KEPT, COMPARE_MISSING);
}

static void overtaken_by_the_same_text_is_a_warning_only(void **state)
{
	struct world *world = *state;
	struct transcript_row row;
	struct buf bytes = BUF_INIT;

	run(world, WISH_RUN);
	row = world_transcript(world, KEY, "a", "en");
	assert_int_equal(world->real_store->ops->get(world->real_store, row.object, 10000, &bytes, NULL),
			 RESULT_OK);
	put_theirs(world, buf_text(&bytes));
	buf_clear(&bytes);
	transcript_row_clear(&row);
	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE " OF_A);
	world->before_read_back = overtake;
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_wish(world, WISH_RETRY, KEY, "val-removed");
	world_run(world);
	expect(world, COURSE_MIGRATED, "3 0 0 1");
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_OVERTAKEN), 1);
	expect_transcript(world, "a", "en", OUTCOME_KEPT, COMPARE_SAME);
}

static void take_away(struct world *world)
{
	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE " OF_A
			    " AND language_code = 'es'");
}

static void what_is_gone_again_is_told(void **state)
{
	struct world *world = *state;

	world->before_read_back = take_away;
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "2 0 1 0");
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REMOVED), 1);
	expect_transcript(world, "a", "es", OUTCOME_FAILED, COMPARE_NONE);
	expect_transcript(world, "a", "en", OUTCOME_MIGRATED, COMPARE_SAME);
	/* not again behind somebody's back, but when that is asked for */
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "2 0 1 0");
	world_wish(world, WISH_RETRY, KEY, "val-removed");
	world_run(world);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
}

static void what_cannot_be_told_is_no_difference(void **state)
{
	struct world *world = *state;

	world->blind = true;
	world->before_read_back = overtake;
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
}

static void a_dry_run_reads_nothing_back(void **state)
{
	struct world *world = *state;

	assert_int_equal(world_rehearse(world, KEY), 3);
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 0);
}

static void reading_back_is_retried(void **state)
{
	struct world *world = *state;

	world->faults[FAULT_READ_BACK] = (struct fault){RESULT_RETRY, 2, false, 0, 0};
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 3);
}

static void what_cannot_be_read_back_ends_all_the_same(void **state)
{
	struct world *world = *state;

	world->faults[FAULT_READ_BACK] = (struct fault){RESULT_RETRY, -1, false, 0, 0};
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 1 + world->conf.max_retries);
}

static void what_is_refused_is_not_asked_again(void **state)
{
	struct world *world = *state;

	world->faults[FAULT_READ_BACK] = (struct fault){RESULT_REFUSED, -1, false, 0, 0};
	run(world, WISH_RUN);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 1);
}

static void a_val_that_is_away_then_holds(void **state)
{
	struct world *world = *state;
	struct engine *engine;
	struct engine_state now;

	world->faults[FAULT_READ_BACK] = (struct fault){RESULT_UNREACHABLE, 1, false, 0, 0};
	world->faults[FAULT_VAL_PROBE] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	while (!world_calls(world, FAULT_VAL_PROBE))
		usleep(1000);
	engine_state(engine, &now);
	assert_non_null(strstr(now.hold, "val"));
	pthread_mutex_lock(&world->lock);
	world->faults[FAULT_VAL_PROBE].times = 0;
	pthread_mutex_unlock(&world->lock);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
	assert_int_equal(world->faults[FAULT_READ_BACK].calls, 2);
}

/* It answers again, and refuses us: that is the reason to be shown now. */
static void a_hold_says_what_the_probe_meets(void **state)
{
	struct world *world = *state;
	struct engine *engine;
	struct engine_state now;

	world->faults[FAULT_READ_BACK] = (struct fault){RESULT_UNREACHABLE, 1, false, 0, 0};
	world->faults[FAULT_VAL_PROBE] = (struct fault){RESULT_REFUSED, -1, false, 0, 0};
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	for (int i = 0; i < 2; i++) /* at the second the first one's words are there */
		while (world_calls(world, FAULT_VAL_PROBE) <= i)
			usleep(1000);
	engine_state(engine, &now);
	assert_non_null(strstr(now.hold, "val: a fault of the probe"));
	pthread_mutex_lock(&world->lock);
	world->faults[FAULT_VAL_PROBE].times = 0;
	pthread_mutex_unlock(&world->lock);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	expect(world, COURSE_MIGRATED, "3 0 0 0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_stands_is_read_back_once_a_course),
		TEST(what_was_overtaken_is_told_kept_and_compared),
		TEST(an_overtaker_without_a_file_is_an_object_missing),
		TEST(overtaken_by_the_same_text_is_a_warning_only),
		TEST(what_is_gone_again_is_told),
		TEST(what_cannot_be_told_is_no_difference),
		TEST(a_dry_run_reads_nothing_back),
		TEST(reading_back_is_retried),
		TEST(what_cannot_be_read_back_ends_all_the_same),
		TEST(what_is_refused_is_not_asked_again),
		TEST(a_val_that_is_away_then_holds),
		TEST(a_hold_says_what_the_probe_meets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
