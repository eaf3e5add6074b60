/*
 * platform_session.h - being logged in at a server of the platform, Studio or the LMS: cookies,
 * the CSRF token, the words of a refusal.
 *
 * One logs in once for all threads, at the LMS or at the server itself (domain 8.4), and once more
 * when the server no longer takes the session. Cookies go to the two hosts configured and to no
 * other. A login that was refused is not tried again for five minutes: the platform locks
 * accounts. Thread-safe; the password is in no error.
 */
#ifndef SUBFERRY_SRC_BASE_PLATFORM_SESSION_H
#define SUBFERRY_SRC_BASE_PLATFORM_SESSION_H

#include "src/base/http.h"

struct platform_session;

/* Strings are borrowed for the call. */
struct platform_options {
	struct http *http;	/* borrowed: outlives the session */
	struct clock *clock;	/* NULL: the system's */
	const char *name;	/* "Studio": of the server, for messages */
	const char *endpoint;	/* "studio": for those of the throttle */
	const char *url;	/* of the server */
	const char *login_url;	/* where one logs in: the LMS, or "" for @url */
	const char *user, *password; /* e-mail address or name; the password is a secret */
	const char *ca_file;
	bool unverified;
};

/* Asks nothing yet. RESULT_INVALID: no URLs that could be asked. */
enum result platform_session_new(struct platform_session **out,
				 const struct platform_options *options, struct error *err);
void platform_session_free(struct platform_session *session); /* accepts NULL */

struct platform_ask {
	const char *method, *path; /* the path ("/xblock/...") is escaped */
	const char *body;	   /* NULL: none */
	bool page; /* it is a browser's: the body a form's, the answer HTML; else both are JSON */
};

/*
 * Asks, logged in; logs in once more if it must, and repeats the request then.
 * RESULT_OK: @out is the server's answer, whatever its status, but not one that asks us to log in.
 * RESULT_REFUSED: the login is refused, or the server does not take it; else as http_request().
 * http_answer_clear(@out) in every case.
 */
enum result platform_session_ask(struct platform_session *session, const struct platform_ask *ask,
				 struct http_answer *out, struct error *err);
/* The same without repeating it. *@over: the answer asks us to log in; the next call does. */
enum result platform_session_try(struct platform_session *session, const struct platform_ask *ask,
				 bool *over, struct http_answer *out, struct error *err);
/* What it means when *@over comes again: RESULT_REFUSED, with the words of @answer. */
enum result platform_session_over(const struct platform_session *session,
				  struct http_answer *answer, struct error *err);
/* Without logging in: both hosts answer. *@date (may be NULL) is the server's, 0 unknown. */
enum result platform_session_probe(struct platform_session *session, int64_t *date,
				   struct error *err);
/*
 * What a status that was not expected means: as http_status_error(), with what a page or the
 * platform's own fields say, and without the password. Empties the answer's body.
 */
enum result platform_session_refusal(const struct platform_session *session,
				     struct http_answer *answer, const char *what,
				     struct error *err);
/* Takes the password out of @words, and makes one line of at most 200 bytes of them. */
void platform_session_clean(const struct platform_session *session, struct buf *words);

const char *platform_session_url(const struct platform_session *session); /* without a last '/' */
const char *platform_session_login_url(const struct platform_session *session); /* the same */
const char *platform_session_user(const struct platform_session *session);
struct clock *platform_session_clock(const struct platform_session *session);

#endif
