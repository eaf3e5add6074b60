#include "config.h"

#include "src/base/platform_jar.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	MAX_COOKIES = 50,
	MAX_NAME = 128,
	MAX_VALUE = 4096,
	MAX_HOST = 256,
};

struct platform_cookie {
	char *name, *value;
	char host[MAX_HOST]; /* lower case; the domain where it is not @host_only */
	bool host_only, secure;
};

/* One Set-Cookie line, taken apart; borrowed. */
struct line {
	const char *name, *value, *domain;
	size_t name_len, value_len, domain_len;
	bool secure, gone;
};

static void cookie_clear(struct platform_cookie *cookie)
{
	if (cookie->value)
		explicit_bzero(cookie->value, strlen(cookie->value));
	free(cookie->name);
	free(cookie->value);
}

void platform_jar_clear(struct platform_jar *jar)
{
	for (size_t i = 0; i < jar->count; i++)
		cookie_clear(&jar->items[i]);
	free(jar->items);
	*jar = (struct platform_jar)PLATFORM_JAR_INIT;
}

/* ---- hosts ---- */

static void lower(char *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[len] = '\0';
}

static bool host_of(const char *url, char out[MAX_HOST])
{
	const char *from = strstr(url, "://");
	size_t len;

	if (!from)
		return false;
	from += 3;
	len = *from == '[' ? strcspn(from, "]") + 1 : strcspn(from, ":/?#");
	if (!len || len >= MAX_HOST || len > strlen(from))
		return false;
	lower(out, from, len);
	return true;
}

static bool host_is_below(const char *host, const char *domain)
{
	size_t host_len = strlen(host), len = strlen(domain);

	if (!strcmp(host, domain))
		return true;
	return host_len > len && host[host_len - len - 1] == '.' &&
	       !strcmp(host + host_len - len, domain);
}

static bool goes_to(const struct platform_cookie *cookie, const char *url, const char *host)
{
	if (cookie->secure && strncmp(url, "https://", 8))
		return false;
	return cookie->host_only ? !strcmp(host, cookie->host) : host_is_below(host, cookie->host);
}

/* ---- a line ---- */

static void trim(const char **from, size_t *len)
{
	while (*len && strchr(" \t", **from)) {
		(*from)++;
		(*len)--;
	}
	while (*len && strchr(" \t", (*from)[*len - 1]))
		(*len)--;
}

/* Takes the next "name=value" or "name" of @at up to @stop. */
static const char *take_pair(const char *at, const char *stop, struct line *out)
{
	const char *end = memchr(at, ';', (size_t)(stop - at));
	const char *equal;

	end = end ? end : stop;
	equal = memchr(at, '=', (size_t)(end - at));
	out->name = at;
	out->name_len = (size_t)((equal ? equal : end) - at);
	out->value = equal ? equal + 1 : end;
	out->value_len = (size_t)(end - out->value);
	trim(&out->name, &out->name_len);
	trim(&out->value, &out->value_len);
	return end < stop ? end + 1 : stop;
}

static bool is_name(const struct line *pair, const char *name)
{
	return pair->name_len == strlen(name) && !strncasecmp(pair->name, name, pair->name_len);
}

static bool is_over(const struct line *pair, int64_t now)
{
	char text[64];
	time_t date;

	if (!pair->value_len || pair->value_len >= sizeof(text))
		return false;
	memcpy(text, pair->value, pair->value_len);
	text[pair->value_len] = '\0';
	date = curl_getdate(text, NULL);
	return date >= 0 && (int64_t)date <= now / 1000000;
}

static void read_attributes(const char *at, const char *stop, int64_t now, struct line *out)
{
	bool aged = false;

	while (at < stop) {
		struct line pair = {0};

		at = take_pair(at, stop, &pair);
		if (is_name(&pair, "secure")) {
			out->secure = true;
		} else if (is_name(&pair, "max-age")) { /* it counts more than Expires */
			aged = true;
			out->gone = pair.value_len && (*pair.value == '-' || *pair.value == '0');
		} else if (is_name(&pair, "expires") && !aged) {
			out->gone = is_over(&pair, now);
		} else if (is_name(&pair, "domain")) {
			bool dot = pair.value_len && *pair.value == '.';

			out->domain = pair.value + dot;
			out->domain_len = pair.value_len - dot;
		}
	}
}

static bool is_harmless(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f || text[i] == ';')
			return false;
	return true;
}

/* False when it is no cookie that this host may set. */
static bool read_line(const char *at, const char *stop, const char *url, int64_t now,
		      struct line *line, struct platform_cookie *out)
{
	char host[MAX_HOST];

	at = take_pair(at, stop, line);
	if (!line->name_len || line->name_len > MAX_NAME || line->value_len > MAX_VALUE ||
	    !is_harmless(line->name, line->name_len) || !is_harmless(line->value, line->value_len))
		return false;
	read_attributes(at, stop, now, line);
	if (!host_of(url, host) || line->domain_len >= MAX_HOST)
		return false;
	out->secure = line->secure;
	out->host_only = !line->domain_len;
	if (out->host_only) {
		memcpy(out->host, host, MAX_HOST);
		return true;
	}
	lower(out->host, line->domain, line->domain_len);
	if (!strcmp(out->host, host)) { /* an address, or "localhost", has nothing below it */
		out->host_only = !strchr(host, '.') || strspn(host, "0123456789.") == strlen(host);
		return true;
	}
	return strchr(out->host, '.') && host_is_below(host, out->host);
}

/* ---- the jar ---- */

static struct platform_cookie *find(const struct platform_jar *jar, const struct line *line,
				  const struct platform_cookie *like)
{
	for (size_t i = 0; i < jar->count; i++) {
		struct platform_cookie *cookie = &jar->items[i];

		if (strlen(cookie->name) == line->name_len &&
		    !memcmp(cookie->name, line->name, line->name_len) &&
		    !strcmp(cookie->host, like->host) && cookie->host_only == like->host_only)
			return cookie;
	}
	return NULL;
}

static bool put(struct platform_jar *jar, const struct line *line, struct platform_cookie *cookie)
{
	struct platform_cookie *old = find(jar, line, cookie), *more;

	if (old) {
		cookie_clear(old);
		*old = jar->items[--jar->count];
	}
	if (line->gone || jar->count == MAX_COOKIES)
		return true;
	more = reallocarray(jar->items, jar->count + 1, sizeof(*more));
	if (more)
		jar->items = more;
	cookie->name = strndup(line->name, line->name_len);
	cookie->value = strndup(line->value, line->value_len);
	if (!more || !cookie->name || !cookie->value) {
		cookie_clear(cookie);
		return false;
	}
	jar->items[jar->count++] = *cookie;
	return true;
}

bool platform_jar_take(struct platform_jar *jar, const char *url, const struct http_answer *answer,
		     int64_t now)
{
	static const char name[] = "set-cookie: ";
	const char *at = buf_text(&answer->headers), *end;

	for (; *at; at = *end ? end + 1 : end) {
		struct platform_cookie cookie = {0};
		struct line line = {0};

		end = at + strcspn(at, "\n");
		if (!strncmp(at, name, strlen(name)) &&
		    read_line(at + strlen(name), end, url, now, &line, &cookie) &&
		    !put(jar, &line, &cookie))
			return false;
	}
	return true;
}

/* Of two cookies of one name only one is sent: servers disagree which of them counts. */
static bool is_nearer(const struct platform_cookie *a, const struct platform_cookie *b)
{
	if (a->host_only != b->host_only)
		return a->host_only;
	return strlen(a->host) > strlen(b->host);
}

static const struct platform_cookie *best(const struct platform_jar *jar, const char *url,
					const char *host, const char *name)
{
	const struct platform_cookie *found = NULL;

	for (size_t i = 0; i < jar->count; i++)
		if (!strcmp(jar->items[i].name, name) && goes_to(&jar->items[i], url, host) &&
		    (!found || is_nearer(&jar->items[i], found)))
			found = &jar->items[i];
	return found;
}

const char *platform_jar_get(const struct platform_jar *jar, const char *url, const char *name)
{
	const struct platform_cookie *cookie;
	char host[MAX_HOST];

	if (!host_of(url, host))
		return NULL;
	cookie = best(jar, url, host, name);
	return cookie ? cookie->value : NULL;
}

void platform_jar_add(const struct platform_jar *jar, const char *url, struct buf *out)
{
	const char *between = "";
	char host[MAX_HOST];

	if (!host_of(url, host))
		return;
	for (size_t i = 0; i < jar->count; i++) {
		const struct platform_cookie *cookie = &jar->items[i];

		if (best(jar, url, host, cookie->name) != cookie)
			continue;
		buf_printf(out, "%s%s=%s", between, cookie->name, cookie->value);
		between = "; ";
	}
}
