#include "config.h"

#include "src/cli/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/text.h"

/* The first failure on standard output: 0, or its errno. Nothing is written after it. */
static int out_failed;
/* Called before a line goes out; NULL: nobody. */
static void (*before_line)(bool on_error);

void out_before_lines(void (*fn)(bool on_error))
{
	before_line = fn;
}

static void clear_the_way(bool on_error)
{
	if (before_line)
		before_line(on_error);
}

bool out_works(void)
{
	return !out_failed;
}

static void write_out(const char *bytes, size_t len)
{
	if (out_failed || !len)
		return;
	clear_the_way(false);
	errno = 0;
	if (fwrite(bytes, 1, len, stdout) != len)
		out_failed = errno ? errno : EIO;
}

static void __attribute__((format(printf, 2, 0)))
add_formatted(struct buf *out, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, args);
	if (len < 0 || !buf_reserve(out, (size_t)len)) {
		out->failed = true;
	} else {
		vsnprintf(out->data + out->len, (size_t)len + 1, fmt, again);
		out->len += (size_t)len;
	}
	va_end(again);
}

/* The line ready to be written; its length is 0 without memory. */
static void __attribute__((format(printf, 3, 0)))
make_line(struct buf *out, const char *before, const char *fmt, va_list args)
{
	struct buf raw = BUF_INIT;

	buf_add_text(&raw, before);
	add_formatted(&raw, fmt, args);
	if (raw.failed)
		out->failed = true;
	else
		text_add_safe(out, buf_text(&raw), raw.len);
	buf_add_char(out, '\n');
	buf_clear(&raw);
	if (out->failed)
		buf_reset(out);
}

void out_line(const char *fmt, ...)
{
	struct buf line = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	make_line(&line, "", fmt, args);
	va_end(args);
	if (!line.len)
		out_failed = ENOMEM;
	write_out(buf_text(&line), line.len);
	buf_clear(&line);
}

static void __attribute__((format(printf, 2, 0)))
complain(const char *before, const char *fmt, va_list args)
{
	struct buf line = BUF_INIT;

	clear_the_way(true);
	fflush(stdout); /* so that the two come in the order they were meant in */
	make_line(&line, before, fmt, args);
	fputs(line.len ? buf_text(&line) : "subferry: out of memory\n", stderr);
	buf_clear(&line);
}

void out_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain("subferry: ", fmt, args);
	va_end(args);
}

void out_complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain("", fmt, args);
	va_end(args);
}

void out_bytes(const void *bytes, size_t len)
{
	write_out(bytes, len);
}

/* JSON's own marks are ASCII, so whatever is above stands inside a string: escape what a
   terminal could obey, keep the rest. */
static void add_json_safe(struct buf *out, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t left = strlen(text);

	while (left) {
		ucs4_t c;
		int len = u8_mbtouc(&c, at, left);

		if ((c >= 0x7F && c <= 0x9F) || c == 0x61C || c == 0x200E || c == 0x200F ||
		    (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
		    c == 0xFFFD)
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_add(out, at, (size_t)len);
		at += len;
		left -= (size_t)len;
	}
}

static void write_json(cJSON *json, bool pretty)
{
	char *text = !json ? NULL : pretty ? cJSON_Print(json) : cJSON_PrintUnformatted(json);
	struct buf out = BUF_INIT;

	if (text)
		add_json_safe(&out, text);
	buf_add_char(&out, '\n');
	if (!text || out.failed)
		out_failed = ENOMEM;
	write_out(buf_text(&out), out.len);
	buf_clear(&out);
	cJSON_free(text);
	cJSON_Delete(json);
}

void out_json_document(cJSON *json)
{
	write_json(json, true);
}

void out_json_line(cJSON *json)
{
	write_json(json, false);
}

void out_flush(void)
{
	errno = 0;
	if (fflush(stdout) && !out_failed)
		out_failed = errno ? errno : EIO;
}

int out_finish(int status)
{
	out_flush();
	if (!out_failed)
		return status;
	if (out_failed != EPIPE)
		fprintf(stderr, "subferry: cannot write standard output: %s\n",
			strerror(out_failed));
	return 3;
}

/* ---- JSON ---------------------------------------------------------------------------------*/

static void add_item(cJSON *object, const char *name, cJSON *item)
{
	if (!item || !object || !cJSON_AddItemToObject(object, name, item)) {
		cJSON_Delete(item);
		out_failed = ENOMEM;
	}
}

static cJSON *text_item(const char *text)
{
	struct buf fixed = BUF_INIT;
	cJSON *item;

	for (size_t left = strlen(text); left;) {
		ucs4_t c; /* U+FFFD for what is no UTF-8 */
		int len = u8_mbtouc(&c, (const uint8_t *)text, left);
		uint8_t bytes[6];

		buf_add(&fixed, bytes, (size_t)u8_uctomb(bytes, c, sizeof(bytes)));
		text += len;
		left -= (size_t)len;
	}
	item = fixed.failed ? NULL : cJSON_CreateString(buf_text(&fixed));
	buf_clear(&fixed);
	return item;
}

void member_text(cJSON *object, const char *name, const char *text)
{
	add_item(object, name, text && *text ? text_item(text) : cJSON_CreateNull());
}

void array_text(cJSON *array, const char *text)
{
	cJSON *item = text_item(text);

	if (!item || !cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		out_failed = ENOMEM;
	}
}

void member_number(cJSON *object, const char *name, int64_t value)
{
	add_item(object, name, cJSON_CreateNumber((double)value));
}

void member_count(cJSON *object, const char *name, int64_t count)
{
	add_item(object, name, count < 0 ? cJSON_CreateNull() : cJSON_CreateNumber((double)count));
}

void member_decimal(cJSON *object, const char *name, double value)
{
	add_item(object, name, cJSON_CreateNumber(value));
}

void member_span(cJSON *object, const char *name, int64_t span)
{
	add_item(object, name, span < 0 ? cJSON_CreateNull() : cJSON_CreateNumber((double)span / 1e6));
}

void member_time(cJSON *object, const char *name, int64_t wall)
{
	char text[40];

	member_text(object, name, wall ? clock_format(wall, text, sizeof(text)) : NULL);
}

void member_flag(cJSON *object, const char *name, bool value)
{
	add_item(object, name, cJSON_CreateBool(value));
}

cJSON *object_new(const char *type)
{
	cJSON *object = cJSON_CreateObject();

	member_text(object, "type", type);
	return object;
}

cJSON *member_array(cJSON *object, const char *name)
{
	cJSON *array = cJSON_CreateArray();

	add_item(object, name, array);
	return out_failed == ENOMEM ? NULL : array;
}
