#include "config.h"

#include "src/source/olx_assets.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"

#define FOLDERS 3

const char *const olx_static_folders[FOLDERS + 1] = {"static/", "course/static/", "static_import/",
						     NULL};

/* A text and what it stands for; kept sorted by the text. */
struct placed {
	char *key;
	char *path;		     /* of assets.json: below the static folder */
	const struct olx_file *file; /* of the cleaned names */
};

struct table {
	struct placed *items;
	size_t count, room;
};

struct olx_assets {
	const struct olx_tree *tree;
	struct table listed;	       /* asset name -> path */
	struct table cleaned[FOLDERS]; /* cleaned name -> file */
};

static void table_clear(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->items[i].key);
		free(table->items[i].path);
	}
	free(table->items);
}

/* Takes @key and @path in every case. */
static bool table_add(struct table *table, char *key, char *path, const struct olx_file *file)
{
	if (key && table->count == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		struct placed *more = reallocarray(table->items, room, sizeof(*more));

		if (more) {
			table->items = more;
			table->room = room;
		}
	}
	if (!key || table->count == table->room) {
		free(key);
		free(path);
		return false;
	}
	table->items[table->count++] = (struct placed){key, path, file};
	return true;
}

/* Files lie in the tree by name, so of one key the first by name comes first. */
static int placed_compare(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	return x->file != y->file ? (x->file > y->file) - (x->file < y->file)
				  : strcmp(x->path ? x->path : "", y->path ? y->path : "");
}

static void table_sort(struct table *table)
{
	if (table->count)
		qsort(table->items, table->count, sizeof(*table->items), placed_compare);
}

static const struct placed *table_find(const struct table *table, const char *key)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(table->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table->count && !strcmp(table->items[low].key, key) ? &table->items[low]
									 : NULL;
}

/* ---- filling ---- */

static bool add_cleaned(struct olx_assets *assets, size_t folder)
{
	const struct olx_tree *tree = assets->tree;
	const char *prefix = olx_static_folders[folder];
	size_t len = strlen(prefix);

	for (size_t i = olx_tree_lower(tree, prefix); i < tree->count; i++) {
		const struct olx_file *file = &tree->files[i];

		if (strncmp(file->name, prefix, len))
			break;
		if (!table_add(&assets->cleaned[folder], key_asset_name(file->name + len), NULL,
			       file))
			return false;
	}
	table_sort(&assets->cleaned[folder]);
	return true;
}

/* Where the exporter put an asset: beside its import path, under its display name. */
static char *exported_path(const char *import_path, const char *display_name)
{
	const char *slash = import_path ? strrchr(import_path, '/') : NULL;
	struct buf path = BUF_INIT;

	if (slash)
		buf_add(&path, import_path, (size_t)(slash - import_path) + 1);
	for (; *display_name; display_name++)
		buf_add_char(&path,
			     *display_name == '/' || *display_name == '\\' ? '_' : *display_name);
	return buf_take(&path);
}

static bool add_listed(struct olx_assets *assets, const cJSON *json)
{
	const cJSON *asset;

	cJSON_ArrayForEach(asset, json)
	{
		const char *display =
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(asset, "displayname"));
		const char *import =
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(asset, "import_path"));
		char *path;

		if (!display || !*display)
			continue;
		path = exported_path(import, display);
		if (!path || !table_add(&assets->listed, strdup(asset->string), path, NULL))
			return false;
	}
	table_sort(&assets->listed);
	return true;
}

static enum result read_listed(struct olx_assets *assets, struct olx_tree *tree, struct error *err)
{
	struct buf text = BUF_INIT;
	cJSON *json = NULL;
	enum result st = RESULT_OK;

	if (olx_tree_find(tree, OLX_ASSETS_FILE))
		st = tree->ops->text(tree, OLX_ASSETS_FILE, &text, err);
	if (st == RESULT_OK && text.len) {
		json = cJSON_ParseWithLength(buf_text(&text), text.len);
		if (!cJSON_IsObject(json))
			st = error_set(err, RESULT_INVALID,
				       "%s: " OLX_ASSETS_FILE " is no JSON object", tree->path);
		else if (!add_listed(assets, json))
			st = error_set(err, RESULT_NOMEM, "%s: no memory for its assets",
				       tree->path);
	}
	cJSON_Delete(json);
	buf_clear(&text);
	return st;
}

enum result olx_assets_new(struct olx_assets **out, struct olx_tree *tree, struct error *err)
{
	struct olx_assets *assets = calloc(1, sizeof(*assets));
	enum result st;

	*out = NULL;
	if (!assets)
		return error_set(err, RESULT_NOMEM, "%s: no memory for its assets", tree->path);
	assets->tree = tree;
	st = read_listed(assets, tree, err);
	for (size_t i = 0; st == RESULT_OK && i < FOLDERS; i++)
		if (!add_cleaned(assets, i))
			st = error_set(err, RESULT_NOMEM, "%s: no memory for its assets",
				       tree->path);
	if (st == RESULT_OK)
		*out = assets;
	else
		olx_assets_free(assets);
	return st;
}

void olx_assets_free(struct olx_assets *assets)
{
	if (!assets)
		return;
	table_clear(&assets->listed);
	for (size_t i = 0; i < FOLDERS; i++)
		table_clear(&assets->cleaned[i]);
	free(assets);
}

/* ---- finding ---- */

static const struct olx_file *find_exact(const struct olx_tree *tree, const char *folder,
					 const char *name)
{
	char path[OLX_NAME_MAX + 1];
	int len = snprintf(path, sizeof(path), "%s%s", folder, name);

	/* No file of a tree has a longer name. */
	return len > 0 && (size_t)len < sizeof(path) ? olx_tree_find(tree, path) : NULL;
}

enum result olx_assets_find(const struct olx_assets *assets, const char *name,
			    const struct olx_file **file, struct error *err)
{
	const struct placed *listed, *cleaned;
	char *clean;

	*file = NULL;
	name = key_strip_static(name);
	if (!*name || strlen(name) > OLX_NAME_MAX)
		return RESULT_OK;
	clean = key_asset_name(name);
	if (!clean)
		return error_set(err, RESULT_NOMEM, "no memory to find a file");
	listed = table_find(&assets->listed, clean);
	for (size_t i = 0; !*file && i < FOLDERS; i++) {
		*file = find_exact(assets->tree, olx_static_folders[i], name);
		if (!*file && listed)
			*file = find_exact(assets->tree, olx_static_folders[i], listed->path);
		cleaned = *file ? NULL : table_find(&assets->cleaned[i], clean);
		if (cleaned)
			*file = cleaned->file;
	}
	free(clean);
	return RESULT_OK;
}
