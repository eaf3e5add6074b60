#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "src/base/figures.h"
#include "src/cli/runs.h"
#include "src/cli/show.h"

/* ---- figures ------------------------------------------------------------------------------*/

const char *run_time_text(int64_t microseconds, char *out, size_t size)
{
	int64_t seconds = microseconds / 1000000;

	if (microseconds < 0)
		snprintf(out, size, "-");
	else if (seconds >= 3600)
		snprintf(out, size, "%" PRId64 ":%02d:%02d", seconds / 3600,
			 (int)(seconds / 60 % 60), (int)(seconds % 60));
	else
		snprintf(out, size, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
	return out;
}

const char *run_rate_text(const struct run_row *row, char *out, size_t size)
{
	double rate = run_row_rate(row);

	if (rate < 0)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%.1f", rate);
	return out;
}

/* Thousandths are enough; null: not known. */
static void add_rate_json(cJSON *object, const struct run_row *row)
{
	double rate = run_row_rate(row);

	if (rate < 0)
		cJSON_AddNullToObject(object, "rate");
	else
		member_decimal(object, "rate", (double)(int64_t)(rate * 1000 + 0.5) / 1000);
}

cJSON *run_json(const struct run_row *row, int64_t now)
{
	const struct run_sums *sums = &row->sums;
	cJSON *object = object_new("run");

	member_number(object, "number", row->number);
	member_text(object, "kind", run_kind_name(row->kind));
	member_text(object, "uid", row->uid);
	member_text(object, "campus", row->campus);
	member_text(object, "environment", row->environment);
	member_number(object, "generation", row->generation);
	member_text(object, "release", row->release);
	member_text(object, "version", row->version);
	member_text(object, "options", row->options);
	member_text(object, "who", row->who);
	member_text(object, "host", row->host);
	member_time(object, "began", row->began);
	member_time(object, "ended", row->ended);
	member_flag(object, "broken_off", row->broken_off);
	member_time(object, "imported", row->imported);
	member_number(object, "origin_number", row->origin_number);
	member_span(object, "seconds", run_row_elapsed(row, now));
	member_span(object, "active_seconds", row->active);
	member_count(object, "tried", row->tried);
	add_rate_json(object, row);
	member_number(object, "courses", sums->courses);
	member_number(object, "courses_ended", sums->ended);
	member_number(object, "courses_failed", sums->failed);
	member_number(object, "videos", sums->videos);
	member_number(object, "videos_failed", sums->videos_failed);
	show_counts_json(object, &sums->counts);
	member_number(object, "migrated", sums->migrated);
	member_number(object, "kept", sums->kept);
	member_number(object, "would_migrate", sums->would);
	member_number(object, "untold", sums->untold);
	member_number(object, "not_migrated", sums->not_migrated);
	member_number(object, "bytes", sums->bytes);
	return object;
}

/* ---- the list -----------------------------------------------------------------------------*/

/* "02 May 02:41", and of half a year ago and more "02 May  2018": the table is to fit 80 columns, and
   numbers tell runs apart. */
static void add_began(struct table *table, int64_t wall, int64_t now)
{
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	const int64_t half_a_year = INT64_C(182) * 24 * 3600 * 1000000;
	time_t seconds = (time_t)(wall / 1000000);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		table_add(table, "-");
	else if (now - wall < half_a_year)
		table_add(table, "%02d %s %02d:%02d", tm.tm_mday, months[tm.tm_mon], tm.tm_hour,
			  tm.tm_min);
	else
		table_add(table, "%02d %s  %d", tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
}

/* What is not as with every other run, behind who it was. */
static void add_who(struct table *table, const struct run_row *row, int64_t now)
{
	char origin[300] = "", all[80] = "", text[64];
	int64_t elapsed = run_row_elapsed(row, now);

	if (row->imported)
		snprintf(origin, sizeof(origin), ", %s %" PRId64 " of %s", run_kind_name(row->kind),
			 row->origin_number, row->campus);
	if (row->active < 0 || run_row_waited(row, now))
		snprintf(all, sizeof(all), ", %s in all", run_time_text(elapsed, text, sizeof(text)));
	table_add(table, "%s@%s%s%s%s", row->who, row->host, all, origin,
		  !row->ended	    ? ", goes on"
		  : row->broken_off ? ", broken off"
				    : "");
}

static void add_run(struct table *table, const struct run_row *row, int64_t now)
{
	const struct run_sums *sums = &row->sums;
	char text[64];

	table_add(table, "%s %" PRId64, run_kind_name(row->kind), row->number);
	add_began(table, row->began, now);
	table_add(table, "%s", run_time_text(row->active, text, sizeof(text)));
	table_add(table, "%" PRId64, sums->courses);
	table_add(table, "%" PRId64, row->kind == RUN_DRY ? sums->would : sums->migrated);
	table_add(table, "%" PRId64, sums->kept + (row->kind == RUN_DRY ? sums->migrated : 0));
	table_add(table, "%" PRId64, sums->counts.errors);
	table_add(table, "%s", run_rate_text(row, text, sizeof(text)));
	add_who(table, row, now);
}

static void print_runs(const struct run_row *rows, size_t count, int64_t now)
{
	static const char *const headings[] = {"RUN",  "BEGAN",	 "WORK", "COURSES", "MIGRATED",
					       "KEPT", "ERRORS", "RATE", "BY",	    NULL};
	struct table table;
	int64_t untold = 0;
	bool dry = false;

	table_init(&table, headings, 0xFC);
	for (size_t i = 0; i < count; i++) {
		add_run(&table, &rows[i], now);
		dry |= rows[i].kind == RUN_DRY;
		untold += rows[i].sums.untold;
	}
	table_print(&table);
	out_line("%zu run%s; times are local, now %s", count, count == 1 ? "" : "s",
		 figure_zone(now).text);
	if (dry)
		out_line("dry: MIGRATED are those that would be, KEPT all that edx-val has already%s",
			 untold ? "; of others nobody can tell before it is tried" : "");
}

/* One document: type, campus, environment, runs (newest first). */
static void print_runs_json(const struct cli *cli, const struct run_row *rows, size_t count,
			    int64_t now)
{
	cJSON *document = object_new("runs"), *runs;

	member_text(document, "campus", cli->campus->conf->name);
	member_text(document, "environment", cli->campus->conf->environment);
	runs = member_array(document, "runs");
	for (size_t i = 0; i < count && runs; i++)
		cJSON_AddItemToArray(runs, run_json(&rows[i], now));
	out_json_document(document);
}

static int list_runs(struct cli *cli)
{
	struct run_row *rows = NULL;
	struct error err = {0};
	int st = cli_open_reader(cli, false);
	size_t count = 0;
	int64_t now;

	if (st >= 0)
		return st;
	if (reader_runs(cli->reader, 0, -1, &rows, &count, NULL, &err) != RESULT_OK)
		return cli_fail(&err);
	now = clock_wall(cli->campus->clock);
	if (cli_option(cli, "json"))
		print_runs_json(cli, rows, count, now);
	else if (count)
		print_runs(rows, count, now);
	else
		out_line("no runs");
	for (size_t i = 0; i < count; i++)
		run_row_clear(&rows[i]);
	free(rows);
	return CLI_OK;
}

/* ---- the command --------------------------------------------------------------------------*/

/* The options that make it another command: at most one of them. */
static int count_uses(const struct cli *cli)
{
	return (cli_option(cli, "compare") != NULL) + (cli_option(cli, "export") != NULL) +
	       (cli_option(cli, "import") != NULL);
}

int cli_runs(struct cli *cli)
{
	const char *to = cli_option(cli, "export"), *from = cli_option(cli, "import");

	if (count_uses(cli) > 1)
		return cli_usage(cli, "--compare, --export and --import are three things: say one");
	if ((to || from) && cli_option(cli, "json"))
		return cli_usage(cli, "--json is for what is shown");
	if (cli_option(cli, "compare"))
		return cli->operand_count == 2
			       ? runs_compare(cli)
			       : cli_usage(cli, "--compare wants the numbers of two runs");
	if (cli->operand_count || cli_option(cli, "full"))
		return cli_usage(cli, "only --compare takes runs, and lists that could be full");
	if (to)
		return runs_export(cli, to);
	return from ? runs_import(cli, from) : list_runs(cli);
}
