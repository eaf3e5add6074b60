#include "config.h"

#include "src/source/olx_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/source/olx_names.h"
#include "src/source/olx_root.h"
#include "src/source/olx_scan.h"

/* So many files that may be the root block: no longer worth looking whether the next settles it. */
#define PEEK_MAX 64

struct archive_tree {
	struct olx_tree tree;
	int fd;
	struct stat opened; /* to notice that the file is rewritten while it is open */
	char *prefix;	    /* "course/", or "" when there is no folder around the course */
	bool keep_all;	    /* keep every XML file, also where blocks without videos lie */
	size_t kept;	    /* bytes of texts */
};

static struct archive_tree *archive_of(struct olx_tree *tree)
{
	return (struct archive_tree *)tree;
}

/* ---- the pass that makes the list ---- */

static enum result keep_text(struct archive_tree *tree, struct olx_file *file,
			     struct olx_scan *scan, struct error *err)
{
	struct buf text = BUF_INIT;
	enum result st;

	if (file->size > (int64_t)OLX_TEXT_MAX)
		return RESULT_OK; /* an error only if the course asks for it */
	tree->kept += (size_t)file->size;
	if (tree->kept > OLX_TEXTS_MAX)
		return error_set(err, RESULT_INVALID,
				 "%s: refused: more than %zu MiB of XML, at %.200s",
				 tree->tree.path, OLX_TEXTS_MAX >> 20, file->name);
	st = olx_scan_bytes(scan, &text, err);
	file->text_len = text.len;
	if (st == RESULT_OK && !(file->text = buf_take(&text)))
		st = error_set(err, RESULT_NOMEM, "%s: no memory for %.200s", tree->tree.path,
			       file->name);
	buf_clear(&text);
	/* Broken off here, nothing behind it is known either: the whole export is refused. */
	return st == RESULT_DAMAGED ? error_set(err, RESULT_INVALID, "%s", err ? err->text : "")
				    : st;
}

static enum result visit_index(void *arg, struct olx_scan *scan, const char *name, int64_t size,
			       int64_t mtime, struct error *err)
{
	struct archive_tree *tree = arg;
	enum result st = olx_tree_add(&tree->tree, name, size, mtime, err);

	if (st == RESULT_OK && olx_name_is_wanted(name, tree->keep_all))
		st = keep_text(tree, &tree->tree.files[tree->tree.count - 1], scan, err);
	return st;
}

/* ---- where the course begins ---- */

/* The shallowest course.xml; an archive with two of them there is not one course. */
static enum result find_root(struct archive_tree *tree, struct error *err)
{
	const struct olx_file *found = NULL, *other = NULL;
	bool library = false;

	for (size_t i = 0; i < tree->tree.count; i++) {
		const struct olx_file *file = &tree->tree.files[i];
		const char *base = olx_base_name(file->name);
		size_t depth = olx_name_depth(file->name);

		library = library || (!strcmp(base, "library.xml") && depth <= 1);
		if (strcmp(base, "course.xml") || depth > OLX_ROOT_DEPTH)
			continue;
		if (!found || depth < olx_name_depth(found->name)) {
			found = file;
			other = NULL;
		} else if (depth == olx_name_depth(found->name)) {
			other = file;
		}
	}
	if (!found)
		return error_set(err, RESULT_INVALID, "%s: %s", tree->tree.path,
				 library ? "the export of a library, not of a course"
					 : "no course.xml in it: not an export of a course");
	if (other)
		return error_set(err, RESULT_INVALID, "%s: two courses in it, %.150s and %.150s",
				 tree->tree.path, found->name, other->name);
	free(tree->prefix);
	tree->prefix = strndup(found->name, (size_t)(olx_base_name(found->name) - found->name));
	return tree->prefix ? RESULT_OK
			    : error_set(err, RESULT_NOMEM, "%s: no memory", tree->tree.path);
}

/* The name a course takes from its folder: the archive's own name when there is none. */
static char *top_name(const struct archive_tree *tree)
{
	size_t len = strlen(tree->prefix);
	const char *name = tree->prefix, *end;

	if (len > 1) {
		const char *slash = memrchr(name, '/', len - 1);

		name = slash ? slash + 1 : name;
		return strndup(name, strlen(name) - 1);
	}
	name = olx_base_name(tree->tree.path);
	end = strchr(name, '.');
	return end ? strndup(name, (size_t)(end - name)) : strdup(name);
}

/* Makes all names relative to the course and drops what lies beside it; the order stays. */
static enum result rebase(struct archive_tree *tree, struct error *err)
{
	size_t len = strlen(tree->prefix), kept = 0;
	char *top = top_name(tree);

	if (!top)
		return error_set(err, RESULT_NOMEM, "%s: no memory", tree->tree.path);
	free(tree->tree.top);
	tree->tree.top = top;
	for (size_t i = 0; i < tree->tree.count; i++) {
		struct olx_file *file = &tree->tree.files[i];

		if (!strncmp(file->name, tree->prefix, len)) {
			memmove(file->name, file->name + len, strlen(file->name + len) + 1);
			tree->tree.files[kept++] = *file;
		} else {
			free(file->name);
			free(file->text);
		}
	}
	tree->tree.count = kept;
	return RESULT_OK;
}

/* ---- a peek: just the key and the name ---- */

static bool block_is_named(const struct archive_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->tree.count; i++) {
		const struct olx_file *file = &tree->tree.files[i];

		if (file->text && !strcmp(file->name, name))
			return olx_root_is_named(file->text, file->text_len);
	}
	return false;
}

/*
 * Whether what was seen so far settles the question. Only a complete pointer at the very top
 * or one folder down does, for no root block's file looks like one; otherwise a shallower
 * course.xml may follow, and the whole archive is read.
 */
static bool is_settled(struct archive_tree *tree)
{
	if (tree->tree.count > PEEK_MAX)
		return false;
	for (size_t i = 0; i < tree->tree.count; i++) {
		const struct olx_file *file = &tree->tree.files[i];
		const char *base = olx_base_name(file->name);
		struct buf block = BUF_INIT;
		char *run = NULL;
		bool settled;

		if (!file->text || strcmp(base, "course.xml") || olx_name_depth(file->name) > 1)
			continue;
		run = olx_root_pointer(file->text, file->text_len);
		if (run)
			buf_printf(&block, "%.*scourse/%s.xml", (int)(base - file->name),
				   file->name, run);
		settled = run && block_is_named(tree, buf_text(&block));
		buf_clear(&block);
		free(run);
		if (settled)
			return true;
	}
	return false;
}

static enum result visit_peek(void *arg, struct olx_scan *scan, const char *name, int64_t size,
			      int64_t mtime, struct error *err)
{
	struct archive_tree *tree = arg;
	enum result st;

	if (!olx_name_is_of_root(name))
		return RESULT_OK;
	st = olx_tree_add(&tree->tree, name, size, mtime, err);
	if (st == RESULT_OK)
		st = keep_text(tree, &tree->tree.files[tree->tree.count - 1], scan, err);
	if (st == RESULT_OK && !strcmp(name + strlen(name) - 4, ".xml") && is_settled(tree))
		st = RESULT_END;
	return st;
}

/* ---- reading again ---- */

static enum result check_unchanged(struct archive_tree *tree, struct error *err)
{
	struct stat st;

	if (fstat(tree->fd, &st))
		return olx_error(err, errno, "read", tree->tree.path);
	if (st.st_size == tree->opened.st_size &&
	    st.st_mtim.tv_sec == tree->opened.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == tree->opened.st_mtim.tv_nsec)
		return RESULT_OK;
	return error_set(err, RESULT_RETRY, "%s was rewritten while it was being read",
			 tree->tree.path);
}

/* The file of this course that an entry of the archive is, or NULL. */
static struct olx_file *file_of(struct archive_tree *tree, const char *name)
{
	size_t len = strlen(tree->prefix);

	if (strncmp(name, tree->prefix, len))
		return NULL;
	return (struct olx_file *)olx_tree_find(&tree->tree, name + len);
}

static enum result visit_texts(void *arg, struct olx_scan *scan, const char *name, int64_t size,
			       int64_t mtime, struct error *err)
{
	struct archive_tree *tree = arg;
	struct olx_file *file = file_of(tree, name);

	(void)mtime;
	if (!file || file->text || file->size != size || !olx_name_is_wanted(name, tree->keep_all))
		return RESULT_OK;
	return keep_text(tree, file, scan, err);
}

static enum result archive_text(struct olx_tree *base, const char *name, struct buf *out,
				struct error *err)
{
	struct archive_tree *tree = archive_of(base);
	const struct olx_file *file = olx_tree_find(base, name);
	enum result st = RESULT_OK;

	if (!file)
		return error_set(err, RESULT_MISSING, "%s: no %.200s in it", base->path, name);
	if (file->size > (int64_t)OLX_TEXT_MAX)
		return error_set(err, RESULT_INVALID, "%s: %.200s is larger than %zu MiB",
				 base->path, name, OLX_TEXT_MAX >> 20);
	if (!file->text && !tree->keep_all) {
		tree->keep_all = true;
		tree->kept = 0;
		st = check_unchanged(tree, err);
		if (st == RESULT_OK)
			st = olx_scan(tree->fd, base->path, visit_texts, tree, err);
		if (st != RESULT_OK)
			return st;
	}
	if (!file->text)
		return error_set(err, RESULT_RETRY, "%s: %.200s cannot be read again", base->path,
				 name);
	buf_add(out, file->text, file->text_len);
	return out->failed
		   ? error_set(err, RESULT_NOMEM, "%s: no memory for %.200s", base->path, name)
		   : RESULT_OK;
}

/* One name asked for, and where its bytes go. */
struct wish {
	const struct olx_file *file;
	struct asset_bytes *out;
};

struct reading {
	struct archive_tree *tree;
	struct wish *wishes; /* by file */
	size_t count, left, limit;
};

static int wish_compare(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;

	return (x->file > y->file) - (x->file < y->file);
}

/* The first wish for @file, or @reading->count. */
static size_t wish_find(const struct reading *reading, const struct olx_file *file)
{
	size_t low = 0, high = reading->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reading->wishes[middle].file < file)
			low = middle + 1;
		else
			high = middle;
	}
	return low < reading->count && reading->wishes[low].file == file ? low : reading->count;
}

static enum result visit_wishes(void *arg, struct olx_scan *scan, const char *name, int64_t size,
				int64_t mtime, struct error *err)
{
	struct reading *reading = arg;
	const struct olx_file *file = file_of(reading->tree, name);
	size_t at = file ? wish_find(reading, file) : reading->count;
	struct asset_bytes *first;
	enum result st = RESULT_OK;

	(void)mtime;
	if (at == reading->count)
		return RESULT_OK;
	first = reading->wishes[at].out;
	if ((uint64_t)size > reading->limit) {
		first->state = ASSET_LARGE;
	} else {
		st = olx_scan_bytes(scan, &first->bytes, err);
		first->state = ASSET_FOUND;
	}
	for (; at < reading->count && reading->wishes[at].file == file; at++, reading->left--) {
		struct asset_bytes *out = reading->wishes[at].out;

		out->state = first->state;
		if (out != first)
			buf_add(&out->bytes, first->bytes.data, first->bytes.len);
		if (out->bytes.failed)
			st = error_set(err, RESULT_NOMEM, "no memory for %.200s", name);
	}
	return st == RESULT_OK && !reading->left ? RESULT_END : st;
}

static enum result archive_read_files(struct olx_tree *base, const struct olx_file *const *files,
				      size_t count, size_t limit, struct asset_bytes *out,
				      struct error *err)
{
	struct reading reading = {archive_of(base), NULL, 0, 0, limit};
	enum result st;

	reading.wishes = calloc(count ? count : 1, sizeof(*reading.wishes));
	if (!reading.wishes)
		return error_set(err, RESULT_NOMEM, "%s: no memory to read it", base->path);
	for (size_t i = 0; i < count; i++)
		if (files[i])
			reading.wishes[reading.count++] = (struct wish){files[i], &out[i]};
	qsort(reading.wishes, reading.count, sizeof(*reading.wishes), wish_compare);
	reading.left = reading.count;
	st = check_unchanged(reading.tree, err);
	if (st == RESULT_OK && reading.count)
		st = olx_scan(reading.tree->fd, base->path, visit_wishes, &reading, err);
	/* It was read whole when it was opened: now it is rewritten, or a disk is failing. */
	if (st == RESULT_DAMAGED || st == RESULT_INVALID)
		st = error_set(err, RESULT_RETRY, "%s no longer reads as it did when it was opened",
			       base->path);
	else if (st == RESULT_OK && reading.left)
		st = error_set(err, RESULT_RETRY, "%s has lost files since it was opened",
			       base->path);
	free(reading.wishes);
	return st;
}

static enum result archive_digest(struct olx_tree *base, struct olx_digests *digests,
				  struct error *err)
{
	struct archive_tree *tree = archive_of(base);
	enum result st = check_unchanged(tree, err);

	return st == RESULT_OK ? olx_digests_get(digests, tree->fd, base->path, base->digest, err) : st;
}

static void archive_tree_free(struct olx_tree *base)
{
	struct archive_tree *tree = archive_of(base);

	if (tree->fd >= 0)
		close(tree->fd);
	free(tree->prefix);
	olx_tree_clear(base);
	free(tree);
}

static const struct olx_tree_ops archive_ops = {
    .text = archive_text,
    .read = archive_read_files,
    .digest = archive_digest,
    .free = archive_tree_free,
};

enum result olx_archive_open(struct olx_tree **out, const char *path, bool whole, struct error *err)
{
	struct archive_tree *tree = calloc(1, sizeof(*tree));
	enum result st;

	*out = NULL;
	if (!tree)
		return error_set(err, RESULT_NOMEM, "cannot open %s: no memory", path);
	tree->fd = -1;
	if (!olx_tree_init(&tree->tree, &archive_ops, path)) {
		st = error_set(err, RESULT_NOMEM, "cannot open %s: no memory", path);
		goto out;
	}
	tree->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (tree->fd < 0 || fstat(tree->fd, &tree->opened)) {
		st = olx_error(err, errno, "open", path);
		goto out;
	}
	st = olx_scan(tree->fd, path, whole ? visit_index : visit_peek, tree, err);
	if (st == RESULT_OK)
		st = check_unchanged(tree, err);
	if (st == RESULT_OK)
		st = olx_tree_sort(&tree->tree, err);
	if (st == RESULT_OK)
		st = find_root(tree, err);
	if (st == RESULT_OK)
		st = rebase(tree, err);
	if (st != RESULT_OK)
		goto out;
	*out = &tree->tree;
	tree = NULL;
out:
	if (tree)
		archive_tree_free(&tree->tree);
	return st;
}
