#include "config.h"

#include "src/status/run_pairs.h"

#include "src/status/arrival.h"
#include "src/status/read.h"

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory to compare two runs");
}

/* ---- transcripts --------------------------------------------------------------------------*/

/* Both halves come in the order of the primary key and are merged: nothing is sorted. */
static const char pairs_sql[] =
	"SELECT a.block, a.language, 1, b.block IS NOT NULL, a.outcome,"
	" coalesce(b.outcome, 'planned'), a.source_sha256, coalesce(b.source_sha256, ''), a.val_id,"
	" coalesce(b.val_id, '') FROM run_transcript a LEFT JOIN run_transcript b"
	"  ON b.run_course = ?2 AND b.block = a.block AND b.language = a.language"
	" WHERE a.run_course = ?1 AND (b.block IS NULL OR a.outcome = 'failed'"
	"  OR a.source_sha256 <> b.source_sha256 OR (a.outcome <> b.outcome"
	"   AND NOT (a.outcome = 'would-migrate' AND b.outcome = 'migrated')))"
	" UNION ALL SELECT b.block, b.language, 0, 1, 'planned', b.outcome, '', b.source_sha256, '',"
	" b.val_id FROM run_transcript b WHERE b.run_course = ?2 AND NOT EXISTS("
	"  SELECT 1 FROM run_transcript a WHERE a.run_course = ?1 AND a.block = b.block"
	"   AND a.language = b.language) ORDER BY 1, 2";

static void fill_pair(struct columns *columns, struct run_pair *pair)
{
	pair->block = col_peek(columns);
	pair->language = col_peek(columns);
	pair->in_a = col_bool(columns);
	pair->in_b = col_bool(columns);
	COL_WORD(columns, transcript_outcome_read, &pair->outcome_a);
	COL_WORD(columns, transcript_outcome_read, &pair->outcome_b);
	pair->source_a = col_peek(columns);
	pair->source_b = col_peek(columns);
	pair->val_id_a = col_peek(columns);
	pair->val_id_b = col_peek(columns);
}

enum result run_pairs_read(struct reader *reader, int64_t a, int64_t b,
			   bool (*fn)(void *arg, const struct run_pair *pair), void *arg,
			   struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err, pairs_sql, DB_VALUES(INT(a), INT(b)), &stmt);

	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};
		struct run_pair pair = {0};

		fill_pair(&columns, &pair);
		st = col_result(&reader->db, &columns, err);
		if (st == RESULT_OK && !fn(arg, &pair))
			st = no_memory(err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result run_pairs_predicted(struct reader *reader, int64_t run_course, int64_t *predicted,
				int64_t *untold, struct error *err)
{
	enum result st = db_number(&reader->db, err,
				   "SELECT count(*) FROM run_transcript WHERE run_course = ?1"
				   " AND outcome NOT IN ('planned', 'untold')",
				   DB_VALUES(INT(run_course)), 0, predicted);

	if (st != RESULT_OK)
		return st;
	return db_number(&reader->db, err,
			 "SELECT count(*) FROM run_transcript WHERE run_course = ?1"
			 " AND outcome = 'untold'",
			 DB_VALUES(INT(run_course)), 0, untold);
}

enum result run_pairs_shared(struct reader *reader, int64_t run,
			     bool (*fn)(void *arg, const char *val_id, const char *language), void *arg,
			     struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err,
				  "SELECT t.val_id, t.language FROM run_course c CROSS JOIN run_transcript t"
				  " ON t.run_course = c.id WHERE c.run = ?1 AND t.val_id <> ''"
				  " AND t.outcome <> 'extra' GROUP BY t.val_id, t.language"
				  " HAVING count(*) > 1",
				  DB_VALUES(INT(run)), &stmt);

	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};
		const char *val_id = col_peek(&columns), *language = col_peek(&columns);

		if (!fn(arg, val_id, language)) {
			st = no_memory(err);
			break;
		}
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result run_pairs_given(struct reader *reader, const struct run_row *a, const struct run_row *b,
			    void (*fn)(void *arg, const struct run_given *given), void *arg,
			    struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	st = db_first(&reader->db, err,
		      "SELECT t.val_id, t.language, c.run, c.began, c.ended FROM run r"
		      " CROSS JOIN run_course c ON c.run = r.number"
		      " CROSS JOIN run_transcript t ON t.run_course = c.id"
		      " WHERE r.imported = 0 AND r.kind <> 'dry' AND r.generation = ?3"
		      " AND r.number NOT IN (?1, ?2) AND c.ended >= ?4 AND (?5 = 0 OR c.began <= ?5)"
		      " AND t.outcome = 'migrated' ORDER BY r.number",
		      DB_VALUES(INT(a->number), INT(b->number), INT(b->generation), INT(a->began),
				INT(b->ended)),
		      &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};
		struct run_given given;

		given.val_id = col_peek(&columns);
		given.language = col_peek(&columns);
		given.run = col_int(&columns);
		given.began = col_int(&columns);
		given.ended = col_int(&columns);
		fn(arg, &given);
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* ---- findings, and runs -------------------------------------------------------------------*/

enum result run_pairs_findings(struct reader *reader, int64_t run_course, struct finding_row **rows,
			       size_t *count, struct error *err)
{
	void *list;
	enum result st = read_rows(reader, err, &finding_rows,
				   "SELECT id, 0, 0, '', block, language, code, severity, text, seen,"
				   " waived, reason, who, at FROM run_finding WHERE run_course = ?1"
				   " ORDER BY block, language, code, id",
				   DB_VALUES(INT(run_course)), &list, count);

	*rows = list;
	return st;
}

enum result run_pairs_before(struct reader *reader, int64_t number, int64_t *out, struct error *err)
{
	return db_number(&reader->db, err,
			 "SELECT r.number FROM run r WHERE r.number < ?1"
			 " AND r.kind <> '" RUN_ARRIVING "' AND (r.kind <> 'real'"
			 "  OR (SELECT kind FROM run WHERE number = ?1) <> 'mock')"
			 " AND EXISTS(SELECT 1 FROM run_course x CROSS JOIN run_course y"
			 "  ON y.run = r.number AND y.course = x.course WHERE x.run = ?1)"
			 " ORDER BY r.number DESC LIMIT 1",
			 DB_VALUES(INT(number)), 0, out);
}
