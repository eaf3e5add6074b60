/*
 * The old modulestore: one document a block and revision; its `_id` is a subdocument that names
 * org and course but no run: that is the name of the course's own block (domain 3).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/source/bson_value.h"
#include "src/source/draft_block.h"
#include "src/source/mongo_course.h"
#include "src/source/outline.h"

/* ---- the list -----------------------------------------------------------------------------*/

struct listing {
	struct mongo *mongo;
	struct mongo_list *list;
};

static char *name_of(const bson_t *document)
{
	bson_iter_t metadata, at;
	bool failed = false;
	char *name = NULL;

	if (value_find(document, "metadata", &metadata) && value_below(&metadata, "display_name", &at))
		name = value_text(&at, &failed);
	return name || failed ? name : strdup("");
}

static enum result list_one(void *arg, const bson_t *document, struct error *err)
{
	struct listing *listing = arg;
	const char *where = mongo_place_name(listing->mongo, MONGO_MODULESTORE);
	char *org = NULL, *course = NULL, *run = NULL, *name = name_of(document), *key = NULL;
	struct error why = {0};
	enum result st = RESULT_NOMEM;
	bson_iter_t at;
	bson_t id;

	if (value_find(document, "_id", &at) && value_document(&at, &id)) {
		org = value_text_of(&id, "org", "");
		course = value_text_of(&id, "course", "");
		run = value_text_of(&id, "name", "");
	} else {
		free(name);
		return RESULT_OK;
	}
	if (name && org && course && run)
		st = key_make_course(false, org, course, run, &key, &why);
	if (st == RESULT_OK)
		st = mongo_list_add(listing->list, key, name, where, NULL, err);
	else if (st == RESULT_INVALID)
		st = mongo_list_add(listing->list, NULL, name, where, why.text, err);
	else
		error_set(err, st, "cannot list the courses: out of memory");
	free(key);
	free(name);
	free(org);
	free(course);
	free(run);
	return st;
}

enum result draft_list(struct mongo *mongo, struct mongo_list *list, struct error *err)
{
	struct listing listing = {mongo, list};
	bson_t *filter = BCON_NEW("_id.tag", BCON_UTF8("i4x"), "_id.category", BCON_UTF8("course"),
				  "_id.revision", BCON_NULL);
	bson_t *opts = BCON_NEW("projection", "{", "metadata.display_name", BCON_INT32(1), "}");
	enum result st = mongo_find(mongo, MONGO_MODULESTORE, MONGO_AS_CONFIGURED, filter, opts, list_one,
				    &listing, err);

	bson_destroy(filter);
	bson_destroy(opts);
	return st;
}

/* ---- opening ------------------------------------------------------------------------------*/

struct opening {
	const char *key;
	const struct key_parts *parts;
	struct outline *outline;
	bool found; /* the course's own block */
	char *other_run; /* another one in the same org and course, which has its blocks too */
	char (*digests)[HASH_HEX]; /* of the video documents */
	size_t count, size;
};

static enum result no_memory(const struct opening *o, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "cannot open %s: out of memory", o->key);
}

static enum result take_course(struct opening *o, const struct draft_block *block,
			       const bson_t *document, struct error *err)
{
	char *name;

	if (block->branch == BRANCH_DRAFT)
		return RESULT_OK;
	if (strcmp(block->name, o->parts->run)) {
		free(o->other_run);
		o->other_run = strdup(block->name);
		return o->other_run ? RESULT_OK : no_memory(o, err);
	}
	name = name_of(document);
	if (!name)
		return no_memory(o, err);
	o->found = true;
	free(o->outline->name);
	o->outline->name = name;
	return RESULT_OK;
}

static enum result take_video(struct opening *o, const struct draft_block *block,
			      const bson_t *document, struct error *err)
{
	if (o->count == o->size) {
		size_t size = o->size ? o->size * 2 : 64;
		char (*digests)[HASH_HEX] = reallocarray(o->digests, size, sizeof(*digests));

		if (!digests)
			return no_memory(o, err);
		o->digests = digests;
		o->size = size;
	}
	if (!draft_block_digest(document, o->digests[o->count++]))
		return no_memory(o, err);
	return draft_block_add(block, document, o->outline, err);
}

static enum result take_document(void *arg, const bson_t *document, struct error *err)
{
	struct opening *o = arg;
	struct draft_block block;
	enum result st = draft_block_read(document, &block, err);

	if (st == RESULT_INVALID)
		return RESULT_OK; /* an id of another shape is no block of ours */
	if (st != RESULT_OK)
		return st;
	if (!strcmp(block.category, "course"))
		st = take_course(o, &block, document, err);
	else
		st = take_video(o, &block, document, err);
	draft_block_clear(&block);
	return st;
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, HASH_HEX);
}

/* What evidence rests on: ids and metadata of the course's video documents, in any order. */
static bool set_version(struct opening *o)
{
	struct hash *hash = hash_new();
	char digest[HASH_HEX], version[HASH_HEX + 8];

	if (!hash)
		return false;
	if (o->count)
		qsort(o->digests, o->count, sizeof(*o->digests), compare_digests);
	for (size_t i = 0; i < o->count; i++)
		hash_add(hash, o->digests[i], HASH_HEX - 1);
	hash_hex(hash, digest);
	hash_free(hash);
	snprintf(version, sizeof(version), "draft %s", digest);
	return outline_set_version(o->outline, version);
}

static enum result read_blocks(struct opening *o, struct mongo *mongo, struct error *err)
{
	bson_t *filter = BCON_NEW("_id.tag", BCON_UTF8("i4x"), "_id.org", BCON_UTF8(o->parts->org),
				  "_id.course", BCON_UTF8(o->parts->course), "_id.category", "{", "$in", "[",
				  BCON_UTF8("course"), BCON_UTF8("video"), BCON_UTF8("videoalpha"), "]", "}");
	bson_t *opts = BCON_NEW("projection", "{", "metadata", BCON_INT32(1), "}");
	enum result st = mongo_find(mongo, MONGO_MODULESTORE, MONGO_AS_CONFIGURED, filter, opts,
				    take_document, o, err);

	bson_destroy(filter);
	bson_destroy(opts);
	if (st != RESULT_OK)
		return st;
	if (!o->found)
		return error_set(err, RESULT_MISSING, "%s is not in %s (any more)", o->key,
				 mongo_place_name(mongo, MONGO_MODULESTORE));
	if (o->other_run)
		return error_set(err, RESULT_INVALID,
				 "%s: %s/%s has another run, %s: the old modulestore cannot tell their blocks"
				 " apart", o->key, o->parts->org, o->parts->course, o->other_run);
	return set_version(o) ? RESULT_OK : no_memory(o, err);
}

enum result draft_open(struct mongo *mongo, const char *key, const struct key_parts *parts,
		       struct source_course **out, struct error *err)
{
	struct opening o = {.key = key, .parts = parts};
	enum result st;

	*out = NULL;
	o.outline = outline_new(key, "");
	st = o.outline ? read_blocks(&o, mongo, err) : no_memory(&o, err);
	free(o.digests);
	free(o.other_run);
	if (st != RESULT_OK) {
		outline_free(o.outline);
		return st;
	}
	outline_finish(o.outline);
	return mongo_course_new(out, mongo, o.outline, err);
}
