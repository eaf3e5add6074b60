#include "config.h"

#include "src/verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/migrate/compare.h"
#include "src/status/rollout.h"
#include "src/verify/places.h"

/* Files are read for so many videos, and so many bytes, at a time. */
#define BATCH_VIDEOS 64
#define BATCH_BYTES (4 * 1024 * 1024)

struct verifying {
	struct campus *campus;
	struct reader *reader;
	const struct course_row *course;
	const struct verify_options *options;
	struct plan *plan;
	struct expect_options expect;
	struct counts *counts;
	int64_t began;
	char waivers[HASH_HEX];
	enum verify_level level; /* at which everything expected was compared so far */
	int64_t lesser;		 /* expected transcripts that were not compared at the level asked for */
};

/* One video being compared. */
struct comparing {
	struct verifying *v;
	const struct plan_video *video;
	struct val_video val;
	struct expectations expected;
	struct report report;
	char *block;
};

static void compare_row(struct comparing *c, const struct expectation *x, const struct val_row *row)
{
	struct verifying *v = c->v;
	struct transcript_row *t = &c->report.transcripts[x->row];
	struct stored_comparison found;
	enum finding_code code;

	compare_stored(v->campus->store, x, row, v->options->level, v->expect.max_transcript, &found);
	t->compare = found.compare;
	t->level = found.level;
	t->outcome = row->name && !strcmp(row->name, x->object) &&
				     compare_registered(v->reader, c->video, x)
			     ? OUTCOME_MIGRATED
			     : OUTCOME_KEPT;
	report_set(&c->report, &t->detail, found.detail);
	if (found.compare == COMPARE_DIFFERS) {
		/* what earlier blocks of this id promise may still be on its way there */
		status_flush(v->campus->status, NULL);
		code = compare_cause(v->reader, c->video, x->language, row->name, found.sha256);
		report_finding(&c->report, code, false, c->block, x->language, x->sha256, "%s",
			       found.detail);
	} else if (found.compare == COMPARE_MISSING) {
		report_finding(&c->report, FINDING_OBJECT_MISSING, false, c->block, x->language, x->sha256,
			       "%s", found.detail);
	} else if (found.compare == COMPARE_UNKNOWN) {
		report_finding(&c->report, FINDING_VAL_UNREAD, false, c->block, x->language, "", "%s",
			       found.detail);
	}
}

/* No row, but a file of ours: left by a transaction that was not completed. */
static void note_unused(struct comparing *c, const struct expectation *x)
{
	struct store *store = c->v->campus->store;
	struct store_info info = {0};
	struct journal_row line = {0};

	if (c->v->options->level > LEVEL_COUNT &&
	    reader_announced(c->v->reader, c->video->val_id, x->language, &line, NULL) == RESULT_OK &&
	    store->ops->head(store, line.object, &info, NULL) == RESULT_OK && info.exists)
		report_finding(&c->report, FINDING_OBJECT_UNUSED, false, c->block, x->language, "",
			       "%s: no row of edx-val names it", line.object);
	journal_row_clear(&line);
}

static void note_absent(struct comparing *c, const struct expectation *x)
{
	struct transcript_row *t = &c->report.transcripts[x->row];

	t->compare = COMPARE_MISSING;
	t->outcome = OUTCOME_PLANNED;
	if (compare_removed(c->v->reader, &c->v->expect, c->video, x, c->block, &c->report, NULL) !=
	    RESULT_OK)
		note_unused(c, x);
}

/*
 * Val fails to list what it has, most often for a file that is missing in its storage: is it the
 * one that the journal names? The rest stays unknown, and the video's finding says why.
 */
static void ask_store(struct comparing *c, const struct expectation *x)
{
	struct store *store = c->v->campus->store;
	struct transcript_row *t = &c->report.transcripts[x->row];
	struct store_info info = {0};
	struct journal_row line = {0};
	enum result st = RESULT_OK;

	t->compare = COMPARE_UNKNOWN;
	if (c->v->options->level == LEVEL_COUNT ||
	    reader_registered(c->v->reader, c->video->val_id, x->language, &line, NULL) != RESULT_OK)
		return;
	st = store->ops->head(store, line.object, &info, NULL);
	if (st == RESULT_MISSING || (st == RESULT_OK && !info.exists)) {
		t->compare = COMPARE_MISSING;
		report_finding(&c->report, FINDING_OBJECT_MISSING, false, c->block, x->language, x->sha256,
			       "the store has no %s", line.object);
	}
	journal_row_clear(&line);
}

static void compare_language(struct comparing *c, const struct expectation *x)
{
	const struct val_row *row = val_video_row(&c->val, x->language);
	struct transcript_row *t = &c->report.transcripts[x->row];

	t->in_val = (int)val_video_has(&c->val, x->language);
	if (row)
		report_set(&c->report, &t->val_object, row->name ? row->name : "");
	if (!x->text && x->stops && row) {
		t->outcome = OUTCOME_KEPT;
		t->compare = COMPARE_UNKNOWN;
	}
	if (!x->text)
		return;
	if (row) {
		compare_row(c, x, row);
	} else if (t->in_val == VAL_ABSENT) {
		note_absent(c, x);
	} else if (c->val.list_broken) {
		ask_store(c, x);
	} else {
		t->compare = COMPARE_UNKNOWN;
		report_finding(&c->report, FINDING_VAL_UNREAD, false, c->block, x->language, "",
			       "edx-val cannot tell");
	}
}

/* A failure of the last try that a comparison cannot see: neither source nor val show it. */
static bool is_of_a_try(enum finding_code code)
{
	unsigned flags = finding_info(code)->flags;

	return (flags & FINDING_STOPS) && !(flags & FINDING_WAIVABLE) &&
	       code != FINDING_VIDEO_ID_INVALID;
}

/* What is still missing of a video whose last try failed is missing for the reason told then. */
static enum result keep_failures(struct comparing *c, struct error *err)
{
	struct finding_query query = {.course = c->v->course->id, .video = c->video->id, .code = -1,
				      .count = -1, .with_waived = true};
	struct finding_row *rows = NULL;
	struct video_row video = {0};
	bool missing = false;
	size_t count = 0;
	int64_t total;
	enum result st = reader_video(c->v->reader, c->video->id, &video, err);

	for (size_t i = 0; i < c->report.transcript_count && video.state == VIDEO_FAILED; i++) {
		struct transcript_row *t = &c->report.transcripts[i];

		missing |= t->expected && t->in_val != VAL_PRESENT;
		if (t->expected && t->outcome == OUTCOME_PLANNED)
			t->outcome = OUTCOME_FAILED;
	}
	video_row_clear(&video);
	if (st == RESULT_OK && missing)
		st = reader_findings(c->v->reader, &query, &rows, &count, &total, err);
	for (size_t i = 0; i < count; i++) {
		if (is_of_a_try(rows[i].code))
			report_finding(&c->report, rows[i].code, false, rows[i].block, rows[i].language,
				       rows[i].seen, "%s", rows[i].text);
		finding_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

static void add_counts(struct counts *counts, const struct report *report)
{
	for (size_t i = 0; i < report->transcript_count; i++) {
		const struct transcript_row *t = &report->transcripts[i];

		counts->expected += t->expected;
		counts->in_val += t->expected && t->in_val == VAL_PRESENT;
		counts->unknown += t->expected && t->in_val == VAL_UNKNOWN;
		counts->extra += t->outcome == OUTCOME_EXTRA;
		counts->differing += t->compare == COMPARE_DIFFERS;
	}
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding_row *f = &report->findings[i];

		if (f->waived)
			counts->waived++;
		else if (f->severity == FINDING_ERROR)
			counts->errors++;
		else if (f->severity == FINDING_WARNING)
			counts->warnings++;
		else
			counts->notices++;
	}
}

/* What val lacks, and what differs, is so at every level; the rest is worth what was looked at. */
static void add_levels(struct verifying *v, const struct report *report)
{
	for (size_t i = 0; i < report->transcript_count; i++) {
		const struct transcript_row *t = &report->transcripts[i];
		enum verify_level level = t->level > LEVEL_COUNT ? t->level : LEVEL_COUNT;

		if (!t->expected || t->in_val == VAL_ABSENT || t->compare == COMPARE_DIFFERS ||
		    t->compare == COMPARE_MISSING)
			continue;
		v->lesser += level < v->options->level;
		if (level < v->level)
			v->level = level;
	}
}

/* Waivers of findings that stop nothing are told by the same list. */
static void mark_waived(const struct verifying *v, struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding_row *f = &report->findings[i];

		f->waived |= expect_waived(&v->expect, f->block, f->language, f->code, f->seen);
	}
}

/* Counts and tells what was found. */
static void tell(struct verifying *v, const char *block, struct report *report)
{
	mark_waived(v, report);
	add_counts(v->counts, report);
	add_levels(v, report);
	if (v->options->video)
		v->options->video(v->options->arg, v->plan->course, block, report);
}

static enum result look_up(struct comparing *c, struct error *err)
{
	struct val *val = c->v->campus->val;
	const char *id = c->video->val_id;

	if (*id)
		return val->ops->lookup(val, c->v->plan->course, &id, 1, &c->val, err);
	c->val.presence = VAL_ABSENT;
	c->val.rows_complete = true;
	return RESULT_OK;
}

static void record(struct comparing *c)
{
	struct video_outcome outcome = {
		.course_id = c->v->course->id,
		.video_id = c->video->id,
		.pass = c->v->course->pass,
		.text = "",
		.transcripts = c->report.transcripts,
		.transcript_count = c->report.transcript_count,
		.findings = c->report.findings,
		.finding_count = c->report.finding_count,
	};

	status_video_outcome(c->v->campus->status, &outcome);
	tell(c->v, c->block, &c->report);
}

static enum result compare_video(struct verifying *v, const struct plan_video *video,
				 const struct video_files *files, struct error *err)
{
	struct comparing c = {.v = v, .video = video, .block = plan_block_name(video->block)};
	bool in_val = false;
	enum result st = c.block ? RESULT_OK : RESULT_NOMEM;

	if (st == RESULT_OK)
		st = expect_video(video, files, &v->expect, &c.expected, &c.report, err);
	if (st == RESULT_OK)
		st = look_up(&c, err);
	if (st != RESULT_OK)
		goto out;
	if (c.val.list_broken)
		report_finding(&c.report, FINDING_VAL_LIST_BROKEN, false, c.block, "", "",
			       "edx-val fails to list the transcripts of %s", video->val_id);
	for (size_t i = 0; i < c.expected.count; i++) {
		compare_language(&c, &c.expected.items[i]);
		in_val |= c.report.transcripts[c.expected.items[i].row].in_val == VAL_PRESENT;
	}
	if (in_val && video->link)
		report_finding(&c.report, FINDING_LINK_PENDING, false, c.block, "", "",
			       "the block does not name %s yet", video->val_id);
	compare_extra(v->reader, v->plan, video, &c.expected, &c.val, &c.report);
	st = keep_failures(&c, err);
	if (st == RESULT_OK && c.report.failed)
		st = error_set(err, RESULT_NOMEM, "out of memory");
	if (st == RESULT_OK)
		record(&c);
out:
	report_clear(&c.report);
	expectations_clear(&c.expected);
	val_video_clear(&c.val);
	free(c.block);
	return st;
}

static bool stopped(const struct verifying *v)
{
	return v->options->stop && __atomic_load_n(v->options->stop, __ATOMIC_RELAXED);
}

static enum result compare_all(struct verifying *v, struct error *err)
{
	size_t at = 0;

	while (at < v->plan->video_count) {
		size_t indexes[BATCH_VIDEOS], count = 0, bytes = 0;
		struct video_files files[BATCH_VIDEOS] = {0};
		enum result st;

		while (at < v->plan->video_count && count < BATCH_VIDEOS && bytes < BATCH_BYTES) {
			bytes += load_size(&v->plan->videos[at], v->expect.max_transcript);
			indexes[count++] = at++;
		}
		st = stopped(v) ? error_set(err, RESULT_CANCELED, "ended on request")
				: load_videos(v->plan, indexes, count, v->expect.max_transcript, files, err);
		for (size_t i = 0; i < count && st == RESULT_OK; i++) {
			if (v->options->pause)
				v->options->pause(v->options->pause_arg);
			st = compare_video(v, &v->plan->videos[indexes[i]], &files[i], err);
		}
		for (size_t i = 0; i < count; i++)
			video_files_clear(&files[i]);
		if (st != RESULT_OK)
			return st;
	}
	return RESULT_OK;
}

static enum result busy(const struct course_row *course, struct error *err)
{
	return error_set(err, RESULT_BUSY, "%s is being migrated, or will be: validate it afterwards",
			 course->key);
}

/* Gives the plan its rows, so that what is found has a place. */
static enum result save_plan(struct verifying *v, struct error *err)
{
	struct plan_rows rows;
	enum result st = plan_rows(v->plan, &rows, err);

	if (st != RESULT_OK)
		return st;
	st = status_course_plan(v->campus->status, v->course->id, v->course->pass, rows.videos,
				rows.video_count, rows.transcripts, rows.transcript_count, rows.notes,
				rows.note_count, err);
	if (st == RESULT_CANCELED)
		st = busy(v->course, err);
	for (size_t i = 0; i < rows.video_count && st == RESULT_OK; i++)
		v->plan->videos[i].id = rows.videos[i].id;
	if (st == RESULT_OK)
		status_course_source(v->campus->status, v->course->id,
				     &(struct source_seen){v->plan->source->outline->version,
							   plan_assets(v->plan)});
	if (st == RESULT_OK && rows.note_count)
		tell(v, "", &(struct report){.findings = rows.notes, .finding_count = rows.note_count});
	plan_rows_free(&rows);
	return st;
}

/* What was found becomes the course's evidence. That a later pass has begun takes nothing from what
   was seen: only nothing rests on it. */
static enum result prove(const struct verifying *v, struct error *err)
{
	struct evidence evidence = {
		.course_id = v->course->id,
		.pass = v->course->pass,
		.level = v->level,
		.began = v->began,
		.source_version = v->plan->source->outline->version,
		.source_assets = (char *)plan_assets(v->plan),
		.counts = *v->counts,
		.waivers = (char *)v->waivers,
		.places = verify_places(v->campus->conf),
		.stale = v->course->status == COURSE_IN_PROGRESS ? (char *)"the course was under way" : NULL,
	};
	char text[280], lesser[80] = "";
	enum result st;

	if (!evidence.places)
		return error_set(err, RESULT_NOMEM, "%s: out of memory", v->course->key);

	if (v->lesser)
		snprintf(lesser, sizeof(lesser), " (%lld could not be compared at %s)",
			 (long long)v->lesser, verify_level_name(v->options->level));
	snprintf(text, sizeof(text),
		 "level %s%s: expected %lld, in val %lld, differing %lld, extra %lld, unknown %lld",
		 verify_level_name(v->level), lesser, (long long)v->counts->expected,
		 (long long)v->counts->in_val, (long long)v->counts->differing,
		 (long long)v->counts->extra, (long long)v->counts->unknown);
	/* what it rests on comes first: what is awaited overtakes what was posted */
	st = status_flush(v->campus->status, err);
	if (st == RESULT_OK)
		st = status_course_proved(v->campus->status, &evidence, text, err);
	free(evidence.places);
	return st == RESULT_CANCELED ? RESULT_OK : st;
}

enum result verify_course(struct campus *campus, struct reader *reader, const struct course_row *row,
			  const struct verify_options *options, struct counts *counts,
			  struct error *err)
{
	struct verifying v = {.campus = campus, .reader = reader, .course = row, .options = options,
			      .counts = counts, .began = clock_wall(campus->clock),
			      .level = options->level};
	struct source_course *course = NULL;
	struct waiver_row *waivers = NULL;
	size_t waiver_count = 0;
	enum result st;

	memset(counts, 0, sizeof(*counts));
	if (options->engine_runs && row->intent == INTENT_RUN)
		return busy(row, err);
	st = reader_waivers_hash(reader, row->key, v.waivers, err);
	if (st == RESULT_OK)
		st = reader_waivers(reader, row->key, &waivers, &waiver_count, err);
	if (st == RESULT_OK)
		st = campus->source->ops->open(campus->source, row->key, &course, err);
	if (st == RESULT_OK)
		st = plan_new(&v.plan, course, campus->val, NULL, err);
	if (st == RESULT_OK) {
		v.plan->course_id = row->id;
		v.expect = (struct expect_options){(size_t)campus->conf->max_transcript, waivers,
						   waiver_count};
		st = save_plan(&v, err);
	}
	if (st == RESULT_OK)
		st = compare_all(&v, err);
	if (st == RESULT_OK)
		st = prove(&v, err);
	plan_free(v.plan);
	for (size_t i = 0; i < waiver_count; i++)
		waiver_row_clear(&waivers[i]);
	free(waivers);
	return st;
}
