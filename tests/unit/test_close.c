/*
 * Closing a course: new ids are linked once all videos were tried, and what becomes of that is
 * found in the status database; a source that is away holds the engine.
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
#include "src/format/key.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Close+1"

static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);

	/* one with an id, one without in both branches, one that promises nothing */
	world_video(outline, "a", "vid-a", "en=a.srt");
	world_video(outline, "b", "", "fr=b.srt");
	world_draft(outline, "b", "", "fr=b.srt");
	world_video(outline, "c", "", "");
	world_subrip(world, "a.srt", "hello");
	world_subrip(world, "b.srt", "salut");
	world_scan(world);
	*state = world;
	return 0;
}

static const struct video_block *block_of(struct world *world, const char *id)
{
	for (size_t i = 0; i < world->outlines[0]->block_count; i++)
		if (!strcmp(world->outlines[0]->blocks[i].id, id))
			return &world->outlines[0]->blocks[i];
	fail_msg("no block %s", id);
	return NULL;
}

static void expect_linked(struct world *world, bool linked)
{
	const struct video_block *b = block_of(world, "b");

	assert_int_equal(strlen(b->published->edx_video_id), linked ? 36 : 0);
	assert_string_equal(b->published->edx_video_id, b->draft->edx_video_id);
	assert_string_equal(block_of(world, "c")->published->edx_video_id, "");
	assert_string_equal(block_of(world, "a")->published->edx_video_id, "vid-a");
}

/* How many lines "link" the journal of block b has. */
static int journalled(struct world *world)
{
	struct video_row video = {0};
	struct journal_row *rows;
	size_t count;
	int links = 0;

	assert_int_equal(reader_find_video(world->reader, world_course_id(world, KEY), "b", &video, NULL),
			 RESULT_OK);
	assert_int_equal(reader_journal(world->reader, video.id, &rows, &count, NULL), RESULT_OK);
	for (size_t i = 0; i < count; i++) {
		links += !strcmp(rows[i].kind, "link");
		journal_row_clear(&rows[i]);
	}
	free(rows);
	video_row_clear(&video);
	return links;
}

static void expect(struct world *world, enum course_status status, int pending, int failed)
{
	world_expect(world, KEY, status);
	assert_int_equal(world_findings(world, KEY, FINDING_LINK_PENDING), pending);
	assert_int_equal(world_findings(world, KEY, FINDING_LINK_FAILED), failed);
}

static void run(struct world *world)
{
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
}

/* ---- linking ------------------------------------------------------------------------------*/

static void new_ids_are_linked_at_the_end(void **state)
{
	struct world *world = *state;

	world_link(world);
	run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
	assert_int_equal(journalled(world), 1);
	assert_int_equal(world->faults[FAULT_LINK].calls, 1);
	/* again: nothing is left to link */
	run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	assert_int_equal(world->faults[FAULT_LINK].calls, 1);
	assert_int_equal(journalled(world), 1);
}

static void a_dry_run_links_nothing(void **state)
{
	struct world *world = *state;

	world_link(world);
	assert_int_equal(world_rehearse(world, KEY), 2);
	expect_linked(world, false);
	assert_int_equal(world->faults[FAULT_LINK].calls, 0);
}

static void without_its_word_a_link_waits(void **state)
{
	struct world *world = *state;

	world_link(world);
	atomic_store(&world->campus.link_allowed, false);
	run(world);
	expect(world, COURSE_MIGRATED, 1, 0);
	expect_linked(world, false);
	assert_int_equal(world->faults[FAULT_LINK].calls, 0);
	atomic_store(&world->campus.link_allowed, true);
	world_wish(world, WISH_RETRY, KEY, "link-pending");
	world_run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
}

static void a_link_that_is_put_off_is_made_later(void **state)
{
	struct world *world = *state;
	char *before, *after;

	world_link(world);
	world->link_answer = LINK_PUT_OFF;
	run(world);
	expect(world, COURSE_MIGRATED, 1, 0);
	before = world_state(world);
	world->link_answer = LINK_DONE;
	world_wish(world, WISH_RETRY, KEY, "link-pending");
	world_run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
	after = world_state(world);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void a_refused_link_fails_the_course_until_a_retry(void **state)
{
	struct world *world = *state;
	struct course_row row;

	world_link(world);
	world->link_answer = LINK_REFUSED;
	run(world);
	expect(world, COURSE_FAILED, 0, 1);
	row = world_row(world, KEY);
	assert_int_equal(row.failed, 0); /* no video failed: its link did */
	assert_int_equal(row.counts.errors, 1);
	assert_int_equal(row.counts.in_val, 2);
	course_row_clear(&row);
	world->link_answer = LINK_DONE;
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
}

static void a_campus_that_no_longer_links_takes_the_failure_back(void **state)
{
	struct world *world = *state;
	struct linker *linker;

	world_link(world);
	world->link_answer = LINK_REFUSED;
	run(world);
	linker = world->campus.linker;
	world->campus.linker = NULL;
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	expect(world, COURSE_MIGRATED, 1, 0);
	world->campus.linker = linker;
}

static void a_link_whose_answer_is_lost_is_asked_again(void **state)
{
	struct world *world = *state;

	world_link(world);
	world->faults[FAULT_LINK] = (struct fault){RESULT_UNKNOWN, 2, true, 0, 0};
	run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
	assert_int_equal(world->faults[FAULT_LINK].calls, 3);
}

static void what_has_its_answer_keeps_it(void **state)
{
	struct world *world = *state;

	world_link(world);
	world->faults[FAULT_LINK] = (struct fault){RESULT_UNKNOWN, -1, true, 0, 0};
	run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
	assert_int_equal(world->faults[FAULT_LINK].calls, 1 + world->conf.max_retries);
}

static void the_linker_is_told_what_is_in_step(void **state)
{
	struct world *world = *state;

	world_link(world);
	run(world);
	assert_int_equal(world->asked_in_step, 0);
	for (size_t i = 0; i < world->outlines[0]->block_count; i++)
		world->outlines[0]->blocks[i].in_step = true;
	assert_true(video_fields_set(&block_of(world, "b")->published->edx_video_id, ""));
	run(world);
	expect_linked(world, true);
	assert_int_equal(world->asked_in_step, 1);
}

static void a_link_that_fails_too_often_is_a_finding(void **state)
{
	struct world *world = *state;

	world_link(world);
	world->faults[FAULT_LINK] = (struct fault){RESULT_RETRY, -1, false, 0, 0};
	run(world);
	expect(world, COURSE_FAILED, 0, 1);
	assert_int_equal(world->faults[FAULT_LINK].calls, 1 + world->conf.max_retries);
	world->faults[FAULT_LINK].times = 0;
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	expect_linked(world, true);
}

/* The process died between linking and the journal: the block names its id, the database does not
   know. A retry, or a course that goes on, sees it. */
static void a_block_that_was_linked_meanwhile_is_done(void **state)
{
	struct world *world = *state;
	struct video_fields *published, *draft;
	char id[64];

	world_link(world);
	world->link_answer = LINK_REFUSED;
	run(world);
	published = block_of(world, "b")->published;
	draft = block_of(world, "b")->draft;
	world->link_answer = LINK_DONE;
	key_video_id_new(KEY, "video", "b", id);
	assert_true(video_fields_set(&published->edx_video_id, id));
	assert_true(video_fields_set(&draft->edx_video_id, id));
	world_wish(world, WISH_RETRY, KEY, NULL);
	world_run(world);
	expect(world, COURSE_MIGRATED, 0, 0);
	assert_int_equal(world->faults[FAULT_LINK].calls, 1);
}

static void a_waived_link_stays_waived(void **state)
{
	struct world *world = *state;
	struct course_row row;

	run(world);
	expect(world, COURSE_MIGRATED, 1, 0);
	assert_int_equal(status_waive(world->status, KEY, "video@b", "-", FINDING_LINK_PENDING, "by hand",
				      NULL), RESULT_OK);
	world_link(world);
	world->link_answer = LINK_PUT_OFF;
	run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.waived, 1);
	assert_int_equal(row.counts.notices, 0);
	course_row_clear(&row);
}

/* ---- a source that is away -----------------------------------------------------------------*/

static void wait_for_hold(struct engine *engine, const char *word)
{
	struct engine_state now = {0};

	for (int i = 0; i < WORLD_PATIENCE / 10 && !strstr(now.hold, word); i++) {
		usleep(10000);
		engine_state(engine, &now);
	}
	if (!strstr(now.hold, word))
		fail_msg("never held for %s: \"%s\"", word, now.hold);
}

static void an_unreachable_source_holds(struct world *world, enum fault_point point)
{
	struct engine *engine;

	world->faults[point] = (struct fault){RESULT_UNREACHABLE, 1, false, 0, 0};
	world->faults[FAULT_SOURCE_PROBE] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	world_wish(world, WISH_RUN, KEY, NULL);
	engine = world_start(world, false);
	engine_go(engine);
	wait_for_hold(engine, "source");
	assert_false(engine_wait(engine, 200));
	pthread_mutex_lock(&world->lock);
	world->faults[FAULT_SOURCE_PROBE].times = 0;
	pthread_mutex_unlock(&world->lock);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	expect(world, COURSE_MIGRATED, world->campus.linker ? 0 : 1, 0);
	world_check(world);
}

static void a_source_that_is_away_when_a_course_opens_holds(void **state)
{
	an_unreachable_source_holds(*state, FAULT_OPEN);
}

static void a_source_that_is_away_when_names_are_sought_holds(void **state)
{
	an_unreachable_source_holds(*state, FAULT_FIND);
}

static void a_source_that_is_away_when_files_are_read_holds(void **state)
{
	an_unreachable_source_holds(*state, FAULT_READ);
}

static void a_source_that_is_away_when_ids_are_linked_holds(void **state)
{
	world_link(*state);
	an_unreachable_source_holds(*state, FAULT_LINK);
	expect_linked(*state, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_ids_are_linked_at_the_end),
		TEST(a_dry_run_links_nothing),
		TEST(without_its_word_a_link_waits),
		TEST(a_link_that_is_put_off_is_made_later),
		TEST(a_refused_link_fails_the_course_until_a_retry),
		TEST(a_campus_that_no_longer_links_takes_the_failure_back),
		TEST(a_link_whose_answer_is_lost_is_asked_again),
		TEST(what_has_its_answer_keeps_it),
		TEST(the_linker_is_told_what_is_in_step),
		TEST(a_link_that_fails_too_often_is_a_finding),
		TEST(a_block_that_was_linked_meanwhile_is_done),
		TEST(a_waived_link_stays_waived),
		TEST(a_source_that_is_away_when_a_course_opens_holds),
		TEST(a_source_that_is_away_when_names_are_sought_holds),
		TEST(a_source_that_is_away_when_files_are_read_holds),
		TEST(a_source_that_is_away_when_ids_are_linked_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
