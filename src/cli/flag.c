/*
 * flag show, flag off: the platform's flag of courses, through the backend of [flag].
 */
#include "config.h"

#include "src/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/format/key.h"

/* One course, and what became of it. */
struct flagged {
	char *key;
	struct flag_state state; /* as read last */
	const char *outcome;	 /* of off; NULL: it was only shown */
	char text[512];		 /* what the backend said to that, "" nothing */
};

struct flagging {
	struct cli *cli;
	struct flag *flag;
	bool all;
	char how[64]; /* it was confirmed, for the audit */
	struct flagged *courses;
	size_t count;
};

/* ---- words --------------------------------------------------------------------------------*/

/* Of what decides, the part that is ours to switch: where that is not known, the whole. */
static bool is_off(const struct flag_state *state)
{
	return (state->own != FLAG_UNKNOWN ? state->own : state->effective) == FLAG_OFF;
}

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

static void print_table(const struct flagging *w)
{
	static const char *const headings[] = {"COURSE",  "EFFECTIVE", "OWN ROW", "CHANGED",
					       "BY",	  "NOTE",      NULL};
	struct table table;
	char at[40];

	table_init(&table, headings, 0);
	for (size_t i = 0; i < w->count; i++) {
		const struct flag_state *state = &w->courses[i].state;

		table_add(&table, "%s", w->courses[i].key);
		table_add(&table, "%s", flag_value_name(state->effective));
		table_add(&table, "%s", flag_own_name(state));
		table_add(&table, "%s", clock_format_short(state->changed, at, sizeof(at)));
		table_add(&table, "%s", *state->by ? state->by : "-");
		table_add(&table, "%s", state->note);
	}
	table_print(&table);
	if (w->count)
		out_line("global row: %s", global_row(&w->courses[0].state));
	else
		out_line("0 courses");
}

static cJSON *course_json(const struct flagged *course)
{
	const struct flag_state *state = &course->state;
	cJSON *object = object_new("course_flag");

	member_text(object, "course", course->key);
	member_text(object, "effective", flag_value_name(state->effective));
	member_text(object, "own", flag_own_name(state));
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
	/* after off, what was read last is newest */
	const struct flag_state *last = w->count ? &w->courses[w->count - 1].state : &none;
	const struct conf *conf = w->cli->campus->conf;
	cJSON *document = object_new("flag"), *courses;

	member_text(document, "campus", conf->name);
	member_text(document, "environment", conf->environment);
	member_text(document, "kind", w->flag->ops->kind);
	member_text(document, "global", flag_value_name(last->global));
	member_flag(document, "for_all", last->for_all);
	courses = member_array(document, "courses");
	for (size_t i = 0; i < w->count && courses; i++)
		cJSON_AddItemToArray(courses, course_json(&w->courses[i]));
	out_json_document(document);
}

/* The line of one course that was to be off. */
static void tell(const struct flagging *w, const struct flagged *course)
{
	const struct flag_state *state = &course->state;
	const char *why = "", *note = "";

	if (cli_option(w->cli, "json"))
		return;
	if (state->effective == FLAG_ON && state->own == FLAG_OFF)
		why = ", because the global row is on for all courses";
	else if (state->effective == FLAG_UNKNOWN)
		note = state->note;
	out_line("%s: %s%s%s; in effect: %s%s%s%s", course->key, course->outcome,
		 *course->text ? ": " : "", course->text, flag_value_name(state->effective), why,
		 *note ? ": " : "", note);
}

/* ---- off ----------------------------------------------------------------------------------*/

/* Commits a line of the audit; -1 to go on. */
static int audit(const struct flagging *w, const struct flagged *course, const char *what,
		 bool well, const char *why)
{
	struct status *status = w->cli->campus->status;
	struct error err = {0};
	char line[256];

	snprintf(line, sizeof(line), "%s: own row %s, in effect %s", what, flag_own_name(&course->state),
		 flag_value_name(course->state.effective));
	status_event(status, well ? FINDING_NOTICE : FINDING_WARNING, "flag off", course->key, line,
		     why);
	return status_flush(status, &err) == RESULT_OK ? -1 : cli_fail(&err);
}

static void read_back(const struct flagging *w, struct flagged *course)
{
	const char *key = course->key;
	struct error err = {0};

	if (w->flag->ops->show(w->flag, &key, 1, &course->state, &err) == RESULT_OK)
		return;
	memset(&course->state, 0, sizeof(course->state));
	text_safe_to(course->state.note, sizeof(course->state.note), err.text);
}

/* The words for what set() answered, beside what reads back. */
static const char *name_outcome(enum result answer, const struct flag_state *state)
{
	if (answer == RESULT_REFUSED)
		return "refused";
	if (is_off(state))
		return "switched off";
	return answer == RESULT_OK ? "written, and it does not read back"
				   : "not known to be written";
}

static int switch_off(const struct flagging *w, struct flagged *course)
{
	struct error err = {0};
	enum result answer;
	int st;

	/* durable before the write: whoever finds the row finds who began it */
	st = audit(w, course, "to be switched; was", true, w->how);
	if (st >= 0)
		return st;
	answer = w->flag->ops->set(w->flag, course->key, false, &err);
	if (answer != RESULT_OK)
		snprintf(course->text, sizeof(course->text), "%s", err.text);
	read_back(w, course);
	course->outcome = name_outcome(answer, &course->state);
	return audit(w, course, course->outcome, is_off(&course->state), course->text);
}

static int off(const struct flagging *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct flagged *course = &w->courses[i];
		const char *key = course->key;
		struct error err = {0};
		int st = -1;

		if (w->flag->ops->show(w->flag, &key, 1, &course->state, &err) != RESULT_OK)
			return cli_fail(&err);
		if (is_off(&course->state))
			course->outcome = "off already";
		else
			st = switch_off(w, course);
		if (course->outcome)
			tell(w, course);
		if (st >= 0)
			return st;
	}
	return -1;
}

/* ---- the confirmation ---------------------------------------------------------------------*/

static int refuse(const char *what, const char *how)
{
	out_note("the flag of %s is switched off only when that is confirmed: %s; nothing was done",
		 what, how);
	return CLI_USAGE;
}

static int ask_terminal(struct flagging *w, const char *what)
{
	const struct conf *conf = w->cli->campus->conf;
	char safe[512], word[16];

	fprintf(stderr, "switch the flag of %s on %s (%s) off? y, or anything else for no: ",
		text_safe_to(safe, sizeof(safe), what), conf->name, conf->environment);
	fflush(stderr);
	if (!cli_read_word(word, sizeof(word)) || strcmp(word, "y"))
		return refuse(what, "the answer was not y");
	snprintf(w->how, sizeof(w->how), "confirmed on the terminal");
	return -1;
}

/* Before anything is opened or made. */
static int ask(struct flagging *w)
{
	const struct conf *conf = w->cli->campus->conf;
	bool one = !w->all && w->cli->operand_count == 1;
	const char *word = w->cli->word, *what;
	struct error err = {0};
	char *key = NULL;
	int st = -1;

	if (one && key_parse_course(w->cli->operands[0], &key, &err) != RESULT_OK)
		return err.result == RESULT_INVALID
			   ? cli_usage(w->cli, "%s: %s", w->cli->operands[0], err.text)
			   : cli_fail(&err);
	what = one ? key : w->all ? "all courses" : "several courses";
	if (!word && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		st = ask_terminal(w, what);
	else if (!word)
		st = refuse(what, one ? "without a terminal by --word and the course key"
				      : "without a terminal by --word and the campus name");
	else if (strcmp(word, one ? key : conf->name))
		st = refuse(what, one ? "--word is not the course key" : "--word is not the campus name");
	else
		snprintf(w->how, sizeof(w->how), "the %s was given as --word",
			 one ? "course key" : "campus name");
	free(key);
	return st;
}

/* ---- the command --------------------------------------------------------------------------*/

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
	for (size_t i = 0; i < w->count && st < 0; i++) {
		struct course_row row;

		memset(&row, 0, sizeof(row));
		if (reader_course_by_id(w->cli->reader, ids[i], &row, &err) != RESULT_OK)
			st = cli_fail(&err);
		else if (!(w->courses[i].key = strdup(row.key)))
			st = CLI_FAILED;
		course_row_clear(&row);
	}
	free(ids);
	return st;
}

static int show(const struct flagging *w)
{
	const char **keys = calloc(w->count + 1, sizeof(*keys));
	struct flag_state *states = calloc(w->count + 1, sizeof(*states));
	struct error err = {0};
	int st = -1;

	for (size_t i = 0; i < w->count && keys; i++)
		keys[i] = w->courses[i].key;
	if (!keys || !states)
		error_set(&err, RESULT_NOMEM, "out of memory");
	if (err.result != RESULT_OK ||
	    w->flag->ops->show(w->flag, keys, w->count, states, &err) != RESULT_OK)
		st = cli_fail(&err);
	for (size_t i = 0; i < w->count && st < 0; i++)
		w->courses[i].state = states[i];
	free(keys);
	free(states);
	return st;
}

static int run(struct flagging *w, bool to_off)
{
	struct cli *cli = w->cli;
	int st = cli_open_reader(cli, true);

	if (st < 0)
		st = read_courses(w);
	if (st < 0)
		st = cli_open(cli, CAMPUS_FLAG | (to_off ? CAMPUS_STATUS : 0));
	if (st >= 0)
		return st;
	w->flag = cli->campus->flag;
	st = to_off ? off(w) : show(w);
	if (st >= 0)
		return st;
	if (cli_option(cli, "json"))
		print_json(w);
	else if (!to_off)
		print_table(w);
	for (size_t i = 0; i < w->count; i++) {
		enum flag_value value = w->courses[i].state.effective;

		if (value == FLAG_UNKNOWN || (to_off && value == FLAG_ON))
			return CLI_FINDINGS;
	}
	return CLI_OK;
}

int cli_flag(struct cli *cli)
{
	struct flagging w = {.cli = cli, .all = cli_option(cli, "all")};
	const char *verb = cli->operands[0];
	bool to_off = !strcmp(verb, "off");
	int st;

	if (!to_off && strcmp(verb, "show"))
		return cli_usage(cli, "flag %s: show or off", verb);
	cli->operands++;
	cli->operand_count--;
	st = cli_open(cli, 0);
	if (st < 0 && !strcmp(cli->campus->conf->flag_kind, "none")) {
		out_note("[flag] kind = none: no flag is configured, so none is shown or switched");
		st = CLI_FAILED;
	}
	if (st < 0 && to_off)
		st = ask(&w);
	if (st < 0)
		st = run(&w, to_off);
	for (size_t i = 0; i < w.count && w.courses; i++)
		free(w.courses[i].key);
	free(w.courses);
	return st;
}
