/*
 * out.h - everything a command prints goes through here.
 *
 * Texts are untrusted: each line is made harmless (src/base/text.h) as a whole before it is
 * written, so no caller can forget it. JSON keeps every character: what a terminal could obey
 * is written as \uXXXX. A write that fails is remembered, and out_finish() says so.
 *
 * Not thread-safe.
 */
#ifndef SUBFERRY_SRC_CLI_OUT_H
#define SUBFERRY_SRC_CLI_OUT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"

/* One line on standard output. */
void out_line(const char *fmt, ...) SF_PRINTF(1, 2);
/* One line on standard error, after "subferry: ". */
void out_note(const char *fmt, ...) SF_PRINTF(1, 2);
/* One line on standard error as it is: "FILE:LINE: reason". */
void out_complain(const char *fmt, ...) SF_PRINTF(1, 2);
/* Bytes as they are: a converted transcript, nothing else. */
void out_bytes(const void *bytes, size_t len);
/* One document, or one object on a line of its own. Takes @json; NULL: out of memory. */
void out_json_document(cJSON *json);
void out_json_line(cJSON *json);
/* From now on tables are told, not drawn (below). */
void out_plain(bool plain);
/* Nothing has failed to be written so far. */
bool out_works(void);
/* @fn is called before each line of either kind, NULL: nothing: a line that is rewritten in place
   (progress_line.h) makes room for it. */
void out_before_lines(void (*fn)(bool on_error));
/* Writes out what is buffered, for whoever reads along. */
void out_flush(void);
/*
 * The exit status: @status if all was written, else 3. A reader that went away is no news; any
 * other failure is told on standard error.
 */
int out_finish(int status);

/*
 * ---- tables: columns aligned by the cells their text takes -----------------------------------
 *
 * After out_plain(true) nothing is aligned: each row is told as a few lines, "Course: KEY" and,
 * two blanks further in, a line for each of its other cells that is not empty.
 */

#define TABLE_COLUMNS 12

struct table {
	size_t columns;
	unsigned right; /* bit i: column i is aligned to the right */
	size_t name;	/* the column that names a row: where it is told, it comes first */
	char **cells;	/* row by row; the first row is the heading */
	size_t count, size;
	bool failed;
};

/* @headings ends with NULL. @right names the columns of numbers by bits. */
void table_init(struct table *table, const char *const *headings, unsigned right);
/* The next cell, left to right, row by row. */
void table_add(struct table *table, const char *fmt, ...) SF_PRINTF(2, 3);
void table_print(struct table *table); /* and clears */
void table_clear(struct table *table); /* may run twice */

/* ---- JSON ---------------------------------------------------------------------------------*/

/* Adds a member; text may be NULL or "" (null), invalid UTF-8 becomes U+FFFD. */
void member_text(cJSON *object, const char *name, const char *text);
/* The same as the next of an array; "" is a text there. */
void array_text(cJSON *array, const char *text);
void member_number(cJSON *object, const char *name, int64_t value);
/* null where @count is negative: nobody knows. */
void member_count(cJSON *object, const char *name, int64_t count);
void member_decimal(cJSON *object, const char *name, double value);
/* Microseconds as seconds; null where @span is negative: nobody knows. */
void member_span(cJSON *object, const char *name, int64_t span);
/* A wall time as "2018-05-02T02:41:07.123456Z"; null for 0. */
void member_time(cJSON *object, const char *name, int64_t wall);
void member_flag(cJSON *object, const char *name, bool value);
/* A new object with its "type"; a new array as member @name. NULL without memory. */
cJSON *object_new(const char *type);
cJSON *member_array(cJSON *object, const char *name);

#endif
