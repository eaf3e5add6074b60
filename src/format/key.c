#include "config.h"

#include "src/format/key.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "src/base/buf.h"
#include "src/base/text.h"

enum { VERSION_DIGITS = 24, PARTS = 3, QUOTE_MAX = 100 };

/* Characters that the parts of a key may have beside those of \w (domain 1.5, 3). */
static const char course_v1_marks[] = "-~.:";
static const char slash_marks[] = "-.%";
static const char asset_marks[] = "-.%";

struct span {
	const char *text;
	size_t len;
};

/* Python's \w: letters and numbers of any script, and '_'; combining marks are not in it. */
static bool is_word(ucs4_t uc)
{
	if (uc < 0x80)
		return (uc >= '0' && uc <= '9') || (uc >= 'A' && uc <= 'Z') ||
		       (uc >= 'a' && uc <= 'z') || uc == '_';
	return uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_Nd |
							    UC_CATEGORY_MASK_Nl |
							    UC_CATEGORY_MASK_No);
}

/* Bytes of the character at @at; 0 if it is neither in \w nor one of @marks, or not UTF-8. */
static size_t good_char(const char *at, size_t len, const char *marks)
{
	ucs4_t uc;
	int n = u8_mbtoucr(&uc, (const uint8_t *)at, len);

	if (n <= 0)
		return 0;
	return is_word(uc) || (uc && uc < 0x80 && strchr(marks, (int)uc)) ? (size_t)n : 0;
}

static bool is_good_part(struct span part, const char *marks)
{
	size_t n;

	if (!part.len)
		return false;
	for (; part.len; part.text += n, part.len -= n) {
		n = good_char(part.text, part.len, marks);
		if (!n)
			return false;
	}
	return true;
}

/* Cuts @text at @separator into at most @max pieces; returns how many there are in all. */
static size_t split(struct span *out, size_t max, const char *text, char separator)
{
	size_t count = 0;
	const char *end;

	do {
		end = strchrnul(text, separator);
		if (count < max) {
			out[count].text = text;
			out[count].len = (size_t)(end - text);
		}
		count++;
		text = end + 1;
	} while (*end);
	return count;
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static enum result bad_part(const char *name, struct span part, const char *marks,
			    struct error *err)
{
	return error_set(err, RESULT_INVALID,
			 "the %s \"%.*s\" has a character other than letters, digits, _ and %s", name,
			 (int)text_cut(part.text, part.len, QUOTE_MAX), part.text, marks);
}

static enum result join(char **out, bool course_v1, const struct span part[PARTS],
			struct error *err)
{
	static const char *const names[PARTS] = {"organisation", "course", "run"};
	const char *marks = course_v1 ? course_v1_marks : slash_marks;
	struct buf key = BUF_INIT;

	*out = NULL;
	for (int i = 0; i < PARTS; i++) {
		if (!part[i].len)
			return error_set(err, RESULT_INVALID, "the %s is empty", names[i]);
		if (!is_good_part(part[i], marks))
			return bad_part(names[i], part[i], marks, err);
	}
	if (course_v1)
		buf_add_text(&key, "course-v1:");
	for (int i = 0; i < PARTS; i++) {
		if (i)
			buf_add_char(&key, course_v1 ? '+' : '/');
		buf_add(&key, part[i].text, part[i].len);
	}
	*out = buf_take(&key);
	return *out ? RESULT_OK : error_set(err, RESULT_NOMEM, "no memory for a course key");
}

/* "branch@NAME" or "version@HEX": a revision of the course, which names the same course. */
static bool is_revision(struct span part, const char *prefix)
{
	size_t len = strlen(prefix);

	if (part.len <= len || memcmp(part.text, prefix, len))
		return false;
	part.text += len;
	part.len -= len;
	if (*prefix == 'b')
		return is_good_part(part, course_v1_marks);
	for (size_t i = 0; i < part.len; i++)
		if (!memchr("0123456789abcdefABCDEF", part.text[i], 22))
			return false;
	return part.len == VERSION_DIGITS;
}

static enum result parse_course_v1(const char *text, char **out, struct error *err)
{
	struct span part[PARTS + 2];
	size_t count = split(part, PARTS + 2, text, '+');
	size_t at = PARTS;

	if (count < PARTS || count > PARTS + 2)
		return error_set(err, RESULT_INVALID, "not course-v1:ORG+COURSE+RUN");
	if (at < count && is_revision(part[at], "branch@"))
		at++;
	if (at < count && is_revision(part[at], "version@"))
		at++;
	if (at < count)
		return error_set(err, RESULT_INVALID,
				 "what follows the run is neither +branch@NAME nor +version@HEX");
	return join(out, true, part, err);
}

enum result key_parse_course(const char *text, char **out, struct error *err)
{
	static const char v1[] = "course-v1:";
	struct span part[PARTS];

	*out = NULL;
	if (starts_with(text, v1))
		return parse_course_v1(text + sizeof(v1) - 1, out, err);
	if (starts_with(text, "library-v1:"))
		return error_set(err, RESULT_INVALID, "a library is no course");
	if (starts_with(text, "ccx-v1:"))
		return error_set(err, RESULT_INVALID,
				 "a CCX course has the transcripts of the course it was made from");
	if (split(part, PARTS, text, '/') == PARTS)
		return join(out, false, part, err);
	return error_set(err, RESULT_INVALID,
			 "not a course key: course-v1:ORG+COURSE+RUN or ORG/COURSE/RUN");
}

enum result key_make_course(bool course_v1, const char *org, const char *course, const char *run,
			    char **out, struct error *err)
{
	const struct span part[PARTS] = {
		{org, strlen(org)}, {course, strlen(course)}, {run, strlen(run)}};

	return join(out, course_v1, part, err);
}

enum result key_take_apart(const char *key, struct key_parts *out, struct error *err)
{
	static const char prefix[] = "course-v1:";
	char *part[PARTS], *at;

	memset(out, 0, sizeof(*out));
	out->slash = strncmp(key, prefix, sizeof(prefix) - 1);
	at = strdup(out->slash ? key : key + sizeof(prefix) - 1);
	if (!at)
		return error_set(err, RESULT_NOMEM, "out of memory");
	out->org = at;
	for (int i = 0; i < PARTS; i++) {
		part[i] = at;
		at = at ? strchr(at, out->slash ? '/' : '+') : NULL;
		if (at)
			*at++ = '\0';
	}
	if (!part[PARTS - 1] || at) {
		key_parts_clear(out);
		return error_set(err, RESULT_INVALID, "%s is no course key", key);
	}
	out->course = part[1];
	out->run = part[2];
	return RESULT_OK;
}

void key_parts_clear(struct key_parts *parts)
{
	free(parts->org);
	memset(parts, 0, sizeof(*parts));
}

bool key_video_id_valid(const char *id)
{
	size_t len = 0;

	for (; id[len]; len++)
		if (len == VIDEO_ID_MAX || (id[len] != '-' && !((unsigned char)id[len] < 0x80 &&
								is_word((ucs4_t)id[len]))))
			return false;
	return len > 0;
}

void key_video_id_new(const char *course, const char *type, const char *block, char out[UUID_TEXT])
{
	const char *const parts[] = {course, type, block};

	hash_uuid5_lines(parts, 3, out);
}

char *key_asset_name(const char *path)
{
	struct buf name = BUF_INIT;
	size_t len = strlen(path);
	ucs4_t uc;
	size_t n;
	int take;

	for (; len; path += n, len -= n) {
		n = good_char(path, len, asset_marks);
		if (n) {
			buf_add(&name, path, n);
			continue;
		}
		/* one '_' for a character of any length, and for each byte that is none */
		take = u8_mbtoucr(&uc, (const uint8_t *)path, len);
		n = take > 0 ? (size_t)take : 1;
		buf_add_char(&name, '_');
	}
	return buf_take(&name);
}

char *key_html5_id(const char *url)
{
	const char *slash = strrchr(url, '/');
	const char *name = slash ? slash + 1 : url;
	const char *dot = strrchr(name, '.');

	return dot ? strndup(name, (size_t)(dot - name)) : strdup(name);
}

const char *key_strip_static(const char *name)
{
	if (starts_with(name, "/static/"))
		return name + strlen("/static/");
	if (starts_with(name, "static/"))
		return name + strlen("static/");
	return name;
}

char *key_subs_name(const char *id, const char *language)
{
	struct buf name = BUF_INIT;

	if (strcmp(language, "en")) {
		buf_add_text(&name, language);
		buf_add_char(&name, '_');
	}
	buf_add_text(&name, "subs_");
	buf_add_text(&name, id);
	buf_add_text(&name, ".srt.sjson");
	return buf_take(&name);
}

bool key_youtube_default(const char *id)
{
	return !strcmp(id, "OEoXaMPEzfM") || !strcmp(id, "3_yD_cEKoCk");
}

void key_object_name(const char *val_id, const char *language, const char *sha256,
		     char out[OBJECT_NAME_SIZE])
{
	const char *const parts[] = {val_id, language, sha256};
	char hex[HASH_HEX];

	hash_sha256_lines(parts, 3, hex);
	snprintf(out, OBJECT_NAME_SIZE, OBJECT_PREFIX "%.32s.sjson", hex);
}
