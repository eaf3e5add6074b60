#include "config.h"

#include "src/migrate/close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The videos of a course that have something to do with linking, side by side. */
struct pending {
	struct link_request *requests;
	struct link_outcome *outcomes; /* the first @count are those of the requests */
	char **names;		       /* "type@id" of each outcome */
	size_t count, total;
};

static enum result no_memory(const struct closing *closing, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "%s: out of memory while linking", closing->plan->course);
}

static void pending_clear(struct pending *pending)
{
	for (size_t i = 0; pending->names && i < pending->total; i++)
		free(pending->names[i]);
	free(pending->names);
	free(pending->requests);
	free(pending->outcomes);
}

/* Its block must be told, and there is something under its id. */
static bool needs_link(const struct plan_video *video, const struct video_row *row)
{
	return video->link && row->state == VIDEO_DONE && row->counts.in_val > 0;
}

/* Findings that an earlier close has left may have been overtaken: the block names its id now. */
static bool may_have_findings(const struct plan_video *video, const struct video_row *row)
{
	return !video->link && row->state == VIDEO_DONE &&
	       (row->counts.notices || row->counts.errors || row->counts.waived);
}

static bool take(struct pending *pending, const struct plan_video *video, bool request)
{
	size_t at = pending->total++;
	char *name = plan_block_name(video->block);

	pending->names[at] = name;
	pending->outcomes[at] = (struct link_outcome){.video_id = video->id, .kind = LINKED,
						      .block = name, .val_id = video->val_id, .text = ""};
	if (request)
		pending->requests[pending->count++] = (struct link_request){
			.in_step = video->block->in_step, .type = video->block->type,
			.block = video->block->id, .val_id = video->val_id};
	return name;
}

/* Both are in the order of the plan; @which chooses. */
static bool take_all(struct pending *pending, const struct plan *plan, const struct video_row *rows,
		     size_t count, bool requests)
{
	bool ok = true;

	for (size_t i = 0, at = 0; i < count && ok; i++) {
		while (at < plan->video_count && plan->videos[at].id != rows[i].id)
			at++;
		if (at == plan->video_count)
			break;
		if (requests ? needs_link(&plan->videos[at], &rows[i])
			     : may_have_findings(&plan->videos[at], &rows[i]))
			ok = take(pending, &plan->videos[at], requests);
	}
	return ok;
}

static enum result gather(const struct closing *closing, struct pending *pending, struct error *err)
{
	struct video_row *rows = NULL;
	size_t count = 0;
	int64_t total;
	enum result st = reader_videos(closing->reader, closing->plan->course_id, 0, -1, &rows, &count,
				       &total, err);

	if (st == RESULT_OK) {
		pending->requests = calloc(count + 1, sizeof(*pending->requests));
		pending->outcomes = calloc(count + 1, sizeof(*pending->outcomes));
		pending->names = calloc(count + 1, sizeof(*pending->names));
		if (!pending->requests || !pending->outcomes || !pending->names ||
		    !take_all(pending, closing->plan, rows, count, true) ||
		    !take_all(pending, closing->plan, rows, count, false))
			st = no_memory(closing, err);
	}
	for (size_t i = 0; i < count; i++)
		video_row_clear(&rows[i]);
	free(rows);
	return st;
}

/* Those that have no answer of their own. */
static void answer_rest(struct pending *pending, enum link_state state, const char *reason)
{
	for (size_t i = 0; i < pending->count; i++) {
		if (pending->requests[i].state != LINK_OPEN)
			continue;
		pending->requests[i].state = state;
		snprintf(pending->requests[i].reason, sizeof(pending->requests[i].reason), "%.255s", reason);
	}
}

/* Every request gets its answer, or a transient code says that nothing is known. */
static enum result ask_linker(const struct closing *closing, struct pending *pending, struct error *err)
{
	struct error why = {0};
	enum result st;

	if (!closing->linker || !closing->allowed) {
		answer_rest(pending, LINK_PUT_OFF,
			    closing->linker ? "linking waits for its typed word: migrate with --word, or in"
					      " the console, with retry --finding link-pending"
					    : "the block does not name its new id yet (link = none)");
		return RESULT_OK;
	}
	st = closing->linker->ops->link(closing->linker, closing->plan->course, pending->requests,
					pending->count, &why);
	if (st == RESULT_OK)
		return st;
	if ((result_is_transient(st) || st == RESULT_NOMEM) && !closing->last)
		return error_set(err, st, "%s", why.text);
	answer_rest(pending, LINK_REFUSED, why.text);
	return RESULT_OK;
}

static int64_t settle(struct pending *pending)
{
	static const enum link_outcome_kind kinds[] = {
		[LINK_OPEN] = LINK_FAILURE, [LINK_DONE] = LINKED, [LINK_PUT_OFF] = LINK_WAITS,
		[LINK_REFUSED] = LINK_FAILURE};
	int64_t failed = 0;

	for (size_t i = 0; i < pending->count; i++) {
		const struct link_request *request = &pending->requests[i];

		pending->outcomes[i].kind = kinds[request->state];
		pending->outcomes[i].written = request->state == LINK_DONE && request->written;
		pending->outcomes[i].text = request->reason;
		failed += kinds[request->state] == LINK_FAILURE;
	}
	return failed;
}

/* Without a linker every try has said what is pending; only an old failure has to be taken back. */
static enum result has_old_failures(const struct closing *closing, bool *out, struct error *err)
{
	int64_t counts[FINDING_COUNT];
	enum result st = reader_finding_counts(closing->reader, closing->plan->course_id, counts, err);

	*out = st == RESULT_OK && counts[FINDING_LINK_FAILED];
	return st;
}

enum result close_links(const struct closing *closing, int64_t *failed, const char **who_failed,
			struct error *err)
{
	struct pending pending = {0};
	bool needed = true;
	enum result st = RESULT_OK;

	*failed = 0;
	*who_failed = "status";
	if (!closing->linker)
		st = has_old_failures(closing, &needed, err);
	if (st != RESULT_OK || !needed)
		return st;
	st = gather(closing, &pending, err);
	if (st == RESULT_OK && pending.count) {
		*who_failed = "source";
		st = ask_linker(closing, &pending, err);
	}
	if (st == RESULT_OK) {
		*failed = settle(&pending);
		*who_failed = "status";
		st = status_course_links(closing->status, closing->plan->course_id, pending.outcomes,
					 pending.total, err);
	}
	pending_clear(&pending);
	return st;
}
