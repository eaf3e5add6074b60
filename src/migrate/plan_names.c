#include "config.h"

#include "src/migrate/plan_names.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names asked of the source in one find(): a server answers so many at a time. */
#define FIND_BATCH 500

struct plan_names {
	const char **names; /* borrowed from the promises; sorted, each once */
	char **identities;  /* asset.identity of each, NULL: missing */
	struct asset *assets; /* without their identities; NULL once forgotten */
	size_t count, size;
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "out of memory while planning");
}

struct plan_names *plan_names_new(void)
{
	return calloc(1, sizeof(struct plan_names));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool plan_names_add(struct plan_names *table, const struct promises *promises)
{
	for (size_t i = 0; i < promises->count; i++) {
		const struct promise *promise = &promises->items[i];

		if (table->count + promise->name_count > table->size) {
			size_t size = 2 * (table->count + promise->name_count) + 64;
			const char **names = realloc(table->names, size * sizeof(*names));

			if (!names)
				return false;
			table->names = names;
			table->size = size;
		}
		for (size_t n = 0; n < promise->name_count; n++)
			table->names[table->count++] = promise->names[n];
	}
	return true;
}

static void table_sort(struct plan_names *table)
{
	size_t kept = 0;

	if (!table->count)
		return;
	qsort(table->names, table->count, sizeof(*table->names), compare_names);
	for (size_t i = 1; i < table->count; i++)
		if (strcmp(table->names[kept], table->names[i]))
			table->names[++kept] = table->names[i];
	table->count = kept + 1;
}

/* Takes the identity out of @asset. */
static bool take_identity(struct asset *asset, char **out)
{
	free(*out);
	*out = asset->identity ? asset->identity : strdup("");
	asset->identity = NULL;
	return *out;
}

enum result plan_names_find(struct plan_names *table, struct source_course *source,
			    struct error *err)
{
	enum result st = RESULT_OK;

	table_sort(table);
	table->assets = calloc(table->count + 1, sizeof(*table->assets));
	table->identities = calloc(table->count + 1, sizeof(*table->identities));
	if (!table->assets || !table->identities)
		return no_memory(err);
	for (size_t first = 0; first < table->count && st == RESULT_OK; first += FIND_BATCH) {
		size_t left = table->count - first;

		st = source->ops->find(source, table->names + first,
				       left < FIND_BATCH ? left : FIND_BATCH, table->assets + first,
				       err);
	}
	for (size_t i = 0; i < table->count && st == RESULT_OK; i++)
		if (table->assets[i].state != ASSET_MISSING &&
		    !take_identity(&table->assets[i], &table->identities[i]))
			st = no_memory(err);
	return st;
}

void plan_names_forget(struct plan_names *table)
{
	for (size_t i = 0; table->assets && i < table->count; i++)
		asset_clear(&table->assets[i]);
	free(table->assets);
	table->assets = NULL;
}

void plan_names_free(struct plan_names *table)
{
	if (!table)
		return;
	plan_names_forget(table);
	for (size_t i = 0; table->identities && i < table->count; i++)
		free(table->identities[i]);
	free(table->identities);
	free(table->names);
	free(table);
}

/* Where @name stands; it is one of them. */
static size_t place_of(const struct plan_names *table, const char *name)
{
	const char **at = bsearch(&name, table->names, table->count, sizeof(*table->names),
				  compare_names);

	assert(at);
	return (size_t)(at - table->names);
}

const struct asset *plan_names_asset(const struct plan_names *table, const char *name)
{
	return &table->assets[place_of(table, name)];
}

bool plan_names_again(struct plan_names *table, const char *name, struct asset *now)
{
	return now->state == ASSET_MISSING ||
	       take_identity(now, &table->identities[place_of(table, name)]);
}

/* ---- what identifies all of them ----------------------------------------------------------*/

/* With its length before it no text runs into the next. */
static void hash_text(struct hash *hash, const char *text)
{
	char head[24];
	size_t len = strlen(text);

	hash_add(hash, head, (size_t)snprintf(head, sizeof(head), " %zu:", len));
	hash_add(hash, text, len);
}

enum result plan_names_hash(const struct plan_names *table, char out[HASH_HEX], struct error *err)
{
	struct hash *hash = hash_new();

	if (!hash)
		return no_memory(err);
	for (size_t i = 0; i < table->count; i++) {
		const char *identity = table->identities[i];

		hash_add(hash, identity ? "found" : "missing", identity ? 5 : 7);
		hash_text(hash, table->names[i]);
		if (identity)
			hash_text(hash, identity);
		hash_add(hash, "\n", 1);
	}
	hash_hex(hash, out);
	hash_free(hash);
	return RESULT_OK;
}
