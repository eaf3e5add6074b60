/*
 * unwish.c - an intent is taken back, as long as nobody has acted on it.
 */
#include "config.h"

#include "src/status/status.h"

#include <stdio.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/intents.h"

/*
 * What the engine has begun is never made unbegun. It acts on an intent in three ways, and each
 * leaves a mark, or counts as if it had:
 *
 * - it begins a course (status_course_begin()): the course becomes In-Progress in the same commit
 *   that found its intent run, so a status unlike the one then says so. Where ours comes first,
 *   that commit finds no run and the engine lets the course go (RESULT_CANCELED), however long it
 *   had it on its list;
 * - it goes on with a course that was In-Progress all the time, which leaves no mark: a run given
 *   to such a course counts as taken up at once, and to pause is the way back;
 * - it ends a course: the intent is idle then, under the number that it had. That a Failed course
 *   was run and is Failed again is seen by that alone.
 *
 * A pause stops what is under way and begins nothing, so it is always taken back: a course that
 * was leaving goes on, in the same pass, as if it had been resumed. The cell of a given and a
 * former intent that no wish makes out of each other refuses.
 */
enum back { NEVER, BACK, AT_IT };

/* clang-format off */
static const enum back cells[COURSE_STATUS_COUNT][INTENT_COUNT][INTENT_COUNT] = {
				  /* former: idle	run	pause */
	[COURSE_NOT_MIGRATED] =	{
		[INTENT_IDLE] =		{NEVER,		NEVER,	NEVER},
		[INTENT_RUN] =		{BACK,		NEVER,	BACK},
		[INTENT_PAUSE] =	{BACK,		BACK,	NEVER},
	},
	[COURSE_IN_PROGRESS] = {
		[INTENT_IDLE] =		{NEVER,		NEVER,	NEVER},
		[INTENT_RUN] =		{AT_IT,		NEVER,	AT_IT},
		[INTENT_PAUSE] =	{BACK,		BACK,	NEVER},
	},
	[COURSE_MIGRATED] = {
		[INTENT_IDLE] =		{NEVER,		BACK,	BACK},
		[INTENT_RUN] =		{BACK,		NEVER,	BACK},
		[INTENT_PAUSE] =	{NEVER,		NEVER,	NEVER},
	},
	[COURSE_FAILED] = {
		[INTENT_IDLE] =		{NEVER,		BACK,	BACK},
		[INTENT_RUN] =		{BACK,		NEVER,	BACK},
		[INTENT_PAUSE] =	{NEVER,		NEVER,	NEVER},
	},
};
/* clang-format on */

struct unwishes {
	const struct given_intent *given;
	size_t count;
	struct wish_answer *answers;
};

/* NULL: it can be taken back. */
static const char *refusal(const struct given_intent *given, const struct intent_course *course)
{
	enum back back = cells[given->status][given->given][given->former];

	if (course->number != given->number)
		return "has another intent since";
	if (course->status != given->status && course->status == COURSE_IN_PROGRESS)
		return "under way already: pause it";
	if (course->status != given->status || course->intent != given->given)
		return "was run already";
	if (back == AT_IT)
		return "may be under way already: pause it";
	if (back == NEVER)
		return "no such step";
	if (course->gone && given->former == INTENT_RUN)
		return "gone from the source";
	return NULL;
}

static enum result take_back(struct status *status, const struct given_intent *given,
			     const struct intent_course *course, struct wish_answer *answer,
			     struct error *err)
{
	const char *limit = intent_limit_name(given->former_finding);
	char what[128], why[120];
	int64_t number;
	enum result st = intent_write(status, course->id, given->former, limit, &number, err);

	if (st != RESULT_OK)
		return st;
	answer->intent = (struct given_intent){
		.course = course->id,
		.number = number,
		.former_number = course->number,
		.status = course->status,
		.given = given->former,
		.former = course->intent,
		.former_finding = course->limit,
	};
	snprintf(what, sizeof(what), "%s: intent %s again, was %s (number %lld)",
		 course_status_name(course->status), course_intent_name(given->former),
		 course_intent_name(course->intent), (long long)number);
	snprintf(why, sizeof(why), "takes back number %lld%s%s", (long long)given->number,
		 *limit ? "; only blocks with " : "", limit);
	return event_add(status, FINDING_NOTICE, "undo", course->key, what, why, err);
}

static enum result write_unwishes(struct status *status, void *arg, struct error *err)
{
	const struct unwishes *unwishes = arg;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < unwishes->count && st == RESULT_OK; i++) {
		const struct given_intent *given = &unwishes->given[i];
		struct wish_answer *answer = &unwishes->answers[i];
		struct intent_course course;
		const char *why;

		*answer = (struct wish_answer){.reason = "no such course"};
		st = intent_read(status, given->course, "", &course, err);
		if (st == RESULT_END) {
			st = RESULT_OK;
			continue;
		}
		if (st != RESULT_OK)
			break;
		why = refusal(given, &course);
		answer->taken = !why;
		answer->reason[0] = '\0';
		if (why)
			snprintf(answer->reason, sizeof(answer->reason), "%s: %s",
				 course_status_name(course.status), why);
		else
			st = take_back(status, given, &course, answer, err);
	}
	return st == RESULT_OK ? run_end_if_over(status, err) : st;
}

enum result status_unwish(struct status *status, const struct given_intent *given, size_t count,
			  struct wish_answer *answers, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count; i++)
		answers[i] =
			(struct wish_answer){.reason = "the status database could not be written"};
	for (size_t done = 0; done < count && st == RESULT_OK; done += INTENT_PIECE) {
		struct unwishes unwishes = {
			.given = given + done,
			.count = count - done < INTENT_PIECE ? count - done : INTENT_PIECE,
			.answers = answers + done,
		};

		st = write_run(status, write_unwishes, &unwishes, err);
		for (size_t i = 0; i < unwishes.count && st != RESULT_OK; i++)
			unwishes.answers[i].taken = false;
	}
	return st;
}
