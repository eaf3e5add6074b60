#include "config.h"

#include "src/format/transcript.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/decode.h"
#include "src/format/sjson.h"
#include "src/format/subrip.h"

/* The three arrays while they grow side by side. */
struct arrays {
	struct buf start, end, text;
};

static const char head[] = "{\"start\": [";
static const char before_end[] = "], \"end\": [";
static const char before_text[] = "], \"text\": [";
static const char tail[] = "]}";

#define FRAME (sizeof(head) + sizeof(before_end) + sizeof(before_text) + sizeof(tail) - 4)
#define ADD(buf, literal) buf_add(buf, literal, sizeof(literal) - 1)

void transcript_init(struct transcript *t)
{
	memset(t, 0, sizeof(*t));
	t->finding = FINDING_NONE;
}

void transcript_clear(struct transcript *t)
{
	buf_clear(&t->sjson);
	transcript_init(t);
}

/* Told from the first character that is not blank, never from the name. */
static enum transcript_format tell_format(const char *text, size_t len)
{
	size_t n;

	while ((n = text_space(text, len)) > 0) {
		text += n;
		len -= n;
	}
	return len && *text == '{' ? TRANSCRIPT_SJSON : TRANSCRIPT_SUBRIP;
}

static void too_large(struct transcript *t, const char *which, size_t limit)
{
	t->finding = FINDING_TRANSCRIPT_TOO_LARGE;
	snprintf(t->reason, sizeof(t->reason), "%s than the limit of %zu bytes", which, limit);
}

static void arrays_clear(struct arrays *a)
{
	buf_clear(&a->start);
	buf_clear(&a->end);
	buf_clear(&a->text);
}

static size_t arrays_size(const struct arrays *a)
{
	return a->start.len + a->end.len + a->text.len + (a->text.len > 0) + FRAME;
}

/* One cue: its times, and its lines with a space between them. */
static void arrays_add(struct arrays *a, struct subrip *reader, bool first)
{
	const char *line;
	size_t len, lines = 0;

	if (first) {
		buf_add_char(&a->text, '"');
	} else {
		ADD(&a->start, ", ");
		ADD(&a->end, ", ");
		ADD(&a->text, "\", \"");
	}
	timestamp_add(&a->start, &reader->start);
	timestamp_add(&a->end, &reader->end);
	while (subrip_line(reader, &line, &len)) {
		if (lines++)
			buf_add_char(&a->text, ' ');
		sjson_add_escaped(&a->text, line, len);
	}
}

static enum result join(struct buf *out, const struct arrays *a)
{
	if (a->start.failed || a->end.failed || a->text.failed ||
	    !buf_reserve(out, arrays_size(a)))
		return RESULT_NOMEM;
	ADD(out, head);
	buf_add(out, a->start.data, a->start.len);
	ADD(out, before_end);
	buf_add(out, a->end.data, a->end.len);
	ADD(out, before_text);
	buf_add(out, a->text.data, a->text.len);
	if (a->text.len)
		buf_add_char(out, '"'); /* of the last text: the others were closed by the next */
	ADD(out, tail);
	return RESULT_OK;
}

static enum result convert_subrip(struct transcript *t, const char *text, size_t len, size_t limit)
{
	struct arrays a = {BUF_INIT, BUF_INIT, BUF_INIT};
	enum result st = RESULT_OK;
	struct subrip reader;

	subrip_init(&reader, text, len);
	/* enough for most files, so that nothing is moved while it grows */
	buf_reserve(&a.start, len / 8);
	buf_reserve(&a.end, len / 8);
	buf_reserve(&a.text, len * 2);
	while (arrays_size(&a) <= limit && (st = subrip_next(&reader)) == RESULT_OK) {
		arrays_add(&a, &reader, !t->cues);
		t->cues++;
	}
	if (st == RESULT_INVALID) {
		t->finding = FINDING_SRT_INVALID;
		t->line = reader.line;
		snprintf(t->reason, sizeof(t->reason), "%s", reader.reason);
		st = RESULT_OK;
	} else if (st != RESULT_NOMEM && arrays_size(&a) > limit) {
		too_large(t, "its SJSON is larger", limit);
		st = RESULT_OK;
	} else if (st == RESULT_END) {
		st = join(&t->sjson, &a);
	}
	subrip_clear(&reader);
	arrays_clear(&a);
	return st;
}

static enum result convert_sjson(struct transcript *t, const struct decoded *decoded)
{
	struct sjson sjson;
	enum result st;

	t->format = TRANSCRIPT_SJSON;
	if (decoded->encoding) {
		t->finding = FINDING_SJSON_INVALID;
		snprintf(t->reason, sizeof(t->reason), "it is %s, and SJSON must be UTF-8",
			 decoded->encoding);
		return RESULT_OK;
	}
	st = sjson_check(&sjson, decoded->text, decoded->len, t->reason, sizeof(t->reason));
	if (st == RESULT_INVALID) {
		t->finding = FINDING_SJSON_INVALID;
		return RESULT_OK;
	}
	if (st != RESULT_OK)
		return st;
	t->encoding = decoded->bom ? "UTF-8 with BOM" : NULL;
	t->cues = sjson.count;
	buf_add(&t->sjson, decoded->text, decoded->len);
	return t->sjson.failed ? RESULT_NOMEM : RESULT_OK;
}

static enum result convert(struct transcript *t, struct decoded *decoded, const char *bytes,
			   size_t len, size_t limit)
{
	enum result st = decode_bytes(decoded, bytes, len);

	if (st == RESULT_INVALID) {
		t->finding = FINDING_SRT_INVALID;
		snprintf(t->reason, sizeof(t->reason), "%s", decoded->reason);
		return RESULT_OK;
	}
	if (st != RESULT_OK)
		return st;
	if (tell_format(decoded->text, decoded->len) == TRANSCRIPT_SJSON)
		return convert_sjson(t, decoded);
	t->encoding = decoded->encoding;
	return convert_subrip(t, decoded->text, decoded->len, limit);
}

enum result transcript_convert(struct transcript *t, const char *bytes, size_t len, size_t limit,
			       struct error *err)
{
	struct decoded decoded;
	enum result st;

	transcript_clear(t);
	if (len > limit) {
		too_large(t, "it is larger", limit);
		return RESULT_OK;
	}
	st = convert(t, &decoded, bytes, len, limit);
	decoded_clear(&decoded);
	if (st != RESULT_OK) {
		transcript_clear(t);
		return error_set(err, st, "no memory to convert a transcript of %zu bytes", len);
	}
	if (t->finding != FINDING_NONE)
		t->cues = 0;
	else if (!t->cues)
		t->finding = FINDING_TRANSCRIPT_EMPTY;
	return RESULT_OK;
}

static enum result cues_of_subrip(struct cues *out, const char *text, size_t len, struct error *err)
{
	struct buf words = BUF_INIT;
	struct subrip reader;
	const char *line;
	double from, to;
	enum result st;
	size_t n;

	subrip_init(&reader, text, len);
	while ((st = subrip_next(&reader)) == RESULT_OK) {
		buf_reset(&words);
		for (size_t lines = 0; subrip_line(&reader, &line, &n); lines++) {
			if (lines)
				buf_add_char(&words, ' ');
			buf_add(&words, line, n);
		}
		from = timestamp_double(&reader.start);
		to = timestamp_double(&reader.end);
		st = words.failed ? RESULT_NOMEM
				  : cues_add(out, from, to, buf_text(&words), words.len);
		if (st != RESULT_OK)
			break;
	}
	if (st == RESULT_INVALID)
		error_set(err, st, "line %lu: %s", reader.line, reader.reason);
	subrip_clear(&reader);
	buf_clear(&words);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result cues_of_sjson(struct cues *out, const struct decoded *decoded, struct error *err)
{
	struct sjson sjson;
	char reason[256];
	enum result st;

	if (decoded->encoding)
		return error_set(err, RESULT_INVALID, "it is %s, and SJSON must be UTF-8",
				 decoded->encoding);
	st = sjson_check(&sjson, decoded->text, decoded->len, reason, sizeof(reason));
	if (st == RESULT_OK)
		return sjson_cues(out, &sjson);
	return error_set(err, st, "%s", reason);
}

enum result transcript_cues(struct cues *out, const char *bytes, size_t len, struct error *err)
{
	struct decoded decoded;
	enum result st;

	cues_clear(out);
	st = decode_bytes(&decoded, bytes, len);
	if (st == RESULT_INVALID)
		error_set(err, st, "%s", decoded.reason);
	else if (st == RESULT_OK && tell_format(decoded.text, decoded.len) == TRANSCRIPT_SJSON)
		st = cues_of_sjson(out, &decoded, err);
	else if (st == RESULT_OK)
		st = cues_of_subrip(out, decoded.text, decoded.len, err);
	decoded_clear(&decoded);
	if (st == RESULT_NOMEM)
		error_set(err, st, "no memory to read a transcript of %zu bytes", len);
	if (st != RESULT_OK)
		cues_clear(out);
	return st;
}
