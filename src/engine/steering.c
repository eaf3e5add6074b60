/*
 * The desk steers the engine: wishes of the screen, carried out by the clerk.
 */
#include "config.h"

#include "src/engine/desk_internal.h"
#include "src/status/lock.h"

/* What the clerk has not taken up yet is replaced: a thing is as it was wished last. */
static void wish(struct desk *desk, enum steer what, int64_t value)
{
	pthread_mutex_lock(&desk->lock);
	if (!desk->wished && !desk->steering)
		desk->wished_since = clock_now(desk->campus->clock) + 1;
	desk->wished |= 1u << what;
	desk->wishes[what] = value;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}

void desk_hold(struct desk *desk)
{
	wish(desk, STEER_HOLD, 1);
}

void desk_go(struct desk *desk)
{
	wish(desk, STEER_HOLD, 0);
}

void desk_set_workers(struct desk *desk, int64_t workers)
{
	wish(desk, STEER_WORKERS, workers);
}

void desk_set_rate(struct desk *desk, int64_t rate)
{
	wish(desk, STEER_RATE, rate);
}

static void answer_hold(struct desk *desk, bool hold)
{
	const char *warning = desk->campus->store->warning;

	if (hold)
		desk_say(desk, FINDING_NOTICE, "all is held: nothing new starts");
	else if (desk->engine && warning) /* what the operator should know before files are put */
		desk_say(desk, FINDING_WARNING, "%s", warning);
	else
		desk_say(desk, FINDING_NOTICE, "going on");
}

/* An engine that was killed has left a row that says it is there; its lock is free. */
static bool is_killed(const struct desk *desk)
{
	struct lock *lock = NULL;
	bool is_free = !desk->engine &&
		       lock_take(status_path(desk->campus->status), &lock, NULL) == RESULT_OK;

	lock_free(lock);
	return is_free;
}

static void carry_out(struct desk *desk, enum steer what, int64_t value)
{
	struct error err = {0};
	int64_t was;
	enum result st = is_killed(desk) ? error_set(&err, RESULT_MISSING, "no engine runs")
					 : status_steer(desk->campus->status, what, value, &was, &err);

	if (st != RESULT_OK)
		desk_say(desk, st == RESULT_REFUSED ? FINDING_NOTICE : FINDING_ERROR, "%s", err.text);
	else if (what == STEER_HOLD)
		answer_hold(desk, value);
	else if (what == STEER_WORKERS)
		desk_say(desk, FINDING_NOTICE, "%lld worker%s, was %lld", (long long)value,
			 value == 1 ? "" : "s", (long long)was);
	else if (value)
		desk_say(desk, FINDING_NOTICE, "at most %lld transaction%s a second", (long long)value,
			 value == 1 ? "" : "s");
	else
		desk_say(desk, FINDING_NOTICE, "no limit on the rate");
}

bool desk_steer(struct desk *desk)
{
	enum steer what = STEER_HOLD; /* which comes first: it stops what is wrong */
	bool busy = desk->busy; /* an act that lets it pass */
	int64_t value;

	while (what < STEER_COUNT && !(desk->wished & 1u << what))
		what++;
	if (what == STEER_COUNT)
		return false;
	value = desk->wishes[what];
	desk->wished &= ~(1u << what);
	desk->steering = 1u << what;
	desk->busy = true;
	pthread_mutex_unlock(&desk->lock);
	carry_out(desk, what, value);
	pthread_mutex_lock(&desk->lock);
	desk->steering = 0;
	desk->busy = busy;
	return true;
}
