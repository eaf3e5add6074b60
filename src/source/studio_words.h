/*
 * studio_words.h - what the platform says when it refuses: JSON of its own, plain text, or a page.
 *
 * Pure. Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_STUDIO_WORDS_H
#define SUBFERRY_SRC_SOURCE_STUDIO_WORDS_H

#include "src/base/http.h"

/*
 * The result of http_status_error(), with the platform's words, at most 200 bytes of them on one
 * line, from which the @secrets (up to a NULL) are taken out first. Empties the answer's body.
 */
enum result studio_refusal(struct http_answer *answer, const char *what,
			   const char *const *secrets, struct error *err);

/* The server itself is in trouble: a status that may pass. */
bool studio_is_trouble(const struct http_answer *answer);

#endif
