#include "config.h"

#include "src/base/figures.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000000)
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define IN_DAYS (48 * HOUR) /* a time of day says nothing beyond */
#define MOST_DAYS 99

struct small_text figure_number(int64_t number)
{
	struct small_text out = {""};
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)number);
	size_t at = 0;

	for (int i = 0; i < len && at + 2 < sizeof(out.text); i++) {
		out.text[at++] = digits[i];
		if (digits[i] != '-' && i + 1 < len && (len - 1 - i) % 3 == 0)
			out.text[at++] = ',';
	}
	out.text[at] = '\0';
	return out;
}

struct small_text figure_rate(double rate)
{
	struct small_text out;

	if (rate >= 9.95)
		snprintf(out.text, sizeof(out.text), "%.40s/s",
			 figure_number((int64_t)(rate + 0.5)).text);
	else if (rate >= 0.05)
		snprintf(out.text, sizeof(out.text), "%.1f/s", rate);
	else
		snprintf(out.text, sizeof(out.text), "0/s");
	return out;
}

/* A wall time in the operator's zone; false for 0, never. */
static bool local(int64_t wall, struct tm *out)
{
	time_t seconds = (time_t)(wall / 1000000);

	return wall > 0 && localtime_r(&seconds, out);
}

struct small_text figure_time(int64_t wall, int64_t now)
{
	const int64_t near = INT64_C(18) * 3600 * 1000000;
	struct small_text out = {"-"};
	struct tm tm;

	if (!local(wall, &tm))
		return out;
	if (wall > now + near || wall < now - near)
		strftime(out.text, sizeof(out.text), "%d %b %H:%M", &tm);
	else
		strftime(out.text, sizeof(out.text), "%H:%M", &tm);
	return out;
}

struct small_text figure_clock(int64_t wall)
{
	struct small_text out = {"-"};
	struct tm tm;

	if (local(wall, &tm))
		strftime(out.text, sizeof(out.text), "%H:%M:%S", &tm);
	return out;
}

struct small_text figure_zone(int64_t wall)
{
	struct small_text out = {""};
	struct tm tm;

	if (local(wall, &tm))
		strftime(out.text, sizeof(out.text), "%z", &tm);
	return out;
}

struct small_text figure_instant(int64_t wall)
{
	struct small_text out = {"-"};
	struct tm tm;

	if (local(wall, &tm))
		strftime(out.text, sizeof(out.text), "%Y-%m-%d %H:%M:%S %z", &tm);
	return out;
}

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

static void range(char *out, size_t size, const char *low, const char *high, const char *dash)
{
	const char *unit = strchr(low, ' '), *other = strchr(high, ' ');

	if (!strcmp(low, high))
		snprintf(out, size, "about %s", high);
	else if (unit && other && !strcmp(unit, other)) /* "20 – 50 min" */
		snprintf(out, size, "%.*s %s %s", (int)(unit - low), low, dash, high);
	else
		snprintf(out, size, "%s %s %s", low, dash, high);
}

void figure_durations(int64_t low, int64_t high, const char *dash, char *out, size_t size)
{
	struct small_text least = duration(low, false), most = duration(high, true);

	if (!high)
		snprintf(out, size, "at least %s", least.text);
	else if (low > MOST_DAYS * DAY)
		snprintf(out, size, "%s", most.text);
	else
		range(out, size, least.text, most.text, dash);
}

void figure_end(int64_t low, int64_t high, int64_t now, const char *dash, char *out, size_t size)
{
	struct small_text first, last;
	char text[128];
	bool open = !high;

	/* What was true when it was estimated may be over by now. */
	low = low > now ? low : now;
	high = high > low ? high : low;
	first = figure_time(low, now);
	last = figure_time(high, now);
	if (open && low - now <= IN_DAYS * SECOND) {
		snprintf(out, size, "not before %s", first.text);
	} else if (open || high - now > IN_DAYS * SECOND) {
		figure_durations((low - now) / SECOND, open ? 0 : (high - now) / SECOND, dash, text,
				 sizeof(text));
		snprintf(out, size, "in %s", text);
	} else if (!strcmp(first.text, last.text)) {
		snprintf(out, size, "about %s", last.text);
	} else {
		snprintf(out, size, "%s %s %s", first.text, dash, last.text);
	}
}
