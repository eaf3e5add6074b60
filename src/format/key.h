/*
 * key.h - the names of the outside world: course keys, video ids, asset names, object names.
 *
 * Pure functions, thread-safe. Strings returned belong to the caller (free()), NULL without
 * memory.
 */
#ifndef SUBFERRY_SRC_FORMAT_KEY_H
#define SUBFERRY_SRC_FORMAT_KEY_H

#include "src/base/error.h"
#include "src/base/hash.h"

#include <stdbool.h>
#include <stddef.h>

#define VIDEO_ID_MAX 100
#define OBJECT_NAME_SIZE 64 /* "video-transcripts/" + 32 hex + ".sjson" and a NUL */
#define OBJECT_PREFIX "video-transcripts/"

/*
 * Checks and splits a course key (domain 1.5, 3): "course-v1:ORG+COURSE+RUN", with an optional
 * "+branch@..." or "+version@..." suffix that is dropped, or the slash form "ORG/COURSE/RUN".
 * *@out is the key in its canonical form. RESULT_INVALID, with the reason, for anything else
 * (libraries and CCX keys among them).
 */
enum result key_parse_course(const char *text, char **out, struct error *err);
/* Makes the key of an OLX export (domain 10.2); RESULT_INVALID when a part has a bad character. */
enum result key_make_course(bool course_v1, const char *org, const char *course, const char *run,
			    char **out, struct error *err);
/* A canonical course key, taken apart. */
struct key_parts {
	char *org, *course, *run; /* into @org's block */
	bool slash;		  /* ORG/COURSE/RUN */
};
/* RESULT_OK, RESULT_INVALID for what key_parse_course() would not give, RESULT_NOMEM. */
enum result key_take_apart(const char *key, struct key_parts *out, struct error *err);
void key_parts_clear(struct key_parts *parts); /* may run twice */
/* edx-val's pattern and length (domain 7.3); "" is not valid here. */
bool key_video_id_valid(const char *id);
/* The id a block without one gets: UUIDv5 of the course key, block type and id (design 4). */
void key_video_id_new(const char *course, const char *type, const char *block, char out[UUID_TEXT]);
/* The asset NAME of a path (domain 4.3, compute_location): '/' and foreign characters become '_'. */
char *key_asset_name(const char *path);
/* The id of an HTML5 source URL (domain 5.3). */
char *key_html5_id(const char *url);
/* Without one leading "/static/" or "static/": points into @name. */
const char *key_strip_static(const char *name);
/* "subs_<id>.srt.sjson" for "en", else "<lang>_subs_<id>.srt.sjson". */
char *key_subs_name(const char *id, const char *language);
/* A YouTube id that the platform sets by default (domain 1.6): it never counts. */
bool key_youtube_default(const char *id);
/* The object name of design 5 step 4; @sha256 is the hex hash of the bytes. */
void key_object_name(const char *val_id, const char *language, const char *sha256,
		     char out[OBJECT_NAME_SIZE]);

#endif
