#include "config.h"

#include "ui/glyph.h"

#include <langinfo.h>
#include <strings.h>

static bool utf8;

void glyph_init(bool ascii)
{
	const char *codeset = nl_langinfo(CODESET);

	utf8 = !ascii && (!strcasecmp(codeset, "UTF-8") || !strcasecmp(codeset, "UTF8"));
}

bool glyph_is_utf8(void)
{
	return utf8;
}

const char *glyph(enum glyph which)
{
#define X(name, in_utf8, in_ascii) {in_ascii, in_utf8},
	static const char *const table[][2] = {GLYPH_LIST(X)};
#undef X

	return table[which][utf8];
}

const char *glyph_level(int eighths)
{
	static const char *const levels[2][9] = {
		{"_", ".", ".", ":", "-", "=", "+", "*", "#"},
		{"▁", "▂", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	};

	return levels[utf8][eighths < 0 ? 0 : eighths > 8 ? 8 : eighths];
}

const char *glyph_part(int eighths)
{
	static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

	return utf8 && eighths > 0 && eighths < 8 ? parts[eighths] : "";
}
