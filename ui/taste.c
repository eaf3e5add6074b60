#include "config.h"

#include "ui/taste.h"

#include <stdlib.h>
#include <string.h>

void taste_recall(struct console *console)
{
	char *word = desk_recall(console->desk, "theme");

	theme_choose(theme_named(word ? word : ""));
	free(word);
	word = desk_recall(console->desk, "plots");
	console->plots_of_hour = word && !strcmp(word, "hour");
	free(word);
}

void taste_theme(struct console *console)
{
	enum theme next = (enum theme)((theme_chosen() + 1) % THEME_COUNT);

	if (theme_refusal()) {
		console_note(console, ROLE_WARNING, "theme %s, and no other: %s",
			     theme_name(THEME_MONOCHROME), theme_refusal());
		return;
	}
	theme_choose(next);
	desk_remember(console->desk, "theme", theme_name(next));
	console_note(console, ROLE_NORMAL, "theme %s", theme_name(next));
}

void taste_plots(struct console *console)
{
	console->plots_of_hour = !console->plots_of_hour;
	desk_remember(console->desk, "plots", console->plots_of_hour ? "hour" : "minute");
	console_note(console, ROLE_NORMAL, "the plots show the last %s",
		     console->plots_of_hour ? "hour, a minute each" : "minute, a second each");
}
