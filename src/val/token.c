#include "config.h"

#include "src/val/token.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "src/base/http.h"
#include "src/base/secret.h"

enum {
	MARGIN = 60 * 1000,	 /* ms before its end that a token is renewed */
	REJECTED_AGAIN = 10 * 1000, /* ms between renewals of tokens that are never taken */
	REFUSED_AGAIN = 10 * 1000,  /* ms for which a refusal is not asked for again */
	ANSWER_MAX = 256 * 1024,
	TOKEN_MAX = 64 * 1024,
	LIFE_MAX = 10 * 365 * 86400, /* seconds; more is as good as no end */
};

struct token {
	struct http_endpoint *endpoint;
	struct clock *clock;
	char *url, *client_id, *client_secret;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t renewed;
	bool renewing;
	char *value;	   /* NULL: none */
	uint64_t serial;   /* of @value, and of the last attempt to have one */
	int64_t born, end; /* when it was asked for, and is to be renewed; INT64_MAX: not said */
	int64_t lifetime;  /* seconds */
	bool rejected;	   /* it follows one that was not taken */
	bool accepted;
	uint64_t attempts; /* renewals ended */
	enum result last;  /* how the last one ended */
	struct error why;
	int64_t asked; /* when that was */
};

/* What a renewal brings. */
struct renewal {
	char *value;
	int64_t lifetime;
};

/* ---- one request ------------------------------------------------------------------------- */

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->len);
}

static bool form(const struct token *token, struct buf *out)
{
	buf_add_text(out, "grant_type=client_credentials&token_type=jwt&client_id=");
	http_add_escaped(out, token->client_id, false);
	buf_add_text(out, "&client_secret=");
	http_add_escaped(out, token->client_secret, false);
	return !out->failed;
}

/* A server may repeat in its answer what it was sent. */
static void hide_secret(const struct token *token, struct http_answer *answer)
{
	struct buf escaped = BUF_INIT;

	if (!answer->body.data)
		return;
	http_add_escaped(&escaped, token->client_secret, false);
	secret_hide(answer->body.data, token->client_secret);
	secret_hide(answer->body.data, buf_text(&escaped));
	answer->body.len = strlen(answer->body.data);
	wipe(&escaped);
	buf_clear(&escaped);
}

/* It goes into a header: visible ASCII only. */
static bool token_valid(const char *value)
{
	size_t len = 0;

	for (; value[len]; len++)
		if (value[len] <= ' ' || value[len] > '~')
			return false;
	return len && len <= TOKEN_MAX;
}

static enum result take(const cJSON *json, struct renewal *out, struct error *err)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, "access_token");
	const cJSON *type = cJSON_GetObjectItemCaseSensitive(json, "token_type");
	const cJSON *life = cJSON_GetObjectItemCaseSensitive(json, "expires_in");
	const char *kind = cJSON_IsString(type) ? type->valuestring : "";

	if (!cJSON_IsString(value) || !token_valid(value->valuestring))
		return error_set(err, RESULT_RETRY, "the token endpoint's answer has no token");
	if (strcasecmp(kind, "JWT"))
		return error_set(err, RESULT_DENIED,
				 "the token endpoint gave a token of type \"%.40s\", and edx-val takes JWT "
				 "only: is this the platform's /oauth2/access_token?",
				 kind);
	/* without a life time a 401 tells its end */
	if (cJSON_IsNumber(life) && life->valuedouble >= 1)
		out->lifetime = life->valuedouble < LIFE_MAX ? (int64_t)life->valuedouble : LIFE_MAX;
	out->value = strdup(value->valuestring);
	return out->value ? RESULT_OK : error_set(err, RESULT_NOMEM, "no memory for a token");
}

static enum result refuse(const struct token *token, struct http_answer *answer, struct error *err)
{
	const char *what = "no token";
	struct error where;
	enum result st;

	if (answer->status / 100 == 3 || answer->status == 404) {
		error_set(&where, RESULT_OK, "no token (is %.160s right?)", token->url);
		what = where.text;
	} else if (answer->status == 400 || answer->status == 401) {
		what = "no token (are client_id and its secret right?)";
	} else if (answer->status == 403) {
		what = "no token (forbidden, or asked for too often)";
	}
	hide_secret(token, answer);
	st = http_status_error(answer, what, err);
	/* without a token nothing can be done at edx-val, whatever the reason */
	if (st == RESULT_REFUSED)
		st = err->result = RESULT_DENIED;
	return st;
}

static void forget(cJSON *json)
{
	cJSON *value = cJSON_GetObjectItemCaseSensitive(json, "access_token");

	if (cJSON_IsString(value))
		explicit_bzero(value->valuestring, strlen(value->valuestring));
	cJSON_Delete(json);
}

static enum result ask(const struct token *token, struct renewal *out, struct error *err)
{
	static const struct http_header headers[] = {
		{"Accept", "application/json"},
		{"Content-Type", "application/x-www-form-urlencoded"},
	};
	struct http_request request = {.method = "POST", .url = token->url, .headers = headers,
				       .header_count = 2, .limit = ANSWER_MAX};
	struct http_answer answer = {0};
	struct buf body = BUF_INIT;
	cJSON *json = NULL;
	enum result st;

	memset(out, 0, sizeof(*out));
	if (!form(token, &body)) {
		st = error_set(err, RESULT_NOMEM, "no memory to ask for a token");
		goto out;
	}
	request.body = buf_text(&body);
	request.body_len = body.len;
	st = http_request(token->endpoint, &request, &answer, err);
	if (st == RESULT_UNKNOWN || st == RESULT_LIMIT) /* nothing is changed by asking twice */
		st = err->result = RESULT_RETRY;
	if (st != RESULT_OK)
		goto out;
	if (answer.status != 200) {
		st = refuse(token, &answer, err);
		goto out;
	}
	json = cJSON_ParseWithLength(buf_text(&answer.body), answer.body.len);
	st = cJSON_IsObject(json)
		     ? take(json, out, err)
		     : error_set(err, RESULT_RETRY, "the token endpoint answered 200 and no JSON object");
out:
	forget(json);
	wipe(&answer.body);
	http_answer_clear(&answer);
	wipe(&body);
	buf_clear(&body);
	return st;
}

/* ---- keeping it -------------------------------------------------------------------------- */

/* With the lock held. */
static bool usable(const struct token *token)
{
	return token->value && clock_now(token->clock) < token->end;
}

static int64_t end_of(int64_t born, int64_t lifetime)
{
	int64_t life = lifetime * 1000;

	if (!lifetime)
		return INT64_MAX;
	return born + life - (life / 10 < MARGIN ? life / 10 : MARGIN);
}

/* With the lock held, which is released for the request. */
static void renew(struct token *token)
{
	struct renewal renewal;
	struct error err = {0};
	int64_t born = clock_now(token->clock);
	enum result st;

	token->renewing = true;
	pthread_mutex_unlock(&token->lock);
	st = ask(token, &renewal, &err);
	pthread_mutex_lock(&token->lock);
	token->renewing = false;
	token->attempts++;
	token->last = st;
	token->why = err;
	token->asked = born;
	secret_free(token->value);
	token->value = st == RESULT_OK ? renewal.value : NULL;
	if (st == RESULT_OK) {
		token->serial++;
		token->born = born;
		token->end = end_of(born, renewal.lifetime);
		token->lifetime = renewal.lifetime;
		token->accepted = false;
	}
	pthread_cond_broadcast(&token->renewed);
}

/* With the lock held: the same words again; the endpoint limits how often it may be asked. */
static bool just_refused(const struct token *token)
{
	return token->attempts && token->last == RESULT_DENIED && !token->renewing &&
	       clock_now(token->clock) - token->asked < REFUSED_AGAIN;
}

enum result token_get(struct token *token, char **out, uint64_t *serial, struct error *err)
{
	enum result st = RESULT_OK;
	uint64_t waited_for;

	*out = NULL;
	*serial = 0;
	pthread_mutex_lock(&token->lock);
	while (!usable(token) && st == RESULT_OK) {
		waited_for = token->attempts;
		if (just_refused(token))
			waited_for--;
		else if (!token->renewing)
			renew(token);
		while (token->attempts == waited_for)
			pthread_cond_wait(&token->renewed, &token->lock);
		st = token->last;
		if (st == RESULT_OK && token->value) /* however short it lives, it is of now */
			break;
	}
	if (st == RESULT_OK) {
		*out = strdup(token->value);
		*serial = token->serial;
		if (!*out)
			st = error_set(err, RESULT_NOMEM, "no memory for a token");
	} else {
		error_set(err, st, "%s", token->why.text);
	}
	pthread_mutex_unlock(&token->lock);
	return st;
}

void token_accepted(struct token *token, uint64_t serial)
{
	pthread_mutex_lock(&token->lock);
	if (serial == token->serial) {
		token->accepted = true;
		token->rejected = false;
	}
	pthread_mutex_unlock(&token->lock);
}

void token_rejected(struct token *token, uint64_t serial)
{
	bool in_vain;

	pthread_mutex_lock(&token->lock);
	in_vain = token->rejected && !token->accepted &&
		  clock_now(token->clock) - token->born < REJECTED_AGAIN;
	if (token->value && serial == token->serial && !in_vain) {
		secret_free(token->value);
		token->value = NULL;
		token->rejected = true;
	}
	pthread_mutex_unlock(&token->lock);
}

int64_t token_lifetime(struct token *token)
{
	int64_t lifetime;

	pthread_mutex_lock(&token->lock);
	lifetime = token->lifetime;
	pthread_mutex_unlock(&token->lock);
	return lifetime;
}

enum result token_new(struct token **out, const struct token_options *options, struct error *err)
{
	struct token *token = calloc(1, sizeof(*token));

	*out = NULL;
	if (!token)
		return error_set(err, RESULT_NOMEM, "no memory for a token");
	pthread_mutex_init(&token->lock, NULL);
	pthread_cond_init(&token->renewed, NULL);
	token->endpoint = options->endpoint;
	token->clock = options->clock;
	token->url = strdup(options->url);
	token->client_id = strdup(options->client_id);
	token->client_secret = strdup(options->client_secret);
	if (!token->url || !token->client_id || !token->client_secret) {
		token_free(token);
		return error_set(err, RESULT_NOMEM, "no memory for a token");
	}
	*out = token;
	return RESULT_OK;
}

void token_free(struct token *token)
{
	if (!token)
		return;
	secret_free(token->value);
	secret_free(token->client_secret);
	free(token->client_id);
	free(token->url);
	pthread_cond_destroy(&token->renewed);
	pthread_mutex_destroy(&token->lock);
	free(token);
}
