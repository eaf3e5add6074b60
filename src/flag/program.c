#include "config.h"

#include "src/flag/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"

enum {
	TICK_MS = 5,	      /* the end of a program has no file descriptor to wait for */
	KILLED_MS = 1000,     /* one that not even KILL has ended by then is not waited for */
	LAST_BYTES = 1 << 16, /* read after its end: what it left behind may write for ever */
};

struct running {
	struct program_end *end;
	pid_t pid;
	int out, error; /* our ends of its pipes, not blocking; -1 once they are closed */
};

/* ---- its output ---------------------------------------------------------------------------*/

static void keep(char *to, size_t *len, const char *bytes, size_t count)
{
	size_t room = PROGRAM_KEPT - *len;

	if (count > room)
		count = room;
	memcpy(to + *len, bytes, count);
	*len += count;
}

static void close_pipe(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* One read; the bytes that came. */
static size_t read_pipe(struct running *r, int *fd)
{
	struct program_end *end = r->end;
	char bytes[4096];
	ssize_t got;

	if (*fd < 0)
		return 0;
	got = read(*fd, bytes, sizeof(bytes));
	if (got > 0) {
		if (fd == &r->out)
			keep(end->answer, &end->answer_len, bytes, (size_t)got);
		keep(end->words, &end->words_len, bytes, (size_t)got);
		return (size_t)got;
	}
	if (!got || (errno != EAGAIN && errno != EINTR))
		close_pipe(fd);
	return 0;
}

static size_t read_both(struct running *r)
{
	return read_pipe(r, &r->out) + read_pipe(r, &r->error);
}

/* ---- its end ------------------------------------------------------------------------------*/

/* It stays a zombie: so its process group cannot become somebody else's. */
static bool has_ended(const struct running *r)
{
	siginfo_t info;
	int rc;

	memset(&info, 0, sizeof(info));
	do
		rc = waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	while (rc < 0 && errno == EINTR);
	return rc < 0 || info.si_pid == r->pid;
}

/* Listens until it has ended, or until @until; true: it has. */
static bool listen_until(struct running *r, int64_t until)
{
	for (;;) {
		struct pollfd fds[2] = {{r->out, POLLIN, 0}, {r->error, POLLIN, 0}};

		if (has_ended(r)) {
			for (size_t rest = LAST_BYTES, got = 1; got && rest; rest -= got) {
				got = read_both(r);
				if (got > rest)
					got = rest;
			}
			return true;
		}
		if (clock_now(clock_system()) >= until)
			return false;
		if (poll(fds, 2, TICK_MS) > 0)
			read_both(r);
	}
}

static void stop(struct running *r)
{
	kill(-r->pid, SIGTERM);
	kill(-r->pid, SIGCONT); /* one that was stopped could not obey */
	listen_until(r, clock_now(clock_system()) + PROGRAM_GRACE_MS);
	/* also where it obeyed: those it started may not have */
	kill(-r->pid, SIGKILL);
	listen_until(r, clock_now(clock_system()) + KILLED_MS);
}

static void reap(struct running *r)
{
	struct program_end *end = r->end;
	int status = 0;
	pid_t pid;

	end->status = -1;
	do
		pid = waitpid(r->pid, &status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid != r->pid)
		return; /* SIGCHLD is ignored by whoever started us; or KILL did not help */
	if (WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	else if (WIFEXITED(status))
		end->status = WEXITSTATUS(status);
}

/* ---- its start ----------------------------------------------------------------------------*/

static int add_files(posix_spawn_file_actions_t *files, int out, int error)
{
	int code = posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);

	if (!code)
		code = posix_spawn_file_actions_adddup2(files, error, STDERR_FILENO);
	if (!code)
		code = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY,
							0);
	if (!code)
		code = posix_spawn_file_actions_addchdir_np(files, "/");
#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
	/* ours close themselves; this is for those of libraries and of whoever started us */
	if (!code)
		code = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
#endif
	return code;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int code;

	sigemptyset(&none);
	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	code = posix_spawnattr_setsigmask(attributes, &none);
	if (!code)
		code = posix_spawnattr_setsigdefault(attributes, &all);
	if (!code)
		code = posix_spawnattr_setpgroup(attributes, 0);
	if (!code)
		code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
								POSIX_SPAWN_SETSIGDEF |
								POSIX_SPAWN_SETPGROUP);
	return code;
}

static int spawn(pid_t *pid, char *const *argv, char *const *env, int out, int error)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int code = posix_spawn_file_actions_init(&files);

	if (code)
		return code;
	code = posix_spawnattr_init(&attributes);
	if (code) {
		posix_spawn_file_actions_destroy(&files);
		return code;
	}
	code = add_files(&files, out, error);
	if (!code)
		code = set_attributes(&attributes);
	if (!code)
		code = posix_spawn(pid, argv[0], &files, &attributes, argv, env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return code;
}

/*
 * A pipe whose ends are neither of 0, 1 and 2, which the program's own are put onto. Only our end
 * does not block.
 */
static int make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0) {
		ends[0] = ends[1] = -1;
		return errno;
	}
	for (int i = 0; i < 2; i++) {
		int fd = ends[i] > STDERR_FILENO ? ends[i]
						 : fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

		if (fd < 0)
			return errno;
		if (fd != ends[i])
			close(ends[i]);
		ends[i] = fd;
	}
	return fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : 0;
}

enum result program_run(char *const *argv, char *const *env, int64_t timeout,
			struct program_end *out, struct error *err)
{
	int answer[2] = {-1, -1}, words[2] = {-1, -1};
	struct running r = {.end = out};
	enum result st = RESULT_OK;
	int code;

	out->timed_out = false;
	out->signal = 0;
	out->status = -1;
	out->answer_len = out->words_len = 0;
	code = make_pipe(answer);
	if (!code)
		code = make_pipe(words);
	if (!code)
		code = spawn(&r.pid, argv, env, answer[1], words[1]);
	close_pipe(&answer[1]);
	close_pipe(&words[1]);
	r.out = answer[0];
	r.error = words[0];
	if (code) {
		st = error_set(err, code == ENOMEM ? RESULT_NOMEM : RESULT_UNREACHABLE,
			       "cannot start %s: %s", argv[0], strerror(code));
	} else {
		out->timed_out = !listen_until(&r, clock_now(clock_system()) + timeout);
		if (out->timed_out)
			stop(&r);
		reap(&r);
	}
	close_pipe(&r.out);
	close_pipe(&r.error);
	return st;
}
