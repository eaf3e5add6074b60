/*
 * generation.c - what the campus becomes once staging was restored: everything that was true of val
 * and of flags is forgotten, in one commit, and everything that was done stays to be read.
 */
#include "config.h"

#include "src/status/rollout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/status/event.h"
#include "src/status/ids.h"
#include "src/status/read.h"

/* ---- the next generation ------------------------------------------------------------------*/

struct refresh {
	const char *how;
	struct refreshed *out;
};

/*
 * In this order. Sums of a video follow from what its transcripts become: none is known to be in val,
 * and so nothing differs. Those of the courses are added up anew afterwards.
 *
 * The number of a pass goes on growing, as attempts are told by it; that it grows here, too, makes what
 * a validation of before still posts come too late. A transcript that is left out or waived stays so, as
 * that was said of the source; a row of val that nobody expected is not known any more. What was seen of
 * the source goes too: a course that cannot be read now has no version.
 *
 * Every intent that is taken away gets a new number, so that nobody takes an older one back.
 */
static const char *const steps[] = {
	"INSERT INTO former_journal(generation, at, course_id, video_id, kind, val_id, language, object,"
	" sha256, size) SELECT (SELECT generation FROM campus), at, course_id, video_id, kind, val_id,"
	" language, object, sha256, size FROM journal ORDER BY id",
	"DELETE FROM journal",
	"DELETE FROM former_id",
	"DELETE FROM evidence",
	"DELETE FROM flag",
	"DELETE FROM course_source",
	"DELETE FROM transcript WHERE outcome = 'extra'",
	"UPDATE transcript SET outcome = CASE WHEN expected THEN 'planned' ELSE outcome END, in_val = 0,"
	" val_object = '', compare = 'not compared', level = 'none', detail = ''",
	"UPDATE video SET state = 'waiting', attempts = 0, in_val = 0, unknown = expected, extra = 0,"
	" differing = 0, bytes = 0, val_languages = ''",
	"UPDATE campus SET generation = generation + 1, intent_number = intent_number + 1",
	"UPDATE course SET status = 'Not-Migrated', pass = pass + (pass > 0), problem = '', begun = 0,"
	" level = 'none', verified = 0, flag = 'unknown', evidence = 'none', intent_finding = '',"
	" intent = 'idle', intent_number ="
	" CASE intent WHEN 'idle' THEN intent_number ELSE (SELECT intent_number FROM campus) END",
};

/* As another process may know it by now. */
static enum result refuse_production(struct db *db, struct error *err)
{
	int64_t production = 0;
	enum result st = db_number(db, err, "SELECT environment = 'production' FROM campus", NULL, 0,
				   0, &production);

	if (st == RESULT_OK && production)
		st = error_set(err, RESULT_REFUSED, "nothing is refreshed in production");
	return st;
}

static enum result count(struct db *db, struct refreshed *out, struct error *err)
{
	enum result st = db_number(db, err, "SELECT count(*) FROM course WHERE gone = 0", NULL, 0, 0,
				   &out->courses);

	if (st == RESULT_OK)
		st = db_number(db, err, "SELECT count(*) FROM journal", NULL, 0, 0, &out->lines);
	if (st == RESULT_OK)
		st = db_number(db, err, "SELECT generation + 1 FROM campus", NULL, 0, 0,
			       &out->generation);
	return st;
}

static enum result sum_up(struct status *status, int64_t now, struct error *err)
{
	struct ids courses = {0};
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&status->db, err, "SELECT id FROM course", NULL, 0, &stmt);

	st = ids_read(&courses, &status->db, st, stmt, err);
	for (size_t i = 0; i < courses.count && st == RESULT_OK; i++)
		st = tally_course(&status->db, courses.list[i], now, err);
	ids_clear(&courses);
	return st;
}

static enum result note(struct status *status, const struct refresh *refresh, struct error *err)
{
	struct columns columns = {0};
	char what[200];
	char *campus;
	enum result st = db_first(&status->db, err, "SELECT name FROM campus", NULL, 0, &columns.stmt);

	if (st != RESULT_OK)
		return st;
	campus = col_text(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	refreshed_text(refresh->out, what, sizeof(what));
	if (st == RESULT_OK)
		st = event_add(status, FINDING_NOTICE, "refresh", campus, what, refresh->how, err);
	free(campus);
	return st;
}

static enum result write_refresh(struct status *status, void *arg, struct error *err)
{
	const struct refresh *refresh = arg;
	struct db *db = &status->db;
	int64_t now = clock_wall(status->clock);
	enum result st = refuse_production(db, err);

	if (st == RESULT_OK)
		st = count(db, refresh->out, err);
	if (st == RESULT_OK)
		st = runs_break_off(status, err);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && st == RESULT_OK; i++)
		st = db_run(db, err, steps[i], NULL, 0);
	if (st == RESULT_OK)
		st = sum_up(status, now, err);
	return st == RESULT_OK ? note(status, refresh, err) : st;
}

enum result status_refresh(struct status *status, const char *how, struct refreshed *out,
			   struct error *err)
{
	struct refresh refresh = {how, out};

	memset(out, 0, sizeof(*out));
	return write_run(status, write_refresh, &refresh, err);
}

void refreshed_text(const struct refreshed *refreshed, char *out, size_t size)
{
	snprintf(out, size, "generation %lld: %s course%s Not-Migrated again, %s line%s of the journal "
		 "set aside", (long long)refreshed->generation,
		 figure_number(refreshed->courses).text, refreshed->courses == 1 ? " is" : "s are",
		 figure_number(refreshed->lines).text, refreshed->lines == 1 ? "" : "s");
}

enum result reader_generation(struct reader *reader, int64_t *out, struct error *err)
{
	return db_number(&reader->db, err, "SELECT generation FROM campus", NULL, 0, 0, out);
}

/* ---- what is registered -------------------------------------------------------------------*/

/*
 * Courses are found by looking at the journal in many places, far apart at first; of each course some
 * pairs are taken, by way of its videos. So the rows of a few courses are together, which is how val
 * is asked, and the journal, which has no index for this, is walked through at most once.
 */
enum { PLACES_BITS = 8, PLACES = 1 << PLACES_BITS, OF_A_COURSE = 25 };

struct sample {
	struct reader *reader;
	struct journal_row *rows;
	size_t count, most;
	struct ids courses; /* that were taken, in the order they were */
};

/* Halves, then quarters, then eighths, ... of all places. */
static int64_t place(unsigned i)
{
	unsigned out = 0;

	for (int bit = 0; bit < PLACES_BITS; bit++)
		out |= (i >> bit & 1) << (PLACES_BITS - 1 - bit);
	return out;
}

static bool has_course(const struct sample *sample, int64_t course)
{
	for (size_t i = 0; i < sample->courses.count; i++)
		if (sample->courses.list[i] == course)
			return true;
	return false;
}

/* Courses share val ids. */
static bool has_pair(const struct sample *sample, const char *val_id, const char *language)
{
	for (size_t i = 0; i < sample->count; i++)
		if (!strcmp(sample->rows[i].val_id, val_id) &&
		    !strcmp(sample->rows[i].language, language))
			return true;
	return false;
}

static enum result add_pair(struct sample *sample, int64_t course, const char *val_id,
			    const char *language, struct error *err)
{
	struct journal_row row = {0};
	enum result st = has_pair(sample, val_id, language)
				 ? RESULT_MISSING
				 : reader_registered(sample->reader, val_id, language, &row, err);

	if (st != RESULT_OK)
		return st == RESULT_MISSING ? RESULT_OK : st;
	row.course_id = course; /* which is asked for it, whoever came last */
	sample->rows[sample->count++] = row;
	return RESULT_OK;
}

static enum result add_course(struct sample *sample, int64_t course, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = ids_add(&sample->courses, &course, 1, err);

	if (st != RESULT_OK)
		return st;
	st = db_first(&sample->reader->db, err,
		      "SELECT DISTINCT j.val_id, j.language FROM video v JOIN journal j"
		      " ON j.video_id = v.id AND j.kind = 'register' WHERE v.course_id = ?1 LIMIT ?2",
		      DB_VALUES(INT(course), INT(OF_A_COURSE)), &stmt);
	for (; st == RESULT_OK && sample->count < sample->most;
	     st = db_next(&sample->reader->db, err, stmt)) {
		st = add_pair(sample, course, (const char *)sqlite3_column_text(stmt, 0),
			      (const char *)sqlite3_column_text(stmt, 1), err);
		if (st != RESULT_OK)
			break;
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* The course of the first line "register" from @first to before @end. */
static enum result look_at_place(struct sample *sample, int64_t first, int64_t end, struct error *err)
{
	int64_t course = 0;
	enum result st = db_number(&sample->reader->db, err,
				   "SELECT course_id FROM journal WHERE id >= ?1 AND id < ?2"
				   " AND kind = 'register' ORDER BY id LIMIT 1",
				   DB_VALUES(INT(first), INT(end)), 0, &course);

	return st == RESULT_OK && course && !has_course(sample, course)
		       ? add_course(sample, course, err)
		       : st;
}

enum result reader_registered_sample(struct reader *reader, size_t most, struct journal_row **rows,
				     size_t *count, struct error *err)
{
	struct sample sample = {.reader = reader, .most = most,
				.rows = calloc(most + 1, sizeof(*sample.rows))};
	int64_t first = 0, lines = 0;
	enum result st = RESULT_OK;

	if (!sample.rows)
		st = error_set(err, RESULT_NOMEM, "no memory for a sample of the journal");
	if (st == RESULT_OK)
		st = db_number(&reader->db, err, "SELECT min(id) FROM journal", NULL, 0, 0, &first);
	if (st == RESULT_OK)
		st = db_number(&reader->db, err, "SELECT max(id) + 1 FROM journal", NULL, 0, 0, &lines);
	lines -= first;
	for (unsigned i = 0; i < PLACES && st == RESULT_OK && sample.count < most; i++)
		if (place(i) * lines / PLACES < (place(i) + 1) * lines / PLACES)
			st = look_at_place(&sample, first + place(i) * lines / PLACES,
					   first + (place(i) + 1) * lines / PLACES, err);
	ids_clear(&sample.courses);
	for (size_t i = 0; i < sample.count && st != RESULT_OK; i++)
		journal_row_clear(&sample.rows[i]);
	if (st != RESULT_OK) {
		free(sample.rows);
		sample = (struct sample){0};
	}
	*rows = sample.rows;
	*count = sample.count;
	return st;
}
