#include "config.h"

#include "src/base/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/http_answer.h"
#include "src/base/http_send.h"
#include "src/base/patience.h"
#include "src/base/throttle.h"

struct http {
	struct clock *clock;
	struct throttle *throttle;
	struct http_limits limits;
	int64_t throttled_too_long;
	CURLSH *share;
	pthread_mutex_t share_locks[CURL_LOCK_DATA_LAST]; /* libcurl's, one a kind of data */
};

/* A handle that nobody uses; its connections stay open. */
struct spare {
	struct spare *next;
	CURL *curl;
};

/*
 * Spare handles are the endpoint's own, the one used last on top: so a server has no more
 * connections than requests were in flight to it, and those in use are the warm ones.
 */
struct http_endpoint {
	struct http *http;
	struct http_endpoint_options options; /* texts are ours */
	char *name, *ca_file;

	pthread_mutex_t lock; /* guards what follows */
	struct spare *spares;
	int64_t throttled_since; /* nothing but throttling was answered since; -1: something was */
};

/* ---- the client ---- */

static CURLcode global_code;

static void set_up_curl(void)
{
	global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void lock_share(CURL *curl, curl_lock_data data, curl_lock_access access, void *arg)
{
	struct http *http = arg;

	(void)curl, (void)access;
	pthread_mutex_lock(&http->share_locks[data]);
}

static void unlock_share(CURL *curl, curl_lock_data data, void *arg)
{
	struct http *http = arg;

	(void)curl;
	pthread_mutex_unlock(&http->share_locks[data]);
}

static bool share_new(struct http *http)
{
	CURLSH *share = curl_share_init();

	http->share = share;
	return share && curl_share_setopt(share, CURLSHOPT_LOCKFUNC, lock_share) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, unlock_share) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_USERDATA, http) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

static int64_t or_default(int64_t value, int64_t fallback)
{
	return value > 0 ? value : fallback;
}

enum result http_new(struct http **out, const struct http_options *options, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *http;

	*out = NULL;
	pthread_once(&once, set_up_curl);
	if (global_code != CURLE_OK)
		return error_set(err, RESULT_FATAL, "libcurl: %s", curl_easy_strerror(global_code));
	http = calloc(1, sizeof(*http));
	if (!http)
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_init(&http->share_locks[i], NULL);
	http->clock = options->clock;
	http->limits.connect = or_default(options->connect_timeout, 5000);
	http->limits.stall = or_default(options->stall_timeout, 30000);
	http->limits.total = or_default(options->total_timeout, 120000);
	http->throttled_too_long = or_default(options->throttled_too_long, 60000);
	if (!share_new(http) ||
	    throttle_new(&http->throttle, options->in_flight, http->clock, err) != RESULT_OK) {
		http_free(http);
		return error_set(err, RESULT_NOMEM, "out of memory");
	}
	*out = http;
	return RESULT_OK;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	if (http->share)
		curl_share_cleanup(http->share);
	throttle_free(http->throttle);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_destroy(&http->share_locks[i]);
	free(http);
}

void http_set_most(struct http *http, int most)
{
	throttle_set_most(http->throttle, most);
}

void http_hurry(struct http *http, bool hurry)
{
	throttle_hurry(http->throttle, hurry);
}

void http_heed(struct http *http, const atomic_bool *ends)
{
	throttle_heed(http->throttle, ends);
}

void http_look(struct http *http)
{
	throttle_look(http->throttle);
}

void http_load(struct http *http, struct http_load *out)
{
	throttle_state(http->throttle, &out->in_flight, &out->allowed, &out->most, out->slowed_by,
		       sizeof(out->slowed_by));
}

/* ---- an endpoint ---- */

enum result http_endpoint_new(struct http_endpoint **out, struct http *http,
			      const struct http_endpoint_options *options, struct error *err)
{
	struct http_endpoint *endpoint = calloc(1, sizeof(*endpoint));

	*out = NULL;
	if (!endpoint)
		return error_set(err, RESULT_NOMEM, "out of memory");
	pthread_mutex_init(&endpoint->lock, NULL);
	endpoint->http = http;
	endpoint->throttled_since = -1;
	endpoint->name = strdup(options->name);
	endpoint->ca_file = strdup(options->ca_file ? options->ca_file : "");
	if (!endpoint->name || !endpoint->ca_file) {
		http_endpoint_free(endpoint);
		return error_set(err, RESULT_NOMEM, "out of memory");
	}
	endpoint->options = (struct http_endpoint_options){
	    .name = endpoint->name,
	    .ca_file = endpoint->ca_file,
	    .unverified = options->unverified,
	};
	*out = endpoint;
	return RESULT_OK;
}

void http_endpoint_free(struct http_endpoint *endpoint)
{
	if (!endpoint)
		return;
	while (endpoint->spares) {
		struct spare *spare = endpoint->spares;

		endpoint->spares = spare->next;
		curl_easy_cleanup(spare->curl);
		free(spare);
	}
	pthread_mutex_destroy(&endpoint->lock);
	free(endpoint->name);
	free(endpoint->ca_file);
	free(endpoint);
}

/* NULL without memory. */
static struct spare *take_handle(struct http_endpoint *endpoint)
{
	struct spare *spare;

	pthread_mutex_lock(&endpoint->lock);
	spare = endpoint->spares;
	if (spare)
		endpoint->spares = spare->next;
	pthread_mutex_unlock(&endpoint->lock);
	if (spare)
		return spare;
	spare = calloc(1, sizeof(*spare));
	if (!spare)
		return NULL;
	spare->curl = curl_easy_init();
	if (!spare->curl ||
	    curl_easy_setopt(spare->curl, CURLOPT_SHARE, endpoint->http->share) != CURLE_OK) {
		curl_easy_cleanup(spare->curl);
		free(spare);
		return NULL;
	}
	return spare;
}

static void give_handle(struct http_endpoint *endpoint, struct spare *spare)
{
	pthread_mutex_lock(&endpoint->lock);
	spare->next = endpoint->spares;
	endpoint->spares = spare;
	pthread_mutex_unlock(&endpoint->lock);
}

/* ---- a request ---- */

/* For how long the endpoint has answered nothing but throttling, this answer included. */
static int64_t throttled_for(struct http_endpoint *endpoint, bool throttling)
{
	int64_t now = clock_now(endpoint->http->clock), since;

	pthread_mutex_lock(&endpoint->lock);
	if (!throttling)
		endpoint->throttled_since = -1;
	else if (endpoint->throttled_since < 0)
		endpoint->throttled_since = now;
	since = endpoint->throttled_since;
	pthread_mutex_unlock(&endpoint->lock);
	return since < 0 ? 0 : now - since;
}

/* Sends it once, within the throttle; *@throttling: the answer asks for fewer requests. */
static enum result send_once(struct http_endpoint *endpoint, const struct http_request *request,
			     struct http_answer *out, bool *throttling, struct error *err)
{
	struct http *http = endpoint->http;
	struct spare *spare = take_handle(endpoint);
	int64_t retry_after;
	char who[64], name[40];
	enum result st;

	*throttling = false;
	if (!spare)
		return error_set(err, RESULT_NOMEM, "out of memory");
	st = http_send(spare->curl, &endpoint->options, &http->limits, request, out, err);
	give_handle(endpoint, spare);
	if (st != RESULT_OK)
		return st;
	*throttling = http_answer_throttles(out, clock_wall(http->clock), &retry_after) ||
		      /* no body could say which 503 it is, and HEAD changes nothing */
		      (out->status == 503 && !strcmp(request->method, "HEAD"));
	if (*throttling) {
		http_status_name(out, name, sizeof(name));
		snprintf(who, sizeof(who), "%.12s answers %s", endpoint->name, name);
		throttle_slow(http->throttle, retry_after, who);
	} else {
		throttle_answered(http->throttle);
	}
	return RESULT_OK;
}

/* A throttling answer: whether the request is to be given up; RESULT_OK: to be sent again. */
static enum result give_up(struct http_endpoint *endpoint, const struct http_request *request,
			   const struct http_answer *answer, struct error *err)
{
	int64_t time = throttled_for(endpoint, true);
	char name[320], status[48];

	http_request_name(request, name, sizeof(name));
	http_status_name(answer, status, sizeof(status));
	if (time >= endpoint->http->throttled_too_long)
		return error_set(err, RESULT_UNREACHABLE, "%s: nothing but %s for %lld seconds (%s)",
				 endpoint->name, status, (long long)(time / 1000), name);
	if (patience_over())
		return error_set(err, RESULT_CANCELED, "%s: %s, and given up (%s)", endpoint->name, status,
				 name);
	if (throttle_hurried(endpoint->http->throttle))
		return error_set(err, RESULT_RETRY, "%s: %s (%s)", endpoint->name, status, name);
	return RESULT_OK;
}

enum result http_request(struct http_endpoint *endpoint, const struct http_request *request,
			 struct http_answer *out, struct error *err)
{
	struct throttle *throttle = endpoint->http->throttle;
	enum result st = RESULT_OK;
	bool throttling = true;
	char name[320];

	*out = (struct http_answer){0};
	while (st == RESULT_OK && throttling) {
		http_answer_clear(out);
		if (!throttle_enter(throttle)) {
			http_request_name(request, name, sizeof(name));
			if (patience_over())
				return error_set(err, RESULT_CANCELED, "%s: given up, not sent (%s)",
						 endpoint->name, name);
			return error_set(err, RESULT_RETRY,
					 "%s: not sent, fewer requests were asked for (%s)",
					 endpoint->name, name);
		}
		st = send_once(endpoint, request, out, &throttling, err);
		throttle_leave(throttle);
		if (st != RESULT_OK) {
			http_answer_clear(out);
			error_prefix(err, "%s", endpoint->name);
		} else if (throttling) {
			st = give_up(endpoint, request, out, err);
		} else {
			throttled_for(endpoint, false);
		}
	}
	return st;
}
