/*
 * block_names.h - which of many blocks asked for is this one, by type and id.
 *
 * A course has thousands of blocks, and thousands of them may be asked for: names are sorted
 * once and looked up in logarithmic time.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_BLOCK_NAMES_H
#define SUBFERRY_SRC_SOURCE_BLOCK_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct block_name {
	const char *type, *block; /* borrowed */
	size_t at;		  /* what it was set with */
};

struct block_names {
	struct block_name *items;
	size_t count;
};

/* Room for @count names, to be filled in by the caller; false without memory. */
bool block_names_init(struct block_names *names, size_t count);
void block_names_clear(struct block_names *names); /* may run twice */
/* To be called once all are filled in, before the first lookup. */
void block_names_sort(struct block_names *names);
/* The first of the names that equal @type and @block (others follow it); NULL without one. */
const struct block_name *block_names_find(const struct block_names *names, const char *type,
					  const char *block);
/* The next one of the same name, or NULL. */
const struct block_name *block_names_next(const struct block_names *names,
					  const struct block_name *name);

#endif
