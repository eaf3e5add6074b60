#include "config.h"

#include "src/status/reader.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/ids.h"
#include "src/status/read.h"

/*
 * Each order has its own literal, up and down, as statements are cached by the address of their
 * text. ?1 is a status or "", ?2 a part of key or name or "" (lower() knows ASCII only, and so
 * is the promise), ?3 and ?4 the page.
 */
#define FROM_COURSES                                                                               \
	" FROM course WHERE (?1 = '' OR status = ?1) AND (?2 = ''"                                 \
	" OR instr(lower(key), lower(?2)) OR instr(lower(name), lower(?2)))"
#define STATUS_RANK                                                                                \
	"CASE status WHEN 'Not-Migrated' THEN 0 WHEN 'In-Progress' THEN 1 WHEN 'Migrated' THEN 2"  \
	" ELSE 3 END"
#define DIFFERENCE                                                                                 \
	"CASE WHEN pass = 0 AND videos = 0 THEN -1 ELSE expected - in_val - unknown + differing END"
#define PROGRESS "CASE WHEN videos = 0 THEN -1 ELSE tried * 10000 / videos END"
#define FLAG_RANK                                                                                  \
	"CASE WHEN flag LIKE 'turning-%' THEN 3 WHEN flag = 'on' AND evidence != 'fresh' THEN 4"   \
	" WHEN flag = 'on' THEN 2 WHEN flag = 'off' THEN 1 ELSE 0 END"
#define PAGE " LIMIT ?3 OFFSET ?4"
#define BOTH(what, up, down)                                                                       \
	{                                                                                          \
		"SELECT " what FROM_COURSES " ORDER BY " up PAGE,                                  \
			"SELECT " what FROM_COURSES " ORDER BY " down PAGE,                        \
	}
#define BY(what, column) BOTH(what, column ", key", column " DESC, key DESC")
#define ORDERS(what)                                                                               \
	{                                                                                          \
		[SORT_KEY] = BOTH(what, "key", "key DESC"),                                        \
		[SORT_NAME] = BY(what, "name COLLATE NOCASE"),                                     \
		[SORT_STATUS] = BY(what, STATUS_RANK), [SORT_VIDEOS] = BY(what, "videos"),         \
		[SORT_EXPECTED] = BY(what, "expected"), [SORT_IN_VAL] = BY(what, "in_val"),        \
		[SORT_FINDINGS] = BOTH(what, "errors, warnings, notices, key",                     \
				       "errors DESC, warnings DESC, notices DESC, key DESC"),      \
		[SORT_CHANGED] = BY(what, "changed"),                                              \
		[SORT_DIFFERENCE] = BOTH(what, DIFFERENCE ", unknown, key",                        \
					 DIFFERENCE " DESC, unknown DESC, key DESC"),              \
		[SORT_ATTEMPTS] = BY(what, "pass"), [SORT_PROGRESS] = BY(what, PROGRESS),          \
		[SORT_VERIFIED] = BY(what, "verified"), [SORT_FLAG] = BY(what, FLAG_RANK),         \
	}

static const char *const rows_sql[SORT_COUNT][2] = ORDERS(COURSE_COLUMNS);
static const char *const ids_sql[SORT_COUNT][2] = ORDERS("id");

static const char *status_of(const struct course_query *query)
{
	return query->status >= 0 ? course_status_name((enum course_status)query->status) : "";
}

static const char *sql_of(const char *const sql[SORT_COUNT][2], const struct course_query *query)
{
	size_t sort = (size_t)query->sort < SORT_COUNT ? (size_t)query->sort : SORT_KEY;

	return sql[sort][query->descending];
}

enum result reader_courses(struct reader *reader, const struct course_query *query,
			   struct course_row **rows, size_t *count, int64_t *total,
			   struct error *err)
{
	void *list;
	enum result st;

	st = read_rows(reader, err, &course_rows, sql_of(rows_sql, query),
		       DB_VALUES(TEXT(status_of(query)), TEXT(query->text), INT(query->count),
				 INT(query->first)),
		       &list, count);
	*rows = list;
	if (st == RESULT_OK)
		st = read_total(reader, err, "SELECT count(*)" FROM_COURSES,
				DB_VALUES(TEXT(status_of(query)), TEXT(query->text)), total);
	if (st == RESULT_OK)
		return st;
	while (*count)
		course_row_clear(&(*rows)[--*count]);
	free(*rows);
	*rows = NULL;
	return st;
}

enum result reader_course_ids(struct reader *reader, const struct course_query *query,
			      int64_t **ids, size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct ids list = {0};
	enum result st;

	st = db_first(&reader->db, err, sql_of(ids_sql, query),
		      DB_VALUES(TEXT(status_of(query)), TEXT(query->text), INT(-1), INT(0)), &stmt);
	st = ids_read(&list, &reader->db, st, stmt, err);
	if (st != RESULT_OK)
		ids_clear(&list);
	*ids = list.list;
	*count = list.count;
	return st;
}
