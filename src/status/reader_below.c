#include "config.h"

#include "src/status/reader.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/status/read.h"
#include "src/status/tally.h"

/* ---- videos -------------------------------------------------------------------------------*/

static void fill_video(struct columns *columns, void *to)
{
	struct video_row *row = to;
	struct tally tally = {{0}};

	row->id = col_int(columns);
	row->course_id = col_int(columns);
	row->type = col_text(columns);
	row->block = col_text(columns);
	row->name = col_text(columns);
	row->position = col_int(columns);
	row->val_id = col_text(columns);
	row->val_id_new = col_bool(columns);
	row->branches = (unsigned)col_int(columns);
	COL_WORD(columns, video_state_read, &row->state);
	row->attempts = col_int(columns);
	row->expected_languages = col_text(columns);
	row->val_languages = col_text(columns);
	row->gone = col_bool(columns);
	tally_read(&tally, columns, false);
	tally_counts(&tally, &row->counts);
}

static void clear_video(void *row)
{
	video_row_clear(row);
}

const struct row_kind video_rows = {sizeof(struct video_row), fill_video, clear_video};

enum result reader_video(struct reader *reader, int64_t id, struct video_row *out,
			 struct error *err)
{
	return read_row(reader, err, &video_rows,
			"SELECT " VIDEO_COLUMNS " FROM video WHERE id = ?1", DB_VALUES(INT(id)),
			out, "no such video");
}

enum result reader_find_video(struct reader *reader, int64_t course, const char *name,
			      struct video_row *out, struct error *err)
{
	struct video_row *rows;
	void *list;
	size_t count;
	enum result st;

	/* A block id may itself hold an @: both readings are tried. Those gone come last. */
	memset(out, 0, sizeof(*out));
	st = read_rows(reader, err, &video_rows,
		       "SELECT " VIDEO_COLUMNS " FROM video"
		       " WHERE course_id = ?1 AND (block = ?2 OR type || '@' || block = ?2)"
		       " ORDER BY gone, type",
		       DB_VALUES(INT(course), TEXT(name)), &list, &count);
	if (st != RESULT_OK)
		return st;
	rows = list;
	if (!count)
		st = error_set(err, RESULT_MISSING, "the course has no video %s", name);
	else if (count > 1 && rows[1].gone == rows[0].gone)
		st = error_set(err, RESULT_INVALID, "two blocks are called %s: say %s@%s or %s@%s",
			       name, rows[0].type, rows[0].block, rows[1].type, rows[1].block);
	else
		*out = rows[0];
	for (size_t i = st == RESULT_OK ? 1 : 0; i < count; i++)
		video_row_clear(&rows[i]);
	free(list);
	return st;
}

enum result reader_videos(struct reader *reader, int64_t course, int64_t first, int64_t count,
			  struct video_row **rows, size_t *got, int64_t *total, struct error *err)
{
	void *list;
	enum result st;

	if (total)
		*total = 0;
	st = read_total(reader, err, "SELECT count(*) FROM video WHERE course_id = ?1 AND gone = 0",
			DB_VALUES(INT(course)), total);
	*rows = NULL;
	*got = 0;
	if (st != RESULT_OK)
		return st;
	st = read_rows(reader, err, &video_rows,
		       "SELECT " VIDEO_COLUMNS " FROM video WHERE course_id = ?1 AND gone = 0"
		       " ORDER BY position, id LIMIT ?2 OFFSET ?3",
		       DB_VALUES(INT(course), INT(count), INT(first)), &list, got);
	*rows = list;
	return st;
}

/* ---- transcripts --------------------------------------------------------------------------*/

static void fill_transcript(struct columns *columns, void *to)
{
	struct transcript_row *row = to;

	row->id = col_int(columns);
	row->video_id = col_int(columns);
	row->language = col_text(columns);
	row->expected = col_bool(columns);
	row->implicit = col_bool(columns);
	row->branches = (unsigned)col_int(columns);
	row->taken = (unsigned)col_int(columns);
	row->source = col_text(columns);
	row->source_sha256 = col_text(columns);
	row->encoding = col_text(columns);
	row->format = col_text(columns);
	row->sha256 = col_text(columns);
	row->size = col_int(columns);
	row->cues = col_int(columns);
	row->object = col_text(columns);
	COL_WORD(columns, transcript_outcome_read, &row->outcome);
	row->in_val = (int)col_int(columns);
	row->val_object = col_text(columns);
	COL_WORD(columns, transcript_compare_read, &row->compare);
	COL_WORD(columns, verify_level_read, &row->level);
	row->detail = col_text(columns);
}

static void clear_transcript(void *row)
{
	transcript_row_clear(row);
}

enum result reader_transcripts(struct reader *reader, int64_t video, struct transcript_row **rows,
			       size_t *count, struct error *err)
{
	static const struct row_kind kind = {sizeof(struct transcript_row), fill_transcript,
					     clear_transcript};
	void *list;
	enum result st;

	st = read_rows(
		reader, err, &kind,
		"SELECT id, video_id, language, expected, implicit, branches, taken, source,"
		" source_sha256, encoding, format, sha256, size, cues, object, outcome, in_val,"
		" val_object, compare, level, detail FROM transcript"
		" WHERE video_id = ?1 ORDER BY language",
		DB_VALUES(INT(video)), &list, count);
	*rows = list;
	return st;
}

static void fill_language(struct columns *columns, void *to)
{
	struct language_row *row = to;
	const char *language;

	row->video_id = col_int(columns);
	language = col_peek(columns);
	memcpy(row->language, language,
	       text_cut(language, strlen(language), sizeof(row->language) - 1));
	row->expected = col_bool(columns);
	row->implicit = col_bool(columns);
	row->branches = (unsigned)col_int(columns);
	row->in_val = (int)col_int(columns);
	COL_WORD(columns, transcript_compare_read, &row->compare);
	COL_WORD(columns, transcript_outcome_read, &row->outcome);
}

static void clear_language(void *row)
{
	(void)row; /* it owns nothing */
}

enum result reader_languages(struct reader *reader, int64_t course, int64_t first, int64_t last,
			     struct language_row **rows, size_t *got, struct error *err)
{
	static const struct row_kind kind = {sizeof(struct language_row), fill_language,
					     clear_language};
	void *list;
	enum result st;

	/* Positions, and not a LIMIT: along both indexes the rows come in this order, and nothing
	   has to be sorted. */
	st = read_rows(
		reader, err, &kind,
		"SELECT v.id, t.language, t.expected, t.implicit, t.branches, t.in_val, t.compare,"
		" t.outcome FROM video v CROSS JOIN transcript t ON t.video_id = v.id"
		" WHERE v.course_id = ?1 AND v.gone = 0 AND v.position BETWEEN ?2 AND ?3"
		" ORDER BY v.position, v.id, t.language",
		DB_VALUES(INT(course), INT(first), INT(last)), &list, got);
	*rows = list;
	return st;
}

/* ---- findings -----------------------------------------------------------------------------*/

static void fill_finding(struct columns *columns, void *to)
{
	struct finding_row *row = to;

	row->id = col_int(columns);
	row->course_id = col_int(columns);
	row->video_id = col_int(columns);
	row->course = col_text(columns);
	row->block = col_text(columns);
	row->language = col_text(columns);
	row->code = finding_by_name(col_peek(columns));
	if (row->code == FINDING_NONE)
		columns->st = RESULT_DAMAGED;
	row->severity = (enum finding_severity)col_int(columns);
	if ((unsigned)row->severity > FINDING_ERROR)
		columns->st = RESULT_DAMAGED;
	row->text = col_text(columns);
	row->seen = col_text(columns);
	row->waived = col_bool(columns);
	row->reason = col_text(columns);
	row->who = col_text(columns);
	row->at = col_int(columns);
}

static void clear_finding(void *row)
{
	finding_row_clear(row);
}

const struct row_kind finding_rows = {sizeof(struct finding_row), fill_finding, clear_finding};

/*
 * One statement a question, so that each can go along its own index: the findings of a video,
 * those of a course, and those of the campus, which are read in order. The page is cut from the
 * index first and filled with texts then: ?4 and ?5.
 */
#define FILLED(where)                                                                              \
	"SELECT " FINDING_COLUMNS " FROM (SELECT f.id FROM finding f WHERE " where                 \
	" AND " FINDING_MATCHES FINDING_ORDER " LIMIT ?4 OFFSET ?5) page"                          \
	" JOIN finding f ON f.id = page.id JOIN course c ON c.id = f.course_id" FINDING_ORDER
#define COUNTED(where) "SELECT count(*) FROM finding f WHERE " where " AND " FINDING_MATCHES

static const struct {
	const char *filled, *counted;
} finding_sql[] = {
	{FILLED("?1 = 0"), COUNTED("?1 = 0")},
	{FILLED("f.course_id = ?1"), COUNTED("f.course_id = ?1")},
	{FILLED("f.video_id = ?1"), COUNTED("f.video_id = ?1")},
};

enum result reader_findings(struct reader *reader, const struct finding_query *query,
			    struct finding_row **rows, size_t *count, int64_t *total,
			    struct error *err)
{
	const char *code =
		query->code >= 0 ? finding_info((enum finding_code)query->code)->name : "";
	int which = query->video ? 2 : query->course ? 1 : 0;
	int64_t whose = query->video ? query->video : query->course;
	void *list;
	enum result st;

	*rows = NULL;
	*count = 0;
	if (query->filter) {
		st = read_matching_findings(reader, query, &list, count, total, err);
		*rows = list;
		return st;
	}
	st = read_total(reader, err, finding_sql[which].counted,
			DB_VALUES(INT(whose), TEXT(code), INT(query->with_waived)), total);
	if (st != RESULT_OK)
		return st;
	st = read_rows(reader, err, &finding_rows, finding_sql[which].filled,
		       DB_VALUES(INT(whose), TEXT(code), INT(query->with_waived), INT(query->count),
				 INT(query->first)),
		       &list, count);
	*rows = list;
	return st;
}

enum result reader_finding_counts(struct reader *reader, int64_t course, int64_t *counts,
				  struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum finding_code code;
	enum result st;

	memset(counts, 0, FINDING_COUNT * sizeof(*counts));
	if (course)
		st = db_first(
			&reader->db, err,
			"SELECT code, count(*) FROM finding WHERE course_id = ?1 AND waived = 0"
			" GROUP BY code",
			DB_VALUES(INT(course)), &stmt);
	else
		st = db_first(&reader->db, err,
			      "SELECT code, count(*) FROM finding INDEXED BY finding_in_order"
			      " WHERE waived = 0 GROUP BY severity, code",
			      NULL, 0, &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);

		code = finding_by_name(name ? name : "");
		if (code != FINDING_NONE)
			counts[code] += sqlite3_column_int64(stmt, 1);
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* ---- attempts and journal -----------------------------------------------------------------*/

static void fill_attempt(struct columns *columns, void *to)
{
	struct attempt_row *row = to;

	row->id = col_int(columns);
	row->video_id = col_int(columns);
	row->pass = col_int(columns);
	row->number = col_int(columns);
	row->begun = col_int(columns);
	row->ended = col_int(columns);
	row->result = col_text(columns);
	row->text = col_text(columns);
}

static void clear_attempt(void *row)
{
	attempt_row_clear(row);
}

enum result reader_attempts(struct reader *reader, int64_t video, struct attempt_row **rows,
			    size_t *count, struct error *err)
{
	static const struct row_kind kind = {sizeof(struct attempt_row), fill_attempt,
					     clear_attempt};
	void *list;
	enum result st;

	st = read_rows(reader, err, &kind,
		       "SELECT id, video_id, pass, number, begun, ended, result, text FROM attempt"
		       " WHERE video_id = ?1 ORDER BY id",
		       DB_VALUES(INT(video)), &list, count);
	*rows = list;
	return st;
}
