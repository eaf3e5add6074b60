/*
 * read.h - the reading side from inside. Inside src/status/ only.
 */
#ifndef SUBFERRY_SRC_STATUS_READ_H
#define SUBFERRY_SRC_STATUS_READ_H

#include "src/status/db.h"
#include "src/status/ids.h"
#include "src/status/reader.h"

/* The newest answer of reader_finding_groups(): screens ask again before anything has changed. */
struct group_cache {
	struct finding_group *groups; /* NULL: none yet */
	size_t count;
	int64_t course, video, version;
};

/* Which rows pass a filter, in the order of the list, kept from one page to the next. */
struct matches {
	struct ids ids;
	char *question; /* what they are the answer to; NULL: nothing */
	int64_t state;	/* findings: reader_version() that was looked at; events: the last id */
};

struct reader {
	struct db db;
	struct group_cache groups;
	struct matches findings, events;
	bool (*stale)(void *arg);
	void *stale_arg;
	bool deaf; /* a transaction is not left half open */
};
void matches_clear(struct matches *matches); /* may run twice */

/* How a kind of row is read into memory. */
struct row_kind {
	size_t size;
	void (*fill)(struct columns *columns, void *row);
	void (*clear)(void *row);
};
extern const struct row_kind course_rows, video_rows, finding_rows, event_rows;

/* The columns that fill() of these kinds reads. */
#define COURSE_COLUMNS                                                                             \
	"id, key, name, location, status, intent, intent_number, intent_finding, gone, pass,"      \
	" problem, begun, changed, level, verified, flag, evidence, expected, in_val, unknown, extra," \
	" differing, errors, warnings, notices, waived, bytes, videos, tried, failed"
#define VIDEO_COLUMNS                                                                              \
	"id, course_id, type, block, name, position, val_id, val_id_new, branches, state,"         \
	" attempts, expected_languages, val_languages, gone, expected, in_val, unknown, extra,"    \
	" differing, errors, warnings, notices, waived, bytes"

/* The columns of finding_rows, from finding f and course c. */
#define FINDING_COLUMNS                                                                            \
	"f.id, f.course_id, f.video_id, c.key, f.block, f.language, f.code, f.severity, f.text,"   \
	" f.seen, f.waived, f.reason, f.who, f.at"
/* Which findings a question is about: ?1 is the course or the video, ?2 a code or "", ?3 whether
   waived ones count. */
#define FINDING_MATCHES "(?2 = '' OR f.code = ?2) AND (?3 OR f.waived = 0)"
#define FINDING_ORDER                                                                              \
	" ORDER BY f.severity DESC, f.code, f.course_id, f.block, f.language, f.waived, f.id"
#define EVENT_COLUMNS "id, at, severity, who, action, object, what, why, hash"

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
/* Page of the rows that pass query->filter, which is not NULL (reader_filter.c). */
enum result read_matching_findings(struct reader *reader, const struct finding_query *query,
				   void **rows, size_t *count, int64_t *total, struct error *err);
enum result read_matching_events(struct reader *reader, const struct event_query *query,
				 void **rows, size_t *count, int64_t *total, struct error *err);
/* @total may be NULL. */
enum result read_total(struct reader *reader, struct error *err, const char *sql,
		       const struct db_value *values, size_t value_count, int64_t *total);

#endif
