#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/show.h"

struct listing {
	struct table table;
	cJSON *array; /* NULL: a table */
	int64_t errors, shown;
};

static void add_row(struct listing *list, const struct finding_row *row)
{
	list->shown++;
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
	    .course = course, .code = -1, .count = -1, .with_waived = true};
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

/* What to do, once for each kind of finding that is there. */
static int print_help(struct cli *cli, const int64_t *ids, size_t count)
{
	int64_t sums[FINDING_COUNT] = {0}, counts[FINDING_COUNT];
	struct error err = {0};

	for (size_t i = 0; i < (ids ? count : 1); i++) {
		if (reader_finding_counts(cli->reader, ids ? ids[i] : 0, counts, &err) != RESULT_OK)
			return cli_fail(&err);
		for (int code = 0; code < FINDING_COUNT; code++)
			sums[code] += counts[code];
	}
	out_line("%s", "");
	for (int code = 0; code < FINDING_COUNT; code++)
		if (sums[code])
			out_line("%" PRId64 " %s: %s", sums[code],
				 finding_info((enum finding_code)code)->name,
				 finding_info((enum finding_code)code)->help);
	return -1;
}

static int print(struct cli *cli, struct listing *list, cJSON *document, const int64_t *ids,
		 size_t count)
{
	if (document) {
		out_json_document(document);
		return -1;
	}
	if (!list->shown) {
		out_line("no findings");
		table_clear(&list->table);
		return -1;
	}
	table_print(&list->table);
	return print_help(cli, ids, count);
}

/* JSON: one document: type, campus, findings (show.h). */
int cli_findings(struct cli *cli)
{
	static const char *const headings[] = {"SEVERITY", "FINDING", "COURSE", "VIDEO",
					       "LANGUAGE", "WHAT",    NULL};
	struct listing list = {.errors = 0};
	cJSON *document = NULL;
	int64_t *ids = NULL;
	size_t count = 0;
	int st = cli_open_reader(cli, false);

	if (st < 0 && cli->operand_count)
		st = cli_courses(cli, false, &ids, &count);
	if (st >= 0)
		return st;
	table_init(&list.table, headings, 0);
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
		st = print(cli, &list, document, ids, count);
		document = NULL;
	}
	cJSON_Delete(document);
	table_clear(&list.table);
	free(ids);
	if (st >= 0)
		return st;
	return list.errors ? CLI_FINDINGS : CLI_OK;
}
