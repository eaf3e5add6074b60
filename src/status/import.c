/*
 * Runs and waivers of another status database on their way in.
 *
 * Until the last commit a run's kind is RUN_ARRIVING, a word that no reader takes for a run. Who
 * imports has lock.h's lock for it; so what is arriving while the lock is free was left by one that
 * was killed (arrival.c).
 */
#include "config.h"

#include "src/status/transfer.h"

#include <inttypes.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/status/arrival.h"
#include "src/status/event.h"
#include "src/status/ids.h"
#include "src/status/lock.h"
#include "src/status/write.h"

enum { NAMED = 20 }; /* runs that the event names */

struct importing {
	const struct transfer_from *from;
	struct transferred *out;
	int64_t now;
	struct transfer row; /* read, and to be written next, if @said is RESULT_OK */
	bool skip;	  /* the run is known: what belongs to it is, too */
	int64_t run, run_course; /* the newest written */
	int64_t course;	  /* whose sums are to be made anew; 0: none */
	struct buf runs;  /* "mock 1 (here 3), mock 2 (here 4)" */
	enum result said; /* by @from, with its words: no failure of the database */
	struct error words;
};

/* ---- runs ---------------------------------------------------------------------------------*/

static void name_run(struct importing *in, const struct run_row *row)
{
	int64_t count = in->out->count[TRANSFER_RUN];

	if (count < NAMED)
		buf_printf(&in->runs, "%s%s %" PRId64 " (here %" PRId64 ")", count ? ", " : "",
			   run_kind_name(row->kind), row->number, in->run);
	else if (count == NAMED)
		buf_add_text(&in->runs, ", ...");
}

static enum result write_one_run(struct status *status, struct importing *in,
				 const struct run_row *row, struct error *err)
{
	int64_t known = 0;
	enum result st = db_number(&status->db, err, "SELECT number FROM run WHERE uid = ?1",
				   DB_VALUES(TEXT(row->uid)), 0, &known);

	in->skip = known != 0;
	in->out->known += in->skip;
	if (st != RESULT_OK || in->skip)
		return st;
	st = db_run(&status->db, err,
		    "INSERT INTO run(uid, kind, generation, campus, environment, release, version,"
		    " options, who, host, began, ended, broken_off, imported, origin_number, active)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
		    DB_VALUES(TEXT(row->uid), TEXT(RUN_ARRIVING), INT(row->generation),
			      TEXT(row->campus), TEXT(row->environment), TEXT(row->release),
			      TEXT(row->version), TEXT(row->options), TEXT(row->who),
			      TEXT(row->host), INT(row->began), INT(row->ended),
			      INT(row->broken_off), INT(in->now), INT(row->number),
			      INT(row->active)));
	in->run = sqlite3_last_insert_rowid(status->db.handle);
	if (st == RESULT_OK)
		name_run(in, row);
	return st;
}

static enum result write_run_course(struct status *status, struct importing *in,
				    const struct run_course_row *row, struct error *err)
{
	const struct run_sums *sums = &row->sums;
	const struct counts *counts = &sums->counts;
	enum result st;

	st = db_run(&status->db, err,
		    "INSERT INTO run_course(run, course, status, began, ended, problem,"
		    " source_version, source_assets, videos, failed, expected, in_val, unknown,"
		    " extra, differing, errors, warnings, notices, waived, bytes, migrated, kept,"
		    " would, untold, not_migrated, active, tried)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		    " ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)",
		    DB_VALUES(INT(in->run), TEXT(row->course), TEXT(course_status_name(row->status)),
			      INT(row->began), INT(row->ended), TEXT(row->problem),
			      TEXT(row->source_version), TEXT(row->source_assets),
			      INT(sums->videos), INT(sums->videos_failed), INT(counts->expected),
			      INT(counts->in_val), INT(counts->unknown), INT(counts->extra),
			      INT(counts->differing), INT(counts->errors), INT(counts->warnings),
			      INT(counts->notices), INT(counts->waived), INT(sums->bytes),
			      INT(sums->migrated), INT(sums->kept), INT(sums->would),
			      INT(sums->untold), INT(sums->not_migrated), INT(row->active),
			      INT(row->tried)));
	in->run_course = sqlite3_last_insert_rowid(status->db.handle);
	return st;
}

static enum result write_run_transcript(struct status *status, struct importing *in,
					const struct run_transcript *row, struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT INTO run_transcript(run_course, block, language, val_id, outcome,"
		      " source_sha256, sha256) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		      DB_VALUES(INT(in->run_course), TEXT(row->block), TEXT(row->language),
				TEXT(row->val_id), TEXT(transcript_outcome_name(row->outcome)),
				TEXT(row->source_sha256), TEXT(row->sha256)));
}

static enum result write_run_finding(struct status *status, struct importing *in,
				     const struct finding_row *row, struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT INTO run_finding(run_course, block, language, code, severity, text,"
		      " seen, waived, reason, who, at)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		      DB_VALUES(INT(in->run_course), TEXT(row->block), TEXT(row->language),
				TEXT(finding_info(row->code)->name), INT(row->severity),
				TEXT(row->text), TEXT(row->seen), INT(row->waived),
				TEXT(row->reason), TEXT(row->who), INT(row->at)));
}

/* ---- waivers ------------------------------------------------------------------------------*/

/* Those of one course come one after the other: its sums are made anew once. */
static enum result end_course(struct status *status, struct importing *in, struct error *err)
{
	int64_t course = in->course;

	in->course = 0;
	return course ? tally_course(&status->db, course, in->now, err) : RESULT_OK;
}

/* As findings write it: "" for what has none. */
static const char *plain(const char *text)
{
	return strcmp(text, "-") ? text : "";
}

static enum result waive_findings(struct status *status, struct importing *in,
				  const struct waiver_row *row, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct ids ids = {0};
	int64_t course;
	enum result st = db_number(&status->db, err, "SELECT id FROM course WHERE key = ?1",
				   DB_VALUES(TEXT(row->course)), 0, &course);

	if (st == RESULT_OK && course != in->course)
		st = end_course(status, in, err);
	if (st != RESULT_OK || !course)
		return st;
	st = db_first(&status->db, err,
		      "SELECT id FROM finding WHERE course_id = ?1 AND code = ?2 AND block = ?3"
		      " AND language = ?4 AND seen = ?5 AND waived = 0",
		      DB_VALUES(INT(course), TEXT(finding_info(row->code)->name),
				TEXT(plain(row->block)), TEXT(plain(row->language)),
				TEXT(row->seen)),
		      &stmt);
	st = ids_read(&ids, &status->db, st, stmt, err);
	for (size_t i = 0; i < ids.count && st == RESULT_OK; i++)
		st = write_waived(status, ids.list[i], true, row->reason, row->who, err);
	if (ids.count)
		in->course = course;
	ids_clear(&ids);
	return st;
}

static enum result write_waiver(struct status *status, struct importing *in,
				const struct waiver_row *row, bool *known, struct error *err)
{
	enum result st;

	st = db_run(&status->db, err,
		    "INSERT INTO waiver(course, block, language, code, seen, reason, who, at)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
		    DB_VALUES(TEXT(row->course), TEXT(row->block), TEXT(row->language),
			      TEXT(finding_info(row->code)->name), TEXT(row->seen),
			      TEXT(row->reason), TEXT(row->who), INT(row->at)));
	*known = st == RESULT_OK && !sqlite3_changes(status->db.handle);
	in->out->known += *known;
	return st != RESULT_OK || *known ? st : waive_findings(status, in, row, err);
}

/* ---- all ----------------------------------------------------------------------------------*/

static enum result write_row(struct status *status, struct importing *in,
			     const struct transfer *row, struct error *err)
{
	bool known = false;
	enum result st = RESULT_OK;

	if (row->kind == TRANSFER_RUN)
		st = write_one_run(status, in, &row->run, err);
	else if (row->kind == TRANSFER_WAIVER)
		st = write_waiver(status, in, &row->waiver, &known, err);
	else if (!in->skip && row->kind == TRANSFER_COURSE)
		st = write_run_course(status, in, &row->course, err);
	else if (!in->skip && row->kind == TRANSFER_TRANSCRIPT)
		st = write_run_transcript(status, in, &row->transcript, err);
	else if (!in->skip)
		st = write_run_finding(status, in, &row->finding, err);
	in->out->count[row->kind] += row->kind == TRANSFER_WAIVER ? !known : !in->skip;
	return st;
}

static enum result add_event(struct status *status, struct importing *in, struct error *err)
{
	const struct transferred *out = in->out;
	struct buf what = BUF_INIT;
	enum result st;

	if (!out->count[TRANSFER_RUN] && !out->count[TRANSFER_WAIVER])
		return RESULT_OK;
	buf_printf(&what, "campus %s: %s%s%" PRId64 " waivers; SHA-256 %s", in->from->campus,
		   buf_text(&in->runs), in->runs.len ? "; " : "", out->count[TRANSFER_WAIVER],
		   in->from->sha256);
	st = what.failed || in->runs.failed
		     ? error_set(err, RESULT_NOMEM, "no memory for an event")
		     : event_add(status, FINDING_NOTICE, "import", in->from->file, buf_text(&what),
				 "", err);
	buf_clear(&what);
	return st;
}

static enum result next_row(struct importing *in)
{
	in->said = in->from->next(in->from->arg, &in->row, &in->words);
	return in->said;
}

/* A piece of the rows that come before the waivers. */
static enum result write_piece(struct status *status, void *arg, struct error *err)
{
	struct importing *in = arg;
	struct piece piece = piece_begin();
	enum result st = RESULT_OK;

	while (st == RESULT_OK && in->said == RESULT_OK && in->row.kind != TRANSFER_WAIVER &&
	       piece_goes_on(&piece)) {
		st = write_row(status, in, &in->row, err);
		next_row(in);
	}
	return st;
}

/* The waivers, and all that came before is a run. */
static enum result write_end(struct status *status, void *arg, struct error *err)
{
	struct importing *in = arg;
	enum result st = RESULT_OK;

	for (; st == RESULT_OK && in->said == RESULT_OK; next_row(in))
		st = write_row(status, in, &in->row, err);
	/* one of the answers that undo it and say nothing against the database: write_run() */
	if (st == RESULT_OK && in->said != RESULT_END)
		return error_set(err, RESULT_CANCELED, "%s", in->words.text);
	if (st == RESULT_OK)
		st = end_course(status, in, err);
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "UPDATE run SET kind = 'mock', imported = ?1 WHERE kind = '" RUN_ARRIVING "'",
			    DB_VALUES(INT(in->now)));
	return st == RESULT_OK ? add_event(status, in, err) : st;
}

static enum result write_all(struct status *status, struct importing *in, struct error *err)
{
	enum result st = RESULT_OK;

	next_row(in);
	while (st == RESULT_OK && in->said == RESULT_OK && in->row.kind != TRANSFER_WAIVER) {
		st = write_run(status, write_piece, in, err);
		piece_rest();
	}
	if (st == RESULT_OK && in->said != RESULT_OK && in->said != RESULT_END)
		st = RESULT_CANCELED;
	if (st == RESULT_OK)
		st = write_run(status, write_end, in, err);
	return st == RESULT_CANCELED ? error_set(err, in->said, "%s", in->words.text) : st;
}

enum result status_import(struct status *status, const struct transfer_from *from,
			  struct transferred *out, struct error *err)
{
	struct importing in = {.from = from,
			       .out = out,
			       .now = clock_wall(status->clock),
			       .runs = BUF_INIT};
	struct lock *lock = NULL;
	int64_t cleared = 0;
	enum result st;

	memset(out, 0, sizeof(*out));
	st = lock_take_import(status_path(status), status->who, &lock, err);
	if (st == RESULT_OK)
		st = arrival_clear(status, true, &cleared, err);
	if (st == RESULT_OK)
		st = write_all(status, &in, err);
	/* what cannot be taken away now is taken away by the next that tries */
	if (st != RESULT_OK && lock)
		arrival_clear(status, false, NULL, NULL);
	if (st != RESULT_OK)
		memset(out, 0, sizeof(*out));
	out->cleared = cleared;
	lock_free(lock);
	buf_clear(&in.runs);
	return st;
}
