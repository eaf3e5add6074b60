#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/format/key.h"

#define HEX24 "0123456789abcdef01234567"

static void parse_course_gives_the_canonical_key(void **state)
{
	static const struct {
		const char *text, *key;
	} rows[] = {
		{"course-v1:Org+C1+2024", "course-v1:Org+C1+2024"},
		{"course-v1:O.r-g~x:y+C_1+r", "course-v1:O.r-g~x:y+C_1+r"},
		{"course-v1:O+C+R+branch@draft-branch", "course-v1:O+C+R"},
		{"course-v1:O+C+R+version@" HEX24, "course-v1:O+C+R"},
		{"course-v1:O+C+R+branch@b+version@" HEX24, "course-v1:O+C+R"},
		{"course-v1:Универ+Κ²+Ⅷ", "course-v1:Универ+Κ²+Ⅷ"},
		{"Org/C1/2024", "Org/C1/2024"},
		{"O%2F/C.1-x/R_1", "O%2F/C.1-x/R_1"},
	};
	struct error err;
	char *key;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(key_parse_course(rows[i].text, &key, &err), RESULT_OK);
		assert_string_equal(key, rows[i].key);
		free(key);
	}
}

static void parse_course_rejects_with_a_reason(void **state)
{
	static const char *const rows[] = {
		"", "x", "a/b", "a/b/c/d", "/b/c", "a//c", "a/b/", "a b/c/d", "a~b/c/d", "a/b/c\n",
		"course-v1:", "course-v1:O+C", "course-v1:O+C+", "course-v1:+C+R", "course-v1:O+C+R\n",
		"course-v1:O+C+R+x", "course-v1:O+C+R+branch@", "course-v1:O+C+R+version@12",
		"course-v1:O+C+R+version@" HEX24 "0", "course-v1:O+C+R+version@" HEX24 "+branch@b",
		"course-v1:O+C+R+branch@b+version@" HEX24 "+x", "course-v1:O/x+C+R", "course-v1:O C+C+R",
		"course-v1:O%+C+R", "course-v1:a\xCC\x81+C+R", "course-v1:\xFF+C+R", "COURSE-V1:O+C+R",
		"library-v1:O+L", "ccx-v1:O+C+R+ccx@1", "block-v1:O+C+R+type@video+block@x",
	};
	struct error err;
	char *key;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err.text[0] = '\0';
		assert_int_equal(key_parse_course(rows[i], &key, &err), RESULT_INVALID);
		assert_null(key);
		assert_true(err.text[0]);
		assert_int_equal(key_parse_course(rows[i], &key, NULL), RESULT_INVALID);
	}
}

static void make_course_checks_each_part(void **state)
{
	struct error err;
	char *key;

	(void)state;
	assert_int_equal(key_make_course(true, "edX", "DemoX", "2015", &key, &err), RESULT_OK);
	assert_string_equal(key, "course-v1:edX+DemoX+2015");
	free(key);
	assert_int_equal(key_make_course(false, "edX", "DemoX", "2015", &key, &err), RESULT_OK);
	assert_string_equal(key, "edX/DemoX/2015");
	free(key);
	assert_int_equal(key_make_course(true, "edX", "Demo X", "2015", &key, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "course \"Demo X\""));
	assert_int_equal(key_make_course(false, "edX", "D", "", &key, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "run is empty"));
	assert_null(key);
}

static void video_id_valid_is_the_pattern_of_edxval(void **state)
{
	char longest[VIDEO_ID_MAX + 2];

	(void)state;
	assert_true(key_video_id_valid("a-Z_09"));
	assert_false(key_video_id_valid(""));
	assert_false(key_video_id_valid("a b"));
	assert_false(key_video_id_valid("a\n"));
	assert_false(key_video_id_valid("a.b"));
	assert_false(key_video_id_valid("é"));
	memset(longest, 'x', sizeof(longest));
	longest[VIDEO_ID_MAX] = '\0';
	assert_true(key_video_id_valid(longest));
	longest[VIDEO_ID_MAX] = 'x';
	longest[VIDEO_ID_MAX + 1] = '\0';
	assert_false(key_video_id_valid(longest));
}

static void video_id_new_is_the_uuid_of_the_block(void **state)
{
	char uuid[UUID_TEXT];

	(void)state;
	key_video_id_new("course-v1:Универ+Κ1+run", "videoalpha", "доб ро", uuid);
	assert_string_equal(uuid, "1a342dc6-5a89-5c18-841e-bd548078e753");
	assert_true(key_video_id_valid(uuid));
}

static void asset_name_replaces_one_for_one(void **state)
{
	static const struct {
		const char *path, *name;
	} rows[] = {
		{"a.srt", "a.srt"}, {"/static/x.srt", "_static_x.srt"}, {"a b  c", "a_b__c"},
		{"dir/sub/a+b@c(d):e~f&g.srt", "dir_sub_a_b_c_d__e_f_g.srt"}, {"50%20-x", "50%20-x"},
		{"你好é.srt", "你好é.srt"}, {"e\xCC\x81", "e_"}, {"नमस्ते", "नमस_त_"},
		{"x²½Ⅷ٣", "x²½Ⅷ٣"}, {"a😀b", "a_b"}, {"\xFF\xE4\xBD" "z", "___z"}, {"", ""},
	};
	char *name;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		name = key_asset_name(rows[i].path);
		assert_string_equal(name, rows[i].name);
		free(name);
	}
}

static void html5_id_is_the_name_without_its_last_dot(void **state)
{
	static const struct {
		const char *url, *id;
	} rows[] = {
		{"https://x.org/v/a.b.mp4", "a.b"}, {"https://x.org/a.mp4?dl=1", "a"},
		{"https://x.org/view?usp=sharing", "view?usp=sharing"}, {"a.webm", "a"},
		{"https://x.org/", ""}, {".mp4", ""}, {"", ""}, {"https://x.org/a.m3u8?x=1.5", "a.m3u8?x=1"},
	};
	char *id;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		id = key_html5_id(rows[i].url);
		assert_string_equal(id, rows[i].id);
		free(id);
	}
}

static void strip_static_drops_one_prefix(void **state)
{
	(void)state;
	assert_string_equal(key_strip_static("/static/x.srt"), "x.srt");
	assert_string_equal(key_strip_static("static/x.srt"), "x.srt");
	assert_string_equal(key_strip_static("static/static/x"), "static/x");
	assert_string_equal(key_strip_static("//static/x"), "//static/x");
	assert_string_equal(key_strip_static("staticx"), "staticx");
}

static void subs_name_keeps_the_language_verbatim(void **state)
{
	char *name = key_subs_name("OEoXaMPEzfM", "en");

	(void)state;
	assert_string_equal(name, "subs_OEoXaMPEzfM.srt.sjson");
	free(name);
	name = key_subs_name("x", "zh_HANS");
	assert_string_equal(name, "zh_HANS_subs_x.srt.sjson");
	free(name);
}

static void youtube_default_knows_both(void **state)
{
	(void)state;
	assert_true(key_youtube_default("OEoXaMPEzfM"));
	assert_true(key_youtube_default("3_yD_cEKoCk"));
	assert_false(key_youtube_default("oeoxampezfm"));
	assert_false(key_youtube_default(""));
}

/* The expected one was made with Python's hashlib. */
static void object_name_is_made_of_id_language_and_hash(void **state)
{
	char name[OBJECT_NAME_SIZE], sha256[HASH_HEX];

	(void)state;
	hash_sha256("abc", 3, sha256);
	key_object_name("test_edx_video_id", "ge", sha256, name);
	assert_string_equal(name, "video-transcripts/3a02c9c4383f099a08d58a164bb876f8.sjson");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_course_gives_the_canonical_key),
		cmocka_unit_test(parse_course_rejects_with_a_reason),
		cmocka_unit_test(make_course_checks_each_part),
		cmocka_unit_test(video_id_valid_is_the_pattern_of_edxval),
		cmocka_unit_test(video_id_new_is_the_uuid_of_the_block),
		cmocka_unit_test(asset_name_replaces_one_for_one),
		cmocka_unit_test(html5_id_is_the_name_without_its_last_dot),
		cmocka_unit_test(strip_static_drops_one_prefix),
		cmocka_unit_test(subs_name_keeps_the_language_verbatim),
		cmocka_unit_test(youtube_default_knows_both),
		cmocka_unit_test(object_name_is_made_of_id_language_and_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
