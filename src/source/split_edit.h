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

#include "src/base/buf.h"
#include "src/source/link.h"

#define SPLIT_EDITOR (-1)		  /* the platform's user id of management commands */
#define SPLIT_SIZE_MAX (16 * 1024 * 1024) /* bytes of a document that MongoDB stores */

/* A block asked for, and what one branch has of it. */
struct split_block {
	const char *type, *block; /* borrowed: asked for */
	bool there;
	char *video_id;	    /* stripped; "" if none; NULL unless @there */
	bool has_version;   /* else null on both counts below */
	bson_oid_t version; /* source_version, or update_version without one (domain 2.3) */
};

/*
 * Finds @count blocks in @structure, in one pass over it. A block that stands there twice has
 * the first id that any of the two names. RESULT_OK (also when some are not there);
 * RESULT_INVALID: not a structure; RESULT_NOMEM.
 */
enum result split_blocks_read(const bson_t *structure, struct split_block *blocks, size_t count,
			      struct error *err);
void split_block_clear(struct split_block *block); /* may run twice; keeps what is asked for */

/* A block to change. */
struct split_change {
	const char *type, *block, *val_id; /* borrowed */
	bool follows;			   /* source_version becomes @source; else null */
	bson_oid_t source;
};

struct split_edit {
	bson_oid_t id;	   /* of the new structure */
	int64_t edited_on; /* milliseconds since 1970 */
	const struct split_change *changes;
	size_t count;
};

/*
 * Writes the next version of @old into @out, a document's bytes (buf_clear() in every case);
 * blocks that @old lacks are passed over. RESULT_INVALID: @old is not a structure;
 * RESULT_LIMIT: it would be larger than SPLIT_SIZE_MAX; RESULT_NOMEM.
 */
enum result split_edit_write(const bson_t *old, const struct split_edit *edit, struct buf *out,
			     struct error *err);

#endif
