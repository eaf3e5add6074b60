/*
 * Transcripts of a course in two runs: what changed at the source, and which predictions were
 * missed, and why. A video is one transaction: what stops one of its languages stops the others, so
 * for a language that failed, in either run, the evidence of its whole block counts.
 */
#include "config.h"

#include "src/rollout/comparison_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- the pairs of a course ----------------------------------------------------------------*/

static bool keep_pair(void *arg, const struct run_pair *from)
{
	struct course_pair *course = arg;
	struct run_pair *pair;

	if (course->count == course->room) {
		size_t room = course->room ? course->room * 2 : 64;

		pair = reallocarray(course->pairs, room, sizeof(*pair));
		if (!pair)
			return false;
		course->pairs = pair;
		course->room = room;
	}
	pair = &course->pairs[course->count++];
	*pair = *from;
	return (pair->block = text_pool_add(&course->texts, from->block)) &&
	       (pair->language = text_pool_add(&course->texts, from->language)) &&
	       (pair->source_a = text_pool_add(&course->texts, from->source_a)) &&
	       (pair->source_b = text_pool_add(&course->texts, from->source_b)) &&
	       (pair->val_id_a = text_pool_add(&course->texts, from->val_id_a)) &&
	       (pair->val_id_b = text_pool_add(&course->texts, from->val_id_b));
}

/* The languages of one block among the pairs of its course. */
struct block {
	const struct course_pair *course;
	const struct run_pair *pairs;
	size_t count;
	const struct finding_row *findings_a, *findings_b; /* of the block */
	size_t count_a, count_b;
};

static bool has_failed(const struct run_pair *pair)
{
	return pair->outcome_a == OUTCOME_FAILED || pair->outcome_b == OUTCOME_FAILED;
}

static bool has_code(const struct finding_row *rows, size_t count, const char *language,
		     enum finding_code code)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].code == code && (!language || !strcmp(rows[i].language, language)))
			return true;
	return false;
}

/* ---- what changed at the source -----------------------------------------------------------*/

/* A file that was not read may be there all the same: only a finding says that it is not. */
static bool is_gone(const struct finding_row *rows, size_t count, const char *language)
{
	return has_code(rows, count, language, FINDING_ASSET_MISSING);
}

/* The run that does not have @pair could not read the course, and so knows nothing of it. */
static bool is_unread(const struct course_pair *course, const struct run_pair *pair)
{
	return (!pair->in_a && *course->a.row->problem) || (!pair->in_b && *course->b.row->problem);
}

/* How the source of @pair changed, in words; NULL: it did not. What is extra is no source's. */
static const char *change_of(const struct block *block, const struct run_pair *pair)
{
	bool in_a = pair->in_a && pair->outcome_a != OUTCOME_EXTRA;
	bool in_b = pair->in_b && pair->outcome_b != OUTCOME_EXTRA;

	if (is_unread(block->course, pair))
		return NULL;
	if (in_a != in_b)
		return in_a ? "gone" : "came";
	if (!in_a || !strcmp(pair->source_a, pair->source_b))
		return NULL;
	if (*pair->source_a && *pair->source_b)
		return "another text";
	if (*pair->source_a)
		return is_gone(block->findings_b, block->count_b, pair->language) ? "file gone" : NULL;
	return is_gone(block->findings_a, block->count_a, pair->language) ? "file came" : NULL;
}

static enum result add_change(struct comparing *c, const struct block *block,
			      const struct run_pair *pair, struct error *err)
{
	const char *what = change_of(block, pair);
	struct compared_row row = {
		.course = block->course->course,
		.block = pair->block,
		.language = pair->language,
		.code = FINDING_NONE,
		.text = what,
		.predicted = pair->outcome_a,
		.actual = pair->outcome_b,
		.in_a = pair->in_a,
		.in_b = pair->in_b,
	};

	if (what && !comparing_add(c, COMPARED_CHANGED, &row))
		return comparing_no_memory(err);
	return RESULT_OK;
}

/* ---- evidence -----------------------------------------------------------------------------*/

static bool differ(const char *a, const char *b)
{
	return *a && *b && strcmp(a, b);
}

/* That a promise came or went has to show in what the course's source was seen to be. */
static bool item_changed(const struct block *block, const struct run_pair *pair)
{
	const struct run_course_row *a = block->course->a.row, *b = block->course->b.row;

	if (!change_of(block, pair))
		return false;
	return (pair->in_a && pair->in_b) || differ(a->source_version, b->source_version) ||
	       differ(a->source_assets, b->source_assets);
}

static bool source_changed(const struct block *block, const struct run_pair *pair)
{
	for (size_t i = 0; has_failed(pair) && i < block->count; i++)
		if (item_changed(block, &block->pairs[i]))
			return true;
	return item_changed(block, pair);
}

/* Of the block, or with @language of that one alone. */
static bool waiver_differs(const struct block *block, const char *language)
{
	for (size_t i = 0, k; i < block->count_a; i++) {
		const struct finding_row *a = &block->findings_a[i];

		if (language && strcmp(a->language, language))
			continue;
		for (k = 0; k < block->count_b; k++) {
			const struct finding_row *b = &block->findings_b[k];

			if (a->code == b->code && !strcmp(a->language, b->language) &&
			    a->waived != b->waived)
				return true;
		}
	}
	return false;
}

static bool waived(const struct block *block, const struct run_pair *pair)
{
	if ((pair->outcome_a == OUTCOME_WAIVED) != (pair->outcome_b == OUTCOME_WAIVED))
		return true;
	return waiver_differs(block, has_failed(pair) ? NULL : pair->language);
}

static bool server_failed(const struct block *block, const struct run_pair *pair)
{
	return course_side_broken(&block->course->a, pair->block) ||
	       course_side_broken(&block->course->b, pair->block);
}

static bool store_conflicts(const struct block *block)
{
	return has_code(block->findings_a, block->count_a, NULL, FINDING_STORE_CONFLICT) ||
	       has_code(block->findings_b, block->count_b, NULL, FINDING_STORE_CONFLICT);
}

/* Val had a row that we did not just make; it had none. */
static bool had_row(enum transcript_outcome outcome)
{
	return outcome == OUTCOME_KEPT || outcome == OUTCOME_EXTRA;
}

static bool had_no_row(enum transcript_outcome outcome)
{
	return outcome == OUTCOME_WOULD || outcome == OUTCOME_FAILED;
}

static bool val_changed(const struct block *block, const struct run_pair *pair)
{
	static const enum finding_code codes[] = {FINDING_VAL_DIFFERS, FINDING_VAL_REMOVED,
						  FINDING_VAL_OVERTAKEN, FINDING_OBJECT_MISSING};
	enum transcript_outcome a = pair->outcome_a, b = pair->outcome_b;

	if (a == OUTCOME_EXTRA || b == OUTCOME_EXTRA)
		return true;
	/* there in one run, and in the other not, or ours instead */
	if ((had_no_row(a) && had_row(b)) ||
	    ((had_row(a) || a == OUTCOME_MIGRATED) && (had_no_row(b) || b == OUTCOME_MIGRATED)) ||
	    (a == OUTCOME_MIGRATED && b == OUTCOME_KEPT))
		return true;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (has_code(block->findings_b, block->count_b, pair->language, codes[i]))
			return true;
	return false;
}

/* ---- ids of several blocks ----------------------------------------------------------------*/

static int compare_shared(const void *left, const void *right)
{
	const struct shared_id *a = left, *b = right;
	int order = strcmp(a->val_id, b->val_id);

	return order ? order : strcmp(a->language, b->language);
}

static bool keep_shared(void *arg, const char *val_id, const char *language)
{
	struct comparing *c = arg;
	struct shared_id *id;

	if (c->shared_count == c->shared_room) {
		size_t room = c->shared_room ? c->shared_room * 2 : 64;

		id = reallocarray(c->shared, room, sizeof(*id));
		if (!id)
			return false;
		c->shared = id;
		c->shared_room = room;
	}
	id = &c->shared[c->shared_count++];
	id->val_id = text_pool_add(&c->shared_texts, val_id);
	id->language = text_pool_add(&c->shared_texts, language);
	return id->val_id && id->language;
}

static enum result read_shared(struct comparing *c, struct error *err)
{
	enum result st;

	if (c->shared_read)
		return RESULT_OK;
	st = run_pairs_shared(c->reader, c->out->a.number, keep_shared, c, err);
	if (st == RESULT_OK)
		st = run_pairs_shared(c->reader, c->out->b.number, keep_shared, c, err);
	if (st == RESULT_OK && c->shared_count)
		qsort(c->shared, c->shared_count, sizeof(*c->shared), compare_shared);
	c->shared_read = st == RESULT_OK;
	return st;
}

static bool pair_is_shared(const struct comparing *c, const struct run_pair *pair)
{
	const struct shared_id a = {pair->val_id_a, pair->language}, b = {pair->val_id_b, pair->language};

	return c->shared_count &&
	       (bsearch(&a, c->shared, c->shared_count, sizeof(a), compare_shared) ||
		bsearch(&b, c->shared, c->shared_count, sizeof(b), compare_shared));
}

static bool is_shared(const struct comparing *c, const struct block *block,
		      const struct run_pair *pair)
{
	for (size_t i = 0; has_failed(pair) && i < block->count; i++)
		if (pair_is_shared(c, &block->pairs[i]))
			return true;
	return pair_is_shared(c, pair);
}

/* ---- predictions --------------------------------------------------------------------------*/

/* The finding that says best why @pair is as it is: of its language, else of its block, and for one
   that failed, else of any language that stopped the block. NULL: none. */
static const struct finding_row *finding_of(const struct finding_row *rows, size_t count,
					    const struct run_pair *pair, bool failed)
{
	const struct finding_row *best = NULL;
	int best_rank = -1;

	for (size_t i = 0; i < count; i++) {
		bool own = !strcmp(rows[i].language, pair->language);
		int rank = own ? 2 : !*rows[i].language ? 1 : 0;

		if ((failed && (rows[i].severity != FINDING_ERROR || rows[i].waived)) ||
		    (!failed && !rank))
			continue;
		rank = rank * 4 + (int)rows[i].severity;
		if (rank > best_rank) {
			best = &rows[i];
			best_rank = rank;
		}
	}
	return best;
}

static enum finding_code code_of(const struct finding_row *row)
{
	return row ? row->code : FINDING_NONE;
}

/* That there would be nothing is one too, of a course that could be read. */
static bool is_prediction(const struct course_pair *course, const struct run_pair *pair)
{
	return pair->in_a ? pair->outcome_a != OUTCOME_UNTOLD && pair->outcome_a != OUTCOME_PLANNED
			  : !*course->a.row->problem;
}

static bool is_met(const struct block *block, const struct run_pair *pair)
{
	if (!pair->in_a || !pair->in_b)
		return false;
	if (pair->outcome_a == OUTCOME_WOULD)
		return pair->outcome_b == OUTCOME_MIGRATED;
	if (pair->outcome_a != pair->outcome_b)
		return false;
	return pair->outcome_a != OUTCOME_FAILED ||
	       code_of(finding_of(block->findings_a, block->count_a, pair, true)) ==
		       code_of(finding_of(block->findings_b, block->count_b, pair, true));
}

/* Its generations count the restores of one staging. */
static bool was_restored(const struct comparing *c)
{
	const struct run_row *a = &c->out->a, *b = &c->out->b;

	return !a->imported && !b->imported && a->generation != b->generation;
}

/* The first that there is evidence of, in this order; OTHER_RUN is looked for at the end. */
static enum miss_cause cause_of(const struct comparing *c, const struct block *block,
				const struct run_pair *pair)
{
	if (is_unread(block->course, pair))
		return MISS_SERVER;
	if (source_changed(block, pair))
		return MISS_SOURCE_CHANGED;
	if (waived(block, pair))
		return MISS_WAIVED;
	if (server_failed(block, pair))
		return MISS_SERVER;
	if (store_conflicts(block))
		return MISS_STORE;
	if (is_shared(c, block, pair))
		return MISS_SHARED_ID;
	if (!val_changed(block, pair))
		return MISS_UNEXPLAINED;
	return was_restored(c) ? MISS_RESTORED : MISS_VAL_CHANGED;
}

/* Edx-val did not have it when A looked, and had it when B did: our own doing, perhaps. */
static bool may_be_given(const struct comparing *c, const struct run_pair *pair, enum miss_cause cause)
{
	bool is_open = cause == MISS_SHARED_ID || cause == MISS_RESTORED || cause == MISS_VAL_CHANGED ||
		       cause == MISS_UNEXPLAINED;

	return is_open && !c->out->b.imported && *pair->val_id_b && pair->in_a &&
	       had_no_row(pair->outcome_a) &&
	       (had_row(pair->outcome_b) || pair->outcome_b == OUTCOME_MIGRATED);
}

static enum result add_miss(struct comparing *c, const struct block *block,
			    const struct run_pair *pair, struct error *err)
{
	const struct finding_row *finding = finding_of(block->findings_b, block->count_b, pair,
						       pair->outcome_b == OUTCOME_FAILED);
	struct compared_row row = {
		.course = block->course->course,
		.block = pair->block,
		.language = pair->language,
		.code = code_of(finding),
		.severity = finding ? finding->severity : FINDING_NOTICE,
		.waived = finding && finding->waived,
		.text = finding ? finding->text : "",
		.predicted = pair->outcome_a,
		.actual = pair->outcome_b,
		.in_a = pair->in_a,
		.in_b = pair->in_b,
	};
	enum result st;

	if (!is_prediction(block->course, pair) || is_met(block, pair))
		return RESULT_OK;
	st = read_shared(c, err);
	if (st != RESULT_OK)
		return st;
	row.cause = cause_of(c, block, pair);
	if (!comparing_add(c, COMPARED_MISSED, &row) ||
	    (may_be_given(c, pair, row.cause) && !comparing_doubt(c, block->course, pair)))
		return comparing_no_memory(err);
	c->out->met -= pair->in_a;
	return RESULT_OK;
}

static enum result count_predictions(struct comparing *c, const struct course_pair *course,
				     struct error *err)
{
	int64_t predicted, untold;
	enum result st =
		run_pairs_predicted(c->reader, course->a.row->id, &predicted, &untold, err);

	if (st != RESULT_OK)
		return st;
	c->out->predicted += predicted;
	c->out->met += predicted; /* until one is missed */
	c->out->untold += untold;
	return RESULT_OK;
}

enum result comparing_transcripts(struct comparing *c, struct course_pair *course, struct error *err)
{
	enum result st = RESULT_OK;

	if (c->out->has_predictions)
		st = count_predictions(c, course, err);
	if (st == RESULT_OK)
		st = run_pairs_read(c->reader, course->a.row->id, course->b.row->id, keep_pair, course,
				    err);
	for (size_t i = 0; st == RESULT_OK && i < course->count;) {
		struct block block = {.course = course, .pairs = &course->pairs[i]};

		while (i + block.count < course->count &&
		       !strcmp(block.pairs[block.count].block, block.pairs->block))
			block.count++;
		block.findings_a = course_side_of(&course->a, block.pairs->block, &block.count_a);
		block.findings_b = course_side_of(&course->b, block.pairs->block, &block.count_b);
		for (size_t k = 0; st == RESULT_OK && k < block.count; k++) {
			st = add_change(c, &block, &block.pairs[k], err);
			if (st == RESULT_OK && c->out->has_predictions)
				st = add_miss(c, &block, &block.pairs[k], err);
		}
		i += block.count;
	}
	return st;
}
