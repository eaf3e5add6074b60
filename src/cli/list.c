#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/show.h"
#include "src/status/fields.h"

/* ---- courses ------------------------------------------------------------------------------*/

static void print_totals(const struct course_row *rows, size_t count)
{
	int64_t by_status[COURSE_STATUS_COUNT] = {0}, gone = 0;
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].gone)
			gone++;
		else
			by_status[rows[i].status]++;
	}
	buf_printf(&line, "%zu course%s", count, count == 1 ? "" : "s");
	for (int i = 0; i < COURSE_STATUS_COUNT; i++)
		if (by_status[i])
			buf_printf(&line, ", %" PRId64 " %s", by_status[i],
				   course_status_name((enum course_status)i));
	if (gone)
		buf_printf(&line, ", %" PRId64 " gone", gone);
	out_line("%s", buf_text(&line));
	buf_clear(&line);
}

static void print_courses(const struct course_row *rows, size_t count)
{
	static const char *const headings[] = {"STATUS",   "VIDEOS", "EXPECTED", "IN VAL", "ERRORS",
					       "WARNINGS", "COURSE", "NAME",	 NULL};
	struct table table;
	char status[64];

	table_init(&table, headings, 0x3E);
	table.name = 6;
	for (size_t i = 0; i < count; i++) {
		const struct course_row *row = &rows[i];

		table_add(&table, "%s", course_row_status(row, status, sizeof(status)));
		table_add(&table, "%" PRId64 "/%" PRId64, row->tried, row->videos);
		table_add(&table, "%" PRId64, row->counts.expected);
		if (row->counts.unknown)
			table_add(&table, "%" PRId64 " (%" PRId64 " unknown)", row->counts.in_val,
				  row->counts.unknown);
		else
			table_add(&table, "%" PRId64, row->counts.in_val);
		table_add(&table, "%" PRId64, row->counts.errors);
		table_add(&table, "%" PRId64, row->counts.warnings);
		table_add(&table, "%s", row->key);
		table_add(&table, "%s", row->name);
	}
	table_print(&table);
	print_totals(rows, count);
}

/* One document: type, campus, environment, courses (as in scan). */
static void print_courses_json(struct cli *cli, const struct course_row *rows, size_t count)
{
	cJSON *document = object_new("list"), *courses;

	member_text(document, "campus", cli->campus->conf->name);
	member_text(document, "environment", cli->campus->conf->environment);
	courses = member_array(document, "courses");
	for (size_t i = 0; i < count && courses; i++)
		cJSON_AddItemToArray(courses, show_course_json(&rows[i], cli));
	out_json_document(document);
}

/* ---- which courses, in which order ---------------------------------------------------------*/

const char *const cli_sorts[SORT_COUNT] = {
	[SORT_KEY] = "key",		  [SORT_NAME] = "name",		[SORT_STATUS] = "status",
	[SORT_VIDEOS] = "videos",	  [SORT_EXPECTED] = "expected", [SORT_IN_VAL] = "inval",
	[SORT_FINDINGS] = "findings", [SORT_CHANGED] = "changed",
	[SORT_DIFFERENCE] = "difference", [SORT_ATTEMPTS] = "attempts",
	[SORT_PROGRESS] = "progress", [SORT_VERIFIED] = "validated",
	[SORT_FLAG] = "flag",
};

static int read_sort(struct cli *cli, struct course_query *query)
{
	const char *text = cli_option(cli, "sort");
	size_t len = text ? strcspn(text, ",") : 0;

	if (!text)
		return -1;
	query->descending = !strcmp(text + len, ",desc");
	for (int i = 0; i < SORT_COUNT; i++)
		if (strlen(cli_sorts[i]) == len && !strncmp(text, cli_sorts[i], len) &&
		    (!text[len] || query->descending)) {
			query->sort = (enum course_sort)i;
			return -1;
		}
	return cli_usage(cli,
			 "--sort %s: key, name, status, videos, expected, inval, difference, "
			 "findings, attempts, progress, changed or validated; ,desc behind it "
			 "turns the order round",
			 text);
}

/* The operands are the filter's terms. */
static int read_filter(struct cli *cli, struct filter **out)
{
	struct buf text = BUF_INIT;
	struct error err = {0};
	int st;

	for (size_t i = 0; i < cli->operand_count; i++) {
		buf_add_text(&text, i ? " " : "");
		buf_add_text(&text, cli->operands[i]);
	}
	if (text.failed) {
		error_set(&err, RESULT_NOMEM, "no memory for a filter");
		st = cli_fail(&err);
	} else {
		st = cli_filter(cli, &course_fields, buf_text(&text), out);
	}
	buf_clear(&text);
	return st;
}

static int open_codes(struct cli *cli, const struct course_row *row, uint64_t *codes)
{
	int64_t counts[FINDING_COUNT];
	struct error err = {0};

	*codes = 0;
	if (!row->counts.errors && !row->counts.warnings && !row->counts.notices)
		return -1;
	if (reader_finding_counts(cli->reader, row->id, counts, &err) != RESULT_OK)
		return cli_fail(&err);
	for (int code = 0; code < FINDING_COUNT; code++)
		*codes |= counts[code] ? UINT64_C(1) << code : 0;
	return -1;
}

/* Keeps the rows that pass, in their order. */
static int keep_passing(struct cli *cli, const struct filter *filter, struct course_row *rows,
			size_t *count)
{
	int64_t now = clock_wall(cli->campus->clock);
	size_t kept = 0;
	int st = -1;

	for (size_t i = 0; i < *count; i++) {
		struct course_facts facts = {.key = rows[i].key,
					     .name = rows[i].name,
					     .status = rows[i].status,
					     .intent = rows[i].intent,
					     .gone = rows[i].gone,
					     .pass = rows[i].pass,
					     .videos = rows[i].videos,
					     .tried = rows[i].tried,
					     .failed = rows[i].failed,
					     .changed = rows[i].changed,
					     .flag = rows[i].flag,
					     .evidence = rows[i].evidence,
					     .counts = rows[i].counts};

		if (st < 0)
			st = open_codes(cli, &rows[i], &facts.findings);
		if (st < 0 && filter_passes(filter, course_field, &facts, now))
			rows[kept++] = rows[i];
		else
			course_row_clear(&rows[i]);
	}
	*count = kept;
	return st;
}

static int list_courses(struct cli *cli, const struct course_query *query,
			const struct filter *filter)
{
	struct course_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;
	int64_t total;
	int st = -1;

	if (reader_courses(cli->reader, query, &rows, &count, &total, &err) != RESULT_OK)
		return cli_fail(&err);
	if (filter)
		st = keep_passing(cli, filter, rows, &count);
	if (st >= 0)
		goto out;
	st = CLI_OK;
	if (cli_option(cli, "json"))
		print_courses_json(cli, rows, count);
	else
		print_courses(rows, count);
out:
	for (size_t i = 0; i < count; i++)
		course_row_clear(&rows[i]);
	free(rows);
	return st;
}

/* ---- failed tasks: the view of domain 12.4, column by column ------------------------------*/

static const char *const task_columns[] = {
    "id",   "created", "modified", "task_name",		"task_id",
    "args", "kwargs",  "exc",	   "datetime_resolved", NULL};

static void add_task_json(cJSON *tasks, sqlite3_stmt *stmt)
{
	cJSON *task = object_new("failed_task");

	for (int i = 0; task_columns[i]; i++) {
		if (sqlite3_column_type(stmt, i) == SQLITE_INTEGER)
			member_number(task, task_columns[i], sqlite3_column_int64(stmt, i));
		else
			member_text(task, task_columns[i],
				    (const char *)sqlite3_column_text(stmt, i));
	}
	if (!cJSON_AddItemToArray(tasks, task))
		cJSON_Delete(task);
}

static void add_task_row(struct table *table, sqlite3_stmt *stmt)
{
	for (int i = 0; task_columns[i]; i++) {
		const char *text = (const char *)sqlite3_column_text(stmt, i);

		table_add(table, "%s", text && *text ? text : "-");
	}
}

static int read_tasks(struct cli *cli, sqlite3 *db, struct table *table, cJSON *tasks)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(
	    db,
	    "SELECT id, created, modified, task_name, task_id, args, kwargs, exc,"
	    " datetime_resolved FROM failed_task ORDER BY id",
	    -1, &stmt, NULL);

	while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (tasks)
			add_task_json(tasks, stmt);
		else
			add_task_row(table, stmt);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	if (rc == SQLITE_DONE)
		return -1;
	out_note("cannot read the failed tasks of %s: %s", cli->campus->conf->status_db,
		 sqlite3_errmsg(db));
	return CLI_FAILED;
}

static int list_failed_tasks(struct cli *cli)
{
	cJSON *document = NULL, *tasks = NULL;
	struct table table;
	sqlite3 *db = NULL;
	int st;

	if (sqlite3_open_v2(cli->campus->conf->status_db, &db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK) {
		out_note("cannot open %s: %s", cli->campus->conf->status_db,
			 db ? sqlite3_errmsg(db) : "out of memory");
		sqlite3_close(db);
		return CLI_FAILED;
	}
	sqlite3_busy_timeout(db, 5000);
	table_init(&table, task_columns, 1);
	if (cli_option(cli, "json")) {
		document = object_new("failed_tasks");
		tasks = member_array(document, "tasks");
	}
	st = read_tasks(cli, db, &table, tasks);
	sqlite3_close(db);
	if (st < 0 && document)
		out_json_document(document);
	else
		cJSON_Delete(document);
	if (st < 0 && !cli_option(cli, "json"))
		table_print(&table);
	else
		table_clear(&table);
	return st < 0 ? CLI_OK : st;
}

int cli_list(struct cli *cli)
{
	const char *name = cli_option(cli, "status");
	enum course_status status = COURSE_NOT_MIGRATED;
	struct course_query query = {.status = -1, .sort = SORT_KEY, .count = -1};
	struct filter *filter = NULL;
	bool tasks = cli_option(cli, "failed-tasks");
	int st;

	if (name && !course_status_read(name, &status))
		return cli_usage(cli, "--status %s: Not-Migrated, In-Progress, Migrated or Failed",
				 name);
	if (name && tasks)
		return cli_usage(cli,
				 "--status and --failed-tasks show different things: give one");
	if (tasks && (cli->operand_count || cli_option(cli, "sort")))
		return cli_usage(cli, "--failed-tasks has neither a filter nor an order");
	st = read_sort(cli, &query);
	if (st < 0)
		st = read_filter(cli, &filter);
	if (st < 0)
		st = cli_open_reader(cli, true);
	query.status = name ? (int)status : -1;
	if (st < 0)
		st = tasks ? list_failed_tasks(cli) : list_courses(cli, &query, filter);
	filter_free(filter);
	return st;
}
