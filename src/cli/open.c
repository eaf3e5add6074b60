/*
 * What commands open and look up: the configuration, the campus, the reader, courses by name.
 */
#include "config.h"

#include "src/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/cli/out.h"
#include "src/demo/demo.h"
#include "src/format/key.h"

/* ---- configuration ------------------------------------------------------------------------*/

char *cli_find_conf(const struct cli *cli, bool *failed)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *out = NULL;

	*failed = false;
	if (cli->conf_file) {
		out = strdup(cli->conf_file);
		*failed = !out;
		return out;
	}
	for (int place = 0; place < 4 && !out; place++) {
		struct buf path = BUF_INIT;

		if (place == 0)
			buf_add_text(&path, "subferry.conf");
		else if (place == 1 && config && *config == '/')
			buf_printf(&path, "%s/subferry/subferry.conf", config);
		else if (place == 2 && home && *home == '/' && !(config && *config == '/'))
			buf_printf(&path, "%s/.config/subferry/subferry.conf", home);
		else if (place == 3)
			buf_add_text(&path, "/etc/subferry/subferry.conf");
		*failed |= path.failed;
		/* one that is there and cannot be read is an error, not a reason to take the next
		 */
		if (path.len && !access(path.data, F_OK))
			out = buf_take(&path);
		buf_clear(&path);
	}
	return out;
}

static int read_conf(struct cli *cli, struct conf **out)
{
	struct error err = {0};
	char *found = NULL;
	bool failed = false;
	enum result st;

	*out = NULL;
	if (cli->demo) {
		const struct demo_options options = {.courses = cli->demo_size,
						     .reset = cli->demo_reset};

		return demo_make(out, &options, &err) == RESULT_OK ? -1 : cli_fail(&err);
	}
	found = cli_find_conf(cli, &failed);
	if (!found) {
		out_note(failed
			     ? "out of memory"
			     : "no configuration: give one with -c FILE (else ./subferry.conf, "
			       "~/.config/subferry/subferry.conf or /etc/subferry/subferry.conf is "
			       "read), or try subferry --demo");
		return CLI_FAILED;
	}
	st = conf_read(out, found, &err);
	free(found);
	return st == RESULT_OK ? -1 : cli_fail(&err);
}

int cli_open(struct cli *cli, unsigned parts)
{
	struct error err = {0};
	struct conf *conf = NULL;
	int st;

	if (!cli->campus) {
		st = read_conf(cli, &conf);
		if (st >= 0)
			return st;
		if (campus_open(&cli->campus, conf, parts, &err) != RESULT_OK)
			return cli_fail(&err);
		cli->campus->demo = cli->demo;
	}
	return campus_add(cli->campus, parts, &err) == RESULT_OK ? -1 : cli_fail(&err);
}

void cli_close(struct cli *cli)
{
	reader_close(cli->reader);
	cli->reader = NULL;
	campus_close(cli->campus);
	cli->campus = NULL;
}

/* ---- reader -------------------------------------------------------------------------------*/

static void tell_problem(void *arg, const char *text)
{
	int64_t *problems = arg;

	(*problems)++;
	out_note("%s", text);
}

int cli_scan(struct cli *cli, struct scan_result *result, int64_t *problems)
{
	struct error err = {0};
	int st = cli_open(cli, CAMPUS_SOURCE | CAMPUS_STATUS);

	*problems = 0;
	if (st >= 0)
		return st;
	if (campus_scan(cli->campus, result, tell_problem, problems, &err) != RESULT_OK)
		return cli_fail(&err);
	return -1;
}

int cli_open_reader(struct cli *cli, bool scan)
{
	struct scan_result result;
	struct error err = {0};
	const char *path;
	enum result st;
	int64_t problems;
	bool known = false;
	int code;

	if (cli->reader)
		return -1;
	code = cli_open(cli, 0);
	if (code >= 0)
		return code;
	path = cli->campus->conf->status_db;
	st = reader_open(&cli->reader, path, &err);
	if (st == RESULT_OLD) { /* whoever writes brings it up to date */
		code = cli_open(cli, CAMPUS_STATUS);
		if (code >= 0)
			return code;
		st = reader_open(&cli->reader, path, &err);
	}
	if (st == RESULT_OK)
		st = reader_check_campus(cli->reader, cli->campus->conf->name, &err);
	if (st != RESULT_OK && st != RESULT_MISSING)
		return cli_fail(&err);
	if (st == RESULT_OK && reader_has_courses(cli->reader, &known, &err) != RESULT_OK)
		return cli_fail(&err);
	if (st == RESULT_OK && !known && !scan &&
	    reader_has_runs(cli->reader, &known, &err) != RESULT_OK)
		return cli_fail(&err);
	if (known)
		return -1;
	if (!scan) {
		out_note("nothing is known yet in %s: run subferry scan, then subferry migrate",
			 path);
		return CLI_FAILED;
	}
	reader_close(cli->reader);
	cli->reader = NULL;
	code = cli_scan(cli, &result, &problems);
	if (code >= 0)
		return code;
	if (!result.found && problems) {
		out_note("no course can be read: mend what is named above, or [source] path");
		return CLI_FAILED;
	}
	cli->unread = problems;
	return reader_open(&cli->reader, path, &err) == RESULT_OK ? -1 : cli_fail(&err);
}

/* ---- courses and findings by name ---------------------------------------------------------*/

int cli_course(struct cli *cli, const char *name, struct course_row *out)
{
	struct error err = {0};
	char *key = NULL;
	enum result st;

	memset(out, 0, sizeof(*out));
	st = key_parse_course(name, &key, &err);
	if (st == RESULT_INVALID)
		return cli_usage(cli, "%s: %s", name, err.text);
	if (st == RESULT_OK)
		st = reader_course(cli->reader, key, out, &err);
	free(key);
	if (st == RESULT_MISSING) {
		out_note(
		    "unknown course %s: subferry list shows the known ones, scan reads them anew",
		    name);
		return CLI_USAGE;
	}
	return st == RESULT_OK ? -1 : cli_fail(&err);
}

static int all_courses(struct cli *cli, int64_t **ids, size_t *count)
{
	const struct course_query query = {.status = -1, .sort = SORT_KEY, .count = -1};
	struct error err = {0};
	size_t kept = 0;

	if (reader_course_ids(cli->reader, &query, ids, count, &err) != RESULT_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < *count; i++) {
		struct course_row row = {0};

		if (reader_course_by_id(cli->reader, (*ids)[i], &row, &err) != RESULT_OK)
			return cli_fail(&err);
		if (!row.gone)
			(*ids)[kept++] = (*ids)[i];
		course_row_clear(&row);
	}
	*count = kept;
	return -1;
}

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

int cli_courses(struct cli *cli, bool all, int64_t **ids, size_t *count)
{
	*ids = NULL;
	*count = 0;
	if (all)
		return all_courses(cli, ids, count);
	*ids = calloc(cli->operand_count, sizeof(**ids));
	if (!*ids) {
		out_note("out of memory");
		return CLI_FAILED;
	}
	for (size_t i = 0; i < cli->operand_count; i++) {
		struct course_row row;
		int st = cli_course(cli, cli->operands[i], &row);

		if (st < 0 && !has_id(*ids, *count, row.id))
			(*ids)[(*count)++] = row.id;
		course_row_clear(&row);
		if (st >= 0) {
			free(*ids);
			*ids = NULL;
			*count = 0;
			return st;
		}
	}
	return -1;
}

int cli_finding(struct cli *cli, int *code)
{
	const char *name = cli_option(cli, "finding");
	struct buf known = BUF_INIT;

	*code = name ? finding_by_name(name) : FINDING_NONE;
	if (!name || *code != FINDING_NONE)
		return -1;
	for (int i = 0; i < FINDING_COUNT; i++)
		buf_printf(&known, " %s", finding_info((enum finding_code)i)->name);
	out_note("unknown finding %s; findings are:%s", name, buf_text(&known));
	buf_clear(&known);
	return CLI_USAGE;
}

int cli_filter(struct cli *cli, const struct filter_language *language, const char *text,
	       struct filter **out)
{
	struct error err = {0};
	enum result st = filter_parse(out, language, text, &err);

	if (st == RESULT_OK)
		return -1;
	filter_free(*out);
	*out = NULL;
	return st == RESULT_NOMEM ? cli_fail(&err) : cli_usage(cli, "%s", err.text);
}
