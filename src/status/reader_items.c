/*
 * From an event to the item it names, and to rows that hold a text.
 */
#include "config.h"

#include "src/status/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/read.h"

#define CHUNK 20000 /* rows in memory at a time while one is looked for */

/* ---- what an event is of ------------------------------------------------------------------*/

static enum result find_video(struct reader *reader, struct event_item *item, const char *block,
			      struct error *err)
{
	struct video_row video = {0};
	enum result st = reader_find_video(reader, item->course, block, &video, err);

	if (st == RESULT_OK)
		item->video = video.id;
	video_row_clear(&video);
	/* gone since, or never planned: the course is what is left to go to */
	return st == RESULT_MISSING || st == RESULT_INVALID ? RESULT_OK : st;
}

enum result reader_event_item(struct reader *reader, const char *object, struct event_item *out,
			      struct error *err)
{
	size_t key = strcspn(object, " ");
	const char *block = object[key] ? object + key + 1 : "";
	const char *language = strrchr(block, ' ');
	char text[700];
	enum result st;

	memset(out, 0, sizeof(*out));
	if (!key || key >= sizeof(text) || strlen(block) >= sizeof(text))
		return RESULT_OK;
	snprintf(text, sizeof(text), "%.*s", (int)key, object);
	st = db_number(&reader->db, err, "SELECT id FROM course WHERE key = ?1",
		       DB_VALUES(TEXT(text)), 0, &out->course);
	if (st != RESULT_OK || !out->course || !language)
		return st;
	snprintf(text, sizeof(text), "%.*s", (int)(language - block), block);
	if (strcmp(language + 1, "-") != 0)
		snprintf(out->language, sizeof(out->language), "%.55s", language + 1);
	return find_video(reader, out, text, err);
}

/* ---- the next row that holds a text -------------------------------------------------------*/

/* A list that is looked through: reads @count rows from @first, and says which is the first or
   the last of them that holds @text, -1 none. */
struct searched {
	struct reader *reader;
	const void *query;
	const char *text;
	enum result (*look)(const struct searched *in, int64_t first, int64_t count, bool last,
			    int64_t *hit, int64_t *total, struct error *err);
};

static enum result look_at_findings(const struct searched *in, int64_t first, int64_t count,
				    bool last, int64_t *hit, int64_t *total, struct error *err)
{
	struct finding_query query = *(const struct finding_query *)in->query;
	struct finding_row *rows = NULL;
	size_t got = 0;
	enum result st;

	query.first = first;
	query.count = count;
	st = reader_findings(in->reader, &query, &rows, &got, total, err);
	for (size_t i = 0; i < got; i++) {
		if ((last || *hit < 0) && finding_row_holds(&rows[i], in->text))
			*hit = first + (int64_t)i;
		finding_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

static enum result look_at_events(const struct searched *in, int64_t first, int64_t count,
				  bool last, int64_t *hit, int64_t *total, struct error *err)
{
	struct event_query query = *(const struct event_query *)in->query;
	struct event_row *rows = NULL;
	size_t got = 0;
	enum result st;

	query.first = first;
	query.count = count;
	st = reader_events(in->reader, &query, &rows, &got, total, err);
	for (size_t i = 0; i < got; i++) {
		if ((last || *hit < 0) && event_row_holds(&rows[i], in->text))
			*hit = first + (int64_t)i;
		event_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

/* From @from to the end, exclusive; then the rows before, @from included. */
static enum result look_forward(const struct searched *in, int64_t from, int64_t end, int64_t *hit,
				struct error *err)
{
	enum result st = RESULT_OK;
	int64_t total;

	for (; from < end && *hit < 0 && st == RESULT_OK; from += CHUNK)
		st = in->look(in, from, end - from < CHUNK ? end - from : CHUNK, false, hit, &total, err);
	return st;
}

static enum result look_backward(const struct searched *in, int64_t from, int64_t end, int64_t *hit,
				 struct error *err)
{
	enum result st = RESULT_OK;
	int64_t total;

	while (end > from && *hit < 0 && st == RESULT_OK) {
		int64_t first = end - from > CHUNK ? end - CHUNK : from;

		st = in->look(in, first, end - first, true, hit, &total, err);
		end = first;
	}
	return st;
}

static enum result search(const struct searched *in, int64_t from, int direction, int64_t *out,
			  struct error *err)
{
	int64_t total = 0;
	enum result st;

	*out = -1;
	st = in->look(in, 0, 0, false, out, &total, err);
	if (st != RESULT_OK)
		return st;
	from = from < 0 ? 0 : from;
	if (direction > 0) {
		st = look_forward(in, from + 1, total, out, err);
		if (st == RESULT_OK && *out < 0)
			st = look_forward(in, 0, from + 1 < total ? from + 1 : total, out, err);
	} else {
		st = look_backward(in, 0, from < total ? from : total, out, err);
		if (st == RESULT_OK && *out < 0)
			st = look_backward(in, from, total, out, err);
	}
	return st;
}

enum result reader_find_finding(struct reader *reader, const struct finding_query *query,
				const char *text, int64_t from, int direction, int64_t *out,
				struct error *err)
{
	const struct searched in = {reader, query, text, look_at_findings};

	return search(&in, from, direction, out, err);
}

enum result reader_find_event(struct reader *reader, const struct event_query *query,
			      const char *text, int64_t from, int direction, int64_t *out,
			      struct error *err)
{
	const struct searched in = {reader, query, text, look_at_events};

	return search(&in, from, direction, out, err);
}
