#include "config.h"

#include "ui/mouse.h"

void mouse_toggle(struct console *console)
{
	console_note(console, ROLE_NORMAL, "not yet");
}

void mouse_event(struct console *console)
{
	(void)console;
}
