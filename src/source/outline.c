#include "config.h"

#include "src/source/outline.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/key.h"
#include "src/source/names.h"

/* What the branches call their versions of a block, by enum branch. */
struct versions {
	bool said[2];
	char *name[2]; /* NULL: no name */
};

/* What others see is the first member; the rest is for building only. */
struct builder {
	struct outline outline;
	struct names blocks; /* "type@id" -> index */
	struct versions *versions; /* by index */
	size_t block_room, version_room, note_room;
};

static struct builder *builder_of(struct outline *outline)
{
	return (struct builder *)outline;
}

/* Room for one more behind @count items of @size bytes in *@items. */
static bool grow(void *items, size_t *room, size_t count, size_t size)
{
	void *old, *more;
	size_t want = *room ? *room * 2 : 8;

	if (count < *room)
		return true;
	memcpy(&old, items, sizeof(old));
	more = reallocarray(old, want, size);
	if (!more)
		return false;
	memcpy(items, &more, sizeof(more));
	*room = want;
	return true;
}

/* ---- fields ------------------------------------------------------------------------------- */

struct video_fields *video_fields_new(void)
{
	struct video_fields *fields = calloc(1, sizeof(*fields));

	if (fields && video_fields_set(&fields->display_name, "") &&
	    video_fields_set(&fields->edx_video_id, "") && video_fields_set(&fields->sub, "") &&
	    video_fields_set(&fields->youtube_id, ""))
		return fields;
	video_fields_free(fields);
	return NULL;
}

static void language_files_clear(struct language_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(files[i].language);
		free(files[i].file);
	}
	free(files);
}

void video_fields_clear_html5(struct video_fields *fields)
{
	for (size_t i = 0; i < fields->html5_count; i++)
		free(fields->html5_ids[i]);
	free(fields->html5_ids);
	fields->html5_ids = NULL;
	fields->html5_count = 0;
}

void video_fields_clear_transcripts(struct video_fields *fields)
{
	language_files_clear(fields->transcripts, fields->transcript_count);
	fields->transcripts = NULL;
	fields->transcript_count = 0;
	fields->transcripts_not_a_map = false;
}

void video_fields_free(struct video_fields *fields)
{
	if (!fields)
		return;
	video_fields_clear_html5(fields);
	video_fields_clear_transcripts(fields);
	language_files_clear(fields->asset_languages, fields->asset_language_count);
	free(fields->display_name);
	free(fields->edx_video_id);
	free(fields->sub);
	free(fields->youtube_id);
	free(fields);
}

bool video_fields_set(char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return false;
	free(*field);
	*field = copy;
	return true;
}

bool video_fields_set_stripped(char **field, const char *value)
{
	char *copy = text_strip(value);

	if (!copy)
		return false;
	free(*field);
	*field = copy;
	return true;
}

bool video_fields_add_html5(struct video_fields *fields, const char *url)
{
	char *id = key_html5_id(url);
	char **more;

	if (!id)
		return false;
	if (!*id) {
		free(id);
		return true;
	}
	more = reallocarray(fields->html5_ids, fields->html5_count + 1, sizeof(*more));
	if (!more) {
		free(id);
		return false;
	}
	fields->html5_ids = more;
	fields->html5_ids[fields->html5_count++] = id;
	return true;
}

static struct language_file *language_find(struct language_file *files, size_t count,
					   const char *language)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(files[i].language, language))
			return &files[i];
	return NULL;
}

static bool language_add(struct language_file **files, size_t *count, const char *language,
			 const char *file)
{
	struct language_file *more = reallocarray(*files, *count + 1, sizeof(*more));
	struct language_file one = {strdup(language), file ? strdup(file) : NULL};

	if (more)
		*files = more;
	if (!more || !one.language || (file && !one.file)) {
		free(one.language);
		free(one.file);
		return false;
	}
	more[(*count)++] = one;
	return true;
}

bool video_fields_add_transcript(struct video_fields *fields, const char *language,
				 const char *file)
{
	struct language_file *old =
	    language_find(fields->transcripts, fields->transcript_count, language);

	if (old)
		return video_fields_set(&old->file, file);
	return language_add(&fields->transcripts, &fields->transcript_count, language, file);
}

bool video_fields_add_asset_language(struct video_fields *fields, const char *language)
{
	if (language_find(fields->asset_languages, fields->asset_language_count, language))
		return true;
	return language_add(&fields->asset_languages, &fields->asset_language_count, language,
			    NULL);
}

static bool languages_equal(const struct language_file *a, size_t a_count,
			    const struct language_file *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i].language, b[i].language) ||
		    strcmp(a[i].file ? a[i].file : "", b[i].file ? b[i].file : ""))
			return false;
	return true;
}

bool video_fields_equal(const struct video_fields *a, const struct video_fields *b)
{
	if (strcmp(a->edx_video_id, b->edx_video_id) || strcmp(a->sub, b->sub) ||
	    strcmp(a->youtube_id, b->youtube_id) || a->html5_count != b->html5_count ||
	    a->transcripts_not_a_map != b->transcripts_not_a_map)
		return false;
	for (size_t i = 0; i < a->html5_count; i++)
		if (strcmp(a->html5_ids[i], b->html5_ids[i]))
			return false;
	return languages_equal(a->transcripts, a->transcript_count, b->transcripts,
			       b->transcript_count) &&
	       languages_equal(a->asset_languages, a->asset_language_count, b->asset_languages,
			       b->asset_language_count);
}

/* ---- the outline --------------------------------------------------------------------------- */

struct outline *outline_new(const char *key, const char *name)
{
	struct builder *builder = calloc(1, sizeof(*builder));
	struct outline *outline = builder ? &builder->outline : NULL;

	if (outline && (outline->key = strdup(key)) && (outline->name = strdup(name)) &&
	    (outline->version = strdup("")))
		return outline;
	outline_free(outline);
	return NULL;
}

static void versions_clear(struct builder *builder)
{
	for (size_t i = 0; builder->versions && i < builder->outline.block_count; i++) {
		free(builder->versions[i].name[BRANCH_PUBLISHED]);
		free(builder->versions[i].name[BRANCH_DRAFT]);
	}
	free(builder->versions);
	builder->versions = NULL;
}

void outline_free(struct outline *outline)
{
	if (!outline)
		return;
	versions_clear(builder_of(outline));
	for (size_t i = 0; i < outline->block_count; i++) {
		free(outline->blocks[i].type);
		free(outline->blocks[i].id);
		video_fields_free(outline->blocks[i].published);
		video_fields_free(outline->blocks[i].draft);
	}
	free(outline->blocks);
	for (size_t i = 0; i < outline->note_count; i++) {
		free(outline->notes[i].block);
		free(outline->notes[i].text);
	}
	free(outline->notes);
	free(outline->key);
	free(outline->name);
	free(outline->version);
	names_clear(&builder_of(outline)->blocks);
	free(builder_of(outline));
}

static char *block_name(const char *type, const char *id)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s@%s", type, id);
	return buf_take(&name);
}

static bool block_new(struct builder *builder, const char *name, const char *type, const char *id)
{
	struct outline *outline = &builder->outline;
	struct video_block block = {.type = strdup(type), .id = strdup(id)};

	if (block.type && block.id &&
	    grow(&outline->blocks, &builder->block_room, outline->block_count, sizeof(block)) &&
	    grow(&builder->versions, &builder->version_room, outline->block_count,
		 sizeof(*builder->versions)) &&
	    names_add(&builder->blocks, name, outline->block_count, NULL)) {
		builder->versions[outline->block_count] = (struct versions){.said = {false}};
		outline->blocks[outline->block_count++] = block;
		return true;
	}
	free(block.type);
	free(block.id);
	return false;
}

enum result outline_add(struct outline *outline, const char *type, const char *id,
			enum branch branch, struct video_fields *fields, bool *taken,
			struct error *err)
{
	struct builder *builder = builder_of(outline);
	char *name = block_name(type, id);
	struct video_fields **slot;
	size_t index = outline->block_count;

	if (taken)
		*taken = false;
	if (!name ||
	    (!names_get(&builder->blocks, name, &index) && !block_new(builder, name, type, id))) {
		free(name);
		video_fields_free(fields);
		return error_set(err, RESULT_NOMEM, "cannot keep the blocks of %s", outline->key);
	}
	free(name);
	slot = branch == BRANCH_DRAFT ? &outline->blocks[index].draft
				      : &outline->blocks[index].published;
	if (*slot) {
		video_fields_free(fields);
		return RESULT_OK;
	}
	*slot = fields;
	if (taken)
		*taken = true;
	return RESULT_OK;
}

/* *@there says whether the block is; false without memory. */
static bool block_find(const struct outline *outline, const char *type, const char *id,
		       size_t *index, bool *there)
{
	char *name = block_name(type, id);

	*there = name && names_get(&((const struct builder *)outline)->blocks, name, index);
	free(name);
	return name;
}

const struct video_fields *outline_fields(const struct outline *outline, const char *type,
					  const char *id, enum branch branch)
{
	size_t index;
	bool there;

	if (!block_find(outline, type, id, &index, &there) || !there)
		return NULL;
	return branch == BRANCH_DRAFT ? outline->blocks[index].draft
				      : outline->blocks[index].published;
}

/* ---- draft and published, one version or two ------------------------------------------------ */

static bool same_version(const struct versions *versions)
{
	const char *published = versions->name[BRANCH_PUBLISHED];
	const char *draft = versions->name[BRANCH_DRAFT];

	if (!versions->said[BRANCH_PUBLISHED] || !versions->said[BRANCH_DRAFT])
		return false;
	return published && draft ? !strcmp(published, draft) : !published && !draft;
}

bool outline_say_version(struct outline *outline, const char *type, const char *id,
			 enum branch branch, const char *version)
{
	struct versions *versions;
	char *copy = NULL;
	size_t index;
	bool there;

	if (!block_find(outline, type, id, &index, &there))
		return false;
	if (!there)
		return true;
	if (version && !(copy = strdup(version)))
		return false;
	versions = &builder_of(outline)->versions[index];
	free(versions->name[branch]);
	versions->name[branch] = copy;
	versions->said[branch] = true;
	outline->blocks[index].in_step = same_version(versions);
	return true;
}

void outline_lone_in_step(struct outline *outline)
{
	for (size_t i = 0; i < outline->block_count; i++)
		if (outline->blocks[i].published && !outline->blocks[i].draft)
			outline->blocks[i].in_step = true;
}

bool outline_set_version(struct outline *outline, const char *version)
{
	return video_fields_set(&outline->version, version);
}

enum result outline_note(struct outline *outline, enum finding_code code, const char *block,
			 const char *text, struct error *err)
{
	struct builder *builder = builder_of(outline);
	struct outline_note note = {code, block ? strdup(block) : NULL, strdup(text)};

	if ((block && !note.block) || !note.text ||
	    !grow(&outline->notes, &builder->note_room, outline->note_count, sizeof(note))) {
		free(note.block);
		free(note.text);
		return error_set(err, RESULT_NOMEM, "cannot keep the notes of %s", outline->key);
	}
	outline->notes[outline->note_count++] = note;
	return RESULT_OK;
}

static int block_compare(const void *a, const void *b)
{
	const struct video_block *x = a, *y = b;
	int order = strcmp(x->type, y->type);

	return order ? order : strcmp(x->id, y->id);
}

void outline_finish(struct outline *outline)
{
	/* The indices of the set are void once the blocks move; nothing asks for them again. */
	names_clear(&builder_of(outline)->blocks);
	versions_clear(builder_of(outline));
	if (outline->block_count)
		qsort(outline->blocks, outline->block_count, sizeof(*outline->blocks),
		      block_compare);
}
