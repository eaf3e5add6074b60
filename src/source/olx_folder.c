#include "config.h"

#include "src/source/olx_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER_DEPTH 32
#define BLOCK_SIZE 65536

struct folder_tree {
	struct olx_tree tree;
	int root;
};

static struct folder_tree *folder_of(struct olx_tree *tree)
{
	return (struct folder_tree *)tree;
}

/* ---- nothing outside of the folder ---- */

/* Component by component without following any link: for kernels without openat2(). */
static int open_stepwise(int root, const char *name, int flags)
{
	char part[NAME_MAX + 1];
	int at = root, next, number;

	for (;;) {
		size_t len = strcspn(name, "/");

		if (!len || len > NAME_MAX || (len == 2 && !strncmp(name, "..", len))) {
			next = -1;
			errno = EXDEV;
		} else {
			snprintf(part, sizeof(part), "%.*s", (int)len, name);
			next = openat(at, part,
				      O_NOFOLLOW | O_CLOEXEC |
					  (name[len] ? O_PATH | O_DIRECTORY : flags));
		}
		number = errno;
		if (at != root)
			close(at);
		errno = number;
		if (next < 0 || !name[len])
			return next;
		at = next;
		name += len + 1;
	}
}

/* Opens @name below @root; a link may be on the way as long as it stays below @root. */
static int open_beneath(int root, const char *name, int flags)
{
	struct open_how how = {
	    .flags = (uint64_t)(flags | O_CLOEXEC),
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, root, name, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
		return open_stepwise(root, name, flags);
	return (int)fd;
}

static int open_file(int root, const char *name, struct stat *st)
{
	/* O_NONBLOCK: a pipe in the place of a file must not stop anyone. */
	int fd = open_beneath(root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	int number;

	if (fd < 0)
		return -1;
	if (fstat(fd, st))
		number = errno;
	else if (!S_ISREG(st->st_mode))
		number = S_ISDIR(st->st_mode) ? EISDIR : ENXIO;
	else
		return fd;
	close(fd);
	errno = number;
	return -1;
}

/* At most @limit bytes and one more, which tells that there are too many. */
static int read_bytes(int fd, size_t limit, struct buf *out)
{
	if (limit > (size_t)OLX_FILE_MAX)
		limit = (size_t)OLX_FILE_MAX;
	while (out->len <= limit) {
		size_t want = limit + 1 - out->len;
		ssize_t len;

		want = want < BLOCK_SIZE ? want : BLOCK_SIZE;
		if (!buf_reserve(out, want))
			return ENOMEM;
		len = read(fd, out->data + out->len, want);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno;
		if (!len)
			break;
		out->len += (size_t)len;
		out->data[out->len] = '\0';
	}
	return 0;
}

/* ---- where the course begins ---- */

static bool holds_course(int fd)
{
	struct stat st;
	int file = open_file(fd, "course.xml", &st);

	if (file >= 0)
		close(file);
	return file >= 0;
}

/* Sets *@name to the only folder in @fd that holds a course.xml. */
static enum result find_only_course(int fd, const char *path, char **name, struct error *err)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	enum result st = RESULT_OK;
	struct dirent *entry;

	if (!dir) {
		st = olx_error(err, errno, "read", path);
		if (copy >= 0)
			close(copy);
		return st;
	}
	while (st == RESULT_OK && (entry = readdir(dir))) {
		int sub;

		if (*entry->d_name == '.' || entry->d_type == DT_REG)
			continue;
		sub = openat(fd, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		if (holds_course(sub)) {
			if (*name)
				st = error_set(err, RESULT_INVALID,
					       "%s: several courses in it, %s and %s", path, *name,
					       entry->d_name);
			else if (!(*name = strdup(entry->d_name)))
				st = error_set(err, RESULT_NOMEM, "%s: no memory", path);
		}
		close(sub);
	}
	closedir(dir);
	if (st == RESULT_OK && !*name)
		st = error_set(err, RESULT_INVALID,
			       "%s: no course.xml in it: not an export of a course", path);
	return st;
}

/* Moves *@fd into the folder that holds course.xml: itself, "course", or the only one there. */
static enum result find_root(int *fd, const char *path, char **top, struct error *err)
{
	char *name = NULL;
	enum result st = RESULT_OK;
	int sub;

	if (holds_course(*fd))
		return RESULT_OK;
	sub = openat(*fd, "course", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub >= 0 && holds_course(sub)) {
		name = strdup("course");
	} else {
		if (sub >= 0)
			close(sub);
		sub = -1;
		st = find_only_course(*fd, path, &name, err);
		if (st == RESULT_OK)
			sub = openat(*fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (st == RESULT_OK && (sub < 0 || !name))
		st = olx_error(err, sub < 0 ? errno : ENOMEM, "open", path);
	if (st == RESULT_OK) {
		close(*fd);
		*fd = sub;
		free(*top);
		*top = name;
		return RESULT_OK;
	}
	if (sub >= 0)
		close(sub);
	free(name);
	return st;
}

/* ---- the list of files ---- */

static enum result walk(struct folder_tree *tree, int at, const char *prefix, int depth,
			struct error *err);

static enum result walk_entry(struct folder_tree *tree, int at, const struct dirent *entry,
			      const char *name, int depth, struct error *err)
{
	struct stat st;
	int fd;

	if (fstatat(at, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? RESULT_OK : olx_error(err, errno, "read", name);
	if (S_ISDIR(st.st_mode))
		return walk(tree, at, name, depth + 1, err);
	if (S_ISLNK(st.st_mode)) {
		/* Of use only if it ends at a file of this course. */
		fd = open_file(tree->root, name, &st);
		if (fd < 0)
			return RESULT_OK;
		close(fd);
	} else if (!S_ISREG(st.st_mode)) {
		return RESULT_OK;
	}
	return olx_tree_add(&tree->tree, name, st.st_size,
			    (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec, err);
}

static enum result walk(struct folder_tree *tree, int at, const char *prefix, int depth,
			struct error *err)
{
	const char *last = strrchr(prefix, '/');
	int fd = openat(at, *prefix ? (last ? last + 1 : prefix) : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct buf name = BUF_INIT;
	enum result st = RESULT_OK;
	struct dirent *entry;

	if (!dir) {
		st = olx_error(err, errno, "read", *prefix ? prefix : tree->tree.path);
		if (fd >= 0)
			close(fd);
		/* What vanished while we looked, or is a link by now, is not there. */
		return st == RESULT_MISSING && depth ? RESULT_OK : st;
	}
	if (depth > FOLDER_DEPTH)
		st = error_set(err, RESULT_INVALID, "%s: folders nested too deeply at %.200s",
			       tree->tree.path, prefix);
	for (errno = 0; st == RESULT_OK && (entry = readdir(dir)); errno = 0) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    !strcmp(entry->d_name, ".git") || olx_name_skipped(entry->d_name))
			continue;
		buf_reset(&name);
		buf_printf(&name, "%s%s%s", prefix, *prefix ? "/" : "", entry->d_name);
		st = name.failed ? olx_error(err, ENOMEM, "read", prefix)
				 : walk_entry(tree, fd, entry, buf_text(&name), depth, err);
	}
	if (st == RESULT_OK && errno)
		st = olx_error(err, errno, "read", *prefix ? prefix : tree->tree.path);
	buf_clear(&name);
	closedir(dir);
	return st;
}

/* ---- reading ---- */

static enum result folder_text(struct olx_tree *base, const char *name, struct buf *out,
			       struct error *err)
{
	struct stat st;
	int fd = open_file(folder_of(base)->root, name, &st);
	enum result result = RESULT_OK;
	int number = fd < 0 ? errno : 0;

	if (fd >= 0) {
		number = read_bytes(fd, OLX_TEXT_MAX, out);
		close(fd);
	}
	/* A link that leads out (EXDEV, ELOOP) is as good as no file. */
	if (number == EXDEV || number == ELOOP || number == EISDIR || number == ENXIO)
		number = ENOENT;
	if (number)
		result = olx_error(err, number, "read", name);
	else if (out->len > OLX_TEXT_MAX)
		result = error_set(err, RESULT_INVALID, "%.200s is larger than %zu MiB", name,
				   OLX_TEXT_MAX >> 20);
	if (result != RESULT_OK)
		error_prefix(err, "%s", base->path);
	return result;
}

static void read_one(int root, const char *name, size_t limit, struct asset_bytes *out)
{
	struct stat st;
	int fd = open_file(root, name, &st);
	int number = fd < 0 ? errno : 0;

	if (fd >= 0) {
		if (st.st_size > 0 && (uint64_t)st.st_size > limit)
			out->state = ASSET_LARGE;
		else if (!(number = read_bytes(fd, limit, &out->bytes)))
			out->state = out->bytes.len > limit ? ASSET_LARGE : ASSET_FOUND;
		close(fd);
	}
	if (number) {
		out->state = number == ENOENT || number == ENOTDIR ? ASSET_MISSING : ASSET_DAMAGED;
		snprintf(out->reason, sizeof(out->reason), "%s", strerror(number));
	}
	if (out->state != ASSET_FOUND)
		buf_clear(&out->bytes);
}

static enum result folder_read(struct olx_tree *base, const struct olx_file *const *files,
			       size_t count, size_t limit, struct asset_bytes *out,
			       struct error *err)
{
	(void)err;
	for (size_t i = 0; i < count; i++)
		if (files[i])
			read_one(folder_of(base)->root, files[i]->name, limit, &out[i]);
	return RESULT_OK;
}

static enum result folder_digest(struct olx_tree *base, struct olx_digests *digests,
				 struct error *err)
{
	(void)base, (void)digests, (void)err;
	return RESULT_OK;
}

static void folder_free(struct olx_tree *base)
{
	struct folder_tree *tree = folder_of(base);

	if (tree->root >= 0)
		close(tree->root);
	olx_tree_clear(base);
	free(tree);
}

static const struct olx_tree_ops folder_ops = {
    .text = folder_text,
    .read = folder_read,
    .digest = folder_digest,
    .free = folder_free,
};

/* "/exports/demo/" and "." have names too: ask the system for the whole path. */
static char *top_name(const char *path)
{
	char *whole = realpath(path, NULL);
	const char *slash = whole ? strrchr(whole, '/') : NULL;
	char *name = slash ? strdup(slash + 1) : NULL;

	free(whole);
	return name;
}

enum result olx_folder_open(struct olx_tree **out, const char *path, bool whole, struct error *err)
{
	struct folder_tree *tree = calloc(1, sizeof(*tree));
	enum result st = RESULT_OK;
	char *top = NULL;

	*out = NULL;
	if (!tree)
		return olx_error(err, ENOMEM, "open", path);
	tree->root = -1;
	if (!olx_tree_init(&tree->tree, &folder_ops, path) || !(top = top_name(path))) {
		st = olx_error(err, errno, "open", path);
		goto out;
	}
	free(tree->tree.top);
	tree->tree.top = top;
	tree->tree.mtimes = true;
	tree->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree->root < 0)
		st = olx_error(err, errno, "open", path);
	if (st == RESULT_OK)
		st = find_root(&tree->root, path, &tree->tree.top, err);
	if (st == RESULT_OK && whole)
		st = walk(tree, tree->root, "", 0, err);
	if (st == RESULT_OK)
		st = olx_tree_sort(&tree->tree, err);
	if (st != RESULT_OK)
		goto out;
	*out = &tree->tree;
	tree = NULL;
out:
	if (tree)
		folder_free(&tree->tree);
	return st;
}
