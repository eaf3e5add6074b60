/*
 * mongo_course.h - courses of the two modulestores in MongoDB: listing and opening them.
 *
 * Inside src/source/ only. The connection is borrowed: it outlives every course.
 */
#ifndef SUBFERRY_SRC_SOURCE_MONGO_COURSE_H
#define SUBFERRY_SRC_SOURCE_MONGO_COURSE_H

#include "src/format/key.h"
#include "src/source/mongo.h"

/* The courses of a list, gathered from one or both modulestores. */
struct mongo_entry {
	char *key, *name, *problem; /* key is NULL where none can be made */
	char *where;		    /* the collection */
};
struct mongo_list {
	struct mongo_entry *items;
	size_t count, size;
};
/* Copies; "" for @name and NULL for @key and @problem where there is none. */
enum result mongo_list_add(struct mongo_list *list, const char *key, const char *name,
			   const char *where, const char *problem, struct error *err);
void mongo_list_clear(struct mongo_list *list); /* may run twice */

/* ---- split (domain 1) ---- */

enum result split_list(struct mongo *mongo, struct mongo_list *list, struct error *err);
/* As source_ops.open; @parts are those of @key. */
enum result split_open(struct mongo *mongo, const char *key, const struct key_parts *parts,
		       struct source_course **out, struct error *err);
/* Facts about the split modulestore; an error where the course index seems to live elsewhere. */
enum result split_doctor(struct mongo *mongo, void (*say)(void *arg, const char *line), void *arg,
			 struct error *err);

/* ---- draft, the old modulestore (domain 3) ---- */

enum result draft_list(struct mongo *mongo, struct mongo_list *list, struct error *err);
enum result draft_open(struct mongo *mongo, const char *key, const struct key_parts *parts,
		       struct source_course **out, struct error *err);

/* ---- both ---- */

/* Takes @outline in every case; the course's files are read through gridfs.h. */
enum result mongo_course_new(struct source_course **out, struct mongo *mongo, struct outline *outline,
			     struct error *err);

#endif
