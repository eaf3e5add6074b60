#include "config.h"

#include "src/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf)
{
	memset(buf, 0, sizeof(*buf));
}

void buf_clear(struct buf *buf)
{
	free(buf->data);
	buf_init(buf);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

bool buf_reserve(struct buf *buf, size_t more)
{
	size_t need, size;
	char *data;

	if (buf->failed || more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4) {
		buf->failed = true;
		return false;
	}
	need = buf->len + more + 1;
	if (need <= buf->size)
		return true;
	size = buf->size ? buf->size : 64;
	while (size < need)
		size += size / 2;
	data = realloc(buf->data, size);
	if (!data) {
		buf->failed = true;
		return false;
	}
	if (!buf->data)
		data[0] = '\0';
	buf->data = data;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!len || !buf_reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !buf_reserve(buf, (size_t)len)) {
		buf->failed = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
	char *data = NULL;

	if (!buf->failed && buf_reserve(buf, 0)) {
		data = buf->data;
		buf->data = NULL;
	}
	buf_clear(buf);
	return data;
}
