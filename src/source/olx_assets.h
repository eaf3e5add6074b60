/*
 * olx_assets.h - which file of an export a name in a video means (design 4 "Files", domain 10.5).
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_ASSETS_H
#define SUBFERRY_SRC_SOURCE_OLX_ASSETS_H

#include "src/source/olx_tree.h"

#define OLX_ASSETS_FILE "policies/assets.json"

struct olx_assets;

/* The folders a transcript may be in, in the order they are asked; each ends in '/', NULL last. */
extern const char *const olx_static_folders[];

/* Borrows @tree. RESULT_INVALID when policies/assets.json is no JSON object. */
enum result olx_assets_new(struct olx_assets **out, struct olx_tree *tree, struct error *err);
void olx_assets_free(struct olx_assets *assets); /* accepts NULL */
/*
 * Sets *@file to the file that @name means, or to NULL: in static/ by its exact name, else as
 * policies/assets.json places it, else by its cleaned name (of several the first by name); then
 * the same in course/static/ and in static_import/. RESULT_NOMEM is the only failure.
 */
enum result olx_assets_find(const struct olx_assets *assets, const char *name,
			    const struct olx_file **file, struct error *err);

#endif
