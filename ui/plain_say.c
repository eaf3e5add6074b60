#include "config.h"

#include "ui/plain_say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/cli/out.h"

static bool asked; /* a question stands on the line */

static char *__attribute__((format(printf, 1, 0))) format(const char *fmt, va_list args)
{
	char *text = NULL;

	return vasprintf(&text, fmt, args) < 0 ? NULL : text;
}

void plain_say(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	if (asked)
		out_bytes("\n", 1);
	asked = false;
	out_line("%s", text ? text : "out of memory");
	free(text);
}

void plain_ask(const char *question)
{
	char safe[1024];

	if (asked)
		return;
	asked = true;
	text_safe_to(safe, sizeof(safe), question);
	out_bytes(safe, strlen(safe));
}

void plain_answered(const char *line, bool echo)
{
	if (echo)
		out_line("%s", line);
	else if (!asked)
		return;
	asked = false;
}

void plain_add(struct buf *out, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	if (text && *text) {
		const char *end = buf_text(out);

		if (out->len)
			buf_add_text(out, strchr(".!?:", end[out->len - 1]) ? " " : ". ");
		buf_add_text(out, text);
	}
	free(text);
}
