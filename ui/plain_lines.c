#include "config.h"

#include "ui/plain_lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void plain_lines_read(struct plain_lines *lines)
{
	ssize_t n = read(STDIN_FILENO, lines->bytes + lines->len, sizeof(lines->bytes) - lines->len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		lines->eof = true;
	else
		lines->len += (size_t)n;
}

static bool is_full(const struct plain_lines *lines)
{
	return lines->len == sizeof(lines->bytes);
}

bool plain_lines_has(const struct plain_lines *lines)
{
	return memchr(lines->bytes, '\n', lines->len) || is_full(lines) || (lines->eof && lines->len);
}

static void strip(char *line)
{
	size_t len = strlen(line), blanks = strspn(line, " \t");

	while (len > blanks && strchr(" \t\r", line[len - 1]))
		len--;
	memmove(line, line + blanks, len - blanks);
	line[len - blanks] = '\0';
}

enum plain_line plain_lines_take(struct plain_lines *lines, char line[PLAIN_LINE + 1])
{
	char *end = memchr(lines->bytes, '\n', lines->len);
	size_t len = end ? (size_t)(end - lines->bytes) : lines->len, used = end ? len + 1 : len;
	bool begun = lines->too_long;

	if (!plain_lines_has(lines))
		return PLAIN_LINE_NONE;
	memcpy(line, lines->bytes, len);
	line[len] = '\0';
	strip(line);
	memmove(lines->bytes, lines->bytes + used, lines->len - used);
	lines->len -= used;
	lines->too_long = !end && !lines->eof;
	if (lines->too_long)
		return PLAIN_LINE_NONE;
	return begun ? PLAIN_LINE_TOO_LONG : PLAIN_LINE_TAKEN;
}

void plain_lines_drop(struct plain_lines *lines)
{
	lines->len = 0;
}
