/*
 * olx_parse.h - the walk over an export's structure: from course.xml and drafts/ to its videos.
 *
 * Pointers and inline definitions are followed wherever they stand (domain 10.3); what no path
 * reaches is an orphan and no block. A draft is reached when its block is published and reached,
 * when the parent that its root names is, or when another reached draft contains it. Below a
 * draft, files under drafts/ come before published ones. Broken XML on the way refuses the
 * course, because nobody knows which videos it hides; a pointer to a file that is not there,
 * as real exports have them, is passed over.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_PARSE_H
#define SUBFERRY_SRC_SOURCE_OLX_PARSE_H

#include "src/source/olx_root.h"
#include "src/source/outline.h"

/*
 * The outline of the course, finished. Its version is "archive" and the SHA-256 of all bytes of the
 * archive (tree->digest, to be asked for before), or "folder" and one over the XML and JSON read and
 * the names, sizes and times of all files.
 */
enum result olx_outline_read(struct olx_tree *tree, const struct olx_root *root,
			     struct outline **out, struct error *err);

#endif
