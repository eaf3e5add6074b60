#include "config.h"

#include "src/status/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/write.h"

/* ---- a pass begins ------------------------------------------------------------------------*/

struct begin {
	int64_t course;
	bool anew;
	int64_t pass;
	struct course_taken taken;
};

/*
 * All videos wait again, but for those that count as tried in the new pass, with the state they
 * ended in: in a run limited to a finding those that do not have it, and in the run of a Failed
 * course (@rest) those that did not fail. Not so what only a dry run has seen, or what was
 * planned since: that was never migrated, whatever its state says.
 */
static enum result reset_videos(struct status *status, int64_t course, int64_t pass,
				const char *finding, bool rest, struct error *err)
{
	struct db *db = &status->db;
	enum result st = RESULT_OK;

	if (rest && !*finding)
		st = db_run(
			db, err,
			"UPDATE video SET pass = ?2 WHERE course_id = ?1 AND gone = 0"
			" AND state = 'done'"
			" AND NOT EXISTS(SELECT 1 FROM transcript t WHERE t.video_id = video.id"
			"  AND t.outcome IN ('planned', 'would-migrate', 'untold'))",
			DB_VALUES(INT(course), INT(pass)));
	if (*finding)
		st = db_run(
			db, err,
			"UPDATE video SET pass = ?2 WHERE course_id = ?1 AND gone = 0"
			" AND state <> 'waiting'"
			" AND NOT EXISTS(SELECT 1 FROM finding f WHERE f.video_id = video.id"
			"  AND f.code = ?3 AND f.waived = 0)"
			" AND (state = 'failed' OR NOT EXISTS(SELECT 1 FROM transcript t"
			"  WHERE t.video_id = video.id"
			"  AND t.outcome IN ('planned', 'would-migrate', 'untold')))",
			DB_VALUES(INT(course), INT(pass), TEXT(finding)));
	if (st == RESULT_OK)
		st = db_run(db, err,
			    "UPDATE video SET state = 'waiting', attempts = 0, pass = ?2"
			    " WHERE course_id = ?1 AND pass <> ?2",
			    DB_VALUES(INT(course), INT(pass)));
	return st;
}

static enum result begin_pass(struct status *status, struct begin *begin, const char *finding,
			      bool rest, int64_t now, struct error *err)
{
	enum result st;

	begin->pass++;
	st = db_run(&status->db, err,
		    "UPDATE course SET status = 'In-Progress', pass = ?2, begun = ?3, problem = ''"
		    " WHERE id = ?1",
		    DB_VALUES(INT(begin->course), INT(begin->pass), INT(now)));
	if (st == RESULT_OK)
		st = write_evidence_stale(status, begin->course, "the course was run again", err);
	if (st == RESULT_OK)
		st = reset_videos(status, begin->course, begin->pass, finding, rest, err);
	if (st == RESULT_OK)
		st = tally_course(&status->db, begin->course, now, err);
	return st;
}

static enum result write_begin_event(struct status *status, const struct begin *begin,
				     enum course_status from, const char *finding, struct error *err)
{
	struct columns columns = {0};
	char what[80], why[96] = "";
	char *key;
	enum result st;

	st = db_first(&status->db, err, "SELECT key FROM course WHERE id = ?1",
		      DB_VALUES(INT(begin->course)), &columns.stmt);
	if (st != RESULT_OK)
		return st;
	key = col_text(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	snprintf(what, sizeof(what), "pass %lld, was %s", (long long)begin->pass,
		 course_status_name(from));
	if (*finding)
		snprintf(why, sizeof(why), "only blocks with %s", finding);
	if (st == RESULT_OK)
		st = event_add(status, FINDING_NOTICE, "begin", key, what, why, err);
	free(key);
	return st;
}

static enum result write_begin(struct status *status, void *arg, struct error *err)
{
	struct begin *begin = arg;
	struct columns columns = {0};
	enum course_status from = COURSE_NOT_MIGRATED;
	enum course_intent intent = INTENT_IDLE;
	char *finding = begin->taken.finding;
	enum result st;

	st = db_first(&status->db, err,
		      "SELECT status, intent, pass, intent_number, intent_finding FROM course"
		      " WHERE id = ?1",
		      DB_VALUES(INT(begin->course)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such course") : st;
	COL_WORD(&columns, course_status_read, &from);
	COL_WORD(&columns, course_intent_read, &intent);
	begin->pass = col_int(&columns);
	begin->taken.number = col_int(&columns);
	snprintf(finding, sizeof(begin->taken.finding), "%s", col_peek(&columns));
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	if (st != RESULT_OK)
		return st;
	if (intent != INTENT_RUN)
		return error_set(err, RESULT_CANCELED,
				 "the course is no longer to be run: its intent is %s",
				 course_intent_name(intent));
	st = run_course_begin(status, begin->course, err);
	if (st != RESULT_OK || (from == COURSE_IN_PROGRESS && !begin->anew))
		return st;
	st = begin_pass(status, begin, finding, from == COURSE_FAILED && !begin->anew,
			clock_wall(status->clock), err);
	return st == RESULT_OK ? write_begin_event(status, begin, from, finding, err) : st;
}

enum result status_course_begin(struct status *status, int64_t course, bool anew, int64_t *pass,
				struct course_taken *taken, struct error *err)
{
	struct begin begin = {.course = course, .anew = anew};
	enum result st = write_run(status, write_begin, &begin, err);

	*pass = st == RESULT_OK ? begin.pass : 0;
	if (taken)
		*taken = begin.taken;
	return st;
}

/* ---- a pass ends --------------------------------------------------------------------------*/

struct end {
	int64_t course, intent_number;
	enum course_status to;
	const char *problem;
	const struct finding_row *notes;
	size_t note_count;
};

/* "; asset-missing, srt-invalid": what stands open as an error, or "". */
static enum result name_errors(struct status *status, int64_t course, char *out, size_t size,
			       struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	size_t at = 0;
	enum result st;

	out[0] = '\0';
	st = db_first(&status->db, err,
		      "SELECT DISTINCT code FROM finding WHERE course_id = ?1 AND severity = 2"
		      " AND waived = 0 ORDER BY code",
		      DB_VALUES(INT(course)), &stmt);
	for (; st == RESULT_OK; st = db_next(&status->db, err, stmt))
		if (at < size)
			at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "; ",
					       (const char *)sqlite3_column_text(stmt, 0));
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result write_end_event(struct status *status, const struct end *end, struct error *err)
{
	struct columns columns = {0};
	struct tally tally = {{0}};
	char what[512], errors[256];
	char *key;
	enum result st = name_errors(status, end->course, errors, sizeof(errors), err);

	if (st != RESULT_OK)
		return st;
	st = db_first(&status->db, err,
		      "SELECT key, " TALLY_COLUMNS ", " TALLY_COURSE_COLUMNS
		      " FROM course WHERE id = ?1",
		      DB_VALUES(INT(end->course)), &columns.stmt);
	if (st != RESULT_OK)
		return st;
	key = col_text(&columns);
	tally_read(&tally, &columns, true);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	snprintf(what, sizeof(what),
		 "%s: %lld of %lld transcripts in val, %lld of %lld videos failed%s",
		 course_status_name(end->to), (long long)tally.n[TALLY_IN_VAL],
		 (long long)tally.n[TALLY_EXPECTED], (long long)tally.n[TALLY_FAILED],
		 (long long)tally.n[TALLY_VIDEOS], errors);
	if (st == RESULT_OK)
		st = event_add(status, end->to == COURSE_FAILED ? FINDING_ERROR : FINDING_NOTICE,
			       "end", key, what, end->problem, err);
	free(key);
	return st;
}

static enum result write_end(struct status *status, void *arg, struct error *err)
{
	const struct end *end = arg;
	struct db *db = &status->db;
	int64_t now = clock_wall(status->clock), paused = 0;
	enum result st;

	st = db_number(db, err, "SELECT intent = 'pause' FROM course WHERE id = ?1",
		       DB_VALUES(INT(end->course)), -1, &paused);
	if (st != RESULT_OK)
		return st;
	if (paused)
		return paused < 0 ? error_set(err, RESULT_MISSING, "no such course")
				  : error_set(err, RESULT_CANCELED,
					      "the course was paused before it ended");
	if (end->notes)
		st = write_notes(status, end->course, end->notes, end->note_count, err);
	if (st == RESULT_OK)
		st = tally_course(db, end->course, now, err);
	if (st == RESULT_OK)
		st = db_run(
			db, err,
			"UPDATE course SET status = ?2, problem = ?3, changed = ?4,"
			" intent_finding ="
			"  CASE intent_number WHEN ?5 THEN '' ELSE intent_finding END,"
			" intent = CASE intent_number WHEN ?5 THEN 'idle' ELSE intent END"
			" WHERE id = ?1",
			DB_VALUES(INT(end->course), TEXT(course_status_name(end->to)),
				  TEXT(end->problem), INT(now), INT(end->intent_number)));
	if (st == RESULT_OK) /* what was validated while it was paused */
		st = write_evidence_stale(status, end->course, "the course was run to its end after it", err);
	if (st == RESULT_OK)
		st = run_course_end(status, end->course, end->to, end->problem, err);
	return st == RESULT_OK ? write_end_event(status, end, err) : st;
}

enum result status_course_end(struct status *status, int64_t course, int64_t intent_number,
			      enum course_status status_to, const char *problem,
			      const struct finding_row *notes, size_t note_count, struct error *err)
{
	struct end end = {
		.course = course,
		.intent_number = intent_number,
		.to = status_to,
		.problem = problem,
		.notes = notes,
		.note_count = note_count,
	};

	return write_run(status, write_end, &end, err);
}
