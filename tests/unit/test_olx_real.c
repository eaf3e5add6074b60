/* The two demonstration courses of the real world, where their archives are at hand. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/source/resolve.h"
#include "src/source/source.h"

struct tally {
	size_t blocks, drafts, promised, implicit, spanish;
};

static bool shared_path(char *path, size_t size, const char *name)
{
	const char *shared = getenv("SUBFERRY_SHARED");
	const char *top = getenv("srcdir");

	if (shared)
		snprintf(path, size, "%s/data/%s", shared, name);
	else
		snprintf(path, size, "%s/../shared/data/%s", top ? top : ".", name);
	if (!access(path, R_OK))
		return true;
	print_message("skipped: %s is not there\n", path);
	return false;
}

/* The first promise of a language with an existing file; reads that file. */
static void count_branch(struct source_course *course, const struct video_fields *fields,
			 struct tally *tally)
{
	struct promises promises;
	struct error err;
	const char *last = "";

	assert_int_equal(resolve_fields(fields, &promises, &err), RESULT_OK);
	for (size_t i = 0; i < promises.count; i++) {
		const struct promise *promise = &promises.items[i];
		struct asset assets[16];
		size_t found = 0;

		assert_true(promise->name_count <= 16);
		assert_int_equal(course->ops->find(course, (const char *const *)promise->names,
						   promise->name_count, assets, &err),
				 RESULT_OK);
		while (found < promise->name_count && assets[found].state != ASSET_FOUND)
			found++;
		if (found < promise->name_count && strcmp(last, promise->language)) {
			const char *id = assets[found].id;
			struct asset_bytes bytes;

			last = promise->language;
			tally->promised += promise->kind != PROMISE_IMPLICIT && !strcmp(last, "en");
			tally->implicit += promise->kind == PROMISE_IMPLICIT;
			tally->spanish += !strcmp(last, "es");
			assert_int_equal(course->ops->read(course, &id, 1, 3 << 20, &bytes, &err),
					 RESULT_OK);
			assert_int_equal(bytes.state, ASSET_FOUND);
			assert_int_equal(bytes.bytes.len, assets[found].size);
			asset_bytes_clear(&bytes);
		}
		for (size_t k = 0; k < promise->name_count; k++)
			asset_clear(&assets[k]);
	}
	promises_clear(&promises);
}

static struct tally count_course(const char *path, const char *key, const char *name)
{
	struct olx_options options = {&path, 1, false};
	struct source_course *course;
	struct source *src;
	struct tally tally = {0};
	struct error err = {RESULT_OK, ""};

	assert_int_equal(source_olx_new(&src, &options, &err), RESULT_OK);
	if (src->ops->open(src, key, &course, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_string_equal(course->outline->name, name);
	assert_int_equal(strlen(course->outline->version), strlen("archive ") + 64);
	tally.blocks = course->outline->block_count;
	for (size_t i = 0; i < course->outline->block_count; i++) {
		const struct video_block *block = &course->outline->blocks[i];

		tally.drafts += block->draft != NULL;
		count_branch(course, block->published ? block->published : block->draft, &tally);
	}
	source_course_close(course);
	source_free(src);
	return tally;
}

static void olx_reads_demo_course_of_2015(void **state)
{
	char path[1024];
	struct tally tally;

	(void)state;
	if (!shared_path(path, sizeof(path), "demox-2015.tar.gz"))
		skip();
	tally =
	    count_course(path, "course-v1:edX+DemoX+Demo_Course", "Open edX Demonstration Course");
	assert_int_equal(tally.blocks, 7);
	assert_int_equal(tally.drafts, 4);
	assert_int_equal(tally.promised, 4);
	assert_int_equal(tally.implicit, 2);
	assert_int_equal(tally.spanish, 0);
}

static void olx_reads_demo_course_of_2024(void **state)
{
	char path[1024];
	struct tally tally;

	(void)state;
	if (!shared_path(path, sizeof(path), "demox-2024.tar.gz"))
		skip();
	tally = count_course(path, "course-v1:OpenedX+DemoX+DemoCourse", "Open edX Demo Course");
	assert_int_equal(tally.blocks, 11);
	assert_int_equal(tally.drafts, 0);
	assert_int_equal(tally.promised, 5);
	assert_int_equal(tally.implicit, 0);
	assert_int_equal(tally.spanish, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(olx_reads_demo_course_of_2015),
	    cmocka_unit_test(olx_reads_demo_course_of_2024),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
