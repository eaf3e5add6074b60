/*
 * video_bson.h - the fields of one video block, read from MongoDB (domain 1.6).
 *
 * Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_VIDEO_BSON_H
#define SUBFERRY_SRC_SOURCE_VIDEO_BSON_H

#include <bson/bson.h>

#include "src/source/outline.h"

/*
 * Reads the settings @fields of a video block; a field that is absent there is taken from
 * @defaults, if it has it (a null in @fields is a value: the type's empty one). Either may be
 * NULL. *@out is the caller's (video_fields_free()). RESULT_OK or RESULT_NOMEM.
 */
enum result video_bson_read(const bson_t *fields, const bson_t *defaults, struct video_fields **out,
			    struct error *err);
/* "video" or "videoalpha". */
bool video_bson_is_video(const char *type);

#endif
