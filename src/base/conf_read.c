#include "config.h"

#include "src/base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"

/* Far above any real file; keeps a mistaken -c from eating memory. */
#define CONF_FILE_MAX (1 << 20)

static enum result read_whole(const char *path, struct buf *text, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum result st = RESULT_OK;
	ssize_t got = 1;

	if (fd < 0)
		return error_set(err, errno == ENOENT ? RESULT_MISSING : RESULT_FATAL,
				 "cannot read %s: %s", path, strerror(errno));
	while (st == RESULT_OK && got > 0) {
		if (!buf_reserve(text, 16384)) {
			st = error_set(err, RESULT_NOMEM, "cannot read %s: out of memory", path);
			break;
		}
		got = read(fd, text->data + text->len, 16384);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got < 0)
			st = error_set(err, RESULT_FATAL, "cannot read %s: %s", path,
				       strerror(errno));
		else
			text->len += (size_t)got;
		if (text->len > CONF_FILE_MAX)
			st = error_set(err, RESULT_LIMIT,
				       "%s is no configuration: larger than 1 MiB", path);
	}
	close(fd);
	if (st == RESULT_OK)
		text->data[text->len] = '\0';
	return st;
}

static enum result refuse_nul(const struct buf *text, const char *path, struct error *err)
{
	const char *nul = text->len ? memchr(text->data, 0, text->len) : NULL;
	unsigned long line = 1;

	if (!nul)
		return RESULT_OK;
	for (const char *at = text->data; at < nul; at++)
		line += *at == '\n';
	return error_set(err, RESULT_INVALID, "%s:%lu: a NUL byte: the file must be UTF-8 text",
			 path, line);
}

/* The folder of @path, absolute and without links, so that a later chdir() changes nothing. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *part, *full;

	if (!slash)
		return realpath(".", NULL);
	part = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	full = part ? realpath(part, NULL) : NULL;
	free(part);
	return full;
}

enum result conf_read(struct conf **out, const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	char *folder = NULL;
	enum result st;

	*out = NULL;
	st = read_whole(path, &text, err);
	if (st == RESULT_OK)
		st = refuse_nul(&text, path, err);
	if (st != RESULT_OK)
		goto out;
	folder = folder_of(path);
	if (!folder) {
		st = error_set(err, RESULT_FATAL, "cannot find the folder of %s: %s", path,
			       strerror(errno));
		goto out;
	}
	st = conf_parse(out, buf_text(&text), path, folder, err);
out:
	free(folder);
	buf_clear(&text);
	return st;
}
