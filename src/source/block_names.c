#include "config.h"

#include "src/source/block_names.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct block_name *name, const char *type, const char *block)
{
	int order = strcmp(name->type, type);

	return order ? order : strcmp(name->block, block);
}

static int compare_items(const void *a, const void *b)
{
	const struct block_name *second = b;

	return compare(a, second->type, second->block);
}

bool block_names_init(struct block_names *names, size_t count)
{
	names->items = calloc(count ? count : 1, sizeof(*names->items));
	names->count = names->items ? count : 0;
	return names->items;
}

void block_names_clear(struct block_names *names)
{
	free(names->items);
	memset(names, 0, sizeof(*names));
}

void block_names_sort(struct block_names *names)
{
	if (names->count > 1)
		qsort(names->items, names->count, sizeof(*names->items), compare_items);
}

const struct block_name *block_names_find(const struct block_names *names, const char *type,
					  const char *block)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&names->items[middle], type, block) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == names->count || compare(&names->items[low], type, block) != 0)
		return NULL;
	return &names->items[low];
}

const struct block_name *block_names_next(const struct block_names *names,
					  const struct block_name *name)
{
	const struct block_name *next = name + 1;

	if (next == names->items + names->count || compare(next, name->type, name->block) != 0)
		return NULL;
	return next;
}
