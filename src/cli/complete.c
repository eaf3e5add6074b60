/*
 * --complete: course keys, video ids and numbers of runs, for a shell.
 */
#include "config.h"

#include "src/cli/complete.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/text.h"
#include "src/cli/out.h"
#include "src/demo/demo.h"
#include "src/status/runs.h"

#define MOST 500 /* words: nobody reads more, and the shell sorts them */
#define PAGE 500

/* Words that mean nothing but themselves to every shell, whatever it does with them: letters of
   any language, and marks that neither expand nor end a word nor begin an option. */
static bool is_plain(const char *word)
{
	char safe[512];
	size_t len = strlen(word);

	if (!len || len >= sizeof(safe) / 3 || strchr("-~=%+@", *word))
		return false;
	for (const char *c = word; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
		      (unsigned char)*c >= 0x80 || strchr("-_.:+/@~%", *c)))
			return false;
	return !strcmp(text_safe_to(safe, sizeof(safe), word), word);
}

static bool offer(const char *word, const char *prefix, int *offered)
{
	if (!strncmp(word, prefix, strlen(prefix)) && is_plain(word)) {
		out_line("%s", word);
		++*offered;
	}
	return *offered < MOST;
}

static char *status_db(const struct cli *cli)
{
	struct conf *conf = NULL;
	char *path, *out = NULL;
	bool failed;

	if (cli->demo)
		return demo_status_db();
	path = cli_find_conf(cli, &failed);
	if (path && conf_read(&conf, path, NULL) == RESULT_OK)
		out = strdup(conf->status_db);
	conf_free(conf);
	free(path);
	return out;
}

static void offer_courses(struct reader *reader, const char *prefix)
{
	struct course_query query = {.status = -1, .text = prefix, .sort = SORT_KEY, .count = PAGE};
	size_t got = PAGE;
	int offered = 0;

	for (bool more = true; more && got == PAGE; query.first += PAGE) {
		struct course_row *rows;
		int64_t total;

		if (reader_courses(reader, &query, &rows, &got, &total, NULL) != RESULT_OK)
			return;
		for (size_t i = 0; i < got; i++) {
			if (more && !rows[i].gone)
				more = offer(rows[i].key, prefix, &offered);
			course_row_clear(&rows[i]);
		}
		free(rows);
	}
}

static void offer_videos(struct reader *reader, const char *course, const char *prefix)
{
	struct course_row row;
	struct video_row *rows = NULL;
	size_t count = 0;
	int64_t total;
	int offered = 0;
	bool more = true;

	if (reader_course(reader, course, &row, NULL) == RESULT_OK)
		reader_videos(reader, row.id, 0, -1, &rows, &count, &total, NULL);
	for (size_t i = 0; i < count; i++) {
		more = more && offer(rows[i].block, prefix, &offered);
		video_row_clear(&rows[i]);
	}
	free(rows);
	course_row_clear(&row);
}

static void offer_runs(struct reader *reader, const char *prefix)
{
	struct run_row *rows = NULL;
	size_t count = 0;
	int offered = 0;
	bool more = true;

	reader_runs(reader, 0, MOST, &rows, &count, NULL, NULL);
	for (size_t i = 0; i < count; i++) {
		char number[32];

		snprintf(number, sizeof(number), "%" PRId64, rows[i].number);
		more = more && offer(number, prefix, &offered);
		run_row_clear(&rows[i]);
	}
	free(rows);
}

int complete_answer(struct cli *cli, int count, char **operands)
{
	struct reader *reader = NULL;
	char *path = status_db(cli);

	if (path && reader_open_to_look(&reader, path, NULL) == RESULT_OK) {
		if (!strcmp(cli->complete, "courses"))
			offer_courses(reader, count > 0 ? operands[0] : "");
		else if (!strcmp(cli->complete, "videos") && count > 0)
			offer_videos(reader, operands[0], count > 1 ? operands[1] : "");
		else if (!strcmp(cli->complete, "runs"))
			offer_runs(reader, count > 0 ? operands[0] : "");
	}
	reader_close(reader);
	free(path);
	out_finish(CLI_OK);
	return CLI_OK;
}
