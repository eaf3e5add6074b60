/*
 * flag: the platform's flag of courses, through the backend of [flag]: shown, and what is common to
 * its verbs.
 */
#include "config.h"

#include "src/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/cli/flagging.h"
#include "src/cli/out.h"

/* ---- words --------------------------------------------------------------------------------*/

static const char *global_row(const struct flag_state *state)
{
	if (state->global == FLAG_UNKNOWN)
		return "not known";
	if (state->global == FLAG_OFF)
		return "off: no course is on, whatever its own row says";
	return state->for_all ? "on for all courses, whatever their own rows say"
			      : "on: each course's own row decides";
}

/* ---- telling ------------------------------------------------------------------------------*/

/* A switch that has begun, and was not read back yet. */
static const char *turning(const struct flagged *course)
{
	return !flag_is_turning(course->step)	  ? ""
	       : course->step == STEP_TURNING_ON ? "is being switched on"
						 : "is being switched off";
}

static bool is_stale_on(const struct flagged *course)
{
	return course->evidence != EVIDENCE_FRESH && board_step(&course->state) == STEP_ON;
}

/* What was switched on, and is not proved any more. */
static void offer_off(const struct flagging *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (is_stale_on(&w->courses[i]))
			out_line("%s is on, and %s: validate it, or `flag off`", w->courses[i].key,
				 w->courses[i].evidence == EVIDENCE_STALE ? "its evidence is stale"
									  : "has no evidence");
}

static void print_table(const struct flagging *w)
{
	static const char *const headings[] = {"COURSE",  "EFFECTIVE", "OWN ROW", "EVIDENCE",
					       "CHANGED", "BY",	       "NOTE",	  NULL};
	struct table table;

	table_init(&table, headings, 0);
	for (size_t i = 0; i < w->count; i++) {
		const struct flag_state *state = &w->courses[i].state;

		table_add(&table, "%s", w->courses[i].key);
		table_add(&table, "%s", flag_value_name(state->effective));
		table_add(&table, "%s", flag_own_name(state));
		table_add(&table, "%s", evidence_state_name(w->courses[i].evidence));
		table_add(&table, "%s", figure_instant(state->changed).text);
		table_add(&table, "%s", *state->by ? state->by : "-");
		table_add(&table, "%s%s%s", state->note, *state->note && *turning(&w->courses[i]) ? "; " : "",
			  turning(&w->courses[i]));
	}
	table_print(&table);
	if (w->count)
		out_line("global row: %s", global_row(&w->courses[0].state));
	else
		out_line("0 courses");
	offer_off(w);
}

static cJSON *course_json(const struct flagged *course)
{
	const struct flag_state *state = &course->state;
	cJSON *object = object_new("course_flag");

	member_text(object, "course", course->key);
	member_text(object, "effective", flag_value_name(state->effective));
	member_text(object, "own", flag_own_name(state));
	member_text(object, "state", flag_step_name(course->step));
	member_text(object, "evidence", evidence_state_name(course->evidence));
	member_flag(object, "stale_on", is_stale_on(course));
	member_time(object, "changed", state->changed);
	member_text(object, "by", state->by);
	member_text(object, "note", state->note);
	member_text(object, "outcome", course->outcome);
	member_text(object, "text", course->text);
	return object;
}

/* One document: type, campus, environment, kind, global, for_all, courses. */
static void print_json(const struct flagging *w)
{
	const struct flag_state none = {0};
	/* after a switch, what was read last is newest */
	const struct flag_state *last = w->count ? &w->courses[w->count - 1].state : &none;
	const struct conf *conf = w->cli->campus->conf;
	cJSON *document = object_new("flag"), *courses;

	member_text(document, "campus", conf->name);
	member_text(document, "environment", conf->environment);
	member_text(document, "kind", conf->flag_kind);
	member_text(document, "global", flag_value_name(last->global));
	member_flag(document, "for_all", last->for_all);
	courses = member_array(document, "courses");
	for (size_t i = 0; i < w->count && courses; i++)
		cJSON_AddItemToArray(courses, course_json(&w->courses[i]));
	out_json_document(document);
}

/* ---- the command --------------------------------------------------------------------------*/

static int read_course(const struct flagging *w, int64_t id, struct flagged *course)
{
	const struct campus *campus = w->cli->campus;
	struct error err = {0};
	struct course_row row;
	int st = -1;

	memset(&row, 0, sizeof(row));
	course->id = id;
	if (reader_course_by_id(w->cli->reader, id, &row, &err) != RESULT_OK)
		st = cli_fail(&err);
	else if (!(course->key = strdup(row.key)))
		st = CLI_FAILED;
	course->step = row.flag;
	course->evidence = proof_state(&row, clock_wall(campus->clock), campus->conf->evidence_age * 1000);
	course_row_clear(&row);
	return st;
}

static int read_courses(struct flagging *w)
{
	struct error err = {0};
	int64_t *ids = NULL;
	int st = cli_courses(w->cli, w->all, &ids, &w->count);

	if (st >= 0)
		return st;
	w->courses = calloc(w->count + 1, sizeof(*w->courses));
	if (!w->courses) {
		w->count = 0;
		error_set(&err, RESULT_NOMEM, "out of memory");
		st = cli_fail(&err);
	}
	for (size_t i = 0; i < w->count && st < 0; i++)
		st = read_course(w, ids[i], &w->courses[i]);
	free(ids);
	return st;
}

static int show(const struct flagging *w)
{
	const char **keys = calloc(w->count + 1, sizeof(*keys));
	struct flag_state *states = calloc(w->count + 1, sizeof(*states));
	struct flag *flag = w->cli->campus->flag;
	struct error err = {0};
	int st = -1;

	for (size_t i = 0; i < w->count && keys; i++)
		keys[i] = w->courses[i].key;
	if (!keys || !states)
		error_set(&err, RESULT_NOMEM, "out of memory");
	if (err.result != RESULT_OK ||
	    flag_show(flag, keys, w->count, states, &err) != RESULT_OK)
		st = cli_fail(&err);
	for (size_t i = 0; i < w->count && st < 0; i++)
		w->courses[i].state = states[i];
	free(keys);
	free(states);
	return st;
}

enum verb { SHOW, BOARD, ON, OFF, VERBS };

static const char *const verbs[VERBS] = {"show", "board", "on", "off"};

/* on and board read the source, too: whether it has changed is a gate. */
static int open_parts(struct cli *cli, enum verb verb)
{
	unsigned parts = verb == SHOW ? 0 : verb == OFF ? CAMPUS_STATUS : CAMPUS_STATUS | CAMPUS_SOURCE;

	if (strcmp(cli->campus->conf->flag_kind, "none"))
		parts |= CAMPUS_FLAG;
	return cli_open(cli, parts);
}

static int act(struct flagging *w, enum verb verb)
{
	int st = verb == SHOW ? show(w) : -1;

	if (verb != SHOW && w->cli->campus->flag)
		st = flagging_settle(w, verb != BOARD);
	if (st < 0 && (verb == ON || verb == BOARD))
		st = flagging_look(w);
	return st < 0 && (verb == ON || verb == OFF) ? flagging_switch(w, verb == ON) : st;
}

/* Of several the total, below a line for each. */
static void tell_total(const struct flagging *w, bool on)
{
	size_t done = 0;

	for (size_t i = 0; i < w->count; i++)
		done += w->courses[i].done;
	if (w->count > 1)
		out_line("%zu of %zu courses are switched %s", done, w->count, on ? "on" : "off");
}

static int status_of(const struct flagging *w, enum verb verb)
{
	bool well = true;

	for (size_t i = 0; i < w->count; i++) {
		const struct flagged *course = &w->courses[i];

		if (verb == BOARD)
			well &= course->board.green && !flag_is_turning(course->board.step);
		else if (verb == ON)
			well &= course->done;
		else
			well &= course->state.effective != FLAG_UNKNOWN &&
				(verb == SHOW || (course->done && course->state.effective == FLAG_OFF));
	}
	return well ? CLI_OK : CLI_FINDINGS;
}

static int run(struct flagging *w, enum verb verb)
{
	int st = cli_open_reader(w->cli, true);

	if (st < 0)
		st = read_courses(w);
	if (st < 0)
		st = open_parts(w->cli, verb);
	flagging_waits(w);
	if (st < 0)
		st = act(w, verb);
	flagging_waits_no_more();
	if (st >= 0 && !w->failed) /* else what came of the others is still to be told */
		return st;
	if (w->json && verb == BOARD)
		flagging_print_boards(w);
	else if (w->json)
		print_json(w);
	else if (verb == SHOW)
		print_table(w);
	else if (verb == ON || verb == OFF)
		tell_total(w, verb == ON);
	return w->failed ? w->failed : status_of(w, verb);
}

int cli_flag(struct cli *cli)
{
	struct flagging w = {.cli = cli, .all = cli_option(cli, "all"), .json = cli_option(cli, "json")};
	const char *word = cli->operands[0];
	int verb = 0, st;

	while (verb < VERBS && strcmp(word, verbs[verb]))
		verb++;
	if (verb == VERBS)
		return cli_usage(cli, "flag %s: show, board, on or off", word);
	cli->operands++;
	cli->operand_count--;
	st = cli_open(cli, 0);
	if (st < 0 && verb != BOARD && !strcmp(cli->campus->conf->flag_kind, "none")) {
		out_note("[flag] kind = none: no flag is configured, so none is shown or switched");
		st = CLI_FAILED;
	}
	if (st < 0 && (verb == ON || verb == OFF))
		st = flagging_check_word(&w, word);
	if (st < 0)
		st = run(&w, (enum verb)verb);
	for (size_t i = 0; i < w.count && w.courses; i++) {
		board_clear(&w.courses[i].board);
		free(w.courses[i].key);
	}
	free(w.courses);
	return st;
}
