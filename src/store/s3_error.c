#include "config.h"

#include "src/store/s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

/* What an answer means that was not hoped for. S3 says it in a small XML: code and message. */

#define ENDED "the session has ended: fetch new credentials and start again"

static const struct meaning {
	const char *code;
	enum result result;
	const char *advice; /* "" where the server's words are enough */
} meanings[] = {
    /* clang-format off */
{"AccessDenied", RESULT_REFUSED, ""}, /* its advice depends on the method */
/* whatever is asked for with these credentials is answered so */
{"InvalidAccessKeyId", RESULT_DENIED, "the access key is not known there"},
{"XAdminUserNotFound", RESULT_DENIED, "the access key is not known there"}, /* versitygw's */
{"SignatureDoesNotMatch", RESULT_DENIED,
 "the secret key or the region is wrong, or a proxy changes requests"},
{"ExpiredToken", RESULT_DENIED, ENDED},
{"TokenRefreshRequired", RESULT_DENIED, ENDED},
{"InvalidToken", RESULT_DENIED, "the session token does not belong to the key"},
{"RequestTimeTooSkewed", RESULT_DENIED, "this machine's clock is wrong"},
/* what is configured does not fit */
{"NoSuchBucket", RESULT_REFUSED, "make the bucket, or correct the name"},
{"PermanentRedirect", RESULT_REFUSED, "the bucket is in another region"},
{"TemporaryRedirect", RESULT_REFUSED, "the bucket is new: use the endpoint of its region"},
{"AuthorizationHeaderMalformed", RESULT_REFUSED, "the region is wrong"},
{"IllegalLocationConstraintException", RESULT_REFUSED, "the region is wrong"},
{"NotImplemented", RESULT_REFUSED, "this store does not know a header that subferry needs"},
/* what passes: a request that was damaged or delayed on its way, or a server in trouble */
{"XAmzContentSHA256Mismatch", RESULT_RETRY, ""},
{"BadDigest", RESULT_RETRY, ""},
{"IncompleteBody", RESULT_RETRY, ""},
{"RequestTimeout", RESULT_RETRY, ""},
{"OperationAborted", RESULT_RETRY, ""},
{"ConditionalRequestConflict", RESULT_RETRY, ""},
{"InternalError", RESULT_RETRY, ""},
{"ServiceUnavailable", RESULT_RETRY, ""},
{"SlowDown", RESULT_RETRY, ""},
{"Throttling", RESULT_RETRY, ""},
{"ThrottlingException", RESULT_RETRY, ""},
{"RequestLimitExceeded", RESULT_RETRY, ""},
    /* clang-format on */
};

/* ---- the words ----------------------------------------------------------------------------*/

/* What stands between <@tag> and the next '<', cut to fit. */
static void take_element(const char *xml, const char *tag, char *out, size_t size)
{
	char open[32];
	const char *at;
	size_t len;

	*out = '\0';
	snprintf(open, sizeof(open), "<%s>", tag);
	at = strstr(xml, open);
	if (!at)
		return;
	at += strlen(open);
	len = strcspn(at, "<");
	if (!at[len])
		return;
	len = text_cut(at, len, size - 1);
	memcpy(out, at, len);
	out[len] = '\0';
}

void s3_words(const struct http_answer *answer, struct s3_words *out)
{
	const char *xml = buf_text(&answer->body);

	take_element(xml, "Code", out->code, sizeof(out->code));
	take_element(xml, "Message", out->message, sizeof(out->message));
}

static const struct meaning *meaning_of(const char *code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(meanings[i].code, code))
			return &meanings[i];
	return NULL;
}

/* Where the bucket really is, "" if the answer does not tell. */
static void take_region(const struct http_answer *answer, char *out, size_t size)
{
	const char *header = http_answer_header(answer, "x-amz-bucket-region");

	if (header)
		snprintf(out, size, "%s", header);
	else
		take_element(buf_text(&answer->body), "Region", out, size);
	if (strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(out))
		*out = '\0';
}

/* ---- advice -------------------------------------------------------------------------------*/

static const char *advice_for(const struct meaning *meaning, const char *method, int status)
{
	if (status != 403 || (meaning && strcmp(meaning->code, "AccessDenied") != 0))
		return meaning ? meaning->advice : "";
	if (!strcmp(method, "PUT"))
		return "s3:PutObject may be missing (and with encryption the right to use the key)";
	return "S3 answers so to a name that is not there too, unless s3:ListBucket is granted";
}

static enum result result_for(const struct meaning *meaning, int status)
{
	if (meaning)
		return meaning->result;
	return status == 408 || status == 409 || status == 429 || (status >= 500 && status != 501)
		   ? RESULT_RETRY
		   : RESULT_REFUSED;
}

enum result s3_refusal(const struct s3 *s3, const char *method, const char *name,
		       const struct http_answer *answer, struct error *err)
{
	char what[256], region[64] = "";
	const struct meaning *meaning;
	const char *advice;
	struct s3_words words;
	enum result st;

	s3_words(answer, &words);
	meaning = meaning_of(words.code);
	st = result_for(meaning, answer->status);
	snprintf(what, sizeof(what), "%s s3://%.63s/%.100s%.80s", method, s3->bucket, s3->location,
		 name);
	if (answer->status / 100 == 3 || answer->status == 400)
		take_region(answer, region, sizeof(region));
	if (*region && strcmp(region, s3->region) != 0)
		return error_set(err, st, "%s: %d %s: the bucket is in the region %s", what,
				 answer->status, *words.code ? words.code : "Moved", region);
	advice = advice_for(meaning, method, answer->status);
	if (!*words.code && strcmp(method, "HEAD") != 0 &&
	    (answer->status / 100 == 3 || answer->status == 404))
		advice = "this is not S3: is the endpoint right?";
	if (!*words.code) { /* no S3 spoke here: a proxy, or an answer to HEAD */
		http_status_error(answer, what, err);
		if (err && *advice && strlen(err->text) + strlen(advice) + 4 < sizeof(err->text)) {
			size_t len = strlen(err->text);

			snprintf(err->text + len, sizeof(err->text) - len, " (%s)", advice);
		}
		if (err)
			err->result = st;
		return st;
	}
	return error_set(err, st, "%s: %d %s: %s%s%s%s", what, answer->status, words.code,
			 words.message, *advice ? " (" : "", advice, *advice ? ")" : "");
}

enum result s3_missing(const struct s3 *s3, const char *name, const struct http_answer *answer,
		       struct error *err)
{
	struct s3_words words;

	s3_words(answer, &words);
	/* A page of somebody else's is no word of S3 on what it has. */
	if (!strcmp(words.code, "NoSuchKey") || !answer->body.len)
		return error_set(err, RESULT_MISSING, "s3://%s/%s%s is not there", s3->bucket,
				 s3->location, name);
	return s3_refusal(s3, "GET", name, answer, err);
}
