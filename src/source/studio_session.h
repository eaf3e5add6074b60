/*
 * studio_session.h - being logged in at Studio: cookies, the CSRF token, the words of a refusal.
 *
 * One logs in once for all threads, at the LMS or at Studio itself (domain 8.4), and once more
 * when Studio no longer takes the session. Cookies go to the two hosts configured and to no
 * other. A login that was refused is not tried again for five minutes: the platform locks
 * accounts. Thread-safe; the password is in no error. Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_STUDIO_SESSION_H
#define SUBFERRY_SRC_SOURCE_STUDIO_SESSION_H

#include "src/base/http.h"
#include "src/source/link.h"

struct studio_session;

/* Asks nothing yet. RESULT_INVALID: no URLs that could be asked. */
enum result studio_session_new(struct studio_session **out,
			       const struct linker_studio_options *options, struct error *err);
void studio_session_free(struct studio_session *session); /* accepts NULL */

/*
 * Asks Studio for @path ("/xblock/...", escaped), logged in; @body is JSON, NULL for none.
 * RESULT_OK: @out is Studio's answer, whatever its status, but not one that asks us to log in.
 * RESULT_REFUSED: the login is refused, or Studio does not take it; else as http_request().
 * http_answer_clear(@out) in every case.
 */
enum result studio_session_ask(struct studio_session *session, const char *method,
			       const char *path, const char *body, struct http_answer *out,
			       struct error *err);
/* Without logging in: both hosts answer. *@date (may be NULL) is Studio's, 0 unknown. */
enum result studio_session_probe(struct studio_session *session, int64_t *date,
				 struct error *err);
/*
 * What a status that was not expected means: as http_status_error(), with what a page or the
 * platform's own fields say, and without the password. Empties the answer's body.
 */
enum result studio_session_refusal(const struct studio_session *session,
				   struct http_answer *answer, const char *what,
				   struct error *err);

const char *studio_session_url(const struct studio_session *session);	/* without a last '/' */
const char *studio_session_login_url(const struct studio_session *session); /* the same */
const char *studio_session_user(const struct studio_session *session);
struct clock *studio_session_clock(const struct studio_session *session);

#endif
