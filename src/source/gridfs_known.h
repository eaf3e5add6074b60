/*
 * gridfs_known.h - the files of a course that were met in the contentstore, by name.
 *
 * One thread at a time. Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_GRIDFS_KNOWN_H
#define SUBFERRY_SRC_SOURCE_GRIDFS_KNOWN_H

#include "src/source/gridfs_ask.h"
#include "src/source/gridfs_file.h"

struct gridfs_known {
	char *id;	  /* its key as people write it */
	const char *name; /* in @id */
	struct gridfs_info info;
	bool canonical; /* its _id is written as the platform writes it */
};

/* The file @name, whose document of fs.files is @document; NULL without memory. */
struct gridfs_known *gridfs_known_new(const struct gridfs_names *names, const char *name,
				      const bson_t *document);
void gridfs_known_free(void *known); /* a struct gridfs_known; accepts NULL */
/* Of two files of one name: as the platform writes it, else the newest, else one for good. */
bool gridfs_known_better(const struct gridfs_known *a, const struct gridfs_known *b);

/* Begins as zeros. */
struct gridfs_table {
	void *root; /* of a tree of tsearch() */
};
void gridfs_table_clear(struct gridfs_table *table); /* may run twice */
/* Borrowed until the name is put or dropped; NULL: not known. */
const struct gridfs_known *gridfs_table_get(const struct gridfs_table *table, const char *name);
/* Takes @known, in place of one of the same name; false without memory, and it is not taken. */
bool gridfs_table_put(struct gridfs_table *table, struct gridfs_known *known);
void gridfs_table_drop(struct gridfs_table *table, const char *name); /* known or not */

#endif
