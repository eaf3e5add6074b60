/*
 * studio_jar.h - the cookies of a session at two hosts: Studio, and where one logs in.
 *
 * As browsers keep them (RFC 6265), but for Path, which is not looked at: the platform sets all
 * of its cookies for "/". Bounded. Not thread-safe. Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_STUDIO_JAR_H
#define SUBFERRY_SRC_SOURCE_STUDIO_JAR_H

#include "src/base/http.h"

struct studio_cookie;

struct studio_jar {
	struct studio_cookie *items;
	size_t count;
};

#define STUDIO_JAR_INIT {NULL, 0}

void studio_jar_clear(struct studio_jar *jar); /* wipes them; may run twice */
/* Takes what @answer from @url sets and deletes, at @now (wall, microseconds). False without
   memory. */
bool studio_jar_take(struct studio_jar *jar, const char *url, const struct http_answer *answer,
		     int64_t now);
/* The value of the cookie @name that is sent to @url, NULL without one; until the next change. */
const char *studio_jar_get(const struct studio_jar *jar, const char *url, const char *name);
/* Appends "a=b; c=d", what is sent to @url; nothing when there is none. */
void studio_jar_add(const struct studio_jar *jar, const char *url, struct buf *out);

#endif
