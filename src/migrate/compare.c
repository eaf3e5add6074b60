#include "config.h"

#include "src/migrate/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An object is read whole up to this many times the limit of a transcript. */
#define READ_FACTOR 4

static void settle(struct stored_comparison *out, enum transcript_compare compare,
		   enum verify_level level, const char *fmt, ...) SF_PRINTF(4, 5);
static void settle(struct stored_comparison *out, enum transcript_compare compare,
		   enum verify_level level, const char *fmt, ...)
{
	va_list args;

	out->compare = compare;
	out->level = level;
	va_start(args, fmt);
	vsnprintf(out->detail, sizeof(out->detail), fmt, args);
	va_end(args);
}

/* The first cue that differs, in words. */
static void explain_cues(const struct cues *a, const struct cues *b, char *out, size_t size)
{
	size_t both = a->count < b->count ? a->count : b->count;

	for (size_t i = 0; i < both; i++) {
		const struct cue *x = &a->items[i], *y = &b->items[i];

		if (x->start != y->start)
			snprintf(out, size, "cue %zu: start %.15g here, %.15g there", i + 1, x->start,
				 y->start);
		else if (x->end != y->end)
			snprintf(out, size, "cue %zu: end %.15g here, %.15g there", i + 1, x->end, y->end);
		else if (x->text_len != y->text_len ||
			 memcmp(cues_text(a, i), cues_text(b, i), x->text_len))
			snprintf(out, size, "cue %zu: \"%.80s\" here, \"%.80s\" there", i + 1,
				 cues_text(a, i), cues_text(b, i));
		else
			continue;
		return;
	}
	if (a->count != b->count)
		snprintf(out, size, "%zu cues here, %zu there", a->count, b->count);
	else
		snprintf(out, size, "the same cues in other bytes");
}

static void compare_cues(const struct expectation *x, const struct buf *stored,
			 struct stored_comparison *out)
{
	struct cues here, there;
	struct error err;

	cues_init(&here);
	cues_init(&there);
	out->level = LEVEL_CUES;
	if (transcript_cues(&there, buf_text(stored), stored->len, &err) != RESULT_OK)
		snprintf(out->detail, sizeof(out->detail), "what is stored is no transcript: %.200s",
			 err.text);
	else if (transcript_cues(&here, buf_text(&x->converted.sjson), x->converted.sjson.len, &err) ==
		 RESULT_OK)
		explain_cues(&here, &there, out->detail, sizeof(out->detail));
	cues_clear(&here);
	cues_clear(&there);
}

/* Where the first unequal byte is. */
static size_t first_difference(const struct buf *a, const struct buf *b)
{
	size_t both = a->len < b->len ? a->len : b->len;
	size_t i = 0;

	while (i < both && a->data[i] == b->data[i])
		i++;
	return i;
}

/* What val does not call SJSON may be SubRip that was uploaded there. */
static bool may_be_subrip(const struct val_row *row)
{
	return !row->format || strcmp(row->format, "sjson");
}

/* Of SubRip, what counts is what it converts to. */
static void as_sjson(struct buf *stored, size_t limit)
{
	struct transcript t;

	transcript_init(&t);
	if (transcript_convert(&t, buf_text(stored), stored->len, limit, NULL) == RESULT_OK &&
	    t.format == TRANSCRIPT_SUBRIP &&
	    (t.finding == FINDING_NONE || t.finding == FINDING_TRANSCRIPT_EMPTY)) {
		buf_clear(stored);
		*stored = t.sjson;
		buf_init(&t.sjson);
	}
	transcript_clear(&t);
}

static void compare_bytes(struct store *store, const struct expectation *x,
			  const struct val_row *row, enum verify_level level, size_t max_transcript,
			  struct stored_comparison *out)
{
	const struct buf *here = &x->converted.sjson;
	struct buf there = BUF_INIT;
	struct error err = {0};
	enum result st = store->ops->get(store, row->name, READ_FACTOR * max_transcript, &there, &err);

	if (st == RESULT_MISSING) {
		settle(out, COMPARE_MISSING, LEVEL_SIZE, "the store has no %s", row->name);
	} else if (st == RESULT_LIMIT) {
		settle(out, COMPARE_DIFFERS, LEVEL_SIZE, "%s is larger than %zu bytes", row->name,
		       READ_FACTOR * max_transcript);
	} else if (st != RESULT_OK) {
		settle(out, COMPARE_UNKNOWN, LEVEL_COUNT, "%.280s", err.text);
		out->result = st;
	} else {
		hash_sha256(buf_text(&there), there.len, out->sha256);
		if (may_be_subrip(row))
			as_sjson(&there, READ_FACTOR * max_transcript);
		if (here->len == there.len && !memcmp(buf_text(here), buf_text(&there), here->len)) {
			settle(out, COMPARE_SAME, level, "%s", "");
		} else {
			settle(out, COMPARE_DIFFERS, level,
			       "%s: %zu bytes here, %zu there, unlike from byte %zu", row->name, here->len,
			       there.len, first_difference(here, &there) + 1);
			if (level == LEVEL_CUES)
				compare_cues(x, &there, out);
		}
	}
	buf_clear(&there);
}

void compare_stored(struct store *store, const struct expectation *x, const struct val_row *row,
		    enum verify_level level, size_t max_transcript, struct stored_comparison *out)
{
	struct store_info info = {0};
	struct error err = {0};
	enum result st;

	memset(out, 0, sizeof(*out));
	if (level == LEVEL_COUNT) {
		settle(out, COMPARE_SAME, LEVEL_COUNT, "%s", "");
		return;
	}
	if (!row->name) {
		settle(out, COMPARE_UNKNOWN, LEVEL_COUNT, "val does not tell the name of its file");
		return;
	}
	if (!*row->name) {
		settle(out, COMPARE_MISSING, LEVEL_SIZE, "val's row names no file");
		return;
	}
	if (level > LEVEL_HASH) {
		compare_bytes(store, x, row, level, max_transcript, out);
		return;
	}
	st = store->ops->head(store, row->name, &info, &err);
	out->result = st == RESULT_MISSING ? RESULT_OK : st;
	if (out->result != RESULT_OK)
		settle(out, COMPARE_UNKNOWN, LEVEL_COUNT, "%.280s", err.text);
	else if (st == RESULT_MISSING || !info.exists)
		settle(out, COMPARE_MISSING, LEVEL_SIZE, "the store has no %s", row->name);
	else if (may_be_subrip(row))
		compare_bytes(store, x, row, LEVEL_HASH, max_transcript, out);
	else if (info.size >= 0 && (size_t)info.size != x->converted.sjson.len)
		settle(out, COMPARE_DIFFERS, LEVEL_SIZE, "%s: %zu bytes here, %lld there",
		       row->name, x->converted.sjson.len, (long long)info.size);
	else if (level == LEVEL_SIZE && info.size >= 0)
		settle(out, COMPARE_SAME, LEVEL_SIZE, "%s", "");
	else if (*info.sha256)
		settle(out, strcmp(info.sha256, x->sha256) ? COMPARE_DIFFERS : COMPARE_SAME, LEVEL_HASH,
		       "%s", strcmp(info.sha256, x->sha256) ? "the hashes differ" : "");
	else
		compare_bytes(store, x, row, LEVEL_HASH, max_transcript, out);
}

/* The object val names, or the bytes in it, are those of @sha256 for this id and language. */
static bool holds(const char *val_id, const char *language, const char *sha256,
		  const char *val_object, const char *stored_sha256)
{
	char object[OBJECT_NAME_SIZE];

	if (!*sha256)
		return false;
	if (*stored_sha256)
		return !strcmp(sha256, stored_sha256);
	key_object_name(val_id, language, sha256, object);
	return val_object && !strcmp(object, val_object);
}

enum finding_code compare_cause(struct reader *reader, const struct plan_video *video,
				const char *language, const char *val_object, const char *sha256)
{
	enum finding_code code = FINDING_VAL_DIFFERS;
	struct journal_row ours = {0};
	char(*siblings)[HASH_HEX] = NULL;
	size_t count = 0;

	if (reader_registered(reader, video->val_id, language, &ours, NULL) == RESULT_OK &&
	    holds(video->val_id, language, ours.sha256, val_object, sha256))
		code = ours.video_id == video->id ? FINDING_SOURCE_CHANGED : FINDING_SHARED_ID_DIFFERS;
	else if (reader_siblings(reader, video->id, video->val_id, language, &siblings, &count, NULL) ==
		 RESULT_OK)
		for (size_t i = 0; i < count; i++)
			if (holds(video->val_id, language, siblings[i], val_object, sha256))
				code = FINDING_SHARED_ID_DIFFERS;
	journal_row_clear(&ours);
	free(siblings);
	return code;
}

bool compare_registered(struct reader *reader, const struct plan_video *video,
			const struct expectation *x)
{
	struct journal_row line = {0};
	bool ours = reader_registered(reader, video->val_id, x->language, &line, NULL) == RESULT_OK &&
		    line.video_id == video->id && !strcmp(line.object, x->object);

	journal_row_clear(&line);
	return ours;
}

enum result compare_removed(struct reader *reader, const struct expect_options *options,
			    const struct plan_video *video, const struct expectation *x,
			    const char *block, struct report *report, struct error *err)
{
	struct transcript_row *row = &report->transcripts[x->row];
	struct journal_row ours = {0};
	bool waived = expect_waived(options, block, x->language, FINDING_VAL_REMOVED, x->sha256);
	enum result st = reader_registered(reader, video->val_id, x->language, &ours, err);

	if (st == RESULT_OK) {
		report_finding(report, FINDING_VAL_REMOVED, false, block, x->language, x->sha256,
			       "registered as %s, and gone", ours.object);
		row->expected = !waived;
		row->outcome = waived ? OUTCOME_WAIVED : OUTCOME_FAILED;
	}
	journal_row_clear(&ours);
	return st;
}

bool compare_stands(struct reader *reader, const struct plan_video *video, const char *language)
{
	struct journal_row line = {0};
	enum result st = reader_registered(reader, video->val_id, language, &line, NULL);
	bool stands;

	if (st == RESULT_MISSING)
		st = reader_announced(reader, video->val_id, language, &line, NULL);
	stands = st == RESULT_MISSING || (st == RESULT_OK && line.video_id == video->id);
	journal_row_clear(&line);
	return stands;
}

static bool promised(struct reader *reader, const struct plan *plan, const struct plan_video *video,
		     const struct expectations *expected, const char *language)
{
	char(*others)[HASH_HEX] = NULL;
	size_t count = 0;

	for (size_t x = 0; x < expected->count; x++)
		if (!strcmp(expected->items[x].language, language))
			return true;
	if (plan_sibling_promises(plan, video, language))
		return true;
	if (reader_siblings(reader, video->id, video->val_id, language, &others, &count, NULL) !=
	    RESULT_OK)
		count = 0;
	free(others);
	return count > 0;
}

void compare_extra(struct reader *reader, const struct plan *plan, const struct plan_video *video,
		   const struct expectations *expected, const struct val_video *val,
		   struct report *report)
{
	if (video->before >= 0)
		return;
	for (size_t i = 0; i < val->row_count; i++) {
		const struct val_row *row = &val->rows[i];
		struct transcript_row *t;

		if (promised(reader, plan, video, expected, row->language))
			continue;
		t = report_transcript(report, row->language);
		if (!t)
			return;
		t->outcome = OUTCOME_EXTRA;
		t->in_val = VAL_PRESENT;
		report_set(report, &t->val_object, row->name ? row->name : "");
	}
}
