#include "config.h"

#include "src/status/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/status/fields.h"
#include "src/status/read.h"

/*
 * A filter is no SQL: rows are walked through in C, with texts that are not copied, and what
 * passes is kept as ids. Which rows pass costs a walk; a page of them costs what is shown.
 */

enum { SECOND = 1000000 };

void matches_clear(struct matches *matches)
{
	ids_clear(&matches->ids);
	free(matches->question);
	matches->question = NULL;
	matches->state = 0;
}

/* Makes @matches those of the question @text (taken), and empties them if they were another's. */
static enum result ask(struct matches *matches, struct buf *text, struct error *err)
{
	char *question = buf_take(text);

	if (!question) {
		matches_clear(matches);
		return error_set(err, RESULT_NOMEM, "no memory for a filter");
	}
	if (matches->question && !strcmp(matches->question, question)) {
		free(question);
		return RESULT_OK;
	}
	matches_clear(matches);
	matches->question = question;
	return RESULT_OK;
}

/* The second that ages count from: two pages asked within it are of the same list. */
static int64_t second_of(const struct filter *filter, int64_t now)
{
	return filter_is_timed(filter) ? now / SECOND * SECOND : 0;
}

/* At most @count (-1: all) of @ids from the number @first on, or with @backwards as counted from
   the end; their rows are what @sql reads of an id. */
static enum result read_page(struct reader *reader, const struct row_kind *kind, const char *sql,
			     const struct ids *ids, int64_t first, int64_t count, bool backwards,
			     void **rows, size_t *got, struct error *err)
{
	size_t from = first < 0 ? 0 : (size_t)first, left;
	enum result st = RESULT_OK;
	char *list;

	left = from < ids->count ? ids->count - from : 0;
	if (count >= 0 && left > (size_t)count)
		left = (size_t)count;
	if (!left)
		return RESULT_OK;
	list = calloc(left, kind->size);
	if (!list)
		return error_set(err, RESULT_NOMEM, "no memory for %zu rows", left);
	for (; *got < left; ++*got) {
		size_t at = backwards ? ids->count - 1 - from - *got : from + *got;

		st = read_row(reader, err, kind, sql, DB_VALUES(INT(ids->list[at])),
			      list + *got * kind->size, "the row is gone");
		if (st != RESULT_OK)
			break;
	}
	if (st == RESULT_OK) {
		*rows = list;
		return RESULT_OK;
	}
	while (*got)
		kind->clear(list + --*got * kind->size);
	free(list);
	return st;
}

/* ---- findings -----------------------------------------------------------------------------*/

/* Of a row that lives until the statement's next step. */
static bool peek_finding(sqlite3_stmt *stmt, struct finding_row *row)
{
	struct columns columns = {stmt, 3, RESULT_OK};

	*row = (struct finding_row){.id = sqlite3_column_int64(stmt, 0)};
	row->course = (char *)col_peek(&columns);
	row->block = (char *)col_peek(&columns);
	row->language = (char *)col_peek(&columns);
	row->code = finding_by_name(col_peek(&columns));
	row->severity = (enum finding_severity)col_int(&columns);
	row->text = (char *)col_peek(&columns);
	columns.next++; /* seen */
	row->waived = col_bool(&columns);
	row->reason = (char *)col_peek(&columns);
	row->who = (char *)col_peek(&columns);
	row->at = col_int(&columns);
	return row->code != FINDING_NONE && (unsigned)row->severity <= FINDING_ERROR;
}

/*
 * What a filter asks that stands in the index of the order is answered there, in one walk.
 *
 * Else there are two: over the table as it lies on the disk for what passes, and along the index
 * for its order. One walk in order would fetch each row from another place, and to sort the rows
 * that pass would cost more where nearly all do.
 */
#define INDEXED(where)                                                                             \
	"SELECT f.id, 0, 0, '', f.block, f.language, f.code, f.severity, '', '', f.waived, '', "   \
	"'', 0"                                                                                    \
	" FROM finding f WHERE " where " AND " FINDING_MATCHES FINDING_ORDER
#define PASSING(how, where)                                                                        \
	"SELECT " FINDING_COLUMNS " FROM finding f " how " CROSS JOIN course c"                    \
	" WHERE c.id = f.course_id AND " where " AND " FINDING_MATCHES
#define ORDERED(where)                                                                             \
	"SELECT f.id FROM finding f WHERE " where " AND " FINDING_MATCHES FINDING_ORDER

static const struct {
	const char *indexed, *passing, *ordered;
} finding_sql[] = {
    {INDEXED("?1 = 0"), PASSING("NOT INDEXED", "?1 = 0"), ORDERED("?1 = 0")},
    {INDEXED("f.course_id = ?1"), PASSING("", "f.course_id = ?1"), ORDERED("f.course_id = ?1")},
    {INDEXED("f.video_id = ?1"), PASSING("", "f.video_id = ?1"), ORDERED("f.video_id = ?1")},
};

static bool asks_index_only(const struct filter *filter)
{
	static const char *const others[] = {"course", "text", "who", "reason", "found"};

	for (size_t i = 0; i < finding_fields.count; i++)
		for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
			if (!strcmp(finding_fields.fields[i].name, others[n]) &&
			    filter_asks(filter, i))
				return false;
	return true;
}

static enum result passing_findings(struct reader *reader, const struct finding_query *query,
				    int64_t now, const char *sql, const struct db_value *values,
				    size_t value_count, struct ids *ids, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err, sql, values, value_count, &stmt);

	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns damaged = {stmt, 0, RESULT_DAMAGED};
		struct finding_row row;

		if (!peek_finding(stmt, &row))
			st = col_result(&reader->db, &damaged, err);
		else if (filter_passes(query->filter, finding_field, &row, now))
			st = ids_add(ids, &row.id, 1, err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* Adds those of @passing (sorted) in the order of @sql. */
static enum result order_findings(struct reader *reader, const char *sql,
				  const struct db_value *values, size_t value_count,
				  const struct ids *passing, struct ids *out, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err, sql, values, value_count, &stmt);

	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		int64_t id = sqlite3_column_int64(stmt, 0);

		if (ids_have(passing, id))
			st = ids_add(out, &id, 1, err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result match_findings(struct reader *reader, const struct finding_query *query,
				  int64_t now, struct ids *out, struct error *err)
{
	const char *code =
	    query->code >= 0 ? finding_info((enum finding_code)query->code)->name : "";
	int which = query->video ? 2 : query->course ? 1 : 0;
	const struct db_value values[] = {
	    INT(query->video ? query->video : query->course),
	    TEXT(code),
	    INT(query->with_waived),
	};
	struct ids passing = {0};
	enum result st;

	if (asks_index_only(query->filter))
		return passing_findings(reader, query, now, finding_sql[which].indexed, values, 3,
					out, err);
	st = passing_findings(reader, query, now, finding_sql[which].passing, values, 3, &passing,
			      err);
	ids_sort(&passing);
	if (st == RESULT_OK && passing.count)
		st = order_findings(reader, finding_sql[which].ordered, values, 3, &passing, out,
				    err);
	ids_clear(&passing);
	return st;
}

/* Inside a transaction: the version is that of the rows. */
static enum result findings_of_now(struct reader *reader, const struct finding_query *query,
				   void **rows, size_t *count, int64_t *total, struct error *err)
{
	struct matches *matches = &reader->findings;
	int64_t now = second_of(query->filter, query->now);
	int64_t version = reader_version(reader);
	struct buf question = BUF_INIT;
	enum result st;

	buf_printf(&question, "%" PRId64 " %" PRId64 " %d %d %" PRId64 " %s", query->course,
		   query->video, query->code, query->with_waived, now, filter_text(query->filter));
	st = ask(matches, &question, err);
	if (st != RESULT_OK)
		return st;
	if (!version || matches->state != version) {
		matches->ids.count = 0;
		st = match_findings(reader, query, now, &matches->ids, err);
		if (st != RESULT_OK) {
			matches_clear(matches);
			return st;
		}
		matches->state = version;
	}
	if (total)
		*total = (int64_t)matches->ids.count;
	return read_page(reader, &finding_rows,
			 "SELECT " FINDING_COLUMNS " FROM finding f"
			 " JOIN course c ON c.id = f.course_id WHERE f.id = ?1",
			 &matches->ids, query->first, query->count, false, rows, count, err);
}

enum result read_matching_findings(struct reader *reader, const struct finding_query *query,
				   void **rows, size_t *count, int64_t *total, struct error *err)
{
	bool alone = sqlite3_get_autocommit(reader->db.handle);
	enum result st = alone ? reader_begin(reader, err) : RESULT_OK;

	*rows = NULL;
	if (total)
		*total = 0;
	if (st == RESULT_OK)
		st = findings_of_now(reader, query, rows, count, total, err);
	if (alone)
		reader_end(reader);
	return st;
}

/* ---- events -------------------------------------------------------------------------------*/

/* They are only ever added: what was looked through once need not be again. */
static const char *const new_events_sql[] = {
    "SELECT " EVENT_COLUMNS " FROM event WHERE ?2 = '' AND id > ?1 ORDER BY id",
    "SELECT " EVENT_COLUMNS " FROM event WHERE"
    " (object = ?2 OR (object >= ?2 || ' ' AND object < ?2 || '!')) AND id > ?1 ORDER BY id",
};

static bool peek_event(sqlite3_stmt *stmt, struct event_row *row)
{
	struct columns columns = {stmt, 0, RESULT_OK};

	*row = (struct event_row){.id = col_int(&columns)};
	row->at = col_int(&columns);
	row->severity = (enum finding_severity)col_int(&columns);
	row->who = (char *)col_peek(&columns);
	row->action = (char *)col_peek(&columns);
	row->object = (char *)col_peek(&columns);
	row->what = (char *)col_peek(&columns);
	row->why = (char *)col_peek(&columns);
	return (unsigned)row->severity <= FINDING_ERROR;
}

static enum result match_events(struct reader *reader, const struct event_query *query, int64_t now,
				struct error *err)
{
	struct matches *matches = &reader->events;
	bool some = query->object && *query->object;
	sqlite3_stmt *stmt = NULL;
	enum result st;

	st = db_first(&reader->db, err, new_events_sql[some],
		      DB_VALUES(INT(matches->state), TEXT(query->object)), &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns damaged = {stmt, 0, RESULT_DAMAGED};
		struct event_row row;

		if (!peek_event(stmt, &row))
			st = col_result(&reader->db, &damaged, err);
		else if (filter_passes(query->filter, event_field, &row, now))
			st = ids_add(&matches->ids, &row.id, 1, err);
		if (st != RESULT_OK)
			break;
		matches->state = row.id;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result read_matching_events(struct reader *reader, const struct event_query *query,
				 void **rows, size_t *count, int64_t *total, struct error *err)
{
	struct matches *matches = &reader->events;
	int64_t now = second_of(query->filter, query->now);
	struct buf question = BUF_INIT;
	enum result st;

	*rows = NULL;
	if (total)
		*total = 0;
	buf_printf(&question, "%" PRId64 " %s\n%s", now, query->object ? query->object : "",
		   filter_text(query->filter));
	st = ask(matches, &question, err);
	if (st == RESULT_OK)
		st = match_events(reader, query, now, err);
	if (st != RESULT_OK)
		return st;
	if (total)
		*total = (int64_t)matches->ids.count;
	return read_page(reader, &event_rows, "SELECT " EVENT_COLUMNS " FROM event WHERE id = ?1",
			 &matches->ids, query->first, query->count, true, rows, count, err);
}
