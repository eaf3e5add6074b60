#include "config.h"

#include "src/source/olx_video.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/key.h"
#include "src/source/olx_xml.h"

/* What is being read, and whether sources were named before (the youtube list asks). */
struct reading {
	struct video_fields *fields;
	bool html5;
};

/*
 * For about a month the exporter wrote strings as JSON too. As the platform reads them: a JSON
 * string is its content, null is nothing, and what is JSON of another kind stays as written.
 */
static char *decode_string(const char *value)
{
	const char *start = value + strspn(value, " \t\r\n");
	cJSON *json = NULL;
	char *text;

	if (*start == '"' || *start == 'n')
		json = cJSON_ParseWithOpts(value, NULL, true);
	if (cJSON_IsString(json))
		text = strdup(cJSON_GetStringValue(json));
	else
		text = strdup(cJSON_IsNull(json) ? "" : value);
	cJSON_Delete(json);
	return text;
}

static bool set_string(char **field, const char *value, bool strip)
{
	char *text = decode_string(value);
	bool ok = text &&
		  (strip ? video_fields_set_stripped(field, text) : video_fields_set(field, text));

	free(text);
	return ok;
}

/* ---- youtube="0.75:ID,1.00:ID,..." ---- */

/*
 * Whether @text is the number 1 when written with two decimals. Read by hand, because strtod()
 * takes a comma for the point in half of the world's locales.
 */
static bool is_normal_speed(const char *text)
{
	const char *at = text;
	long thousandths = 0, unit = 100;

	while (*at == '0')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		thousandths =
		    thousandths < 100000 ? thousandths * 10 + (*at - '0') * 1000 : 100000000;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10)
			thousandths += (*at - '0') * unit;
	return at != text && !*at && thousandths >= 995 && thousandths < 1005;
}

/* The part of @list up to the comma: "SPEED:ID". Sets *@id when it is the normal speed's. */
static bool read_speed(const char *part, size_t len, char **id)
{
	char *copy = strndup(part, len), *colon, *speed, *end;
	bool ok = copy;

	if (!ok)
		return false;
	colon = strchr(copy, ':');
	if (!colon)
		goto out; /* not a pair: the platform passes over it too */
	*colon = '\0';
	end = strchr(colon + 1, ':');
	if (end)
		*end = '\0';
	speed = text_strip(copy);
	ok = speed;
	if (ok && is_normal_speed(*speed == '+' ? speed + 1 : speed)) {
		free(*id);
		*id = decode_string(colon + 1);
		ok = *id;
	}
	free(speed);
out:
	free(copy);
	return ok;
}

static bool read_youtube(struct reading *reading, const char *value)
{
	char *list = decode_string(value);
	char *id = strdup("");
	bool ok = list && id;

	for (const char *at = list; ok && at;) {
		const char *comma = strchr(at, ',');

		ok = read_speed(at, comma ? (size_t)(comma - at) : strlen(at), &id);
		at = comma ? comma + 1 : NULL;
	}
	/* An empty id counts only beside other sources: it then says that there is no YouTube. */
	if (ok && (*id || reading->html5))
		ok = video_fields_set_stripped(&reading->fields->youtube_id, id);
	free(id);
	free(list);
	return ok;
}

/* ---- lists and maps ---- */

static bool read_html5(struct reading *reading, const char *value)
{
	cJSON *list = cJSON_ParseWithOpts(value, NULL, true);
	const cJSON *url;
	bool ok = true;

	reading->html5 = true;
	video_fields_clear_html5(reading->fields);
	if (cJSON_IsArray(list))
		cJSON_ArrayForEach(url, list)
		{
			if (!ok || reading->fields->html5_count > OLX_VIDEO_MAX)
				break;
			if (cJSON_IsString(url))
				ok = video_fields_add_html5(reading->fields, url->valuestring);
		}
	cJSON_Delete(list);
	return ok;
}

static bool read_transcripts(struct video_fields *fields, const char *value)
{
	cJSON *map = cJSON_ParseWithOpts(value, NULL, true);
	const cJSON *file;
	bool ok = true;

	video_fields_clear_transcripts(fields);
	fields->transcripts_not_a_map = !cJSON_IsObject(map) && !cJSON_IsNull(map);
	if (cJSON_IsObject(map))
		cJSON_ArrayForEach(file, map)
		{
			if (!ok || fields->transcript_count > OLX_VIDEO_MAX)
				break;
			/* One value that is no name spoils itself, not the others. */
			if (!cJSON_IsString(file) && !cJSON_IsNull(file))
				fields->transcripts_not_a_map = true;
			else
				ok = video_fields_add_transcript(
				    fields, file->string,
				    cJSON_IsString(file) ? file->valuestring : "");
		}
	cJSON_Delete(map);
	return ok;
}

/* ---- the element ---- */

static bool read_asset(struct video_fields *fields, const xmlNode *asset)
{
	for (const xmlNode *list = olx_xml_element(asset->children); list;
	     list = olx_xml_element(list->next)) {
		if (!olx_xml_is(list, "transcripts"))
			continue;
		for (const xmlNode *item = olx_xml_element(list->children); item;
		     item = olx_xml_element(item->next)) {
			const char *language = olx_xml_attr(item, "language_code");

			if (!olx_xml_is(item, "transcript") || !language || !*language)
				continue;
			if (!video_fields_add_asset_language(fields, language))
				return false;
			if (fields->asset_language_count > OLX_VIDEO_MAX)
				return true;
		}
	}
	return true;
}

static bool read_child(struct reading *reading, const xmlNode *child)
{
	const char *src = olx_xml_attr(child, "src");
	const char *language = olx_xml_attr(child, "language");

	if (olx_xml_is(child, "source")) {
		reading->html5 = true;
		return !src || video_fields_add_html5(reading->fields, src);
	}
	if (olx_xml_is(child, "transcript") && language && *language)
		return video_fields_add_transcript(reading->fields, language, src ? src : "");
	if (olx_xml_is(child, "video_asset"))
		return read_asset(reading->fields, child);
	return true;
}

static bool read_attribute(struct reading *reading, const char *name, const char *value)
{
	struct video_fields *fields = reading->fields;

	if (!strcmp(name, "youtube"))
		return read_youtube(reading, value);
	if (!strcmp(name, "youtube_id_1_0"))
		return set_string(&fields->youtube_id, value, true);
	if (!strcmp(name, "sub"))
		return set_string(&fields->sub, value, true);
	if (!strcmp(name, "edx_video_id"))
		return set_string(&fields->edx_video_id, value, true);
	if (!strcmp(name, "display_name"))
		return set_string(&fields->display_name, value, false);
	if (!strcmp(name, "html5_sources"))
		return read_html5(reading, value);
	if (!strcmp(name, "transcripts"))
		return read_transcripts(fields, value);
	return true;
}

static bool has_too_many(const struct video_fields *fields)
{
	return fields->html5_count > OLX_VIDEO_MAX || fields->transcript_count > OLX_VIDEO_MAX ||
	       fields->asset_language_count > OLX_VIDEO_MAX;
}

enum result olx_video_read(struct video_fields *fields, const xmlNode *video, const char *file,
			   struct error *err)
{
	struct reading reading = {fields, fields->html5_count > 0};
	bool ok = true;

	for (const xmlNode *child = olx_xml_element(video->children);
	     ok && child && !has_too_many(fields); child = olx_xml_element(child->next))
		ok = read_child(&reading, child);
	for (const xmlAttr *attr = video->properties; ok && attr && !has_too_many(fields);
	     attr = attr->next)
		if (!attr->ns)
			ok =
			    read_attribute(&reading, (const char *)attr->name, olx_xml_value(attr));
	if (ok && key_youtube_default(fields->youtube_id))
		ok = video_fields_set(&fields->youtube_id, "");
	if (!ok)
		return error_set(err, RESULT_NOMEM, "%s: no memory for a video", file);
	if (has_too_many(fields))
		return error_set(err, RESULT_INVALID,
				 "%s: line %ld: a video with more than %d sources or languages",
				 file, xmlGetLineNo(video), OLX_VIDEO_MAX);
	return RESULT_OK;
}
