/*
 * Findings picked for a waiver: which, and no more of them than tells them from others.
 */
#include "config.h"

#include "src/status/reader.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 20000 /* rows in memory at a time */

/* What is asked of each row, once one has seen them all; NULL: nothing. */
struct sieve {
	const struct finding_row *like;
	const char *language;
};

/* The waiver of one is that of the other: it names item, code and content. */
static bool is_like(const struct finding_row *a, const struct finding_row *b)
{
	return a->course_id == b->course_id && a->code == b->code && !strcmp(a->block, b->block) &&
	       !strcmp(a->language, b->language) && !strcmp(a->seen, b->seen);
}

static bool passes(const struct sieve *sieve, const struct finding_row *row)
{
	return (!sieve->like || is_like(row, sieve->like)) &&
	       (!sieve->language || !strcmp(row->language, sieve->language));
}

static enum result add_rows(struct picks *picks, const struct finding_row *rows, size_t count,
			    const struct sieve *sieve, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		if (passes(sieve, &rows[i]))
			st = picks_add(picks, &rows[i], err);
	return st;
}

static void free_rows(struct finding_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		finding_row_clear(&rows[i]);
	free(rows);
}

/* Of few rows, all of which one has to see first. */
static enum result pick_some(struct reader *reader, struct finding_query *query,
			     const char *language, int64_t like, struct picks *picks,
			     struct error *err)
{
	struct sieve sieve = {.language = like ? NULL : ""};
	struct finding_row *rows;
	int64_t total;
	size_t count;
	enum result st;

	query->count = -1;
	st = reader_findings(reader, query, &rows, &count, &total, err);
	for (size_t i = 0; i < count; i++) {
		if (like && rows[i].id == like)
			sieve.like = &rows[i];
		else if (!like && !strcmp(rows[i].language, language))
			sieve.language = language;
	}
	if (st == RESULT_OK && (!like || sieve.like))
		st = add_rows(picks, rows, count, &sieve, err);
	free_rows(rows, count);
	return st;
}

static enum result pick_all(struct reader *reader, struct finding_query *query, struct picks *picks,
			    struct error *err)
{
	const struct sieve none = {0};
	int64_t total = 1;
	enum result st = RESULT_OK;

	query->count = CHUNK;
	for (query->first = 0; query->first < total && st == RESULT_OK; query->first += CHUNK) {
		struct finding_row *rows;
		size_t count;

		st = reader_findings(reader, query, &rows, &count, &total, err);
		if (st == RESULT_OK)
			st = add_rows(picks, rows, count, &none, err);
		free_rows(rows, count);
	}
	return st;
}

enum result reader_picks(struct reader *reader, const struct finding_query *query,
			 const char *language, int64_t like, struct picks **out, struct error *err)
{
	struct finding_query asked = *query;
	struct picks *picks = picks_new();
	enum result st;

	*out = NULL;
	if (!picks)
		return error_set(err, RESULT_NOMEM, "out of memory");
	st = like || *language ? pick_some(reader, &asked, language, like, picks, err)
			       : pick_all(reader, &asked, picks, err);
	if (st == RESULT_OK)
		*out = picks;
	else
		picks_unref(picks);
	return st;
}
