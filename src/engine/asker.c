/*
 * The asker: what lets an engine run, or validates, passes here before the clerk has it. Where our
 * rows are gone from val in bulk, or production's gate is not passed, the act waits for an answer.
 *
 * On a thread of its own: a pause or a hold never waits behind it. A pause, or an undo, that comes
 * after an act that waits here counts all the same: it is noted, and what it names leaves the act
 * before the clerk gets it.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/rollout/vanished.h"

#define VANISHED_TIME 60000 /* ms that an answer of val's counts */

/* What val said last, and when (monotonic ms; 0: it was not asked). */
struct asker_memory {
	struct vanished vanished;
	int64_t looked_at;
};

static const char *const verbs[] = {
	[ACT_RUN] = "launch", [ACT_RESUME] = "resume", [ACT_RETRY] = "retry",
	[ACT_VALIDATE] = "validate", [ACT_REHEARSE] = "dry-run",
};

static bool gives_run(enum act act)
{
	return act == ACT_RUN || act == ACT_RESUME || act == ACT_RETRY;
}

bool asker_wants(enum act act)
{
	return gives_run(act) || act == ACT_VALIDATE || act == ACT_REHEARSE;
}

static void name_act(const struct desk_act *act, char *out, size_t size)
{
	snprintf(out, size, "%s %s course%s", verbs[act->act],
		 figure_number((int64_t)act->count).text, act->count == 1 ? "" : "s");
}

/* ---- what comes meanwhile -----------------------------------------------------------------*/

/* Lock held. */
static bool has_any(const struct desk *desk)
{
	return desk->to_ask || desk->asking || desk->asked;
}

/* Lock held: a pause, or (@undoes) an undo, that acts of before have still to see. */
static void note_later(struct desk *desk, const struct desk_act *pause, uint64_t undoes)
{
	struct desk_later *later = calloc(1, sizeof(*later));

	if (later && pause)
		later->ids = malloc(pause->count * sizeof(*later->ids) + 1);
	if (!later || (pause && !later->ids)) {
		free(later);
		return;
	}
	later->undoes = undoes;
	if (pause) {
		later->serial = pause->serial;
		later->count = pause->count;
		memcpy(later->ids, pause->ids, pause->count * sizeof(*later->ids));
	}
	later->next = desk->later;
	desk->later = later;
}

/* Lock held, or nobody else there. */
static void forget_later(struct desk *desk)
{
	while (desk->later) {
		struct desk_later *later = desk->later;

		desk->later = later->next;
		free(later->ids);
		free(later);
	}
}

void asker_clear(struct desk *desk)
{
	forget_later(desk);
	while (desk->to_ask) {
		struct desk_act *act = desk->to_ask;

		desk->to_ask = act->next;
		desk_act_free(act);
	}
	desk_act_free(desk->asked);
	desk->asked = NULL;
	free(desk->answer_reason);
	desk->answer_reason = NULL;
}

void asker_pause(struct desk *desk, const struct desk_act *pause)
{
	if (has_any(desk))
		note_later(desk, pause, 0);
}

/* Lock held: nothing is asked any more; the act is the caller's. */
static struct desk_act *take_asked(struct desk *desk)
{
	struct desk_act *act = desk->asked;

	desk->asked = NULL;
	desk->answered = false;
	memset(&desk->question, 0, sizeof(desk->question));
	desk->question_serial++;
	pthread_cond_broadcast(&desk->turn);
	return act;
}

/* Lock held: the act of that number, if it is here. What it is and of how many does not change. */
static const struct desk_act *find(const struct desk *desk, uint64_t serial)
{
	if (desk->asking && desk->asking->serial == serial)
		return desk->asking;
	if (desk->asked && desk->asked->serial == serial)
		return desk->asked;
	for (const struct desk_act *act = desk->to_ask; act; act = act->next)
		if (act->serial == serial)
			return act;
	return NULL;
}

bool asker_has(const struct desk *desk, uint64_t serial)
{
	return find(desk, serial) != NULL;
}

bool asker_drop(struct desk *desk, uint64_t serial, struct desk_done *out)
{
	const struct desk_act *act;
	struct desk_act *asked = NULL;

	pthread_mutex_lock(&desk->lock);
	act = find(desk, serial);
	if (act)
		*out = (struct desk_done){.serial = serial, .act = act->act, .count = act->count};
	if (act && act == desk->asked)
		asked = take_asked(desk);
	else if (act)
		note_later(desk, NULL, serial);
	pthread_mutex_unlock(&desk->lock);
	desk_act_free(asked);
	return act != NULL;
}

static int compare_ids(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Lock held: what pauses and undos that came after @act leave of it. False: it was taken back. */
static bool heed_later(struct desk *desk, struct desk_act *act)
{
	bool stays = true;

	for (struct desk_later *later = desk->later; later; later = later->next) {
		size_t kept = 0;

		stays = stays && later->undoes != act->serial;
		if (later->undoes || later->serial < act->serial)
			continue;
		qsort(later->ids, later->count, sizeof(*later->ids), compare_ids);
		for (size_t i = 0; i < act->count; i++)
			if (!bsearch(&act->ids[i], later->ids, later->count, sizeof(*later->ids),
				     compare_ids))
				act->ids[kept++] = act->ids[i];
		act->count = kept;
	}
	return stays;
}

/* ---- what is amiss ------------------------------------------------------------------------*/

/* What cannot be asked is no reason to ask: the launch itself will tell. */
static const struct vanished *look_at_val(struct desk *desk, struct reader *reader,
					  struct asker_memory *memory)
{
	int64_t now = clock_now(desk->campus->clock);

	if (memory->looked_at && now - memory->looked_at < VANISHED_TIME)
		return &memory->vanished;
	memset(&memory->vanished, 0, sizeof(memory->vanished));
	if (vanished_look(&memory->vanished, desk->campus, reader, NULL) != RESULT_OK)
		memset(&memory->vanished, 0, sizeof(memory->vanished));
	memory->looked_at = now ? now : 1;
	return &memory->vanished;
}

/* It would be begun by this act: what is under way has passed the gate before. */
static enum result would_begin(struct reader *reader, const struct desk_act *act, int64_t id, bool *out,
			       struct error *err)
{
	static const enum wish wishes[] = {[ACT_RUN] = WISH_RUN, [ACT_RESUME] = WISH_RESUME,
					   [ACT_RETRY] = WISH_RETRY};
	int64_t counts[FINDING_COUNT];
	struct course_row row = {0};
	enum result st = reader_course_by_id(reader, id, &row, err);

	*out = st == RESULT_OK && status_wish_begins(wishes[act->act], &row, act->named, act->finding);
	if (*out && act->finding) {
		st = reader_finding_counts(reader, id, counts, err);
		*out = st == RESULT_OK && counts[finding_by_name(act->finding)];
	}
	course_row_clear(&row);
	return st;
}

static enum result look_at_gate(struct desk *desk, struct reader *reader, const struct desk_act *act,
				struct permit *permit, struct error *err)
{
	int64_t *ids = malloc(act->count * sizeof(*ids) + 1);
	enum result st = ids ? RESULT_OK : error_set(err, RESULT_NOMEM, "out of memory");
	size_t count = 0;

	for (size_t i = 0; i < act->count && st == RESULT_OK; i++) {
		bool begins;

		st = would_begin(reader, act, act->ids[i], &begins, err);
		if (begins)
			ids[count++] = act->ids[i];
	}
	if (st == RESULT_OK && count)
		st = permit_look(permit, desk->campus->conf, reader, ids, count, err);
	free(ids);
	return st;
}

/* Fills @out where @act has to wait; else its kind is QUESTION_NONE. Not RESULT_OK: it was not to be
   found out, and nothing is done. */
static enum result look(struct desk *desk, struct reader *reader, struct asker_memory *memory,
			struct desk_act *act, struct desk_question *out, struct error *err)
{
	enum result st = RESULT_OK;

	memset(out, 0, sizeof(*out));
	out->serial = act->serial;
	name_act(act, out->act, sizeof(out->act));
	if (act->passed < QUESTION_VANISHED && look_at_val(desk, reader, memory)->bulk) {
		out->kind = QUESTION_VANISHED;
		snprintf(out->text, sizeof(out->text), "%s", memory->vanished.text);
		return RESULT_OK;
	}
	if (act->passed >= QUESTION_PERMIT || !gives_run(act->act))
		return RESULT_OK;
	memset(&act->permit, 0, sizeof(act->permit));
	st = look_at_gate(desk, reader, act, &act->permit, err);
	if (st == RESULT_OK && act->permit.asked && !act->permit.given) {
		out->kind = QUESTION_PERMIT;
		snprintf(out->text, sizeof(out->text), "the gate before production misses: %s",
			 act->permit.missing);
	}
	return st;
}

/* ---- asking -------------------------------------------------------------------------------*/

static void ask(struct desk *desk, struct desk_act *act, const struct desk_question *question)
{
	struct desk_act *older = NULL;
	char name[64];
	bool leaves;

	pthread_mutex_lock(&desk->lock);
	leaves = desk->stopping;
	if (desk->asked)
		older = take_asked(desk);
	desk->asking = NULL;
	leaves = leaves || !heed_later(desk, act) || !act->count; /* nothing is left of it */
	if (!leaves) {
		desk->asked = act;
		desk->question = *question;
		desk->question_serial++;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	if (older && !leaves) {
		name_act(older, name, sizeof(name));
		desk_say(desk, FINDING_WARNING, "%s: not done, another act took its place", name);
	}
	desk_act_free(older);
	if (leaves)
		desk_act_free(act);
}

/* To the clerk, without what was paused or taken back meanwhile. */
static void let_go(struct desk *desk, struct desk_act *act)
{
	size_t before = act->count;
	char name[64];
	bool stays, goes;

	name_act(act, name, sizeof(name));
	/* in one piece: a pause comes before it or after it */
	pthread_mutex_lock(&desk->lock);
	stays = heed_later(desk, act);
	goes = stays && (act->count || !before);
	desk->asking = NULL;
	if (goes)
		desk_append(desk, act);
	pthread_mutex_unlock(&desk->lock);
	if (goes)
		return;
	if (stays)
		desk_say(desk, FINDING_NOTICE, "%s: not done, it was paused since", name);
	desk_act_free(act);
}

static void give_up(struct desk *desk, struct desk_act *act, const struct error *err)
{
	char name[64];

	name_act(act, name, sizeof(name));
	desk_say(desk, FINDING_ERROR, "%s: not done: %s", name, err->text);
	pthread_mutex_lock(&desk->lock);
	desk->asking = NULL;
	pthread_mutex_unlock(&desk->lock);
	desk_act_free(act);
}

static void consider(struct desk *desk, struct reader *reader, struct asker_memory *memory,
		     struct desk_act *act)
{
	struct desk_question question;
	struct error err = {0};

	if (look(desk, reader, memory, act, &question, &err) != RESULT_OK) {
		give_up(desk, act, &err);
	} else if (question.kind != QUESTION_NONE) {
		ask(desk, act, &question);
	} else {
		let_go(desk, act);
	}
}

/* The operator goes on: past the gate only with that in the audit. */
static void go_on(struct desk *desk, struct reader *reader, struct asker_memory *memory,
		  struct desk_act *act, enum question_kind kind, const char *reason)
{
	struct error err = {0};

	act->passed = kind;
	if (kind == QUESTION_PERMIT &&
	    permit_pass(desk->campus->status, desk->campus->conf, &act->permit, reason ? reason : "",
			"the campus name was typed in the console", &err) != RESULT_OK) {
		give_up(desk, act, &err);
		return;
	}
	consider(desk, reader, memory, act);
}

void desk_answer(struct desk *desk, uint64_t serial, bool yes, const char *reason)
{
	struct desk_act *dropped = NULL;

	pthread_mutex_lock(&desk->lock);
	if (desk->asked && desk->asked->serial == serial && !desk->answered) {
		free(desk->answer_reason);
		desk->answer_reason = reason ? strdup(reason) : NULL;
		if (yes)
			desk->answered = true;
		else
			dropped = take_asked(desk);
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	desk_act_free(dropped);
}

bool desk_is_asking(struct desk *desk, const struct snapshot *now)
{
	bool asking;

	pthread_mutex_lock(&desk->lock);
	asking = desk->to_ask || desk->asking || desk->answered ||
		 now->question.kind != desk->question.kind ||
		 now->question.serial != desk->question.serial;
	pthread_mutex_unlock(&desk->lock);
	return asking;
}

/* ---- the thread ---------------------------------------------------------------------------*/

/* Does one thing; false when there is none. Lock held on entry and exit. */
static bool serve(struct desk *desk, struct reader *reader, struct asker_memory *memory)
{
	enum question_kind kind = QUESTION_NONE;
	char *reason = NULL;
	struct desk_act *act;

	if (desk->rests)
		return false;
	if (desk->answered) {
		kind = desk->question.kind;
		reason = desk->answer_reason;
		desk->answer_reason = NULL;
		act = take_asked(desk);
	} else if (desk->to_ask) {
		act = desk->to_ask;
		desk->to_ask = act->next;
		if (!desk->to_ask)
			desk->to_ask_end = &desk->to_ask;
	} else {
		return false;
	}
	act->next = NULL;
	desk->asking = act;
	pthread_mutex_unlock(&desk->lock);
	if (kind == QUESTION_NONE)
		consider(desk, reader, memory, act);
	else
		go_on(desk, reader, memory, act, kind, reason);
	free(reason);
	pthread_mutex_lock(&desk->lock);
	return true;
}

void *asker_main(void *arg)
{
	struct desk *desk = arg;
	struct asker_memory memory = {0};
	struct reader *reader = NULL;
	struct error err = {0};

	if (reader_open(&reader, status_path(desk->campus->status), &err) != RESULT_OK) {
		desk_say(desk, FINDING_ERROR, "%s", err.text);
		return NULL;
	}
	pthread_mutex_lock(&desk->lock);
	while (!desk->ends) {
		if (serve(desk, reader, &memory))
			continue;
		if (!has_any(desk)) /* nothing is left that a pause could have come after */
			forget_later(desk);
		clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
	}
	pthread_mutex_unlock(&desk->lock);
	reader_close(reader);
	return NULL;
}
