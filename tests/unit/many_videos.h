/*
 * many_videos.h - a course of many videos, launched, for tests that steer an engine at work or
 * bring it to rest. Included behind #define KEY, the course's key.
 */
#ifndef SUBFERRY_TESTS_UNIT_MANY_VIDEOS_H
#define SUBFERRY_TESTS_UNIT_MANY_VIDEOS_H

#include "tests/unit/world.h"

#define VIDEOS 40

/* One course of many videos, launched. */
static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);
	char id[16], val_id[16];

	for (int i = 0; i < VIDEOS; i++) {
		snprintf(id, sizeof(id), "v%02d", i);
		snprintf(val_id, sizeof(val_id), "vid-%02d", i);
		world_video(outline, id, val_id, "en=en.srt");
	}
	world_subrip(world, "en.srt", "hello");
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	*state = world;
	return 0;
}

static void wait_for_calls(struct world *world, enum fault_point point, int calls)
{
	for (int i = 0; i < WORLD_PATIENCE && world_calls(world, point) < calls; i++)
		usleep(1000);
	assert_true(world_calls(world, point) >= calls);
}

/* Until nothing is under way, how many were tried. */
static int64_t wait_for_boundary(struct world *world, struct engine *engine)
{
	struct engine_state state;
	struct course_row row;
	int64_t tried;

	for (int i = 0; i < WORLD_PATIENCE; i++) {
		engine_state(engine, &state);
		if (!state.under_way)
			break;
		usleep(1000);
	}
	assert_int_equal(state.under_way, 0);
	row = world_row(world, KEY);
	tried = row.tried;
	course_row_clear(&row);
	return tried;
}

#endif
