#include "config.h"

#include "src/val/sqlite.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/dbwriter.h"

enum {
	ID_MAX = 100,
	LANGUAGE_MAX = 50,
	NAME_MAX_CHARS = 255,
	COURSE_MAX = 255,
};

static const struct val_ops sqlite_ops;

/* ---- edx-val's rules ----------------------------------------------------------------------*/

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static enum result too_long(struct error *err, const char *field, int max)
{
	return error_set(err, RESULT_REFUSED,
			 "%s: Ensure this field has no more than %d characters.", field, max);
}

static enum result check_id(const char *id, struct error *err)
{
	if (!*id)
		return error_set(err, RESULT_REFUSED, "edx_video_id: This field may not be blank.");
	for (const char *p = id; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *p))
			return error_set(err, RESULT_REFUSED,
					 "edx_video_id has invalid characters");
	return strlen(id) > ID_MAX ? too_long(err, "edx_video_id", ID_MAX) : RESULT_OK;
}

static enum result check_entry(const struct val_entry *entry, struct error *err)
{
	if (!*entry->language)
		return error_set(err, RESULT_REFUSED,
				 "language_code: This field may not be blank.");
	if (!*entry->name)
		return error_set(err, RESULT_REFUSED, "name: This field may not be blank.");
	if (characters(entry->language) > LANGUAGE_MAX)
		return too_long(err, "language_code", LANGUAGE_MAX);
	if (characters(entry->name) > NAME_MAX_CHARS)
		return too_long(err, "name", NAME_MAX_CHARS);
	return RESULT_OK;
}

enum result sqlite_refuse_writing(const struct val_sqlite *self, struct error *err)
{
	return error_set(err, RESULT_REFUSED, "%s is opened for reading only", self->readers.path);
}

/* Django's text of a time in SQLite: UTC, without a zone. */
static void format_stamp(struct clock *clock, char out[32])
{
	clock_format(clock_wall(clock), out, 32);
	out[10] = ' ';
	out[26] = '\0'; /* the Z */
}

/* ---- create -------------------------------------------------------------------------------*/

struct creation {
	const char *course, *id;
	char stamp[32];
};

/* The video that has @id, whatever its case: OK if there is none. Its spelling goes to @err. */
static enum result find_clash(sqlite3 *db, const char *id, struct error *err)
{
	sqlite3_stmt *stmt = dbwriter_stmt(db, "SELECT edx_video_id FROM edxval_video"
					       " WHERE edx_video_id COLLATE NOCASE = ?1"
					       " ORDER BY edx_video_id = ?1 DESC LIMIT 1");
	const char *actual;
	int code;

	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
	code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(db);
	if (code == SQLITE_DONE)
		return RESULT_OK;
	if (code != SQLITE_ROW)
		return dbwriter_error(db, code, "cannot create a video in edx-val", err);
	actual = (const char *)sqlite3_column_text(stmt, 0);
	if (actual && !strcmp(actual, id))
		return error_set(err, RESULT_EXISTS,
				 "video with this edx video id already exists.");
	return error_set(err, RESULT_REFUSED, "video with this edx video id already exists, as %s",
			 actual ? actual : "?");
}

static enum result insert_video(sqlite3 *db, void *arg, struct error *err)
{
	const struct creation *creation = arg;
	enum result st = find_clash(db, creation->id, err);
	sqlite3_stmt *stmt;
	int code;

	if (st != RESULT_OK)
		return st;
	stmt = dbwriter_stmt(
	    db, "INSERT INTO edxval_video(created, edx_video_id, client_video_id, duration, status)"
		" VALUES(?1, ?2, 'external-video', 0.0, 'external')");
	sqlite3_bind_text(stmt, 1, creation->stamp, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, creation->id, -1, SQLITE_STATIC);
	code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(db);
	if (code == SQLITE_DONE && creation->course && *creation->course) {
		stmt = dbwriter_stmt(
		    db, "INSERT INTO edxval_coursevideo(course_id, video_id, is_hidden)"
			" VALUES(?1, ?2, 0)");
		sqlite3_bind_text(stmt, 1, creation->course, -1, SQLITE_STATIC);
		sqlite3_bind_int64(stmt, 2, sqlite3_last_insert_rowid(db));
		code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(db);
	}
	return code == SQLITE_DONE
		   ? RESULT_OK
		   : dbwriter_error(db, code, "cannot create a video in edx-val", err);
}

/* What edx-val's serializer would say before anything is asked of the database. */
static enum result prepare_creation(const struct val_sqlite *self, struct creation *creation,
				    struct error *err)
{
	enum result st = check_id(creation->id, err);

	if (st == RESULT_OK && creation->course && characters(creation->course) > COURSE_MAX)
		st = too_long(err, "course_id", COURSE_MAX);
	format_stamp(self->clock, creation->stamp);
	return st;
}

static enum result sqlite_create(struct val *val, const char *course, const char *id,
				 struct error *err)
{
	struct val_sqlite *self = self_of(val);
	struct creation creation = {.course = course, .id = id};
	enum result st;

	if (self->readers.read_only)
		return sqlite_refuse_writing(self, err);
	st = prepare_creation(self, &creation, err);
	return st == RESULT_OK ? dbwriter_run(self->writer, insert_video, &creation, err) : st;
}

/* ---- register -----------------------------------------------------------------------------*/

struct registration {
	const char *id;
	struct creation *creation; /* NULL: the video is to be there */
	struct val_entry *entries;
	size_t count;
	char stamp[32];
	enum result stopped; /* of the entry that ended it; those before it are to be committed */
	struct error reason;
};

static void set_reason(struct val_entry *entry, const struct error *err)
{
	snprintf(entry->reason, sizeof(entry->reason), "%.*s", (int)sizeof(entry->reason) - 1,
		 err->text);
}

static enum result find_video(sqlite3 *db, const char *id, int64_t *out, struct error *err)
{
	sqlite3_stmt *stmt =
	    dbwriter_stmt(db, "SELECT id FROM edxval_video WHERE edx_video_id = ?1");
	int code;

	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
	code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(db);
	if (code == SQLITE_DONE)
		return error_set(err, RESULT_MISSING, "edx-val has no video %s", id);
	if (code != SQLITE_ROW)
		return dbwriter_error(db, code, "cannot register in edx-val", err);
	*out = sqlite3_column_int64(stmt, 0);
	return RESULT_OK;
}

/* One statement looks and writes: there is never a second row, and never another name. */
static enum result insert_row(sqlite3 *db, int64_t video, struct val_entry *entry,
			      const char *stamp, struct error *err)
{
	sqlite3_stmt *stmt = dbwriter_stmt(
	    db,
	    "INSERT INTO edxval_videotranscript(created, modified, transcript, language_code, "
	    "provider,"
	    " file_format, video_id) SELECT ?1, ?1, ?2, ?3, 'Custom', 'sjson', ?4 WHERE NOT EXISTS"
	    " (SELECT 1 FROM edxval_videotranscript WHERE video_id = ?4 AND language_code = ?3)");
	int code;

	sqlite3_bind_text(stmt, 1, stamp, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, entry->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, entry->language, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 4, video);
	code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(db);
	if (code != SQLITE_DONE)
		return dbwriter_error(db, code, "cannot register in edx-val", err);
	entry->result = sqlite3_changes(db) ? RESULT_OK : RESULT_EXISTS;
	return RESULT_OK;
}

static enum result insert_rows(sqlite3 *db, void *arg, struct error *err)
{
	struct registration *reg = arg;
	enum result st = RESULT_OK;
	int64_t video = 0;

	if (reg->creation)
		st = insert_video(db, reg->creation, err);
	if (st == RESULT_OK || st == RESULT_EXISTS)
		st = find_video(db, reg->id, &video, err);
	for (size_t i = 0; i < reg->count && st == RESULT_OK; i++) {
		reg->stopped = check_entry(&reg->entries[i], &reg->reason);
		if (reg->stopped != RESULT_OK) {
			reg->entries[i].result = reg->stopped;
			set_reason(&reg->entries[i], &reg->reason);
			break;
		}
		st = insert_row(db, video, &reg->entries[i], reg->stamp, err);
	}
	return st;
}

static enum result run_registration(struct val_sqlite *self, const char *id,
				    struct creation *creation, struct val_entry *entries,
				    size_t count, struct error *err)
{
	struct registration reg = {.id = id,
				   .creation = creation,
				   .entries = entries,
				   .count = count,
				   .stopped = RESULT_OK};
	struct error why = {RESULT_OK, ""};
	enum result st;

	for (size_t i = 0; i < count; i++) {
		entries[i].result = RESULT_CANCELED;
		entries[i].reason[0] = '\0';
	}
	format_stamp(self->clock, reg.stamp);
	st = self->readers.read_only ? sqlite_refuse_writing(self, &why) : RESULT_OK;
	if (st == RESULT_OK && creation)
		st = prepare_creation(self, creation, &why);
	if (st == RESULT_OK)
		st = dbwriter_run(self->writer, insert_rows, &reg, &why);
	if (st != RESULT_OK) {
		/* Undone as a whole, rows found there too: they may have been of the same group. */
		for (size_t i = 0; i < count; i++) {
			entries[i].result = i ? RESULT_CANCELED : st;
			entries[i].reason[0] = '\0';
		}
		if (count)
			set_reason(&entries[0], &why);
	} else if (reg.stopped != RESULT_OK) {
		st = reg.stopped;
		why = reg.reason;
	}
	if (st != RESULT_OK && err)
		*err = why;
	return st;
}

static enum result sqlite_register(struct val *val, const char *id, struct val_entry *entries,
				   size_t count, struct error *err)
{
	return run_registration(self_of(val), id, NULL, entries, count, err);
}

static enum result sqlite_register_new(struct val *val, const char *course, const char *id,
				       struct val_entry *entries, size_t count, struct error *err)
{
	struct creation creation = {.course = course, .id = id};

	return run_registration(self_of(val), id, &creation, entries, count, err);
}

/* ---- open, close --------------------------------------------------------------------------*/

static void sqlite_free(struct val *val)
{
	struct val_sqlite *self = self_of(val);

	/* Readers first: the last connection to close folds the log into the file. */
	readers_clear(&self->readers);
	dbwriter_free(self->writer);
	free(self);
}

enum result val_sqlite_new(struct val **out, const struct val_sqlite_options *options,
			   struct error *err)
{
	struct val_sqlite *self = calloc(1, sizeof(*self));
	sqlite3 *db = NULL;
	enum result st;
	bool empty;

	*out = NULL;
	if (!self)
		return error_set(err, RESULT_NOMEM, "no memory for edx-val");
	self->base.ops = &sqlite_ops;
	self->clock = options->clock;
	st = readers_init(&self->readers, options->path, options->read_only, err);
	if (st != RESULT_OK)
		goto out;
	if (options->read_only) {
		/* A file that is there is looked at now: a wrong one is told before work begins. */
		st = readers_check(&self->readers, &empty, err);
	} else {
		st = connect_writing(options->path, &db, err);
		if (st == RESULT_OK)
			st = dbwriter_new(&self->writer, db, err);
	}
	if (st != RESULT_OK)
		goto out;
	*out = &self->base;
	self = NULL;
out:
	if (self)
		sqlite_free(&self->base);
	return st;
}

static const struct val_ops sqlite_ops = {
    .kind = "sqlite",
    .lookup = sqlite_lookup,
    .create = sqlite_create,
    .register_rows = sqlite_register,
    .register_new = sqlite_register_new,
    .probe = sqlite_probe,
    .doctor = sqlite_doctor,
    .free = sqlite_free,
};
