/*
 * program.h - runs an operator's own program: for a limited time, without a shell, with its words kept.
 */
#ifndef SUBFERRY_SRC_FLAG_PROGRAM_H
#define SUBFERRY_SRC_FLAG_PROGRAM_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_KEPT 4096 /* bytes of its output; the rest is read and dropped */

struct program_end {
	bool timed_out;
	bool given_up; /* whoever waited for it did (patience.h), before its time was over */
	int signal; /* that ended it, 0: none */
	int status; /* its exit status, -1: nobody can tell */
	/* Raw bytes, in the order they came: of standard output, and of that and standard error. */
	char answer[PROGRAM_KEPT], words[PROGRAM_KEPT];
	size_t answer_len, words_len;
};

/*
 * Runs argv[0], an absolute path, and waits until it has ended: standard input is /dev/null, the
 * folder /, no file of ours is open in it, it has no terminal, and our signal mask and dispositions
 * are not inherited. It is in a session and process group of its own; when @timeout milliseconds
 * are over, when the caller's patience is, or when this process dies, all of that group gets TERM,
 * and KILL after GUARD_GRACE_MS (guard.h). What it left running in the background when it ended by
 * itself is left alone, and not listened to.
 *
 * RESULT_OK: it ran, and @out says how it ended. RESULT_UNREACHABLE: it could not be started;
 * RESULT_NOMEM. Thread-safe.
 */
enum result program_run(char *const *argv, char *const *env, int64_t timeout,
			struct program_end *out, struct error *err);

#endif
