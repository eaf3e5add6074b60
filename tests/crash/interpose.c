/*
 * interpose.c - a preloaded library that counts write boundaries and can kill at one of them.
 *
 * A write boundary is a call that changes, or makes durable, a file below the folder
 * $CRASH_ROOT: write, pwrite, writev, fsync, ftruncate, link, rename, unlink, mkdir, an open
 * that may create, and their relatives. Just before the $CRASH_KILL-th of them the process kills
 * itself with SIGKILL. $CRASH_COUNT names a file that receives the total when the process ends
 * by itself; $CRASH_TRACE one that receives a line when each call begins (">") and ends ("<"):
 *
 *	> 17 4711 linkat store/#42 (deleted) -> store/x.sjson
 *	< 17 4711 0
 *
 * (number, thread, call, file; the result). A line is written before the call is made and after
 * it has returned, so "A ended before B began" can be read off the order of lines.
 *
 * Not seen, and so neither counted nor killed at: stores into mapped memory (SQLite's -shm
 * index, which a crash may lose at any time and SQLite builds again), what stdio flushes from
 * inside libc, and system calls made without libc. The folder must be given as the program will
 * name it: absolute and without symbolic links.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define LINE_SIZE (2 * PATH_MAX + 128)

static char root[PATH_MAX];
static size_t root_len; /* 0: nothing is watched */
static long kill_at;	/* 0: never */
static int trace_fd = -1;
static pid_t home_pid; /* the process that was started; its children are not watched */
static atomic_long boundaries;

/* ---- small tools: nothing here may call what is interposed below -------------------------- */

static void write_raw(int fd, const char *text, size_t len)
{
	while (len > 0) {
		long put = syscall(SYS_write, fd, text, len);

		if (put <= 0)
			return;
		text += put;
		len -= (size_t)put;
	}
}

static int open_raw(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0644);
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

__attribute__((constructor)) static void begin(void)
{
	const char *folder = setting("CRASH_ROOT");
	const char *number = setting("CRASH_KILL");
	const char *trace = setting("CRASH_TRACE");

	if (!folder || strlen(folder) >= sizeof(root))
		return;
	memcpy(root, folder, strlen(folder) + 1);
	home_pid = getpid();
	kill_at = number ? strtol(number, NULL, 10) : 0;
	if (trace)
		trace_fd = open_raw(trace, O_WRONLY | O_CREAT | O_APPEND);
	root_len = strlen(root); /* last: from here on calls are looked at */
}

__attribute__((destructor)) static void end(void)
{
	const char *count = setting("CRASH_COUNT");
	char line[32];
	int fd;

	if (!root_len || !count || getpid() != home_pid)
		return;
	fd = open_raw(count, O_WRONLY | O_CREAT | O_TRUNC);
	if (fd < 0)
		return;
	write_raw(fd, line, (size_t)snprintf(line, sizeof(line), "%ld\n", atomic_load(&boundaries)));
	syscall(SYS_close, fd);
}

/* ---- which file is it ----------------------------------------------------------------------*/

static bool is_below(const char *path)
{
	return !strncmp(path, root, root_len) && (path[root_len] == '/' || !path[root_len]);
}

/* The name of @fd into @out (PATH_MAX bytes); "" when it has none. */
static void name_of_fd(int fd, char *out)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, out, PATH_MAX - 1);
	out[len > 0 ? len : 0] = '\0';
}

/* The absolute name of @path as seen from @dir, through /proc/self/fd/N; lexically otherwise. */
static void name_of_path(int dir, const char *path, char *out)
{
	size_t len;

	if (!strncmp(path, "/proc/self/fd/", 14)) {
		name_of_fd((int)strtol(path + 14, NULL, 10), out);
		return;
	}
	if (*path == '/') {
		snprintf(out, PATH_MAX, "%s", path);
		return;
	}
	if (dir != AT_FDCWD)
		name_of_fd(dir, out);
	else if (!getcwd(out, PATH_MAX))
		*out = '\0';
	len = strlen(out);
	if (*path && len + 1 < PATH_MAX)
		snprintf(out + len, PATH_MAX - len, "/%s", path);
}

/* ---- the boundary itself -------------------------------------------------------------------*/

struct call {
	long number; /* 0: not watched */
	int saved_errno;
};

static void begin_call(struct call *call, const char *what, const char *from, const char *to)
{
	char line[LINE_SIZE];
	int len;

	call->number = atomic_fetch_add(&boundaries, 1) + 1;
	if (call->number == kill_at)
		kill(home_pid, SIGKILL);
	if (trace_fd < 0)
		return;
	len = snprintf(line, sizeof(line), "> %ld %ld %s %s%s%s\n", call->number,
		       syscall(SYS_gettid), what, from, to ? " -> " : "", to ? to : "");
	if (len > 0 && (size_t)len < sizeof(line))
		write_raw(trace_fd, line, (size_t)len);
}

static bool is_watching(void)
{
	return root_len && getpid() == home_pid;
}

static struct call begin_fd(const char *what, int fd)
{
	struct call call = {0, errno};
	char name[PATH_MAX];

	if (is_watching() && fd > 2) {
		name_of_fd(fd, name);
		if (is_below(name))
			begin_call(&call, what, name, NULL);
	}
	errno = call.saved_errno;
	return call;
}

static struct call begin_path(const char *what, int dir, const char *path)
{
	struct call call = {0, errno};
	char name[PATH_MAX];

	if (is_watching() && path) {
		name_of_path(dir, path, name);
		if (is_below(name))
			begin_call(&call, what, name, NULL);
	}
	errno = call.saved_errno;
	return call;
}

static struct call begin_two(const char *what, int dir, const char *from, int to_dir, const char *to)
{
	struct call call = {0, errno};
	char name[PATH_MAX], to_name[PATH_MAX];

	if (is_watching() && from && to) {
		if (!*from && dir != AT_FDCWD)
			name_of_fd(dir, name);
		else
			name_of_path(dir, from, name);
		name_of_path(to_dir, to, to_name);
		if (is_below(to_name))
			begin_call(&call, what, name, to_name);
	}
	errno = call.saved_errno;
	return call;
}

static void end_call(const struct call *call, long result)
{
	int saved = errno;
	char line[96];

	if (call->number && trace_fd >= 0)
		write_raw(trace_fd, line,
			  (size_t)snprintf(line, sizeof(line), "< %ld %ld %ld\n", call->number,
					   syscall(SYS_gettid), result));
	errno = saved;
}

/* ---- the calls -----------------------------------------------------------------------------*/

/* The next definition of @name, found once. */
#define NEXT(name) \
	({ \
		static __typeof__(&name) next_; \
		if (!next_) \
			*(void **)&next_ = dlsym(RTLD_NEXT, #name); \
		next_; \
	})

#define WRAP(type, name, params, args, begin) \
	type name params; \
	type name params \
	{ \
		struct call call = begin; \
		type result = NEXT(name) args; \
\
		end_call(&call, (long)result); \
		return result; \
	}

/* clang-format off */
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), begin_fd("write", fd))
WRAP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at), begin_fd("pwrite", fd))
WRAP(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at), begin_fd("pwrite", fd))
WRAP(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n), begin_fd("writev", fd))
WRAP(ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t at), (fd, v, n, at), begin_fd("pwritev", fd))
WRAP(ssize_t, pwritev64, (int fd, const struct iovec *v, int n, off64_t at), (fd, v, n, at), begin_fd("pwritev", fd))
WRAP(ssize_t, copy_file_range, (int in, off64_t *a, int out, off64_t *b, size_t n, unsigned f), (in, a, out, b, n, f), begin_fd("copy_file_range", out))
WRAP(int, fsync, (int fd), (fd), begin_fd("fsync", fd))
WRAP(int, fdatasync, (int fd), (fd), begin_fd("fdatasync", fd))
WRAP(int, syncfs, (int fd), (fd), begin_fd("syncfs", fd))
WRAP(int, ftruncate, (int fd, off_t n), (fd, n), begin_fd("ftruncate", fd))
WRAP(int, ftruncate64, (int fd, off64_t n), (fd, n), begin_fd("ftruncate", fd))
WRAP(int, fallocate, (int fd, int mode, off_t a, off_t n), (fd, mode, a, n), begin_fd("fallocate", fd))
WRAP(int, fallocate64, (int fd, int mode, off64_t a, off64_t n), (fd, mode, a, n), begin_fd("fallocate", fd))
WRAP(int, posix_fallocate, (int fd, off_t a, off_t n), (fd, a, n), begin_fd("fallocate", fd))
WRAP(int, posix_fallocate64, (int fd, off64_t a, off64_t n), (fd, a, n), begin_fd("fallocate", fd))
WRAP(int, truncate, (const char *p, off_t n), (p, n), begin_path("truncate", AT_FDCWD, p))
WRAP(int, truncate64, (const char *p, off64_t n), (p, n), begin_path("truncate", AT_FDCWD, p))
WRAP(int, unlink, (const char *p), (p), begin_path("unlink", AT_FDCWD, p))
WRAP(int, unlinkat, (int dir, const char *p, int f), (dir, p, f), begin_path("unlink", dir, p))
WRAP(int, rmdir, (const char *p), (p), begin_path("rmdir", AT_FDCWD, p))
WRAP(int, remove, (const char *p), (p), begin_path("unlink", AT_FDCWD, p))
WRAP(int, mkdir, (const char *p, mode_t m), (p, m), begin_path("mkdir", AT_FDCWD, p))
WRAP(int, mkdirat, (int dir, const char *p, mode_t m), (dir, p, m), begin_path("mkdir", dir, p))
WRAP(int, symlink, (const char *to, const char *p), (to, p), begin_path("symlink", AT_FDCWD, p))
WRAP(int, link, (const char *a, const char *b), (a, b), begin_two("linkat", AT_FDCWD, a, AT_FDCWD, b))
WRAP(int, linkat, (int d, const char *a, int e, const char *b, int f), (d, a, e, b, f), begin_two("linkat", d, a, e, b))
WRAP(int, rename, (const char *a, const char *b), (a, b), begin_two("rename", AT_FDCWD, a, AT_FDCWD, b))
WRAP(int, renameat, (int d, const char *a, int e, const char *b), (d, a, e, b), begin_two("rename", d, a, e, b))
WRAP(int, renameat2, (int d, const char *a, int e, const char *b, unsigned f), (d, a, e, b, f), begin_two("rename", d, a, e, b))
WRAP(int, creat, (const char *p, mode_t m), (p, m), begin_path("open", AT_FDCWD, p))
WRAP(int, creat64, (const char *p, mode_t m), (p, m), begin_path("open", AT_FDCWD, p))
/* clang-format on */

static bool may_create(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE || (flags & O_TRUNC);
}

static struct call begin_open(int dir, const char *path, int flags)
{
	struct call none = {0, 0};

	if (!may_create(flags))
		return none;
	return begin_path((flags & O_TMPFILE) == O_TMPFILE ? "open-tmpfile" : "open", dir, path);
}

static mode_t mode_argument(int flags, va_list args)
{
	return may_create(flags) && (flags & (O_CREAT | O_TMPFILE)) ? va_arg(args, mode_t) : 0;
}

#define WRAP_OPEN(name, params, dir, call_args) \
	int name params; \
	int name params \
	{ \
		struct call call = begin_open(dir, path, flags); \
		mode_t mode; \
		va_list args; \
		int fd; \
\
		va_start(args, flags); \
		mode = mode_argument(flags, args); \
		va_end(args); \
		fd = NEXT(name) call_args; \
		end_call(&call, fd); \
		return fd; \
	}

WRAP_OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
WRAP_OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
WRAP_OPEN(openat, (int dir, const char *path, int flags, ...), dir, (dir, path, flags, mode))
WRAP_OPEN(openat64, (int dir, const char *path, int flags, ...), dir, (dir, path, flags, mode))
