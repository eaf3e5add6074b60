/*
 * olx_walk.h - what the walk over the published structure and the one over the drafts share.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_WALK_H
#define SUBFERRY_SRC_SOURCE_OLX_WALK_H

#include <libxml/tree.h>

#include "src/base/hash.h"
#include "src/source/names.h"
#include "src/source/olx_tree.h"
#include "src/source/outline.h"

struct walk {
	struct olx_tree *tree;
	struct outline *outline;
	struct hash *hash;  /* over every text read */
	struct names marks; /* what was reached and read */
	size_t blocks;	    /* videos and notes so far */
};

/* Where the walk stands; passed by value. */
struct place {
	const char *file; /* being read, for people */
	enum branch branch;
	int depth;
};

/* Follows a pointer: reads the block's file, once a branch, and walks it. */
enum result walk_pointer(struct walk *walk, const char *type, const char *id, struct place at,
			 struct error *err);
/* Reads and parses a file that is there. Free with xmlFreeDoc(). */
enum result walk_load(struct walk *walk, const char *file, xmlDoc **out, struct error *err);
/* The block was reached in that branch. */
bool walk_has_reached(const struct walk *walk, enum branch branch, const char *type,
		      const char *id);

#endif
