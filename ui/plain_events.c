/*
 * plain_events.c - how the campus stands, and what has happened since one last looked.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <stdio.h>
#include <string.h>

#include "ui/widget.h"

#define WAITING_TOLD 1000 /* ms */
#define PROGRESS_EVERY 10000 /* ms between two lines of how far the work is */

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- the state ----------------------------------------------------------------------------*/

static void say_counts(const struct totals *totals)
{
	int64_t all = 0;
	struct buf text = BUF_INIT;

	for (int status = 0; status < COURSE_STATUS_COUNT; status++) {
		all += totals->courses[status];
		buf_printf(&text, ", %s %s", course_status_name((enum course_status)status),
			   widget_number(totals->courses[status]).text);
	}
	if (totals->paused)
		buf_printf(&text, ", paused %s", widget_number(totals->paused).text);
	plain_say("counts: %s course%s%s", widget_number(all).text, plural(all), buf_text(&text));
	buf_clear(&text);
}

/* What work waits for: the one reason; false if it does not wait. */
static bool say_reason(const struct console *console)
{
	const struct snapshot *now = console->now;
	int64_t wanted = now->totals.wanted;

	if (console->suspend_since)
		plain_say("waits: suspending, what is under way finishes");
	else if (now->waits_for_go)
		plain_say("waits: %s course%s under way before: go on, key c, goes on with %s",
			  widget_number(wanted).text, wanted == 1 ? " was" : "s were",
			  wanted == 1 ? "it" : "them");
	else if (now->held_by_operator)
		plain_say("waits: all is %s: go on, key c, goes on", now->hold);
	else if (now->hold[0])
		plain_say("waits: work waits %s", now->hold);
	else if (now->flag_waits)
		plain_say("waits: for the flag, %s", now->flag_name);
	else if (now->allowed)
		plain_say("slowed: %d of %d requests at a time, %s", now->allowed, now->most,
			  now->slowed_by);
	else
		return false;
	return true;
}

/* It says itself that it is of the engine; how many wait to be validated is no news. */
static size_t engine_len(const char *engine)
{
	const char *end = strstr(engine, ", validating");

	return end ? (size_t)(end - engine) : strlen(engine);
}

void plain_tell_state(const struct console *console)
{
	const struct snapshot *now = console->now;
	char mode[HEAD_MODE];

	plain_say("campus: %s. Environment %s. Mode %s.%s", now->campus, now->environment,
		  head_mode(now, mode, sizeof(mode)),
		  now->tls_unverified ? " TLS is not verified." : "");
	plain_say("%.*s.", (int)engine_len(now->engine), now->engine);
	say_counts(&now->totals);
	if (!say_reason(console))
		plain_say("waits: %s", act_rehearses(console) ? "nothing, a dry run is under way"
				       : now->dry_run ? "a dry run in another process: what is launched"
							" waits for its end"
				       : now->under_way ? "nothing, work is under way"
				       : now->totals.wanted ? "nothing, work begins"
							    : "nothing is launched");
}

bool plain_work_is_over(const struct console *console)
{
	const struct snapshot *now = console->now;

	return !now->totals.wanted && !now->under_way && desk_idle(console->desk);
}

/* ---- progress -----------------------------------------------------------------------------*/

static void add_end(const struct snapshot *now, int64_t wall, struct buf *out)
{
	int64_t low = now->eta_low > wall ? now->eta_low : wall;
	int64_t high = now->eta_high > low ? now->eta_high : low;

	if (!now->eta_low && !now->eta_high)
		buf_printf(out, "%s%s", *now->eta_reason ? ", " : "", now->eta_reason);
	else if (!now->eta_high)
		buf_printf(out, ", done not before %s", widget_time(low, wall).text);
	else
		buf_printf(out, ", done %s to %s", widget_time(low, wall).text,
			   widget_time(high, wall).text);
}

static void say_progress(const struct console *console)
{
	const struct snapshot *now = console->now;
	const struct totals *totals = &now->totals;
	struct buf text = BUF_INIT;

	buf_printf(&text, "progress: %s of %s course%s Migrated, %s Failed",
		   widget_number(totals->courses[COURSE_MIGRATED]).text,
		   widget_number(head_courses(now)).text, plural(head_courses(now)),
		   widget_number(totals->courses[COURSE_FAILED]).text);
	if (totals->wanted_videos)
		buf_printf(&text, ", %s of %s videos tried of what is launched",
			   widget_number(totals->wanted_tried).text,
			   widget_number(totals->wanted_videos).text);
	if (totals->wanted && now->engine_here)
		buf_printf(&text, ", %s", widget_rate(now->rate).text);
	if (totals->wanted)
		add_end(now, console_wall(console), &text);
	else
		buf_add_text(&text, ", nothing is launched");
	plain_say("%s", buf_text(&text));
	buf_clear(&text);
}

static bool has_moved(const struct totals *a, const struct totals *b)
{
	return memcmp(a->courses, b->courses, sizeof(a->courses)) != 0 || a->paused != b->paused ||
	       a->tried != b->tried || a->failed != b->failed || a->wanted != b->wanted;
}

/* When something has changed, but seldom; at once when all that was launched has ended. */
static void tell_progress(const struct console *console, struct plain_seen *seen)
{
	const struct totals *totals = &console->now->totals;
	int64_t clock = console_clock(console);
	bool ended = seen->wanted && !totals->wanted;

	seen->wanted = totals->wanted > 0;
	if (!has_moved(totals, &seen->totals) ||
	    (!ended && clock - seen->progress_at < PROGRESS_EVERY))
		return;
	seen->progress_at = clock;
	seen->totals = *totals;
	say_progress(console);
}

/* ---- the rest -----------------------------------------------------------------------------*/

static void tell_messages(const struct snapshot *now, struct plain_seen *seen)
{
	static const char *const before[] = {
		[FINDING_NOTICE] = "", [FINDING_WARNING] = "warning: ", [FINDING_ERROR] = "error: ",
	};

	for (const struct message *message; (message = messages_next(&now->messages, seen->message));
	     seen->message = message->serial)
		plain_say("%s%s", before[message->severity], message->text);
}

/* Nothing shows of an act yet: where that takes a second, what it waits for. */
static void tell_waiting(const struct console *console, struct plain_seen *seen)
{
	const struct desk_waiting *waiting = &console->now->waiting;

	if (strcmp(waiting->act, seen->waiting) != 0) {
		memcpy(seen->waiting, waiting->act, sizeof(seen->waiting));
		seen->waiting_at = waiting->act[0] ? console_clock(console) : 0;
	}
	if (!seen->waiting_at || console_clock(console) - seen->waiting_at < WAITING_TOLD)
		return;
	seen->waiting_at = 0;
	plain_say("waits: %s: %s%s", waiting->act, waiting->what,
		  waiting->can_leave ? ": back gives it up" : "");
}

static void tell_engine(const struct snapshot *now, struct plain_seen *seen)
{
	size_t len = engine_len(now->engine);
	char mode[HEAD_MODE];

	head_mode(now, mode, sizeof(mode));
	if ((len != engine_len(seen->engine) || strncmp(now->engine, seen->engine, len) != 0 ||
	     strcmp(mode, seen->mode) != 0) && seen->begun)
		plain_say("%.*s. Mode %s.", (int)len, now->engine, mode);
	memcpy(seen->engine, now->engine, sizeof(seen->engine));
	memcpy(seen->mode, mode, sizeof(seen->mode));
}

static void tell_holds(const struct console *console, struct plain_seen *seen)
{
	const struct snapshot *now = console->now;
	bool waited = seen->waits_for_go || seen->hold[0] || seen->slowed, slowed = now->allowed > 0;
	bool same = seen->waits_for_go == now->waits_for_go && seen->slowed == slowed &&
		    !strcmp(seen->hold, now->hold);

	if (seen->begun && !same && !say_reason(console) && waited)
		plain_say("waits: nothing any more, work goes on");
	seen->waits_for_go = now->waits_for_go;
	seen->slowed = slowed;
	memcpy(seen->hold, now->hold, sizeof(seen->hold));
}

void plain_tell_events(const struct console *console, struct plain_seen *seen)
{
	const struct snapshot *now = console->now;

	tell_messages(now, seen);
	tell_waiting(console, seen);
	tell_engine(now, seen);
	tell_holds(console, seen);
	if (seen->begun && now->counted) {
		tell_progress(console, seen);
	} else {
		seen->totals = now->totals;
		seen->progress_at = console_clock(console) - PROGRESS_EVERY;
	}
	seen->begun = true;
}
