/*
 * olx_drafts.h - the files under drafts/: which of them belong to the course (domain 10.6).
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_DRAFTS_H
#define SUBFERRY_SRC_SOURCE_OLX_DRAFTS_H

#include "src/source/olx_walk.h"

#define OLX_DRAFTS "drafts/"

/* Walks all reachable drafts; the published structure has been walked. */
enum result olx_drafts_walk(struct walk *walk, struct error *err);

/*
 * Splits a usage key, "block-v1:...+type@TYPE+block@ID" or "i4x://ORG/COURSE/TYPE/ID", of @len
 * bytes, blanks around it aside. *@type and *@id are NULL if it is neither; free both. False
 * without memory.
 */
bool olx_usage_parse(const char *usage, size_t len, char **type, char **id);

#endif
