/*
 * guard.h - a process between us and an operator's program, that ends the program when we do.
 *
 * A program must not outlive whoever started it, also not after kill -9: its late write would be
 * nobody's. PR_SET_PDEATHSIG alone is not enough for us: it counts for the *thread* that forked, ours
 * come and go; and it ends that process only, not those which it has started. A process group alone
 * ends nothing by itself, and who kills one by its number later may meet another one of that number.
 *
 * So the program's parent is a fork of ours, the guard, which leads a session of its own with the
 * program in its process group. It waits for the program's end, and at the other end of a pipe, the
 * lifeline, for ours: the kernel closes that whatever we die of. Then all of its own group gets TERM,
 * and KILL after GUARD_GRACE_MS. It kills by "my group", which is there as long as it is, so no
 * number can be somebody else's. Should the guard itself be killed, PR_SET_PDEATHSIG (it has one
 * thread) ends the program. What puts itself into another session or group has left on purpose.
 *
 * Inside src/flag/ only. Thread-safe.
 */
#ifndef SUBFERRY_SRC_FLAG_GUARD_H
#define SUBFERRY_SRC_FLAG_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

#define GUARD_GRACE_MS 2000 /* between TERM and KILL */
#define GUARD_KILLED_MS 1000 /* what not even KILL has ended by then is not waited for */

struct guard {
	pid_t pid;
	int lifeline; /* closed: the program is to be stopped */
	int report;   /* to be read: one guard_report, then its end; does not block */
};

struct guard_report {
	int failed; /* errno why it could not be started; 0 */
	int status; /* as of waitpid(2) */
};

/* A pipe, neither end of which is 0, 1 or 2. An errno, or 0; in @ends -1 is to be closed by nobody. */
int guard_pipe(int ends[2]);
/*
 * Starts argv[0], an absolute path, with standard input from /dev/null, the folder /, no terminal, and
 * no other file than @out and @words (both above 2) as its standard output and error. Our signal mask
 * and dispositions are not inherited. An errno where there is no guard, or 0.
 */
int guard_start(struct guard *out, char *const *argv, char *const *env, int output, int words);
/* The guard's end is waited for: after its report, or after its pipe's end. @stuck: neither came. */
void guard_end(struct guard *guard, bool stuck);

#endif
