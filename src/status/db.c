#include "config.h"

#include "src/status/db.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/dbwriter.h"
#include "src/base/rival.h"
#include "src/status/place.h"

enum { BUSY_MS = 5000 };

/* ---- open and close -----------------------------------------------------------------------*/

/* The file as SQLite's URI that says: nobody writes it (free()); NULL without memory. */
static char *still_uri(const char *path)
{
	struct buf uri = BUF_INIT;

	buf_add_text(&uri, *path == '/' ? "file://" : "file:");
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		if (strchr("?#%", *c))
			buf_printf(&uri, "%%%02X", *c);
		else
			buf_add_char(&uri, (char)*c);
	buf_add_text(&uri, "?immutable=1");
	return buf_take(&uri);
}

/* Nobody has it open: the file beside it is not there. */
static bool is_still(const char *path)
{
	struct buf wal = BUF_INIT;
	bool still;

	buf_printf(&wal, "%s-wal", path);
	still = !wal.failed && access(buf_text(&wal), F_OK) && errno == ENOENT;
	buf_clear(&wal);
	return still;
}

/* SQLite makes files beside what it reads, too. */
static bool may_make_files(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : NULL;
	bool may = (slash && !folder) || !access(slash ? folder : ".", W_OK);

	free(folder);
	return may;
}

static void remember(struct db *db)
{
	struct stat file;

	if (stat(db->path, &file))
		memset(&file, 0, sizeof(file));
	db->still.it = true;
	db->still.size = file.st_size;
	db->still.at = file.st_mtim;
}

bool db_was_written(const struct db *db)
{
	struct db now = {.path = db->path};

	if (!db->still.it)
		return false;
	remember(&now);
	return now.still.size != db->still.size || now.still.at.tv_sec != db->still.at.tv_sec ||
	       now.still.at.tv_nsec != db->still.at.tv_nsec;
}

enum result db_open(struct db *db, const char *path, enum db_mode mode, struct error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	char *uri = NULL;
	enum result st;
	int code;

	memset(db, 0, sizeof(*db));
	st = place_check(path, "status database", err);
	if (st != RESULT_OK)
		return st;
	db->path = strdup(path);
	if (!db->path)
		return error_set(err, RESULT_NOMEM, "no memory to open status database %s", path);
	if ((mode == DB_LOOK || (mode == DB_READ && !may_make_files(path))) && is_still(path)) {
		if (!(uri = still_uri(path)))
			return error_set(err, RESULT_NOMEM, "no memory to open status database %s", path);
		remember(db);
	}
	flags |= mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	dbwriter_setup();
	code = sqlite3_open_v2(uri ? uri : path, &db->handle, flags | (uri ? SQLITE_OPEN_URI : 0), NULL);
	free(uri);
	if (code != SQLITE_OK)
		return db_fail(db, code, "cannot open it", err);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* The file may have been made by anybody: its schema gets no power over the program. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return RESULT_OK;
}

void db_forget(struct db *db)
{
	for (size_t i = 0; i < DB_CACHE; i++)
		sqlite3_finalize(db->cache[i].stmt);
	memset(db->cache, 0, sizeof(db->cache));
}

void db_close(struct db *db)
{
	db_forget(db);
	if (!db->on_writer) /* else dbwriter_free() has closed it */
		sqlite3_close(db->handle);
	db->handle = NULL;
	free(db->path);
	db->path = NULL;
}

/* ---- errors -------------------------------------------------------------------------------*/

enum result db_fail(const struct db *db, int code, const char *doing, struct error *err)
{
	const char *path = db->path;
	const char *words = db->handle && sqlite3_errcode(db->handle) != SQLITE_OK
				    ? sqlite3_errmsg(db->handle)
				    : sqlite3_errstr(code);
	int number = db->handle ? sqlite3_system_errno(db->handle) : 0;
	const char *system = number ? strerror(number) : words;
	char rival[64];

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return error_set(err, RESULT_BUSY,
				 "status database %s is locked by %s: end "
				 "that program or wait, then try again (%s)",
				 path, rival_name(path, rival, sizeof(rival)), words);
	case SQLITE_FULL:
		return error_set(err, RESULT_UNREACHABLE,
				 "status database %s cannot grow (%s): make "
				 "room on its disk, then try again",
				 path, words);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return error_set(err, RESULT_UNREACHABLE,
				 "status database %s cannot be written: give "
				 "this user the right to write the file and its folder (%s)",
				 path, words);
	case SQLITE_CANTOPEN:
		return error_set(err, RESULT_UNREACHABLE,
				 "status database %s cannot be opened (%s): give "
				 "this user the right to write the file and its folder",
				 path, system);
	case SQLITE_IOERR:
		return error_set(err, RESULT_UNREACHABLE,
				 "status database %s: %s: %s: look after its "
				 "disk, then try again",
				 path, doing, system);
	case SQLITE_CORRUPT:
		return error_set(err, RESULT_FATAL,
				 "status database %s is damaged (%s): move it away; a "
				 "new one finds what was migrated",
				 path, words);
	case SQLITE_NOTADB:
		return error_set(err, RESULT_FATAL,
				 "%s is not a status database (%s): correct [campus] "
				 "status_db, or move the file away",
				 path, words);
	case SQLITE_INTERRUPT: /* reader_interrupt_when() */
		return error_set(err, RESULT_CANCELED, "status database %s: %s: given up", path,
				 doing);
	case SQLITE_NOMEM:
		return error_set(err, RESULT_NOMEM, "no memory for status database %s", path);
	default:
		return error_set(err, RESULT_FATAL, "status database %s: %s: %s", path, doing,
				 words);
	}
}

enum result db_explain(const char *path, enum result st, struct error *err)
{
	char rival[64];

	if (!err || strstr(err->text, "status database"))
		return st;
	switch (st) {
	case RESULT_BUSY:
		return error_set(err, st,
				 "status database %s is locked by %s: end that "
				 "program or wait, then try again",
				 path, rival_name(path, rival, sizeof(rival)));
	case RESULT_UNREACHABLE:
		error_prefix(
			err,
			"status database cannot be written, mend that and try again");
		return st;
	case RESULT_DAMAGED:
		error_prefix(err,
			     "status database is damaged: move it away; a new one finds what was "
			     "migrated");
		return st;
	default:
		error_prefix(err, "status database");
		return st;
	}
}

/* ---- statements ---------------------------------------------------------------------------*/

static enum result prepare(struct db *db, const char *sql, sqlite3_stmt **out, struct error *err)
{
	size_t slot = ((uintptr_t)sql >> 3) * 2654435761u % DB_CACHE;
	size_t tries = 0;
	int code;

	if (db->on_writer) {
		*out = dbwriter_stmt(db->handle, sql);
		return *out ? RESULT_OK
			    : db_fail(db, sqlite3_errcode(db->handle), "cannot prepare", err);
	}
	while (db->cache[slot].sql && db->cache[slot].sql != sql) {
		assert(++tries < DB_CACHE && "more statements than slots");
		slot = (slot + 1) % DB_CACHE;
	}
	if (!db->cache[slot].sql) {
		code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
					  &db->cache[slot].stmt, NULL);
		if (code != SQLITE_OK)
			return db_fail(db, code, "cannot prepare", err);
		db->cache[slot].sql = sql;
	}
	*out = db->cache[slot].stmt;
	sqlite3_reset(*out);
	return RESULT_OK;
}

static int bind(sqlite3_stmt *stmt, int index, const struct db_value *value)
{
	switch (value->kind) {
	case DB_INT:
		return sqlite3_bind_int64(stmt, index, value->number);
	case DB_TEXT:
		return sqlite3_bind_text(stmt, index, value->text ? value->text : "", -1,
					 SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, index);
	}
}

enum result db_first(struct db *db, struct error *err, const char *sql,
		     const struct db_value *values, size_t count, sqlite3_stmt **out)
{
	enum result st = prepare(db, sql, out, err);
	int code = SQLITE_OK;

	if (st != RESULT_OK) {
		*out = NULL;
		return st;
	}
	assert((size_t)sqlite3_bind_parameter_count(*out) == count);
	for (size_t i = 0; i < count && code == SQLITE_OK; i++)
		code = bind(*out, (int)i + 1, &values[i]);
	if (code != SQLITE_OK)
		return db_fail(db, code, "cannot bind a value", err);
	return db_next(db, err, *out);
}

enum result db_next(struct db *db, struct error *err, sqlite3_stmt *stmt)
{
	int code = sqlite3_step(stmt);
	enum result st;

	if (code == SQLITE_ROW)
		return RESULT_OK;
	/* Before the reset, which would clear the connection's words. */
	st = code == SQLITE_DONE
		     ? RESULT_END
		     : db_fail(db, code,
			       sqlite3_stmt_readonly(stmt) ? "cannot read" : "cannot write", err);
	sqlite3_reset(stmt);
	return st;
}

void db_done(sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
}

enum result db_run(struct db *db, struct error *err, const char *sql, const struct db_value *values,
		   size_t count)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(db, err, sql, values, count, &stmt);

	while (st == RESULT_OK)
		st = db_next(db, err, stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result db_number(struct db *db, struct error *err, const char *sql,
		      const struct db_value *values, size_t count, int64_t otherwise, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(db, err, sql, values, count, &stmt);

	*out = otherwise;
	if (st == RESULT_OK)
		*out = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result db_exec(struct db *db, const char *sql, const char *doing, struct error *err)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? RESULT_OK : db_fail(db, code, doing, err);
}

/* ---- columns ------------------------------------------------------------------------------*/

int64_t col_int(struct columns *columns)
{
	return sqlite3_column_int64(columns->stmt, columns->next++);
}

bool col_bool(struct columns *columns)
{
	return col_int(columns) != 0;
}

const char *col_peek(struct columns *columns)
{
	const char *text = (const char *)sqlite3_column_text(columns->stmt, columns->next++);

	return text ? text : "";
}

char *col_text(struct columns *columns)
{
	char *copy = strdup(col_peek(columns));

	if (!copy)
		columns->st = RESULT_NOMEM;
	return copy;
}

enum result col_result(const struct db *db, const struct columns *columns, struct error *err)
{
	if (columns->st == RESULT_NOMEM)
		return error_set(err, RESULT_NOMEM, "no memory to read status database %s",
				 db->path);
	if (columns->st != RESULT_OK)
		return error_set(
			err, RESULT_FATAL,
			"status database %s is damaged (a word in it is none "
			"of this program's): move it away; a new one finds what was migrated",
			db->path);
	return RESULT_OK;
}
