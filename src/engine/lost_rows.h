/*
 * lost_rows.h - what val said last of the rows that we registered, and what the operator answered.
 *
 * Of the asker's thread. Val is asked once a minute at most. A yes counts for this session and this
 * generation, until it has got worse (vanished_is_worse()); that to a validation or a dry run, which
 * write nothing, not for a launch.
 */
#ifndef SUBFERRY_SRC_ENGINE_LOST_ROWS_H
#define SUBFERRY_SRC_ENGINE_LOST_ROWS_H

#include "src/rollout/vanished.h"

struct lost_rows {
	int64_t generation;
	struct vanished seen;
	int64_t looked_at; /* monotonic ms; 0: val was not asked */
	struct vanished accepted;
	bool is_accepted, for_launches;
};

/*
 * *@asks: an act has to wait for an answer, and seen.text says why. What cannot be asked is no reason
 * to ask: the launch itself will tell. RESULT_CANCELED: *@ends, and nothing is known.
 */
enum result lost_rows_look(struct lost_rows *lost, struct campus *campus, struct reader *reader,
			   bool launches, const atomic_bool *ends, bool *asks, struct error *err);
/* Yes, for an act that @launches. */
void lost_rows_accept(struct lost_rows *lost, bool launches);

#endif
