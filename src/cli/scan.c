#include "config.h"

#include "src/cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/show.h"

/* JSON, one object a line: course: as in list; summary: found, added, gone, back, problems. */
static int print_json(struct cli *cli, const struct scan_result *result, int64_t problems)
{
	struct course_row *rows = NULL;
	size_t count = 0;
	cJSON *summary;
	int st = show_courses(cli, -1, &rows, &count);

	if (st >= 0)
		return st;
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].gone)
			out_json_line(show_course_json(&rows[i], cli));
		course_row_clear(&rows[i]);
	}
	free(rows);
	summary = object_new("summary");
	member_number(summary, "found", result->found);
	member_number(summary, "added", result->added);
	member_number(summary, "gone", result->gone);
	member_number(summary, "back", result->back);
	member_number(summary, "problems", problems);
	out_json_line(summary);
	return -1;
}

int cli_scan_command(struct cli *cli)
{
	struct scan_result result;
	int64_t problems = 0;
	int st;

	st = cli_scan(cli, &result, &problems);
	if (st < 0 && result.found)
		st = cli_open_reader(cli, false);
	if (st >= 0)
		return st;
	if (cli_option(cli, "json")) {
		st = cli->reader ? print_json(cli, &result, problems) : -1;
		if (st >= 0)
			return st;
	} else {
		out_line("%" PRId64 " course%s found: %" PRId64 " new, %" PRId64 " gone, %" PRId64
			 " back; %" PRId64 " entries cannot be read",
			 result.found, result.found == 1 ? "" : "s", result.added, result.gone, result.back, problems);
	}
	return problems ? CLI_FINDINGS : CLI_OK;
}
