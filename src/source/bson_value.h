/*
 * bson_value.h - values out of a document that somebody else wrote.
 *
 * A field of another type than expected reads as absent: servers hold ten years of writers.
 * Texts are UTF-8 without NUL: what is not becomes U+FFFD. Pure; inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_BSON_VALUE_H
#define SUBFERRY_SRC_SOURCE_BSON_VALUE_H

#include <bson/bson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Positions @out on @key (one level, no dots) of @document; false when it is not there. */
bool value_find(const bson_t *document, const char *key, bson_iter_t *out);
/* The same inside the document or array that @at stands on; false when it is neither. */
bool value_below(const bson_iter_t *at, const char *key, bson_iter_t *out);
/*
 * Stands before the first element of the document or array that @at stands on; false when it is
 * neither. Its values are borrowed from the document.
 */
bool value_enter(const bson_iter_t *at, bson_iter_t *out);
/* bson_iter_next() ended at bytes that are no BSON, not at the end of the document. */
bool value_broken(const bson_iter_t *ended);
/* @len bytes as text: a copy (free()), NULL without memory. */
char *value_clean(const char *bytes, size_t len);
/* The text @at stands on, a copy (free()); NULL when it is no text, or (*@failed) no memory. */
char *value_text(const bson_iter_t *at, bool *failed);
/* @at stands on just this text. */
bool value_is(const bson_iter_t *at, const char *text);
/* A copy of the text @key of @document, or of @fallback when it is none; NULL without memory. */
char *value_text_of(const bson_t *document, const char *key, const char *fallback);
/* Any number that is whole (int32, int64, double) and not negative; else false. */
bool value_size_of(const bson_t *document, const char *key, int64_t *out);
/* An ObjectId; false for anything else, null among it. */
bool value_oid(const bson_iter_t *at, bson_oid_t *out);
bool value_oid_of(const bson_t *document, const char *key, bson_oid_t *out);
/* A date, milliseconds since 1970; false for anything else. */
bool value_date_of(const bson_t *document, const char *key, int64_t *out);
/* A view of the document @at stands on, borrowed; false when it is none. */
bool value_document(const bson_iter_t *at, bson_t *out);

#endif
