/*
 * json_scan.h - walks over strict JSON (RFC 8259) without building anything.
 *
 * Why not cJSON: it takes numbers like "01" and ".5", control characters inside strings and
 * anything behind the end, keeps integers as doubles, and recurses. What the player will be
 * given must be JSON for every reader, so it is checked to the letter, and iteratively: depth
 * costs a byte a level, not stack. The text must be well-formed UTF-8 already.
 */
#ifndef SUBFERRY_SRC_FORMAT_JSON_SCAN_H
#define SUBFERRY_SRC_FORMAT_JSON_SCAN_H

#include "src/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct json {
	const char *text, *at, *stop;
	const char *fault; /* static: what was expected at @at; NULL while all is well */
};

void json_init(struct json *json, const char *text, size_t len);
/* Sets the fault, unless there is one; always false. */
bool json_fail(struct json *json, const char *fault);
/* Skips white space; returns the next byte, or -1 at the end. */
int json_peek(struct json *json);
/* Skips white space and takes @c if it is next. */
bool json_take(struct json *json, char c);
/* As json_take(), but anything else is the fault @otherwise. */
bool json_need(struct json *json, char c, const char *otherwise);
/* A string, at @at after white space; @from and @len are what is between the quotes. */
bool json_string(struct json *json, const char **from, size_t *len);
bool json_number(struct json *json, const char **from, size_t *len);
/* Any value at all, whatever its depth. Without memory it faults with json_no_memory. */
bool json_skip(struct json *json);
extern const char json_no_memory[];

/* A string as json_string() gave it is @name (ASCII), whatever its escapes. */
bool json_string_is(const char *from, size_t len, const char *name);
/* Appends it decoded; half a surrogate pair becomes U+FFFD. */
void json_string_add(struct buf *out, const char *from, size_t len);

#endif
