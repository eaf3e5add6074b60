/*
 * video_bson.h - the fields of one video block, read from MongoDB (domain 1.6).
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_VIDEO_BSON_H
#define SUBFERRY_SRC_SOURCE_VIDEO_BSON_H

#include <bson/bson.h>

#include "src/source/outline.h"

/* More sources or languages than any video has: refused, as in an OLX export. */
#define VIDEO_BSON_MAX 1000

/*
 * Reads the settings @fields of a video block; a field that is absent there is taken from
 * @defaults, if it has it (a null in @fields is a value: the type's empty one). Either may be
 * NULL. An entry of the transcripts map that is no text reads as "", and, as in an OLX export,
 * unless it is null sets transcripts_not_a_map. *@out is the caller's (video_fields_free()),
 * NULL on failure. RESULT_INVALID: broken BSON, or past VIDEO_BSON_MAX; RESULT_NOMEM.
 */
enum result video_bson_read(const bson_t *fields, const bson_t *defaults, struct video_fields **out,
			    struct error *err);
/* "video" or "videoalpha". */
bool video_bson_is_video(const char *type);

#endif
