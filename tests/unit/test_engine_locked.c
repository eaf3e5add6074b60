/*
 * An edx-val whose file another program keeps locked: the engine holds, says by whom, and goes on by
 * itself; no try of a video counts, and no finding is its transcript's.
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

#include "tests/unit/lock_help.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Ferry+1"

static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "vid-a", "en=a.srt");
	world_video(outline, "b", "vid-b", "en=a.srt es=a.srt");
	world_subrip(world, "a.srt", "hello");
	world_scan(world);
	world->conf.max_retries = 0; /* a try more would be the last one too */
	world_wish(world, WISH_RUN, KEY, NULL);
	*state = world;
	return 0;
}

static void wait_for_hold(struct engine *engine, struct engine_state *now)
{
	memset(now, 0, sizeof(*now));
	for (int i = 0; i < WORLD_PATIENCE * 2 / 5 && !*now->hold; i++) {
		usleep(5000);
		engine_state(engine, now);
	}
	assert_int_equal(now->held, HOLD_ENDPOINT);
}

/* It was migrated at the first try of each video, as far as anybody can tell. */
static void expect_untouched(struct world *world)
{
	struct course_row row;
	struct video_row *videos;
	size_t count;
	int64_t total;

	world_expect(world, KEY, COURSE_MIGRATED);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.errors, 0);
	assert_int_equal(row.counts.in_val, 3);
	course_row_clear(&row);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREACHABLE), 0);
	assert_int_equal(reader_videos(world->reader, world_course_id(world, KEY), 0, -1, &videos, &count,
				       &total, NULL), RESULT_OK);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(videos[i].attempts, 1);
		video_row_clear(&videos[i]);
	}
	free(videos);
	world_check(world);
}

static void a_locked_val_holds_and_says_by_whom(void **state)
{
	struct world *world = *state;
	struct engine *engine;
	struct engine_state now;
	char expected[64], path[300];
	int release, end;
	pid_t pid;

	world_registers_in_one_step(world);
	snprintf(path, sizeof(path), "%s/val.db", world->folder);
	pid = lock_elsewhere(path, &release);
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_hold(engine, &now);
	snprintf(expected, sizeof(expected), "val: locked by pid %ld (", (long)pid);
	assert_int_equal(strncmp(now.hold, expected, strlen(expected)), 0);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_UNREACHABLE), 0);
	close(release);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_state(engine, &now);
	assert_string_equal(now.hold, "");
	engine_free(engine);
	assert_int_equal(waitpid(pid, &end, 0), pid);
	assert_int_equal(end, 0);
	expect_untouched(world);
}

/* Wherever in the life of a course it is met. */
static void a_lock_counts_for_no_try(void **state)
{
	static const enum fault_point points[] = {FAULT_LOOKUP, FAULT_CREATE, FAULT_REGISTER};
	(void)state;

	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		struct world *world;
		struct engine *engine;
		struct engine_state now;

		set_up((void **)&world);
		world->faults[points[i]] = (struct fault){RESULT_BUSY, 4, false, 0, 0};
		world->faults[FAULT_VAL_PROBE] = (struct fault){RESULT_BUSY, -1, false, 0, 0};
		engine = world_start(world, false);
		engine_go(engine);
		wait_for_hold(engine, &now);
		pthread_mutex_lock(&world->lock);
		world->faults[FAULT_VAL_PROBE].times = 0;
		pthread_mutex_unlock(&world->lock);
		assert_true(engine_wait(engine, WORLD_PATIENCE));
		engine_free(engine);
		assert_true(world_calls(world, points[i]) >= 4);
		expect_untouched(world);
		world_free(world);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--lock"))
		return lock_until_told(argv[2]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_locked_val_holds_and_says_by_whom, set_up,
						world_tear_down),
		cmocka_unit_test(a_lock_counts_for_no_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
