#include "config.h"

#include "src/source/split_tree.h"

#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"
#include "src/source/video_bson.h"

/* Bytes of the structure, borrowed; @at is NULL where there are none. */
struct bytes {
	const uint8_t *at;
	uint32_t len;
};

struct block {
	struct bytes type, id; /* without the NUL */
	struct bytes fields, defaults, children, edit_info;
	bool has_parent, reached;
};

struct tree {
	struct block *blocks; /* in the order of the document */
	uint32_t count, room;
	uint32_t *sorted; /* their indices by (id, type), each pair once: the first */
	uint32_t sorted_count;
	struct error *err;
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory for a structure");
}

static enum result broken(struct error *err, const char *what)
{
	return error_set(err, RESULT_INVALID, "no structure: %s is broken BSON", what);
}

/* ---- decoding ------------------------------------------------------------------------------ */

static struct bytes text_at(const bson_iter_t *at)
{
	struct bytes text = {NULL, 0};

	if (BSON_ITER_HOLDS_UTF8(at))
		text.at = (const uint8_t *)bson_iter_utf8(at, &text.len);
	return text;
}

static struct bytes document_at(const bson_iter_t *at)
{
	struct bytes document = {NULL, 0};

	if (BSON_ITER_HOLDS_DOCUMENT(at))
		bson_iter_document(at, &document.len, &document.at);
	return document;
}

static struct bytes array_at(const bson_iter_t *at)
{
	struct bytes array = {NULL, 0};

	if (BSON_ITER_HOLDS_ARRAY(at))
		bson_iter_array(at, &array.len, &array.at);
	return array;
}

static bool enter(const struct bytes *bytes, bson_iter_t *out)
{
	return bson_iter_init_from_data(out, bytes->at, bytes->len);
}

/* A pair [type, id]; anything else is none. */
static bool pair_at(const bson_iter_t *at, struct block *out)
{
	bson_iter_t part;

	if (!BSON_ITER_HOLDS_ARRAY(at) || !value_enter(at, &part) || !bson_iter_next(&part))
		return false;
	out->type = text_at(&part);
	if (!bson_iter_next(&part))
		return false;
	out->id = text_at(&part);
	return out->type.at && out->id.at && !bson_iter_next(&part);
}

static bool read_block(const bson_iter_t *at, struct block *out)
{
	bson_iter_t part;

	if (!value_enter(at, &part))
		return false;
	while (bson_iter_next(&part)) {
		const char *key = bson_iter_key(&part);

		if (!strcmp(key, "block_type"))
			out->type = text_at(&part);
		else if (!strcmp(key, "block_id"))
			out->id = text_at(&part);
		else if (!strcmp(key, "fields"))
			out->fields = document_at(&part);
		else if (!strcmp(key, "defaults"))
			out->defaults = document_at(&part);
		else if (!strcmp(key, "edit_info"))
			out->edit_info = document_at(&part);
	}
	if (value_broken(&part) || (out->defaults.at && !enter(&out->defaults, &part)) ||
	    (out->edit_info.at && !enter(&out->edit_info, &part)))
		return false;
	if (!out->fields.at)
		return true;
	if (!enter(&out->fields, &part))
		return false;
	if (bson_iter_find(&part, "children"))
		out->children = array_at(&part);
	return !value_broken(&part);
}

static bool tree_grow(struct tree *tree)
{
	uint32_t want = tree->room ? tree->room * 2 : 256;
	struct block *more;

	if (tree->count < tree->room)
		return true;
	more = reallocarray(tree->blocks, want, sizeof(*more));
	if (!more)
		return false;
	tree->blocks = more;
	tree->room = want;
	return true;
}

static enum result read_blocks(struct tree *tree, const bson_iter_t *array)
{
	bson_iter_t at;

	if (!value_enter(array, &at))
		return broken(tree->err, "its array of blocks");
	while (bson_iter_next(&at)) {
		struct block block = {0};

		if (!BSON_ITER_HOLDS_DOCUMENT(&at))
			continue;
		if (!read_block(&at, &block))
			return broken(tree->err, "one of its blocks");
		/* nothing can name a block without a name */
		if (!block.type.at || !block.id.at)
			continue;
		if (!tree_grow(tree))
			return no_memory(tree->err);
		tree->blocks[tree->count++] = block;
	}
	return value_broken(&at) ? broken(tree->err, "its array of blocks") : RESULT_OK;
}

/* ---- finding a block by its name ------------------------------------------------------------- */

static int compare_bytes(const struct bytes *a, const struct bytes *b)
{
	int order = memcmp(a->at, b->at, a->len < b->len ? a->len : b->len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Most blocks share a few types, so the id decides first. */
static int compare_names(const struct block *a, const struct block *b)
{
	int order = compare_bytes(&a->id, &b->id);

	return order ? order : compare_bytes(&a->type, &b->type);
}

/* Blocks of one name stay in the order of the document, which is that of their addresses. */
static int compare_indices(const void *a, const void *b, void *arg)
{
	const struct tree *tree = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = compare_names(&tree->blocks[x], &tree->blocks[y]);

	return order ? order : (x > y) - (x < y);
}

static enum result sort_names(struct tree *tree)
{
	uint32_t *sorted = malloc((tree->count + (size_t)1) * sizeof(*sorted));
	uint32_t kept = 0;

	if (!sorted)
		return no_memory(tree->err);
	for (uint32_t i = 0; i < tree->count; i++)
		sorted[i] = i;
	qsort_r(sorted, tree->count, sizeof(*sorted), compare_indices, tree);
	for (uint32_t i = 0; i < tree->count; i++)
		if (!kept ||
		    compare_names(&tree->blocks[sorted[kept - 1]], &tree->blocks[sorted[i]]))
			sorted[kept++] = sorted[i];
	tree->sorted = sorted;
	tree->sorted_count = kept;
	return RESULT_OK;
}

/* The block that is called as @name is, or NULL. */
static struct block *find_block(struct tree *tree, const struct block *name)
{
	uint32_t low = 0, high = tree->sorted_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct block *block = &tree->blocks[tree->sorted[middle]];
		int order = compare_names(name, block);

		if (!order)
			return block;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- who is reachable ------------------------------------------------------------------------ */

/* Calls @fn with each child of @block that there is; false if the list is broken. */
static bool each_child(struct tree *tree, const struct block *block,
		       void (*fn)(struct block *child, void *arg), void *arg)
{
	struct block name, *child;
	bson_iter_t at;

	if (!block->children.at)
		return true;
	if (!enter(&block->children, &at))
		return false;
	while (bson_iter_next(&at)) {
		child = pair_at(&at, &name) ? find_block(tree, &name) : NULL;
		if (child)
			fn(child, arg);
	}
	return !value_broken(&at);
}

static void note_parent(struct block *child, void *arg)
{
	(void)arg;
	child->has_parent = true;
}

/* Blocks that are reached, and whose children are not looked at yet. Each gets in once. */
struct front {
	struct block **blocks;
	uint32_t count;
};

static void reach(struct block *block, void *arg)
{
	struct front *front = arg;

	if (block->reached)
		return;
	block->reached = true;
	front->blocks[front->count++] = block;
}

static bool text_is(const struct bytes *text, const char *word)
{
	return text->len == strlen(word) && !memcmp(text->at, word, text->len);
}

static bool is_root(const struct block *block)
{
	return !block->has_parent &&
	       (text_is(&block->type, "course") || text_is(&block->type, "library"));
}

/* A list of its own instead of the C stack: chains may be as long as the document allows. */
static enum result reach_all(struct tree *tree)
{
	struct front front = {malloc((tree->sorted_count + (size_t)1) * sizeof(*front.blocks)), 0};
	bool ok = true;

	if (!front.blocks)
		return no_memory(tree->err);
	for (uint32_t i = 0; ok && i < tree->sorted_count; i++)
		ok = each_child(tree, &tree->blocks[tree->sorted[i]], note_parent, NULL);
	for (uint32_t i = 0; i < tree->sorted_count; i++)
		if (is_root(&tree->blocks[tree->sorted[i]]))
			reach(&tree->blocks[tree->sorted[i]], &front);
	while (ok && front.count)
		ok = each_child(tree, front.blocks[--front.count], reach, &front);
	free(front.blocks);
	return ok ? RESULT_OK : broken(tree->err, "a list of children");
}

/* ---- the videos ------------------------------------------------------------------------------ */

static bool is_video(const struct block *block)
{
	const char *type = (const char *)block->type.at;

	return strlen(type) == block->type.len && video_bson_is_video(type);
}

/* A view of @bytes in @space, NULL when there are none; that they are whole was seen before. */
static const bson_t *view(const struct bytes *bytes, bson_t *space)
{
	return bytes->at && bson_init_static(space, bytes->at, bytes->len) ? space : NULL;
}

/* Which version of itself the block is: published ones say whose copy they are (domain 2.3). */
static const char *version_of(const struct block *block, char hex[25])
{
	static const char *const keys[] = {"source_version", "update_version"};
	bson_t space;
	const bson_t *info = view(&block->edit_info, &space);
	bson_oid_t id;

	for (size_t i = 0; info && i < sizeof(keys) / sizeof(*keys); i++) {
		if (!value_oid_of(info, keys[i], &id))
			continue;
		bson_oid_to_string(&id, hex);
		return hex;
	}
	return NULL;
}

static enum result add_video(const struct tree *tree, const struct block *block, enum branch branch,
			     struct outline *outline)
{
	char *type = value_clean((const char *)block->type.at, block->type.len);
	char *id = value_clean((const char *)block->id.at, block->id.len);
	struct video_fields *fields = NULL;
	bson_t set, inherited;
	bool taken;
	char hex[25];
	enum result st = RESULT_NOMEM;

	if (!type || !id) {
		no_memory(tree->err);
		goto out;
	}
	st = video_bson_read(view(&block->fields, &set), view(&block->defaults, &inherited),
			     &fields, tree->err);
	if (st != RESULT_OK) {
		error_prefix(tree->err, "%s@%s", type, id);
		goto out;
	}
	st = outline_add(outline, type, id, branch, fields, &taken, tree->err);
	if (st == RESULT_OK && taken &&
	    !outline_say_version(outline, type, id, branch, version_of(block, hex)))
		st = no_memory(tree->err);
out:
	free(type);
	free(id);
	return st;
}

/* In the order of the document, so that the first of two ids that read alike stays. */
static enum result add_videos(const struct tree *tree, enum branch branch, struct outline *outline)
{
	enum result st = RESULT_OK;

	for (uint32_t i = 0; st == RESULT_OK && i < tree->count; i++)
		if (tree->blocks[i].reached && is_video(&tree->blocks[i]))
			st = add_video(tree, &tree->blocks[i], branch, outline);
	return st;
}

/* ---- the name -------------------------------------------------------------------------------- */

/* Whether @settings have a display name; then *@name is it, "" for a null, NULL without memory. */
static bool name_in(const struct bytes *settings, char **name)
{
	bool failed = false;
	bson_t space;
	const bson_t *document = view(settings, &space);
	bson_iter_t at;

	if (!document || !value_find(document, "display_name", &at))
		return false;
	*name = BSON_ITER_HOLDS_NULL(&at) ? strdup("") : value_text(&at, &failed);
	return *name || failed || BSON_ITER_HOLDS_NULL(&at);
}

static enum result read_name(struct tree *tree, const bson_t *structure, char **name)
{
	struct block pair, *root = NULL;
	bson_iter_t at;

	if (value_find(structure, "root", &at) && pair_at(&at, &pair))
		root = find_block(tree, &pair);
	if (!root || (!name_in(&root->fields, name) && !name_in(&root->defaults, name)))
		*name = strdup("");
	return *name ? RESULT_OK : no_memory(tree->err);
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static enum result read_tree(struct tree *tree, const bson_t *structure)
{
	enum result st;
	bson_iter_t at;

	if (!bson_iter_init(&at, structure))
		return broken(tree->err, "the document");
	if (!bson_iter_find(&at, "blocks"))
		return value_broken(&at)
			   ? broken(tree->err, "the document")
			   : error_set(tree->err, RESULT_INVALID, "no structure: it has no blocks");
	if (!BSON_ITER_HOLDS_ARRAY(&at))
		return error_set(tree->err, RESULT_INVALID,
				 "no structure: its blocks are not an array");
	st = read_blocks(tree, &at);
	if (st == RESULT_OK)
		st = sort_names(tree);
	return st == RESULT_OK ? reach_all(tree) : st;
}

enum result split_tree_read(const bson_t *structure, enum branch branch, struct outline *outline,
			    char **name, struct error *err)
{
	struct tree tree = {.err = err};
	char *root_name = NULL;
	enum result st = read_tree(&tree, structure);

	if (st == RESULT_OK && name)
		st = read_name(&tree, structure, &root_name);
	if (st == RESULT_OK)
		st = add_videos(&tree, branch, outline);
	if (st != RESULT_OK) {
		free(root_name);
		root_name = NULL;
	}
	if (name)
		*name = root_name;
	free(tree.sorted);
	free(tree.blocks);
	return st;
}

bool split_tree_projection(bson_t *opts)
{
	static const char *const paths[] = {
	    "root",
	    "blocks.block_type",
	    "blocks.block_id",
	    "blocks.fields.children",
	    "blocks.fields.display_name",
	    "blocks.fields.edx_video_id",
	    "blocks.fields.html5_sources",
	    "blocks.fields.sub",
	    "blocks.fields.transcripts",
	    "blocks.fields.youtube_id_1_0",
	    "blocks.defaults.display_name",
	    "blocks.defaults.edx_video_id",
	    "blocks.defaults.html5_sources",
	    "blocks.defaults.sub",
	    "blocks.defaults.transcripts",
	    "blocks.defaults.youtube_id_1_0",
	    "blocks.edit_info.source_version",
	    "blocks.edit_info.update_version",
	};
	bson_t projection;
	bool ok = bson_append_document_begin(opts, "projection", -1, &projection);

	if (!ok)
		return false;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		ok = bson_append_int32(&projection, paths[i], -1, 1) && ok;
	return bson_append_document_end(opts, &projection) && ok;
}
