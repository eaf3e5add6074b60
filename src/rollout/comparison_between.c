/*
 * What our own runs between the two that are compared had given to edx-val: it had no row when A was
 * predicted, and had one when B came, and no hand but ours is to blame for that.
 *
 * The misses that this could explain are gathered first, so that the runs between are read once, along
 * their transcripts, and nothing of them is kept.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "src/rollout/comparison_inside.h"

static int by_id(const void *left, const void *right)
{
	const struct doubtful *a = left, *b = right;
	int order = strcmp(a->val_id, b->val_id);

	return order ? order : strcmp(a->language, b->language);
}

/* The first of those that are about the same row of edx-val, NULL: none is. */
static struct doubtful *find(const struct comparing *c, const struct run_given *given)
{
	struct doubtful key = {.val_id = given->val_id, .language = given->language};
	struct doubtful *found = bsearch(&key, c->doubtful, c->doubtful_count, sizeof(key), by_id);

	while (found && found > c->doubtful && !by_id(found - 1, &key))
		found--;
	return found;
}

/* The last of several runs is told. */
static void take(void *arg, const struct run_given *given)
{
	struct comparing *c = arg;
	const struct doubtful *end = c->doubtful + c->doubtful_count, *first = find(c, given);

	for (const struct doubtful *at = first; at && at < end && !by_id(at, first); at++) {
		struct compared_row *row = &c->out->rows[COMPARED_MISSED][at->row];

		if (given->ended < at->since || given->began > at->until)
			continue;
		row->cause = MISS_OTHER_RUN;
		row->run = given->run;
	}
}

bool comparing_doubt(struct comparing *c, const struct course_pair *course, const struct run_pair *pair)
{
	struct doubtful *doubtful;

	if (c->doubtful_count == c->doubtful_room) {
		size_t room = c->doubtful_room ? c->doubtful_room * 2 : 64;

		doubtful = reallocarray(c->doubtful, room, sizeof(*doubtful));
		if (!doubtful)
			return false;
		c->doubtful = doubtful;
		c->doubtful_room = room;
	}
	doubtful = &c->doubtful[c->doubtful_count++];
	*doubtful = (struct doubtful){
		.val_id = text_pool_add(&c->doubtful_texts, pair->val_id_b),
		.language = text_pool_add(&c->doubtful_texts, pair->language),
		.since = course->a.row->began,
		.until = course->b.row->ended,
		.row = c->out->counts[COMPARED_MISSED] - 1,
	};
	return doubtful->val_id && doubtful->language;
}

enum result comparing_between(struct comparing *c, struct error *err)
{
	if (!c->doubtful_count)
		return RESULT_OK;
	qsort(c->doubtful, c->doubtful_count, sizeof(*c->doubtful), by_id);
	return run_pairs_given(c->reader, &c->out->a, &c->out->b, take, c, err);
}
