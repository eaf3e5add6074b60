#include "config.h"

#include "ui/tags.h"

#include <stdlib.h>
#include <string.h>

/* Where @id is or would be. */
static size_t place(const struct tags *tags, int64_t id)
{
	size_t low = 0, high = tags->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tags->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void tags_clear(struct tags *tags)
{
	free(tags->ids);
	*tags = (struct tags){0};
}

bool tags_has(const struct tags *tags, int64_t id)
{
	size_t at = place(tags, id);

	return at < tags->count && tags->ids[at] == id;
}

bool tags_toggle(struct tags *tags, int64_t id)
{
	size_t at = place(tags, id);
	int64_t *ids;

	if (at < tags->count && tags->ids[at] == id) {
		memmove(tags->ids + at, tags->ids + at + 1, (--tags->count - at) * sizeof(*ids));
		tags->swept = tags->swept && tags->count;
		return true;
	}
	if (tags->count == tags->size) {
		size_t size = tags->size ? tags->size * 2 : 64;

		ids = reallocarray(tags->ids, size, sizeof(*ids));
		if (!ids)
			return false;
		tags->ids = ids;
		tags->size = size;
	}
	memmove(tags->ids + at + 1, tags->ids + at, (tags->count++ - at) * sizeof(*ids));
	tags->ids[at] = id;
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

bool tags_add(struct tags *tags, const int64_t *ids, size_t count)
{
	int64_t *all = calloc(tags->count + count + 1, sizeof(*all));
	size_t kept = 0;

	if (!all)
		return false;
	if (tags->count)
		memcpy(all, tags->ids, tags->count * sizeof(*all));
	if (count)
		memcpy(all + tags->count, ids, count * sizeof(*all));
	qsort(all, tags->count + count, sizeof(*all), compare_ids);
	for (size_t i = 0; i < tags->count + count; i++)
		if (!kept || all[kept - 1] != all[i])
			all[kept++] = all[i];
	free(tags->ids);
	tags->ids = all;
	tags->size = tags->count + count + 1;
	tags->count = kept;
	tags->swept = tags->swept || count > 0;
	return true;
}

size_t tags_missing(const struct tags *tags, const int64_t *ids, size_t count, int64_t *out)
{
	size_t missing = 0, kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!tags_has(tags, ids[i]))
			out[missing++] = ids[i];
	qsort(out, missing, sizeof(*out), compare_ids);
	for (size_t i = 0; i < missing; i++)
		if (!kept || out[kept - 1] != out[i])
			out[kept++] = out[i];
	return kept;
}

bool tags_toggle_many(struct tags *tags, const int64_t *ids, size_t count)
{
	int64_t *all = calloc(tags->count + count + 1, sizeof(*all));
	size_t left = 0, right = 0, kept = 0;

	if (!all)
		return false;
	while (left < tags->count || right < count) {
		if (right == count || (left < tags->count && tags->ids[left] < ids[right])) {
			all[kept++] = tags->ids[left++];
		} else if (left == tags->count || ids[right] < tags->ids[left]) {
			all[kept++] = ids[right++];
		} else { /* in both: untagged */
			left++;
			right++;
		}
	}
	free(tags->ids);
	tags->ids = all;
	tags->size = tags->count + count + 1;
	tags->count = kept;
	tags->swept = tags->swept && kept;
	return true;
}
