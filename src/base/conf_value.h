/*
 * conf_value.h - the values of the configuration file: numbers, durations, sizes, words.
 *
 * Pure functions. Each says in @why (borrowed, static) what is allowed when it refuses.
 */
#ifndef SUBFERRY_SRC_BASE_CONF_VALUE_H
#define SUBFERRY_SRC_BASE_CONF_VALUE_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole number without sign. */
bool value_number(const char *text, int64_t *out, const char **why);
/* "500ms", "2s", "1m", "1h" in milliseconds; a bare number is refused, except 0. */
bool value_duration(const char *text, int64_t *out, const char **why);
/* "3145728", "500kB", "3MiB" in bytes. */
bool value_size(const char *text, int64_t *out, const char **why);
/*
 * Words separated by blanks; "..." holds blanks together, and "" inside the quotes is one
 * quote. Appends to the array *@words of *@count strings (free each, then the array).
 * RESULT_INVALID for a quote that is not closed or text glued to one.
 */
enum result value_words(const char *text, char ***words, size_t *count, const char **why);

#endif
