/*
 * theme.h - colours have roles; a theme says how a role looks.
 *
 * Nothing is told by colour alone: every theme shows the same glyphs and words. UI thread only.
 */
#ifndef SUBFERRY_UI_THEME_H
#define SUBFERRY_UI_THEME_H

#include <stdbool.h>

#define ROLE_LIST(X) \
	X(NORMAL) X(TITLE) X(DIM) X(KEY) X(MODE) X(PRODUCTION) X(SELECTED) X(GOOD) X(BUSY) X(PAUSED) \
	X(WARNING) X(ERROR) X(HOLD) X(QUESTION)

#define X(name) ROLE_##name,
enum role { ROLE_LIST(X) ROLE_COUNT };
#undef X

/* The order in which ACTION_THEME goes through them. */
#define THEME_LIST(X) \
	X(DARK, "dark") X(LIGHT, "light") X(CONTRAST, "contrast") X(MONOCHROME, "monochrome")

#define X(name, word) THEME_##name,
enum theme { THEME_LIST(X) THEME_COUNT };
#undef X

/* After curses has started: the theme is THEME_DARK, or THEME_MONOCHROME for good where the
   terminal has no colours, or with NO_COLOR in the environment. */
void theme_init(void);
/* Why only THEME_MONOCHROME is possible; NULL: all are. */
const char *theme_refusal(void);
/* What is drawn from now on looks so, where theme_refusal() does not forbid it. */
void theme_choose(enum theme theme);
enum theme theme_chosen(void);
const char *theme_name(enum theme theme);
/* The theme of that name; THEME_DARK for any other word. */
enum theme theme_named(const char *word);
/* The screen is about to be erased: it takes the theme's background. */
void theme_ground(void);
/* What is drawn next on the screen looks so. */
void theme_use(enum role role);

#endif
