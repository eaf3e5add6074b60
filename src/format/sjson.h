/*
 * sjson.h - the platform's transcript format: {"start": [...], "end": [...], "text": [...]}.
 *
 * Writing gives the bytes of Python's json.dumps (domain 6.4). Reading is strict: JSON to the
 * letter, an object with the three arrays, each once and of one length, start and end numbers
 * that fit a double, text strings or null; other keys may hold anything. Pure.
 */
#ifndef SUBFERRY_SRC_FORMAT_SJSON_H
#define SUBFERRY_SRC_FORMAT_SJSON_H

#include "src/base/buf.h"
#include "src/format/cues.h"

/* Appends @text (well-formed UTF-8), escaped as between the quotes of a JSON string. */
void sjson_add_escaped(struct buf *out, const char *text, size_t len);

struct sjson {
	const char *start, *end, *text; /* first byte inside each array, or NULL */
	const char *stop;		/* end of the whole */
	size_t count;			/* cues */
};

/*
 * Checks @text (well-formed UTF-8 without a BOM). RESULT_INVALID with the reason, one line, in
 * @reason; RESULT_NOMEM. @out points into @text.
 */
enum result sjson_check(struct sjson *out, const char *text, size_t len, char *reason,
			size_t reason_size);
/* Adds the cues of what sjson_check() found good. null is read as "". */
enum result sjson_cues(struct cues *out, const struct sjson *sjson);

#endif
