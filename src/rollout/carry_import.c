#include "config.h"

#include "src/rollout/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/rollout/carry_file.h"

/*
 * The file is read twice: first without the status database, so that nothing is held up by, or
 * undone for, what is no good; then by the writer, which must come to the same hash. A stream is
 * kept in a nameless file meanwhile.
 */
struct reading {
	FILE *file;
	const char *name;
	struct carry_file *walk;
	char sha256[HASH_HEX]; /* of the first time */
};

static enum result fail(const char *name, struct error *err)
{
	return error_set(err, errno == ENOENT ? RESULT_MISSING : RESULT_UNREACHABLE,
			 "%s cannot be read: %s", name, strerror(errno));
}

static enum result open_file(struct reading *r, const char *file, struct error *err)
{
	char bytes[65536];
	size_t len;

	r->name = file;
	if (strcmp(file, "-")) {
		r->file = fopen(file, "re");
		return r->file ? RESULT_OK : fail(file, err);
	}
	r->name = "standard input";
	r->file = tmpfile();
	if (!r->file)
		return fail("a temporary file", err);
	while ((len = fread(bytes, 1, sizeof(bytes), stdin)) > 0)
		if (fwrite(bytes, 1, len, r->file) != len)
			return fail("a temporary file", err);
	return ferror(stdin) || fflush(r->file) ? fail(r->name, err) : RESULT_OK;
}

static enum result begin(struct reading *r, struct error *err)
{
	carry_file_free(r->walk);
	r->walk = NULL;
	/* a pipe cannot be read twice, and has the name "-" */
	if (fseek(r->file, 0, SEEK_SET))
		return error_set(err, RESULT_UNREACHABLE,
				 "%s cannot be read twice (%s): give a plain file, or - for standard input",
				 r->name, strerror(errno));
	return carry_file_new(&r->walk, r->file, r->name, err);
}

static enum result check_all(struct reading *r, struct error *err)
{
	struct transfer row;
	enum result st = begin(r, err);

	while (st == RESULT_OK)
		st = carry_file_next(r->walk, &row, err);
	if (st == RESULT_END)
		snprintf(r->sha256, sizeof(r->sha256), "%s", carry_file_sha256(r->walk));
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result next_row(void *arg, struct transfer *row, struct error *err)
{
	struct reading *r = arg;
	enum result st = carry_file_next(r->walk, row, err);

	if (st == RESULT_END && strcmp(r->sha256, carry_file_sha256(r->walk)))
		return error_set(err, RESULT_DAMAGED,
				 "%s was written to while it was read: nothing of it is taken", r->name);
	return st;
}

static enum result take_all(struct reading *r, struct status *status, struct carried *out,
			    struct error *err)
{
	struct transfer_from from = {.next = next_row, .arg = r, .file = r->name, .sha256 = r->sha256};
	struct transferred done = {0};
	char campus[1100];
	enum result st;

	snprintf(campus, sizeof(campus), "%s", carry_file_header(r->walk)->campus);
	from.campus = campus;
	st = begin(r, err);
	if (st == RESULT_OK)
		st = status_import(status, &from, &done, err);
	*out = (struct carried){.runs = done.count[TRANSFER_RUN],
				.courses = done.count[TRANSFER_COURSE],
				.transcripts = done.count[TRANSFER_TRANSCRIPT],
				.findings = done.count[TRANSFER_FINDING],
				.waivers = done.count[TRANSFER_WAIVER],
				.known = done.known,
				.cleared = done.cleared};
	return st;
}

enum result carry_import(struct status *status, const char *file, struct carried *out,
			 struct error *err)
{
	struct reading r = {0};
	enum result st = open_file(&r, file, err);

	memset(out, 0, sizeof(*out));
	if (st == RESULT_OK)
		st = check_all(&r, err);
	if (st == RESULT_OK)
		st = take_all(&r, status, out, err);
	carry_file_free(r.walk);
	if (r.file)
		fclose(r.file);
	return st;
}
