#include "config.h"

#include "src/base/text_pool.h"

#include <stdlib.h>
#include <string.h>

struct text_chunk {
	struct text_chunk *next;
	size_t used, size;
	char bytes[];
};

static struct text_chunk *add_chunk(struct text_pool *pool, size_t size)
{
	struct text_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	chunk->next = pool->chunks;
	chunk->used = 0;
	chunk->size = size;
	pool->chunks = chunk;
	return chunk;
}

const char *text_pool_add(struct text_pool *pool, const char *text)
{
	enum { CHUNK = 16 * 1024 };
	size_t size = strlen(text) + 1;
	struct text_chunk *chunk = pool->chunks;
	char *copy;

	if (!*text)
		return "";
	if (!chunk || chunk->size - chunk->used < size)
		chunk = add_chunk(pool, size > CHUNK ? size : CHUNK);
	if (!chunk)
		return NULL;
	copy = memcpy(chunk->bytes + chunk->used, text, size);
	chunk->used += size;
	return copy;
}

void text_pool_clear(struct text_pool *pool)
{
	while (pool->chunks) {
		struct text_chunk *chunk = pool->chunks;

		pool->chunks = chunk->next;
		free(chunk);
	}
}
