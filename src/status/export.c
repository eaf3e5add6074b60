/*
 * Runs on their way out, and what those that came in say of a course.
 */
#include "config.h"

#include "src/status/transfer.h"

#include "src/status/read.h"

struct walk {
	struct reader *reader;
	transfer_visit *visit;
	void *arg;
	struct transfer row;
};

/* A kind of row: ?1 is the id of the row it belongs to, the first column its own. */
struct level {
	const char *sql;
	void (*fill)(struct transfer *row, struct columns *columns);
	enum transfer_kind kind;
	enum result (*below)(struct walk *walk, int64_t id, struct error *err); /* NULL: nothing */
};

/* The waiver, as it stands now, of finding f of the course c of a run. */
#define WAIVER_OF_FINDING                                                                          \
	"waiver w ON w.course = c.course AND w.block = iif(f.block = '', '-', f.block)"            \
	" AND w.language = iif(f.language = '', '-', f.language) AND w.code = f.code"              \
	" AND w.seen = f.seen"

/* ---- rows ---------------------------------------------------------------------------------*/

/* Borrowed until the statement's next step, as transfer.h says. */
static char *text(struct columns *columns)
{
	return (char *)col_peek(columns);
}

static void fill_run(struct transfer *to, struct columns *columns)
{
	struct run_row *row = &to->run;

	row->number = col_int(columns);
	row->uid = text(columns);
	COL_WORD(columns, run_kind_read, &row->kind);
	row->generation = col_int(columns);
	row->campus = text(columns);
	row->environment = text(columns);
	row->release = text(columns);
	row->version = text(columns);
	row->options = text(columns);
	row->who = text(columns);
	row->host = text(columns);
	row->began = col_int(columns);
	row->ended = col_int(columns);
	row->broken_off = col_bool(columns);
	row->active = col_int(columns);
}

static void fill_course(struct transfer *to, struct columns *columns)
{
	struct run_course_row *row = &to->course;
	struct run_sums *sums = &row->sums;
	struct counts *counts = &sums->counts;

	row->id = col_int(columns);
	row->course = text(columns);
	COL_WORD(columns, course_status_read, &row->status);
	row->began = col_int(columns);
	row->ended = col_int(columns);
	row->problem = text(columns);
	row->source_version = text(columns);
	row->source_assets = text(columns);
	sums->videos = col_int(columns);
	sums->videos_failed = col_int(columns);
	counts->expected = col_int(columns);
	counts->in_val = col_int(columns);
	counts->unknown = col_int(columns);
	counts->extra = col_int(columns);
	counts->differing = col_int(columns);
	counts->errors = col_int(columns);
	counts->warnings = col_int(columns);
	counts->notices = col_int(columns);
	counts->waived = col_int(columns);
	sums->bytes = col_int(columns);
	sums->migrated = col_int(columns);
	sums->kept = col_int(columns);
	sums->would = col_int(columns);
	sums->untold = col_int(columns);
	sums->not_migrated = col_int(columns);
	row->active = col_int(columns);
	row->tried = col_int(columns);
}

static void fill_transcript(struct transfer *to, struct columns *columns)
{
	struct run_transcript *row = &to->transcript;

	col_int(columns);
	row->block = text(columns);
	row->language = text(columns);
	row->val_id = text(columns);
	COL_WORD(columns, transcript_outcome_read, &row->outcome);
	row->source_sha256 = text(columns);
	row->sha256 = text(columns);
}

/* A word that is none of ours is FINDING_NONE, which nobody gives. */
static enum finding_code read_code(struct columns *columns)
{
	enum finding_code code = finding_by_name(col_peek(columns));

	if (code == FINDING_NONE)
		columns->st = RESULT_DAMAGED;
	return code;
}

static void fill_finding(struct transfer *to, struct columns *columns)
{
	struct finding_row *row = &to->finding;
	int64_t severity;

	row->id = col_int(columns);
	row->block = text(columns);
	row->language = text(columns);
	row->code = read_code(columns);
	severity = col_int(columns);
	if (severity < FINDING_NOTICE || severity > FINDING_ERROR)
		columns->st = RESULT_DAMAGED;
	row->severity = (enum finding_severity)severity;
	row->text = text(columns);
	row->seen = text(columns);
	row->waived = col_bool(columns);
	row->reason = text(columns);
	row->who = text(columns);
	row->at = col_int(columns);
}

static void fill_waiver(struct transfer *to, struct columns *columns)
{
	struct waiver_row *row = &to->waiver;

	row->id = col_int(columns);
	row->course = text(columns);
	row->block = text(columns);
	row->language = text(columns);
	row->code = read_code(columns);
	row->seen = text(columns);
	row->reason = text(columns);
	row->who = text(columns);
	row->at = col_int(columns);
}

/* ---- the walk -----------------------------------------------------------------------------*/

static enum result walk_level(struct walk *walk, const struct level *level, int64_t of,
			      struct error *err)
{
	struct db *db = &walk->reader->db;
	sqlite3_stmt *stmt = NULL;
	enum result ended = RESULT_OK;
	enum result st = db_first(db, err, level->sql, DB_VALUES(INT(of)), &stmt);

	while (st == RESULT_OK) {
		struct columns columns = {stmt, 0, RESULT_OK};

		walk->row.kind = level->kind;
		level->fill(&walk->row, &columns);
		ended = col_result(db, &columns, err);
		if (ended == RESULT_OK)
			ended = walk->visit(walk->arg, &walk->row, err);
		if (ended == RESULT_OK && level->below)
			ended = level->below(walk, sqlite3_column_int64(stmt, 0), err);
		if (ended != RESULT_OK)
			break;
		st = db_next(db, err, stmt);
	}
	db_done(stmt);
	if (ended != RESULT_OK)
		return ended;
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result walk_below_course(struct walk *walk, int64_t id, struct error *err)
{
	static const struct level transcripts = {
		"SELECT 0, block, language, val_id, outcome, source_sha256, sha256"
		" FROM run_transcript WHERE run_course = ?1 ORDER BY block, language",
		fill_transcript, TRANSFER_TRANSCRIPT, NULL};
	static const struct level findings = {
		"SELECT f.id, f.block, f.language, f.code, f.severity, f.text, f.seen,"
		" w.id IS NOT NULL, coalesce(w.reason, ''), coalesce(w.who, ''), f.at"
		" FROM run_course c JOIN run_finding f ON f.run_course = c.id"
		" LEFT JOIN " WAIVER_OF_FINDING
		" WHERE c.id = ?1 ORDER BY f.code, f.block, f.language, f.id",
		fill_finding, TRANSFER_FINDING, NULL};
	enum result st = walk_level(walk, &transcripts, id, err);

	return st == RESULT_OK ? walk_level(walk, &findings, id, err) : st;
}

#define OPEN_FINDINGS(severity)                                                                    \
	" (SELECT count(*) FROM run_finding f LEFT JOIN " WAIVER_OF_FINDING                        \
	"  WHERE f.run_course = c.id AND f.severity = " severity " AND w.id IS NULL),"

static enum result walk_below_run(struct walk *walk, int64_t number, struct error *err)
{
	static const struct level courses = {
		"SELECT id, course, status, began, ended, problem, source_version, source_assets,"
		" videos, failed, expected, in_val, unknown, extra, differing,"
		OPEN_FINDINGS("2") OPEN_FINDINGS("1") OPEN_FINDINGS("0")
		" (SELECT count(*) FROM run_finding f JOIN " WAIVER_OF_FINDING
		"  WHERE f.run_course = c.id),"
		" bytes, migrated, kept, would, untold, not_migrated, active, tried"
		" FROM run_course c WHERE run = ?1 ORDER BY course",
		fill_course, TRANSFER_COURSE, walk_below_course};

	return walk_level(walk, &courses, number, err);
}

enum result reader_campus(struct reader *reader, char **campus, char **environment,
			  struct error *err)
{
	struct columns columns = {0};
	enum result st = db_first(&reader->db, err, "SELECT name, environment FROM campus", NULL, 0,
				  &columns.stmt);

	*campus = *environment = NULL;
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_FATAL, "a status database of no campus")
					: st;
	*campus = col_text(&columns);
	*environment = col_text(&columns);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

enum result reader_transfer(struct reader *reader, transfer_visit *visit, void *arg,
			    struct error *err)
{
	static const struct level runs = {
		"SELECT number, uid, kind, generation, campus, environment, release, version,"
		" options, who, host, began, ended, broken_off, active FROM run"
		" WHERE kind = 'mock' AND imported = ?1 AND ended <> 0 ORDER BY number",
		fill_run, TRANSFER_RUN, walk_below_run};
	static const struct level waivers = {
		"SELECT id, course, block, language, code, seen, reason, who, at FROM waiver"
		" WHERE ?1 = 0 ORDER BY course, block, language, code, seen",
		fill_waiver, TRANSFER_WAIVER, NULL};
	struct walk walk = {.reader = reader, .visit = visit, .arg = arg};
	enum result st = reader_begin(reader, err);

	if (st != RESULT_OK)
		return st;
	st = walk_level(&walk, &runs, 0, err);
	if (st == RESULT_OK)
		st = walk_level(&walk, &waivers, 0, err);
	reader_end(reader);
	return st;
}

enum result reader_exported(struct reader *reader, int64_t *runs, struct error *err)
{
	return db_number(&reader->db, err,
			 "SELECT count(*) FROM run WHERE kind = 'mock' AND imported = 0 AND ended <> 0",
			 NULL, 0, 0, runs);
}

/* ---- what imported runs say ---------------------------------------------------------------*/

enum result reader_imported(struct reader *reader, int64_t *runs, struct error *err)
{
	return db_number(&reader->db, err,
			 "SELECT count(*) FROM run WHERE kind = 'mock' AND imported <> 0", NULL, 0, 0,
			 runs);
}

enum result reader_rehearsal(struct reader *reader, int64_t course, struct rehearsal *out,
			     struct error *err)
{
	struct db *db = &reader->db;
	int64_t last = 0;
	enum result st;

	out->runs = out->errors = 0;
	st = db_number(db, err,
		       "SELECT count(*) FROM course k JOIN run_course c ON c.course = k.key"
		       " JOIN run r ON r.number = c.run"
		       " WHERE k.id = ?1 AND r.kind = 'mock' AND r.imported <> 0 AND c.ended <> 0",
		       DB_VALUES(INT(course)), 0, &out->runs);
	if (st == RESULT_OK && out->runs)
		st = db_number(db, err,
			       "SELECT c.id FROM course k JOIN run_course c ON c.course = k.key"
			       " JOIN run r ON r.number = c.run"
			       " WHERE k.id = ?1 AND r.kind = 'mock' AND r.imported <> 0"
			       " AND c.ended <> 0 ORDER BY r.began DESC, r.number DESC LIMIT 1",
			       DB_VALUES(INT(course)), 0, &last);
	if (st == RESULT_OK && last)
		st = db_number(db, err,
			       "SELECT max((SELECT count(*) FROM run_finding f LEFT JOIN "
			       WAIVER_OF_FINDING
			       "  WHERE f.run_course = c.id AND f.severity = 2 AND NOT f.waived"
			       "  AND w.id IS NULL),"
			       " c.status = 'Failed' AND NOT EXISTS(SELECT 1 FROM run_finding f"
			       "  WHERE f.run_course = c.id AND f.severity = 2))"
			       " FROM run_course c WHERE c.id = ?1",
			       DB_VALUES(INT(last)), 0, &out->errors);
	return st;
}
