/*
 * runs.c - runs as they are written: beginning and end, and what the courses of one found.
 *
 * All that belongs to an end or a beginning of a course is written by the commit of the course
 * itself (course.c), so there is no state of the file in which one is told without the other. The
 * end of a run is looked for in every commit that can take away the last thing it waits for: a
 * course that ends, an intent that is taken away, a course that is gone.
 */
#include "config.h"

#include "src/status/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/hash.h"
#include "src/status/run_rows.h"
#include "src/status/run_time.h"
#include "src/status/write.h"

/* The run that courses begin in and end in. */
#define OPEN_RUN "ended = 0 AND kind <> 'dry'"

/* ---- what the runs of this process are like -----------------------------------------------*/

void run_about_clear(struct run_about *about)
{
	free((char *)about->release);
	free((char *)about->version);
	free((char *)about->options);
	memset(about, 0, sizeof(*about));
}

/* On the writer thread, which alone reads it. */
static enum result write_about(struct status *status, void *arg, struct error *err)
{
	const struct run_about *about = arg;
	struct run_about copy = {about->kind, strdup(about->release), strdup(about->version),
				 strdup(about->options)};

	if (!copy.release || !copy.version || !copy.options) {
		run_about_clear(&copy);
		return error_set(err, RESULT_NOMEM, "out of memory");
	}
	run_about_clear(&status->about);
	status->about = copy;
	return RESULT_OK;
}

enum result status_run_about(struct status *status, const struct run_about *about, struct error *err)
{
	struct run_about copy = *about;

	return write_run(status, write_about, &copy, err);
}

/* ---- a run begins and ends ----------------------------------------------------------------*/

static enum result make_uid(char out[33], struct error *err)
{
	unsigned char bytes[16];

	if (getentropy(bytes, sizeof(bytes)))
		return error_set(err, RESULT_FATAL, "no random numbers from the system: %m");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return RESULT_OK;
}

static enum result insert_run(struct status *status, const struct run_about *about, int64_t now,
			      int64_t *number, struct error *err)
{
	char uid[33], host[256] = "";
	enum result st = make_uid(uid, err);

	gethostname(host, sizeof(host) - 1);
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "INSERT INTO run(uid, kind, generation, campus, environment, release,"
			    " version, options, who, host, began, ended, broken_off, imported,"
			    " origin_number, active, attempts)"
			    " SELECT ?1, ?2, generation, name, environment, ?3, ?4, ?5, ?6, ?7, ?8,"
			    " 0, 0, 0, 0, 0, coalesce((SELECT max(id) FROM attempt), 0) FROM campus",
			    DB_VALUES(TEXT(uid), TEXT(run_kind_name(about->kind)),
				      TEXT(about->release), TEXT(about->version),
				      TEXT(about->options), TEXT(status->who), TEXT(host),
				      INT(now)));
	if (st != RESULT_OK)
		return st;
	*number = sqlite3_last_insert_rowid(status->db.handle);
	run_time_of(status, *number, true);
	return RESULT_OK;
}

/* @at 0: nobody saw it end: it did with the last that is known of it, which may be an attempt at a video
   (only a run that is open has any). A course of it that has not ended was left behind. */
static enum result end_run(struct status *status, int64_t number, int64_t at, struct error *err)
{
	enum result st = at ? run_time_ends(status, number, err) : RESULT_OK;

	if (st != RESULT_OK)
		return st;
	return db_run(&status->db, err,
		      "UPDATE run SET broken_off ="
		      "  EXISTS(SELECT 1 FROM run_course WHERE run = ?1 AND ended = 0),"
		      " ended = max(began, CASE ?2 WHEN 0 THEN max("
		      "  coalesce((SELECT max(max(began, ended)) FROM run_course WHERE run = ?1), 0),"
		      "  coalesce((SELECT ended FROM attempt ORDER BY id DESC LIMIT 1), 0))"
		      "  ELSE ?2 END)"
		      " WHERE number = ?1",
		      DB_VALUES(INT(number), INT(at)));
}

/*
 * A course that is gone is not begun any more. While an engine may be at work, one with the intent
 * run that has gone meanwhile is still under way; @alone: no engine is, so it is not.
 */
static enum result is_over(struct status *status, int64_t number, bool alone, bool *over,
			   struct error *err)
{
	int64_t found = 0;
	enum result st = db_number(
		&status->db, err,
		"SELECT EXISTS(SELECT 1 FROM course"
		"  WHERE intent <> 'idle' AND intent = 'run' AND gone = 0)"
		" OR EXISTS(SELECT 1 FROM course c JOIN run_course r ON r.run = ?1 AND r.course = c.key"
		"  WHERE c.status = 'In-Progress'"
		"  AND (c.gone = 0 OR (c.intent = 'run' AND NOT ?2)))",
		DB_VALUES(INT(number), INT(alone)), 0, &found);

	*over = !found;
	return st;
}

static enum result find_open(struct status *status, int64_t *number, struct error *err)
{
	return db_number(&status->db, err, "SELECT number FROM run WHERE " OPEN_RUN, NULL, 0, 0,
			 number);
}

enum result run_end_if_over(struct status *status, struct error *err)
{
	int64_t number = 0;
	bool over = false;
	enum result st = find_open(status, &number, err);

	if (st == RESULT_OK && number)
		st = is_over(status, number, false, &over, err);
	return st == RESULT_OK && over ? end_run(status, number, clock_wall(status->clock), err) : st;
}

/* The open run, or a new one: what began on another campus, so to speak, is over. */
static enum result join_run(struct status *status, int64_t now, int64_t *number, struct error *err)
{
	int64_t other = 0;
	enum result st;

	*number = 0;
	st = db_number(&status->db, err,
		       "SELECT number FROM run, campus WHERE " OPEN_RUN " AND kind = ?1"
		       " AND run.generation = campus.generation"
		       " AND run.environment = campus.environment",
		       DB_VALUES(TEXT(run_kind_name(status->about.kind))), 0, number);
	if (st == RESULT_OK && *number)
		run_time_of(status, *number, false);
	if (st != RESULT_OK || *number)
		return st;
	st = find_open(status, &other, err);
	if (st == RESULT_OK && other)
		st = end_run(status, other, 0, err);
	return st == RESULT_OK ? insert_run(status, &status->about, now, number, err) : st;
}

/* ---- what a run says of a course ----------------------------------------------------------*/

#define NO_SUMS                                                                                    \
	"videos = 0, failed = 0, expected = 0, in_val = 0, unknown = 0, extra = 0, differing = 0," \
	" errors = 0, warnings = 0, notices = 0, waived = 0, bytes = 0, migrated = 0, kept = 0,"   \
	" would = 0, untold = 0, not_migrated = 0, active = 0, tried = 0"

/* *@id is 0 if the run does not have the course. */
static enum result find_course(struct status *status, int64_t run, int64_t course, int64_t *id,
			       bool *ended, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&status->db, err,
				  "SELECT id, ended <> 0 FROM run_course WHERE run = ?1"
				  " AND course = (SELECT key FROM course WHERE id = ?2)",
				  DB_VALUES(INT(run), INT(course)), &stmt);

	*id = st == RESULT_OK ? sqlite3_column_int64(stmt, 0) : 0;
	*ended = st == RESULT_OK && sqlite3_column_int(stmt, 1);
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result insert_course(struct status *status, int64_t run, int64_t course, int64_t began,
				 int64_t *id, struct error *err)
{
	enum result st = db_run(&status->db, err,
				"INSERT INTO run_course(run, course, status, began, ended, problem,"
				" source_version, source_assets, videos, failed, expected, in_val,"
				" unknown, extra, differing, errors, warnings, notices, waived, bytes,"
				" migrated, kept, would, untold, not_migrated, active, tried)"
				" SELECT ?1, key, 'In-Progress', ?3, 0, '', '', '',"
				" 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
				" FROM course WHERE id = ?2",
				DB_VALUES(INT(run), INT(course), INT(began)));

	*id = st == RESULT_OK ? sqlite3_last_insert_rowid(status->db.handle) : 0;
	return st;
}

/* It has ended in this run, and is launched again: the run waits for what it finds now. */
static enum result begin_again(struct status *status, int64_t id, int64_t now, struct error *err)
{
	enum result st = run_rows_forget(status, id, err);

	return st == RESULT_OK
		       ? db_run(&status->db, err,
				"UPDATE run_course SET status = 'In-Progress', began = ?2, ended = 0,"
				" problem = '', source_version = '', source_assets = '', " NO_SUMS
				" WHERE id = ?1",
				DB_VALUES(INT(id), INT(now)))
		       : st;
}

enum result run_course_begin(struct status *status, int64_t course, struct error *err)
{
	int64_t now = clock_wall(status->clock), run, id = 0;
	bool ended = false;
	enum result st;

	if (!status->about.version)
		return RESULT_OK;
	st = join_run(status, now, &run, err);
	if (st == RESULT_OK)
		st = find_course(status, run, course, &id, &ended, err);
	if (st == RESULT_OK && !id)
		return insert_course(status, run, course, now, &id, err);
	return st == RESULT_OK && ended ? begin_again(status, id, now, err) : st;
}

static enum result close_course(struct status *status, int64_t id, enum course_status to,
				const char *problem, int64_t now, struct error *err)
{
	return db_run(&status->db, err,
		      "UPDATE run_course SET status = ?2, problem = ?3, ended = ?4 WHERE id = ?1",
		      DB_VALUES(INT(id), TEXT(course_status_name(to)), TEXT(problem), INT(now)));
}

enum result run_course_end(struct status *status, int64_t course, enum course_status to,
			   const char *problem, struct error *err)
{
	int64_t run = 0, id = 0;
	bool ended = false;
	enum result st = find_open(status, &run, err);

	if (st == RESULT_OK && run)
		st = find_course(status, run, course, &id, &ended, err);
	if (st == RESULT_OK && id)
		st = run_rows_forget(status, id, err);
	if (st == RESULT_OK && id)
		st = run_rows_copy(status, id, course, *problem ? RUN_ROWS_TRIED : RUN_ROWS_ALL, err);
	if (st == RESULT_OK && id)
		st = run_time_course_ends(status, id, err);
	if (st == RESULT_OK && id)
		st = close_course(status, id, to, problem, clock_wall(status->clock), err);
	return st == RESULT_OK ? run_end_if_over(status, err) : st;
}

/* ---- dry runs -----------------------------------------------------------------------------*/

struct dry_begin {
	const struct run_about *about;
	int64_t number;
};

static enum result write_dry_begin(struct status *status, void *arg, struct error *err)
{
	struct dry_begin *begin = arg;

	return insert_run(status, begin->about, clock_wall(status->clock), &begin->number, err);
}

enum result status_dry_begin(struct status *status, const struct run_about *about, int64_t *number,
			     struct error *err)
{
	struct run_about dry = *about;
	struct dry_begin begin = {&dry, 0};
	enum result st;

	dry.kind = RUN_DRY;
	st = write_run(status, write_dry_begin, &begin, err);
	*number = st == RESULT_OK ? begin.number : 0;
	return st;
}

/* Nothing was predicted of the course but why it cannot be read. */
static enum result write_problem(struct status *status, int64_t id, const struct dry_course *dry,
				 struct error *err)
{
	const struct finding_row *note = dry->note;
	int64_t now = clock_wall(status->clock);
	enum result st;

	if (!note)
		return RESULT_OK;
	st = db_run(&status->db, err,
		    "INSERT INTO run_finding(run_course, block, language, code, severity, text,"
		    " seen, waived, reason, who, at)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '', '', ?8)",
		    DB_VALUES(INT(id), TEXT(note->block), TEXT(note->language),
			      TEXT(finding_info(note->code)->name), INT(note->severity),
			      TEXT(note->text), TEXT(note->seen), INT(now)));
	return st == RESULT_OK ? db_run(&status->db, err,
					"UPDATE run_course SET errors = ?2 = 2, warnings = ?2 = 1,"
					" notices = ?2 = 0 WHERE id = ?1",
					DB_VALUES(INT(id), INT(note->severity)))
			       : st;
}

/* Its sums are of the prediction; how many videos would fail, no row of the course says. */
static enum result write_predicted(struct status *status, int64_t id, const struct dry_course *dry,
				   struct error *err)
{
	enum result st = run_rows_copy(status, id, dry->course, RUN_ROWS_ALL, err);

	return st == RESULT_OK ? db_run(&status->db, err,
					"UPDATE run_course SET failed = ?2 WHERE id = ?1",
					DB_VALUES(INT(id), INT(dry->failed)))
			       : st;
}

static enum result write_dry_course(struct status *status, void *arg, struct error *err)
{
	const struct dry_course *dry = arg;
	bool ended = false;
	int64_t id = 0;
	enum result st = find_course(status, dry->number, dry->course, &id, &ended, err);

	if (st == RESULT_OK && id) /* the commit was made, and its answer was lost */
		st = begin_again(status, id, dry->began, err);
	else if (st == RESULT_OK)
		st = insert_course(status, dry->number, dry->course, dry->began, &id, err);
	if (st == RESULT_OK)
		st = *dry->problem ? write_problem(status, id, dry, err)
				   : write_predicted(status, id, dry, err);
	if (st == RESULT_OK)
		st = close_course(status, id, dry->status, dry->problem, clock_wall(status->clock), err);
	return st == RESULT_OK ? db_run(&status->db, err,
					"UPDATE run_course SET active = max(0, ended - began - ?2)"
					" WHERE id = ?1",
					DB_VALUES(INT(id), INT(dry->waited)))
			       : st;
}

enum result status_dry_course(struct status *status, const struct dry_course *dry, struct error *err)
{
	struct dry_course copy = *dry;

	return write_run(status, write_dry_course, &copy, err);
}

struct dry_end {
	int64_t number;
	bool broken_off;
};

static enum result write_dry_end(struct status *status, void *arg, struct error *err)
{
	const struct dry_end *end = arg;
	enum result st = run_time_ends(status, end->number, err);

	if (st != RESULT_OK)
		return st;
	return db_run(&status->db, err,
		      "UPDATE run SET ended = ?2, broken_off = ?3 WHERE number = ?1",
		      DB_VALUES(INT(end->number), INT(clock_wall(status->clock)),
				INT(end->broken_off)));
}

enum result status_dry_end(struct status *status, int64_t number, bool broken_off, struct error *err)
{
	struct dry_end end = {number, broken_off};

	return write_run(status, write_dry_end, &end, err);
}

/* ---- what was left open -------------------------------------------------------------------*/

/* The runs that @sql finds, one at a time: none of them came to its end. */
static enum result break_off(struct status *status, const char *sql, struct error *err)
{
	int64_t number = 0;
	enum result st;

	do {
		st = db_number(&status->db, err, sql, NULL, 0, 0, &number);
		if (st == RESULT_OK && number)
			st = end_run(status, number, 0, err);
		if (st == RESULT_OK && number)
			st = db_run(&status->db, err, "UPDATE run SET broken_off = 1 WHERE number = ?1",
				    DB_VALUES(INT(number)));
	} while (st == RESULT_OK && number);
	return st;
}

enum result runs_break_off(struct status *status, struct error *err)
{
	return break_off(status, "SELECT number FROM run WHERE ended = 0", err);
}

static enum result write_settle(struct status *status, void *arg, struct error *err)
{
	int64_t number = 0;
	bool over = false;
	enum result st = break_off(
		status, "SELECT number FROM run WHERE ended = 0 AND kind = 'dry'", err);

	(void)arg;
	if (st == RESULT_OK)
		st = find_open(status, &number, err);
	if (st == RESULT_OK && number)
		st = is_over(status, number, true, &over, err);
	return st == RESULT_OK && over ? end_run(status, number, 0, err) : st;
}

enum result status_runs_settle(struct status *status, struct error *err)
{
	return write_run(status, write_settle, NULL, err);
}
