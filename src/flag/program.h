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
#define PROGRAM_GRACE_MS 2000 /* between TERM and KILL */

struct program_end {
	bool timed_out;
	int signal; /* that ended it, 0: none */
	int status; /* its exit status, -1: nobody can tell */
	/* Raw bytes, in the order they came: of standard output, and of that and standard error. */
	char answer[PROGRAM_KEPT], words[PROGRAM_KEPT];
	size_t answer_len, words_len;
};

/*
 * Runs argv[0], an absolute path, and waits until it has ended: standard input is /dev/null, the
 * folder /, no file of ours is open in it, and our signal mask and dispositions are not
 * inherited. It leads a process group of its own; when @timeout milliseconds are over, all of
 * that group gets TERM, and KILL after PROGRAM_GRACE_MS. What it left running in the background
 * when it ended by itself is left alone, and not listened to.
 *
 * RESULT_OK: it ran, and @out says how it ended. RESULT_UNREACHABLE: it could not be started;
 * RESULT_NOMEM. Thread-safe.
 */
enum result program_run(char *const *argv, char *const *env, int64_t timeout,
			struct program_end *out, struct error *err);

#endif
