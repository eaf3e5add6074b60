#include "config.h"

#include "src/store/s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/secret.h"

/*
 * Every PUT carries `If-None-Match: *`, so that a name is never given twice. Where the store has
 * not been seen to honour it, HEAD goes before: then only somebody who writes the same name in
 * between could be overwritten, and names are made of what is written.
 */

static struct s3 *self_of(struct store *store)
{
	return (struct s3 *)store; /* @base is the first member */
}

void s3_set_condition(struct s3 *s3, enum store_condition condition)
{
	static const char *const warnings[] = {
	    [CONDITION_UNKNOWN] = "nobody has tried yet whether the store honours If-None-Match: "
				  "HEAD goes before every PUT; doctor --write tries it",
	    [CONDITION_HOLDS] = NULL,
	    [CONDITION_FAILS] = "the store does not honour If-None-Match: HEAD goes before every "
				"PUT, and no other program may write under these names meanwhile",
	};

	atomic_store(&s3->condition, condition);
	s3->base.warning = warnings[condition];
}

/* ---- put ----------------------------------------------------------------------------------*/

/* The store says that it has taken the bytes: does the rest of its answer agree? */
static enum result check_put(struct s3 *s3, const struct store_object *object,
			     const struct http_answer *answer, struct error *err)
{
	enum s3_verdict verdict = s3_judge(answer, object->bytes, object->len, object->sha256);
	enum result st;

	/* Of S3 every such answer has an ETag; one without it may be anybody's. */
	if (verdict == S3_SAME ||
	    (answer->status == 200 && verdict == S3_UNSURE && http_answer_header(answer, "etag")))
		return RESULT_OK;
	st = s3_compare(s3, object, err);
	return st == RESULT_EXISTS ? RESULT_OK : st;
}

static enum result put_object(struct s3 *s3, const struct store_object *object, struct error *err)
{
	struct http_answer answer;
	enum result st;

	if (atomic_load(&s3->condition) != CONDITION_HOLDS) {
		st = s3_look(s3, object, err);
		if (st != RESULT_MISSING)
			return st;
	}
	st = s3_ask(s3, "PUT", object->name, object, 0, &answer, err);
	if (st == RESULT_LIMIT) /* an answer that nobody can read is none */
		st = error_set(err, RESULT_UNKNOWN, "PUT s3://%s/%s%s: the answer is too long",
			       s3->bucket, s3->location, object->name);
	else if (st == RESULT_OK && answer.status / 100 == 2)
		st = check_put(s3, object, &answer, err);
	else if (st == RESULT_OK && answer.status == 412)
		st = s3_compare(s3, object, err);
	else if (st == RESULT_OK)
		st = s3_refusal(s3, "PUT", object->name, &answer, err);
	http_answer_clear(&answer);
	return st;
}

static enum result s3_put(struct store *store, struct store_object *objects, size_t count,
			  struct error *err)
{
	struct s3 *s3 = self_of(store);
	struct error why = {RESULT_OK, ""};
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count; i++) {
		objects[i].result = RESULT_CANCELED;
		objects[i].reason[0] = '\0';
	}
	if (s3->read_only)
		return error_set(err, RESULT_REFUSED, "s3://%s is opened for reading only",
				 s3->bucket);
	for (size_t i = 0; i < count; i++) {
		st = objects[i].result = put_object(s3, &objects[i], &why);
		if (st == RESULT_OK || st == RESULT_EXISTS)
			continue;
		snprintf(objects[i].reason, sizeof(objects[i].reason), "%.255s", why.text);
		if (err)
			*err = why;
		return st;
	}
	return RESULT_OK;
}

/* ---- head ---------------------------------------------------------------------------------*/

/*
 * HEAD has no words: GET says which of the two is not there, name or bucket, or why it is refused.
 * @st and @err are what is known without.
 */
static enum result ask_why(struct s3 *s3, const char *name, int status, enum result st,
			   struct error *err)
{
	struct http_answer answer;
	struct error why = {RESULT_OK, ""};
	enum result asked = s3_ask(s3, "GET", name, NULL, 0, &answer, &why);

	if (asked == RESULT_OK && answer.status == 404)
		st = s3_missing(s3, name, &answer, err);
	else if (asked == RESULT_LIMIT || (asked == RESULT_OK && answer.status == 200))
		st = status == 404 ? error_set(err, RESULT_RETRY, "s3://%s/%s%s comes and goes",
					       s3->bucket, s3->location, name)
				   : st;
	else if (asked == RESULT_OK)
		st = s3_refusal(s3, "GET", name, &answer, err);
	else if (status == 404)
		st = error_set(err, asked, "%s", why.text);
	http_answer_clear(&answer);
	return st;
}

static enum result s3_head(struct store *store, const char *name, struct store_info *out,
			   struct error *err)
{
	struct s3 *s3 = self_of(store);
	struct error why = {RESULT_OK, ""};
	struct http_answer answer;
	enum result st;

	memset(out, 0, sizeof(*out));
	out->size = -1;
	st = s3_ask(s3, "HEAD", name, NULL, 0, &answer, &why);
	if (st == RESULT_OK && answer.status == 200) {
		out->exists = true;
		out->size = s3_length(&answer);
		s3_hex(http_answer_header(&answer, "x-amz-checksum-sha256"), out->sha256);
	} else if (st == RESULT_OK) {
		st = s3_refusal(s3, "HEAD", name, &answer, &why);
		if (st == RESULT_REFUSED)
			st = ask_why(s3, name, answer.status, st, &why);
	}
	http_answer_clear(&answer);
	if (st == RESULT_OK || st == RESULT_MISSING)
		return RESULT_OK;
	if (err)
		*err = why;
	return st;
}

/* ---- get ----------------------------------------------------------------------------------*/

static enum result fetch(struct s3 *s3, const char *name, size_t limit, struct http_answer *answer,
			 struct error *err)
{
	enum result st = s3_ask(s3, "GET", name, NULL, limit, answer, err);

	if (st == RESULT_OK && answer->status == 404)
		return s3_missing(s3, name, answer, err);
	if (st == RESULT_OK && answer->status != 200)
		return s3_refusal(s3, "GET", name, answer, err);
	if (st == RESULT_LIMIT || (st == RESULT_OK && answer->body.len > limit))
		return error_set(err, RESULT_LIMIT, "s3://%s/%s%s is larger than %zu bytes",
				 s3->bucket, s3->location, name, limit);
	if (st == RESULT_OK && s3_is_damaged(answer, &answer->body))
		return s3_damaged(s3, name, err);
	return st;
}

/*
 * Not every ETag that looks like the MD5 of the object is one: where it does not agree with the
 * bytes they are fetched again, and believed when they come twice.
 */
static enum result fetch_again(struct s3 *s3, const char *name, size_t limit,
			       const struct http_answer *first, struct error *err)
{
	struct http_answer second;
	enum result st = fetch(s3, name, limit, &second, err);

	if (st == RESULT_OK &&
	    (second.body.len != first->body.len ||
	     memcmp(buf_text(&second.body), buf_text(&first->body), first->body.len) != 0))
		st = s3_damaged(s3, name, err);
	http_answer_clear(&second);
	return st;
}

static enum result s3_get(struct store *store, const char *name, size_t limit, struct buf *out,
			  struct error *err)
{
	struct s3 *s3 = self_of(store);
	struct http_answer answer;
	char sha256[HASH_HEX];
	enum result st = fetch(s3, name, limit, &answer, err);

	buf_reset(out);
	if (st == RESULT_OK) {
		hash_sha256(buf_text(&answer.body), answer.body.len, sha256);
		if (s3_judge(&answer, buf_text(&answer.body), answer.body.len, sha256) ==
		    S3_DIFFERS)
			st = fetch_again(s3, name, limit, &answer, err);
	}
	if (st == RESULT_OK) {
		buf_clear(out);
		*out = answer.body;
		buf_init(&answer.body);
	}
	http_answer_clear(&answer);
	return st;
}

/* ---- probe --------------------------------------------------------------------------------*/

enum result s3_ask_probe(struct s3 *s3, struct http_answer *out, struct error *err)
{
	enum result st = s3_ask(s3, "GET", S3_PROBE, NULL, 0, out, err);

	if (st != RESULT_LIMIT)
		return st;
	http_answer_clear(out); /* somebody's large object, or somebody's page */
	return s3_ask(s3, "HEAD", S3_PROBE, NULL, 0, out, err);
}

enum result s3_judge_probe(const struct s3 *s3, const struct http_answer *answer, struct error *err)
{
	struct s3_words words;

	/* A network that asks for a password answers everything with 200 and its own page. */
	if (answer->status == 200 && !http_answer_header(answer, "etag") &&
	    !http_answer_header(answer, "x-amz-request-id"))
		return error_set(err, RESULT_RETRY,
				 "GET s3://%s/%s%s: 200, and the page is not S3's: what stands "
				 "between here and the endpoint?",
				 s3->bucket, s3->location, S3_PROBE);
	if (answer->status == 200 ||
	    (answer->status == 404 && s3_missing(s3, S3_PROBE, answer, NULL) == RESULT_MISSING))
		return RESULT_OK;
	s3_words(answer, &words);
	/* It answers, and knows the key: what it denies is a matter of each request. */
	if (answer->status == 403 && !strcmp(words.code, "AccessDenied"))
		return RESULT_OK;
	return s3_refusal(s3, "GET", S3_PROBE, answer, err);
}

static enum result s3_probe(struct store *store, struct error *err)
{
	struct s3 *s3 = self_of(store);
	struct http_answer answer;
	enum result st = s3_ask_probe(s3, &answer, err);

	if (st == RESULT_OK)
		st = s3_judge_probe(s3, &answer, err);
	http_answer_clear(&answer);
	return st;
}

/* ---- open, close --------------------------------------------------------------------------*/

static void s3_free(struct store *store)
{
	struct s3 *s3 = self_of(store);

	http_endpoint_free(s3->endpoint);
	secret_free(s3->key);
	secret_free(s3->secret);
	secret_free(s3->token);
	free(s3->url);
	free(s3->bucket);
	free(s3->region);
	free(s3->location);
	free(s3->storage_class);
	free(s3->sse);
	free(s3->sse_key);
	free(s3);
}

static const struct store_ops s3_ops = {
    .kind = "s3",
    .put = s3_put,
    .head = s3_head,
    .get = s3_get,
    .probe = s3_probe,
    .doctor = s3_doctor,
    .free = s3_free,
};

/* A header's value: one line of printable ASCII. */
static enum result take_value(char **field, const char *what, const char *value, struct error *err)
{
	value = value ? value : "";
	for (const char *at = value; *at; at++)
		if (*at <= ' ' || *at >= 0x7f)
			return error_set(err, RESULT_INVALID,
					 "%s: a blank or a control character in it", what);
	*field = strdup(value);
	return *field ? RESULT_OK : error_set(err, RESULT_NOMEM, "no memory for the store");
}

static enum result take_values(struct s3 *s3, const struct store_s3_options *options,
			       struct error *err)
{
	const struct {
		char **field;
		const char *what, *value;
		bool required;
	} values[] = {
	    {&s3->storage_class, "storage_class", options->storage_class, false},
	    {&s3->sse, "sse", options->sse, false},
	    {&s3->sse_key, "sse_key", options->sse_key, false},
	    {&s3->key, "credentials: the access key", options->key, true},
	    {&s3->secret, "credentials: the secret key", options->secret, true},
	    {&s3->token, "credentials: the session token", options->token, false},
	};
	enum result st = RESULT_OK;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) && st == RESULT_OK; i++) {
		st = take_value(values[i].field, values[i].what, values[i].value, err);
		if (st == RESULT_OK && values[i].required && !**values[i].field)
			st = error_set(err, RESULT_INVALID, "%s is missing", values[i].what);
	}
	if (st == RESULT_OK && *s3->sse_key && strncmp(s3->sse, "aws:kms", 7) != 0)
		st = error_set(err, RESULT_INVALID,
			       "sse_key: a key is named only with sse = aws:kms");
	return st;
}

enum result store_s3_new(struct store **out, const struct store_s3_options *options,
			 struct error *err)
{
	const struct http_endpoint_options endpoint = {"store", options->ca_file,
						       options->unverified};
	struct s3 *s3 = calloc(1, sizeof(*s3));
	enum result st;

	*out = NULL;
	if (!s3)
		return error_set(err, RESULT_NOMEM, "no memory for the store");
	s3->base.ops = &s3_ops;
	s3->base.tls_unverified = options->unverified;
	s3->read_only = options->read_only;
	s3->learned = options->learned;
	s3->arg = options->arg;
	s3_set_condition(s3, options->condition);
	st = s3_address(s3, options, err);
	if (st == RESULT_OK)
		st = take_values(s3, options, err);
	if (st == RESULT_OK)
		st = http_endpoint_new(&s3->endpoint, options->http, &endpoint, err);
	if (st != RESULT_OK) {
		s3_free(&s3->base);
		return st;
	}
	*out = &s3->base;
	return RESULT_OK;
}
