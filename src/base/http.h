/*
 * http.h - one small HTTP client for everything: the store, edx-val, tokens, Studio (libcurl).
 *
 * A struct http is one a process: shared DNS answers and TLS sessions, and one throttle over all
 * requests in flight. An endpoint is one server as configured, with a pool of handles (connections
 * are reused, HTTP/2 where it is offered). All functions are thread-safe; a request is made on the
 * calling thread and takes as long as it takes, within the timeouts.
 *
 * TLS is verified unless the endpoint says otherwise. No redirect is followed: it is an answer.
 * Proxies are taken from the environment as curl does (https_proxy, no_proxy). Header values and
 * bodies are never written into an error; the method and the URL's host and path are.
 *
 * Throttling answers (429, 503 with Retry-After or S3's SlowDown, any 503 to HEAD) are not handed to the
 * caller: they lower the throttle, and the request is repeated, until the endpoint has answered
 * nothing else for `throttled_too_long`; then it counts as unreachable.
 */
#ifndef SUBFERRY_SRC_BASE_HTTP_H
#define SUBFERRY_SRC_BASE_HTTP_H

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

struct http_options {
	int in_flight;		    /* most requests at a time, see http_set_most() */
	int64_t connect_timeout;    /* milliseconds; 0: 5 s */
	int64_t stall_timeout;	    /* no byte for so long ends a request; 0: 30 s */
	int64_t total_timeout;	    /* 0: 120 s */
	int64_t throttled_too_long; /* 0: 60 s */
	struct clock *clock;
};

enum result http_new(struct http **out, const struct http_options *options, struct error *err);
void http_free(struct http *http); /* accepts NULL; no request may be under way */
/* Another most of requests at a time, from now on; the throttle keeps what it has learnt. */
void http_set_most(struct http *http, int most);
/* While @hurry, no request waits to be repeated: a throttling answer is RESULT_RETRY at once. */
void http_hurry(struct http *http, bool hurry);
/*
 * The same for the requests of the calling thread while *@ends, until it heeds another or NULL.
 * Whoever sets *@ends calls http_look(): those that wait look at it then.
 */
void http_heed(struct http *http, const atomic_bool *ends);
void http_look(struct http *http);

/* How the throttle stands, for screens. */
struct http_load {
	int in_flight, allowed, most; /* requests now, at most now, at most ever */
	char slowed_by[64];	      /* "store answers 503 Slow Down", "" when at full speed */
};
void http_load(struct http *http, struct http_load *out);

/* ---- an endpoint ---- */

struct http_endpoint;

struct http_endpoint_options {
	const char *name;    /* "store", "val", "studio": for messages */
	const char *ca_file; /* NULL or "": the system's */
	bool unverified;     /* tls_verify = no */
};
enum result http_endpoint_new(struct http_endpoint **out, struct http *http,
			      const struct http_endpoint_options *options, struct error *err);
void http_endpoint_free(struct http_endpoint *endpoint); /* accepts NULL */

/* ---- a request ---- */

struct http_header {
	const char *name, *value;
};

/*
 * Signs the request with AWS Signature Version 4, by libcurl (http_sign.h tells where not). The
 * query's parameters are to be sorted, each with its "=". x-amz-content-sha256,
 * x-amz-security-token, and Content-Type for a body are added unless the caller brings them.
 */
struct http_sign {
	const char *region, *service; /* "us-east-1", "s3" */
	const char *key, *secret, *token; /* token: NULL or "" for none */
};

#define HTTP_PATIENCE 4

struct http_request {
	const char *method, *url;
	const struct http_header *headers; /* one with an empty value is not sent */
	size_t header_count;
	const void *body; /* NULL: none; for POST and PUT an empty one is sent */
	size_t body_len;
	size_t limit;	  /* largest body of the answer, bytes */
	/* The server has to think before it says a word: HTTP_PATIENCE times the stall_timeout. */
	bool patient;
	const struct http_sign *sign; /* NULL: unsigned */
};

struct http_answer {
	int status;
	struct buf body;    /* empty for HEAD */
	struct buf headers; /* "name: value\n" lines, names in lower case */
	struct buf values;  /* the same, a NUL at each line's end: for http_answer_header() */
	int64_t date;	    /* the server's Date, wall microseconds; 0 unknown */
};

/*
 * RESULT_OK: there is an answer, whatever its status. RESULT_UNREACHABLE: no connection, or TLS
 * was refused: nothing was sent; or throttled too long. RESULT_UNKNOWN: sent, and the answer did
 * not come whole. RESULT_LIMIT: the answer is larger than @limit (where its status is no 2xx, the
 * body is cut at 16 KiB instead). RESULT_RETRY: hurried. RESULT_CANCELED: the calling thread's
 * patience is over (patience.h), and nothing was sent that changes anything, else RESULT_UNKNOWN.
 * RESULT_INVALID: no request that could be sent: its URL (user info is none of ours), a line end in a
 * header.
 * A connection that died while it was idle is replaced, and the request sent again if it is a GET,
 * HEAD or PUT (so that a PUT with If-None-Match may meet what it has put itself: 412); any other
 * one is never sent twice. http_answer_clear(@out) in every case.
 */
enum result http_request(struct http_endpoint *endpoint, const struct http_request *request,
			 struct http_answer *out, struct error *err);
/* The value of the first header @name (lower case), or NULL; valid until the answer is cleared. */
const char *http_answer_header(const struct http_answer *answer, const char *name);
void http_answer_clear(struct http_answer *answer); /* may run twice */
/*
 * What a status that was not expected means: 401 and 403, and other 4xx, REFUSED; 408, 429 and 5xx
 * RETRY; 3xx REFUSED, naming where it points. @err: "@what: 403 Forbidden: the server's words",
 * at most 200 bytes of these, in one line, from known fields of XML and JSON or from plain text.
 */
enum result http_status_error(const struct http_answer *answer, const char *what,
			      struct error *err);
/* @text as one part of a URL's path or query: RFC 3986, everything but unreserved as %XX. */
void http_add_escaped(struct buf *url, const char *text, bool keep_slashes);

#endif
