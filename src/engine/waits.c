/*
 * What an act waits for before anything of it shows: edx-val, which is asked before a launch; the
 * status database, which another program has locked; what is done before it. Told only where it takes
 * a moment, so that nothing flickers where all is fast. Of the pager's thread.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <string.h>

#include "src/base/rival.h"

#define WAIT_SHOWN 150 /* ms that nobody notices */

/* "launch 12 courses", "waive 3 findings", "undo", "limit on the rate" */
static void name_act(const struct desk_act *act, char *out, size_t size)
{
	if (act->refreshes)
		snprintf(out, size, "refresh");
	else if (act->undoes)
		snprintf(out, size, "undo");
	else if (act->act == ACT_WAIVE || act->act == ACT_UNWAIVE)
		snprintf(out, size, act->act == ACT_WAIVE ? "waiver" : "waiver taken back");
	else
		asker_name(act, out, size);
}

static void name_wish(unsigned wished, char *out, size_t size)
{
	snprintf(out, size, "%s", wished & 1u << STEER_HOLD	 ? "hold or go on"
				  : wished & 1u << STEER_WORKERS ? "workers"
								 : "limit on the rate");
}

/* What the asker is at, lock held; since when it waits, or 0: nothing does. */
static int64_t look_at_asker(const struct desk *desk, struct desk_waiting *out)
{
	const struct desk_act *asking = desk->asking && !desk->asking->dropped ? desk->asking : NULL;
	const struct desk_act *act = asking ? asking : desk->to_ask;

	if (!act)
		return 0;
	out->can_leave = true;
	asker_name(act, out->act, sizeof(out->act));
	snprintf(out->what, sizeof(out->what), "%s",
		 !asking ? "edx-val still has to answer what was asked before"
		 : act->passed < QUESTION_VANISHED ? "edx-val is asked for our rows"
						   : "its rehearsals are looked at");
	return act->since;
}

/* The same of the clerk; *@writes: it may be the status database that it waits for. */
static int64_t look_at_clerk(const struct desk *desk, struct desk_waiting *out, bool *writes)
{
	const struct desk_act *act = desk->at ? desk->at : desk->acts;

	*writes = desk->busy || desk->scanned;
	if (act)
		name_act(act, out->act, sizeof(out->act));
	else if (desk->wished || desk->steering)
		name_wish(desk->wished | desk->steering, out->act, sizeof(out->act));
	else
		return 0;
	snprintf(out->what, sizeof(out->what), "%s",
		 !desk->engine_tried && !desk->busy ? "the engine is being started"
		 : !desk->scanned && !desk->busy    ? "the course list is read first"
						    : "under way");
	return act ? act->since : desk->wished_since;
}

int64_t waits_look(struct desk *desk, struct desk_waiting *out)
{
	const struct campus *campus = desk->campus;
	int64_t now = clock_now(campus->clock), since;
	char rival[64];
	bool writes = false;

	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&desk->lock);
	since = look_at_asker(desk, out);
	if (!since)
		since = look_at_clerk(desk, out, &writes);
	pthread_mutex_unlock(&desk->lock);
	if (!since || now - since < WAIT_SHOWN) {
		memset(out, 0, sizeof(*out));
		return since ? since + WAIT_SHOWN : INT64_MAX;
	}
	if (writes && status_waits(campus->status) >= WAIT_SHOWN) {
		snprintf(out->what, sizeof(out->what), "the status database is locked by %s",
			 rival_name(status_path(campus->status), rival, sizeof(rival)));
	}
	return INT64_MAX;
}
