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
	size_t count = from->consequence_count;

	*to = *from;
	to->key = from->key ? strdup(from->key) : NULL;
	to->consequences = calloc(count + 1, sizeof(*to->consequences));
	to->consequence_count = to->consequences ? count : 0;
	for (size_t i = 0; i < to->consequence_count; i++)
		if (!(to->consequences[i] = strdup(from->consequences[i])))
			to->consequence_count = i;
	if ((to->key || !from->key) && to->consequences && to->consequence_count == count)
		return true;
	board_clear(to);
	return false;
}
