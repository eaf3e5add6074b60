#include "config.h"

#include "src/status/status.h"

#include <stdio.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/ids.h"
#include "src/status/write.h"

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

/* Changes one finding and the sums of its video; those of the course follow. */
static enum result set_waived(struct status *status, int64_t id, bool waived, const char *reason,
			      struct error *err)
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
			    DB_VALUES(INT(id), INT(waived), TEXT(reason),
				      TEXT(waived ? status->who : "")));
	return st;
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
	ids_clear(&ids);
	return st;
}

enum result status_unwaive(struct status *status, const char *course, const char *block,
			   const char *language, enum finding_code code, struct error *err)
{
	struct waive waive = {course, block, language, code, "", 0};

	return write_run(status, write_unwaiver, &waive, err);
}
