#include "config.h"

#include "src/source/names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct name_entry {
	size_t number;
	char name[];
};

/* What is looked up stands in the same shape as what is kept: a pointer to the text. */
static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static struct name_entry *entry_of(const char *name)
{
	return (struct name_entry *)(name - offsetof(struct name_entry, name));
}

static void entry_free(void *name)
{
	free(entry_of(name));
}

bool names_add(struct names *names, const char *name, size_t number, bool *added)
{
	size_t size = strlen(name) + 1;
	struct name_entry *entry;

	if (added)
		*added = false;
	if (names_get(names, name, NULL))
		return true;
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		return false;
	entry->number = number;
	memcpy(entry->name, name, size);
	if (!tsearch(entry->name, &names->root, compare)) {
		free(entry);
		return false;
	}
	if (added)
		*added = true;
	return true;
}

bool names_get(const struct names *names, const char *name, size_t *number)
{
	char *const *found = tfind(name, &names->root, compare);

	if (!found)
		return false;
	if (number)
		*number = entry_of(*found)->number;
	return true;
}

void names_drop(struct names *names, const char *name)
{
	char *const *found = tfind(name, &names->root, compare);
	char *kept = found ? *found : NULL;

	if (!kept)
		return;
	tdelete(name, &names->root, compare);
	entry_free(kept);
}

void names_clear(struct names *names)
{
	tdestroy(names->root, entry_free);
	names->root = NULL;
}
