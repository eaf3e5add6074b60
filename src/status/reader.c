#include "config.h"

#include "src/status/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/status/arrival.h"
#include "src/status/read.h"
#include "src/status/schema.h"
#include "src/status/tally.h"

/* ---- open and close -----------------------------------------------------------------------*/

static enum result open_reader(struct reader **out, const char *path, enum db_mode mode,
			       struct error *err)
{
	struct reader *reader;
	struct stat file;
	enum result st;
	int version = 0;

	*out = NULL;
	if (stat(path, &file) && errno == ENOENT)
		return error_set(err, RESULT_MISSING, "there is no status database %s yet", path);
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return error_set(err, RESULT_NOMEM, "no memory to open status database %s", path);
	st = db_open(&reader->db, path, mode, err);
	if (st == RESULT_OK)
		st = schema_look(&reader->db, &version, err);
	if (st == RESULT_OK && !version)
		st = error_set(err, RESULT_MISSING, "status database %s is empty yet", path);
	else if (st == RESULT_OK && version < schema_version())
		st = error_set(err, RESULT_OLD,
			       "status database %s was written by an older subferry: "
			       "open it for writing once, and it is brought up to date",
			       path);
	/* one a thread, and each commit empties it: two dozen large caches would help nobody */
	if (st == RESULT_OK)
		st = db_exec(&reader->db, "PRAGMA cache_size=-512", "cannot set it up", err);
	if (st == RESULT_OK) {
		*out = reader;
		return RESULT_OK;
	}
	reader_close(reader);
	return st;
}

enum result reader_open(struct reader **out, const char *path, struct error *err)
{
	return open_reader(out, path, DB_READ, err);
}

enum result reader_open_to_look(struct reader **out, const char *path, struct error *err)
{
	return open_reader(out, path, DB_LOOK, err);
}

bool reader_was_overtaken(const struct reader *reader)
{
	return db_was_written(&reader->db);
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	db_close(&reader->db);
	free(reader->groups.groups);
	matches_clear(&reader->findings);
	matches_clear(&reader->events);
	free(reader);
}

enum result reader_check_campus(struct reader *reader, const char *campus, struct error *err)
{
	return schema_check_campus(&reader->db, campus, err);
}

enum result reader_check_environment(struct reader *reader, const char *environment, struct error *err)
{
	return schema_check_environment(&reader->db, environment, err);
}

int64_t reader_version(struct reader *reader)
{
	int64_t version;
	enum result st;

	reader->deaf = true; /* there is no way to tell that it was given up */
	st = db_number(&reader->db, NULL, "PRAGMA data_version", NULL, 0, 0, &version);
	reader->deaf = false;
	return st == RESULT_OK ? version : 0;
}

enum result reader_begin(struct reader *reader, struct error *err)
{
	int64_t ignored;
	enum result st = db_run(&reader->db, err, "BEGIN", NULL, 0);

	/* Only the first read settles which state is seen. */
	if (st == RESULT_OK)
		st = db_number(&reader->db, err, "SELECT 1 FROM campus", NULL, 0, 0, &ignored);
	if (st != RESULT_OK)
		reader_end(reader);
	return st;
}

void reader_end(struct reader *reader)
{
	reader->deaf = true;
	if (!sqlite3_get_autocommit(reader->db.handle))
		db_run(&reader->db, NULL, "COMMIT", NULL, 0);
	reader->deaf = false;
}

static int is_stale(void *arg)
{
	struct reader *reader = arg;

	return !reader->deaf && reader->stale(reader->stale_arg);
}

void reader_interrupt_when(struct reader *reader, bool (*stale)(void *arg), void *arg)
{
	enum { STEPS = 2000 }; /* of SQLite's machine: some ten or hundred microseconds */

	reader->stale = stale;
	reader->stale_arg = arg;
	sqlite3_progress_handler(reader->db.handle, STEPS, stale ? is_stale : NULL, reader);
}

/* ---- reading rows -------------------------------------------------------------------------*/

enum result read_all(struct reader *reader, struct error *err, const struct row_kind *kind,
		     enum result st, sqlite3_stmt *stmt, void **rows, size_t *count)
{
	size_t room = 0;
	char *list = NULL;

	*rows = NULL;
	*count = 0;
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};

		if (*count == room) {
			char *more = reallocarray(list, room ? room * 2 : 16, kind->size);

			if (!more) {
				st = error_set(err, RESULT_NOMEM, "no memory for %zu rows",
					       room * 2);
				break;
			}
			list = more;
			room = room ? room * 2 : 16;
		}
		memset(list + *count * kind->size, 0, kind->size);
		kind->fill(&columns, list + (*count)++ * kind->size);
		st = col_result(&reader->db, &columns, err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	if (st == RESULT_END) {
		*rows = list;
		return RESULT_OK;
	}
	while (*count)
		kind->clear(list + --*count * kind->size);
	free(list);
	return st;
}

enum result read_rows(struct reader *reader, struct error *err, const struct row_kind *kind,
		      const char *sql, const struct db_value *values, size_t value_count,
		      void **rows, size_t *count)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err, sql, values, value_count, &stmt);

	return read_all(reader, err, kind, st, stmt, rows, count);
}

enum result read_row(struct reader *reader, struct error *err, const struct row_kind *kind,
		     const char *sql, const struct db_value *values, size_t value_count, void *row,
		     const char *missing)
{
	struct columns columns = {0};
	enum result st = db_first(&reader->db, err, sql, values, value_count, &columns.stmt);

	memset(row, 0, kind->size);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "%s", missing) : st;
	kind->fill(&columns, row);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	if (st != RESULT_OK)
		kind->clear(row);
	return st;
}

enum result read_total(struct reader *reader, struct error *err, const char *sql,
		       const struct db_value *values, size_t value_count, int64_t *total)
{
	if (!total)
		return RESULT_OK;
	return db_number(&reader->db, err, sql, values, value_count, 0, total);
}

/* ---- courses ------------------------------------------------------------------------------*/

static void fill_course(struct columns *columns, void *to)
{
	struct course_row *row = to;
	struct tally tally = {{0}};

	row->id = col_int(columns);
	row->key = col_text(columns);
	row->name = col_text(columns);
	row->location = col_text(columns);
	COL_WORD(columns, course_status_read, &row->status);
	COL_WORD(columns, course_intent_read, &row->intent);
	row->intent_number = col_int(columns);
	row->intent_finding = col_text(columns);
	row->gone = col_bool(columns);
	row->pass = col_int(columns);
	row->problem = col_text(columns);
	row->begun = col_int(columns);
	row->changed = col_int(columns);
	COL_WORD(columns, verify_level_read, &row->level);
	row->verified = col_int(columns);
	COL_WORD(columns, flag_step_read, &row->flag);
	COL_WORD(columns, evidence_state_read, &row->evidence);
	tally_read(&tally, columns, true);
	tally_counts(&tally, &row->counts);
	row->bytes = tally.n[TALLY_BYTES];
	row->videos = tally.n[TALLY_VIDEOS];
	row->tried = tally.n[TALLY_TRIED];
	row->failed = tally.n[TALLY_FAILED];
}

static void clear_course(void *row)
{
	course_row_clear(row);
}

const struct row_kind course_rows = {sizeof(struct course_row), fill_course, clear_course};

enum result reader_course(struct reader *reader, const char *key, struct course_row *out,
			  struct error *err)
{
	return read_row(reader, err, &course_rows,
			"SELECT " COURSE_COLUMNS " FROM course WHERE key = ?1",
			DB_VALUES(TEXT(key)), out, "no such course");
}

enum result reader_course_by_id(struct reader *reader, int64_t id, struct course_row *out,
				struct error *err)
{
	return read_row(reader, err, &course_rows,
			"SELECT " COURSE_COLUMNS " FROM course WHERE id = ?1", DB_VALUES(INT(id)),
			out, "no such course");
}

enum result reader_has_courses(struct reader *reader, bool *out, struct error *err)
{
	int64_t has = 0;
	enum result st = db_number(&reader->db, err, "SELECT EXISTS(SELECT 1 FROM course)", NULL, 0,
				   0, &has);

	*out = has;
	return st;
}

enum result reader_has_runs(struct reader *reader, bool *out, struct error *err)
{
	int64_t has = 0;
	enum result st =
		db_number(&reader->db, err, "SELECT EXISTS(SELECT 1 FROM run WHERE kind <> '" RUN_ARRIVING "')", NULL, 0, 0, &has);

	*out = has;
	return st;
}

/* ---- the campus as a whole ----------------------------------------------------------------*/

enum result reader_intent_number(struct reader *reader, int64_t *out, struct error *err)
{
	return db_number(&reader->db, err, "SELECT intent_number FROM campus", NULL, 0, 0, out);
}

static void fill_wanted(struct columns *columns, void *to)
{
	struct wanted *row = to;

	row->id = col_int(columns);
	row->number = col_int(columns);
	COL_WORD(columns, course_intent_read, &row->intent);
	COL_WORD(columns, course_status_read, &row->status);
}

static void clear_nothing(void *row)
{
	(void)row;
}

enum result reader_wanted(struct reader *reader, struct wanted **out, size_t *count,
			  struct error *err)
{
	static const struct row_kind kind = {sizeof(struct wanted), fill_wanted, clear_nothing};
	void *rows;
	enum result st;

	st = read_rows(reader, err, &kind,
		       "SELECT id, intent_number, intent, status FROM course"
		       " WHERE intent <> 'idle' AND gone = 0 ORDER BY intent_number",
		       NULL, 0, &rows, count);
	*out = rows;
	return st;
}

enum result reader_intent(struct reader *reader, int64_t course, enum course_intent *intent,
			  int64_t *number, struct error *err)
{
	struct columns columns = {0};
	enum result st;

	*intent = INTENT_IDLE;
	*number = 0;
	st = db_first(&reader->db, err, "SELECT intent, intent_number FROM course WHERE id = ?1",
		      DB_VALUES(INT(course)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such course") : st;
	COL_WORD(&columns, course_intent_read, intent);
	*number = col_int(&columns);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	return st;
}
