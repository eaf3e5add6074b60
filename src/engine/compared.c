#include "config.h"

#include "src/engine/compared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/engine/desk_internal.h"

/* Microseconds; well below those from which a run is said to have waited: run_row_waited(). */
#define ACTIVE_NEWS INT64_C(5000000)

void compared_clear(struct desk_compared *compared)
{
	comparison_unref(compared->comparison);
	memset(compared, 0, sizeof(*compared));
}

static bool is_of(const struct desk_compared *compared, const struct page_request *request)
{
	return request->kind == PAGE_COMPARE && compared->run_a == request->run_a &&
	       compared->run_b == request->run_b;
}

void compared_want(struct desk *desk, const struct page_request *request)
{
	struct desk_compared *compared = &desk->compared;
	uint64_t serial = compared->serial;

	if (is_of(compared, request))
		return;
	compared_clear(compared);
	compared->serial = serial;
	if (request->kind != PAGE_COMPARE)
		return;
	compared->run_a = request->run_a;
	compared->run_b = request->run_b;
	compared->wanted = true;
}

/* ---- reading ------------------------------------------------------------------------------*/

static enum result read_mark(struct reader *reader, int64_t number, struct run_mark *out,
			     struct error *err)
{
	struct run_row run = {0};
	enum result st = reader_run(reader, number, &run, err);

	memset(out, 0, sizeof(*out));
	out->number = run.number;
	out->ended = run.ended;
	out->active = run.active;
	out->sums = run.sums;
	run_row_clear(&run);
	return st;
}

static bool same_mark(const struct run_mark *a, const struct run_mark *b)
{
	return a->number == b->number && a->ended == b->ended && b->active - a->active < ACTIVE_NEWS &&
	       !memcmp(&a->sums, &b->sums, sizeof(a->sums));
}

static enum result find_before(struct reader *reader, struct desk_compared *out, struct error *err)
{
	enum result st = RESULT_OK;

	out->a.number = out->run_a;
	if (!out->run_a)
		st = comparison_before(reader, out->run_b, &out->a.number, err);
	if (st == RESULT_OK && !out->a.number)
		st = error_set(err, RESULT_MISSING, "no run before run %lld has a course of it: Space"
			       " tags two runs to be compared", (long long)out->run_b);
	return st;
}

/* In one state: a course that is launched again meanwhile would have lost its rows half-way. */
static enum result compare_now(struct reader *reader, struct desk_compared *out, struct error *err)
{
	enum result st = reader_begin(reader, err);

	if (st != RESULT_OK)
		return st;
	st = comparison_new(&out->comparison, reader, out->a.number, out->run_b, err);
	reader_end(reader);
	return st;
}

/* The marks first: what is committed after them is news, never something that was missed. */
static void read_it(struct reader *reader, struct desk_compared *out)
{
	struct error err = {0};
	enum result st = find_before(reader, out, &err);

	if (st == RESULT_OK)
		st = read_mark(reader, out->a.number, &out->a, &err);
	if (st == RESULT_OK)
		st = read_mark(reader, out->run_b, &out->b, &err);
	if (st == RESULT_OK)
		st = compare_now(reader, out, &err);
	if (st != RESULT_OK)
		snprintf(out->problem, sizeof(out->problem), "%.250s", err.text);
}

bool compared_serve(struct desk *desk, struct reader *reader)
{
	struct desk_compared *compared = &desk->compared;
	struct desk_compared read = {.run_a = compared->run_a, .run_b = compared->run_b};

	if (!compared->wanted)
		return false;
	pthread_mutex_unlock(&desk->lock);
	read_it(reader, &read);
	pthread_mutex_lock(&desk->lock);
	/* it may have taken long: is it still what is wanted? */
	if (compared->wanted && compared->run_a == read.run_a && compared->run_b == read.run_b) {
		read.serial = compared->serial + 1;
		compared_clear(compared);
		*compared = read;
		pthread_cond_broadcast(&desk->turn);
	} else {
		compared_clear(&read);
	}
	return true;
}

/* ---- showing ------------------------------------------------------------------------------*/

/* A run that cannot be read is told by the reading itself. */
static bool has_news(struct reader *reader, const struct run_mark *mark)
{
	struct run_mark now;

	return read_mark(reader, mark->number, &now, NULL) == RESULT_OK && !same_mark(mark, &now);
}

/* What the row under the cursor is of, as events name it; nothing where it is not of this campus. */
static void find_item(struct reader *reader, struct snapshot *snap)
{
	const struct comparison *comparison = snap->comparison;
	const struct page_request *request = &snap->request;
	const struct compared_row *row;
	struct buf object = BUF_INIT;

	if (request->selected < 0 || request->selected >= snap->total)
		return;
	row = &comparison->rows[snap->compared_list][request->selected];
	snap->event_items = calloc(1, sizeof(*snap->event_items));
	buf_add_text(&object, row->course);
	if (*row->block)
		buf_printf(&object, " %s %s", row->block, *row->language ? row->language : "-");
	if (snap->event_items && !object.failed)
		reader_event_item(reader, buf_text(&object), snap->event_items, NULL);
	buf_clear(&object);
}

void compared_show(struct desk *desk, struct reader *reader, struct snapshot *snap)
{
	const struct page_request *request = &snap->request;
	struct desk_compared *compared = &desk->compared;
	struct run_mark a, b;
	bool shown;

	if (request->kind != PAGE_COMPARE || request->code >= COMPARED_COUNT)
		return;
	snap->compared_list = request->code < 0 ? COMPARED_FIXED : (enum compared)request->code;
	pthread_mutex_lock(&desk->lock);
	shown = is_of(compared, request);
	a = compared->a;
	b = compared->b;
	if (shown) {
		snap->comparison = comparison_ref(compared->comparison);
		if (compared->problem[0])
			memcpy(snap->problem, compared->problem, sizeof(snap->problem));
	}
	pthread_mutex_unlock(&desk->lock);
	if (!snap->comparison)
		return;
	if (request->code < 0)
		snap->compared_list = comparison_first(snap->comparison);
	snap->total = (int64_t)snap->comparison->counts[snap->compared_list];
	find_item(reader, snap);
	if (!has_news(reader, &a) && !has_news(reader, &b))
		return;
	pthread_mutex_lock(&desk->lock);
	if (is_of(compared, request))
		compared->wanted = true;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}
