/*
 * The asker: what lets an engine run, or validates, passes here before the clerk has it. Where our
 * rows are gone from val in bulk, or production's gate is not passed, the act waits for an answer.
 *
 * On a thread of its own: a pause or a hold never waits behind it. A pause that comes after an act
 * that waits here counts all the same: it is noted, and what it names leaves the act before the clerk
 * gets it. So does an act that is taken back while it is looked at: it is marked.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/base/http.h"
#include "src/engine/lost_rows.h"

/* Of the asker's thread. */
struct asker {
	struct desk *desk;
	struct reader *reader; /* NULL: not opened yet, or it could not be */
	struct lost_rows lost;
};

static const char *const verbs[] = {
	[ACT_RUN] = "launch", [ACT_RESUME] = "resume", [ACT_RETRY] = "retry",
	[ACT_VALIDATE] = "validate", [ACT_REHEARSE] = "dry-run", [ACT_PAUSE] = "pause",
};

static bool gives_run(enum act act)
{
	return act == ACT_RUN || act == ACT_RESUME || act == ACT_RETRY;
}

bool asker_wants(enum act act)
{
	return gives_run(act) || act == ACT_VALIDATE || act == ACT_REHEARSE;
}

void asker_name(const struct desk_act *act, char *out, size_t size)
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

void asker_clear(struct desk *desk)
{
	later_forget(desk);
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

bool asker_pause(struct desk *desk, const struct desk_act *pause)
{
	return !has_any(desk) || later_note(desk, pause);
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

/* Lock held: where the act of that number is linked, if it is here and was not taken back. What it is
   and of how many does not change. */
static struct desk_act **find(struct desk *desk, uint64_t serial)
{
	if (desk->asking && desk->asking->serial == serial)
		return desk->asking->dropped ? NULL : &desk->asking;
	if (desk->asked && desk->asked->serial == serial)
		return desk->asked->dropped ? NULL : &desk->asked;
	for (struct desk_act **at = &desk->to_ask; *at; at = &(*at)->next)
		if ((*at)->serial == serial)
			return at;
	return NULL;
}

bool asker_has(struct desk *desk, uint64_t serial)
{
	return find(desk, serial) != NULL;
}

/* Lock held: the first that waits leaves; the caller's. */
static struct desk_act *unlink_act(struct desk *desk, struct desk_act **at)
{
	struct desk_act *act = *at;

	*at = act->next;
	if (!act->next && desk->to_ask_end == &act->next)
		desk->to_ask_end = at;
	act->next = NULL;
	return act;
}

/* Lock held: the asker finds it so once it has looked, which it need not do to the end. */
static void drop_asking(struct desk *desk)
{
	desk->asking->dropped = true;
	atomic_store(&desk->gives_up, true);
	patience_end(&desk->asker_patience);
	if (desk->campus->http)
		http_look(desk->campus->http);
	pthread_cond_broadcast(&desk->turn);
}

bool asker_drop(struct desk *desk, uint64_t serial, struct desk_done *out)
{
	struct desk_act **at, *dropped = NULL;

	pthread_mutex_lock(&desk->lock);
	at = find(desk, serial);
	if (at)
		*out = (struct desk_done){.serial = serial, .act = (*at)->act, .count = (*at)->count};
	if (at == &desk->asked)
		dropped = take_asked(desk);
	else if (at == &desk->asking)
		drop_asking(desk);
	else if (at)
		dropped = unlink_act(desk, at);
	pthread_mutex_unlock(&desk->lock);
	desk_act_free(dropped);
	return at != NULL;
}

void desk_give_up(struct desk *desk)
{
	struct desk_act *dropped, *next;
	char name[64] = "";
	size_t count = 0;

	pthread_mutex_lock(&desk->lock);
	if (desk->asking && !desk->asking->dropped) {
		asker_name(desk->asking, name, sizeof(name));
		drop_asking(desk);
		count++;
	}
	dropped = desk->to_ask;
	desk->to_ask = NULL;
	desk->to_ask_end = &desk->to_ask;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
	for (; dropped; dropped = next) {
		next = dropped->next;
		if (!count++)
			asker_name(dropped, name, sizeof(name));
		desk_act_free(dropped);
	}
	if (count == 1)
		desk_say(desk, FINDING_NOTICE, "given up: %s: nothing was done", name);
	else if (count)
		desk_say(desk, FINDING_NOTICE, "given up: %s, and %zu more act%s behind it: nothing was done",
			 name, count - 1, count == 2 ? "" : "s");
}

/* ---- what is amiss ------------------------------------------------------------------------*/

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
static enum result look(struct asker *asker, struct desk_act *act, struct desk_question *out,
			struct error *err)
{
	struct desk *desk = asker->desk;
	enum result st = RESULT_OK;
	bool asks = false;

	memset(out, 0, sizeof(*out));
	out->serial = act->serial;
	asker_name(act, out->act, sizeof(out->act));
	if (act->passed < QUESTION_VANISHED)
		st = lost_rows_look(&asker->lost, desk->campus, asker->reader, gives_run(act->act),
				    &desk->gives_up, &asks, err);
	if (asks) {
		out->kind = QUESTION_VANISHED;
		snprintf(out->text, sizeof(out->text), "%s", asker->lost.seen.text);
	}
	if (st != RESULT_OK || asks || act->passed >= QUESTION_PERMIT || !gives_run(act->act))
		return st;
	memset(&act->permit, 0, sizeof(act->permit));
	st = look_at_gate(desk, asker->reader, act, &act->permit, err);
	if (st == RESULT_OK && act->permit.asked && !act->permit.given) {
		out->kind = QUESTION_PERMIT;
		snprintf(out->text, sizeof(out->text), "the gate before production is not met: %s",
			 act->permit.missing);
	}
	return st;
}

/* ---- asking -------------------------------------------------------------------------------*/

/* Lock held: what pauses that came after @act leave of it. False: it was taken back. */
static bool heed(struct desk *desk, struct desk_act *act)
{
	later_heed(desk, act);
	return !act->dropped;
}

/* Lock held: it is looked at once more, before all others. */
static void take_again(struct desk *desk, struct desk_act *act)
{
	act->next = desk->to_ask;
	desk->to_ask = act;
	if (!act->next)
		desk->to_ask_end = &act->next;
}

/* Nothing is left of it. */
static void say_paused(struct desk *desk, const char *name)
{
	desk_say(desk, FINDING_NOTICE, "%s: not done, it was paused since", name);
}

static void ask(struct desk *desk, struct desk_act *act, const struct desk_question *question)
{
	struct desk_act *older = NULL;
	size_t before = act->count;
	bool leaves, stays;
	char name[64];

	asker_name(act, name, sizeof(name));
	pthread_mutex_lock(&desk->lock);
	desk->asking = NULL;
	stays = heed(desk, act);
	leaves = desk->stopping || !stays || !act->count;
	if (!leaves && desk->answered) { /* the older one's turn comes first */
		take_again(desk, act);
		pthread_mutex_unlock(&desk->lock);
		return;
	}
	if (!leaves && desk->asked)
		older = take_asked(desk);
	if (!leaves) {
		desk->asked = act;
		desk->question = *question;
		desk->question_serial++;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	if (older) {
		asker_name(older, name, sizeof(name));
		desk_say(desk, FINDING_WARNING, "%s: not done, another act took its place", name);
	}
	desk_act_free(older);
	if (leaves && stays && before && !act->count)
		say_paused(desk, name);
	if (leaves)
		desk_act_free(act);
}

/* To the clerk, without what was paused or taken back meanwhile. */
static void let_go(struct desk *desk, struct desk_act *act)
{
	size_t before = act->count;
	char name[64];
	bool stays, goes;

	asker_name(act, name, sizeof(name));
	/* in one piece: a pause comes before it or after it */
	pthread_mutex_lock(&desk->lock);
	stays = heed(desk, act);
	goes = stays && (act->count || !before);
	desk->asking = NULL;
	act->since = clock_now(desk->campus->clock) + 1;
	if (goes)
		desk_append(desk, act);
	pthread_mutex_unlock(&desk->lock);
	if (goes)
		return;
	if (stays)
		say_paused(desk, name);
	desk_act_free(act);
}

static void refuse(struct desk *desk, struct desk_act *act, const struct error *err)
{
	char name[64];
	bool dropped;

	asker_name(act, name, sizeof(name));
	pthread_mutex_lock(&desk->lock);
	dropped = act->dropped; /* and that was told */
	desk->asking = NULL;
	pthread_mutex_unlock(&desk->lock);
	if (!dropped)
		desk_say(desk, FINDING_ERROR, "%s: not done: %s", name, err->text);
	desk_act_free(act);
}

static void consider(struct asker *asker, struct desk_act *act)
{
	struct desk *desk = asker->desk;
	struct desk_question question;
	struct error err = {0};
	enum result st = RESULT_OK;

	/* one that cannot be opened now may be for the next act */
	if (!asker->reader)
		st = reader_open(&asker->reader, status_path(desk->campus->status), &err);
	if (st == RESULT_OK)
		st = look(asker, act, &question, &err);
	if (st != RESULT_OK)
		refuse(desk, act, &err);
	else if (question.kind != QUESTION_NONE)
		ask(desk, act, &question);
	else
		let_go(desk, act);
}

/* Whatever an operator said to rows that are gone stands in the audit, before what is done for it. */
static void note_answer(struct desk *desk, const struct desk_question *question, bool yes)
{
	char what[160];

	snprintf(what, sizeof(what), "%s: %s", question->act, yes ? "went on all the same" : "not done");
	status_event(desk->campus->status, FINDING_WARNING, "rows gone", desk->campus->conf->name, what,
		     question->text);
}

/* The operator goes on: past the gate only with that in the audit. */
static void go_on(struct asker *asker, struct desk_act *act, const struct desk_question *question,
		  const char *reason)
{
	struct desk *desk = asker->desk;
	struct error err = {0};

	if (question->kind == QUESTION_VANISHED) {
		note_answer(desk, question, true);
		lost_rows_accept(&asker->lost, gives_run(act->act));
	}
	if (question->kind == QUESTION_PERMIT &&
	    permit_pass(desk->campus->status, desk->campus->conf, &act->permit, reason ? reason : "",
			"the campus name was typed in the console", &err) != RESULT_OK)
		refuse(desk, act, &err);
	else
		consider(asker, act);
}

/* The operator does not; that was said where it was asked. */
static void let_be(struct desk *desk, struct desk_act *act, const struct desk_question *question)
{
	if (question->kind == QUESTION_VANISHED)
		note_answer(desk, question, false);
	pthread_mutex_lock(&desk->lock);
	desk->asking = NULL;
	pthread_mutex_unlock(&desk->lock);
	desk_act_free(act);
}

void desk_answer(struct desk *desk, uint64_t serial, bool yes, const char *reason)
{
	pthread_mutex_lock(&desk->lock);
	if (desk->asked && desk->asked->serial == serial && !desk->answered) {
		free(desk->answer_reason);
		desk->answer_reason = reason ? strdup(reason) : NULL;
		desk->answered = true;
		desk->answer = yes;
		desk->asked->dropped = !yes;
		if (yes)
			desk->asked->passed = desk->question.kind;
		desk->asked->since = clock_now(desk->campus->clock) + 1;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
}

bool desk_is_asking(struct desk *desk, const struct snapshot *now)
{
	bool asking;

	pthread_mutex_lock(&desk->lock);
	asking = desk->to_ask || (desk->asking && !desk->asking->dropped) || desk->answered ||
		 now->question.kind != desk->question.kind ||
		 now->question.serial != desk->question.serial;
	pthread_mutex_unlock(&desk->lock);
	return asking;
}

/* ---- the thread ---------------------------------------------------------------------------*/

/* Does one thing; false when there is none. Lock held on entry and exit. */
static bool serve(struct asker *asker)
{
	struct desk *desk = asker->desk;
	struct desk_question question = {.kind = QUESTION_NONE};
	char *reason = NULL;
	struct desk_act *act;
	bool yes = true;

	if (desk->rests)
		return false;
	if (desk->answered) {
		question = desk->question;
		yes = desk->answer;
		reason = desk->answer_reason;
		desk->answer_reason = NULL;
		act = take_asked(desk);
	} else if (desk->to_ask) {
		act = unlink_act(desk, &desk->to_ask);
	} else {
		return false;
	}
	desk->asking = act;
	atomic_store(&desk->gives_up, false);
	patience_begin(&desk->asker_patience);
	pthread_mutex_unlock(&desk->lock);
	if (question.kind == QUESTION_NONE)
		consider(asker, act);
	else if (yes)
		go_on(asker, act, &question, reason);
	else
		let_be(desk, act, &question);
	free(reason);
	pthread_mutex_lock(&desk->lock);
	return true;
}

void *asker_main(void *arg)
{
	struct desk *desk = arg;
	struct asker asker = {.desk = desk};

	patience_heed(&desk->asker_patience);
	pthread_mutex_lock(&desk->lock);
	while (!desk->ends) {
		if (serve(&asker))
			continue;
		if (!has_any(desk)) /* nothing is left that a pause could have come after */
			later_forget(desk);
		clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
	}
	pthread_mutex_unlock(&desk->lock);
	reader_close(asker.reader);
	return NULL;
}
