/*
 * gridfs_ask.h - how the contentstore is asked: names, ids, filters and options as BSON.
 *
 * Pure but for memory: libbson ends the program when it has none. Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_GRIDFS_ASK_H
#define SUBFERRY_SRC_SOURCE_GRIDFS_ASK_H

#include <bson/bson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"

/* How the files of one course are named (domain 4.1, 4.4). */
struct gridfs_names {
	char *prefix;	    /* what stands before NAME in a key as people write it */
	char *org, *course; /* of a slash course; NULL for a course-v1 one */
};

/* For the course @key; RESULT_INVALID when it is no course's key. */
enum result gridfs_names_init(struct gridfs_names *names, const char *key, struct error *err);
void gridfs_names_clear(struct gridfs_names *names); /* may run twice */
/* The NAME in the _id of a document of fs.files, borrowed; NULL: not an id of this course. */
const char *gridfs_names_of(const struct gridfs_names *names, const bson_t *document);
/* @id is, byte for byte, what the platform would write for @name. */
bool gridfs_names_canonical(const struct gridfs_names *names, const bson_value_t *id,
			    const char *name);
/*
 * Adds @name to the array @list, as element @at: as an _id, or (@anyhow) as a NAME.
 * gridfs_names_filter() makes @filter of the list. With @anyhow it finds the ids of a slash
 * course in whatever order their fields were written.
 */
void gridfs_names_add(const struct gridfs_names *names, bson_t *list, uint32_t at, const char *name,
		      bool anyhow);
void gridfs_names_filter(const struct gridfs_names *names, bson_t *filter, const bson_t *list,
			 bool anyhow);
/* The options of a find of @count files: the fields gridfs_file.h reads, in one reply. */
void gridfs_file_opts(bson_t *opts, uint32_t count);

/* The order of raw ids, by type and bytes. Not 0 for types that no id of a file has. */
int gridfs_id_compare(const bson_value_t *a, const bson_value_t *b);
size_t gridfs_id_length(const bson_value_t *id);
void gridfs_id_add(bson_t *list, uint32_t at, const bson_value_t *id);
void gridfs_chunk_filter(bson_t *filter, const bson_t *list);
/* The chunk @n of one file alone, and that it is there, without its bytes. */
void gridfs_one_chunk(bson_t *filter, bson_t *opts, const bson_value_t *id, int64_t n);
/*
 * No sort: chunks are put in order here, not by the server, which may have no index for it.
 */
void gridfs_chunk_opts(bson_t *opts, int64_t chunks);

#endif
