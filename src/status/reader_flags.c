/*
 * Reading flags: a course's row, those that are turning, and the next course of flip = auto.
 */
#include "config.h"

#include "src/status/rollout.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/read.h"

void flag_row_clear(struct flag_row *row)
{
	free(row->who);
	free(row->host);
	free(row->effective);
	free(row->own);
	free(row->global);
	free(row->text);
	memset(row, 0, sizeof(*row));
}

static void fill_flag(struct columns *columns, void *to)
{
	struct flag_row *row = to;

	row->course_id = col_int(columns);
	row->number = col_int(columns);
	COL_WORD(columns, flag_step_read, &row->state);
	row->evidence = col_int(columns);
	row->who = col_text(columns);
	row->host = col_text(columns);
	row->began = col_int(columns);
	row->effective = col_text(columns);
	row->own = col_text(columns);
	row->global = col_text(columns);
	row->read = col_int(columns);
	row->text = col_text(columns);
	row->auto_pass = col_int(columns);
}

static void clear_flag(void *row)
{
	flag_row_clear(row);
}

enum result reader_flag(struct reader *reader, int64_t course, struct flag_row *out, struct error *err)
{
	static const struct row_kind kind = {sizeof(struct flag_row), fill_flag, clear_flag};

	return read_row(reader, err, &kind,
			"SELECT course_id, number, state, evidence, who, host, began, effective, own,"
			" global, read, text, auto_pass FROM flag WHERE course_id = ?1",
			DB_VALUES(INT(course)), out, "nothing is known of the course's flag");
}

static void fill_id(struct columns *columns, void *to)
{
	*(int64_t *)to = col_int(columns);
}

static void clear_nothing(void *row)
{
	(void)row;
}

static const struct row_kind id_rows = {sizeof(int64_t), fill_id, clear_nothing};

enum result reader_flags_turning(struct reader *reader, int64_t **courses, size_t *count,
				 struct error *err)
{
	void *rows;
	enum result st = read_rows(reader, err, &id_rows,
				   "SELECT course_id FROM flag WHERE state LIKE 'turning-%'"
				   " ORDER BY number",
				   NULL, 0, &rows, count);

	*courses = rows;
	return st;
}

struct course_run {
	int64_t number;
	enum run_kind kind;
};

static void fill_run(struct columns *columns, void *to)
{
	struct course_run *run = to;

	run->number = col_int(columns);
	COL_WORD(columns, run_kind_read, &run->kind);
}

enum result reader_course_run(struct reader *reader, const char *key, int64_t *number,
			      enum run_kind *kind, struct error *err)
{
	static const struct row_kind run_rows = {sizeof(struct course_run), fill_run, clear_nothing};
	struct course_run run = {0};
	enum result st = read_row(reader, err, &run_rows,
				  "SELECT r.number, r.kind FROM run_course c JOIN run r ON r.number = c.run"
				  " WHERE c.course = ?1 AND c.ended <> 0 AND r.imported = 0"
				  " AND r.kind <> 'dry' ORDER BY c.run DESC LIMIT 1",
				  DB_VALUES(TEXT(key)), &run, "no run had the course");

	*number = run.number;
	*kind = run.kind;
	return st == RESULT_MISSING ? RESULT_OK : st;
}

#define WAITS_FOR_AUTO                                                                             \
	" FROM course c LEFT JOIN flag f ON f.course_id = c.id"                                    \
	" WHERE c.status = 'Migrated' AND c.intent = 'idle' AND c.gone = 0"                        \
	" AND c.pass > 0 AND coalesce(f.state, 'unknown') IN ('unknown', 'off')"                   \
	" AND coalesce(f.auto_pass, 0) < c.pass"

enum result reader_auto_next(struct reader *reader, int64_t *course, struct error *err)
{
	return read_row(reader, err, &id_rows, "SELECT c.id" WAITS_FOR_AUTO " ORDER BY c.id LIMIT 1",
			NULL, 0, course, "no course waits for flip = auto");
}

enum result reader_auto_count(struct reader *reader, int64_t *out, struct error *err)
{
	return db_number(&reader->db, err, "SELECT count(*)" WAITS_FOR_AUTO, NULL, 0, 0, out);
}
