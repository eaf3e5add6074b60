#include "config.h"

#include "ui/plain_words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BEGINNING 3 /* letters that a name is known by, if only one begins so */
#define NAMES 6	    /* of an action, at most */
#define ROW_DIGITS 12

/* clang-format off */
const struct plain_word plain_own_words[] = {
	{"list", PLAIN_LIST, "Tell this screen again"},
	{"more", PLAIN_MORE, "The next rows of the list"},
	{"state", PLAIN_STATE, "Campus, engine, counts, and what work waits for"},
	{"wait", PLAIN_WAIT, "Take no further line until the work under way has ended"},
	{"help", PLAIN_HELP, "What can be done here, with keys, and why not"},
	{NULL, PLAIN_UNKNOWN, NULL},
};

/* What people call actions beside the words of the screens. */
static const struct { const char *word; enum action action; } synonyms[] = {
	{"leave", ACTION_QUIT}, {"exit", ACTION_QUIT}, {"next", ACTION_NEXT}, {"previous", ACTION_PREVIOUS},
	{"not-migrated", ACTION_SHOW_1}, {"in-progress", ACTION_SHOW_2},
	{"migrated", ACTION_SHOW_3}, {"failed", ACTION_SHOW_4}, {"paused", ACTION_SHOW_5},
	{"all", ACTION_SHOW_ALL},
};
/* clang-format on */

/* ---- names --------------------------------------------------------------------------------*/

/* What this screen calls it. */
static const char *word_here(const struct view *view, enum action action)
{
	return action == ACTION_OPEN   ? view->ops->open_word
	       : action == ACTION_NEXT ? view->ops->next_word
	       : action == ACTION_TAB  ? view->ops->tab_word
				       : NULL;
}

static size_t names_of(const struct view *view, enum action action, const char *names[NAMES])
{
	const char *here = word_here(view, action);
	size_t count = 0;

	names[count++] = action_infos[action].name;
	if (here)
		names[count++] = here;
	if (action_infos[action].word)
		names[count++] = action_infos[action].word;
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]) && count < NAMES; i++)
		if (synonyms[i].action == action)
			names[count++] = synonyms[i].word;
	return count;
}

/* "Tag-All" is "tag all". */
static bool same_letter(char a, char b)
{
	a = a == '-' ? ' ' : (char)tolower((unsigned char)a);
	b = b == '-' ? ' ' : (char)tolower((unsigned char)b);
	return a == b;
}

/* @name begins with @text; @whole: and is it. */
static bool begins(const char *name, const char *text, bool whole)
{
	for (; *text; name++, text++)
		if (!*name || !same_letter(*name, *text))
			return false;
	return !whole || !*name;
}

static bool is_here(const struct view *view, int action)
{
	return (keys_views((enum action)action) & view->ops->bit) != 0;
}

static bool is_called(const struct view *view, enum action action, const char *text, bool whole)
{
	const char *names[NAMES];
	size_t count = names_of(view, action, names);

	for (size_t i = 0; i < count; i++)
		if (begins(names[i], text, whole))
			return true;
	return !whole && begins(action_infos[action].help, text, false);
}

const char *plain_name(const struct view *view, enum action action)
{
	const char *here = word_here(view, action);

	return here ? here : action_infos[action].name;
}

/* ---- a line -------------------------------------------------------------------------------*/

static enum action by_key(const struct view *view, const char *text)
{
	char name[16];

	for (size_t i = 0; i < key_binding_count; i++) {
		keys_name(key_bindings[i].key, name, sizeof(name));
		if ((key_bindings[i].views & view->ops->bit) && *name && !strcmp(name, text))
			return key_bindings[i].action;
	}
	return ACTION_NONE;
}

static enum action by_name(const struct view *view, const char *text)
{
	for (int action = 0; action < ACTION_COUNT; action++)
		if (is_here(view, action) && is_called(view, (enum action)action, text, true))
			return (enum action)action;
	return ACTION_NONE;
}

static void by_beginning(const struct view *view, const char *text, struct plain_words *out)
{
	size_t at = 0, count = 0;

	for (int action = 0; action < ACTION_COUNT && at < sizeof(out->text); action++) {
		if (!is_here(view, action) || !is_called(view, (enum action)action, text, false))
			continue;
		out->action = (enum action)action;
		at += (size_t)snprintf(out->text + at, sizeof(out->text) - at, "%s%s",
				       count++ ? ", " : "", plain_name(view, out->action));
	}
	out->meaning = !count ? PLAIN_UNKNOWN : count > 1 ? PLAIN_SEVERAL : PLAIN_ACTION;
	if (count != 1)
		out->action = ACTION_NONE;
	if (count < 2)
		out->text[0] = '\0';
}

static bool is_number(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len && len < ROW_DIGITS && !text[len] && *text != '0';
}

/* "filter status:failed": what is to be typed stands behind. */
static bool takes_text(const char *line, struct plain_words *out)
{
	static const struct {
		const char *word;
		enum action action;
	} words[] = {{"/", ACTION_SEARCH}, {"search ", ACTION_SEARCH}, {"filter ", ACTION_FILTER},
		     {"go to ", ACTION_GOTO}, {"goto ", ACTION_GOTO}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].word);

		if (strncasecmp(line, words[i].word, len) != 0 || !line[len])
			continue;
		out->meaning = PLAIN_ACTION;
		out->action = words[i].action;
		out->has_text = true;
		snprintf(out->text, sizeof(out->text), "%s", line + len);
		return true;
	}
	return false;
}

/* "7", "open 7" */
static bool names_row(const struct view *view, const char *line, struct plain_words *out)
{
	const char *blank = strrchr(line, ' '), *number = blank ? blank + 1 : line;
	char word[64];

	if (!is_number(number))
		return false;
	if (blank) {
		snprintf(word, sizeof(word), "%.*s", (int)(blank - line), line);
		out->action = by_name(view, word);
		if (out->action == ACTION_NONE)
			out->action = by_key(view, word);
		if (out->action == ACTION_NONE)
			return false;
	}
	out->meaning = PLAIN_ROW;
	out->row = strtoll(number, NULL, 10);
	return true;
}

static bool is_own(const char *line, struct plain_words *out)
{
	for (const struct plain_word *own = plain_own_words; own->word; own++) {
		if (!begins(own->word, line, true))
			continue;
		out->meaning = own->meaning;
		return true;
	}
	return false;
}

void plain_words_read(const struct console *console, const char *line, struct plain_words *out)
{
	const struct view *view = console_top(console);

	memset(out, 0, sizeof(*out));
	out->action = ACTION_NONE;
	if (!*line)
		out->meaning = PLAIN_READ;
	if (!*line || is_own(line, out) || takes_text(line, out) || names_row(view, line, out))
		return;
	out->action = by_key(view, line);
	if (out->action == ACTION_NONE)
		out->action = by_name(view, line);
	if (out->action != ACTION_NONE)
		out->meaning = PLAIN_ACTION;
	else if (strlen(line) >= BEGINNING)
		by_beginning(view, line, out);
	if (out->action == ACTION_HELP || out->action == ACTION_PALETTE)
		out->meaning = PLAIN_HELP;
	else if (out->action == ACTION_REDRAW)
		out->meaning = PLAIN_LIST;
}
