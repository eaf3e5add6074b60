/* The queue: fairness, one worker a val id, retries in time, pausing. No thread, no clock. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/engine/queue.h"

#define MANY 64
#define BYTES (1 << 20)

static struct queue queue;

static int set_up(void **state)
{
	(void)state;
	queue_init(&queue);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	queue_clear(&queue);
	return 0;
}

/* A course whose videos have the val ids given; equal ones are chained as the planner does. */
static struct course_run *add_course(int64_t id, size_t count, const char *const *ids)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct course_run *run;

	plan->course = strdup("course");
	plan->videos = calloc(count + 1, sizeof(*plan->videos));
	plan->video_count = count;
	for (size_t i = 0; i < count; i++) {
		plan->videos[i].val_id = strdup(ids[i]);
		plan->videos[i].other_id = strdup("");
		plan->videos[i].before = -1;
		for (size_t b = 0; b < i; b++)
			if (*ids[i] && !strcmp(ids[b], ids[i]))
				plan->videos[i].before = (int64_t)b;
	}
	assert_int_equal(course_run_new(&run, plan, NULL, NULL), RESULT_OK);
	run->id = id;
	queue_add(&queue, run);
	return run;
}

/* Loads what the queue wants until it wants nothing; returns how many videos. */
static size_t load_all(int64_t now, bool retries_only)
{
	size_t indexes[MANY], count, sum = 0;
	struct course_run *run;

	while ((run = queue_want(&queue, now, MANY, MANY, BYTES, BYTES, retries_only, indexes, &count))) {
		struct video_files files[MANY] = {0};

		queue_loaded(&queue, run, indexes, count, files);
		sum += count;
	}
	return sum;
}

static struct course_run *take(size_t *index)
{
	return queue_take(&queue, false, index);
}

static void take_alternates_between_courses(void **state)
{
	const char *ids[] = {"a", "b", "c", "d"}, *others[] = {"e", "f"};
	struct course_run *large = add_course(1, 4, ids), *small = add_course(2, 2, others);
	struct course_run *order[6];
	size_t index;

	(void)state;
	assert_int_equal(load_all(0, false), 6);
	for (int i = 0; i < 6; i++)
		order[i] = take(&index);
	assert_ptr_equal(order[0], large);
	assert_ptr_equal(order[1], small);
	assert_ptr_equal(order[2], large);
	assert_ptr_equal(order[3], small);
	assert_ptr_equal(order[4], large);
	assert_ptr_equal(order[5], large);
	assert_null(take(&index));
	for (size_t i = 0; i < 4; i++)
		queue_tried(&queue, large, i);
	for (size_t i = 0; i < 2; i++)
		queue_tried(&queue, small, i);
	assert_true(course_run_done(large));
	assert_int_equal(queue.running, 0);
}

static void take_gives_one_worker_a_val_id(void **state)
{
	const char *ids[] = {"same", "same", "own"}, *other[] = {"same"};
	struct course_run *first = add_course(1, 3, ids), *second = add_course(2, 1, other);
	size_t index;

	(void)state;
	load_all(0, false);
	assert_ptr_equal(take(&index), first);
	assert_int_equal(index, 0);
	/* neither the sibling nor the other course may have the id now */
	assert_ptr_equal(take(&index), first);
	assert_int_equal(index, 2);
	assert_null(take(&index));
	queue_tried(&queue, first, 0);
	assert_ptr_equal(take(&index), second);
	assert_null(take(&index));
	queue_tried(&queue, second, 0);
	assert_ptr_equal(take(&index), first);
	assert_int_equal(index, 1);
	queue_tried(&queue, first, 1);
	queue_tried(&queue, first, 2);
}

static void a_group_waits_for_the_retry_of_its_first(void **state)
{
	const char *ids[] = {"same", "same"};
	struct course_run *run = add_course(1, 2, ids);
	size_t index;

	(void)state;
	load_all(0, false);
	assert_ptr_equal(take(&index), run);
	queue_delay(&queue, run, 0, 2000);
	assert_null(take(&index));
	assert_int_equal(queue_next_time(&queue), 2000);
	assert_int_equal(load_all(1999, false), 0);
	assert_int_equal(load_all(2000, false), 1);
	assert_ptr_equal(take(&index), run);
	assert_int_equal(index, 0);
	assert_int_equal(run->jobs[0].tries, 2);
	queue_tried(&queue, run, 0);
	assert_ptr_equal(take(&index), run);
	assert_int_equal(index, 1);
	queue_tried(&queue, run, 1);
}

/* Everything READY waits for the delayed one: a bound on READY must not keep that out. */
static void a_full_course_still_loads_what_its_group_waits_for(void **state)
{
	const char *ids[] = {"same", "same", "same"};
	struct course_run *run = add_course(1, 3, ids);
	size_t indexes[MANY], count, index;
	struct video_files files[MANY] = {0};

	(void)state;
	load_all(0, false);
	assert_ptr_equal(take(&index), run);
	queue_delay(&queue, run, 0, 0);
	assert_ptr_equal(queue_want(&queue, 1, 1, MANY, BYTES, BYTES, false, indexes, &count), run);
	assert_int_equal(count, 1);
	assert_int_equal(indexes[0], 0);
	queue_loaded(&queue, run, indexes, count, files);
	assert_ptr_equal(take(&index), run);
	assert_int_equal(index, 0);
	queue_tried(&queue, run, 0);
}

static void a_leaving_course_starts_nothing(void **state)
{
	const char *ids[] = {"a", "b", "c"};
	struct course_run *run = add_course(1, 3, ids);
	size_t index;

	(void)state;
	load_all(0, false);
	assert_ptr_equal(take(&index), run);
	run->leaving = true;
	assert_null(take(&index));
	assert_false(course_run_still(run));
	queue_delay(&queue, run, 0, 0);
	assert_int_equal(load_all(10, false), 0);
	assert_true(course_run_still(run));
	assert_false(course_run_done(run));
	queue_remove(&queue, run);
	assert_int_equal(queue.courses, 0);
	assert_int_equal(queue.ready, 0);
	course_run_free(run);
}

static void in_a_hold_only_retries_go_on(void **state)
{
	const char *ids[] = {"a", "b"};
	struct course_run *run = add_course(1, 2, ids);
	size_t index;

	(void)state;
	load_all(0, false);
	assert_ptr_equal(take(&index), run);
	queue_delay(&queue, run, 0, 5);
	assert_null(queue_take(&queue, true, &index));
	assert_int_equal(load_all(5, true), 1);
	assert_ptr_equal(queue_take(&queue, true, &index), run);
	assert_int_equal(index, 0);
	assert_null(queue_take(&queue, true, &index));
	queue_tried(&queue, run, 0);
}

static void bytes_that_could_not_be_loaded_are_wanted_again(void **state)
{
	const char *ids[] = {"a", "b"};
	struct course_run *run = add_course(1, 2, ids);
	size_t indexes[MANY], count;

	(void)state;
	assert_ptr_equal(queue_want(&queue, 0, 1, MANY, BYTES, BYTES, false, indexes, &count), run);
	assert_int_equal(count, 2);
	assert_null(queue_want(&queue, 0, 1, MANY, BYTES, BYTES, false, indexes, &count));
	queue_loaded(&queue, run, indexes, 2, NULL);
	run->not_before = 100;
	assert_null(queue_want(&queue, 99, 1, MANY, BYTES, BYTES, false, indexes, &count));
	assert_ptr_equal(queue_want(&queue, 100, 1, MANY, BYTES, BYTES, false, indexes, &count), run);
	assert_int_equal(count, 2);
	queue_loaded(&queue, run, indexes, 2, NULL);
}

static void want_loads_what_all_that_is_ready_waits_for(void **state)
{
	const char *ids[] = {"same", "same", "same", "same"};
	struct course_run *run = add_course(1, 4, ids);
	size_t indexes[MANY], count, index;
	struct video_files files[MANY] = {0};

	(void)state;
	assert_int_equal(load_all(0, false), 4);
	assert_ptr_equal(take(&index), run);
	assert_int_equal(index, 0);
	queue_delay(&queue, run, 0, 100);
	/* the first is to be loaded again, and cannot be */
	assert_ptr_equal(queue_want(&queue, 100, 2, MANY, BYTES, BYTES, false, indexes, &count), run);
	assert_int_equal(count, 1);
	queue_loaded(&queue, run, indexes, count, NULL);
	/* three are ready, which is enough, and none of them may start */
	assert_ptr_equal(queue_want(&queue, 200, 2, MANY, BYTES, BYTES, false, indexes, &count), run);
	assert_int_equal(count, 1);
	assert_int_equal(indexes[0], 0);
	queue_loaded(&queue, run, indexes, count, files);
	assert_ptr_equal(take(&index), run);
	assert_int_equal(index, 0);
	queue_tried(&queue, run, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(take_alternates_between_courses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(take_gives_one_worker_a_val_id, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_group_waits_for_the_retry_of_its_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_course_still_loads_what_its_group_waits_for, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_leaving_course_starts_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_a_hold_only_retries_go_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bytes_that_could_not_be_loaded_are_wanted_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(want_loads_what_all_that_is_ready_waits_for, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
