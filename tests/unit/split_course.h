/*
 * split_course.h - courses of the split modulestore in a fake MongoDB, made and looked at.
 *
 * An ObjectId is 24 times one hex digit. Failures fail the test.
 */
#ifndef SUBFERRY_TESTS_UNIT_SPLIT_COURSE_H
#define SUBFERRY_TESTS_UNIT_SPLIT_COURSE_H

#include "tests/unit/link_help.h"

#define COURSE "course-v1:Org+C+2018"

struct block {
	const char *id, *video_id; /* video_id NULL: the field is absent */
	char update, source;	   /* 0: null */
};

bson_oid_t oid(char digit);
/* A structure: the course's own block, then these videos. */
void put_structure(struct fake *fake, char digit, int64_t edited, const struct block *blocks,
		   size_t count);
/* An index document; @draft, @published: 0 for none; @last 0: no last_update. */
void put_index(struct fake *fake, char digit, const char *run, char draft, char published,
	       int64_t last);

/* ---- what became of them; documents are borrowed until the next change ---- */

const bson_t *index_of(const struct world *world, const char *run);
bson_oid_t oid_at(const bson_t *document, const char *path);
/* Of COURSE: the id of a head, and its structure. */
bson_oid_t head_id(const struct world *world, const char *branch);
const bson_t *head(const struct world *world, const char *branch);
int64_t last_update(const struct world *world);
/* The @nth video, from 1, of the head of @branch names @id. */
void expect_id(const struct world *world, const char *branch, int nth, const char *id);
/* Its edit_info has @version as @key; NULL: null. */
void expect_info(const struct world *world, const char *branch, int nth, const char *key,
		 const bson_oid_t *version);

#endif
