#include "config.h"

#include "src/status/status.h"

#include <string.h>

#include "src/status/write.h"

/* A line under an id that its video does not have (yet, or any longer) must be found as well. */
static enum result note_id(struct status *status, const struct journal_row *row, struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT OR IGNORE INTO former_id(val_id, video_id)"
		      " SELECT ?2, id FROM video WHERE id = ?1 AND val_id <> ?2 AND ?2 <> ''",
		      DB_VALUES(INT(row->video_id), TEXT(row->val_id)));
}

enum result write_former_id(struct status *status, int64_t video, const char *val_id,
			    struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT OR IGNORE INTO former_id(val_id, video_id)"
		      " SELECT val_id, id FROM video WHERE id = ?1 AND val_id NOT IN ('', ?2)",
		      DB_VALUES(INT(video), TEXT(val_id)));
}

static enum result write_line(struct status *status, const struct journal_row *row, int64_t now,
			      struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT INTO journal(at, course_id, video_id, kind, val_id, language, object,"
		      " sha256, size) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		      DB_VALUES(INT(row->at ? row->at : now), INT(row->course_id),
				ID(row->video_id), TEXT(row->kind), TEXT(row->val_id),
				TEXT(row->language), TEXT(row->object), TEXT(row->sha256),
				INT(row->size)));
}

static bool same_id(const struct journal_row *a, const struct journal_row *b)
{
	return !strcmp(a->val_id ? a->val_id : "", b->val_id ? b->val_id : "");
}

enum result write_journal(struct status *status, const struct journal_row *rows, size_t count,
			  int64_t now, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		const struct journal_row *row = &rows[i], *last = i ? &rows[i - 1] : NULL;

		/* Lines come by video: mostly the one before has been looked at for both. */
		if (!last || last->video_id != row->video_id || !same_id(last, row))
			st = note_id(status, row, err);
		if (st == RESULT_OK)
			st = write_line(status, row, now, err);
	}
	return st;
}

struct lines {
	const struct journal_row *rows;
	size_t count;
};

static enum result write_lines(struct status *status, void *arg, struct error *err)
{
	const struct lines *lines = arg;

	return write_journal(status, lines->rows, lines->count, clock_wall(status->clock), err);
}

enum result status_journal(struct status *status, const struct journal_row *rows, size_t count,
			   struct error *err)
{
	struct lines lines = {rows, count};

	return write_run(status, write_lines, &lines, err);
}
