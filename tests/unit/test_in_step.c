/* Of which blocks a MongoDB source says that nothing of them is unpublished (domain 2.3, 3). */
#include "config.h"

#include "tests/unit/split_course.h"

#include "src/source/source.h"

#define SLASH "Org/C/2018"

static struct source_course *open_course(struct fake *fake, const char *key, struct source **source)
{
	struct mongo_options options = {.kind = MONGO_BOTH, .uri = "mongodb://fake",
					.database = "edxapp", .collection = "modulestore"};
	struct source_course *course = NULL;
	struct error err = {RESULT_OK, ""};

	options.clock = fake_clock(fake, NOW);
	fake_only_read(fake);
	assert_int_equal(source_mongo_new(source, &options, &err), RESULT_OK);
	if ((*source)->ops->open(*source, key, &course, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return course;
}

/* The blocks that are in step have ids that begin with "in". */
static void expect_in_step(struct fake *fake, const char *key, size_t count)
{
	struct source *source;
	struct source_course *course = open_course(fake, key, &source);

	assert_int_equal(course->outline->block_count, count);
	for (size_t i = 0; i < count; i++)
		if (course->outline->blocks[i].in_step !=
		    !strncmp(course->outline->blocks[i].id, "in", 2))
			fail_msg("%s", course->outline->blocks[i].id);
	source_course_close(course);
	source_free(source);
	fake_free(fake);
}

/* A structure whose videos hang on the course. */
static void put_tree(struct fake *fake, char digit, const struct block *blocks, size_t count)
{
	char id[32] = "", text[8192], update[64], from[64];
	int len;

	memset(id, digit, 24);
	len = snprintf(text, sizeof(text),
		       "{'_id': {'$oid': '%s'}, 'root': ['course', 'course'], 'blocks': ["
		       "{'block_type': 'course', 'block_id': 'course', 'fields': {'children': [",
		       id);
	for (size_t i = 0; i < count; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s['video', '%s']",
				i ? ", " : "", blocks[i].id);
	len += snprintf(text + len, sizeof(text) - len, "]}}");
	for (size_t i = 0; i < count; i++) {
		memset(id, blocks[i].update, 24);
		snprintf(update, sizeof(update), blocks[i].update ? "{'$oid': '%s'}" : "null", id);
		memset(id, blocks[i].source, 24);
		snprintf(from, sizeof(from), blocks[i].source ? "{'$oid': '%s'}" : "null", id);
		len += snprintf(text + len, sizeof(text) - len,
				", {'block_type': 'video', 'block_id': '%s', 'fields': {}, "
				"'edit_info': {'update_version': %s, 'source_version': %s}}",
				blocks[i].id, update, from);
	}
	snprintf(text + len, sizeof(text) - len, "]}");
	fake_put(fake, MONGO_STRUCTURES, text);
}

static void split_compares_versions(void **state)
{
	static const struct block draft[] = {
	    {"in-follows", NULL, 'a', 0},  {"in-both-follow", NULL, 'b', 'c'},
	    {"in-unnamed", NULL, 0, 0},	   {"edited", NULL, 'd', 0},
	    {"separately", NULL, 'e', 0},  {"half-named", NULL, 0, 0},
	    {"unpublished", NULL, 'a', 0},
	};
	static const struct block published[] = {
	    {"in-follows", NULL, 'f', 'a'}, {"in-both-follow", NULL, 'd', 'c'},
	    {"in-unnamed", NULL, 0, 0},	    {"edited", NULL, 'd', 'a'},
	    {"separately", NULL, 'f', 0},   {"half-named", NULL, 'a', 0},
	    {"gone", NULL, 'a', 0},
	};
	struct fake *fake = fake_new();

	(void)state;
	put_index(fake, '1', "2018", '2', '3', 0);
	put_tree(fake, '2', draft, 7);
	put_tree(fake, '3', published, 7);
	expect_in_step(fake, COURSE, 8);
}

static void split_with_one_head_is_in_step(void **state)
{
	static const struct block blocks[] = {{"in-a", NULL, 'a', 0}, {"in-b", NULL, 'b', 'c'},
					      {"in-c", NULL, 0, 0}};
	struct fake *fake = fake_new();

	(void)state;
	put_index(fake, '1', "2018", '2', '2', 0);
	put_tree(fake, '2', blocks, 3);
	expect_in_step(fake, COURSE, 3);
}

static void split_with_one_branch_is_not(void **state)
{
	static const struct block blocks[] = {{"a", NULL, 'a', 0}};

	(void)state;
	for (int published = 0; published < 2; published++) {
		struct fake *fake = fake_new();

		put_index(fake, '1', "2018", published ? 0 : '2', published ? '2' : 0, 0);
		put_tree(fake, '2', blocks, 1);
		expect_in_step(fake, COURSE, 1);
	}
}

static void put_slash(struct fake *fake, const char *category, const char *name,
		      const char *revision)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "{'_id': {'tag': 'i4x', 'org': 'Org', 'course': 'C', 'category': '%s', "
		 "'name': '%s', 'revision': %s}, 'metadata': {'sub': 's'}}",
		 category, name, revision);
	fake_put(fake, MONGO_MODULESTORE, text);
}

static void slash_is_in_step_without_a_draft(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	put_slash(fake, "course", "2018", "null");
	put_slash(fake, "video", "in-step", "null");
	put_slash(fake, "videoalpha", "in-old", "null");
	put_slash(fake, "video", "edited", "null");
	put_slash(fake, "video", "edited", "'draft'");
	put_slash(fake, "video", "new", "'draft'");
	expect_in_step(fake, SLASH, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(split_compares_versions),
	    cmocka_unit_test(split_with_one_head_is_in_step),
	    cmocka_unit_test(split_with_one_branch_is_not),
	    cmocka_unit_test(slash_is_in_step_without_a_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
