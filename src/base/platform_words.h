/*
 * platform_words.h - what the platform says when it refuses: JSON of its own, plain text, or a page.
 *
 * Pure.
 */
#ifndef SUBFERRY_SRC_BASE_PLATFORM_WORDS_H
#define SUBFERRY_SRC_BASE_PLATFORM_WORDS_H

#include "src/base/http.h"

/*
 * The result of http_status_error(), with the platform's words, at most 200 bytes of them on one
 * line, from which the @secrets (up to a NULL) are taken out first. Empties the answer's body.
 */
enum result platform_refusal(struct http_answer *answer, const char *what,
			   const char *const *secrets, struct error *err);

/* On one line of at most 200 bytes, without the @secrets. */
void platform_clean(struct buf *words, const char *const *secrets);

/* The server itself is in trouble: a status that may pass. */
bool platform_is_trouble(const struct http_answer *answer);

#endif
