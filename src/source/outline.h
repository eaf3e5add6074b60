/*
 * outline.h - making and freeing outlines: shared by all kinds of source, and by tests.
 *
 * A builder collects blocks in any order, merges the branches of each (type, id), sorts them
 * and hands over one immutable struct outline. Not thread-safe.
 */
#ifndef SUBFERRY_SRC_SOURCE_OUTLINE_H
#define SUBFERRY_SRC_SOURCE_OUTLINE_H

#include "src/source/source.h"

enum branch { BRANCH_PUBLISHED, BRANCH_DRAFT };

struct outline *outline_new(const char *key, const char *name); /* NULL without memory */
void outline_free(struct outline *outline);			/* accepts NULL */
struct video_fields *video_fields_new(void); /* every string "", NULL without memory */
void video_fields_free(struct video_fields *fields);
/* Setters copy and return false without memory; ids are stripped (design 4). */
bool video_fields_set(char **field, const char *value);
bool video_fields_set_stripped(char **field, const char *value);
bool video_fields_add_html5(struct video_fields *fields, const char *url);
/* A later entry of the same language replaces the earlier one's file. */
bool video_fields_add_transcript(struct video_fields *fields, const char *language,
				 const char *file);
bool video_fields_add_asset_language(struct video_fields *fields, const char *language);
/* Where a later value replaces all earlier ones (an attribute the child elements). */
void video_fields_clear_html5(struct video_fields *fields);
void video_fields_clear_transcripts(struct video_fields *fields);
/* Everything transcripts depend on is the same. */
bool video_fields_equal(const struct video_fields *a, const struct video_fields *b);
/* Takes @fields in every case. The first of a (type, id, branch) stays: *@taken says. */
enum result outline_add(struct outline *outline, const char *type, const char *id,
			enum branch branch, struct video_fields *fields, bool *taken,
			struct error *err);
/* What outline_add() has taken for (type, id, branch), or NULL; borrowed. */
const struct video_fields *outline_fields(const struct outline *outline, const char *type,
					  const char *id, enum branch branch);
/*
 * Says what a branch calls the version it has of a block that is there (NULL: it has no name for
 * it). A block of which both branches have said the same is in step. False without memory.
 */
bool outline_say_version(struct outline *outline, const char *type, const char *id,
			 enum branch branch, const char *version);
/*
 * Where a draft is kept only as long as it differs (the old modulestore, an export): published
 * blocks without a draft are in step. Once all blocks are added.
 */
void outline_lone_in_step(struct outline *outline);
/* Copies @version; false without memory. */
bool outline_set_version(struct outline *outline, const char *version);
enum result outline_note(struct outline *outline, enum finding_code code, const char *block,
			 const char *text, struct error *err);
/* Sorts the blocks; after this the outline is read only. */
void outline_finish(struct outline *outline);

#endif
