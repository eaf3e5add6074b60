#include "config.h"

#include "src/store/s3.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	MOST_SIGNED = 16,
	SUM = 32, /* bytes of a SHA-256 */
};

struct signed_headers {
	struct http_header list[MOST_SIGNED];
	size_t count;
	char *names; /* "host;x-amz-date" */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct http_header *)a)->name, ((const struct http_header *)b)->name);
}

static bool collect(struct signed_headers *out, const struct s3 *s3, const char *date,
		    const struct http_header *headers, size_t count)
{
	struct buf names = BUF_INIT;

	if (count + 3 > MOST_SIGNED)
		return false;
	if (count)
		memcpy(out->list, headers, count * sizeof(*headers));
	out->count = count;
	out->list[out->count++] = (struct http_header){"host", s3->host};
	out->list[out->count++] = (struct http_header){"x-amz-date", date};
	if (*s3->token)
		out->list[out->count++] = (struct http_header){"x-amz-security-token", s3->token};
	qsort(out->list, out->count, sizeof(out->list[0]), by_name);
	for (size_t i = 0; i < out->count; i++)
		buf_printf(&names, "%s%s", i ? ";" : "", out->list[i].name);
	out->names = buf_take(&names);
	return out->names;
}

/* The hash of the canonical request: what both sides must see alike. */
static bool hash_request(const struct signed_headers *headers, const char *method, const char *url,
			 const char *sha256, char out[HASH_HEX])
{
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	struct buf text = BUF_INIT;
	bool fine;

	buf_printf(&text, "%s\n%s\n\n", method, path ? path : "/");
	for (size_t i = 0; i < headers->count; i++)
		buf_printf(&text, "%s:%s\n", headers->list[i].name, headers->list[i].value);
	buf_printf(&text, "\n%s\n%s", headers->names, sha256);
	fine = !text.failed;
	if (fine)
		hash_sha256(buf_text(&text), text.len, out);
	if (text.data)
		explicit_bzero(text.data, text.size); /* the token is in it */
	buf_clear(&text);
	return fine;
}

static bool mac(const unsigned char *key, size_t key_len, const char *text, unsigned char out[SUM])
{
	unsigned int len = SUM;

	return HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), out,
		    &len) != NULL;
}

/* The key of one day, region and service, and with it the signature of @text. */
static bool make_signature(const struct s3 *s3, const char *day, const char *text, char out[HASH_HEX])
{
	unsigned char sum[SUM], next[SUM];
	const char *const steps[] = {s3->region, "s3", "aws4_request", text};
	struct buf first = BUF_INIT;
	bool fine;

	buf_reserve(&first, strlen(s3->secret) + 4); /* at once: growing leaves copies behind */
	buf_printf(&first, "AWS4%s", s3->secret);
	fine = !first.failed && mac((unsigned char *)first.data, first.len, day, sum);
	if (first.data)
		explicit_bzero(first.data, first.size);
	buf_clear(&first);
	for (size_t i = 0; fine && i < sizeof(steps) / sizeof(steps[0]); i++) {
		fine = mac(sum, sizeof(sum), steps[i], next);
		memcpy(sum, next, sizeof(sum));
	}
	for (size_t i = 0; fine && i < sizeof(sum); i++)
		snprintf(out + 2 * i, 3, "%02x", sum[i]);
	explicit_bzero(sum, sizeof(sum));
	explicit_bzero(next, sizeof(next));
	return fine;
}

enum result s3_sign(const struct s3 *s3, const char *method, const char *url, int64_t sent,
		    const struct http_header *headers, size_t count, const char *sha256,
		    struct s3_signature *out, struct error *err)
{
	char scope[128], text[320], request[HASH_HEX], signature[HASH_HEX] = "";
	struct signed_headers all = {.names = NULL};
	time_t when = (time_t)sent;
	char day[9] = "";
	struct tm at;
	bool fine;

	memset(out, 0, sizeof(*out));
	fine = gmtime_r(&when, &at) && strftime(out->date, sizeof(out->date), "%Y%m%dT%H%M%SZ", &at);
	memcpy(day, out->date, sizeof(day) - 1);
	snprintf(scope, sizeof(scope), "%s/%s/s3/aws4_request", day, s3->region);
	fine = fine && collect(&all, s3, out->date, headers, count) &&
	       hash_request(&all, method, url, sha256, request);
	if (fine) {
		snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s", out->date, scope,
			 request);
		fine = make_signature(s3, day, text, signature);
	}
	if (fine)
		buf_printf(&out->authorization,
			   "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
			   s3->key, scope, all.names, signature);
	free(all.names);
	return fine && !out->authorization.failed
		   ? RESULT_OK
		   : error_set(err, RESULT_NOMEM, "no memory to sign a request");
}
