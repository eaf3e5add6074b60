/*
 * vanished.h - were the rows that we registered taken away in bulk? Then staging was restored, and
 * `refresh` is wanted before anything is launched, validated or rehearsed.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_VANISHED_H
#define SUBFERRY_SRC_ROLLOUT_VANISHED_H

#include <stdatomic.h>

#include "src/campus.h"

#define VANISHED_COURSES 16 /* that are looked at, at most */

struct vanished {
	int64_t looked, gone; /* rows of a sample; those that val says it does not have */
	struct vanished_course {
		int64_t id, looked, gone;
	} courses[VANISHED_COURSES]; /* the same of each that was looked at */
	size_t course_count;
	bool bulk;	      /* so many that it was no author */
	char text[256];	      /* then: what was seen, and what to do; else "" */
};

/* Asks val for a sample of what the journal says is registered: a few requests. Where val cannot tell,
   nothing is gone. A journal without rows asks nothing. */
enum result vanished_look(struct vanished *out, struct campus *campus, struct reader *reader,
			  struct error *err);
/* The same until *@ends: RESULT_CANCELED after the request that is under way. Whoever sets *@ends calls
   http_look(). */
enum result vanished_look_until(struct vanished *out, struct campus *campus, struct reader *reader,
				const atomic_bool *ends, struct error *err);
/*
 * Worse than it was: rows are gone of a course of which fewer were, or, as a sample is not always of the
 * same courses, a larger share of all, by a tenth.
 */
bool vanished_is_worse(const struct vanished *now, const struct vanished *then);

#endif
