#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/show.h"
#include "src/status/fields.h"

struct listing {
	struct table table;
	cJSON *array; /* NULL: a table */
	struct filter *filter;
	int64_t errors, shown;
	int64_t open[FINDING_COUNT];
};

static void add_row(struct listing *list, const struct finding_row *row)
{
	list->shown++;
	if (!row->waived)
		list->open[row->code]++;
	if (row->severity == FINDING_ERROR && !row->waived)
		list->errors++;
	if (list->array) {
		cJSON_AddItemToArray(list->array, show_finding_json(row));
		return;
	}
	table_add(&list->table, "%s",
		  row->waived ? "waived" : finding_severity_name(row->severity));
	table_add(&list->table, "%s", finding_info(row->code)->name);
	table_add(&list->table, "%s", row->course);
	table_add(&list->table, "%s", *row->block ? row->block : "-");
	table_add(&list->table, "%s", *row->language ? row->language : "-");
	if (row->waived)
		table_add(&list->table, "%s (%s: %s)", row->text, row->who, row->reason);
	else
		table_add(&list->table, "%s", row->text);
}

static int add_rows(struct cli *cli, int64_t course, struct listing *list)
{
	const struct finding_query query = {
	    .course = course,
	    .code = -1,
	    .count = -1,
	    .with_waived = true,
	    .filter = list->filter,
	    .now = clock_wall(cli->campus->clock),
	};
	struct finding_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;
	int64_t total;

	if (reader_findings(cli->reader, &query, &rows, &count, &total, &err) != RESULT_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < count; i++) {
		add_row(list, &rows[i]);
		finding_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* What to do, once for each kind of finding that is shown. */
static void print_help(const struct listing *list)
{
	out_line("%s", "");
	for (int code = 0; code < FINDING_COUNT; code++)
		if (list->open[code])
			out_line("%" PRId64 " %s: %s", list->open[code],
				 finding_info((enum finding_code)code)->name,
				 finding_info((enum finding_code)code)->help);
}

static void print(struct listing *list, cJSON *document)
{
	if (document) {
		out_json_document(document);
		return;
	}
	if (!list->shown) {
		out_line("no findings");
		table_clear(&list->table);
		return;
	}
	table_print(&list->table);
	print_help(list);
}

/* JSON: one document: type, campus, findings (show.h). */
int cli_findings(struct cli *cli)
{
	static const char *const headings[] = {"SEVERITY", "FINDING", "COURSE", "VIDEO",
					       "LANGUAGE", "WHAT",    NULL};
	struct listing list = {.errors = 0};
	const char *text = cli_option(cli, "filter");
	cJSON *document = NULL;
	int64_t *ids = NULL;
	size_t count = 0;
	int st = cli_filter(cli, &finding_fields, text, &list.filter);

	if (st < 0)
		st = cli_open_reader(cli, false);
	if (st < 0 && cli->operand_count)
		st = cli_courses(cli, false, &ids, &count);
	if (st >= 0) {
		filter_free(list.filter);
		return st;
	}
	table_init(&list.table, headings, 0);
	list.table.name = 1;
	if (cli_option(cli, "json")) {
		document = object_new("findings");
		member_text(document, "campus", cli->campus->conf->name);
		list.array = member_array(document, "findings");
	}
	if (!ids)
		st = add_rows(cli, 0, &list);
	for (size_t i = 0; i < count && st < 0; i++)
		st = add_rows(cli, ids[i], &list);
	if (st < 0) {
		print(&list, document);
		document = NULL;
	}
	cJSON_Delete(document);
	table_clear(&list.table);
	filter_free(list.filter);
	free(ids);
	if (st >= 0)
		return st;
	return list.errors ? CLI_FINDINGS : CLI_OK;
}
