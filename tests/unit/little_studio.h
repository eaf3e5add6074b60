/*
 * little_studio.h - a Studio on loopback, as domain 8.4 and 9 describe it, for the tests of linking.
 */
#ifndef SUBFERRY_TESTS_UNIT_LITTLE_STUDIO_H
#define SUBFERRY_TESTS_UNIT_LITTLE_STUDIO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/web.h"

#define LITTLE_USER "author@example.com"
#define LITTLE_PASSWORD "open & \"shut\" 100%"

struct little_block {
	const char *key;       /* the usage key, not escaped */
	char id[128];	       /* draft's */
	char published[128];   /* published's */
	const char *changes;   /* what it says of has_changes; NULL: null */
	/* what a GET and a POST are answered with instead of 200, and the body */
	int get_status, post_status;
	const char *words;
	enum web_mischief mischief; /* befalls a POST, once it is saved */
	bool half;		    /* such a POST is saved, but not published */
	int times;		    /* so often, then all is well; 0: ever */
	bool loses;		    /* a save is answered, and forgotten */
	int gets, posts;
};

struct little_studio {
	struct web *web;
	struct little_block blocks[8];
	size_t count;
	/* what goes wrong */
	int expires_after; /* requests for blocks; then the session is gone, once. 0: never */
	bool expires_by_csrf; /* it is the token that is gone */
	bool deaf;	    /* no login lasts */
	int login_status;   /* instead of judging the login */
	const char *login_words;
	int home_status; /* of pages, instead of 200 */
	/* what was seen */
	int logins, refused, publishes, asked;
	int session, token; /* the valid ones, 0 none */
	char last_body[1024];
	const char *fault; /* a request that no browser would have made */
};

void little_start(struct little_studio *studio);
void little_stop(struct little_studio *studio);
struct little_block *little_add(struct little_studio *studio, const char *key, const char *id);

#endif
