#include "config.h"

#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>

enum theme { THEME_MONOCHROME, THEME_COLOUR, THEME_COUNT };

struct look {
	short colour;
	attr_t attributes;
};

static const struct look looks[THEME_COUNT][ROLE_COUNT] = {
	[THEME_MONOCHROME] = {
#define X(name, colour, coloured, plain) {-1, plain},
		ROLE_LIST(X)
#undef X
	},
	[THEME_COLOUR] = {
#define X(name, colour, coloured, plain) {colour, coloured},
		ROLE_LIST(X)
#undef X
	},
};

static enum theme theme;

void theme_init(bool no_colour)
{
	const char *wish = getenv("NO_COLOR");

	theme = THEME_MONOCHROME;
	if (no_colour || (wish && *wish) || !has_colors() || start_color() == ERR)
		return;
	if (COLORS < 8 || COLOR_PAIRS <= ROLE_COUNT || use_default_colors() == ERR)
		return;
	theme = THEME_COLOUR;
	for (int role = 0; role < ROLE_COUNT; role++)
		if (looks[theme][role].colour >= 0)
			init_pair((short)(role + 1), looks[theme][role].colour, -1);
}

void theme_use(enum role role)
{
	const struct look *look = &looks[theme][role];

	attr_set(look->attributes, look->colour < 0 ? 0 : (short)(role + 1), NULL);
}

void theme_next(struct console *console)
{
	(void)console;
}
