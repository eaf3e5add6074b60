#include "config.h"

#include "src/format/cues.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void cues_init(struct cues *cues)
{
	memset(cues, 0, sizeof(*cues));
}

void cues_clear(struct cues *cues)
{
	free(cues->items);
	buf_clear(&cues->texts);
	cues_init(cues);
}

static bool reserve_item(struct cues *cues)
{
	size_t size = cues->size ? cues->size * 2 : 64;
	struct cue *items;

	if (cues->count < cues->size)
		return true;
	if (size > SIZE_MAX / sizeof(*items))
		return false;
	items = realloc(cues->items, size * sizeof(*items));
	if (!items)
		return false;
	cues->items = items;
	cues->size = size;
	return true;
}

enum result cues_add(struct cues *cues, double start, double end, const char *text, size_t len)
{
	struct cue *cue;

	if (!reserve_item(cues) || !buf_reserve(&cues->texts, len + 1))
		return RESULT_NOMEM;
	cue = &cues->items[cues->count++];
	cue->start = start;
	cue->end = end;
	cue->text = cues->texts.len;
	cue->text_len = len;
	buf_add(&cues->texts, text, len);
	buf_add_char(&cues->texts, '\0');
	return RESULT_OK;
}

const char *cues_text(const struct cues *cues, size_t index)
{
	return cues->texts.data + cues->items[index].text;
}
