/*
 * filter_term.h - a filter from inside: what the parser makes and filter_passes() goes through.
 * Of src/base/filter*.c only.
 */
#ifndef SUBFERRY_SRC_BASE_FILTER_TERM_H
#define SUBFERRY_SRC_BASE_FILTER_TERM_H

#include "src/base/filter.h"

enum filter_op { OP_HOLDS, OP_IS, OP_LESS, OP_AT_MOST, OP_MORE, OP_AT_LEAST };
enum { FIELD_PLAIN = -1 }; /* any of the plain ones */

struct filter_operand {
	const char *text; /* in small letters, in the filter's own room */
	int64_t number;	  /* ages: microseconds, AGE_NEVER */
	bool none;	  /* the field has nothing */
};
#define AGE_NEVER INT64_MAX

struct filter_term {
	int field;
	enum filter_op op;
	bool negated;
	const struct filter_operand *operands; /* one of them has to hold */
	size_t count;
};

/* In one piece of memory with its text, terms and operands. */
struct filter {
	const struct filter_language *language;
	const char *text;
	size_t count;
	struct filter_term *terms;
};

/* ASCII letters small, all other bytes as they are. */
extern const unsigned char filter_fold[256];

/* @text, in any case, begins with @folded, which is in small letters. */
static inline bool filter_begins(const char *text, const char *folded)
{
	for (; *folded; text++, folded++)
		if (filter_fold[(unsigned char)*text] != (unsigned char)*folded)
			return false;
	return true;
}

#endif
