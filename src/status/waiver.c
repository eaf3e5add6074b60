#include "config.h"

#include "src/status/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/status/event.h"
#include "src/status/ids.h"
#include "src/status/write.h"

/* Findings a commit, and nanoseconds until the next one. Another process that waits for its turn
   looks ten times a second whether it has come, and gives up after some seconds: commits without
   a gap would let nobody in. */
enum { PIECE = 250, GAP = 20000000 };

struct waive {
	const char *course, *block, *language; /* "-" for none */
	enum finding_code code;
	const char *reason;
	int64_t course_id;
};

/* As findings write it: "" for what has none. */
static const char *plain(const char *text)
{
	return strcmp(text, "-") ? text : "";
}

static enum result find_course(struct status *status, struct waive *waive, struct error *err)
{
	enum result st;

	st = db_number(&status->db, err, "SELECT id FROM course WHERE key = ?1",
		       DB_VALUES(TEXT(waive->course)), 0, &waive->course_id);
	if (st == RESULT_OK && !waive->course_id)
		st = error_set(err, RESULT_MISSING, "no such course: %s", waive->course);
	return st;
}

/* The findings of the item that are waived or not. */
static enum result find_findings(struct status *status, const struct waive *waive, bool waived,
				 struct ids *ids, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	st = db_first(&status->db, err,
		      "SELECT id FROM finding WHERE course_id = ?1 AND code = ?2 AND block = ?3"
		      " AND language = ?4 AND waived = ?5",
		      DB_VALUES(INT(waive->course_id), TEXT(finding_info(waive->code)->name),
				TEXT(plain(waive->block)), TEXT(plain(waive->language)),
				INT(waived)),
		      &stmt);
	return ids_read(ids, &status->db, st, stmt, err);
}

enum result write_waived(struct status *status, int64_t id, bool waived, const char *reason,
			 const char *who, struct error *err)
{
	struct db *db = &status->db;
	int sign = waived ? 1 : -1;
	enum result st;

	st = db_run(
		db, err,
		"UPDATE video SET waived = waived + ?2, errors = errors - ?2 * (f.severity = 2),"
		" warnings = warnings - ?2 * (f.severity = 1),"
		" notices = notices - ?2 * (f.severity = 0)"
		" FROM (SELECT video_id, severity FROM finding WHERE id = ?1) AS f"
		" WHERE video.id = f.video_id",
		DB_VALUES(INT(id), INT(sign)));
	if (st == RESULT_OK)
		st = db_run(db, err,
			    "UPDATE finding SET waived = ?2, reason = ?3, who = ?4 WHERE id = ?1",
			    DB_VALUES(INT(id), INT(waived), TEXT(reason), TEXT(who)));
	return st;
}

static enum result set_waived(struct status *status, int64_t id, bool waived, const char *reason,
			      struct error *err)
{
	return write_waived(status, id, waived, reason, waived ? status->who : "", err);
}

static enum result set_all(struct status *status, const struct waive *waive, const struct ids *ids,
			   bool waived, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < ids->count && st == RESULT_OK; i++)
		st = set_waived(status, ids->list[i], waived, waive->reason, err);
	if (st == RESULT_OK && ids->count)
		st = tally_course(&status->db, waive->course_id, clock_wall(status->clock), err);
	return st;
}

static enum result add_event(struct status *status, const struct waive *waive, const char *action,
			     struct error *err)
{
	char object[700];

	snprintf(object, sizeof(object), "%s %s %s", waive->course, waive->block, waive->language);
	return event_add(status, FINDING_NOTICE, action, object, finding_info(waive->code)->name,
			 waive->reason, err);
}

static enum result missing(const struct waive *waive, const char *what, struct error *err)
{
	return error_set(err, RESULT_MISSING, "%s %s %s has no %s %s", waive->course, waive->block,
			 waive->language, what, finding_info(waive->code)->name);
}

static enum result write_waiver(struct status *status, void *arg, struct error *err)
{
	struct waive *waive = arg;
	struct ids ids = {0};
	enum result st = find_course(status, waive, err);

	if (st == RESULT_OK)
		st = find_findings(status, waive, false, &ids, err);
	if (st == RESULT_OK && !ids.count)
		st = missing(waive, "open finding", err);
	/* One for each content that was seen: another content is another finding. */
	for (size_t i = 0; i < ids.count && st == RESULT_OK; i++)
		st = db_run(
			&status->db, err,
			"INSERT INTO waiver(course, block, language, code, seen, reason, who, at)"
			" SELECT ?2, ?3, ?4, code, seen, ?5, ?6, ?7 FROM finding WHERE id = ?1"
			" ON CONFLICT DO UPDATE SET reason = excluded.reason, who = excluded.who,"
			" at = excluded.at",
			DB_VALUES(INT(ids.list[i]), TEXT(waive->course), TEXT(waive->block),
				  TEXT(waive->language), TEXT(waive->reason), TEXT(status->who),
				  INT(clock_wall(status->clock))));
	if (st == RESULT_OK)
		st = set_all(status, waive, &ids, true, err);
	if (st == RESULT_OK)
		st = add_event(status, waive, "waive", err);
	ids_clear(&ids);
	return st;
}

enum result status_waive(struct status *status, const char *course, const char *block,
			 const char *language, enum finding_code code, const char *reason,
			 struct error *err)
{
	struct waive waive = {course, block, language, code, reason, 0};

	if (!(finding_info(code)->flags & FINDING_WAIVABLE))
		return error_set(err, RESULT_REFUSED, "%s cannot be waived: %s",
				 finding_info(code)->name, finding_info(code)->help);
	if (!*reason)
		return error_set(err, RESULT_INVALID, "a waiver needs a reason");
	return write_run(status, write_waiver, &waive, err);
}

static enum result write_unwaiver(struct status *status, void *arg, struct error *err)
{
	struct waive *waive = arg;
	struct ids ids = {0};
	enum result st = find_course(status, waive, err);

	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "DELETE FROM waiver WHERE course = ?1 AND block = ?2 AND language = ?3"
			    " AND code = ?4",
			    DB_VALUES(TEXT(waive->course), TEXT(waive->block),
				      TEXT(waive->language),
				      TEXT(finding_info(waive->code)->name)));
	if (st == RESULT_OK && !sqlite3_changes(status->db.handle))
		st = missing(waive, "waiver of", err);
	if (st == RESULT_OK)
		st = find_findings(status, waive, true, &ids, err);
	if (st == RESULT_OK)
		st = set_all(status, waive, &ids, false, err);
	if (st == RESULT_OK)
		st = add_event(status, waive, "unwaive", err);
	if (st == RESULT_OK)
		st = write_evidence_unwaived(status, waive->course_id, err);
	ids_clear(&ids);
	return st;
}

enum result status_unwaive(struct status *status, const char *course, const char *block,
			   const char *language, enum finding_code code, struct error *err)
{
	struct waive waive = {course, block, language, code, "", 0};

	return write_run(status, write_unwaiver, &waive, err);
}

/* ---- many ---------------------------------------------------------------------------------*/

/* Some of the picks, in one commit. */
struct piece {
	const struct picks *picks;
	size_t from, to;
	bool waived; /* what they become */
	const char *reason;
	int64_t done;
};

static const char *or_none(const char *text)
{
	return *text ? text : "-";
}

/* The rows that are the finding @item of @waive, waived or not. Along the index that has all but
   the content: a course may have thousands of one code. */
static enum result find_picked(struct status *status, const struct waive *waive,
			       const struct pick_item *item, bool waived, struct ids *ids,
			       struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	st = db_first(&status->db, err,
		      "SELECT id FROM finding INDEXED BY finding_in_order WHERE severity IN (0, 1, 2)"
		      " AND code = ?2 AND course_id = ?1 AND block = ?3 AND language = ?4"
		      " AND waived = ?6 AND seen = ?5",
		      DB_VALUES(INT(waive->course_id), TEXT(finding_info(waive->code)->name),
				TEXT(item->block), TEXT(item->language), TEXT(item->seen),
				INT(waived)),
		      &stmt);
	return ids_read(ids, &status->db, st, stmt, err);
}

static enum result write_picked(struct status *status, const struct waive *waive, const char *seen,
				bool waived, struct error *err)
{
	const char *code = finding_info(waive->code)->name;

	if (!waived)
		return db_run(&status->db, err,
			      "DELETE FROM waiver WHERE course = ?1 AND block = ?2 AND language = ?3"
			      " AND code = ?4 AND seen = ?5",
			      DB_VALUES(TEXT(waive->course), TEXT(waive->block),
					TEXT(waive->language), TEXT(code), TEXT(seen)));
	return db_run(&status->db, err,
		      "INSERT INTO waiver(course, block, language, code, seen, reason, who, at)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		      " ON CONFLICT DO UPDATE SET reason = excluded.reason, who = excluded.who,"
		      " at = excluded.at",
		      DB_VALUES(TEXT(waive->course), TEXT(waive->block), TEXT(waive->language),
				TEXT(code), TEXT(seen), TEXT(waive->reason), TEXT(status->who),
				INT(clock_wall(status->clock))));
}

/* One finding; *@done grows by its rows, none if it is not there as it was picked. */
static enum result change_picked(struct status *status, const struct piece *piece,
				 const struct pick *pick, const char *course, int64_t *done,
				 struct error *err)
{
	struct pick_item item = picks_item(piece->picks, pick);
	const struct waive waive = {course, or_none(item.block), or_none(item.language),
				    pick->code, piece->reason, pick->course_id};
	struct ids ids = {0};
	enum result st = find_picked(status, &waive, &item, !piece->waived, &ids, err);

	if (st == RESULT_OK && ids.count) {
		st = write_picked(status, &waive, item.seen, piece->waived, err);
		for (size_t i = 0; i < ids.count && st == RESULT_OK; i++)
			st = set_waived(status, ids.list[i], piece->waived, waive.reason, err);
		if (st == RESULT_OK)
			st = add_event(status, &waive, piece->waived ? "waive" : "unwaive", err);
		*done += (int64_t)ids.count;
	}
	ids_clear(&ids);
	return st;
}

static enum result course_key(struct status *status, int64_t course, char **key, struct error *err)
{
	struct columns columns = {0};
	enum result st;

	st = db_first(&status->db, err, "SELECT key FROM course WHERE id = ?1",
		      DB_VALUES(INT(course)), &columns.stmt);
	if (st != RESULT_OK)
		return st;
	*key = col_text(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

/* Those of one course stand together: its sums are made anew once. */
static enum result write_course(struct status *status, struct piece *piece, size_t *at,
				struct error *err)
{
	const struct pick *list = piece->picks->list;
	int64_t course = list[*at].course_id, done = 0;
	char *key = NULL;
	enum result st = course_key(status, course, &key, err);
	bool gone = st == RESULT_END;

	for (; *at < piece->to && list[*at].course_id == course; (*at)++)
		if (st == RESULT_OK && pick_is(&list[*at], piece->waived ? PICK_WAIVABLE : PICK_WAIVED))
			st = change_picked(status, piece, &list[*at], key, &done, err);
	if (st == RESULT_OK && done)
		st = tally_course(&status->db, course, clock_wall(status->clock), err);
	if (st == RESULT_OK && done && !piece->waived)
		st = write_evidence_unwaived(status, course, err);
	piece->done += done;
	free(key);
	return gone ? RESULT_OK : st;
}

static enum result write_piece(struct status *status, void *arg, struct error *err)
{
	struct piece *piece = arg;
	enum result st = RESULT_OK;

	piece->done = 0;
	for (size_t at = piece->from; at < piece->to && st == RESULT_OK;)
		st = write_course(status, piece, &at, err);
	return st;
}

static enum result write_pieces(struct status *status, struct piece *piece,
				const struct between *between, int64_t *done, struct error *err)
{
	enum result st = RESULT_OK;

	for (*done = 0; piece->from < piece->picks->count && st == RESULT_OK; piece->from = piece->to) {
		size_t left = piece->picks->count - piece->from;

		piece->to = piece->from + (left < PIECE ? left : PIECE);
		st = write_run(status, write_piece, piece, err);
		*done += st == RESULT_OK ? piece->done : 0;
		if (piece->to == piece->picks->count)
			break;
		nanosleep(&(struct timespec){.tv_nsec = GAP}, NULL);
		if (between)
			between->fn(between->arg);
	}
	return st;
}

enum result status_waive_picks(struct status *status, const struct picks *picks, const char *reason,
			       const struct between *between, int64_t *done, struct error *err)
{
	struct piece piece = {.picks = picks, .waived = true, .reason = reason};

	*done = 0;
	if (!*reason)
		return error_set(err, RESULT_INVALID, "a waiver needs a reason");
	return write_pieces(status, &piece, between, done, err);
}

enum result status_unwaive_picks(struct status *status, const struct picks *picks,
				 const struct between *between, int64_t *done, struct error *err)
{
	struct piece piece = {.picks = picks, .reason = ""};

	return write_pieces(status, &piece, between, done, err);
}
