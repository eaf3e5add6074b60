/*
 * tags.h - the courses an operator has tagged, by id; or all that a filter shows.
 */
#ifndef SUBFERRY_UI_TAGS_H
#define SUBFERRY_UI_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tags {
	int64_t *ids; /* ascending */
	size_t count, size;
	bool all; /* everything the present filter shows; @ids is empty then */
};

void tags_clear(struct tags *tags); /* untags all; frees */
bool tags_has(const struct tags *tags, int64_t id);
/* Tags, or untags what is tagged; false without memory. */
bool tags_toggle(struct tags *tags, int64_t id);

#endif
