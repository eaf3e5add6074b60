/*
 * The flag in an SQLite file: the platform's own database, or one with just these tables.
 *
 * A connection lives for one call: the file is somebody else's, may be replaced, and is asked
 * seldom. Its journal mode is left as it is. What was opened for looking makes no file and takes
 * no lock but that of a reader; rows are added in one immediate transaction, and no statement
 * here changes or deletes one, or writes the global table.
 */
#include "config.h"

#include "src/flag/flag_tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/dbwriter.h"
#include "src/base/text.h"
#include "src/flag/flag_kinds.h"
#include "src/flag/flag_lock.h"

enum {
	AT_ONCE = 10000, /* courses in one statement: SQLite takes 32,766 parameters */
	COURSE_MAX = 255,
	GLOBAL_CACHED_S = 600, /* how long the platform may go by a former global row */
};

struct flag_sqlite {
	struct flag base;
	struct clock *clock;
	char *path, *folder;
};

static struct flag_sqlite *self_of(struct flag *flag)
{
	return (struct flag_sqlite *)flag; /* @base is the first member */
}

/* ---- the connection -----------------------------------------------------------------------*/

static bool is_missing(const struct flag_sqlite *self)
{
	struct stat info;

	return stat(self->path, &info) != 0 && errno == ENOENT;
}

static enum result open_error(const struct flag_sqlite *self, sqlite3 *db, int code,
			      struct error *err)
{
	char doing[400];

	if ((code & 0xff) == SQLITE_NOTADB)
		return error_set(err, RESULT_DAMAGED, "%s is no SQLite database", self->path);
	/* where SQLite could not even note the name, we do */
	snprintf(doing, sizeof(doing), "cannot open the flag%s%.300s",
		 db && sqlite3_db_filename(db, "main") ? "" : ": ",
		 db && sqlite3_db_filename(db, "main") ? "" : self->path);
	return dbwriter_error(db, code, doing, err);
}

/*
 * Opens, and reads once: only then SQLite looks at the file. @flags: SQLITE_OPEN_CREATE or 0.
 * EXTRA, as the file keeps its rollback journal: removing that is the commit, and lasts only once
 * the folder is synced, too. With FULL a row that was told as written could be gone after a power cut.
 */
static enum result connect(const struct flag_sqlite *self, int flags, sqlite3 **out,
			   struct error *err)
{
	enum result st = RESULT_OK;
	int code;

	dbwriter_setup();
	code = sqlite3_open_v2(self->path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | flags,
			       NULL);
	if (code == SQLITE_OK) {
		sqlite3_extended_result_codes(*out, 1);
		flag_lock_wait(*out);
		code = sqlite3_exec(*out,
				    flags & SQLITE_OPEN_CREATE
					? "PRAGMA synchronous = EXTRA; SELECT 1 FROM sqlite_schema"
					: "PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema",
				    NULL, NULL, NULL);
	}
	if (code != SQLITE_OK) {
		st = open_error(self, *out, code, err);
		sqlite3_close(*out);
		*out = NULL;
	}
	return st;
}

static enum result run(sqlite3 *db, const char *sql, const char *doing, struct error *err)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? RESULT_OK : dbwriter_error(db, code, doing, err);
}

/* Ends a transaction that was not committed, if there is one. */
static void give_up(sqlite3 *db)
{
	if (db && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

/* The file, or its tables, will be made in a folder that is there. */
static enum result check_folder(const struct flag_sqlite *self, int how, struct error *err)
{
	if (!access(self->folder, how))
		return RESULT_OK;
	return error_set(err, errno == ENOENT ? RESULT_MISSING : RESULT_REFUSED, "%s: its folder cannot be used (%s): make the folder, or name another",
			 self->path, strerror(errno));
}

/* ---- show ---------------------------------------------------------------------------------*/

static const char no_rows[] = "the file is not there, or empty: is this the right path?";

static void copy_text(char *out, size_t size, const char *text)
{
	size_t len = text ? text_cut(text, strlen(text), size - 1) : 0;

	if (len)
		memcpy(out, text, len);
	out[len] = '\0';
}

static void note_global_age(const struct flag_sqlite *self, int64_t changed,
			    struct flag_state *state)
{
	int64_t age = (clock_wall(self->clock) - changed) / 1000000;

	if (changed && age >= 0 && age < GLOBAL_CACHED_S)
		snprintf(state->note, sizeof(state->note),
			 "the global row is new: the platform may go by the former one for %d "
			 "minutes more",
			 (int)(GLOBAL_CACHED_S - age + 59) / 60);
}

static enum result read_global(const struct flag_sqlite *self, sqlite3 *db,
			       struct flag_state *state, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	int code = sqlite3_prepare_v2(db,
				      "SELECT enabled, enabled_for_all_courses, change_date"
				      " FROM " FLAG_GLOBAL_TABLE
				      " ORDER BY change_date DESC, id DESC LIMIT 1",
				      -1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		state->global = sqlite3_column_int(stmt, 0) ? FLAG_ON : FLAG_OFF;
		state->for_all = sqlite3_column_int(stmt, 1);
		note_global_age(self,
				flag_stamp_read((const char *)sqlite3_column_text(stmt, 2)), state);
	} else if (code != SQLITE_DONE) {
		st = dbwriter_error(db, code, "cannot read the flag", err);
	}
	sqlite3_finalize(stmt);
	return st;
}

/* Who wrote rows can be named where Django's users are in the same file. */
static bool has_users(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	bool has = sqlite3_prepare_v2(db, "SELECT id, username FROM auth_user", -1, &stmt, NULL) ==
		   SQLITE_OK;

	sqlite3_finalize(stmt);
	return has;
}

/* The newest row of each course asked for. Columns: its place, enabled, change_date, user, name. */
static char *rows_query(size_t count, bool users)
{
	struct buf sql = BUF_INIT;

	buf_add_text(&sql, "WITH asked(place, course) AS (VALUES");
	for (size_t i = 0; i < count; i++)
		buf_printf(&sql, "%s(%zu,?)", i ? "," : "", i);
	buf_printf(&sql,
		   ") SELECT place, f.enabled, f.change_date, f.changed_by_id, %s"
		   " FROM asked JOIN " FLAG_COURSE_TABLE " f ON f.id = (SELECT id"
		   " FROM " FLAG_COURSE_TABLE " WHERE course_id = asked.course"
		   " ORDER BY change_date DESC, id DESC LIMIT 1)",
		   users ? "(SELECT username FROM auth_user WHERE id = f.changed_by_id)" : "NULL");
	return buf_take(&sql);
}

static void take_row(sqlite3_stmt *stmt, struct flag_state *state)
{
	const char *name = (const char *)sqlite3_column_text(stmt, 4);

	state->has_row = true;
	state->own = sqlite3_column_int(stmt, 1) ? FLAG_ON : FLAG_OFF;
	state->changed = flag_stamp_read((const char *)sqlite3_column_text(stmt, 2));
	if (name)
		copy_text(state->by, sizeof(state->by), name);
	else if (sqlite3_column_type(stmt, 3) != SQLITE_NULL)
		snprintf(state->by, sizeof(state->by), "user %lld",
			 (long long)sqlite3_column_int64(stmt, 3));
}

static enum result read_rows(sqlite3 *db, const char *const *courses, size_t count,
			     struct flag_state *out, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	char *sql = rows_query(count, has_users(db));
	int code;

	if (!sql)
		return error_set(err, RESULT_NOMEM, "cannot read the flag: out of memory");
	code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	for (size_t i = 0; i < count && code == SQLITE_OK; i++)
		code = sqlite3_bind_text(stmt, (int)i + 1, courses[i], -1, SQLITE_STATIC);
	while (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		take_row(stmt, &out[sqlite3_column_int64(stmt, 0)]);
		code = SQLITE_OK;
	}
	if (code != SQLITE_DONE)
		st = dbwriter_error(db, code, "cannot read the flag", err);
	sqlite3_finalize(stmt);
	free(sql);
	return st;
}

/* All of it as of one moment. */
static enum result read_states(const struct flag_sqlite *self, sqlite3 *db,
			       const char *const *courses, size_t count, struct flag_state *out,
			       struct error *err)
{
	struct flag_state all = out[0];
	enum result st = run(db, "BEGIN", "cannot read the flag", err);

	if (st == RESULT_OK)
		st = read_global(self, db, &all, err);
	for (size_t i = 0; i < count; i++)
		out[i] = all;
	for (size_t at = 0; at < count && st == RESULT_OK; at += AT_ONCE)
		st = read_rows(db, courses + at, count - at < AT_ONCE ? count - at : AT_ONCE,
			       out + at, err);
	give_up(db);
	return st;
}

/* RESULT_MISSING: a file without any table. */
static enum result look(const struct flag_sqlite *self, const char *const *courses, size_t count,
			struct flag_state *out, struct error *err)
{
	sqlite3 *db = NULL;
	enum result st = connect(self, 0, &db, err);

	if (st == RESULT_OK)
		st = flag_tables_check(db, err);
	if (st == RESULT_OK)
		st = read_states(self, db, courses, count, out, err);
	sqlite3_close(db);
	return st;
}

static enum result sqlite_show(struct flag *flag, const char *const *courses, size_t count,
			       struct flag_state *out, struct error *err)
{
	const struct flag_sqlite *self = self_of(flag);
	const struct flag_state none = {.own = FLAG_OFF, .global = FLAG_OFF};
	bool nothing = is_missing(self);
	enum result st;

	for (size_t i = 0; i < count; i++)
		out[i] = none;
	if (!count)
		return RESULT_OK;
	if (nothing) {
		st = check_folder(self, F_OK, err);
	} else {
		st = look(self, courses, count, out, err);
		nothing = st == RESULT_MISSING;
		st = nothing ? RESULT_OK : st;
	}
	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		out[i].effective = flag_effective(&out[i]);
		out[i].absent = nothing;
		if (nothing)
			copy_text(out[i].note, sizeof(out[i].note), no_rows);
	}
	return flag_lock_given_up(st, err);
}

/* ---- set ----------------------------------------------------------------------------------*/

/* A row of @course that a new one of @stamp would not be newer than; *@wall when that was. */
static enum result find_newer(sqlite3 *db, const char *course, const char *stamp, int64_t *wall,
			      bool *found, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	int code = sqlite3_prepare_v2(db,
				      "SELECT change_date FROM " FLAG_COURSE_TABLE
				      " WHERE course_id = ?1 AND change_date >= ?2"
				      " ORDER BY change_date DESC LIMIT 1",
				      -1, &stmt, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, course, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 2, stamp, -1, SQLITE_STATIC);
		code = sqlite3_step(stmt);
	}
	*found = code == SQLITE_ROW;
	if (*found)
		*wall = flag_stamp_read((const char *)sqlite3_column_text(stmt, 0));
	else if (code != SQLITE_DONE)
		st = dbwriter_error(db, code, "cannot read the flag", err);
	sqlite3_finalize(stmt);
	return st;
}

/* Now; where another clock was ahead of ours, just after its row, or ours would not count. */
static enum result choose_stamp(const struct flag_sqlite *self, sqlite3 *db, const char *course,
				char stamp[FLAG_STAMP_SIZE], struct error *err)
{
	int64_t newest = 0;
	bool found;
	enum result st;

	flag_stamp_format(clock_wall(self->clock), stamp);
	st = find_newer(db, course, stamp, &newest, &found, err);
	if (st != RESULT_OK || !found)
		return st;
	flag_stamp_format(newest + 1, stamp);
	st = find_newer(db, course, stamp, &newest, &found, err);
	if (st == RESULT_OK && found)
		st = error_set(err, RESULT_REFUSED,
			       "%s: the newest row of %s has a change_date that no new row can be "
			       "newer than: nothing was written",
			       self->path, course);
	return st;
}

static enum result insert_row(sqlite3 *db, const char *course, bool on, const char *stamp,
			      struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db,
				      "INSERT INTO " FLAG_COURSE_TABLE
				      "(change_date, enabled, course_id, changed_by_id)"
				      " VALUES(?1, ?2, ?3, NULL)",
				      -1, &stmt, NULL);
	enum result st = RESULT_OK;

	if (code == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, stamp, -1, SQLITE_STATIC);
		sqlite3_bind_int(stmt, 2, on);
		sqlite3_bind_text(stmt, 3, course, -1, SQLITE_STATIC);
		code = sqlite3_step(stmt);
	}
	if (code != SQLITE_DONE)
		st = dbwriter_error(db, code, "cannot write the flag", err);
	sqlite3_finalize(stmt);
	return st;
}

static enum result append(const struct flag_sqlite *self, sqlite3 *db, const char *course, bool on,
			  struct error *err)
{
	char stamp[FLAG_STAMP_SIZE];
	enum result st = run(db, "BEGIN IMMEDIATE", "cannot write the flag", err);

	if (st == RESULT_OK)
		st = flag_tables_check(db, err);
	if (st == RESULT_MISSING)
		st = flag_tables_create(db, err);
	if (st == RESULT_OK)
		st = choose_stamp(self, db, course, stamp, err);
	if (st == RESULT_OK)
		st = insert_row(db, course, on, stamp, err);
	if (st == RESULT_OK)
		st = run(db, "COMMIT", "cannot write the flag", err);
	give_up(db);
	return st;
}

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static enum result sqlite_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	const struct flag_sqlite *self = self_of(flag);
	sqlite3 *db = NULL;
	enum result st;

	if (characters(course) > COURSE_MAX)
		return error_set(err, RESULT_REFUSED, "%s: longer than %d characters", course,
				 COURSE_MAX);
	st = connect(self, SQLITE_OPEN_CREATE, &db, err);
	if (st == RESULT_OK)
		st = append(self, db, course, on, err);
	sqlite3_close(db);
	return flag_lock_given_up(st, err);
}

/* ---- probe --------------------------------------------------------------------------------*/

/* The lock of a writer is taken and given back: no page is written. */
static enum result try_lock(const struct flag_sqlite *self, struct error *err)
{
	sqlite3 *db = NULL;
	enum result st = connect(self, 0, &db, err);

	if (st == RESULT_OK)
		st = flag_tables_check(db, err);
	if (st == RESULT_MISSING)
		st = RESULT_OK;
	if (st == RESULT_OK)
		st = run(db, "PRAGMA query_only = OFF; BEGIN IMMEDIATE", "cannot write the flag",
			 err);
	give_up(db);
	sqlite3_close(db);
	return st;
}

static enum result sqlite_probe(struct flag *flag, struct error *err)
{
	const struct flag_sqlite *self = self_of(flag);
	enum result st;

	if (!is_missing(self)) {
		st = try_lock(self, err);
		if (st != RESULT_OK)
			return st;
		if (access(self->path, W_OK))
			return error_set(err, RESULT_REFUSED, "%s: %s", self->path,
					 strerror(errno));
	}
	/* SQLite's journal is beside it */
	return check_folder(self, W_OK | X_OK, err);
}

/* ---- open, close --------------------------------------------------------------------------*/

static void sqlite_free(struct flag *flag)
{
	struct flag_sqlite *self = self_of(flag);

	free(self->path);
	free(self->folder);
	free(self);
}

static const struct flag_ops sqlite_ops = {
	.kind = "sqlite",
	.show = sqlite_show,
	.set = sqlite_set,
	.probe = sqlite_probe,
	.free = sqlite_free,
};

enum result flag_sqlite_open(struct flag **out, const struct conf *conf, struct http *http,
			     struct error *err)
{
	struct flag_sqlite *self = calloc(1, sizeof(*self));
	const char *slash = strrchr(conf->flag_path, '/');

	(void)http;
	*out = NULL;
	if (!self)
		return error_set(err, RESULT_NOMEM, "no memory for the flag");
	self->base.ops = &sqlite_ops;
	self->clock = clock_of_process();
	self->path = strdup(conf->flag_path);
	self->folder = slash ? strndup(conf->flag_path, (size_t)(slash - conf->flag_path) + 1)
			     : strdup(".");
	if (!self->path || !self->folder) {
		sqlite_free(&self->base);
		return error_set(err, RESULT_NOMEM, "no memory for the flag");
	}
	*out = &self->base;
	return RESULT_OK;
}
