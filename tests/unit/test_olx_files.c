/* Files of an export: what a name means, and reading it. */
#include "config.h"

#include "tests/unit/olx_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_found(struct source_course *course, const char *name, const char *id)
{
	const char *found = maker_find(course, name);

	if (!found || strcmp(found, id))
		fail_msg("%s means %s, not %s", name, found ? found : "nothing", id);
}

static void check_lookup(struct source_course *course)
{
	/* by exact name */
	expect_found(course, "a b.srt", "static/a b.srt");
	expect_found(course, "a%20b.srt", "static/a%20b.srt");
	expect_found(course, "x:y+z@w.srt", "static/x:y+z@w.srt");
	expect_found(course, "/static/a b.srt", "static/a b.srt");
	expect_found(course, "static/sub/c.srt", "static/sub/c.srt");
	/* by policies/assets.json */
	expect_found(course, "Shown_name.srt", "static/in/Shown name.srt");
	expect_found(course, "slash.srt", "static/a_b_c.srt");
	/* by cleaned name, of several the first */
	expect_found(course, "a_b.srt", "static/a b.srt");
	expect_found(course, "sub_c.srt", "static/sub/c.srt");
	expect_found(course, "a&b.srt", "static/a b.srt");
	expect_found(course, "\xe4\xb8\xad (1).srt", "static/\xe4\xb8\xad [1].srt");
	/* the other folders, in their order */
	expect_found(course, "both.srt", "static/both.srt");
	expect_found(course, "git.srt", "course/static/git.srt");
	expect_found(course, "imported.srt", "static_import/imported.srt");
	/* nothing leads elsewhere */
	assert_null(maker_find(course, "../course.xml"));
	assert_null(maker_find(course, "course.xml"));
	assert_null(maker_find(course, "A b.srt"));
	assert_null(maker_find(course, "gone.srt"));
	assert_null(maker_find(course, "draft.srt"));
	assert_null(maker_find(course, ""));
	assert_null(maker_find(course, "._a b.srt"));
	maker_reads(course, "static/a%20b.srt", "percent");
	maker_reads(course, "static_import/imported.srt", "imported");
}

static void olx_finds_files_as_the_export_wrote_them(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,
	    MAKER_ROOT(""),
	    {"static/a b.srt", "blank"},
	    {"static/a+b.srt", "plus"},
	    {"static/a%20b.srt", "percent"},
	    {"static/x:y+z@w.srt", "marks"},
	    {"static/sub/c.srt", "c"},
	    {"static/in/Shown name.srt", "shown"},
	    {"static/a_b_c.srt", "escaped"},
	    {"static/\xe4\xb8\xad [1].srt", "han"},
	    {"static/both.srt", "1"},
	    {"course/static/both.srt", "2"},
	    {"course/static/git.srt", "git"},
	    {"static_import/git.srt", "3"},
	    {"static_import/imported.srt", "imported"},
	    {"drafts/static/draft.srt", "no"},
	    {"static/._a b.srt", "fork"},
	    {"static/.DS_Store", "finder"},
	    {"policies/assets.json",
	     "{\"Shown_name.srt\": {\"displayname\": \"Shown name.srt\", \"import_path\": "
	     "\"in/x.srt\"}, \"slash.srt\": {\"displayname\": \"a/b\\\\c.srt\", \"import_path\": "
	     "null}, \"gone.srt\": {\"displayname\": \"Gone.srt\"}, \"odd\": 5}"},
	    {NULL, NULL},
	};

	maker_both(*state, items, check_lookup);
}

static void check_batch(struct source_course *course)
{
	const char *const ids[] = {"static/3", "static/gone", "static/1",    "static/big",
				   "static/3", "static/2",    "static/empty"};
	struct asset_bytes bytes[7];
	struct error err = {RESULT_OK, ""};

	assert_int_equal(course->ops->read(course, ids, 7, 10, bytes, &err), RESULT_OK);
	assert_string_equal(buf_text(&bytes[0].bytes), "three");
	assert_int_equal(bytes[1].state, ASSET_MISSING);
	assert_string_equal(buf_text(&bytes[2].bytes), "one");
	assert_int_equal(bytes[3].state, ASSET_LARGE);
	assert_int_equal(bytes[3].bytes.len, 0);
	assert_string_equal(buf_text(&bytes[4].bytes), "three");
	assert_int_equal(bytes[5].state, ASSET_FOUND);
	assert_string_equal(buf_text(&bytes[5].bytes), "0123456789");
	assert_int_equal(bytes[6].state, ASSET_FOUND);
	assert_int_equal(bytes[6].bytes.len, 0);
	for (int i = 0; i < 7; i++)
		asset_bytes_clear(&bytes[i]);
	asset_bytes_clear(&bytes[0]);
	assert_int_equal(course->ops->read(course, ids, 0, 10, bytes, &err), RESULT_OK);
}

static void olx_reads_batches_in_the_order_asked(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER,	   MAKER_ROOT(""),
	    {"static/1", "one"},   {"static/2", "0123456789"},
	    {"static/3", "three"}, {"static/big", "0123456789A"},
	    {"static/empty", ""},  {NULL, NULL},
	};

	maker_both(*state, items, check_batch);
}

static const struct item small[] = {
    MAKER_POINTER,
    MAKER_ROOT("<video url_name=\"v\"/>"),
    {"static/a.srt", "a"},
    {NULL, NULL},
};

static void olx_reads_on_when_the_archive_is_moved_away(void **state)
{
	const char *path = maker_archive(*state, "x.tar.gz", "course/", small);
	struct source *src = maker_source(path);
	struct source_course *course = maker_open(src, MAKER_KEY);
	struct error err;

	assert_int_equal(unlink(path), 0);
	maker_reads(course, "static/a.srt", "a");
	source_course_close(course);
	assert_int_equal(src->ops->open(src, MAKER_KEY, &course, &err), RESULT_MISSING);
	assert_non_null(strstr(err.text, "x.tar.gz"));
	source_free(src);
}

static void olx_notices_an_archive_rewritten_while_open(void **state)
{
	const char *path = maker_archive(*state, "x.tar.gz", "course/", small);
	struct source *src = maker_source(path);
	struct source_course *course = maker_open(src, MAKER_KEY);
	const char *id = "static/a.srt";
	struct asset_bytes bytes;
	struct error err;

	maker_write(path, "short", 5);
	assert_int_equal(course->ops->read(course, &id, 1, 10, &bytes, &err), RESULT_RETRY);
	assert_non_null(strstr(err.text, "rewritten"));
	source_course_close(course);
	assert_int_equal(src->ops->open(src, MAKER_KEY, &course, &err), RESULT_INVALID);
	maker_archive(*state, "x.tar.gz", "course/", small);
	course = maker_open(src, MAKER_KEY); /* mended */
	source_course_close(course);
	source_free(src);
}

static void olx_tells_damaged_files_of_a_folder(void **state)
{
	const char *path = maker_folder(*state, "f", small);
	struct source *src = maker_source(path);
	struct source_course *course = maker_open(src, MAKER_KEY);
	const char *id = "static/a.srt";
	struct asset_bytes bytes;
	struct error err;
	char file[1024];

	snprintf(file, sizeof(file), "%s/%s", path, id);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(course->ops->read(course, &id, 1, 10, &bytes, &err), RESULT_OK);
	assert_int_equal(bytes.state, ASSET_MISSING);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(course->ops->read(course, &id, 1, 10, &bytes, &err), RESULT_OK);
	assert_int_equal(bytes.state, ASSET_DAMAGED);
	assert_true(*bytes.reason);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	assert_int_equal(course->ops->read(course, &id, 1, 1 << 20, &bytes, &err), RESULT_OK);
	assert_int_equal(bytes.state, ASSET_DAMAGED);
	assert_int_equal(bytes.bytes.len, 0);
	source_course_close(course);
	source_free(src);
}

static void olx_follows_no_link_out_of_a_folder(void **state)
{
	const char *path = maker_folder(*state, "f", small);
	char link[1024], outside[1024];
	struct source_course *course;
	struct source *src;

	snprintf(outside, sizeof(outside), "%s/../secret.srt", path);
	maker_write(outside, "secret", 6);
	snprintf(link, sizeof(link), "%s/static/out.srt", path);
	assert_int_equal(symlink("../../secret.srt", link), 0);
	snprintf(link, sizeof(link), "%s/static/absolute.srt", path);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	snprintf(link, sizeof(link), "%s/static/folder", path);
	assert_int_equal(symlink("/etc", link), 0);
	snprintf(link, sizeof(link), "%s/static/in.srt", path);
	assert_int_equal(symlink("a.srt", link), 0);
	src = maker_source(path);
	course = maker_open(src, MAKER_KEY);
	assert_null(maker_find(course, "out.srt"));
	assert_null(maker_find(course, "absolute.srt"));
	assert_null(maker_find(course, "folder/passwd"));
	if (maker_find(course, "in.srt")) /* only where the kernel can tell that it stays inside */
		maker_reads(course, "static/in.srt", "a");
	source_course_close(course);
	source_free(src);
}

static void olx_finds_many_names_at_once(void **state)
{
	enum { COUNT = 3000 };
	struct item *items = calloc(COUNT + 3, sizeof(*items));
	char(*names)[32] = calloc(COUNT, sizeof(*names));
	const char **asked = calloc(COUNT, sizeof(*asked));
	struct asset *assets = calloc(COUNT, sizeof(*assets));
	struct source_course *course;
	struct source *src;
	struct error err;

	items[0] = small[0];
	items[1] = small[1];
	for (int i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "static/file %d.srt", i);
		items[i + 2] = (struct item){names[i], names[i]};
		asked[i] = names[i] + 7;
	}
	src = maker_source(maker_archive(*state, "many.tar.gz", "./top/", items));
	course = maker_open(src, MAKER_KEY);
	assert_int_equal(course->ops->find(course, asked, COUNT, assets, &err), RESULT_OK);
	for (int i = 0; i < COUNT; i++) {
		assert_string_equal(assets[i].id, names[i]);
		assert_int_equal(assets[i].size, strlen(names[i]));
		asset_clear(&assets[i]);
	}
	source_course_close(course);
	source_free(src);
	free(items);
	free(names);
	free(asked);
	free(assets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, maker_setup, maker_teardown)
	    TEST(olx_finds_files_as_the_export_wrote_them),
	    TEST(olx_reads_batches_in_the_order_asked),
	    TEST(olx_reads_on_when_the_archive_is_moved_away),
	    TEST(olx_notices_an_archive_rewritten_while_open),
	    TEST(olx_tells_damaged_files_of_a_folder),
	    TEST(olx_follows_no_link_out_of_a_folder),
	    TEST(olx_finds_many_names_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
