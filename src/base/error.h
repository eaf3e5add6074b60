/*
 * error.h - a code steers, a text explains.
 *
 * Every function that can fail returns an enum result, and fills a struct error for people.
 * A library's or a server's own words belong into the text; they are untrusted, and become
 * harmless where text leaves the program (src/base/text.h), not here.
 */
#ifndef SUBFERRY_SRC_BASE_ERROR_H
#define SUBFERRY_SRC_BASE_ERROR_H

#define SF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* clang-format off */
#define RESULT_LIST(X) \
	X(OK,          "ok") \
	X(END,         "no more items") \
	X(RETRY,       "temporary failure, worth another try") \
	X(UNREACHABLE, "the other side cannot be reached") \
	X(UNKNOWN,     "outcome unknown, ask again with the same request") \
	X(EXISTS,      "there already") \
	X(CONFLICT,    "there already, and different") \
	X(MISSING,     "not there") \
	X(INVALID,     "input rejected") \
	X(DAMAGED,     "content does not agree with its own description") \
	X(LIMIT,       "larger than a limit allows") \
	X(REFUSED,     "refused by the other side") \
	X(DENIED,      "nothing is done there with these credentials") \
	X(BUSY,        "held by another process") \
	X(OLD,         "of an older version") \
	X(CANCELED,    "ended on request") \
	X(NOMEM,       "out of memory") \
	X(FATAL,       "cannot go on")
/* clang-format on */
#define X(name, text) RESULT_##name,
enum result { RESULT_LIST(X) RESULT_COUNT };
#undef X

struct error {
	enum result result;
	char text[512]; /* one line, no newline; cut on a character when too long */
};

/* Fills @err (may be NULL) and hands @result back, so that callers return error_set(...). */
enum result error_set(struct error *err, enum result result, const char *fmt, ...) SF_PRINTF(3, 4);
/* Puts "@fmt: " before the text that is there; keeps and returns the result. */
enum result error_prefix(struct error *err, const char *fmt, ...) SF_PRINTF(2, 3);
/* Another attempt with the same input may succeed: RETRY, UNREACHABLE, UNKNOWN, BUSY. */
int result_is_transient(enum result result);
/* Whatever is asked for there now ends so too: UNREACHABLE, DENIED. Work for that end is held. */
int result_holds(enum result result);
/* The same, or held by another process (BUSY), which may take long: no try of anything there counts. */
int result_holds_work(enum result result);
/* "ok", "temporary failure, worth another try", ...: for logs. */
const char *result_text(enum result result);

#endif
