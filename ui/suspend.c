#include "config.h"

#include "ui/suspend.h"

#include "ui/term.h"
#include "ui/widget.h"

#define BOUNDARY_TIME 5000 /* ms that what is under way has to finish */
#define TELL_TIME 80	   /* ms for the engine to tell other processes why it stands still */

bool suspend_waits(const struct console *console)
{
	return console->suspend_since != 0;
}

void suspend_begin(struct console *console)
{
	int64_t now = console_clock(console);

	if (suspend_waits(console))
		return; /* once is enough */
	console->suspend_since = now ? now : 1;
	desk_rest(console->desk, true);
	console->dirty = true;
}

static void give_up(struct console *console, const char *why)
{
	console->suspend_since = 0;
	desk_rest(console->desk, false);
	term_redraw(); /* ^Z has dropped what was on its way to the terminal */
	console_note(console, ROLE_WARNING, "not suspended: after %d s %s; ^Z tries again",
		     BOUNDARY_TIME / 1000, why);
}

static void stand_still(struct console *console)
{
	int64_t since = console_wall(console);

	term_suspend();
	console->suspend_since = 0;
	desk_rest(console->desk, false);
	/* A question comes back, with what was said to it: what was typed behind "fg" before it could
	   be seen is no answer. */
	if (console->prompt.kind != PROMPT_NONE)
		console_drop_keys(console);
	else
		console_note(console, ROLE_NORMAL, "suspended since %s%s", widget_clock(since).text,
			     console->now->engine_here ? ": now work goes on" : "");
}

bool suspend_look(struct console *console)
{
	int64_t waited = console_clock(console) - console->suspend_since;
	char why[160];

	if (!suspend_waits(console) || waited < TELL_TIME)
		return false;
	if (desk_rests(console->desk, why, sizeof(why))) {
		stand_still(console);
		return true;
	}
	if (waited >= BOUNDARY_TIME)
		give_up(console, why);
	return false;
}
