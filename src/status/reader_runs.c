#include "config.h"

#include "src/status/runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/status/arrival.h"
#include "src/status/read.h"
#include "src/status/run_rows.h"

/* Both may be off by what an engine has not told yet. */
#define WORTH_A_WORD INT64_C(10000000)

/* Courses that have not ended have their rows still to be copied: the videos they have tried are
   counted where they are, for the one run that is open. */
#define TRIED_OF_OPEN                                                                              \
	"(SELECT count(*) FROM run_course x JOIN course k ON k.key = x.course"                     \
	" JOIN video v ON v.course_id = k.id JOIN transcript t ON t.video_id = v.id"               \
	" WHERE r.ended = 0 AND x.run = r.number AND x.ended = 0 AND " TRIED_IN_RUN("r.attempts") ")"
#define TRIED                                                                                      \
	"iif(r.active < 0 OR min(c.tried) < 0, -1, coalesce(sum(c.tried), 0) + " TRIED_OF_OPEN ")"
#define RUN_COLUMNS                                                                                \
	"r.number, r.generation, r.kind, r.uid, r.campus, r.environment, r.release, r.version,"    \
	" r.options, r.who, r.host, r.began, r.ended, r.broken_off, r.imported, r.origin_number,"   \
	" r.active, " TRIED
/* What fill_sums() reads. */
#define SUM_COLUMNS                                                                                \
	"count(c.id), coalesce(sum(c.status IN ('Migrated', 'Failed')), 0),"                       \
	" coalesce(sum(c.status = 'Failed'), 0), coalesce(sum(c.videos), 0),"                      \
	" coalesce(sum(c.failed), 0), coalesce(sum(c.expected), 0), coalesce(sum(c.in_val), 0),"   \
	" coalesce(sum(c.unknown), 0), coalesce(sum(c.extra), 0), coalesce(sum(c.differing), 0),"  \
	" coalesce(sum(c.errors), 0), coalesce(sum(c.warnings), 0), coalesce(sum(c.notices), 0),"  \
	" coalesce(sum(c.waived), 0), coalesce(sum(c.migrated), 0), coalesce(sum(c.kept), 0),"     \
	" coalesce(sum(c.would), 0), coalesce(sum(c.untold), 0),"                                  \
	" coalesce(sum(c.not_migrated), 0), coalesce(sum(c.bytes), 0)"
/* The page is cut first: what is not shown is not added up. Run by run along its number, so that the
   courses of all of them are never sorted. */
#define RUNS_OF(numbers)                                                                           \
	"SELECT " RUN_COLUMNS ", " SUM_COLUMNS " FROM run r"                                       \
	" LEFT JOIN run_course c ON c.run = r.number WHERE r.number IN (" numbers ")"              \
	" GROUP BY r.number ORDER BY r.number DESC"

#define IS_THERE "kind <> '" RUN_ARRIVING "'"

static void fill_sums(struct columns *columns, struct run_sums *sums)
{
	sums->courses = col_int(columns);
	sums->ended = col_int(columns);
	sums->failed = col_int(columns);
	sums->videos = col_int(columns);
	sums->videos_failed = col_int(columns);
	sums->counts.expected = col_int(columns);
	sums->counts.in_val = col_int(columns);
	sums->counts.unknown = col_int(columns);
	sums->counts.extra = col_int(columns);
	sums->counts.differing = col_int(columns);
	sums->counts.errors = col_int(columns);
	sums->counts.warnings = col_int(columns);
	sums->counts.notices = col_int(columns);
	sums->counts.waived = col_int(columns);
	sums->migrated = col_int(columns);
	sums->kept = col_int(columns);
	sums->would = col_int(columns);
	sums->untold = col_int(columns);
	sums->not_migrated = col_int(columns);
	sums->bytes = col_int(columns);
}

/* ---- runs ---------------------------------------------------------------------------------*/

/* Time at work: the moment that stands as the end is some microseconds before the commit of it. */
static int64_t within(int64_t active, int64_t began, int64_t ended)
{
	return ended >= began && active > ended - began ? ended - began : active;
}

static void fill_run(struct columns *columns, void *to)
{
	struct run_row *row = to;

	row->number = col_int(columns);
	row->generation = col_int(columns);
	COL_WORD(columns, run_kind_read, &row->kind);
	row->uid = col_text(columns);
	row->campus = col_text(columns);
	row->environment = col_text(columns);
	row->release = col_text(columns);
	row->version = col_text(columns);
	row->options = col_text(columns);
	row->who = col_text(columns);
	row->host = col_text(columns);
	row->began = col_int(columns);
	row->ended = col_int(columns);
	row->broken_off = col_bool(columns);
	row->imported = col_int(columns);
	row->origin_number = col_int(columns);
	row->active = within(col_int(columns), row->began, row->ended);
	row->tried = col_int(columns);
	fill_sums(columns, &row->sums);
}

/* Frees the text and forgets it, so that a row may be cleared twice. */
static void drop(char **text)
{
	free(*text);
	*text = NULL;
}

void run_row_clear(struct run_row *row)
{
	drop(&row->uid);
	drop(&row->campus);
	drop(&row->environment);
	drop(&row->release);
	drop(&row->version);
	drop(&row->options);
	drop(&row->who);
	drop(&row->host);
}

static void clear_run(void *row)
{
	run_row_clear(row);
}

static const struct row_kind run_rows = {sizeof(struct run_row), fill_run, clear_run};

enum result reader_runs(struct reader *reader, int64_t first, int64_t count, struct run_row **rows,
			size_t *got, int64_t *total, struct error *err)
{
	void *list;
	enum result st = read_total(reader, err, "SELECT count(*) FROM run WHERE " IS_THERE,
				   NULL, 0, total);

	*rows = NULL;
	*got = 0;
	if (st != RESULT_OK)
		return st;
	st = read_rows(reader, err, &run_rows,
		       RUNS_OF("SELECT number FROM run WHERE " IS_THERE " ORDER BY number DESC LIMIT ?1 OFFSET ?2"),
		       DB_VALUES(INT(count), INT(first)), &list, got);
	*rows = list;
	return st;
}

enum result reader_run(struct reader *reader, int64_t number, struct run_row *out, struct error *err)
{
	char missing[64];

	snprintf(missing, sizeof(missing), "there is no run %" PRId64, number);
	return read_row(reader, err, &run_rows, RUNS_OF("SELECT number FROM run WHERE number = ?1 AND " IS_THERE),
			DB_VALUES(INT(number)), out, missing);
}

enum result reader_run_now(struct reader *reader, int64_t *number, enum run_kind *kind, bool *open,
			   struct error *err)
{
	struct columns columns = {0};
	int64_t goes_on = 0;
	enum result st;

	*number = 0;
	*kind = RUN_MOCK;
	st = db_first(&reader->db, err,
		      "SELECT number, kind, ended = 0 AND kind <> 'dry' FROM run WHERE number = coalesce("
		      "(SELECT max(number) FROM run WHERE ended = 0 AND kind <> 'dry'),"
		      " (SELECT max(number) FROM run WHERE imported = 0))",
		      NULL, 0, &columns.stmt);
	if (st == RESULT_OK) {
		*number = col_int(&columns);
		COL_WORD(&columns, run_kind_read, kind);
		goes_on = col_int(&columns);
		st = col_result(&reader->db, &columns, err);
	} else if (st == RESULT_END) {
		st = RESULT_OK;
	}
	db_done(columns.stmt);
	if (st != RESULT_OK)
		*number = 0;
	if (open)
		*open = st == RESULT_OK && goes_on;
	return st;
}

enum result reader_dry_now(struct reader *reader, int64_t *number, struct error *err)
{
	return db_number(&reader->db, err,
			 "SELECT max(number) FROM run WHERE ended = 0 AND kind = 'dry'", NULL, 0, 0, number);
}

int64_t run_row_elapsed(const struct run_row *row, int64_t now)
{
	int64_t end = row->ended ? row->ended : now;

	return end > row->began ? end - row->began : 0;
}

int64_t run_row_waited(const struct run_row *row, int64_t now)
{
	int64_t waited = run_row_elapsed(row, now) - row->active;

	return row->active >= 0 && waited >= WORTH_A_WORD ? waited : 0;
}

double run_row_rate(const struct run_row *row)
{
	return row->active > 0 && row->tried >= 0 ? (double)row->tried * 1e6 / (double)row->active : -1;
}

const char *run_row_name(const struct run_row *row, char *out, size_t size)
{
	const char *kind = run_kind_name(row->kind);

	if (row->imported)
		snprintf(out, size, "%s %" PRId64 " (%s %" PRId64 " of %s)", kind, row->number, kind,
			 row->origin_number, row->campus);
	else
		snprintf(out, size, "%s %" PRId64, kind, row->number);
	return out;
}

/* ---- courses of a run ---------------------------------------------------------------------*/

static void fill_run_course(struct columns *columns, void *to)
{
	struct run_course_row *row = to;

	row->id = col_int(columns);
	row->run = col_int(columns);
	row->course = col_text(columns);
	COL_WORD(columns, course_status_read, &row->status);
	row->began = col_int(columns);
	row->ended = col_int(columns);
	row->problem = col_text(columns);
	row->source_version = col_text(columns);
	row->source_assets = col_text(columns);
	row->active = within(col_int(columns), row->began, row->ended);
	row->tried = col_int(columns);
	fill_sums(columns, &row->sums);
}

void run_course_row_clear(struct run_course_row *row)
{
	drop(&row->course);
	drop(&row->problem);
	drop(&row->source_version);
	drop(&row->source_assets);
}

static void clear_run_course(void *row)
{
	run_course_row_clear(row);
}

static const struct row_kind run_course_rows = {sizeof(struct run_course_row), fill_run_course,
						clear_run_course};

enum result reader_run_courses(struct reader *reader, int64_t run, struct run_course_row **rows,
			       size_t *count, struct error *err)
{
	void *list;
	enum result st = read_rows(
		reader, err, &run_course_rows,
		"SELECT c.id, c.run, c.course, c.status, c.began, c.ended, c.problem,"
		" c.source_version, c.source_assets, c.active, c.tried, " SUM_COLUMNS
		" FROM run_course c WHERE c.run = ?1 GROUP BY c.course ORDER BY c.course",
		DB_VALUES(INT(run)), &list, count);

	*rows = list;
	return st;
}
