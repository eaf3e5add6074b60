#include "config.h"

#include "ui/eta.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define SECOND INT64_C(1000000)
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define IN_DAYS (48 * HOUR) /* a time of day says nothing beyond */
#define MOST_DAYS 99

/* "45 s", "20 min", "3 h", "2 days": the low end of a range is rounded down, the high one up. */
static struct small_text duration(int64_t seconds, bool up)
{
	static const struct {
		int64_t below, unit;
		const char *one, *many;
	} units[] = {
		{60, 1, "s", "s"}, {2 * HOUR, 60, "min", "min"}, {IN_DAYS, HOUR, "h", "h"},
		{INT64_MAX, DAY, "day", "days"},
	};
	struct small_text out;
	size_t i = 0;
	int64_t count;

	while (seconds >= units[i].below)
		i++;
	count = (seconds + (up ? units[i].unit - 1 : 0)) / units[i].unit;
	if (units[i].unit == DAY && count > MOST_DAYS)
		snprintf(out.text, sizeof(out.text), "more than %d days", MOST_DAYS);
	else
		snprintf(out.text, sizeof(out.text), "%lld %s", (long long)count,
			 count == 1 ? units[i].one : units[i].many);
	return out;
}

static void range(char *out, size_t size, const char *low, const char *high)
{
	const char *unit = strchr(low, ' '), *other = strchr(high, ' ');

	if (!strcmp(low, high))
		snprintf(out, size, "about %s", high);
	else if (unit && other && !strcmp(unit, other)) /* "20 – 50 min" */
		snprintf(out, size, "%.*s %s %s", (int)(unit - low), low, glyph(GLYPH_RANGE), high);
	else
		snprintf(out, size, "%s %s %s", low, glyph(GLYPH_RANGE), high);
}

/* From durations in seconds; @high 0: no end can be told. */
static void in_durations(int64_t low, int64_t high, char *out, size_t size)
{
	struct small_text least = duration(low, false), most = duration(high, true);

	if (!high)
		snprintf(out, size, "at least %s", least.text);
	else if (low > MOST_DAYS * DAY)
		snprintf(out, size, "%s", most.text);
	else
		range(out, size, least.text, most.text);
}

static void known(const struct snapshot *now, int64_t wall, char *out, size_t size)
{
	/* What was true when it was estimated may be over by now. */
	int64_t low = now->eta_low > wall ? now->eta_low : wall;
	int64_t high = now->eta_high > low ? now->eta_high : low;
	struct small_text first = widget_time(low, wall), last = widget_time(high, wall);
	char text[128];

	if (!now->eta_high && low - wall <= IN_DAYS * SECOND) {
		snprintf(out, size, "ETA not before %s", first.text);
		return;
	}
	if (high - wall > IN_DAYS * SECOND || !now->eta_high) {
		in_durations((low - wall) / SECOND, now->eta_high ? (high - wall) / SECOND : 0, text,
			     sizeof(text));
		snprintf(out, size, "ETA in %s", text);
	} else if (!strcmp(first.text, last.text)) {
		snprintf(out, size, "ETA about %s", last.text);
	} else {
		snprintf(out, size, "ETA %s %s %s", first.text, glyph(GLYPH_RANGE), last.text);
	}
}

/* Appends @more if it fits into @cells. */
static void add(char *out, size_t size, int cells, const char *more)
{
	size_t len = strlen(out);

	if (widget_cells(out) + widget_cells(more) <= cells)
		snprintf(out + len, size - len, "%s", more);
}

static void held(const struct snapshot *now, int cells, char *out, size_t size)
{
	char then[160] = "", text[128], why[sizeof(now->hold) + 8];

	snprintf(out, size, "ETA: held");
	if (now->left_low) {
		in_durations(now->left_low, now->left_high, text, sizeof(text));
		snprintf(then, sizeof(then), ", then %.120s", text);
	}
	/* The reason stands on the rule below, too: what would be comes first. */
	snprintf(why, sizeof(why), " (%.159s)", now->hold);
	if (!now->held_by_operator && /* "held (held by" */
	    widget_cells(out) + widget_cells(why) + widget_cells(then) <= cells)
		add(out, size, cells, why);
	add(out, size, cells, then);
}

void eta_text(const struct snapshot *now, int64_t wall, int cells, char *out, size_t size)
{
	char without[96];

	if (now->engine_here && now->hold[0]) {
		held(now, cells, out, size);
	} else if (now->eta_low) {
		known(now, wall, out, size);
	} else {
		snprintf(out, size, "ETA: %s",
			 now->eta_reason[0] ? now->eta_reason
			 : now->engine_here ? "none" : "the engine's console knows");
		return;
	}
	if (!now->totals.paused || (!now->eta_low && !now->left_low))
		return;
	snprintf(without, sizeof(without), ", without %s paused",
		 widget_number(now->totals.paused).text);
	add(out, size, cells, without);
}
