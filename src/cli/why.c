#include "config.h"

#include "src/cli/why.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/commands.h"
#include "src/cli/out.h"
#include "src/cli/show.h"

static const char *const presence_words[] = {"unknown", "absent", "present"};

bool why_wants(const struct why *why, const char *language)
{
	return !why->language || !strcmp(why->language, language);
}

void why_section(const struct why *why, const char *title)
{
	if (!why->json)
		out_line("  %s", title);
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static const char *branches_word(unsigned bits)
{
	static const char *const words[] = {"neither branch", "published", "draft",
					    "published and draft"};

	return words[bits & 3];
}

/* ---- course -------------------------------------------------------------------------------*/

static void tell_course(const struct why *why)
{
	const struct course_row *row = &why->course;
	char status[64], begun[32], changed[32];

	if (why->json) {
		out_json_line(show_course_json(row));
		return;
	}
	out_line("%s \"%s\"", row->key, row->name);
	out_line("  %s; pass %" PRId64 ", begun %s, changed %s",
		 show_status(row, status, sizeof(status)), row->pass,
		 show_time(row->begun, begun, sizeof(begun)),
		 show_time(row->changed, changed, sizeof(changed)));
	out_line("  read from %s", or_dash(row->location));
	out_line("  %" PRId64 " of %" PRId64 " videos tried, %" PRId64 " failed; %" PRId64
		 " transcripts expected, %" PRId64 " in val, %" PRId64 " unknown, %" PRId64
		 " extra",
		 row->tried, row->videos, row->failed, row->counts.expected, row->counts.in_val,
		 row->counts.unknown, row->counts.extra);
	if (*row->problem)
		out_line("  %s", row->problem);
}

/* type video: video, name, edx_video_id, new_id, branches, state, attempts, and the counts. */
static cJSON *video_json(const struct video_row *row)
{
	cJSON *object = object_new("video");
	char block[512];

	snprintf(block, sizeof(block), "%s@%s", row->type, row->block);
	member_text(object, "video", block);
	member_text(object, "name", row->name);
	member_text(object, "edx_video_id", row->val_id);
	member_flag(object, "new_id", row->val_id_new);
	member_text(object, "branches", branches_word(row->branches));
	member_text(object, "state", video_state_name(row->state));
	member_number(object, "attempts", row->attempts);
	member_text(object, "languages", row->expected_languages);
	member_text(object, "val_languages", row->val_languages);
	show_counts_json(object, &row->counts);
	return object;
}

static void tell_video_line(const struct why *why, const struct video_row *row)
{
	if (why->json)
		out_json_line(video_json(row));
	else
		out_line("    %-7s %s@%s \"%s\": expected %s; in val %s",
			 video_state_name(row->state), row->type, row->block, row->name,
			 or_dash(row->expected_languages), or_dash(row->val_languages));
}

static int tell_videos(const struct why *why)
{
	struct video_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;
	int64_t total;

	if (reader_videos(why->cli->reader, why->course.id, 0, -1, &rows, &count, &total, &err) !=
	    RESULT_OK)
		return cli_fail(&err);
	if (count)
		why_section(why, "Videos:");
	for (size_t i = 0; i < count; i++) {
		tell_video_line(why, &rows[i]);
		video_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* type event: at, who, action, object, what, why. */
static void tell_event(const struct why *why, const struct event_row *row)
{
	char at[32];
	cJSON *object;

	if (!why->json) {
		out_line("    %s %s: %s %s%s%s", show_time(row->at, at, sizeof(at)), row->who,
			 row->action, row->what, *row->why ? ": " : "", row->why);
		return;
	}
	object = object_new("event");
	member_time(object, "at", row->at);
	member_text(object, "who", row->who);
	member_text(object, "action", row->action);
	member_text(object, "object", row->object);
	member_text(object, "what", row->what);
	member_text(object, "why", row->why);
	out_json_line(object);
}

static int tell_events(const struct why *why)
{
	const struct event_query query = {.object = why->course.key, .count = 100};
	struct event_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;
	int64_t total;

	if (reader_events(why->cli->reader, &query, &rows, &count, &total, &err) != RESULT_OK)
		return cli_fail(&err);
	if (count)
		why_section(why, "What was done, newest first:");
	for (size_t i = 0; i < count; i++) {
		tell_event(why, &rows[i]);
		event_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* ---- findings: of the course or of the video ----------------------------------------------*/

static void tell_finding(const struct why *why, const struct finding_row *row)
{
	if (why->json) {
		out_json_line(show_finding_json(row));
		return;
	}
	out_line(
	    "    %s %s %s %s: %s", row->waived ? "waived" : finding_severity_name(row->severity),
	    finding_info(row->code)->name, or_dash(row->block), or_dash(row->language), row->text);
	if (row->waived)
		out_line("      by %s: %s", row->who, row->reason);
	else
		out_line("      %s", finding_info(row->code)->help);
}

static bool concerns(const struct why *why, const struct finding_row *row)
{
	if (why->video_name && (!why->block || strcmp(row->block, why->block)))
		return false;
	return !*row->language || why_wants(why, row->language);
}

static int tell_findings(const struct why *why)
{
	const struct finding_query query = {
	    .course = why->course.id, .code = -1, .count = -1, .with_waived = true};
	struct finding_row *rows = NULL;
	struct error err = {0};
	bool titled = false;
	size_t count = 0;
	int64_t total;

	if (reader_findings(why->cli->reader, &query, &rows, &count, &total, &err) != RESULT_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < count; i++) {
		if (concerns(why, &rows[i])) {
			if (!titled)
				why_section(why, "Findings:");
			titled = true;
			tell_finding(why, &rows[i]);
		}
		finding_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* ---- transcripts --------------------------------------------------------------------------*/

/*
 * type transcript: language, expected, implicit, branches, taken, source, source_sha256, format,
 * encoding, sha256, size, cues, object, outcome, in_val, val_object, compare, level, detail.
 */
static void tell_transcript_json(const struct transcript_row *row)
{
	cJSON *object = object_new("transcript");

	member_text(object, "language", row->language);
	member_flag(object, "expected", row->expected);
	member_flag(object, "implicit", row->implicit);
	member_text(object, "branches", branches_word(row->branches));
	member_text(object, "taken", branches_word(row->taken));
	member_text(object, "source", row->source);
	member_text(object, "source_sha256", row->source_sha256);
	member_text(object, "format", row->format);
	member_text(object, "encoding", row->encoding);
	member_text(object, "sha256", row->sha256);
	if (row->size >= 0)
		member_number(object, "size", row->size);
	if (row->cues >= 0)
		member_number(object, "cues", row->cues);
	member_text(object, "object", row->object);
	member_text(object, "outcome", transcript_outcome_name(row->outcome));
	member_text(object, "in_val", presence_words[row->in_val]);
	member_text(object, "val_object", row->val_object);
	member_text(object, "compare", transcript_compare_name(row->compare));
	member_text(object, "level", verify_level_name(row->level));
	member_text(object, "detail", row->detail);
	out_json_line(object);
}

static void tell_transcript(const struct why *why, const struct transcript_row *row)
{
	if (!why_wants(why, row->language))
		return;
	if (why->json) {
		tell_transcript_json(row);
		return;
	}
	out_line("    %s: %s; %s%s by %s", row->language, transcript_outcome_name(row->outcome),
		 row->expected ? "expected" : "not expected", row->implicit ? ", implicitly," : "",
		 branches_word(row->branches));
	if (*row->source)
		out_line("      source  %s (%s%s%s) sha256 %s", row->source, or_dash(row->format),
			 *row->encoding ? ", from " : "", row->encoding,
			 or_dash(row->source_sha256));
	if (*row->sha256)
		out_line("      SJSON   %" PRId64 " bytes, %" PRId64 " cues, sha256 %s", row->size,
			 row->cues, row->sha256);
	if (*row->object)
		out_line("      object  %s", row->object);
	out_line("      in val  %s%s%s; %s at level %s%s%s", presence_words[row->in_val],
		 *row->val_object ? " as " : "", row->val_object,
		 transcript_compare_name(row->compare), verify_level_name(row->level),
		 *row->detail ? ": " : "", row->detail);
}

static int tell_transcripts(const struct why *why)
{
	struct transcript_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;

	if (reader_transcripts(why->cli->reader, why->video.id, &rows, &count, &err) != RESULT_OK)
		return cli_fail(&err);
	if (count)
		why_section(why, "Transcripts:");
	for (size_t i = 0; i < count; i++) {
		tell_transcript(why, &rows[i]);
		transcript_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* ---- attempts and journal -----------------------------------------------------------------*/

/* type attempt: pass, number, begun, ended, result, text. */
static void tell_attempt(const struct why *why, const struct attempt_row *row)
{
	char begun[32];
	cJSON *object;

	if (!why->json) {
		out_line("    pass %" PRId64 ", try %" PRId64 ", %s: %s%s%s", row->pass,
			 row->number, show_time(row->begun, begun, sizeof(begun)), row->result,
			 *row->text ? ": " : "", row->text);
		return;
	}
	object = object_new("attempt");
	member_number(object, "pass", row->pass);
	member_number(object, "number", row->number);
	member_time(object, "begun", row->begun);
	member_time(object, "ended", row->ended);
	member_text(object, "result", row->result);
	member_text(object, "text", row->text);
	out_json_line(object);
}

static int tell_attempts(const struct why *why)
{
	struct attempt_row *rows = NULL;
	struct error err = {0};
	size_t count = 0;

	if (reader_attempts(why->cli->reader, why->video.id, &rows, &count, &err) != RESULT_OK)
		return cli_fail(&err);
	if (count)
		why_section(why, "Attempts:");
	for (size_t i = 0; i < count; i++) {
		tell_attempt(why, &rows[i]);
		attempt_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* type journal: at, kind, edx_video_id, language, object, sha256, size. */
static void tell_journal_line(const struct why *why, const struct journal_row *row)
{
	char at[32];
	cJSON *object;

	if (!why->json) {
		out_line("    %s %-8s %s %s %s", show_time(row->at, at, sizeof(at)), row->kind,
			 row->val_id, or_dash(row->language), or_dash(row->object));
		return;
	}
	object = object_new("journal");
	member_time(object, "at", row->at);
	member_text(object, "kind", row->kind);
	member_text(object, "edx_video_id", row->val_id);
	member_text(object, "language", row->language);
	member_text(object, "object", row->object);
	member_text(object, "sha256", row->sha256);
	if (row->size >= 0)
		member_number(object, "size", row->size);
	out_json_line(object);
}

static int tell_journal(const struct why *why)
{
	struct journal_row *rows = NULL;
	struct error err = {0};
	bool titled = false;
	size_t count = 0;

	if (reader_journal(why->cli->reader, why->video.id, &rows, &count, &err) != RESULT_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < count; i++) {
		if (!*rows[i].language || why_wants(why, rows[i].language)) {
			if (!titled)
				why_section(why, "Journal:");
			titled = true;
			tell_journal_line(why, &rows[i]);
		}
		journal_row_clear(&rows[i]);
	}
	free(rows);
	return -1;
}

/* ---- the video ----------------------------------------------------------------------------*/

static int find_video(struct why *why)
{
	struct buf block = BUF_INIT;
	struct error err = {0};
	enum result st =
	    reader_find_video(why->cli->reader, why->course.id, why->video_name, &why->video, &err);

	if (st == RESULT_MISSING)
		return -1; /* perhaps not planned yet: the source will tell */
	if (st == RESULT_INVALID)
		return cli_usage(why->cli, "%s", err.text);
	if (st != RESULT_OK)
		return cli_fail(&err);
	why->planned = true;
	buf_printf(&block, "%s@%s", why->video.type, why->video.block);
	why->block = buf_take(&block);
	return -1;
}

static void tell_video(const struct why *why)
{
	const struct video_row *row = &why->video;

	if (why->json) {
		out_json_line(video_json(row));
		return;
	}
	out_line("  %s@%s \"%s\"", row->type, row->block, row->name);
	out_line("    %s; in %s; val id %s%s", video_state_name(row->state),
		 branches_word(row->branches), or_dash(row->val_id),
		 row->val_id_new ? " (new, made for this block)" : "");
}

/* The status database and the source may each know the video; one of them has to. */
static int find_everywhere(struct why *why)
{
	int st = find_video(why);

	if (st < 0)
		st = why_open_source(why);
	if (st >= 0 || why->planned || why->source_block)
		return st;
	if (!*why->source_problem) {
		out_note("%s has no video %s", why->course.key, why->video_name);
		return CLI_USAGE;
	}
	out_note("video %s is not planned yet, and the source cannot be read: %s", why->video_name,
		 why->source_problem);
	return CLI_FAILED;
}

static int tell_video_story(struct why *why)
{
	int st = find_everywhere(why);

	if (st >= 0)
		return st;
	tell_course(why);
	if (why->planned)
		tell_video(why);
	why_tell_source(why);
	if (!why->planned)
		why_section(why, "Not planned yet: launch or migrate the course.");
	if (why->planned)
		st = tell_transcripts(why);
	if (st < 0 && why->planned)
		st = tell_attempts(why);
	if (st < 0)
		st = tell_findings(why);
	if (st < 0 && why->planned)
		st = tell_journal(why);
	return st;
}

static int tell_course_story(struct why *why)
{
	int st;

	tell_course(why);
	st = tell_videos(why);
	if (st < 0)
		st = tell_findings(why);
	return st < 0 ? tell_events(why) : st;
}

/* JSON: objects in the order told, each with its type (above), then type summary: course,
   video, language. */
int cli_why(struct cli *cli)
{
	struct why why = {.cli = cli, .json = cli_option(cli, "json")};
	cJSON *summary;
	int st;

	why.video_name = cli->operand_count > 1 ? cli->operands[1] : NULL;
	why.language = cli->operand_count > 2 ? cli->operands[2] : NULL;
	st = cli_open_reader(cli, true);
	if (st < 0)
		st = cli_course(cli, cli->operands[0], &why.course);
	if (st < 0)
		st = why.video_name ? tell_video_story(&why) : tell_course_story(&why);
	if (st < 0 && why.json) {
		summary = object_new("summary");
		member_text(summary, "course", why.course.key);
		member_text(summary, "video", why.block);
		member_text(summary, "language", why.language);
		out_json_line(summary);
	}
	why_close_source(&why);
	course_row_clear(&why.course);
	video_row_clear(&why.video);
	free(why.block);
	return st < 0 ? CLI_OK : st;
}
