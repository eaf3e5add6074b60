#include "config.h"

#include "src/source/video_bson.h"

#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"
#include "src/source/bson_value.h"

/* What a setting was found to be; the first that is not absent counts. */
enum found { FOUND_ABSENT, FOUND_VALUE, FOUND_NO_MEMORY, FOUND_BROKEN, FOUND_TOO_MANY };

typedef enum found setting_fn(struct video_fields *fields, const bson_iter_t *at);

/* ---- the settings ------------------------------------------------------------------------- */

static enum found read_text(char **field, const bson_iter_t *at, bool strip)
{
	bool failed = false, ok;
	char *text;

	if (BSON_ITER_HOLDS_NULL(at))
		return FOUND_VALUE; /* the empty text that is there already */
	text = value_text(at, &failed);
	if (!text)
		return failed ? FOUND_NO_MEMORY : FOUND_ABSENT;
	ok = strip ? video_fields_set_stripped(field, text) : video_fields_set(field, text);
	free(text);
	return ok ? FOUND_VALUE : FOUND_NO_MEMORY;
}

static enum found read_name(struct video_fields *fields, const bson_iter_t *at)
{
	return read_text(&fields->display_name, at, false);
}

static enum found read_id(struct video_fields *fields, const bson_iter_t *at)
{
	return read_text(&fields->edx_video_id, at, true);
}

static enum found read_sub(struct video_fields *fields, const bson_iter_t *at)
{
	return read_text(&fields->sub, at, true);
}

static enum found read_youtube(struct video_fields *fields, const bson_iter_t *at)
{
	return read_text(&fields->youtube_id, at, true);
}

static enum found read_html5(struct video_fields *fields, const bson_iter_t *at)
{
	bool failed = false, ok;
	bson_iter_t url;
	char *text;

	if (BSON_ITER_HOLDS_NULL(at))
		return FOUND_VALUE;
	if (!BSON_ITER_HOLDS_ARRAY(at))
		return FOUND_ABSENT;
	if (!value_enter(at, &url))
		return FOUND_BROKEN;
	while (bson_iter_next(&url)) {
		text = value_text(&url, &failed);
		if (failed)
			return FOUND_NO_MEMORY;
		ok = !text || video_fields_add_html5(fields, text);
		free(text);
		if (!ok)
			return FOUND_NO_MEMORY;
		if (fields->html5_count > VIDEO_BSON_MAX)
			return FOUND_TOO_MANY;
	}
	return value_broken(&url) ? FOUND_BROKEN : FOUND_VALUE;
}

/* One language of the map; false without memory. */
static bool read_language(struct video_fields *fields, const bson_iter_t *at)
{
	bool failed = false, ok;
	char *language = value_clean(bson_iter_key(at), bson_iter_key_len(at));
	char *file = value_text(at, &failed);

	/* One value that is no name spoils itself, not the others. */
	if (!file && !failed && !BSON_ITER_HOLDS_NULL(at))
		fields->transcripts_not_a_map = true;
	ok = language && !failed && video_fields_add_transcript(fields, language, file ? file : "");
	free(language);
	free(file);
	return ok;
}

static enum found read_transcripts(struct video_fields *fields, const bson_iter_t *at)
{
	bson_iter_t file;

	if (BSON_ITER_HOLDS_NULL(at))
		return FOUND_VALUE;
	if (!BSON_ITER_HOLDS_DOCUMENT(at)) {
		fields->transcripts_not_a_map = true;
		return FOUND_VALUE;
	}
	if (!value_enter(at, &file))
		return FOUND_BROKEN;
	while (bson_iter_next(&file)) {
		if (!read_language(fields, &file))
			return FOUND_NO_MEMORY;
		if (fields->transcript_count > VIDEO_BSON_MAX)
			return FOUND_TOO_MANY;
	}
	return value_broken(&file) ? FOUND_BROKEN : FOUND_VALUE;
}

/* clang-format off */
static const struct {
	const char *key;
	setting_fn *read;
} settings[] = {
	{"display_name",   read_name},
	{"edx_video_id",   read_id},
	{"html5_sources",  read_html5},
	{"sub",            read_sub},
	{"transcripts",    read_transcripts},
	{"youtube_id_1_0", read_youtube},
};
/* clang-format on */

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* ---- the documents that hold them ---------------------------------------------------------- */

/* Reads the setting @at stands on, unless an earlier one of this name has a value. */
static enum found read_setting(struct video_fields *fields, bool seen[SETTINGS],
			       const bson_iter_t *at)
{
	const char *key = bson_iter_key(at);
	enum found found;

	for (size_t i = 0; i < SETTINGS; i++) {
		if (seen[i] || strcmp(settings[i].key, key))
			continue;
		found = settings[i].read(fields, at);
		seen[i] = found == FOUND_VALUE;
		return found;
	}
	return FOUND_ABSENT;
}

static enum found read_document(struct video_fields *fields, bool seen[SETTINGS],
				const bson_t *document)
{
	enum found found;
	bson_iter_t at;

	if (!bson_iter_init(&at, document))
		return FOUND_BROKEN;
	while (bson_iter_next(&at)) {
		found = read_setting(fields, seen, &at);
		if (found > FOUND_VALUE)
			return found;
	}
	return value_broken(&at) ? FOUND_BROKEN : FOUND_VALUE;
}

static enum result tell(enum found found, struct error *err)
{
	switch (found) {
	case FOUND_NO_MEMORY:
		return error_set(err, RESULT_NOMEM, "no memory for a video");
	case FOUND_BROKEN:
		return error_set(err, RESULT_INVALID, "the settings of a video are broken BSON");
	case FOUND_TOO_MANY:
		return error_set(err, RESULT_INVALID,
				 "a video with more than %d sources or languages", VIDEO_BSON_MAX);
	case FOUND_ABSENT:
	case FOUND_VALUE:
		break;
	}
	return RESULT_OK;
}

enum result video_bson_read(const bson_t *fields, const bson_t *defaults, struct video_fields **out,
			    struct error *err)
{
	struct video_fields *video = video_fields_new();
	enum found found = video ? FOUND_VALUE : FOUND_NO_MEMORY;
	bool seen[SETTINGS] = {false};

	*out = NULL;
	if (video && fields)
		found = read_document(video, seen, fields);
	if (found == FOUND_VALUE && defaults)
		found = read_document(video, seen, defaults);
	if (found == FOUND_VALUE && key_youtube_default(video->youtube_id) &&
	    !video_fields_set(&video->youtube_id, ""))
		found = FOUND_NO_MEMORY;
	if (found == FOUND_VALUE)
		*out = video;
	else
		video_fields_free(video);
	return tell(found, err);
}

bool video_bson_is_video(const char *type)
{
	return !strcmp(type, "video") || !strcmp(type, "videoalpha");
}
