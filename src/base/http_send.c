#include "config.h"

#include "src/base/http_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/hash.h"
#include "src/base/http_answer.h"
#include "src/base/http_sign.h"
#include "src/base/patience.h"

enum {
	ERROR_BODY = 16 * 1024,	    /* kept of an answer that is no 2xx */
	ENDLESS_BODY = 1024 * 1024, /* not read any further, were it only to keep the connection */
	MAX_URL_TEXT = 256,
};

/* One request under way; the callbacks' argument. */
struct flight {
	CURL *curl;
	const struct http_request *request;
	struct http_answer *answer;
	struct curl_slist *headers;
	size_t received; /* bytes of the body, kept or not */
	int sendings;	 /* so often it was handed to a connection that stood */
	bool is_signed;	 /* its headers are, so that libcurl is not to do it */
	bool too_large, cut, no_memory, refused_again, given_up;
	char words[CURL_ERROR_SIZE];
};

void http_request_name(const struct http_request *request, char *out, size_t size)
{
	char url[MAX_URL_TEXT];

	http_url_text(request->url, url, sizeof(url));
	snprintf(out, size, "%s %s", request->method, url);
}

static bool is_method(const struct http_request *request, const char *method)
{
	return strcmp(request->method, method) == 0;
}

static bool is_reading(const struct http_request *request)
{
	return is_method(request, "GET") || is_method(request, "HEAD");
}

/* ---- callbacks ---- */

/*
 * libcurl sends a request again when a connection that it had kept dies before a byte of the
 * answer came: rightly so where doing it twice is as good as once, and else it is not to.
 */
static int before_sending(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct flight *flight = arg;
	const struct http_request *request = flight->request;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (flight->sendings > 0 && !is_reading(request) && !is_method(request, "PUT")) {
		flight->refused_again = true;
		return CURL_PREREQFUNC_ABORT;
	}
	flight->sendings++;
	return CURL_PREREQFUNC_OK;
}

/* libcurl asks here about once a second while nothing comes, also before there is a connection. */
static int go_on(void *arg, curl_off_t down, curl_off_t got, curl_off_t up, curl_off_t sent)
{
	struct flight *flight = arg;

	(void)down, (void)got, (void)up, (void)sent;
	flight->given_up = patience_over();
	return flight->given_up;
}

static size_t take_header(char *line, size_t size, size_t count, void *arg)
{
	struct flight *flight = arg;

	if (http_answer_take(flight->answer, line, size * count))
		return size * count;
	if (flight->answer->headers.failed)
		flight->no_memory = true;
	else
		flight->too_large = true;
	return 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct flight *flight = arg;
	struct buf *body = &flight->answer->body;
	size_t len = size * count, keep = len;
	long status = 0;

	curl_easy_getinfo(flight->curl, CURLINFO_RESPONSE_CODE, &status);
	flight->received += len;
	if (status / 100 == 2) {
		if (len > flight->request->limit - body->len) {
			flight->too_large = true;
			return 0;
		}
	} else if (flight->received > ENDLESS_BODY) {
		flight->cut = true;
		return 0;
	} else if (keep > ERROR_BODY - body->len) {
		keep = ERROR_BODY - body->len;
	}
	buf_add(body, bytes, keep);
	if (body->failed) {
		flight->no_memory = true;
		return 0;
	}
	return len;
}

/* ---- headers ---- */

static bool add_line(struct flight *flight, const char *name, const char *separator,
		     const char *value)
{
	struct buf line = BUF_INIT;
	struct curl_slist *list;

	buf_printf(&line, "%s%s%s", name, separator, value);
	list = line.failed ? NULL : curl_slist_append(flight->headers, line.data);
	buf_clear(&line);
	if (list)
		flight->headers = list;
	return list != NULL;
}

/* libcurl sends none, and would sign it all the same. */
static bool is_empty(const struct http_header *header)
{
	return header->value[strspn(header->value, " \t")] == '\0';
}

static bool has_header(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0 &&
		    !is_empty(&request->headers[i]))
			return true;
	return false;
}

/*
 * What the caller brings, and no default of libcurl's. A signature covers every line that stands
 * here, even one that is only to keep a header from being sent ("Expect:"), and a server then
 * misses it: a signed request has none of these. (Its Expect goes out beside the signature, and
 * only with a body above 1 MiB.)
 */
static bool add_headers(struct flight *flight, bool has_body)
{
	const struct http_request *request = flight->request;
	const struct http_sign *sign = request->sign;
	char digest[HASH_HEX];

	for (size_t i = 0; i < request->header_count; i++)
		if (!is_empty(&request->headers[i]) &&
		    !add_line(flight, request->headers[i].name, ": ", request->headers[i].value))
			return false;
	if (!sign)
		return add_line(flight, "Expect", ":", "") &&
		       (!has_body || has_header(request, "Content-Type") ||
			add_line(flight, "Content-Type", ":", ""));
	if (has_body && !has_header(request, "Content-Type") &&
	    !add_line(flight, "Content-Type", ": ", "application/octet-stream"))
		return false;
	if (!has_header(request, "x-amz-content-sha256")) {
		hash_sha256(request->body ? request->body : "",
			    request->body ? request->body_len : 0, digest);
		if (!add_line(flight, "x-amz-content-sha256", ": ", digest))
			return false;
	}
	return !sign->token || !*sign->token || has_header(request, "x-amz-security-token") ||
	       add_line(flight, "x-amz-security-token", ": ", sign->token);
}

static enum result check_headers(const struct http_request *request, struct error *err)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];

		if (!*header->name || strpbrk(header->name, ":;\r\n \t") ||
		    strpbrk(header->value, "\r\n"))
			return error_set(err, RESULT_INVALID, "a header that cannot be sent");
	}
	return RESULT_OK;
}

/* ---- options ---- */

static CURLcode set_connection(CURL *curl, const struct http_endpoint_options *endpoint,
			       const struct http_limits *limits, bool patient)
{
	int64_t stall = patient ? HTTP_PATIENCE * limits->stall : limits->stall;
	int64_t total = patient && limits->total <= stall ? stall + limits->connect : limits->total;
	bool ca = endpoint->ca_file && *endpoint->ca_file;
	CURLcode code = CURLE_OK;

#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (code == CURLE_OK)                                                              \
			code = curl_easy_setopt(curl, option, value);                              \
	} while (0)
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_USERAGENT, "subferry/" PACKAGE_VERSION);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect);
	SET(CURLOPT_TIMEOUT_MS, (long)total);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, (long)((stall + 999) / 1000));
	SET(CURLOPT_SSL_VERIFYPEER, endpoint->unverified ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, endpoint->unverified ? 0L : 2L);
	if (ca) {
		SET(CURLOPT_CAINFO, endpoint->ca_file);
		SET(CURLOPT_CAPATH, NULL); /* instead of the system's, not beside them */
	}
	return code;
}

static CURLcode set_request(struct flight *flight, bool has_body)
{
	const struct http_request *request = flight->request;
	const struct http_sign *sign = request->sign;
	CURL *curl = flight->curl;
	char provider[192];
	CURLcode code = CURLE_OK;

	SET(CURLOPT_ERRORBUFFER, flight->words);
	SET(CURLOPT_URL, request->url);
	SET(CURLOPT_HTTPHEADER, flight->headers);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, flight);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, flight);
	SET(CURLOPT_XFERINFOFUNCTION, go_on);
	SET(CURLOPT_XFERINFODATA, flight);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_PREREQFUNCTION, before_sending);
	SET(CURLOPT_PREREQDATA, flight);
	if (is_method(request, "HEAD"))
		SET(CURLOPT_NOBODY, 1L);
	else if (is_method(request, "GET") && !has_body)
		SET(CURLOPT_HTTPGET, 1L);
	else
		SET(CURLOPT_CUSTOMREQUEST, request->method);
	if (has_body) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)(request->body ? request->body_len : 0));
		SET(CURLOPT_POSTFIELDS, request->body ? request->body : "");
	}
	if (sign && !flight->is_signed) {
		snprintf(provider, sizeof(provider), "aws:amz:%s:%s", sign->region, sign->service);
		SET(CURLOPT_AWS_SIGV4, provider);
		SET(CURLOPT_USERNAME, sign->key);
		SET(CURLOPT_PASSWORD, sign->secret);
	}
#undef SET
	return code;
}

/* ---- what went wrong ---- */

static bool is_tls(CURLcode code)
{
	return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
	       code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
	       code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR ||
	       code == CURLE_SSL_CRL_BADFILE || code == CURLE_SSL_INVALIDCERTSTATUS;
}

/* libcurl's own words where they say more; elsewhere they might quote a proxy's password. */
static void add_reason(const struct flight *flight, CURLcode code, char *out, size_t size)
{
	char text[128];
	long os_errno = 0;

	curl_easy_getinfo(flight->curl, CURLINFO_OS_ERRNO, &os_errno);
	if (is_tls(code) && *flight->words)
		snprintf(out, size, "TLS: %.200s", flight->words);
	else if (code == CURLE_COULDNT_CONNECT && os_errno)
		snprintf(out, size, "%s", strerror_r((int)os_errno, text, sizeof(text)));
	else if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(out, size,
			 flight->sendings ? "no answer in time" : "no connection in time");
	else if (code == CURLE_LOGIN_DENIED)
		snprintf(out, size, "user info in the URL");
	else if (flight->given_up)
		snprintf(out, size, "given up before there was an answer");
	else if (flight->refused_again)
		snprintf(out, size, "the connection ended without an answer");
	else
		snprintf(out, size, "%s", curl_easy_strerror(code));
}

/*
 * The one question that matters: can the server have seen the request? It can once it was handed
 * to a connection that stood (with its TLS, and behind a proxy), whatever happened later.
 */
static enum result translate(const struct flight *flight, CURLcode code, struct error *err)
{
	char name[MAX_URL_TEXT + 32], why[256];
	enum result st;

	http_request_name(flight->request, name, sizeof(name));
	if (flight->too_large)
		return error_set(err, RESULT_LIMIT, "%s: the answer is larger than %zu bytes", name,
				 flight->request->limit);
	if (flight->no_memory || code == CURLE_OUT_OF_MEMORY)
		return error_set(err, RESULT_NOMEM, "out of memory");
	add_reason(flight, code, why, sizeof(why));
	if (flight->given_up && (!flight->sendings || is_reading(flight->request)))
		st = RESULT_CANCELED;
	else if (flight->sendings > 0)
		st = RESULT_UNKNOWN;
	else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
		 code == CURLE_BAD_FUNCTION_ARGUMENT || code == CURLE_LOGIN_DENIED)
		st = RESULT_INVALID;
	else
		st = RESULT_UNREACHABLE;
	/* The reason first: it is the address that may be cut where there is little room. */
	return error_set(err, st, "%s (%s)", why, name);
}

static enum result fly(struct flight *flight, const struct http_endpoint_options *endpoint,
		       const struct http_limits *limits, struct error *err)
{
	const struct http_request *request = flight->request;
	bool has_body = request->body || is_method(request, "POST") || is_method(request, "PUT");
	enum result st = RESULT_OK;
	long status = 0;
	CURLcode code;

	if (check_headers(request, err) != RESULT_OK)
		return RESULT_INVALID;
	if (!add_headers(flight, has_body))
		return error_set(err, RESULT_NOMEM, "out of memory");
	flight->is_signed = request->sign && http_sign_is_needed(flight->headers);
	if (flight->is_signed)
		st = http_sign_add(&flight->headers, request, err);
	if (st != RESULT_OK)
		return st;
	code = set_connection(flight->curl, endpoint, limits, request->patient);
	if (code == CURLE_OK)
		code = set_request(flight, has_body);
	if (code == CURLE_OK)
		code = curl_easy_perform(flight->curl);
	if (code != CURLE_OK && !flight->cut)
		return translate(flight, code, err);
	curl_easy_getinfo(flight->curl, CURLINFO_RESPONSE_CODE, &status);
	flight->answer->status = (int)status;
	if (!http_answer_finish(flight->answer))
		return error_set(err, RESULT_NOMEM, "out of memory");
	return RESULT_OK;
}

enum result http_send(CURL *curl, const struct http_endpoint_options *endpoint,
		      const struct http_limits *limits, const struct http_request *request,
		      struct http_answer *out, struct error *err)
{
	struct flight flight = {.curl = curl, .request = request, .answer = out};
	enum result st = fly(&flight, endpoint, limits, err);

	curl_easy_reset(curl); /* neither a secret nor a pointer into this frame stays in it */
	curl_slist_free_all(flight.headers);
	return st;
}
