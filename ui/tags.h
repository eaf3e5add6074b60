/*
 * tags.h - the courses an operator has tagged, by id. They stay what they were, whatever is
 * filtered, sorted or shown meanwhile.
 */
#ifndef SUBFERRY_UI_TAGS_H
#define SUBFERRY_UI_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tags {
	int64_t *ids; /* ascending */
	size_t count, size;
	bool swept; /* some came in with others, not one by one */
};

void tags_clear(struct tags *tags); /* untags all; frees */
bool tags_has(const struct tags *tags, int64_t id);
/* Tags, or untags what is tagged; false without memory. */
bool tags_toggle(struct tags *tags, int64_t id);
/* Tags these @count courses (in any order) beside those that are; false without memory. */
bool tags_add(struct tags *tags, const int64_t *ids, size_t count);
/* Those of @ids (in any order) that are not tagged, ascending and each once, into @out (room for
   @count); returns how many. */
size_t tags_missing(const struct tags *tags, const int64_t *ids, size_t count, int64_t *out);
/* Tags or untags each of these, ascending and each once; false without memory. */
bool tags_toggle_many(struct tags *tags, const int64_t *ids, size_t count);

#endif
