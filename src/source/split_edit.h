/*
 * split_edit.h - the next version of a structure, in which blocks name their video ids.
 *
 * What the platform's update_item would write (domain 2.1, 2.3), for many blocks at once. Only
 * edx_video_id and edit_info of the blocks named change, and _id, previous_version, edited_by
 * and edited_on of the structure; everything else is copied byte for byte, in its order.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_SPLIT_EDIT_H
#define SUBFERRY_SRC_SOURCE_SPLIT_EDIT_H

#include <bson/bson.h>

#include "src/source/link.h"

#define SPLIT_EDITOR (-1) /* the platform's user id of management commands */

/* What one branch has of a block. */
struct split_block {
	bool there;
	char *video_id;	     /* stripped; "" if none */
	bool has_version;    /* else null on both counts below */
	bson_oid_t version;  /* source_version, or update_version without one (domain 2.3) */
};

/* Finds @type@@block in @structure. RESULT_OK (also when it is not there), RESULT_NOMEM. */
enum result split_block_read(const bson_t *structure, const char *type, const char *block,
			     struct split_block *out, struct error *err);
void split_block_clear(struct split_block *block); /* may run twice */

/* A block to change. */
struct split_change {
	const char *type, *block, *val_id;
	bool follows;	    /* source_version becomes @source; else null */
	bson_oid_t source;
};

struct split_edit {
	bson_oid_t id;	   /* of the new structure */
	int64_t edited_on; /* milliseconds since 1970 */
	const struct split_change *changes;
	size_t count;
};

/*
 * Writes the next version of @old into @out (bson_destroy() in every case). RESULT_INVALID: @old
 * is not a structure; RESULT_LIMIT: it would be larger than a document may be (16 MiB);
 * RESULT_NOMEM.
 */
enum result split_edit_write(const bson_t *old, const struct split_edit *edit, bson_t *out,
			     struct error *err);

#endif
