#include "config.h"

#include "src/base/throttle.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/patience.h"

enum {
	HALVE_EVERY = 1000, /* ms: the requests of one burst are answered the same way together */
	SHORTEST_PAUSE = 250,
	LONGEST_PAUSE = 4000,
	ASK_EVERY = 200, /* whether a thread with patience still has it */
};

struct throttle {
	struct clock *clock;
	int most;
	pthread_key_t heeded; /* a thread's own const atomic_bool */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t moved; /* a place became free, or the pause or the hurry changed */
	int in_flight, allowed;
	int answered;	/* since the limit was last moved */
	int64_t halved; /* when; INT64_MIN: not yet */
	int64_t paused_until;
	int64_t pause; /* the next one where the server names none */
	bool hurry;
	char slowed_by[64];
};

enum result throttle_new(struct throttle **out, int most, struct clock *clock, struct error *err)
{
	struct throttle *throttle = calloc(1, sizeof(*throttle));

	*out = NULL;
	if (!throttle || pthread_key_create(&throttle->heeded, NULL)) {
		free(throttle);
		return error_set(err, RESULT_NOMEM, "out of memory");
	}
	*out = throttle;
	throttle->clock = clock;
	throttle->most = throttle->allowed = most > 0 ? most : 1;
	throttle->halved = throttle->paused_until = INT64_MIN;
	throttle->pause = SHORTEST_PAUSE;
	pthread_mutex_init(&throttle->lock, NULL);
	clock_cond_init(&throttle->moved);
	return RESULT_OK;
}

void throttle_free(struct throttle *throttle)
{
	if (!throttle)
		return;
	pthread_key_delete(throttle->heeded);
	pthread_cond_destroy(&throttle->moved);
	pthread_mutex_destroy(&throttle->lock);
	free(throttle);
}

void throttle_set_most(struct throttle *throttle, int most)
{
	pthread_mutex_lock(&throttle->lock);
	if (throttle->allowed == throttle->most || throttle->allowed > most)
		throttle->allowed = most;
	throttle->most = most;
	pthread_cond_broadcast(&throttle->moved);
	pthread_mutex_unlock(&throttle->lock);
}

/* With the lock held. */
static bool is_hurried(const struct throttle *throttle)
{
	const atomic_bool *ends = pthread_getspecific(throttle->heeded);

	return throttle->hurry || (ends && atomic_load(ends)) || patience_over();
}

bool throttle_enter(struct throttle *throttle)
{
	bool in = false;

	pthread_mutex_lock(&throttle->lock);
	for (;;) {
		int64_t now = clock_now(throttle->clock), until;
		bool paused = now < throttle->paused_until;

		if (!paused && throttle->in_flight < throttle->allowed) {
			in = true;
			break;
		}
		/* A place that is merely taken becomes free with the next answer. */
		if ((paused && is_hurried(throttle)) || patience_over())
			break;
		until = paused ? throttle->paused_until : INT64_MAX;
		if (patience_is_heeded() && until > now + ASK_EVERY)
			until = now + ASK_EVERY;
		clock_wait(throttle->clock, &throttle->moved, &throttle->lock, until);
	}
	if (in)
		throttle->in_flight++;
	pthread_mutex_unlock(&throttle->lock);
	return in;
}

void throttle_leave(struct throttle *throttle)
{
	pthread_mutex_lock(&throttle->lock);
	throttle->in_flight--;
	pthread_cond_signal(&throttle->moved);
	pthread_mutex_unlock(&throttle->lock);
}

void throttle_slow(struct throttle *throttle, int64_t retry_after, const char *who)
{
	int64_t now;

	pthread_mutex_lock(&throttle->lock);
	now = clock_now(throttle->clock);
	/*
	 * One request at a time may still be too many, so that each answer also brings a pause; it
	 * grows until something else is answered, and once for a whole burst, as the limit falls.
	 */
	if (retry_after <= 0)
		retry_after = throttle->pause;
	if (throttle->halved == INT64_MIN || now - throttle->halved >= HALVE_EVERY) {
		throttle->allowed = throttle->allowed > 1 ? throttle->allowed / 2 : 1;
		throttle->halved = now;
		if (throttle->pause < LONGEST_PAUSE)
			throttle->pause *= 2;
	}
	throttle->answered = 0;
	if (throttle->paused_until < now + retry_after)
		throttle->paused_until = now + retry_after;
	snprintf(throttle->slowed_by, sizeof(throttle->slowed_by), "%s", who);
	/* Whoever waits for a place has to wait for another instant now. */
	pthread_cond_broadcast(&throttle->moved);
	pthread_mutex_unlock(&throttle->lock);
}

void throttle_answered(struct throttle *throttle)
{
	pthread_mutex_lock(&throttle->lock);
	throttle->pause = SHORTEST_PAUSE;
	if (throttle->allowed < throttle->most && ++throttle->answered >= throttle->allowed) {
		throttle->allowed++;
		throttle->answered = 0;
		pthread_cond_signal(&throttle->moved);
	}
	pthread_mutex_unlock(&throttle->lock);
}

void throttle_hurry(struct throttle *throttle, bool hurry)
{
	pthread_mutex_lock(&throttle->lock);
	throttle->hurry = hurry;
	pthread_cond_broadcast(&throttle->moved);
	pthread_mutex_unlock(&throttle->lock);
}

void throttle_heed(struct throttle *throttle, const atomic_bool *ends)
{
	pthread_setspecific(throttle->heeded, ends);
}

void throttle_look(struct throttle *throttle)
{
	pthread_mutex_lock(&throttle->lock);
	pthread_cond_broadcast(&throttle->moved);
	pthread_mutex_unlock(&throttle->lock);
}

bool throttle_hurried(struct throttle *throttle)
{
	bool hurried;

	pthread_mutex_lock(&throttle->lock);
	hurried = is_hurried(throttle);
	pthread_mutex_unlock(&throttle->lock);
	return hurried;
}

void throttle_state(struct throttle *throttle, int *in_flight, int *allowed, int *most,
		    char *slowed_by, size_t size)
{
	bool slow;

	pthread_mutex_lock(&throttle->lock);
	*in_flight = throttle->in_flight;
	*allowed = throttle->allowed;
	*most = throttle->most;
	slow = throttle->allowed < throttle->most ||
	       clock_now(throttle->clock) < throttle->paused_until;
	snprintf(slowed_by, size, "%s", slow ? throttle->slowed_by : "");
	pthread_mutex_unlock(&throttle->lock);
}
