#include "config.h"

#include "src/base/hash.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hash {
	EVP_MD_CTX *ctx;
};

/* design 4: 58b73b98-ab4f-5060-b1e1-4e63ff5201cc */
static const unsigned char uuid_namespace[16] = {0x58, 0xb7, 0x3b, 0x98, 0xab, 0x4f, 0x50, 0x60,
						 0xb1, 0xe1, 0x4e, 0x63, 0xff, 0x52, 0x01, 0xcc};

/* Fetched once: looking an algorithm up takes a lock that all workers would meet at. */
static EVP_MD *sha256, *sha1;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static EVP_MD *md5; /* NULL: refused */
static pthread_once_t md5_fetched = PTHREAD_ONCE_INIT;

static void give_up(void)
{
	static const char words[] = "subferry: libcrypto cannot compute a digest\n";

	fwrite(words, 1, sizeof(words) - 1, stderr);
	abort();
}

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	if (!sha256 || !sha1)
		give_up();
}

/* A refusal must not stay behind where the next user of libcrypto looks for its own errors. */
static void fetch_md5(void)
{
	ERR_set_mark();
	md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	ERR_pop_to_mark();
}

static void to_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

void hash_sha256(const void *bytes, size_t len, char out[HASH_HEX])
{
	unsigned char sum[32];

	pthread_once(&fetched, fetch);
	if (EVP_Digest(bytes, len, sum, NULL, sha256, NULL) != 1)
		give_up();
	to_hex(sum, sizeof(sum), out);
}

bool hash_md5(const void *bytes, size_t len, char out[MD5_HEX])
{
	unsigned char sum[16];
	bool ok;

	*out = '\0';
	pthread_once(&md5_fetched, fetch_md5);
	if (!md5)
		return false;
	ERR_set_mark();
	ok = EVP_Digest(bytes, len, sum, NULL, md5, NULL) == 1;
	ERR_pop_to_mark();
	if (ok)
		to_hex(sum, sizeof(sum), out);
	return ok;
}

struct hash *hash_new(void)
{
	struct hash *hash = calloc(1, sizeof(*hash));

	pthread_once(&fetched, fetch);
	if (!hash)
		return NULL;
	hash->ctx = EVP_MD_CTX_new();
	if (!hash->ctx || EVP_DigestInit_ex2(hash->ctx, sha256, NULL) != 1) {
		hash_free(hash);
		return NULL;
	}
	return hash;
}

void hash_add(struct hash *hash, const void *bytes, size_t len)
{
	if (EVP_DigestUpdate(hash->ctx, bytes, len) != 1)
		give_up();
}

void hash_hex(struct hash *hash, char out[HASH_HEX])
{
	unsigned char sum[32];

	if (EVP_DigestFinal_ex(hash->ctx, sum, NULL) != 1)
		give_up();
	to_hex(sum, sizeof(sum), out);
}

void hash_free(struct hash *hash)
{
	if (!hash)
		return;
	EVP_MD_CTX_free(hash->ctx);
	free(hash);
}

static void uuid_text(unsigned char sum[20], char out[UUID_TEXT])
{
	static const unsigned char groups[] = {4, 2, 2, 2, 6};
	const unsigned char *from = sum;

	sum[6] = (sum[6] & 0x0F) | 0x50; /* version 5 */
	sum[8] = (sum[8] & 0x3F) | 0x80; /* variant of RFC 4122 */
	for (size_t i = 0; i < sizeof(groups); i++) {
		if (i)
			*out++ = '-';
		to_hex(from, groups[i], out);
		out += 2 * groups[i];
		from += groups[i];
	}
}

/* Adds the lines with "\n" between them. */
static bool add_lines(EVP_MD_CTX *ctx, const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((i && EVP_DigestUpdate(ctx, "\n", 1) != 1) ||
		    EVP_DigestUpdate(ctx, parts[i], strlen(parts[i])) != 1)
			return false;
	return true;
}

void hash_sha256_lines(const char *const *parts, size_t count, char out[HASH_HEX])
{
	unsigned char sum[32];
	EVP_MD_CTX *ctx;

	pthread_once(&fetched, fetch);
	ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestInit_ex2(ctx, sha256, NULL) != 1 ||
	    !add_lines(ctx, parts, count) || EVP_DigestFinal_ex(ctx, sum, NULL) != 1)
		give_up();
	EVP_MD_CTX_free(ctx);
	to_hex(sum, sizeof(sum), out);
}

/* A SHA-1 that has the namespace in it already. */
static EVP_MD_CTX *uuid_begin(void)
{
	EVP_MD_CTX *ctx;

	pthread_once(&fetched, fetch);
	ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestInit_ex2(ctx, sha1, NULL) != 1 ||
	    EVP_DigestUpdate(ctx, uuid_namespace, sizeof(uuid_namespace)) != 1)
		give_up();
	return ctx;
}

static void uuid_end(EVP_MD_CTX *ctx, char out[UUID_TEXT])
{
	unsigned char sum[20];

	if (EVP_DigestFinal_ex(ctx, sum, NULL) != 1)
		give_up();
	EVP_MD_CTX_free(ctx);
	uuid_text(sum, out);
}

void hash_uuid5(const char *name, size_t len, char out[UUID_TEXT])
{
	EVP_MD_CTX *ctx = uuid_begin();

	if (EVP_DigestUpdate(ctx, name, len) != 1)
		give_up();
	uuid_end(ctx, out);
}

void hash_uuid5_lines(const char *const *parts, size_t count, char out[UUID_TEXT])
{
	EVP_MD_CTX *ctx = uuid_begin();

	if (!add_lines(ctx, parts, count))
		give_up();
	uuid_end(ctx, out);
}
