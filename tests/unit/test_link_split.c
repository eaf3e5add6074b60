#include "config.h"

#include "tests/unit/link_help.h"

#include "src/source/split_edit.h"

#define COURSE "course-v1:Org+C+2018"

/* ---- documents; an ObjectId is 24 times one hex digit ---- */

static const char *oid_json(char digit, char out[64])
{
	char hex[25];

	memset(hex, digit, 24);
	hex[24] = '\0';
	snprintf(out, 64, digit ? "{'$oid': '%s'}" : "null", hex);
	return out;
}

static bson_oid_t oid(char digit)
{
	char hex[25];
	bson_oid_t id;

	memset(hex, digit, 24);
	hex[24] = '\0';
	bson_oid_init_from_string(&id, hex);
	return id;
}

struct block {
	const char *id, *video_id; /* video_id NULL: the field is absent */
	char update, source;	   /* 0: null */
};

static void put_structure(struct fake *fake, char digit, int64_t edited, const struct block *blocks,
			  size_t count)
{
	char a[64], b[64], text[8192];
	int len = snprintf(text, sizeof(text),
			   "{'_id': %s, 'root': ['course', 'course'], 'previous_version': null, "
			   "'original_version': %s, 'edited_by': 4, 'edited_on': {'$date': "
			   "{'$numberLong': '%lld'}}, 'blocks': [{'block_type': 'course', "
			   "'block_id': 'course'}",
			   oid_json(digit, a), oid_json('9', b), (long long)edited);

	for (size_t i = 0; i < count; i++) {
		len += snprintf(text + len, sizeof(text) - len,
				", {'block_type': 'video', 'block_id': '%s', 'fields': {'sub': 's'",
				blocks[i].id);
		if (blocks[i].video_id)
			len += snprintf(text + len, sizeof(text) - len, ", 'edx_video_id': '%s'",
					blocks[i].video_id);
		len += snprintf(text + len, sizeof(text) - len,
				"}, 'edit_info': {'update_version': %s, 'source_version': %s}}",
				oid_json(blocks[i].update, a), oid_json(blocks[i].source, b));
	}
	snprintf(text + len, sizeof(text) - len, "]}");
	fake_put(fake, MONGO_STRUCTURES, text);
}

/* An index document; @draft, @published: 0 for none; @last 0: no last_update. */
static void put_index(struct fake *fake, char digit, const char *run, char draft, char published,
		      int64_t last)
{
	char id[64], head[64], text[2048];
	int len = snprintf(text, sizeof(text),
			   "{'_id': %s, 'org': 'Org', 'course': 'C', 'run': '%s', 'edited_on': "
			   "{'$date': {'$numberLong': '7'}}, 'versions': {'x': 1",
			   oid_json(digit, id), run);

	if (draft)
		len += snprintf(text + len, sizeof(text) - len, ", 'draft-branch': %s",
				oid_json(draft, head));
	if (published)
		len += snprintf(text + len, sizeof(text) - len, ", 'published-branch': %s",
				oid_json(published, head));
	len += snprintf(text + len, sizeof(text) - len, "}");
	if (last)
		len += snprintf(text + len, sizeof(text) - len,
				", 'last_update': {'$date': {'$numberLong': '%lld'}}",
				(long long)last);
	snprintf(text + len, sizeof(text) - len, ", 'search_targets': {}}");
	fake_put(fake, MONGO_INDEX, text);
}

/* ---- looking at what became of them ---- */

static bson_oid_t oid_at(const bson_t *document, const char *path)
{
	bson_iter_t at;

	get(document, path, &at);
	assert_true(BSON_ITER_HOLDS_OID(&at));
	return *bson_iter_oid(&at);
}

static const bson_t *index_of(const struct world *world, const char *run)
{
	char text[64];

	snprintf(text, sizeof(text), "{'v': '%s'}", run);
	return fake_get(world->fake, MONGO_INDEX, "run", text);
}

static bson_oid_t head_id(const struct world *world, const char *branch)
{
	char path[64];

	snprintf(path, sizeof(path), "versions.%s", branch);
	return oid_at(index_of(world, "2018"), path);
}

static const bson_t *head(const struct world *world, const char *branch)
{
	bson_oid_t id = head_id(world, branch);
	char hex[25], text[64];

	bson_oid_to_string(&id, hex);
	snprintf(text, sizeof(text), "{'v': {'$oid': '%s'}}", hex);
	return fake_get(world->fake, MONGO_STRUCTURES, "_id", text);
}

/* What the head of @branch says of the @nth video, from 1. */
static void video_at(const struct world *world, const char *branch, int nth, const char *key,
		     bson_iter_t *out)
{
	char path[128];

	snprintf(path, sizeof(path), "blocks.%d.%s", nth, key);
	get(head(world, branch), path, out);
}

static void expect_id(const struct world *world, const char *branch, int nth, const char *id)
{
	bson_iter_t at;

	video_at(world, branch, nth, "fields.edx_video_id", &at);
	assert_string_equal(bson_iter_utf8(&at, NULL), id);
}

/* @version NULL: null. */
static void expect_info(const struct world *world, const char *branch, int nth, const char *key,
			const bson_oid_t *version)
{
	bson_iter_t at;
	char path[64];

	snprintf(path, sizeof(path), "edit_info.%s", key);
	video_at(world, branch, nth, path, &at);
	if (!version)
		assert_true(BSON_ITER_HOLDS_NULL(&at));
	else
		assert_true(BSON_ITER_HOLDS_OID(&at) &&
			    bson_oid_equal(bson_iter_oid(&at), version));
}

static int64_t last_update(const struct world *world)
{
	bson_iter_t at;

	get(index_of(world, "2018"), "last_update", &at);
	return bson_iter_date_time(&at);
}

/* ---- a quiet course ---- */

static void split_links_all_blocks_in_one_move(void **state)
{
	static const struct block draft[] = {
	    {"same", NULL, 'a', 0},	{"differs", "", 'b', 0}, {"draft-only", "", 'c', 0},
	    {"done", "DONE", 'a', 0},	{"null", "", 0, 0},	 {"half", "HALF", 'a', 0},
	};
	static const struct block published[] = {
	    {"same", "", 'e', 'a'},	{"differs", "", 'f', 'a'}, {"done", "DONE", 'a', 0},
	    {"null", "", 0, 0},		{"half", "", '1', 'a'},
	};
	struct link_request requests[] = {ASK("same", "S"),  ASK("differs", "D"),
					  ASK("draft-only", "O"), ASK("done", "DONE"),
					  ASK("null", "N"),  ASK("half", "HALF")};
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
	assert_int_equal(fake_calls(world.fake, FAKE_FIND), 4);
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

static void split_asks_again_when_a_head_is_missing(void **state)
{
	static const struct block blocks[] = {{"v", "", 'a', 0}};
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	start(&world, QUIET);
	put_index(world.fake, '5', "2018", 'd', '8', OLD);
	put_structure(world.fake, 'd', OLD, blocks, 1);
	assert_int_equal(
	    world.linker->ops->link(world.linker, COURSE, requests, 1, &world.err), RESULT_RETRY);
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
		bool edited, published;
	} table[] = {
	    {edit_draft, FAKE_FIND, 2, true, false},
	    {edit_draft, FAKE_INSERT, 1, true, false},
	    {edit_draft, FAKE_UPDATE, 1, true, false},
	    {edit_without_time, FAKE_UPDATE, 1, true, false},
	    {publish, FAKE_UPDATE, 1, true, true},
	    {touch_index, FAKE_UPDATE, 1, false, false},
	};
	bson_oid_t three = oid('3'), d;

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
			d = oid_at(head(&world, "draft-branch"), "previous_version");
			assert_true(bson_oid_equal(&d, &three)); /* theirs is below ours */
			expect_info(&world, "draft-branch", 2, "previous_version", &three);
		}
		d = head_id(&world, "draft-branch");
		/* the second video is in step unless the editor has changed the draft alone */
		expect_info(&world, "published-branch", 1, "source_version", &d);
		expect_info(&world, "published-branch", 2, "source_version",
			    table[i].edited && !table[i].published ? NULL : &d);
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
	assert_int_equal(
	    world.linker->ops->link(world.linker, COURSE, requests, 2, &world.err), RESULT_RETRY);
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
	fake_before(world.fake, FAKE_FIND, 3, write_ids, none);
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
	    {FAKE_FIND, 3, RESULT_RETRY},	{FAKE_INSERT, 2, RESULT_REFUSED},
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
		expect(&requests[0], LINK_DONE, table[i].call != FAKE_FIND || table[i].nth < 3, "");
		stop(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(split_links_all_blocks_in_one_move),
	    cmocka_unit_test(split_leaves_blocks_with_another_id_alone),
	    cmocka_unit_test(split_moves_only_its_own_run),
	    cmocka_unit_test(split_links_courses_with_one_branch),
	    cmocka_unit_test(split_refuses_courses_that_are_gone),
	    cmocka_unit_test(split_asks_again_when_a_head_is_missing),
	    cmocka_unit_test(split_refuses_structures_that_would_be_too_large),
	    cmocka_unit_test(split_puts_off_courses_that_were_just_edited),
	    cmocka_unit_test(split_moves_last_update_forward),
	    cmocka_unit_test(split_keeps_what_an_editor_wrote),
	    cmocka_unit_test(split_puts_off_when_an_editor_comes_between),
	    cmocka_unit_test(split_takes_the_id_that_an_editor_wrote),
	    cmocka_unit_test(split_gives_up_on_a_course_that_never_rests),
	    cmocka_unit_test(split_tells_what_is_not_there_when_read_back),
	    cmocka_unit_test(split_asks_again_when_an_answer_is_lost),
	    cmocka_unit_test(split_hands_failures_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
