/*
 * resolve.h - which file is a transcript: the languages a branch of a block promises, and the
 * names to try for each, in order (design 4, domain 5).
 *
 * Pure: it makes names; whoever holds the source asks which of them exist. The first promise
 * of a language with an existing name decides; names after the first existing one never count.
 */
#ifndef SUBFERRY_SRC_SOURCE_RESOLVE_H
#define SUBFERRY_SRC_SOURCE_RESOLVE_H

#include "src/source/source.h"

enum promise_kind {
	PROMISE_EXPLICIT, /* named: no existing file is a finding */
	PROMISE_ASSET,	  /* only in <video_asset>: explicit if its one file exists, else nothing */
	PROMISE_IMPLICIT, /* learners see it today because a file is found by id; else nothing */
};

struct promise {
	char *language;
	enum promise_kind kind;
	char **names; /* to try, in order; at least one, except EXPLICIT with nothing to try */
	size_t name_count;
};

struct promises {
	struct promise *items; /* by language as bytes; of one language in order of precedence */
	size_t count;
};

/* The promises of one branch; RESULT_OK or RESULT_NOMEM. */
enum result resolve_fields(const struct video_fields *fields, struct promises *out, struct error *err);
void promises_clear(struct promises *promises); /* may run twice */

#endif
