/*
 * Flags: a switch is journalled before the backend is written to, and settled by what was read back.
 *
 * A course has one row. All that a switch to on rests on is looked at in the commit that journals it,
 * so nobody can take the ground away between the look and the journal. course.flag says the same as
 * the row for lists, and changes in the same commit.
 */
#include "config.h"

#include "src/status/rollout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/status/event.h"
#include "src/status/write.h"

/* ---- what there is ------------------------------------------------------------------------*/

/* The course and its flag as they stand in this commit. */
struct standing {
	char *key;
	enum course_status status;
	enum course_intent intent;
	bool gone;
	int64_t pass;
	enum flag_step state;
	int64_t number, evidence;
	char *who, *host;
};

static void standing_clear(struct standing *now)
{
	free(now->key);
	free(now->who);
	free(now->host);
}

static enum result read_standing(struct status *status, int64_t course, struct standing *now,
				 struct error *err)
{
	struct columns columns = {0};
	enum result st;

	memset(now, 0, sizeof(*now));
	st = db_first(&status->db, err,
		      "SELECT c.key, c.status, c.intent, c.gone, c.pass, coalesce(f.state, 'unknown'),"
		      " coalesce(f.number, 0), coalesce(f.evidence, 0), coalesce(f.who, ''),"
		      " coalesce(f.host, '')"
		      " FROM course c LEFT JOIN flag f ON f.course_id = c.id WHERE c.id = ?1",
		      DB_VALUES(INT(course)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? error_set(err, RESULT_MISSING, "no such course") : st;
	now->key = col_text(&columns);
	COL_WORD(&columns, course_status_read, &now->status);
	COL_WORD(&columns, course_intent_read, &now->intent);
	now->gone = col_bool(&columns);
	now->pass = col_int(&columns);
	COL_WORD(&columns, flag_step_read, &now->state);
	now->number = col_int(&columns);
	now->evidence = col_int(&columns);
	now->who = col_text(&columns);
	now->host = col_text(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

/* Makes the course's row, if there is none. */
static enum result need_row(struct status *status, int64_t course, struct error *err)
{
	return db_run(&status->db, err,
		      "INSERT OR IGNORE INTO flag VALUES(?1, 'unknown', 0, 0, '', '', 0, 'unknown',"
		      " 'unknown', 'unknown', 0, '', 0)",
		      DB_VALUES(INT(course)));
}

/* A look that finds what was known already leaves the course's row, and its revision, alone. */
static enum result set_state(struct status *status, int64_t course, enum flag_step state,
			     struct error *err)
{
	enum result st = db_run(&status->db, err, "UPDATE flag SET state = ?2 WHERE course_id = ?1",
				DB_VALUES(INT(course), TEXT(flag_step_name(state))));

	return st == RESULT_OK
		       ? db_run(&status->db, err,
				"UPDATE course SET flag = ?2 WHERE id = ?1 AND flag <> ?2",
				DB_VALUES(INT(course), TEXT(flag_step_name(state))))
		       : st;
}

/* ---- a switch begins ----------------------------------------------------------------------*/

struct begin {
	int64_t course, evidence, most_age, number;
	bool on;
	const char *how;
	bool busy; /* RESULT_BUSY of a write_fn would be the database's own failure */
};

/* What stands open that a flag must not be switched on over. */
static enum result check_findings(struct status *status, const struct begin *begin, struct error *err)
{
	int64_t errors = 0, unread = 0, pending = 0;
	enum result st;

	st = db_number(&status->db, err,
		       "SELECT count(*) FROM finding WHERE course_id = ?1 AND waived = 0 AND severity = 2",
		       DB_VALUES(INT(begin->course)), 0, &errors);
	if (st == RESULT_OK)
		st = db_number(&status->db, err,
			       "SELECT count(*) FROM finding WHERE course_id = ?1 AND waived = 0"
			       " AND code = 'link-pending'",
			       DB_VALUES(INT(begin->course)), 0, &pending);
	if (st == RESULT_OK)
		st = db_number(&status->db, err,
			       "SELECT count(*) FROM finding WHERE course_id = ?1 AND waived = 0"
			       " AND code = 'val-unread'",
			       DB_VALUES(INT(begin->course)), 0, &unread);
	if (st != RESULT_OK)
		return st;
	if (errors)
		return error_set(err, RESULT_REFUSED, "%lld open error%s", (long long)errors,
				 errors == 1 ? "" : "s");
	if (pending)
		return error_set(err, RESULT_REFUSED, "%lld link%s pending", (long long)pending,
				 pending == 1 ? "" : "s");
	return unread ? error_set(err, RESULT_REFUSED, "%lld val-unread: what val holds is not known",
				  (long long)unread)
		      : RESULT_OK;
}

/* The evidence as it stands, against the course and the campus of this commit. */
struct proven {
	int64_t number, at, missing;
	enum verify_level level;
	bool stale, of_pass, of_generation;
};

static enum result read_proven(struct status *status, int64_t course, struct proven *proven,
			       struct error *err)
{
	struct columns columns = {0};
	enum result st;

	memset(proven, 0, sizeof(*proven));
	st = db_first(&status->db, err,
		      "SELECT e.number, e.at, e.expected - e.in_val, e.level, e.stale <> '',"
		      " e.pass = c.pass, e.generation = (SELECT generation FROM campus)"
		      " FROM evidence e JOIN course c ON c.id = e.course_id WHERE c.id = ?1",
		      DB_VALUES(INT(course)), &columns.stmt);
	if (st != RESULT_OK)
		return st == RESULT_END ? RESULT_OK : st;
	proven->number = col_int(&columns);
	proven->at = col_int(&columns);
	proven->missing = col_int(&columns);
	COL_WORD(&columns, verify_level_read, &proven->level);
	proven->stale = col_bool(&columns);
	proven->of_pass = col_bool(&columns);
	proven->of_generation = col_bool(&columns);
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

static enum result check_evidence(struct status *status, const struct begin *begin, const char *key,
				  struct error *err)
{
	struct proven proven;
	int64_t newest = 0;
	enum result st = read_proven(status, begin->course, &proven, err);

	if (st == RESULT_OK)
		st = evidence_newest_time(&status->db, key, &newest, err);

	if (st != RESULT_OK)
		return st;
	if (!proven.number)
		return error_set(err, RESULT_REFUSED, "no evidence: validate it first");
	if (proven.number != begin->evidence)
		return error_set(err, RESULT_REFUSED,
				 "it was validated anew since it was looked at: look again");
	if (proven.stale || !proven.of_pass || !proven.of_generation)
		return error_set(err, RESULT_REFUSED, "its evidence is stale: validate it again");
	if (evidence_aged(proven.at, clock_wall(status->clock), begin->most_age) ||
	    newest - proven.at > begin->most_age)
		return error_set(err, RESULT_REFUSED,
				 "its evidence is too old, or ahead of the clock: validate it again");
	if (proven.level < LEVEL_HASH)
		return error_set(err, RESULT_REFUSED,
				 "its evidence is of level %s: validate it at level hash",
				 verify_level_name(proven.level));
	if (proven.missing)
		return error_set(err, RESULT_REFUSED, "%lld transcripts are not in val",
				 (long long)proven.missing);
	return RESULT_OK;
}

static enum result check_on(struct status *status, const struct begin *begin,
			    const struct standing *now, struct error *err)
{
	enum result st;

	if (now->state == STEP_ON)
		return error_set(err, RESULT_REFUSED, "its flag is on already");
	if (now->gone)
		return error_set(err, RESULT_REFUSED, "it is not in the source any more");
	if (now->status != COURSE_MIGRATED)
		return error_set(err, RESULT_REFUSED, "it is %s", course_status_name(now->status));
	if (now->intent != INTENT_IDLE)
		return error_set(err, RESULT_REFUSED, "it was launched: wait for its end");
	st = check_findings(status, begin, err);
	return st == RESULT_OK ? check_evidence(status, begin, now->key, err) : st;
}

/* Whoever switches it off by hand is not overruled by flip = auto in the same pass: @auto_pass. */
static enum result journal(struct status *status, struct begin *begin, const struct standing *now,
			   struct error *err)
{
	char host[80] = "";
	enum result st = write_next_number(status, "flag-number", &begin->number, err);

	gethostname(host, sizeof(host) - 1);
	if (st == RESULT_OK)
		st = need_row(status, begin->course, err);
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "UPDATE flag SET number = ?2, evidence = ?3, who = ?4, host = ?5, began = ?6,"
			    " text = '', auto_pass = ?7 WHERE course_id = ?1",
			    DB_VALUES(INT(begin->course), INT(begin->number),
				      INT(begin->on ? begin->evidence : now->evidence), TEXT(status->who),
				      TEXT(host), INT(clock_wall(status->clock)), INT(now->pass)));
	return st == RESULT_OK ? set_state(status, begin->course,
					   begin->on ? STEP_TURNING_ON : STEP_TURNING_OFF, err)
			       : st;
}

static enum result write_begin(struct status *status, void *arg, struct error *err)
{
	struct begin *begin = arg;
	struct standing now;
	char what[120], on_what[48] = "";
	enum result st = read_standing(status, begin->course, &now, err);

	/* what is left turning and cannot be read must not stand in the way of off */
	begin->busy = st == RESULT_OK && begin->on && flag_is_turning(now.state);
	if (begin->busy)
		st = error_set(err, RESULT_REFUSED, "%s (%s) is switching its flag: it is %s", now.who,
			       now.host, flag_step_name(now.state));
	if (st == RESULT_OK && begin->on)
		st = check_on(status, begin, &now, err);
	if (st == RESULT_OK)
		st = journal(status, begin, &now, err);
	if (begin->on)
		snprintf(on_what, sizeof(on_what), ", on evidence %lld", (long long)begin->evidence);
	snprintf(what, sizeof(what), "to be switched; was %s%s", flag_step_name(now.state), on_what);
	if (st == RESULT_OK)
		st = event_add(status, FINDING_NOTICE, begin->on ? "flag on" : "flag off", now.key, what,
			       begin->how, err);
	standing_clear(&now);
	return st;
}

enum result status_flag_begin(struct status *status, int64_t course, bool on, int64_t evidence,
			      int64_t most_age, const char *how, int64_t *number, struct error *err)
{
	struct begin begin = {.course = course, .on = on, .evidence = evidence, .most_age = most_age,
			      .how = how};
	/* what is on its way there comes first: an outcome, or what was seen of the source */
	enum result st = on ? status_flush(status, err) : RESULT_OK;

	if (st == RESULT_OK)
		st = write_run(status, write_begin, &begin, err);
	*number = st == RESULT_OK ? begin.number : 0;
	if (st == RESULT_REFUSED && begin.busy) {
		st = RESULT_BUSY;
		if (err)
			err->result = st;
	}
	return st;
}

/* ---- what was read back -------------------------------------------------------------------*/

struct settle {
	int64_t course, number;
	const struct flag_seen *seen;
};

/* What the flag is now. A look does not say what becomes of a switch; what is unreadable says nothing. */
static enum flag_step step_after(const struct settle *settle, const struct standing *now)
{
	if (settle->seen->own == STEP_UNKNOWN || (flag_is_turning(now->state) && !settle->number))
		return now->state;
	return settle->seen->own;
}

static enum result keep_seen(struct status *status, const struct settle *settle, struct error *err)
{
	const struct flag_seen *seen = settle->seen;

	if (seen->own == STEP_UNKNOWN) /* what was read before stays, with its time */
		return db_run(&status->db, err, "UPDATE flag SET text = ?2 WHERE course_id = ?1",
			      DB_VALUES(INT(settle->course), TEXT(seen->text)));
	return db_run(&status->db, err,
		      "UPDATE flag SET effective = ?2, own = ?3, global = ?4, text = ?5, read = ?6"
		      " WHERE course_id = ?1",
		      DB_VALUES(INT(settle->course), TEXT(seen->effective), TEXT(seen->own_word),
				TEXT(seen->global), TEXT(seen->text), INT(clock_wall(status->clock))));
}

/* After a switch always; after a look, where somebody else has switched it. */
static enum result tell_settled(struct status *status, const struct settle *settle,
				const struct standing *now, enum flag_step step, struct error *err)
{
	const struct flag_seen *seen = settle->seen;
	bool well, to_on = now->state == STEP_TURNING_ON;
	const char *action = settle->number ? to_on ? "flag on" : "flag off" : "flag";
	char what[200];

	if (!settle->number && (step == now->state || (now->state == STEP_UNKNOWN && step == STEP_OFF)))
		return RESULT_OK;
	well = settle->number ? step == (to_on ? STEP_ON : STEP_OFF) : step == STEP_OFF;
	if (!settle->number)
		snprintf(what, sizeof(what), "found %s, was %s: not switched here; in effect %s",
			 flag_step_name(step), flag_step_name(now->state), seen->effective);
	else if (flag_is_turning(step))
		snprintf(what, sizeof(what), "cannot be read back: still %s", flag_step_name(step));
	else
		snprintf(what, sizeof(what), "%s: own row %s, in effect %s",
			 well ? to_on ? "switched on" : "switched off"
			      : to_on ? "not switched on" : "not switched off",
			 seen->own_word, seen->effective);
	return event_add(status, well ? FINDING_NOTICE : FINDING_WARNING, action, now->key, what,
			 seen->text, err);
}

static enum result write_settle(struct status *status, void *arg, struct error *err)
{
	const struct settle *settle = arg;
	struct standing now;
	enum flag_step step = STEP_UNKNOWN;
	enum result st = read_standing(status, settle->course, &now, err);

	if (st == RESULT_OK && settle->number &&
	    (settle->number != now.number || !flag_is_turning(now.state)))
		st = error_set(err, RESULT_CANCELED, "somebody else has settled that switch of %s: it is %s",
			       now.key, flag_step_name(now.state));
	if (st == RESULT_OK)
		st = need_row(status, settle->course, err);
	if (st == RESULT_OK)
		st = keep_seen(status, settle, err);
	step = step_after(settle, &now);
	if (st == RESULT_OK && step != now.state)
		st = set_state(status, settle->course, step, err);
	if (st == RESULT_OK)
		st = tell_settled(status, settle, &now, step, err);
	standing_clear(&now);
	return st;
}

enum result status_flag_settle(struct status *status, int64_t course, int64_t number,
			       const struct flag_seen *seen, struct error *err)
{
	struct settle settle = {course, number, seen};

	return write_run(status, write_settle, &settle, err);
}

/* ---- flip = auto --------------------------------------------------------------------------*/

struct auto_done {
	int64_t course, pass;
	char *why;
};

static enum result write_auto_done(struct status *status, void *arg, struct error *err)
{
	const struct auto_done *done = arg;
	struct standing now;
	enum result st = read_standing(status, done->course, &now, err);

	if (st == RESULT_OK)
		st = need_row(status, done->course, err);
	if (st == RESULT_OK)
		st = db_run(&status->db, err, "UPDATE flag SET auto_pass = ?2 WHERE course_id = ?1",
			    DB_VALUES(INT(done->course), INT(done->pass)));
	if (st == RESULT_OK && *done->why)
		st = event_add(status, FINDING_WARNING, "flag on", now.key, "not switched by flip = auto",
			       done->why, err);
	standing_clear(&now);
	return st;
}

static void lay_out_auto_done(struct arena *arena, const void *from)
{
	const struct auto_done *done = from;
	struct auto_done *to = arena_copy(arena, done, sizeof(*done));
	char *why = arena_text(arena, done->why);

	if (to)
		to->why = why;
}

void status_flag_auto_done(struct status *status, int64_t course, int64_t pass, const char *why)
{
	struct auto_done done = {course, pass, (char *)why};

	write_post(status, write_auto_done, arena_clone(lay_out_auto_done, &done));
}
