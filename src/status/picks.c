#include "config.h"

#include "src/status/picks.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/ids.h"

struct picks *picks_new(void)
{
	struct picks *picks = calloc(1, sizeof(*picks));

	if (picks)
		picks->refs = 1;
	return picks;
}

struct picks *picks_ref(struct picks *picks)
{
	if (picks)
		__atomic_add_fetch(&picks->refs, 1, __ATOMIC_RELAXED);
	return picks;
}

void picks_unref(struct picks *picks)
{
	if (!picks || __atomic_sub_fetch(&picks->refs, 1, __ATOMIC_ACQ_REL))
		return;
	buf_clear(&picks->texts);
	free(picks->list);
	free(picks);
}

enum result picks_add(struct picks *picks, const struct finding_row *row, struct error *err)
{
	const char *const texts[] = {row->block, row->language, row->seen};

	if (picks->count == picks->room) {
		size_t room = picks->room ? 2 * picks->room : 64;
		struct pick *list = reallocarray(picks->list, room, sizeof(*list));

		if (!list)
			return error_set(err, RESULT_NOMEM, "no memory for %zu findings", room);
		picks->list = list;
		picks->room = room;
	}
	picks->list[picks->count++] = (struct pick){row->course_id, row->code, row->waived,
						    picks->texts.len};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_add(&picks->texts, texts[i], strlen(texts[i]) + 1);
	return picks->texts.failed ? error_set(err, RESULT_NOMEM, "no memory for %zu findings",
					       picks->count)
				   : RESULT_OK;
}

bool pick_is(const struct pick *pick, enum pick_kind kind)
{
	if (kind == PICK_WAIVED)
		return pick->waived;
	return !pick->waived &&
	       (kind == PICK_OPEN || (finding_info(pick->code)->flags & FINDING_WAIVABLE));
}

struct pick_item picks_item(const struct picks *picks, const struct pick *pick)
{
	struct pick_item item = {.block = buf_text(&picks->texts) + pick->texts};

	item.language = item.block + strlen(item.block) + 1;
	item.seen = item.language + strlen(item.language) + 1;
	return item;
}

size_t picks_count(const struct picks *picks, enum pick_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < picks->count; i++)
		count += pick_is(&picks->list[i], kind);
	return count;
}

const struct pick *picks_first(const struct picks *picks, enum pick_kind kind)
{
	for (size_t i = 0; i < picks->count; i++)
		if (pick_is(&picks->list[i], kind))
			return &picks->list[i];
	return NULL;
}

enum finding_code picks_code(const struct picks *picks, enum pick_kind kind)
{
	const struct pick *first = picks_first(picks, kind);

	for (size_t i = 0; i < picks->count; i++)
		if (pick_is(&picks->list[i], kind) && picks->list[i].code != first->code)
			return FINDING_NONE;
	return first ? first->code : FINDING_NONE;
}

enum result picks_courses(const struct picks *picks, enum pick_kind kind, int64_t **ids,
			  size_t *count, struct error *err)
{
	struct ids all = {0};
	enum result st = RESULT_OK;

	*ids = NULL;
	*count = 0;
	for (size_t i = 0; i < picks->count && st == RESULT_OK; i++)
		if (pick_is(&picks->list[i], kind))
			st = ids_add(&all, &picks->list[i].course_id, 1, err);
	if (st != RESULT_OK) {
		ids_clear(&all);
		return st;
	}
	ids_sort(&all);
	for (size_t i = 0; i < all.count; i++)
		if (!*count || all.list[*count - 1] != all.list[i])
			all.list[(*count)++] = all.list[i];
	*ids = all.list;
	return RESULT_OK;
}
