#include "config.h"

#include "src/status/tally.h"

#include <string.h>

#include "src/val/val.h"

void tally_transcripts(struct tally *tally, const struct transcript_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct transcript_row *row = &rows[i];
		bool in_val = row->expected && row->in_val == VAL_PRESENT;

		tally->n[TALLY_EXPECTED] += row->expected;
		tally->n[TALLY_IN_VAL] += in_val;
		tally->n[TALLY_UNKNOWN] += row->expected && row->in_val == VAL_UNKNOWN;
		tally->n[TALLY_EXTRA] += row->outcome == OUTCOME_EXTRA;
		tally->n[TALLY_DIFFERING] += row->compare == COMPARE_DIFFERS;
		if (in_val && row->size > 0)
			tally->n[TALLY_BYTES] += row->size;
	}
}

void tally_finding(struct tally *tally, enum finding_severity severity, bool waived)
{
	if (waived)
		tally->n[TALLY_WAIVED]++;
	else
		tally->n[severity == FINDING_ERROR     ? TALLY_ERRORS
			 : severity == FINDING_WARNING ? TALLY_WARNINGS
						       : TALLY_NOTICES]++;
}

void tally_video(struct tally *tally, enum video_state state)
{
	tally->n[TALLY_VIDEOS]++;
	tally->n[TALLY_TRIED] += state != VIDEO_WAITING;
	tally->n[TALLY_FAILED] += state == VIDEO_FAILED;
}

void tally_subtract(struct tally *to, const struct tally *from)
{
	for (int i = 0; i < TALLY_COUNT; i++)
		to->n[i] -= from->n[i];
}

void tally_read(struct tally *tally, struct columns *columns, bool course)
{
	for (int i = 0; i < (course ? TALLY_COUNT : TALLY_SHARED); i++)
		tally->n[i] = col_int(columns);
}

void tally_counts(const struct tally *tally, struct counts *counts)
{
	*counts = (struct counts){
		.expected = tally->n[TALLY_EXPECTED],
		.in_val = tally->n[TALLY_IN_VAL],
		.unknown = tally->n[TALLY_UNKNOWN],
		.extra = tally->n[TALLY_EXTRA],
		.differing = tally->n[TALLY_DIFFERING],
		.errors = tally->n[TALLY_ERRORS],
		.warnings = tally->n[TALLY_WARNINGS],
		.notices = tally->n[TALLY_NOTICES],
		.waived = tally->n[TALLY_WAIVED],
	};
}

enum result tally_add_to_course(struct db *db, int64_t course, const struct tally *delta,
				int64_t now, struct error *err)
{
	const int64_t *n = delta->n;

	return db_run(db, err,
		      "UPDATE course SET expected = expected + ?3, in_val = in_val + ?4,"
		      " unknown = unknown + ?5, extra = extra + ?6, differing = differing + ?7,"
		      " errors = errors + ?8, warnings = warnings + ?9, notices = notices + ?10,"
		      " waived = waived + ?11, bytes = bytes + ?12, videos = videos + ?13,"
		      " tried = tried + ?14, failed = failed + ?15, changed = ?2 WHERE id = ?1",
		      DB_VALUES(INT(course), INT(now), INT(n[TALLY_EXPECTED]), INT(n[TALLY_IN_VAL]),
				INT(n[TALLY_UNKNOWN]), INT(n[TALLY_EXTRA]), INT(n[TALLY_DIFFERING]),
				INT(n[TALLY_ERRORS]), INT(n[TALLY_WARNINGS]), INT(n[TALLY_NOTICES]),
				INT(n[TALLY_WAIVED]), INT(n[TALLY_BYTES]), INT(n[TALLY_VIDEOS]),
				INT(n[TALLY_TRIED]), INT(n[TALLY_FAILED])));
}

/* What the course's sums should be. */
static enum result sum_course(struct db *db, int64_t course, struct tally *tally, struct error *err)
{
	struct columns columns = {0};
	sqlite3_stmt *stmt = NULL;
	enum result st;

	st = db_first(
		db, err,
		"SELECT sum(expected), sum(in_val), sum(unknown), sum(extra), sum(differing),"
		" sum(errors), sum(warnings), sum(notices), sum(waived), sum(bytes), count(*),"
		" sum(state <> 'waiting'), sum(state = 'failed')"
		" FROM video WHERE course_id = ?1 AND gone = 0",
		DB_VALUES(INT(course)), &stmt);
	if (st != RESULT_OK)
		return st;
	columns.stmt = stmt;
	tally_read(tally, &columns, true);
	db_done(stmt);
	st = db_first(
		db, err,
		"SELECT severity, waived FROM finding WHERE course_id = ?1 AND +video_id IS NULL",
		DB_VALUES(INT(course)), &stmt);
	for (; st == RESULT_OK; st = db_next(db, err, stmt))
		tally_finding(tally, (enum finding_severity)sqlite3_column_int(stmt, 0),
			      sqlite3_column_int(stmt, 1) != 0);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result tally_course(struct db *db, int64_t course, int64_t now, struct error *err)
{
	struct tally truth = {{0}}, stored = {{0}};
	struct columns columns = {0};
	enum result st;

	st = sum_course(db, course, &truth, err);
	if (st == RESULT_OK)
		st = db_first(db, err,
			      "SELECT " TALLY_COLUMNS ", " TALLY_COURSE_COLUMNS
			      " FROM course WHERE id = ?1",
			      DB_VALUES(INT(course)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such course") : st;
	tally_read(&stored, &columns, true);
	db_done(columns.stmt);
	tally_subtract(&truth, &stored);
	return tally_add_to_course(db, course, &truth, now, err);
}

const char *tally_name(int which)
{
#define X(id, column) #column,
	static const char *const names[] = {TALLY_LIST(X) TALLY_COURSE_LIST(X)};
#undef X

	return names[which];
}
