/*
 * little_admin.h - the flag's pages of a Django admin on loopback, behind the platform's login
 * (domain 8.4), for the tests of the flag.
 */
#ifndef SUBFERRY_TESTS_UNIT_LITTLE_ADMIN_H
#define SUBFERRY_TESTS_UNIT_LITTLE_ADMIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/web.h"

#define LITTLE_USER "staff@example.com"
#define LITTLE_PASSWORD "open & \"shut\" 100%"
#define LITTLE_COURSES "/admin/video_config/coursevideotranscriptenabledflag/"
#define LITTLE_GLOBAL "/admin/video_config/videotranscriptenabledflag/"

struct little_row {
	char course[256]; /* "": a global row */
	bool enabled, for_all;
	char by[64]; /* as it stands in the page */
};

struct little_admin {
	struct web *web;
	struct little_row rows[64]; /* the oldest first */
	size_t count;
	const char *unknown_course; /* the form refuses it */
	/* what goes wrong */
	int page_size;	     /* rows of a list's page; 0: 100 */
	bool from_zero;	     /* pages are counted from 0, as before Django 3.2 */
	bool no_filters;     /* a list does not know how to look for a course */
	bool oldest_first;   /* and it says so */
	int expires_after;   /* requests for the admin; then the session is gone, once. 0: never */
	bool expires_by_csrf; /* it is the token that is gone */
	bool stranger;	     /* the account is not staff */
	int add_status, list_status, global_status, post_status; /* instead of 200 or 302 */
	const char *post_location, *post_body; /* instead of its own, after saving nothing */
	bool no_token;	     /* the form has none */
	const char *page;    /* all pages of the admin, instead of their own */
	const char *list;    /* all lists, instead of their own */
	enum web_mischief mischief; /* befalls a POST, once it is saved */
	bool stall_get;	     /* no page of the admin is answered */
	void (*before)(struct little_admin *admin, const char *path); /* each request of the admin */
	/* what was seen */
	int logins, refused, asked, posts, lists;
	int session, token; /* the valid ones, 0 none */
	int form; /* tokens of forms up to this one are */
	char last_body[1024];
	const char *fault; /* a request that no browser would have made */
};

void little_start(struct little_admin *admin);
void little_stop(struct little_admin *admin);
void little_add(struct little_admin *admin, const char *course, bool enabled, bool for_all);

#endif
