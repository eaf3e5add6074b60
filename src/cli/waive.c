#include "config.h"

#include "src/cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/cli/permission.h"

struct item {
	struct course_row course;
	char *block; /* "type@id" or "-" */
	const char *language;
	int code;
};

static void item_clear(struct item *item)
{
	course_row_clear(&item->course);
	free(item->block);
	item->block = NULL;
}

static bool is_block(const char *block, const char *name)
{
	const char *at = strchr(block, '@');

	return !strcmp(block, name) || (at && !strcmp(at + 1, name));
}

/* A finding of the structure may name a block that is no planned video: look among findings. */
static int find_block_of_finding(struct cli *cli, struct item *item, const char *name)
{
	const struct finding_query query = {
	    .course = item->course.id, .code = item->code, .count = -1, .with_waived = true};
	struct finding_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;
	int64_t total;

	if (reader_findings(cli->reader, &query, &rows, &count, &total, &err) != RESULT_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < count; i++) {
		if (!item->block && is_block(rows[i].block, name))
			item->block = strdup(rows[i].block);
		finding_row_clear(&rows[i]);
	}
	free(rows);
	if (item->block)
		return -1;
	out_note("%s has no video %s, and no such finding", item->course.key, name);
	return CLI_USAGE;
}

static int find_block(struct cli *cli, struct item *item, const char *name)
{
	struct buf block = BUF_INIT;
	struct video_row video;
	struct error err = {0};
	enum result st;

	if (!strcmp(name, "-")) {
		item->block = strdup("-");
		return item->block ? -1 : CLI_FAILED;
	}
	memset(&video, 0, sizeof(video));
	st = reader_find_video(cli->reader, item->course.id, name, &video, &err);
	if (st == RESULT_MISSING)
		return find_block_of_finding(cli, item, name);
	if (st == RESULT_INVALID)
		return cli_usage(cli, "%s", err.text);
	if (st != RESULT_OK)
		return cli_fail(&err);
	buf_printf(&block, "%s@%s", video.type, video.block);
	video_row_clear(&video);
	item->block = buf_take(&block);
	return item->block ? -1 : CLI_FAILED;
}

static int find_item(struct cli *cli, struct item *item)
{
	int st;

	if (!cli_option(cli, "finding"))
		return cli_usage(cli, "say which finding: --finding CODE");
	st = cli_finding(cli, &item->code);
	if (st < 0)
		st = cli_open_reader(cli, false);
	if (st < 0)
		st = cli_course(cli, cli->operands[0], &item->course);
	if (st < 0)
		st = find_block(cli, item, cli->operands[1]);
	item->language = cli->operands[2];
	return st < 0 ? cli_open(cli, CAMPUS_STATUS) : st;
}

static int tell(const struct item *item, enum result st, const char *done, const struct error *err)
{
	if (st == RESULT_MISSING || st == RESULT_REFUSED || st == RESULT_INVALID) {
		out_note("%s", err->text);
		return CLI_USAGE;
	}
	if (st != RESULT_OK)
		return cli_fail(err);
	out_line("%s: %s %s %s %s", done, finding_info((enum finding_code)item->code)->name,
		 item->course.key, item->block, item->language);
	return CLI_OK;
}

int cli_waive(struct cli *cli)
{
	const char *reason = cli_option(cli, "reason");
	struct item item = {.code = FINDING_NONE};
	struct error err = {0};
	enum result result;
	char *stripped;
	int st;

	if (!reason)
		return cli_usage(cli, "say why: --reason TEXT");
	stripped = cli_reason(cli, reason, &st);
	if (!stripped)
		return st;
	st = find_item(cli, &item);
	if (st < 0) {
		result = status_waive(cli->campus->status, item.course.key, item.block,
				      item.language, (enum finding_code)item.code, stripped, &err);
		st = tell(&item, result, "waived", &err);
	}
	free(stripped);
	item_clear(&item);
	return st;
}

int cli_unwaive(struct cli *cli)
{
	struct item item = {.code = FINDING_NONE};
	struct error err = {0};
	enum result result;
	int st = find_item(cli, &item);

	if (st < 0) {
		result = status_unwaive(cli->campus->status, item.course.key, item.block,
					item.language, (enum finding_code)item.code, &err);
		st = tell(&item, result, "no longer waived", &err);
	}
	item_clear(&item);
	return st;
}
