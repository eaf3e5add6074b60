/*
 * gridfs_file.h - one file of GridFS put together from its chunks, and checked.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_GRIDFS_FILE_H
#define SUBFERRY_SRC_SOURCE_GRIDFS_FILE_H

#include <bson/bson.h>

#include "src/base/hash.h"
#include "src/source/source.h"

/* What a document of fs.files says. */
struct gridfs_info {
	bson_value_t id;    /* raw: string or subdocument, its fields in their order; owned */
	int64_t length;	    /* -1: not said, or nonsense */
	int64_t chunk_size; /* 0: not said, or nonsense */
	char md5[MD5_HEX], custom_md5[MD5_HEX]; /* lower-case hex; "" when not given, or none */
	int64_t uploaded;			/* milliseconds since 1970, 0 unknown */
};

/* Reads a document of fs.files into @info, whatever was in it; what is lacking, _close() tells. */
void gridfs_info_read(struct gridfs_info *info, const bson_t *document);
void gridfs_info_clear(struct gridfs_info *info); /* may run twice */
/* As asset.identity: _id as canonical extended JSON, uploadDate (milliseconds), length and md5 ("-" when
   it is not given, as by newer drivers); free(), NULL without memory. */
char *gridfs_info_identity(const struct gridfs_info *info);
/* How many chunks such a file has; -1 when that cannot be told, and the file is damaged. */
int64_t gridfs_info_chunks(const struct gridfs_info *info);

/*
 * One file being put together. It takes memory once it is given a chunk: `length` bytes, and a
 * bit a chunk. So look at info->length before opening it.
 */
struct gridfs_file;
/* @info is borrowed until gridfs_file_free(). */
enum result gridfs_file_open(struct gridfs_file **out, const struct gridfs_info *info,
			     struct error *err);
void gridfs_file_free(struct gridfs_file *file); /* accepts NULL */
/*
 * Takes a document of fs.chunks of this file, in any order. RESULT_OK or RESULT_NOMEM: what is
 * wrong with it is told by _close(), in the same words whatever the order was.
 */
enum result gridfs_file_add(struct gridfs_file *file, const bson_t *chunk, struct error *err);
/*
 * Everything has come: FOUND with the bytes, or DAMAGED with the reason. Every chunk but the
 * last must have chunkSize bytes, as GridFS has it; an empty file may have one without bytes.
 * To be called once; @out is filled anew.
 */
void gridfs_file_close(struct gridfs_file *file, struct asset_bytes *out);

#endif
