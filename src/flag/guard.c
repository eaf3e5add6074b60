#include "config.h"

#include "src/flag/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIFELINE = STDIN_FILENO, REPORT = STDOUT_FILENO }; /* of the guard */

/*
 * Between fork() and exec, and in the guard for as long as it lives, there is one thread of a program
 * that had many: the locks of the others may be held for ever. Whatever is called there is
 * async-signal-safe, or a plain system call; no memory is asked for.
 */

/* ---- files --------------------------------------------------------------------------------*/

static void close_from(int first)
{
	long most;

#ifdef HAVE_CLOSE_RANGE
	if (!close_range((unsigned)first, ~0U, 0))
		return;
#endif
	most = sysconf(_SC_OPEN_MAX);
	for (int fd = first; fd < (most > 0 && most < 65536 ? most : 65536); fd++)
		close(fd);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int guard_pipe(int ends[2])
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
	return 0;
}

static bool move(int from, int to)
{
	return dup2(from, to) == to;
}

static bool move_null(int to, int flags)
{
	int fd = open("/dev/null", flags | O_CLOEXEC);

	if (fd == to) /* it is not closed on exec then, as dup2() would have it */
		return fcntl(fd, F_SETFD, 0) == 0;
	if (fd < 0 || !move(fd, to))
		return false;
	close(fd);
	return true;
}

/* ---- the program --------------------------------------------------------------------------*/

struct start {
	char *const *argv, *const *env;
	int output, words;    /* of the program */
	int lifeline, report; /* of the guard */
};

static void reset_signals(void)
{
	const struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL); /* not of KILL and STOP, and not of the library's own */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void report(int fd, const struct guard_report *said)
{
	while (write(fd, said, sizeof(*said)) < 0 && errno == EINTR)
		;
}

static _Noreturn void become_program(const struct start *start, pid_t guard)
{
	struct guard_report said = {0};
	int fd = STDERR_FILENO + 1; /* of the report, until exec closes it */

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != guard) /* it died before that was said */
		_exit(127);
	if (!move(start->output, STDOUT_FILENO) || !move(start->words, STDERR_FILENO) ||
	    !move_null(STDIN_FILENO, O_RDONLY) || (start->report != fd && !move(start->report, fd)) ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || chdir("/") < 0) {
		said.failed = errno;
		report(start->report, &said);
		_exit(127);
	}
	close_from(fd + 1);
	reset_signals();
	execve(start->argv[0], start->argv, start->env);
	said.failed = errno;
	report(fd, &said);
	_exit(127);
}

/* ---- the guard ----------------------------------------------------------------------------*/

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until @until (-1: for ever), or with @lifeline until that ends; true: @program has. */
static bool wait_for(pid_t program, int children, bool lifeline, int64_t until, int *status)
{
	for (;;) {
		struct pollfd fds[2] = {{children, POLLIN, 0}, {lifeline ? LIFELINE : -1, POLLIN, 0}};
		int64_t left = until < 0 ? -1 : until - now_ms();
		struct signalfd_siginfo info;

		if (waitpid(program, status, WNOHANG) == program)
			return true;
		if (until >= 0 && left <= 0)
			return false;
		if (poll(fds, 2, (int)left) > 0 && fds[1].revents)
			return false;
		while (read(children, &info, sizeof(info)) > 0)
			;
	}
}

/* Also where it obeys TERM all of its group is killed then: those it started may not have. */
static _Noreturn void stop_group(pid_t program, int children)
{
	struct guard_report said = {0};

	kill(0, SIGTERM); /* us, too: we block it */
	kill(0, SIGCONT); /* one that was stopped could not obey */
	if (!wait_for(program, children, false, now_ms() + GUARD_GRACE_MS, &said.status)) {
		said.status = SIGKILL;
		kill(program, SIGKILL);
		wait_for(program, children, false, now_ms() + GUARD_KILLED_MS, &said.status);
	}
	report(REPORT, &said);
	kill(0, SIGKILL);
	_exit(0);
}

static _Noreturn void be_guard(const struct start *start)
{
	const struct sigaction action = {.sa_handler = SIG_DFL};
	struct guard_report said = {0};
	sigset_t child;
	pid_t program, self;
	int children;

	/* A session: no terminal that the program could ask for a password behind the screen. */
	setsid();
	prctl(PR_SET_NAME, "subferry-guard");
	sigaction(SIGCHLD, &action, NULL); /* ignored, its end would not be told */
	self = getpid();
	program = fork();
	if (!program)
		become_program(start, self);
	if (program < 0) {
		said.failed = errno;
		report(start->report, &said);
		_exit(1);
	}
	/* nothing of ours stays open in it: no lock, no output that somebody reads to its end */
	if (!move(start->lifeline, LIFELINE) || !move(start->report, REPORT) ||
	    !move_null(STDERR_FILENO, O_WRONLY) || chdir("/") < 0)
		_exit(1); /* and the program with it */
	close_from(STDERR_FILENO + 1);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (children < 0)
		_exit(1);
	if (!wait_for(program, children, true, -1, &said.status))
		stop_group(program, children);
	report(REPORT, &said);
	_exit(0);
}

/* With all signals blocked: no handler of ours runs in it, and TERM to its own group spares it. */
static pid_t fork_guard(const struct start *start)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (!pid)
		be_guard(start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

int guard_start(struct guard *out, char *const *argv, char *const *env, int output, int words)
{
	struct start start = {.argv = argv, .env = env, .output = output, .words = words};
	int lifeline[2] = {-1, -1}, told[2] = {-1, -1};
	int code = guard_pipe(lifeline);

	*out = (struct guard){-1, -1, -1};
	if (!code)
		code = guard_pipe(told);
	if (!code && fcntl(told[0], F_SETFL, O_NONBLOCK) < 0)
		code = errno;
	if (!code) {
		start.lifeline = lifeline[0];
		start.report = told[1];
		out->pid = fork_guard(&start);
		code = out->pid < 0 ? errno : 0;
	}
	close_one(&lifeline[0]);
	close_one(&told[1]);
	if (code) {
		close_one(&lifeline[1]);
		close_one(&told[0]);
		return code;
	}
	out->lifeline = lifeline[1];
	out->report = told[0];
	return 0;
}

void guard_end(struct guard *guard, bool stuck)
{
	close_one(&guard->lifeline);
	if (stuck)
		kill(guard->pid, SIGKILL); /* ours until it is waited for; and the program by its death */
	while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close_one(&guard->report);
}
