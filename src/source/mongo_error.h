/*
 * mongo_error.h - libmongoc's errors in our words (mongo.h says which code means what).
 *
 * Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_MONGO_ERROR_H
#define SUBFERRY_SRC_SOURCE_MONGO_ERROR_H

#include <bson/bson.h>

#include "src/base/error.h"

/*
 * Fills @err with "@where: the server's words", in which @password (may be NULL) is hidden. With
 * @wrote a broken connection is RESULT_UNKNOWN: the request may have been carried out.
 */
enum result mongo_error(const bson_error_t *error, const char *where, const char *password, bool wrote,
			struct error *err);

#endif
