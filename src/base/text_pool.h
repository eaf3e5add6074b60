/*
 * text_pool.h - many short texts that live and die together.
 */
#ifndef SUBFERRY_SRC_BASE_TEXT_POOL_H
#define SUBFERRY_SRC_BASE_TEXT_POOL_H

struct text_chunk;
struct text_pool {
	struct text_chunk *chunks; /* the newest first */
};
#define TEXT_POOL_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/* A copy of @text that stays until the pool is cleared; NULL without memory. */
const char *text_pool_add(struct text_pool *pool, const char *text);
void text_pool_clear(struct text_pool *pool); /* may run twice */

#endif
