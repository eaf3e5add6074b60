/*
 * split_tree.h - one structure of the split modulestore: its videos, and which are reachable.
 *
 * Reads a document of modulestore.structures (domain 1.3, 1.7), whole or projected, straight
 * from its BSON: only the tree and the video blocks are decoded, names are borrowed from the
 * document while it is read. Cycles, dangling children and blocks named twice do no harm.
 * Time and memory grow with the number of blocks and children, n log n at most.
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_SPLIT_TREE_H
#define SUBFERRY_SRC_SOURCE_SPLIT_TREE_H

#include <bson/bson.h>

#include "src/source/outline.h"

/*
 * Adds the reachable videos of @structure to @outline as @branch, and which versions they are:
 * once both branches are read, the outline knows which blocks are in step. *@name (may be NULL)
 * is the display name of its root course block, "" without one (free(); NULL on failure).
 * RESULT_INVALID: not a structure, or broken BSON, or a video that video_bson_read() refuses;
 * what is wrong is told, and the caller drops @outline. RESULT_NOMEM.
 */
enum result split_tree_read(const bson_t *structure, enum branch branch, struct outline *outline,
			    char **name, struct error *err);
/* Adds the projection that leaves of a structure what split_tree_read() looks at to @opts. */
bool split_tree_projection(bson_t *opts);

#endif
