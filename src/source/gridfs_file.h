/*
 * gridfs_file.h - one file of GridFS put together from its chunks, and checked.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_GRIDFS_FILE_H
#define SUBFERRY_SRC_SOURCE_GRIDFS_FILE_H

#include <bson/bson.h>

#include "src/source/source.h"

/* What a document of fs.files says. */
struct gridfs_info {
	bson_value_t id;   /* raw: string or subdocument, its fields in their order; owned */
	int64_t length;	   /* -1: not said, or nonsense */
	int64_t chunk_size; /* 0: not said, or nonsense */
	char md5[33], custom_md5[33]; /* lower-case hex; "" when not given */
	int64_t uploaded; /* milliseconds since 1970, 0 unknown */
};

/* Reads a document of fs.files; RESULT_OK or RESULT_NOMEM: what it lacks is told by _close(). */
enum result gridfs_info_read(struct gridfs_info *info, const bson_t *document, struct error *err);
void gridfs_info_clear(struct gridfs_info *info); /* may run twice */

struct gridfs_file; /* one file being put together */
enum result gridfs_file_open(struct gridfs_file **out, const struct gridfs_info *info, struct error *err);
void gridfs_file_free(struct gridfs_file *file); /* accepts NULL */
/* Takes a document of fs.chunks of this file, in any order. RESULT_OK or RESULT_NOMEM. */
enum result gridfs_file_add(struct gridfs_file *file, const bson_t *chunk, struct error *err);
/* Everything has come: FOUND with the bytes, or DAMAGED with the reason. */
enum result gridfs_file_close(struct gridfs_file *file, struct asset_bytes *out, struct error *err);

#endif
