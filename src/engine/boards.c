#include "config.h"

#include "src/engine/boards.h"

#include <stdlib.h>
#include <string.h>

struct boards *boards_new(size_t count)
{
	struct boards *boards = calloc(1, sizeof(*boards));

	if (boards)
		boards->items = calloc(count ? count : 1, sizeof(*boards->items));
	if (!boards || !boards->items) {
		free(boards);
		return NULL;
	}
	boards->refs = 1;
	return boards;
}

struct boards *boards_ref(struct boards *boards)
{
	if (boards)
		__atomic_add_fetch(&boards->refs, 1, __ATOMIC_RELAXED);
	return boards;
}

void boards_unref(struct boards *boards)
{
	if (!boards || __atomic_sub_fetch(&boards->refs, 1, __ATOMIC_ACQ_REL))
		return;
	for (size_t i = 0; i < boards->count; i++)
		board_clear(&boards->items[i]);
	free(boards->items);
	free(boards);
}

bool boards_copy_item(struct board *to, const struct board *from)
{
	char *key = from->key ? strdup(from->key) : NULL;

	if (from->key && !key)
		return false;
	*to = *from;
	to->key = key;
	return true;
}
