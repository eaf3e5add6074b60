/*
 * olx_course.h - one opened course of an OLX export.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_COURSE_H
#define SUBFERRY_SRC_SOURCE_OLX_COURSE_H

#include "src/source/olx_digest.h"
#include "src/source/source.h"

/*
 * Opens the course at @path, if its key is @key. RESULT_MISSING when nothing is there or it has
 * another key by now; else as olx_tree_open(). @digests is borrowed for the call.
 */
enum result olx_course_open(struct source_course **out, const char *path, bool slash_keys,
			    const char *key, struct olx_digests *digests, struct error *err);

#endif
