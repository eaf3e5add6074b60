#include "config.h"

#include "src/engine/diary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/http.h"

#define LOOK_EVERY 1000	 /* ms between looks at the load */
#define CALM_TIME 10000	 /* ms at full speed before slowing down is over */

static void tell(const struct diary *diary, enum finding_severity severity, const char *action,
		 const char *what, const char *why)
{
	status_event(diary->campus->status, severity, action, diary->campus->conf->name, what, why);
}

void diary_begin(struct diary *diary, struct campus *campus, int64_t workers)
{
	char what[128], host[64] = "";

	memset(diary, 0, sizeof(*diary));
	diary->campus = campus;
	gethostname(host, sizeof(host) - 1);
	snprintf(what, sizeof(what), "engine starts: %" PRId64 " workers, %s, pid %d", workers, host,
		 (int)getpid());
	tell(diary, FINDING_NOTICE, "engine", what, "");
}

static void note_hold(struct diary *diary, int64_t now, const char *hold, enum hold_reason reason)
{
	enum finding_severity severity = reason >= HOLD_RESTART ? FINDING_NOTICE : FINDING_ERROR;
	char what[128];

	if (reason == HOLD_OPERATOR)
		return; /* whose act it is has told it (status_steer()) */
	if (*hold && !diary->held_since) {
		diary->held_since = now;
		tell(diary, severity, "hold", "nothing new starts", hold);
	} else if (!*hold && diary->held_since) {
		snprintf(what, sizeof(what), "goes on after %" PRId64 " s",
			 (now - diary->held_since + 999) / 1000);
		diary->held_since = 0;
		tell(diary, FINDING_NOTICE, "hold", what, "");
	}
}

/* A server that says "slow down" again and again is told of once. */
static void note_load(struct diary *diary, int64_t now)
{
	struct http_load load = {0};
	char what[128];

	if (!diary->campus->http || now < diary->next_look)
		return;
	diary->next_look = now + LOOK_EVERY;
	http_load(diary->campus->http, &load);
	if (load.allowed < load.most) {
		if (!diary->slow_since) {
			snprintf(what, sizeof(what), "slows down: %d of %d requests at a time",
				 load.allowed, load.most);
			tell(diary, FINDING_WARNING, "load", what, load.slowed_by);
		}
		diary->slow_since = now;
	} else if (diary->slow_since && now - diary->slow_since > CALM_TIME) {
		diary->slow_since = 0;
		tell(diary, FINDING_NOTICE, "load", "full speed again", "");
	}
}

void diary_note(struct diary *diary, const char *hold, enum hold_reason reason)
{
	int64_t now = clock_now(diary->campus->clock);

	now = now ? now : 1;
	note_hold(diary, now, hold, reason);
	note_load(diary, now);
}

void diary_end(struct diary *diary)
{
	tell(diary, FINDING_NOTICE, "engine", "engine ends", "");
}
