/*
 * What the desk keeps of its operator's choices: read at once, written by the clerk.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void name_choice(const struct desk *desk, const char *name, char *out, size_t size)
{
	snprintf(out, size, "console %.40s %.60s", desk->campus->conf->operator_name, name);
}

char *desk_recall(struct desk *desk, const char *name)
{
	struct reader *reader = NULL;
	char full[128], *value = NULL;

	name_choice(desk, name, full, sizeof(full));
	if (reader_open(&reader, status_path(desk->campus->status), NULL) == RESULT_OK)
		reader_recall(reader, full, &value, NULL);
	reader_close(reader);
	return value ? value : strdup("");
}

/* The newest value of a name replaces one that still waits. */
void desk_remember(struct desk *desk, const char *name, const char *value)
{
	struct desk_choice *choice = calloc(1, sizeof(*choice)), **at = &desk->choices;

	if (!choice)
		return;
	name_choice(desk, name, choice->name, sizeof(choice->name));
	snprintf(choice->value, sizeof(choice->value), "%s", value);
	pthread_mutex_lock(&desk->lock);
	while (*at && strcmp((*at)->name, choice->name) != 0)
		at = &(*at)->next;
	if (*at) {
		choice->next = (*at)->next;
		free(*at);
	}
	*at = choice;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
}
