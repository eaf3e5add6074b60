/*
 * list_keys - the table of keys as text, for tests/manual.sh: "name<TAB>keys<TAB>screens", a line
 * for each action and each group of screens on which it has the same keys.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>

#include "ui/keys.h"

/* An earlier key of the action is for just these screens: it has told of both. */
static bool is_told(size_t binding)
{
	for (size_t i = 0; i < binding; i++)
		if (key_bindings[i].action == key_bindings[binding].action &&
		    key_bindings[i].views == key_bindings[binding].views)
			return true;
	return false;
}

int main(void)
{
	char screens[160], name[16];

	for (size_t i = 0; i < key_binding_count; i++) {
		const struct key_binding *first = &key_bindings[i];

		if (is_told(i))
			continue;
		printf("%s\t", action_infos[first->action].name);
		for (size_t k = i; k < key_binding_count; k++) {
			if (key_bindings[k].action != first->action ||
			    key_bindings[k].views != first->views)
				continue;
			keys_name(key_bindings[k].key, name, sizeof(name));
			if (name[0])
				printf("%s%s", k > i ? " " : "", name);
		}
		keys_views_text(first->views, screens, sizeof(screens));
		printf("\t%s\n", screens);
	}
	return 0;
}
