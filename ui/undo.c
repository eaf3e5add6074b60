#include "config.h"

#include "ui/undo.h"

void undo_last(struct console *console)
{
	console_note(console, ROLE_NORMAL, "nothing to undo");
}
