#include "config.h"

#include "src/engine/progress.h"

#include <string.h>

/* Fewer worked seconds than these say nothing about the next hour. */
#define ENOUGH_SECONDS 5
/* Worked seconds that are "lately": longer than one large video, shorter than a night. */
#define LATELY 300
/* The two ends are a plan as long as they are no more than this apart. */
#define WIDEST 12
#define WIDE_FROM 3600 /* seconds: below that any range is a plan */
/* Nothing is ever as sure as its average. */
#define MARGIN 0.1

/* ---- counting -----------------------------------------------------------------------------*/

static void shift(double *slots, int count)
{
	memmove(slots, slots + 1, (size_t)(count - 1) * sizeof(*slots));
	slots[count - 1] = 0;
}

static void shift_seconds(int *slots)
{
	memmove(slots, slots + 1, (PROGRESS_MINUTES - 1) * sizeof(*slots));
	slots[PROGRESS_MINUTES - 1] = 0;
}

static void next_second(struct progress *progress, enum progress_state state)
{
	shift(progress->done, PROGRESS_SECONDS);
	shift(progress->errors, PROGRESS_SECONDS);
	progress->worked = state == PROGRESS_WORKS ? progress->worked + 1 : 0;
	progress->works[PROGRESS_MINUTES - 1] += state == PROGRESS_WORKS;
	progress->waits[PROGRESS_MINUTES - 1] += state == PROGRESS_WAITS;
	if (++progress->second % 60)
		return;
	shift(progress->minutes, PROGRESS_MINUTES);
	shift(progress->minute_errors, PROGRESS_MINUTES);
	shift_seconds(progress->works);
	shift_seconds(progress->waits);
}

void progress_tick(struct progress *progress, int64_t now, enum progress_state state)
{
	const int64_t most = (PROGRESS_MINUTES + 1) * 60; /* more than this forgets all */
	int64_t second = now / 1000 + 1;

	if (!progress->second || second - progress->second > most)
		progress->second = progress->second ? second - most : second;
	while (progress->second < second)
		next_second(progress, state);
}

void progress_done(struct progress *progress, int64_t transcripts)
{
	progress->done[PROGRESS_SECONDS - 1] += (double)transcripts;
	progress->minutes[PROGRESS_MINUTES - 1] += (double)transcripts;
	progress->transcripts += transcripts;
}

void progress_failed(struct progress *progress)
{
	progress->errors[PROGRESS_SECONDS - 1]++;
	progress->minute_errors[PROGRESS_MINUTES - 1]++;
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

/* ---- the time that is left ----------------------------------------------------------------*/

struct hour {
	double done, errors;
	int64_t works, waits; /* seconds */
	double lately;	      /* transcripts a second of the newest LATELY worked ones */
};

/* A wait from before the first work of the hour was no part of it. */
static void add_up(const struct progress *progress, struct hour *hour)
{
	double done = 0;
	int64_t works = 0;
	int first = 0;

	memset(hour, 0, sizeof(*hour));
	while (first < PROGRESS_MINUTES && !progress->works[first])
		first++;
	for (int i = PROGRESS_MINUTES - 1; i >= first; i--) {
		hour->done += progress->minutes[i];
		hour->errors += progress->minute_errors[i];
		hour->works += progress->works[i];
		hour->waits += progress->waits[i];
		if (works < LATELY) {
			done += progress->minutes[i];
			works += progress->works[i];
		}
	}
	hour->lately = works ? done / (double)works : 0;
}

static double smaller(double rate, double other)
{
	return other > 0 && other < rate ? other : rate;
}

/* How far courses not planned yet may be from the average, as a part of it: the less, the more
   there are of them and of those that were. */
static double doubt_of(const struct progress_work *work)
{
	int64_t few = work->planned < work->unplanned ? work->planned : work->unplanned;

	return few < 4 ? 0.8 : few < 16 ? 0.5 : few < 64 ? 0.3 : 0.15;
}

/* Transcripts that are left. */
static void guess_work(const struct progress_work *work, double *low, double *high)
{
	double known = (double)work->videos * work->per_video;
	double guess = (double)work->unplanned * work->per_course, doubt = doubt_of(work);

	*low = known + guess * (1 - doubt);
	*high = known + guess * (1 + doubt);
}

static const char *why_unknown(const struct progress_work *work, const struct hour *hour)
{
	if (!work->videos && !work->unplanned) /* all was tried, and a course has not ended yet */
		return "the last course is closing";
	if (work->unplanned && !work->planned)
		return "reading courses";
	if (!hour->works && !work->held)
		return "no speed known yet"; /* courses may well have begun: no second is over */
	if (hour->done <= 0 && hour->errors > 0)
		return "every try fails";
	if (hour->works < ENOUGH_SECONDS || hour->done <= 0)
		return "too early to say";
	return "";
}

struct progress_work progress_work(const struct totals *t, bool held, int64_t rate)
{
	struct progress_work work = {
		.videos = t->wanted_videos - t->wanted_tried, .unplanned = t->wanted_unplanned,
		.planned = t->courses[COURSE_IN_PROGRESS] + t->courses[COURSE_MIGRATED] +
			   t->courses[COURSE_FAILED],
		.held = held};

	if (t->videos)
		work.per_video = (double)t->counts.expected / (double)t->videos;
	work.most = (double)rate * work.per_video;
	if (work.planned)
		work.per_course = (double)t->counts.expected / (double)work.planned;
	return work;
}

struct progress_left progress_left(const struct progress *progress, const struct progress_work *work)
{
	double minute = progress_rate(progress, PROGRESS_SECONDS - 1), fast, slow, least, most;
	struct progress_left left = {0};
	struct hour hour;

	add_up(progress, &hour);
	left.reason = why_unknown(work, &hour);
	if (*left.reason)
		return left;
	guess_work(work, &least, &most);
	fast = hour.lately > minute ? hour.lately : minute;
	if (fast <= 0) /* all that was done is longer ago than "lately" */
		fast = hour.done / (double)hour.works;
	slow = smaller(smaller(fast, minute), hour.lately);
	slow = smaller(slow, hour.done / (double)(hour.works + hour.waits));
	/* a limit set a moment ago is kept by what comes, not by what was */
	fast = smaller(fast * (1 + MARGIN), work->most);
	slow = smaller(slow, work->most) * (1 - MARGIN);
	left.low = (int64_t)(least / fast) + 1;
	left.high = (int64_t)(most / slow) + 1;
	if (left.high > WIDE_FROM && left.high / left.low > WIDEST)
		left.high = 0;
	return left;
}
