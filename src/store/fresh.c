#include "config.h"

#include "src/store/fresh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"

#define MARK "subferry-tmp-" /* in every temporary name */

enum result fresh_place_init(struct fresh_place *place, struct folders *folders, struct error *err)
{
	const char *path = folders_path(folders);
	size_t len = strlen(path), base;
	struct buf beside = BUF_INIT, inside = BUF_INIT;

	while (len > 1 && path[len - 1] == '/')
		len--;
	for (base = len; base && path[base - 1] != '/'; base--)
		;
	memset(place, 0, sizeof(*place));
	place->folders = folders;
	/* "/srv/store" has "/srv/.store.subferry-tmp-" and "/srv/store/.subferry-tmp-" */
	buf_add(&beside, path, base);
	buf_add_char(&beside, '.');
	buf_add(&beside, path + base, len - base);
	buf_add_text(&beside, "." MARK);
	buf_add(&inside, path, len);
	buf_add_text(&inside, "/." MARK);
	place->beside = buf_take(&beside);
	place->inside = buf_take(&inside);
	if (!place->beside || !place->inside)
		return error_set(err, RESULT_NOMEM, "no memory for the store");
	/* The root may be "." or "/": then there is no beside. */
	if (base == len || !strncmp(path + base, "..", len - base))
		place->no_beside = true;
	return RESULT_OK;
}

void fresh_place_clear(struct fresh_place *place)
{
	free(place->beside);
	free(place->inside);
	place->beside = place->inside = NULL;
}

/* ---- leftovers ----------------------------------------------------------------------------*/

/*
 * The owner of a temporary file holds a lock on it while it lives. One that can be locked is
 * nobody's; if its owner is just about to lock it, its link will fail and be tried again.
 */
static void remove_if_left(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(at, name, 0);
	close(fd);
}

static void sweep(const char *prefix)
{
	const char *slash = strrchr(prefix, '/');
	const char *start = slash ? slash + 1 : prefix;
	char *folder = slash ? strndup(prefix, (size_t)(slash - prefix) + 1) : strdup(".");
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *item;

	while (dir && (item = readdir(dir)))
		if (!strncmp(item->d_name, start, strlen(start)))
			remove_if_left(dirfd(dir), item->d_name);
	if (dir)
		closedir(dir);
	free(folder);
}

void fresh_sweep(struct fresh_place *place)
{
	int fd = open(folders_path(place->folders), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0) { /* files are nameless here: there are no leftovers */
		close(fd);
		return;
	}
	sweep(place->beside);
	sweep(place->inside);
}

/* ---- one file -----------------------------------------------------------------------------*/

static int open_named(struct fresh_place *place, struct fresh *fresh, const char *prefix)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s%ld-%u", prefix, (long)getpid(), atomic_fetch_add(&place->counter, 1));
	fresh->temporary = buf_take(&name);
	if (!fresh->temporary)
		return ENOMEM;
	fresh->fd =
	    open(fresh->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fresh->fd < 0) {
		int number = errno;

		free(fresh->temporary);
		fresh->temporary = NULL;
		return number;
	}
	flock(fresh->fd,
	      LOCK_EX | LOCK_NB); /* where locks do not work, sweepers cannot lock either */
	return 0;
}

enum result fresh_open(struct fresh_place *place, struct folder *folder, struct fresh *fresh,
		       struct error *err)
{
	int number = 0;

	fresh->temporary = NULL;
	fresh->fd = openat(folder->fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
	if (fresh->fd >= 0)
		return RESULT_OK;
	number = errno;
	if (number == EOPNOTSUPP || number == EISDIR || number == EINVAL || number == ENOSYS) {
		number = place->no_beside ? EACCES : open_named(place, fresh, place->beside);
		if (number == EACCES || number == EPERM || number == EROFS) {
			place->no_beside = true;
			number = open_named(place, fresh, place->inside);
		}
	}
	if (number)
		return folder_error(place->folders, number, "cannot write into", NULL, err);
	return RESULT_OK;
}

enum result fresh_fill(struct fresh_place *place, struct fresh *fresh, const char *bytes,
		       size_t len, const char *name, struct error *err)
{
	while (len) {
		ssize_t n = write(fresh->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return folder_error(place->folders, n ? errno : ENOSPC, "cannot write",
					    name, err);
		bytes += n;
		len -= (size_t)n;
	}
	if (fsync(fresh->fd))
		return folder_error(place->folders, errno, "cannot sync", name, err);
	return RESULT_OK;
}

static int link_nameless(int fd, struct folder *folder, const char *leaf)
{
	char self[40];

	/* Linking an empty path needs a capability, or a kernel from 2024 on; /proc needs neither.
	 */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (!linkat(AT_FDCWD, self, folder->fd, leaf, AT_SYMLINK_FOLLOW))
		return 0;
	if (errno != ENOENT)
		return errno;
	return linkat(fd, "", folder->fd, leaf, AT_EMPTY_PATH) ? errno : 0; /* no /proc here */
}

static int link_named(struct fresh_place *place, struct fresh *fresh, struct folder *folder,
		      const char *leaf)
{
	int number = linkat(AT_FDCWD, fresh->temporary, folder->fd, leaf, 0) ? errno : 0;

	if (number == EXDEV && !place->no_beside) {
		place->no_beside = true; /* another mount: the next ones are made inside */
		return EAGAIN;
	}
	if (number == ENOENT) /* swept in the moment before it was locked */
		return EAGAIN;
	if (number == EPERM || number == EOPNOTSUPP ||
	    number == ENOSYS) { /* no hard links, as on FAT */
		number = renameat2(AT_FDCWD, fresh->temporary, folder->fd, leaf, RENAME_NOREPLACE)
			     ? errno
			     : 0;
		if (!number) {
			free(fresh->temporary);
			fresh->temporary = NULL;
		} else if (number == EINVAL || number == ENOSYS) {
			number = EOPNOTSUPP;
		}
	}
	return number;
}

int fresh_link(struct fresh_place *place, struct fresh *fresh, struct folder *folder,
	       const char *leaf)
{
	return fresh->temporary ? link_named(place, fresh, folder, leaf)
				: link_nameless(fresh->fd, folder, leaf);
}

void fresh_close(struct fresh *fresh)
{
	if (fresh->temporary)
		unlink(fresh->temporary);
	free(fresh->temporary);
	fresh->temporary = NULL;
	if (fresh->fd >= 0)
		close(fresh->fd);
	fresh->fd = -1;
}
