#include "config.h"

#include "src/store/s3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * The same bytes, without fetching them where that can be. A hash that agrees proves it. One that
 * does not agree proves little (not every store's ETag of 32 hex digits is an MD5), so a difference
 * is told only by the length or by the bytes: a conflict is final, and worth one more request.
 */

/* ---- hashes in headers --------------------------------------------------------------------*/

/* The SHA-256 of the whole object; "" if the answer has none (one of parts has "-N" behind it). */
static bool take_checksum(const struct http_answer *answer, char out[HASH_HEX])
{
	return s3_hex(http_answer_header(answer, "x-amz-checksum-sha256"), out);
}

/* An ETag is the MD5 of the object when it has that form and no key of KMS or of the customer's
   encrypted the object: then it is a hash of what nobody can compute. */
static bool take_md5(const struct http_answer *answer, char out[MD5_HEX])
{
	const char *etag = http_answer_header(answer, "etag");
	const char *sse = http_answer_header(answer, "x-amz-server-side-encryption");

	if (!etag || strlen(etag) != MD5_HEX - 1 + 2 || etag[0] != '"' || etag[MD5_HEX] != '"' ||
	    strspn(etag + 1, "0123456789abcdefABCDEF") != MD5_HEX - 1)
		return false;
	if ((sse && strncmp(sse, "aws:", 4) == 0) ||
	    http_answer_header(answer, "x-amz-server-side-encryption-customer-algorithm"))
		return false;
	memcpy(out, etag + 1, MD5_HEX - 1);
	out[MD5_HEX - 1] = '\0';
	return true;
}

enum s3_verdict s3_judge(const struct http_answer *answer, const char *bytes, size_t len,
			 const char *sha256)
{
	char theirs[HASH_HEX], their_md5[MD5_HEX], md5[MD5_HEX];

	if (take_checksum(answer, theirs))
		return strcmp(theirs, sha256) ? S3_DIFFERS : S3_SAME;
	if (take_md5(answer, their_md5) && hash_md5(bytes, len, md5))
		return strcasecmp(their_md5, md5) ? S3_DIFFERS : S3_SAME;
	return S3_UNSURE;
}

bool s3_is_damaged(const struct http_answer *answer, const struct buf *body)
{
	char said[HASH_HEX], is[HASH_HEX];

	if (!take_checksum(answer, said))
		return false;
	hash_sha256(buf_text(body), body->len, is);
	return strcmp(said, is) != 0;
}

enum result s3_damaged(const struct s3 *s3, const char *name, struct error *err)
{
	return error_set(err, RESULT_RETRY, "s3://%s/%s%s was damaged on its way here", s3->bucket,
			 s3->location, name);
}

/* ---- the object ---------------------------------------------------------------------------*/

static enum result conflict(const struct s3 *s3, const struct store_object *object,
			    const char *what, struct error *err)
{
	return error_set(err, RESULT_CONFLICT, "s3://%s/%s%s is there already, and %s", s3->bucket,
			 s3->location, object->name, what);
}

/*
 * By its bytes, of which not many more than ours are fetched. RESULT_CONFLICT: other ones came;
 * @sha256 is their hash, "" where they need no second look, since the answer proves them.
 */
static enum result fetch_and_compare(struct s3 *s3, const struct store_object *object,
				     char sha256[HASH_HEX], struct error *err)
{
	struct http_answer answer;
	enum result st = s3_ask(s3, "GET", object->name, NULL, object->len + 1, &answer, err);
	const struct buf *body = &answer.body;

	*sha256 = '\0';
	if (st == RESULT_LIMIT) {
		st = conflict(s3, object, "is longer", err);
	} else if (st == RESULT_OK && answer.status == 404) {
		st = s3_missing(s3, object->name, &answer, err);
	} else if (st == RESULT_OK && answer.status != 200) {
		st = s3_refusal(s3, "GET", object->name, &answer, err);
	} else if (st == RESULT_OK && body->len == object->len &&
		   (!body->len || !memcmp(body->data, object->bytes, body->len))) {
		st = RESULT_EXISTS;
	} else if (st == RESULT_OK &&
		   (s3_is_damaged(&answer, body) ||
		    s3_judge(&answer, object->bytes, object->len, object->sha256) == S3_SAME)) {
		st = s3_damaged(s3, object->name, err);
	} else if (st == RESULT_OK) {
		hash_sha256(buf_text(body), body->len, sha256);
		if (s3_judge(&answer, buf_text(body), body->len, sha256) == S3_SAME)
			*sha256 = '\0';
		st = conflict(s3, object, "holds other bytes", err);
	}
	http_answer_clear(&answer);
	return st;
}

/* Bytes that no hash vouches for may be damaged: a conflict is believed when they come twice. */
static enum result compare_bytes(struct s3 *s3, const struct store_object *object,
				 struct error *err)
{
	char first[HASH_HEX], second[HASH_HEX];
	enum result st = fetch_and_compare(s3, object, first, err);

	if (st != RESULT_CONFLICT || !*first)
		return st;
	st = fetch_and_compare(s3, object, second, err);
	if (st == RESULT_CONFLICT && *second && strcmp(first, second) != 0)
		return s3_damaged(s3, object->name, err);
	return st;
}

int64_t s3_length(const struct http_answer *answer)
{
	const char *text = http_answer_header(answer, "content-length");

	if (!text || !*text || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
		return -1;
	return strtoll(text, NULL, 10);
}

enum result s3_look(struct s3 *s3, const struct store_object *object, struct error *err)
{
	struct http_answer answer;
	enum result st = s3_ask(s3, "HEAD", object->name, NULL, 0, &answer, err);
	int status = answer.status;
	bool same = false, longer = false;

	if (st == RESULT_OK && status == 200) {
		int64_t length = s3_length(&answer);

		longer = length >= 0 && (uint64_t)length != object->len;
		same = !longer &&
		       s3_judge(&answer, object->bytes, object->len, object->sha256) == S3_SAME;
	} else if (st == RESULT_OK && status == 404) {
		st = error_set(err, RESULT_MISSING, "s3://%s/%s%s is not there", s3->bucket,
			       s3->location, object->name);
	} else if (st == RESULT_OK) {
		st = s3_refusal(s3, "HEAD", object->name, &answer, err);
	}
	http_answer_clear(&answer);
	if (same)
		return RESULT_EXISTS;
	if (longer)
		return conflict(s3, object, "is of another length", err);
	/* HEAD has no words: those of GET say why, and its bytes say what is there. */
	if (st == RESULT_OK || st == RESULT_REFUSED)
		return compare_bytes(s3, object, err);
	return st;
}

enum result s3_compare(struct s3 *s3, const struct store_object *object, struct error *err)
{
	enum result st = s3_look(s3, object, err);

	if (st == RESULT_MISSING) /* it went away between two looks */
		return error_set(err, RESULT_RETRY, "s3://%s/%s%s comes and goes", s3->bucket,
				 s3->location, object->name);
	return st;
}
