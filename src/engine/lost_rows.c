#include "config.h"

#include "src/engine/lost_rows.h"

#include <string.h>

#include "src/status/rollout.h"

#define VANISHED_TIME 60000 /* ms that an answer of val's counts */

/* What was said of the generation before, by val or by a person, is not of this one. */
static enum result heed_generation(struct lost_rows *lost, struct reader *reader, struct error *err)
{
	int64_t generation;
	enum result st = reader_generation(reader, &generation, err);

	if (st == RESULT_OK && generation != lost->generation)
		*lost = (struct lost_rows){.generation = generation};
	return st;
}

static bool was_accepted(const struct lost_rows *lost, bool launches)
{
	return lost->is_accepted && (lost->for_launches || !launches) &&
	       !vanished_is_worse(&lost->seen, &lost->accepted);
}

enum result lost_rows_look(struct lost_rows *lost, struct campus *campus, struct reader *reader,
			   bool launches, const atomic_bool *ends, bool *asks, struct error *err)
{
	enum result st = heed_generation(lost, reader, err);
	int64_t now = clock_now(campus->clock);

	*asks = false;
	if (st != RESULT_OK)
		return st;
	if (!lost->looked_at || now - lost->looked_at >= VANISHED_TIME) {
		st = vanished_look_until(&lost->seen, campus, reader, ends, err);
		if (st != RESULT_OK)
			memset(&lost->seen, 0, sizeof(lost->seen));
		lost->looked_at = 0;
		if (st == RESULT_CANCELED)
			return st;
		lost->looked_at = clock_now(campus->clock);
		if (!lost->looked_at)
			lost->looked_at = 1;
	}
	*asks = lost->seen.bulk && !was_accepted(lost, launches);
	return RESULT_OK;
}

void lost_rows_accept(struct lost_rows *lost, bool launches)
{
	lost->for_launches = launches || was_accepted(lost, true);
	lost->accepted = lost->seen;
	lost->is_accepted = true;
}
