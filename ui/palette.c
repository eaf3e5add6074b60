#include "config.h"

#include "ui/palette.h"

void palette_open(struct console *console)
{
	console_note(console, ROLE_NORMAL, "? lists the keys");
}

bool palette_key(struct console *console, enum prompt_answer answer)
{
	(void)console;
	(void)answer;
	return false;
}

void palette_draw(const struct console *console, int rows, int cols)
{
	(void)console;
	(void)rows;
	(void)cols;
}
