#include "config.h"

#include "src/cli/permission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/cli/out.h"

char *cli_reason(struct cli *cli, const char *text, int *st)
{
	char *stripped = text_strip(text);

	*st = stripped ? -1 : CLI_FAILED;
	if (!stripped)
		return NULL;
	if (*stripped && strlen(stripped) <= REASON_MAX && text_is_utf8(stripped, strlen(stripped)))
		return stripped;
	*st = cli_usage(cli, "a reason has 1 to %d bytes of UTF-8", REASON_MAX);
	free(stripped);
	return NULL;
}

/* ---- which courses ------------------------------------------------------------------------*/

static int choose(struct cli *cli, enum wish wish, const int64_t *ids, size_t count, int64_t **out,
		  size_t *kept)
{
	bool named = !cli_option(cli, "all"), finding = wish == WISH_RETRY && cli_option(cli, "finding");
	struct error err = {0};

	*kept = 0;
	*out = calloc(count + 1, sizeof(**out));
	if (!*out) {
		out_note("out of memory");
		return CLI_FAILED;
	}
	for (size_t i = 0; i < count; i++) {
		struct course_row row = {0};

		if (reader_course_by_id(cli->reader, ids[i], &row, &err) != RESULT_OK)
			return cli_fail(&err);
		if (status_wish_begins(wish, &row, named, finding))
			(*out)[(*kept)++] = ids[i];
		course_row_clear(&row);
	}
	return -1;
}

/* ---- word and reason ----------------------------------------------------------------------*/

static int refuse(const char *how)
{
	out_note("going on past the gate takes a typed word and a reason: %s; nothing was done", how);
	return CLI_USAGE;
}

/* A line that is too long is no answer, nor is one of another encoding. */
static int ask_terminal(const struct conf *conf, struct permission *out)
{
	char word[128];

	fprintf(stderr, "Type the campus name to launch all the same: ");
	fflush(stderr);
	if (!cli_read_word(word, sizeof(word)) || strcmp(word, conf->name))
		return refuse("what was typed is not the campus name");
	fprintf(stderr, "Why, for the audit: ");
	fflush(stderr);
	if (!cli_read_word(out->reason, sizeof(out->reason)) ||
	    !text_is_utf8(out->reason, strlen(out->reason)) ||
	    out->reason[strspn(out->reason, " \t")] == '\0')
		return refuse("what was typed is no reason");
	out->how = "the campus name was typed on the terminal";
	return -1;
}

static int take_options(struct cli *cli, const struct conf *conf, struct permission *out)
{
	const char *reason = cli_option(cli, "reason");
	char *stripped;
	int st;

	if (!cli->word || !reason)
		return refuse("--word and the campus name before the command, --reason TEXT behind "
			      "it");
	if (strcmp(cli->word, conf->name))
		return refuse("--word is not the campus name");
	stripped = cli_reason(cli, reason, &st);
	if (!stripped)
		return st;
	snprintf(out->reason, sizeof(out->reason), "%s", stripped);
	free(stripped);
	out->how = "the campus name was given as --word";
	return -1;
}

static int look(struct cli *cli, const int64_t *ids, size_t count, struct permission *out)
{
	const struct conf *conf = cli->campus->conf;
	const char *means = count ? permit_launch_means(conf) : "";
	struct error err = {0};

	if (permit_look(&out->permit, conf, cli->reader, ids, count, &err) != RESULT_OK)
		return cli_fail(&err);
	if (*means)
		out_note("%s", means);
	if (out->permit.given)
		return -1;
	out_note("the gate before production is closed: %s", out->permit.missing);
	if (!cli->word && !cli_option(cli, "reason") && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		return ask_terminal(conf, out);
	return take_options(cli, conf, out);
}

int cli_ask_permission(struct cli *cli, enum wish wish, const int64_t *ids, size_t count,
		       struct permission *out)
{
	int64_t *launched = NULL;
	size_t kept;
	int st = choose(cli, wish, ids, count, &launched, &kept);

	memset(out, 0, sizeof(*out));
	if (st < 0)
		st = look(cli, launched, kept, out);
	free(launched);
	return st;
}

int cli_use_permission(struct cli *cli, const struct permission *permission)
{
	struct error err = {0};

	if (!permission->how)
		return -1;
	return permit_pass(cli->campus->status, cli->campus->conf, &permission->permit,
			   permission->reason, permission->how, &err) == RESULT_OK
		   ? -1
		   : cli_fail(&err);
}
