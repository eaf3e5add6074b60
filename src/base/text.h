/*
 * text.h - text of people and servers: harmless on its way out, measured, compared.
 *
 * Names and messages from a source, a server or a file may hold control characters, escape
 * sequences, direction overrides and broken UTF-8. Whatever leaves the program (a screen, a
 * command's output, a report) passes text_safe() first. All functions are pure.
 */
#ifndef SUBFERRY_SRC_BASE_TEXT_H
#define SUBFERRY_SRC_BASE_TEXT_H

#include "src/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes are well-formed UTF-8 (no surrogates, no overlong forms). */
bool text_is_utf8(const char *bytes, size_t len);
/* Length of @text cut to at most @max bytes, on a character. */
size_t text_cut(const char *text, size_t len, size_t max);
/*
 * Bytes of the white space character that @at begins with, 0 if none; and of the one that ends
 * just before @end, looking back at most @len bytes. White space is that of Python's str.isspace.
 */
size_t text_space(const char *at, size_t len);
size_t text_space_before(const char *end, size_t len);
/*
 * Appends @text so that a terminal can only print it: C0 controls and DEL as the pictures
 * U+2400.. (newline and tab too), C1 controls, bidirectional controls (U+061C, U+200E-F,
 * U+202A-E, U+2066-9), U+2028-9, U+FEFF and invalid bytes as U+FFFD. Everything else is unchanged.
 */
void text_add_safe(struct buf *out, const char *text, size_t len);
/* The same into a new string (free()); NULL without memory. @text may be NULL: "". */
char *text_safe(const char *text);
/* The same into @dst, cut on a character; returns @dst. */
const char *text_safe_to(char *dst, size_t size, const char *text);
/* Copy without leading and trailing Unicode white space (Python's str.strip); free(). */
char *text_strip(const char *text);
/* @a and @b are equal when ASCII letters lose their case (MySQL's view of video ids). */
bool text_same_ignoring_case(const char *a, const char *b);

#endif
