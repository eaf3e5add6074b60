#include "config.h"

#include "ui/cells.h"

#include <stdint.h>

#include "ui/glyph.h"

/* One character of well-formed UTF-8 (text_add_safe() has seen to that). */
static const char *decode(const char *at, wchar_t *out)
{
	unsigned char c = (unsigned char)*at;
	int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
	uint32_t value = more == 3 ? c & 7U : more == 2 ? c & 15U : more == 1 ? c & 31U : c;

	for (at++; more > 0 && ((unsigned char)*at & 0xC0) == 0x80; more--)
		value = value << 6 | ((unsigned char)*at++ & 63U);
	*out = (wchar_t)value;
	return at;
}

/* They ask for another look of what they follow, which makes some terminals draw it wider or
   narrower than wcwidth() counts: without them all agree. And the joiner: tmux puts whatever
   follows one into the same cell, letters too, and the rest of the line is a cell short. */
static bool is_variation(wchar_t c)
{
	return c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

/* The same of emoji: skin tones. */
static bool is_emoji_glue(wchar_t c)
{
	return c >= 0x1F3FB && c <= 0x1F3FF;
}

static bool is_emoji(wchar_t c)
{
	return c >= 0x1F000 || (c >= 0x2190 && c <= 0x2BFF) || c == 0x00A9 || c == 0x00AE;
}

/* Characters nobody would see, and about whose width terminals do not agree: soft hyphen, Hangul
   fillers, zero width space, invisible operators, annotations, tags. */
static bool is_invisible(wchar_t c)
{
	return c == 0x00AD || c == 0x115F || c == 0x3164 || c == 0xFFA0 || c == 0x180E || c == 0x200B ||
	       (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF9 && c <= 0xFFFB) ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

static bool is_right_to_left(wchar_t c)
{
	return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
	       (c >= 0xFE70 && c <= 0xFEFE) || (c >= 0x10800 && c <= 0x10FFF) ||
	       (c >= 0x1E800 && c <= 0x1EFFF);
}

/* Width of @c as the terminal will draw it, and what to draw where it cannot be shown. */
static int measure(wchar_t *c)
{
	int width = is_invisible(*c) ? -1 : wcwidth(*c);

	if (!glyph_is_utf8()) {
		if (*c < 0x80)
			return 1;
		if ((*c >= 0x300 && *c <= 0x36F) || is_emoji_glue(*c) || width == 0)
			return 0;
		*c = L'?';
		return 1;
	}
	if (width >= 0)
		return width;
	*c = 0xFFFD;
	return 1;
}

const char *cells_next(const char *at, struct cluster *out)
{
	wchar_t c;

	out->count = 0;
	out->width = 0;
	out->emoji = false;
	while (*at) {
		const char *next = decode(at, &c);
		bool emoji = is_emoji(c);
		int width;

		if (is_variation(c) || (is_emoji_glue(c) && out->emoji)) {
			at = next;
			continue;
		}
		width = measure(&c);
		if (width > 0 && out->count)
			return at;
		at = next;
		/* A mark without a character to stand on is dropped, and so are those that do
		   not fit into a cell. */
		if ((width == 0 && !out->count) || out->count >= CCHARW_MAX - 1)
			continue;
		if (width == 0 && !glyph_is_utf8())
			continue;
		out->chars[out->count++] = c;
		if (width > 0) {
			out->width = width;
			out->emoji = emoji;
		}
	}
	return out->count ? at : NULL;
}

int cells_of(const char *safe)
{
	struct cluster cluster;
	int cells = 0;

	while ((safe = cells_next(safe, &cluster)))
		cells += cluster.width;
	return cells;
}

bool cells_right_to_left(const char *safe)
{
	wchar_t c;

	while (*safe) {
		safe = decode(safe, &c);
		if (is_right_to_left(c))
			return true;
	}
	return false;
}
