/*
 * evidence.h - does what a validation proved still hold?
 *
 * Evidence belongs to the state that it saw, which is told by digests and ids. So whoever sees another
 * state makes it stale for good: what was done meanwhile went by that other state, and nobody knows
 * what it was; seeing the former one again does not bring it back, only a validation does. A state
 * that is not seen at all is no other state: as long as the course is away, or the source out of
 * reach, nothing is known, nothing is switched on, and nothing is written down; the evidence counts
 * again once the same state is seen. What came and went between two looks was seen by nobody, and
 * changes nothing.
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
 * that cannot be read, or does not have the course now (RESULT_MISSING), is the error, and nothing is
 * known.
 */
enum result proof_look(struct proof *out, struct campus *campus, struct reader *reader,
		       const struct course_row *course, bool look_at_source, struct error *err);
/* The same from what the course's row says, without a question, for lists: it counts as stale once it
   is more than @most_age old. Microseconds. */
enum evidence_state proof_state(const struct course_row *course, int64_t now, int64_t most_age);

#endif
