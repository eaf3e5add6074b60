/*
 * What edx-val has: lookups over connections that only read.
 */
#include "config.h"

#include "src/val/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/dbwriter.h"

static char *column_copy(sqlite3_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	return strdup(text ? (const char *)text : "");
}

static bool add_row(struct val_video *video, sqlite3_stmt *stmt)
{
	struct val_row *rows = video->rows;
	struct val_row *row;

	if (!(video->row_count & (video->row_count - 1))) { /* full at each power of two */
		rows = realloc(rows, (video->row_count ? video->row_count * 2 : 1) * sizeof(*rows));
		if (!rows)
			return false;
		video->rows = rows;
	}
	row = &rows[video->row_count++];
	row->language = column_copy(stmt, 2);
	row->name = column_copy(stmt, 3);
	row->format = column_copy(stmt, 4);
	return row->language && row->name && row->format;
}

/* @video becomes the row under the cursor, found exactly or in another case. */
static bool take_video(struct val_video *video, const char *actual, bool exact)
{
	val_video_forget(video, 1);
	video->presence = VAL_PRESENT;
	video->rows_complete = true;
	if (!exact)
		video->actual_id = strdup(actual);
	return exact || video->actual_id;
}

/* Reads the answer for @count ids at @out. Videos come by number, their rows by language. */
static int read_batch(sqlite3_stmt *stmt, struct val_video *out, size_t count)
{
	int64_t from[READER_BATCH] = {0}; /* the video whose rows belong to out[i] */
	int64_t last = 0;
	int code;

	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		int64_t video = sqlite3_column_int64(stmt, 0);
		const char *actual = (const char *)sqlite3_column_text(stmt, 1);
		bool has_row = sqlite3_column_type(stmt, 2) != SQLITE_NULL;

		if (!actual)
			return SQLITE_NOMEM;
		for (size_t i = 0; i < count; i++) {
			bool exact = video != last && !strcmp(actual, out[i].id);

			if (video != last && !sqlite3_stricmp(actual, out[i].id) &&
			    (exact || out[i].presence != VAL_PRESENT)) {
				if (!take_video(&out[i], actual, exact))
					return SQLITE_NOMEM;
				from[i] = video;
			}
			if (from[i] == video && has_row && !add_row(&out[i], stmt))
				return SQLITE_NOMEM;
		}
		last = video;
	}
	return code;
}

static int lookup_batch(struct reader *reader, struct val_video *out, size_t count)
{
	sqlite3_stmt *stmt = count == 1 ? reader->one : reader->many;
	int code;

	for (size_t i = 0; i < count; i++)
		sqlite3_bind_text(stmt, (int)i + 1, out[i].id, -1, SQLITE_STATIC);
	code = read_batch(stmt, out, count); /* slots that stay NULL match nothing */
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return code;
}

enum result sqlite_lookup(struct val *val, const char *course, const char *const *ids, size_t count,
			  struct val_video *out, struct error *err)
{
	struct val_sqlite *self = self_of(val);
	struct reader *reader = NULL;
	enum result st;
	int code = SQLITE_DONE;
	bool empty;

	(void)course;
	memset(out, 0, count * sizeof(*out));
	for (size_t i = 0; i < count; i++)
		if (!(out[i].id = strdup(ids[i])))
			return error_set(err, RESULT_NOMEM, "no memory to read edx-val");
	for (size_t i = 0; i < count; i++) {
		out[i].presence = VAL_ABSENT;
		out[i].rows_complete = true;
	}
	st = readers_check(&self->readers, &empty, err);
	if (st == RESULT_OK && empty)
		return RESULT_OK;
	if (st == RESULT_OK)
		st = readers_take(&self->readers, &reader, err);
	for (size_t i = 0; st == RESULT_OK && code == SQLITE_DONE && i < count; i += READER_BATCH)
		code = lookup_batch(reader, out + i,
				    count - i < READER_BATCH ? count - i : READER_BATCH);
	if (st == RESULT_OK && code != SQLITE_DONE)
		st = dbwriter_error(reader->db, code, "cannot read edx-val", err);
	if (reader)
		readers_give(&self->readers, reader, st != RESULT_OK);
	if (st != RESULT_OK)
		val_video_forget(out, count);
	return st;
}
