#include "config.h"

#include "src/base/http_answer.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

enum { MAX_WORDS = 200 }; /* bytes of a server's words in an error */

/* ---- the status ---- */

static const char *reason(int status)
{
	/* clang-format off */
	static const struct { int status; const char *text; } reasons[] = {
		{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
		{206, "Partial Content"},
		{301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"},
		{304, "Not Modified"}, {307, "Temporary Redirect"}, {308, "Permanent Redirect"},
		{400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"},
		{404, "Not Found"}, {405, "Method Not Allowed"}, {406, "Not Acceptable"},
		{408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"},
		{411, "Length Required"}, {412, "Precondition Failed"},
		{413, "Content Too Large"}, {415, "Unsupported Media Type"},
		{422, "Unprocessable Content"}, {429, "Too Many Requests"},
		{500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"},
		{503, "Service Unavailable"}, {504, "Gateway Timeout"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "";
}

static bool contains(const struct buf *body, const char *words)
{
	return memmem(buf_text(body), body->len, words, strlen(words)) != NULL;
}

void http_status_name(const struct http_answer *answer, char *out, size_t size)
{
	const char *text = reason(answer->status);

	if (answer->status == 503 && contains(&answer->body, "<Code>SlowDown</Code>"))
		text = "Slow Down";
	snprintf(out, size, "%d%s%s", answer->status, *text ? " " : "", text);
}

/* ---- the URL ---- */

void http_url_text(const char *url, char *out, size_t size)
{
	const char *host = strstr(url, "://");
	const char *end, *port, *path_end;
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	end = host + len;
	path_end = end + strcspn(end, "?#");
	for (const char *at = host; at < end; at++)
		if (*at == '@')
			host = at + 1;
	/* "user:pa/ss@host": what is no port number may be the half of a password */
	port = memchr(host, ':', (size_t)(end - host));
	if (port && *host != '[' && strspn(port + 1, "0123456789") != (size_t)(end - port - 1)) {
		snprintf(out, size, "***");
		return;
	}
	len = strstr(url, "://") ? (size_t)(strstr(url, "://") + 3 - url) : 0;
	snprintf(out, size, "%.*s%.*s", (int)len, url, (int)(path_end - host), host);
}

void http_add_escaped(struct buf *url, const char *text, bool keep_slashes)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text) || (keep_slashes && *text == '/'))
			buf_add_char(url, *text);
		else
			buf_printf(url, "%%%02X", (unsigned char)*text);
	}
}

/* ---- the server's own words ---- */

/* The text of the first element @name that holds nothing but text. */
static void add_element(struct buf *out, const char *body, const char *name)
{
	char tag[32];
	const char *from, *to;

	snprintf(tag, sizeof(tag), "<%s>", name);
	from = strstr(body, tag);
	if (!from)
		return;
	from += strlen(tag);
	to = strchr(from, '<');
	snprintf(tag, sizeof(tag), "</%s>", name);
	if (!to || to == from || strncmp(to, tag, strlen(tag)) != 0)
		return;
	if (out->len > 0)
		buf_add_text(out, ": ");
	buf_add(out, from, (size_t)(to - from));
}

static void add_json(struct buf *out, const struct buf *body)
{
	static const char *const names[] = {"message", "error", "detail", "developer_message"};
	cJSON *root = cJSON_ParseWithLength(body->data, body->len);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && out->len == 0; i++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, names[i]);

		if (cJSON_IsObject(value)) /* {"error": {"message": ...}} */
			value = cJSON_GetObjectItemCaseSensitive(value, "message");
		if (cJSON_IsString(value))
			buf_add_text(out, value->valuestring);
	}
	cJSON_Delete(root);
}

static void add_words(struct buf *out, const struct http_answer *answer)
{
	const char *body = buf_text(&answer->body);
	const char *type = http_answer_header(answer, "content-type");

	body += strspn(body, " \t\r\n");
	if (*body == '<') {
		add_element(out, body, "Code");
		add_element(out, body, "Message");
	} else if (*body == '{') {
		add_json(out, &answer->body);
	} else if (type && strncmp(type, "text/plain", 10) == 0) {
		buf_add_text(out, body);
	}
}

/* Into one line of at most MAX_WORDS bytes. */
static void trim_words(struct buf *words)
{
	size_t len = 0;
	bool blank = true;

	for (size_t i = 0; i < words->len; i++) {
		bool control = (unsigned char)words->data[i] <= ' ' || words->data[i] == 0x7f;

		if (control && blank)
			continue;
		blank = control;
		words->data[len++] = control ? ' ' : words->data[i];
	}
	if (len > 0 && words->data[len - 1] == ' ')
		len--;
	words->len = text_cut(words->data, len, MAX_WORDS);
	if (words->data)
		words->data[words->len] = '\0';
}

enum result http_status_error(const struct http_answer *answer, const char *what, struct error *err)
{
	const char *location = http_answer_header(answer, "location");
	int status = answer->status;
	struct buf words = BUF_INIT;
	char name[64], target[MAX_WORDS + 1];
	enum result st;

	st = status == 408 || status == 429 || status >= 500 ? RESULT_RETRY : RESULT_REFUSED;
	http_status_name(answer, name, sizeof(name));
	if (status / 100 == 3 && location) {
		http_url_text(location, target, sizeof(target));
		return error_set(err, st, "%s: %s, to %s", what, name, target);
	}
	add_words(&words, answer);
	trim_words(&words);
	error_set(err, st, "%s: %s%s%s", what, name, words.len ? ": " : "", buf_text(&words));
	buf_clear(&words);
	return st;
}
