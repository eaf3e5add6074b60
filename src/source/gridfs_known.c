#include "config.h"

#include "src/source/gridfs_known.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

struct gridfs_known *gridfs_known_new(const struct gridfs_names *names, const char *name,
				      const bson_t *document)
{
	struct gridfs_known *known = calloc(1, sizeof(*known));
	struct buf id = BUF_INIT;

	if (!known)
		return NULL;
	buf_add_text(&id, names->prefix);
	buf_add_text(&id, name);
	known->id = buf_take(&id);
	if (!known->id) {
		free(known);
		return NULL;
	}
	known->name = known->id + strlen(names->prefix);
	gridfs_info_read(&known->info, document);
	known->canonical = gridfs_names_canonical(names, &known->info.id, name);
	return known;
}

void gridfs_known_free(void *item)
{
	struct gridfs_known *known = item;

	if (!known)
		return;
	gridfs_info_clear(&known->info);
	free(known->id);
	free(known);
}

bool gridfs_known_better(const struct gridfs_known *a, const struct gridfs_known *b)
{
	if (a->canonical != b->canonical)
		return a->canonical;
	if (a->info.uploaded != b->info.uploaded)
		return a->info.uploaded > b->info.uploaded;
	return gridfs_id_compare(&a->info.id, &b->info.id) < 0;
}

/* ---- the table: a tree, because batch after batch is added and looked up ------------------ */

static int compare(const void *a, const void *b)
{
	const struct gridfs_known *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void gridfs_table_clear(struct gridfs_table *table)
{
	tdestroy(table->root, gridfs_known_free);
	table->root = NULL;
}

const struct gridfs_known *gridfs_table_get(const struct gridfs_table *table, const char *name)
{
	struct gridfs_known key = {.name = name}, *const * place;

	place = tfind(&key, &table->root, compare);
	return place ? *place : NULL;
}

bool gridfs_table_put(struct gridfs_table *table, struct gridfs_known *known)
{
	struct gridfs_known **place = tsearch(known, &table->root, compare);

	if (!place)
		return false;
	if (*place != known)
		gridfs_known_free(*place);
	*place = known;
	return true;
}

void gridfs_table_drop(struct gridfs_table *table, const char *name)
{
	struct gridfs_known key = {.name = name}, **place, *known;

	place = tfind(&key, &table->root, compare);
	if (!place)
		return;
	known = *place;
	tdelete(&key, &table->root, compare);
	gridfs_known_free(known);
}
