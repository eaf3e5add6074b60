#include "config.h"

#include "src/status/status.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/write.h"

/* ---- a copy of an outcome -----------------------------------------------------------------*/

static void lay_out_transcript(struct arena *arena, struct transcript_row *row)
{
	row->language = arena_text(arena, row->language);
	row->source = arena_text(arena, row->source);
	row->source_sha256 = arena_text(arena, row->source_sha256);
	row->encoding = arena_text(arena, row->encoding);
	row->format = arena_text(arena, row->format);
	row->sha256 = arena_text(arena, row->sha256);
	row->object = arena_text(arena, row->object);
	row->val_object = arena_text(arena, row->val_object);
	row->detail = arena_text(arena, row->detail);
}

static void lay_out_finding(struct arena *arena, struct finding_row *row)
{
	row->course = NULL; /* said by ids */
	row->block = arena_text(arena, row->block);
	row->language = arena_text(arena, row->language);
	row->text = arena_text(arena, row->text);
	row->seen = arena_text(arena, row->seen);
	row->reason = NULL; /* said by waivers */
	row->who = NULL;
}

static void lay_out_journal(struct arena *arena, struct journal_row *row)
{
	row->val_id = arena_text(arena, row->val_id);
	row->language = arena_text(arena, row->language);
	row->object = arena_text(arena, row->object);
	row->sha256 = arena_text(arena, row->sha256);
}

/* Copies an array, and lays out the strings of each row of the copy, or only measures them. */
#define LAY_OUT_ROWS(arena, rows, count, type, lay_out_row)                                        \
	({                                                                                         \
		struct type *rows_to = arena_copy(arena, rows, (count) * sizeof(*rows_to));        \
		for (size_t i = 0; i < (count); i++) {                                             \
			struct type row = (rows)[i];                                               \
			lay_out_row(arena, &row);                                                  \
			if (rows_to)                                                               \
				rows_to[i] = row;                                                  \
		}                                                                                  \
		rows_to;                                                                           \
	})

static void lay_out_outcome(struct arena *arena, const void *from)
{
	const struct video_outcome *outcome = from;
	struct video_outcome copy = *outcome, *to = arena_copy(arena, outcome, sizeof(*outcome));

	copy.text = arena_text(arena, outcome->text);
	if (outcome->val_id)
		copy.val_id = arena_text(arena, outcome->val_id);
	copy.transcripts = LAY_OUT_ROWS(arena, outcome->transcripts, outcome->transcript_count,
					transcript_row, lay_out_transcript);
	copy.findings = LAY_OUT_ROWS(arena, outcome->findings, outcome->finding_count, finding_row,
				     lay_out_finding);
	copy.journal = LAY_OUT_ROWS(arena, outcome->journal, outcome->journal_count, journal_row,
				    lay_out_journal);
	if (to)
		*to = copy;
}

/* ---- an outcome ---------------------------------------------------------------------------*/

/* What the video was before. */
struct before {
	int64_t course;
	struct tally tally; /* with itself as one video of its state */
	enum video_state state;
	bool gone, other_val_id;
	int64_t pass; /* of its course */
};

static enum result read_before(struct status *status, const struct video_outcome *outcome,
			       struct before *before, struct error *err)
{
	struct columns columns = {0};
	enum result st;

	memset(before, 0, sizeof(*before));
	st = db_first(&status->db, err,
		      "SELECT course_id, state, gone, val_id <> ?2,"
		      " (SELECT pass FROM course WHERE id = course_id), " TALLY_COLUMNS
		      " FROM video WHERE id = ?1",
		      DB_VALUES(INT(outcome->video_id), TEXT(outcome->val_id)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such video") : st;
	before->course = col_int(&columns);
	COL_WORD(&columns, video_state_read, &before->state);
	before->gone = col_bool(&columns);
	before->other_val_id = outcome->val_id && col_bool(&columns);
	columns.next = 4;
	before->pass = col_int(&columns);
	tally_read(&before->tally, &columns, false);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	tally_video(&before->tally, before->state);
	return st;
}

static enum result write_attempt(struct status *status, const struct video_outcome *outcome,
				 int64_t now, struct error *err)
{
	const char *result = outcome->state == VIDEO_DONE     ? "done"
			     : outcome->state == VIDEO_FAILED ? "failed"
							      : "again";

	return db_run(&status->db, err,
		      "INSERT INTO attempt(video_id, pass, number, begun, ended, result, text)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		      DB_VALUES(INT(outcome->video_id), INT(outcome->pass), INT(outcome->number),
				INT(outcome->begun), INT(now), TEXT(result), TEXT(outcome->text)));
}

static enum result write_video(struct status *status, const struct video_outcome *outcome,
			       const struct before *before, struct error *err)
{
	struct db *db = &status->db;
	enum result st = RESULT_OK;

	if (outcome->attempt)
		st = db_run(db, err,
			    "UPDATE video SET state = ?2, attempts = ?3, pass = ?4 WHERE id = ?1",
			    DB_VALUES(INT(outcome->video_id),
				      TEXT(video_state_name(outcome->state)), INT(outcome->number),
				      INT(outcome->pass)));
	/* On its own, as its index is touched even when nothing changes. */
	if (st != RESULT_OK || !before->other_val_id)
		return st;
	st = write_former_id(status, outcome->video_id, outcome->val_id, err);
	if (st == RESULT_OK)
		st = db_run(db, err,
			    "UPDATE video SET val_id_new = val_id_new OR val_id = '', val_id = ?2"
			    " WHERE id = ?1",
			    DB_VALUES(INT(outcome->video_id), TEXT(outcome->val_id)));
	return st;
}

static bool had_findings(const struct tally *tally)
{
	return tally->n[TALLY_ERRORS] || tally->n[TALLY_WARNINGS] || tally->n[TALLY_NOTICES] ||
	       tally->n[TALLY_WAIVED];
}

/* The rows of the video and all sums; the course's by the difference to before. */
static enum result write_rows(struct status *status, const struct video_outcome *outcome,
			      const struct before *before, int64_t now, struct error *err)
{
	struct tally tally = {{0}};
	enum result st = RESULT_OK;

	if (had_findings(&before->tally))
		st = write_forget_findings(status, before->course, outcome->video_id, outcome->findings,
					   outcome->finding_count, err);
	if (st == RESULT_OK)
		st = write_transcripts(status, outcome->video_id, outcome->transcripts,
				       outcome->transcript_count, NULL, err);
	if (st == RESULT_OK)
		st = write_findings(status, before->course, outcome->video_id, outcome->findings,
				    outcome->finding_count, &tally, err);
	tally_transcripts(&tally, outcome->transcripts, outcome->transcript_count);
	if (st == RESULT_OK)
		st = write_video_sums(status, outcome->video_id, &tally, outcome->transcripts,
				      outcome->transcript_count, err);
	if (st == RESULT_OK)
		st = write_video(status, outcome, before, err);
	tally_video(&tally, outcome->attempt ? outcome->state : before->state);
	tally_subtract(&tally, &before->tally);
	if (st == RESULT_OK)
		st = tally_add_to_course(&status->db, before->course, &tally, now, err);
	return st;
}

static enum result write_outcome(struct status *status, void *arg, struct error *err)
{
	const struct video_outcome *outcome = arg;
	int64_t now = clock_wall(status->clock);
	struct before before;
	enum result st = read_before(status, outcome, &before, err);

	/* A run that has begun since a validation looked knows better. */
	if (st == RESULT_OK && !outcome->attempt && outcome->pass != before.pass)
		return RESULT_OK;
	if (st == RESULT_OK && !before.gone)
		st = write_rows(status, outcome, &before, now, err);
	/* What was done was done, even to a video that has meanwhile left its course. */
	if (st == RESULT_OK)
		st = write_journal(status, outcome->journal, outcome->journal_count, now, err);
	if (st == RESULT_OK && outcome->attempt)
		st = write_attempt(status, outcome, now, err);
	return st;
}

void status_video_outcome(struct status *status, const struct video_outcome *outcome)
{
	write_post(status, write_outcome, arena_clone(lay_out_outcome, outcome));
}
