/*
 * intents.h - the intent of one course, read and written in a transaction: what wishes and taking
 * them back share. Inside src/status/ only.
 */
#ifndef SUBFERRY_SRC_STATUS_INTENTS_H
#define SUBFERRY_SRC_STATUS_INTENTS_H

#include "src/status/write.h"

#define INTENT_PIECE 500 /* courses a commit: ten thousand in one would hold up everybody else's */

struct intent_course {
	int64_t id, number;
	char key[512]; /* for the event; a longer one is cut */
	enum course_status status;
	enum course_intent intent;
	enum finding_code limit; /* of a run; FINDING_NONE: none */
	bool gone;
	bool has_finding; /* the one asked for, open */
};

/* RESULT_END: no such course. @finding: "" or the one to look for. */
enum result intent_read(struct status *status, int64_t id, const char *finding,
			struct intent_course *course, struct error *err);
/* Sets it under the next number, which becomes *@number; @limit: name of a finding, or "". */
enum result intent_write(struct status *status, int64_t course, enum course_intent to,
			 const char *limit, int64_t *number, struct error *err);
static inline const char *intent_limit_name(enum finding_code limit)
{
	return limit == FINDING_NONE ? "" : finding_info(limit)->name;
}

#endif
