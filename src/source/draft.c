/*
 * The old modulestore: one document a block and revision; its `_id` is a subdocument that names
 * org and course but no run: that is the name of the course's own block (domain 3).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"
#include "src/source/draft_block.h"
#include "src/source/mongo_course.h"
#include "src/source/outline.h"

/* ---- the list -----------------------------------------------------------------------------*/

struct listing {
	struct mongo *mongo;
	struct mongo_list *list;
};

static enum result list_one(void *arg, const bson_t *document, struct error *err)
{
	struct listing *listing = arg;
	const char *where = mongo_place_name(listing->mongo, MONGO_MODULESTORE);
	struct draft_block block;
	struct error why = {0};
	char *key = NULL;
	enum result st = draft_block_read(document, &block, err);

	if (st == RESULT_OK) {
		st = key_make_course(false, block.org, block.course, block.name, &key, &why);
		if (st == RESULT_INVALID)
			st = mongo_list_add(listing->list, NULL, block.display_name, where, why.text, err);
		else if (st == RESULT_OK)
			st = mongo_list_add(listing->list, key, block.display_name, where, NULL, err);
		else
			error_set(err, st, "%s", why.text);
	} else if (st == RESULT_INVALID) {
		st = RESULT_OK; /* an id of another shape is no course */
	}
	free(key);
	draft_block_clear(&block);
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
	struct draft_version version;
	bool found;	 /* the course's own block */
	char *other_run; /* another one in the same org and course, which has its blocks too */
};

static enum result no_memory(const struct opening *o, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "cannot open %s: out of memory", o->key);
}

/* Takes a text of @block: the name of the course, or the other run's. */
static enum result take_course(struct opening *o, struct draft_block *block)
{
	if (block->branch == BRANCH_DRAFT)
		return RESULT_OK;
	if (strcmp(block->name, o->parts->run)) {
		free(o->other_run);
		o->other_run = block->name;
		block->name = NULL;
		return RESULT_OK;
	}
	o->found = true;
	free(o->outline->name);
	o->outline->name = block->display_name;
	block->display_name = NULL;
	return RESULT_OK;
}

static enum result take_document(void *arg, const bson_t *document, struct error *err)
{
	struct opening *o = arg;
	struct draft_block block;
	enum result st = draft_block_read(document, &block, err);

	if (st == RESULT_OK && !strcmp(block.category, "course"))
		st = take_course(o, &block);
	else if (st == RESULT_OK)
		st = draft_version_add(&o->version, document)
			     ? draft_block_add(document, o->outline, err) : no_memory(o, err);
	else if (st == RESULT_INVALID)
		st = RESULT_OK; /* an id of another shape is no block of a course */
	draft_block_clear(&block);
	return st;
}

/* What evidence rests on: ids and metadata of the course's video documents. */
static bool set_version(struct opening *o)
{
	char digest[HASH_HEX], version[HASH_HEX + 8];

	draft_version_hex(&o->version, digest);
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
	outline_lone_in_step(o->outline);
	return set_version(o) ? RESULT_OK : no_memory(o, err);
}

enum result draft_open(struct mongo *mongo, const char *key, const struct key_parts *parts,
		       struct source_course **out, struct error *err)
{
	struct opening o = {.key = key, .parts = parts, .version = DRAFT_VERSION_INIT};
	enum result st;

	*out = NULL;
	o.outline = outline_new(key, "");
	st = o.outline ? read_blocks(&o, mongo, err) : no_memory(&o, err);
	draft_version_clear(&o.version);
	free(o.other_run);
	if (st != RESULT_OK) {
		outline_free(o.outline);
		return st;
	}
	outline_finish(o.outline);
	return mongo_course_new(out, mongo, o.outline, err);
}
