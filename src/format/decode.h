/*
 * decode.h - the bytes of a transcript file as UTF-8 text (design 4, "Formats").
 *
 * UTF-8 is used where it lies; anything else is converted into memory of its own: by its BOM
 * (UTF-16, UTF-32), else as Windows-1252 if bytes 80-9F occur, else as Latin-1. Pure.
 */
#ifndef SUBFERRY_SRC_FORMAT_DECODE_H
#define SUBFERRY_SRC_FORMAT_DECODE_H

#include "src/base/buf.h"

struct decoded {
	const char *text;     /* well-formed UTF-8 without its BOM: into the input, or into @own */
	size_t len;
	const char *encoding; /* static: "UTF-16LE", ..., "Windows-1252"; NULL for UTF-8 */
	bool bom;	      /* UTF-8 with a BOM, which @text no longer has */
	struct buf own;
	char reason[128];     /* after RESULT_INVALID: what the BOM promises and the bytes break */
};

/* @bytes is borrowed as long as @out lives. RESULT_INVALID or RESULT_NOMEM; clear it anyway. */
enum result decode_bytes(struct decoded *out, const char *bytes, size_t len);
void decoded_clear(struct decoded *decoded); /* may run twice */

#endif
