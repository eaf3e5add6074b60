/*
 * Evidence: what the newest validation of a course proved, and whether it still counts.
 *
 * A course's evidence is one row. It is replaced by the next complete validation, and marked stale by
 * whatever takes away its ground: another state of the source, another pass, a waiver taken back.
 * course.evidence says the same for lists, and changes in the same commit.
 */
#include "config.h"

#include "src/status/rollout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/read.h"
#include "src/status/write.h"

void evidence_clear(struct evidence *evidence)
{
	free(evidence->source_version);
	free(evidence->source_assets);
	free(evidence->places);
	free(evidence->waivers);
	free(evidence->stale);
	memset(evidence, 0, sizeof(*evidence));
}

/* ---- the waivers it was made with ---------------------------------------------------------*/

/* Fields end with a NUL, which no text of the database has: no two lists are one run of bytes. Who
   gave a waiver, when and why is not what evidence rests on. */
static enum result hash_waivers(struct db *db, const char *course, char out[HASH_HEX],
				struct error *err)
{
	struct columns columns = {0};
	struct hash *hash = hash_new();
	enum result st;

	*out = '\0';
	if (!hash)
		return error_set(err, RESULT_NOMEM, "no memory to hash the waivers of %s", course);
	st = db_first(db, err,
		      "SELECT block, language, code, seen FROM waiver WHERE course = ?1"
		      " ORDER BY block, language, code, seen",
		      DB_VALUES(TEXT(course)), &columns.stmt);
	for (; st == RESULT_OK; st = db_next(db, err, columns.stmt)) {
		columns.next = 0;
		for (int i = 0; i < 4; i++) {
			const char *text = col_peek(&columns);

			hash_add(hash, text, strlen(text) + 1);
		}
	}
	db_done(columns.stmt);
	if (st == RESULT_END) {
		hash_hex(hash, out);
		st = RESULT_OK;
	}
	hash_free(hash);
	return st;
}

enum result reader_waivers_hash(struct reader *reader, const char *course, char out[HASH_HEX],
				struct error *err)
{
	return hash_waivers(&reader->db, course, out, err);
}

/* ---- reading ------------------------------------------------------------------------------*/

#define EVIDENCE_COLUMNS                                                                           \
	"course_id, number, generation, pass, level, began, at, source_version, source_assets,"    \
	" expected, in_val, unknown, extra, differing, errors, warnings, waived, waivers, stale,"  \
	" stale_at, places"

static void fill_evidence(struct columns *columns, void *to)
{
	struct evidence *row = to;
	struct counts *counts = &row->counts;
	int64_t *const sums[] = {&counts->expected, &counts->in_val, &counts->unknown, &counts->extra,
				 &counts->differing, &counts->errors, &counts->warnings,
				 &counts->waived};

	row->course_id = col_int(columns);
	row->number = col_int(columns);
	row->generation = col_int(columns);
	row->pass = col_int(columns);
	COL_WORD(columns, verify_level_read, &row->level);
	row->began = col_int(columns);
	row->at = col_int(columns);
	row->source_version = col_text(columns);
	row->source_assets = col_text(columns);
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		*sums[i] = col_int(columns);
	row->waivers = col_text(columns);
	row->stale = col_text(columns);
	row->stale_at = col_int(columns);
	row->places = col_text(columns);
}

static void clear_evidence(void *row)
{
	evidence_clear(row);
}

static const struct row_kind evidence_rows = {sizeof(struct evidence), fill_evidence, clear_evidence};

enum result reader_evidence(struct reader *reader, int64_t course, struct evidence *out,
			    struct error *err)
{
	return read_row(reader, err, &evidence_rows,
			"SELECT " EVIDENCE_COLUMNS " FROM evidence WHERE course_id = ?1",
			DB_VALUES(INT(course)), out, "the course was never validated to its end");
}

/* ---- its age ------------------------------------------------------------------------------*/

/* A clock that was ahead for a while before the validation says nothing of it. */
enum result evidence_newest_time(struct db *db, const char *course, int64_t *out, struct error *err)
{
	return db_number(db, err,
			 "SELECT at FROM event INDEXED BY event_by_time WHERE id >= (SELECT max(id)"
			 " FROM event WHERE object = ?1 AND action = 'verify') ORDER BY at DESC LIMIT 1",
			 DB_VALUES(TEXT(course)), 0, out);
}

enum result reader_evidence_outlived(struct reader *reader, const struct evidence *evidence,
				     const char *course, int64_t most_age, bool *out, struct error *err)
{
	int64_t newest;
	enum result st = evidence_newest_time(&reader->db, course, &newest, err);

	*out = st == RESULT_OK && newest - evidence->at > most_age;
	return st;
}

/* ---- what takes it away -------------------------------------------------------------------*/

/* What an event, and the decision, is made from. */
struct standing {
	char *key;
	int64_t number; /* of evidence that counts; 0: there is none */
	char level[16];
	bool flag_on;
	char *version, *assets, *waivers; /* of the evidence; "" without */
};

static void standing_clear(struct standing *now)
{
	free(now->key);
	free(now->version);
	free(now->assets);
	free(now->waivers);
}

static enum result read_standing(struct status *status, int64_t course, struct standing *now,
				 struct error *err)
{
	struct columns columns = {0};
	enum result st;

	memset(now, 0, sizeof(*now));
	st = db_first(&status->db, err,
		      "SELECT c.key, c.flag IN ('on', 'turning-on'), coalesce(e.number, 0),"
		      " coalesce(e.level, ''), coalesce(e.source_version, ''),"
		      " coalesce(e.source_assets, ''), coalesce(e.waivers, '')"
		      " FROM course c LEFT JOIN evidence e ON e.course_id = c.id AND e.stale = ''"
		      " WHERE c.id = ?1",
		      DB_VALUES(INT(course)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such course") : st;
	now->key = col_text(&columns);
	now->flag_on = col_bool(&columns);
	now->number = col_int(&columns);
	snprintf(now->level, sizeof(now->level), "%s", col_peek(&columns));
	now->version = col_text(&columns);
	now->assets = col_text(&columns);
	now->waivers = col_text(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

/* The evidence of @now counts no more. */
static enum result make_stale(struct status *status, int64_t course, const struct standing *now,
			      const char *why, struct error *err)
{
	int64_t at = clock_wall(status->clock);
	char what[80];
	enum result st;

	snprintf(what, sizeof(what), "evidence %lld at level %s counts no more%s",
		 (long long)now->number, now->level, now->flag_on ? "; the flag is on" : "");
	st = db_run(&status->db, err,
		    "UPDATE evidence SET stale = ?2, stale_at = ?3 WHERE course_id = ?1",
		    DB_VALUES(INT(course), TEXT(why), INT(at)));
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "UPDATE course SET evidence = 'stale', changed = ?2 WHERE id = ?1",
			    DB_VALUES(INT(course), INT(at)));
	return st == RESULT_OK ? event_add(status, now->flag_on ? FINDING_WARNING : FINDING_NOTICE,
					   "evidence", now->key, what, why, err)
			       : st;
}

enum result write_evidence_stale(struct status *status, int64_t course, const char *why,
				 struct error *err)
{
	struct standing now;
	enum result st = read_standing(status, course, &now, err);

	if (st == RESULT_OK && now.number)
		st = make_stale(status, course, &now, why, err);
	standing_clear(&now);
	return st;
}

enum result write_evidence_unwaived(struct status *status, int64_t course, struct error *err)
{
	char hash[HASH_HEX];
	struct standing now;
	enum result st = read_standing(status, course, &now, err);

	if (st == RESULT_OK && now.number)
		st = hash_waivers(&status->db, now.key, hash, err);
	if (st == RESULT_OK && now.number && strcmp(hash, now.waivers))
		st = make_stale(status, course, &now, "a waiver was taken back", err);
	standing_clear(&now);
	return st;
}

struct stale {
	int64_t course, number;
	char *why;
};

static enum result write_stale(struct status *status, void *arg, struct error *err)
{
	const struct stale *stale = arg;
	struct standing now;
	enum result st = read_standing(status, stale->course, &now, err);

	if (st == RESULT_OK && now.number && now.number == stale->number)
		st = make_stale(status, stale->course, &now, stale->why, err);
	standing_clear(&now);
	return st == RESULT_MISSING ? RESULT_OK : st;
}

static void lay_out_stale(struct arena *arena, const void *from)
{
	const struct stale *stale = from;
	struct stale *to = arena_copy(arena, stale, sizeof(*stale));
	char *why = arena_text(arena, stale->why);

	if (to)
		to->why = why;
}

void status_evidence_stale(struct status *status, int64_t course, int64_t number, const char *why)
{
	struct stale stale = {course, number, (char *)why};

	write_post(status, write_stale, arena_clone(lay_out_stale, &stale));
}

/* ---- what was seen of the source ----------------------------------------------------------*/

struct source_note {
	int64_t course;
	char *version, *assets;
};

static enum result write_source(struct status *status, void *arg, struct error *err)
{
	const struct source_note *note = arg;
	struct standing now;
	char why[100];
	enum result st = read_standing(status, note->course, &now, err);

	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "INSERT INTO course_source VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
			    " version = excluded.version, assets = excluded.assets, at = excluded.at",
			    DB_VALUES(INT(note->course), TEXT(note->version), TEXT(note->assets),
				      INT(clock_wall(status->clock))));
	if (st == RESULT_OK && now.number) {
		const struct evidence was = {.source_version = now.version,
					     .source_assets = now.assets};

		if (evidence_outdated(&was, &(struct source_seen){note->version, note->assets}, why,
				      sizeof(why)))
			st = make_stale(status, note->course, &now, why, err);
	}
	standing_clear(&now);
	return st == RESULT_MISSING ? RESULT_OK : st;
}

static void lay_out_source(struct arena *arena, const void *from)
{
	const struct source_note *note = from;
	struct source_note *to = arena_copy(arena, note, sizeof(*note));
	char *version = arena_text(arena, note->version), *assets = arena_text(arena, note->assets);

	if (to) {
		to->version = version;
		to->assets = assets;
	}
}

void status_course_source(struct status *status, int64_t course, const struct source_seen *seen)
{
	struct source_note note = {course, (char *)seen->version, (char *)seen->assets};

	write_post(status, write_source, arena_clone(lay_out_source, &note));
}

/* ---- a validation is complete -------------------------------------------------------------*/

struct proving {
	struct evidence *evidence;
	const char *text;
	bool late; /* a later pass has begun */
};

static enum result write_evidence(struct status *status, const struct evidence *evidence,
				  const char *stale, struct error *err)
{
	const struct counts *n = &evidence->counts;
	enum result st;

	/* clang-format off */
	st = db_run(&status->db, err,
		    "INSERT OR REPLACE INTO evidence(" EVIDENCE_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5,"
		    " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
		    DB_VALUES(INT(evidence->course_id), INT(evidence->number),
			      INT(evidence->generation), INT(evidence->pass),
			      TEXT(verify_level_name(evidence->level)), INT(evidence->began),
			      INT(evidence->at), TEXT(evidence->source_version),
			      TEXT(evidence->source_assets), INT(n->expected), INT(n->in_val),
			      INT(n->unknown), INT(n->extra), INT(n->differing), INT(n->errors),
			      INT(n->warnings), INT(n->waived), TEXT(evidence->waivers), TEXT(stale),
			      INT(*stale ? evidence->at : 0), TEXT(evidence->places)));
	/* clang-format on */
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "UPDATE course SET level = ?2, verified = ?3, changed = ?3, evidence = ?4"
			    " WHERE id = ?1",
			    DB_VALUES(INT(evidence->course_id), TEXT(verify_level_name(evidence->level)),
				      INT(evidence->at), TEXT(*stale ? "stale" : "fresh")));
	return st;
}

/* Why it does not count from the beginning, or "". */
static enum result look_for_flaw(struct status *status, const struct evidence *evidence, const char *key,
				 const char **out, struct error *err)
{
	char hash[HASH_HEX] = "";
	int64_t errors = 0, other = 0;
	enum result st = hash_waivers(&status->db, key, hash, err);

	if (st == RESULT_OK)
		st = db_number(&status->db, err,
			       "SELECT count(*) FROM finding WHERE course_id = ?1 AND severity = 2"
			       " AND waived = 0",
			       DB_VALUES(INT(evidence->course_id)), 0, &errors);
	if (st == RESULT_OK)
		st = db_number(&status->db, err,
			       "SELECT count(*) FROM course_source WHERE course_id = ?1"
			       " AND at > ?2 AND (version <> ?3 OR assets <> ?4)",
			       DB_VALUES(INT(evidence->course_id), INT(evidence->began),
					 TEXT(evidence->source_version), TEXT(evidence->source_assets)),
			       0, &other);
	/* a waiver that was given meanwhile may hide that another one was taken back */
	if (other) /* by whoever planned the course since it began */
		*out = "the source has changed while it was validated";
	else if (strcmp(hash, evidence->waivers))
		*out = "waivers have changed while it was validated";
	else if (errors < evidence->counts.errors)
		*out = "it was validated twice at a time, and one did not find what the other had found";
	else
		*out = evidence->stale ? evidence->stale : "";
	return st;
}

static enum result write_proved(struct status *status, void *arg, struct error *err)
{
	struct proving *proving = arg;
	struct evidence *evidence = proving->evidence;
	const char *flaw = "";
	struct standing now;
	int64_t pass = 0;
	enum result st = read_standing(status, evidence->course_id, &now, err);

	if (st == RESULT_OK)
		st = db_number(&status->db, err, "SELECT pass FROM course WHERE id = ?1",
			       DB_VALUES(INT(evidence->course_id)), 0, &pass);
	proving->late = st == RESULT_OK && pass != evidence->pass;
	if (st == RESULT_OK && !proving->late)
		st = write_next_number(status, "evidence-number", &evidence->number, err);
	if (st == RESULT_OK && !proving->late)
		st = db_number(&status->db, err, "SELECT generation FROM campus", NULL, 0, 0,
			       &evidence->generation);
	if (st == RESULT_OK && !proving->late)
		st = look_for_flaw(status, evidence, now.key, &flaw, err);
	if (st == RESULT_OK && !proving->late) {
		evidence->at = clock_wall(status->clock);
		st = write_evidence(status, evidence, flaw, err);
	}
	if (st == RESULT_OK)
		st = event_add(status, FINDING_NOTICE, "verify", now.key, proving->text,
			       proving->late ? "no evidence: it was run again meanwhile" : flaw, err);
	standing_clear(&now);
	return st;
}

enum result status_course_proved(struct status *status, struct evidence *evidence, const char *text,
				 struct error *err)
{
	struct proving proving = {evidence, text, false};
	enum result st = write_run(status, write_proved, &proving, err);

	if (st != RESULT_OK || !proving.late)
		return st;
	return error_set(err, RESULT_CANCELED, "it was run again while it was validated");
}
