/*
 * gridfs.h - the contentstore: a course's files in GridFS (domain 4), read with plain finds.
 *
 * A struct gridfs serves one course: it knows how the course's asset keys look, remembers the
 * file documents that find() met, and reads their chunks by the raw BSON of their ids. One
 * thread at a time; the connection is borrowed. Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_GRIDFS_H
#define SUBFERRY_SRC_SOURCE_GRIDFS_H

#include "src/source/mongo.h"

struct gridfs;

/* For the course @key, in canonical form: course-v1 or slash. */
enum result gridfs_new(struct gridfs **out, struct mongo *mongo, const char *key,
		       struct error *err);
void gridfs_free(struct gridfs *gridfs); /* accepts NULL */
/*
 * As source_course_ops.find: one query for all names (more only for a MiB of them), and for a
 * slash course a second one, by dotted paths, for names whose id may have been written with its
 * fields in another order. An asset's id is its key as people write it (domain 4.4), its size
 * -1 where the document says no usable length. A name asked again is learnt anew: files are
 * saved again under the same id. After a failure what was known before still is.
 */
enum result gridfs_find(struct gridfs *gridfs, const char *const *names, size_t count,
			struct asset *out, struct error *err);
/*
 * As source_course_ops.read, for ids that find() gave (others are MISSING); one query for the
 * chunks of as many files as have about 15 MiB together. A file is FOUND only if its chunks are
 * 0, 1, 2 ... without a gap, each once, each of the size and as many as length and chunkSize
 * say, and agree with md5 and custom_md5, where given; in whatever order the server sends them.
 * Else it is DAMAGED and no byte of it is handed out. Of a LARGE file it is only asked
 * whether the last chunk is there: else its length is wrong, and it is DAMAGED. At most `length`
 * bytes a file, and a bit a chunk, are kept in memory.
 */
enum result gridfs_read(struct gridfs *gridfs, const char *const *ids, size_t count, size_t limit,
			struct asset_bytes *out, struct error *err);

#endif
