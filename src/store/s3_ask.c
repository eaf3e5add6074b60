#include "config.h"

#include "src/store/s3.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "src/base/secret.h"

enum {
	MOST_HEADERS = 8,
	DIGEST = 32, /* bytes of a SHA-256 */
};

/* ---- base64 of a digest -------------------------------------------------------------------*/

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool s3_base64(const char *sha256, char out[S3_BASE64])
{
	unsigned char sum[DIGEST];

	*out = '\0';
	if (!sha256 || strlen(sha256) != HASH_HEX - 1)
		return false;
	for (size_t i = 0; i < sizeof(sum); i++) {
		int high = hex_digit(sha256[2 * i]), low = hex_digit(sha256[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		sum[i] = (unsigned char)(high << 4 | low);
	}
	return EVP_EncodeBlock((unsigned char *)out, sum, sizeof(sum)) == S3_BASE64 - 1;
}

bool s3_hex(const char *base64, char out[HASH_HEX])
{
	unsigned char sum[DIGEST + 1]; /* whole threes: the '=' is decoded too */
	char again[S3_BASE64];

	*out = '\0';
	if (!base64 || strlen(base64) != S3_BASE64 - 1 ||
	    EVP_DecodeBlock(sum, (const unsigned char *)base64, S3_BASE64 - 1) != sizeof(sum))
		return false;
	for (size_t i = 0; i < DIGEST; i++)
		snprintf(out + 2 * i, 3, "%02x", sum[i]);
	/* only what we would have written ourselves */
	if (!s3_base64(out, again) || strcmp(again, base64) != 0)
		*out = '\0';
	return *out;
}

/* ---- headers ------------------------------------------------------------------------------*/

struct headers {
	struct http_header list[MOST_HEADERS];
	size_t count;
};

static void add(struct headers *to, const char *name, const char *value)
{
	if (value && *value && to->count < MOST_HEADERS)
		to->list[to->count++] = (struct http_header){name, value};
}

static void add_put(struct headers *to, const struct s3 *s3, const char *checksum)
{
	add(to, "content-type", "application/json");
	add(to, "if-none-match", "*");
	add(to, "x-amz-checksum-sha256", checksum);
	add(to, "x-amz-storage-class", s3->storage_class);
	add(to, "x-amz-server-side-encryption", s3->sse);
	add(to, "x-amz-server-side-encryption-aws-kms-key-id", s3->sse_key);
}

/* ---- a request ----------------------------------------------------------------------------*/

/* A server may repeat what it was sent; that must not come into an error, cut or whole. */
static void hide(const struct s3 *s3, struct buf *text)
{
	const char *secrets[] = {s3->secret, s3->token, s3->key};

	if (!text->data)
		return;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		secret_hide(text->data, secrets[i]);
	text->len = strlen(text->data);
}

enum result s3_ask(struct s3 *s3, const char *method, const char *name,
		   const struct store_object *object, size_t limit, struct http_answer *out,
		   struct error *err)
{
	const struct http_sign sign = {s3->region, "s3", s3->key, s3->secret, s3->token};
	struct http_request request = {.method = method, .sign = &sign};
	char checksum[S3_BASE64] = "", nothing[HASH_HEX];
	const char *sha256 = object ? object->sha256 : nothing;
	struct headers headers = {.count = 0};
	struct buf url = BUF_INIT;
	enum result st;

	memset(out, 0, sizeof(*out));
	if (!store_name_valid(name))
		return error_set(err, RESULT_INVALID, "\"%s\" is no name for a stored file",
				 name ? name : "");
	if (!object)
		hash_sha256("", 0, nothing);
	else if (!s3_base64(sha256, checksum))
		return error_set(err, RESULT_INVALID, "%s comes without its hash", name);
	add(&headers, "x-amz-content-sha256", sha256);
	if (object)
		add_put(&headers, s3, checksum);
	else
		add(&headers, "x-amz-checksum-mode", "ENABLED");
	s3_url(s3, name, &url);
	request.url = buf_text(&url);
	request.body = object ? (object->bytes ? object->bytes : "") : NULL;
	request.body_len = object ? object->len : 0;
	request.headers = headers.list;
	request.header_count = headers.count;
	request.limit = limit > S3_WORDS ? limit : S3_WORDS;
	if (url.failed)
		st = error_set(err, RESULT_NOMEM, "no memory to ask for %s", name);
	else
		st = http_request(s3->endpoint, &request, out, err);
	buf_clear(&url);
	/* Of what was wanted nothing is shown, and it must stay as it is. */
	if (st == RESULT_OK && out->status != 200)
		hide(s3, &out->body);
	return st;
}
