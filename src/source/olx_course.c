#include "config.h"

#include "src/source/olx_course.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/olx_assets.h"
#include "src/source/olx_parse.h"

struct olx_course {
	struct source_course course;
	struct olx_tree *tree;
	struct olx_assets *assets;
	struct outline *outline;
};

static struct olx_course *olx_of(struct source_course *course)
{
	return (struct olx_course *)course;
}

/* An archive's own times say when it was packed, not when the file was saved. */
static bool fill_asset(const struct olx_tree *tree, const struct olx_file *file, struct asset *out)
{
	struct buf identity = BUF_INIT;

	buf_printf(&identity, "%s %" PRId64, file->name, file->size);
	if (tree->mtimes)
		buf_printf(&identity, " %" PRId64, file->mtime);
	out->state = ASSET_FOUND;
	out->size = file->size;
	out->id = strdup(file->name);
	out->identity = buf_take(&identity);
	return out->id && out->identity;
}

static enum result course_find(struct source_course *base, const char *const *names, size_t count,
			       struct asset *out, struct error *err)
{
	struct olx_course *course = olx_of(base);

	for (size_t i = 0; i < count; i++)
		out[i] = (struct asset){.state = ASSET_MISSING, .size = -1};
	for (size_t i = 0; i < count; i++) {
		const struct olx_file *file;
		enum result st = olx_assets_find(course->assets, names[i], &file, err);

		if (st == RESULT_OK && file && !fill_asset(course->tree, file, &out[i]))
			st = error_set(err, RESULT_NOMEM, "no memory to find a file");
		if (st != RESULT_OK) {
			for (size_t k = 0; k <= i; k++)
				asset_clear(&out[k]);
			return st;
		}
	}
	return RESULT_OK;
}

static enum result course_read(struct source_course *base, const char *const *ids, size_t count,
			       size_t limit, struct asset_bytes *out, struct error *err)
{
	struct olx_course *course = olx_of(base);
	const struct olx_file **files = calloc(count ? count : 1, sizeof(*files));
	enum result st;

	for (size_t i = 0; i < count; i++)
		out[i] = (struct asset_bytes){.state = ASSET_MISSING, .bytes = BUF_INIT};
	if (!files)
		return error_set(err, RESULT_NOMEM, "no memory to read files");
	for (size_t i = 0; i < count; i++)
		files[i] = olx_tree_find(course->tree, ids[i]);
	st = course->tree->ops->read(course->tree, files, count, limit, out, err);
	for (size_t i = 0; st != RESULT_OK && i < count; i++)
		asset_bytes_clear(&out[i]);
	free(files);
	return st;
}

static void course_close(struct source_course *base)
{
	struct olx_course *course = olx_of(base);

	outline_free(course->outline);
	olx_assets_free(course->assets);
	olx_tree_free(course->tree);
	free(course);
}

static const struct source_course_ops course_ops = {
    .find = course_find,
    .read = course_read,
    .close = course_close,
};

/* The key must be the one asked for: another export may have taken the file's place. */
static enum result check_key(const struct olx_course *course, const struct olx_root *root,
			     const char *key, struct error *err)
{
	if (!strcmp(root->key, key))
		return RESULT_OK;
	return error_set(err, RESULT_MISSING, "%s holds %s now, no longer %s", course->tree->path,
			 root->key, key);
}

enum result olx_course_open(struct source_course **out, const char *path, bool slash_keys,
			    const char *key, struct olx_digests *digests, struct error *err)
{
	struct olx_course *course = calloc(1, sizeof(*course));
	struct olx_root root = {NULL, NULL, NULL};
	enum result st;

	*out = NULL;
	if (!course)
		return error_set(err, RESULT_NOMEM, "cannot open %s: no memory", path);
	course->course.ops = &course_ops;
	st = olx_tree_open(&course->tree, path, true, err);
	if (st == RESULT_OK) {
		st = olx_root_read(course->tree, slash_keys, &root, err);
		if (st == RESULT_MISSING) /* course.xml was there a moment ago */
			st = error_set(err, RESULT_RETRY, "%s changed while it was opened", path);
	}
	if (st == RESULT_OK)
		st = check_key(course, &root, key, err);
	if (st == RESULT_OK)
		st = course->tree->ops->digest(course->tree, digests, err);
	if (st == RESULT_OK)
		st = olx_outline_read(course->tree, &root, &course->outline, err);
	if (st == RESULT_OK)
		st = olx_assets_new(&course->assets, course->tree, err);
	if (st != RESULT_OK)
		goto out;
	olx_tree_forget(course->tree);
	course->course.outline = course->outline;
	*out = &course->course;
	course = NULL;
out:
	olx_root_clear(&root);
	if (course)
		course_close(&course->course);
	return st;
}
