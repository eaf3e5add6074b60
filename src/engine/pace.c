#include "config.h"

#include "src/engine/pace.h"

#define SECOND INT64_C(1000000000) /* nanoseconds */
#define MILLISECOND 1000000

void pace_set(struct pace *pace, int64_t rate)
{
	pace->rate = rate;
}

/* Rounded up, or a second would see one more than it may. */
static int64_t spacing(const struct pace *pace)
{
	return (SECOND + pace->rate - 1) / pace->rate;
}

int64_t pace_due(const struct pace *pace, int64_t now)
{
	if (!pace->rate || !pace->started)
		return now;
	return (pace->last + spacing(pace) + MILLISECOND - 1) / MILLISECOND;
}

void pace_start(struct pace *pace, int64_t now)
{
	int64_t earliest = (now - PACE_SLACK) * MILLISECOND;

	if (!pace->rate || !pace->started)
		pace->last = now * MILLISECOND;
	else if (pace->last + spacing(pace) < earliest)
		pace->last = earliest;
	else
		pace->last += spacing(pace);
	pace->started = true;
}
