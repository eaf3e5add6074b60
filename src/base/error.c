#include "config.h"

#include "src/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text cut in the middle of a UTF-8 character would end in garbage: drop its first bytes. */
static void cut_on_character(char *text, size_t size)
{
	size_t len = strlen(text);
	size_t back = 0;

	if (len + 1 < size)
		return;
	while (back < 4 && back < len && ((unsigned char)text[len - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back < len && (unsigned char)text[len - 1 - back] >= 0xC0)
		text[len - 1 - back] = '\0';
}

enum result error_set(struct error *err, enum result result, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return result;
	err->result = result;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	cut_on_character(err->text, sizeof(err->text));
	return result;
}

enum result error_prefix(struct error *err, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	va_list args;
	size_t len;

	if (!err)
		return RESULT_FATAL;
	memcpy(old, err->text, sizeof(old));
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
	cut_on_character(err->text, sizeof(err->text));
	return err->result;
}

int result_is_transient(enum result result)
{
	return result == RESULT_RETRY || result == RESULT_UNREACHABLE || result == RESULT_UNKNOWN ||
	       result == RESULT_BUSY;
}

int result_holds(enum result result)
{
	return result == RESULT_UNREACHABLE || result == RESULT_DENIED;
}

int result_holds_work(enum result result)
{
	return result_holds(result) || result == RESULT_BUSY;
}

const char *result_text(enum result result)
{
#define X(name, text) text,
	static const char *const texts[] = {RESULT_LIST(X)};
#undef X

	return (unsigned)result < RESULT_COUNT ? texts[result] : "?";
}
