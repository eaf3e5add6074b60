#include "config.h"

#include "src/rollout/comparison.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/rollout/comparison_inside.h"

/* ---- words --------------------------------------------------------------------------------*/

#define X(id, name, more) {name, more},
static const struct {
	const char *name, *more; /* heading; help */
} list_words[] = {COMPARED_LIST(X)}, cause_words[] = {MISS_CAUSE_LIST(X)};
#undef X

const char *compared_name(enum compared list)
{
	return list < COMPARED_COUNT ? list_words[list].name : "?";
}

const char *compared_heading(enum compared list)
{
	return list < COMPARED_COUNT ? list_words[list].more : "?";
}

const char *miss_cause_name(enum miss_cause cause)
{
	return cause < MISS_CAUSES ? cause_words[cause].name : "?";
}

const char *miss_cause_help(enum miss_cause cause)
{
	return cause < MISS_CAUSES ? cause_words[cause].more : "?";
}

const char *compared_cause(const struct compared_row *row, char *out, size_t size)
{
	if (row->cause == MISS_OTHER_RUN)
		snprintf(out, size, "%s %" PRId64, miss_cause_name(row->cause), row->run);
	else
		snprintf(out, size, "%s", miss_cause_name(row->cause));
	return out;
}

/* ---- rows ---------------------------------------------------------------------------------*/

static bool keep_text(struct comparison *out, const char **text)
{
	*text = text_pool_add(&out->texts, *text ? *text : "");
	return *text;
}

bool comparing_add(struct comparing *c, enum compared list, const struct compared_row *row)
{
	struct comparison *out = c->out;
	struct compared_row *added;

	if (out->counts[list] == c->room[list]) {
		size_t room = c->room[list] ? c->room[list] * 2 : 16;

		added = reallocarray(out->rows[list], room, sizeof(*added));
		if (!added)
			return false;
		out->rows[list] = added;
		c->room[list] = room;
	}
	added = &out->rows[list][out->counts[list]];
	*added = *row;
	/* the key of a course is kept once, by its row in COURSES */
	if ((list == COMPARED_COURSES && !keep_text(out, &added->course)) ||
	    !keep_text(out, &added->block) || !keep_text(out, &added->language) ||
	    !keep_text(out, &added->text))
		return false;
	out->counts[list]++;
	return true;
}

enum result comparing_no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory to compare two runs");
}

/* ---- findings -----------------------------------------------------------------------------*/

const struct finding_row *course_side_of(const struct course_side *side, const char *block,
					 size_t *count)
{
	size_t first = 0, behind = side->count;

	while (first < behind) {
		size_t middle = first + (behind - first) / 2;

		if (strcmp(side->findings[middle].block, block) < 0)
			first = middle + 1;
		else
			behind = middle;
	}
	for (*count = 0; first + *count < side->count; ++*count)
		if (strcmp(side->findings[first + *count].block, block))
			break;
	return side->findings ? side->findings + first : NULL;
}

/* The last rows of the table: what went wrong is not the transcript's fault. */
static bool is_server(enum finding_code code)
{
	return code == FINDING_SOURCE_UNREACHABLE || code == FINDING_SOURCE_INVALID ||
	       code == FINDING_VAL_UNREACHABLE || code == FINDING_VAL_REFUSED ||
	       code == FINDING_STORE_UNREACHABLE || code == FINDING_STORE_REFUSED;
}

static bool has_server(const struct course_side *side, const char *block)
{
	size_t count;
	const struct finding_row *rows = course_side_of(side, block, &count);

	for (size_t i = 0; i < count; i++)
		if (is_server(rows[i].code))
			return true;
	return false;
}

bool course_side_broken(const struct course_side *side, const char *block)
{
	return side->broken || has_server(side, block);
}

static int compare_items(const struct finding_row *a, const struct finding_row *b)
{
	int order = strcmp(a->block, b->block);

	if (!order)
		order = strcmp(a->language, b->language);
	return order ? order : strcmp(finding_info(a->code)->name, finding_info(b->code)->name);
}

/* Several of one item and code count as one, which is told by the worst that is open. */
static const struct finding_row *next_item(const struct course_side *side, size_t *at)
{
	const struct finding_row *told = &side->findings[*at], *first = told;

	while (++*at < side->count && !compare_items(first, &side->findings[*at])) {
		const struct finding_row *row = &side->findings[*at];

		if (row->waived < told->waived ||
		    (row->waived == told->waived && row->severity > told->severity))
			told = row;
	}
	return told;
}

static bool add_finding(struct comparing *c, enum compared list, const char *course,
			const struct finding_row *row)
{
	return comparing_add(c, list,
			     &(struct compared_row){
				     .course = course,
				     .block = row->block,
				     .language = row->language,
				     .code = row->code,
				     .severity = row->severity,
				     .waived = row->waived,
				     .text = row->text,
				     .in_a = list != COMPARED_NEW,
				     .in_b = list != COMPARED_FIXED,
			     });
}

static enum result compare_findings(struct comparing *c, const struct course_pair *pair,
				    struct error *err)
{
	const struct course_side *a = &pair->a, *b = &pair->b;
	bool added = true;

	for (size_t i = 0, k = 0; added && (i < a->count || k < b->count);) {
		int order = i == a->count   ? 1
			    : k == b->count ? -1
					    : compare_items(&a->findings[i], &b->findings[k]);
		const struct finding_row *row;

		if (order < 0) {
			row = next_item(a, &i);
			if (!course_side_broken(b, row->block))
				added = add_finding(c, COMPARED_FIXED, pair->course, row);
			continue;
		}
		row = next_item(b, &k);
		if (!order)
			next_item(a, &i);
		added = add_finding(c, order ? COMPARED_NEW : COMPARED_STILL, pair->course, row);
	}
	return added ? RESULT_OK : comparing_no_memory(err);
}

/* ---- courses ------------------------------------------------------------------------------*/

static enum result read_side(struct comparing *c, const struct run_course_row *row,
			     struct course_side *side, struct error *err)
{
	enum result st = run_pairs_findings(c->reader, row->id, &side->findings, &side->count, err);

	side->row = row;
	side->broken = st == RESULT_OK && (*row->problem || has_server(side, ""));
	return st;
}

static void clear_side(struct course_side *side)
{
	while (side->count)
		finding_row_clear(&side->findings[--side->count]);
	free(side->findings);
}

static enum result compare_rows(struct comparing *c, const char *course,
				const struct run_course_row *a, const struct run_course_row *b,
				struct error *err)
{
	struct course_pair pair = {.course = course};
	enum result st = read_side(c, a, &pair.a, err);

	if (st == RESULT_OK)
		st = read_side(c, b, &pair.b, err);
	if (st == RESULT_OK)
		st = compare_findings(c, &pair, err);
	if (st == RESULT_OK)
		st = comparing_transcripts(c, &pair, err);
	clear_side(&pair.a);
	clear_side(&pair.b);
	free(pair.pairs);
	text_pool_clear(&pair.texts);
	return st;
}

static bool has_ended(const struct run_course_row *row)
{
	return row && (row->status == COURSE_MIGRATED || row->status == COURSE_FAILED);
}

static int64_t elapsed_of(const struct run_course_row *row)
{
	return row && row->ended > row->began ? row->ended - row->began : 0;
}

static int64_t time_of(const struct run_course_row *row)
{
	return row && row->ended ? row->active : 0;
}

/* Either may be NULL: the course is in one run only. */
static enum result compare_course(struct comparing *c, const struct run_course_row *a,
				  const struct run_course_row *b, struct error *err)
{
	struct compared_row row = {
		.course = a ? a->course : b->course,
		.code = FINDING_NONE,
		.in_a = a,
		.in_b = b,
		.status_a = a ? a->status : COURSE_NOT_MIGRATED,
		.status_b = b ? b->status : COURSE_NOT_MIGRATED,
		.elapsed_a = elapsed_of(a),
		.elapsed_b = elapsed_of(b),
		.time_a = time_of(a),
		.time_b = time_of(b),
		.errors_a = a ? a->sums.counts.errors : 0,
		.errors_b = b ? b->sums.counts.errors : 0,
	};
	struct comparison *out = c->out;

	if (!comparing_add(c, COMPARED_COURSES, &row))
		return comparing_no_memory(err);
	row.course = out->rows[COMPARED_COURSES][out->counts[COMPARED_COURSES] - 1].course;
	if (has_ended(a) && has_ended(b))
		return compare_rows(c, row.course, a, b, err);
	row.cause = MISS_NOT_RUN;
	if (out->has_predictions && has_ended(a) && !comparing_add(c, COMPARED_MISSED, &row))
		return comparing_no_memory(err);
	return RESULT_OK;
}

static enum result compare_courses(struct comparing *c, struct error *err)
{
	struct run_course_row *a = NULL, *b = NULL;
	size_t count_a = 0, count_b = 0;
	enum result st = reader_run_courses(c->reader, c->out->a.number, &a, &count_a, err);

	if (st == RESULT_OK)
		st = reader_run_courses(c->reader, c->out->b.number, &b, &count_b, err);
	for (size_t i = 0, k = 0; st == RESULT_OK && (i < count_a || k < count_b);) {
		int order = i == count_a   ? 1
			    : k == count_b ? -1
					   : strcmp(a[i].course, b[k].course);

		st = compare_course(c, order <= 0 ? &a[i] : NULL, order >= 0 ? &b[k] : NULL, err);
		i += order <= 0;
		k += order >= 0;
	}
	while (count_a)
		run_course_row_clear(&a[--count_a]);
	while (count_b)
		run_course_row_clear(&b[--count_b]);
	free(a);
	free(b);
	return st;
}

/* ---- the order of the lists ---------------------------------------------------------------*/

static int compare_places(const struct compared_row *a, const struct compared_row *b)
{
	int order = strcmp(a->course, b->course);

	if (!order)
		order = strcmp(a->block, b->block);
	return order ? order : strcmp(a->language, b->language);
}

static int by_severity(const void *left, const void *right)
{
	const struct compared_row *a = left, *b = right;
	int order = a->waived - b->waived;

	if (!order)
		order = (int)b->severity - (int)a->severity;
	if (!order)
		order = strcmp(finding_info(a->code)->name, finding_info(b->code)->name);
	return order ? order : compare_places(a, b);
}

static int rank_of(enum miss_cause cause)
{
	return cause == MISS_UNEXPLAINED ? -1 : cause == MISS_NOT_RUN ? MISS_CAUSES : (int)cause;
}

static int by_cause(const void *left, const void *right)
{
	const struct compared_row *a = left, *b = right;
	int order = rank_of(a->cause) - rank_of(b->cause);

	return order ? order : compare_places(a, b);
}

static void sort_lists(struct comparison *out)
{
	static int (*const orders[COMPARED_COUNT])(const void *, const void *) = {
		[COMPARED_FIXED] = by_severity,
		[COMPARED_STILL] = by_severity,
		[COMPARED_NEW] = by_severity,
		[COMPARED_MISSED] = by_cause,
	};

	for (int i = 0; i < COMPARED_COUNT; i++)
		if (orders[i] && out->counts[i])
			qsort(out->rows[i], out->counts[i], sizeof(*out->rows[i]), orders[i]);
}

/* ---- the whole ----------------------------------------------------------------------------*/

enum result comparison_new(struct comparison **out, struct reader *reader, int64_t a, int64_t b,
			   struct error *err)
{
	struct comparison *made = calloc(1, sizeof(*made));
	struct comparing c = {.out = made, .reader = reader};
	enum result st;

	*out = NULL;
	if (!made)
		return comparing_no_memory(err);
	made->refs = 1;
	st = reader_run(reader, a, &made->a, err);
	if (st == RESULT_OK)
		st = reader_run(reader, b, &made->b, err);
	made->has_predictions = made->a.kind == RUN_DRY && made->b.kind != RUN_DRY;
	if (st == RESULT_OK)
		st = compare_courses(&c, err);
	if (st == RESULT_OK)
		st = comparing_between(&c, err);
	free(c.shared);
	text_pool_clear(&c.shared_texts);
	free(c.doubtful);
	text_pool_clear(&c.doubtful_texts);
	if (st != RESULT_OK) {
		comparison_unref(made);
		return st;
	}
	sort_lists(made);
	*out = made;
	return RESULT_OK;
}

struct comparison *comparison_ref(struct comparison *comparison)
{
	if (comparison)
		__atomic_add_fetch(&comparison->refs, 1, __ATOMIC_RELAXED);
	return comparison;
}

void comparison_unref(struct comparison *comparison)
{
	if (!comparison || __atomic_sub_fetch(&comparison->refs, 1, __ATOMIC_ACQ_REL))
		return;
	run_row_clear(&comparison->a);
	run_row_clear(&comparison->b);
	for (int i = 0; i < COMPARED_COUNT; i++)
		free(comparison->rows[i]);
	text_pool_clear(&comparison->texts);
	free(comparison);
}

enum compared comparison_first(const struct comparison *comparison)
{
	const struct compared_row *missed = comparison->rows[COMPARED_MISSED];
	int list = COMPARED_FIXED;

	if (comparison->counts[COMPARED_NEW])
		return COMPARED_NEW;
	if (comparison->counts[COMPARED_MISSED] && missed->cause == MISS_UNEXPLAINED)
		return COMPARED_MISSED;
	while (list < COMPARED_COURSES && !comparison->counts[list])
		list++;
	return (enum compared)list;
}

enum result comparison_before(struct reader *reader, int64_t number, int64_t *out, struct error *err)
{
	return run_pairs_before(reader, number, out, err);
}
