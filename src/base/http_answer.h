/*
 * http_answer.h - what an answer says: its lines, its instants, the server's own words.
 *
 * Of http.c alone; others read http.h. All functions are pure.
 */
#ifndef SUBFERRY_SRC_BASE_HTTP_ANSWER_H
#define SUBFERRY_SRC_BASE_HTTP_ANSWER_H

#include "src/base/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Takes one line of an answer's head as it came: a status line begins the head anew (there are
 * several where the server said 100 Continue), a header is appended to @answer->headers, anything
 * else is left out. False without memory, or when the head is larger than 64 KiB.
 */
bool http_answer_take(struct http_answer *answer, const char *line, size_t len);
/* Once the head is complete: from here on its headers can be asked for. False without memory. */
bool http_answer_finish(struct http_answer *answer);
/*
 * The server asks for fewer requests: 429, or 503 with Retry-After or S3's SlowDown.
 * *@retry_after: for so many milliseconds from now (at most 60 s; 0: it does not say); @now is
 * the wall time, taken where the answer has no date of its own.
 */
bool http_answer_throttles(const struct http_answer *answer, int64_t now, int64_t *retry_after);
/* "503 Slow Down", "403 Forbidden", "599": into @out. */
void http_status_name(const struct http_answer *answer, char *out, size_t size);
/*
 * @url for people: without user info, query and fragment, and cut to @size. Where user info could
 * hide in something else, nothing is left of it.
 */
void http_url_text(const char *url, char *out, size_t size);

#endif
