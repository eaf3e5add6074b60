#include "config.h"

#include "src/cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/format/transcript.h"

#define DEFAULT_LIMIT (3 * 1048576)
#define PIECE 65536

/* [engine] max_transcript of a configuration given with -c, else the default. */
static int find_limit(struct cli *cli, size_t *limit)
{
	struct error err = {0};
	struct conf *conf = NULL;

	*limit = DEFAULT_LIMIT;
	if (!cli->conf_file)
		return -1;
	if (conf_read(&conf, cli->conf_file, &err) != RESULT_OK)
		return cli_fail(&err);
	*limit = (size_t)conf->max_transcript;
	conf_free(conf);
	return -1;
}

/* At most one byte more than @limit, which is enough to see that it is too large. */
static int read_bounded(int fd, const char *name, size_t limit, struct buf *out)
{
	while (out->len <= limit) {
		size_t want = limit + 1 - out->len;
		ssize_t got;

		if (want > PIECE)
			want = PIECE;
		if (!buf_reserve(out, want)) {
			out_complain("%s: out of memory", name);
			return CLI_FAILED;
		}
		got = read(fd, out->data + out->len, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			out_complain("%s: %s", name, strerror(errno));
			return CLI_FAILED;
		}
		if (!got)
			break;
		out->len += (size_t)got;
		out->data[out->len] = '\0';
	}
	return -1;
}

static int read_file(const char *path, const char *name, size_t limit, struct buf *out)
{
	int fd, st;

	if (!strcmp(path, "-"))
		return read_bounded(STDIN_FILENO, name, limit, out);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		out_complain("%s: %s", name, strerror(errno));
		return CLI_FAILED;
	}
	st = read_bounded(fd, name, limit, out);
	close(fd);
	return st;
}

static int tell_refusal(const struct transcript *t, const char *name)
{
	if (t->line)
		out_complain("%s:%lu: %s", name, t->line, t->reason);
	else
		out_complain("%s: %s", name, t->reason);
	return CLI_FINDINGS;
}

static int convert(const char *name, const struct buf *bytes, size_t limit)
{
	struct transcript t;
	struct error err = {0};
	int st = CLI_OK;

	transcript_init(&t);
	if (transcript_convert(&t, buf_text(bytes), bytes->len, limit, &err) != RESULT_OK) {
		st = cli_fail(&err);
	} else if (t.finding != FINDING_NONE && t.finding != FINDING_TRANSCRIPT_EMPTY) {
		st = tell_refusal(&t, name);
	} else {
		out_bytes(buf_text(&t.sjson), t.sjson.len);
		if (t.finding == FINDING_TRANSCRIPT_EMPTY)
			out_complain("%s: no cues: the transcript is empty", name);
		if (t.encoding)
			out_complain("%s: converted from %s", name, t.encoding);
	}
	transcript_clear(&t);
	return st;
}

int cli_convert(struct cli *cli)
{
	struct buf bytes = BUF_INIT;
	const char *path, *name;
	size_t limit;
	int st;

	path = cli->operands[0];
	name = strcmp(path, "-") ? path : "(standard input)";
	st = find_limit(cli, &limit);
	if (st < 0)
		st = read_file(path, name, limit, &bytes);
	if (st < 0)
		st = convert(name, &bytes, limit);
	buf_clear(&bytes);
	return st;
}
