#include "config.h"

#include "src/status/reader.h"

#include <stdlib.h>

#include "src/status/arrival.h"
#include "src/status/read.h"
#include "src/status/tally.h"

static const char videos_sql[] =
	"SELECT v.type || '@' || v.block || ' of ' || c.key,"
	" v.expected, v.in_val, v.unknown, v.extra, v.differing, v.errors, v.warnings, v.notices,"
	" v.waived, v.bytes,"
	" t.expected, t.in_val, t.unknown, t.extra, t.differing, f.errors, f.warnings, f.notices,"
	" f.waived, t.bytes"
	" FROM video v JOIN course c ON c.id = v.course_id"
	" LEFT JOIN (SELECT video_id, sum(expected) AS expected,"
	"  sum(expected AND in_val = 2) AS in_val, sum(expected AND in_val = 0) AS unknown,"
	"  sum(outcome = 'extra') AS extra, sum(compare = 'differs') AS differing,"
	"  sum(CASE WHEN expected AND in_val = 2 AND size > 0 THEN size ELSE 0 END) AS bytes"
	"  FROM transcript GROUP BY video_id) t ON t.video_id = v.id"
	" LEFT JOIN (SELECT video_id, sum(NOT waived AND severity = 2) AS errors,"
	"  sum(NOT waived AND severity = 1) AS warnings,"
	"  sum(NOT waived AND severity = 0) AS notices, sum(waived) AS waived"
	"  FROM finding WHERE video_id IS NOT NULL GROUP BY video_id) f"
	"  ON f.video_id = v.id";

static const char courses_sql[] =
	"SELECT c.key, c.expected, c.in_val, c.unknown, c.extra, c.differing, c.errors, c.warnings,"
	" c.notices, c.waived, c.bytes, c.videos, c.tried, c.failed,"
	" v.expected, v.in_val, v.unknown, v.extra, v.differing,"
	" coalesce(v.errors, 0) + coalesce(f.errors, 0),"
	" coalesce(v.warnings, 0) + coalesce(f.warnings, 0),"
	" coalesce(v.notices, 0) + coalesce(f.notices, 0),"
	" coalesce(v.waived, 0) + coalesce(f.waived, 0), v.bytes, v.videos, v.tried, v.failed"
	" FROM course c"
	" LEFT JOIN (SELECT course_id, sum(expected) AS expected, sum(in_val) AS in_val,"
	"  sum(unknown) AS unknown, sum(extra) AS extra, sum(differing) AS differing,"
	"  sum(errors) AS errors, sum(warnings) AS warnings, sum(notices) AS notices,"
	"  sum(waived) AS waived, sum(bytes) AS bytes, count(*) AS videos,"
	"  sum(state <> 'waiting') AS tried, sum(state = 'failed') AS failed"
	"  FROM video WHERE gone = 0 GROUP BY course_id) v ON v.course_id = c.id"
	" LEFT JOIN (SELECT course_id, sum(NOT waived AND severity = 2) AS errors,"
	"  sum(NOT waived AND severity = 1) AS warnings,"
	"  sum(NOT waived AND severity = 0) AS notices, sum(waived) AS waived"
	"  FROM finding WHERE video_id IS NULL GROUP BY course_id) f"
	"  ON f.course_id = c.id";

/* Courses of runs; one that is still arriving is not all there. */
#define ARRIVED "run_course c JOIN run r ON r.number = c.run AND r.kind <> '" RUN_ARRIVING "'"

/* Of a run only what it has rows for: how its videos stood is told by no other row. */
static const char run_courses_sql[] =
	"SELECT c.course || ' in run ' || c.run,"
	" 0, 0, 0, c.extra, 0, c.errors, c.warnings, c.notices, c.waived, 0,"
	" 0, 0, 0, coalesce(t.extra, 0), 0, coalesce(f.errors, 0), coalesce(f.warnings, 0),"
	" coalesce(f.notices, 0), coalesce(f.waived, 0), 0"
	" FROM " ARRIVED
	" LEFT JOIN (SELECT run_course, sum(outcome = 'extra') AS extra FROM run_transcript"
	"  GROUP BY run_course) t ON t.run_course = c.id"
	" LEFT JOIN (SELECT run_course, sum(NOT waived AND severity = 2) AS errors,"
	"  sum(NOT waived AND severity = 1) AS warnings,"
	"  sum(NOT waived AND severity = 0) AS notices, sum(waived) AS waived"
	"  FROM run_finding GROUP BY run_course) f ON f.run_course = c.id";

static const char run_outcomes_sql[] =
	"SELECT c.course, c.run FROM " ARRIVED
	" LEFT JOIN (SELECT run_course, sum(outcome = 'migrated') AS migrated,"
	"  sum(outcome = 'kept') AS kept, sum(outcome = 'would-migrate') AS would,"
	"  sum(outcome = 'untold') AS untold,"
	"  sum(outcome IN ('planned', 'failed')) AS not_migrated"
	"  FROM run_transcript GROUP BY run_course) t ON t.run_course = c.id"
	" WHERE c.migrated <> coalesce(t.migrated, 0) OR c.kept <> coalesce(t.kept, 0)"
	"  OR c.would <> coalesce(t.would, 0) OR c.untold <> coalesce(t.untold, 0)"
	"  OR c.not_migrated <> coalesce(t.not_migrated, 0)";

/* Rows of: a name, the sums as stored, the sums as they should be. */
static enum result compare(struct reader *reader, const char *sql, bool course, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err, sql, NULL, 0, &stmt);

	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};
		struct tally stored = {{0}}, truth = {{0}};
		char *name = col_text(&columns);

		tally_read(&stored, &columns, course);
		tally_read(&truth, &columns, course);
		st = col_result(&reader->db, &columns, err);
		for (int i = 0; i < TALLY_COUNT && st == RESULT_OK; i++)
			if (stored.n[i] != truth.n[i])
				st = error_set(err, RESULT_DAMAGED,
					       "%s: %s is %lld, but its rows add up to %lld",
					       name, tally_name(i), (long long)stored.n[i],
					       (long long)truth.n[i]);
		free(name);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result check_outcomes(struct reader *reader, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err, run_outcomes_sql, NULL, 0, &stmt);

	if (st == RESULT_OK)
		st = error_set(err, RESULT_DAMAGED,
			       "%s in run %lld: its outcomes are not those of its transcripts",
			       (const char *)sqlite3_column_text(stmt, 0),
			       (long long)sqlite3_column_int64(stmt, 1));
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result status_check(struct reader *reader, struct error *err)
{
	enum result st = reader_begin(reader, err);

	if (st != RESULT_OK)
		return st;
	st = compare(reader, videos_sql, false, err);
	if (st == RESULT_OK)
		st = compare(reader, courses_sql, true, err);
	if (st == RESULT_OK)
		st = compare(reader, run_courses_sql, false, err);
	if (st == RESULT_OK)
		st = check_outcomes(reader, err);
	reader_end(reader);
	return st;
}
