/*
 * Is the file there and edx-val's, and could it be written. Nothing here changes a row.
 */
#include "config.h"

#include "src/val/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/dbwriter.h"

/* Writes a page and changes nothing: what a full disk or a lost right refuses, this shows. */
static enum result touch(sqlite3 *db, void *arg, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	char sql[64];
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL);

	(void)arg;
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", sqlite3_column_int(stmt, 0));
		sqlite3_reset(stmt);
		code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_OK ? RESULT_OK
				 : dbwriter_error(db, code, "cannot write to edx-val", err);
}

static enum result count_rows(struct val_sqlite *self, int64_t *videos, int64_t *rows,
			      struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct reader *reader;
	enum result st = readers_take(&self->readers, &reader, err);
	int code;

	if (st != RESULT_OK)
		return st;
	code = sqlite3_prepare_v2(reader->db,
				  "SELECT (SELECT count(*) FROM edxval_video),"
				  " (SELECT count(*) FROM edxval_videotranscript)",
				  -1, &stmt, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		*videos = sqlite3_column_int64(stmt, 0);
		*rows = sqlite3_column_int64(stmt, 1);
	} else {
		st = dbwriter_error(reader->db, code, "cannot read edx-val", err);
	}
	sqlite3_finalize(stmt);
	readers_give(&self->readers, reader, st != RESULT_OK);
	return st;
}

enum result sqlite_probe(struct val *val, struct error *err)
{
	struct val_sqlite *self = self_of(val);
	struct reader *reader;
	enum result st;
	bool empty;

	if (!self->readers.read_only)
		return dbwriter_run(self->writer, touch, NULL, err);
	st = readers_check(&self->readers, &empty, err);
	if (st != RESULT_OK || empty)
		return st;
	st = readers_take(&self->readers, &reader, err);
	if (st == RESULT_OK)
		readers_give(&self->readers, reader, false);
	return st;
}

/* Facts that need no table: where it is, and whether it could be written (0, or the errno). */
static int say_place(struct val_sqlite *self, void (*say)(void *arg, const char *line), void *arg)
{
	char line[640];
	struct buf folder = BUF_INIT;
	const char *slash = strrchr(self->readers.path, '/');
	bool missing = access(self->readers.path, F_OK) && errno == ENOENT;
	struct statvfs fs;
	int denied;

	snprintf(line, sizeof(line), "file: %s", self->readers.path);
	say(arg, line);
	buf_add(&folder, slash ? self->readers.path : ".",
		slash ? (size_t)(slash - self->readers.path) + 1 : 1);
	snprintf(line, sizeof(line), "exists: %s",
		 missing ? "no, made by the first run that writes" : "yes");
	say(arg, line);
	denied = access(missing ? buf_text(&folder) : self->readers.path, W_OK) ? errno : 0;
	if (!denied)
		say(arg, "writable: yes");
	if (!statvfs(buf_text(&folder), &fs)) {
		snprintf(line, sizeof(line), "free space: %llu MiB",
			 (unsigned long long)fs.f_bavail * fs.f_frsize >> 20);
		say(arg, line);
	}
	buf_clear(&folder);
	return denied;
}

static enum result refuse_place(struct val_sqlite *self, int denied, struct error *err)
{
	return error_set(err, RESULT_REFUSED, "cannot write %s: %s: make it writable for this user",
			 self->readers.path, strerror(denied));
}

enum result sqlite_doctor(struct val *val, bool write, void (*say)(void *arg, const char *line),
			  void *arg, struct error *err)
{
	struct val_sqlite *self = self_of(val);
	int64_t videos = 0, rows = 0;
	char line[128];
	enum result st;
	bool empty;
	int denied;

	denied = say_place(self, say, arg);
	st = readers_check(&self->readers, &empty, err);
	if (st != RESULT_OK || empty)
		return st == RESULT_OK && denied ? refuse_place(self, denied, err) : st;
	st = count_rows(self, &videos, &rows, err);
	if (st != RESULT_OK)
		return st;
	say(arg, "tables: edx-val's, with Django's types");
	snprintf(line, sizeof(line), "holds: %lld videos, %lld transcripts", (long long)videos,
		 (long long)rows);
	say(arg, line);
	if (denied)
		return refuse_place(self, denied, err);
	if (!write)
		return RESULT_OK;
	if (self->readers.read_only)
		return sqlite_refuse_writing(self, err);
	st = sqlite_probe(val, err);
	if (st == RESULT_OK)
		say(arg, "writing: a write was committed");
	return st;
}
