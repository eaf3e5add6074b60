/*
 * mongo_uri.h - a MongoDB URI: read, with what it leaves unsaid, and named without its secrets.
 *
 * Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_MONGO_URI_H
#define SUBFERRY_SRC_SOURCE_MONGO_URI_H

#include <mongoc/mongoc.h>
#include <stdbool.h>

#include "src/base/error.h"

#define MONGO_SOCKET_TIMEOUT 30000 /* ms, unless the URI says another */

/* RESULT_INVALID tells how a URI is written, and quotes nothing of this one. *@out is the
   caller's: mongoc_uri_destroy(). */
enum result mongo_uri_read(const char *text, mongoc_uri_t **out, struct error *err);
/* "mongodb://a:27017,b:27017/@database" (free()); NULL without memory. */
char *mongo_uri_name(const mongoc_uri_t *uri, const char *database);
/* It switches the verification of TLS off, in whole or in part. */
bool mongo_uri_unverified(const mongoc_uri_t *uri);

#endif
