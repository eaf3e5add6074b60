/*
 * clock.h - the seam through which time enters.
 *
 * The engine never asks the system for the time and never sleeps on its own: it asks a
 * struct clock. clock_system() is the real one; tests bring one they move by hand.
 */
#ifndef SUBFERRY_SRC_BASE_CLOCK_H
#define SUBFERRY_SRC_BASE_CLOCK_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct clock;

struct clock_ops {
	int64_t (*now)(struct clock *clock);  /* monotonic, milliseconds */
	int64_t (*wall)(struct clock *clock); /* UTC since 1970, microseconds */
	/* Releases @lock, waits for @cond or until now() reaches @until (INT64_MAX: no limit). */
	void (*wait)(struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until);
};

struct clock {
	const struct clock_ops *ops;
};

struct clock *clock_system(void); /* static, never freed; thread-safe */
/*
 * What a process goes by: the system's; or, with SUBFERRY_CLOCK=2018-05-02T03:12:41Z in the
 * environment, one whose wall() stands still there, for screens in tests and manuals (now() goes
 * on). A value that is no such time is not looked at. Static; to be called before threads start.
 */
struct clock *clock_of_process(void);
static inline int64_t clock_now(struct clock *c) { return c->ops->now(c); }
static inline int64_t clock_wall(struct clock *c) { return c->ops->wall(c); }
/* @cond must have been made by clock_cond_init(). May wake early, like pthread_cond_wait(). */
static inline void clock_wait(struct clock *c, pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until)
{
	c->ops->wait(c, cond, lock, until);
}
/* A condition that counts in the monotonic clock. */
void clock_cond_init(pthread_cond_t *cond);
/* "2018-05-02T02:41:07.123456Z" of a wall time into @out (at least 28 bytes); returns @out. */
const char *clock_format(int64_t wall, char *out, size_t size);

#endif
