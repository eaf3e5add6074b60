/* The structure of an export: which videos it has, in which branch. */
#include "config.h"

#include "tests/unit/olx_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIDEO(sub) "<video sub=\"" sub "\"/>"

static const char *sub_of(struct source_course *course, const char *type, const char *id)
{
	const struct video_block *block = maker_block(course, type, id);

	return block && block->published ? block->published->sub : NULL;
}

static const char *draft_sub_of(struct source_course *course, const char *type, const char *id)
{
	const struct video_block *block = maker_block(course, type, id);

	return block && block->draft ? block->draft->sub : NULL;
}

static void check_pointers(struct source_course *course)
{
	assert_string_equal(course->outline->key, MAKER_KEY);
	assert_string_equal(course->outline->name, "A course");
	assert_int_equal(course->outline->block_count, 6);
	assert_string_equal(sub_of(course, "video", "p"), "pointed");
	assert_string_equal(sub_of(course, "video", "a:b"), "colon");
	assert_string_equal(sub_of(course, "videoalpha", "old"), "alpha");
	assert_string_equal(sub_of(course, "video", "in"), "inline");
	assert_string_equal(sub_of(course, "video", "f"), "tag");
	assert_string_equal(maker_block(course, "video", "f")->published->edx_video_id, "file");
	assert_string_equal(sub_of(course, "video", "self"), "");
	assert_null(maker_block(course, "video", "orphan"));
	assert_int_equal(course->outline->note_count, 0);
}

static void olx_follows_pointers_and_inline_definitions(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<chapter url_name=\"1\"/><chapter url_name=\"none\"/><wiki slug=\"x\"/>"),
	    {"chapter/1.xml",
	     "<chapter><sequential url_name=\"2\"> <!-- a comment --> </sequential>"
	     "<sequential display_name=\"inline\"><vertical url_name=\"3\" x=\"y\">"
	     "<video url_name=\"in\" sub=\"inline\"/></vertical></sequential></chapter>"},
	    {"sequential/2.xml", "<sequential><vertical url_name=\"4\"/><unknown><split_test "
				 "url_name=\"s\"><video url_name=\"a:b\"/></split_test></unknown>"
				 "</sequential>"},
	    {"vertical/4.xml", "<vertical><video url_name=\"p\"/><videoalpha url_name=\"old\"/>"
			       "<video url_name=\"self\"/><html><video src=\"page.mp4\"/></html>"
			       "<video url_name=\"f\" filename=\"g\" sub=\"tag\"/></vertical>"},
	    {"video/p.xml", VIDEO("pointed")},
	    {"video/a/b.xml", VIDEO("colon")},
	    {"video/g.xml", "<video sub=\"file\" edx_video_id=\"file\"/>"},
	    {"videoalpha/old.xml", "<videoalpha sub=\"alpha\"/>"},
	    {"video/self.xml", "<video url_name=\"self\"/>"},
	    {"video/orphan.xml", VIDEO("orphan")},
	    {"vertical/orphan.xml", "<vertical><video url_name=\"orphan\"/>broken"},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_pointers);
}

static void check_loop(struct source_course *course)
{
	assert_int_equal(course->outline->block_count, 1);
	assert_string_equal(sub_of(course, "video", "v"), "s");
}

static void olx_survives_loops_of_pointers(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<chapter url_name=\"1\"/>"),
	    {"chapter/1.xml", "<chapter filename=\"1\"><sequential url_name=\"2\"/></chapter>"},
	    {"sequential/2.xml", "<sequential filename=\"3\"><chapter url_name=\"1\"/>"
				 "<course url_name=\"R\"/></sequential>"},
	    {"sequential/3.xml", "<sequential filename=\"3\"><video url_name=\"v\" sub=\"s\"/>"
				 "<sequential url_name=\"3\" filename=\"2\"/></sequential>"},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_loop);
}

static void check_names(struct source_course *course)
{
	const struct outline *outline = course->outline;

	assert_string_equal(sub_of(course, "video", "slug"), "2");
	assert_string_equal(sub_of(course, "video", "a_name"), "3");
	assert_string_equal(sub_of(course, "video", "Welcome_to_it_"), "4");
	assert_int_equal(outline->block_count, 3);
	/* without any name, and with an empty one; a second video of one name */
	assert_int_equal(outline->note_count, 3);
	for (size_t i = 0; i < outline->note_count; i++)
		assert_int_equal(outline->notes[i].code, FINDING_BLOCK_UNNAMED);
	assert_null(outline->notes[0].block);
	assert_non_null(strstr(outline->notes[0].text, "vertical/1.xml: line 2:"));
	assert_string_equal(outline->notes[2].block, "video@slug");
}

static void olx_names_inline_videos_as_the_platform_does(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<vertical url_name=\"1\"/>"),
	    {"vertical/1.xml", "<vertical>\n<video sub=\"1\"/>"
			       "<video url_name=\"\" display_name=\"x\" sub=\"1\"/>"
			       "<video slug=\"slug\" name=\"n\" sub=\"2\"/>"
			       "<video name=\"a (+) name\" display_name=\"n\" sub=\"3\"/>"
			       "<video display_name=\"Welcome  to _it!\" sub=\"4\"/>"
			       "<video display_name=\"Welcome  to _it!\" sub=\"4\"/>"
			       "<video url_name=\"slug\" sub=\"5\"/></vertical>"},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_names);
}

static void check_drafts(struct source_course *course)
{
	const struct video_block *changed = maker_block(course, "video", "changed");

	assert_string_equal(changed->published->sub, "old");
	assert_string_equal(changed->draft->sub, "new");
	assert_null(maker_block(course, "video", "same")->draft);
	/* only what has no draft has nothing unpublished */
	for (size_t i = 0; i < course->outline->block_count; i++)
		assert_int_equal(course->outline->blocks[i].in_step,
				 !strcmp(course->outline->blocks[i].id, "same"));
	assert_null(maker_block(course, "video", "added")->published);
	assert_string_equal(draft_sub_of(course, "video", "added"), "added");
	assert_string_equal(draft_sub_of(course, "video", "unit"), "unit");
	assert_string_equal(draft_sub_of(course, "video", "inline"), "inline");
	assert_string_equal(draft_sub_of(course, "video", "moved"), "moved");
	assert_string_equal(draft_sub_of(course, "video", "old:style"), "old");
	assert_string_equal(draft_sub_of(course, "video", "deep"), "deep");
	assert_null(maker_block(course, "video", "orphan"));
	assert_null(maker_block(course, "video", "stray"));
	assert_int_equal(course->outline->block_count, 8);
}

static void olx_reads_drafts_beside_published(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<sequential url_name=\"s\"/>"),
	    {"sequential/s.xml", "<sequential><vertical url_name=\"v\"/></sequential>"},
	    {"vertical/v.xml", "<vertical><video url_name=\"changed\"/><video url_name=\"same\"/>"
			       "</vertical>"},
	    {"video/changed.xml", VIDEO("old")},
	    {"video/same.xml", VIDEO("same")},
	    {"video/moved.xml", VIDEO("moved")},
	    /* a changed unit with a new video, an unchanged one and one known only here */
	    {"drafts/vertical/v.xml",
	     "<vertical parent_url=\"block-v1:O+C+R+type@sequential+block@s\">"
	     "<video url_name=\"changed\"/><video url_name=\"added\"/><video url_name=\"same\"/>"
	     "<video url_name=\"moved\"/></vertical>"},
	    {"drafts/video/changed.xml", VIDEO("new")},
	    {"drafts/video/added.xml", VIDEO("added")},
	    /* a new unit, by its parent only; its children are found under drafts/ */
	    {"drafts/vertical/new.xml",
	     "<vertical parent_url=\"block-v1:O+C+R+type@sequential+block@s\" "
	     "index_in_children_list=\"1\"><video url_name=\"unit\"/>"
	     "<video url_name=\"inline\" sub=\"inline\"/></vertical>"},
	    {"drafts/video/unit.xml", VIDEO("unit")},
	    {"drafts/video/old/style.xml",
	     "<video sub=\"old\" parent_sequential_url=\"i4x://other/course/vertical/v@draft\"/>"},
	    /* hangs on a draft that comes later by name */
	    {"drafts/problemset/a.xml",
	     "<problemset parent_url=\"i4x://O/C/vertical/new\"><video url_name=\"deep\" "
	     "sub=\"deep\"/></problemset>"},
	    /* of a parent nobody reaches, and of none */
	    {"drafts/vertical/lost.xml",
	     "<vertical parent_url=\"block-v1:O+C+R+type@sequential+block@gone\">"
	     "<video url_name=\"orphan\" sub=\"x\"/></vertical>"},
	    {"drafts/video/stray.xml", VIDEO("stray")},
	    {"drafts/html/h.xml", "<html filename=\"h\">not XML at all"},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_drafts);
}

static void check_conditional(struct source_course *course)
{
	assert_string_equal(sub_of(course, "video", "one"), "1");
	assert_string_equal(sub_of(course, "video", "two"), "2");
	assert_int_equal(course->outline->block_count, 2);
}

static void olx_follows_sources_of_conditionals(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<conditional sources=\"i4x://O/C/problem/p\"><show sources=\" "
		       "i4x://O/C/video/one ; block-v1:O+C+R+type@video+block@two;nonsense;\"/>"
		       "</conditional>"),
	    {"video/one.xml", VIDEO("1")},
	    {"video/two.xml", VIDEO("2")},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_conditional);
}

static void check_inline_course(struct source_course *course)
{
	assert_string_equal(course->outline->name, "By policy");
	assert_string_equal(sub_of(course, "video", "v"), "s");
}

static void olx_reads_course_written_by_hand(void **state)
{
	const struct item items[] = {
	    {"course.xml", "<course slug=\"R\" org=\"O\" course=\"C\"><chapter><video "
			   "url_name=\"v\" sub=\"s\"/></chapter></course>"},
	    {"policies/R/policy.json", "{\"course/R\": {\"display_name\": \"By policy\"}}"},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_inline_course);
}

static void olx_keeps_version_until_content_changes(void **state)
{
	struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<video url_name=\"v\" sub=\"s\"/>"),
	    {"static/a.srt", "abc"},
	    {NULL, NULL},
	};
	struct source *src;
	struct source_course *course;
	char versions[4][80];
	const char *path = maker_archive(*state, "x.tar.gz", "top/", items);

	for (int i = 0; i < 4; i++) {
		if (i == 2)
			items[2].text = "abcd";
		if (i == 3)
			items[1].text = "<course display_name=\"A course\"/>";
		if (i >= 2)
			maker_archive(*state, "x.tar.gz", "top/", items);
		src = maker_source(path);
		course = maker_open(src, MAKER_KEY);
		snprintf(versions[i], sizeof(versions[i]), "%s", course->outline->version);
		source_course_close(course);
		source_free(src);
	}
	assert_string_equal(versions[0], versions[1]);
	assert_string_not_equal(versions[1], versions[2]);
	assert_string_not_equal(versions[2], versions[3]);
}

static void refuse_broken(struct maker *maker, const struct item *items, const char *words)
{
	maker_refused(maker_folder(maker, "broken", items), RESULT_INVALID, words);
	maker_refused(maker_archive(maker, "broken.tar.gz", "course/", items), RESULT_INVALID,
		      words);
}

static void olx_refuses_broken_xml_on_the_way(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<vertical url_name=\"v\"/>"),
	    {"vertical/v.xml", "<vertical>\n<video url_name=\"x\">\n</vertical>"},
	    {NULL, NULL},
	};

	refuse_broken(*state, items, "vertical/v.xml: line 3: broken XML");
}

static void olx_refuses_entities_and_document_types(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<video url_name=\"v\"/>"),
	    {"video/v.xml", "<!DOCTYPE video [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]>"
			    "<video sub=\"&b;\"/>"},
	    {NULL, NULL},
	};

	refuse_broken(*state, items, "video/v.xml: it declares a document type");
}

static void olx_refuses_endless_nesting(void **state)
{
	struct item items[303] = {
	    MAKER_POINTER,
	    MAKER_ROOT("<vertical url_name=\"0\"/>"),
	};
	char names[300][32], texts[300][64];

	for (int i = 0; i < 300; i++) {
		snprintf(names[i], sizeof(names[i]), "vertical/%d.xml", i);
		snprintf(texts[i], sizeof(texts[i]),
			 "<vertical><vertical url_name=\"%d\"/></vertical>", i + 1);
		items[i + 2] = (struct item){names[i], texts[i]};
	}
	refuse_broken(*state, items, "nested too deeply");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, maker_setup, maker_teardown)
	    TEST(olx_follows_pointers_and_inline_definitions),
	    TEST(olx_survives_loops_of_pointers),
	    TEST(olx_names_inline_videos_as_the_platform_does),
	    TEST(olx_reads_drafts_beside_published),
	    TEST(olx_follows_sources_of_conditionals),
	    TEST(olx_reads_course_written_by_hand),
	    TEST(olx_keeps_version_until_content_changes),
	    TEST(olx_refuses_broken_xml_on_the_way),
	    TEST(olx_refuses_entities_and_document_types),
	    TEST(olx_refuses_endless_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
