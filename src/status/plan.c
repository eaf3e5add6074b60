#include "config.h"

#include "src/status/status.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/ids.h"
#include "src/status/write.h"

/*
 * A plan is written over what is there. A video that was tried in this pass is left as it is
 * while its plan says the same: engines die, and planning again must not undo their work. If it
 * says something else (a language more or fewer, another id), the video is to be tried again.
 */
struct plan {
	int64_t course, pass;
	const struct video_row *videos;
	const struct transcript_row *transcripts; /* of video i: sorted[first[i]] to first[i + 1] */
	size_t video_count;
	const struct finding_row *notes;
	size_t note_count;
	struct transcript_row *sorted; /* shallow copies, by video */
	size_t *first;
	int64_t *video_ids, *sorted_ids; /* found out */
};

/* What the database has of a planned video. */
struct known {
	int64_t id;
	int64_t pass, attempts;
	enum video_state state;
	bool gone, same_val_id;
};

static enum result find_known(struct status *status, const struct plan *plan,
			      const struct video_row *video, struct known *known, struct error *err)
{
	struct columns columns = {0};
	enum result st;

	memset(known, 0, sizeof(*known));
	st = db_first(&status->db, err,
		      "SELECT id, pass, attempts, state, gone, ?4 = '' OR val_id = ?4 FROM video"
		      " WHERE course_id = ?1 AND type = ?2 AND block = ?3",
		      DB_VALUES(INT(plan->course), TEXT(video->type), TEXT(video->block),
				TEXT(video->val_id)),
		      &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? RESULT_OK : st;
	known->id = col_int(&columns);
	known->pass = col_int(&columns);
	known->attempts = col_int(&columns);
	COL_WORD(&columns, video_state_read, &known->state);
	known->gone = col_bool(&columns);
	known->same_val_id = col_bool(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

/*
 * The languages planned are those that were planned when the video was tried; fills @ids. What a
 * dry run found out is not the same as having been tried.
 */
static enum result same_languages(struct status *status, int64_t video,
				  const struct transcript_row *rows, size_t count, int64_t *ids,
				  bool *same, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int64_t others = 0;
	enum result st = RESULT_OK;
	size_t i;

	for (i = 0; i < count && st == RESULT_OK; i++) {
		st = db_number(&status->db, err,
			       "SELECT id FROM transcript WHERE video_id = ?1 AND language = ?2"
			       " AND outcome NOT IN ('extra', 'would-migrate', 'untold')",
			       DB_VALUES(INT(video), TEXT(rows[i].language)), 0, &ids[i]);
		if (!ids[i])
			break;
	}
	if (st != RESULT_OK)
		return st;
	st = db_first(&status->db, err,
		      "SELECT count(*) FROM transcript WHERE video_id = ?1 AND outcome <> 'extra'",
		      DB_VALUES(INT(video)), &stmt);
	if (st == RESULT_OK)
		others = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	*same = i == count && others == (int64_t)count;
	return st;
}

static enum result update_tried(struct status *status, int64_t id, const struct video_row *video,
				struct error *err)
{
	return db_run(
		&status->db, err,
		"UPDATE video SET name = ?2, position = ?3, branches = ?4 WHERE id = ?1",
		DB_VALUES(INT(id), TEXT(video->name), INT(video->position), INT(video->branches)));
}

/* Writes a video that waits; *@id is 0 for a new one. */
static enum result write_waiting(struct status *status, const struct plan *plan,
				 const struct video_row *video, int64_t attempts, int64_t *id,
				 struct error *err)
{
	struct db *db = &status->db;
	enum result st;

	if (*id) {
		st = write_former_id(status, *id, video->val_id, err);
		if (st != RESULT_OK)
			return st;
		st = db_run(
			db, err,
			"UPDATE video SET name = ?2, position = ?3, branches = ?4, val_id = ?5,"
			" val_id_new = ?6, state = 'waiting', attempts = ?7, pass = ?8, gone = 0"
			" WHERE id = ?1",
			DB_VALUES(INT(*id), TEXT(video->name), INT(video->position),
				  INT(video->branches), TEXT(video->val_id), INT(video->val_id_new),
				  INT(attempts), INT(plan->pass)));
		if (st == RESULT_OK)
			st = write_forget_findings(status, plan->course, *id, NULL, 0, err);
		return st;
	}
	st = db_run(
		db, err,
		"INSERT INTO video(course_id, type, block, name, position, branches, val_id,"
		" val_id_new, state, pass) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9)",
		DB_VALUES(INT(plan->course), TEXT(video->type), TEXT(video->block),
			  TEXT(video->name), INT(video->position), INT(video->branches),
			  TEXT(video->val_id), INT(video->val_id_new), INT(plan->pass)));
	*id = sqlite3_last_insert_rowid(db->handle);
	return st;
}

static enum result plan_video(struct status *status, struct plan *plan, size_t index,
			      struct error *err)
{
	const struct video_row *video = &plan->videos[index];
	const struct transcript_row *rows = plan->sorted + plan->first[index];
	size_t count = plan->first[index + 1] - plan->first[index];
	int64_t *ids = plan->sorted_ids + plan->first[index];
	struct tally tally = {{0}};
	struct known known;
	int64_t attempts = 0;
	bool tried;
	enum result st = find_known(status, plan, video, &known, err);

	tried = known.id && !known.gone && known.pass == plan->pass && known.same_val_id &&
		known.state != VIDEO_WAITING;
	if (st == RESULT_OK && tried)
		st = same_languages(status, known.id, rows, count, ids, &tried, err);
	if (st != RESULT_OK)
		return st;
	plan->video_ids[index] = known.id;
	if (tried)
		return update_tried(status, known.id, video, err);
	if (known.pass == plan->pass && known.state == VIDEO_WAITING)
		attempts = known.attempts;
	st = write_waiting(status, plan, video, attempts, &plan->video_ids[index], err);
	if (st == RESULT_OK)
		st = write_transcripts(status, plan->video_ids[index], rows, count, ids, err);
	tally_transcripts(&tally, rows, count);
	if (st == RESULT_OK)
		st = write_video_sums(status, plan->video_ids[index], &tally, rows, count, err);
	return st;
}

static enum result drop_video(struct status *status, int64_t course, int64_t id, struct error *err)
{
	struct db *db = &status->db;
	struct tally none = {{0}};
	enum result st;

	st = db_run(db, err, "UPDATE video SET gone = 1 WHERE id = ?1", DB_VALUES(INT(id)));
	if (st == RESULT_OK)
		st = write_forget_findings(status, course, id, NULL, 0, err);
	if (st == RESULT_OK)
		st = write_transcripts(status, id, NULL, 0, NULL, err);
	if (st == RESULT_OK)
		st = write_video_sums(status, id, &none, NULL, 0, err);
	return st;
}

/* Videos of the course that are not in the plan. */
static enum result drop_unplanned(struct status *status, const struct plan *plan, struct error *err)
{
	struct ids planned = {0}, present = {0};
	sqlite3_stmt *stmt = NULL;
	enum result st = ids_add(&planned, plan->video_ids, plan->video_count, err);

	ids_sort(&planned);
	if (st == RESULT_OK) {
		st = db_first(&status->db, err,
			      "SELECT id FROM video WHERE course_id = ?1 AND gone = 0",
			      DB_VALUES(INT(plan->course)), &stmt);
		st = ids_read(&present, &status->db, st, stmt, err);
	}
	for (size_t i = 0; i < present.count && st == RESULT_OK; i++)
		if (!ids_have(&planned, present.list[i]))
			st = drop_video(status, plan->course, present.list[i], err);
	ids_clear(&planned);
	ids_clear(&present);
	return st;
}

static enum result write_plan(struct status *status, void *arg, struct error *err)
{
	struct plan *plan = arg;
	int64_t pass = 0;
	enum result st;

	st = db_number(&status->db, err, "SELECT pass FROM course WHERE id = ?1",
		       DB_VALUES(INT(plan->course)), -1, &pass);
	if (st == RESULT_OK && pass < 0)
		st = error_set(err, RESULT_MISSING, "no such course");
	if (st == RESULT_OK && pass > plan->pass)
		st = error_set(err, RESULT_CANCELED, "it was run again meanwhile");
	for (size_t i = 0; i < plan->video_count && st == RESULT_OK; i++)
		st = plan_video(status, plan, i, err);
	if (st == RESULT_OK)
		st = drop_unplanned(status, plan, err);
	if (st == RESULT_OK)
		st = write_notes(status, plan->course, plan->notes, plan->note_count, err);
	if (st == RESULT_OK)
		st = tally_course(&status->db, plan->course, clock_wall(status->clock), err);
	return st;
}

/* Sorts the transcripts by video (a counting sort); @where[i] is the place of transcript i. */
static enum result sort_transcripts(struct plan *plan, size_t count, size_t *where,
				    struct error *err)
{
	size_t *first = plan->first;

	for (size_t i = 0; i < count; i++) {
		int64_t video = plan->transcripts[i].video_id;

		if (video < 0 || (size_t)video >= plan->video_count)
			return error_set(err, RESULT_INVALID,
					 "a planned transcript without a video");
		first[video + 1]++;
	}
	for (size_t i = 0; i < plan->video_count; i++)
		first[i + 1] += first[i];
	for (size_t i = 0; i < count; i++) {
		where[i] = first[plan->transcripts[i].video_id]++;
		plan->sorted[where[i]] = plan->transcripts[i];
	}
	/* Each has moved to where the next begins. */
	memmove(first + 1, first, plan->video_count * sizeof(*first));
	first[0] = 0;
	return RESULT_OK;
}

enum result status_course_plan(struct status *status, int64_t course, int64_t pass,
			       struct video_row *videos, size_t video_count,
			       struct transcript_row *transcripts, size_t transcript_count,
			       const struct finding_row *notes, size_t note_count,
			       struct error *err)
{
	struct plan plan = {
		.course = course,
		.pass = pass,
		.videos = videos,
		.transcripts = transcripts,
		.video_count = video_count,
		.notes = notes,
		.note_count = note_count,
		.sorted = calloc(transcript_count + 1, sizeof(*plan.sorted)),
		.first = calloc(video_count + 2, sizeof(*plan.first)),
		.video_ids = calloc(video_count + 1, sizeof(*plan.video_ids)),
		.sorted_ids = calloc(transcript_count + 1, sizeof(*plan.sorted_ids)),
	};
	size_t *where = calloc(transcript_count + 1, sizeof(*where));
	enum result st;

	if (!plan.sorted || !plan.first || !plan.video_ids || !plan.sorted_ids || !where)
		st = error_set(err, RESULT_NOMEM, "no memory for a plan of %zu videos",
			       video_count);
	else
		st = sort_transcripts(&plan, transcript_count, where, err);
	if (st == RESULT_OK)
		st = write_run(status, write_plan, &plan, err);
	if (st != RESULT_OK)
		goto out;
	for (size_t i = 0; i < video_count; i++) {
		videos[i].id = plan.video_ids[i];
		videos[i].course_id = course;
	}
	for (size_t i = 0; i < transcript_count; i++) {
		transcripts[i].id = plan.sorted_ids[where[i]];
		transcripts[i].video_id = plan.video_ids[transcripts[i].video_id];
	}
out:
	free(plan.sorted);
	free(plan.first);
	free(plan.video_ids);
	free(plan.sorted_ids);
	free(where);
	return st;
}
