#include "config.h"

#include "tests/unit/split_course.h"

/* ---- an editor comes between ---- */

/* As Studio would: a new draft in which the second video has a new sub, and a newer index. */
static void edit_draft(struct fake *fake, void *arg)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}, {"w", "", '3', 0}};

	(void)arg;
	put_structure(fake, '3', OLD + 1, blocks, 2);
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "versions.draft-branch",
		 "{'v': {'$oid': '333333333333333333333333'}}");
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "last_update",
		 "{'v': {'$date': {'$numberLong': '1525225267001'}}}"); /* OLD + 1 */
}

/* The draft's version becomes the published one. */
static void publish(struct fake *fake, void *arg)
{
	(void)arg;
	edit_draft(fake, NULL);
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "versions.published-branch",
		 "{'v': {'$oid': '333333333333333333333333'}}");
}

/* An editor whose index says nothing of the time: the head alone tells. */
static void edit_without_time(struct fake *fake, void *arg)
{
	edit_draft(fake, arg);
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "last_update",
		 "{'v': {'$date': {'$numberLong': '1525225267000'}}}"); /* OLD */
}

/* The published head alone, and no word of the time. */
static void publish_without_time(struct fake *fake, void *arg)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}, {"w", "", '3', 0}};

	(void)arg;
	put_structure(fake, '3', OLD + 1, blocks, 2);
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "versions.published-branch",
		 "{'v': {'$oid': '333333333333333333333333'}}");
}

/* Only the lock moves: an edit of the wiki's name. */
static void touch_index(struct fake *fake, void *arg)
{
	(void)arg;
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "last_update",
		 "{'v': {'$date': {'$numberLong': '1525225267002'}}}");
}

static void put_two_videos(struct world *world)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}, {"w", "", 'a', 0}};

	put_index(world->fake, '5', "2018", 'd', '8', OLD);
	put_structure(world->fake, 'd', OLD, blocks, 2);
	put_structure(world->fake, '8', OLD, blocks, 2);
}

static void split_keeps_what_an_editor_wrote(void **state)
{
	static const struct {
		void (*editor)(struct fake *fake, void *arg);
		enum fake_call call;
		int nth;
		const char *edited; /* whose new version is theirs; NULL: none */
		bool in_step;	    /* the second video, afterwards */
	} table[] = {
	    {edit_draft, FAKE_FIND, 2, "draft-branch", false},
	    {edit_draft, FAKE_INSERT, 1, "draft-branch", false},
	    {edit_draft, FAKE_UPDATE, 1, "draft-branch", false},
	    {edit_without_time, FAKE_UPDATE, 1, "draft-branch", false},
	    {publish, FAKE_UPDATE, 1, "draft-branch", true},
	    {publish, FAKE_UPDATE, 1, "published-branch", true},
	    {publish_without_time, FAKE_UPDATE, 1, "published-branch", false},
	    {touch_index, FAKE_UPDATE, 1, NULL, true},
	};
	bson_oid_t three = oid('3'), id;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;

		start(&world, QUIET);
		put_two_videos(&world);
		fake_before(world.fake, table[i].call, table[i].nth, table[i].editor, NULL);
		run(&world, COURSE, requests, 2);
		expect(&requests[0], LINK_DONE, true, "");
		expect(&requests[1], LINK_DONE, true, "");
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 2);
		expect_id(&world, "draft-branch", 1, "V");
		expect_id(&world, "draft-branch", 2, "W");
		expect_id(&world, "published-branch", 2, "W");
		if (table[i].edited) {
			id = oid_at(head(&world, table[i].edited), "previous_version");
			assert_true(bson_oid_equal(&id, &three)); /* theirs is below ours */
			expect_info(&world, table[i].edited, 2, "previous_version", &three);
		}
		id = head_id(&world, "draft-branch");
		expect_info(&world, "published-branch", 1, "source_version", &id);
		expect_info(&world, "published-branch", 2, "source_version",
			    table[i].in_step ? &id : NULL);
		stop(&world);
	}
}

/* What was not there when it was read must still not be there. */
static void split_notices_what_has_come_to_be(void **state)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}};
	static const struct {
		void (*editor)(struct fake *fake, void *arg);
		char published;
		int64_t last;
	} table[] = {{touch_index, '8', 0}, {publish_without_time, 0, OLD}};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V")};
		struct world world;

		start(&world, QUIET);
		put_index(world.fake, '5', "2018", 'd', table[i].published, table[i].last);
		put_structure(world.fake, 'd', OLD, blocks, 1);
		put_structure(world.fake, '8', OLD, blocks, 1);
		fake_before(world.fake, FAKE_UPDATE, 1, table[i].editor, NULL);
		run(&world, COURSE, requests, 1);
		expect(&requests[0], LINK_DONE, true, "");
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 2);
		expect_id(&world, "draft-branch", 1, "V");
		expect_id(&world, "published-branch", 1, "V");
		stop(&world);
	}
}

static void edit_just_now(struct fake *fake, void *arg)
{
	edit_draft(fake, arg);
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "last_update",
		 "{'v': {'$date': {'$numberLong': '1525228866999'}}}");
}

static void split_puts_off_when_an_editor_comes_between(void **state)
{
	struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
	struct world world;
	bson_oid_t three = oid('3'), d;

	(void)state;
	start(&world, QUIET);
	put_two_videos(&world);
	fake_before(world.fake, FAKE_UPDATE, 1, edit_just_now, NULL);
	run(&world, COURSE, requests, 2);
	expect(&requests[0], LINK_PUT_OFF, false, "edited 0 minutes ago");
	expect(&requests[1], LINK_PUT_OFF, false, "edited 0 minutes ago");
	d = head_id(&world, "draft-branch");
	assert_true(bson_oid_equal(&d, &three));
	stop(&world);
}

static void write_ids(struct fake *fake, void *arg)
{
	const struct block blocks[] = {{"v", arg, '3', 0}, {"w", "", 'a', 0}};

	put_structure(fake, '3', OLD + 1, blocks, 2);
	fake_set(fake, MONGO_INDEX, "run", "{'v': '2018'}", "versions.draft-branch",
		 "{'v': {'$oid': '333333333333333333333333'}}");
	touch_index(fake, NULL);
}

static void split_takes_the_id_that_an_editor_wrote(void **state)
{
	static char same[] = "V", other[] = "X";

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;
		bson_oid_t three = oid('3');

		start(&world, QUIET);
		put_two_videos(&world);
		fake_before(world.fake, FAKE_UPDATE, 1, write_ids, i ? other : same);
		run(&world, COURSE, requests, 2);
		expect(&requests[1], LINK_DONE, true, "");
		expect_id(&world, "published-branch", 2, "W");
		expect_info(&world, "draft-branch", 1, "update_version", &three);
		if (i) {
			expect(&requests[0], LINK_REFUSED, false, "the block names X by now");
			expect_id(&world, "draft-branch", 1, "X");
			expect_id(&world, "published-branch", 1, "");
		} else {
			expect(&requests[0], LINK_DONE, true, "");
			expect_id(&world, "published-branch", 1, "V");
		}
		stop(&world);
	}
}

static void split_gives_up_on_a_course_that_never_rests(void **state)
{
	struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_two_videos(&world);
	for (int i = 1; i <= 6; i++)
		fake_before(world.fake, FAKE_UPDATE, i, i % 2 ? touch_index : edit_without_time,
			    NULL);
	assert_int_equal(world.linker->ops->link(world.linker, COURSE, requests, 2, &world.err),
			 RESULT_RETRY);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 5);
	stop(&world);
}

/* Right after our move an editor who had the old block open saves it whole, without an id. */
static void split_tells_what_is_not_there_when_read_back(void **state)
{
	static char none[] = "";
	struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_two_videos(&world);
	fake_before(world.fake, FAKE_FIND, 5, write_ids, none);
	run(&world, COURSE, requests, 2);
	expect(&requests[0], LINK_REFUSED, false, "written, but read back without it");
	expect(&requests[1], LINK_REFUSED, false, "written, but read back without it");
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 1);
	stop(&world);
}

/* ---- answers that are lost ---- */

static void split_asks_again_when_an_answer_is_lost(void **state)
{
	static const struct {
		enum fake_call call;
		int nth;
		bool carried_out;
		int inserts, updates;
	} table[] = {
	    {FAKE_INSERT, 1, true, 3, 1},  {FAKE_INSERT, 1, false, 3, 1},
	    {FAKE_INSERT, 2, true, 3, 1},  {FAKE_UPDATE, 1, true, 2, 1},
	    {FAKE_UPDATE, 1, false, 4, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;

		start(&world, QUIET);
		put_two_videos(&world);
		if (table[i].carried_out)
			fake_lose(world.fake, table[i].call, table[i].nth);
		else
			fake_fail(world.fake, table[i].call, table[i].nth, RESULT_UNKNOWN);
		run(&world, COURSE, requests, 2);
		expect(&requests[0], LINK_DONE, true, "");
		expect(&requests[1], LINK_DONE, true, "");
		assert_int_equal(fake_calls(world.fake, FAKE_INSERT), table[i].inserts);
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), table[i].updates);
		expect_id(&world, "draft-branch", 1, "V");
		expect_id(&world, "published-branch", 2, "W");
		stop(&world);
	}
}

static void split_hands_failures_on(void **state)
{
	static const struct {
		enum fake_call call;
		int nth;
		enum result result;
	} table[] = {
	    {FAKE_FIND, 1, RESULT_UNREACHABLE}, {FAKE_FIND, 2, RESULT_REFUSED},
	    {FAKE_FIND, 3, RESULT_RETRY},	{FAKE_FIND, 4, RESULT_UNREACHABLE},
	    {FAKE_FIND, 5, RESULT_RETRY},	{FAKE_INSERT, 2, RESULT_REFUSED},
	    {FAKE_UPDATE, 1, RESULT_RETRY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;

		start(&world, QUIET);
		put_two_videos(&world);
		fake_fail(world.fake, table[i].call, table[i].nth, table[i].result);
		assert_int_equal(
		    world.linker->ops->link(world.linker, COURSE, requests, 2, &world.err),
		    table[i].result);
		assert_string_equal(world.err.text, "the fake fails");
		run(&world, COURSE, requests, 2); /* and the same again completes it */
		expect(&requests[0], LINK_DONE, table[i].call != FAKE_FIND || table[i].nth < 5, "");
		stop(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(split_keeps_what_an_editor_wrote),
	    cmocka_unit_test(split_notices_what_has_come_to_be),
	    cmocka_unit_test(split_puts_off_when_an_editor_comes_between),
	    cmocka_unit_test(split_takes_the_id_that_an_editor_wrote),
	    cmocka_unit_test(split_gives_up_on_a_course_that_never_rests),
	    cmocka_unit_test(split_tells_what_is_not_there_when_read_back),
	    cmocka_unit_test(split_asks_again_when_an_answer_is_lost),
	    cmocka_unit_test(split_hands_failures_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
