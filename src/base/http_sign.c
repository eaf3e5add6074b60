#include "config.h"

#include "src/base/http_sign.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "src/base/clock.h"
#include "src/base/hash.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { MAC_LEN = 32 };

static size_t name_len(const char *line)
{
	return strcspn(line, ":");
}

bool http_sign_is_needed(const struct curl_slist *headers)
{
	for (const struct curl_slist *a = headers; a; a = a->next) {
		size_t len = name_len(a->data);

		for (const struct curl_slist *b = headers; b; b = b->next)
			if (name_len(b->data) > len && strncasecmp(a->data, b->data, len) == 0 &&
			    b->data[len] < ':')
				return true;
	}
	return false;
}

static bool add_header(struct curl_slist **headers, const char *name, const char *value)
{
	struct buf line = BUF_INIT;
	struct curl_slist *list;

	buf_printf(&line, "%s: %s", name, value);
	list = line.failed ? NULL : curl_slist_append(*headers, line.data);
	buf_clear(&line);
	if (list)
		*headers = list;
	return list != NULL;
}

/* ---- the URL ---- */

struct parts {
	char *host, *port, *path, *query; /* of libcurl; no port, no query: NULL */
};

static void parts_clear(struct parts *parts)
{
	curl_free(parts->host);
	curl_free(parts->port);
	curl_free(parts->path);
	curl_free(parts->query);
}

/* False where @url is none, or without memory. */
static bool take_apart(const char *url, struct parts *out)
{
	CURLU *handle = curl_url();
	bool fine = handle &&
		    curl_url_set(handle, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
		    curl_url_get(handle, CURLUPART_HOST, &out->host, 0) == CURLUE_OK &&
		    curl_url_get(handle, CURLUPART_PATH, &out->path, 0) == CURLUE_OK;

	if (fine) {
		curl_url_get(handle, CURLUPART_PORT, &out->port, CURLU_NO_DEFAULT_PORT);
		curl_url_get(handle, CURLUPART_QUERY, &out->query, 0);
	}
	curl_url_cleanup(handle);
	return fine;
}

/* ---- what is signed ---- */

static int by_name(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	size_t left_len = name_len(left), right_len = name_len(right);
	size_t len = left_len < right_len ? left_len : right_len;
	int order = strncasecmp(left, right, len);

	return order ? order : (left_len > right_len) - (left_len < right_len);
}

static void add_lower(struct buf *out, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_add_char(out, (char)tolower((unsigned char)name[i]));
}

/* Without blanks at its ends, and a run of them as one. */
static void add_trimmed(struct buf *out, const char *value)
{
	while (*value) {
		size_t blanks = strspn(value, " \t"), len;

		value += blanks;
		len = strcspn(value, " \t");
		if (blanks && len && out->data[out->len - 1] != ':')
			buf_add_char(out, ' ');
		buf_add(out, value, len);
		value += len;
	}
}

/* The canonical lines of @headers into @lines, their names into @names; @digest: the body's. */
static bool add_headers(struct buf *lines, struct buf *names, const struct curl_slist *headers,
			const char **digest)
{
	size_t count = 0;
	const char **sorted;

	for (const struct curl_slist *at = headers; at; at = at->next)
		count++;
	sorted = calloc(count, sizeof(*sorted));
	if (!sorted)
		return false;
	count = 0;
	for (const struct curl_slist *at = headers; at; at = at->next)
		sorted[count++] = at->data;
	qsort(sorted, count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < count; i++) {
		size_t len = name_len(sorted[i]);

		add_lower(lines, sorted[i], len);
		buf_add_char(lines, ':');
		/* add_trimmed() looks back, at what may not be there without memory */
		if (lines->failed)
			break;
		add_trimmed(lines, sorted[i] + len + 1);
		buf_add_char(lines, '\n');
		if (i > 0)
			buf_add_char(names, ';');
		add_lower(names, sorted[i], len);
		if (strncasecmp(sorted[i], "x-amz-content-sha256:", 21) == 0)
			*digest = sorted[i] + 21 + strspn(sorted[i] + 21, " ");
	}
	free(sorted);
	return !lines->failed && !names->failed;
}

/* ---- the signature ---- */

static bool hmac(unsigned char key[MAC_LEN], const char *text)
{
	unsigned char out[MAC_LEN];
	unsigned len = sizeof(out);

	if (!HMAC(EVP_sha256(), key, MAC_LEN, (const unsigned char *)text, strlen(text), out, &len))
		return false;
	memcpy(key, out, sizeof(out));
	OPENSSL_cleanse(out, sizeof(out));
	return true;
}

static bool sign_text(const struct http_sign *sign, const char *day, const char *text,
		      char out[2 * MAC_LEN + 1])
{
	struct buf secret = BUF_INIT;
	unsigned char key[MAC_LEN];
	unsigned len = sizeof(key);
	bool fine;

	if (!buf_reserve(&secret, strlen(sign->secret) + 5))
		return false;
	buf_printf(&secret, "AWS4%s", sign->secret);
	fine = HMAC(EVP_sha256(), secret.data, (int)secret.len, (const unsigned char *)day,
		    strlen(day), key, &len) &&
	       hmac(key, sign->region) && hmac(key, sign->service) && hmac(key, "aws4_request") &&
	       hmac(key, text);
	OPENSSL_cleanse(secret.data, secret.len);
	buf_clear(&secret);
	for (int i = 0; i < MAC_LEN; i++)
		snprintf(out + 2 * i, 3, "%02x", key[i]);
	OPENSSL_cleanse(key, sizeof(key));
	return fine;
}

static bool add_signature(struct curl_slist **headers, const struct http_request *request,
			  const struct parts *parts, const char *instant)
{
	const struct http_sign *sign = request->sign;
	struct buf canonical = BUF_INIT, names = BUF_INIT, text = BUF_INIT, value = BUF_INIT;
	char day[9], digest[HASH_HEX], signature[2 * MAC_LEN + 1];
	const char *body = "";
	bool fine;

	snprintf(day, sizeof(day), "%.8s", instant);
	buf_printf(&canonical, "%s\n%s\n%s\n", request->method, parts->path,
		   parts->query ? parts->query : "");
	fine = add_headers(&canonical, &names, *headers, &body);
	buf_printf(&canonical, "\n%s\n%s", buf_text(&names), body);
	hash_sha256(buf_text(&canonical), canonical.len, digest);
	buf_printf(&text, "%s\n%s\n%s/%s/%s/aws4_request\n%s", ALGORITHM, instant, day,
		   sign->region, sign->service, digest);
	fine =
	    fine && !canonical.failed && !text.failed && sign_text(sign, day, text.data, signature);
	if (fine) {
		buf_printf(&value,
			   "%s Credential=%s/%s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
			   ALGORITHM, sign->key, day, sign->region, sign->service, buf_text(&names),
			   signature);
		fine = !value.failed && add_header(headers, "Authorization", value.data);
	}
	buf_clear(&canonical);
	buf_clear(&names);
	buf_clear(&text);
	buf_clear(&value);
	return fine;
}

enum result http_sign_add(struct curl_slist **headers, const struct http_request *request,
			  struct error *err)
{
	time_t now = clock_wall(clock_system()) / 1000000;
	struct parts parts = {NULL, NULL, NULL, NULL};
	struct buf host = BUF_INIT;
	enum result st = RESULT_OK;
	char instant[32];
	struct tm tm;

	if (!take_apart(request->url, &parts)) {
		parts_clear(&parts);
		return error_set(err, RESULT_INVALID, "a URL that cannot be signed");
	}
	gmtime_r(&now, &tm);
	strftime(instant, sizeof(instant), "%Y%m%dT%H%M%SZ", &tm);
	buf_printf(&host, "%s%s%s", parts.host, parts.port ? ":" : "",
		   parts.port ? parts.port : "");
	if (host.failed || !add_header(headers, "Host", host.data) ||
	    !add_header(headers, "x-amz-date", instant) ||
	    !add_signature(headers, request, &parts, instant))
		st = error_set(err, RESULT_NOMEM, "out of memory");
	buf_clear(&host);
	parts_clear(&parts);
	return st;
}
