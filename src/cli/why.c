/*
 * why COURSE [VIDEO [LANGUAGE]]: one item's whole life, as lines or as JSON.
 */
#include "config.h"

#include "src/verify/why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/cli/commands.h"
#include "src/cli/out.h"
#include "src/cli/show.h"

/* ---- JSON: an object a line, each with its type -------------------------------------------*/

static void course_json(void *to, const struct course_row *row)
{
	out_json_line(show_course_json(row, to));
}

/*
 * type evidence: number, state, text, level, began, at, pass, source_version, source_assets, the
 * counts but notices, waivers, stale, stale_at.
 */
static void evidence_json(void *to, const struct evidence *evidence, enum evidence_state state,
			  const char *text)
{
	cJSON *object = object_new("evidence");

	(void)to;
	member_number(object, "number", evidence->number);
	member_text(object, "state", evidence_state_name(state));
	member_text(object, "text", text);
	member_text(object, "level", verify_level_name(evidence->level));
	member_time(object, "began", evidence->began);
	member_time(object, "at", evidence->at);
	member_number(object, "pass", evidence->pass);
	member_text(object, "source_version", evidence->source_version);
	member_text(object, "source_assets", evidence->source_assets);
	member_number(object, "expected", evidence->counts.expected);
	member_number(object, "in_val", evidence->counts.in_val);
	member_number(object, "unknown", evidence->counts.unknown);
	member_number(object, "extra", evidence->counts.extra);
	member_number(object, "differing", evidence->counts.differing);
	member_number(object, "errors", evidence->counts.errors);
	member_number(object, "warnings", evidence->counts.warnings);
	member_number(object, "waived", evidence->counts.waived);
	member_text(object, "waivers", evidence->waivers);
	member_text(object, "stale", evidence->stale);
	member_time(object, "stale_at", evidence->stale_at);
	out_json_line(object);
}

static void section_json(void *to, const char *title)
{
	(void)to;
	(void)title;
}

/* type video: video, name, edx_video_id, new_id, branches, state, attempts, and the counts. */
static void video_json(void *to, const struct video_row *row)
{
	cJSON *object = object_new("video");
	char block[512];

	(void)to;
	snprintf(block, sizeof(block), "%s@%s", row->type, row->block);
	member_text(object, "video", block);
	member_text(object, "name", row->name);
	member_text(object, "edx_video_id", row->val_id);
	member_flag(object, "new_id", row->val_id_new);
	member_text(object, "branches", why_branches(row->branches));
	member_text(object, "state", video_state_name(row->state));
	member_number(object, "attempts", row->attempts);
	member_text(object, "languages", row->expected_languages);
	member_text(object, "val_languages", row->val_languages);
	show_counts_json(object, &row->counts);
	out_json_line(object);
}

/* type branch: branch, name, edx_video_id, sub, youtube_id, html5_ids. */
static void branch_json(void *to, const char *branch, const struct video_fields *fields)
{
	cJSON *object = object_new("branch");
	struct buf ids = BUF_INIT;

	(void)to;
	for (size_t i = 0; i < fields->html5_count; i++)
		buf_printf(&ids, "%s%s", i ? " " : "", fields->html5_ids[i]);
	member_text(object, "branch", branch);
	member_text(object, "name", fields->display_name);
	member_text(object, "edx_video_id", fields->edx_video_id);
	member_text(object, "sub", fields->sub);
	member_text(object, "youtube_id", fields->youtube_id);
	member_text(object, "html5_ids", buf_text(&ids));
	out_json_line(object);
	buf_clear(&ids);
}

static void add_name(cJSON *names, const char *name, const struct asset *asset)
{
	cJSON *item = cJSON_CreateObject();

	member_text(item, "name", name);
	member_text(item, "state", why_asset_state(asset->state));
	member_text(item, "file", asset->id);
	if (asset->state == ASSET_FOUND && asset->size >= 0)
		member_number(item, "size", asset->size);
	member_flag(item, "decides", asset->state != ASSET_MISSING);
	if (!names || !cJSON_AddItemToArray(names, item))
		cJSON_Delete(item);
}

/* type promise: branch, language, kind, names (name, state, file, size, decides). */
static void promise_json(void *to, const char *branch, const struct promise *promise,
			 const struct asset *assets)
{
	cJSON *object = object_new("promise"), *names;
	size_t count = why_names(promise, assets);

	(void)to;
	member_text(object, "branch", branch);
	member_text(object, "language", promise->language);
	member_text(object, "kind", why_promise_kind(promise->kind));
	names = member_array(object, "names");
	for (size_t i = 0; i < count; i++)
		add_name(names, promise->names[i], &assets[i]);
	out_json_line(object);
}

static void no_promise_json(void *to, const char *branch, const char *language)
{
	(void)to;
	(void)branch;
	(void)language;
}

/*
 * type transcript: language, expected, implicit, branches, taken, source, source_sha256, format,
 * encoding, sha256, size, cues, object, outcome, in_val, val_object, compare, level, detail.
 */
static void transcript_json(void *to, const struct transcript_row *row)
{
	cJSON *object = object_new("transcript");

	(void)to;
	member_text(object, "language", row->language);
	member_flag(object, "expected", row->expected);
	member_flag(object, "implicit", row->implicit);
	member_text(object, "branches", why_branches(row->branches));
	member_text(object, "taken", why_branches(row->taken));
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
	member_text(object, "in_val", why_presence(row->in_val));
	member_text(object, "val_object", row->val_object);
	member_text(object, "compare", transcript_compare_name(row->compare));
	member_text(object, "level", verify_level_name(row->level));
	member_text(object, "detail", row->detail);
	out_json_line(object);
}

/* type attempt: pass, number, begun, ended, result, text. */
static void attempt_json(void *to, const struct attempt_row *row)
{
	cJSON *object = object_new("attempt");

	(void)to;
	member_number(object, "pass", row->pass);
	member_number(object, "number", row->number);
	member_time(object, "begun", row->begun);
	member_time(object, "ended", row->ended);
	member_text(object, "result", row->result);
	member_text(object, "text", row->text);
	out_json_line(object);
}

static void finding_json(void *to, const struct finding_row *row)
{
	(void)to;
	out_json_line(show_finding_json(row));
}

/* type journal: at, kind, edx_video_id, language, object, sha256, size. */
static void journal_json(void *to, const struct journal_row *row)
{
	cJSON *object = object_new("journal");

	(void)to;
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

/* type event: at, who, action, object, what, why. */
static void event_json(void *to, const struct event_row *row)
{
	cJSON *object = object_new("event");

	(void)to;
	member_time(object, "at", row->at);
	member_text(object, "who", row->who);
	member_text(object, "action", row->action);
	member_text(object, "object", row->object);
	member_text(object, "what", row->what);
	member_text(object, "why", row->why);
	out_json_line(object);
}

/* type problem: text. */
static void problem_json(void *to, const char *text)
{
	cJSON *object = object_new("problem");

	(void)to;
	member_text(object, "text", text);
	out_json_line(object);
}

static const struct why_teller why_json = {
	.course = course_json, .evidence = evidence_json, .section = section_json, .listed = video_json, .video = video_json,
	.branch = branch_json, .promise = promise_json, .no_promise = no_promise_json,
	.transcript = transcript_json, .attempt = attempt_json, .finding = finding_json,
	.journal = journal_json, .event = event_json, .problem = problem_json,
};

/* type summary, the last: course, video, language. */
static void summary_json(const struct why *why)
{
	cJSON *summary = object_new("summary");

	member_text(summary, "course", why->course.key);
	member_text(summary, "video", why->block);
	member_text(summary, "language", why->language);
	out_json_line(summary);
}

/* ---- the command --------------------------------------------------------------------------*/

static void print_line(void *arg, const char *text)
{
	(void)arg;
	out_line("%s", text);
}

/* The status database and the source may each know the video; one of them has to. */
static int find_video(struct cli *cli, struct why *why)
{
	struct error err = {0};
	enum result st = why_find_video(why, &err);
	int code;

	if (st == RESULT_INVALID)
		return cli_usage(cli, "%s", err.text);
	if (st != RESULT_OK)
		return cli_fail(&err);
	code = cli_open(cli, CAMPUS_SOURCE);
	if (code >= 0)
		return code;
	why_open_source(why, cli->campus->source);
	if (why->planned || why->source_block)
		return -1;
	if (!*why->source_problem) {
		out_note("%s has no video %s", why->course.key, why->video_name);
		return CLI_USAGE;
	}
	out_note("video %s is not planned yet, and the source cannot be read: %s", why->video_name,
		 why->source_problem);
	return CLI_FAILED;
}

int cli_why(struct cli *cli)
{
	bool json = cli_option(cli, "json");
	struct why_lines lines = {print_line, NULL};
	struct why why = {.teller = json ? &why_json : &why_text, .to = json ? (void *)cli : &lines};
	struct error err = {0};
	int st;

	why.video_name = cli->operand_count > 1 ? cli->operands[1] : NULL;
	why.language = cli->operand_count > 2 ? cli->operands[2] : NULL;
	st = cli_open_reader(cli, true);
	if (st < 0) {
		why.reader = cli->reader;
		why.now = clock_wall(cli->campus->clock);
		why.most_age = cli->campus->conf->evidence_age * 1000;
		st = cli_course(cli, cli->operands[0], &why.course);
	}
	if (st < 0 && why.video_name)
		st = find_video(cli, &why);
	if (st < 0 && why_tell(&why, &err) != RESULT_OK)
		st = cli_fail(&err);
	if (st < 0 && json)
		summary_json(&why);
	why_clear(&why);
	return st < 0 ? CLI_OK : st;
}
