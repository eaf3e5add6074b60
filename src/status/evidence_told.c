#include "config.h"

#include "src/status/rollout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/figures.h"

bool evidence_outdated(const struct evidence *evidence, const struct source_seen *seen, char *out,
		       size_t size)
{
	bool structure = strcmp(evidence->source_version, seen->version) != 0;
	bool files = strcmp(evidence->source_assets, seen->assets) != 0;

	snprintf(out, size, "%s%s%s%s", structure || files ? "the source has changed: " : "",
		 structure ? "structure" : "", structure && files ? " and " : "",
		 files ? "files of the contentstore" : "");
	/* an export is one thing: its bytes, or its files */
	if (structure && (!strncmp(seen->version, "archive ", 8) || !strncmp(seen->version, "folder ", 7)))
		snprintf(out, size, "the source has changed: its export");
	return structure || files;
}

/* "8 days", "26 h", "45 min" of microseconds. */
static struct small_text tell_age(int64_t age)
{
	int64_t minutes = age / 60000000, hours = minutes / 60;
	struct small_text out;

	if (hours >= 48)
		snprintf(out.text, sizeof(out.text), "%" PRId64 " days", hours / 24);
	else if (hours >= 2)
		snprintf(out.text, sizeof(out.text), "%" PRId64 " h", hours);
	else
		snprintf(out.text, sizeof(out.text), "%" PRId64 " min", minutes);
	return out;
}

#define AHEAD_MOST (5 * 60 * INT64_C(1000000)) /* a clock that is set right does that */

bool evidence_aged(int64_t at, int64_t now, int64_t most_age)
{
	return now - at > most_age || at - now > AHEAD_MOST;
}

enum evidence_state evidence_told(const struct evidence *evidence, int64_t now, int64_t most_age,
				  char *out, size_t size)
{
	if (!evidence->number) {
		snprintf(out, size, "never validated to its end");
		return EVIDENCE_NONE;
	}
	if (*evidence->stale) {
		snprintf(out, size, "stale since %s: %s", figure_time(evidence->stale_at, now).text,
			 evidence->stale);
		return EVIDENCE_STALE;
	}
	if (evidence_aged(evidence->at, now, most_age) && evidence->at > now) {
		snprintf(out, size, "%s ahead of this clock, which was set back since",
			 tell_age(evidence->at - now).text);
		return EVIDENCE_STALE;
	}
	if (evidence_aged(evidence->at, now, most_age)) {
		snprintf(out, size, "too old: %s, at most %s", tell_age(now - evidence->at).text,
			 tell_age(most_age).text);
		return EVIDENCE_STALE;
	}
	snprintf(out, size, "level %s, %s", verify_level_name(evidence->level),
		 figure_time(evidence->at, now).text);
	return EVIDENCE_FRESH;
}
