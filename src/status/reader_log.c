#include "config.h"

#include "src/status/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/read.h"

/* ---- events -------------------------------------------------------------------------------*/

static void fill_event(struct columns *columns, void *to)
{
	struct event_row *row = to;

	row->id = col_int(columns);
	row->at = col_int(columns);
	row->severity = (enum finding_severity)col_int(columns);
	if ((unsigned)row->severity > FINDING_ERROR)
		columns->st = RESULT_DAMAGED;
	row->who = col_text(columns);
	row->action = col_text(columns);
	row->object = col_text(columns);
	row->what = col_text(columns);
	row->why = col_text(columns);
	row->hash = col_text(columns);
}

static void clear_event(void *row)
{
	event_row_clear(row);
}

const struct row_kind event_rows = {sizeof(struct event_row), fill_event, clear_event};

/*
 * The chain of events has no holes (event.h): the newest id is how many there are, and a page is
 * a range of ids, however deep it lies among a million. Of an object, the page is cut from its
 * index first: it is ?1 itself, or ?1, a blank and more ('!' comes next after the blank).
 */
#define OF_OBJECT                                                                                  \
	" FROM event WHERE (object = ?1 OR (object >= ?1 || ' ' AND object < ?1 || '!'))"

static const struct {
	const char *rows, *total;
} event_sql[] = {
	{"SELECT " EVENT_COLUMNS " FROM event WHERE ?1 = ''"
	 " AND id <= (SELECT max(id) FROM event) - ?3 ORDER BY id DESC LIMIT ?2",
	 "SELECT coalesce(max(id), 0) FROM event WHERE ?1 = ''"},
	{"SELECT " EVENT_COLUMNS " FROM event WHERE id IN"
	 " (SELECT id" OF_OBJECT " ORDER BY id DESC LIMIT ?2 OFFSET ?3) ORDER BY id DESC",
	 "SELECT count(*)" OF_OBJECT},
};

enum result reader_events(struct reader *reader, const struct event_query *query,
			  struct event_row **rows, size_t *got, int64_t *total, struct error *err)
{
	bool some = query->object && *query->object;
	void *list = NULL;
	enum result st;

	*rows = NULL;
	*got = 0;
	if (query->filter)
		st = read_matching_events(reader, query, &list, got, total, err);
	else
		st = read_total(reader, err, event_sql[some].total, DB_VALUES(TEXT(query->object)),
				total);
	if (st == RESULT_OK && !query->filter)
		st = read_rows(
			reader, err, &event_rows, event_sql[some].rows,
			DB_VALUES(TEXT(query->object), INT(query->count), INT(query->first)),
			&list, got);
	*rows = list;
	return st;
}

enum result status_check_events(struct reader *reader, char head[HASH_HEX], struct error *err)
{
	char hash[HASH_HEX];
	sqlite3_stmt *stmt = NULL;
	int64_t last = 0;
	enum result st;

	head[0] = '\0';
	st = db_first(&reader->db, err, "SELECT " EVENT_COLUMNS " FROM event ORDER BY id", NULL, 0,
		      &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};
		struct event_row row = {0};

		fill_event(&columns, &row);
		st = col_result(&reader->db, &columns, err);
		if (st == RESULT_OK)
			st = event_hash(head, &row, hash, err);
		if (st == RESULT_OK && (strcmp(hash, row.hash) || row.id != last + 1))
			st = error_set(err, RESULT_DAMAGED,
				       "the audit was changed: event %lld of status "
				       "database %s does not follow from the one before",
				       (long long)row.id, reader->db.path);
		last = row.id;
		event_row_clear(&row);
		if (st != RESULT_OK)
			break;
		memcpy(head, hash, HASH_HEX);
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* ---- the holder and what is remembered ----------------------------------------------------*/

static void fill_holder(struct columns *columns, void *to)
{
	struct holder_row *row = to;

	row->held = col_bool(columns);
	row->who = col_text(columns);
	row->host = col_text(columns);
	row->pid = col_int(columns);
	row->since = col_int(columns);
	row->beat = col_int(columns);
	row->hold = col_text(columns);
	row->hold_since = col_int(columns);
	row->under_way = col_int(columns);
	COL_WORD(columns, hold_reason_read, &row->reason);
	row->workers = col_int(columns);
	row->rate = col_int(columns);
	row->began = col_int(columns);
}

static void clear_holder(void *row)
{
	holder_row_clear(row);
}

enum result reader_holder(struct reader *reader, struct holder_row *out, struct error *err)
{
	static const struct row_kind kind = {sizeof(struct holder_row), fill_holder, clear_holder};

	/* Before anybody held it: an empty row that is not held. */
	return read_row(reader, err, &kind,
			"SELECT held, who, host, pid, since, beat, hold, hold_since, under_way, held_by,"
			" workers, rate, began FROM (SELECT * FROM holder UNION ALL"
			"  SELECT 2, 0, '', '', 0, 0, 0, '', 0, 0, '', 0, 0, 0)"
			" ORDER BY id LIMIT 1",
			NULL, 0, out, "");
}

enum result reader_steering(struct reader *reader, int64_t after,
			    struct steering_row rows[STEER_COUNT], size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	*count = 0;
	st = db_first(&reader->db, err,
		      "SELECT name, value, number, who FROM steering WHERE number > ?1"
		      " ORDER BY number LIMIT ?2",
		      DB_VALUES(INT(after), INT(STEER_COUNT)), &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};
		struct steering_row *row = &rows[(*count)++];

		COL_WORD(&columns, steer_read, &row->what);
		row->value = col_int(&columns);
		row->number = col_int(&columns);
		snprintf(row->who, sizeof(row->who), "%s", col_peek(&columns));
		st = col_result(&reader->db, &columns, err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result reader_recall(struct reader *reader, const char *name, char **out, struct error *err)
{
	struct columns columns = {0};
	enum result st;

	*out = NULL;
	st = db_first(&reader->db, err, "SELECT value FROM memory WHERE name = ?1",
		      DB_VALUES(TEXT(name)), &columns.stmt);
	if (st == RESULT_END) {
		*out = strdup("");
		return *out ? RESULT_OK : error_set(err, RESULT_NOMEM, "no memory");
	}
	if (st != RESULT_OK)
		return st;
	*out = col_text(&columns);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	return st;
}
