#include "config.h"

#include "src/cli/why.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/cli/out.h"
#include "src/source/resolve.h"

static const char *const kind_words[] = {
    [PROMISE_EXPLICIT] = "explicit",
    [PROMISE_ASSET] = "video_asset",
    [PROMISE_IMPLICIT] = "implicit",
};

/* ---- one promise: its names in order, the first that exists decides -----------------------*/

static void add_name(const struct why *why, cJSON *names, const char *name,
		     const struct asset *asset, bool decides)
{
	static const char *const words[] = {"found", "missing", "damaged", "too large"};
	cJSON *item;

	if (!why->json) {
		out_line("      %-9s %s%s%s%s%s", words[asset->state], name,
			 asset->id && strcmp(asset->id, name) ? " as " : "",
			 asset->id && strcmp(asset->id, name) ? asset->id : "",
			 decides ? "   <- this one" : "", asset->reason);
		return;
	}
	item = cJSON_CreateObject();
	member_text(item, "name", name);
	member_text(item, "state", words[asset->state]);
	member_text(item, "file", asset->id);
	if (asset->state == ASSET_FOUND && asset->size >= 0)
		member_number(item, "size", asset->size);
	member_flag(item, "decides", decides);
	if (!names || !cJSON_AddItemToArray(names, item))
		cJSON_Delete(item);
}

/* JSON: type promise: branch, language, kind, names (name, state, file, size, decides). */
static void tell_names(const struct why *why, const char *branch, const struct promise *promise,
		       const struct asset *assets)
{
	cJSON *object = NULL, *names = NULL;
	bool decided = false;

	if (why->json) {
		object = object_new("promise");
		member_text(object, "branch", branch);
		member_text(object, "language", promise->language);
		member_text(object, "kind", kind_words[promise->kind]);
		names = member_array(object, "names");
	} else {
		out_line("    %s %s, %s%s", branch, promise->language, kind_words[promise->kind],
			 promise->name_count ? ":" : ": no name to try");
	}
	/* names behind the first that exists never count: telling them would only confuse */
	for (size_t i = 0; i < promise->name_count && !decided; i++) {
		decided = assets[i].state != ASSET_MISSING;
		add_name(why, names, promise->names[i], &assets[i], decided);
	}
	if (object)
		out_json_line(object);
}

static enum result tell_promise(const struct why *why, struct source_course *course,
				const char *branch, const struct promise *promise,
				struct error *err)
{
	size_t count = promise->name_count;
	struct asset *assets = calloc(count ? count : 1, sizeof(*assets));
	enum result st = RESULT_OK;

	if (!assets)
		return error_set(err, RESULT_NOMEM, "out of memory");
	if (count)
		st = course->ops->find(course, (const char *const *)promise->names, count, assets,
				       err);
	if (st == RESULT_OK)
		tell_names(why, branch, promise, assets);
	for (size_t i = 0; i < count; i++)
		asset_clear(&assets[i]);
	free(assets);
	return st;
}

static enum result tell_branch(const struct why *why, struct source_course *course,
			       const char *branch, const struct video_fields *fields,
			       struct error *err)
{
	struct promises promises = {NULL, 0};
	bool wanted = false;
	enum result st;

	if (!fields)
		return RESULT_OK;
	st = resolve_fields(fields, &promises, err);
	if (st == RESULT_OK && !promises.count && !why->json)
		out_line("    %s: names no transcript", branch);
	for (size_t i = 0; i < promises.count && st == RESULT_OK; i++) {
		if (!why_wants(why, promises.items[i].language))
			continue;
		wanted = true;
		st = tell_promise(why, course, branch, &promises.items[i], err);
	}
	if (st == RESULT_OK && promises.count && !wanted && !why->json)
		out_line("    %s: names no %s", branch, why->language);
	promises_clear(&promises);
	return st;
}

/* ---- one block ----------------------------------------------------------------------------*/

static void tell_fields(const struct why *why, const char *branch,
			const struct video_fields *fields)
{
	struct buf ids = BUF_INIT;
	cJSON *object;

	if (!fields)
		return;
	for (size_t i = 0; i < fields->html5_count; i++)
		buf_printf(&ids, "%s%s", i ? " " : "", fields->html5_ids[i]);
	if (why->json) {
		object = object_new("branch");
		member_text(object, "branch", branch);
		member_text(object, "name", fields->display_name);
		member_text(object, "edx_video_id", fields->edx_video_id);
		member_text(object, "sub", fields->sub);
		member_text(object, "youtube_id", fields->youtube_id);
		member_text(object, "html5_ids", buf_text(&ids));
		out_json_line(object);
	} else {
		out_line("    %s \"%s\": edx_video_id %s, sub %s, youtube %s, html5 %s", branch,
			 fields->display_name, *fields->edx_video_id ? fields->edx_video_id : "-",
			 *fields->sub ? fields->sub : "-",
			 *fields->youtube_id ? fields->youtube_id : "-",
			 ids.len ? buf_text(&ids) : "-");
	}
	buf_clear(&ids);
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

/* ---- entrances ----------------------------------------------------------------------------*/

int why_open_source(struct why *why)
{
	struct source *source;
	struct error err = {0};
	struct buf name = BUF_INIT;
	int code = cli_open(why->cli, CAMPUS_SOURCE);

	if (code >= 0)
		return code;
	source = why->cli->campus->source;
	if (source->ops->open(source, why->course.key, &why->source, &err) != RESULT_OK) {
		memcpy(why->source_problem, err.text, sizeof(why->source_problem));
		return -1;
	}
	why->source_block =
	    find_block(why->source->outline, why->block ? why->block : why->video_name);
	if (why->source_block && !why->block) {
		buf_printf(&name, "%s@%s", why->source_block->type, why->source_block->id);
		why->block = buf_take(&name);
	}
	return -1;
}

void why_close_source(struct why *why)
{
	source_course_close(why->source);
	why->source = NULL;
	why->source_block = NULL;
}

static void tell_problem(const struct why *why, const char *text)
{
	cJSON *object;

	if (!why->json) {
		out_line("  The source cannot be read now: %s", text);
		return;
	}
	object = object_new("problem");
	member_text(object, "text", text);
	out_json_line(object);
}

void why_tell_source(const struct why *why)
{
	const struct video_block *block = why->source_block;
	struct error err = {0};
	enum result st;

	if (*why->source_problem) {
		tell_problem(why, why->source_problem);
		return;
	}
	if (!block) {
		why_section(why, "No longer in the source.");
		return;
	}
	why_section(why, "In the source, now:");
	tell_fields(why, "published", block->published);
	tell_fields(why, "draft", block->draft);
	why_section(why, "Promised, and what is tried for it:");
	st = tell_branch(why, why->source, "published", block->published, &err);
	if (st == RESULT_OK)
		st = tell_branch(why, why->source, "draft", block->draft, &err);
	if (st != RESULT_OK)
		tell_problem(why, err.text);
}
