/*
 * Pauses that overtake acts which are still looked at (asker.c): what they name leaves these acts
 * before the clerk gets them. With the desk's lock held, throughout.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

bool later_note(struct desk *desk, const struct desk_act *pause)
{
	struct desk_later *later = calloc(1, sizeof(*later));

	if (later)
		later->ids = malloc(pause->count * sizeof(*later->ids) + 1);
	if (!later || !later->ids) {
		free(later);
		return false;
	}
	later->serial = pause->serial;
	later->count = pause->count;
	memcpy(later->ids, pause->ids, pause->count * sizeof(*later->ids));
	qsort(later->ids, later->count, sizeof(*later->ids), compare_ids);
	later->next = desk->later;
	desk->later = later;
	return true;
}

void later_forget(struct desk *desk)
{
	while (desk->later) {
		struct desk_later *later = desk->later;

		desk->later = later->next;
		free(later->ids);
		free(later);
	}
}

void later_heed(struct desk *desk, struct desk_act *act)
{
	for (struct desk_later *later = desk->later; later; later = later->next) {
		size_t kept = 0;

		if (later->serial < act->serial)
			continue;
		for (size_t i = 0; i < act->count; i++)
			if (!bsearch(&act->ids[i], later->ids, later->count, sizeof(*later->ids),
				     compare_ids))
				act->ids[kept++] = act->ids[i];
		act->count = kept;
	}
}
