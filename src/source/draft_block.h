/*
 * draft_block.h - one document of the old modulestore: which block it is, and its video.
 *
 * There a block is a document, and a branch a revision of it (domain 3):
 *	{_id: {tag, org, course, category, name, revision}, metadata: {...}, ...}
 * The platform does not ask whether such a block is reachable: orphans are videos too.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_DRAFT_BLOCK_H
#define SUBFERRY_SRC_SOURCE_DRAFT_BLOCK_H

#include <bson/bson.h>

#include "src/base/hash.h"
#include "src/source/outline.h"

struct draft_block {
	char *org, *course, *category, *name; /* of a course, the name is its run */
	char *display_name;		      /* "" if none */
	enum branch branch;
};

/*
 * Reads what @document is. RESULT_INVALID: its _id names no block, or one of a revision that
 * there is not: no block of a course. RESULT_RETRY: broken BSON, which may have been any block;
 * RESULT_NOMEM. draft_block_clear(@out) in every case.
 */
enum result draft_block_read(const bson_t *document, struct draft_block *out, struct error *err);
void draft_block_clear(struct draft_block *block); /* may run twice */

/*
 * Adds @document to @outline if it is a video, else does nothing. RESULT_INVALID and RESULT_RETRY as
 * above, or INVALID for a video that video_bson_read() refuses; RESULT_NOMEM.
 */
enum result draft_block_add(const bson_t *document, struct outline *outline, struct error *err);

/*
 * What evidence rests on: the documents' _id and metadata as they are stored, in whatever order
 * the server handed them over. With a projection that leaves out a part of either, it identifies
 * what is left.
 */
struct draft_version {
	char (*hexes)[HASH_HEX];
	size_t count, room;
};

#define DRAFT_VERSION_INIT {NULL, 0, 0}

/* Adds the raw _id and the raw metadata of @document to @hash, so that no two run together. */
void draft_block_hash(const bson_t *document, struct hash *hash);
/* false without memory. */
bool draft_version_add(struct draft_version *version, const bson_t *document);
/* The SHA-256 over the hashes of the documents, sorted, in hex, each with its NUL. */
void draft_version_hex(struct draft_version *version, char out[HASH_HEX]);
void draft_version_clear(struct draft_version *version); /* may run twice */

#endif
