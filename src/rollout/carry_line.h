/*
 * carry_line.h - one row of a run as a line of JSON, and back. Inside src/rollout/ only.
 *
 * One table says which members a type has, and how long each may be: writing and reading follow it,
 * so that what is written can be read. Reading takes strict JSON (RFC 8259) in UTF-8 with exactly
 * these members, words that this program knows, and whole numbers that are not negative. Control
 * characters within texts are kept; NUL, which would cut a text short, is refused. What nobody counted
 * (-1) is not there.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_CARRY_LINE_H
#define SUBFERRY_SRC_ROLLOUT_CARRY_LINE_H

#include <cjson/cJSON.h>

#include "src/base/buf.h"
#include "src/status/transfer.h"

#define CARRY_FORMAT "subferry runs"

enum {
	CARRY_VERSION = 2, /* 1 has no active and tried */
	CARRY_LINE_MOST = 1 << 20, /* bytes, its end included */
	CARRY_RUNS_MOST = 1000,
	CARRY_ROWS_MOST = 20000000,
};

/* What stands in the first line, and in the last. */
struct carry_header {
	char *format, *campus, *environment, *program;
	int64_t version, at;
};
struct carry_end {
	int64_t runs, courses, transcripts, findings, waivers;
	char *sha256; /* of all bytes before the line */
};

enum carry_type {
	CARRY_HEADER = TRANSFER_KINDS, /* the kinds of transfer.h, and these */
	CARRY_END,
	CARRY_TYPES
};

/* Appends the line with its end. @row: by @type the member of a struct transfer, a header or an end.
   RESULT_LIMIT: what reading would refuse; its reason names the row. */
enum result carry_line_add(struct buf *out, enum carry_type type, const void *row,
			   struct error *err);

/* A line that was read; its strings live in @json. */
struct carry_line {
	cJSON *json;
	enum carry_type type;
	struct carry_header header;
	struct carry_end end;
	struct transfer row; /* the other types; the members of other kinds stay as they are */
};
/* Reads a line without its end into @line, in place of what was there. The reason does not say where
   it stands. RESULT_DAMAGED: it is none. */
enum result carry_line_read(struct carry_line *line, const char *text, size_t len,
			    struct error *err);
void carry_line_clear(struct carry_line *line); /* may run twice */

#endif
