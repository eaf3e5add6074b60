/*
 * s3.h - what the files of the S3 store share. Nobody else includes it.
 *
 * The parts: s3_url.c (addresses), s3_ask.c (one request), s3_error.c (what an answer
 * means), s3_compare.c (the same bytes?), s3.c (the operations of store.h), s3_doctor.c.
 *
 * Nothing in struct s3 changes after store_s3_new() but @condition, which is atomic, and the
 * store's warning, which only doctor changes; so all of this is thread-safe.
 */
#ifndef SUBFERRY_SRC_STORE_S3_H
#define SUBFERRY_SRC_STORE_S3_H

#include "src/base/http.h"
#include "src/store/store.h"

#include <stdatomic.h>

/* The fixed name that doctor and probes use, behind the location. */
#define S3_PROBE "subferry-probe"
/* Room for an error's XML, whatever the object was to be limited to. */
#define S3_WORDS ((size_t)16 << 10)
#define S3_BASE64 45 /* of a SHA-256, with its NUL */

struct s3 {
	struct store base;
	struct http_endpoint *endpoint;
	char *url; /* of the bucket, ending in '/' */
	char *bucket, *region, *location, *storage_class, *sse, *sse_key;
	char *key, *secret, *token; /* secrets */
	bool path_style, read_only;
	atomic_int condition; /* enum store_condition */
	void (*learned)(void *arg, enum store_condition condition);
	void *arg;
};

/* ---- s3_url.c ---- */

/* Fills url, bucket, region and location; RESULT_INVALID says which of them cannot be. */
enum result s3_address(struct s3 *s3, const struct store_s3_options *options, struct error *err);
/* The URL of @name, escaped; the location is put before it. */
void s3_url(const struct s3 *s3, const char *name, struct buf *out);

/* ---- s3_ask.c ---- */

/* http_request() with what @method needs, signed. @object is for PUT. http_answer_clear(@out) in
   every case; secrets that the server repeats are hidden in it. */
enum result s3_ask(struct s3 *s3, const char *method, const char *name,
		   const struct store_object *object, size_t limit, struct http_answer *out,
		   struct error *err);
/* The base64 of what @sha256 says in hex, and back; false, and "", when it is none. */
bool s3_base64(const char *sha256, char out[S3_BASE64]);
bool s3_hex(const char *base64, char out[HASH_HEX]);

/* ---- s3_error.c ---- */

/* Code and message of an error's XML, cut to fit; "" where there is none. */
struct s3_words {
	char code[64], message[256];
};
void s3_words(const struct http_answer *answer, struct s3_words *out);
/*
 * What an answer means that was not hoped for: RETRY for what passes, DENIED where the credentials
 * are not taken for anything, else REFUSED. @err:
 * "@method s3://bucket/key: 403 AccessDenied: the server's words", and what may be done about it.
 */
enum result s3_refusal(const struct s3 *s3, const char *method, const char *name,
		       const struct http_answer *answer, struct error *err);
/* A 404 to GET: MISSING where it is the object that is not there, else as s3_refusal(). */
enum result s3_missing(const struct s3 *s3, const char *name, const struct http_answer *answer,
		       struct error *err);

/* ---- s3_compare.c ---- */

enum s3_verdict {
	S3_SAME,    /* the answer proves that the object has these bytes */
	S3_DIFFERS, /* a hash in the answer is another one */
	S3_UNSURE,  /* only the bytes would tell */
};
/* By the checksum header, and by an ETag where it is the MD5 of the object. */
enum s3_verdict s3_judge(const struct http_answer *answer, const char *bytes, size_t len,
			 const char *sha256);
/* The length of the object as an answer to HEAD tells it; -1 unknown. */
int64_t s3_length(const struct http_answer *answer);
/* The checksum header of the whole object is there and is not that of its @body. */
bool s3_is_damaged(const struct http_answer *answer, const struct buf *body);
/* RESULT_RETRY, and says so. */
enum result s3_damaged(const struct s3 *s3, const char *name, struct error *err);
/* The name is taken: EXISTS with the same bytes, else CONFLICT, or why that cannot be known. */
enum result s3_compare(struct s3 *s3, const struct store_object *object, struct error *err);
/* The same, when the name may be free too: MISSING. */
enum result s3_look(struct s3 *s3, const struct store_object *object, struct error *err);

/* ---- s3.c ---- */

/* GET of S3_PROBE, or HEAD where it is large; http_answer_clear(@out) in every case. */
enum result s3_ask_probe(struct s3 *s3, struct http_answer *out, struct error *err);
/* What its answer says of the endpoint: OK, or why it cannot be worked with. */
enum result s3_judge_probe(const struct s3 *s3, const struct http_answer *answer,
			   struct error *err);
/* Remembers it, and what operators are warned of. */
void s3_set_condition(struct s3 *s3, enum store_condition condition);

/* ---- s3_doctor.c ---- */

enum result s3_doctor(struct store *store, bool write, void (*say)(void *arg, const char *line),
		      void *arg, struct error *err);

#endif
