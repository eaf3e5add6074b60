#include "config.h"

#include "src/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/store/folder.h"
#include "src/store/fresh.h"

enum {
	PROBE_LEAST = 16 << 10, /* bytes a probe writes, */
	PROBE_MOST = 4 << 20,	/* or as many as the last put that found no room */
};

struct directory {
	struct store base;
	bool read_only;
	struct folders *folders;
	struct fresh_place place;
	atomic_size_t wanted; /* bytes of a put that failed; 0 after one that did not */
};

static struct directory *self_of(struct store *store)
{
	return (struct directory *)store; /* @base is the first member */
}

static enum result bad_name(const char *name, struct error *err)
{
	return error_set(err, RESULT_INVALID, "\"%s\" is no name for a stored file",
			 name ? name : "");
}

/* ---- what is there ------------------------------------------------------------------------*/

/* Opens an existing file for reading: OK, MISSING, or why not. Only regular files are ours. */
static enum result open_object(struct directory *self, struct folder *folder, const char *leaf,
			       const char *name, int *fd, struct stat *info, struct error *err)
{
	enum result st = RESULT_OK;

	*fd = openat(folder->fd, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return error_set(err, RESULT_MISSING, "%s/%s is not there",
				 folders_path(self->folders), name);
	if (*fd < 0 && (errno == ELOOP || errno == ENXIO))
		st = error_set(err, RESULT_REFUSED,
			       "%s/%s is no file (symbolic links are not followed)",
			       folders_path(self->folders), name);
	else if (*fd < 0 || fstat(*fd, info))
		st = folder_error(self->folders, errno, "cannot read", name, err);
	else if (!S_ISREG(info->st_mode))
		st = error_set(err, RESULT_REFUSED, "%s/%s is no file", folders_path(self->folders),
			       name);
	if (st != RESULT_OK && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return st;
}

/* Up to @len bytes; fewer only at the end of the file. -1: errno says why. */
static ssize_t read_full(int fd, char *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, out + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* The bytes of @fd, of the right size already, are @object's. */
static enum result compare_bytes(struct directory *self, int fd, const struct store_object *object,
				 bool *same, struct error *err)
{
	char part[16 << 10];
	size_t at = 0;

	*same = true;
	while (at < object->len && *same) {
		size_t want = object->len - at < sizeof(part) ? object->len - at : sizeof(part);
		ssize_t n = read_full(fd, part, want);

		if (n < 0)
			return folder_error(self->folders, errno, "cannot read", object->name, err);
		*same = (size_t)n == want && !memcmp(part, object->bytes + at, want);
		at += want;
	}
	return RESULT_OK;
}

static enum result conflict(struct directory *self, const struct store_object *object,
			    const char *what, struct error *err)
{
	return error_set(err, RESULT_CONFLICT, "%s/%s is there already, and %s",
			 folders_path(self->folders), object->name, what);
}

/*
 * The name is taken: EXISTS with the same bytes, else CONFLICT. Whoever made it may not have
 * been us, so its bytes are synced before we rely on them; its name is with the folder.
 */
static enum result compare_existing(struct directory *self, struct folder *folder, const char *leaf,
				    const struct store_object *object, struct error *err)
{
	bool same = false;
	struct stat info;
	enum result st;
	int fd;

	st = open_object(self, folder, leaf, object->name, &fd, &info, err);
	if (st == RESULT_REFUSED)
		return conflict(self, object, "is no file", err);
	if (st == RESULT_MISSING) /* it went away between two looks */
		return error_set(err, RESULT_RETRY, "%s/%s comes and goes",
				 folders_path(self->folders), object->name);
	if (st != RESULT_OK)
		return st;
	if ((uint64_t)info.st_size == object->len)
		st = compare_bytes(self, fd, object, &same, err);
	if (st == RESULT_OK && same && !self->read_only && fsync(fd))
		st = folder_error(self->folders, errno, "cannot sync", object->name, err);
	close(fd);
	if (st != RESULT_OK)
		return st;
	return same ? RESULT_EXISTS : conflict(self, object, "holds other bytes", err);
}

/* ---- put ----------------------------------------------------------------------------------*/

/* Writes a fresh file and names it. The name is durable only after the folder's sync. */
static enum result write_object(struct directory *self, struct folder *folder, const char *leaf,
				const struct store_object *object, struct error *err)
{
	struct fresh fresh;
	enum result st;
	int number;

	st = fresh_open(&self->place, folder, &fresh, err);
	if (st == RESULT_OK)
		st =
		    fresh_fill(&self->place, &fresh, object->bytes, object->len, object->name, err);
	if (st == RESULT_OK) {
		number = fresh_link(&self->place, &fresh, folder, leaf);
		if (number == EEXIST)
			st = RESULT_EXISTS;
		else if (number == EOPNOTSUPP)
			st = error_set(err, RESULT_REFUSED,
				       "%s: this file system cannot make a name only if it"
				       " does not exist",
				       folders_path(self->folders));
		else if (number)
			st = folder_error(self->folders, number, "cannot name", object->name, err);
	}
	fresh_close(&fresh);
	return st;
}

static enum result put_object(struct directory *self, struct folder *folder, const char *leaf,
			      const struct store_object *object, struct error *err)
{
	enum result st = RESULT_OK;
	struct stat info;

	/* A look first: a file that is there need not be written once more to learn it. */
	if (!fstatat(folder->fd, leaf, &info, AT_SYMLINK_NOFOLLOW))
		st = RESULT_EXISTS;
	if (st == RESULT_OK)
		st = write_object(self, folder, leaf, object, err);
	if (st == RESULT_EXISTS)
		st = compare_existing(self, folder, leaf, object, err);
	if (st == RESULT_OK)
		atomic_store_explicit(&self->wanted, 0, memory_order_relaxed);
	else if (st == RESULT_UNREACHABLE)
		atomic_store_explicit(&self->wanted, object->len, memory_order_relaxed);
	return st;
}

/*
 * Puts those of @objects from the first on that lie in one folder, and syncs it once: *@done
 * of them were tried.
 */
static enum result put_folder(struct directory *self, struct store_object *objects, size_t count,
			      size_t *done, struct error *err)
{
	struct folder *folder = NULL;
	enum result st, synced;
	const char *leaf;
	size_t i, parent;

	*done = 1;
	if (!store_name_valid(objects[0].name))
		return objects[0].result = bad_name(objects[0].name, err);
	st = folder_hold(self->folders, objects[0].name, true, &folder, &leaf, err);
	if (st != RESULT_OK)
		return objects[0].result = st;
	parent = (size_t)(leaf - objects[0].name);
	for (i = 0; i < count && (st == RESULT_OK || st == RESULT_EXISTS); i++) {
		const char *name = objects[i].name;

		/* Those of another folder, or without a valid name, are the next call's. */
		if (i && (!store_name_valid(name) || strncmp(name, objects[0].name, parent) ||
			  strchr(name + parent, '/')))
			break;
		st = objects[i].result = put_object(self, folder, name + parent, &objects[i], err);
	}
	*done = i;
	/* Also after a failure: what is told as put must stay. */
	synced =
	    folder_sync(self->folders, folder, st == RESULT_OK || st == RESULT_EXISTS ? err : NULL);
	if (synced != RESULT_OK)
		for (i = 0; i < *done; i++)
			objects[i].result = i ? RESULT_CANCELED : synced;
	folder_drop(self->folders, folder);
	if (st == RESULT_OK || st == RESULT_EXISTS)
		st = synced;
	return st;
}

static enum result directory_put(struct store *store, struct store_object *objects, size_t count,
				 struct error *err)
{
	struct directory *self = self_of(store);
	struct error why = {RESULT_OK, ""};
	enum result st = RESULT_OK;
	size_t at = 0, done = 0;

	for (size_t i = 0; i < count; i++) {
		objects[i].result = RESULT_CANCELED;
		objects[i].reason[0] = '\0';
	}
	if (self->read_only)
		return error_set(err, RESULT_REFUSED, "%s is opened for reading only",
				 folders_path(self->folders));
	while (at < count && st == RESULT_OK) {
		st = put_folder(self, objects + at, count - at, &done, &why);
		at += done;
	}
	if (st == RESULT_OK)
		return RESULT_OK;
	for (size_t i = 0; i < at; i++)
		if (objects[i].result != RESULT_OK && objects[i].result != RESULT_EXISTS)
			snprintf(objects[i].reason, sizeof(objects[i].reason), "%.255s", why.text);
	if (err)
		*err = why;
	return st;
}

/* ---- head, get ----------------------------------------------------------------------------*/

static enum result directory_head(struct store *store, const char *name, struct store_info *out,
				  struct error *err)
{
	struct directory *self = self_of(store);
	struct folder *folder = NULL;
	const char *leaf;
	struct stat info;
	enum result st;

	memset(out, 0, sizeof(*out));
	out->size = -1;
	if (!store_name_valid(name))
		return bad_name(name, err);
	st = folder_hold(self->folders, name, false, &folder, &leaf, err);
	if (st != RESULT_OK)
		return st == RESULT_MISSING ? RESULT_OK : st;
	if (!fstatat(folder->fd, leaf, &info, AT_SYMLINK_NOFOLLOW)) {
		if (S_ISREG(info.st_mode)) {
			out->exists = true;
			out->size = info.st_size;
		} else {
			st = error_set(err, RESULT_REFUSED,
				       "%s/%s is no file (symbolic links are not followed)",
				       folders_path(self->folders), name);
		}
	} else if (errno != ENOENT) {
		st = folder_error(self->folders, errno, "cannot read", name, err);
	}
	folder_drop(self->folders, folder);
	return st;
}

static enum result read_object(struct directory *self, int fd, const char *name, size_t limit,
			       struct buf *out, struct error *err)
{
	char part[16 << 10];
	ssize_t n;

	while ((n = read_full(fd, part, sizeof(part))) > 0) {
		if ((size_t)n > limit - out->len) /* it grew while we read */
			return error_set(err, RESULT_LIMIT, "%s/%s is larger than %zu bytes",
					 folders_path(self->folders), name, limit);
		buf_add(out, part, (size_t)n);
	}
	if (n < 0)
		return folder_error(self->folders, errno, "cannot read", name, err);
	if (out->failed)
		return error_set(err, RESULT_NOMEM, "no memory to read %s", name);
	return RESULT_OK;
}

static enum result directory_get(struct store *store, const char *name, size_t limit,
				 struct buf *out, struct error *err)
{
	struct directory *self = self_of(store);
	struct folder *folder = NULL;
	const char *leaf;
	struct stat info;
	enum result st;
	int fd = -1;

	buf_reset(out);
	if (!store_name_valid(name))
		return bad_name(name, err);
	st = folder_hold(self->folders, name, false, &folder, &leaf, err);
	if (st == RESULT_OK)
		st = open_object(self, folder, leaf, name, &fd, &info, err);
	if (st != RESULT_OK)
		goto out;
	if ((uint64_t)info.st_size > limit)
		st = error_set(err, RESULT_LIMIT, "%s/%s is larger than %zu bytes",
			       folders_path(self->folders), name, limit);
	else if (!buf_reserve(out, (size_t)info.st_size))
		st = error_set(err, RESULT_NOMEM, "no memory to read %s", name);
	else
		st = read_object(self, fd, name, limit, out, err);
	close(fd);
out:
	if (st != RESULT_OK)
		buf_reset(out);
	folder_drop(self->folders, folder);
	return st;
}

/* ---- probe, doctor ------------------------------------------------------------------------*/

/* Writes and syncs a file that never gets a name. */
static enum result try_writing(struct folder *folder, void *arg, struct error *err)
{
	static const char zeros[PROBE_LEAST];
	struct directory *self = arg;
	size_t wanted = atomic_load_explicit(&self->wanted, memory_order_relaxed);
	struct fresh fresh;
	enum result st;

	if (wanted < PROBE_LEAST)
		wanted = PROBE_LEAST;
	if (wanted > PROBE_MOST)
		wanted = PROBE_MOST;
	st = fresh_open(&self->place, folder, &fresh, err);
	for (size_t done = 0; st == RESULT_OK && done < wanted; done += sizeof(zeros))
		st = fresh_fill(&self->place, &fresh, zeros, sizeof(zeros), NULL, err);
	fresh_close(&fresh);
	return st;
}

static enum result directory_probe(struct store *store, struct error *err)
{
	struct directory *self = self_of(store);
	enum result st = folders_refresh(self->folders, err);

	if (st == RESULT_OK && !self->read_only)
		st = folders_each(self->folders, try_writing, self, err);
	return st;
}

static enum result directory_doctor(struct store *store, bool write,
				    void (*say)(void *arg, const char *line), void *arg,
				    struct error *err)
{
	struct directory *self = self_of(store);
	const char *path = folders_path(self->folders);
	struct statvfs fs;
	char line[640];
	enum result st;
	int denied;

	snprintf(line, sizeof(line), "folder: %s", path);
	say(arg, line);
	if (access(path, F_OK)) {
		say(arg, errno == ENOENT ? "exists: no, made by the first run that writes"
					 : "exists: unknown");
		return self->read_only && errno == ENOENT ? RESULT_OK
							  : folders_refresh(self->folders, err);
	}
	say(arg, "exists: yes");
	denied = access(path, W_OK | X_OK) ? errno : 0;
	if (!denied)
		say(arg, "writable: yes");
	if (!statvfs(path, &fs)) {
		snprintf(line, sizeof(line), "free space: %llu MiB, free inodes: %llu",
			 (unsigned long long)fs.f_bavail * fs.f_frsize >> 20,
			 (unsigned long long)fs.f_favail);
		say(arg, line);
	}
	if (denied)
		return error_set(err, RESULT_REFUSED,
				 "cannot write into %s: %s: make it writable for this user", path,
				 strerror(denied));
	if (!write)
		return folders_refresh(self->folders, err);
	if (self->read_only)
		return error_set(err, RESULT_REFUSED, "%s is opened for reading only", path);
	st = directory_probe(store, err);
	if (st == RESULT_OK)
		say(arg, "writing: a file without a name was written and synced");
	return st;
}

/* ---- open, close --------------------------------------------------------------------------*/

static void directory_free(struct store *store)
{
	struct directory *self = self_of(store);

	fresh_place_clear(&self->place);
	folders_free(self->folders);
	free(self);
}

static const struct store_ops directory_ops = {
    .kind = "directory",
    .put = directory_put,
    .head = directory_head,
    .get = directory_get,
    .probe = directory_probe,
    .doctor = directory_doctor,
    .free = directory_free,
};

enum result store_directory_new(struct store **out, const char *path, bool read_only,
				struct error *err)
{
	struct directory *self = calloc(1, sizeof(*self));
	enum result st;

	*out = NULL;
	if (!self)
		return error_set(err, RESULT_NOMEM, "no memory for the store");
	self->base.ops = &directory_ops;
	self->read_only = read_only;
	st = folders_new(&self->folders, path, read_only, err);
	if (st == RESULT_OK)
		st = fresh_place_init(&self->place, self->folders, err);
	if (st != RESULT_OK) {
		directory_free(&self->base);
		return st;
	}
	if (!read_only)
		fresh_sweep(&self->place);
	*out = &self->base;
	return RESULT_OK;
}
