#include "config.h"

#include "src/engine/progress.h"

#include <string.h>

/* Fewer worked seconds than these say nothing about the next hour. */
#define ENOUGH_SECONDS 5

void progress_tick(struct progress *progress, int64_t now, bool working)
{
	int64_t second = now / 1000 + 1;
	int64_t steps = progress->second ? second - progress->second : 0;

	if (steps > PROGRESS_SECONDS)
		steps = PROGRESS_SECONDS;
	for (int64_t i = 0; i < steps; i++) {
		memmove(progress->done, progress->done + 1,
			(PROGRESS_SECONDS - 1) * sizeof(*progress->done));
		memmove(progress->errors, progress->errors + 1,
			(PROGRESS_SECONDS - 1) * sizeof(*progress->errors));
		progress->done[PROGRESS_SECONDS - 1] = 0;
		progress->errors[PROGRESS_SECONDS - 1] = 0;
		progress->worked = working ? progress->worked + 1 : 0;
	}
	progress->second = second;
}

void progress_done(struct progress *progress, int64_t transcripts)
{
	progress->done[PROGRESS_SECONDS - 1] += (double)transcripts;
	progress->transcripts += transcripts;
}

void progress_failed(struct progress *progress)
{
	progress->errors[PROGRESS_SECONDS - 1]++;
	progress->failures++;
}

double progress_rate(const struct progress *progress, int seconds)
{
	double sum = 0;

	if (seconds > PROGRESS_SECONDS - 1)
		seconds = PROGRESS_SECONDS - 1;
	if (seconds > progress->worked)
		seconds = (int)progress->worked;
	/* the newest slot is not full yet */
	for (int i = 0; i < seconds; i++)
		sum += progress->done[PROGRESS_SECONDS - 2 - i];
	return seconds ? sum / seconds : 0;
}

bool progress_left(const struct progress *progress, int64_t left, int64_t *low, int64_t *high,
		   const char **reason)
{
	double now = progress_rate(progress, 10), minute = progress_rate(progress, 59);
	double fast = (now > minute ? now : minute) * 1.1, slow = (now < minute ? now : minute) * 0.9;

	*low = *high = 0;
	*reason = "";
	if (left <= 0)
		*reason = "nothing left";
	else if (!progress->worked)
		*reason = "nothing under way";
	else if (progress->worked < ENOUGH_SECONDS || slow <= 0)
		*reason = "too early to say";
	if (**reason)
		return false;
	*low = (int64_t)((double)left / fast);
	*high = (int64_t)((double)left / slow) + 1;
	return true;
}
