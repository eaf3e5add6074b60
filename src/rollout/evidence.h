/*
 * evidence.h - does what a validation proved still hold?
 */
#ifndef SUBFERRY_SRC_ROLLOUT_EVIDENCE_H
#define SUBFERRY_SRC_ROLLOUT_EVIDENCE_H

#include "src/campus.h"
#include "src/status/rollout.h"

/* What there is, and what it is worth now. */
struct proof {
	struct evidence evidence; /* number 0: there is none */
	bool fresh;
	bool looked;	/* the source was read for it, just now */
	char text[256]; /* "level hash, 02:44, source unchanged"; or why it does not count */
};
void proof_clear(struct proof *proof); /* may run twice */

/*
 * Looks at the course's evidence; with @look_at_source the source course is opened and resolved anew
 * and compared with what the evidence saw: where that differs the evidence is marked stale. Age
 * ([rollout] evidence_age) counts always. RESULT_OK also where there is none or it is stale; a source
 * that cannot be read is the error, and nothing is known.
 */
enum result proof_look(struct proof *out, struct campus *campus, struct reader *reader,
		       const struct course_row *course, bool look_at_source, struct error *err);
/* The same from what the course's row says, without a question, for lists: it counts as stale once it
   is more than @most_age old. Microseconds. */
enum evidence_state proof_state(const struct course_row *course, int64_t now, int64_t most_age);

#endif
