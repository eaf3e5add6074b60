/*
 * What became of linking the videos of a course: the findings of it, the journal, the sums.
 */
#include "config.h"

#include "src/status/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/write.h"

struct links {
	int64_t course;
	const struct link_outcome *items;
	size_t count;
};

#define OF_LINKING "video_id = ?1 AND code IN ('link-pending', 'link-failed')"

static enum result drop_findings(struct status *status, int64_t video, struct error *err)
{
	enum result st = db_run(
		&status->db, err,
		"UPDATE video SET errors = errors - f.e, warnings = warnings - f.w,"
		" notices = notices - f.n, waived = video.waived - f.waived_ones"
		" FROM (SELECT ifnull(sum(waived), 0) AS waived_ones,"
		"  ifnull(sum(severity = 2 AND NOT waived), 0) AS e,"
		"  ifnull(sum(severity = 1 AND NOT waived), 0) AS w,"
		"  ifnull(sum(severity = 0 AND NOT waived), 0) AS n"
		"  FROM finding WHERE " OF_LINKING ") AS f WHERE video.id = ?1",
		DB_VALUES(INT(video)));

	if (st == RESULT_OK)
		st = db_run(&status->db, err, "DELETE FROM finding WHERE " OF_LINKING,
			    DB_VALUES(INT(video)));
	return st;
}

static enum result add_finding(struct status *status, int64_t course, const struct link_outcome *link,
			       struct error *err)
{
	enum finding_code code = link->kind == LINK_WAITS ? FINDING_LINK_PENDING : FINDING_LINK_FAILED;
	char none[] = "";
	struct finding_row row = {.block = (char *)link->block, .language = none, .code = code,
				  .severity = finding_severity(code, false), .text = (char *)link->text,
				  .seen = none};
	struct tally tally = {{0}};
	enum result st = write_findings(status, course, link->video_id, &row, 1, &tally, err);

	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "UPDATE video SET errors = errors + ?2, warnings = warnings + ?3,"
			    " notices = notices + ?4, waived = waived + ?5 WHERE id = ?1",
			    DB_VALUES(INT(link->video_id), INT(tally.n[TALLY_ERRORS]),
				      INT(tally.n[TALLY_WARNINGS]), INT(tally.n[TALLY_NOTICES]),
				      INT(tally.n[TALLY_WAIVED])));
	return st;
}

static enum result write_link(struct status *status, int64_t course, const struct link_outcome *link,
			      struct error *err)
{
	char none[] = "";
	const struct journal_row line = {.course_id = course, .video_id = link->video_id,
					 .kind = "link", .val_id = (char *)link->val_id,
					 .language = none, .object = none, .sha256 = none};
	enum result st = drop_findings(status, link->video_id, err);

	if (st == RESULT_OK && link->kind != LINKED)
		st = add_finding(status, course, link, err);
	if (st == RESULT_OK && link->written)
		st = write_journal(status, &line, 1, clock_wall(status->clock), err);
	return st;
}

/* One event a course: how many blocks were written to. */
static enum result tell(struct status *status, const struct links *links, struct error *err)
{
	size_t written = 0, failed = 0;
	sqlite3_stmt *stmt = NULL;
	char key[512] = "", what[96];
	enum result st;

	for (size_t i = 0; i < links->count; i++) {
		written += links->items[i].written;
		failed += links->items[i].kind == LINK_FAILURE;
	}
	if (!written && !failed)
		return RESULT_OK;
	st = db_first(&status->db, err, "SELECT key FROM course WHERE id = ?1",
		      DB_VALUES(INT(links->course)), &stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such course") : st;
	snprintf(key, sizeof(key), "%s", (const char *)sqlite3_column_text(stmt, 0));
	db_done(stmt);
	snprintf(what, sizeof(what), "%zu blocks linked, %zu could not be", written, failed);
	return event_add(status, failed ? FINDING_ERROR : FINDING_NOTICE, "link", key, what, "", err);
}

static enum result write_links(struct status *status, void *arg, struct error *err)
{
	const struct links *links = arg;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < links->count && st == RESULT_OK; i++)
		st = write_link(status, links->course, &links->items[i], err);
	if (st == RESULT_OK)
		st = tally_course(&status->db, links->course, clock_wall(status->clock), err);
	return st == RESULT_OK ? tell(status, links, err) : st;
}

enum result status_course_links(struct status *status, int64_t course,
				const struct link_outcome *links, size_t count, struct error *err)
{
	struct links all = {course, links, count};

	return count ? write_run(status, write_links, &all, err) : RESULT_OK;
}
