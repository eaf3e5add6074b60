#include "config.h"

#include "src/status/write.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void *arena_clone(void (*lay_out)(struct arena *arena, const void *from), const void *from)
{
	struct arena arena = {NULL, 0};

	lay_out(&arena, from);
	arena.base = malloc(arena.used);
	if (!arena.base)
		return NULL;
	arena.used = 0;
	lay_out(&arena, from);
	return arena.base;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	size_t align = alignof(max_align_t);
	size_t at = (arena->used + align - 1) / align * align;

	arena->used = at + size;
	if (!arena->base)
		return NULL;
	if (size)
		memcpy(arena->base + at, bytes, size);
	return arena->base + at;
}

char *arena_text(struct arena *arena, const char *text)
{
	size_t size = strlen(text ? text : "") + 1;
	char *copy = arena->base ? arena->base + arena->used : NULL;

	arena->used += size;
	if (copy)
		memcpy(copy, text ? text : "", size);
	return copy;
}
