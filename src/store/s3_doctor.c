#include "config.h"

#include "src/store/s3.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What `doctor` says of the store. Writing, it puts the probe twice, and learns the condition. */

#define MOST_SKEW 300 /* seconds; S3 refuses at 900 */

static const char probe_text[] = "{\"made by\": \"subferry doctor\"}\n";

struct talk {
	struct s3 *s3;
	void (*say)(void *arg, const char *line);
	void *arg;
	struct error *err;
};

static void tell(const struct talk *talk, const char *fmt, ...) SF_PRINTF(2, 3);

static void tell(const struct talk *talk, const char *fmt, ...)
{
	char line[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	talk->say(talk->arg, line);
}

/* ---- without writing ----------------------------------------------------------------------*/

static void tell_place(const struct talk *talk)
{
	const struct s3 *s3 = talk->s3;
	bool tls = !strncmp(s3->url, "https:", 6);

	tell(talk, "endpoint: %s", s3->url);
	tell(talk, "bucket: %s, location: %s", s3->bucket,
	     *s3->location ? s3->location : "none, names begin at the top");
	tell(talk, "region: %s, style: %s", s3->region, s3->path_style ? "path" : "host");
	tell(talk, "TLS: %s",
	     !tls		       ? "none: everything travels in the open"
	     : s3->base.tls_unverified ? "not verified (tls_verify = no)"
				       : "verified");
	if (tls && !s3->path_style && strchr(s3->bucket, '.'))
		tell(talk, "note: a bucket with a dot in its name mostly has no certificate that "
			   "fits: path_style = yes");
}

static enum result check_clock(const struct talk *talk, const struct http_answer *answer)
{
	int64_t skew;

	if (!answer->date) {
		tell(talk, "clock: the store does not tell its time");
		return RESULT_OK;
	}
	skew = (clock_wall(clock_system()) - answer->date) / 1000000;
	if (llabs(skew) <= 2) {
		tell(talk, "clock: as the store's");
		return RESULT_OK;
	}
	tell(talk, "clock: %lld s %s the store's", llabs(skew), skew < 0 ? "behind" : "ahead of");
	if (llabs(skew) <= MOST_SKEW)
		return RESULT_OK;
	return error_set(talk->err, RESULT_REFUSED,
			 "the clock of this machine is %lld s %s the store's: set it, signatures "
			 "are refused at 900 s",
			 llabs(skew), skew < 0 ? "behind" : "ahead of");
}

static void tell_reading(const struct talk *talk, const struct http_answer *answer)
{
	if (answer->status == 200)
		tell(talk, "may read: yes (%s%s is there)", talk->s3->location, S3_PROBE);
	else if (answer->status == 404)
		tell(talk, "may read: yes (%s%s is not there, and the store says so)",
		     talk->s3->location, S3_PROBE);
	else
		tell(talk,
		     "may read: not known: 403 for %s%s, which S3 answers for a missing name "
		     "too, unless s3:ListBucket is granted",
		     talk->s3->location, S3_PROBE);
}

static void tell_condition(const struct talk *talk)
{
	switch (atomic_load(&talk->s3->condition)) {
	case CONDITION_HOLDS:
		tell(talk, "If-None-Match: honoured, as was seen here before");
		break;
	case CONDITION_FAILS:
		tell(talk, "If-None-Match: not honoured, as was seen here before: HEAD goes before "
			   "every PUT");
		break;
	default:
		tell(talk, "If-None-Match: not known: HEAD goes before every PUT until "
			   "doctor --write has tried it");
	}
}

/* The first request shows most of it. */
static enum result look(const struct talk *talk)
{
	struct http_answer answer;
	enum result clock = RESULT_OK;
	enum result st = s3_ask_probe(talk->s3, &answer, talk->err);

	if (st == RESULT_OK) {
		clock = check_clock(talk, &answer);
		st = clock == RESULT_OK ? s3_judge_probe(talk->s3, &answer, talk->err) : clock;
		if (st == RESULT_OK)
			tell_reading(talk, &answer);
	}
	http_answer_clear(&answer);
	return st;
}

/* ---- with writing -------------------------------------------------------------------------*/

/* Puts the probe: *@there, it is refused with 412. */
static enum result put_probe(const struct talk *talk, bool *there)
{
	char sha256[HASH_HEX];
	struct store_object object = {
	    .name = S3_PROBE, .bytes = probe_text, .len = sizeof(probe_text) - 1, .sha256 = sha256};
	struct http_answer answer;
	enum result st;

	hash_sha256(object.bytes, object.len, sha256);
	st = s3_ask(talk->s3, "PUT", S3_PROBE, &object, 0, &answer, talk->err);
	*there = st == RESULT_OK && answer.status == 412;
	if (st == RESULT_OK && answer.status != 200 && answer.status != 412)
		st = s3_refusal(talk->s3, "PUT", S3_PROBE, &answer, talk->err);
	http_answer_clear(&answer);
	return st;
}

static void learn(const struct talk *talk, enum store_condition condition)
{
	s3_set_condition(talk->s3, condition);
	if (talk->s3->learned)
		talk->s3->learned(talk->s3->arg, condition);
	if (condition == CONDITION_HOLDS)
		tell(talk, "If-None-Match: honoured (a second PUT was refused with 412): what is "
			   "there cannot be overwritten");
	else
		tell(talk, "If-None-Match: not honoured (a second PUT was taken): HEAD goes before "
			   "every PUT, and nobody else may write under these names meanwhile");
}

static enum result read_back(const struct talk *talk)
{
	struct http_answer answer;
	enum result st = s3_ask(talk->s3, "GET", S3_PROBE, NULL, 0, &answer, talk->err);

	if (st == RESULT_LIMIT)
		st = RESULT_OK;
	else if (st == RESULT_OK && answer.status == 404)
		st = error_set(talk->err, RESULT_REFUSED,
			       "s3://%s/%s%s was put, and is not there: the store does not keep "
			       "what it takes",
			       talk->s3->bucket, talk->s3->location, S3_PROBE);
	else if (st == RESULT_OK && answer.status != 200)
		st = s3_refusal(talk->s3, "GET", S3_PROBE, &answer, talk->err);
	http_answer_clear(&answer);
	if (st == RESULT_OK)
		tell(talk, "reading back: yes");
	return st;
}

static enum result try_writing(const struct talk *talk)
{
	bool there = false;
	enum result st;

	if (talk->s3->read_only)
		return error_set(talk->err, RESULT_REFUSED, "s3://%s is opened for reading only",
				 talk->s3->bucket);
	st = put_probe(talk, &there);
	if (st != RESULT_OK)
		return st;
	tell(talk,
	     "writing: yes (%s%s %s; it stays: subferry deletes nothing, and needs no right to)",
	     talk->s3->location, S3_PROBE, there ? "was there already" : "was put");
	st = put_probe(talk, &there);
	if (st != RESULT_OK)
		return st;
	learn(talk, there ? CONDITION_HOLDS : CONDITION_FAILS);
	return read_back(talk);
}

enum result s3_doctor(struct store *store, bool write, void (*say)(void *arg, const char *line),
		      void *arg, struct error *err)
{
	struct talk talk = {(struct s3 *)store, say, arg, err};
	enum result st;

	tell_place(&talk);
	st = look(&talk);
	if (st != RESULT_OK)
		return st;
	if (write)
		return try_writing(&talk);
	tell_condition(&talk);
	return RESULT_OK;
}
