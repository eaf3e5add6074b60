#include "config.h"

#include "src/base/http_answer.h"

#include <curl/curl.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_HEAD = 64 * 1024,
	MAX_RETRY_AFTER = 60 * 1000, /* ms; what asks for more is asked again */
};

void http_answer_clear(struct http_answer *answer)
{
	buf_clear(&answer->body);
	buf_clear(&answer->headers);
	buf_clear(&answer->values);
	answer->status = 0;
	answer->date = 0;
}

/* ---- lines ---- */

bool http_answer_take(struct http_answer *answer, const char *line, size_t len)
{
	const char *colon, *value;
	size_t name_len;

	while (len > 0 && strchr("\r\n \t", line[len - 1]))
		len--;
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		buf_reset(&answer->headers);
		return true;
	}
	colon = memchr(line, ':', len);
	/* a folded line, and bytes that no header has */
	if (!colon || colon == line || *line == ' ' || *line == '\t' || memchr(line, '\0', len))
		return true;
	if (answer->headers.len + len > MAX_HEAD)
		return false;
	name_len = (size_t)(colon - line);
	for (size_t i = 0; i < name_len; i++)
		buf_add_char(&answer->headers, (char)tolower((unsigned char)line[i]));
	buf_add_text(&answer->headers, ": ");
	value = colon + 1;
	while (value < line + len && (*value == ' ' || *value == '\t'))
		value++;
	buf_add(&answer->headers, value, (size_t)(line + len - value));
	buf_add_char(&answer->headers, '\n');
	return !answer->headers.failed;
}

bool http_answer_finish(struct http_answer *answer)
{
	const char *text;
	time_t date;

	buf_reset(&answer->values);
	buf_add(&answer->values, buf_text(&answer->headers), answer->headers.len);
	if (answer->values.failed)
		return false;
	for (size_t i = 0; i < answer->values.len; i++)
		if (answer->values.data[i] == '\n')
			answer->values.data[i] = '\0';
	text = http_answer_header(answer, "date");
	date = text ? curl_getdate(text, NULL) : -1;
	answer->date = date > 0 ? (int64_t)date * 1000000 : 0;
	return true;
}

const char *http_answer_header(const struct http_answer *answer, const char *name)
{
	const char *text = buf_text(&answer->values), *end = text + answer->values.len;
	size_t len = strlen(name);

	for (const char *line = text; line < end; line += strlen(line) + 1)
		if (strncmp(line, name, len) == 0 && strncmp(line + len, ": ", 2) == 0)
			return line + len + 2;
	return NULL;
}

/* ---- throttling ---- */

/* Milliseconds; 0 where there is none, or none that can be read. */
static int64_t read_retry_after(const char *text, const struct http_answer *answer, int64_t now)
{
	int64_t wait = 0;

	if (strspn(text, "0123456789") == strlen(text)) {
		if (strlen(text) > 9)
			return MAX_RETRY_AFTER;
		wait = strtoll(text, NULL, 10) * 1000;
	} else {
		time_t until = curl_getdate(text, NULL);

		/* The server's own clock counts, if it shows it. */
		if (until > 0)
			wait = (int64_t)until * 1000 - (answer->date ? answer->date : now) / 1000;
	}
	if (wait > MAX_RETRY_AFTER)
		return MAX_RETRY_AFTER;
	return wait > 0 ? wait : 0;
}

static bool body_says(const struct http_answer *answer, const char *words)
{
	return memmem(buf_text(&answer->body), answer->body.len, words, strlen(words)) != NULL;
}

bool http_answer_throttles(const struct http_answer *answer, int64_t now, int64_t *retry_after)
{
	const char *text = http_answer_header(answer, "retry-after");

	*retry_after = 0;
	if (answer->status != 429 &&
	    (answer->status != 503 || !(text || body_says(answer, "<Code>SlowDown</Code>") ||
					body_says(answer, "Slow Down"))))
		return false;
	if (text)
		*retry_after = read_retry_after(text, answer, now);
	return true;
}
