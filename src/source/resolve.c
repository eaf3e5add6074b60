#include "config.h"

#include "src/source/resolve.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"

/* A list of names without empty ones and without repetitions, in order of precedence. */
struct name_list {
	char **names;
	size_t count;
};

static void name_list_clear(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	list->names = NULL;
	list->count = 0;
}

static bool name_list_add(struct name_list *list, const char *name)
{
	char **more;

	name = key_strip_static(name);
	if (!*name)
		return true;
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->names[i], name))
			return true;
	more = reallocarray(list->names, list->count + 1, sizeof(*more));
	if (!more)
		return false;
	list->names = more;
	more[list->count] = strdup(name);
	return more[list->count++];
}

/* The names an id gives: its SJSON, and for English the raw file of that name behind it. */
static bool add_id(struct name_list *list, const char *id, const char *language)
{
	char *subs;
	bool ok;

	if (!*id)
		return true;
	subs = key_subs_name(id, language);
	ok = subs && name_list_add(list, subs);
	free(subs);
	if (ok && !strcmp(language, "en"))
		ok = name_list_add(list, id);
	return ok;
}

/* The ids the block itself carries, without sub: what learners find without being told. */
static bool add_block_ids(struct name_list *list, const struct video_fields *fields,
			  const char *language)
{
	if (!add_id(list, fields->youtube_id, language))
		return false;
	for (size_t i = 0; i < fields->html5_count; i++)
		if (!add_id(list, fields->html5_ids[i], language))
			return false;
	return true;
}

/* English asks for sub before the map's file, every other language the other way round. */
static bool add_explicit(struct name_list *list, const struct video_fields *fields,
			 const char *language, const char *file)
{
	if (!strcmp(language, "en"))
		return add_id(list, fields->sub, language) && name_list_add(list, file) &&
		       add_block_ids(list, fields, language);
	return name_list_add(list, file) && add_id(list, fields->sub, language) &&
	       add_block_ids(list, fields, language);
}

/* Takes the names of @list in every case. */
static bool promise_add(struct promises *out, const char *language, enum promise_kind kind,
			struct name_list *list)
{
	struct promise *more = reallocarray(out->items, out->count + 1, sizeof(*more));
	char *copy = strdup(language);

	if (more)
		out->items = more;
	if (!more || !copy) {
		free(copy);
		name_list_clear(list);
		return false;
	}
	more[out->count++] = (struct promise){copy, kind, list->names, list->count};
	*list = (struct name_list){NULL, 0};
	return true;
}

static bool promise_explicit(struct promises *out, const struct video_fields *fields,
			     const char *language, const char *file)
{
	struct name_list list = {NULL, 0};

	if (!add_explicit(&list, fields, language, file)) {
		name_list_clear(&list);
		return false;
	}
	return promise_add(out, language, PROMISE_EXPLICIT, &list);
}

static bool is_promised(const struct promises *out, const char *language)
{
	for (size_t i = 0; i < out->count; i++)
		if (!strcmp(out->items[i].language, language))
			return true;
	return false;
}

/* The transcripts map, and English by sub. */
static bool add_named(struct promises *out, const struct video_fields *fields)
{
	for (size_t i = 0; i < fields->transcript_count; i++) {
		const struct language_file *entry = &fields->transcripts[i];

		if (!*entry->language || !*entry->file || is_promised(out, entry->language))
			continue;
		if (!promise_explicit(out, fields, entry->language, entry->file))
			return false;
	}
	if (!*fields->sub || is_promised(out, "en"))
		return true;
	return promise_explicit(out, fields, "en", "");
}

/* A language only <video_asset> names has exactly one file: what edx-val's export wrote. */
static bool add_assets(struct promises *out, const struct video_fields *fields)
{
	for (size_t i = 0; *fields->edx_video_id && i < fields->asset_language_count; i++) {
		const char *language = fields->asset_languages[i].language;
		struct name_list list = {NULL, 0};
		struct buf name = BUF_INIT;
		bool ok;

		if (!*language || is_promised(out, language))
			continue;
		buf_printf(&name, "%s-%s.srt", fields->edx_video_id, language);
		ok = !name.failed && name_list_add(&list, buf_text(&name));
		buf_clear(&name);
		if (!ok) {
			name_list_clear(&list);
			return false;
		}
		if (!promise_add(out, language, PROMISE_ASSET, &list))
			return false;
	}
	return true;
}

static bool add_implicit(struct promises *out, const struct video_fields *fields)
{
	struct name_list list = {NULL, 0};

	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].kind == PROMISE_EXPLICIT && !strcmp(out->items[i].language, "en"))
			return true;
	if (!add_block_ids(&list, fields, "en")) {
		name_list_clear(&list);
		return false;
	}
	return !list.count || promise_add(out, "en", PROMISE_IMPLICIT, &list);
}

static int promise_compare(const void *a, const void *b)
{
	const struct promise *x = a, *y = b;
	int order = strcmp(x->language, y->language);

	return order ? order : (int)x->kind - (int)y->kind;
}

enum result resolve_fields(const struct video_fields *fields, struct promises *out,
			   struct error *err)
{
	*out = (struct promises){NULL, 0};
	if (!add_named(out, fields) || !add_assets(out, fields) || !add_implicit(out, fields)) {
		promises_clear(out);
		return error_set(err, RESULT_NOMEM, "cannot resolve the transcripts of a video");
	}
	/* The kinds of a language stand in the order of their precedence. */
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), promise_compare);
	return RESULT_OK;
}

void promises_clear(struct promises *promises)
{
	for (size_t i = 0; i < promises->count; i++) {
		struct name_list list = {promises->items[i].names, promises->items[i].name_count};

		name_list_clear(&list);
		free(promises->items[i].language);
	}
	free(promises->items);
	promises->items = NULL;
	promises->count = 0;
}
