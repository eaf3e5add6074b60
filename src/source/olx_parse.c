#include "config.h"

#include "src/source/olx_parse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/source/names.h"
#include "src/source/olx_assets.h"
#include "src/source/olx_drafts.h"
#include "src/source/olx_names.h"
#include "src/source/olx_video.h"
#include "src/source/olx_walk.h"
#include "src/source/olx_xml.h"

/* Elements within files and files within files, together: more is a loop made by hand. */
#define WALK_DEPTH 256
#define BLOCKS_MAX 200000

static enum result no_memory(const struct walk *walk, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "%s: no memory for its structure", walk->tree->path);
}

/* ---- what has been reached ---- */

/* Kinds of mark: a block reached, a file of a block read, a `filename` followed. */
enum mark { MARK_BLOCK = 'b', MARK_FILE = 'f', MARK_EXTRA = 'x' };

static bool mark_name(struct buf *name, enum mark mark, enum branch branch, const char *type,
		      const char *id)
{
	buf_printf(name, "%c%c%s@%s", mark, branch == BRANCH_DRAFT ? 'd' : 'p', type, id);
	return !name->failed;
}

static enum result mark_add(struct walk *walk, enum mark mark, enum branch branch, const char *type,
			    const char *id, bool *added, struct error *err)
{
	struct buf name = BUF_INIT;
	bool ok = mark_name(&name, mark, branch, type, id) &&
		  names_add(&walk->marks, buf_text(&name), 0, added);

	buf_clear(&name);
	return ok ? RESULT_OK : no_memory(walk, err);
}

bool walk_has_reached(const struct walk *walk, enum branch branch, const char *type, const char *id)
{
	struct buf name = BUF_INIT;
	bool there = mark_name(&name, MARK_BLOCK, branch, type, id) &&
		     names_get(&walk->marks, buf_text(&name), NULL);

	buf_clear(&name);
	return there;
}

/* ---- files ---- */

enum result walk_load(struct walk *walk, const char *file, xmlDoc **out, struct error *err)
{
	struct buf text = BUF_INIT;
	enum result st = walk->tree->ops->text(walk->tree, file, &text, err);
	char head[64];

	*out = NULL;
	if (st == RESULT_MISSING) /* it was there a moment ago */
		st = error_set(err, RESULT_RETRY, "%s: %.200s vanished while the course was read",
			       walk->tree->path, file);
	if (st != RESULT_OK)
		goto out;
	snprintf(head, sizeof(head), " %zu\n", text.len);
	hash_add(walk->hash, file, strlen(file));
	hash_add(walk->hash, head, strlen(head));
	hash_add(walk->hash, buf_text(&text), text.len);
	st = olx_xml_parse(buf_text(&text), text.len, file, out, err);
	if (st != RESULT_OK)
		error_prefix(err, "%s", walk->tree->path);
out:
	buf_clear(&text);
	return st;
}

/* Sets @file to "TYPE/NAME.xml", or to "" if there is none; a draft looks under drafts/ first. */
static enum result find_definition(struct walk *walk, const char *type, const char *name,
				   enum branch branch, struct buf *file, struct error *err)
{
	char *path = olx_file_name(name);

	for (int drafts = branch == BRANCH_DRAFT; path && drafts >= 0; drafts--) {
		buf_reset(file);
		buf_printf(file, "%s%s/%s.xml", drafts ? OLX_DRAFTS : "", type, path);
		if (file->failed || olx_tree_find(walk->tree, buf_text(file)))
			break;
		buf_reset(file);
	}
	if (!path || file->failed) {
		free(path);
		return no_memory(walk, err);
	}
	free(path);
	return RESULT_OK;
}

/* ---- videos ---- */

static enum result note(struct walk *walk, const xmlNode *node, const char *file, const char *what,
			const char *block, struct error *err)
{
	struct buf text = BUF_INIT;
	enum result st;

	if (++walk->blocks > BLOCKS_MAX)
		return error_set(err, RESULT_INVALID, "%s: more than %d videos", walk->tree->path,
				 BLOCKS_MAX);
	buf_printf(&text, "%s: line %ld: <%s> %s", file, xmlGetLineNo(node),
		   (const char *)node->name, what);
	st = text.failed
		 ? no_memory(walk, err)
		 : outline_note(walk->outline, FINDING_BLOCK_UNNAMED, block, buf_text(&text), err);
	buf_clear(&text);
	return st;
}

/*
 * Two definitions under one name: the platform gives the second a name made of its hash, which
 * changes with every edit. The first is the block; another one is at least told about.
 */
static enum result note_second(struct walk *walk, const xmlNode *node, const char *file,
			       const char *type, const char *id, struct error *err)
{
	struct buf block = BUF_INIT;
	enum result st;

	buf_printf(&block, "%s@%s", type, id);
	st = block.failed
		 ? no_memory(walk, err)
		 : note(walk, node, file, "has the name of another video, and other contents",
			buf_text(&block), err);
	buf_clear(&block);
	return st;
}

/* Takes @fields in every case. */
static enum result add_video(struct walk *walk, const xmlNode *node, const char *type,
			     const char *id, struct place at, struct video_fields *fields,
			     struct error *err)
{
	const struct video_fields *first = outline_fields(walk->outline, type, id, at.branch);
	bool same;

	if (first) {
		same = video_fields_equal(first, fields);
		video_fields_free(fields);
		return same ? RESULT_OK : note_second(walk, node, at.file, type, id, err);
	}
	if (++walk->blocks > BLOCKS_MAX) {
		video_fields_free(fields);
		return error_set(err, RESULT_INVALID, "%s: more than %d videos", walk->tree->path,
				 BLOCKS_MAX);
	}
	return outline_add(walk->outline, type, id, at.branch, fields, NULL, err);
}

/* The older format: content in the file that `filename` names, settings on the tag itself. */
static enum result read_named_file(struct walk *walk, const xmlNode *node, struct place at,
				   struct video_fields *fields, struct error *err)
{
	const char *name = olx_xml_attr(node, "filename");
	struct buf file = BUF_INIT;
	xmlDoc *doc = NULL;
	enum result st = RESULT_OK;

	if (name && *name)
		st = find_definition(walk, (const char *)node->name, name, at.branch, &file, err);
	if (st == RESULT_OK && file.len && strcmp(buf_text(&file), at.file)) {
		st = walk_load(walk, buf_text(&file), &doc, err);
		if (st == RESULT_OK)
			st =
			    olx_video_read(fields, xmlDocGetRootElement(doc), buf_text(&file), err);
	}
	xmlFreeDoc(doc);
	buf_clear(&file);
	return st;
}

static enum result walk_video(struct walk *walk, const xmlNode *node, const char *type,
			      const char *id, struct place at, struct error *err)
{
	struct video_fields *fields = video_fields_new();
	enum result st;

	if (!fields)
		return no_memory(walk, err);
	st = read_named_file(walk, node, at, fields, err);
	if (st == RESULT_OK)
		st = olx_video_read(fields, node, at.file, err);
	if (st == RESULT_OK)
		return add_video(walk, node, type, id, at, fields, err);
	video_fields_free(fields);
	return st;
}

/* ---- the walk ---- */

static enum result walk_element(struct walk *walk, const xmlNode *node, struct place at,
				struct error *err);

static enum result walk_children(struct walk *walk, const xmlNode *node, struct place at,
				 struct error *err)
{
	enum result st = RESULT_OK;

	if (++at.depth > WALK_DEPTH)
		return error_set(err, RESULT_INVALID, "%s: %s: blocks nested too deeply",
				 walk->tree->path, at.file);
	for (const xmlNode *child = olx_xml_element(node->children); st == RESULT_OK && child;
	     child = olx_xml_element(child->next))
		st = walk_element(walk, child, at, err);
	return st;
}

/* The children that the file named by `filename` holds; each such file once, loops end here. */
static enum result walk_named_file(struct walk *walk, const xmlNode *node, const char *type,
				   struct place at, struct error *err)
{
	const char *name = olx_xml_attr(node, "filename");
	struct buf file = BUF_INIT;
	xmlDoc *doc = NULL;
	bool fresh = false;
	enum result st = RESULT_OK;

	if (name && *name)
		st = find_definition(walk, type, name, at.branch, &file, err);
	if (st == RESULT_OK && file.len && strcmp(buf_text(&file), at.file))
		st = mark_add(walk, MARK_EXTRA, at.branch, type, name, &fresh, err);
	if (st == RESULT_OK && fresh)
		st = walk_load(walk, buf_text(&file), &doc, err);
	if (doc) {
		at.file = buf_text(&file);
		st = walk_children(walk, xmlDocGetRootElement(doc), at, err);
	}
	xmlFreeDoc(doc);
	buf_clear(&file);
	return st;
}

/* A definition, whatever its attributes: the root of a file, or an inline element. */
static enum result walk_definition(struct walk *walk, const xmlNode *node, const char *type,
				   const char *id, struct place at, struct error *err)
{
	enum result st;

	if (olx_type_is_video(type))
		return walk_video(walk, node, type, id, at, err);
	st = walk_children(walk, node, at, err);
	return st == RESULT_OK ? walk_named_file(walk, node, type, at, err) : st;
}

enum result walk_pointer(struct walk *walk, const char *type, const char *id, struct place at,
			 struct error *err)
{
	struct buf file = BUF_INIT;
	xmlDoc *doc = NULL;
	bool fresh = false;
	enum result st;

	if (olx_type_is_leaf(type))
		return RESULT_OK;
	st = mark_add(walk, MARK_BLOCK, at.branch, type, id, NULL, err);
	if (st == RESULT_OK)
		st = mark_add(walk, MARK_FILE, at.branch, type, id, &fresh, err);
	if (st == RESULT_OK && fresh)
		st = find_definition(walk, type, id, at.branch, &file, err);
	/* In a draft, what has no draft of its own and is published is known already. */
	if (at.branch == BRANCH_DRAFT && walk_has_reached(walk, BRANCH_PUBLISHED, type, id) &&
	    strncmp(buf_text(&file), OLX_DRAFTS, strlen(OLX_DRAFTS)))
		buf_reset(&file);
	if (st == RESULT_OK && file.len)
		st = walk_load(walk, buf_text(&file), &doc, err);
	if (doc) {
		at.file = buf_text(&file);
		at.depth++;
		st = walk_definition(walk, xmlDocGetRootElement(doc), type, id, at, err);
	}
	xmlFreeDoc(doc);
	buf_clear(&file);
	return st;
}

/* The first of these attributes decides, even when it is empty, as on the platform. */
static char *inline_name(const xmlNode *node)
{
	const char *name = olx_xml_attr(node, "url_name");

	if (!name)
		name = olx_xml_attr(node, "slug");
	if (name)
		return strdup(name);
	name = olx_xml_attr(node, "name");
	if (!name)
		name = olx_xml_attr(node, "display_name");
	return name ? olx_clean_name(name) : strdup("");
}

static enum result walk_inline(struct walk *walk, const xmlNode *node, struct place at,
			       struct error *err)
{
	const char *type = (const char *)node->name;
	char *id = inline_name(node);
	enum result st = RESULT_OK;

	if (!id)
		return no_memory(walk, err);
	if (*id)
		st = mark_add(walk, MARK_BLOCK, at.branch, type, id, NULL, err);
	if (st == RESULT_OK && !*id && olx_type_is_video(type))
		st = note(walk, node, at.file, "has no url_name, slug, name or display_name", NULL,
			  err);
	else if (st == RESULT_OK)
		st = walk_definition(walk, node, type, id, at, err);
	free(id);
	return st;
}

/* <show sources="i4x://...; ..."> of a conditional: children by reference. */
static enum result walk_sources(struct walk *walk, const char *sources, struct place at,
				struct error *err)
{
	enum result st = RESULT_OK;

	at.depth++;
	while (st == RESULT_OK && *sources) {
		size_t len = strcspn(sources, ";");
		char *type, *id;

		if (!olx_usage_parse(sources, len, &type, &id))
			return no_memory(walk, err);
		if (type)
			st = walk_pointer(walk, type, id, at, err);
		free(type);
		free(id);
		sources += len;
		sources += *sources == ';';
	}
	return st;
}

static enum result walk_element(struct walk *walk, const xmlNode *node, struct place at,
				struct error *err)
{
	const char *sources = olx_xml_attr(node, "sources");

	if (olx_type_is_leaf((const char *)node->name))
		return RESULT_OK;
	if (olx_xml_is(node, "show") && sources) {
		enum result st = walk_sources(walk, sources, at, err);

		if (st != RESULT_OK)
			return st;
	}
	if (olx_xml_is_pointer(node))
		return walk_pointer(walk, (const char *)node->name, olx_xml_attr(node, "url_name"),
				    at, err);
	return walk_inline(walk, node, at, err);
}

static enum result walk_course(struct walk *walk, const struct olx_root *root, struct error *err)
{
	struct place at = {"course.xml", BRANCH_PUBLISHED, 0};
	const xmlNode *node;
	xmlDoc *doc;
	enum result st = walk_load(walk, at.file, &doc, err);

	if (st != RESULT_OK)
		return st;
	node = xmlDocGetRootElement(doc);
	if (olx_xml_is_pointer(node)) {
		st = walk_pointer(walk, "course", root->run, at, err);
	} else {
		st = mark_add(walk, MARK_BLOCK, at.branch, "course", root->run, NULL, err);
		if (st == RESULT_OK)
			st = walk_definition(walk, node, "course", root->run, at, err);
	}
	xmlFreeDoc(doc);
	return st;
}

/* ---- the version ---- */

/* Of a folder all names, sizes and times, and what assets.json says; an archive is hashed whole. */
static enum result hash_files(struct walk *walk, struct error *err)
{
	const struct olx_tree *tree = walk->tree;
	struct buf text = BUF_INIT;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < tree->count; i++) {
		const struct olx_file *file = &tree->files[i];

		buf_reset(&text);
		buf_printf(&text, "%zu:%s %" PRId64 " %" PRId64 "\n", strlen(file->name), file->name,
			   file->size, tree->mtimes ? file->mtime : 0);
		hash_add(walk->hash, buf_text(&text), text.len);
	}
	buf_reset(&text);
	if (olx_tree_find(tree, OLX_ASSETS_FILE))
		st = walk->tree->ops->text(walk->tree, OLX_ASSETS_FILE, &text, err);
	hash_add(walk->hash, buf_text(&text), text.len);
	if (st == RESULT_OK && text.failed)
		st = no_memory(walk, err);
	buf_clear(&text);
	return st == RESULT_MISSING ? RESULT_OK : st;
}

static bool set_version(struct walk *walk)
{
	const char *digest = walk->tree->digest;
	char hex[HASH_HEX], version[HASH_HEX + 8];

	hash_hex(walk->hash, hex);
	snprintf(version, sizeof(version), "%s %s", *digest ? "archive" : "folder",
		 *digest ? digest : hex);
	return outline_set_version(walk->outline, version);
}

enum result olx_outline_read(struct olx_tree *tree, const struct olx_root *root,
			     struct outline **out, struct error *err)
{
	struct walk walk = {.tree = tree, .marks = NAMES_INIT};
	enum result st = RESULT_NOMEM;

	*out = NULL;
	walk.outline = outline_new(root->key, root->name);
	walk.hash = hash_new();
	if (!walk.outline || !walk.hash) {
		no_memory(&walk, err);
		goto out;
	}
	st = walk_course(&walk, root, err);
	if (st == RESULT_OK)
		st = olx_drafts_walk(&walk, err);
	if (st == RESULT_OK)
		st = *tree->digest ? RESULT_OK : hash_files(&walk, err);
	if (st != RESULT_OK)
		goto out;
	if (!set_version(&walk)) {
		st = no_memory(&walk, err);
		goto out;
	}
	/* Studio exports a draft where it differs, and no other (domain 10.6). */
	outline_lone_in_step(walk.outline);
	outline_finish(walk.outline);
	*out = walk.outline;
	walk.outline = NULL;
out:
	outline_free(walk.outline);
	hash_free(walk.hash);
	names_clear(&walk.marks);
	return st;
}
