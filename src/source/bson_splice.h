/*
 * bson_splice.h - a copy of a BSON document in which some elements are replaced.
 *
 * Everything between two replaced elements goes over in one piece, as the very bytes it was:
 * libbson would rewrite some values on the way, and ends the program when there is no memory.
 * Here that sets @failed of the buffer, which the caller looks at once at the end.
 *
 *	splice_begin(&splice, out, document);
 *	while ((key = splice_next(&splice)))
 *		if (...) {
 *			splice_replace(&splice);
 *			splice_put_text(out, key, "new");
 *		}
 *	splice_rest(&splice);
 *	splice_put_text(out, "appended", "too");
 *	splice_end(&splice);
 *
 * Splices nest: after splice_put_key() of a document or an array another one may begin.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_BSON_SPLICE_H
#define SUBFERRY_SRC_SOURCE_BSON_SPLICE_H

#include <bson/bson.h>

#include "src/base/buf.h"

struct splice {
	struct buf *out;
	const uint8_t *bytes;
	uint32_t size, copied; /* of @bytes, up to where they are in @out */
	size_t start;
	bool replacing; /* @copied is yet to be moved behind the current element */
	bson_iter_t at; /* the current element */
};

/* Both are borrowed until the end. False when @document cannot be read. */
bool splice_begin(struct splice *splice, struct buf *out, const bson_t *document);
/* The key of the next element; NULL behind the last. */
const char *splice_next(struct splice *splice);
/* What the caller puts next takes the place of the current element. */
void splice_replace(struct splice *splice);
/* Copies the rest: what is put next is appended. False when the document was broken. */
bool splice_rest(struct splice *splice);
void splice_end(struct splice *splice);

/* ---- elements ---- */

/* The value must follow. */
void splice_put_key(struct buf *out, bson_type_t type, const char *key);
void splice_put_oid(struct buf *out, const char *key, const bson_oid_t *id); /* NULL: null */
void splice_put_date(struct buf *out, const char *key, int64_t date);
void splice_put_int32(struct buf *out, const char *key, int32_t value);
void splice_put_text(struct buf *out, const char *key, const char *text);

#endif
