/*
 * picks.h - findings that were picked at one moment, to be waived or to have their waivers taken
 * back: which ones, however many, and whatever becomes of their rows afterwards.
 *
 * A finding is what a waiver is for: an item, a code and the content it saw. A validation writes
 * rows anew, and the same finding with them. Immutable once it is shared, and counted: any thread
 * may read it.
 */
#ifndef SUBFERRY_SRC_STATUS_PICKS_H
#define SUBFERRY_SRC_STATUS_PICKS_H

#include "src/base/buf.h"
#include "src/status/rows.h"

struct pick {
	int64_t course_id;
	enum finding_code code;
	bool waived;
	size_t texts; /* where its texts begin; picks_item() */
};

struct picks {
	int refs; /* atomic */
	struct pick *list;
	size_t count, room;
	struct buf texts;
};

/* Of them: what is open, what is open and can be waived, what is waived. */
enum pick_kind { PICK_OPEN, PICK_WAIVABLE, PICK_WAIVED };

/* "" where there is none; borrowed. */
struct pick_item {
	const char *block, *language, *seen;
};

struct picks *picks_new(void); /* NULL without memory */
struct picks *picks_ref(struct picks *picks);
void picks_unref(struct picks *picks); /* accepts NULL */
/* Before it is shared. */
enum result picks_add(struct picks *picks, const struct finding_row *row, struct error *err);

bool pick_is(const struct pick *pick, enum pick_kind kind);
struct pick_item picks_item(const struct picks *picks, const struct pick *pick);
size_t picks_count(const struct picks *picks, enum pick_kind kind);
/* The first of @kind; NULL if there is none. */
const struct pick *picks_first(const struct picks *picks, enum pick_kind kind);
/* The code of all of @kind; FINDING_NONE: there are several, or none. */
enum finding_code picks_code(const struct picks *picks, enum pick_kind kind);
/* The courses that have one of @kind, each once, into a new array *@ids (free()). */
enum result picks_courses(const struct picks *picks, enum pick_kind kind, int64_t **ids,
			  size_t *count, struct error *err);

#endif
