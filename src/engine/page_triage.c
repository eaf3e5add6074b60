#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/fields.h"

/* ---- findings ---------------------------------------------------------------------------- */

enum result page_groups(struct reader *reader, const struct page_request *request,
			struct snapshot *snap, struct error *err)
{
	enum result st = RESULT_OK;

	if (request->course)
		st = reader_course_by_id(reader, request->course, &snap->course, err);
	if (st == RESULT_OK)
		st = reader_finding_groups(reader, request->course, request->video, &snap->groups,
					   &snap->group_count, err);
	snap->total = (int64_t)snap->group_count;
	return st;
}

/* NULL, everything, for a filter that cannot be understood: whoever typed it was told. */
static struct filter *parse(const struct filter_language *language, const char *text)
{
	struct filter *filter = NULL;

	filter_parse(&filter, language, text, NULL);
	return filter;
}

static bool is_search(const struct page_request *request)
{
	return request->find_direction && *request->find;
}

enum result page_findings(struct reader *reader, int64_t now, const struct page_request *request,
			  struct snapshot *snap, struct error *err)
{
	struct filter *filter = parse(&finding_fields, request->filter);
	const struct finding_query query = {
		.course = request->course, .video = request->video, .code = request->code,
		.first = request->first, .count = request->count, .with_waived = true,
		.filter = filter, .now = now};
	enum result st = reader_findings(reader, &query, &snap->findings, &snap->finding_count,
					 &snap->total, err);

	if (st == RESULT_OK && request->course)
		st = reader_course_by_id(reader, request->course, &snap->course, err);
	if (st == RESULT_OK)
		st = reader_finding_groups(reader, request->course, request->video, &snap->groups,
					   &snap->group_count, err);
	if (st == RESULT_OK && is_search(request))
		st = reader_find_finding(reader, &query, request->find, request->find_from,
					 request->find_direction, &snap->found, err);
	filter_free(filter);
	return st;
}

/* With those that are waived: their waivers may be what is to be taken back. */
enum result page_picks(struct reader *reader, int64_t now, const struct page_question *question,
		       struct snapshot *snap, struct error *err)
{
	struct filter *filter = parse(&finding_fields, question->filter);
	const struct finding_query query = {
		.course = question->course, .video = question->video, .code = question->code,
		.with_waived = true, .filter = filter, .now = now};
	enum result st = reader_picks(reader, &query, question->language, question->like,
				      &snap->picks, err);

	if (st == RESULT_OK)
		snap->answered = question->serial;
	filter_free(filter);
	return st;
}

/* ---- the log ----------------------------------------------------------------------------- */

/* Ids come with the page: who opens an event does not wait for a question. */
static enum result find_items(struct reader *reader, struct snapshot *snap, struct error *err)
{
	enum result st = RESULT_OK;

	snap->event_items = calloc(snap->count + 1, sizeof(*snap->event_items));
	if (!snap->event_items)
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < snap->count && st == RESULT_OK; i++)
		st = reader_event_item(reader, snap->events[i].object, &snap->event_items[i], err);
	return st;
}

enum result page_log(struct reader *reader, int64_t now, const struct page_request *request,
		     struct snapshot *snap, struct error *err)
{
	struct filter *filter = parse(&event_fields, request->filter);
	struct event_query query = {.first = request->first, .count = request->count,
				    .filter = filter, .now = now};
	enum result st = RESULT_OK;

	if (request->course)
		st = reader_course_by_id(reader, request->course, &snap->course, err);
	query.object = snap->course.key;
	if (st == RESULT_OK)
		st = reader_events(reader, &query, &snap->events, &snap->count, &snap->total, err);
	if (st == RESULT_OK)
		st = find_items(reader, snap, err);
	if (st == RESULT_OK && is_search(request))
		st = reader_find_event(reader, &query, request->find, request->find_from,
				       request->find_direction, &snap->found, err);
	filter_free(filter);
	return st;
}

/* ---- why --------------------------------------------------------------------------------- */

/* Whose story it is; the story itself is the clerk's (story.h). */
enum result page_why(struct reader *reader, const struct page_request *request,
		     struct snapshot *snap, struct error *err)
{
	enum result st = reader_course_by_id(reader, request->course, &snap->course, err);

	return st == RESULT_OK && request->video ? reader_video(reader, request->video, &snap->video, err)
						 : st;
}
