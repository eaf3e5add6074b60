#include "config.h"

#include "src/source/split_edit.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/source/block_names.h"
#include "src/source/bson_splice.h"
#include "src/source/bson_value.h"

/* What a change adds to a document at most, its video id aside: seven keys with their values. */
#define CHANGE_ROOM 256

/* ---- reading ---- */

/* The array `blocks` of @structure, viewed as a document. */
static bool find_blocks(const bson_t *structure, bson_t *blocks)
{
	bson_iter_t at;
	const uint8_t *bytes;
	uint32_t size;

	if (!value_find(structure, "blocks", &at) || !BSON_ITER_HOLDS_ARRAY(&at))
		return false;
	bson_iter_array(&at, &size, &bytes);
	return bson_init_static(blocks, bytes, size);
}

/* The text @key of @block where it stands; NULL when it is none. */
static const char *name_of(const bson_t *block, const char *key)
{
	bson_iter_t at;
	const char *text;
	uint32_t size;

	if (!value_find(block, key, &at) || !BSON_ITER_HOLDS_UTF8(&at))
		return NULL;
	text = bson_iter_utf8(&at, &size);
	return strlen(text) == size ? text : NULL;
}

static const struct block_name *find_name(const struct block_names *names, const bson_t *block)
{
	const char *type = name_of(block, "block_type"), *id = name_of(block, "block_id");

	return type && id ? block_names_find(names, type, id) : NULL;
}

/*
 * The id that the platform sees: of `fields`, where null is a value too, else of `defaults`.
 * What is no text is no id.
 */
static char *read_video_id(const bson_t *block, bool *failed)
{
	static const char *const scopes[] = {"fields", "defaults"};
	char *text = NULL, *id;

	for (size_t i = 0; i < sizeof(scopes) / sizeof(*scopes) && !text && !*failed; i++) {
		bson_iter_t scope, at;

		if (!value_find(block, scopes[i], &scope) ||
		    !value_below(&scope, "edx_video_id", &at))
			continue;
		if (BSON_ITER_HOLDS_NULL(&at))
			break;
		text = value_text(&at, failed);
	}
	id = *failed ? NULL : text_strip(text ? text : "");
	free(text);
	return id;
}

static void read_version(const bson_t *block, struct split_block *out)
{
	bson_iter_t info, at;

	if (!value_find(block, "edit_info", &info))
		return;
	out->has_version =
	    (value_below(&info, "source_version", &at) && value_oid(&at, &out->version)) ||
	    (value_below(&info, "update_version", &at) && value_oid(&at, &out->version));
}

static bool read_block(const bson_t *block, struct split_block *out)
{
	bool failed = false;
	char *id;

	if (out->there && *out->video_id)
		return true; /* named twice */
	id = read_video_id(block, &failed);
	if (!id)
		return false;
	split_block_clear(out);
	out->video_id = id;
	out->there = true;
	read_version(block, out);
	return true;
}

static bool read_all(const bson_t *list, const struct block_names *names,
		     struct split_block *blocks)
{
	bson_iter_t at;

	if (!bson_iter_init(&at, list))
		return true;
	while (bson_iter_next(&at)) {
		bson_t block;
		const struct block_name *name;

		if (!value_document(&at, &block))
			continue;
		for (name = find_name(names, &block); name; name = block_names_next(names, name))
			if (!read_block(&block, &blocks[name->at]))
				return false;
	}
	return true;
}

enum result split_blocks_read(const bson_t *structure, struct split_block *blocks, size_t count,
			      struct error *err)
{
	struct block_names names = {NULL, 0};
	enum result st = RESULT_OK;
	bson_t list;

	for (size_t i = 0; i < count; i++)
		split_block_clear(&blocks[i]);
	if (!find_blocks(structure, &list))
		return error_set(err, RESULT_INVALID, "a structure without a list of blocks");
	if (!block_names_init(&names, count))
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		names.items[i] = (struct block_name){blocks[i].type, blocks[i].block, i};
	block_names_sort(&names);
	if (!read_all(&list, &names, blocks))
		st = error_set(err, RESULT_NOMEM, "out of memory");
	block_names_clear(&names);
	return st;
}

void split_block_clear(struct split_block *block)
{
	free(block->video_id);
	block->video_id = NULL;
	block->there = block->has_version = false;
	memset(&block->version, 0, sizeof(block->version));
}

/* ---- a block ---- */

static bool write_fields(struct buf *out, const bson_t *fields, const struct split_change *change)
{
	struct splice splice;
	bool seen = false;
	const char *key;

	if (!splice_begin(&splice, out, fields))
		return false;
	while ((key = splice_next(&splice))) {
		if (strcmp(key, "edx_video_id") != 0)
			continue;
		splice_replace(&splice);
		splice_put_text(out, key, change->val_id);
		seen = true;
	}
	if (!splice_rest(&splice))
		return false;
	if (!seen)
		splice_put_text(out, "edx_video_id", change->val_id);
	splice_end(&splice);
	return true;
}

enum info { INFO_PREVIOUS, INFO_UPDATE, INFO_SOURCE, INFO_ON, INFO_BY, INFO_KEYS };

static const char *const info_keys[INFO_KEYS] = {
    [INFO_PREVIOUS] = "previous_version",
    [INFO_UPDATE] = "update_version",
    [INFO_SOURCE] = "source_version",
    [INFO_ON] = "edited_on",
    [INFO_BY] = "edited_by",
};

static void put_info(struct buf *out, enum info which, const bson_oid_t *previous,
		     const struct split_change *change, const struct split_edit *edit)
{
	switch (which) {
	case INFO_PREVIOUS:
		splice_put_oid(out, info_keys[which], previous);
		break;
	case INFO_UPDATE:
		splice_put_oid(out, info_keys[which], &edit->id);
		break;
	case INFO_SOURCE:
		splice_put_oid(out, info_keys[which], change->follows ? &change->source : NULL);
		break;
	case INFO_ON:
		splice_put_date(out, info_keys[which], edit->edited_on);
		break;
	case INFO_BY:
	case INFO_KEYS:
		splice_put_int32(out, info_keys[INFO_BY], SPLIT_EDITOR);
		break;
	}
}

static enum info info_of(const char *key)
{
	int which = 0;

	while (which < INFO_KEYS && strcmp(key, info_keys[which]) != 0)
		which++;
	return (enum info)which;
}

static bool write_info(struct buf *out, const bson_t *info, const struct split_change *change,
		       const struct split_edit *edit)
{
	bool seen[INFO_KEYS] = {false};
	struct splice splice;
	bson_oid_t version;
	const bson_oid_t *previous = NULL;
	const char *key;

	if (value_oid_of(info, "update_version", &version))
		previous = &version;
	if (!splice_begin(&splice, out, info))
		return false;
	while ((key = splice_next(&splice))) {
		enum info which = info_of(key);

		if (which == INFO_KEYS)
			continue;
		splice_replace(&splice);
		put_info(out, which, previous, change, edit);
		seen[which] = true;
	}
	if (!splice_rest(&splice))
		return false;
	for (int which = 0; which < INFO_KEYS; which++)
		if (!seen[which])
			put_info(out, (enum info)which, previous, change, edit);
	splice_end(&splice);
	return true;
}

/* `fields` or `edit_info`, from what @at stands on, or from nothing: @at is NULL or no document. */
static bool write_part(struct buf *out, const char *key, const bson_iter_t *at,
		       const struct split_change *change, const struct split_edit *edit)
{
	bson_t none = BSON_INITIALIZER, old;
	const bson_t *from = at && value_document(at, &old) ? &old : &none;

	splice_put_key(out, BSON_TYPE_DOCUMENT, key);
	if (strcmp(key, "fields") == 0)
		return write_fields(out, from, change);
	return write_info(out, from, change, edit);
}

static bool write_block(struct buf *out, const bson_t *block, const struct split_change *change,
			const struct split_edit *edit)
{
	bool fields = false, info = false;
	struct splice splice;
	const char *key;

	if (!splice_begin(&splice, out, block))
		return false;
	while ((key = splice_next(&splice))) {
		bool *seen = strcmp(key, "fields") == 0	     ? &fields
			     : strcmp(key, "edit_info") == 0 ? &info
							     : NULL;

		if (!seen)
			continue;
		splice_replace(&splice);
		if (!write_part(out, key, &splice.at, change, edit))
			return false;
		*seen = true;
	}
	if (!splice_rest(&splice))
		return false;
	if (!fields && !write_part(out, "fields", NULL, change, edit))
		return false;
	if (!info && !write_part(out, "edit_info", NULL, change, edit))
		return false;
	splice_end(&splice);
	return true;
}

/* ---- a structure ---- */

static bool write_blocks(struct buf *out, const bson_t *list, const struct block_names *names,
			 const struct split_edit *edit)
{
	struct splice splice;
	const char *key;

	if (!splice_begin(&splice, out, list))
		return false;
	while ((key = splice_next(&splice))) {
		const struct block_name *name;
		bson_t block;

		if (!value_document(&splice.at, &block) || !(name = find_name(names, &block)))
			continue;
		splice_replace(&splice);
		splice_put_key(out, BSON_TYPE_DOCUMENT, key);
		if (!write_block(out, &block, &edit->changes[name->at], edit))
			return false;
	}
	if (!splice_rest(&splice))
		return false;
	splice_end(&splice);
	return true;
}

enum head { HEAD_ID, HEAD_PREVIOUS, HEAD_BY, HEAD_ON, HEAD_ORIGINAL, HEAD_BLOCKS, HEAD_KEYS };

static const char *const head_keys[HEAD_KEYS] = {
    [HEAD_ID] = "_id",	     [HEAD_PREVIOUS] = "previous_version", [HEAD_BY] = "edited_by",
    [HEAD_ON] = "edited_on", [HEAD_ORIGINAL] = "original_version", [HEAD_BLOCKS] = "blocks",
};

static void put_head(struct buf *out, enum head which, const bson_oid_t *old,
		     const struct split_edit *edit)
{
	switch (which) {
	case HEAD_ID:
		splice_put_oid(out, head_keys[which], &edit->id);
		break;
	case HEAD_BY:
		splice_put_int32(out, head_keys[which], SPLIT_EDITOR);
		break;
	case HEAD_ON:
		splice_put_date(out, head_keys[which], edit->edited_on);
		break;
	default: /* the previous version, and the original one where nobody wrote it down */
		splice_put_oid(out, head_keys[which], old);
		break;
	}
}

static enum head head_of(const char *key)
{
	int which = 0;

	while (which < HEAD_KEYS && strcmp(key, head_keys[which]) != 0)
		which++;
	return (enum head)which;
}

static bool write_structure(struct buf *out, const bson_t *old, const bson_oid_t *old_id,
			    const struct block_names *names, const struct split_edit *edit)
{
	bool seen[HEAD_KEYS] = {false};
	struct splice splice;
	bson_t list;
	const char *key;

	if (!find_blocks(old, &list) || !splice_begin(&splice, out, old))
		return false;
	while ((key = splice_next(&splice))) {
		enum head which = head_of(key);

		if (which == HEAD_KEYS || (which == HEAD_BLOCKS && seen[which]))
			continue;
		seen[which] = true;
		if (which == HEAD_ORIGINAL)
			continue;
		splice_replace(&splice);
		if (which != HEAD_BLOCKS) {
			put_head(out, which, old_id, edit);
			continue;
		}
		splice_put_key(out, BSON_TYPE_ARRAY, key);
		if (!write_blocks(out, &list, names, edit))
			return false;
	}
	if (!splice_rest(&splice))
		return false;
	for (int which = 0; which < HEAD_BLOCKS; which++)
		if (!seen[which])
			put_head(out, (enum head)which, old_id, edit);
	splice_end(&splice);
	return true;
}

static size_t room_for(const bson_t *old, const struct split_edit *edit)
{
	size_t room = (size_t)old->len + CHANGE_ROOM;

	for (size_t i = 0; i < edit->count; i++)
		room += CHANGE_ROOM + strlen(edit->changes[i].val_id);
	return room;
}

enum result split_edit_write(const bson_t *old, const struct split_edit *edit, struct buf *out,
			     struct error *err)
{
	struct block_names names = {NULL, 0};
	enum result st = RESULT_OK;
	bson_oid_t old_id;

	buf_init(out);
	if (!value_oid_of(old, "_id", &old_id))
		return error_set(err, RESULT_INVALID, "a structure without an ObjectId");
	if (!block_names_init(&names, edit->count) || !buf_reserve(out, room_for(old, edit))) {
		st = error_set(err, RESULT_NOMEM, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < edit->count; i++)
		names.items[i] =
		    (struct block_name){edit->changes[i].type, edit->changes[i].block, i};
	block_names_sort(&names);
	if (!write_structure(out, old, &old_id, &names, edit))
		st = error_set(err, RESULT_INVALID, "a structure that is broken");
	else if (out->failed)
		st = error_set(err, RESULT_NOMEM, "out of memory");
	else if (out->len > SPLIT_SIZE_MAX)
		st = error_set(err, RESULT_LIMIT,
			       "the new structure would have %zu bytes, a document has at most %d",
			       out->len, SPLIT_SIZE_MAX);
out:
	block_names_clear(&names);
	return st;
}
