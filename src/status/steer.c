/*
 * What is wished of the engine that runs, by whoever is at a console: a row a thing, numbered with
 * the intents, and a line of the audit.
 */
#include "config.h"

#include "src/status/status.h"

#include <inttypes.h>
#include <stdio.h>

#include "src/status/event.h"
#include "src/status/write.h"

struct wished {
	enum steer what;
	int64_t value, was;
};

/* What the engine's row says, and what was wished of this engine since it was written. */
static const char *const in_force[STEER_COUNT] = {
	[STEER_HOLD] = "SELECT coalesce((SELECT value FROM steering WHERE name = 'hold' AND number >"
		       " began), held_by IN ('restart', 'operator')) FROM holder WHERE held",
	[STEER_WORKERS] = "SELECT coalesce((SELECT value FROM steering WHERE name = 'workers' AND"
			  " number > began), workers) FROM holder WHERE held",
	[STEER_RATE] = "SELECT coalesce((SELECT value FROM steering WHERE name = 'rate' AND number >"
		       " began), rate) FROM holder WHERE held",
};

static enum result refuse(const struct wished *wished, struct error *err)
{
	switch (wished->what) {
	case STEER_HOLD:
		return error_set(err, RESULT_REFUSED, "%s",
				 wished->value ? "all is held already" : "nothing is held");
	case STEER_WORKERS:
		return error_set(err, RESULT_REFUSED, "%" PRId64 " worker%s already", wished->value,
				 wished->value == 1 ? "" : "s");
	default:
		return error_set(err, RESULT_REFUSED, "that is the limit already");
	}
}

static void rate_text(int64_t rate, char *out, size_t size)
{
	if (rate)
		snprintf(out, size, "%" PRId64 " a second", rate);
	else
		snprintf(out, size, "no limit");
}

static enum result note(struct status *status, const struct wished *wished, const char *campus,
			struct error *err)
{
	const char *action = wished->what != STEER_HOLD ? steer_name(wished->what)
			     : wished->value		? "hold"
							: "go on";
	char what[96], is[32], was[32];

	if (wished->what == STEER_HOLD) {
		snprintf(what, sizeof(what), "%s", wished->value ? "held, was going on"
								 : "going on, was held");
	} else if (wished->what == STEER_WORKERS) {
		snprintf(what, sizeof(what), "%" PRId64 " workers, was %" PRId64, wished->value,
			 wished->was);
	} else {
		rate_text(wished->value, is, sizeof(is));
		rate_text(wished->was, was, sizeof(was));
		snprintf(what, sizeof(what), "%s, was %s", is, was);
	}
	return event_add(status, FINDING_NOTICE, action, campus, what, "", err);
}

static enum result write_steering(struct status *status, void *arg, struct error *err)
{
	struct wished *wished = arg;
	sqlite3_stmt *stmt = NULL;
	char campus[256] = "";
	int64_t was = -1;
	enum result st;

	st = db_number(&status->db, err, in_force[wished->what], NULL, 0, -1, &was);
	if (st != RESULT_OK)
		return st;
	wished->was = was;
	if (was < 0)
		return error_set(err, RESULT_MISSING, "no engine runs");
	if (was == wished->value)
		return refuse(wished, err);
	st = db_run(&status->db, err, "UPDATE campus SET intent_number = intent_number + 1", NULL, 0);
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "INSERT OR REPLACE INTO steering(name, value, number, who)"
			    " SELECT ?1, ?2, intent_number, ?3 FROM campus",
			    DB_VALUES(TEXT(steer_name(wished->what)), INT(wished->value),
				      TEXT(status->who)));
	if (st == RESULT_OK)
		st = db_first(&status->db, err, "SELECT name FROM campus", NULL, 0, &stmt);
	if (st != RESULT_OK)
		return st;
	snprintf(campus, sizeof(campus), "%s", (const char *)sqlite3_column_text(stmt, 0));
	db_done(stmt);
	return note(status, wished, campus, err);
}

enum result status_steer(struct status *status, enum steer what, int64_t value, int64_t *was,
			 struct error *err)
{
	struct wished wished = {.what = what, .value = value, .was = -1};
	enum result st = write_run(status, write_steering, &wished, err);

	*was = wished.was;
	return st;
}
