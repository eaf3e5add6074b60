#include "config.h"

#include "src/demo/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/hash.h"
#include "src/demo/demo_course.h"
#include "src/demo/demo_olx.h"
#include "src/demo/demo_text.h"
#include "src/status/lock.h"

static char base[64];

static int make_base(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/test_demo.XXXXXX");
	return mkdtemp(base) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_base(void **state)
{
	(void)state;
	return nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static enum result make(const char *name, int64_t courses, bool reset, struct error *err)
{
	char folder[128];
	struct demo_options options = {.folder = folder, .courses = courses, .reset = reset};
	struct conf *conf = NULL;
	enum result st;

	snprintf(folder, sizeof(folder), "%s/%s", base, name);
	st = demo_make(&conf, &options, err);
	conf_free(conf);
	return st;
}

static void put_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	file = fopen(path, "w");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static bool there(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return !access(path, F_OK);
}

/* Every file below a folder, path and content, in one hash per file, summed up. */
static size_t prefix;
static int64_t files;
static uint8_t sum[64];

static int add_file(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	struct buf all = BUF_INIT;
	char hex[HASH_HEX], piece[65536];
	ssize_t got;
	int fd;

	(void)ftw;
	(void)info;
	if (type != FTW_F)
		return 0;
	fd = open(path, O_RDONLY);
	buf_add_text(&all, path + prefix);
	while ((got = read(fd, piece, sizeof(piece))) > 0)
		buf_add(&all, piece, (size_t)got);
	close(fd);
	hash_sha256(all.data, all.len, hex);
	for (int i = 0; i < 64; i++)
		sum[i] = (uint8_t)(sum[i] + hex[i]);
	files++;
	buf_clear(&all);
	return 0;
}

static void hash_folder(const char *name, uint8_t out[64])
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	prefix = strlen(path);
	files = 0;
	memset(sum, 0, sizeof(sum));
	assert_int_equal(nftw(path, add_file, 16, FTW_PHYS), 0);
	memcpy(out, sum, sizeof(sum));
}

static void demo_make_gives_the_same_bytes_everywhere(void **state)
{
	uint8_t one[64], two[64], again[64];
	struct error err = {0};

	(void)state;
	assert_int_equal(make("one", 12, false, &err), RESULT_OK);
	assert_int_equal(make("deep/two", 12, false, &err), RESULT_OK);
	hash_folder("one", one);
	hash_folder("deep/two", two);
	assert_memory_equal(one, two, 64);
	assert_true(files > 12);
	assert_int_equal(make("one", 12, false, &err), RESULT_OK);
	hash_folder("one", again);
	assert_memory_equal(one, again, 64);
}

static void demo_make_returns_a_configuration_inside_the_folder(void **state)
{
	char folder[128], expected[256];
	struct demo_options options = {.folder = folder, .courses = 2};
	struct conf *conf = NULL;
	struct error err = {0};

	(void)state;
	snprintf(folder, sizeof(folder), "%s/demo", base);
	assert_int_equal(demo_make(&conf, &options, &err), RESULT_OK);
	assert_string_equal(conf->name, "demo");
	assert_string_equal(conf->environment, "staging");
	assert_false(conf->slash_keys);
	snprintf(expected, sizeof(expected), "%s/courses/*", folder);
	assert_int_equal(conf->path_count, 1);
	assert_string_equal(conf->paths[0], expected);
	snprintf(expected, sizeof(expected), "%s/subferry.db", folder);
	assert_string_equal(conf->status_db, expected);
	conf_free(conf);
}

static void demo_make_uses_state_home(void **state)
{
	struct demo_options options = {.courses = 1};
	struct conf *conf = NULL;
	struct error err = {0};

	(void)state;
	setenv("XDG_STATE_HOME", base, 1);
	assert_int_equal(demo_make(&conf, &options, &err), RESULT_OK);
	conf_free(conf);
	assert_true(there("subferry/demo/demo.stamp"));
	unsetenv("XDG_STATE_HOME");
}

static void demo_make_completes_an_interrupted_one(void **state)
{
	uint8_t whole[64], completed[64];
	struct error err = {0};
	char path[256];

	(void)state;
	assert_int_equal(make("d", 9, false, &err), RESULT_OK);
	hash_folder("d", whole);
	/* as a kill leaves it: an archive missing, another begun, a folder half laid out */
	snprintf(path, sizeof(path), "%s/d/courses/FerryX.MA101x.2015_T1.tar.gz", base);
	assert_int_equal(unlink(path), 0);
	put_file("d/courses/.FerryX.MA101x.2015_T1.tar.gz.part", "begun");
	snprintf(path, sizeof(path), "%s/d/courses/DeltaU.HIST-30.2016", base);
	assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	snprintf(path, sizeof(path), "%s/d/courses/.DeltaU.HIST-30.2016.part", base);
	assert_int_equal(mkdir(path, 0700), 0);
	put_file("d/courses/.DeltaU.HIST-30.2016.part/course.xml", "<cou");
	assert_int_equal(make("d", 9, false, &err), RESULT_OK);
	hash_folder("d", completed);
	assert_memory_equal(whole, completed, 64);
}

static void demo_make_refuses_another_size(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(make("d", 3, false, &err), RESULT_OK);
	assert_int_equal(make("d", 4, false, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "--demo-reset"));
	assert_int_equal(make("d", 0, false, &err), RESULT_OK);
	assert_false(there("d/courses/HarbourX.PH201.2014_Fall.tar.gz"));
	assert_int_equal(make("d", 4, true, &err), RESULT_OK);
	assert_true(there("d/courses/HarbourX.PH201.2014_Fall.tar.gz"));
}

static void demo_make_refuses_a_folder_of_somebody_else(void **state)
{
	struct error err = {0};
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/d", base);
	assert_int_equal(mkdir(path, 0700), 0);
	put_file("d/thesis.txt", "years of work");
	assert_int_equal(make("d", 3, false, &err), RESULT_INVALID);
	assert_int_equal(make("d", 3, true, &err), RESULT_INVALID);
	assert_true(there("d/thesis.txt"));
	assert_false(there("d/courses"));
}

static void demo_reset_removes_only_its_own_files(void **state)
{
	static const char *const foreign[] = {
	    "d/notes.txt",
	    "d/courses/mine.tar.gz",
	    "d/store/video-transcripts/readme",
	    "d/courses/DeltaU.HIST-30.2016/static/mine.srt",
	};
	static const char *const own[] = {
	    "d/subferry.db",
	    "d/subferry.db-wal",
	    "d/val.db",
	    "d/courses/FerryX.MA101x.2015_T1.tar.gz",
	    "d/store/video-transcripts/0123456789abcdef0123456789abcdef.sjson",
	    "d/courses/DeltaU.HIST-30.2016/course.xml",
	};
	struct error err = {0};
	char path[128];

	(void)state;
	assert_int_equal(make("d", 9, false, &err), RESULT_OK);
	snprintf(path, sizeof(path), "%s/d/store", base);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/d/store/video-transcripts", base);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		put_file(foreign[i], "mine");
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!there(own[i]))
			put_file(own[i], "of the demo");
	assert_int_equal(make("d", 2, true, &err), RESULT_OK);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (!there(foreign[i]))
			fail_msg("%s is gone", foreign[i]);
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (there(own[i]) && strcmp(own[i], "d/courses/FerryX.MA101x.2015_T1.tar.gz") != 0)
			fail_msg("%s is still there", own[i]);
}

static void demo_reset_refuses_while_an_engine_runs(void **state)
{
	struct lock *lock = NULL;
	struct error err = {0};
	char path[128];

	(void)state;
	assert_int_equal(make("d", 2, false, &err), RESULT_OK);
	put_file("d/subferry.db", "work");
	snprintf(path, sizeof(path), "%s/d/subferry.db", base);
	assert_int_equal(lock_take(path, &lock, &err), RESULT_OK);
	assert_int_equal(make("d", 2, true, &err), RESULT_BUSY);
	assert_true(there("d/subferry.db"));
	lock_free(lock);
	assert_int_equal(make("d", 2, true, &err), RESULT_OK);
	assert_false(there("d/subferry.db"));
}

static void demo_plan_has_forty_courses_and_about_four_hundred_videos(void **state)
{
	const struct demo_options options = {.courses = DEMO_COURSES};
	bool seen[DEMO_LANGUAGES] = {false};
	size_t videos = 0, transcripts = 0, count;
	const struct demo_language *languages = demo_languages(&count);

	(void)state;
	assert_int_equal(count, DEMO_LANGUAGES);
	for (int64_t i = 0; i < DEMO_COURSES; i++) {
		struct demo_course course;

		demo_course_plan(&course, i, &options);
		videos += course.videos;
		for (size_t v = 0; v < course.videos; v++) {
			struct demo_video video;

			demo_video_plan(&video, &course, v);
			transcripts += video.count;
			for (size_t t = 0; t < video.count; t++)
				seen[video.items[t].language - languages] = true;
		}
	}
	assert_in_range(videos, 360, 440);
	assert_in_range(transcripts, 600, 1400);
	for (size_t i = 0; i < DEMO_LANGUAGES; i++)
		if (!seen[i])
			fail_msg("no transcript in %s", languages[i].name);
}

/* ---- the size for benchmarks --------------------------------------------------------------*/

struct counter {
	struct demo_sink base;
	char (*hashes)[HASH_HEX];
	size_t count;
	uint64_t bytes;
};

static enum result count_file(struct demo_sink *sink, const char *path, const void *bytes,
			      size_t len, struct error *err)
{
	struct counter *counter = (struct counter *)sink;

	(void)err;
	if (!strstr(path, "static/"))
		return RESULT_OK;
	assert_true(counter->count < 3000);
	hash_sha256(bytes, len, counter->hashes[counter->count++]);
	counter->bytes += len;
	return RESULT_OK;
}

static int compare_hashes(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void demo_olx_makes_fifty_transcripts_of_own_bytes_for_benchmarks(void **state)
{
	const struct demo_options options = {.courses = 50, .cues = 110};
	struct counter counter = {.base = {.add = count_file}};
	struct error err = {0};

	(void)state;
	counter.hashes = calloc(3000, sizeof(*counter.hashes));
	assert_non_null(counter.hashes);
	for (int64_t i = 0; i < 50; i++) {
		struct demo_course course;

		demo_course_plan(&course, i, &options);
		assert_int_equal(demo_olx_write(&course, &counter.base, &err), RESULT_OK);
	}
	assert_int_equal(counter.count, 2500);
	assert_in_range(counter.bytes / counter.count, 10000, 16000);
	qsort(counter.hashes, counter.count, sizeof(*counter.hashes), compare_hashes);
	for (size_t i = 1; i < counter.count; i++)
		assert_string_not_equal(counter.hashes[i - 1], counter.hashes[i]);
	free(counter.hashes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_base, remove_base)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(demo_make_gives_the_same_bytes_everywhere),
	    TEST(demo_make_returns_a_configuration_inside_the_folder),
	    TEST(demo_make_uses_state_home),
	    TEST(demo_make_completes_an_interrupted_one),
	    TEST(demo_make_refuses_another_size),
	    TEST(demo_make_refuses_a_folder_of_somebody_else),
	    TEST(demo_reset_removes_only_its_own_files),
	    TEST(demo_reset_refuses_while_an_engine_runs),
	    cmocka_unit_test(demo_plan_has_forty_courses_and_about_four_hundred_videos),
	    cmocka_unit_test(demo_olx_makes_fifty_transcripts_of_own_bytes_for_benchmarks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
