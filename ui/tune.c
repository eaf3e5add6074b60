#include "config.h"

#include "ui/tune.h"

void tune_key(struct console *console, enum action action)
{
	(void)action;
	console_note(console, ROLE_NORMAL, "not yet");
}

void tune_rate(struct console *console)
{
	prompt_close(&console->prompt);
}
