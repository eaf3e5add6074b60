/*
 * timestamp.h - a time of SubRip as pysrt 1.1.2 under Python 3 reads it (domain 6.2, 6.3).
 *
 * Four parts between ':', '.' and ',' in any mixture. A part is Python's int(): white space
 * around, a sign, decimal digits of any script with single underscores between them; failing
 * that its leading digits; failing that 0. Nothing is checked for range, and Python's integers
 * have no end: what does not fit 64 bits is kept as text. Only Python's own limit holds, 4,300
 * digits read from or written as text.
 */
#ifndef SUBFERRY_SRC_FORMAT_TIMESTAMP_H
#define SUBFERRY_SRC_FORMAT_TIMESTAMP_H

#include "src/base/buf.h"

#include <stdint.h>

#define TIMESTAMP_DIGITS 4300

struct timestamp {
	int64_t ms;
	char *big; /* else NULL: the milliseconds as text, when they do not fit @ms; owned */
};

/*
 * Reads @text (UTF-8); empty is zero. RESULT_INVALID: not four parts; RESULT_LIMIT: too many
 * digits; RESULT_NOMEM. @out must have been zeroed or cleared.
 */
enum result timestamp_read(struct timestamp *out, const char *text, size_t len);
/*
 * The usual form: exactly "HH:MM:SS,mmm" in ASCII digits at @text, TIMESTAMP_USUAL bytes of it.
 * Returns the milliseconds, or -1 if it is anything else.
 */
#define TIMESTAMP_USUAL 12
int64_t timestamp_usual(const char *text);
void timestamp_clear(struct timestamp *time); /* may run twice */
/* Appends the milliseconds in decimal. */
void timestamp_add(struct buf *out, const struct timestamp *time);
/* The nearest double. */
double timestamp_double(const struct timestamp *time);

#endif
