#include "config.h"

#include "ui/waive.h"

void waive_begin(struct console *console, enum action action)
{
	(void)action;
	console_note(console, ROLE_NORMAL, "subferry waive does it");
}

void waive_reason(struct console *console)
{
	prompt_close(&console->prompt);
}
