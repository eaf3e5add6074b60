#include "config.h"

#include "src/demo/demo_sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"

#define FILE_TIME 1525219200 /* of everything in an archive, so that it is the same every time */

struct sink {
	struct demo_sink base;
	struct archive *archive; /* of an archive only */
	struct archive_entry *entry;
	int fd;
	char *path, *part;
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "cannot make the demo: out of memory");
}

static enum result failed(const char *what, const char *path, struct error *err)
{
	return error_set(err, RESULT_FATAL, "cannot %s %s: %s", what, path, strerror(errno));
}

char *demo_part_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
	struct buf out = BUF_INIT;

	buf_add(&out, path, folder);
	buf_printf(&out, ".%s.part", path + folder);
	return buf_take(&out);
}

enum result demo_make_parents(const char *path, struct error *err)
{
	char *copy = strdup(path);
	enum result st = RESULT_OK;

	if (!copy)
		return no_memory(err);
	for (char *at = strchr(copy + 1, '/'); at && st == RESULT_OK; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			st = failed("make the folder", copy, err);
		*at = '/';
	}
	free(copy);
	return st;
}

static char *join(const char *folder, const char *path)
{
	struct buf out = BUF_INIT;

	buf_printf(&out, "%s/%s", folder, path);
	return buf_take(&out);
}

static void free_sink(struct sink *sink)
{
	if (!sink)
		return;
	archive_entry_free(sink->entry);
	archive_write_free(sink->archive);
	if (sink->fd >= 0)
		close(sink->fd);
	free(sink->path);
	free(sink->part);
	free(sink);
}

static struct sink *new_sink(const char *path, struct error *err)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (sink) {
		sink->fd = -1;
		sink->path = strdup(path);
		sink->part = demo_part_name(path);
	}
	if (!sink || !sink->path || !sink->part) {
		no_memory(err);
		free_sink(sink);
		return NULL;
	}
	return sink;
}

/* ---- an archive ---------------------------------------------------------------------------*/

static enum result archive_failed(struct sink *sink, struct error *err)
{
	const char *why = archive_error_string(sink->archive);

	return error_set(err, RESULT_FATAL, "cannot write %s: %s", sink->part,
			 why ? why : "unknown");
}

static enum result archive_add(struct demo_sink *base, const char *path, const void *bytes,
			       size_t len, struct error *err)
{
	struct sink *sink = (struct sink *)base;

	archive_entry_clear(sink->entry);
	archive_entry_set_pathname(sink->entry, path);
	archive_entry_set_filetype(sink->entry, AE_IFREG);
	archive_entry_set_perm(sink->entry, 0644);
	archive_entry_set_mtime(sink->entry, FILE_TIME, 0);
	archive_entry_set_size(sink->entry, (la_int64_t)len);
	if (archive_write_header(sink->archive, sink->entry) != ARCHIVE_OK ||
	    archive_write_data(sink->archive, bytes, len) != (la_ssize_t)len)
		return archive_failed(sink, err);
	return RESULT_OK;
}

static enum result archive_close(struct demo_sink *base, int ok, struct error *err)
{
	struct sink *sink = (struct sink *)base;
	enum result st = RESULT_OK;

	if (ok && archive_write_close(sink->archive) != ARCHIVE_OK)
		st = archive_failed(sink, err);
	else if (ok && rename(sink->part, sink->path) < 0)
		st = failed("name", sink->path, err);
	if (!ok || st != RESULT_OK)
		unlink(sink->part);
	free_sink(sink);
	return st;
}

enum result demo_sink_archive(struct demo_sink **out, const char *path, struct error *err)
{
	struct sink *sink = new_sink(path, err);

	*out = NULL;
	if (!sink)
		return RESULT_NOMEM;
	sink->base.add = archive_add;
	sink->base.close = archive_close;
	sink->fd = open(sink->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (sink->fd < 0) {
		failed("make", sink->part, err);
		goto fail;
	}
	sink->archive = archive_write_new();
	sink->entry = archive_entry_new();
	if (!sink->archive || !sink->entry) {
		no_memory(err);
		goto fail;
	}
	/* without the time of day the same course is the same bytes */
	if (archive_write_set_format_pax_restricted(sink->archive) != ARCHIVE_OK ||
	    archive_write_add_filter_gzip(sink->archive) != ARCHIVE_OK ||
	    archive_write_set_filter_option(sink->archive, "gzip", "compression-level", "1") ||
	    archive_write_set_filter_option(sink->archive, "gzip", "timestamp", NULL) ||
	    archive_write_open_fd(sink->archive, sink->fd) != ARCHIVE_OK) {
		archive_failed(sink, err);
		goto fail;
	}
	*out = &sink->base;
	return RESULT_OK;
fail:
	free_sink(sink);
	return err ? err->result : RESULT_FATAL;
}

/* ---- a folder -----------------------------------------------------------------------------*/

static enum result write_whole(int fd, const char *path, const char *bytes, size_t len,
			       struct error *err)
{
	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return failed("write", path, err);
		bytes += done;
		len -= (size_t)done;
	}
	return RESULT_OK;
}

static enum result folder_add(struct demo_sink *base, const char *path, const void *bytes,
			      size_t len, struct error *err)
{
	char *full = join(((struct sink *)base)->part, path);
	enum result st;
	int fd = -1;

	if (!full)
		return no_memory(err);
	st = demo_make_parents(full, err);
	if (st != RESULT_OK)
		goto out;
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	st = fd < 0 ? failed("make", full, err) : write_whole(fd, full, bytes, len, err);
out:
	if (fd >= 0 && close(fd) < 0 && st == RESULT_OK)
		st = failed("write", full, err);
	free(full);
	return st;
}

static enum result folder_close(struct demo_sink *base, int ok, struct error *err)
{
	struct sink *sink = (struct sink *)base;
	enum result st = RESULT_OK;

	/* what an attempt that failed leaves in the part folder is written over by the next */
	if (ok && rename(sink->part, sink->path) < 0)
		st = failed("name", sink->path, err);
	free_sink(sink);
	return st;
}

enum result demo_sink_folder(struct demo_sink **out, const char *path, struct error *err)
{
	struct sink *sink = new_sink(path, err);

	*out = NULL;
	if (!sink)
		return RESULT_NOMEM;
	sink->base.add = folder_add;
	sink->base.close = folder_close;
	*out = &sink->base;
	return RESULT_OK;
}

/* ---- removal ------------------------------------------------------------------------------*/

static enum result remove_add(struct demo_sink *base, const char *path, const void *bytes,
			      size_t len, struct error *err)
{
	struct sink *sink = (struct sink *)base;
	size_t root = strlen(sink->path);
	char *full = join(sink->path, path);
	enum result st = RESULT_OK;
	char *slash;

	(void)bytes;
	(void)len;
	if (!full)
		return no_memory(err);
	if (unlink(full) < 0 && errno != ENOENT && errno != ENOTDIR)
		st = failed("remove", full, err);
	while ((slash = strrchr(full, '/')) && (size_t)(slash - full) >= root) {
		*slash = '\0';
		if (rmdir(full) < 0)
			break; /* not empty yet, or it holds what somebody else put there */
	}
	free(full);
	return st;
}

static enum result remove_close(struct demo_sink *base, int ok, struct error *err)
{
	(void)ok;
	(void)err;
	free_sink((struct sink *)base);
	return RESULT_OK;
}

enum result demo_sink_remove(struct demo_sink **out, const char *path, struct error *err)
{
	struct sink *sink = new_sink(path, err);

	*out = NULL;
	if (!sink)
		return RESULT_NOMEM;
	sink->base.add = remove_add;
	sink->base.close = remove_close;
	*out = &sink->base;
	return RESULT_OK;
}
