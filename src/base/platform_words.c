#include "config.h"

#include "src/base/platform_words.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/secret.h"
#include "src/base/text.h"

enum { MAX_WORDS = 200 };

static void add_json_words(struct buf *out, const struct buf *body)
{
	static const char *const names[] = {"error", "value", "message", "detail",
					    "developer_message"};
	cJSON *root = cJSON_ParseWithLength(buf_text(body), body->len);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !out->len; i++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, names[i]);

		if (cJSON_IsString(value))
			buf_add_text(out, value->valuestring);
	}
	cJSON_Delete(root);
}

static void add_page_words(struct buf *out, const char *page)
{
	static const char csrf[] = "CSRF verification failed";
	const char *title = strcasestr(page, "<title>");

	if (strstr(page, csrf)) {
		buf_add_text(out, csrf);
	} else if (title) {
		title += strlen("<title>");
		buf_add(out, title, strcspn(title, "<"));
	}
}

static void add_words(struct buf *out, const struct buf *body)
{
	const char *text = buf_text(body);

	text += strspn(text, " \t\r\n");
	if (*text == '{')
		add_json_words(out, body);
	else if (*text == '<')
		add_page_words(out, text);
	else
		buf_add_text(out, text);
}

/* On one line. */
static void trim_words(struct buf *words)
{
	size_t len = 0;

	for (size_t i = 0; i < words->len; i++) {
		bool blank = (unsigned char)words->data[i] <= ' ' || words->data[i] == 0x7f;

		if (!blank)
			words->data[len++] = words->data[i];
		else if (len && words->data[len - 1] != ' ')
			words->data[len++] = ' ';
	}
	len = text_cut(buf_text(words), len, MAX_WORDS);
	words->len = len && words->data[len - 1] == ' ' ? len - 1 : len;
	if (words->data)
		words->data[words->len] = '\0';
}

void platform_clean(struct buf *words, const char *const *secrets)
{
	for (size_t i = 0; words->data && secrets[i]; i++) /* before it is cut */
		secret_hide(words->data, secrets[i]);
	words->len = strlen(buf_text(words));
	trim_words(words);
}

enum result platform_refusal(struct http_answer *answer, const char *what,
			   const char *const *secrets, struct error *err)
{
	struct error bare = {0};
	struct buf words = BUF_INIT;
	enum result st;

	add_words(&words, &answer->body);
	platform_clean(&words, secrets);
	buf_reset(&answer->body);
	st = http_status_error(answer, what, &bare);
	error_set(err, st, "%s%s%s", bare.text, words.len ? ": " : "", buf_text(&words));
	buf_clear(&words);
	return st;
}

bool platform_is_trouble(const struct http_answer *answer)
{
	return answer->status == 408 || answer->status >= 500;
}
