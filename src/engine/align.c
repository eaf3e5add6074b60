#include "config.h"

#include "src/engine/align.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * A range of left cues by a range of right cues no larger than this is weighed as a whole: a
 * byte for each pairing. Larger ones are taken apart first, by anchors, at last by time.
 */
#define CELLS 65536

/* ---- weights ------------------------------------------------------------------------------*/

#define SAME_TEXT 800
#define SAME_EMPTY 100
#define SAME_WORDS 500 /* the part of the words that both have */
#define SAME_TIMES 400
#define SAME_START 300
#define OVERLAP 300    /* the part of the longer time that both have */
#define NEAR 50	       /* among repeated texts the nearest wins */
#define LEAST 100      /* weaker is no relation */
#define LEAST_APART 250 /* nor is this, of two that do not overlap */

enum stage { STAGE_TEXT, STAGE_START, STAGE_HALVES };

struct feature {
	uint64_t text;	/* hash of all of it */
	uint64_t words; /* a bit for each word, or character where there are no blanks */
};

struct key {
	uint64_t value;
	int32_t index; /* right cues behind the left ones: ~index */
};

struct anchor {
	int32_t left, right;
	int32_t before; /* the anchor that comes before in the longest chain, -1 none */
};

struct aligner {
	const struct cues *left, *right;
	struct feature *left_features, *right_features;
	int32_t *mate;
	/* storage for one range at a time */
	struct key *keys;
	struct anchor *anchors;
	int32_t *tails;
	int32_t *scores[2];
	unsigned char *moves;
};

struct range {
	int32_t left, left_end, right, right_end;
};

static uint64_t mix(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * UINT64_C(0x100000001B3);
}

static uint64_t word_bit(uint64_t hash)
{
	return UINT64_C(1) << ((hash ^ hash >> 29 ^ hash >> 47) & 63);
}

static bool is_wordless(unsigned char c)
{
	return c <= ' ' || c == ',' || c == '.' || c == '!' || c == '?' || c == '"' || c == '-';
}

static struct feature look_at(const struct cues *cues, size_t index)
{
	const uint64_t seed = UINT64_C(0xCBF29CE484222325);
	struct feature out = {seed, 0};
	const unsigned char *text = (const unsigned char *)cues_text(cues, index);
	uint64_t word = seed;

	for (size_t i = 0; i < cues->items[index].text_len; i++) {
		unsigned char c = text[i];
		bool starts = c >= 0xE3; /* scripts of the far east: each character a word */

		out.text = mix(out.text, c);
		if ((is_wordless(c) || starts) && word != seed) {
			out.words |= word_bit(word);
			word = seed;
		}
		if (!is_wordless(c))
			word = mix(word, c);
	}
	if (word != seed)
		out.words |= word_bit(word);
	return out;
}

static double end_of(const struct cue *cue)
{
	return cue->end > cue->start ? cue->end : cue->start + 1;
}

/* What both times share, as a part of the longer; an absurd number shares nothing. */
static double overlap(const struct cue *a, const struct cue *b)
{
	double a_end = end_of(a), b_end = end_of(b);
	double from = a->start > b->start ? a->start : b->start;
	double to = a_end < b_end ? a_end : b_end;
	double longer = a_end - a->start > b_end - b->start ? a_end - a->start : b_end - b->start;
	double part = (to - from) / longer;

	return part > 0 && part <= 1 ? part : 0;
}

static int32_t weigh_time(const struct cue *a, const struct cue *b)
{
	if (a->start == b->start)
		return a->end == b->end ? SAME_TIMES : SAME_START;
	return (int32_t)(OVERLAP * overlap(a, b));
}

static int32_t weigh(const struct aligner *a, int32_t left, int32_t right)
{
	const struct cue *x = &a->left->items[left], *y = &a->right->items[right];
	const struct feature *f = &a->left_features[left], *g = &a->right_features[right];
	int32_t time = weigh_time(x, y), words = 0;

	if (f->text == g->text && x->text_len == y->text_len) {
		double apart = x->start > y->start ? x->start - y->start : y->start - x->start;
		int32_t near = apart < 1e12 ? (int32_t)(NEAR / (1 + apart / 1000)) : 0;

		return time + near + (x->text_len ? SAME_TEXT : SAME_EMPTY);
	}
	if (f->words & g->words)
		words = SAME_WORDS * __builtin_popcountll(f->words & g->words) /
			__builtin_popcountll(f->words | g->words);
	return time + words >= (time ? LEAST : LEAST_APART) ? time + words : 0;
}

/* ---- small ranges: all pairings -----------------------------------------------------------*/

enum move { MOVE_PAIR, MOVE_LEFT, MOVE_RIGHT };

static void weigh_all(struct aligner *a, const struct range *range)
{
	int32_t width = range->right_end - range->right;
	int32_t *above = a->scores[0], *row = a->scores[1], *swap;
	unsigned char *moves = a->moves;

	memset(above, 0, ((size_t)width + 1) * sizeof(*above));
	for (int32_t i = range->left; i < range->left_end; i++, moves += width) {
		row[0] = 0;
		for (int32_t j = 0; j < width; j++) {
			int32_t weight = weigh(a, i, range->right + j);
			int32_t best = row[j];
			enum move move = MOVE_RIGHT;

			if (above[j + 1] >= best) {
				best = above[j + 1];
				move = MOVE_LEFT;
			}
			if (weight && above[j] + weight >= best) {
				best = above[j] + weight;
				move = MOVE_PAIR;
			}
			row[j + 1] = best;
			moves[j] = (unsigned char)move;
		}
		swap = above;
		above = row;
		row = swap;
	}
}

static void pair_best(struct aligner *a, const struct range *range)
{
	int32_t width = range->right_end - range->right;
	int32_t i = range->left_end, j = width;

	weigh_all(a, range);
	while (i > range->left && j > 0) {
		switch (a->moves[(i - 1 - range->left) * width + j - 1]) {
		case MOVE_PAIR:
			a->mate[--i] = range->right + --j;
			break;
		case MOVE_LEFT:
			i--;
			break;
		default:
			j--;
		}
	}
}

/* ---- large ranges: anchors ----------------------------------------------------------------*/

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static int compare_anchors(const void *a, const void *b)
{
	const struct anchor *x = a, *y = b;

	return (x->left > y->left) - (x->left < y->left);
}

static uint64_t start_bits(const struct cue *cue)
{
	uint64_t bits;

	memcpy(&bits, &cue->start, sizeof(bits));
	return bits;
}

/*
 * What occurs equally often on both sides, the first with the first and so on, by the order on
 * the left; returns how many.
 */
static size_t find_anchors(struct aligner *a, const struct range *range, enum stage stage)
{
	size_t count = 0, found = 0, next, rights;

	for (int32_t i = range->left; i < range->left_end; i++)
		a->keys[count++] = (struct key){stage == STAGE_TEXT ? a->left_features[i].text
							: start_bits(&a->left->items[i]), i};
	for (int32_t j = range->right; j < range->right_end; j++)
		a->keys[count++] = (struct key){stage == STAGE_TEXT ? a->right_features[j].text
							: start_bits(&a->right->items[j]), ~j};
	qsort(a->keys, count, sizeof(*a->keys), compare_keys);
	for (size_t i = 0; i < count; i = next) {
		for (next = i + 1; next < count && a->keys[next].value == a->keys[i].value; next++)
			;
		for (rights = 0; i + rights < next && a->keys[i + rights].index < 0; rights++)
			;
		/* the right ones come first, and the last of them before the others */
		for (size_t k = 0; 2 * rights == next - i && k < rights; k++)
			a->anchors[found++] = (struct anchor){a->keys[i + rights + k].index,
							      ~a->keys[i + rights - 1 - k].index, -1};
	}
	qsort(a->anchors, found, sizeof(*a->anchors), compare_anchors);
	return found;
}

/* Mates the longest chain of anchors that ascends on both sides. */
static void mate_chain(struct aligner *a, size_t count)
{
	struct anchor *anchors = a->anchors;
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		size_t low = 0, high = length;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (anchors[a->tails[middle]].right < anchors[i].right)
				low = middle + 1;
			else
				high = middle;
		}
		anchors[i].before = low ? a->tails[low - 1] : -1;
		a->tails[low] = (int32_t)i;
		length += low == length;
	}
	for (int32_t at = length ? a->tails[length - 1] : -1; at >= 0; at = anchors[at].before)
		a->mate[anchors[at].left] = anchors[at].right;
}

static void align_range(struct aligner *a, struct range range, enum stage stage);

static void align_gaps(struct aligner *a, const struct range *range, enum stage stage)
{
	struct range gap = *range;

	for (int32_t i = range->left; i < range->left_end; i++) {
		if (a->mate[i] < 0)
			continue;
		gap.left_end = i;
		gap.right_end = a->mate[i];
		align_range(a, gap, stage);
		gap.left = i + 1;
		gap.right = gap.right_end + 1;
	}
	gap.left_end = range->left_end;
	gap.right_end = range->right_end;
	align_range(a, gap, stage);
}

/* ---- larger ones without anchors: halves --------------------------------------------------*/

/* The first of @cues from @low on that does not begin before @start. */
static int32_t first_from(const struct cues *cues, int32_t low, int32_t high, double start)
{
	while (low < high) {
		int32_t middle = low + (high - low) / 2;

		if (cues->items[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void align_halves(struct aligner *a, const struct range *range)
{
	int32_t left = range->left_end - range->left, right = range->right_end - range->right;
	struct range early = *range, late = *range;

	if (left >= right) {
		early.left_end = range->left + left / 2;
		early.right_end = first_from(a->right, range->right, range->right_end,
					     a->left->items[early.left_end].start);
	} else {
		early.right_end = range->right + right / 2;
		early.left_end = first_from(a->left, range->left, range->left_end,
					    a->right->items[early.right_end].start);
	}
	late.left = early.left_end;
	late.right = early.right_end;
	align_range(a, early, STAGE_HALVES);
	align_range(a, late, STAGE_HALVES);
}

static bool same_cue(const struct aligner *a, int32_t left, int32_t right)
{
	const struct cue *x = &a->left->items[left], *y = &a->right->items[right];

	return x->start == y->start && x->end == y->end && x->text_len == y->text_len &&
	       a->left_features[left].text == a->right_features[right].text;
}

static void align_range(struct aligner *a, struct range range, enum stage stage)
{
	while (range.left < range.left_end && range.right < range.right_end &&
	       same_cue(a, range.left, range.right))
		a->mate[range.left++] = range.right++;
	while (range.left < range.left_end && range.right < range.right_end &&
	       same_cue(a, range.left_end - 1, range.right_end - 1))
		a->mate[--range.left_end] = --range.right_end;
	if (range.left == range.left_end || range.right == range.right_end)
		return;
	if ((int64_t)(range.left_end - range.left) * (range.right_end - range.right) <= CELLS) {
		pair_best(a, &range);
	} else if (stage == STAGE_HALVES) {
		align_halves(a, &range);
	} else {
		mate_chain(a, find_anchors(a, &range, stage));
		align_gaps(a, &range, stage + 1);
	}
}

static struct feature *features_of(const struct cues *cues)
{
	struct feature *features = calloc(cues->count + 1, sizeof(*features));

	for (size_t i = 0; features && i < cues->count; i++)
		features[i] = look_at(cues, i);
	return features;
}

enum result align_cues(const struct cues *left, const struct cues *right, int32_t *mate)
{
	struct aligner a = {.left = left, .right = right, .mate = mate};
	size_t fewer = left->count < right->count ? left->count : right->count;
	enum result st = RESULT_NOMEM;

	memset(mate, -1, left->count * sizeof(*mate));
	a.left_features = features_of(left);
	a.right_features = features_of(right);
	a.keys = calloc(left->count + right->count + 1, sizeof(*a.keys));
	a.anchors = calloc(fewer + 1, sizeof(*a.anchors));
	a.tails = calloc(fewer + 1, sizeof(*a.tails));
	a.scores[0] = calloc(right->count + 1, sizeof(*a.scores[0]));
	a.scores[1] = calloc(right->count + 1, sizeof(*a.scores[1]));
	a.moves = malloc(CELLS);
	if (a.left_features && a.right_features && a.keys && a.anchors && a.tails && a.scores[0] &&
	    a.scores[1] && a.moves) {
		align_range(&a, (struct range){0, (int32_t)left->count, 0, (int32_t)right->count},
			    STAGE_TEXT);
		st = RESULT_OK;
	}
	free(a.moves);
	free(a.scores[1]);
	free(a.scores[0]);
	free(a.tails);
	free(a.anchors);
	free(a.keys);
	free(a.right_features);
	free(a.left_features);
	return st;
}
