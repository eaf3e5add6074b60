#include "config.h"

#include "src/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t system_now(struct clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t system_wall(struct clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void system_wait(struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *lock,
			int64_t until)
{
	struct timespec ts;

	(void)clock;
	if (until == INT64_MAX) {
		pthread_cond_wait(cond, lock);
		return;
	}
	/* now() rounds down: whoever waits for a millisecond must not wake in the one before. */
	ts.tv_sec = until / 1000;
	ts.tv_nsec = until % 1000 * 1000000;
	if (until > 0)
		pthread_cond_timedwait(cond, lock, &ts);
}

static const struct clock_ops system_ops = {
    .now = system_now,
    .wall = system_wall,
    .wait = system_wait,
};

struct clock *clock_system(void)
{
	static struct clock clock = {&system_ops}; /* never written to */

	return &clock;
}

/* ---- a wall clock that stands still -------------------------------------------------------*/

struct stopped_clock {
	struct clock clock;
	int64_t wall;
};

static int64_t stopped_wall(struct clock *clock)
{
	return ((struct stopped_clock *)clock)->wall;
}

static const struct clock_ops stopped_ops = {
    .now = system_now,
    .wall = stopped_wall,
    .wait = system_wait,
};

struct clock *clock_of_process(void)
{
	static struct stopped_clock stopped;
	const char *wish = getenv("SUBFERRY_CLOCK"), *end;
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	end = wish ? strptime(wish, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
	if (!end || *end)
		return clock_system();
	stopped.clock.ops = &stopped_ops;
	stopped.wall = (int64_t)timegm(&tm) * 1000000;
	return &stopped.clock;
}

void clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

const char *clock_format(int64_t wall, char *out, size_t size)
{
	int64_t micros = wall % 1000000;
	time_t seconds = wall / 1000000;
	struct tm tm;

	if (micros < 0) { /* before 1970 the division rounded the wrong way */
		micros += 1000000;
		seconds--;
	}
	if (!gmtime_r(&seconds, &tm)) {
		snprintf(out, size, "?");
		return out;
	}
	snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)micros);
	return out;
}
