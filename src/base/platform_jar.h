/*
 * platform_jar.h - the cookies of a session at two hosts: the server, and where one logs in.
 *
 * As browsers keep them (RFC 6265), but for Path, which is not looked at: the platform sets all
 * of its cookies for "/". Bounded. Not thread-safe. Inside platform_session.h only.
 */
#ifndef SUBFERRY_SRC_BASE_PLATFORM_JAR_H
#define SUBFERRY_SRC_BASE_PLATFORM_JAR_H

#include "src/base/http.h"

struct platform_cookie;

struct platform_jar {
	struct platform_cookie *items;
	size_t count;
};

#define PLATFORM_JAR_INIT {NULL, 0}

void platform_jar_clear(struct platform_jar *jar); /* wipes them; may run twice */
/* Takes what @answer from @url sets and deletes, at @now (wall, microseconds). False without
   memory. */
bool platform_jar_take(struct platform_jar *jar, const char *url, const struct http_answer *answer,
		     int64_t now);
/* The value of the cookie @name that is sent to @url, NULL without one; until the next change. */
const char *platform_jar_get(const struct platform_jar *jar, const char *url, const char *name);
/* Appends "a=b; c=d", what is sent to @url; nothing when there is none. */
void platform_jar_add(const struct platform_jar *jar, const char *url, struct buf *out);

#endif
