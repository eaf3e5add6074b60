#include "config.h"

#include "src/rollout/carry_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct carry_file {
	FILE *file;
	const char *name;
	struct buf text; /* of the line that is read */
	int64_t number;	 /* of that line */
	struct hash *hash;
	struct carry_line line, first;
	int64_t counts[TRANSFER_KINDS], rows;
	char (*uids)[33]; /* of the runs so far */
	bool in_course, in_waivers;
	struct run_sums left;	/* findings and transcripts that the course is still to have */
	/* What rows are ordered by: of this one; of the last course of the run; of the last
	   transcript of the course, and of the last waiver. */
	struct buf key, last_course, last_row;
	char sha256[HASH_HEX];
};

enum result carry_file_new(struct carry_file **out, FILE *file, const char *name, struct error *err)
{
	struct carry_file *f = calloc(1, sizeof(*f));

	*out = f;
	if (f && (f->hash = hash_new())) {
		f->file = file;
		f->name = name;
		return RESULT_OK;
	}
	free(f);
	*out = NULL;
	return error_set(err, RESULT_NOMEM, "out of memory");
}

void carry_file_free(struct carry_file *file)
{
	if (!file)
		return;
	carry_line_clear(&file->line);
	carry_line_clear(&file->first);
	buf_clear(&file->text);
	buf_clear(&file->key);
	buf_clear(&file->last_course);
	buf_clear(&file->last_row);
	hash_free(file->hash);
	free(file->uids);
	free(file);
}

const struct carry_header *carry_file_header(const struct carry_file *file)
{
	return &file->first.header;
}

const char *carry_file_sha256(const struct carry_file *file)
{
	return file->sha256;
}

/* ---- lines --------------------------------------------------------------------------------*/

static enum result damaged(const struct carry_file *f, const char *what, struct error *err)
{
	return error_set(err, RESULT_DAMAGED,
			 "%s:%" PRId64 ": %s: it was cut or changed on its way, so nothing of it is "
			 "taken; copy it again, or export it anew",
			 f->name, f->number, what);
}

/* A whole line into @f->text, its end taken off. RESULT_END: there is none. */
static enum result read_text(struct carry_file *f, struct error *err)
{
	int c;

	buf_reset(&f->text);
	f->number++;
	while ((c = getc_unlocked(f->file)) != EOF && c != '\n') {
		if (f->text.len >= CARRY_LINE_MOST)
			return damaged(f, "a line that is too long", err);
		buf_add_char(&f->text, (char)c);
	}
	if (c == EOF && ferror(f->file))
		return error_set(err, RESULT_UNREACHABLE, "%s cannot be read: %s", f->name,
				 strerror(errno));
	if (f->text.failed)
		return error_set(err, RESULT_NOMEM, "no memory to read %s", f->name);
	if (c == EOF)
		return f->text.len ? damaged(f, "the line has no end", err) : RESULT_END;
	return RESULT_OK;
}

static enum result read_line(struct carry_file *f, struct carry_line *line, struct error *err)
{
	struct error why = {0};
	enum result st = read_text(f, err);

	if (st != RESULT_OK)
		return st == RESULT_END ? damaged(f, "there is no last line", err) : st;
	st = carry_line_read(line, buf_text(&f->text), f->text.len, &why);
	return st == RESULT_OK ? st : damaged(f, why.text, err);
}

static void take_hash(struct carry_file *f)
{
	hash_add(f->hash, f->text.data, f->text.len);
	hash_add(f->hash, "\n", 1);
}

/* What is no file of ours is told from one that was damaged by its beginning. */
static enum result read_first(struct carry_file *f, struct error *err)
{
	static const char begin[] = "{\"type\":\"header\",\"format\":\"" CARRY_FORMAT "\",\"version\":";
	const char *text;
	enum result st = read_text(f, err);
	long version;

	text = buf_text(&f->text);
	if (st == RESULT_UNREACHABLE || st == RESULT_NOMEM)
		return st;
	if (strncmp(text, begin, sizeof(begin) - 1))
		return error_set(err, RESULT_INVALID,
				 "%s was not made by subferry runs --export: nothing of it is taken",
				 f->name);
	version = strtol(text + sizeof(begin) - 1, NULL, 10);
	if (version > CARRY_VERSION)
		return error_set(err, RESULT_INVALID,
				 "%s was made by a newer subferry (format %ld, this one knows %d): "
				 "import it with that one",
				 f->name, version, CARRY_VERSION);
	if (st != RESULT_OK)
		return st;
	st = carry_line_read(&f->first, text, f->text.len, err);
	if (st != RESULT_OK || f->first.type != CARRY_HEADER ||
	    f->first.header.version < 1 || f->first.header.version > CARRY_VERSION)
		return damaged(f, "the first line is not what it should be", err);
	take_hash(f);
	return RESULT_OK;
}

/* ---- what rows say of each other ----------------------------------------------------------*/

/* Rows of one kind come in the order of these texts, none twice; @last is what the one before had. */
static enum result check_order(struct carry_file *f, struct buf *last, const char *const *texts,
			       size_t count, struct error *err)
{
	bool rises;

	buf_reset(&f->key);
	for (size_t i = 0; i < count; i++)
		buf_add(&f->key, texts[i], strlen(texts[i]) + 1);
	if (f->key.failed)
		return error_set(err, RESULT_NOMEM, "no memory to read %s", f->name);
	/* the NUL behind each text sorts before every byte of another */
	rises = !last->len ||
		memcmp(last->data, f->key.data, last->len < f->key.len ? last->len : f->key.len) < 0;
	if (!rises)
		return damaged(f, "a row that is there twice, or not in its place", err);
	buf_reset(last);
	buf_add(last, f->key.data, f->key.len);
	return last->failed ? error_set(err, RESULT_NOMEM, "no memory to read %s", f->name)
			    : RESULT_OK;
}

static enum result end_course(struct carry_file *f, struct error *err)
{
	const struct run_sums *left = &f->left;
	const struct counts *open = &left->counts;

	if (f->in_course && (open->errors || open->warnings || open->notices || open->waived))
		return damaged(f, "the findings before it are not as many as their course says", err);
	if (f->in_course && (left->migrated || left->kept || left->would || left->untold ||
			     left->not_migrated || open->extra))
		return damaged(f, "the transcripts before it are not those that their course says", err);
	f->in_course = false;
	return RESULT_OK;
}

static enum result check_run(struct carry_file *f, const struct run_row *run, struct error *err)
{
	size_t count = (size_t)f->counts[TRANSFER_RUN];
	void *more;

	if (run->kind != RUN_MOCK || !strcmp(run->environment, "production"))
		return error_set(err, RESULT_REFUSED,
				 "%s:%" PRId64 ": a %s run of the environment %s: only mock runs of other "
				 "environments are taken, and nothing of this file",
				 f->name, f->number, run_kind_name(run->kind), run->environment);
	if (strlen(run->uid) != 32 || strspn(run->uid, "0123456789abcdef") != 32 || !run->number ||
	    !run->began || !run->ended)
		return damaged(f, "a run that cannot be", err);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(f->uids[i], run->uid))
			return damaged(f, "a run that is there twice", err);
	if (count >= CARRY_RUNS_MOST)
		return damaged(f, "too many runs", err);
	more = reallocarray(f->uids, count + 1, sizeof(*f->uids));
	if (!more)
		return error_set(err, RESULT_NOMEM, "no memory to read %s", f->name);
	f->uids = more;
	memcpy(f->uids[count], run->uid, sizeof(*f->uids));
	buf_reset(&f->last_course);
	return RESULT_OK;
}

static enum result check_course(struct carry_file *f, const struct run_course_row *course,
				struct error *err)
{
	/* times are no proof of anything: clocks are set */
	if (!*course->course || course->status == COURSE_NOT_MIGRATED ||
	    !course->ended != (course->status == COURSE_IN_PROGRESS))
		return damaged(f, "a course that cannot be", err);
	f->in_course = true;
	f->left = course->sums;
	buf_reset(&f->last_row);
	return check_order(f, &f->last_course, (const char *const[]){course->course}, 1, err);
}

static bool may_be_waived(enum finding_code code)
{
	return finding_info(code)->flags & FINDING_WAIVABLE;
}

static enum result check_finding(struct carry_file *f, const struct finding_row *finding,
				 struct error *err)
{
	struct counts *open = &f->left.counts;
	int64_t *left = finding->waived			       ? &open->waived
			: finding->severity == FINDING_ERROR   ? &open->errors
			: finding->severity == FINDING_WARNING ? &open->warnings
							       : &open->notices;

	if (finding->severity != finding_severity(finding->code, false) &&
	    finding->severity != finding_severity(finding->code, true))
		return damaged(f, "a finding of another severity than its code has", err);
	if (finding->waived && (!may_be_waived(finding->code) || !*finding->reason || !*finding->who))
		return damaged(f, "a finding that nobody could waive so", err);
	if (!*left)
		return damaged(f, "more findings than their course says", err);
	--*left;
	return RESULT_OK;
}

static enum result check_waiver(struct carry_file *f, const struct waiver_row *waiver,
				struct error *err)
{
	const char *const order[] = {waiver->course, waiver->block, waiver->language,
				     finding_info(waiver->code)->name, waiver->seen};

	if (!may_be_waived(waiver->code) || !*waiver->course || !*waiver->block ||
	    !*waiver->language || !*waiver->reason || !*waiver->who)
		return damaged(f, "a waiver that nobody could give so", err);
	return check_order(f, &f->last_row, order, 5, err);
}

/* Which sum of its course counts it; NULL: none does. */
static int64_t *sum_of(struct run_sums *sums, enum transcript_outcome outcome)
{
	switch (outcome) {
	case OUTCOME_PLANNED:
	case OUTCOME_FAILED:
		return &sums->not_migrated;
	case OUTCOME_MIGRATED:
		return &sums->migrated;
	case OUTCOME_KEPT:
		return &sums->kept;
	case OUTCOME_WOULD:
		return &sums->would;
	case OUTCOME_UNTOLD:
		return &sums->untold;
	case OUTCOME_EXTRA:
		return &sums->counts.extra;
	default:
		return NULL;
	}
}

static enum result check_transcript(struct carry_file *f, const struct run_transcript *row,
				    struct error *err)
{
	const char *const order[] = {row->block, row->language};
	int64_t *left = sum_of(&f->left, row->outcome);

	if (!*row->block)
		return damaged(f, "a transcript without a name", err);
	if (left && !*left)
		return damaged(f, "more transcripts than their course says", err);
	if (left)
		--*left;
	return check_order(f, &f->last_row, order, 2, err);
}

/* ---- the walk -----------------------------------------------------------------------------*/

/* What may come after what. */
static enum result enter(struct carry_file *f, const struct transfer *row, struct error *err)
{
	bool below = row->kind == TRANSFER_TRANSCRIPT || row->kind == TRANSFER_FINDING;
	enum result st = below ? RESULT_OK : end_course(f, err);

	if (st != RESULT_OK)
		return st;
	if (f->in_waivers && row->kind != TRANSFER_WAIVER)
		return damaged(f, "a run behind the waivers", err);
	if ((row->kind == TRANSFER_COURSE && !f->counts[TRANSFER_RUN]) || (below && !f->in_course))
		return damaged(f, "a row that belongs to none before it", err);
	if (f->rows++ >= CARRY_ROWS_MOST)
		return damaged(f, "too many rows", err);
	if (row->kind == TRANSFER_WAIVER && !f->in_waivers) {
		f->in_waivers = true;
		buf_reset(&f->last_row);
	}
	return RESULT_OK;
}

static enum result check_row(struct carry_file *f, const struct transfer *row, struct error *err)
{
	switch (row->kind) {
	case TRANSFER_RUN:
		return check_run(f, &row->run, err);
	case TRANSFER_COURSE:
		return check_course(f, &row->course, err);
	case TRANSFER_TRANSCRIPT:
		return check_transcript(f, &row->transcript, err);
	case TRANSFER_FINDING:
		return check_finding(f, &row->finding, err);
	default:
		return check_waiver(f, &row->waiver, err);
	}
}

static enum result check_end(struct carry_file *f, const struct carry_end *end, struct error *err)
{
	enum result st = end_course(f, err);

	if (st != RESULT_OK)
		return st;
	hash_hex(f->hash, f->sha256);
	if (strcmp(f->sha256, end->sha256))
		return damaged(f, "the bytes before it are not those that were written", err);
	if (end->runs != f->counts[TRANSFER_RUN] || end->courses != f->counts[TRANSFER_COURSE] ||
	    end->transcripts != f->counts[TRANSFER_TRANSCRIPT] ||
	    end->findings != f->counts[TRANSFER_FINDING] ||
	    end->waivers != f->counts[TRANSFER_WAIVER] || !end->runs)
		return damaged(f, "there are not as many rows as it says", err);
	st = read_text(f, err);
	if (st == RESULT_OK)
		return damaged(f, "something behind the last line", err);
	return st;
}

enum result carry_file_next(struct carry_file *f, struct transfer *row, struct error *err)
{
	enum result st = f->number ? RESULT_OK : read_first(f, err);

	if (st == RESULT_OK)
		st = read_line(f, &f->line, err);
	if (st != RESULT_OK)
		return st;
	if (f->line.type == CARRY_END)
		return check_end(f, &f->line.end, err);
	if (f->line.type == CARRY_HEADER)
		return damaged(f, "a second first line", err);
	take_hash(f);
	*row = f->line.row;
	st = enter(f, row, err);
	if (st == RESULT_OK)
		st = check_row(f, row, err);
	f->counts[row->kind]++;
	return st;
}
