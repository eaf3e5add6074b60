#include "config.h"

#include "src/migrate/plan.h"
#include "src/migrate/report.h"

#include <stdlib.h>
#include <string.h>

/* The answer of val belongs to the first video of a group. */
static const struct val_video *val_answer(const struct plan *plan, const struct plan_video *video)
{
	while (video->before >= 0)
		video = &plan->videos[video->before];
	return &video->val;
}

static char *languages(const struct plan_video *video)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < video->transcript_count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", video->transcripts[i].language);
	return buf_take(&text);
}

static char *val_languages(const struct val_video *val)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < val->row_count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", val->rows[i].language);
	return buf_take(&text);
}

static bool fill_video(const struct plan *plan, const struct plan_video *video, size_t position,
		       struct video_row *row)
{
	const struct video_block *block = video->block;

	row->course_id = plan->course_id;
	row->position = (int64_t)position;
	row->type = strdup(block->type);
	row->block = strdup(block->id);
	row->name = strdup(plan_fields(block)->display_name);
	row->val_id = strdup(video->val_id);
	row->val_id_new = video->val_id_new;
	row->branches = (block->published ? IN_PUBLISHED : 0) | (block->draft ? IN_DRAFT : 0);
	row->expected_languages = languages(video);
	row->val_languages = val_languages(val_answer(plan, video));
	return row->type && row->block && row->name && row->val_id && row->expected_languages &&
	       row->val_languages;
}

/* One planned language: whose promise it is and what val said of it; its text is not read yet. */
static void fill_transcript(const struct plan *plan, const struct plan_video *video, size_t position,
			    const struct plan_transcript *t, struct report *report)
{
	const struct plan_side *side = t->published.promised ? &t->published : &t->draft;
	struct transcript_row *row = report_transcript(report, t->language);

	if (!row)
		return;
	row->video_id = (int64_t)position;
	row->expected = true;
	row->implicit = t->implicit;
	row->branches = (t->published.promised ? IN_PUBLISHED : 0) |
			(t->draft.promised ? IN_DRAFT : 0);
	row->in_val = *video->val_id ? (int)val_video_has(val_answer(plan, video), t->language)
				     : (int)VAL_ABSENT;
	report_set(report, &row->source, side->asset ? side->asset : "");
}

static void fill_note(const struct outline_note *note, struct report *report)
{
	report_finding(report, note->code, false, note->block ? note->block : "", "", "", "%s",
		       note->text);
}

enum result plan_rows(const struct plan *plan, struct plan_rows *out, struct error *err)
{
	struct report report = {0};
	bool ok = true;

	memset(out, 0, sizeof(*out));
	out->videos = calloc(plan->video_count + 1, sizeof(*out->videos));
	ok = out->videos;
	for (size_t i = 0; i < plan->video_count && ok; i++) {
		const struct plan_video *video = &plan->videos[i];

		out->video_count++;
		ok = fill_video(plan, video, i, &out->videos[i]);
		for (size_t t = 0; t < video->transcript_count; t++)
			fill_transcript(plan, video, i, &video->transcripts[t], &report);
	}
	for (size_t i = 0; i < plan->source->outline->note_count; i++)
		fill_note(&plan->source->outline->notes[i], &report);
	out->transcripts = report.transcripts;
	out->transcript_count = report.transcript_count;
	out->notes = report.findings;
	out->note_count = report.finding_count;
	if (ok && !report.failed)
		return RESULT_OK;
	plan_rows_free(out);
	return error_set(err, RESULT_NOMEM, "out of memory while planning %s", plan->course);
}

void plan_rows_free(struct plan_rows *rows)
{
	for (size_t i = 0; i < rows->video_count; i++)
		video_row_clear(&rows->videos[i]);
	for (size_t i = 0; i < rows->transcript_count; i++)
		transcript_row_clear(&rows->transcripts[i]);
	for (size_t i = 0; i < rows->note_count; i++)
		finding_row_clear(&rows->notes[i]);
	free(rows->videos);
	free(rows->transcripts);
	free(rows->notes);
	memset(rows, 0, sizeof(*rows));
}
