/*
 * messages.c - what stands on the rule: a word of the console's own, or what the desk says, one after
 * the other and each long enough to be read.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

#define NOTE_TIME 2000	  /* ms that what a key was answered with stays in spite of messages */
#define MESSAGE_LEAST 1500 /* ms that a message stays, if no key is pressed */

void console_note(struct console *console, enum role role, const char *fmt, ...)
{
	size_t most = sizeof(console->note) - 1;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(console->note, sizeof(console->note), fmt, args);
	va_end(args);
	if (len > (int)most) /* not in the midst of a character */
		console->note[text_cut(console->note, most, most - 1)] = '\0';
	console->note_role = role;
	console->note_at = console_clock(console);
	console->dirty = true;
}

static const struct message *next(const struct console *console)
{
	return messages_next(&console->now->messages, console->message.serial);
}

/* A message, or that an act waits, is to be shown instead of what is. */
static bool is_due(const struct console *console)
{
	return next(console) || (console->note[0] && console->now->waiting.act[0]);
}

/* What is shown now was hardly read. */
static bool stays(const struct console *console)
{
	int64_t now = console_clock(console);

	if (console->note[0]) /* what is said of a question stands as long as that */
		return prompt_asks(&console->prompt) || now - console->note_at < NOTE_TIME;
	return console->message.serial && !console->message.news && !console->message_seen &&
	       !console->message_gone && now - console->message_at < MESSAGE_LEAST;
}

bool messages_wait(const struct console *console)
{
	return is_due(console) && stays(console) && !prompt_asks(&console->prompt);
}

void messages_look(struct console *console)
{
	const struct message *message = next(console);

	if (!is_due(console) || stays(console))
		return;
	console->note[0] = '\0';
	console->dirty = true;
	if (!message)
		return;
	console->message = *message;
	console->message_at = console_clock(console);
	console->message_gone = false;
	console->message_seen = false;
}
