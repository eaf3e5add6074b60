/*
 * Courses of a sample are asked for one after the other. While nothing is gone two are enough, so
 * that a campus where all is well pays two requests; then it goes on until it is clear.
 */
#include "config.h"

#include "src/rollout/vanished.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/http.h"
#include "src/status/rollout.h"

enum {
	SAMPLE = 200,
	COURSES_WELL = 2,  /* that are looked at while nothing is gone */
	COURSES_MOST = VANISHED_COURSES, /* a request each, at least */
	ROWS_CLEAR = 100,  /* more rows would not say more */
	ROWS_BULK = 10,	   /* of fewer, all must be gone */
	ROWS_LEAST = 3,	   /* and so few are an author's work */
};

struct look {
	struct vanished *out;
	struct campus *campus;
	struct reader *reader;
	struct journal_row *rows;
	size_t count;
	const atomic_bool *ends; /* or NULL */
};

/* Of @videos, looked up in the order of @rows; several may have one id. */
static void count_rows(struct look *look, const struct journal_row *rows, size_t count,
		       const struct val_video *videos, size_t video_count)
{
	struct vanished_course *course = &look->out->courses[look->out->course_count++];

	*course = (struct vanished_course){.id = rows->course_id};
	for (size_t i = 0; i < count; i++) {
		const struct val_video *video = NULL;
		enum val_presence has;

		for (size_t k = 0; k < video_count && !video; k++)
			if (!strcmp(videos[k].id, rows[i].val_id))
				video = &videos[k];
		has = video ? val_video_has(video, rows[i].language) : VAL_UNKNOWN;
		course->looked += has != VAL_UNKNOWN;
		course->gone += has == VAL_ABSENT;
	}
	look->out->looked += course->looked;
	look->out->gone += course->gone;
}

static bool has_id(const char *const *ids, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(ids[i], id))
			return true;
	return false;
}

/* @rows of one course. */
static enum result look_at_course(struct look *look, const struct journal_row *rows, size_t count,
				  struct error *err)
{
	struct val *val = look->campus->val;
	const char **ids = calloc(count, sizeof(*ids));
	struct val_video *videos = calloc(count, sizeof(*videos));
	struct course_row course = {0};
	size_t id_count = 0;
	enum result st = RESULT_OK;

	if (!ids || !videos)
		st = error_set(err, RESULT_NOMEM, "out of memory while looking for vanished rows");
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		if (!has_id(ids, id_count, rows[i].val_id))
			ids[id_count++] = rows[i].val_id;
	if (st == RESULT_OK)
		st = reader_course_by_id(look->reader, rows->course_id, &course, err);
	if (st == RESULT_OK)
		st = val->ops->lookup(val, course.key, ids, id_count, videos, err);
	if (st == RESULT_OK)
		count_rows(look, rows, count, videos, id_count);
	for (size_t i = 0; videos && i < id_count; i++)
		val_video_clear(&videos[i]);
	course_row_clear(&course);
	free(videos);
	free(ids);
	return st;
}

static enum result look_at_sample(struct look *look, struct error *err)
{
	const struct vanished *seen = look->out;
	enum result st = RESULT_OK;
	size_t courses = 0;

	for (size_t i = 0, end; i < look->count && st == RESULT_OK; i = end) {
		if (courses == (seen->gone ? COURSES_MOST : COURSES_WELL) ||
		    seen->looked >= ROWS_CLEAR)
			break;
		if (look->ends && atomic_load(look->ends))
			return error_set(err, RESULT_CANCELED, "given up");
		for (end = i; end < look->count && look->rows[end].course_id == look->rows[i].course_id;)
			end++;
		st = look_at_course(look, look->rows + i, end - i, err);
		courses++;
	}
	return st;
}

/* At least half of them; of a few, all. */
static bool is_bulk(const struct vanished *seen)
{
	if (seen->looked < ROWS_BULK)
		return seen->looked >= ROWS_LEAST && seen->gone == seen->looked;
	return 2 * seen->gone >= seen->looked;
}

static void tell(struct vanished *out, const struct conf *conf)
{
	bool production = !strcmp(conf->environment, "production");

	snprintf(out->text, sizeof(out->text),
		 "%lld of %lld rows that were registered here are gone from edx-val: %s",
		 (long long)out->gone, (long long)out->looked,
		 production ? "somebody removed them, or edx-val was restored; find out before "
			      "anything is launched"
			    : "if staging was restored, run subferry refresh first");
}

enum result vanished_look_until(struct vanished *out, struct campus *campus, struct reader *reader,
				const atomic_bool *ends, struct error *err)
{
	struct look look = {.out = out, .campus = campus, .reader = reader, .ends = ends};
	enum result st;

	memset(out, 0, sizeof(*out));
	if (campus->http)
		http_heed(campus->http, ends);
	st = reader_registered_sample(reader, SAMPLE, &look.rows, &look.count, err);
	if (st == RESULT_OK)
		st = look_at_sample(&look, err);
	if (campus->http)
		http_heed(campus->http, NULL);
	if (st != RESULT_OK && ends && atomic_load(ends))
		st = error_set(err, RESULT_CANCELED, "given up");
	out->bulk = st == RESULT_OK && is_bulk(out);
	if (out->bulk)
		tell(out, campus->conf);
	for (size_t i = 0; i < look.count; i++)
		journal_row_clear(&look.rows[i]);
	free(look.rows);
	return st;
}

enum result vanished_look(struct vanished *out, struct campus *campus, struct reader *reader,
			  struct error *err)
{
	return vanished_look_until(out, campus, reader, NULL, err);
}

static const struct vanished_course *find(const struct vanished *seen, int64_t id)
{
	for (size_t i = 0; i < seen->course_count; i++)
		if (seen->courses[i].id == id)
			return &seen->courses[i];
	return NULL;
}

bool vanished_is_worse(const struct vanished *now, const struct vanished *then)
{
	for (size_t i = 0; i < now->course_count; i++) {
		const struct vanished_course *before = find(then, now->courses[i].id);

		if (before && now->courses[i].gone > before->gone)
			return true;
	}
	return 10 * (now->gone * then->looked - then->gone * now->looked) >= now->looked * then->looked;
}
