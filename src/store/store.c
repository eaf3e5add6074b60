#include "config.h"

#include "src/store/store.h"

#include <string.h>

void store_free(struct store *store)
{
	if (store)
		store->ops->free(store);
}

bool store_name_valid(const char *name)
{
	size_t len = name ? strlen(name) : 0;
	const char *part = name;

	if (!len || len > 1024)
		return false;
	for (;;) {
		size_t n = strcspn(part, "/");

		if (!n || n > 255 || (n == 1 && part[0] == '.') ||
		    (n == 2 && !memcmp(part, "..", 2)))
			return false;
		if (!part[n])
			return true;
		part += n + 1;
	}
}
