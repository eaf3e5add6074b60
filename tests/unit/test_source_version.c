/* On what of a MongoDB server evidence rests: outline.version. */
#include "config.h"

#include "tests/unit/split_course.h"

#include "src/source/source.h"

#define SLASH "Org/C/2018"

static void version_of(struct fake *fake, const char *key, char out[200])
{
	struct mongo_options options = {.kind = MONGO_BOTH, .uri = "mongodb://fake",
					.database = "edxapp", .collection = "modulestore"};
	struct source_course *course = NULL;
	struct source *source;
	struct error err = {RESULT_OK, ""};

	options.clock = fake_clock(fake, NOW);
	fake_only_read(fake);
	assert_int_equal(source_mongo_new(&source, &options, &err), RESULT_OK);
	if (source->ops->open(source, key, &course, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	snprintf(out, 200, "%s", course->outline->version);
	source_course_close(course);
	source_free(source);
}

/* ---- slash courses ------------------------------------------------------------------------*/

struct document {
	const char *course, *category, *name, *revision, *sub;
};

/* The version of Org/C/2018 with these documents beside the course's own and two videos. */
static void slash_version(const struct document *more, char out[200])
{
	const struct document always[] = {{"C", "course", "2018", "null", "c"},
					  {"C", "video", "a", "null", "s"},
					  {"C", "videoalpha", "b", "'draft'", "s"}, {0}};
	const struct document *const parts[] = {always, more};
	struct fake *fake = fake_new();
	char text[512];

	for (size_t i = 0; i < 2; i++)
		for (const struct document *d = parts[i]; d && d->course; d++) {
			snprintf(text, sizeof(text),
				 "{'_id': {'tag': 'i4x', 'org': 'Org', 'course': '%s', 'category': "
				 "'%s', 'name': '%s', 'revision': %s}, 'metadata': {'sub': '%s'}}",
				 d->course, d->category, d->name, d->revision, d->sub);
			fake_put(fake, MONGO_MODULESTORE, text);
		}
	version_of(fake, SLASH, out);
	fake_free(fake);
}

static void version_of_a_slash_course_rests_on_its_videos_alone(void **state)
{
	static const struct {
		struct document more[2];
		bool same;
	} table[] = {
		{{{"C", "html", "h", "null", "s"}, {0}}, true},
		{{{"C", "chapter", "x", "null", "s"}, {0}}, true},
		{{{"D", "video", "v", "null", "s"}, {0}}, true}, /* of another course */
		{{{"C", "course", "2018", "'draft'", "s"}, {0}}, true},
		{{{"C", "video", "v", "null", "s"}, {0}}, false},
		{{{"C", "video", "a", "'draft'", "s"}, {0}}, false},
		{{{"C", "videoalpha", "v", "null", "s"}, {0}}, false},
	};
	char before[200], now[200];

	(void)state;
	slash_version(NULL, before);
	assert_int_equal(strncmp(before, "draft ", 6), 0);
	assert_int_equal(strlen(before), 6 + 64);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		slash_version(table[i].more, now);
		if (!strcmp(before, now) != table[i].same)
			fail_msg("row %zu", i);
	}
}

static void version_of_a_slash_course_changes_with_metadata(void **state)
{
	static const struct document one[] = {{"C", "video", "v", "null", "s"}, {0}};
	static const struct document other[] = {{"C", "video", "v", "null", "t"}, {0}};
	char before[200], now[200];

	(void)state;
	slash_version(one, before);
	slash_version(other, now);
	assert_string_not_equal(before, now);
}

/* ---- split courses ------------------------------------------------------------------------*/

static void split_version(char draft, char published, char out[200])
{
	static const struct block none[] = {{0}};
	struct fake *fake = fake_new();

	put_index(fake, '1', "2018", draft, published, 0);
	for (const char *id = "23456"; *id; id++)
		put_structure(fake, *id, 0, none, 0);
	version_of(fake, COURSE, out);
	fake_free(fake);
}

static void version_of_a_split_course_is_the_ids_of_its_structures(void **state)
{
	char first[200], other[200];

	(void)state;
	split_version('2', '3', first);
	assert_string_equal(first, "split 333333333333333333333333 222222222222222222222222");
	split_version('4', '3', other);
	assert_string_not_equal(first, other);
	split_version('2', '4', other);
	assert_string_not_equal(first, other);
	split_version('3', '2', other);
	assert_string_not_equal(first, other);
	split_version(0, '3', other);
	assert_string_equal(other, "split 333333333333333333333333 -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_of_a_slash_course_rests_on_its_videos_alone),
		cmocka_unit_test(version_of_a_slash_course_changes_with_metadata),
		cmocka_unit_test(version_of_a_split_course_is_the_ids_of_its_structures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
