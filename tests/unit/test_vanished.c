/*
 * Whether what was registered is gone from val in bulk: how little is enough to say so, and what it
 * costs to look.
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

#include "src/rollout/refresh.h"
#include "src/rollout/vanished.h"
#include "src/status/lock.h"
#include "src/status/rollout.h"
#include "tests/unit/world.h"

/* @courses courses of @videos videos of one language each, migrated. */
static void migrate(struct world *world, int courses, int videos)
{
	char key[64], id[32], val_id[32];

	world_subrip(world, "en.srt", "hello");
	for (int c = 0; c < courses; c++) {
		struct outline *outline;

		snprintf(key, sizeof(key), "course-v1:Test+Gone%d+1", c);
		outline = world_course(world, key);
		for (int v = 0; v < videos; v++) {
			snprintf(id, sizeof(id), "v%02d", v);
			snprintf(val_id, sizeof(val_id), "vid-%d-%02d", c, v);
			world_video(outline, id, val_id, "en=en.srt");
		}
	}
	world_scan(world);
	for (int c = 0; c < courses; c++) {
		snprintf(key, sizeof(key), "course-v1:Test+Gone%d+1", c);
		world_wish(world, WISH_RUN, key, NULL);
	}
	world_run(world);
}

/* "looked gone bulk", and how often val was asked. */
static void expect(struct world *world, const char *wanted, int asked)
{
	struct vanished seen;
	struct error err = {0};
	char text[64];
	int before = world_calls(world, FAULT_LOOKUP);

	if (vanished_look(&seen, &world->campus, world->reader, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	snprintf(text, sizeof(text), "%d %d %d", (int)seen.looked, (int)seen.gone, seen.bulk);
	assert_string_equal(text, wanted);
	assert_int_equal(seen.bulk, *seen.text != '\0');
	assert_int_equal(world_calls(world, FAULT_LOOKUP) - before, asked);
}

static void lose(struct world *world, const char *where)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "DELETE FROM edxval_videotranscript WHERE video_id IN (SELECT id FROM"
		 " edxval_video WHERE %s)", where);
	world_on_val(world, sql);
}

static void a_journal_without_rows_asks_nothing(void **state)
{
	expect(*state, "0 0 0", 0);
}

static void while_all_is_well_two_requests_are_enough(void **state)
{
	migrate(*state, 6, 4);
	expect(*state, "8 0 0", 2);
}

static void a_restored_val_is_told(void **state)
{
	struct world *world = *state;
	struct vanished seen;

	migrate(world, 4, 5);
	lose(world, "edx_video_id <> 'vid-2-03'");
	expect(world, "20 19 1", 4);
	assert_int_equal(vanished_look(&seen, &world->campus, world->reader, NULL), RESULT_OK);
	assert_string_equal(seen.text, "19 of 20 rows that were registered here are gone from edx-val: if "
				       "staging was restored, run subferry refresh first");
	/* the videos too, as a restore takes them */
	world_on_val(world, "DELETE FROM edxval_coursevideo; DELETE FROM edxval_videotranscript;"
			    "DELETE FROM edxval_video");
	expect(world, "20 20 1", 4);
	world->conf.environment = (char *)"production";
	assert_int_equal(vanished_look(&seen, &world->campus, world->reader, NULL), RESULT_OK);
	assert_null(strstr(seen.text, "refresh"));
	assert_non_null(strstr(seen.text, "before anything is launched"));
}

static void half_of_them_is_bulk_and_less_is_not(void **state)
{
	migrate(*state, 1, 20);
	lose(*state, "edx_video_id < 'vid-0-09'");
	expect(*state, "20 9 0", 1);
	lose(*state, "edx_video_id = 'vid-0-09'");
	expect(*state, "20 10 1", 1);
}

static void of_a_few_all_must_be_gone(void **state)
{
	migrate(*state, 1, 9);
	lose(*state, "edx_video_id > 'vid-0-00'");
	expect(*state, "9 8 0", 1);
	lose(*state, "1");
	expect(*state, "9 9 1", 1);
}

static void two_rows_say_nothing(void **state)
{
	migrate(*state, 1, 2);
	lose(*state, "1");
	expect(*state, "2 2 0", 1);
}

static void three_rows_are_enough(void **state)
{
	migrate(*state, 1, 3);
	lose(*state, "1");
	expect(*state, "3 3 1", 1);
}

static void where_val_cannot_tell_nothing_is_gone(void **state)
{
	struct world *world = *state;

	migrate(world, 2, 6);
	lose(world, "1");
	world->blind = true;
	expect(world, "0 0 0", 2);
}

static void a_lookup_that_fails_is_passed_on(void **state)
{
	struct world *world = *state;
	struct vanished seen;
	struct error err = {0};

	migrate(world, 2, 6);
	lose(world, "1");
	world->faults[FAULT_LOOKUP] = (struct fault){.result = RESULT_RETRY, .times = 1};
	assert_int_equal(vanished_look(&seen, &world->campus, world->reader, &err), RESULT_RETRY);
	assert_false(seen.bulk);
	assert_string_equal(seen.text, "");
}

static void after_a_refresh_nothing_is_missed(void **state)
{
	struct world *world = *state;
	char summary[200];
	struct error err = {0};
	int64_t generation;

	migrate(world, 2, 6);
	lose(world, "1");
	if (refresh_campus(&world->campus, "typed", summary, sizeof(summary), &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_non_null(strstr(summary, "generation 2: 2 courses are Not-Migrated again, "));
	expect(world, "0 0 0", 0);
	assert_int_equal(reader_generation(world->reader, &generation, NULL), RESULT_OK);
	assert_int_equal(generation, 2);
}

static void a_refresh_waits_for_no_engine_and_never_runs_in_production(void **state)
{
	struct world *world = *state;
	char summary[200];
	struct lock *lock = NULL;
	struct error err = {0};

	migrate(world, 1, 3);
	assert_int_equal(lock_take(status_path(world->status), &lock, &err), RESULT_OK);
	assert_int_equal(refresh_campus(&world->campus, "typed", summary, sizeof(summary), &err),
			 RESULT_BUSY);
	assert_non_null(strstr(err.text, "pid "));
	lock_free(lock);
	world->conf.environment = (char *)"production";
	assert_true(*refresh_refusal(&world->conf) != '\0');
	assert_int_equal(refresh_campus(&world->campus, "typed", summary, sizeof(summary), &err),
			 RESULT_REFUSED);
	world_expect(world, "course-v1:Test+Gone0+1", COURSE_MIGRATED);
	world->conf.environment = (char *)"staging";
	assert_string_equal(refresh_refusal(&world->conf), "");
	assert_int_equal(refresh_campus(&world->campus, "typed", summary, sizeof(summary), &err),
			 RESULT_OK);
	world_expect(world, "course-v1:Test+Gone0+1", COURSE_NOT_MIGRATED);
	world_check(world);
}

static void worse_is_more_of_a_course_or_of_all(void **state)
{
	struct vanished then = {.looked = 100, .gone = 50, .course_count = 2,
				.courses = {{1, 50, 50}, {2, 50, 0}}}, now = then;

	(void)state;
	assert_false(vanished_is_worse(&now, &then));
	now.courses[1].gone = 1; /* it was well */
	assert_true(vanished_is_worse(&now, &then));
	now = then;
	now.courses[0].gone = 49;
	assert_false(vanished_is_worse(&now, &then));
	/* other courses of the same campus: chance is no change */
	now.courses[0].id = 3;
	now.courses[1].id = 4;
	now.gone = 59;
	assert_false(vanished_is_worse(&now, &then));
	now.gone = 60;
	assert_true(vanished_is_worse(&now, &then));
	assert_false(vanished_is_worse(&then, &now));
}

static void a_refresh_waits_for_no_switch_of_a_flag(void **state)
{
	struct world *world = *state;
	char summary[200];
	struct lock *lock = NULL;
	struct error err = {0};

	migrate(world, 1, 3);
	world->conf.operator_name = (char *)"ana";
	assert_int_equal(lock_take_flip(status_path(world->status), "bob", &lock, &err), RESULT_OK);
	assert_int_equal(refresh_campus(&world->campus, "typed", summary, sizeof(summary), &err), RESULT_BUSY);
	assert_non_null(strstr(err.text, "a flag is being switched"));
	assert_non_null(strstr(err.text, "bob"));
	world_expect(world, "course-v1:Test+Gone0+1", COURSE_MIGRATED);
	lock_free(lock);
	/* the engine's was given back */
	assert_int_equal(lock_take(status_path(world->status), &lock, &err), RESULT_OK);
	lock_free(lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_journal_without_rows_asks_nothing),
		TEST(while_all_is_well_two_requests_are_enough),
		TEST(a_restored_val_is_told),
		TEST(half_of_them_is_bulk_and_less_is_not),
		TEST(of_a_few_all_must_be_gone),
		TEST(two_rows_say_nothing),
		TEST(three_rows_are_enough),
		TEST(where_val_cannot_tell_nothing_is_gone),
		TEST(a_lookup_that_fails_is_passed_on),
		TEST(worse_is_more_of_a_course_or_of_all),
		TEST(after_a_refresh_nothing_is_missed),
		TEST(a_refresh_waits_for_no_engine_and_never_runs_in_production),
		TEST(a_refresh_waits_for_no_switch_of_a_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
