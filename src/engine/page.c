#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/rollout.h"

static void last_try(struct reader *reader, int64_t video, struct snapshot *snap)
{
	struct attempt_row *attempts = NULL;
	size_t count = 0;

	if (reader_attempts(reader, video, &attempts, &count, NULL) == RESULT_OK && count) {
		const struct attempt_row *last = &attempts[count - 1];

		snap->last_try.pass = last->pass;
		snap->last_try.number = last->number;
		snap->last_try.ended = last->ended;
		snprintf(snap->last_try.result, sizeof(snap->last_try.result), "%s%s%.120s",
			 last->result, *last->text ? ", " : "", last->text);
	}
	for (size_t i = 0; i < count; i++)
		attempt_row_clear(&attempts[i]);
	free(attempts);
}

/* The findings of the row under the cursor come with the page. */
static enum result selected_findings(struct reader *reader, int64_t course, int64_t video,
				     struct snapshot *snap, struct error *err)
{
	struct finding_query query = {.course = course, .video = video, .code = -1, .count = 20,
				      .with_waived = true};

	return reader_findings(reader, &query, &snap->findings, &snap->finding_count,
			       &snap->finding_total, err);
}

/* ---- courses ----------------------------------------------------------------------------- */

/* The first page, before the roster is there: in the order of the query, and never filtered. */
static enum result read_first_courses(struct reader *reader, const struct page_request *request,
				      struct snapshot *snap, struct error *err)
{
	const struct course_query query = {
		.status = request->status, .sort = request->sort, .descending = request->descending,
		.first = request->first, .count = request->count};

	return reader_courses(reader, &query, &snap->courses, &snap->count, &snap->total, err);
}

static enum result answer_questions(const struct roster *roster, const struct page_request *request,
				    struct snapshot *snap, struct error *err)
{
	if (request->find_direction && *request->find)
		snap->found = roster_find(roster, request->find, request->find_from,
					  request->find_direction);
	if (request->question.ask != ASK_COURSES)
		return RESULT_OK;
	if (roster_ids(roster, &snap->ids, &snap->id_count, err) != RESULT_OK)
		return RESULT_NOMEM; /* no answer: whoever asked is not told "none" */
	snap->answered = request->question.serial;
	return RESULT_OK;
}

/* The rows the roster names, whole. */
static enum result read_listed_courses(struct reader *reader, const struct roster *roster,
				       const struct page_request *request, struct snapshot *snap,
				       struct error *err)
{
	int64_t total = roster_count(roster), count = total - request->first;
	enum result st = RESULT_OK;

	count = count > request->count ? request->count : count;
	snap->total = total;
	if (count <= 0)
		return RESULT_OK;
	snap->courses = calloc((size_t)count, sizeof(*snap->courses));
	if (!snap->courses)
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (int64_t i = 0; i < count && st == RESULT_OK; i++) {
		st = reader_course_by_id(reader, roster_at(roster, request->first + i),
					 &snap->courses[i], err);
		snap->count += st == RESULT_OK;
	}
	return st;
}

static enum result read_courses(struct reader *reader, struct roster *roster, int64_t now,
				const struct page_request *request, struct snapshot *snap,
				struct error *err)
{
	const struct roster_query query = {
		.status = request->status, .filter = request->filter, .sort = request->sort,
		.descending = request->descending, .now = now};
	int64_t at = request->selected - request->first;
	enum result st;

	if (!roster) {
		st = read_first_courses(reader, request, snap, err);
	} else {
		st = roster_select(roster, &query, err);
		if (st == RESULT_OK)
			st = answer_questions(roster, request, snap, err);
		if (st == RESULT_OK)
			st = read_listed_courses(reader, roster, request, snap, err);
	}
	if (st == RESULT_OK && at >= 0 && at < (int64_t)snap->count)
		st = selected_findings(reader, snap->courses[at].id, 0, snap, err);
	return st;
}

/* A course by a part of its key, on whatever screen. */
static void guess(const struct roster *roster, const struct page_request *request,
		  struct snapshot *snap)
{
	if (!roster || !*request->guess)
		return;
	snap->guessed = roster_guess(roster, request->guess, request->guess_step, &snap->guess_count);
	snprintf(snap->guessed_key, sizeof(snap->guessed_key), "%.255s",
		 roster_key(roster, snap->guessed));
}

/* ---- below a course ---------------------------------------------------------------------- */

/* Both lists are in the same order: where the languages of each video begin. */
static enum result share_languages(struct snapshot *snap, struct error *err)
{
	size_t at = 0;

	snap->language_from = calloc(snap->count + 1, sizeof(*snap->language_from));
	if (!snap->language_from)
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < snap->count; i++) {
		snap->language_from[i] = at;
		while (at < snap->language_count &&
		       snap->languages[at].video_id == snap->videos[i].id)
			at++;
	}
	snap->language_from[snap->count] = at;
	return RESULT_OK;
}

/* Those of the page's videos alone: a course may have many thousands. */
static enum result read_languages(struct reader *reader, int64_t course, struct snapshot *snap,
				  struct error *err)
{
	enum result st = RESULT_OK;

	if (snap->count)
		st = reader_languages(reader, course, snap->videos[0].position,
				      snap->videos[snap->count - 1].position, &snap->languages,
				      &snap->language_count, err);
	return st == RESULT_OK ? share_languages(snap, err) : st;
}

static enum result read_stale(struct reader *reader, struct snapshot *snap, struct error *err)
{
	struct evidence evidence = {0};
	enum result st = RESULT_OK;

	snap->stale[0] = '\0';
	if (snap->course.evidence == EVIDENCE_STALE)
		st = reader_evidence(reader, snap->course.id, &evidence, err);
	if (st == RESULT_OK && evidence.number)
		snprintf(snap->stale, sizeof(snap->stale), "%s", evidence.stale);
	evidence_clear(&evidence);
	return st;
}

static enum result read_videos(struct reader *reader, const struct page_request *request,
			       struct snapshot *snap, struct error *err)
{
	int64_t at = request->selected - request->first;
	enum result st = reader_course_by_id(reader, request->course, &snap->course, err);

	if (st == RESULT_OK)
		st = read_stale(reader, snap, err);
	if (st == RESULT_OK)
		st = reader_videos(reader, request->course, request->first, request->count, &snap->videos,
				   &snap->count, &snap->total, err);
	if (st == RESULT_OK)
		st = read_languages(reader, request->course, snap, err);
	if (st == RESULT_OK && at >= 0 && at < (int64_t)snap->count) {
		last_try(reader, snap->videos[at].id, snap);
		st = selected_findings(reader, request->course, snap->videos[at].id, snap, err);
	}
	return st;
}

static enum result read_diff(struct reader *reader, const struct page_request *request,
			     struct snapshot *snap, struct error *err)
{
	enum result st = reader_course_by_id(reader, request->course, &snap->course, err);

	if (st == RESULT_OK)
		st = reader_video(reader, request->video, &snap->video, err);
	if (st == RESULT_OK)
		st = reader_transcripts(reader, request->video, &snap->transcripts, &snap->count, err);
	snap->total = (int64_t)snap->count;
	if (st == RESULT_OK)
		last_try(reader, request->video, snap);
	return st == RESULT_OK ? selected_findings(reader, request->course, request->video, snap, err) : st;
}

/* Adding up a large table would keep the first page waiting: the roster has the sums anyway. */
static enum result read_totals(struct reader *reader, struct roster *roster, struct snapshot *snap,
			       struct error *err)
{
	enum result st = roster ? roster_refresh(roster, reader, err) : RESULT_OK;

	if (!roster || st != RESULT_OK)
		return st;
	roster_totals(roster, &snap->totals);
	snap->counted = true;
	return RESULT_OK;
}

void page_read(struct reader *reader, struct roster *roster, int64_t now,
	       const struct page_request *request, struct snapshot *snap)
{
	struct error err = {0};
	enum result st = reader_begin(reader, &err);

	snap->request = *request;
	snap->found = -1;
	snap->found_serial = request->find_serial;
	if (st == RESULT_OK)
		st = read_totals(reader, roster, snap, &err);
	if (st == RESULT_OK) {
		switch (request->kind) {
		case PAGE_COURSES:
			st = read_courses(reader, roster, now, request, snap, &err);
			break;
		case PAGE_VIDEOS:
			st = read_videos(reader, request, snap, &err);
			break;
		case PAGE_DIFF:
			st = read_diff(reader, request, snap, &err);
			break;
		case PAGE_GROUPS:
			st = page_groups(reader, request, snap, &err);
			break;
		case PAGE_FINDINGS:
			st = page_findings(reader, now, request, snap, &err);
			break;
		case PAGE_LOG:
			st = page_log(reader, now, request, snap, &err);
			break;
		case PAGE_RUNS:
			st = page_runs(reader, request, snap, &err);
			break;
		case PAGE_COMPARE: /* compared.h */
		case PAGE_BOARD:
			break;
		case PAGE_WHY:
			st = page_why(reader, request, snap, &err);
			break;
		}
	}
	if (st == RESULT_OK && request->question.ask == ASK_FINDINGS)
		st = page_picks(reader, now, &request->question, snap, &err);
	reader_end(reader);
	guess(roster, request, snap);
	if (st != RESULT_OK)
		snprintf(snap->problem, sizeof(snap->problem), "%.250s", err.text);
	snap->loading = st == RESULT_CANCELED; /* nobody waits for it any more */
}
