#include "config.h"

#include "src/status/run_rows.h"

#include "src/status/write.h"

/* Videos v of the course ?2 that the run tells of; ?3: those alone that this pass has tried. */
#define TOLD                                                                                       \
	"v.course_id = ?2 AND v.gone = 0 AND (NOT ?3 OR (v.state <> 'waiting' AND v.pass ="        \
	"  (SELECT pass FROM course WHERE id = ?2)))"

/* As they lie: nothing is sorted first. */
static enum result copy_transcripts(struct status *status, int64_t id, int64_t course, bool tried,
				    struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT INTO run_transcript(run_course, block, language, val_id, outcome,"
		      " source_sha256, sha256)"
		      " SELECT ?1, v.type || '@' || v.block, t.language, v.val_id, t.outcome,"
		      " t.source_sha256, t.sha256"
		      " FROM video v CROSS JOIN transcript t ON t.video_id = v.id"
		      " WHERE " TOLD " ORDER BY v.position",
		      DB_VALUES(INT(id), INT(course), INT(tried)));
}

static enum result copy_findings(struct status *status, int64_t id, int64_t course, bool tried,
				 struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT INTO run_finding(run_course, block, language, code, severity, text,"
		      " seen, waived, reason, who, at)"
		      " SELECT ?1, block, language, code, severity, text, seen, waived, reason, who, at"
		      " FROM finding f WHERE course_id = ?2 AND (video_id IS NULL OR EXISTS("
		      "  SELECT 1 FROM video v WHERE v.id = f.video_id AND " TOLD "))",
		      DB_VALUES(INT(id), INT(course), INT(tried)));
}

/* What the course has added up itself. */
static enum result copy_sums(struct status *status, int64_t id, int64_t course, struct error *err)
{
	return db_run(&status->db, err,
		      "UPDATE run_course SET (videos, failed, expected, in_val, unknown, extra,"
		      "  differing, errors, warnings, notices, waived, bytes) ="
		      " (SELECT videos, failed, expected, in_val, unknown, extra, differing, errors,"
		      "  warnings, notices, waived, bytes FROM course WHERE id = ?2),"
		      " (source_version, source_assets) ="
		      " (SELECT coalesce(max(version), ''), coalesce(max(assets), '')"
		      "  FROM course_source WHERE course_id = ?2)"
		      " WHERE id = ?1",
		      DB_VALUES(INT(id), INT(course)));
}

static enum result sum_up_tried(struct status *status, int64_t id, int64_t course, struct error *err)
{
	return db_run(&status->db, err,
		      "UPDATE run_course SET (videos, failed, expected, in_val, unknown, extra,"
		      "  differing, bytes) ="
		      " (SELECT count(*), count(*) FILTER (WHERE state = 'failed'),"
		      "  coalesce(sum(expected), 0), coalesce(sum(in_val), 0),"
		      "  coalesce(sum(unknown), 0), coalesce(sum(extra), 0),"
		      "  coalesce(sum(differing), 0), coalesce(sum(bytes), 0)"
		      "  FROM video v WHERE " TOLD "),"
		      " (errors, warnings, notices, waived) ="
		      " (SELECT count(*) FILTER (WHERE severity = 2 AND NOT waived),"
		      "  count(*) FILTER (WHERE severity = 1 AND NOT waived),"
		      "  count(*) FILTER (WHERE severity = 0 AND NOT waived),"
		      "  count(*) FILTER (WHERE waived) FROM run_finding WHERE run_course = ?1)"
		      " WHERE id = ?1",
		      DB_VALUES(INT(id), INT(course), INT(true)));
}

/* Not what its videos had from before: a retry is no faster for that. A dry run tries none. */
static enum result count_tried(struct status *status, int64_t id, int64_t course, struct error *err)
{
	return db_run(&status->db, err,
		      "UPDATE run_course AS c SET tried = CASE (SELECT kind FROM run WHERE number = c.run)"
		      " WHEN 'dry' THEN migrated + kept + would + untold + not_migrated"
		      " ELSE (SELECT count(*) FROM run r JOIN video v JOIN transcript t ON t.video_id = v.id"
		      "  WHERE r.number = c.run AND v.course_id = ?2 AND "
		      TRIED_IN_RUN("r.attempts") ") END"
		      " WHERE id = ?1 AND tried >= 0",
		      DB_VALUES(INT(id), INT(course)));
}

static enum result count_outcomes(struct status *status, int64_t id, struct error *err)
{
	return db_run(&status->db, err,
		      "UPDATE run_course SET (migrated, kept, would, untold, not_migrated) ="
		      " (SELECT count(*) FILTER (WHERE outcome = 'migrated'),"
		      "  count(*) FILTER (WHERE outcome = 'kept'),"
		      "  count(*) FILTER (WHERE outcome = 'would-migrate'),"
		      "  count(*) FILTER (WHERE outcome = 'untold'),"
		      "  count(*) FILTER (WHERE outcome IN ('planned', 'failed'))"
		      "  FROM run_transcript WHERE run_course = ?1)"
		      " WHERE id = ?1",
		      DB_VALUES(INT(id)));
}

enum result run_rows_copy(struct status *status, int64_t id, int64_t course, enum run_rows which,
			  struct error *err)
{
	bool tried = which == RUN_ROWS_TRIED;
	enum result st = copy_transcripts(status, id, course, tried, err);

	if (st == RESULT_OK)
		st = copy_findings(status, id, course, tried, err);
	if (st == RESULT_OK)
		st = tried ? sum_up_tried(status, id, course, err) : copy_sums(status, id, course, err);
	if (st == RESULT_OK)
		st = count_outcomes(status, id, err);
	return st == RESULT_OK ? count_tried(status, id, course, err) : st;
}

enum result run_rows_forget(struct status *status, int64_t id, struct error *err)
{
	enum result st = db_run(&status->db, err, "DELETE FROM run_transcript WHERE run_course = ?1",
				DB_VALUES(INT(id)));

	return st == RESULT_OK ? db_run(&status->db, err,
					"DELETE FROM run_finding WHERE run_course = ?1",
					DB_VALUES(INT(id)))
			       : st;
}
