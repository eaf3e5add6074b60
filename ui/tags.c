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

	return tags->all || (at < tags->count && tags->ids[at] == id);
}

bool tags_toggle(struct tags *tags, int64_t id)
{
	size_t at = place(tags, id);
	int64_t *ids;

	if (at < tags->count && tags->ids[at] == id) {
		memmove(tags->ids + at, tags->ids + at + 1, (--tags->count - at) * sizeof(*ids));
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
