#include "config.h"

#include "src/flag/flag_lock.h"

#include <stddef.h>
#include <time.h>

#include "src/base/patience.h"

enum { BUSY_MS = 5000, ASK_MS = 20 };

static int wait_for_lock(void *arg, int turns)
{
	const struct timespec turn = {0, ASK_MS * 1000000L};

	(void)arg;
	if (turns >= BUSY_MS / ASK_MS || patience_over())
		return 0;
	nanosleep(&turn, NULL);
	return 1;
}

void flag_lock_wait(sqlite3 *db)
{
	sqlite3_busy_handler(db, wait_for_lock, NULL);
}

enum result flag_lock_given_up(enum result st, struct error *err)
{
	if (st != RESULT_BUSY || !patience_over())
		return st;
	if (err)
		err->result = RESULT_CANCELED;
	return RESULT_CANCELED;
}
