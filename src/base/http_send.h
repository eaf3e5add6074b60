/*
 * http_send.h - one request, sent once, on one of libcurl's handles.
 *
 * Of http.c alone; others read http.h.
 */
#ifndef SUBFERRY_SRC_BASE_HTTP_SEND_H
#define SUBFERRY_SRC_BASE_HTTP_SEND_H

#include "src/base/http.h"

#include <curl/curl.h>

struct http_limits { /* milliseconds */
	int64_t connect, stall, total;
};

/*
 * Sends @request on @curl, whose options are its own again afterwards (connections stay open).
 * As http_request(), without the throttle; @err's text begins with the method.
 */
enum result http_send(CURL *curl, const struct http_endpoint_options *endpoint,
		      const struct http_limits *limits, const struct http_request *request,
		      struct http_answer *out, struct error *err);
/* "PUT https://host/path": into @out, for messages. */
void http_request_name(const struct http_request *request, char *out, size_t size);

#endif
