/*
 * store.h - where transcript files end up: S3, or a directory.
 *
 * A name appears only with its whole, synced bytes, exclusively, and is never replaced or
 * deleted: there is no operation for that. Names are storage-relative ("video-transcripts/
 * <32 hex>.sjson"); a name with "..", an empty part or a leading '/' is RESULT_INVALID.
 *
 * Thread-safe: several workers call one struct store.
 */
#ifndef SUBFERRY_SRC_STORE_STORE_H
#define SUBFERRY_SRC_STORE_STORE_H

#include "src/base/buf.h"
#include "src/base/error.h"
#include "src/base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One file to put; the answer is written into it. */
struct store_object {
	const char *name;   /* borrowed */
	const char *bytes;  /* borrowed */
	size_t len;
	const char *sha256; /* hex, of the bytes; borrowed */
	enum result result; /* OK put now, EXISTS there with the same bytes, CONFLICT there with
			       others (untouched), else why not */
	char reason[256];
};

/* What the store tells of a name without sending its bytes. */
struct store_info {
	bool exists;
	int64_t size;	       /* bytes; -1 unknown */
	char sha256[HASH_HEX]; /* "" when only the bytes would tell */
};

struct store;
struct http;

struct store_ops {
	const char *kind; /* "directory" */
	/*
	 * Puts @count objects in order, and stops at the first that is neither OK nor EXISTS,
	 * whose result is returned with @err filled; those behind it keep RESULT_CANCELED.
	 * When it returns RESULT_OK all are durable, names included.
	 */
	enum result (*put)(struct store *store, struct store_object *objects, size_t count,
			   struct error *err);
	enum result (*head)(struct store *store, const char *name, struct store_info *out,
			    struct error *err);
	/* The whole object, at most @limit bytes (else RESULT_LIMIT); RESULT_MISSING. */
	enum result (*get)(struct store *store, const char *name, size_t limit, struct buf *out,
			   struct error *err);
	/* A harmless request that shows the endpoint answers and could be written. */
	enum result (*probe)(struct store *store, struct error *err);
	/* One line a fact for `doctor`; @write allows trying to write. */
	enum result (*doctor)(struct store *store, bool write, void (*say)(void *arg, const char *line),
			      void *arg, struct error *err);
	void (*free)(struct store *store);
};

struct store {
	const struct store_ops *ops;
	bool tls_unverified; /* configured so */
	/* NULL, or what an operator should know before files are put: shown at launch. Static;
	   doctor may change it, and nothing else does. */
	const char *warning;
};

void store_free(struct store *store); /* accepts NULL */
/* The rule for names above. */
bool store_name_valid(const char *name);

/* ---- kinds --------------------------------------------------------------------------------*/

/* What is known of `If-None-Match: *` at this endpoint and bucket. */
enum store_condition {
	CONDITION_UNKNOWN, /* nobody has tried: HEAD before every PUT, and the condition too */
	CONDITION_HOLDS,   /* a second PUT was refused with 412 */
	CONDITION_FAILS,   /* it was not: HEAD before every PUT is all there is */
};

/* Strings are borrowed for the call. */
struct store_s3_options {
	struct http *http; /* borrowed: outlives the store */
	const char *endpoint;	/* "https://s3.eu-west-1.amazonaws.com"; "": AWS's own, by region */
	const char *region, *bucket;
	const char *location;	/* before every name, "" or ending in '/': Django's `location` */
	bool path_style;	/* the bucket in the path instead of the host name */
	const char *storage_class, *sse, *sse_key; /* headers of a PUT, "" for none */
	const char *key, *secret, *token; /* secrets; token "" for none */
	const char *ca_file;
	bool unverified;
	bool read_only; /* puts are refused */
	enum store_condition condition;
	/* Called when doctor has shown it, to be remembered; may be NULL. */
	void (*learned)(void *arg, enum store_condition condition);
	void *arg;
};

enum result store_s3_new(struct store **out, const struct store_s3_options *options, struct error *err);

/* @path is made if it is missing, unless @read_only (then a missing one is an empty store). */
enum result store_directory_new(struct store **out, const char *path, bool read_only, struct error *err);

#endif
