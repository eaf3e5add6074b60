#include "config.h"

#include "src/val/connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/dbwriter.h"
#include "src/val/schema.h"

enum {
	BUSY_MS = 10000,
	IDLE_READERS = 16, /* kept open between lookups */
};

/* ---- opening --------------------------------------------------------------------------------*/

static bool is_missing(const char *path)
{
	struct stat info;

	return stat(path, &info) != 0 && errno == ENOENT;
}

/* Nothing waits in a write-ahead log: what the file itself holds is all there is. */
static bool has_empty_log(const char *path)
{
	struct buf wal = BUF_INIT;
	struct stat info;
	bool empty;

	buf_printf(&wal, "%s-wal", path);
	empty =
	    !wal.failed && (stat(buf_text(&wal), &info) != 0 ? errno == ENOENT : info.st_size == 0);
	buf_clear(&wal);
	return empty;
}

/* There is no log at all, and what SQLite makes could be taken away again. */
static bool can_tidy(const char *path)
{
	struct buf wal = BUF_INIT;
	struct stat info;
	bool can;

	buf_printf(&wal, "%s-wal", path);
	can = !wal.failed && stat(buf_text(&wal), &info) != 0 && errno == ENOENT &&
	      !access(path, R_OK | W_OK);
	buf_clear(&wal);
	return can;
}

/* SQLite's URI of a file that nobody changes: read without the locks that need writing. */
static int open_immutable(sqlite3 **db, const char *path)
{
	struct buf uri = BUF_INIT;
	int code = SQLITE_NOMEM;

	buf_add_text(&uri, "file:");
	for (const char *p = path; *p; p++)
		if (strchr("%?#", *p))
			buf_printf(&uri, "%%%02X", (unsigned char)*p);
		else
			buf_add_char(&uri, *p);
	buf_add_text(&uri, "?immutable=1");
	if (!uri.failed)
		code = sqlite3_open_v2(buf_text(&uri), db,
				       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
				       NULL);
	buf_clear(&uri);
	return code;
}

/* Opens, and reads once: only then SQLite looks at the file. */
static int try_open(sqlite3 **db, const char *path, int flags)
{
	int code;

	dbwriter_setup();
	code = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return code;
	sqlite3_extended_result_codes(*db, 1);
	sqlite3_busy_timeout(*db, BUSY_MS);
	return sqlite3_exec(*db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
}

static enum result open_error(sqlite3 *db, const char *path, int code, struct error *err)
{
	const char *file = db ? sqlite3_db_filename(db, "main") : NULL;
	char doing[320] = "cannot open edx-val";

	if (!file || !*file) /* SQLite could not even note the name */
		snprintf(doing, sizeof(doing), "cannot open edx-val: %s", path);
	return dbwriter_error(db, code, doing, err);
}

enum result connect_reading(const char *path, bool read_only, sqlite3 **out, struct error *err)
{
	sqlite3 *db = NULL;
	enum result st = RESULT_OK;
	int code;

	/* A reader that may write nowhere still shares the log's index with the writer. */
	code = try_open(&db, path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
	if (read_only && ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY) &&
	    has_empty_log(path) && !access(path, R_OK)) {
		/* The log's index cannot be made (a read-only medium), and there is no log. */
		sqlite3_close(db);
		db = NULL;
		code = open_immutable(&db, path);
	}
	if (code == SQLITE_OK)
		code = sqlite3_exec(db, "PRAGMA query_only = ON; PRAGMA cache_size = -512", NULL,
				    NULL, NULL);
	if (code != SQLITE_OK)
		st = open_error(db, path, code, err);
	if (st != RESULT_OK) {
		sqlite3_close(db);
		db = NULL;
	}
	*out = db;
	return st;
}

/* Journal and durability; the answer of journal_mode says what SQLite really does. */
static enum result set_modes(sqlite3 *db, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	int code = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code != SQLITE_ROW)
		st = dbwriter_error(db, code, "cannot open edx-val", err);
	else if (sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), "wal"))
		st = error_set(err, RESULT_REFUSED,
			       "%s: this file system cannot hold a write-ahead log"
			       " (is it a network one?)",
			       sqlite3_db_filename(db, "main"));
	sqlite3_finalize(stmt);
	if (st != RESULT_OK)
		return st;
	code = sqlite3_exec(db, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
			  " PRAGMA temp_store = MEMORY", NULL, NULL,
			    NULL);
	return code == SQLITE_OK ? RESULT_OK : dbwriter_error(db, code, "cannot open edx-val", err);
}

enum result connect_writing(const char *path, sqlite3 **out, struct error *err)
{
	sqlite3 *db = NULL;
	bool fresh;
	enum result st;
	int code = try_open(&db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

	st = code == SQLITE_OK ? schema_check(db, err) : open_error(db, path, code, err);
	fresh = st == RESULT_MISSING;
	if (fresh || st == RESULT_OK)
		st = set_modes(db, err);
	if (fresh && st == RESULT_OK)
		st = schema_create(db, err);
	if (fresh && st != RESULT_OK && schema_check(db, NULL) == RESULT_OK)
		st = RESULT_OK; /* somebody who opened it at the same moment was first */
	if (st == RESULT_OK)
		st = schema_add_index(db, err);
	if (st != RESULT_OK) {
		sqlite3_close(db);
		db = NULL;
	}
	*out = db;
	return st;
}

/* ---- readers --------------------------------------------------------------------------------*/

static void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	sqlite3_finalize(reader->one);
	sqlite3_finalize(reader->many);
	sqlite3_close(reader->db);
	free(reader);
}

/* One more connection of @readers, as all of them are. */
static enum result connect_shared(struct readers *readers, sqlite3 **out, struct error *err)
{
	if (readers->tidy && connect_reading(readers->path, false, out, NULL) == RESULT_OK)
		return RESULT_OK;
	return connect_reading(readers->path, readers->read_only, out, err);
}

#define LOOKUP(ids)                                                                                \
	"SELECT v.id, v.edx_video_id, t.language_code, t.transcript, t.file_format"                \
	" FROM edxval_video v LEFT JOIN edxval_videotranscript t ON t.video_id = v.id"             \
	" WHERE v.edx_video_id COLLATE NOCASE IN (" ids ") ORDER BY v.id, t.language_code"
#define SLOTS_8 "?,?,?,?,?,?,?,?"

static enum result reader_new(struct readers *readers, struct reader **out, struct error *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	enum result st = RESULT_NOMEM;
	int code;

	*out = NULL;
	if (!reader)
		return error_set(err, st, "no memory to read edx-val");
	st = connect_shared(readers, &reader->db, err);
	if (st != RESULT_OK)
		goto out;
	code = sqlite3_prepare_v3(reader->db, LOOKUP("?"), -1, SQLITE_PREPARE_PERSISTENT,
				  &reader->one, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v3(reader->db,
					  LOOKUP(SLOTS_8 "," SLOTS_8 "," SLOTS_8 "," SLOTS_8), -1,
					  SQLITE_PREPARE_PERSISTENT, &reader->many, NULL);
	if (code != SQLITE_OK) {
		st = dbwriter_error(reader->db, code, "cannot read edx-val", err);
		goto out;
	}
	*out = reader;
	reader = NULL;
out:
	reader_free(reader);
	return st;
}

enum result readers_take(struct readers *readers, struct reader **out, struct error *err)
{
	pthread_mutex_lock(&readers->lock);
	*out = readers->idle;
	if (*out) {
		readers->idle = (*out)->next;
		readers->idle_count--;
	}
	pthread_mutex_unlock(&readers->lock);
	return *out ? RESULT_OK : reader_new(readers, out, err);
}

void readers_give(struct readers *readers, struct reader *reader, bool failed)
{
	pthread_mutex_lock(&readers->lock);
	if (!failed && readers->idle_count < IDLE_READERS) {
		reader->next = readers->idle;
		readers->idle = reader;
		readers->idle_count++;
		reader = NULL;
	}
	pthread_mutex_unlock(&readers->lock);
	reader_free(reader);
}

enum result readers_init(struct readers *readers, const char *path, bool read_only,
			 struct error *err)
{
	memset(readers, 0, sizeof(*readers));
	readers->read_only = read_only;
	readers->tidy = read_only && can_tidy(path);
	pthread_mutex_init(&readers->lock, NULL);
	readers->path = strdup(path);
	return readers->path ? RESULT_OK
			     : error_set(err, RESULT_NOMEM, "no memory to read edx-val");
}

void readers_clear(struct readers *readers)
{
	while (readers->idle) {
		struct reader *reader = readers->idle;

		readers->idle = reader->next;
		reader_free(reader);
	}
	pthread_mutex_destroy(&readers->lock);
	free(readers->path);
	readers->path = NULL;
}

/*
 * A file without tables is empty too: its maker was killed before the first commit, or it is
 * being made now, so it is looked at again each time.
 */
enum result readers_check(struct readers *readers, bool *empty, struct error *err)
{
	sqlite3 *db = NULL;
	enum result st;

	*empty = readers->read_only && is_missing(readers->path);
	if (*empty || !readers->read_only || atomic_load(&readers->checked))
		return RESULT_OK;
	st = connect_shared(readers, &db, err);
	if (st == RESULT_OK)
		st = schema_check(db, err);
	sqlite3_close(db);
	*empty = st == RESULT_MISSING;
	if (st == RESULT_OK)
		atomic_store(&readers->checked, true);
	return *empty ? RESULT_OK : st;
}
