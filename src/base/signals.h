/*
 * signals.h - which signals a background thread leaves to the thread that owns the terminal.
 */
#ifndef SUBFERRY_SRC_BASE_SIGNALS_H
#define SUBFERRY_SRC_BASE_SIGNALS_H

#include <signal.h>

/*
 * All but those a crash raises in the thread itself: blocked, the kernel would end the process
 * without its handler, and a terminal would stay as the console had left it.
 */
static inline void signals_for_threads(sigset_t *out)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

	sigfillset(out);
	for (unsigned i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		sigdelset(out, crashes[i]);
}

#endif
