#include "config.h"

#include "src/verify/why.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

#define EVENTS 100 /* of a course are told, the newest */

static bool wants(const struct why *why, const char *language)
{
	return !why->language || !strcmp(why->language, language);
}

/* ---- words --------------------------------------------------------------------------------*/

const char *why_branches(unsigned bits)
{
	static const char *const words[] = {"neither branch", "published", "draft",
					    "published and draft"};

	return words[bits & 3];
}

const char *why_promise_kind(enum promise_kind kind)
{
	static const char *const words[] = {
		[PROMISE_EXPLICIT] = "explicit",
		[PROMISE_ASSET] = "video_asset",
		[PROMISE_IMPLICIT] = "implicit",
	};

	return words[kind];
}

const char *why_asset_state(enum asset_state state)
{
	static const char *const words[] = {"found", "missing", "damaged", "too large"};

	return words[state];
}

const char *why_presence(int in_val)
{
	static const char *const words[] = {"unknown", "absent", "present"};

	return words[in_val];
}

/* ---- a course -----------------------------------------------------------------------------*/

static enum result tell_evidence(const struct why *why, struct error *err)
{
	struct evidence evidence;
	enum evidence_state state;
	char text[256];
	enum result st = reader_evidence(why->reader, why->course.id, &evidence, err);

	if (st != RESULT_OK && st != RESULT_MISSING)
		return st;
	state = evidence_told(&evidence, why->now, why->most_age, text, sizeof(text));
	if (st == RESULT_OK)
		why->teller->evidence(why->to, &evidence, state, text);
	evidence_clear(&evidence);
	return RESULT_OK;
}

static enum result tell_videos(const struct why *why, struct error *err)
{
	struct video_row *rows = NULL;
	size_t count = 0;
	int64_t total;
	enum result st = reader_videos(why->reader, why->course.id, 0, -1, &rows, &count, &total, err);

	if (st == RESULT_OK && count)
		why->teller->section(why->to, "Videos:");
	for (size_t i = 0; i < count; i++) {
		why->teller->listed(why->to, &rows[i]);
		video_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

static enum result tell_events(const struct why *why, struct error *err)
{
	const struct event_query query = {.object = why->course.key, .count = EVENTS};
	struct event_row *rows = NULL;
	size_t count = 0;
	int64_t total;
	enum result st = reader_events(why->reader, &query, &rows, &count, &total, err);

	if (st == RESULT_OK && count)
		why->teller->section(why->to, "What was done, newest first:");
	for (size_t i = 0; i < count; i++) {
		why->teller->event(why->to, &rows[i]);
		event_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

/* ---- findings: of the course or of the video ----------------------------------------------*/

static bool concerns(const struct why *why, const struct finding_row *row)
{
	if (why->video_name && (!why->block || strcmp(row->block, why->block)))
		return false;
	return !*row->language || wants(why, row->language);
}

static enum result tell_findings(const struct why *why, struct error *err)
{
	const struct finding_query query = {
		.course = why->course.id, .code = -1, .count = -1, .with_waived = true};
	struct finding_row *rows = NULL;
	bool titled = false;
	size_t count = 0;
	int64_t total;
	enum result st = reader_findings(why->reader, &query, &rows, &count, &total, err);

	for (size_t i = 0; i < count; i++) {
		if (concerns(why, &rows[i])) {
			if (!titled)
				why->teller->section(why->to, "Findings:");
			titled = true;
			why->teller->finding(why->to, &rows[i]);
		}
		finding_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

/* ---- below a video ------------------------------------------------------------------------*/

static enum result tell_transcripts(const struct why *why, struct error *err)
{
	struct transcript_row *rows = NULL;
	size_t count = 0;
	enum result st = reader_transcripts(why->reader, why->video.id, &rows, &count, err);

	if (st == RESULT_OK && count)
		why->teller->section(why->to, "Transcripts:");
	for (size_t i = 0; i < count; i++) {
		if (wants(why, rows[i].language))
			why->teller->transcript(why->to, &rows[i]);
		transcript_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

static enum result tell_attempts(const struct why *why, struct error *err)
{
	struct attempt_row *rows = NULL;
	size_t count = 0;
	enum result st = reader_attempts(why->reader, why->video.id, &rows, &count, err);

	if (st == RESULT_OK && count)
		why->teller->section(why->to, "Attempts:");
	for (size_t i = 0; i < count; i++) {
		why->teller->attempt(why->to, &rows[i]);
		attempt_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

static enum result tell_journal(const struct why *why, struct error *err)
{
	struct journal_row *rows = NULL;
	bool titled = false;
	size_t count = 0;
	enum result st = reader_journal(why->reader, why->video.id, &rows, &count, err);

	for (size_t i = 0; i < count; i++) {
		if (!*rows[i].language || wants(why, rows[i].language)) {
			if (!titled)
				why->teller->section(why->to, "Journal:");
			titled = true;
			why->teller->journal(why->to, &rows[i]);
		}
		journal_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

/* ---- in the source ------------------------------------------------------------------------*/

size_t why_names(const struct promise *promise, const struct asset *assets)
{
	for (size_t i = 0; i < promise->name_count; i++)
		if (assets[i].state != ASSET_MISSING)
			return i + 1;
	return promise->name_count;
}

static enum result tell_promise(const struct why *why, const char *branch,
				const struct promise *promise, struct error *err)
{
	struct source_course *course = why->source;
	size_t count = promise->name_count;
	struct asset *assets = calloc(count ? count : 1, sizeof(*assets));
	enum result st = RESULT_OK;

	if (!assets)
		return error_set(err, RESULT_NOMEM, "out of memory");
	if (count)
		st = course->ops->find(course, (const char *const *)promise->names, count, assets, err);
	if (st == RESULT_OK)
		why->teller->promise(why->to, branch, promise, assets);
	for (size_t i = 0; i < count; i++)
		asset_clear(&assets[i]);
	free(assets);
	return st;
}

static enum result tell_branch(const struct why *why, const char *branch,
			       const struct video_fields *fields, struct error *err)
{
	struct promises promises = {NULL, 0};
	bool wanted = false;
	enum result st;

	if (!fields)
		return RESULT_OK;
	st = resolve_fields(fields, &promises, err);
	if (st == RESULT_OK && !promises.count)
		why->teller->no_promise(why->to, branch, NULL);
	for (size_t i = 0; i < promises.count && st == RESULT_OK; i++) {
		if (!wants(why, promises.items[i].language))
			continue;
		wanted = true;
		st = tell_promise(why, branch, &promises.items[i], err);
	}
	if (st == RESULT_OK && promises.count && !wanted)
		why->teller->no_promise(why->to, branch, why->language);
	promises_clear(&promises);
	return st;
}

static void tell_source(const struct why *why)
{
	const struct video_block *block = why->source_block;
	struct error err = {0};
	enum result st;

	if (*why->source_problem) {
		why->teller->problem(why->to, why->source_problem);
		return;
	}
	if (!block) {
		why->teller->section(why->to, "No longer in the source.");
		return;
	}
	why->teller->section(why->to, "In the source, now:");
	if (block->published)
		why->teller->branch(why->to, "published", block->published);
	if (block->draft)
		why->teller->branch(why->to, "draft", block->draft);
	why->teller->section(why->to, "Promised, and what is tried for it:");
	st = tell_branch(why, "published", block->published, &err);
	if (st == RESULT_OK)
		st = tell_branch(why, "draft", block->draft, &err);
	if (st != RESULT_OK)
		why->teller->problem(why->to, err.text);
}

static const struct video_block *find_block(const struct outline *outline, const char *name)
{
	const struct video_block *found = NULL;

	for (size_t i = 0; i < outline->block_count; i++) {
		const struct video_block *block = &outline->blocks[i];
		size_t len = strlen(block->type);

		if (!strncmp(name, block->type, len) && name[len] == '@' &&
		    !strcmp(name + len + 1, block->id))
			return block;
		if (!found && !strcmp(name, block->id))
			found = block;
	}
	return found;
}

static char *block_name(const char *type, const char *id)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s@%s", type, id);
	return buf_take(&name);
}

/* ---- entrances ----------------------------------------------------------------------------*/

enum result why_find_video(struct why *why, struct error *err)
{
	enum result st =
		reader_find_video(why->reader, why->course.id, why->video_name, &why->video, err);

	if (st == RESULT_MISSING)
		return RESULT_OK; /* perhaps not planned yet: the source will tell */
	if (st != RESULT_OK)
		return st;
	why->planned = true;
	why->block = block_name(why->video.type, why->video.block);
	return why->block ? RESULT_OK : error_set(err, RESULT_NOMEM, "out of memory");
}

void why_open_source(struct why *why, struct source *source)
{
	struct error err = {0};

	if (source->ops->open(source, why->course.key, &why->source, &err) != RESULT_OK) {
		memcpy(why->source_problem, err.text, sizeof(why->source_problem));
		return;
	}
	why->source_block =
		find_block(why->source->outline, why->block ? why->block : why->video_name);
	if (why->source_block && !why->block)
		why->block = block_name(why->source_block->type, why->source_block->id);
}

static enum result tell_video_story(const struct why *why, struct error *err)
{
	enum result st = RESULT_OK;

	if (why->planned)
		why->teller->video(why->to, &why->video);
	tell_source(why);
	if (!why->planned)
		why->teller->section(why->to, "Not planned yet: launch or migrate the course.");
	if (why->planned)
		st = tell_transcripts(why, err);
	if (st == RESULT_OK && why->planned)
		st = tell_attempts(why, err);
	if (st == RESULT_OK)
		st = tell_findings(why, err);
	if (st == RESULT_OK && why->planned)
		st = tell_journal(why, err);
	return st;
}

enum result why_tell(struct why *why, struct error *err)
{
	enum result st;

	why->teller->course(why->to, &why->course);
	if (why->video_name)
		return tell_video_story(why, err);
	st = tell_evidence(why, err);
	if (st == RESULT_OK)
		st = tell_videos(why, err);
	if (st == RESULT_OK)
		st = tell_findings(why, err);
	return st == RESULT_OK ? tell_events(why, err) : st;
}

void why_clear(struct why *why)
{
	source_course_close(why->source);
	why->source = NULL;
	why->source_block = NULL;
	course_row_clear(&why->course);
	video_row_clear(&why->video);
	free(why->block);
	why->block = NULL;
}
