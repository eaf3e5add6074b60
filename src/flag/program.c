#include "config.h"

#include "src/flag/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/patience.h"
#include "src/flag/guard.h"

enum {
	TICK_MS = 50,	      /* so often it is asked whether to go on waiting */
	LAST_BYTES = 1 << 16, /* read after its end: what it left behind may write for ever */
};

struct running {
	struct program_end *end;
	struct guard guard;
	struct guard_report report;
	bool told;	/* there is a report */
	bool over;	/* there will be none, or no other */
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

static void read_report(struct running *r)
{
	ssize_t got = read(r->guard.report, &r->report, sizeof(r->report));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	r->told = got == sizeof(r->report);
	r->over = true;
}

static void read_rest(struct running *r)
{
	for (size_t rest = LAST_BYTES, got = 1; got && rest; rest -= got) {
		got = read_both(r);
		if (got > rest)
			got = rest;
	}
}

/* Listens until it has ended, or until @until, or until whoever waits gives up where that is @asked. */
static void listen_until(struct running *r, int64_t until, bool asked)
{
	while (!r->over) {
		struct pollfd fds[3] = {
			{r->out, POLLIN, 0}, {r->error, POLLIN, 0}, {r->guard.report, POLLIN, 0}};
		int64_t left = until - clock_now(clock_system());

		if (left <= 0)
			return;
		if (asked && patience_over()) {
			r->end->given_up = true;
			return;
		}
		if (poll(fds, 3, left < TICK_MS ? (int)left : TICK_MS) <= 0)
			continue;
		read_both(r);
		if (fds[2].revents)
			read_report(r);
	}
}

static void stop(struct running *r)
{
	r->end->timed_out = !r->end->given_up;
	close_pipe(&r->guard.lifeline);
	listen_until(r, clock_now(clock_system()) + GUARD_GRACE_MS + 2 * GUARD_KILLED_MS, false);
}

static enum result take_report(struct running *r, const char *program, struct error *err)
{
	struct program_end *end = r->end;
	int status = r->report.status;

	if (!r->told)
		return RESULT_OK; /* somebody has ended the guard; the program with it */
	if (r->report.failed)
		return error_set(err,
				 r->report.failed == ENOMEM || r->report.failed == EAGAIN
					 ? RESULT_NOMEM
					 : RESULT_UNREACHABLE,
				 "cannot start %s: %s", program, strerror(r->report.failed));
	if (WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	else if (WIFEXITED(status))
		end->status = WEXITSTATUS(status);
	return RESULT_OK;
}

/* ---- the whole ----------------------------------------------------------------------------*/

/* Only our end does not block. */
static int make_pipe(int ends[2])
{
	int code = guard_pipe(ends);

	return !code && fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : code;
}

enum result program_run(char *const *argv, char *const *env, int64_t timeout,
			struct program_end *out, struct error *err)
{
	int answer[2] = {-1, -1}, words[2] = {-1, -1};
	struct running r = {.end = out};
	enum result st;
	int code;

	out->timed_out = out->given_up = false;
	out->signal = 0;
	out->status = -1;
	out->answer_len = out->words_len = 0;
	code = make_pipe(answer);
	if (!code)
		code = make_pipe(words);
	if (!code)
		code = guard_start(&r.guard, argv, env, answer[1], words[1]);
	close_pipe(&answer[1]);
	close_pipe(&words[1]);
	r.out = answer[0];
	r.error = words[0];
	if (code) {
		r.told = true;
		r.report.failed = code;
	} else {
		listen_until(&r, clock_now(clock_system()) + timeout, true);
		if (!r.over)
			stop(&r);
		guard_end(&r.guard, !r.over);
		read_rest(&r);
	}
	st = take_report(&r, argv[0], err);
	close_pipe(&r.out);
	close_pipe(&r.error);
	return st;
}
