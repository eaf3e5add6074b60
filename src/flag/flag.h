/*
 * flag.h - the feature flag that lets a course's transcripts be served from edx-val.
 *
 * The platform keeps two append-only tables (domain 8.1): a global row, and rows of courses; the
 * newest row wins. What learners get is the *effective* state, made of both. The global row is
 * shown and never written. A backend is one file and one const struct flag_ops; "none" is no
 * backend: campus->flag is NULL then.
 *
 * A struct flag may be used by several threads at once.
 */
#ifndef SUBFERRY_SRC_FLAG_FLAG_H
#define SUBFERRY_SRC_FLAG_FLAG_H

#include "src/base/conf.h"
#include "src/base/error.h"

#include <stdatomic.h>
#include <stdint.h>

enum flag_value { FLAG_UNKNOWN, FLAG_OFF, FLAG_ON };

struct flag_state {
	enum flag_value effective; /* what learners get */
	enum flag_value own;	   /* the newest row of the course; OFF without one: see @has_row */
	bool has_row;
	enum flag_value global;	   /* the newest global row: enabled; OFF without one */
	bool absent;		   /* there are no tables yet: what is told is what follows from that */
	bool for_all;		   /* the global row is for all courses, whatever their rows say */
	bool silent;		   /* it did not answer in time, or was not asked again after that */
	int64_t changed;	   /* the course's newest row: wall microseconds; 0 unknown or none */
	char by[80];		   /* who wrote it, "" unknown */
	char note[160];		   /* what the backend cannot tell, or what is worth knowing; "" */
};

struct flag;

struct flag_ops {
	const char *kind; /* "sqlite", "admin", "command" */
	/* The states of @count courses. Anything but RESULT_OK: nothing was learnt. */
	enum result (*show)(struct flag *flag, const char *const *courses, size_t count,
			    struct flag_state *out, struct error *err);
	/* Appends a row of the course (never changes or removes one). RESULT_OK: the backend says it
	   is written; whoever calls reads it back. RESULT_REFUSED: the server said no, in its words.
	   After any other failure the outcome is unknown: read it back. Not repeated by itself. */
	enum result (*set)(struct flag *flag, const char *course, bool on, struct error *err);
	/* A harmless request that shows that it can be reached and, as far as can be told, that its
	   user may write. */
	enum result (*probe)(struct flag *flag, struct error *err);
	void (*free)(struct flag *flag);
};

struct flag {
	const struct flag_ops *ops;
	bool tls_unverified;
	char name[160];		/* "sqlite /path", "admin https://...": of flag_open(), untrusted */
	_Atomic int64_t since;	/* monotonic ms: a call is under way; 0: none. Of flag_show() and flag_set() */
};

/*
 * ops->show() and ops->set(), as every one of us calls them, so that flag_waits() knows of it. A
 * caller whose patience is over (patience.h) is answered RESULT_CANCELED, or RESULT_UNKNOWN where a
 * row may have been written.
 */
enum result flag_show(struct flag *flag, const char *const *courses, size_t count,
		      struct flag_state *out, struct error *err);
enum result flag_set(struct flag *flag, const char *course, bool on, struct error *err);
/* For how long (ms) a call of flag_show() or flag_set() has been under way; 0: none. */
int64_t flag_waits(const struct flag *flag);
#define FLAG_WAITS_TOLD 2000 /* one that waits so long is told what for */

/* domain 8.1: what follows from a global row and a course's. */
enum flag_value flag_effective(const struct flag_state *state);
const char *flag_value_name(enum flag_value value); /* "on", "off", "unknown" */
/* The course's own row: the same words, and "none". */
const char *flag_own_name(const struct flag_state *state);

/* Opens the backend of conf->flag_kind; *@out NULL for none. @http is borrowed, NULL where no backend
   needs it. */
struct http;
enum result flag_open(struct flag **out, const struct conf *conf, struct http *http,
		      struct error *err);
void flag_free(struct flag *flag); /* accepts NULL */

#endif
