#include "config.h"

#include "src/rollout/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/hash.h"
#include "src/rollout/carry_line.h"

struct writing {
	FILE *file;
	const char *name; /* for people */
	struct hash *hash;
	struct buf line;
	struct carried *out;
};

/* ---- lines --------------------------------------------------------------------------------*/

static enum result fail(const struct writing *w, int number, struct error *err)
{
	return error_set(err, RESULT_UNREACHABLE, "%s cannot be written: %s", w->name,
			 strerror(number));
}

static enum result put_line(struct writing *w, enum carry_type type, const void *row,
			    struct error *err)
{
	enum result st;

	buf_reset(&w->line);
	st = carry_line_add(&w->line, type, row, err);
	if (st != RESULT_OK)
		return st;
	hash_add(w->hash, w->line.data, w->line.len);
	return fwrite(w->line.data, 1, w->line.len, w->file) == w->line.len ? RESULT_OK
									    : fail(w, errno, err);
}

static enum result put_row(void *arg, const struct transfer *row, struct error *err)
{
	struct writing *w = arg;

	switch (row->kind) {
	case TRANSFER_RUN:
		w->out->runs++;
		return put_line(w, (enum carry_type)TRANSFER_RUN, &row->run, err);
	case TRANSFER_COURSE:
		w->out->courses++;
		return put_line(w, (enum carry_type)TRANSFER_COURSE, &row->course, err);
	case TRANSFER_TRANSCRIPT:
		w->out->transcripts++;
		return put_line(w, (enum carry_type)TRANSFER_TRANSCRIPT, &row->transcript, err);
	case TRANSFER_FINDING:
		w->out->findings++;
		return put_line(w, (enum carry_type)TRANSFER_FINDING, &row->finding, err);
	default:
		w->out->waivers++;
		return put_line(w, (enum carry_type)TRANSFER_WAIVER, &row->waiver, err);
	}
}

static enum result put_header(struct writing *w, struct reader *reader, struct error *err)
{
	struct carry_header header = {.format = (char *)CARRY_FORMAT,
				      .program = (char *)PACKAGE_VERSION,
				      .version = CARRY_VERSION,
				      .at = clock_wall(clock_system())};
	enum result st = reader_campus(reader, &header.campus, &header.environment, err);

	if (st == RESULT_OK)
		st = put_line(w, CARRY_HEADER, &header, err);
	free(header.campus);
	free(header.environment);
	return st;
}

static enum result put_end(struct writing *w, struct error *err)
{
	char sha256[HASH_HEX];
	struct carry_end end = {w->out->runs,	  w->out->courses, w->out->transcripts,
				w->out->findings, w->out->waivers, sha256};

	hash_hex(w->hash, sha256);
	hash_free(w->hash);
	w->hash = hash_new(); /* of a line more, which nobody asks for */
	return w->hash ? put_line(w, CARRY_END, &end, err)
		       : error_set(err, RESULT_NOMEM, "out of memory");
}

static enum result put_all(struct writing *w, struct reader *reader, struct error *err)
{
	int64_t runs;
	enum result st = reader_exported(reader, &runs, err);

	/* before the first line: standard output takes none back */
	if (st == RESULT_OK && !runs)
		st = error_set(err, RESULT_MISSING,
			       "no mock run has ended here, so there is nothing to export");
	if (st == RESULT_OK)
		st = put_header(w, reader, err);
	if (st == RESULT_OK)
		st = reader_transfer(reader, put_row, w, err);
	if (st == RESULT_OK)
		st = put_end(w, err);
	return st == RESULT_OK && fflush(w->file) ? fail(w, errno, err) : st;
}

/* ---- the file -----------------------------------------------------------------------------*/

static enum result exists(const char *file, struct error *err)
{
	return error_set(err, RESULT_EXISTS, "%s is there already: give another name", file);
}

/* The folder that is to have @file (free()). */
static char *folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file)) : strdup(".");
}

/* The name in the folder is durable once the folder is synced. */
static int sync_folder(const char *file)
{
	char *folder = folder_of(file);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int st = fd < 0 ? -1 : fsync(fd);

	/* some file systems sync no folders, and have no more to give */
	if (fd >= 0 && st && errno == EINVAL)
		st = 0;
	if (fd >= 0)
		close(fd);
	free(folder);
	return st;
}

/*
 * A file without a name, of which a kill leaves nothing behind; -1 where the file system has none, or
 * where it could not be named at the end, which is what /proc is for.
 */
static int open_nameless(const char *file)
{
	char *folder = folder_of(file);
	int fd = folder && !access("/proc/self/fd", X_OK)
			 ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;

	free(folder);
	return fd;
}

static int name_nameless(int fd, const char *file)
{
	char own[64];

	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, own, AT_FDCWD, file, AT_SYMLINK_FOLLOW);
}

/* Never replaces what came meanwhile; a file system that cannot promise that has links. */
static int name_file(const char *temporary, const char *file)
{
	if (!renameat2(AT_FDCWD, temporary, AT_FDCWD, file, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(temporary, file))
		return -1;
	unlink(temporary);
	return 0;
}

/* @temporary is "": it has no name. */
static enum result finish_file(struct writing *w, const char *temporary, struct error *err)
{
	if (fsync(fileno(w->file)))
		return fail(w, errno, err);
	if (*temporary ? name_file(temporary, w->name) : name_nameless(fileno(w->file), w->name))
		return errno == EEXIST ? exists(w->name, err) : fail(w, errno, err);
	return sync_folder(w->name) ? fail(w, errno, err) : RESULT_OK;
}

static enum result write_file(struct writing *w, struct reader *reader, struct error *err)
{
	struct buf temporary = BUF_INIT;
	enum result st = RESULT_OK;
	int fd = open_nameless(w->name);

	if (fd < 0) {
		buf_printf(&temporary, "%s.XXXXXX", w->name);
		if (temporary.failed)
			return error_set(err, RESULT_NOMEM, "out of memory");
		fd = mkostemp(temporary.data, O_CLOEXEC);
	}
	if (fd >= 0 && !(w->file = fdopen(fd, "w")))
		close(fd);
	if (!w->file)
		st = fail(w, errno, err);
	if (st == RESULT_OK)
		st = put_all(w, reader, err);
	if (st == RESULT_OK)
		st = finish_file(w, buf_text(&temporary), err);
	if (w->file)
		fclose(w->file);
	if (st != RESULT_OK && fd >= 0 && temporary.len)
		unlink(temporary.data);
	buf_clear(&temporary);
	return st;
}

enum result carry_export(struct reader *reader, const char *file, struct carried *out,
			 struct error *err)
{
	struct writing w = {.name = file, .hash = hash_new(), .line = BUF_INIT, .out = out};
	enum result st;

	memset(out, 0, sizeof(*out));
	if (!w.hash) {
		st = error_set(err, RESULT_NOMEM, "out of memory");
	} else if (!strcmp(file, "-")) {
		w.file = stdout;
		w.name = "standard output";
		st = put_all(&w, reader, err);
	} else if (!access(file, F_OK)) {
		st = exists(file, err);
	} else {
		st = write_file(&w, reader, err);
	}
	hash_free(w.hash);
	buf_clear(&w.line);
	return st;
}
