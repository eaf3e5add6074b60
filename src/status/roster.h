/*
 * roster.h - every course in memory, in a few dozen bytes each: filtered, sorted and counted at
 * the speed of a keystroke.
 *
 * Reads the whole list once and then, at each refresh, only the courses that have changed
 * (course.revision grows with every change of a row). Of one thread, that of its reader.
 */
#ifndef SUBFERRY_SRC_STATUS_ROSTER_H
#define SUBFERRY_SRC_STATUS_ROSTER_H

#include "src/status/fields.h"
#include "src/status/reader.h"

struct roster;

enum result roster_new(struct roster **out, struct error *err);
void roster_free(struct roster *roster); /* accepts NULL */
/* Takes over what has changed in the database. Inside reader_begin() it sees the same state as
   the rows read beside it. On an error the roster is as before. */
enum result roster_refresh(struct roster *roster, struct reader *reader, struct error *err);
bool roster_is_loaded(const struct roster *roster);
/* As reader_totals(), without a walk. */
void roster_totals(const struct roster *roster, struct totals *out);

/* ---- the list as filtered and sorted --------------------------------------------------------*/

struct roster_query {
	int status;	    /* enum course_status, or -1 for all */
	const char *filter; /* filter.h, course_fields; NULL or "": all. An invalid one: all */
	enum course_sort sort;
	bool descending;
	int64_t now; /* wall microseconds, for ages */
};

/* Makes it the roster's query; nothing is done if it is that already. */
enum result roster_select(struct roster *roster, const struct roster_query *query, struct error *err);
int64_t roster_count(const struct roster *roster);
/* The course at @position of the list; 0 outside it. */
int64_t roster_at(const struct roster *roster, int64_t position);
/* Where a course stands, -1 if the list does not have it. */
int64_t roster_position(const struct roster *roster, int64_t course);
/* All ids of the list, in its order (free()). */
enum result roster_ids(const struct roster *roster, int64_t **ids, size_t *count, struct error *err);
/* Position of the next course (direction 1) or the previous (-1) from @from, exclusive, whose key
   or name holds @text; wraps around; -1 if there is none. */
int64_t roster_find(const struct roster *roster, const char *text, int64_t from, int direction);

/* ---- a course by a part of its key ----------------------------------------------------------*/

/* Of all courses whose key or name holds every word of @typed, the one at @step (0 the best,
   counted around) in an order where a key that begins with it, or a part of it that does, comes
   first: its id, 0 if there is none; *@count of how many. */
int64_t roster_guess(const struct roster *roster, const char *typed, int64_t step, int64_t *count);
/* Borrowed until the next refresh; "" for an unknown id. */
const char *roster_key(const struct roster *roster, int64_t course);

#endif
