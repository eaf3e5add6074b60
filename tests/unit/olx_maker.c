#include "config.h"

#include "tests/unit/olx_maker.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int maker_setup(void **state)
{
	struct maker *maker = calloc(1, sizeof(*maker));

	if (!maker)
		return -1;
	snprintf(maker->folder, sizeof(maker->folder), "/tmp/subferry-olx-XXXXXX");
	*state = maker;
	return mkdtemp(maker->folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int maker_teardown(void **state)
{
	struct maker *maker = *state;
	int code = nftw(maker->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	free(maker);
	return code;
}

const char *maker_path(struct maker *maker, const char *name)
{
	snprintf(maker->path, sizeof(maker->path), "%s/%s", maker->folder, name);
	return maker->path;
}

static void make_parents(const char *path)
{
	char *copy = strdup(path);

	assert_non_null(copy);
	for (char *at = copy + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(copy, 0755);
		*at = '/';
	}
	free(copy);
}

void maker_write(const char *path, const char *bytes, size_t len)
{
	FILE *file;

	make_parents(path);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

const char *maker_folder(struct maker *maker, const char *name, const struct item *items)
{
	for (; items->name; items++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s/%s", maker->folder, name, items->name);
		maker_write(path, items->text, strlen(items->text));
	}
	return maker_path(maker, name);
}

const char *maker_archive(struct maker *maker, const char *name, const char *top,
			  const struct item *items)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	const char *path = maker_path(maker, name);

	archive_write_add_filter_gzip(archive);
	archive_write_set_format_gnutar(archive);
	assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
	for (; items->name; items++) {
		char full[1024];

		snprintf(full, sizeof(full), "%s%s", top, items->name);
		archive_entry_clear(entry);
		archive_entry_set_pathname(entry, full);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, (la_int64_t)strlen(items->text));
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		archive_write_data(archive, items->text, strlen(items->text));
	}
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
	return path;
}

struct source *maker_source(const char *path)
{
	struct olx_options options = {&path, 1, false};
	struct source *src;
	struct error err;

	assert_int_equal(source_olx_new(&src, &options, &err), RESULT_OK);
	assert_string_equal(src->ops->kind, "olx");
	return src;
}

struct source_course *maker_open(struct source *src, const char *key)
{
	struct source_course *course;
	struct error err = {RESULT_OK, ""};

	if (src->ops->open(src, key, &course, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return course;
}

static void check_one(const char *path, void (*check)(struct source_course *course))
{
	struct source *src = maker_source(path);
	struct source_course *course = maker_open(src, MAKER_KEY);

	check(course);
	source_course_close(course);
	source_free(src);
}

void maker_both(struct maker *maker, const struct item *items,
		void (*check)(struct source_course *course))
{
	check_one(maker_folder(maker, "folder", items), check);
	check_one(maker_archive(maker, "export.tar.gz", "course/", items), check);
}

void maker_refused(const char *path, enum result result, const char *text)
{
	struct source *src = maker_source(path);
	struct source_course *course;
	struct error err = {RESULT_OK, ""};
	enum result st = src->ops->open(src, MAKER_KEY, &course, &err);

	if (st != result || !strstr(err.text, text))
		fail_msg("%s: %s, wanted \"%s\"", result_text(st), err.text, text);
	assert_null(course);
	source_free(src);
}

const struct video_block *maker_block(const struct source_course *course, const char *type,
				      const char *id)
{
	const struct outline *outline = course->outline;

	for (size_t i = 0; i < outline->block_count; i++)
		if (!strcmp(outline->blocks[i].type, type) && !strcmp(outline->blocks[i].id, id))
			return &outline->blocks[i];
	return NULL;
}

const char *maker_find(struct source_course *course, const char *name)
{
	static char found[1100];
	struct asset asset;
	struct error err;

	assert_int_equal(course->ops->find(course, &name, 1, &asset, &err), RESULT_OK);
	snprintf(found, sizeof(found), "%s", asset.id ? asset.id : "");
	assert_int_equal(asset.state, asset.id ? ASSET_FOUND : ASSET_MISSING);
	asset_clear(&asset);
	return *found ? found : NULL;
}

void maker_reads(struct source_course *course, const char *id, const char *text)
{
	struct asset_bytes bytes;
	struct error err = {RESULT_OK, ""};

	assert_int_equal(course->ops->read(course, &id, 1, 1 << 20, &bytes, &err), RESULT_OK);
	assert_int_equal(bytes.state, ASSET_FOUND);
	assert_string_equal(buf_text(&bytes.bytes), text);
	asset_bytes_clear(&bytes);
}
