#include "config.h"

#include "src/engine/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/migrate/expect.h"

/* ---- reading both sides ------------------------------------------------------------------ */

static void read_right(struct campus *campus, const char *id, const char *language,
		       const char *course, struct diff *out)
{
	struct val_video val = {0};
	struct buf bytes = BUF_INIT;
	struct error err = {0};
	const struct val_row *row;
	enum result st = RESULT_OK;

	if (*id)
		st = campus->val->ops->lookup(campus->val, course, &id, 1, &val, &err);
	row = val_video_row(&val, language);
	if (st == RESULT_OK && !row)
		st = error_set(&err, RESULT_MISSING, "edx-val has no row for %s", language);
	else if (st == RESULT_OK && !row->name)
		st = error_set(&err, RESULT_MISSING, "edx-val does not tell the name of its file");
	if (st == RESULT_OK) {
		snprintf(out->right_name, sizeof(out->right_name), "%s", row->name);
		st = campus->store->ops->get(campus->store, row->name,
					     4 * (size_t)campus->conf->max_transcript, &bytes, &err);
	}
	if (st == RESULT_OK) {
		hash_sha256(buf_text(&bytes), bytes.len, out->right_sha256);
		st = transcript_cues(&out->right, buf_text(&bytes), bytes.len, &err);
	}
	if (st != RESULT_OK)
		snprintf(out->right_problem, sizeof(out->right_problem), "%.250s", err.text);
	buf_clear(&bytes);
	val_video_clear(&val);
}

static void read_left(struct campus *campus, const struct plan *plan, size_t index,
		      const char *language, struct diff *out)
{
	struct expect_options options = {(size_t)campus->conf->max_transcript, NULL, 0};
	struct expectations expected = {0};
	struct video_files files = {0};
	struct report report = {0};
	struct error err = {0};
	enum result st = load_videos(plan, &index, 1, options.max_transcript, &files, &err);

	if (st == RESULT_OK)
		st = expect_video(&plan->videos[index], &files, &options, &expected, &report, &err);
	if (st != RESULT_OK)
		snprintf(out->left_problem, sizeof(out->left_problem), "%.250s", err.text);
	else
		snprintf(out->left_problem, sizeof(out->left_problem), "the course promises no %s", language);
	for (size_t i = 0; i < expected.count; i++) {
		const struct expectation *x = &expected.items[i];

		if (strcmp(x->language, language))
			continue;
		snprintf(out->left_name, sizeof(out->left_name), "%s", report.transcripts[x->row].source);
		memcpy(out->left_sha256, x->sha256, sizeof(out->left_sha256));
		out->left_problem[0] = '\0';
		if (!x->text)
			snprintf(out->left_problem, sizeof(out->left_problem), "no text to migrate");
		else if (transcript_cues(&out->left, buf_text(&x->converted.sjson),
					 x->converted.sjson.len, &err) != RESULT_OK)
			snprintf(out->left_problem, sizeof(out->left_problem), "%.250s", err.text);
	}
	for (size_t i = 0; i < report.finding_count && *out->left_problem; i++)
		if (!strcmp(report.findings[i].language, language))
			snprintf(out->left_problem, sizeof(out->left_problem), "%s: %.200s",
				 finding_info(report.findings[i].code)->name, report.findings[i].text);
	expectations_clear(&expected);
	report_clear(&report);
	video_files_clear(&files);
}

/* The plan's video, or NULL and why in @out. */
static const struct plan_video *find_left(struct campus *campus, const struct course_row *course,
					  const struct video_row *video, struct plan **plan,
					  struct diff *out)
{
	struct source_course *source = NULL;
	struct error err = {0};
	enum result st = campus->source->ops->open(campus->source, course->key, &source, &err);

	if (st == RESULT_OK)
		st = plan_new(plan, source, campus->val, NULL, &err);
	if (st != RESULT_OK) {
		snprintf(out->left_problem, sizeof(out->left_problem), "%.250s", err.text);
		return NULL;
	}
	for (size_t i = 0; i < (*plan)->video_count; i++) {
		const struct plan_video *found = &(*plan)->videos[i];

		if (!strcmp(found->block->type, video->type) && !strcmp(found->block->id, video->block))
			return found;
	}
	snprintf(out->left_problem, sizeof(out->left_problem), "the block is gone from the course");
	return NULL;
}

void diff_read(struct campus *campus, const struct course_row *course, const struct video_row *video,
	       const char *language, struct diff *out)
{
	struct plan *plan = NULL;
	const struct plan_video *left = find_left(campus, course, video, &plan, out);

	if (left)
		read_left(campus, plan, (size_t)(left - plan->videos), language, out);
	/* what is stored is shown even where the course cannot be read */
	read_right(campus, left ? left->val_id : video->val_id, language, course->key, out);
	if (diff_align(out) != RESULT_OK)
		snprintf(out->left_problem, sizeof(out->left_problem), "out of memory");
	plan_free(plan);
}

/* ---- side by side ------------------------------------------------------------------------ */

static bool same_cue(const struct diff *d, size_t left, size_t right)
{
	const struct cue *a = &d->left.items[left], *b = &d->right.items[right];

	return a->start == b->start && a->end == b->end && a->text_len == b->text_len &&
	       !memcmp(cues_text(&d->left, left), cues_text(&d->right, right), a->text_len);
}

/* Cues that overlap in time, or hold the same text a little moved, stand on one line. */
static bool belong(const struct diff *d, size_t left, size_t right)
{
	const struct cue *a = &d->left.items[left], *b = &d->right.items[right];

	if (a->start < b->end && b->start < a->end)
		return true;
	return a->text_len == b->text_len &&
	       !memcmp(cues_text(&d->left, left), cues_text(&d->right, right), a->text_len);
}

enum result diff_align(struct diff *out)
{
	size_t i = 0, j = 0, n = 0;

	out->first_difference = -1;
	out->lines = calloc(out->left.count + out->right.count + 1, sizeof(*out->lines));
	if (!out->lines)
		return RESULT_NOMEM;
	while (i < out->left.count || j < out->right.count) {
		struct diff_line *line = &out->lines[n];
		bool left = i < out->left.count, right = j < out->right.count;

		if (left && right && !belong(out, i, j)) {
			left = out->left.items[i].start <= out->right.items[j].start;
			right = !left;
		}
		line->left = left ? (int32_t)i : -1;
		line->right = right ? (int32_t)j : -1;
		line->differs = !left || !right || !same_cue(out, i, j);
		if (line->differs && out->first_difference < 0)
			out->first_difference = (int64_t)n;
		i += left;
		j += right;
		n++;
	}
	out->line_count = n;
	return RESULT_OK;
}

static bool copy_cues(struct cues *to, const struct cues *from)
{
	cues_init(to);
	for (size_t i = 0; i < from->count; i++)
		if (cues_add(to, from->items[i].start, from->items[i].end, cues_text(from, i),
			     from->items[i].text_len) != RESULT_OK)
			return false;
	return true;
}

struct diff *diff_copy(const struct diff *diff)
{
	struct diff *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *diff;
	copy->lines = NULL;
	cues_init(&copy->right);
	if (copy_cues(&copy->left, &diff->left) && copy_cues(&copy->right, &diff->right) &&
	    (copy->lines = calloc(diff->line_count + 1, sizeof(*copy->lines)))) {
		memcpy(copy->lines, diff->lines, diff->line_count * sizeof(*copy->lines));
		return copy;
	}
	diff_clear(copy);
	free(copy);
	return NULL;
}

void diff_clear(struct diff *diff)
{
	cues_clear(&diff->left);
	cues_clear(&diff->right);
	free(diff->lines);
	memset(diff, 0, sizeof(*diff));
}
