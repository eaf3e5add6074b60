/*
 * What courses add up to: those of the campus, or some that were chosen.
 */
#include "config.h"

#include "src/status/reader.h"

#include <string.h>

#include "src/status/read.h"
#include "src/status/tally.h"

/* ---- all of the campus --------------------------------------------------------------------*/

/* By status and intent, so that one walk over the courses answers all. */
static enum result add_totals(struct columns *columns, struct totals *out, struct tally *sum)
{
	enum course_status status = COURSE_NOT_MIGRATED;
	enum course_intent intent = INTENT_IDLE;
	struct tally tally = {{0}};
	int64_t courses;

	COL_WORD(columns, course_status_read, &status);
	COL_WORD(columns, course_intent_read, &intent);
	courses = col_int(columns);
	tally_read(&tally, columns, true);
	out->courses[status] += courses;
	out->paused += intent == INTENT_PAUSE ? courses : 0;
	out->wanted += intent == INTENT_RUN ? courses : 0;
	for (int i = 0; i < TALLY_COUNT; i++)
		sum->n[i] += tally.n[i];
	return columns->st;
}

/* What is left of the courses that are to be run. */
static enum result read_wanted_sums(struct reader *reader, struct totals *out, struct error *err)
{
	struct columns columns = {0};
	enum result st = db_first(&reader->db, err,
				  "SELECT coalesce(sum(videos), 0),"
				  " coalesce(sum(iif(status = 'In-Progress', tried, 0)), 0),"
				  " coalesce(sum(videos = 0 AND status = 'Not-Migrated'), 0)"
				  " FROM course WHERE intent = 'run' AND gone = 0",
				  NULL, 0, &columns.stmt);

	if (st != RESULT_OK)
		return st;
	out->wanted_videos = col_int(&columns);
	out->wanted_tried = col_int(&columns);
	out->wanted_unplanned = col_int(&columns);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

enum result reader_totals(struct reader *reader, struct totals *out, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct tally sum = {{0}};
	enum result st;

	memset(out, 0, sizeof(*out));
	st = db_first(&reader->db, err,
		      "SELECT status, intent, count(*), sum(expected), sum(in_val), sum(unknown),"
		      " sum(extra), sum(differing), sum(errors), sum(warnings), sum(notices),"
		      " sum(waived), sum(bytes), sum(videos), sum(tried), sum(failed)"
		      " FROM course WHERE gone = 0 GROUP BY status, intent",
		      NULL, 0, &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		struct columns columns = {stmt, 0, RESULT_OK};

		if (add_totals(&columns, out, &sum) != RESULT_OK) {
			st = col_result(&reader->db, &columns, err);
			break;
		}
	}
	db_done(stmt);
	if (st != RESULT_END)
		return st;
	tally_counts(&sum, &out->counts);
	out->videos = sum.n[TALLY_VIDEOS];
	out->tried = sum.n[TALLY_TRIED];
	out->failed = sum.n[TALLY_FAILED];
	st = read_wanted_sums(reader, out, err);
	if (st != RESULT_OK)
		return st;
	return db_number(&reader->db, err, "SELECT count(*) FROM course WHERE gone <> 0", NULL, 0,
			 0, &out->gone);
}

/* ---- some of them -------------------------------------------------------------------------*/

/* One course, as add_totals() read it. */
static void add_chosen(struct chosen_totals *out, const struct totals *one, const struct tally *tally)
{
	struct totals *sum = &out->totals;
	bool begun = one->courses[COURSE_IN_PROGRESS];

	for (int i = 0; i < COURSE_STATUS_COUNT; i++)
		sum->courses[i] += one->courses[i];
	sum->paused += one->paused;
	sum->wanted += one->wanted;
	if (one->wanted) {
		sum->wanted_videos += tally->n[TALLY_VIDEOS];
		sum->wanted_tried += begun ? tally->n[TALLY_TRIED] : 0;
		sum->wanted_unplanned += one->courses[COURSE_NOT_MIGRATED] && !tally->n[TALLY_VIDEOS];
	}
	if (!one->wanted || begun)
		out->failed += tally->n[TALLY_FAILED];
	if (!one->wanted)
		out->ended += one->courses[COURSE_MIGRATED] + one->courses[COURSE_FAILED];
}

static enum result read_chosen(struct reader *reader, int64_t id, struct chosen_totals *out,
			       struct tally *sum, struct error *err)
{
	struct columns columns = {0};
	struct tally tally = {{0}};
	struct totals one = {0};
	enum result st = db_first(&reader->db, err,
				  "SELECT status, intent, 1, " TALLY_COLUMNS ", " TALLY_COURSE_COLUMNS
				  " FROM course WHERE id = ?1 AND gone = 0",
				  DB_VALUES(INT(id)), &columns.stmt);

	if (st != RESULT_OK)
		return st == RESULT_END ? RESULT_OK : st;
	add_totals(&columns, &one, &tally);
	st = col_result(&reader->db, &columns, err);
	db_done(columns.stmt);
	add_chosen(out, &one, &tally);
	for (int i = 0; i < TALLY_COUNT; i++)
		sum->n[i] += tally.n[i];
	return st;
}

enum result reader_totals_of(struct reader *reader, const int64_t *ids, size_t count,
			     struct chosen_totals *out, struct error *err)
{
	struct tally sum = {{0}};
	enum result st = reader_begin(reader, err);

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		st = read_chosen(reader, ids[i], out, &sum, err);
	reader_end(reader);
	tally_counts(&sum, &out->totals.counts);
	out->totals.videos = sum.n[TALLY_VIDEOS];
	out->totals.tried = sum.n[TALLY_TRIED];
	out->totals.failed = sum.n[TALLY_FAILED];
	return st;
}
