/*
 * url.h - the http and https URLs of a configuration: what is allowed in one, and whether what
 * is sent there can be read on the way. Pure functions.
 */
#ifndef SUBFERRY_SRC_BASE_URL_H
#define SUBFERRY_SRC_BASE_URL_H

#include <stdbool.h>

/*
 * "http://" or "https://", a host, perhaps a port and a path: no user or password, no query, no
 * fragment, no blanks. *@why (borrowed, static) says what is allowed when it refuses; it never has
 * a part of @url, which may hold a password.
 */
bool url_is_valid(const char *url, const char **why);
/* Behind the host and the port there is at most "/". @url is valid. */
bool url_is_host(const char *url);
/* Of a valid @url: http to a host that is not this machine, so that secrets travel in the open. */
bool url_is_exposed(const char *url);

#endif
