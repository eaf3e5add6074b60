/*
 * web.h - a small HTTP/1.1 server on loopback, inside a test: each request is answered by a
 * function of the test, or met with mischief. It runs on threads of its own, a connection each.
 */
#ifndef SUBFERRY_TESTS_UNIT_WEB_H
#define SUBFERRY_TESTS_UNIT_WEB_H

#include "src/base/buf.h"

struct web;

struct web_request {
	const char *method, *path; /* the path with its query, as sent */
	const char *headers;	   /* "name: value\n" lines, names in lower case */
	const char *body;
	size_t body_len;
	int number;		   /* of all requests of this server, from 1 */
};

enum web_mischief {
	WEB_NONE,
	WEB_CLOSE,	/* the connection is closed without an answer */
	WEB_RESET,	/* the same with a reset */
	WEB_TRUNCATE,	/* half of the body, then closed */
	WEB_HALF,	/* half of the body, then nothing more until web_stop() */
	WEB_STALL,	/* nothing is sent until web_stop() */
	WEB_SLOW,	/* a byte every 20 ms */
};

struct web_answer {
	int status;	     /* 200 until the handler says otherwise */
	struct buf headers;  /* more lines "Name: value\r\n"; Content-Length is added; with
				"Connection: close" the connection ends after the answer */
	struct buf body;
	enum web_mischief mischief;
};

/* Called on the connection's thread, one at a time; it may ask web_requests(), not web_stop(). */
typedef void web_handler(void *arg, const struct web_request *request, struct web_answer *answer);

struct web *web_start(web_handler *handler, void *arg); /* fails the test if it cannot */
const char *web_url(const struct web *web);		/* "http://127.0.0.1:PORT" */
/*
 * So many have come. Between threads, what the handler wrote is to be read after this, and what
 * it is to read next is to be written before: a thread checker sees no order in a connection.
 */
int web_requests(struct web *web);
int web_connections(struct web *web);
/* The value of a header of @request, or NULL; into @out. */
const char *web_header(const struct web_request *request, const char *name, char *out, size_t size);
void web_stop(struct web *web);

#endif
