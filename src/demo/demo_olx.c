#include "config.h"

#include "src/demo/demo_olx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VIDEOS_A_CHAPTER 4

struct writer {
	const struct demo_course *course;
	const char *top; /* the one folder of an archive: "course/", else "" */
	struct demo_sink *sink;
	struct buf text; /* of the file being made */
	struct error *err;
};

static enum result SF_PRINTF(2, 3) finish(struct writer *w, const char *fmt, ...)
{
	char path[256];
	va_list args;
	size_t len;

	if (w->text.failed)
		return error_set(w->err, RESULT_NOMEM, "cannot make the demo: out of memory");
	len = (size_t)snprintf(path, sizeof(path), "%s", w->top);
	va_start(args, fmt);
	vsnprintf(path + len, sizeof(path) - len, fmt, args);
	va_end(args);
	return w->sink->add(w->sink, path, buf_text(&w->text), w->text.len, w->err);
}

static void add_xml(struct buf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		default:
			buf_add_char(out, *text);
		}
	}
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	add_xml(out, value);
	buf_add_char(out, '"');
}

/* ---- transcripts --------------------------------------------------------------------------*/

/* UTF-8 of Latin text in Windows-1252; the only characters above U+00FF there are quotes. */
static void add_windows_1252(struct buf *out, const struct buf *utf8)
{
	for (size_t i = 0; i < utf8->len; i++) {
		unsigned char c = (unsigned char)utf8->data[i];

		if (c >= 0xC2 && c <= 0xC3 && i + 1 < utf8->len)
			c = (unsigned char)((c & 3) << 6 | ((unsigned char)utf8->data[++i] & 0x3F));
		buf_add_char(out, (char)c);
	}
}

static void make_windows_1252(struct buf *out, const struct demo_transcript *item)
{
	struct buf utf8 = BUF_INIT;

	demo_subrip(&utf8, item->language, item->cues, item->seed);
	add_windows_1252(out, &utf8);
	/* curly quotes: bytes that no Latin-1 text has */
	buf_add_text(out, "999\n00:10:00,000 --> 00:10:02,000\n\x93");
	buf_reset(&utf8);
	buf_add_text(&utf8, demo_phrase(item->language, item->seed));
	add_windows_1252(out, &utf8);
	buf_add_text(out, "\x94\n\n");
	out->failed |= utf8.failed;
	buf_clear(&utf8);
}

static void make_transcript(struct buf *out, const struct demo_transcript *item)
{
	if (item->fault == DEMO_NO_CUES)
		return;
	if (item->fault == DEMO_WINDOWS_1252) {
		make_windows_1252(out, item);
		return;
	}
	if (item->sjson)
		demo_sjson(out, item->language, item->cues, item->seed);
	else
		demo_subrip(out, item->language, item->cues, item->seed);
	if (item->fault == DEMO_SJSON_BROKEN && !out->failed) {
		out->len -= out->len / 3;
		out->data[out->len] = '\0';
	} else if (item->fault == DEMO_SRT_MALFORMED) {
		buf_printf(out, "%zu\n00:09:58,000 --> 00:10:01,500\n%s\n\n%s\n\n", item->cues + 1,
			   demo_phrase(item->language, item->seed),
			   demo_phrase(item->language, item->seed + 1));
	}
}

static enum result write_transcript(struct writer *w, const struct demo_transcript *item)
{
	if (item->fault == DEMO_ASSET_MISSING)
		return RESULT_OK;
	buf_reset(&w->text);
	make_transcript(&w->text, item);
	return finish(w, "static/%s", item->file);
}

/* ---- video blocks -------------------------------------------------------------------------*/

static void add_map_attribute(struct buf *out, const struct demo_transcript *items, size_t count)
{
	const char *comma = "";
	struct buf map = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (!items[i].in_map)
			continue;
		buf_printf(&map, "%s\"%s\": \"%s\"", comma, items[i].language->code, items[i].file);
		comma = ", ";
	}
	if (map.len) {
		buf_add_text(out, " transcripts=\"{");
		add_xml(out, buf_text(&map));
		buf_add_text(out, "}\"");
	}
	out->failed |= map.failed;
	buf_clear(&map);
}

static void add_children(struct buf *out, const struct demo_video *video,
			 const struct demo_transcript *items, size_t count)
{
	if (video->asset) {
		buf_add_text(out, "  <video_asset client_video_id=\"external-video\" "
				  "duration=\"0.0\" image=\"\">\n"
				  "    <transcripts>\n");
		for (size_t i = 0; i < count; i++)
			buf_printf(out,
				   "      <transcript file_format=\"srt\" language_code=\"%s\" "
				   "provider=\"Custom\"/>\n",
				   items[i].language->code);
		buf_add_text(out, "    </transcripts>\n  </video_asset>\n");
	}
	for (size_t i = 0; i < count; i++)
		if (items[i].in_map)
			buf_printf(out, "  <transcript language=\"%s\" src=\"%s\"/>\n",
				   items[i].language->code, items[i].file);
}

/* @parent: the attributes Studio gives the root of a draft; NULL for the published branch. */
static void add_video(struct writer *w, const struct demo_video *video,
		      const struct demo_transcript *items, size_t count, const char *parent)
{
	struct buf *out = &w->text;

	buf_add_text(out, "<video");
	add_attribute(out, "url_name", video->id);
	if (parent) {
		add_attribute(out, "parent_url", parent);
		buf_add_text(out, " index_in_children_list=\"0\"");
	}
	add_attribute(out, "display_name", video->name);
	buf_printf(out, " youtube=\"1.00:%s\"", video->youtube);
	add_attribute(out, "youtube_id_1_0", video->youtube);
	if (*video->val_id)
		add_attribute(out, "edx_video_id", video->val_id);
	add_attribute(out, "sub", video->sub);
	if (w->course->number % 2) /* newer exports write the map twice */
		add_map_attribute(out, items, count);
	buf_add_text(out, ">\n");
	add_children(out, video, items, count);
	buf_add_text(out, "</video>\n");
}

static enum result write_draft(struct writer *w, const struct demo_video *video, size_t index)
{
	const struct demo_course *c = w->course;
	struct demo_transcript items[DEMO_LANGUAGES];
	char parent[160];
	enum result st;

	memcpy(items, video->items, sizeof(items));
	items[0] = video->draft;
	snprintf(parent, sizeof(parent), "block-v1:%s+%s+%s+type@vertical+block@unit%zu", c->org,
		 c->course, c->run, index);
	buf_reset(&w->text);
	add_video(w, video, items, video->count, parent);
	st = finish(w, "drafts/video/%s.xml", video->id);
	return st == RESULT_OK ? write_transcript(w, &video->draft) : st;
}

static enum result write_video(struct writer *w, size_t index)
{
	struct demo_video video;
	enum result st = RESULT_OK;

	demo_video_plan(&video, w->course, index);
	if (!w->course->inline_blocks) {
		buf_reset(&w->text);
		add_video(w, &video, video.items, video.count, NULL);
		st = finish(w, "video/%s.xml", video.id);
	}
	for (size_t i = 0; i < video.count && st == RESULT_OK; i++)
		st = write_transcript(w, &video.items[i]);
	if (st == RESULT_OK && video.with_draft)
		st = write_draft(w, &video, index);
	return st;
}

/* ---- the structure ------------------------------------------------------------------------*/

static void add_inline_unit(struct writer *w, size_t index)
{
	struct demo_video video;

	demo_video_plan(&video, w->course, index);
	buf_printf(&w->text, "<vertical url_name=\"unit%zu\" display_name=\"", index);
	add_xml(&w->text, video.name);
	buf_add_text(&w->text, "\">\n");
	add_video(w, &video, video.items, video.count, NULL);
	buf_add_text(&w->text, "</vertical>\n");
}

static enum result write_unit(struct writer *w, size_t index)
{
	struct demo_video video;

	demo_video_plan(&video, w->course, index);
	buf_reset(&w->text);
	buf_add_text(&w->text, "<vertical");
	add_attribute(&w->text, "display_name", video.name);
	buf_printf(&w->text, ">\n  <video url_name=\"%s\"/>\n</vertical>\n", video.id);
	return finish(w, "vertical/unit%zu.xml", index);
}

static size_t chapter_end(const struct writer *w, size_t first)
{
	size_t end = first + VIDEOS_A_CHAPTER;

	return end < w->course->videos ? end : w->course->videos;
}

static enum result write_chapter(struct writer *w, size_t first)
{
	size_t number = first / VIDEOS_A_CHAPTER + 1;
	enum result st;

	buf_reset(&w->text);
	buf_printf(&w->text,
		   "<chapter display_name=\"Week %zu\">\n  <sequential "
		   "url_name=\"part%zu\"/>\n</chapter>\n",
		   number, number);
	st = finish(w, "chapter/week%zu.xml", number);
	if (st != RESULT_OK)
		return st;
	buf_reset(&w->text);
	buf_printf(&w->text, "<sequential display_name=\"Lectures of week %zu\">\n", number);
	for (size_t i = first; i < chapter_end(w, first); i++)
		buf_printf(&w->text, "  <vertical url_name=\"unit%zu\"/>\n", i);
	buf_add_text(&w->text, "</sequential>\n");
	st = finish(w, "sequential/part%zu.xml", number);
	for (size_t i = first; i < chapter_end(w, first) && st == RESULT_OK; i++)
		st = write_unit(w, i);
	return st;
}

static enum result write_root(struct writer *w)
{
	const struct demo_course *c = w->course;

	buf_reset(&w->text);
	buf_add_text(&w->text, "<course");
	add_attribute(&w->text, "display_name", c->name);
	buf_add_text(&w->text,
		     " language=\"en\" start=\"&quot;2018-02-05T00:00:00+00:00&quot;\">\n");
	for (size_t first = 0; first < c->videos; first += VIDEOS_A_CHAPTER) {
		size_t number = first / VIDEOS_A_CHAPTER + 1;

		if (!c->inline_blocks) {
			buf_printf(&w->text, "  <chapter url_name=\"week%zu\"/>\n", number);
			continue;
		}
		buf_printf(&w->text,
			   "<chapter url_name=\"week%zu\" display_name=\"Week %zu\">\n"
			   "<sequential url_name=\"part%zu\" display_name=\"Lectures\">\n",
			   number, number, number);
		for (size_t i = first; i < chapter_end(w, first); i++)
			add_inline_unit(w, i);
		buf_add_text(&w->text, "</sequential>\n</chapter>\n");
	}
	buf_add_text(&w->text, "</course>\n");
	return finish(w, "course/%s.xml", c->run);
}

static enum result write_small_files(struct writer *w)
{
	const struct demo_course *c = w->course;
	enum result st;

	buf_reset(&w->text);
	buf_printf(&w->text, "<course url_name=\"%s\" org=\"%s\" course=\"%s\"/>\n", c->run, c->org,
		   c->course);
	st = finish(w, "course.xml");
	if (st != RESULT_OK)
		return st;
	buf_reset(&w->text);
	buf_add_text(&w->text, "{}\n");
	st = finish(w, "policies/assets.json");
	if (st != RESULT_OK)
		return st;
	buf_reset(&w->text);
	buf_add_text(&w->text, "<h2>About this course</h2>\n<p>");
	add_xml(&w->text, c->name);
	buf_add_text(&w->text, "</p>\n");
	return finish(w, "about/overview.html");
}

enum result demo_olx_write(const struct demo_course *course, struct demo_sink *sink,
			   struct error *err)
{
	struct writer w = {
	    .course = course, .top = course->folder ? "" : "course/", .sink = sink, .err = err};
	enum result st;

	st = write_small_files(&w);
	if (st == RESULT_OK)
		st = write_root(&w);
	for (size_t i = 0; i < course->videos && st == RESULT_OK && !course->inline_blocks;
	     i += VIDEOS_A_CHAPTER)
		st = write_chapter(&w, i);
	for (size_t i = 0; i < course->videos && st == RESULT_OK; i++)
		st = write_video(&w, i);
	buf_clear(&w.text);
	return st;
}
