#include "config.h"

#include "src/status/status.h"

#include <stdio.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/intents.h"

/*
 * The table of design 5: what a wish makes of a course's intent, by its status. Three rules
 * stand outside: a course that is gone is only ever paused, a Migrated one is run only when it
 * was named, and with a finding it must have that finding open.
 *
 * No cell leads to a pause of a course that is Failed or Migrated: one that was launched and
 * has not begun yet is paused by taking the launch back.
 */
struct cell {
	int to;		    /* enum course_intent, or NO */
	const char *reason; /* why not */
};

enum { NO = -1 };

/* clang-format off */
#define TO(intent)	{INTENT_##intent, NULL}
#define NOT(reason)	{NO, reason}
#define LAUNCHED	NOT("launched already")
#define RUNNING		NOT("running already")
#define PAUSED		NOT("paused already")
#define NO_PAUSE	NOT("nothing to pause")
#define NOT_PAUSED	NOT("not paused")
#define NO_RETRY	NOT("nothing to retry before it has run")
#define NOT_ENDED	NOT("not ended: run it, and retry it afterwards")
#define RESUME_IT	NOT("paused: resume it, and retry it afterwards")
static const struct cell cells[][COURSE_STATUS_COUNT][INTENT_COUNT] = {
				/* of idle	of run		of pause */
	[WISH_RUN] = {
	[COURSE_NOT_MIGRATED] =	{TO(RUN),	LAUNCHED,	TO(RUN)},
	[COURSE_IN_PROGRESS] =	{TO(RUN),	RUNNING,	TO(RUN)},
	[COURSE_MIGRATED] =	{TO(RUN),	LAUNCHED,	TO(RUN)},
	[COURSE_FAILED] =	{TO(RUN),	LAUNCHED,	TO(RUN)},
	},
	[WISH_PAUSE] = {
	[COURSE_NOT_MIGRATED] =	{TO(PAUSE),	TO(PAUSE),	PAUSED},
	[COURSE_IN_PROGRESS] =	{TO(PAUSE),	TO(PAUSE),	PAUSED},
	[COURSE_MIGRATED] =	{NO_PAUSE,	TO(IDLE),	TO(IDLE)},
	[COURSE_FAILED] =	{NO_PAUSE,	TO(IDLE),	TO(IDLE)},
	},
	[WISH_RESUME] = {
	[COURSE_NOT_MIGRATED] =	{NOT_PAUSED,	NOT_PAUSED,	TO(RUN)},
	[COURSE_IN_PROGRESS] =	{NOT_PAUSED,	NOT_PAUSED,	TO(RUN)},
	[COURSE_MIGRATED] =	{NOT_PAUSED,	NOT_PAUSED,	TO(RUN)},
	[COURSE_FAILED] =	{NOT_PAUSED,	NOT_PAUSED,	TO(RUN)},
	},
	[WISH_RETRY] = {
	[COURSE_NOT_MIGRATED] =	{NO_RETRY,	LAUNCHED,	NO_RETRY},
	[COURSE_IN_PROGRESS] =	{NOT_ENDED,	RUNNING,	RESUME_IT},
	[COURSE_MIGRATED] =	{TO(RUN),	LAUNCHED,	TO(RUN)},
	[COURSE_FAILED] =	{TO(RUN),	LAUNCHED,	TO(RUN)},
	},
};
#undef TO
#undef NOT
/* clang-format on */

struct wishes {
	enum wish wish;
	const int64_t *courses;
	size_t count;
	const char *finding; /* "" for none */
	bool named;
	struct wish_answer *answers;
};

/* ---- one course, for wishes and for taking them back --------------------------------------*/

enum result intent_read(struct status *status, int64_t id, const char *finding,
			struct intent_course *course, struct error *err)
{
	struct columns columns = {0};
	enum result st;

	memset(course, 0, sizeof(*course));
	st = db_first(
		&status->db, err,
		"SELECT id, status, intent, intent_number, intent_finding, gone,"
		" EXISTS(SELECT 1 FROM finding WHERE course_id = ?1 AND code = ?2 AND waived = 0),"
		" key FROM course WHERE id = ?1",
		DB_VALUES(INT(id), TEXT(finding)), &columns.stmt);
	if (st != RESULT_OK)
		return st;
	course->id = col_int(&columns);
	COL_WORD(&columns, course_status_read, &course->status);
	COL_WORD(&columns, course_intent_read, &course->intent);
	course->number = col_int(&columns);
	course->limit = finding_by_name(col_peek(&columns));
	course->gone = col_bool(&columns);
	course->has_finding = col_bool(&columns);
	snprintf(course->key, sizeof(course->key), "%s", col_peek(&columns));
	st = col_result(&status->db, &columns, err);
	db_done(columns.stmt);
	return st;
}

enum result intent_write(struct status *status, int64_t course, enum course_intent to,
			 const char *limit, int64_t *number, struct error *err)
{
	enum result st;

	*number = 0;
	st = db_run(&status->db, err, "UPDATE campus SET intent_number = intent_number + 1", NULL,
		    0);
	if (st == RESULT_OK)
		st = db_number(&status->db, err, "SELECT intent_number FROM campus", NULL, 0, 0,
			       number);
	if (st == RESULT_OK)
		st = db_run(&status->db, err,
			    "UPDATE course SET intent = ?2, intent_number = ?3, changed = ?4,"
			    " intent_finding = ?5 WHERE id = ?1",
			    DB_VALUES(INT(course), TEXT(course_intent_name(to)), INT(*number),
				      INT(clock_wall(status->clock)), TEXT(limit)));
	return st;
}

/* ---- wishes -------------------------------------------------------------------------------*/

/* The intent that @wishes make of @course, or NO and the reason in @answer. */
static int decide(const struct wishes *wishes, const struct intent_course *course,
		  struct wish_answer *answer)
{
	const struct cell *cell = &cells[wishes->wish][course->status][course->intent];
	const char *name = course_status_name(course->status);
	const char *reason = cell->reason;

	*answer = (struct wish_answer){0};
	if (course->gone && wishes->wish != WISH_PAUSE) {
		reason = "gone from the source";
	} else if (*wishes->finding && !course->has_finding) {
		snprintf(answer->reason, sizeof(answer->reason), "%s: no open finding %s", name,
			 wishes->finding);
		return NO;
	} else if (reason) {
		; /* the table's */
	} else if (wishes->wish == WISH_RUN && course->status == COURSE_MIGRATED &&
		   !wishes->named) {
		reason = "run it by itself, by its key, to have it planned anew";
	} else if (wishes->wish == WISH_RETRY && course->status == COURSE_MIGRATED &&
		   !*wishes->finding) {
		reason = "nothing to retry";
	}
	if (reason) {
		snprintf(answer->reason, sizeof(answer->reason), "%s: %s", name, reason);
		return NO;
	}
	answer->taken = true;
	return cell->to;
}

bool status_wish_begins(enum wish wish, const struct course_row *row, bool named, bool finding)
{
	const struct wishes wishes = {.wish = wish, .finding = finding ? "?" : "", .named = named};
	const struct intent_course course = {.status = row->status, .intent = row->intent,
					     .gone = row->gone, .has_finding = true};
	struct wish_answer answer;

	return row->status != COURSE_IN_PROGRESS && decide(&wishes, &course, &answer) == INTENT_RUN;
}

/* A pause, and going on after it, keep what a run was limited to. */
static bool keeps_limit(const struct intent_course *course, enum course_intent to)
{
	return to == INTENT_PAUSE || course->intent == INTENT_PAUSE;
}

static enum result take(struct status *status, const struct wishes *wishes,
			const struct intent_course *course, enum course_intent to,
			struct wish_answer *answer, struct error *err)
{
	static const char *const actions[] = {"launch", "pause", "resume", "retry"};
	bool kept = keeps_limit(course, to);
	bool limited = to == INTENT_RUN && *wishes->finding && !kept;
	const char *limit = kept      ? intent_limit_name(course->limit)
			    : limited ? wishes->finding
				      : "";
	char what[128], why[80] = "";
	int64_t number;
	enum result st = intent_write(status, course->id, to, limit, &number, err);

	if (st != RESULT_OK)
		return st;
	answer->intent = (struct given_intent){
		.course = course->id,
		.number = number,
		.former_number = course->number,
		.status = course->status,
		.given = to,
		.former = course->intent,
		.former_finding = course->limit,
	};
	snprintf(what, sizeof(what), "%s: intent %s, was %s (number %lld)",
		 course_status_name(course->status), course_intent_name(to),
		 course_intent_name(course->intent), (long long)number);
	if (limited)
		snprintf(why, sizeof(why), "only blocks with %s", wishes->finding);
	return event_add(status, FINDING_NOTICE, actions[wishes->wish], course->key, what, why,
			 err);
}

static enum result write_wishes(struct status *status, void *arg, struct error *err)
{
	const struct wishes *wishes = arg;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < wishes->count && st == RESULT_OK; i++) {
		struct wish_answer *answer = &wishes->answers[i];
		struct intent_course course;
		int to;

		st = intent_read(status, wishes->courses[i], wishes->finding, &course, err);
		if (st == RESULT_END) {
			*answer = (struct wish_answer){.reason = "no such course"};
			st = RESULT_OK;
			continue;
		}
		to = st == RESULT_OK ? decide(wishes, &course, answer) : NO;
		if (to != NO)
			st = take(status, wishes, &course, (enum course_intent)to, answer, err);
	}
	return st == RESULT_OK ? run_end_if_over(status, err) : st;
}

enum result status_wish(struct status *status, enum wish wish, const int64_t *courses, size_t count,
			const char *finding, bool named, struct wish_answer *answers,
			struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count; i++)
		answers[i] =
			(struct wish_answer){.reason = "the status database could not be written"};
	for (size_t done = 0; done < count && st == RESULT_OK; done += INTENT_PIECE) {
		struct wishes wishes = {
			.wish = wish,
			.courses = courses + done,
			.count = count - done < INTENT_PIECE ? count - done : INTENT_PIECE,
			.finding = finding ? finding : "",
			.named = named,
			.answers = answers + done,
		};

		st = write_run(status, write_wishes, &wishes, err);
		for (size_t i = 0; i < wishes.count && st != RESULT_OK; i++)
			wishes.answers[i].taken = false;
	}
	return st;
}
