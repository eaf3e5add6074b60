#include "config.h"

#include "tests/unit/split_course.h"

#include "src/source/split_edit.h"

/* ---- a quiet course ---- */

static void split_links_all_blocks_in_one_move(void **state)
{
	static const struct block draft[] = {
	    {"same", NULL, 'a', 0},   {"differs", "", 'b', 0}, {"draft-only", "", 'c', 0},
	    {"done", "DONE", 'a', 0}, {"null", "", 0, 0},      {"half", "HALF", 'a', 0},
	};
	static const struct block published[] = {
	    {"same", "", 'e', 'a'}, {"differs", "", 'f', 'a'}, {"done", "DONE", 'a', 0},
	    {"null", "", 0, 0},	    {"half", "", '1', 'a'},
	};
	struct link_request requests[] = {ASK("same", "S"),	  ASK("differs", "D"),
					  ASK("draft-only", "O"), ASK("done", "DONE"),
					  ASK("null", "N"),	  ASK("half", "HALF")};
	struct world world;
	bson_oid_t d, p, old_draft = oid('d'), old_published = oid('8'), a = oid('a'), e = oid('e');
	bson_iter_t at;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '5', "2018", 'd', '8', OLD);
	put_structure(world.fake, 'd', OLD, draft, 6);
	put_structure(world.fake, '8', OLD, published, 5);
	run(&world, COURSE, requests, 6);
	for (int i = 0; i < 6; i++)
		expect(&requests[i], LINK_DONE, i != 3, "");
	assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 2);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 1);
	assert_int_equal(fake_calls(world.fake, FAKE_FIND), 6);
	d = head_id(&world, "draft-branch");
	p = head_id(&world, "published-branch");
	assert_false(bson_oid_equal(&d, &p));
	/* the chain, and when and by whom */
	d = oid_at(head(&world, "draft-branch"), "previous_version");
	assert_true(bson_oid_equal(&d, &old_draft));
	p = oid_at(head(&world, "published-branch"), "previous_version");
	assert_true(bson_oid_equal(&p, &old_published));
	get(head(&world, "draft-branch"), "edited_on", &at);
	assert_int_equal(bson_iter_date_time(&at), NOW);
	get(head(&world, "published-branch"), "edited_by", &at);
	assert_int_equal(bson_iter_int32(&at), SPLIT_EDITOR);
	get(index_of(&world, "2018"), "edited_on", &at);
	assert_int_equal(bson_iter_date_time(&at), 7);
	assert_int_equal(last_update(&world), NOW);
	/* the blocks */
	d = head_id(&world, "draft-branch");
	p = head_id(&world, "published-branch");
	expect_id(&world, "draft-branch", 1, "S");
	expect_id(&world, "published-branch", 1, "S");
	expect_info(&world, "draft-branch", 1, "update_version", &d);
	expect_info(&world, "draft-branch", 1, "previous_version", &a);
	expect_info(&world, "draft-branch", 1, "source_version", NULL);
	expect_info(&world, "published-branch", 1, "update_version", &p);
	expect_info(&world, "published-branch", 1, "previous_version", &e);
	expect_info(&world, "published-branch", 1, "source_version", &d); /* in step */
	expect_id(&world, "published-branch", 2, "D");
	expect_info(&world, "published-branch", 2, "source_version", NULL); /* out of step */
	expect_id(&world, "draft-branch", 3, "O");
	expect_info(&world, "draft-branch", 4, "update_version", &a); /* nothing to write */
	expect_info(&world, "published-branch", 3, "update_version", &a);
	expect_info(&world, "published-branch", 4, "source_version", &d); /* both null: in step */
	expect_info(&world, "draft-branch", 6, "update_version", &a);
	expect_id(&world, "published-branch", 5, "HALF");
	expect_info(&world, "published-branch", 5, "source_version", &a); /* the draft's as it is */
	/* again: nothing */
	run(&world, COURSE, requests, 6);
	for (int i = 0; i < 6; i++)
		expect(&requests[i], LINK_DONE, false, "");
	assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 2);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 1);
	stop(&world);
}

static void split_leaves_blocks_with_another_id_alone(void **state)
{
	static const struct block draft[] = {{"v", "", 'a', 0}, {"w", "OTHER", 'a', 0}};
	static const struct block published[] = {{"v", "ANOTHER", 'b', 'a'}, {"w", "", 'b', 'a'}};
	struct link_request requests[] = {ASK("v", "V"), ASK("w", "W"), ASK("gone", "G")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '5', "2018", 'd', '8', OLD);
	put_structure(world.fake, 'd', OLD, draft, 2);
	put_structure(world.fake, '8', OLD, published, 2);
	run(&world, COURSE, requests, 3);
	expect(&requests[0], LINK_REFUSED, false, "the block names ANOTHER by now");
	expect(&requests[1], LINK_REFUSED, false, "the block names OTHER by now");
	expect(&requests[2], LINK_REFUSED, false, "the block is no longer in the course");
	assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 0);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 0);
	stop(&world);
}

/* Both heads of two runs are one structure; only ours moves, to two new ones. */
static void split_moves_only_its_own_run(void **state)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}};
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;
	bson_oid_t d, p, old = oid('d');
	bson_t *other, *structure;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '6', "2019", 'd', 'd', OLD);
	put_index(world.fake, '5', "2018", 'd', 'd', OLD);
	put_structure(world.fake, 'd', OLD, blocks, 1);
	other = bson_copy(index_of(&world, "2019"));
	structure = bson_copy(fake_at(world.fake, MONGO_STRUCTURES, 0));
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_DONE, true, "");
	assert_true(bson_equal(other, index_of(&world, "2019")));
	assert_true(bson_equal(structure, fake_at(world.fake, MONGO_STRUCTURES, 0)));
	d = head_id(&world, "draft-branch");
	p = head_id(&world, "published-branch");
	assert_false(bson_oid_equal(&d, &p));
	assert_false(bson_oid_equal(&p, &old));
	expect_id(&world, "draft-branch", 1, "V");
	expect_id(&world, "published-branch", 1, "V");
	expect_info(&world, "published-branch", 1, "source_version", &d);
	bson_destroy(other);
	bson_destroy(structure);
	stop(&world);
}

static void split_links_courses_with_one_branch(void **state)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}};
	static const char *const names[] = {"draft-branch", "published-branch"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct link_request requests[] = {ASK("v", "V")};
		struct world world;
		bson_iter_t at, start_at;

		start(&world, QUIET);
		put_index(world.fake, '5', "2018", i ? 0 : 'd', i ? 'd' : 0, OLD);
		put_structure(world.fake, 'd', OLD, blocks, 1);
		run(&world, COURSE, requests, 1);
		expect(&requests[0], LINK_DONE, true, "");
		expect_id(&world, names[i], 1, "V");
		assert_true(bson_iter_init(&start_at, index_of(&world, "2018")));
		assert_false(bson_iter_find_descendant(
		    &start_at, i ? "versions.draft-branch" : "versions.published-branch", &at));
		stop(&world);
	}
}

static void split_refuses_courses_that_are_gone(void **state)
{
	struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '5', "2019", 'd', 'd', OLD);
	run(&world, COURSE, requests, 2);
	expect(&requests[0], LINK_REFUSED, false, "the course is no longer in the modulestore");
	expect(&requests[1], LINK_REFUSED, false, "the course is no longer in the modulestore");
	put_index(world.fake, '6', "2018", 0, 0, OLD);
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_REFUSED, false, "the block is no longer in the course");
	put_index(world.fake, '7', "2018", 0, 0, OLD);
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_REFUSED, false, "twice");
	stop(&world);
}

static void split_refuses_what_it_does_not_understand(void **state)
{
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '5', "2018", 'd', 0, OLD);
	fake_put(world.fake, MONGO_STRUCTURES,
		 "{'_id': {'$oid': 'dddddddddddddddddddddddd'}, 'blocks': {'v': {}}}");
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_REFUSED, false,
	       "structure dddddddddddddddddddddddd: a structure without a list of blocks");
	stop(&world);
}

static void split_asks_again_when_a_head_is_missing(void **state)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}};
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '5', "2018", 'd', '8', OLD);
	put_structure(world.fake, 'd', OLD, blocks, 1);
	assert_int_equal(world.linker->ops->link(world.linker, COURSE, requests, 1, &world.err),
			 RESULT_RETRY);
	assert_non_null(strstr(world.err.text, "888888888888888888888888"));
	assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 0);
	stop(&world);
}

static void split_refuses_structures_that_would_be_too_large(void **state)
{
	struct link_request requests[] = {ASK("v", "V"), ASK("done", "DONE")};
	static const struct block blocks[] = {{"v", "", 'a', 0}, {"done", "DONE", 'a', 0}};
	struct world world;
	char *fill = malloc(SPLIT_SIZE_MAX);
	bson_t *large;

	(void)state;
	assert_non_null(fill);
	start(&world, QUIET);
	put_index(world.fake, '5', "2018", 'd', 0, OLD);
	put_structure(world.fake, 'd', OLD, blocks, 2);
	large = bson_copy(fake_at(world.fake, MONGO_STRUCTURES, 0));
	fake_drop(world.fake, MONGO_STRUCTURES, 0);
	memset(fill, 'f', SPLIT_SIZE_MAX);
	bson_append_utf8(large, "fill", -1, fill, SPLIT_SIZE_MAX - (int)large->len - 20);
	fake_put_bson(world.fake, MONGO_STRUCTURES, large);
	run(&world, COURSE, requests, 2);
	expect(&requests[0], LINK_REFUSED, false, "a document has at most 16777216");
	expect(&requests[1], LINK_DONE, false, "");
	assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 0);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 0);
	bson_destroy(large);
	free(fill);
	stop(&world);
}

static void split_puts_off_courses_that_were_just_edited(void **state)
{
	static const struct {
		int64_t last, draft, published; /* last 0: absent */
		const char *ago;		/* NULL: not put off */
	} table[] = {
	    {NOW - QUIET, NOW, NOW, NULL},
	    {NOW - QUIET + 1, OLD, OLD, "edited 29 minutes ago"},
	    {NOW - MINUTE, OLD, OLD, "edited 1 minute ago"},
	    {NOW, OLD, OLD, "edited 0 minutes ago"},
	    {NOW + 10 * MINUTE, OLD, OLD, "edited 0 minutes ago"},
	    {0, OLD, OLD, NULL},
	    {0, NOW - 5 * MINUTE, OLD, "edited 5 minutes ago"},
	    {0, OLD, NOW - 6 * MINUTE, "edited 6 minutes ago"},
	};
	static const struct block blocks[] = {{"v", "", 'a', 0}, {"w", "W", 'a', 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;

		start(&world, QUIET);
		put_index(world.fake, '5', "2018", 'd', '8', table[i].last);
		put_structure(world.fake, 'd', table[i].draft, blocks, 2);
		put_structure(world.fake, '8', table[i].published, blocks, 2);
		run(&world, COURSE, requests, 2);
		if (table[i].ago) {
			expect(&requests[0], LINK_PUT_OFF, false, table[i].ago);
			expect(&requests[0], LINK_PUT_OFF, false,
			       "retry --finding link-pending once it has been left alone for 30 "
			       "minutes");
			assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 0);
		} else {
			expect(&requests[0], LINK_DONE, true, "");
		}
		expect(&requests[1], LINK_DONE, false, "");
		stop(&world);
	}
}

static void split_moves_last_update_forward(void **state)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}};
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	start(&world, 0); /* no quiet asked for: a server ahead of us is no reason to wait */
	put_index(world.fake, '5', "2018", 'd', 0, NOW + 5000);
	put_structure(world.fake, 'd', OLD, blocks, 1);
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_DONE, true, "");
	assert_int_equal(last_update(&world), NOW + 5001);
	stop(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(split_links_all_blocks_in_one_move),
	    cmocka_unit_test(split_leaves_blocks_with_another_id_alone),
	    cmocka_unit_test(split_moves_only_its_own_run),
	    cmocka_unit_test(split_links_courses_with_one_branch),
	    cmocka_unit_test(split_refuses_courses_that_are_gone),
	    cmocka_unit_test(split_refuses_what_it_does_not_understand),
	    cmocka_unit_test(split_asks_again_when_a_head_is_missing),
	    cmocka_unit_test(split_refuses_structures_that_would_be_too_large),
	    cmocka_unit_test(split_puts_off_courses_that_were_just_edited),
	    cmocka_unit_test(split_moves_last_update_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
