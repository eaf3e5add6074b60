#include "config.h"

#include "src/source/olx_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum result olx_error(struct error *err, int number, const char *doing, const char *path)
{
	enum result result =
	    RESULT_RETRY; /* refused, overloaded, stale: mended without a new export */

	if (number == ENOENT || number == ENOTDIR)
		result = RESULT_MISSING;
	else if (number == ENOMEM)
		result = RESULT_NOMEM;
	return error_set(err, result, "cannot %s %s: %s", doing, path, strerror(number));
}

bool olx_name_skipped(const char *name)
{
	while (name) {
		size_t len = strcspn(name, "/");

		if (!strncmp(name, "._", 2) || (len == 9 && !strncmp(name, ".DS_Store", len)) ||
		    (len == 8 && !strncmp(name, "__MACOSX", len)))
			return true;
		name = name[len] ? name + len + 1 : NULL;
	}
	return false;
}

bool olx_tree_init(struct olx_tree *tree, const struct olx_tree_ops *ops, const char *path)
{
	tree->ops = ops;
	tree->path = strdup(path);
	tree->top = strdup("");
	return tree->path && tree->top;
}

void olx_tree_forget(struct olx_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->files[i].text);
		tree->files[i].text = NULL;
	}
}

void olx_tree_clear(struct olx_tree *tree)
{
	olx_tree_forget(tree);
	for (size_t i = 0; i < tree->count; i++)
		free(tree->files[i].name);
	free(tree->files);
	free(tree->path);
	free(tree->top);
	memset(tree, 0, sizeof(*tree));
}

enum result olx_tree_add(struct olx_tree *tree, const char *name, int64_t size, int64_t mtime,
			 struct error *err)
{
	struct olx_file file = {NULL, size, mtime, NULL, 0};
	size_t len = strlen(name);

	if (len > OLX_NAME_MAX)
		return error_set(err, RESULT_INVALID, "%s: a name longer than %d bytes: %.80s...",
				 tree->path, OLX_NAME_MAX, name);
	tree->name_bytes += len;
	if (tree->count >= OLX_FILES_MAX || tree->name_bytes > OLX_NAMES_MAX)
		return error_set(err, RESULT_INVALID, "%s: too many files, at %.200s (at most %d)",
				 tree->path, name, OLX_FILES_MAX);
	if (tree->count == tree->room) {
		size_t room = tree->room ? tree->room * 2 : 256;
		struct olx_file *more = reallocarray(tree->files, room, sizeof(*more));

		if (!more)
			goto nomem;
		tree->files = more;
		tree->room = room;
	}
	if (!(file.name = strdup(name)))
		goto nomem;
	tree->files[tree->count++] = file;
	return RESULT_OK;
nomem:
	return error_set(err, RESULT_NOMEM, "%s: no memory for its list of files", tree->path);
}

static int file_compare(const void *a, const void *b)
{
	const struct olx_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

enum result olx_tree_sort(struct olx_tree *tree, struct error *err)
{
	if (tree->count)
		qsort(tree->files, tree->count, sizeof(*tree->files), file_compare);
	for (size_t i = 1; i < tree->count; i++)
		if (!strcmp(tree->files[i - 1].name, tree->files[i].name))
			return error_set(err, RESULT_INVALID, "%s: two entries named %.200s",
					 tree->path, tree->files[i].name);
	return RESULT_OK;
}

size_t olx_tree_lower(const struct olx_tree *tree, const char *name)
{
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(tree->files[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct olx_file *olx_tree_find(const struct olx_tree *tree, const char *name)
{
	size_t at = olx_tree_lower(tree, name);

	return at < tree->count && !strcmp(tree->files[at].name, name) ? &tree->files[at] : NULL;
}

enum result olx_tree_open(struct olx_tree **out, const char *path, bool whole, struct error *err)
{
	struct stat st;

	*out = NULL;
	if (stat(path, &st))
		return olx_error(err, errno, "open", path);
	if (S_ISDIR(st.st_mode))
		return olx_folder_open(out, path, whole, err);
	if (S_ISREG(st.st_mode))
		return olx_archive_open(out, path, whole, err);
	return error_set(err, RESULT_INVALID, "%s is neither a folder nor a file", path);
}

void olx_tree_free(struct olx_tree *tree)
{
	if (tree)
		tree->ops->free(tree);
}
