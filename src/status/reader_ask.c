#include "config.h"

#include "src/status/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/read.h"

/* ---- the journal --------------------------------------------------------------------------*/

#define JOURNAL_COLUMNS "id, at, course_id, video_id, kind, val_id, language, object, sha256, size"

static void fill_journal(struct columns *columns, void *to)
{
	static const char *const kinds[] = {"intent",	"put",	   "create",
					    "register", "confirm", "link"};
	struct journal_row *row = to;
	const char *kind;

	row->id = col_int(columns);
	row->at = col_int(columns);
	row->course_id = col_int(columns);
	row->video_id = col_int(columns);
	kind = col_peek(columns);
	row->kind = "?"; /* of a later version: shown, never taken for one of ours */
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], kind))
			row->kind = kinds[i];
	row->val_id = col_text(columns);
	row->language = col_text(columns);
	row->object = col_text(columns);
	row->sha256 = col_text(columns);
	row->size = col_int(columns);
}

static void clear_journal(void *row)
{
	journal_row_clear(row);
}

static const struct row_kind journal_rows = {sizeof(struct journal_row), fill_journal,
					     clear_journal};

enum result reader_journal(struct reader *reader, int64_t video, struct journal_row **rows,
			   size_t *count, struct error *err)
{
	void *list;
	enum result st;

	st = read_rows(reader, err, &journal_rows,
		       "SELECT " JOURNAL_COLUMNS " FROM journal WHERE video_id = ?1 ORDER BY id",
		       DB_VALUES(INT(video)), &list, count);
	*rows = list;
	return st;
}

/* By way of the videos that have the id or had it (schema.c says why). */
#define NEWEST_LINE(kinds)                                                                        \
	"SELECT " JOURNAL_COLUMNS " FROM journal WHERE id = (SELECT max(newest) FROM"             \
	" (SELECT (SELECT max(j.id) FROM journal j WHERE j.video_id = v.id AND j.val_id = ?1"     \
	"   AND j.language = ?2 AND j.kind IN (" kinds ")) AS newest"                             \
	"  FROM video v WHERE v.val_id = ?1 COLLATE NOCASE AND v.val_id <> ''"                    \
	" UNION ALL"                                                                              \
	"  SELECT (SELECT max(j.id) FROM journal j WHERE j.video_id = f.video_id"                 \
	"   AND j.val_id = ?1 AND j.language = ?2 AND j.kind IN (" kinds "))"                     \
	"  FROM former_id f WHERE f.val_id = ?1))"

enum result reader_registered(struct reader *reader, const char *val_id, const char *language,
			      struct journal_row *out, struct error *err)
{
	return read_row(reader, err, &journal_rows, NEWEST_LINE("'register'"),
			DB_VALUES(TEXT(val_id), TEXT(language)), out, "never registered by us");
}

enum result reader_registered_since(struct reader *reader, int64_t course, int64_t since,
				    struct journal_row **rows, size_t *count, struct error *err)
{
	void *list;
	enum result st;

	st = read_rows(reader, err, &journal_rows,
		       "SELECT j.id, j.at, j.course_id, j.video_id, j.kind, j.val_id, j.language,"
		       " j.object, j.sha256, j.size FROM video v"
		       " JOIN journal j ON j.video_id = v.id AND j.kind = 'register' AND j.at >= ?2"
		       "  AND j.val_id = v.val_id"
		       " JOIN transcript t ON t.video_id = v.id AND t.language = j.language"
		       "  AND t.object = j.object AND t.outcome = 'migrated'"
		       " WHERE v.course_id = ?1 AND v.gone = 0 ORDER BY v.position, v.id, j.id",
		       DB_VALUES(INT(course), INT(since)), &list, count);
	*rows = list;
	return st;
}

enum result reader_announced(struct reader *reader, const char *val_id, const char *language,
			     struct journal_row *out, struct error *err)
{
	return read_row(reader, err, &journal_rows, NEWEST_LINE("'intent', 'put'"),
			DB_VALUES(TEXT(val_id), TEXT(language)), out, "never announced by us");
}

/* ---- other videos -------------------------------------------------------------------------*/

enum result reader_case_twin(struct reader *reader, const char *val_id, char **twin, char **block,
			     struct error *err)
{
	struct columns columns = {0};
	enum result st;

	*twin = NULL;
	*block = NULL;
	st = db_first(&reader->db, err,
		      "SELECT v.val_id, v.type || '@' || v.block || ' of ' || c.key"
		      " FROM video v JOIN course c ON c.id = v.course_id"
		      " WHERE v.val_id = ?1 COLLATE NOCASE AND v.val_id <> '' AND v.val_id <> ?1"
		      " AND v.gone = 0 ORDER BY v.id LIMIT 1",
		      DB_VALUES(TEXT(val_id)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such twin") : st;
	*twin = col_text(&columns);
	*block = col_text(&columns);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	if (st == RESULT_OK)
		return st;
	free(*twin);
	free(*block);
	*twin = NULL;
	*block = NULL;
	return st;
}

static void fill_sha256(struct columns *columns, void *to)
{
	snprintf(to, HASH_HEX, "%s", col_peek(columns));
}

static void clear_nothing(void *row)
{
	(void)row;
}

enum result reader_siblings(struct reader *reader, int64_t video, const char *val_id,
			    const char *language, char (**sha256s)[HASH_HEX], size_t *count,
			    struct error *err)
{
	static const struct row_kind kind = {HASH_HEX, fill_sha256, clear_nothing};
	void *list;
	enum result st;

	st = read_rows(reader, err, &kind,
		       "SELECT t.sha256 FROM video v"
		       " JOIN transcript t ON t.video_id = v.id AND t.language = ?3"
		       " LEFT JOIN video me ON me.id = ?1"
		       " WHERE v.val_id = ?2 COLLATE NOCASE AND v.val_id <> '' AND v.val_id = ?2"
		       " AND v.gone = 0 AND v.id <> ?1 AND t.expected = 1 AND t.sha256 <> ''"
		       " ORDER BY (v.course_id = me.course_id AND v.position < me.position) DESC,"
		       " v.course_id <> me.course_id, v.course_id, v.position, v.id",
		       DB_VALUES(INT(video), TEXT(val_id), TEXT(language)), &list, count);
	*sha256s = list;
	return st;
}

/* ---- waivers ------------------------------------------------------------------------------*/

static void fill_waiver(struct columns *columns, void *to)
{
	struct waiver_row *row = to;

	row->id = col_int(columns);
	row->course = col_text(columns);
	row->block = col_text(columns);
	row->language = col_text(columns);
	row->code = finding_by_name(col_peek(columns));
	if (row->code == FINDING_NONE)
		columns->st = RESULT_DAMAGED;
	row->seen = col_text(columns);
	row->reason = col_text(columns);
	row->who = col_text(columns);
	row->at = col_int(columns);
}

static void clear_waiver(void *row)
{
	waiver_row_clear(row);
}

enum result reader_waivers(struct reader *reader, const char *course, struct waiver_row **rows,
			   size_t *count, struct error *err)
{
	static const struct row_kind kind = {sizeof(struct waiver_row), fill_waiver, clear_waiver};
	void *list;
	enum result st;

	st = read_rows(reader, err, &kind,
		       "SELECT id, course, block, language, code, seen, reason, who, at FROM waiver"
		       " WHERE course = ?1 ORDER BY block, language, code, id",
		       DB_VALUES(TEXT(course)), &list, count);
	*rows = list;
	return st;
}
