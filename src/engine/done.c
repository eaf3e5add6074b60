/*
 * What the operator's last acts did, and how it is taken back. Of the clerk's thread, but for
 * desk_can_undo() and desk_undo().
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const nouns[] = {
	[ACT_RUN] = "launch", [ACT_PAUSE] = "pause", [ACT_RESUME] = "resume", [ACT_RETRY] = "retry",
	[ACT_VALIDATE] = "validation", [ACT_REHEARSE] = "dry run",
};

/* ---- what is remembered -------------------------------------------------------------------*/

static size_t courses_kept(const struct desk_done *done)
{
	return done->given ? done->count : 0;
}

/* Lock held. */
static void forget_oldest(struct desk *desk)
{
	desk->done_courses -= courses_kept(&desk->done[0]);
	free(desk->done[0].given);
	memmove(desk->done, desk->done + 1, --desk->done_count * sizeof(*desk->done));
}

/* The newest is kept whatever its size. */
static void remember(struct desk *desk, const struct desk_done *done)
{
	pthread_mutex_lock(&desk->lock);
	while (desk->done_count == DESK_DONE_ACTS ||
	       (desk->done_count && desk->done_courses + courses_kept(done) > DESK_DONE_COURSES))
		forget_oldest(desk);
	desk->done[desk->done_count++] = *done;
	desk->done_courses += courses_kept(done);
	pthread_mutex_unlock(&desk->lock);
}

void done_remember(struct desk *desk, const struct desk_act *act, const struct wish_answer *answers)
{
	struct desk_done done = {.serial = act->serial, .act = act->act};

	for (size_t i = 0; i < act->count; i++)
		done.count += answers[i].taken;
	if (!done.count || !(done.given = calloc(done.count, sizeof(*done.given))))
		return; /* without memory there is nothing to undo, which z says */
	for (size_t i = 0, at = 0; i < act->count; i++)
		if (answers[i].taken)
			done.given[at++] = answers[i].intent;
	remember(desk, &done);
}

void done_remember_validations(struct desk *desk, const struct desk_act *act)
{
	remember(desk, &(struct desk_done){.serial = act->serial, .act = act->act,
					   .count = act->count});
}

void done_clear(struct desk *desk)
{
	while (desk->done_count)
		forget_oldest(desk);
}

/* Takes it out, for the caller to free; false if there is none such. */
static bool take_done(struct desk *desk, uint64_t serial, struct desk_done *out)
{
	bool found = false;

	pthread_mutex_lock(&desk->lock);
	for (size_t i = 0; i < desk->done_count && !found; i++) {
		found = desk->done[i].serial == serial;
		if (!found)
			continue;
		*out = desk->done[i];
		desk->done_courses -= courses_kept(out);
		memmove(desk->done + i, desk->done + i + 1,
			(--desk->done_count - i) * sizeof(*desk->done));
	}
	pthread_mutex_unlock(&desk->lock);
	return found;
}

/* ---- taking back --------------------------------------------------------------------------*/

static void say(struct desk *desk, const struct desk_done *done, size_t taken, const char *why)
{
	const char *noun = nouns[done->act];

	if (taken == done->count)
		desk_say(desk, FINDING_NOTICE, "undone: %s of %zu course%s", noun, taken,
			 taken == 1 ? "" : "s");
	else if (taken)
		desk_say(desk, FINDING_WARNING, "undone: %s of %zu course%s; %zu not: %s", noun,
			 taken, taken == 1 ? "" : "s", done->count - taken, why);
	else
		desk_say(desk, FINDING_WARNING, "not undone: %s of %zu course%s: %s", noun,
			 done->count, done->count == 1 ? "" : "s", why);
}

static int compare_courses(const void *a, const void *b)
{
	int64_t left = ((const struct given_intent *)a)->course;
	int64_t right = ((const struct given_intent *)b)->course;

	return (left > right) - (left < right);
}

/*
 * The intents that are back have new numbers: an older act that gave one of them goes by that now,
 * so that it can be taken back next. Without the lock: only this thread looks at what acts gave.
 */
static void renumber(struct desk *desk, struct desk_done *undone, const struct wish_answer *answers)
{
	struct given_intent *given = undone->given;

	for (size_t i = 0; i < undone->count; i++)
		given[i].number = answers[i].taken ? answers[i].intent.number : 0;
	qsort(given, undone->count, sizeof(*given), compare_courses);
	for (size_t i = 0; i < desk->done_count; i++) {
		for (size_t k = 0; k < courses_kept(&desk->done[i]); k++) {
			struct given_intent *older = &desk->done[i].given[k];
			const struct given_intent *back = bsearch(
				older, given, undone->count, sizeof(*given), compare_courses);

			if (back && back->number && older->number == back->former_number)
				older->number = back->number;
		}
	}
}

static void undo_intents(struct desk *desk, struct desk_done *done)
{
	struct wish_answer *answers = calloc(done->count, sizeof(*answers));
	const char *refused = NULL;
	struct error err = {0};
	size_t taken = 0;

	if (!answers) {
		desk_say(desk, FINDING_ERROR, "out of memory: not undone");
		return;
	}
	status_unwish(desk->campus->status, done->given, done->count, answers, &err);
	for (size_t i = 0; i < done->count; i++) {
		taken += answers[i].taken;
		if (!answers[i].taken && !refused)
			refused = answers[i].reason;
	}
	renumber(desk, done, answers);
	say(desk, done, taken, *err.text ? err.text : refused);
	free(answers);
}

/* What nobody has begun leaves the queue. */
static void undo_validations(struct desk *desk, const struct desk_done *done)
{
	size_t kept = 0, taken;

	pthread_mutex_lock(&desk->lock);
	for (size_t i = 0; i < desk->validate_count; i++)
		if (desk->to_validate[i].serial != done->serial)
			desk->to_validate[kept++] = desk->to_validate[i];
	taken = desk->validate_count - kept;
	desk->validate_count = kept;
	pthread_mutex_unlock(&desk->lock);
	say(desk, done, taken, "begun already");
}

void done_undo(struct desk *desk, uint64_t serial)
{
	struct desk_done done;

	if (!take_done(desk, serial, &done)) {
		desk_say(desk, FINDING_NOTICE, "nothing to undo: that act has changed nothing");
		return;
	}
	if (done.act == ACT_VALIDATE)
		undo_validations(desk, &done);
	else
		undo_intents(desk, &done);
	free(done.given);
}

/* ---- what the screen calls ----------------------------------------------------------------*/

bool desk_can_undo(struct desk *desk, uint64_t serial)
{
	bool can;

	if (!serial)
		return false;
	pthread_mutex_lock(&desk->lock);
	can = desk->carrying == serial || asker_has(desk, serial);
	for (const struct desk_act *act = desk->acts; act && !can; act = act->next)
		can = act->serial == serial;
	for (size_t i = 0; i < desk->done_count && !can; i++)
		can = desk->done[i].serial == serial;
	pthread_mutex_unlock(&desk->lock);
	return can;
}

void desk_undo(struct desk *desk, uint64_t serial)
{
	struct desk_done done;
	struct desk_act *act;

	/* here and now: a moment later it may have come to the clerk, behind what takes it back */
	if (asker_drop(desk, serial, &done)) {
		say(desk, &done, done.count, NULL);
		return;
	}
	act = calloc(1, sizeof(*act));
	if (!act) {
		desk_say(desk, FINDING_ERROR, "out of memory");
		return;
	}
	act->undoes = serial;
	desk_queue(desk, act);
}
