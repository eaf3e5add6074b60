/*
 * The roster's list: all courses in the order of the query, and those of them that pass its
 * filter. A filter walks the order once; a course that changes is taken out and put in by halving.
 */
#include "config.h"

#include "src/status/roster.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/roster_inside.h"

#define AGES_MOVE_EVERY (INT64_C(5) * 1000000) /* microseconds: how old an answer about ages may be */

enum result roster_list_reserve(struct roster *roster, size_t count, struct error *err)
{
	uint32_t *order, *list;

	if (count <= roster->array_room)
		return RESULT_OK;
	order = reallocarray(roster->order, count, sizeof(*order));
	if (order)
		roster->order = order;
	list = reallocarray(roster->list, count, sizeof(*list));
	if (list)
		roster->list = list;
	if (!order || !list)
		return error_set(err, RESULT_NOMEM, "no memory for the list of courses");
	roster->array_room = count;
	return RESULT_OK;
}

/* ---- order --------------------------------------------------------------------------------*/

/* Findings: errors first, then warnings, then notices. */
static int64_t weight(const struct counts *counts)
{
	return counts->errors * INT64_C(1000000000000) + counts->warnings * 1000000 + counts->notices;
}

/* As in reader.h: what is not known yet comes before nought. */
static int64_t difference(const struct course_facts *facts)
{
	const struct counts *counts = &facts->counts;

	if (!facts->pass && !facts->videos)
		return -1;
	return counts->expected - counts->in_val - counts->unknown + counts->differing;
}

/* As in reader.h: what wants to be looked at comes last. */
static int64_t flag_rank(const struct course_facts *facts)
{
	if (flag_is_turning(facts->flag))
		return 3;
	if (facts->flag == STEP_ON)
		return flag_is_stale(facts->flag, facts->evidence) ? 4 : 2;
	return facts->flag == STEP_OFF ? 1 : 0;
}

static int64_t number_of(const struct entry *entry, enum course_sort sort)
{
	const struct course_facts *facts = &entry->facts;

	switch (sort) {
	case SORT_STATUS:
		return facts->status;
	case SORT_VIDEOS:
		return facts->videos;
	case SORT_EXPECTED:
		return facts->counts.expected;
	case SORT_IN_VAL:
		return facts->counts.in_val;
	case SORT_FINDINGS:
		return weight(&facts->counts);
	case SORT_CHANGED:
		return facts->changed;
	case SORT_DIFFERENCE:
		return difference(facts);
	case SORT_ATTEMPTS:
		return facts->pass;
	case SORT_PROGRESS:
		return facts->videos ? facts->tried * 10000 / facts->videos : -1;
	case SORT_VERIFIED:
		return entry->verified;
	case SORT_FLAG:
		return flag_rank(facts);
	default:
		return 0;
	}
}

static int compare(const struct roster *roster, uint32_t a, uint32_t b)
{
	const struct entry *left = &roster->entries[a], *right = &roster->entries[b];
	int64_t one, other;
	int answer = 0;

	if (roster->sort == SORT_NAME) {
		answer = strcasecmp(left->facts.name, right->facts.name);
	} else if (roster->sort != SORT_KEY) {
		one = number_of(left, roster->sort);
		other = number_of(right, roster->sort);
		answer = (one > other) - (one < other);
		one = left->facts.counts.unknown;
		other = right->facts.counts.unknown;
		if (!answer && roster->sort == SORT_DIFFERENCE)
			answer = (one > other) - (one < other);
	}
	if (!answer)
		answer = strcmp(left->facts.key, right->facts.key); /* no two are equal */
	return roster->descending ? -answer : answer;
}

static int compare_places(const void *a, const void *b, void *roster)
{
	return compare(roster, *(const uint32_t *)a, *(const uint32_t *)b);
}

static bool passes(const struct roster *roster, uint32_t place)
{
	const struct course_facts *facts = &roster->entries[place].facts;

	if (roster->status >= 0 && (int)facts->status != roster->status)
		return false;
	return filter_passes(roster->filter, course_field, facts, roster->now);
}

static void filter_anew(struct roster *roster)
{
	roster->list_count = 0;
	for (size_t i = 0; i < roster->count; i++)
		if (passes(roster, roster->order[i]))
			roster->list[roster->list_count++] = roster->order[i];
}

void roster_list_rebuild(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		roster->order[i] = (uint32_t)i;
	if (roster->count)
		qsort_r(roster->order, roster->count, sizeof(*roster->order), compare_places, roster);
	filter_anew(roster);
}

/* ---- one course ---------------------------------------------------------------------------*/

/* Where @place stands in @list, or would. */
static size_t find(const struct roster *roster, const uint32_t *list, size_t count, uint32_t place)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(roster, list[middle], place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void take_out(const struct roster *roster, uint32_t *list, size_t *count, uint32_t place)
{
	size_t at = find(roster, list, *count, place);

	if (at < *count && list[at] == place)
		memmove(list + at, list + at + 1, (--*count - at) * sizeof(*list));
}

static void put_in(const struct roster *roster, uint32_t *list, size_t *count, uint32_t place)
{
	size_t at = find(roster, list, *count, place);

	memmove(list + at + 1, list + at, ((*count)++ - at) * sizeof(*list));
	list[at] = place;
}

void roster_list_remove(struct roster *roster, size_t place)
{
	size_t count = roster->count;

	take_out(roster, roster->order, &count, (uint32_t)place);
	take_out(roster, roster->list, &roster->list_count, (uint32_t)place);
}

void roster_list_insert(struct roster *roster, size_t place)
{
	size_t count = roster->count - 1;

	put_in(roster, roster->order, &count, (uint32_t)place);
	if (passes(roster, (uint32_t)place))
		put_in(roster, roster->list, &roster->list_count, (uint32_t)place);
}

/* ---- the query ----------------------------------------------------------------------------*/

static enum result take_filter(struct roster *roster, const char *text, struct error *err)
{
	struct filter *filter = NULL;
	char *copy = strdup(text);

	if (!copy)
		return error_set(err, RESULT_NOMEM, "no memory for a filter");
	/* the screen tells what is wrong with an invalid one; here it lets everything pass */
	filter_parse(&filter, &course_fields, text, NULL);
	filter_free(roster->filter);
	free(roster->text);
	roster->filter = filter;
	roster->text = copy;
	return RESULT_OK;
}

enum result roster_select(struct roster *roster, const struct roster_query *query, struct error *err)
{
	const char *text = query->filter ? query->filter : "";
	bool sorts = query->sort != roster->sort || query->descending != roster->descending;
	bool filters = query->status != roster->status || !roster->text || strcmp(text, roster->text) ||
		       (roster->filter && (query->now - roster->now > AGES_MOVE_EVERY ||
					   query->now < roster->now));
	enum result st = RESULT_OK;

	if (!sorts && !filters)
		return RESULT_OK;
	if (!roster->text || strcmp(text, roster->text))
		st = take_filter(roster, text, err);
	if (st != RESULT_OK)
		return st;
	roster->status = query->status;
	roster->sort = query->sort;
	roster->descending = query->descending;
	roster->now = query->now;
	if (sorts)
		roster_list_rebuild(roster);
	else
		filter_anew(roster);
	return RESULT_OK;
}

int64_t roster_count(const struct roster *roster)
{
	return (int64_t)roster->list_count;
}

int64_t roster_at(const struct roster *roster, int64_t position)
{
	if (position < 0 || position >= (int64_t)roster->list_count)
		return 0;
	return roster->entries[roster->list[position]].id;
}

int64_t roster_position(const struct roster *roster, int64_t course)
{
	for (size_t i = 0; i < roster->list_count; i++)
		if (roster->entries[roster->list[i]].id == course)
			return (int64_t)i;
	return -1;
}

enum result roster_ids(const struct roster *roster, int64_t **ids, size_t *count, struct error *err)
{
	*count = 0;
	*ids = malloc((roster->list_count + 1) * sizeof(**ids));
	if (!*ids)
		return error_set(err, RESULT_NOMEM, "no memory for the ids of %zu courses",
				 roster->list_count);
	for (; *count < roster->list_count; ++*count)
		(*ids)[*count] = roster->entries[roster->list[*count]].id;
	return RESULT_OK;
}

static bool holds(const struct course_facts *facts, const char *text)
{
	return filter_finds(facts->key, text) || filter_finds(facts->name, text);
}

int64_t roster_find(const struct roster *roster, const char *text, int64_t from, int direction)
{
	int64_t count = (int64_t)roster->list_count;

	if (!count)
		return -1;
	for (int64_t step = 1; step <= count; step++) {
		int64_t at = ((from + direction * step) % count + count) % count;

		if (holds(&roster->entries[roster->list[at]].facts, text))
			return at;
	}
	return -1;
}

/* ---- a guess ------------------------------------------------------------------------------*/

enum { RANK_NONE, RANK_KEY, RANK_PART, RANK_INSIDE, RANKS };

/* Every word of @typed (blanks made ends, @words of them) is held; how well? */
static int rank_of(const struct course_facts *facts, const char *typed, size_t words)
{
	const char *word = typed, *part = facts->key;

	for (size_t i = 0; i < words; i++, word += strlen(word) + 1)
		if (*word && !holds(facts, word))
			return RANK_NONE;
	if (!strncasecmp(facts->key, typed, strlen(typed)))
		return RANK_KEY;
	while ((part = strpbrk(part, ":+/")))
		if (!strncasecmp(++part, typed, strlen(typed)))
			return RANK_PART;
	return RANK_INSIDE;
}

static size_t split_words(char *text)
{
	size_t words = 1;

	for (; *text; text++) {
		if (*text != ' ')
			continue;
		*text = '\0';
		words++;
	}
	return words;
}


static int compare_keys(const void *a, const void *b, void *arg)
{
	const struct roster *roster = arg;

	return strcmp(roster->entries[*(const uint32_t *)a].facts.key,
		      roster->entries[*(const uint32_t *)b].facts.key);
}

/* The one at @step among those of @rank, by key. */
static int64_t pick(const struct roster *roster, const uint8_t *ranks, uint32_t *places, int rank,
		    int64_t step)
{
	size_t count = 0;

	for (size_t i = 0; i < roster->count; i++)
		if (ranks[i] == rank)
			places[count++] = (uint32_t)i;
	qsort_r(places, count, sizeof(*places), compare_keys, (void *)roster);
	return roster->entries[places[step]].id;
}

int64_t roster_guess(const struct roster *roster, const char *typed, int64_t step, int64_t *count)
{
	int64_t by_rank[RANKS] = {0}, id = 0;
	uint8_t *ranks = malloc(roster->count + 1);
	uint32_t *places = malloc((roster->count + 1) * sizeof(*places));
	char *words = strdup(typed);
	size_t word_count;

	*count = 0;
	if (!ranks || !places || !words)
		goto out;
	word_count = split_words(words);
	for (size_t i = 0; i < roster->count; i++) {
		ranks[i] = (uint8_t)rank_of(&roster->entries[i].facts, words, word_count);
		by_rank[ranks[i]]++;
	}
	*count = by_rank[RANK_KEY] + by_rank[RANK_PART] + by_rank[RANK_INSIDE];
	if (!*count)
		goto out;
	step = (step % *count + *count) % *count;
	for (int rank = RANK_KEY; rank < RANKS && !id; rank++) {
		if (step < by_rank[rank])
			id = pick(roster, ranks, places, rank, step);
		step -= by_rank[rank];
	}
out:
	free(ranks);
	free(places);
	free(words);
	return id;
}
