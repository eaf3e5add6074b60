/*
 * mongo.h - a connection to MongoDB, shared by the sources and the linker that live there.
 *
 * Wraps libmongoc's client pool: a client a request, monitored in the background. Finds are
 * plain and hand over one document at a time, straight from the reply. Every failure is
 * translated here:
 *	UNREACHABLE	no server can be had, a connection broke, a request timed out
 *	RETRY		the server is changing its mind (election, shutdown), or talks garbage
 *	REFUSED		wrong credentials, no right, a command it will not have
 * with the server's own words and without the URI's password. Thread-safe.
 *
 * Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_MONGO_H
#define SUBFERRY_SRC_SOURCE_MONGO_H

#include <bson/bson.h>

#include "src/source/source.h"

struct mongo;

enum mongo_place {
	MONGO_INDEX,	   /* <collection>.active_versions */
	MONGO_STRUCTURES,  /* <collection>.structures */
	MONGO_MODULESTORE, /* <collection>: the old one */
	MONGO_FILES,	   /* <bucket>.files */
	MONGO_CHUNKS,	   /* <bucket>.chunks */
	MONGO_PLACES
};

/* How a find reads. */
enum mongo_reading {
	MONGO_AS_CONFIGURED, /* the URI's read preference; mongo_read_level() */
	MONGO_LATEST,	     /* the primary's latest: for what a write will be conditioned on */
};

enum result mongo_new(struct mongo **out, const struct mongo_options *options, struct error *err);
void mongo_free(struct mongo *mongo); /* accepts NULL */
/* "edxapp.modulestore.structures", for messages. */
const char *mongo_place_name(const struct mongo *mongo, enum mongo_place place);
/* "mongodb://host:27017/edxapp" without credentials and options, for people. */
const char *mongo_name(const struct mongo *mongo);

/* The URI switches the verification of TLS off. */
bool mongo_unverified(const struct mongo *mongo);

/*
 * The read concern of finds as configured: the URI's, else "majority" where there is one and the
 * server reads from it, "" where not. Known once something was read.
 */
const char *mongo_read_level(const struct mongo *mongo);

/* Anything but RESULT_OK ends the find with it. @document is borrowed for the call. */
typedef enum result mongo_document_fn(void *arg, const bson_t *document, struct error *err);
/*
 * Every document that matches @filter, in the server's order; @opts as mongoc_collection_find_with_opts()
 * (may be NULL). Documents seen before a failure were handed over: the caller drops them.
 */
enum result mongo_find(struct mongo *mongo, enum mongo_place place, enum mongo_reading reading,
		       const bson_t *filter, const bson_t *opts, mongo_document_fn *fn, void *arg,
		       struct error *err);
/* Inserts one document. RESULT_EXISTS: one with this _id is there. RESULT_UNKNOWN: no answer. */
enum result mongo_insert(struct mongo *mongo, enum mongo_place place, const bson_t *document,
			 struct error *err);
/* Updates at most one document, never inserting. RESULT_UNKNOWN: no answer, read anew. */
enum result mongo_update(struct mongo *mongo, enum mongo_place place, const bson_t *filter,
			 const bson_t *update, int64_t *matched, struct error *err);
/* Runs @command on the modulestore's database; bson_destroy(@reply) in every case. */
enum result mongo_command(struct mongo *mongo, const bson_t *command, bson_t *reply,
			  struct error *err);

struct mongo_server {
	char version[64];
	bool majority;	    /* a replica set or a sharded cluster */
	char set_name[64];  /* "" if none */
	int64_t local_time; /* the server's wall clock, microseconds; 0 unknown */
};
/* Asks the server who it is. */
enum result mongo_hello(struct mongo *mongo, struct mongo_server *out, struct error *err);
struct clock *mongo_clock(const struct mongo *mongo);

#endif
