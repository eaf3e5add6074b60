#include "config.h"

#include "src/migrate/plan.h"

#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"
#include "src/migrate/plan_names.h"

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "out of memory while planning");
}

const struct video_fields *plan_fields(const struct video_block *block)
{
	return block->published ? block->published : block->draft;
}

char *plan_block_name(const struct video_block *block)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s@%s", block->type, block->id);
	return buf_take(&name);
}

/* ---- which names exist ------------------------------------------------------------------- */

/* The first of the promise's names that exists, or NULL. */
static const struct asset *table_first(const struct plan_names *table, const struct promise *promise)
{
	for (size_t n = 0; n < promise->name_count; n++) {
		const struct asset *asset = plan_names_asset(table, promise->names[n]);

		if (asset->state != ASSET_MISSING)
			return asset;
	}
	return NULL;
}

/* ---- the languages of a video ------------------------------------------------------------ */

/* What a branch promises for @language, by precedence: the first promise that holds. */
static enum result settle_side(const struct promises *promises, const char *language,
			       const struct plan_names *table, struct plan_side *side,
			       struct error *err)
{
	memset(side, 0, sizeof(*side));
	for (size_t i = 0; i < promises->count && !side->promised; i++) {
		const struct promise *promise = &promises->items[i];
		const struct asset *asset;

		if (strcmp(promise->language, language))
			continue;
		asset = table_first(table, promise);
		if (!asset && promise->kind != PROMISE_EXPLICIT)
			continue;
		side->promised = true;
		side->implicit = promise->kind == PROMISE_IMPLICIT;
		side->promise = promise;
		side->size = asset ? asset->size : -1;
		if (asset && !(side->asset = strdup(asset->id)))
			return no_memory(err);
	}
	return RESULT_OK;
}

static void side_clear(struct plan_side *side)
{
	free(side->asset);
	memset(side, 0, sizeof(*side));
}

static enum result add_language(struct plan_video *video, const char *language,
				const struct plan_names *table, struct error *err)
{
	struct plan_transcript *t = &video->transcripts[video->transcript_count];
	enum result st = settle_side(&video->published, language, table, &t->published, err);

	if (st == RESULT_OK)
		st = settle_side(&video->draft, language, table, &t->draft, err);
	if (st == RESULT_OK && (t->published.promised || t->draft.promised)) {
		/* explicit in one branch, implicit in the other: explicit */
		if (t->published.promised && t->draft.promised &&
		    t->published.implicit != t->draft.implicit)
			side_clear(t->published.implicit ? &t->published : &t->draft);
		t->implicit = (t->published.promised ? &t->published : &t->draft)->implicit;
		if (!(t->language = strdup(language)))
			st = no_memory(err);
		else
			video->transcript_count++;
	}
	if (!t->language) {
		side_clear(&t->published);
		side_clear(&t->draft);
	}
	return st;
}

static enum result look_again(struct plan *plan, struct plan_side *side, struct error *err)
{
	size_t count = side->promised ? side->promise->name_count : 0;
	const char *const *names = count ? (const char *const *)side->promise->names : NULL;
	struct asset *assets;
	char *id = NULL;
	enum result st;

	if (!count)
		return RESULT_OK;
	assets = calloc(count, sizeof(*assets));
	if (!assets)
		return no_memory(err);
	st = plan->source->ops->find(plan->source, names, count, assets, err);
	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		if (!plan_names_again(plan->names, names[i], &assets[i]))
			st = no_memory(err);
		if (st != RESULT_OK || id || assets[i].state == ASSET_MISSING)
			continue;
		id = strdup(assets[i].id);
		if (!id) {
			st = no_memory(err);
			break;
		}
		free(side->asset);
		side->asset = id;
		side->size = assets[i].size;
	}
	for (size_t i = 0; i < count; i++)
		asset_clear(&assets[i]);
	free(assets);
	return st;
}

enum result plan_look_again(struct plan *plan, size_t index, struct error *err)
{
	struct plan_video *video = &plan->videos[index];
	enum result st = RESULT_OK;

	for (size_t i = 0; i < video->transcript_count && st == RESULT_OK; i++) {
		st = look_again(plan, &video->transcripts[i].published, err);
		if (st == RESULT_OK)
			st = look_again(plan, &video->transcripts[i].draft, err);
	}
	return st == RESULT_OK ? plan_names_hash(plan->names, plan->assets, err) : st;
}

/* Both branches' promises are sorted by language: merge them. */
static enum result settle_languages(struct plan_video *video, const struct plan_names *table,
				    struct error *err)
{
	const struct promises *a = &video->published, *b = &video->draft;
	size_t i = 0, j = 0;
	const char *last = NULL;
	enum result st = RESULT_OK;

	video->transcripts = calloc(a->count + b->count + 1, sizeof(*video->transcripts));
	if (!video->transcripts)
		return no_memory(err);
	while (st == RESULT_OK && (i < a->count || j < b->count)) {
		const char *language;

		if (j == b->count ||
		    (i < a->count && strcmp(a->items[i].language, b->items[j].language) <= 0))
			language = a->items[i++].language;
		else
			language = b->items[j++].language;
		if (!last || strcmp(last, language))
			st = add_language(video, language, table, err);
		last = language;
	}
	return st;
}

/* ---- video ids --------------------------------------------------------------------------- */

static enum result settle_id(const struct plan *plan, struct plan_video *video, struct error *err)
{
	const struct video_block *block = video->block;
	const char *published = block->published ? block->published->edx_video_id : "";
	const char *draft = block->draft ? block->draft->edx_video_id : "";
	char made[UUID_TEXT] = "";

	video->ids_differ = *published && *draft && strcmp(published, draft);
	video->other_id = strdup(video->ids_differ ? draft : "");
	if (!*published && !*draft && video->transcript_count) {
		key_video_id_new(plan->course, block->type, block->id, made);
		video->val_id_new = true;
	}
	video->val_id = strdup(*published ? published : *draft ? draft : made);
	video->link = video->val_id_new ||
		      (!video->ids_differ && *video->val_id &&
		       ((block->published && !*published) || (block->draft && !*draft)));
	return video->val_id && video->other_id ? RESULT_OK : no_memory(err);
}

struct id_order {
	const char *id;
	size_t index;
};

static int compare_ids(const void *a, const void *b)
{
	const struct id_order *left = a, *right = b;
	int order = strcmp(left->id, right->id);

	return order ? order : left->index < right->index ? -1 : left->index > right->index;
}

/* Chains the videos that share an id, and asks val for each id once. */
static enum result lookup_ids(struct plan *plan, struct val *val, struct error *err)
{
	struct id_order *order = calloc(plan->video_count + 1, sizeof(*order));
	const char **ids = calloc(plan->video_count + 1, sizeof(*ids));
	size_t *first = calloc(plan->video_count + 1, sizeof(*first));
	struct val_video *answers = NULL;
	size_t count = 0, unique = 0;
	enum result st = RESULT_NOMEM;

	if (!order || !ids || !first)
		goto out;
	for (size_t i = 0; i < plan->video_count; i++) {
		plan->videos[i].before = -1;
		if (*plan->videos[i].val_id)
			order[count++] = (struct id_order){plan->videos[i].val_id, i};
	}
	qsort(order, count, sizeof(*order), compare_ids);
	for (size_t i = 0; i < count; i++) {
		if (i && !strcmp(order[i].id, order[i - 1].id)) {
			plan->videos[order[i].index].before = (int64_t)order[i - 1].index;
			continue;
		}
		first[unique] = order[i].index;
		ids[unique++] = order[i].id;
	}
	answers = calloc(unique + 1, sizeof(*answers));
	if (!answers)
		goto out;
	st = val->ops->lookup(val, plan->course, ids, unique, answers, err);
	if (st != RESULT_OK)
		goto out;
	/* the answer belongs to the first of a group; others find it along @before */
	for (size_t i = 0; i < unique; i++) {
		plan->videos[first[i]].val = answers[i];
		memset(&answers[i], 0, sizeof(answers[i]));
	}
out:
	if (st == RESULT_NOMEM)
		no_memory(err);
	for (size_t i = 0; answers && i < unique; i++)
		val_video_clear(&answers[i]);
	free(answers);
	free(first);
	free(ids);
	free(order);
	return st;
}

bool plan_sibling_promises(const struct plan *plan, const struct plan_video *video,
			   const char *language)
{
	for (size_t i = 0; i < plan->video_count; i++) {
		const struct plan_video *other = &plan->videos[i];

		if (other == video || strcmp(other->val_id, video->val_id))
			continue;
		for (size_t t = 0; t < other->transcript_count; t++)
			if (!strcmp(other->transcripts[t].language, language))
				return true;
	}
	return false;
}

/* ---- the whole --------------------------------------------------------------------------- */

static enum result resolve_all(struct plan *plan, struct error *err)
{
	const struct outline *outline = plan->source->outline;
	enum result st = RESULT_OK;

	plan->videos = calloc(outline->block_count + 1, sizeof(*plan->videos));
	if (!plan->videos)
		return no_memory(err);
	for (size_t i = 0; i < outline->block_count && st == RESULT_OK; i++) {
		struct plan_video *video = &plan->videos[plan->video_count++];

		video->block = &outline->blocks[i];
		video->before = -1;
		if (video->block->published)
			st = resolve_fields(video->block->published, &video->published, err);
		if (st == RESULT_OK && video->block->draft)
			st = resolve_fields(video->block->draft, &video->draft, err);
		if (st == RESULT_OK && (!plan_names_add(plan->names, &video->published) ||
					!plan_names_add(plan->names, &video->draft)))
			st = no_memory(err);
	}
	return st;
}

static enum result settle_all(struct plan *plan, struct error *err)
{
	enum result st = plan_names_find(plan->names, plan->source, err);
	if (st == RESULT_OK)
		st = plan_names_hash(plan->names, plan->assets, err);
	for (size_t i = 0; i < plan->video_count && st == RESULT_OK; i++) {
		st = settle_languages(&plan->videos[i], plan->names, err);
		if (st == RESULT_OK)
			st = settle_id(plan, &plan->videos[i], err);
	}
	plan_names_forget(plan->names);
	return st;
}

enum result plan_resolve(struct plan **out, struct source_course *source, struct error *err)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	enum result st = RESULT_OK;

	*out = NULL;
	if (!plan) {
		source_course_close(source);
		return no_memory(err);
	}
	plan->source = source;
	plan->course = strdup(source->outline->key);
	plan->names = plan_names_new();
	if (!plan->course || !plan->names)
		st = no_memory(err);
	if (st == RESULT_OK)
		st = resolve_all(plan, err);
	if (st == RESULT_OK)
		st = settle_all(plan, err);
	if (st == RESULT_OK)
		*out = plan;
	else
		plan_free(plan);
	return st;
}

enum result plan_new(struct plan **out, struct source_course *source, struct val *val,
		     const char **who_failed, struct error *err)
{
	struct plan *plan = NULL;
	const char *who = "source";
	enum result st = plan_resolve(&plan, source, err);

	*out = NULL;
	if (st == RESULT_OK) {
		who = "val";
		st = lookup_ids(plan, val, err);
	}
	if (st == RESULT_OK)
		*out = plan;
	else
		plan_free(plan);
	if (who_failed)
		*who_failed = who;
	return st;
}

const char *plan_assets(const struct plan *plan)
{
	return plan->assets;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->video_count; i++) {
		struct plan_video *video = &plan->videos[i];

		for (size_t t = 0; t < video->transcript_count; t++) {
			free(video->transcripts[t].language);
			side_clear(&video->transcripts[t].published);
			side_clear(&video->transcripts[t].draft);
		}
		free(video->transcripts);
		promises_clear(&video->published);
		promises_clear(&video->draft);
		val_video_clear(&video->val);
		free(video->val_id);
		free(video->other_id);
	}
	free(plan->videos);
	plan_names_free(plan->names);
	free(plan->course);
	source_course_close(plan->source);
	free(plan);
}
