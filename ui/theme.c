#include "config.h"

#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

/* Beside those of curses: the terminal's own text and background, and a white that is white. */
#define OWN (-1)
#define COLOUR_BRIGHT_WHITE 15

struct look {
	short text, ground;
	attr_t attributes;
};

/* clang-format off */
#define K COLOR_BLACK
#define R COLOR_RED
#define G COLOR_GREEN
#define Y COLOR_YELLOW
#define B COLOR_BLUE
#define M COLOR_MAGENTA
#define C COLOR_CYAN
#define W COLOR_WHITE
#define NONE A_NORMAL
#define BOLD A_BOLD
#define TURN A_REVERSE

/*
 * light: yellow, cyan and green are too pale on white, so blue, magenta and red do their work.
 * contrast: black and white of its own, whatever the terminal's colours are, yellow where something
 * is wrong, nothing dim.
 */
static const struct look looks[THEME_COUNT][ROLE_COUNT] = {
	[THEME_DARK] = {
		[ROLE_NORMAL]     = {OWN, OWN, NONE},
		[ROLE_TITLE]      = {OWN, OWN, BOLD},
		[ROLE_DIM]        = {OWN, OWN, A_DIM},
		[ROLE_KEY]        = {OWN, OWN, BOLD},
		[ROLE_MODE]       = {C,   OWN, BOLD},
		[ROLE_PRODUCTION] = {R,   OWN, TURN | BOLD},
		[ROLE_SELECTED]   = {OWN, OWN, TURN},
		[ROLE_GOOD]       = {G,   OWN, NONE},
		[ROLE_BUSY]       = {C,   OWN, NONE},
		[ROLE_PAUSED]     = {M,   OWN, NONE},
		[ROLE_WARNING]    = {Y,   OWN, NONE},
		[ROLE_ERROR]      = {R,   OWN, BOLD},
		[ROLE_HOLD]       = {Y,   OWN, TURN | BOLD},
		[ROLE_QUESTION]   = {Y,   OWN, BOLD},
	},
	[THEME_LIGHT] = {
		[ROLE_NORMAL]     = {OWN, OWN, NONE},
		[ROLE_TITLE]      = {OWN, OWN, BOLD},
		[ROLE_DIM]        = {OWN, OWN, A_DIM},
		[ROLE_KEY]        = {OWN, OWN, BOLD},
		[ROLE_MODE]       = {B,   OWN, BOLD},
		[ROLE_PRODUCTION] = {R,   OWN, TURN | BOLD},
		[ROLE_SELECTED]   = {OWN, OWN, TURN},
		[ROLE_GOOD]       = {B,   OWN, NONE},
		[ROLE_BUSY]       = {B,   OWN, BOLD},
		[ROLE_PAUSED]     = {M,   OWN, NONE},
		[ROLE_WARNING]    = {M,   OWN, BOLD},
		[ROLE_ERROR]      = {R,   OWN, BOLD},
		[ROLE_HOLD]       = {M,   OWN, TURN | BOLD},
		[ROLE_QUESTION]   = {M,   OWN, BOLD},
	},
	[THEME_CONTRAST] = {
		[ROLE_NORMAL]     = {W, K, NONE},
		[ROLE_TITLE]      = {W, K, BOLD},
		[ROLE_DIM]        = {W, K, NONE},
		[ROLE_KEY]        = {W, K, BOLD},
		[ROLE_MODE]       = {W, K, BOLD},
		[ROLE_PRODUCTION] = {K, Y, BOLD},
		[ROLE_SELECTED]   = {K, W, NONE},
		[ROLE_GOOD]       = {W, K, NONE},
		[ROLE_BUSY]       = {W, K, BOLD},
		[ROLE_PAUSED]     = {W, K, BOLD},
		[ROLE_WARNING]    = {Y, K, NONE},
		[ROLE_ERROR]      = {Y, K, BOLD},
		[ROLE_HOLD]       = {K, Y, NONE},
		[ROLE_QUESTION]   = {Y, K, BOLD},
	},
	[THEME_MONOCHROME] = {
		[ROLE_NORMAL]     = {OWN, OWN, NONE},
		[ROLE_TITLE]      = {OWN, OWN, BOLD},
		[ROLE_DIM]        = {OWN, OWN, NONE},
		[ROLE_KEY]        = {OWN, OWN, BOLD},
		[ROLE_MODE]       = {OWN, OWN, BOLD},
		[ROLE_PRODUCTION] = {OWN, OWN, TURN | BOLD},
		[ROLE_SELECTED]   = {OWN, OWN, TURN},
		[ROLE_GOOD]       = {OWN, OWN, NONE},
		[ROLE_BUSY]       = {OWN, OWN, NONE},
		[ROLE_PAUSED]     = {OWN, OWN, NONE},
		[ROLE_WARNING]    = {OWN, OWN, BOLD},
		[ROLE_ERROR]      = {OWN, OWN, BOLD},
		[ROLE_HOLD]       = {OWN, OWN, TURN},
		[ROLE_QUESTION]   = {OWN, OWN, BOLD},
	},
};
/* clang-format on */

static enum theme theme = THEME_MONOCHROME;
static const char *refusal = "";

/* A terminal without colours of its own is black on white in the light theme, else white on black. */
static void make_pairs(enum theme of, bool has_own)
{
	short text = of == THEME_LIGHT ? COLOR_BLACK : COLOR_WHITE;
	short ground = of == THEME_LIGHT ? COLOR_WHITE : COLOR_BLACK;
	short white = COLORS > COLOUR_BRIGHT_WHITE ? COLOUR_BRIGHT_WHITE : COLOR_WHITE;

	for (int role = 0; role < ROLE_COUNT; role++) {
		struct look look = looks[of][role];

		if (look.text == OWN && !has_own)
			look.text = text;
		if (look.ground == OWN && !has_own)
			look.ground = ground;
		if (of == THEME_CONTRAST && look.text == COLOR_WHITE)
			look.text = white;
		if (of == THEME_CONTRAST && look.ground == COLOR_WHITE)
			look.ground = white;
		init_pair((short)((int)of * ROLE_COUNT + role + 1), look.text, look.ground);
	}
}

void theme_init(void)
{
	const char *wish = getenv("NO_COLOR");
	bool has_own;

	theme = THEME_MONOCHROME;
	if (wish && *wish)
		refusal = "NO_COLOR is set in the environment";
	else if (!has_colors() || start_color() == ERR || COLORS < 8 ||
		 COLOR_PAIRS <= THEME_MONOCHROME * ROLE_COUNT)
		refusal = "this terminal has no colours";
	else
		refusal = NULL;
	if (refusal)
		return;
	has_own = use_default_colors() != ERR;
	for (int of = 0; of < THEME_MONOCHROME; of++)
		make_pairs((enum theme)of, has_own);
	theme = THEME_DARK;
}

const char *theme_refusal(void)
{
	return refusal;
}

void theme_choose(enum theme chosen)
{
	if (!refusal)
		theme = chosen;
}

enum theme theme_chosen(void)
{
	return theme;
}

const char *theme_name(enum theme of)
{
#define X(name, word) word,
	static const char *const names[] = {THEME_LIST(X)};
#undef X

	return names[of];
}

enum theme theme_named(const char *word)
{
	for (int of = 0; of < THEME_COUNT; of++)
		if (!strcmp(theme_name((enum theme)of), word))
			return (enum theme)of;
	return THEME_DARK;
}

/* The pairs of a theme stand behind those of the one before; monochrome has none. */
static short pair_of(enum role role)
{
	return theme == THEME_MONOCHROME ? 0 : (short)((int)theme * ROLE_COUNT + (int)role + 1);
}

void theme_ground(void)
{
	bkgdset((chtype)' ' | (chtype)COLOR_PAIR(pair_of(ROLE_NORMAL)));
}

void theme_use(enum role role)
{
	attr_set(looks[theme][role].attributes, pair_of(role), NULL);
}
