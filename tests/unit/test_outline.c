#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "src/source/names.h"
#include "src/source/outline.h"

static struct video_fields *fields_named(const char *name)
{
	struct video_fields *fields = video_fields_new();

	assert_non_null(fields);
	assert_true(video_fields_set(&fields->display_name, name));
	return fields;
}

static bool add(struct outline *outline, const char *type, const char *id, enum branch branch,
		const char *name)
{
	struct error err;
	bool taken;

	assert_int_equal(outline_add(outline, type, id, branch, fields_named(name), &taken, &err),
			 RESULT_OK);
	return taken;
}

static void outline_merges_branches_and_sorts(void **state)
{
	struct outline *outline = outline_new("course-v1:O+C+R", "name");

	(void)state;
	assert_true(add(outline, "videoalpha", "a", BRANCH_PUBLISHED, "1"));
	assert_true(add(outline, "video", "b", BRANCH_DRAFT, "2"));
	assert_true(add(outline, "video", "a", BRANCH_PUBLISHED, "3"));
	assert_true(add(outline, "video", "b", BRANCH_PUBLISHED, "4"));
	assert_false(add(outline, "video", "b", BRANCH_PUBLISHED, "5"));
	assert_string_equal(outline_fields(outline, "video", "b", BRANCH_DRAFT)->display_name, "2");
	assert_null(outline_fields(outline, "video", "a", BRANCH_DRAFT));
	outline_finish(outline);
	assert_int_equal(outline->block_count, 3);
	assert_string_equal(outline->blocks[0].id, "a");
	assert_string_equal(outline->blocks[0].type, "video");
	assert_null(outline->blocks[0].draft);
	assert_string_equal(outline->blocks[1].published->display_name, "4");
	assert_string_equal(outline->blocks[1].draft->display_name, "2");
	assert_string_equal(outline->blocks[2].type, "videoalpha");
	outline_free(outline);
}

static void outline_knows_what_is_in_step(void **state)
{
	static const struct {
		const char *published, *draft; /* "-": not said */
		bool in_step;
	} cases[] = {
	    {"a", "a", true},	{"a", "b", false}, {NULL, NULL, true}, {NULL, "a", false},
	    {"a", NULL, false}, {"a", "-", false}, {"-", "a", false},  {"-", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct outline *outline = outline_new("k", "");
		const char *published = cases[i].published, *draft = cases[i].draft;

		add(outline, "video", "other", BRANCH_DRAFT, "");
		add(outline, "video", "a", BRANCH_PUBLISHED, "");
		add(outline, "video", "a", BRANCH_DRAFT, "");
		if (!published || *published != '-')
			assert_true(outline_say_version(outline, "video", "a", BRANCH_PUBLISHED,
							published));
		if (!draft || *draft != '-')
			assert_true(
			    outline_say_version(outline, "video", "a", BRANCH_DRAFT, draft));
		/* of a block that is not there, nothing */
		assert_true(outline_say_version(outline, "video", "b", BRANCH_DRAFT, "a"));
		outline_finish(outline);
		assert_int_equal(outline->block_count, 2);
		assert_int_equal(outline->blocks[0].in_step, cases[i].in_step);
		assert_false(outline->blocks[1].in_step);
		outline_free(outline);
	}
}

static void outline_has_lone_blocks_in_step(void **state)
{
	struct outline *outline = outline_new("k", "");

	(void)state;
	add(outline, "video", "a", BRANCH_PUBLISHED, "");
	add(outline, "video", "b", BRANCH_PUBLISHED, "");
	add(outline, "video", "b", BRANCH_DRAFT, "");
	add(outline, "video", "c", BRANCH_DRAFT, "");
	outline_lone_in_step(outline);
	outline_finish(outline);
	assert_true(outline->blocks[0].in_step);
	assert_false(outline->blocks[1].in_step);
	assert_false(outline->blocks[2].in_step);
	outline_free(outline);
}

static void outline_keeps_many_blocks_and_notes(void **state)
{
	struct outline *outline = outline_new("k", "");
	struct error err;
	char id[16];

	(void)state;
	for (int i = 999; i >= 0; i--) {
		snprintf(id, sizeof(id), "%03d", i);
		assert_true(add(outline, "video", id, BRANCH_PUBLISHED, id));
		assert_int_equal(
		    outline_note(outline, FINDING_BLOCK_UNNAMED, i % 2 ? id : NULL, "text", &err),
		    RESULT_OK);
	}
	assert_true(outline_set_version(outline, "v1"));
	outline_finish(outline);
	assert_string_equal(outline->version, "v1");
	assert_int_equal(outline->block_count, 1000);
	assert_int_equal(outline->note_count, 1000);
	assert_string_equal(outline->blocks[0].id, "000");
	assert_string_equal(outline->blocks[999].published->display_name, "999");
	assert_string_equal(outline->notes[0].block, "999");
	assert_null(outline->notes[1].block);
	outline_free(outline);
	outline_free(NULL);
}

static void fields_strip_and_replace(void **state)
{
	struct video_fields *fields = video_fields_new();

	(void)state;
	assert_string_equal(fields->sub, "");
	assert_true(video_fields_set_stripped(&fields->sub, " \xc2\xa0x y\n"));
	assert_string_equal(fields->sub, "x y");
	assert_true(video_fields_add_transcript(fields, "en", "a"));
	assert_true(video_fields_add_transcript(fields, "EN", "b"));
	assert_true(video_fields_add_transcript(fields, "en", "c"));
	assert_int_equal(fields->transcript_count, 2);
	assert_string_equal(fields->transcripts[0].file, "c");
	assert_true(video_fields_add_html5(fields, "https://x/y/a.b.mp4"));
	assert_true(video_fields_add_html5(fields, "https://x/y/"));
	assert_int_equal(fields->html5_count, 1);
	assert_string_equal(fields->html5_ids[0], "a.b");
	assert_true(video_fields_add_asset_language(fields, "fr"));
	assert_true(video_fields_add_asset_language(fields, "fr"));
	assert_int_equal(fields->asset_language_count, 1);
	assert_null(fields->asset_languages[0].file);
	video_fields_clear_transcripts(fields);
	video_fields_clear_html5(fields);
	assert_int_equal(fields->transcript_count + fields->html5_count, 0);
	video_fields_free(fields);
	video_fields_free(NULL);
}

static void fields_compare_what_matters(void **state)
{
	struct video_fields *a = fields_named("one"), *b = fields_named("two");

	(void)state;
	assert_true(video_fields_equal(a, b));
	video_fields_add_transcript(a, "en", "x");
	assert_false(video_fields_equal(a, b));
	video_fields_add_transcript(b, "en", "y");
	assert_false(video_fields_equal(a, b));
	video_fields_add_transcript(b, "en", "x");
	assert_true(video_fields_equal(a, b));
	video_fields_add_html5(b, "x.mp4");
	assert_false(video_fields_equal(a, b));
	video_fields_add_html5(a, "x.mp4");
	b->transcripts_not_a_map = true;
	assert_false(video_fields_equal(a, b));
	video_fields_free(a);
	video_fields_free(b);
}

static void names_are_a_set(void **state)
{
	struct names names = NAMES_INIT;
	size_t number = 0;
	bool added;

	(void)state;
	assert_false(names_get(&names, "a", &number));
	assert_true(names_add(&names, "a", 7, &added));
	assert_true(added);
	assert_true(names_add(&names, "a", 8, &added));
	assert_false(added);
	assert_true(names_get(&names, "a", &number));
	assert_int_equal(number, 7);
	assert_true(names_add(&names, "b", 9, NULL));
	names_drop(&names, "a");
	names_drop(&names, "a");
	assert_false(names_get(&names, "a", NULL));
	assert_true(names_get(&names, "b", &number));
	assert_int_equal(number, 9);
	names_clear(&names);
	names_clear(&names);
	assert_false(names_get(&names, "a", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outline_merges_branches_and_sorts),
	    cmocka_unit_test(outline_knows_what_is_in_step),
	    cmocka_unit_test(outline_has_lone_blocks_in_step),
	    cmocka_unit_test(outline_keeps_many_blocks_and_notes),
	    cmocka_unit_test(fields_strip_and_replace),
	    cmocka_unit_test(fields_compare_what_matters),
	    cmocka_unit_test(names_are_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
