/*
 * edxval.h - a little edx-val on loopback for tests: the REST service of domain 7 and the token
 * endpoint of 7.9, with switches for versions, and one fault at a time.
 *
 * Fields are read and set between requests within EDXVAL(), which holds the lock.
 */
#ifndef SUBFERRY_TESTS_UNIT_EDXVAL_H
#define SUBFERRY_TESTS_UNIT_EDXVAL_H

#include <pthread.h>

#include "src/base/clock.h"
#include "src/base/http.h"
#include "src/val/val.h"
#include "tests/unit/web.h"

#define EDXVAL_CLIENT "client & id"
#define EDXVAL_SECRET "s3cret+/=&%"

enum { EDXVAL_VIDEOS = 64, EDXVAL_ROWS = 16, EDXVAL_LOG = 4096 };

struct edxval_row {
	char language[64], name[256], format[8];
};

struct edxval_video {
	char id[128], courses[4][96], status[32], client_video_id[64];
	int course_count, row_count;
	struct edxval_row rows[EDXVAL_ROWS];
};

/* Answered in place of what would be, to requests whose "METHOD path" begins so. */
struct edxval_fault {
	const char *request; /* NULL: none */
	int times;	     /* so often, -1 always */
	int after;	     /* so many such requests pass before */
	bool acts;	     /* what was asked for is done, and the answer is lost or another */
	int status;	     /* 0: the real answer, with the mischief */
	const char *body, *headers;
	enum web_mischief mischief;
};

struct edxval {
	struct web *web;
	pthread_mutex_t lock;
	struct edxval_video videos[EDXVAL_VIDEOS];
	int video_count;
	struct edxval_fault fault;
	bool unlisted;	    /* older than 2.4.3 */
	bool list_broken;   /* a file is missing: 500 */
	bool plain_courses; /* "key" instead of {"key": null} */
	bool any_case;	    /* MySQL's collation */
	const char *taken;  /* what a second creation is told; NULL: English */
	/* tokens */
	int tokens, oldest; /* handed out; older ones are not taken */
	int expires_in;	    /* -1: not said */
	int token_delay;    /* milliseconds */
	const char *token_type;
	/* what came */
	char *log[EDXVAL_LOG];
	int log_count;
};

#define EDXVAL(edxval, act)                            \
	do {                                           \
		pthread_mutex_lock(&(edxval)->lock);   \
		act;                                   \
		pthread_mutex_unlock(&(edxval)->lock); \
	} while (0)

struct edxval *edxval_new(void);
void edxval_free(struct edxval *edxval);
struct edxval_video *edxval_video(struct edxval *edxval, const char *id, const char *course);
void edxval_row(struct edxval *edxval, const char *id, const char *language, const char *name);
/* "en=name,sv=name" of a video as stored, "-" if there is none; into @out. */
const char *edxval_rows(struct edxval *edxval, const char *id, char *out, size_t size);
/* How many requests began so: "POST", "GET /api/val/v0/videos/v1". */
int edxval_count(struct edxval *edxval, const char *request);
void edxval_fault(struct edxval *edxval, struct edxval_fault fault);

#endif
