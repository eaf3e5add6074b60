#include "config.h"

#include "src/source/olx_drafts.h"

#include <stdlib.h>
#include <string.h>

#include "src/source/olx_names.h"
#include "src/source/olx_xml.h"

/* A draft may hang on a draft, and so on; a chain longer than this was not made by Studio. */
#define ROUNDS_MAX 64

struct draft {
	char *type, *id;
	char *parent_type, *parent_id; /* as its root says, NULL if it does not */
	bool walked;
};

struct drafts {
	struct draft *items;
	size_t count, room;
};

static char *copy_part(const char *from, const char *end)
{
	return strndup(from, (size_t)(end - from));
}

/* ---- usage keys ---- */

static const char *find_text(const char *from, const char *end, const char *text)
{
	return memmem(from, (size_t)(end - from), text, strlen(text));
}

static bool usage_parts(const char *from, const char *end, const char *parts[4])
{
	const char *slash, *rest;

	if (end - from > 9 && !strncmp(from, "block-v1:", 9)) {
		parts[0] = find_text(from, end, "+type@");
		parts[1] = parts[0] ? find_text(parts[0] + 6, end, "+block@") : NULL;
		if (!parts[1])
			return false;
		parts[0] += 6;
		parts[2] = parts[1] + 7;
		parts[3] = end;
		return true;
	}
	if (end - from <= 6 || strncmp(from, "i4x://", 6))
		return false;
	slash = memchr(from + 6, '/', (size_t)(end - from - 6));
	slash = slash ? memchr(slash + 1, '/', (size_t)(end - slash - 1)) : NULL;
	rest = slash ? memchr(slash + 1, '/', (size_t)(end - slash - 1)) : NULL;
	if (!rest)
		return false;
	parts[0] = slash + 1;
	parts[1] = rest;
	parts[2] = rest + 1;
	parts[3] = end;
	for (const char *at = rest + 1; at < end; at++)
		if (*at == '@' || *at == '?' || *at == '/') { /* "@draft": a revision */
			parts[3] = at;
			break;
		}
	return true;
}

bool olx_usage_parse(const char *usage, size_t len, char **type, char **id)
{
	const char *from = usage, *end = usage + len, *parts[4];

	*type = *id = NULL;
	while (from < end && strchr(" \t\r\n", *from))
		from++;
	while (end > from && strchr(" \t\r\n", end[-1]))
		end--;
	if (!usage_parts(from, end, parts))
		return true;
	*type = copy_part(parts[0], parts[1]);
	*id = copy_part(parts[2], parts[3]);
	if (*type && *id)
		return true;
	free(*type);
	free(*id);
	*type = *id = NULL;
	return false;
}

/* ---- the list of drafts ---- */

static void draft_clear(struct draft *draft)
{
	free(draft->type);
	free(draft->id);
	free(draft->parent_type);
	free(draft->parent_id);
}

/* Splits "drafts/TYPE/NAME.xml"; a name in folders is one with colons. */
static bool split_name(const char *file, struct draft *draft, bool *is_block)
{
	const char *type = file + strlen(OLX_DRAFTS);
	const char *slash = strchr(type, '/');
	size_t len = slash ? strlen(slash + 1) : 0;

	*is_block = len > 4 && !strcmp(slash + 1 + len - 4, ".xml");
	if (!*is_block)
		return true;
	draft->type = copy_part(type, slash);
	draft->id = strndup(slash + 1, len - 4);
	for (char *at = draft->id; at && *at; at++)
		if (*at == '/')
			*at = ':';
	if (draft->type && olx_type_is_leaf(draft->type))
		*is_block = false;
	return draft->type && draft->id;
}

static enum result read_parent(struct walk *walk, const char *file, struct draft *draft,
			       struct error *err)
{
	const char *parent;
	xmlDoc *doc;
	enum result st = walk_load(walk, file, &doc, err);

	if (st != RESULT_OK)
		return st;
	parent = olx_xml_attr(xmlDocGetRootElement(doc), "parent_url");
	if (!parent)
		parent = olx_xml_attr(xmlDocGetRootElement(doc), "parent_sequential_url");
	if (parent &&
	    !olx_usage_parse(parent, strlen(parent), &draft->parent_type, &draft->parent_id))
		st = error_set(err, RESULT_NOMEM, "%s: no memory for its drafts", walk->tree->path);
	xmlFreeDoc(doc);
	return st;
}

static enum result add_draft(struct walk *walk, struct drafts *drafts, const char *file,
			     struct error *err)
{
	struct draft draft = {NULL, NULL, NULL, NULL, false};
	bool is_block;
	enum result st = RESULT_OK;

	if (!split_name(file, &draft, &is_block))
		st = RESULT_NOMEM;
	else if (is_block)
		st = read_parent(walk, file, &draft, err);
	if (st == RESULT_OK && is_block && drafts->count == drafts->room) {
		size_t room = drafts->room ? drafts->room * 2 : 64;
		struct draft *more = reallocarray(drafts->items, room, sizeof(*more));

		if (more) {
			drafts->items = more;
			drafts->room = room;
		} else {
			st = RESULT_NOMEM;
		}
	}
	if (st == RESULT_OK && is_block)
		drafts->items[drafts->count++] = draft;
	else
		draft_clear(&draft);
	return st == RESULT_NOMEM
		   ? error_set(err, st, "%s: no memory for its drafts", walk->tree->path)
		   : st;
}

/* ---- the walk ---- */

static bool has_reached(const struct walk *walk, const char *type, const char *id)
{
	return walk_has_reached(walk, BRANCH_PUBLISHED, type, id) ||
	       walk_has_reached(walk, BRANCH_DRAFT, type, id);
}

/* Walks every draft that can be reached by now; *@more says that this may have opened ways. */
static enum result walk_round(struct walk *walk, struct drafts *drafts, bool *more,
			      struct error *err)
{
	struct place at = {OLX_DRAFTS, BRANCH_DRAFT, 0};
	enum result st = RESULT_OK;

	*more = false;
	for (size_t i = 0; st == RESULT_OK && i < drafts->count; i++) {
		struct draft *draft = &drafts->items[i];

		if (draft->walked || (!has_reached(walk, draft->type, draft->id) &&
				      !(draft->parent_type &&
					has_reached(walk, draft->parent_type, draft->parent_id))))
			continue;
		draft->walked = *more = true;
		st = walk_pointer(walk, draft->type, draft->id, at, err);
	}
	return st;
}

enum result olx_drafts_walk(struct walk *walk, struct error *err)
{
	struct drafts drafts = {NULL, 0, 0};
	enum result st = RESULT_OK;
	bool more = true;

	for (size_t i = olx_tree_lower(walk->tree, OLX_DRAFTS);
	     st == RESULT_OK && i < walk->tree->count; i++) {
		const char *file = walk->tree->files[i].name;

		if (strncmp(file, OLX_DRAFTS, strlen(OLX_DRAFTS)))
			break;
		st = add_draft(walk, &drafts, file, err);
	}
	for (int round = 0; st == RESULT_OK && more; round++) {
		st = walk_round(walk, &drafts, &more, err);
		if (st == RESULT_OK && more && round == ROUNDS_MAX)
			st = error_set(err, RESULT_INVALID, "%s: drafts nested too deeply",
				       walk->tree->path);
	}
	for (size_t i = 0; i < drafts.count; i++)
		draft_clear(&drafts.items[i]);
	free(drafts.items);
	return st;
}
