/*
 * transcript.h - one transcript file: recognised, decoded, checked, converted to SJSON.
 *
 * The rules are design 4 ("Formats"); the SubRip reader follows pysrt 1.1.2 (domain 6.2, 6.3),
 * the SJSON bytes are the platform's (domain 6.4). Pure functions, no I/O, thread-safe.
 */
#ifndef SUBFERRY_SRC_FORMAT_TRANSCRIPT_H
#define SUBFERRY_SRC_FORMAT_TRANSCRIPT_H

#include "src/base/buf.h"
#include "src/base/finding.h"
#include "src/format/cues.h"

enum transcript_format { TRANSCRIPT_SUBRIP, TRANSCRIPT_SJSON };

struct transcript {
	enum transcript_format format;
	/*
	 * FINDING_NONE: @sjson is what is to be stored. SRT_INVALID, SJSON_INVALID,
	 * TRANSCRIPT_TOO_LARGE: @reason says why, @sjson is empty. TRANSCRIPT_EMPTY (no cues):
	 * @sjson holds the bytes all the same, for `convert`.
	 */
	enum finding_code finding;
	struct buf sjson;
	size_t cues;		/* their number */
	const char *encoding;	/* static: what was converted from ("UTF-16LE", "Windows-1252",
				   "UTF-8 with BOM", ...); NULL when nothing worth a notice was */
	unsigned long line;	/* SRT_INVALID: line of the block at fault, from 1; 0 when the
				   bytes are no text at all (what its BOM promises is not so) */
	char reason[256];	/* why, in one line; quotes of the file are cut and unsanitised */
};

void transcript_init(struct transcript *t);
void transcript_clear(struct transcript *t); /* may run twice */
/*
 * Converts @len @bytes; source and output each at most @limit bytes. RESULT_OK even with a
 * finding; else RESULT_NOMEM. @t must have been initialised or cleared.
 */
enum result transcript_convert(struct transcript *t, const char *bytes, size_t len, size_t limit,
			       struct error *err);
/*
 * Reads stored SJSON (or SubRip, which edx-val may hold too) into cues, for comparison. A cue's
 * lines are joined by a space, as in SJSON, so that both compare. What @out (initialised) held
 * is dropped. RESULT_INVALID with the reason when it is neither, and @out is empty.
 */
enum result transcript_cues(struct cues *out, const char *bytes, size_t len, struct error *err);

#endif
