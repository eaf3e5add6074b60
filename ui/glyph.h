/*
 * glyph.h - the signs a screen is drawn with, in UTF-8 and in ASCII.
 *
 * Every sign is one cell wide in both.
 */
#ifndef SUBFERRY_UI_GLYPH_H
#define SUBFERRY_UI_GLYPH_H

#include <stdbool.h>

/* clang-format off */
#define GLYPH_LIST(X) \
	X(CURSOR,   "▸", ">") X(TAG,      "●", "*") \
	X(DONE,     "✓", "v") X(FAILED,   "✗", "x") X(BUSY,    "◐", "~") X(PAUSED, "‖", "|") \
	X(NONE,     "·", ".") X(LAUNCHED, "◌", "o") X(WARNING, "!", "!") X(EMPTY,  "—", "-") \
	X(SAME,     "=", "=") X(DIFFERS,  "≠", "#") X(UNKNOWN, "?", "?") X(EXTRA,  "+", "+") \
	X(MISSING,  "−", "-") X(DRAFT,  "°", "'") X(PUBLISHED, "•", "^") X(IMPLICIT, "*", "*") \
	X(RULE,     "─", "-") X(WALL,     "│", "|") X(DOT,     "·", "-") X(RANGE,  "–", "-") \
	X(UPWARD,   "▴", "^") X(DOWNWARD, "▾", "v") X(CUT,     "…", "~") \
	X(BAR_FULL, "█", "#") X(BAR_LEFT, "·", ".") X(ROW_FULL, "▓", "#") X(ROW_LEFT, "░", ".")
/* clang-format on */

#define X(name, utf8, ascii) GLYPH_##name,
enum glyph { GLYPH_LIST(X) GLYPH_COUNT };
#undef X

/* UTF-8 signs if the locale's codeset is UTF-8 and @ascii is false. After setlocale(). */
void glyph_init(bool ascii);
/* The screen can show UTF-8: text may pass as it is. */
bool glyph_is_utf8(void);
const char *glyph(enum glyph glyph);
/* Height @eighths (0..8) of a column of a sparkline; 0 is the base line. */
const char *glyph_level(int eighths);
/* The last, partly filled cell of a bar: @eighths 1..7; "" where there are no such signs. */
const char *glyph_part(int eighths);

#endif
