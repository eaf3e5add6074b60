/*
 * link.h - writes new video ids into their blocks (design 5, step 7; domain 2 and 3).
 *
 * The one thing subferry writes at the source, and only when it is configured and a person has
 * typed the word for it. A linker is idempotent: a block that names its id by now is done. It
 * never changes a block that has another id, and never discards what an editor wrote.
 *
 * Thread-safe.
 */
#ifndef SUBFERRY_SRC_SOURCE_LINK_H
#define SUBFERRY_SRC_SOURCE_LINK_H

#include "src/source/source.h"

enum link_state {
	LINK_OPEN,    /* no answer yet */
	LINK_DONE,    /* read back: every branch that has the block names the id */
	LINK_PUT_OFF, /* not now: @reason; another day it may be linked */
	LINK_REFUSED, /* it cannot be linked as things are: @reason */
};

/* One block to be told its id; the answer is written into it. */
struct link_request {
	bool in_step; /* as in struct video_block, when the course was read */
	const char *type, *block, *val_id; /* borrowed; @val_id as stripped, not "" */
	enum link_state state;
	bool written; /* LINK_DONE: by this call, at least in part */
	char reason[256];
};

struct linker;

struct linker_ops {
	const char *kind; /* "mongo", "studio" */
	/*
	 * Links the blocks of one course, all in one write where the kind can. RESULT_OK: every
	 * request has its answer, and what was linked was read back. Transient codes: ask again
	 * with the same requests; of those still LINK_OPEN nothing is known. RESULT_REFUSED: the
	 * other side will not have it, in its own words. Requests come with LINK_OPEN.
	 */
	enum result (*link)(struct linker *linker, const char *course, struct link_request *requests,
			    size_t count, struct error *err);
	/* A harmless request that shows the endpoint answers. */
	enum result (*probe)(struct linker *linker, struct error *err);
	/* One line a fact; @write allows trying to write, without a trace. What is wrong is the
	   error. */
	enum result (*doctor)(struct linker *linker, bool write, void (*say)(void *arg, const char *line),
			      void *arg, struct error *err);
	void (*free)(struct linker *linker);
};

struct linker {
	const struct linker_ops *ops;
};

void linker_free(struct linker *linker); /* accepts NULL */

/* ---- kinds ---- */

/*
 * link = mongo: split courses by one new structure a branch and one move of both heads, slash
 * courses by $set of metadata.edx_video_id, each on condition that nothing has changed since it
 * was read. A course edited less than @quiet milliseconds ago is put off.
 */
enum result linker_mongo_new(struct linker **out, const struct mongo_options *options, int64_t quiet,
			     struct error *err);

struct http;

/* Strings are borrowed for the call. */
struct linker_studio_options {
	struct http *http;	/* borrowed: outlives the linker */
	const char *url;	/* of Studio */
	const char *login_url;	/* where one logs in: the LMS, or "" for @url */
	const char *user, *password; /* e-mail address or name; the password is a secret */
	const char *ca_file;
	bool unverified;
	struct clock *clock; /* NULL: the system's */
};

/*
 * link = studio: each block by Studio's own API (domain 9), which writes the draft as the user;
 * it is published in the same request only where draft and published were in step. Studio's save
 * has side effects on the source (the manual lists them), so the inventory is taken before.
 */
enum result linker_studio_new(struct linker **out, const struct linker_studio_options *options,
			      struct error *err);

#endif
