#include "config.h"

#include "src/migrate/read_back.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/migrate/report.h"

/* An object is read whole up to this many times the limit of a transcript. */
#define READ_FACTOR 4

/* The lines of the journal, by video, and what val answers of each video. */
struct lines {
	struct journal_row *rows;
	size_t count;
	const char **ids; /* one a video */
	struct val_video *videos;
	size_t video_count;
};

static void lines_clear(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		journal_row_clear(&lines->rows[i]);
	for (size_t i = 0; lines->videos && i < lines->video_count; i++)
		val_video_clear(&lines->videos[i]);
	free(lines->rows);
	free(lines->ids);
	free(lines->videos);
}

static enum result no_memory(const struct read_back *what, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "%s: out of memory while reading back", what->course);
}

static bool is_first(const struct lines *lines, size_t i)
{
	return !i || lines->rows[i].video_id != lines->rows[i - 1].video_id;
}

static enum result ask(const struct read_back *what, struct lines *lines, const char **who_failed,
		       struct error *err)
{
	enum result st = reader_registered_since(what->reader, what->course_id, what->begun,
						 &lines->rows, &lines->count, err);

	if (st != RESULT_OK || !lines->count)
		return st;
	lines->ids = calloc(lines->count, sizeof(*lines->ids));
	lines->videos = calloc(lines->count, sizeof(*lines->videos));
	if (!lines->ids || !lines->videos)
		return no_memory(what, err);
	for (size_t i = 0; i < lines->count; i++)
		if (is_first(lines, i))
			lines->ids[lines->video_count++] = lines->rows[i].val_id;
	*who_failed = "val";
	st = what->val->ops->read_back(what->val, what->course, lines->ids, lines->video_count,
				       lines->videos, err);
	if (st == RESULT_OK)
		*who_failed = "status";
	return st;
}

/* ---- what differs -------------------------------------------------------------------------*/

/* Val has another row than @line says, or none, and can tell. */
static bool differs(const struct val_video *video, const struct journal_row *line)
{
	const struct val_row *row = val_video_row(video, line->language);

	if (!row)
		return val_video_has(video, line->language) == VAL_ABSENT;
	return row->name && strcmp(row->name, line->object);
}

/* By the hash of our bytes, which are no longer at hand. */
static void compare(const struct read_back *what, struct transcript_row *t,
		    const struct val_row *row, struct report *report)
{
	struct buf there = BUF_INIT;
	struct error err = {0};
	char sha256[HASH_HEX], detail[300];
	enum result st = *row->name ? what->store->ops->get(what->store, row->name,
							    READ_FACTOR * what->max_transcript,
							    &there, &err)
				    : RESULT_MISSING;

	t->compare = COMPARE_UNKNOWN;
	t->level = LEVEL_COUNT;
	snprintf(detail, sizeof(detail), "%s: to be compared by a validation", row->name);
	if (st == RESULT_MISSING) {
		t->compare = COMPARE_MISSING;
		t->level = LEVEL_SIZE;
		snprintf(detail, sizeof(detail), "the store has no %s", row->name);
	} else if (st == RESULT_OK && row->format && !strcmp(row->format, "sjson")) {
		hash_sha256(buf_text(&there), there.len, sha256);
		t->level = LEVEL_HASH;
		t->compare = strcmp(sha256, t->sha256) ? COMPARE_DIFFERS : COMPARE_SAME;
		snprintf(detail, sizeof(detail), "%s",
			 t->compare == COMPARE_DIFFERS ? "the hashes differ" : "");
	}
	buf_clear(&there);
	report_set(report, &t->detail, detail);
}

static void note_overtaken(const struct read_back *what, struct transcript_row *t,
			   const struct val_row *row, const char *block, struct report *report)
{
	t->outcome = OUTCOME_KEPT;
	report_set(report, &t->val_object, row->name);
	compare(what, t, row, report);
	report_finding(report, FINDING_VAL_OVERTAKEN, false, block, t->language, t->sha256,
		       "registered %s, and val names %s", t->object, row->name);
	if (t->compare == COMPARE_DIFFERS)
		report_finding(report, FINDING_VAL_DIFFERS, false, block, t->language, t->sha256,
			       "%s: %s", row->name, t->detail);
	else if (t->compare == COMPARE_MISSING)
		report_finding(report, FINDING_OBJECT_MISSING, false, block, t->language, t->sha256,
			       "%s", t->detail);
	else if (t->compare == COMPARE_UNKNOWN)
		report_finding(report, FINDING_VAL_UNREAD, false, block, t->language, "", "%s",
			       t->detail);
}

static void note_removed(struct transcript_row *t, const char *block, struct report *report)
{
	t->outcome = OUTCOME_FAILED;
	t->in_val = VAL_ABSENT;
	t->compare = COMPARE_NONE;
	t->level = LEVEL_NONE;
	report_set(report, &t->val_object, "");
	report_finding(report, FINDING_VAL_REMOVED, false, block, t->language, t->sha256,
		       "registered as %s, and gone", t->object);
}

/* ---- into the rows of a video -------------------------------------------------------------*/

static struct transcript_row *find(struct report *report, const struct journal_row *line)
{
	for (size_t i = 0; i < report->transcript_count; i++) {
		struct transcript_row *t = &report->transcripts[i];

		if (t->outcome == OUTCOME_MIGRATED && !strcmp(t->language, line->language) &&
		    !strcmp(t->object, line->object))
			return t;
	}
	return NULL; /* a line of an earlier try, and the same */
}

static enum result load(const struct read_back *what, int64_t video, struct video_row *row,
			struct report *report, struct error *err)
{
	const struct finding_query query = {.video = video, .code = -1, .count = -1,
					    .with_waived = true};
	int64_t total;
	enum result st = reader_video(what->reader, video, row, err);

	if (st == RESULT_OK)
		st = reader_transcripts(what->reader, video, &report->transcripts,
					&report->transcript_count, err);
	if (st == RESULT_OK)
		st = reader_findings(what->reader, &query, &report->findings,
				     &report->finding_count, &total, err);
	report->transcript_size = report->transcript_count;
	report->finding_size = report->finding_count;
	return st;
}

/* @count lines of one video, of which some differ. */
static enum result amend(const struct read_back *what, const struct journal_row *lines, size_t count,
			 const struct val_video *answer, struct error *err)
{
	struct video_row video = {0};
	struct report report = {0};
	char block[512] = "";
	enum result st = load(what, lines->video_id, &video, &report, err);

	if (st == RESULT_OK)
		snprintf(block, sizeof(block), "%s@%s", video.type, video.block);
	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		const struct val_row *row = val_video_row(answer, lines[i].language);
		struct transcript_row *t = find(&report, &lines[i]);

		if (!t || !differs(answer, &lines[i]))
			continue;
		if (row)
			note_overtaken(what, t, row, block, &report);
		else
			note_removed(t, block, &report);
	}
	if (st == RESULT_OK && report.failed)
		st = no_memory(what, err);
	if (st == RESULT_OK)
		status_video_outcome(what->status, &(struct video_outcome){
			.course_id = what->course_id, .video_id = video.id, .pass = what->pass,
			.state = video.state, .text = "", .transcripts = report.transcripts,
			.transcript_count = report.transcript_count, .findings = report.findings,
			.finding_count = report.finding_count});
	report_clear(&report);
	video_row_clear(&video);
	return st;
}

enum result read_back(const struct read_back *what, const char **who_failed, struct error *err)
{
	struct lines lines = {0};
	size_t video = 0, end;
	bool amended = false;
	enum result st = RESULT_OK;

	*who_failed = "status";
	if (what->val->ops->read_back)
		st = ask(what, &lines, who_failed, err);
	for (size_t i = 0; i < lines.count && st == RESULT_OK; i = end, video++) {
		bool wanted = false;

		for (end = i; end < lines.count && (end == i || !is_first(&lines, end)); end++)
			wanted |= differs(&lines.videos[video], &lines.rows[end]);
		if (wanted)
			st = amend(what, &lines.rows[i], end - i, &lines.videos[video], err);
		amended |= wanted;
	}
	if (st == RESULT_OK && amended)
		st = status_flush(what->status, err);
	lines_clear(&lines);
	return st;
}
