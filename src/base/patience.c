#include "config.h"

#include "src/base/patience.h"

#include <stddef.h>
#include <time.h>

static _Thread_local const struct patience *heeded;
static _Thread_local int64_t granted;

/* Of clock.h's system clock: a signal handler asks for it, too. */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

void patience_end(struct patience *patience)
{
	int64_t never = 0;

	atomic_compare_exchange_strong(&patience->ended, &never, now_ms());
}

void patience_begin(struct patience *patience)
{
	atomic_store(&patience->ended, 0);
}

void patience_heed(const struct patience *patience)
{
	heeded = patience;
	granted = 0;
}

int64_t patience_grant(int64_t grace)
{
	int64_t before = granted;

	granted = grace;
	return before;
}

bool patience_over(void)
{
	int64_t ended;

	if (!heeded)
		return false;
	if (heeded->waits)
		heeded->waits(heeded->arg);
	ended = atomic_load(&heeded->ended);
	return ended && now_ms() >= ended + granted;
}

bool patience_is_heeded(void)
{
	return heeded != NULL;
}
