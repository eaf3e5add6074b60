#include "config.h"

#include "tests/unit/link_help.h"

#define COURSE "Org/C/2018"

/*
 * Adds a document of the course. @revision: "null", "'draft'", or NULL for none; @rest begins
 * with a comma: metadata and edit_info.
 */
static void put(struct fake *fake, const char *category, const char *name, const char *revision,
		const char *rest)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{'_id': {'tag': 'i4x', 'org': 'Org', 'course': 'C', 'category': '%s', 'name': "
		 "'%s'%s%s}, 'definition': {'data': 'd'}%s}",
		 category, name, revision ? ", 'revision': " : "", revision ? revision : "", rest);
	fake_put(fake, MONGO_MODULESTORE, text);
}

static void put_course(struct world *world)
{
	start(world, QUIET);
	put(world->fake, "course", "2018", "null",
	    ", 'metadata': {}, 'edit_info': {'edited_on': {'$date': {'$numberLong': "
	    "'1525225267000'}}, 'subtree_edited_on': {'$date': {'$numberLong': "
	    "'1525225267000'}}}");
}

/* Compares the @nth document's metadata with that of @json. */
static void expect_metadata(const struct world *world, size_t nth, const char *json)
{
	bson_t *wanted = fake_json(json), got;
	const uint8_t *bytes;
	uint32_t size;
	bson_iter_t at;

	get(fake_at(world->fake, MONGO_MODULESTORE, nth), "metadata", &at);
	bson_iter_document(&at, &size, &bytes);
	assert_true(bson_init_static(&got, bytes, size));
	if (!bson_equal(&got, wanted))
		fail_msg("document %zu: %s", nth, bson_as_relaxed_extended_json(&got, NULL));
	bson_destroy(wanted);
}

static bson_t **copy_all(const struct world *world)
{
	size_t count = fake_count(world->fake, MONGO_MODULESTORE);
	bson_t **copies = calloc(count, sizeof(*copies));

	assert_non_null(copies);
	for (size_t i = 0; i < count; i++)
		copies[i] = bson_copy(fake_at(world->fake, MONGO_MODULESTORE, i));
	return copies;
}

/* All documents are what they were. */
static void expect_untouched(const struct world *world, bson_t **copies)
{
	for (size_t i = 0; i < fake_count(world->fake, MONGO_MODULESTORE); i++) {
		assert_true(bson_equal(copies[i], fake_at(world->fake, MONGO_MODULESTORE, i)));
		bson_destroy(copies[i]);
	}
	free(copies);
}

/* ---- a quiet course ---- */

static void draft_links_every_revision(void **state)
{
	struct link_request requests[] = {ASK("both", "B"),   ASK("draft", "D"), ASK("public", "P"),
					  ASK("absent", "A"), ASK("null", "N"),	 ASK("blank", "L"),
					  ASK("done", "O"),   ASK("half", "H")};
	struct world world;
	bson_iter_t at;

	(void)state;
	put_course(&world);
	put(world.fake, "video", "both", "'draft'", ", 'metadata': {'edx_video_id': '', 'x': 1}");
	put(world.fake, "video", "both", "null", ", 'metadata': {'x': 2, 'edx_video_id': ''}");
	put(world.fake, "video", "draft", "'draft'", ", 'metadata': {}");
	put(world.fake, "video", "public", "null", ", 'metadata': {'sub': 's'}");
	put(world.fake, "video", "absent", NULL, "");
	put(world.fake, "video", "null", "null", ", 'metadata': {'edx_video_id': null}");
	put(world.fake, "video", "blank", "null", ", 'metadata': {'edx_video_id': ' \\t'}");
	put(world.fake, "video", "done", "null", ", 'metadata': {'edx_video_id': ' O '}");
	put(world.fake, "video", "half", "null", ", 'metadata': {'edx_video_id': ''}");
	put(world.fake, "video", "half", "'draft'", ", 'metadata': {'edx_video_id': 'H'}");
	put(world.fake, "videoalpha", "both", "null", ", 'metadata': {}");
	run(&world, COURSE, requests, 8);
	for (int i = 0; i < 8; i++)
		expect(&requests[i], LINK_DONE, i != 6, "");
	expect_metadata(&world, 1, "{'edx_video_id': 'B', 'x': 1}");
	expect_metadata(&world, 2, "{'x': 2, 'edx_video_id': 'B'}");
	expect_metadata(&world, 3, "{'edx_video_id': 'D'}");
	expect_metadata(&world, 4, "{'sub': 's', 'edx_video_id': 'P'}");
	expect_metadata(&world, 5, "{'edx_video_id': 'A'}");
	expect_metadata(&world, 6, "{'edx_video_id': 'N'}");
	expect_metadata(&world, 7, "{'edx_video_id': 'L'}");
	expect_metadata(&world, 8, "{'edx_video_id': ' O '}");
	expect_metadata(&world, 9, "{'edx_video_id': 'H'}");
	expect_metadata(&world, 10, "{'edx_video_id': 'H'}");
	expect_metadata(&world, 11, "{}"); /* another type of the same name */
	get(fake_at(world.fake, MONGO_MODULESTORE, 1), "definition.data", &at);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 8);
	assert_int_equal(fake_calls(world.fake, FAKE_FIND), 4);
	run(&world, COURSE, requests, 8);
	for (int i = 0; i < 8; i++)
		expect(&requests[i], LINK_DONE, false, "");
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 8);
	stop(&world);
}

/* Old clients wrote the parts of _id in another order; equality minds it. */
static void draft_takes_ids_as_they_are_stored(void **state)
{
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;
	bson_iter_t at;

	(void)state;
	put_course(&world);
	fake_put(world.fake, MONGO_MODULESTORE,
		 "{'_id': {'revision': null, 'name': 'v', 'category': 'video', 'course': 'C', "
		 "'org': 'Org', 'tag': 'i4x', 'odd': 1}, 'metadata': {}}");
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_DONE, true, "");
	expect_metadata(&world, 1, "{'edx_video_id': 'V'}");
	get(fake_at(world.fake, MONGO_MODULESTORE, 1), "_id.odd", &at);
	stop(&world);
}

static void draft_leaves_alone_what_it_was_not_asked_for(void **state)
{
	struct link_request requests[] = {ASK("other", "O"), ASK("mixed", "M"), ASK("odd", "V"),
					  ASK("gone", "G"), ASK("elsewhere", "E")};
	struct world world;
	bson_t **copies;

	(void)state;
	put_course(&world);
	put(world.fake, "video", "other", "null", ", 'metadata': {'edx_video_id': 'X'}");
	put(world.fake, "video", "mixed", "null", ", 'metadata': {'edx_video_id': ''}");
	put(world.fake, "video", "mixed", "'draft'", ", 'metadata': {'edx_video_id': 'Y'}");
	put(world.fake, "video", "odd", "null", ", 'metadata': 'text'");
	put(world.fake, "html", "gone", "null", ", 'metadata': {}");
	put(world.fake, "video", "gone", "'old'", ", 'metadata': {}");
	fake_put(world.fake, MONGO_MODULESTORE,
		 "{'_id': {'tag': 'i4x', 'org': 'org', 'course': 'C', 'category': 'video', 'name': "
		 "'elsewhere', 'revision': null}, 'metadata': {}}");
	copies = copy_all(&world);
	run(&world, COURSE, requests, 5);
	expect(&requests[0], LINK_REFUSED, false, "the block names X by now");
	expect(&requests[1], LINK_REFUSED, false, "the block names Y by now");
	expect(&requests[2], LINK_REFUSED, false, "metadata is not a map");
	expect(&requests[3], LINK_REFUSED, false, "the block is no longer in the course");
	expect(&requests[4], LINK_REFUSED, false, "the block is no longer in the course");
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 0);
	expect_untouched(&world, copies);
	stop(&world);
}

/* Only one run of an (org, course) can be in the old modulestore; it may be another by now. */
static void draft_refuses_another_run(void **state)
{
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	put_course(&world);
	put(world.fake, "video", "v", "null", ", 'metadata': {}");
	run(&world, "Org/C/2019", requests, 1);
	expect(&requests[0], LINK_REFUSED, false, "the course is no longer in the modulestore");
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 0);
	stop(&world);
}

static void draft_puts_off_courses_that_were_just_edited(void **state)
{
	static const struct {
		const char *key;
		int64_t edited;
		const char *ago; /* NULL: not put off */
	} table[] = {
	    {"edited_on", NOW - QUIET, NULL},
	    {"edited_on", NOW - QUIET + 1, "edited 29 minutes ago"},
	    {"edited_on", NOW + 5 * MINUTE, "edited 0 minutes ago"},
	    {"subtree_edited_on", NOW - 2 * MINUTE, "edited 2 minutes ago"},
	    {"published_date", NOW, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;
		char info[256];

		put_course(&world);
		snprintf(info, sizeof(info),
			 ", 'edit_info': {'%s': {'$date': {'$numberLong': '%lld'}}}", table[i].key,
			 (long long)table[i].edited);
		put(world.fake, "html", "text", "'draft'", info);
		snprintf(info, sizeof(info),
			 ", 'edit_info': {'edited_on': {'$date': {'$numberLong': '%lld'}}}",
			 (long long)(NOW - QUIET));
		put(world.fake, "video", "v", "null", info);
		put(world.fake, "video", "w", "null", ", 'metadata': {'edx_video_id': 'W'}");
		run(&world, COURSE, requests, 2);
		if (table[i].ago)
			expect(&requests[0], LINK_PUT_OFF, false, table[i].ago);
		else
			expect(&requests[0], LINK_DONE, true, "");
		expect(&requests[1], LINK_DONE, false, "");
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), table[i].ago ? 0 : 1);
		stop(&world);
	}
}

/* ---- an editor comes between ---- */

static void set_published(struct fake *fake, void *arg)
{
	fake_set(fake, MONGO_MODULESTORE, "_id.name", "{'v': 'v'}", "metadata.edx_video_id", arg);
}

static void set_draft(struct fake *fake, void *arg)
{
	fake_set(fake, MONGO_MODULESTORE, "_id.revision", "{'v': 'draft'}", "metadata.edx_video_id",
		 arg);
}

static void set_sub(struct fake *fake, void *arg)
{
	fake_set(fake, MONGO_MODULESTORE, "_id.name", "{'v': 'v'}", "metadata.sub", arg);
}

/* Discards the draft: the document that comes last. */
static void discard(struct fake *fake, void *arg)
{
	(void)arg;
	fake_drop(fake, MONGO_MODULESTORE, 2);
}

static void put_both(struct world *world)
{
	put_course(world);
	put(world->fake, "video", "v", "null", ", 'metadata': {'edx_video_id': ''}");
	put(world->fake, "video", "v", "'draft'", ", 'metadata': {'edx_video_id': ''}");
}

static void draft_keeps_what_an_editor_wrote(void **state)
{
	static char same[] = "{'v': 'V'}", other[] = "{'v': 'X'}", blank[] = "{'v': ' '}";
	static char none[] = "{'v': null}", sub[] = "{'v': 's'}";
	static const struct {
		void (*editor)(struct fake *fake, void *arg);
		char *arg;
		int nth, updates;
		const char *published, *draft; /* afterwards; NULL: gone */
		const char *reason;	       /* NULL: done */
	} table[] = {
	    {set_published, same, 1, 2, "{'edx_video_id': 'V'}", "{'edx_video_id': 'V'}", NULL},
	    {set_published, blank, 1, 3, "{'edx_video_id': 'V'}", "{'edx_video_id': 'V'}", NULL},
	    {set_published, none, 1, 3, "{'edx_video_id': 'V'}", "{'edx_video_id': 'V'}", NULL},
	    {set_published, other, 1, 1, "{'edx_video_id': 'X'}", "{'edx_video_id': ''}",
	     "the block names X by now"},
	    {set_draft, other, 2, 2, "{'edx_video_id': 'V'}", "{'edx_video_id': 'X'}",
	     "the block names X by now"},
	    {set_sub, sub, 1, 2, "{'edx_video_id': 'V', 'sub': 's'}", "{'edx_video_id': 'V'}",
	     NULL},
	    {discard, NULL, 2, 2, "{'edx_video_id': 'V'}", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V")};
		struct world world;

		put_both(&world);
		fake_before(world.fake, FAKE_UPDATE, table[i].nth, table[i].editor, table[i].arg);
		run(&world, COURSE, requests, 1);
		if (table[i].reason)
			expect(&requests[0], LINK_REFUSED, false, table[i].reason);
		else
			expect(&requests[0], LINK_DONE, true, "");
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), table[i].updates);
		expect_metadata(&world, 1, table[i].published);
		if (table[i].draft)
			expect_metadata(&world, 2, table[i].draft);
		stop(&world);
	}
}

/* What an editor's first edit of a published block makes: a copy of it as it was. */
static void copy_to_draft(struct fake *fake, void *arg)
{
	put(fake, "video", "v", "'draft'", arg);
}

static void draft_links_a_revision_that_is_made_meanwhile(void **state)
{
	static char old[] = ", 'metadata': {'sub': 's'}, 'edit_info': {'edited_on': {'$date': "
			    "{'$numberLong': '1525225267000'}}}";
	static char young[] = ", 'metadata': {'sub': 's'}, 'edit_info': {'edited_on': {'$date': "
			      "{'$numberLong': '1525228867000'}}}";

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct link_request requests[] = {ASK("v", "V")};
		struct world world;

		put_course(&world);
		put(world.fake, "video", "v", "null", ", 'metadata': {}");
		fake_before(world.fake, FAKE_UPDATE, 1, copy_to_draft, i ? young : old);
		run(&world, COURSE, requests, 1);
		expect_metadata(&world, 1, "{'edx_video_id': 'V'}");
		if (i) {
			expect(&requests[0], LINK_PUT_OFF, false, "edited 0 minutes ago");
			expect_metadata(&world, 2, "{'sub': 's'}");
		} else {
			expect(&requests[0], LINK_DONE, true, "");
			expect_metadata(&world, 2, "{'sub': 's', 'edx_video_id': 'V'}");
		}
		stop(&world);
	}
}

static void draft_gives_up_on_a_block_that_never_rests(void **state)
{
	static char table[][16] = {"{'v': ' '}", "{'v': '  '}"};
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	put_both(&world);
	for (int i = 1; i <= 6; i++)
		fake_before(world.fake, FAKE_UPDATE, i, set_published, table[i % 2]);
	assert_int_equal(world.linker->ops->link(world.linker, COURSE, requests, 1, &world.err),
			 RESULT_RETRY);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 5);
	stop(&world);
}

static void draft_tells_what_is_not_there_when_read_back(void **state)
{
	static char none[] = "{'v': ''}";
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	put_both(&world);
	fake_before(world.fake, FAKE_FIND, 4, set_draft, none); /* all, twice edits, all again */
	run(&world, COURSE, requests, 1);
	expect(&requests[0], LINK_REFUSED, false, "written, but read back without it");
	stop(&world);
}

/* ---- answers that are lost ---- */

static void draft_asks_again_when_an_answer_is_lost(void **state)
{
	static const struct {
		int nth;
		bool carried_out;
		int updates;
	} table[] = {{1, true, 2}, {2, true, 2}, {1, false, 3}, {2, false, 3}};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V")};
		struct world world;

		put_both(&world);
		if (table[i].carried_out)
			fake_lose(world.fake, FAKE_UPDATE, table[i].nth);
		else
			fake_fail(world.fake, FAKE_UPDATE, table[i].nth, RESULT_UNKNOWN);
		run(&world, COURSE, requests, 1);
		expect(&requests[0], LINK_DONE, true, "");
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), table[i].updates);
		expect_metadata(&world, 1, "{'edx_video_id': 'V'}");
		expect_metadata(&world, 2, "{'edx_video_id': 'V'}");
		stop(&world);
	}
}

static void draft_hands_failures_on(void **state)
{
	static const struct {
		enum fake_call call;
		int nth;
		enum result result;
	} table[] = {
	    {FAKE_FIND, 1, RESULT_UNREACHABLE}, {FAKE_FIND, 2, RESULT_REFUSED},
	    {FAKE_FIND, 3, RESULT_RETRY},	{FAKE_FIND, 4, RESULT_UNREACHABLE},
	    {FAKE_UPDATE, 2, RESULT_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V")};
		struct world world;

		put_both(&world);
		fake_fail(world.fake, table[i].call, table[i].nth, table[i].result);
		assert_int_equal(
		    world.linker->ops->link(world.linker, COURSE, requests, 1, &world.err),
		    table[i].result);
		assert_string_equal(world.err.text, "the fake fails");
		run(&world, COURSE, requests, 1); /* and the same again completes it */
		assert_int_equal(requests[0].state, LINK_DONE);
		expect_metadata(&world, 1, "{'edx_video_id': 'V'}");
		expect_metadata(&world, 2, "{'edx_video_id': 'V'}");
		stop(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draft_links_every_revision),
	    cmocka_unit_test(draft_takes_ids_as_they_are_stored),
	    cmocka_unit_test(draft_leaves_alone_what_it_was_not_asked_for),
	    cmocka_unit_test(draft_refuses_another_run),
	    cmocka_unit_test(draft_puts_off_courses_that_were_just_edited),
	    cmocka_unit_test(draft_keeps_what_an_editor_wrote),
	    cmocka_unit_test(draft_links_a_revision_that_is_made_meanwhile),
	    cmocka_unit_test(draft_gives_up_on_a_block_that_never_rests),
	    cmocka_unit_test(draft_tells_what_is_not_there_when_read_back),
	    cmocka_unit_test(draft_asks_again_when_an_answer_is_lost),
	    cmocka_unit_test(draft_hands_failures_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
