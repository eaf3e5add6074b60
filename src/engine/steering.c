/*
 * The desk steers the engine: wishes of the screen, carried out by the clerk.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <string.h>

/* A number that nobody has taken up yet is replaced; a queue that is full forgets its oldest. */
static void wish(struct desk *desk, enum steer what, int64_t value)
{
	struct desk_wish *last;

	pthread_mutex_lock(&desk->lock);
	last = desk->wish_count ? &desk->wishes[desk->wish_count - 1] : NULL;
	if (last && last->what == what && what != STEER_HOLD) {
		last->value = value;
	} else {
		if (desk->wish_count == DESK_WISHES)
			memmove(desk->wishes, desk->wishes + 1,
				--desk->wish_count * sizeof(*desk->wishes));
		desk->wishes[desk->wish_count++] = (struct desk_wish){what, value};
	}
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

static void carry_out(struct desk *desk, const struct desk_wish *wish)
{
	struct error err = {0};
	int64_t was;
	enum result st = status_steer(desk->campus->status, wish->what, wish->value, &was, &err);

	if (st != RESULT_OK)
		desk_say(desk, st == RESULT_REFUSED ? FINDING_NOTICE : FINDING_ERROR, "%s", err.text);
	else if (wish->what == STEER_HOLD)
		answer_hold(desk, wish->value);
	else if (wish->what == STEER_WORKERS)
		desk_say(desk, FINDING_NOTICE, "%lld worker%s, was %lld", (long long)wish->value,
			 wish->value == 1 ? "" : "s", (long long)was);
	else if (wish->value)
		desk_say(desk, FINDING_NOTICE, "at most %lld transaction%s a second",
			 (long long)wish->value, wish->value == 1 ? "" : "s");
	else
		desk_say(desk, FINDING_NOTICE, "no limit on the rate");
}

bool desk_steer(struct desk *desk)
{
	struct desk_wish wish = desk->wishes[0];

	if (!desk->wish_count)
		return false;
	memmove(desk->wishes, desk->wishes + 1, --desk->wish_count * sizeof(*desk->wishes));
	desk->busy = true;
	pthread_mutex_unlock(&desk->lock);
	carry_out(desk, &wish);
	pthread_mutex_lock(&desk->lock);
	desk->busy = false;
	return true;
}
