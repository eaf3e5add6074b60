#include "config.h"

#include "tests/unit/little_s3.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <cmocka.h>

/* ---- digests, by OpenSSL alone ---- */

static void hex(const unsigned char *bytes, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void digest(const EVP_MD *kind, const void *bytes, size_t len, char *out)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;

	EVP_Digest(bytes, len, sum, &sum_len, kind, NULL);
	hex(sum, sum_len, out);
}

static void mac(unsigned char key[32], size_t key_len, const void *first, const char *text)
{
	EVP_MAC *kind = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(kind);
	char name[] = "SHA256";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", name, 0),
			       OSSL_PARAM_construct_end()};
	size_t len = 0;

	EVP_MAC_init(ctx, first ? first : key, key_len, params);
	EVP_MAC_update(ctx, (const unsigned char *)text, strlen(text));
	EVP_MAC_final(ctx, key, &len, 32);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(kind);
}

/* ---- the verifier ---- */

struct verify {
	const struct web_request *request;
	char day[9], region[64], names[1024], signature[65], date[32], body[65];
};

static const char *region_of(const struct little_s3 *s3)
{
	return s3->region ? s3->region : "us-east-1";
}

/* "AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/s3/aws4_request, SignedHeaders=..., Signature=..." */
static const char *split_authorization(const struct little_s3 *s3, struct verify *v)
{
	char text[2048], key[128], service[32], end[32];

	if (!web_header(v->request, "authorization", text, sizeof(text)))
		return "no authorization";
	if (sscanf(text,
		   "AWS4-HMAC-SHA256 Credential=%127[^/]/%8[0-9]/%63[^/]/%31[^/]/%31[^,], "
		   "SignedHeaders=%1023[^,], Signature=%64[0-9a-f]",
		   key, v->day, v->region, service, end, v->names, v->signature) != 7)
		return "the authorization has another form";
	if (strcmp(key, LITTLE_KEY) || strcmp(v->region, region_of(s3)) || strcmp(service, "s3") ||
	    strcmp(end, "aws4_request"))
		return "the credential is another one";
	return NULL;
}

static bool is_signed(const struct verify *v, const char *name, size_t len)
{
	for (const char *at = v->names; *at; at += strcspn(at, ";"), at += *at == ';')
		if (strcspn(at, ";") == len && !memcmp(at, name, len))
			return true;
	return false;
}

/* All that must be signed is, each header came once, and none is there that should not be. */
static const char *check_headers(const struct little_s3 *s3, struct verify *v)
{
	char value[4096];

	for (const char *at = v->request->headers; *at; at = strchr(at, '\n') + 1) {
		size_t len = strcspn(at, ":");

		if ((!strncmp(at, "x-amz-", 6) || !strncmp(at, "host:", 5) ||
		     !strncmp(at, "content-type:", 13) || !strncmp(at, "if-none-match:", 14)) &&
		    !is_signed(v, at, len))
			return "a header is not signed";
		for (const char *more = strchr(at, '\n') + 1; *more; more = strchr(more, '\n') + 1)
			if (!strncmp(at, more, len + 1))
				return "a header came twice";
	}
	if (web_header(v->request, "expect", value, sizeof(value)))
		return "Expect was sent";
	if (!web_header(v->request, "x-amz-date", v->date, sizeof(v->date)) ||
	    strncmp(v->date, v->day, 8))
		return "x-amz-date is missing, or of another day than the scope";
	if (!web_header(v->request, "x-amz-content-sha256", value, sizeof(value)) ||
	    strcmp(value, v->body))
		return "x-amz-content-sha256 is not the body's";
	if (!web_header(v->request, "x-amz-security-token", value, sizeof(value)))
		value[0] = '\0';
	if (strcmp(value, s3->token ? s3->token : ""))
		return "the session token is another one";
	if (s3->host &&
	    (!web_header(v->request, "host", value, sizeof(value)) || strcmp(value, s3->host)))
		return "the Host header is another one";
	return NULL;
}

/* The path as RFC 3986 has it: nothing is escaped that need not be, and everything else is. */
static const char *check_path(const char *path)
{
	for (; *path; path++) {
		unsigned value;

		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/",
			   *path))
			continue;
		if (*path != '%' || sscanf(path + 1, "%2X", &value) != 1 ||
		    strspn(path + 1, "0123456789ABCDEF") < 2)
			return "a byte in the path should be escaped";
		if (value && value < 128 &&
		    strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/",
			   (int)value))
			return "a byte in the path should not be escaped";
		path += 2;
	}
	return NULL;
}

/* Names in rising order, as names: '-' before ':' is no reason to put the longer one first. */
static const char *add_signed(struct verify *v, struct buf *text)
{
	char last[128] = "", name[128], value[4096];

	for (const char *at = v->names; *at; at += strcspn(at, ";"), at += *at == ';') {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ";"), at);
		if (strcmp(last, name) >= 0)
			return "the signed names are not in order";
		if (!web_header(v->request, name, value, sizeof(value)))
			return "a signed header was not sent";
		buf_printf(text, "%s:%s\n", name, value);
		snprintf(last, sizeof(last), "%s", name);
	}
	return NULL;
}

static void sign(const struct verify *v, const char *secret, const struct buf *canonical, char *out)
{
	unsigned char key[32];
	char text[512], sum[65], first[256];

	digest(EVP_sha256(), buf_text(canonical), canonical->len, sum);
	snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s/%s/s3/aws4_request\n%s", v->date,
		 v->day, v->region, sum);
	snprintf(first, sizeof(first), "AWS4%s", secret);
	mac(key, strlen(first), first, v->day);
	mac(key, 32, NULL, v->region);
	mac(key, 32, NULL, "s3");
	mac(key, 32, NULL, "aws4_request");
	mac(key, 32, NULL, text);
	hex(key, 32, out);
}

/* NULL, or what is wrong. */
static const char *verify(const struct little_s3 *s3, const struct web_request *request)
{
	struct verify v = {.request = request};
	struct buf canonical = BUF_INIT;
	const char *wrong;
	char expected[65];

	digest(EVP_sha256(), request->body, request->body_len, v.body);
	wrong = split_authorization(s3, &v);
	if (!wrong)
		wrong = check_headers(s3, &v);
	if (!wrong)
		wrong = check_path(request->path); /* none of the requests has a query */
	buf_printf(&canonical, "%s\n%s\n\n", request->method, request->path);
	if (!wrong)
		wrong = add_signed(&v, &canonical);
	buf_printf(&canonical, "\n%s\n%s", v.names, v.body);
	if (!wrong) {
		sign(&v, LITTLE_SECRET, &canonical, expected);
		if (strcmp(expected, v.signature))
			wrong = "SignatureDoesNotMatch";
	}
	buf_clear(&canonical);
	return wrong;
}

/* ---- answers ---- */

static void refuse(struct web_answer *answer, int status, const char *code, const char *words)
{
	answer->status = status;
	buf_reset(&answer->body);
	buf_add_text(&answer->headers, "Content-Type: application/xml\r\n");
	buf_printf(&answer->body,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s"
		   "</Message><RequestId>0A</RequestId></Error>",
		   code, words);
}

static void base64_of(const char *sha256, char *out)
{
	unsigned char sum[32];

	for (int i = 0; i < 32; i++) {
		unsigned value = 0;

		sscanf(sha256 + 2 * i, "%2x", &value);
		sum[i] = (unsigned char)value;
	}
	EVP_EncodeBlock((unsigned char *)out, sum, 32);
}

static void describe(const struct little_s3 *s3, const struct little_object *object, bool checksum,
		     struct buf *headers)
{
	char md5[33], base64[64];

	digest(EVP_md5(), object->bytes, object->len, md5);
	switch (s3->etag) {
	case ETAG_MD5:
		buf_printf(headers, "ETag: \"%s\"\r\n", md5);
		break;
	case ETAG_PARTS:
		buf_printf(headers, "ETag: \"%s-2\"\r\n", md5);
		break;
	case ETAG_KMS:
		buf_add_text(headers, "x-amz-server-side-encryption: aws:kms\r\n");
		/* fall through */
	case ETAG_RANDOM:
		buf_printf(headers, "ETag: \"%.32s\"\r\n", object->sha256);
		break;
	case ETAG_WEAK:
		buf_printf(headers, "ETag: W/\"%s\"\r\n", md5);
		break;
	case ETAG_BARE:
		buf_printf(headers, "ETag: %s\r\n", md5);
		break;
	default:
		break;
	}
	base64_of(object->sha256, base64);
	if (checksum && s3->checksums)
		buf_printf(headers, "x-amz-checksum-sha256: %s\r\n", base64);
}

/* ---- objects ---- */

const struct little_object *little_s3_find(const struct little_s3 *s3, const char *key)
{
	for (size_t i = 0; i < s3->count; i++)
		if (!strcmp(s3->objects[i].name, key))
			return &s3->objects[i];
	return NULL;
}

static struct little_object *keep(struct little_s3 *s3, const char *key, const char *bytes,
				  size_t len)
{
	struct little_object *object = (struct little_object *)little_s3_find(s3, key);

	if (object)
		free(object->bytes);
	else if (s3->count == sizeof(s3->objects) / sizeof(s3->objects[0]))
		abort();
	else
		(object = &s3->objects[s3->count++])->name = strdup(key);
	object->bytes = malloc(len + 1);
	memcpy(object->bytes, bytes, len);
	object->len = len;
	digest(EVP_sha256(), bytes, len, object->sha256);
	return object;
}

void little_s3_add(struct little_s3 *s3, const char *key, const char *bytes)
{
	keep(s3, key, bytes, strlen(bytes));
}

void little_s3_forget(struct little_s3 *s3)
{
	for (size_t i = 0; i < s3->count; i++) {
		free(s3->objects[i].name);
		free(s3->objects[i].bytes);
	}
	s3->count = 0;
	s3->puts = s3->heads = s3->gets = s3->others = s3->made = s3->overwritten = 0;
}

/* ---- requests ---- */

static void put(struct little_s3 *s3, const char *key, const struct web_request *request,
		struct web_answer *answer)
{
	const struct little_object *there = little_s3_find(s3, key);
	char value[64], sum[65], base64[64];

	snprintf(s3->put_headers, sizeof(s3->put_headers), "%s", request->headers);
	if (!web_header(request, "if-none-match", value, sizeof(value)) || strcmp(value, "*"))
		snprintf(s3->complaint, sizeof(s3->complaint), "PUT without the condition");
	digest(EVP_sha256(), request->body, request->body_len, sum);
	base64_of(sum, base64);
	if (!web_header(request, "x-amz-checksum-sha256", value, sizeof(value)) ||
	    strcmp(value, base64))
		snprintf(s3->complaint, sizeof(s3->complaint), "PUT without its checksum");
	if (there && !s3->ignores_condition) {
		refuse(answer, 412, "PreconditionFailed",
		       "At least one of the preconditions failed");
		return;
	}
	if (there)
		s3->overwritten++;
	else
		s3->made++;
	describe(s3, keep(s3, key, request->body, request->body_len), true, &answer->headers);
}

static void give(struct little_s3 *s3, const char *key, const struct web_request *request,
		 struct web_answer *answer)
{
	const struct little_object *there = little_s3_find(s3, key);
	char mode[32];

	if (!there) {
		refuse(answer, 404, "NoSuchKey", "The specified key does not exist.");
		return;
	}
	describe(s3, there,
		 web_header(request, "x-amz-checksum-mode", mode, sizeof(mode)) &&
		     !strcmp(mode, "ENABLED"),
		 &answer->headers);
	buf_add(&answer->body, there->bytes, there->len);
}

static void obey(struct little_s3 *s3, const char *key, const struct web_request *request,
		 struct web_answer *answer)
{
	if (!key)
		refuse(answer, 404, "NoSuchBucket", "The specified bucket does not exist");
	else if (!strcmp(request->method, "PUT"))
		put(s3, key, request, answer);
	else
		give(s3, key, request, answer);
}

static void play(const struct little_trick *trick, struct web_answer *answer)
{
	if (trick->status) {
		buf_reset(&answer->headers);
		buf_reset(&answer->body);
		answer->status = trick->status;
		if (trick->code)
			refuse(answer, trick->status, trick->code,
			       trick->words ? trick->words : "So it is.");
		if (trick->body)
			buf_add_text(&answer->body, trick->body);
	}
	if (trick->headers)
		buf_add_text(&answer->headers, trick->headers);
	if (trick->spoil && answer->body.len)
		answer->body.data[answer->body.len / 2] ^= 1;
	answer->mischief = trick->mischief;
}

/* The key, unescaped; NULL for another bucket. */
static char *key_of(const struct little_s3 *s3, const char *path)
{
	const char *bucket = s3->host ? "/" : "/" LITTLE_BUCKET "/";
	char *key, *to;

	if (strncmp(path, bucket, strlen(bucket)))
		return NULL;
	key = to = strdup(path + strlen(bucket));
	for (const char *at = key; *at; at++) {
		unsigned value;

		if (*at == '%' && sscanf(at + 1, "%2x", &value) == 1) {
			*to++ = (char)value;
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
	return key;
}

static void serve(void *arg, const struct web_request *request, struct web_answer *answer)
{
	struct little_s3 *s3 = arg;
	bool tricked = s3->trick.method && s3->trick.times > 0 &&
		       (*s3->trick.method == '*' || !strcmp(s3->trick.method, request->method));
	const char *wrong = verify(s3, request);
	char *key = key_of(s3, request->path);
	atomic_int *count = !strcmp(request->method, "PUT")    ? &s3->puts
			    : !strcmp(request->method, "HEAD") ? &s3->heads
			    : !strcmp(request->method, "GET")  ? &s3->gets
							       : &s3->others;

	snprintf(s3->path, sizeof(s3->path), "%s", request->path);
	(*count)++;
	if (s3->date)
		buf_printf(&answer->headers, "Date: %s\r\n", s3->date);
	if (wrong && !s3->may_be_refused && !*s3->complaint)
		snprintf(s3->complaint, sizeof(s3->complaint), "%s %s: %s", request->method,
			 request->path, wrong);
	if (wrong)
		refuse(answer, 403, "SignatureDoesNotMatch",
		       "The request signature does not match.");
	else if (!tricked || s3->trick.after || !s3->trick.status)
		obey(s3, key, request, answer);
	if (!wrong && tricked) {
		s3->trick.times--;
		play(&s3->trick, answer);
	}
	free(key);
}

void little_s3_start(struct little_s3 *s3)
{
	s3->web = web_start(serve, s3);
}

void little_s3_stop(struct little_s3 *s3)
{
	web_stop(s3->web);
	little_s3_forget(s3);
	assert_string_equal(s3->complaint, "");
	assert_int_equal(s3->others, 0);
}
