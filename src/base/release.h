/*
 * release.h - the named releases of Open edX, and which came first.
 *
 * A release is written as people and branches do: "Lilac", "lilac.3", "open-release/lilac.3",
 * "release/teak.1", "koa-rc1": upper and lower case are one, and what follows the name counts for
 * nothing. Pure.
 */
#ifndef SUBFERRY_SRC_BASE_RELEASE_H
#define SUBFERRY_SRC_BASE_RELEASE_H

enum release_age {
	RELEASE_UNKNOWN, /* empty, or no name that is known here: newer than this program, perhaps */
	RELEASE_BEFORE,
	RELEASE_SINCE, /* that release, or a later one */
};

/* How @release stands to the release @named, which must be a known name in lower case. */
enum release_age release_against(const char *release, const char *named);

#endif
