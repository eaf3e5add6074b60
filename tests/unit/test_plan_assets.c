#include "config.h"

#include "src/migrate/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/world.h"

#define KEY "course-v1:O+C+R"
#define OTHER "course-v1:O+C+S"

static struct plan *resolve(struct world *world, const char *key)
{
	struct source *source = world->campus.source;
	struct source_course *course;
	struct plan *plan;
	struct error err = {0};

	if (source->ops->open(source, key, &course, &err) != RESULT_OK ||
	    plan_resolve(&plan, course, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return plan;
}

/* plan_assets() of the course as its files are now. */
static void assets_of(struct world *world, const char *key, char out[HASH_HEX])
{
	struct plan *plan = resolve(world, key);

	assert_int_equal(strlen(plan_assets(plan)), HASH_HEX - 1);
	memcpy(out, plan_assets(plan), HASH_HEX);
	plan_free(plan);
}

/* Fails unless it is now as (@same), or another than, @before, which becomes what it is now. */
static void expect(struct world *world, bool same, char before[HASH_HEX])
{
	char now[HASH_HEX];

	assets_of(world, KEY, now);
	assert_int_equal(!strcmp(now, before), same);
	memcpy(before, now, HASH_HEX);
}

/* A video with a language by its map, and another whose name is made from its sub. */
static struct world *make(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);
	struct video_fields *fields;

	world_video(outline, "a", "ID-1", "en=x.srt");
	fields = world_video(outline, "b", "ID-2", "es=y.srt");
	assert_true(video_fields_set_stripped(&fields->sub, "OEoXaMPEzfM"));
	world_subrip(world, "x.srt", "one");
	world_subrip(world, "y.srt", "two");
	world_scan(world);
	return world;
}

static void assets_are_the_same_while_nothing_changes(void **state)
{
	struct world *world = make(state);
	char before[HASH_HEX];

	assets_of(world, KEY, before);
	expect(world, true, before);
}

static void assets_change_with_a_file_that_was_found(void **state)
{
	struct world *world = make(state);
	char before[HASH_HEX];

	assets_of(world, KEY, before);
	world_subrip(world, "x.srt", "One"); /* as long as it was */
	expect(world, false, before);
	world_subrip(world, "x.srt", "one");
	world_file(world, "y.srt", NULL);
	expect(world, false, before);
}

static void assets_change_with_a_name_that_was_tried_in_vain(void **state)
{
	struct world *world = make(state);
	char before[HASH_HEX];

	assets_of(world, KEY, before);
	world_file(world, "subs_OEoXaMPEzfM.srt.sjson",
		   "{\"start\": [0], \"end\": [10], \"text\": [\"t\"]}");
	expect(world, false, before);
}

static void assets_do_not_change_with_a_file_that_nothing_names(void **state)
{
	struct world *world = make(state);
	char before[HASH_HEX];

	assets_of(world, KEY, before);
	world_subrip(world, "unrelated.srt", "three");
	expect(world, true, before);
}

static void assets_do_not_depend_on_which_block_asks_first(void **state)
{
	struct world *world = *state;
	char one[HASH_HEX], other[HASH_HEX];
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "ID-1", "en=x.srt es=y.srt");
	world_video(outline, "b", "ID-2", "en=z.srt");
	outline = world_course(world, OTHER);
	world_video(outline, "b", "ID-2", "es=y.srt en=x.srt");
	world_video(outline, "a", "ID-1", "en=z.srt");
	world_video(outline, "c", "ID-3", "en=z.srt"); /* asked for twice, told once */
	world_subrip(world, "x.srt", "one");
	world_subrip(world, "y.srt", "two");
	world_scan(world);
	assets_of(world, KEY, one);
	assets_of(world, OTHER, other);
	assert_string_equal(one, other);
}

/* Found and missing, or a name and what identifies it, cannot be taken for one another. */
static void assets_tell_which_of_two_is_there(void **state)
{
	struct world *world = make(state);
	char both[HASH_HEX], first[HASH_HEX], second[HASH_HEX];

	assets_of(world, KEY, both);
	world_file(world, "y.srt", NULL);
	assets_of(world, KEY, first);
	world_subrip(world, "y.srt", "one");
	world_file(world, "x.srt", NULL);
	assets_of(world, KEY, second);
	assert_string_not_equal(first, second);
	assert_string_not_equal(both, second);
}

static void assets_tell_names_that_are_missing(void **state)
{
	struct world *world = *state;
	char one[HASH_HEX], other[HASH_HEX];

	world_video(world_course(world, KEY), "a", "ID-1", "en=gone.srt");
	world_video(world_course(world, OTHER), "a", "ID-1", "en=lost.srt");
	world_scan(world);
	assets_of(world, KEY, one);
	assets_of(world, OTHER, other);
	assert_string_not_equal(one, other);
}

static void looking_again_tells_what_it_found(void **state)
{
	struct world *world = make(state);
	struct plan *plan;
	char before[HASH_HEX], now[HASH_HEX];

	world_file(world, "y.srt", NULL);
	plan = resolve(world, KEY);
	memcpy(before, plan_assets(plan), HASH_HEX);
	assert_int_equal(plan_look_again(plan, 1, NULL), RESULT_OK);
	assert_string_equal(plan_assets(plan), before);
	world_subrip(world, "y.srt", "two");
	assert_int_equal(plan_look_again(plan, 0, NULL), RESULT_OK);
	assert_string_equal(plan_assets(plan), before); /* the other video's name */
	assert_int_equal(plan_look_again(plan, 1, NULL), RESULT_OK);
	assets_of(world, KEY, now);
	assert_string_equal(plan_assets(plan), now);
	/* what cannot be found now stays as it was */
	world_file(world, "y.srt", NULL);
	assert_int_equal(plan_look_again(plan, 1, NULL), RESULT_OK);
	assert_string_equal(plan_assets(plan), now);
	plan_free(plan);
}

static void a_source_that_fails_gives_no_plan(void **state)
{
	struct world *world = make(state);
	struct source *source = world->campus.source;
	struct source_course *course;
	struct plan *plan;

	world->faults[FAULT_FIND] = (struct fault){.result = RESULT_RETRY, .times = 1};
	assert_int_equal(source->ops->open(source, KEY, &course, NULL), RESULT_OK);
	assert_int_equal(plan_resolve(&plan, course, NULL), RESULT_RETRY);
	assert_null(plan);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(assets_are_the_same_while_nothing_changes),
		TEST(assets_change_with_a_file_that_was_found),
		TEST(assets_change_with_a_name_that_was_tried_in_vain),
		TEST(assets_do_not_change_with_a_file_that_nothing_names),
		TEST(assets_do_not_depend_on_which_block_asks_first),
		TEST(assets_tell_which_of_two_is_there),
		TEST(assets_tell_names_that_are_missing),
		TEST(looking_again_tells_what_it_found),
		TEST(a_source_that_fails_gives_no_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
