#include "config.h"

#include "src/status/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/status/place.h"

struct lock {
	int fd;
};

struct purpose {
	const char *suffix; /* of the file */
	const char *taken;  /* what somebody else does with "status database ..." */
};

static const struct purpose engine = {".lock", "another engine works on"};
static const struct purpose flip = {".flip", "a flag is being switched by another holder of"};
static const struct purpose import = {".import", "runs are being imported by another holder of"};

/*
 * An open file description lock: unlike the classic kind it is not lost when any other
 * descriptor of the same file is closed somewhere in the process.
 */
static int set_lock(int fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(fd, F_OFD_SETLK, &whole);
}

/* The holder left a line about itself; a reader may see it cut, never longer than this. */
static void say_holder(int fd, const char *path, const struct purpose *purpose, struct error *err)
{
	char line[160];
	ssize_t len = pread(fd, line, sizeof(line) - 1, 0);

	line[len > 0 ? len : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	error_set(err, RESULT_BUSY, "%s status database %s%s%s%s", purpose->taken, path,
		  *line ? " (" : "", line, *line ? ")" : "");
}

static void leave_line(int fd, const char *who)
{
	char host[80] = "", line[160];
	int len;

	gethostname(host, sizeof(host) - 1);
	len = snprintf(line, sizeof(line), "%.40s%spid %ld on %s\n", who, *who ? ", " : "",
		       (long)getpid(), host);
	/* Only for people: the lock holds without it. */
	if (ftruncate(fd, 0) || pwrite(fd, line, (size_t)len, 0) != len)
		return;
}

static enum result take(const char *path, const struct purpose *purpose, const char *who,
			struct lock **out, struct error *err)
{
	enum result st = place_check(path, "status database", err);
	struct lock *lock = NULL;
	char *name = NULL;

	*out = NULL;
	if (st != RESULT_OK)
		return st;
	lock = malloc(sizeof(*lock));
	if (!lock || asprintf(&name, "%s%s", path, purpose->suffix) < 0) {
		name = NULL;
		free(lock);
		return error_set(err, RESULT_NOMEM, "no memory to lock status database %s", path);
	}
	lock->fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (lock->fd < 0) {
		st = error_set(err, RESULT_UNREACHABLE, "cannot open the lock file %s: %s", name,
			       strerror(errno));
	} else if (set_lock(lock->fd)) {
		st = RESULT_BUSY;
		if (errno == EAGAIN || errno == EACCES)
			say_holder(lock->fd, path, purpose, err);
		else
			st = error_set(err, RESULT_FATAL, "cannot lock %s: %s", name,
				       strerror(errno));
	} else {
		leave_line(lock->fd, who);
		*out = lock;
		lock = NULL;
	}
	free(name);
	lock_free(lock);
	return st;
}

enum result lock_take(const char *path, struct lock **out, struct error *err)
{
	return take(path, &engine, "", out, err);
}

enum result lock_take_flip(const char *path, const char *who, struct lock **out, struct error *err)
{
	return take(path, &flip, who, out, err);
}

enum result lock_take_import(const char *path, const char *who, struct lock **out, struct error *err)
{
	return take(path, &import, who, out, err);
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock);
}
