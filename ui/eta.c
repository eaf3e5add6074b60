#include "config.h"

#include "ui/eta.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

static void known(const struct snapshot *now, int64_t wall, char *out, size_t size)
{
	char text[128];

	figure_end(now->eta_low, now->eta_high, wall, glyph(GLYPH_RANGE), text, sizeof(text));
	snprintf(out, size, "ETA %s", text);
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
		figure_durations(now->left_low, now->left_high, glyph(GLYPH_RANGE), text,
				 sizeof(text));
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
