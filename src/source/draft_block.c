#include "config.h"

#include "src/source/draft_block.h"

#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"
#include "src/source/video_bson.h"

/* ---- which block ------------------------------------------------------------------------------
 */

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory for a block");
}

/* A part of the _id that no block does without. */
static enum result read_part(const bson_t *id, const char *key, char **out, struct error *err)
{
	bool failed = false;
	bson_iter_t at;

	*out = value_find(id, key, &at) ? value_text(&at, &failed) : NULL;
	if (*out)
		return RESULT_OK;
	return failed ? no_memory(err)
		      : error_set(err, RESULT_INVALID, "a document whose _id has no %s", key);
}

static enum result read_revision(const bson_t *id, enum branch *out, struct error *err)
{
	bson_iter_t at;
	uint32_t len;
	const char *text;

	*out = BRANCH_PUBLISHED;
	if (!value_find(id, "revision", &at) || BSON_ITER_HOLDS_NULL(&at))
		return RESULT_OK;
	text = BSON_ITER_HOLDS_UTF8(&at) ? bson_iter_utf8(&at, &len) : "";
	if (strcmp(text, "draft"))
		return error_set(err, RESULT_INVALID,
				 "a document whose _id has a revision other than null and draft");
	*out = BRANCH_DRAFT;
	return RESULT_OK;
}

static enum result read_id(const bson_t *id, struct draft_block *out, struct error *err)
{
	enum result st = read_part(id, "org", &out->org, err);

	if (st == RESULT_OK)
		st = read_part(id, "course", &out->course, err);
	if (st == RESULT_OK)
		st = read_part(id, "category", &out->category, err);
	if (st == RESULT_OK)
		st = read_part(id, "name", &out->name, err);
	return st == RESULT_OK ? read_revision(id, &out->branch, err) : st;
}

/* Each element was read to its end: what is not found in such a document is not there. */
static bool is_whole(const bson_t *document)
{
	bson_iter_t at, below;

	if (!bson_iter_init(&at, document))
		return false;
	while (bson_iter_next(&at))
		if (BSON_ITER_HOLDS_DOCUMENT(&at) && !value_enter(&at, &below))
			return false;
	return !value_broken(&at);
}

/* A view of the document @key in @space, or NULL. */
static const bson_t *part_of(const bson_t *document, const char *key, bson_t *space)
{
	bson_iter_t at;

	return value_find(document, key, &at) && value_document(&at, space) ? space : NULL;
}

enum result draft_block_read(const bson_t *document, struct draft_block *out, struct error *err)
{
	bson_t id, space;
	const bson_t *metadata;
	enum result st;

	memset(out, 0, sizeof(*out));
	/* a server never stores such a document: the answer was garbled on its way */
	if (!is_whole(document) || (part_of(document, "_id", &id) && !is_whole(&id)))
		return error_set(err, RESULT_RETRY, "a document that is broken BSON");
	if (!part_of(document, "_id", &id))
		return error_set(err, RESULT_INVALID, "a document whose _id is no document");
	st = read_id(&id, out, err);
	if (st != RESULT_OK)
		return st;
	metadata = part_of(document, "metadata", &space);
	out->display_name = metadata ? value_text_of(metadata, "display_name", "") : strdup("");
	return out->display_name ? RESULT_OK : no_memory(err);
}

void draft_block_clear(struct draft_block *block)
{
	free(block->org);
	free(block->course);
	free(block->category);
	free(block->name);
	free(block->display_name);
	memset(block, 0, sizeof(*block));
}

/* ---- its video --------------------------------------------------------------------------------
 */

enum result draft_block_add(const bson_t *document, struct outline *outline, struct error *err)
{
	struct draft_block block;
	struct video_fields *fields = NULL;
	bson_t space;
	enum result st = draft_block_read(document, &block, err);

	if (st != RESULT_OK || !video_bson_is_video(block.category))
		goto out;
	st = video_bson_read(part_of(document, "metadata", &space), NULL, &fields, err);
	if (st == RESULT_OK)
		st = outline_add(outline, block.category, block.name, block.branch, fields, NULL,
				 err);
	else
		error_prefix(err, "%s@%s", block.category, block.name);
out:
	draft_block_clear(&block);
	return st;
}

/* ---- what evidence rests on
 * ---------------------------------------------------------------------- */

/* Documents say how long they are; what is none is told apart by a length no document has. */
static void hash_part(const bson_t *document, const char *key, struct hash *hash)
{
	static const uint8_t none[4] = {0};
	bson_t space;
	const bson_t *part = part_of(document, key, &space);

	if (part)
		hash_add(hash, bson_get_data(part), part->len);
	else
		hash_add(hash, none, sizeof(none));
}

void draft_block_hash(const bson_t *document, struct hash *hash)
{
	hash_part(document, "_id", hash);
	hash_part(document, "metadata", hash);
}

static bool version_grow(struct draft_version *version)
{
	size_t want = version->room ? version->room * 2 : 64;
	char(*more)[HASH_HEX];

	if (version->count < version->room)
		return true;
	more = reallocarray(version->hexes, want, sizeof(*more));
	if (!more)
		return false;
	version->hexes = more;
	version->room = want;
	return true;
}

bool draft_version_add(struct draft_version *version, const bson_t *document)
{
	struct hash *hash = version_grow(version) ? hash_new() : NULL;

	if (!hash)
		return false;
	draft_block_hash(document, hash);
	hash_hex(hash, version->hexes[version->count++]);
	hash_free(hash);
	return true;
}

static int compare_hexes(const void *a, const void *b)
{
	return memcmp(a, b, HASH_HEX);
}

void draft_version_hex(struct draft_version *version, char out[HASH_HEX])
{
	if (version->count)
		qsort(version->hexes, version->count, sizeof(*version->hexes), compare_hexes);
	/* NUL for newline: one run of bytes, of which no two lists have the same */
	hash_sha256(version->count ? (const void *)version->hexes : "",
		    version->count * sizeof(*version->hexes), out);
}

void draft_version_clear(struct draft_version *version)
{
	free(version->hexes);
	memset(version, 0, sizeof(*version));
}
