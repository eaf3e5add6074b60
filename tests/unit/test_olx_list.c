/* Which courses there are, under which keys, and what is told of the others. */
#include "config.h"

#include "tests/unit/olx_maker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen {
	struct {
		char key[80], name[80], location[200], problem[400];
	} entries[16];
	size_t count;
};

static enum result note_entry(void *arg, const struct source_entry *entry, struct error *err)
{
	struct seen *seen = arg;

	(void)err;
	assert_true(seen->count < 16);
	snprintf(seen->entries[seen->count].key, 80, "%s", entry->key ? entry->key : "");
	snprintf(seen->entries[seen->count].name, 80, "%s", entry->name);
	snprintf(seen->entries[seen->count].location, 200, "%s", entry->location);
	snprintf(seen->entries[seen->count].problem, 400, "%s",
		 entry->problem ? entry->problem : "");
	seen->count++;
	return RESULT_OK;
}

static struct seen list_all(struct source *src)
{
	struct seen seen = {.count = 0};
	struct error err = {RESULT_OK, ""};

	if (src->ops->list(src, note_entry, &seen, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return seen;
}

static struct source *source_of(const char *const *paths, size_t count, bool slash)
{
	struct olx_options options = {paths, count, slash};
	struct source *src;
	struct error err;

	assert_int_equal(source_olx_new(&src, &options, &err), RESULT_OK);
	return src;
}

static const char *make_course(struct maker *maker, const char *archive, const char *run)
{
	char pointer[100], name[40];
	const struct item items[] = {
	    {"about/overview.html", "x"},
	    {"course.xml", pointer},
	    {name, "<course display_name=\"N\"/>"},
	    {NULL, NULL},
	};

	snprintf(pointer, sizeof(pointer), "<course url_name=\"%s\" org=\"O\" course=\"C\"/>", run);
	snprintf(name, sizeof(name), "course/%s.xml", run);
	return maker_archive(maker, archive, "course/", items);
}

static void olx_lists_by_key_and_reports_problems(void **state)
{
	struct maker *maker = *state;
	char glob[100], missing[100], folder[100], nothing[100];
	const char *const paths[] = {glob, folder, missing, nothing, glob};
	struct source *src;
	struct seen seen;

	make_course(maker, "1.tar.gz", "z");
	make_course(maker, "2.tar.gz", "b");
	make_course(maker, "3.tar.gz", "b");
	maker_write(maker_path(maker, "4.tar.gz"), "junk", 4);
	maker_folder(maker, "a folder/deep",
		     (const struct item[]){{"course.xml", "<course name=\"My (1) run\" org=\"A\" "
							  "course=\"C\" display_name=\"D\"/>"},
					   {NULL, NULL}});
	snprintf(glob, sizeof(glob), "%s/*.tar.gz", maker->folder);
	snprintf(folder, sizeof(folder), "%s/a folder", maker->folder);
	snprintf(missing, sizeof(missing), "%s/none.tar.gz", maker->folder);
	snprintf(nothing, sizeof(nothing), "%s/*.nothing", maker->folder);
	src = source_of(paths, 5, false);
	seen = list_all(src);
	assert_int_equal(seen.count, 7);
	assert_string_equal(seen.entries[0].key, "course-v1:A+C+My_1_run");
	assert_string_equal(seen.entries[0].name, "D");
	assert_string_equal(seen.entries[1].key, "course-v1:O+C+b");
	assert_non_null(strstr(seen.entries[1].location, "2.tar.gz"));
	assert_string_equal(seen.entries[2].key, "course-v1:O+C+z");
	assert_string_equal(seen.entries[2].problem, "");
	assert_non_null(strstr(seen.entries[3].location, "*.nothing"));
	assert_non_null(strstr(seen.entries[3].problem, "no file or folder matches"));
	assert_non_null(strstr(seen.entries[4].problem, "3.tar.gz: a second export of "
							"course-v1:O+C+b; the one read is"));
	assert_non_null(strstr(seen.entries[4].problem, "2.tar.gz"));
	assert_non_null(strstr(seen.entries[5].location, "4.tar.gz"));
	assert_string_equal(seen.entries[5].key, "");
	assert_non_null(strstr(seen.entries[6].problem, "none.tar.gz: No such file"));
	source_free(src);
}

static void expect_key(const char *path, bool slash, const char *key)
{
	struct source *src = source_of(&path, 1, slash);
	struct seen seen = list_all(src);

	assert_int_equal(seen.count, 1);
	if (strcmp(seen.entries[0].key, key))
		fail_msg("%s: key %s, wanted %s (%s)", path, seen.entries[0].key, key,
			 seen.entries[0].problem);
	if (*key) {
		struct source_course *course = maker_open(src, key);

		assert_string_equal(course->outline->key, key);
		assert_string_equal(course->outline->name, seen.entries[0].name);
		source_course_close(course);
	}
	source_free(src);
}

static void olx_makes_keys_as_the_importer_does(void **state)
{
	static const struct item bare[] = {{"course.xml", "<course url_name=\"R\"/>"},
					   {NULL, NULL}};
	static const struct item bad[] = {
	    {"course.xml", "<course url_name=\"R 1\" org=\"O\" course=\"C\"><x/></course>"},
	    {NULL, NULL}};
	static const struct item unnamed[] = {{"course.xml", "<course/>"}, {NULL, NULL}};
	static const struct item library[] = {{"library.xml", "<library/>"}, {NULL, NULL}};
	static const struct item two[] = {{"a/course.xml", "<course url_name=\"R\"/>"},
					  {"b/course.xml", "<course url_name=\"R\"/>"},
					  {NULL, NULL}};
	struct maker *maker = *state;

	expect_key(make_course(maker, "1.tar.gz", "R"), false, "course-v1:O+C+R");
	expect_key(make_course(maker, "1.tar.gz", "R"), true, "O/C/R");
	expect_key(maker_folder(maker, "demo", bare), false, "course-v1:edx+demo+R");
	expect_key(maker_archive(maker, "2.tar.gz", "./repo-1/demo2/", bare), false,
		   "course-v1:edx+demo2+R");
	expect_key(maker_archive(maker, "own.x1.tar.gz", "", bare), false, "course-v1:edx+own+R");
	expect_key(maker_archive(maker, "3.tar.gz", "c/", bad), false, "");
	expect_key(maker_archive(maker, "4.tar.gz", "c/", unnamed), false, "");
	expect_key(maker_archive(maker, "5.tar.gz", "c/", library), false, "");
	expect_key(maker_archive(maker, "6.tar.gz", "", two), false, "");
	expect_key(maker_folder(maker, "two", two), false, "");
}

/* Names of a split export, whose top folder and root block are both called "course". */
static void olx_takes_the_shallowest_course_file(void **state)
{
	static const struct item late[] = {
	    {"course/course.xml", "<course display_name=\"N\"><video url_name=\"v\"/></course>"},
	    {"course/static/a.srt", "a"},
	    {"course.xml", "<course url_name=\"course\" org=\"O\" course=\"C\"/>"},
	    {NULL, NULL},
	};
	struct maker *maker = *state;

	expect_key(maker_archive(maker, "1.tar.gz", "", late), false, "course-v1:O+C+course");
	expect_key(maker_archive(maker, "2.tar.gz", "course/", late), false,
		   "course-v1:O+C+course");
	expect_key(maker_folder(maker, "x", late), false, "course-v1:O+C+course");
	expect_key(maker_folder(maker, "y/course", late), false, "course-v1:O+C+course");
	expect_key(maker_path(maker, "y"), false, "course-v1:O+C+course");
}

/* Blocks lie where the guess about worthwhile files goes wrong: nothing may be lost by it. */
static void olx_finds_blocks_in_folders_of_odd_names(void **state)
{
	static const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<vertical url_name=\"1\"/>"),
	    {"vertical/1.xml", "<vertical><video url_name=\"html:x\"/></vertical>"},
	    {"video/html/x.xml", "<video sub=\"s\"/>"},
	    {NULL, NULL},
	};
	static const char *const tops[] = {"html/", "repo/html/", "static/problem/about/", ""};
	struct maker *maker = *state;

	for (size_t i = 0; i < 4; i++) {
		struct source *src = maker_source(maker_archive(maker, "1.tar.gz", tops[i], items));
		struct source_course *course = maker_open(src, MAKER_KEY);

		assert_non_null(maker_block(course, "video", "html:x"));
		source_course_close(course);
		source_free(src);
	}
}

static void olx_opens_without_listing_and_forgets_what_is_gone(void **state)
{
	struct maker *maker = *state;
	const char *path = make_course(maker, "1.tar.gz", "R");
	struct source *src = maker_source(path);
	struct source_course *course = maker_open(src, MAKER_KEY);
	struct error err;

	source_course_close(course);
	assert_int_equal(src->ops->open(src, "course-v1:O+C+other", &course, &err), RESULT_MISSING);
	assert_null(course);
	make_course(maker, "1.tar.gz", "S");
	assert_int_equal(src->ops->open(src, MAKER_KEY, &course, &err), RESULT_MISSING);
	course = maker_open(src, "course-v1:O+C+S");
	source_course_close(course);
	/* unreadable for now is not gone */
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		assert_int_equal(src->ops->open(src, "course-v1:O+C+S", &course, &err),
				 RESULT_RETRY);
		list_all(src);
		assert_int_equal(src->ops->open(src, "course-v1:O+C+S", &course, &err),
				 RESULT_RETRY);
	}
	source_free(src);
}

static void olx_keeps_the_key_of_an_export_that_breaks(void **state)
{
	struct maker *maker = *state;
	const char *path = make_course(maker, "1.tar.gz", "R");
	struct source *src = maker_source(path);
	struct source_course *course;
	struct seen seen = list_all(src);
	struct error err;

	maker_write(path, "half an upload", 14);
	seen = list_all(src);
	assert_string_equal(seen.entries[0].key, MAKER_KEY);
	assert_true(*seen.entries[0].problem);
	assert_int_equal(src->ops->open(src, MAKER_KEY, &course, &err), RESULT_INVALID);
	make_course(maker, "1.tar.gz", "R");
	course = maker_open(src, MAKER_KEY);
	source_course_close(course);
	source_free(src);
}

static enum result stop_at_once(void *arg, const struct source_entry *entry, struct error *err)
{
	(void)entry;
	++*(int *)arg;
	return error_set(err, RESULT_CANCELED, "enough");
}

static void olx_ends_the_list_when_told(void **state)
{
	struct maker *maker = *state;
	char glob[100];
	const char *path = glob;
	struct source *src;
	struct error err;
	int calls = 0;

	make_course(maker, "1.tar.gz", "a");
	make_course(maker, "2.tar.gz", "b");
	snprintf(glob, sizeof(glob), "%s/?.tar.gz", maker->folder);
	src = source_of(&path, 1, false);
	assert_int_equal(src->ops->list(src, stop_at_once, &calls, &err), RESULT_CANCELED);
	assert_int_equal(calls, 1);
	source_free(src);
}

struct crowd {
	struct source *src;
	const char *key;
	int failures;
};

static enum result count_entry(void *arg, const struct source_entry *entry, struct error *err)
{
	(void)err;
	*(int *)arg += !entry->problem;
	return RESULT_OK;
}

static void *list_and_open(void *arg)
{
	struct crowd *crowd = arg;

	for (int i = 0; i < 20; i++) {
		struct source_course *course = NULL;
		struct error err;
		int count = 0;

		if (crowd->src->ops->open(crowd->src, crowd->key, &course, &err) != RESULT_OK)
			crowd->failures++;
		source_course_close(course);
		if (i % 4 == 0 &&
		    (crowd->src->ops->list(crowd->src, count_entry, &count, &err) != RESULT_OK ||
		     count != 2))
			crowd->failures++;
	}
	return NULL;
}

static void olx_serves_several_threads(void **state)
{
	struct maker *maker = *state;
	struct crowd crowds[4];
	pthread_t threads[4];
	char glob[100];
	const char *path = glob;
	struct source *src;

	make_course(maker, "1.tar.gz", "a");
	make_course(maker, "2.tar.gz", "b");
	snprintf(glob, sizeof(glob), "%s/?.tar.gz", maker->folder);
	src = source_of(&path, 1, false);
	for (int i = 0; i < 4; i++) {
		crowds[i] = (struct crowd){src, i % 2 ? "course-v1:O+C+a" : "course-v1:O+C+b", 0};
		assert_int_equal(pthread_create(&threads[i], NULL, list_and_open, &crowds[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(crowds[i].failures, 0);
	}
	source_free(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, maker_setup, maker_teardown)
	    TEST(olx_lists_by_key_and_reports_problems),
	    TEST(olx_makes_keys_as_the_importer_does),
	    TEST(olx_takes_the_shallowest_course_file),
	    TEST(olx_finds_blocks_in_folders_of_odd_names),
	    TEST(olx_opens_without_listing_and_forgets_what_is_gone),
	    TEST(olx_keeps_the_key_of_an_export_that_breaks),
	    TEST(olx_ends_the_list_when_told),
	    TEST(olx_serves_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
