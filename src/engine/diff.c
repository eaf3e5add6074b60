#include "config.h"

#include "src/engine/diff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/engine/align.h"
#include "src/migrate/expect.h"

#define PARTS_MOST 8 /* so many neighbours of a line may be parts of one cue */

struct reading {
	struct campus *campus;
	const char *language;
	bool (*go_on)(void *arg, const char *stage);
	void *arg;
	struct diff *out;
};

static size_t limit_of(const struct reading *r, size_t factor)
{
	size_t limit = factor * (size_t)r->campus->conf->max_transcript;

	return limit < DIFF_BYTES ? limit : DIFF_BYTES;
}

static enum result step(const struct reading *r, const char *stage, struct error *err)
{
	if (!r->go_on(r->arg, stage))
		return error_set(err, RESULT_CANCELED, "not read: it takes too long");
	return RESULT_OK;
}

/* Why a side is empty: the first reason stays. */
static void tell(char problem[256], const char *what, const struct error *err)
{
	if (!*problem)
		snprintf(problem, 256, "%s%s%.200s", what, *what ? ": " : "", err->text);
}

static enum result take_cues(struct cues *cues, const struct buf *bytes, struct error *err)
{
	enum result st = transcript_cues(cues, buf_text(bytes), bytes->len, err);

	if (st == RESULT_OK && cues->count > DIFF_CUES) {
		st = error_set(err, RESULT_LIMIT, "%zu cues: up to %d can be shown", cues->count, DIFF_CUES);
		cues_clear(cues);
	}
	return st;
}

/* ---- what is stored -----------------------------------------------------------------------*/

static enum result find_row(const struct reading *r, const char *id, const char *course,
			    struct val_video *val, const struct val_row **row, struct error *err)
{
	enum result st = *id ? step(r, "what edx-val has", err) : RESULT_OK;

	if (!*id)
		return error_set(err, RESULT_MISSING,
				 "not in edx-val: no row for %s, the video has no id", r->language);
	if (st == RESULT_OK)
		st = r->campus->val->ops->lookup(r->campus->val, course, &id, 1, val, err);
	if (st != RESULT_OK)
		return error_prefix(err, result_is_transient(st) ? "edx-val cannot be reached" : "edx-val");
	*row = val_video_row(val, r->language);
	if (!*row && val->presence == VAL_ABSENT)
		return error_set(err, RESULT_MISSING, "not in edx-val: no row for %s, nor the video %.80s",
				 r->language, id);
	if (!*row && val->rows_complete)
		return error_set(err, RESULT_MISSING, "not in edx-val: no row for %s", r->language);
	if (!*row && val->list_broken)
		return error_set(err, RESULT_MISSING,
				 "edx-val fails to list what it has: a file of this course is missing in "
				 "its storage. Whether it has %s is unknown",
				 r->language);
	if (!*row)
		return error_set(err, RESULT_MISSING, "edx-val does not tell whether it has %s: no row seen",
				 r->language);
	if (!(*row)->name)
		return error_set(err, RESULT_MISSING, "edx-val does not tell the name of its file");
	if (!*(*row)->name)
		return error_set(err, RESULT_MISSING, "edx-val's row names no file");
	return RESULT_OK;
}

static enum result read_object(const struct reading *r, const char *name, struct buf *bytes,
			       struct error *err)
{
	struct store *store = r->campus->store;
	enum result st = step(r, "the stored file", err);

	if (st == RESULT_OK)
		st = store->ops->get(store, name, limit_of(r, 4), bytes, err);
	else
		return st;
	if (st == RESULT_MISSING)
		return error_set(err, st, "object missing: the store has no %.200s", name);
	if (st == RESULT_LIMIT)
		return error_prefix(err, "too large to be shown");
	if (st != RESULT_OK)
		return error_prefix(err, result_is_transient(st) ? "the store cannot be reached"
								 : "the stored file cannot be read");
	return st;
}

static void read_right(const struct reading *r, const char *id, const char *course)
{
	struct diff *out = r->out;
	struct val_video val = {0};
	struct buf bytes = BUF_INIT;
	struct error err = {0};
	const struct val_row *row = NULL;
	enum result st = find_row(r, id, course, &val, &row, &err);

	if (row)
		snprintf(out->right_format, sizeof(out->right_format), "%.15s",
			 row->format ? row->format : "");
	if (st == RESULT_OK) {
		snprintf(out->right_name, sizeof(out->right_name), "%.255s", row->name);
		st = read_object(r, row->name, &bytes, &err);
	}
	if (st == RESULT_OK) {
		hash_sha256(buf_text(&bytes), bytes.len, out->right_sha256);
		out->right_size = (int64_t)bytes.len;
		st = take_cues(&out->right, &bytes, &err);
		if (st == RESULT_INVALID)
			error_prefix(&err, "what is stored is no transcript");
	}
	if (st != RESULT_OK)
		tell(out->right_problem, "", &err);
	buf_clear(&bytes);
	val_video_clear(&val);
}

/* ---- what the course promises ------------------------------------------------------------ */

static void tell_left(const struct reading *r, const struct expectation *x,
		      const struct transcript_row *row)
{
	struct diff *out = r->out;
	struct error err = {0};

	snprintf(out->left_name, sizeof(out->left_name), "%.255s", row->source);
	snprintf(out->left_format, sizeof(out->left_format), "%.15s", row->format);
	memcpy(out->left_sha256, x->sha256, sizeof(out->left_sha256));
	if (!x->text) {
		error_set(&err, RESULT_MISSING, "no text to migrate");
	} else {
		snprintf(out->left_object, sizeof(out->left_object), "%s", x->object);
		out->left_size = (int64_t)x->converted.sjson.len;
		if (take_cues(&out->left, &x->converted.sjson, &err) == RESULT_OK)
			return;
	}
	tell(out->left_problem, "", &err);
}

/* @plan holds one video of one language. */
static enum result convert(const struct reading *r, const struct plan *plan, struct error *err)
{
	struct expect_options options = {limit_of(r, 1), NULL, 0};
	struct expectations expected = {0};
	struct video_files files = {0};
	struct report report = {0};
	size_t index = 0;
	enum result st = load_videos(plan, &index, 1, options.max_transcript, &files, err);

	if (st == RESULT_OK)
		st = expect_video(&plan->videos[0], &files, &options, &expected, &report, err);
	for (size_t i = 0; i < report.finding_count && st == RESULT_OK; i++) {
		const struct finding_info *info = finding_info(report.findings[i].code);
		struct error why;

		if (strcmp(report.findings[i].language, r->language) != 0)
			continue;
		error_set(&why, RESULT_INVALID, "%s", report.findings[i].text);
		/* a notice says what was done with a text that is there */
		if (expected.count && !expected.items[0].text)
			tell(r->out->left_problem, info->name, &why);
	}
	if (st == RESULT_OK && expected.count)
		tell_left(r, &expected.items[0], &report.transcripts[expected.items[0].row]);
	expectations_clear(&expected);
	report_clear(&report);
	video_files_clear(&files);
	return st;
}

/* Of all languages of a video only the one shown is read. */
static enum result read_left(const struct reading *r, const struct plan *plan,
			     const struct plan_video *video, struct error *err)
{
	struct plan_video one = *video;
	struct plan only = *plan;
	enum result st;

	only.videos = &one;
	only.video_count = 1;
	one.transcript_count = 0;
	for (size_t t = 0; t < video->transcript_count; t++) {
		if (strcmp(video->transcripts[t].language, r->language) != 0)
			continue;
		one.transcripts = &video->transcripts[t];
		one.transcript_count = 1;
	}
	if (!one.transcript_count)
		return error_set(err, RESULT_MISSING, "the course promises no %s", r->language);
	st = step(r, "the course's file", err);
	return st == RESULT_OK ? convert(r, &only, err) : st;
}

static enum result find_video(const struct reading *r, const struct course_row *course,
			      const struct video_row *video, struct plan **plan,
			      const struct plan_video **out, struct error *err)
{
	struct source_course *source = NULL;
	const char *who = "source";
	enum result st = step(r, "the course", err);

	if (st == RESULT_OK)
		st = r->campus->source->ops->open(r->campus->source, course->key, &source, err);
	if (st == RESULT_OK)
		st = plan_new(plan, source, r->campus->val, &who, err);
	if (st != RESULT_OK)
		return st == RESULT_CANCELED ? st
					     : error_prefix(err, "%s", strcmp(who, "val")
							    ? "the course cannot be read" : "edx-val");
	for (size_t i = 0; i < (*plan)->video_count && !*out; i++) {
		const struct video_block *block = (*plan)->videos[i].block;

		if (!strcmp(block->type, video->type) && !strcmp(block->id, video->block))
			*out = &(*plan)->videos[i];
	}
	return *out ? RESULT_OK
		    : error_set(err, RESULT_MISSING, "the block is gone from the course");
}

/* What could not be read may be the same: that the other side stands alone says nothing. */
static void forget_differences(struct diff *out)
{
	for (size_t i = 0; i < out->line_count; i++) {
		out->lines[i].differs = false;
		out->lines[i].how = 0;
	}
	out->first_difference = -1;
	out->differences = 0;
}

void diff_read(struct campus *campus, const struct course_row *course, const struct video_row *video,
	       const char *language, bool (*go_on)(void *arg, const char *stage), void *arg,
	       struct diff *out)
{
	struct reading r = {campus, language, go_on, arg, out};
	const struct plan_video *left = NULL;
	struct plan *plan = NULL;
	struct error err = {0};
	enum result st = find_video(&r, course, video, &plan, &left, &err);

	if (st == RESULT_OK)
		st = read_left(&r, plan, left, &err);
	if (st != RESULT_OK)
		tell(out->left_problem, "", &err);
	/* what is stored is shown even where the course cannot be read */
	read_right(&r, left ? left->val_id : video->val_id, course->key);
	out->same_bytes = out->left_size >= 0 && out->left_size == out->right_size &&
			  !strcmp(out->left_sha256, out->right_sha256);
	if (diff_align(out) != RESULT_OK)
		snprintf(out->left_problem, sizeof(out->left_problem), "out of memory");
	if (*out->left_problem || *out->right_problem)
		forget_differences(out);
	plan_free(plan);
}

/* ---- side by side ------------------------------------------------------------------------ */

static bool same_text(const struct diff *d, int32_t left, int32_t right)
{
	const struct cue *a = &d->left.items[left], *b = &d->right.items[right];

	return a->text_len == b->text_len &&
	       !memcmp(cues_text(&d->left, (size_t)left), cues_text(&d->right, (size_t)right), a->text_len);
}

static unsigned char how_unlike(const struct diff *d, int32_t left, int32_t right)
{
	const struct cue *a, *b;

	if (left < 0 || right < 0)
		return left < 0 ? DIFF_THERE : DIFF_HERE;
	a = &d->left.items[left];
	b = &d->right.items[right];
	return (unsigned char)((a->start != b->start ? DIFF_START : 0) |
			       (a->end != b->end ? DIFF_END : 0) |
			       (same_text(d, left, right) ? 0 : DIFF_TEXT));
}

static void add_line(struct diff *d, int32_t left, int32_t right)
{
	unsigned char how = how_unlike(d, left, right);

	d->lines[d->line_count++] = (struct diff_line){left, right, how != 0, how};
}

/* Partners stand on one line, and those without one where their time is. */
static void lay_out(struct diff *d, const int32_t *mate)
{
	int32_t left_count = (int32_t)d->left.count, right_count = (int32_t)d->right.count;
	int32_t i = 0, j = 0, next = 0;

	while (i < left_count || j < right_count) {
		for (next = next > i ? next : i; next < left_count && mate[next] < 0; next++)
			;
		if (next == i && i < left_count && mate[i] == j) {
			add_line(d, i++, j++);
			continue;
		}
		if (j < (next < left_count ? mate[next] : right_count) &&
		    (i == next || d->right.items[j].start < d->left.items[i].start))
			add_line(d, -1, j++);
		else
			add_line(d, i++, -1);
	}
}

/* ---- one cue that is several on the other side -------------------------------------------*/

/* Takes the text of @cue, without white space, away from the front of *@rest. */
static bool take_text(const struct cues *cues, int32_t cue, const char **rest, const char *end)
{
	const char *at = cues_text(cues, (size_t)cue), *stop = at + cues->items[cue].text_len;

	for (;; at++, (*rest)++) {
		while (at < stop && strchr(" \n\t", *at) && *at)
			at++;
		if (at == stop)
			return true;
		while (*rest < end && strchr(" \n\t", **rest) && **rest)
			(*rest)++;
		if (*rest == end || **rest != *at)
			return false;
	}
}

/* The cue of one side on line @at is the text of those of the other on @first to @last. */
static bool is_made_of(const struct diff *d, bool split, size_t first, size_t *last, size_t at)
{
	const struct cues *one = split ? &d->left : &d->right, *parts = split ? &d->right : &d->left;
	int32_t whole = split ? d->lines[at].left : d->lines[at].right;
	const char *rest = cues_text(one, (size_t)whole), *end = rest + one->items[whole].text_len;
	unsigned char alone = split ? DIFF_THERE : DIFF_HERE;

	for (size_t i = first; i < d->line_count && i - first <= 2 * PARTS_MOST; i++) {
		const struct diff_line *line = &d->lines[i];

		if (i != at && !(line->how & alone))
			return false;
		if (!take_text(parts, split ? line->right : line->left, &rest, end))
			return false;
		while (rest < end && *rest && strchr(" \n\t", *rest))
			rest++;
		*last = i;
		if (rest == end)
			return i >= at && i > first;
	}
	return false;
}

static void mark_group(struct diff *d, size_t at, bool split)
{
	unsigned char alone = split ? DIFF_THERE : DIFF_HERE;
	size_t first = at, last;

	while (first > 0 && at - first < PARTS_MOST && d->lines[first - 1].how == alone)
		first--;
	for (; first <= at; first++) {
		if (!is_made_of(d, split, first, &last, at))
			continue;
		for (size_t i = first; i <= last; i++)
			d->lines[i].how |= split ? DIFF_SPLIT : DIFF_JOINED;
		return;
	}
}

static void mark_groups(struct diff *d)
{
	for (size_t i = 0; i < d->line_count; i++) {
		if (!(d->lines[i].how & DIFF_TEXT))
			continue;
		mark_group(d, i, true);
		if (!(d->lines[i].how & DIFF_SPLIT))
			mark_group(d, i, false);
	}
}

enum result diff_align(struct diff *out)
{
	int32_t *mate = calloc(out->left.count + 1, sizeof(*mate));

	out->first_difference = -1;
	out->differences = 0;
	out->line_count = 0;
	out->lines = calloc(out->left.count + out->right.count + 1, sizeof(*out->lines));
	if (!mate || !out->lines || align_cues(&out->left, &out->right, mate) != RESULT_OK) {
		free(mate);
		return RESULT_NOMEM;
	}
	lay_out(out, mate);
	mark_groups(out);
	for (size_t i = 0; i < out->line_count; i++) {
		if (!out->lines[i].differs)
			continue;
		if (out->first_difference < 0)
			out->first_difference = (int64_t)i;
		out->differences++;
	}
	free(mate);
	return RESULT_OK;
}

size_t diff_parts_at(const char *left, size_t left_len, const char *right, size_t right_len)
{
	size_t both = left_len < right_len ? left_len : right_len, at = 0, back = 0;

	while (at < both && left[at] == right[at])
		at++;
	if (at == left_len && at == right_len)
		return at;
	while (back < 3 && back < at &&
	       ((at < left_len && ((unsigned char)left[at - back] & 0xC0) == 0x80) ||
		(at < right_len && ((unsigned char)right[at - back] & 0xC0) == 0x80)))
		back++;
	return at - back;
}

/* ---- life ---------------------------------------------------------------------------------*/

struct diff *diff_new(void)
{
	struct diff *diff = calloc(1, sizeof(*diff));

	if (!diff)
		return NULL;
	diff->refs = 1;
	diff->left_size = diff->right_size = -1;
	diff->first_difference = -1;
	return diff;
}

struct diff *diff_ref(struct diff *diff)
{
	__atomic_add_fetch(&diff->refs, 1, __ATOMIC_RELAXED);
	return diff;
}

void diff_unref(struct diff *diff)
{
	if (!diff || __atomic_sub_fetch(&diff->refs, 1, __ATOMIC_ACQ_REL))
		return;
	diff_clear(diff);
	free(diff);
}

void diff_clear(struct diff *diff)
{
	cues_clear(&diff->left);
	cues_clear(&diff->right);
	free(diff->lines);
	diff->lines = NULL;
	diff->line_count = 0;
}
