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
static void say_holder(int fd, const char *path, struct error *err)
{
	char line[160];
	ssize_t len = pread(fd, line, sizeof(line) - 1, 0);

	line[len > 0 ? len : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	error_set(err, RESULT_BUSY, "another engine works on status database %s%s%s%s", path,
		  *line ? " (" : "", line, *line ? ")" : "");
}

static void leave_line(int fd)
{
	char host[80] = "", line[160];
	int len;

	gethostname(host, sizeof(host) - 1);
	len = snprintf(line, sizeof(line), "pid %ld on %s\n", (long)getpid(), host);
	/* Only for people: the lock holds without it. */
	if (ftruncate(fd, 0) || pwrite(fd, line, (size_t)len, 0) != len)
		return;
}

enum result lock_take(const char *path, struct lock **out, struct error *err)
{
	enum result st = place_check(path, "status database", err);
	struct lock *lock = NULL;
	char *name = NULL;

	*out = NULL;
	if (st != RESULT_OK)
		return st;
	lock = malloc(sizeof(*lock));
	if (!lock || asprintf(&name, "%s.lock", path) < 0) {
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
			say_holder(lock->fd, path, err);
		else
			st = error_set(err, RESULT_FATAL, "cannot lock %s: %s", name,
				       strerror(errno));
	} else {
		leave_line(lock->fd);
		*out = lock;
		lock = NULL;
	}
	free(name);
	lock_free(lock);
	return st;
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock);
}
