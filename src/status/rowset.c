#include "config.h"

#include "src/status/write.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/val/val.h"

/* ---- transcripts --------------------------------------------------------------------------*/

static enum result upsert(struct db *db, int64_t video, const struct transcript_row *row,
			  struct error *err)
{
	return db_run(
		db, err,
		"INSERT INTO transcript(video_id, language, expected, implicit, branches, taken,"
		" source, source_sha256, encoding, format, sha256, size, cues, object, outcome,"
		" in_val, val_object, compare, level, detail) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
		" ON CONFLICT(video_id, language) DO UPDATE SET expected = ?3, implicit = ?4,"
		" branches = ?5, taken = ?6, source = ?7, source_sha256 = ?8, encoding = ?9,"
		" format = ?10, sha256 = ?11, size = ?12, cues = ?13, object = ?14, outcome = ?15,"
		" in_val = ?16, val_object = ?17, compare = ?18, level = ?19, detail = ?20",
		DB_VALUES(INT(video), TEXT(row->language), INT(row->expected), INT(row->implicit),
			  INT(row->branches), INT(row->taken), TEXT(row->source),
			  TEXT(row->source_sha256), TEXT(row->encoding), TEXT(row->format),
			  TEXT(row->sha256), INT(row->size), INT(row->cues), TEXT(row->object),
			  TEXT(transcript_outcome_name(row->outcome)), INT(row->in_val),
			  TEXT(row->val_object), TEXT(transcript_compare_name(row->compare)),
			  TEXT(verify_level_name(row->level)), TEXT(row->detail)));
}

static int by_language(const void *a, const void *b)
{
	const struct transcript_row *const *x = a, *const *y = b;

	return strcmp((*x)->language, (*y)->language);
}

/* Pointers to @rows, sorted by language; free(). NULL without memory. */
static const struct transcript_row **sorted_by_language(const struct transcript_row *rows,
							size_t count)
{
	const struct transcript_row **list = malloc((count + 1) * sizeof(*list));

	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++)
		list[i] = &rows[i];
	qsort(list, count, sizeof(*list), by_language);
	return list;
}

static enum result delete_others(struct db *db, int64_t video, const struct transcript_row *rows,
				 size_t count, struct error *err)
{
	const struct transcript_row **list = sorted_by_language(rows, count);
	sqlite3_stmt *stmt = NULL;
	enum result st;

	if (!list)
		return error_set(err, RESULT_NOMEM, "no memory for transcripts");
	st = db_first(db, err,
		      "SELECT id, language FROM transcript WHERE video_id = ?1 ORDER BY id",
		      DB_VALUES(INT(video)), &stmt);
	for (; st == RESULT_OK; st = db_next(db, err, stmt)) {
		/* SQLite lets the row just read be deleted. */
		const char *language = (const char *)sqlite3_column_text(stmt, 1);
		struct transcript_row row = {.language = (char *)(language ? language : "")};
		const struct transcript_row *key = &row;

		if (bsearch(&key, list, count, sizeof(*list), by_language))
			continue;
		st = db_run(db, err, "DELETE FROM transcript WHERE id = ?1",
			    DB_VALUES(INT(sqlite3_column_int64(stmt, 0))));
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	free(list);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result count_of(struct db *db, int64_t video, int64_t *count, struct error *err)
{
	return db_number(db, err, "SELECT count(*) FROM transcript WHERE video_id = ?1",
			 DB_VALUES(INT(video)), 0, count);
}

enum result write_transcripts(struct status *status, int64_t video,
			      const struct transcript_row *rows, size_t count, int64_t *ids,
			      struct error *err)
{
	struct db *db = &status->db;
	enum result st = RESULT_OK;
	int64_t present = 0;

	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		st = upsert(db, video, &rows[i], err);
	/* Mostly nothing has to go, and a count finds that out faster than looking at each. */
	if (st == RESULT_OK)
		st = count_of(db, video, &present, err);
	if (st == RESULT_OK && present != (int64_t)count) {
		st = delete_others(db, video, rows, count, err);
		if (st == RESULT_OK)
			st = count_of(db, video, &present, err);
		if (st == RESULT_OK && present != (int64_t)count)
			st = error_set(err, RESULT_INVALID,
				       "a language of a video was given twice");
	}
	for (size_t i = 0; ids && i < count && st == RESULT_OK; i++)
		st = db_number(db, err,
			       "SELECT id FROM transcript WHERE video_id = ?1 AND language = ?2",
			       DB_VALUES(INT(video), TEXT(rows[i].language)), 0, &ids[i]);
	return st;
}

/* ---- a video's sums -----------------------------------------------------------------------*/

static void add_language(struct buf *buf, const char *language)
{
	if (buf->len)
		buf_add_char(buf, ' ');
	buf_add_text(buf, language);
}

enum result write_video_sums(struct status *status, int64_t video, const struct tally *tally,
			     const struct transcript_row *rows, size_t count, struct error *err)
{
	const struct transcript_row **list = sorted_by_language(rows, count);
	struct buf expected = BUF_INIT, in_val = BUF_INIT;
	const int64_t *n = tally->n;
	enum result st;

	for (size_t i = 0; list && i < count; i++) {
		if (list[i]->expected)
			add_language(&expected, list[i]->language);
		if (list[i]->in_val == VAL_PRESENT)
			add_language(&in_val, list[i]->language);
	}
	if (!list || expected.failed || in_val.failed)
		st = error_set(err, RESULT_NOMEM, "no memory for the languages of a video");
	else
		st = db_run(
			&status->db, err,
			"UPDATE video SET expected = ?2, in_val = ?3, unknown = ?4, extra = ?5,"
			" differing = ?6, errors = ?7, warnings = ?8, notices = ?9, waived = ?10,"
			" bytes = ?11, expected_languages = ?12, val_languages = ?13 WHERE id = ?1",
			DB_VALUES(INT(video), INT(n[TALLY_EXPECTED]), INT(n[TALLY_IN_VAL]),
				  INT(n[TALLY_UNKNOWN]), INT(n[TALLY_EXTRA]),
				  INT(n[TALLY_DIFFERING]), INT(n[TALLY_ERRORS]),
				  INT(n[TALLY_WARNINGS]), INT(n[TALLY_NOTICES]),
				  INT(n[TALLY_WAIVED]), INT(n[TALLY_BYTES]),
				  TEXT(buf_text(&expected)), TEXT(buf_text(&in_val))));
	buf_clear(&expected);
	buf_clear(&in_val);
	free(list);
	return st;
}

/* ---- findings -----------------------------------------------------------------------------*/

/* The reason and the name of a waiver that fits, for the course's key and the same content. */
static enum result find_waiver(struct db *db, int64_t course, const struct finding_row *row,
			       char **reason, char **who, struct error *err)
{
	const struct finding_info *info = finding_info(row->code);
	struct columns columns = {0};
	enum result st;

	if (!(info->flags & FINDING_WAIVABLE))
		return RESULT_OK;
	st = db_first(db, err,
		      "SELECT w.reason, w.who FROM course c JOIN waiver w ON w.course = c.key"
		      " AND w.block = ?2 AND w.language = ?3 AND w.code = ?4 AND w.seen = ?5"
		      " WHERE c.id = ?1",
		      DB_VALUES(INT(course), TEXT(row->block && *row->block ? row->block : "-"),
				TEXT(row->language && *row->language ? row->language : "-"),
				TEXT(info->name), TEXT(row->seen)),
		      &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? RESULT_OK : st;
	*reason = col_text(&columns);
	*who = col_text(&columns);
	st = col_result(db, &columns, err);
	db_done(columns.stmt);
	return st;
}

static enum result write_finding(struct status *status, int64_t course, int64_t video,
				 const struct finding_row *row, struct tally *tally,
				 struct error *err)
{
	struct db *db = &status->db;
	char *reason = NULL, *who = NULL;
	enum result st = find_waiver(db, course, row, &reason, &who, err);
	int64_t at = row->at ? row->at : clock_wall(status->clock);

	if (st == RESULT_OK)
		st = db_run(
			db, err,
			"INSERT INTO finding(course_id, video_id, block, language, code, severity,"
			" text, seen, waived, reason, who, at)"
			" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
			DB_VALUES(INT(course), ID(video), TEXT(row->block), TEXT(row->language),
				  TEXT(finding_info(row->code)->name), INT(row->severity),
				  TEXT(row->text), TEXT(row->seen), INT(reason != NULL),
				  TEXT(reason), TEXT(who), INT(at)));
	tally_finding(tally, row->severity, reason != NULL);
	free(reason);
	free(who);
	return st;
}

enum result write_findings(struct status *status, int64_t course, int64_t video,
			   const struct finding_row *rows, size_t count, struct tally *tally,
			   struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		st = write_finding(status, course, video, &rows[i], tally, err);
	return st;
}

/* It stands in @rows. */
static bool has_finding(const struct finding_row *rows, size_t count, const char *language,
			const char *code)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(finding_info(rows[i].code)->name, code) &&
		    !strcmp(rows[i].language ? rows[i].language : "", language))
			return true;
	return false;
}

/* Also what is waived: the waiver may be taken back. */
static enum result is_one_lost(struct status *status, int64_t video, const struct finding_row *again,
			       size_t count, bool *lost, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	*lost = false;
	st = db_first(&status->db, err,
		      "SELECT language, code FROM finding WHERE video_id = ?1 AND (severity = 2"
		      " OR code IN ('link-pending', 'val-unread'))",
		      DB_VALUES(INT(video)), &stmt);
	for (; st == RESULT_OK && !*lost; st = db_next(&status->db, err, stmt))
		*lost = !has_finding(again, count, (const char *)sqlite3_column_text(stmt, 0),
				     (const char *)sqlite3_column_text(stmt, 1));
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result write_forget_findings(struct status *status, int64_t course, int64_t video,
				  const struct finding_row *again, size_t count, struct error *err)
{
	bool lost;
	enum result st = is_one_lost(status, video, again, count, &lost, err);

	if (st == RESULT_OK && lost)
		st = write_evidence_stale(status, course, "a later look did not find what it had found",
					  err);
	return st == RESULT_OK ? db_run(&status->db, err, "DELETE FROM finding WHERE video_id = ?1",
					DB_VALUES(INT(video)))
			       : st;
}

enum result write_notes(struct status *status, int64_t course, const struct finding_row *rows,
			size_t count, struct error *err)
{
	struct tally ignored = {{0}};
	enum result st;

	st = db_run(&status->db, err,
		    "DELETE FROM finding WHERE course_id = ?1 AND +video_id IS NULL",
		    DB_VALUES(INT(course)));
	return st == RESULT_OK ? write_findings(status, course, 0, rows, count, &ignored, err) : st;
}
