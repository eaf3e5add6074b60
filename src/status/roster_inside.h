/*
 * roster_inside.h - the roster from inside. roster.c and roster_list.c only.
 */
#ifndef SUBFERRY_SRC_STATUS_ROSTER_INSIDE_H
#define SUBFERRY_SRC_STATUS_ROSTER_INSIDE_H

#include "src/status/roster.h"

/* One course. @facts.key is owned, and the name stands behind it in the same piece of memory. */
struct entry {
	int64_t id, verified;
	struct course_facts facts;
};

struct roster {
	struct entry *entries; /* by id */
	size_t count, room;
	int64_t revision; /* the highest seen */
	bool loaded;
	struct totals totals;
	/* all entries in the order of the query, and those of them that pass: places in @entries */
	uint32_t *order, *list;
	size_t list_count, array_room;
	/* the query */
	int status;
	char *text; /* of the filter */
	struct filter *filter;
	enum course_sort sort;
	bool descending;
	int64_t now;
};

/* ---- roster_list.c ------------------------------------------------------------------------*/

/* Room in both arrays for @count entries. */
enum result roster_list_reserve(struct roster *roster, size_t count, struct error *err);
/* Sorts and filters anew. */
void roster_list_rebuild(struct roster *roster);
/* The entry at @place leaves both arrays: before its row changes. Then it comes back to where it
   belongs now. */
void roster_list_remove(struct roster *roster, size_t place);
void roster_list_insert(struct roster *roster, size_t place);

#endif
