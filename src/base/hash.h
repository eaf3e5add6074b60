/*
 * hash.h - SHA-256, name-based UUIDs, and MD5 (libcrypto). Pure, thread-safe.
 *
 * A digest that cannot be computed (no memory for libcrypto's few hundred bytes) ends the
 * program: names of objects and videos are made from these, and a wrong name would be worse.
 * A kill at any instant loses nothing (design 5), and this is one.
 */
#ifndef SUBFERRY_SRC_BASE_HASH_H
#define SUBFERRY_SRC_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>

#define HASH_HEX 65 /* 64 lower-case hex digits and a NUL */
#define MD5_HEX 33
#define UUID_TEXT 37

/* The SHA-256 of @bytes as lower-case hex. */
void hash_sha256(const void *bytes, size_t len, char out[HASH_HEX]);
/* The same of lines: "@parts[0]\n@parts[1]\n..." with no last newline. */
void hash_sha256_lines(const char *const *parts, size_t count, char out[HASH_HEX]);

/* A hash over bytes that come in pieces. */
struct hash;
struct hash *hash_new(void); /* NULL without memory */
void hash_add(struct hash *hash, const void *bytes, size_t len);
void hash_hex(struct hash *hash, char out[HASH_HEX]); /* once, at the end */
void hash_free(struct hash *hash);

/*
 * The MD5 of @bytes as lower-case hex: only to compare with one that somebody else wrote down.
 * False, and @out is "", where libcrypto refuses MD5 (FIPS mode): then nothing is to be compared.
 */
bool hash_md5(const void *bytes, size_t len, char out[MD5_HEX]);

/* The UUIDv5 (RFC 4122) of @name in the namespace of design 4, in lower case with dashes. */
void hash_uuid5(const char *name, size_t len, char out[UUID_TEXT]);
void hash_uuid5_lines(const char *const *parts, size_t count, char out[UUID_TEXT]);

#endif
