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

/* @again: what could not be written can be tried once more. */
static void say(struct desk *desk, const struct desk_done *done, size_t taken, const char *why, bool again)
{
	const char *noun = nouns[done->act], *key = again ? ", z tries again" : "";

	if (taken == done->count)
		desk_say(desk, FINDING_NOTICE, "undone: %s of %zu course%s", noun, taken,
			 taken == 1 ? "" : "s");
	else if (taken)
		desk_say(desk, FINDING_WARNING, "undone: %s of %zu course%s; %zu not%s: %s", noun,
			 taken, taken == 1 ? "" : "s", done->count - taken, key, why);
	else
		desk_say(desk, FINDING_WARNING, "not undone%s: %s of %zu course%s: %s", key, noun,
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

/* What could not be written can still be taken back: there is room where @done was taken out. Takes
   done->given. */
static void put_back(struct desk *desk, const struct desk_done *done)
{
	size_t at;

	pthread_mutex_lock(&desk->lock);
	at = desk->done_count++;
	for (; at && desk->done[at - 1].serial > done->serial; at--)
		desk->done[at] = desk->done[at - 1];
	desk->done[at] = *done;
	desk->done_courses += courses_kept(done);
	pthread_mutex_unlock(&desk->lock);
}

/* Those of @done that were not taken back, with their numbers as they are; given is NULL without
   memory, or where there are none. */
static struct desk_done left_of(const struct desk_done *done, const struct wish_answer *answers)
{
	struct desk_done left = {.serial = done->serial, .act = done->act};

	for (size_t i = 0; i < done->count; i++)
		left.count += !answers[i].taken;
	if (left.count)
		left.given = calloc(left.count, sizeof(*left.given));
	for (size_t i = 0, at = 0; left.given && i < done->count; i++)
		if (!answers[i].taken)
			left.given[at++] = done->given[i];
	return left;
}

/* Takes done->given. */
static void undo_intents(struct desk *desk, struct desk_done *done)
{
	struct wish_answer *answers = calloc(done->count, sizeof(*answers));
	struct desk_done left = {0};
	const char *refused = NULL;
	struct error err = {0};
	size_t taken = 0;

	if (!answers) {
		desk_say(desk, FINDING_ERROR, "not undone, z tries again: out of memory");
		put_back(desk, done);
		return;
	}
	if (status_unwish(desk->campus->status, done->given, done->count, answers, &err) != RESULT_OK)
		left = left_of(done, answers);
	for (size_t i = 0; i < done->count; i++) {
		taken += answers[i].taken;
		if (!answers[i].taken && !refused)
			refused = answers[i].reason;
	}
	renumber(desk, done, answers);
	if (left.given)
		put_back(desk, &left);
	say(desk, done, taken, *err.text ? err.text : refused, left.given);
	free(answers);
	free(done->given);
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
	say(desk, done, taken, "begun already", false);
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
}

/* ---- what the screen calls ----------------------------------------------------------------*/

/* Lock held: the clerk is at it, or will be. */
static bool is_undoing(const struct desk *desk, uint64_t serial)
{
	bool undoing = desk->undoing == serial;

	for (const struct desk_act *act = desk->acts; act && !undoing; act = act->next)
		undoing = act->undoes == serial;
	return undoing;
}

bool desk_is_undoing(struct desk *desk, uint64_t serial)
{
	bool undoing;

	if (!serial)
		return false;
	pthread_mutex_lock(&desk->lock);
	undoing = is_undoing(desk, serial);
	pthread_mutex_unlock(&desk->lock);
	return undoing;
}

/* Lock held. */
static bool can_undo(struct desk *desk, uint64_t serial)
{
	bool can = desk->carrying == serial || asker_has(desk, serial);

	for (const struct desk_act *act = desk->acts; act && !can; act = act->next)
		can = act->serial == serial;
	for (size_t i = 0; i < desk->done_count && !can; i++)
		can = desk->done[i].serial == serial;
	return can && !is_undoing(desk, serial);
}

bool desk_can_undo(struct desk *desk, uint64_t serial)
{
	bool can;

	if (!serial)
		return false;
	pthread_mutex_lock(&desk->lock);
	can = can_undo(desk, serial);
	pthread_mutex_unlock(&desk->lock);
	return can;
}

void desk_undo(struct desk *desk, uint64_t serial)
{
	struct desk_done done;
	struct desk_act *act;

	/* here and now: a moment later it may have come to the clerk, behind what takes it back */
	if (asker_drop(desk, serial, &done)) {
		say(desk, &done, done.count, NULL, false);
		return;
	}
	act = calloc(1, sizeof(*act));
	if (!act) {
		desk_say(desk, FINDING_ERROR, "out of memory");
		return;
	}
	act->undoes = serial;
	act->since = clock_now(desk->campus->clock) + 1;
	desk_queue(desk, act);
}
