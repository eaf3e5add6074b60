/*
 * read.h - the reading side from inside. Inside src/status/ only.
 */
#ifndef SUBFERRY_SRC_STATUS_READ_H
#define SUBFERRY_SRC_STATUS_READ_H

#include "src/status/db.h"
#include "src/status/reader.h"

struct reader {
	struct db db;
};

/* How a kind of row is read into memory. */
struct row_kind {
	size_t size;
	void (*fill)(struct columns *columns, void *row);
	void (*clear)(void *row);
};
extern const struct row_kind course_rows, video_rows;

/* The columns that fill() of these kinds reads. */
#define COURSE_COLUMNS                                                                             \
	"id, key, name, location, status, intent, intent_number, intent_finding, gone, pass,"      \
	" problem, begun, changed, level, verified, expected, in_val, unknown, extra, differing,"  \
	" errors, warnings, notices, waived, bytes, videos, tried, failed"
#define VIDEO_COLUMNS                                                                              \
	"id, course_id, type, block, name, position, val_id, val_id_new, branches, state,"         \
	" attempts, expected_languages, val_languages, gone, expected, in_val, unknown, extra,"    \
	" differing, errors, warnings, notices, waived, bytes"

/* Reads all rows of @sql into a new array *@rows (NULL if there are none). */
enum result read_rows(struct reader *reader, struct error *err, const struct row_kind *kind,
		      const char *sql, const struct db_value *values, size_t value_count,
		      void **rows, size_t *count);
/* Reads the first row of @sql; RESULT_MISSING with @missing as text if there is none. */
enum result read_row(struct reader *reader, struct error *err, const struct row_kind *kind,
		     const char *sql, const struct db_value *values, size_t value_count, void *row,
		     const char *missing);
/* The rest of read_rows() once @stmt has answered @st. */
enum result read_all(struct reader *reader, struct error *err, const struct row_kind *kind,
		     enum result st, sqlite3_stmt *stmt, void **rows, size_t *count);
/* @total may be NULL. */
enum result read_total(struct reader *reader, struct error *err, const char *sql,
		       const struct db_value *values, size_t value_count, int64_t *total);

#endif
