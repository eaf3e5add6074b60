/*
 * little_s3.h - an S3 in memory behind tests/unit/web.h, for tests of the store.
 *
 * Every request's signature is checked by a verifier of its own, written from the definition of
 * Signature Version 4: it shares nothing with libcurl or with src/base. What it finds
 * wrong is a complaint, which little_s3_stop() fails the test for.
 */
#ifndef SUBFERRY_TESTS_UNIT_LITTLE_S3_H
#define SUBFERRY_TESTS_UNIT_LITTLE_S3_H

#include "tests/unit/web.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LITTLE_KEY "AKIALITTLE0000000001"
#define LITTLE_SECRET "wJalr/little+secret=K7MDENG"
#define LITTLE_BUCKET "little-bucket"

enum little_etag {
	ETAG_MD5,    /* "32 hex" of the bytes */
	ETAG_PARTS,  /* "32 hex-2": of an upload in parts */
	ETAG_RANDOM, /* "32 hex" that is no MD5 */
	ETAG_KMS,    /* the same, and the header that says so */
	ETAG_WEAK,   /* W/"md5" */
	ETAG_BARE,   /* the MD5 without quotes */
	ETAG_NONE,
	ETAG_COUNT,
};

/* What the server does with the next requests of one method, in place of what it should. */
struct little_trick {
	const char *method; /* NULL: none; "*": every one */
	int times;	    /* so many requests */
	bool after;	    /* the request is obeyed first, and its answer replaced */
	int status;	    /* 0: the right answer, with mischief */
	const char *code;   /* NULL: no XML */
	const char *words;  /* NULL: some */
	const char *headers;
	const char *body; /* in place of the XML */
	bool spoil;	  /* one byte of the answer's body is changed */
	enum web_mischief mischief;
};

struct little_object {
	char *name; /* the key, unescaped */
	char *bytes;
	size_t len;
	char sha256[65];
};

struct little_s3 {
	struct web *web;
	/* how it behaves; set while no request is under way */
	bool ignores_condition;
	bool checksums; /* keeps and tells x-amz-checksum-sha256 */
	enum little_etag etag;
	const char *token;  /* the session's; NULL: none */
	const char *region; /* NULL: us-east-1 */
	const char *host;   /* of the Host header; NULL: any. Then the path has no bucket */
	const char *date;   /* of every answer; NULL: none */
	bool may_be_refused; /* a bad signature is only 403 */
	struct little_trick trick;
	/* what happened */
	atomic_int puts, heads, gets, others, made, overwritten;
	char put_headers[2048]; /* of the last PUT */
	char path[1024];	/* of the last request */
	char complaint[512];	/* the first; "" */
	struct little_object objects[256];
	size_t count;
};

void little_s3_start(struct little_s3 *s3); /* zeroed before, but for what was set */
void little_s3_stop(struct little_s3 *s3);  /* fails the test when there was a complaint */
/* The object @key, or NULL. */
const struct little_object *little_s3_find(const struct little_s3 *s3, const char *key);
void little_s3_add(struct little_s3 *s3, const char *key, const char *bytes);
/* Forgets all objects and counts. */
void little_s3_forget(struct little_s3 *s3);

#endif
