#include "config.h"

#include "ui/dump.h"

void dump_ask(struct console *console)
{
	console_note(console, ROLE_NORMAL, "not yet");
}

void dump_write(struct console *console)
{
	prompt_close(&console->prompt);
}
