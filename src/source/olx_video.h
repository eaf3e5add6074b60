/*
 * olx_video.h - one <video> or <videoalpha> element, read as the platform reads it (domain 10.4).
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_VIDEO_H
#define SUBFERRY_SRC_SOURCE_OLX_VIDEO_H

#include <libxml/tree.h>

#include "src/source/outline.h"

/* More sources or languages than any video has: such a file is refused. */
#define OLX_VIDEO_MAX 1000

/*
 * Sets in @fields what @video says: its children first, then its attributes in the order of the
 * document, so that an attribute overrides children and a later one an earlier. What it does
 * not mention stays. RESULT_INVALID, naming @file and the line, past OLX_VIDEO_MAX.
 */
enum result olx_video_read(struct video_fields *fields, const xmlNode *video, const char *file,
			   struct error *err);

#endif
