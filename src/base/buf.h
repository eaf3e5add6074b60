/*
 * buf.h - a growable run of bytes, always followed by a NUL that its length does not count.
 *
 * A failed growth sets @failed and drops what does not fit; callers append freely and look
 * once at the end. Not thread-safe.
 */
#ifndef SUBFERRY_SRC_BASE_BUF_H
#define SUBFERRY_SRC_BASE_BUF_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL until something was added; buf_text() is never NULL */
	size_t len;
	size_t size;
	bool failed;
};

#define BUF_INIT {NULL, 0, 0, false}

void buf_init(struct buf *buf);
void buf_clear(struct buf *buf); /* frees; may run twice */
void buf_reset(struct buf *buf); /* empties, keeps the room */
/* Room for @more bytes behind the end; false, and @failed, if there is no memory. */
bool buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) SF_PRINTF(2, 3);
/* The bytes as text, "" when empty; valid until the next change. */
const char *buf_text(const struct buf *buf);
/* Hands the bytes over to the caller (free()); the buffer is empty afterwards. NULL if failed. */
char *buf_take(struct buf *buf);

#endif
