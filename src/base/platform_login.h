/*
 * platform_login.h - how one logs in at the platform: the token, the doors of its releases, and the
 * way over the server's pages that brings the cookies.
 *
 * The inside of platform_session.h, for its two files only.
 */
#ifndef SUBFERRY_SRC_BASE_PLATFORM_LOGIN_H
#define SUBFERRY_SRC_BASE_PLATFORM_LOGIN_H

#include <pthread.h>

#include "src/base/platform_jar.h"
#include "src/base/platform_session.h"

#define PLATFORM_TOKEN "csrftoken"
#define PLATFORM_MAX_BODY (4 * 1024 * 1024)

struct platform_session {
	struct http_endpoint *endpoint;
	struct clock *clock;
	char *name; /* of the server, for messages */
	char *url, *login_url, *user, *password; /* URLs without a last '/' */
	char *escaped; /* the password as forms have it */
	pthread_mutex_t lock; /* of what follows; held while logging in, so that others wait */
	struct platform_jar jar;
	bool logged_in;
	unsigned long logins; /* counts them */
	int64_t refused_until; /* monotonic ms; a login is not tried before */
	struct error refusal;
};

/*
 * With the lock held. A login that was refused is not tried again for five minutes, RESULT_REFUSED
 * until then.
 */
enum result platform_log_in(struct platform_session *session, struct error *err);
/* Of "https://host:1" at the beginning of an URL; 0 without one. */
size_t platform_origin_length(const char *url);
bool platform_same_origin(const char *a, const char *b);

#endif
