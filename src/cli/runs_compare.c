/*
 * runs --compare A B: a head with both runs side by side, then list by list what differs.
 */
#include "config.h"

#include "src/cli/runs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/rollout/comparison.h"

#define MOST 20 /* lines of a list; --full: all */

/* What makes the comparison a bad one: findings of B that stand open, and that nobody foresaw. */
struct trouble {
	int64_t errors, unexplained;
};

static struct trouble trouble_of(const struct comparison *c)
{
	struct trouble trouble = {0};

	for (size_t i = 0; i < c->counts[COMPARED_NEW]; i++)
		trouble.errors += c->rows[COMPARED_NEW][i].severity == FINDING_ERROR &&
				  !c->rows[COMPARED_NEW][i].waived;
	for (size_t i = 0; i < c->counts[COMPARED_MISSED]; i++)
		trouble.unexplained += c->rows[COMPARED_MISSED][i].cause == MISS_UNEXPLAINED;
	return trouble;
}

/* ---- the head -----------------------------------------------------------------------------*/

static void add_numbers(struct table *table, const char *what, int64_t a, int64_t b)
{
	table_add(table, "%s", what);
	table_add(table, "%" PRId64, a);
	table_add(table, "%" PRId64, b);
}

static void add_texts(struct table *table, const char *what, const char *a, const char *b)
{
	table_add(table, "%s", what);
	table_add(table, "%s", a);
	table_add(table, "%s", b);
}

static void add_times(struct table *table, const struct run_row *a, const struct run_row *b,
		      int64_t now)
{
	char text_a[64], text_b[64];

	add_texts(table, "began", figure_instant(a->began).text, figure_instant(b->began).text);
	table_add(table, "time");
	for (int i = 0; i < 2; i++) {
		const struct run_row *row = i ? b : a;

		table_add(table, "%s%s",
			  run_time_text(run_row_elapsed(row, now), text_a, sizeof(text_a)),
			  !row->ended	    ? ", goes on"
			  : row->broken_off ? ", broken off"
					    : "");
	}
	add_texts(table, "at work", run_time_text(a->active, text_a, sizeof(text_a)),
		  run_time_text(b->active, text_b, sizeof(text_b)));
	add_texts(table, "transcripts/s", run_rate_text(a, text_a, sizeof(text_a)),
		  run_rate_text(b, text_b, sizeof(text_b)));
}

static void add_sums(struct table *table, const struct run_sums *a, const struct run_sums *b)
{
	add_numbers(table, "courses", a->courses, b->courses);
	add_numbers(table, "courses failed", a->failed, b->failed);
	add_numbers(table, "videos", a->videos, b->videos);
	add_numbers(table, "videos failed", a->videos_failed, b->videos_failed);
	if (a->would || b->would)
		add_numbers(table, "would migrate", a->would, b->would);
	add_numbers(table, "migrated", a->migrated, b->migrated);
	add_numbers(table, "kept", a->kept, b->kept);
	add_numbers(table, "not migrated", a->not_migrated, b->not_migrated);
	add_numbers(table, "errors", a->counts.errors, b->counts.errors);
	add_numbers(table, "warnings", a->counts.warnings, b->counts.warnings);
	add_numbers(table, "waived", a->counts.waived, b->counts.waived);
}

static void print_head(const struct comparison *c, int64_t now)
{
	static const char *const headings[] = {"WHAT", "A", "B", NULL};
	const struct run_row *a = &c->a, *b = &c->b;
	char name_a[300], name_b[300];
	struct table table;

	table_init(&table, headings, 0);
	add_texts(&table, "run", run_row_name(a, name_a, sizeof(name_a)),
		  run_row_name(b, name_b, sizeof(name_b)));
	add_times(&table, a, b, now);
	table_add(&table, "by");
	table_add(&table, "%s@%s", a->who, a->host);
	table_add(&table, "%s@%s", b->who, b->host);
	if (strcmp(a->version, b->version))
		add_texts(&table, "version", a->version, b->version);
	if (strcmp(a->options, b->options))
		add_texts(&table, "options", a->options, b->options);
	add_sums(&table, &a->sums, &b->sums);
	table_print(&table);
}

/* ---- the lists ----------------------------------------------------------------------------*/

static void add_item(struct table *table, const struct compared_row *row)
{
	table_add(table, "%s", row->course);
	table_add(table, "%s", *row->block ? row->block : "-");
	table_add(table, "%s", *row->language ? row->language : "-");
}

static void add_finding(struct table *table, const struct compared_row *row)
{
	table_add(table, "%s", row->waived ? "waived" : finding_severity_name(row->severity));
	table_add(table, "%s", finding_info(row->code)->name);
	add_item(table, row);
	table_add(table, "%s", row->text);
}

static void add_change(struct table *table, const struct compared_row *row)
{
	table_add(table, "%s", row->text);
	add_item(table, row);
}

static const char *outcome_name(bool there, enum transcript_outcome outcome)
{
	return there ? transcript_outcome_name(outcome) : "-";
}

static void add_miss(struct table *table, const struct compared_row *row)
{
	bool whole = row->cause == MISS_NOT_RUN; /* a course, not a transcript */

	char cause[64];

	table_add(table, "%s", compared_cause(row, cause, sizeof(cause)));
	table_add(table, "%s", outcome_name(row->in_a && !whole, row->predicted));
	table_add(table, "%s", outcome_name(row->in_b && !whole, row->actual));
	add_item(table, row);
	table_add(table, "%s", row->code == FINDING_NONE ? "" : finding_info(row->code)->name);
}

static void add_course_side(struct table *table, bool there, enum course_status status, int64_t time)
{
	char text[64];

	table_add(table, "%s", there ? course_status_name(status) : "-");
	table_add(table, "%s", time > 0 ? run_time_text(time, text, sizeof(text)) : "-");
}

static void add_course(struct table *table, const struct compared_row *row)
{
	add_course_side(table, row->in_a, row->status_a, row->time_a);
	add_course_side(table, row->in_b, row->status_b, row->time_b);
	table_add(table, "%" PRId64, row->errors_a);
	table_add(table, "%" PRId64, row->errors_b);
	table_add(table, "%s", row->course);
}

static const char *const finding_headings[] = {"SEVERITY", "FINDING", "COURSE", "VIDEO",
					       "LANGUAGE", "WHAT",    NULL};
static const struct list {
	const char *const *headings;
	void (*add)(struct table *table, const struct compared_row *row);
	unsigned right;
	size_t name; /* the column that is told first */
} lists[COMPARED_COUNT] = {
	[COMPARED_FIXED] = {finding_headings, add_finding, 0, 1},
	[COMPARED_STILL] = {finding_headings, add_finding, 0, 1},
	[COMPARED_NEW] = {finding_headings, add_finding, 0, 1},
	[COMPARED_CHANGED] = {(const char *const[]){"SOURCE", "COURSE", "VIDEO", "LANGUAGE", NULL},
			      add_change, 0, 1},
	[COMPARED_MISSED] = {(const char *const[]){"CAUSE", "PREDICTED", "ACTUAL", "COURSE", "VIDEO",
						   "LANGUAGE", "FINDING", NULL},
			     add_miss, 0, 3},
	[COMPARED_COURSES] = {(const char *const[]){"A", "TIME A", "B", "TIME B", "ERRORS A",
						    "ERRORS B", "COURSE", NULL},
			      add_course, 0x3A, 6},
};

/* Each cause that occurs, once, in words. */
static void print_causes(const struct comparison *c)
{
	int64_t counts[MISS_CAUSES] = {0};

	for (size_t i = 0; i < c->counts[COMPARED_MISSED]; i++)
		counts[c->rows[COMPARED_MISSED][i].cause]++;
	for (int i = 0; i < MISS_CAUSES; i++)
		if (counts[i])
			out_line("%" PRId64 " %s: %s", counts[i], miss_cause_name((enum miss_cause)i),
				 miss_cause_help((enum miss_cause)i));
}

static void print_list(const struct comparison *c, enum compared which, bool full)
{
	const struct list *list = &lists[which];
	size_t count = c->counts[which], shown = full || count <= MOST ? count : MOST;
	struct table table;

	if (!count)
		return;
	out_line("%s", "");
	out_line("%s: %zu", compared_heading(which), count);
	table_init(&table, list->headings, list->right);
	table.name = list->name;
	for (size_t i = 0; i < shown; i++)
		list->add(&table, &c->rows[which][i]);
	table_print(&table);
	if (shown < count)
		out_line("and %zu more: --full shows them", count - shown);
	if (which == COMPARED_MISSED)
		print_causes(c);
}

static void print_summary(const struct comparison *c, const struct trouble *trouble)
{
	char errors[64] = "", untold[64] = "";

	if (trouble->errors)
		snprintf(errors, sizeof(errors), " (%" PRId64 " open error%s)", trouble->errors,
			 trouble->errors == 1 ? "" : "s");
	out_line("%s", "");
	out_line("%zu fixed, %zu still there, %zu new%s, %zu changed at source",
		 c->counts[COMPARED_FIXED], c->counts[COMPARED_STILL], c->counts[COMPARED_NEW], errors,
		 c->counts[COMPARED_CHANGED]);
	if (!c->has_predictions)
		return;
	if (c->untold)
		snprintf(untold, sizeof(untold), "; %" PRId64 " could not be told before", c->untold);
	out_line("%" PRId64 " of %" PRId64 " predictions met, %" PRId64 " miss%s unexplained%s", c->met,
		 c->predicted, trouble->unexplained, trouble->unexplained == 1 ? "" : "es", untold);
}

/* ---- JSON ---------------------------------------------------------------------------------*/

static void add_item_json(cJSON *object, const struct compared_row *row)
{
	member_text(object, "course", row->course);
	member_text(object, "video", row->block);
	member_text(object, "language", row->language);
}

static cJSON *finding_json(const struct compared_row *row)
{
	cJSON *object = object_new("compared_finding");

	add_item_json(object, row);
	member_text(object, "code", finding_info(row->code)->name);
	member_text(object, "severity", finding_severity_name(row->severity));
	member_flag(object, "waived", row->waived);
	member_text(object, "text", row->text);
	return object;
}

static cJSON *change_json(const struct compared_row *row)
{
	cJSON *object = object_new("change");

	add_item_json(object, row);
	member_text(object, "change", row->text);
	member_text(object, "outcome_a", row->in_a ? transcript_outcome_name(row->predicted) : "");
	member_text(object, "outcome_b", row->in_b ? transcript_outcome_name(row->actual) : "");
	return object;
}

static cJSON *miss_json(const struct compared_row *row)
{
	bool whole = row->cause == MISS_NOT_RUN;
	cJSON *object = object_new("miss");

	add_item_json(object, row);
	member_text(object, "cause", miss_cause_name(row->cause));
	member_count(object, "run", row->cause == MISS_OTHER_RUN ? row->run : -1);
	member_text(object, "help", miss_cause_help(row->cause));
	member_text(object, "predicted",
		    row->in_a && !whole ? transcript_outcome_name(row->predicted) : "");
	member_text(object, "actual", row->in_b && !whole ? transcript_outcome_name(row->actual) : "");
	member_text(object, "code", row->code == FINDING_NONE ? "" : finding_info(row->code)->name);
	member_text(object, "text", row->text);
	return object;
}

static cJSON *course_json(const struct compared_row *row)
{
	cJSON *object = object_new("compared_course");

	member_text(object, "course", row->course);
	member_text(object, "status_a", row->in_a ? course_status_name(row->status_a) : "");
	member_text(object, "status_b", row->in_b ? course_status_name(row->status_b) : "");
	member_span(object, "seconds_a", row->elapsed_a);
	member_span(object, "seconds_b", row->elapsed_b);
	member_span(object, "active_seconds_a", row->time_a);
	member_span(object, "active_seconds_b", row->time_b);
	member_number(object, "errors_a", row->errors_a);
	member_number(object, "errors_b", row->errors_b);
	return object;
}

static void fill_array(cJSON *array, const struct comparison *c, enum compared which,
		       cJSON *(*row_json)(const struct compared_row *row))
{
	for (size_t i = 0; i < c->counts[which] && array; i++)
		cJSON_AddItemToArray(array, row_json(&c->rows[which][i]));
}

/* One document: type, campus, environment, a, b, predicted, met, untold, and the lists whole. */
static void print_json(const struct cli *cli, const struct comparison *c, int64_t now)
{
	cJSON *document = object_new("comparison");

	member_text(document, "campus", cli->campus->conf->name);
	member_text(document, "environment", cli->campus->conf->environment);
	cJSON_AddItemToObject(document, "a", run_json(&c->a, now));
	cJSON_AddItemToObject(document, "b", run_json(&c->b, now));
	member_flag(document, "has_predictions", c->has_predictions);
	member_number(document, "predicted", c->predicted);
	member_number(document, "met", c->met);
	member_number(document, "untold", c->untold);
	fill_array(member_array(document, "fixed"), c, COMPARED_FIXED, finding_json);
	fill_array(member_array(document, "still"), c, COMPARED_STILL, finding_json);
	fill_array(member_array(document, "new"), c, COMPARED_NEW, finding_json);
	fill_array(member_array(document, "changed"), c, COMPARED_CHANGED, change_json);
	fill_array(member_array(document, "missed"), c, COMPARED_MISSED, miss_json);
	fill_array(member_array(document, "courses"), c, COMPARED_COURSES, course_json);
	out_json_document(document);
}

/* ---- the whole ----------------------------------------------------------------------------*/

static bool read_number(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out > 0;
}

/* In one state: a run that goes on is not to end between two of its courses. */
static enum result make(struct cli *cli, int64_t a, int64_t b, struct comparison **out,
			struct error *err)
{
	enum result st = reader_begin(cli->reader, err);

	*out = NULL;
	if (st != RESULT_OK)
		return st;
	st = comparison_new(out, cli->reader, a, b, err);
	reader_end(cli->reader);
	return st;
}

int runs_compare(struct cli *cli)
{
	struct comparison *c = NULL;
	struct trouble trouble;
	struct error err = {0};
	int64_t a, b, now;
	enum result made;
	int st;

	for (int i = 0; i < 2; i++)
		if (!read_number(cli->operands[i], i ? &b : &a))
			return cli_usage(cli, "%s is no number of a run", cli->operands[i]);
	st = cli_open_reader(cli, false);
	if (st >= 0)
		return st;
	made = make(cli, a, b, &c, &err);
	if (made == RESULT_MISSING)
		return cli_usage(cli, "%s: subferry runs shows them", err.text);
	if (made != RESULT_OK)
		return cli_fail(&err);
	now = clock_wall(cli->campus->clock);
	trouble = trouble_of(c);
	if (cli_option(cli, "json")) {
		print_json(cli, c, now);
	} else {
		print_head(c, now);
		for (int i = 0; i < COMPARED_COUNT; i++)
			print_list(c, (enum compared)i, cli_option(cli, "full"));
		print_summary(c, &trouble);
	}
	comparison_unref(c);
	return trouble.errors || trouble.unexplained ? CLI_FINDINGS : CLI_OK;
}
